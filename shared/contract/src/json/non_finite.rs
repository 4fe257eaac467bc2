//! Numbers that no double holds: the bare words NaN, Infinity and -Infinity, which JSON does not have and Python's `json.dumps`
//! writes, and numbers beyond a double's range, `1e400`, which JSON has and the library refuses to read.
//!
//! What can be read is read once and pays nothing. Only a text that could not be is looked through for them, and read once
//! more with null in their place: a number that is not there. What stands inside strings stays. Who keeps numbers as they are
//! written is never refused, and asks [`is_beyond_a_double`] itself.
//!
//! Source: Python's `json` module, `allow_nan`; Spark reads the same words (`allowNonNumericNumbers`).

use memchr::memchr2;
use serde::de::IgnoredAny;

const WORDS: [&[u8]; 2] = [b"NaN", b"Infinity"];

/// Digits before the point of the greatest double. Fewer than so many, and no exponent, is never beyond it.
const MOST_DIGITS: usize = 309;

/// Whether a number, as JSON or CSV writes it, lies beyond a double: the nearest one would be infinite.
#[must_use]
pub fn is_beyond_a_double(number: &[u8]) -> bool {
    let may_be = number.len() >= MOST_DIGITS || number.iter().any(|byte| matches!(byte, b'e' | b'E'));
    may_be && std::str::from_utf8(number).is_ok_and(|text| text.parse().is_ok_and(f64::is_infinite))
}

/// Reads a text, and once more with null for its numbers that no double holds. Returns how many there were.
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

/// The text with null for its numbers that no double holds, and how many there were; `None` where the fault is another one.
#[must_use]
pub fn mended(text: &str, error: &serde_json::Error) -> Option<(String, u64)> {
    if error.is_data() { None } else { with_nulls(text) }
}

/// The text with null for each number outside strings that no double holds; `None` where there is none.
#[must_use]
pub fn with_nulls(text: &str) -> Option<(String, u64)> {
    let bytes = text.as_bytes();
    let (mut mended, mut kept, mut at, mut found) = (Vec::new(), 0, 0, 0);
    while let Some(&byte) = bytes.get(at) {
        let (end, is_one) = match byte {
            b'"' => (behind_string(bytes, at), false),
            b'N' | b'I' => word_end(bytes, at).map_or((at + 1, false), |end| (end, true)),
            b'-' | b'0'..=b'9' => number(text, at),
            _ => (at + 1, false),
        };
        if is_one {
            let is_negative = byte == b'I' && at > 0 && bytes[at - 1] == b'-';
            mended.extend_from_slice(&bytes[kept..at - usize::from(is_negative)]);
            mended.extend_from_slice(b"null");
            (kept, found) = (end, found + 1);
        }
        at = end;
    }
    if found == 0 {
        return None;
    }
    mended.extend_from_slice(&bytes[kept..]);
    String::from_utf8(mended).ok().map(|mended| (mended, found))
}

/// Where the number that begins here ends, and whether it is one of JSON beyond a double.
fn number(text: &str, at: usize) -> (usize, bool) {
    let is_part = |byte: &u8| byte.is_ascii_digit() || b"+-.eE".contains(byte);
    let length = text.as_bytes()[at..].iter().take_while(|byte| is_part(byte)).count();
    let token = &text[at..at + length];
    let is_one = is_beyond_a_double(token.as_bytes()) && serde_json::from_str::<IgnoredAny>(token).is_ok();
    (at + length, is_one)
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
            ("[1e400, -1E+400 ,1e308]", "[null, null ,1e308]", 2),
            (r#"{"a":1e400,"1e400":"-1e400","b":NaN}"#, r#"{"a":null,"1e400":"-1e400","b":null}"#, 2),
        ] {
            let (value, found) = read(text).unwrap_or_else(|error| panic!("{text}: {error}"));
            assert_eq!((value, found), (serde_json::from_str(same).unwrap(), words), "{text}");
        }
    }

    #[test]
    fn a_number_is_beyond_a_double_where_the_nearest_one_is_infinite() {
        let digits = |many: usize| "9".repeat(many);
        for (number, is_beyond) in [
            ("1e400", true),
            ("-1E+400", true),
            ("1.8e308", true),
            ("1.7976931348623157e308", false),
            ("1e-400", false),
            ("9223372036854775808", false),
            (&digits(308), false),
            (&digits(309), true),
            (&format!("0.{}", digits(400)), false),
            ("- 1e400", false),
            ("here", false),
        ] {
            assert_eq!(is_beyond_a_double(number.as_bytes()), is_beyond, "{number}");
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
            "--1e400",
            "+1e400",
            "01e400",
            "[1.e400]",
            "1e400x",
            "x1e400",
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
