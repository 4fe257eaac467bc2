//! Why a file could not be read, in the words of somebody who edits it: the field, what was found, what to write.
//!
//! What stood there is quoted, so this is for files that hold settings and no reader's data.

use super::{Fault, without_mark};
use crate::ContractError;
use crate::statistics::InferredType;
use crate::written::{self, Found, Written};
use serde_json::Value;

/// Longest piece of a broken text that is quoted, in characters.
const QUOTED: usize = 20;

impl Fault {
    /// The error for somebody who edits the file.
    pub(crate) fn plainly(&self, object: &str, bytes: &[u8]) -> ContractError {
        let bytes = without_mark(bytes);
        let reason = if self.is_json {
            let whole = serde_json::from_slice::<Value>(bytes).ok();
            let value = whole.as_ref().and_then(|whole| whole.pointer(&self.pointer));
            self.of_a_field("the file", value.filter(|_| !self.pointer.is_empty()))
        } else {
            self.of_the_text(bytes)
        };
        ContractError::at(object, self.line, reason)
    }

    /// What is wrong with a field. `whole` is what the text is called where there is none; `found` is quoted.
    pub(super) fn of_a_field(&self, whole: &str, found: Option<&Value>) -> String {
        let Self { path, what, .. } = self;
        let subject = if path.is_empty() { whole } else { path.as_str() };
        let inner = |field: &str| if path.is_empty() { field.to_owned() } else { format!("{path}.{field}") };
        if let Some(field) = quoted(what, "missing field `") {
            return format!("{} is missing; {}", inner(field), needed(field, path));
        }
        if let Some(field) = quoted(what, "duplicate field `") {
            return format!("{} stands there twice; keep one of them", inner(field));
        }
        if let Some((word, words)) = named(what, "unknown variant `") {
            return format!("{subject} is {}; {}", Found::Text(word), written::one_of(&words));
        }
        if let Some((field, fields)) = named(what, "unknown field `") {
            // The key that could not be read may be the end of the path.
            let inner = if path == field || path.ends_with(&format!(".{field}")) {
                path.clone()
            } else {
                inner(field)
            };
            return format!("{inner} is not known here; {}", written::one_of(&fields));
        }
        let of_kind = |begin: &str| what.strip_prefix(begin)?.split_once(", expected ");
        if let Some((word, wanted)) = of_kind("invalid type: ").or_else(|| of_kind("invalid value: ")) {
            let found = found.map_or_else(|| kind(word).to_owned(), |value| told(value, wanted));
            return format!("{subject} is {found}; write {}", expected(wanted));
        }
        let is_said = what.starts_with(written::IS);
        if is_said { format!("{subject} {what}") } else { format!("{subject}: {what}") }
    }

    fn of_the_text(&self, bytes: &[u8]) -> String {
        if bytes.starts_with(&[0xFF, 0xFE]) || bytes.starts_with(&[0xFE, 0xFF]) {
            return "the file is UTF-16; write it as UTF-8".to_owned();
        }
        if bytes.trim_ascii().is_empty() {
            return "the file is empty".to_owned();
        }
        let place = if self.path.is_empty() { String::new() } else { format!(" in {}", self.path) };
        let found = self.found(bytes);
        if found.is_empty() || self.what.starts_with("EOF") {
            return format!("the file was cut short{place}; write it again, whole");
        }
        let hint = hint(&found).map_or_else(String::new, |hint| format!("; {hint}"));
        format!("column {}: {}{place}, found `{found}`{hint}", self.column, self.what)
    }

    /// What begins where the reader stopped, up to the end of the line.
    fn found(&self, bytes: &[u8]) -> String {
        let number = usize::try_from(self.line).unwrap_or(usize::MAX).saturating_sub(1);
        let line = bytes.split(|byte| *byte == b'\n').nth(number).unwrap_or_default();
        let rest = line.get(self.column.saturating_sub(1)..).unwrap_or_default();
        String::from_utf8_lossy(rest).trim_end().chars().take(QUOTED).collect()
    }
}

/// The name in a message such as: missing field `name`.
fn quoted<'w>(what: &'w str, begin: &str) -> Option<&'w str> {
    what.strip_prefix(begin)?.strip_suffix('`')
}

/// What was found of a fixed set of names, and the set: unknown variant `a`, expected one of `b`, `c`.
fn named<'w>(what: &'w str, begin: &str) -> Option<(&'w str, Vec<&'w str>)> {
    let (found, names) = what.strip_prefix(begin)?.rsplit_once("`, expected ")?;
    Some((found, names.split('`').skip(1).step_by(2).collect()))
}

/// A value as an error holds it, with its kind where that is the mistake and does not show.
fn told(value: &Value, wanted: &str) -> String {
    let found = match value {
        Value::Null => Found::Null,
        Value::Bool(truth) => Found::Truth(*truth),
        // As it stands there: a double would round it.
        Value::Number(number) if wanted.contains("string") => return format!("{number}, a number"),
        Value::Number(number) => return number.to_string(),
        Value::String(text) => Found::Text(text),
        Value::Array(_) => Found::List,
        Value::Object(_) => Found::Object,
    };
    let is_text = matches!(found, Found::Text(_));
    if is_text { format!("{found}, a text") } else { found.to_string() }
}

/// How a field is written that has to be there.
fn needed(field: &str, path: &str) -> String {
    match field {
        "name" if path.starts_with("features[") => "write the column's name".to_owned(),
        "inferred_type" => InferredType::remedy(Found::Null),
        "dataset" => {
            "a statistics.json has {\"dataset\": {\"item_count\": ...}, \"features\": [...]}".to_owned()
        }
        _ => "it is required".to_owned(),
    }
}

/// A kind of value in plain words.
fn kind(word: &str) -> &str {
    match word {
        "sequence" | "a sequence" => "a list",
        "map" | "a map" => "an object",
        "string" | "a string" => "a text",
        "boolean" => "a truth value",
        "integer" | "floating point" | "number" | "f64" => "a number",
        word if word.starts_with("struct ") => "an object",
        word => word,
    }
}

/// What is allowed in plain words.
fn expected(word: &str) -> &str {
    match word {
        "a boolean" | "boolean" => "true or false",
        "u8" | "u16" | "u32" | "u64" | "usize" => "a whole number from 0",
        "i8" | "i16" | "i32" | "i64" | "isize" => "a whole number",
        "f32" | "f64" => "a number",
        word => kind(word),
    }
}

fn hint(found: &str) -> Option<&'static str> {
    let begins = |words: &[&str]| words.iter().any(|word| found.starts_with(word));
    match () {
        () if begins(&["//", "/*", "#"]) => Some("JSON has no comments: take it out"),
        () if begins(&["|"]) => Some("write one of the two"),
        () if begins(&["}", "]"]) => Some("take out the comma before it"),
        () if begins(&["'"]) => Some("write texts in double quotes"),
        () if begins(&["True", "False", "None", "NaN", "Infinity", "-Infinity"]) => {
            Some("JSON writes true, false and null, and knows no other numbers than finite ones")
        }
        () => None,
    }
}
