//! JSON as Python's `json.dumps` writes it: with the bare words NaN, Infinity and -Infinity, which JSON does not have.
//!
//! Strict JSON is read once and pays nothing. Only a text that turned out not to be JSON is looked through for the words,
//! and read once more with null in their place: a number that is not there. Words inside strings stay.
//!
//! Source: Python's `json` module, `allow_nan`; Spark reads the same words (`allowNonNumericNumbers`).

use memchr::{memchr2, memchr3};

const WORDS: [&[u8]; 2] = [b"NaN", b"Infinity"];

/// Reads a text, and once more with null for its NaN and infinities where it is not JSON. Returns how many there were.
///
/// # Errors
/// Those of the last reading.
pub fn tolerant<T>(
    text: &str,
    mut read: impl FnMut(&str) -> Result<T, serde_json::Error>,
) -> Result<(T, u64), serde_json::Error> {
    let error = match read(text) {
        Ok(value) => return Ok((value, 0)),
        Err(error) => error,
    };
    match mended(text, &error) {
        Some((text, words)) => read(&text).map(|value| (value, words)),
        None => Err(error),
    }
}

/// The text with null for its NaN and infinities, and how many there were; `None` where the fault is another one.
#[must_use]
pub fn mended(text: &str, error: &serde_json::Error) -> Option<(String, u64)> {
    if error.is_data() { None } else { with_nulls(text) }
}

/// The text with null for each of the words outside strings; `None` where there is none.
#[must_use]
pub fn with_nulls(text: &str) -> Option<(String, u64)> {
    let bytes = text.as_bytes();
    let (mut mended, mut kept, mut at, mut words) = (Vec::new(), 0, 0, 0);
    while let Some(found) = bytes.get(at..).and_then(|rest| memchr3(b'"', b'N', b'I', rest)) {
        at += found;
        if bytes[at] == b'"' {
            at = behind_string(bytes, at);
            continue;
        }
        let Some(end) = word_end(bytes, at) else {
            at += 1;
            continue;
        };
        let is_negative = bytes[at] == b'I' && at > 0 && bytes[at - 1] == b'-';
        mended.extend_from_slice(&bytes[kept..at - usize::from(is_negative)]);
        mended.extend_from_slice(b"null");
        (kept, at, words) = (end, end, words + 1);
    }
    if words == 0 {
        return None;
    }
    mended.extend_from_slice(&bytes[kept..]);
    String::from_utf8(mended).ok().map(|mended| (mended, words))
}

/// Where the word that begins here ends, if it is one of them and stands alone.
fn word_end(bytes: &[u8], at: usize) -> Option<usize> {
    let word = WORDS.iter().find(|word| bytes[at..].starts_with(word))?;
    let end = at + word.len();
    let joins =
        |byte: Option<&u8>| byte.is_some_and(|byte| byte.is_ascii_alphanumeric() || b"_.+\"".contains(byte));
    let before = at.checked_sub(1).and_then(|before| bytes.get(before));
    (!joins(before) && !joins(bytes.get(end))).then_some(end)
}

/// The place behind the string that begins here.
fn behind_string(bytes: &[u8], quote: usize) -> usize {
    let mut at = quote + 1;
    while let Some(found) = bytes.get(at..).and_then(|rest| memchr2(b'"', b'\\', rest)) {
        at += found;
        if bytes[at] == b'"' {
            return at + 1;
        }
        at += 2;
    }
    bytes.len()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use serde_json::Value;

    fn read(text: &str) -> Result<(Value, u64), serde_json::Error> {
        tolerant(text, |text| serde_json::from_str(text))
    }

    #[test]
    fn the_words_are_numbers_that_are_not_there() {
        for (text, same, words) in [
            ("NaN", "null", 1),
            ("[NaN,Infinity, -Infinity ]", "[null,null,null]", 3),
            (r#"{"a":NaN,"b":"NaN, Infinity"}"#, r#"{"a":null,"b":"NaN, Infinity"}"#, 1),
            (r#"{"NaN":-Infinity,"q\"":[NaN]}"#, r#"{"NaN":null,"q\"":[null]}"#, 2),
            (r#"["\\",NaN,"\\\"NaN"]"#, r#"["\\",null,"\\\"NaN"]"#, 1),
            ("[1]", "[1]", 0),
        ] {
            let (value, found) = read(text).unwrap_or_else(|error| panic!("{text}: {error}"));
            assert_eq!((value, found), (serde_json::from_str(same).unwrap(), words), "{text}");
        }
    }

    #[test]
    fn what_only_looks_like_them_is_still_not_json() {
        for text in [
            "NaNa",
            "[aNaN]",
            "-NaN",
            "+Infinity",
            "nan",
            "[Infinity.5]",
            "{NaN:1}",
            "[\"NaN]",
            "[1NaN]",
            "NaN\"",
            "N",
            "I",
            "--Infinity",
        ] {
            assert!(read(text).is_err(), "{text}");
        }
    }

    proptest! {
        #[test]
        fn strict_json_is_never_touched(text in "[\\[\\]{}\",:NaInfty1 \\\\-]{0,40}") {
            if let Ok(value) = serde_json::from_str::<Value>(&text) {
                prop_assert_eq!(read(&text).unwrap(), (value, 0));
            }
            // Whatever it is, it is read or refused.
            let _ = read(&text);
        }

        #[test]
        fn a_document_with_the_words_reads_as_with_null(words in prop::collection::vec(prop::sample::select(vec!["NaN", "Infinity", "-Infinity", "1", "\"NaN\"", "null"]), 0..8)) {
            let list = format!("[{}]", words.join(", "));
            let nulls = words.iter().map(|word| if word.ends_with(['N', 'y']) { "null" } else { *word });
            let expected: Value = serde_json::from_str(&format!("[{}]", nulls.collect::<Vec<_>>().join(","))).unwrap();
            prop_assert_eq!(read(&list).unwrap().0, expected);
        }
    }
}
