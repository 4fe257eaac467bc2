//! Foreign text that is shown: what would steer a terminal, split a line of a log or turn the direction of reading is
//! written as its escape.
//!
//! The escape is JSON's, so JSON text that holds such characters inside its strings keeps its meaning. It shortens
//! nothing and is not for keys: those are refused, not mended.

use std::borrow::Cow;
use std::fmt::Write;

/// Whether a character does something else than to be seen: control characters (C1 included, which begin terminal
/// sequences too), line and paragraph separators, direction marks, overrides and isolates, the byte order mark, and what
/// XML cannot hold.
pub fn is_unprintable(character: char) -> bool {
    character.is_control()
        || matches!(character, '\u{61c}' | '\u{200e}' | '\u{200f}' | '\u{2028}'..='\u{202e}'
            | '\u{2066}'..='\u{2069}' | '\u{feff}' | '\u{fffe}' | '\u{ffff}')
}

/// The text as one line.
pub fn line(text: &str) -> Cow<'_, str> {
    escaped(text, |_| false)
}

/// The text with its own line ends.
pub fn lines(text: &str) -> Cow<'_, str> {
    escaped(text, |character| character == '\n')
}

fn escaped(text: &str, stays: impl Fn(char) -> bool) -> Cow<'_, str> {
    let goes = |character: char| is_unprintable(character) && !stays(character);
    if !text.contains(goes) {
        return Cow::Borrowed(text);
    }
    let mut shown = String::with_capacity(text.len() + 16);
    for character in text.chars() {
        if goes(character) {
            // Every one of them lies in the basic plane. Writing to a String cannot fail.
            let _ = write!(shown, "\\u{:04x}", u32::from(character));
        } else {
            shown.push(character);
        }
    }
    Cow::Owned(shown)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_steers_a_terminal_or_a_reader_is_escaped_and_nothing_else() {
        assert_eq!(line("\u{1b}[31mred\u{9b}2J\u{7}\r\n"), "\\u001b[31mred\\u009b2J\\u0007\\u000d\\u000a");
        assert_eq!(line("abc\u{202e}fdp.exe\u{2066}\u{feff}"), "abc\\u202efdp.exe\\u2066\\ufeff");
        assert_eq!(lines("one\ntwo\r\n\u{0}"), "one\ntwo\\u000d\n\\u0000");
        for plain in ["", "Mode d’emploi — 日本 \u{1f980}", "עברית", "a\\u001b"] {
            assert!(matches!(line(plain), Cow::Borrowed(same) if same == plain), "{plain}");
        }
    }

    #[test]
    fn json_keeps_its_meaning() {
        let value = serde_json::json!({"a\u{7f}": "\u{9b}31m\u{202e}\u{2028}\n"});
        let text = format!("{value:#}");
        let shown = lines(&text);
        assert!(!shown.contains(|character| is_unprintable(character) && character != '\n'), "{shown}");
        assert_eq!(serde_json::from_str::<serde_json::Value>(&shown).unwrap(), value);
    }
}
