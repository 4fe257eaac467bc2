//! A text as a value of YAML: plain where every reader of YAML takes it for that text, else between double quotes.

use bellwether_contract::printable::is_unprintable;
use std::fmt::Write;

/// What some reader of YAML takes for a truth value, a number or nothing, in any letter case.
const WORDS: [&str; 11] = ["null", "true", "false", "yes", "no", "on", "off", "y", "n", "inf", "nan"];

/// The text as it is written.
pub(super) fn scalar(text: &str) -> String {
    if is_plain(text) { text.to_owned() } else { quoted(text) }
}

/// Begins with a letter, so that it is no number, no date and no mark of YAML, and goes on with nothing that means
/// anything there.
fn is_plain(text: &str) -> bool {
    let Some((scheme, rest)) = text.split_once("://") else { return is_tame(text) };
    is_tame(scheme) && rest.chars().all(is_tame_char)
}

fn is_tame(text: &str) -> bool {
    let begins = text.chars().next().is_some_and(|first| first.is_ascii_alphabetic());
    begins && text.chars().all(is_tame_char) && !WORDS.iter().any(|word| text.eq_ignore_ascii_case(word))
}

fn is_tame_char(character: char) -> bool {
    character.is_ascii_alphanumeric() || "._-/+=".contains(character)
}

fn quoted(text: &str) -> String {
    let mut quoted = String::with_capacity(text.len() + 2);
    quoted.push('"');
    for character in text.chars() {
        match character {
            '"' | '\\' => quoted.extend(['\\', character]),
            '\n' => quoted.push_str("\\n"),
            '\t' => quoted.push_str("\\t"),
            '\r' => quoted.push_str("\\r"),
            // Every one of them lies in the basic plane. Writing to a String cannot fail.
            _ if is_unprintable(character) => _ = write!(quoted, "\\u{:04x}", u32::from(character)),
            _ => quoted.push(character),
        }
    }
    quoted.push('"');
    quoted
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use saphyr::{LoadableYamlNode, Yaml};

    /// What a reader of YAML takes it for.
    fn read(text: &str) -> String {
        let document = format!("monitors:\n  - key: {}\n    next: x", scalar(text));
        let documents = Yaml::load_from_str(&document).unwrap_or_else(|error| panic!("{document}: {error}"));
        let entry = &documents[0]["monitors"][0];
        assert_eq!(entry["next"].as_str(), Some("x"), "{document}");
        entry["key"].as_str().unwrap_or_else(|| panic!("{document} is no text")).to_owned()
    }

    #[test]
    fn what_yaml_would_read_otherwise_is_quoted() {
        for plain in ["churn-prod", "s3://my-bucket/data_capture/a.b=c", "PT6H", "AllTraffic", "yesterday"] {
            assert_eq!(scalar(plain), plain);
        }
        for (text, written) in [
            ("", "\"\""),
            ("0", "\"0\""),
            ("-PT6H", "\"-PT6H\""),
            ("2026-10-31", "\"2026-10-31\""),
            ("Yes", "\"Yes\""),
            ("$.label", "\"$.label\""),
            ("a: b", "\"a: b\""),
            ("a #b", "\"a #b\""),
            ("*", "\"*\""),
            (
                "say \"no\" \\ \n\u{0}\u{85}\u{2028}\u{feff}",
                "\"say \\\"no\\\" \\\\ \\n\\u0000\\u0085\\u2028\\ufeff\"",
            ),
        ] {
            assert_eq!(scalar(text), written);
            assert_eq!(read(text), text);
        }
    }

    proptest! {
        #[test]
        fn every_text_is_read_back(text in any::<String>()) {
            prop_assert_eq!(read(&text), text);
        }

        #[test]
        fn every_text_of_yamls_own_signs_is_read_back(text in "[-a-e0-9:#&*!|>%@`'\"{}\\[\\],?=~<. \\\\\t\r\n\u{0}\u{85}\u{2028}/]{0,12}") {
            prop_assert_eq!(read(&text), text);
        }
    }
}
