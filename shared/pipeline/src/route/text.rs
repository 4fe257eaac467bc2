//! Text made short for a message: what a topic takes as a subject, and what fits.

pub use bellwether_contract::told::{counted, elided, grouped, number, plain};

/// Characters of the longest subject that SNS takes.
pub const MOST_SUBJECT: usize = 99;

/// Less than 100 printable ASCII characters that begin with none but a letter, a digit or punctuation: what SNS takes
/// as a subject.
pub fn subject(text: &str) -> String {
    const MOST: usize = MOST_SUBJECT;
    let ascii = |character: char| match character {
        ' '..='~' => character,
        character if character.is_whitespace() => ' ',
        _ => '?',
    };
    let line: String = text.trim_start().chars().map(ascii).collect();
    if line.len() <= MOST { line } else { format!("{}...", &line[..MOST - 3]) }
}

/// As much of a text as fits into so many bytes.
pub fn clipped(text: &str, most_bytes: usize) -> &str {
    let end = text
        .char_indices()
        .map(|(place, c)| place + c.len_utf8())
        .take_while(|end| *end <= most_bytes)
        .last();
    &text[..end.unwrap_or_default()]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_subject_is_short_printable_ascii() {
        for text in [" x", "a\r\nBcc: all", &"é".repeat(200), &"word ".repeat(60), "日本"] {
            let subject = subject(text);
            assert!(subject.len() < 100 && !subject.is_empty(), "{subject}");
            assert!(subject.bytes().all(|byte| (b' '..=b'~').contains(&byte)), "{subject}");
            assert!(!subject.starts_with(' '), "{subject}");
        }
    }

    #[test]
    fn a_space_of_any_kind_is_a_space_and_other_signs_are_asked_about() {
        assert_eq!(subject("a\u{a0}b\u{2003}c\td\u{1b}é"), "a b c d??");
    }

    #[test]
    fn a_text_is_clipped_between_its_characters() {
        assert_eq!((clipped("aé日", 3), clipped("aé日", 5), clipped("", 9)), ("aé", "aé", ""));
    }
}
