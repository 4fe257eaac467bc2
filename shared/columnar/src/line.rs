//! One object of JSON, written cell by cell.

use super::column::Value;

/// A line that is being written; its memory is kept from row to row.
#[derive(Debug, Default)]
pub(crate) struct Line(Vec<u8>);

impl Line {
    pub(crate) fn begin(&mut self) {
        self.0.clear();
    }

    /// Adds a column by its key, which is a text of JSON already.
    pub(crate) fn push(&mut self, key: &str, value: Option<&Value>) {
        self.0.push(if self.0.is_empty() { b'{' } else { b',' });
        self.0.extend_from_slice(key.as_bytes());
        self.0.push(b':');
        match value {
            None => self.0.extend_from_slice(b"null"),
            Some(Value::Bare(token)) => self.0.extend_from_slice(token.as_bytes()),
            Some(Value::Text(text)) => self.0.extend_from_slice(quoted(text).as_bytes()),
        }
    }

    pub(crate) fn end(&mut self) -> &[u8] {
        self.0.push(b'}');
        &self.0
    }
}

/// A text as JSON writes it.
pub(crate) fn quoted(text: &str) -> String {
    serde_json::Value::from(text).to_string()
}
