//! Why a file could not be read, in the words of somebody who edits it: the field, what was found, what to write.
//!
//! What stood there is quoted, so this is for files that hold settings and no reader's data.

use super::{Fault, without_mark};
use crate::ContractError;
use crate::statistics::InferredType;
use crate::written::{self, Found, Written};

/// Longest piece of a broken text that is quoted, in characters.
const QUOTED: usize = 20;

impl Fault {
    /// The error for somebody who edits the file.
    pub(crate) fn plainly(&self, object: &str, bytes: &[u8]) -> ContractError {
        let reason = if self.is_json { self.of_a_field() } else { self.of_the_text(without_mark(bytes)) };
        ContractError::at(object, self.line, reason)
    }

    fn of_a_field(&self) -> String {
        let Self { path, what, .. } = self;
        let subject = if path.is_empty() { "the file" } else { path.as_str() };
        let inner = |field: &str| if path.is_empty() { field.to_owned() } else { format!("{path}.{field}") };
        if let Some(field) = quoted(what, "missing field `") {
            return format!("{} is missing; {}", inner(field), needed(field));
        }
        if let Some(field) = quoted(what, "duplicate field `") {
            return format!("{} stands there twice; keep one of them", inner(field));
        }
        let of_kind = |begin: &str| what.strip_prefix(begin)?.split_once(", expected ");
        if let Some((found, expected)) = of_kind("invalid type: ") {
            return format!("{subject} is {}; write {}", kind(found), kind(expected));
        }
        if let Some((_, expected)) = of_kind("invalid value: ") {
            return format!("{subject} is out of range; write {}", kind(expected));
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
            return format!("{}{place}; the file was cut short", self.what);
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

/// How a field is written that has to be there.
fn needed(field: &str) -> String {
    match field {
        "name" => "write the column's name".to_owned(),
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
