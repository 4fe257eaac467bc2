//! JSON as AWS's container lays it out, and back: `"key" : value`, two-space indent, arrays on one line.
//!
//! The layout is Jackson's `DefaultPrettyPrinter`, the doubles are laid out as Java's `Double.toString` does, always
//! with the fewest digits that read back to the same number (older Java prints a digit more now and then). It does
//! not know any file's shape, and it never writes a NaN or an infinity: JSON has no spelling for them, and the usual
//! `null` would turn a number that could not be computed into a number that is missing.

mod double;
mod finite;
pub mod non_finite;
mod plain;

use std::io::{self, Write};

use serde::de::{DeserializeOwned, Error as _, Unexpected, Visitor};
use serde::{Deserializer, Serialize};
use serde_json::ser::{CharEscape, Formatter, Serializer};

pub use double::double;
pub(crate) use finite::check as check_finite;

use crate::ContractError;

/// Writes a value in the container's layout, without a newline at the end.
///
/// # Errors
/// A NaN or an infinity anywhere in the value, named by its path (`recommendation_metrics.item_gini.value`).
pub fn to_vec<T: Serialize + ?Sized>(value: &T) -> Result<Vec<u8>, ContractError> {
    finite::check(value)?;
    let mut bytes = Vec::new();
    value
        .serialize(&mut Serializer::with_formatter(&mut bytes, Layout::default()))
        .map_err(|error| ContractError::malformed("JSON value", error.to_string()))?;
    Ok(bytes)
}

/// Reads a value; `object` is what the text is called in the error: a URI or a file's name. A byte order mark is skipped.
///
/// # Errors
/// [`ContractError::Malformed`] with the line and, in its reason, the column and the path of the field.
pub fn from_slice<T: DeserializeOwned>(object: &str, bytes: &[u8]) -> Result<T, ContractError> {
    read(bytes).map_err(|fault| ContractError::at(object, fault.line, fault.reason()))
}

/// [`from_slice`] of what somebody wrote by hand and nobody's data stand in: the error quotes what was found.
///
/// # Errors
/// [`ContractError::Malformed`] with the line, the path of the field, what was found and what to write.
pub fn from_settings<T: DeserializeOwned>(object: &str, bytes: &[u8]) -> Result<T, ContractError> {
    read(bytes).map_err(|fault| fault.plainly(object, bytes))
}

/// A text without the byte order mark that some editors put before it.
#[must_use]
pub fn without_mark(bytes: &[u8]) -> &[u8] {
    bytes.strip_prefix("\u{feff}".as_bytes()).unwrap_or(bytes)
}

/// [`from_slice`], with an error that is not put into words yet.
pub(crate) fn read<T: DeserializeOwned>(bytes: &[u8]) -> Result<T, Fault> {
    let mut reader = serde_json::Deserializer::from_slice(without_mark(bytes));
    let value = serde_path_to_error::deserialize(&mut reader).map_err(|error| {
        let path = error.path().to_string();
        // A key that could not be read is no part of the path, and the text as a whole has none.
        let path = path.trim_end_matches('?').trim_end_matches('.');
        Fault { pointer: pointer(error.path()), ..Fault::of(path.to_owned(), error.inner()) }
    })?;
    reader.end().map_err(|error| Fault::of(String::new(), &error))?;
    Ok(value)
}

/// The place of a field by RFC 6901; empty for the text as a whole.
fn pointer(path: &serde_path_to_error::Path) -> String {
    use serde_path_to_error::Segment;
    let step = |segment: &Segment| match segment {
        Segment::Seq { index } => format!("/{index}"),
        Segment::Map { key } => format!("/{}", key.replace('~', "~0").replace('/', "~1")),
        Segment::Enum { .. } | Segment::Unknown => String::new(),
    };
    path.iter().map(step).collect()
}

/// Why a text could not be read, and where.
#[derive(Debug)]
pub(crate) struct Fault {
    /// The field, such as `features[0].name`; empty for the text as a whole.
    pub(crate) path: String,
    /// The same for programs.
    pointer: String,
    /// Counted from 1.
    pub(crate) line: u64,
    /// Counted from 1, in bytes.
    pub(crate) column: usize,
    /// Whether the text is JSON at all.
    pub(crate) is_json: bool,
    /// In the library's words, without the place and without what stood there.
    pub(crate) what: String,
}

impl Fault {
    fn of(path: String, error: &serde_json::Error) -> Self {
        let (text, column) = (why(error), error.column());
        let place = format!(" at line {} column {column}", error.line());
        let what = text.strip_suffix(&place).unwrap_or(&text).to_owned();
        let line = u64::try_from(error.line()).unwrap_or(0);
        Self { path, pointer: String::new(), line, column, is_json: error.is_data(), what }
    }

    /// `column 31: features[0].completeness is 100; write a number from 0 to 1`. Nothing is quoted that the field's own
    /// reader did not quote: an error is logged, and a value may be a reader's.
    fn reason(&self) -> String {
        let Self { path, column, what, .. } = self;
        let why = match () {
            () if self.is_json => self.of_a_field("it", None),
            () if *column == 0 && what.starts_with("EOF") => "it is empty".to_owned(),
            () if what.starts_with("EOF") && path.is_empty() => "it was cut short".to_owned(),
            () if what.starts_with("EOF") => format!("it was cut short in {path}"),
            () => what.clone(),
        };
        format!("column {column}: {why}")
    }
}

/// Why a text could not be read, without what stood there: an error is logged, and a value may be a reader's.
#[must_use]
pub fn why(error: &serde_json::Error) -> String {
    let text = error.to_string();
    for found in ["invalid type: ", "invalid value: "] {
        if let Some((value, expected)) =
            text.strip_prefix(found).and_then(|rest| rest.rsplit_once(", expected "))
        {
            let kind = value.split(['"', '`']).next().unwrap_or_default().trim_end();
            return format!("{found}{kind}, expected {expected}");
        }
    }
    text
}

/// Jackson's `DefaultPrettyPrinter`: objects open a level of indent, arrays do not.
#[derive(Debug, Default)]
struct Layout {
    depth: usize,
    has_value: bool,
}

impl Layout {
    fn break_line<W: ?Sized + Write>(&self, writer: &mut W) -> io::Result<()> {
        writer.write_all(b"\n")?;
        (0..self.depth).try_for_each(|_| writer.write_all(b"  "))
    }
}

impl Formatter for Layout {
    fn write_f64<W: ?Sized + Write>(&mut self, writer: &mut W, value: f64) -> io::Result<()> {
        double::write(writer, value)
    }

    fn write_f32<W: ?Sized + Write>(&mut self, writer: &mut W, value: f32) -> io::Result<()> {
        double::write_f32(writer, value)
    }

    fn write_char_escape<W: ?Sized + Write>(&mut self, writer: &mut W, escape: CharEscape) -> io::Result<()> {
        match escape {
            CharEscape::Quote => writer.write_all(b"\\\""),
            CharEscape::ReverseSolidus => writer.write_all(b"\\\\"),
            CharEscape::Solidus => writer.write_all(b"\\/"),
            CharEscape::Backspace => writer.write_all(b"\\b"),
            CharEscape::FormFeed => writer.write_all(b"\\f"),
            CharEscape::LineFeed => writer.write_all(b"\\n"),
            CharEscape::CarriageReturn => writer.write_all(b"\\r"),
            CharEscape::Tab => writer.write_all(b"\\t"),
            CharEscape::AsciiControl(byte) => write!(writer, "\\u{byte:04X}"),
        }
    }

    fn begin_array<W: ?Sized + Write>(&mut self, writer: &mut W) -> io::Result<()> {
        writer.write_all(b"[")
    }

    fn begin_array_value<W: ?Sized + Write>(&mut self, writer: &mut W, first: bool) -> io::Result<()> {
        writer.write_all(if first { b" " } else { b", " })
    }

    fn end_array<W: ?Sized + Write>(&mut self, writer: &mut W) -> io::Result<()> {
        writer.write_all(b" ]")
    }

    fn begin_object<W: ?Sized + Write>(&mut self, writer: &mut W) -> io::Result<()> {
        self.depth += 1;
        self.has_value = false;
        writer.write_all(b"{")
    }

    fn begin_object_key<W: ?Sized + Write>(&mut self, writer: &mut W, first: bool) -> io::Result<()> {
        if !first {
            writer.write_all(b",")?;
        }
        self.break_line(writer)
    }

    fn begin_object_value<W: ?Sized + Write>(&mut self, writer: &mut W) -> io::Result<()> {
        writer.write_all(b" : ")
    }

    fn end_object_value<W: ?Sized + Write>(&mut self, _writer: &mut W) -> io::Result<()> {
        self.has_value = true;
        Ok(())
    }

    fn end_object<W: ?Sized + Write>(&mut self, writer: &mut W) -> io::Result<()> {
        self.depth -= 1;
        if self.has_value {
            self.break_line(writer)?;
        } else {
            writer.write_all(b" ")?;
        }
        writer.write_all(b"}")
    }
}

/// Reads a count that some writers spell as a double: `2333` and `2333.0`.
pub(crate) fn count<'de, D: Deserializer<'de>>(deserializer: D) -> Result<u64, D::Error> {
    deserializer.deserialize_any(Count)
}

/// [`count`] for a field that may be absent or null.
pub(crate) fn optional_count<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<u64>, D::Error> {
    deserializer.deserialize_option(OptionalCount)
}

struct Count;

impl Visitor<'_> for Count {
    type Value = u64;

    fn expecting(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str("a count: a whole number from 0")
    }

    fn visit_u64<E: serde::de::Error>(self, value: u64) -> Result<u64, E> {
        Ok(value)
    }

    fn visit_f64<E: serde::de::Error>(self, value: f64) -> Result<u64, E> {
        /// Above 2^53 a double no longer says which whole number was meant.
        const EXACT: f64 = 9_007_199_254_740_992.0;
        if value.fract() == 0.0 && (0.0..=EXACT).contains(&value) {
            return Ok(value as u64);
        }
        Err(E::invalid_value(Unexpected::Float(value), &self))
    }
}

struct OptionalCount;

impl<'de> Visitor<'de> for OptionalCount {
    type Value = Option<u64>;

    fn expecting(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str("a count or null")
    }

    fn visit_none<E: serde::de::Error>(self) -> Result<Option<u64>, E> {
        Ok(None)
    }

    fn visit_unit<E: serde::de::Error>(self) -> Result<Option<u64>, E> {
        Ok(None)
    }

    fn visit_some<D: Deserializer<'de>>(self, deserializer: D) -> Result<Option<u64>, D::Error> {
        count(deserializer).map(Some).map_err(D::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    fn check(value: &Value, expected: &str) {
        let bytes = to_vec(value).expect("finite");
        assert_eq!(String::from_utf8(bytes).expect("UTF-8"), expected);
    }

    // Expected texts: Jackson 2's DefaultPrettyPrinter as seen in the container's own files.
    #[test]
    fn objects_break_lines_and_arrays_do_not() {
        check(&json!({"a": 1, "b": [1.5, 2.0]}), "{\n  \"a\" : 1,\n  \"b\" : [ 1.5, 2.0 ]\n}");
        check(
            &json!({"v": [{"n": {"x": null}}, {"n": "t"}]}),
            "{\n  \"v\" : [ {\n    \"n\" : {\n      \"x\" : null\n    }\n  }, {\n    \"n\" : \"t\"\n  } ]\n}",
        );
    }

    #[test]
    fn nothing_inside_is_one_space() {
        check(&json!({}), "{ }");
        check(&json!([]), "[ ]");
        check(
            &json!({"a": [], "b": {}, "c": [[], [{}]]}),
            "{\n  \"a\" : [ ],\n  \"b\" : { },\n  \"c\" : [ [ ], [ { } ] ]\n}",
        );
    }

    #[test]
    fn control_characters_are_escaped_as_jackson_does() {
        check(
            &json!("\u{1f}\u{0}\t\n\u{8}\u{c}\r\"\\/é日\u{7f}"),
            "\"\\u001F\\u0000\\t\\n\\b\\f\\r\\\"\\\\/é日\u{7f}\"",
        );
    }

    #[test]
    fn a_broken_text_names_object_line_and_column() {
        let error = from_slice::<Value>("s3://b/k", b"{\n  \"a\" : x\n}").expect_err("broken");
        assert_eq!(error.to_string(), "s3://b/k, line 2: column 9: expected value");
    }

    #[test]
    fn a_field_of_the_wrong_kind_is_named_by_its_path() {
        let error = from_slice::<std::collections::BTreeMap<String, Vec<u8>>>("k", br#"{"a": [1, "x"]}"#);
        let told = error.expect_err("a text").to_string();
        assert_eq!(told, "k, line 1: column 13: a[1] is a text; write a whole number from 0");
    }

    #[test]
    fn no_word_of_the_parser_reaches_a_person() {
        #[derive(Debug, serde::Deserialize)]
        #[serde(deny_unknown_fields)]
        #[expect(dead_code, reason = "only read")]
        struct File {
            version: u32,
            status: Option<Status>,
        }
        #[derive(Debug, serde::Deserialize)]
        enum Status {
            Good,
            Bad,
        }
        for (text, told) in [
            ("", "line 1: column 0: it is empty"),
            ("{\"version\": ", "it was cut short"),
            (r#"{"version": "1"}"#, "version is a text; write a whole number from 0"),
            (r#"{"version": -1}"#, "version is a number; write a whole number from 0"),
            (r#"{"version": null}"#, "version is null; write a whole number from 0"),
            ("{}", "version is missing; it is required"),
            ("[]", "version is missing"),
            ("7", "it is a number; write an object"),
            (r#"{"version": 1, "status": "Odd"}"#, r#"status is "Odd"; write "Good" or "Bad""#),
            (r#"{"version": 1, "state": 1}"#, r#"state is not known here; write "version" or "status""#),
        ] {
            let error = from_slice::<File>("f", text.as_bytes()).expect_err(text).to_string();
            assert!(error.contains(told), "{text}: {error}");
            for raw in ["u32", "EOF", "invalid", "expected", "variant", "unknown"] {
                assert!(!error.contains(raw), "{raw} in {error}");
            }
        }
    }

    #[test]
    fn a_byte_order_mark_is_skipped_and_nothing_may_follow_the_value() {
        let read = |text: &str| from_slice::<Vec<u8>>("k", text.as_bytes());
        assert_eq!(read("\u{feff}[1]\n").expect("a list"), [1]);
        assert!(read("\u{feff}\u{feff}[1]").is_err(), "one mark");
        assert!(read("[1] 2").is_err());
    }

    #[test]
    fn an_error_does_not_say_what_stood_there() {
        for (text, kind) in [
            (r#"["a secret, expected "]"#, "a text"),
            ("[12345]", "a number"),
            ("[1.5]", "a number"),
            ("[true]", "a truth value"),
        ] {
            let error = from_slice::<Vec<Vec<u8>>>("k", text.as_bytes()).expect_err("no list").to_string();
            assert!(error.ends_with(&format!(": [0] is {kind}; write a list")), "{error}");
        }
    }

    #[test]
    fn counts_are_read_from_either_spelling_and_from_nothing_else() {
        #[derive(serde::Deserialize)]
        struct Row {
            #[serde(deserialize_with = "count")]
            n: u64,
            #[serde(default, deserialize_with = "optional_count")]
            m: Option<u64>,
        }
        let read = |text: &str| from_slice::<Row>("t", text.as_bytes()).map(|row| (row.n, row.m));
        assert_eq!(read(r#"{"n": 3}"#).expect("integer"), (3, None));
        assert_eq!(read(r#"{"n": 3.0, "m": null}"#).expect("double"), (3, None));
        assert_eq!(read(r#"{"n": 0, "m": 2e3}"#).expect("exponent"), (0, Some(2000)));
        for broken in
            [r#"{"n": 3.5}"#, r#"{"n": -1}"#, r#"{"n": 1e300}"#, r#"{"n": "3"}"#, r#"{"n": 1, "m": -0.5}"#]
        {
            assert!(read(broken).is_err(), "{broken}");
        }
    }
}
