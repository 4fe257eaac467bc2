//! The JSON texts that a path has led to, one for each row, copied into one piece of memory.
//!
//! It gives them no meaning, but for what a list means that is no projection's: rows, or the only row.

use crate::json_path::plain::Visit;
use bellwether_contract::json::non_finite::is_beyond_a_double;
use bellwether_contract::shape::Kind;
use jmespath::Variable;
use serde::de::{Deserialize, Deserializer, Error};
use serde_json::value::RawValue;

/// What a row is.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) enum Row {
    /// A single value: a list holds rows.
    #[default]
    Value,
    /// A list of cells, or an object of them: a list of those holds rows.
    List,
}

/// Where a text lies. Lines are at most 16 MiB, so 32 bits count everything in them.
pub(super) type Span = (u32, u32);

/// The rows, while they are found and afterwards.
#[derive(Debug, Clone, Default)]
pub(super) struct Tokens {
    text: String,
    rows: Vec<Option<Span>>,
    /// Whether there is a list of rows; otherwise there is one.
    is_list: bool,
    row: Row,
}

impl Tokens {
    /// Forgets everything but its memory.
    pub(super) fn begin(&mut self, row: Row) {
        self.text.clear();
        self.rows.clear();
        (self.is_list, self.row) = (false, row);
    }

    /// Nothing comes any more.
    pub(super) fn end(&mut self) {
        if !self.is_list {
            self.rows.resize(1, None);
        }
    }

    /// Keeps the value at the end of the path, in a row of a list or by itself.
    pub(super) fn take(&mut self, row: Option<u32>, token: &str) -> Result<(), serde_json::Error> {
        if row.is_none() && token.starts_with('[') {
            let elements: Vec<&RawValue> = serde_json::from_str(token)?;
            let is_nested = elements.first().is_some_and(|element| Kind::of(element.get()).is_nested());
            if self.row == Row::Value || is_nested {
                self.is_list = true;
                elements.iter().for_each(|element| self.keep(element.get()));
                return Ok(());
            }
        }
        // Rows before it may have had no value.
        self.rows.resize(row.unwrap_or_default() as usize, None);
        self.keep(token);
        Ok(())
    }

    /// Keeps what the library has found: the rows of a projection, or a value.
    pub(super) fn take_found(
        &mut self,
        found: &Variable,
        is_projected: bool,
    ) -> Result<(), serde_json::Error> {
        let Some(rows) = found.as_array().filter(|_| is_projected) else {
            return self.take(None, &serde_json::to_string(found)?);
        };
        self.is_list = true;
        for row in rows {
            self.keep(&serde_json::to_string(row)?);
        }
        Ok(())
    }

    fn keep(&mut self, token: &str) {
        let span = (token != "null").then(|| self.copy(token));
        self.rows.push(span);
    }

    fn copy(&mut self, text: &str) -> Span {
        let start = self.text.len() as u32;
        self.text.push_str(text);
        (start, self.text.len() as u32)
    }

    /// Adds a row of CSV.
    pub(super) fn push_cell(&mut self, cell: &[u8]) {
        // Cells are parts of a text, cut at commas and quotes.
        let cell = std::str::from_utf8(cell).unwrap_or_default().trim_ascii();
        let span = (!cell.is_empty()).then(|| self.copy(cell));
        self.rows.push(span);
    }

    /// The rows; `None` is missing.
    pub(super) fn rows(&self) -> impl ExactSizeIterator<Item = Option<&str>> {
        self.rows.iter().map(|row| row.map(|span| self.text(span)))
    }

    fn text(&self, (start, end): Span) -> &str {
        self.text.get(start as usize..end as usize).unwrap_or_default()
    }

    /// Makes texts of JSON scalars. Returns how many numbers no double holds, which are missing from now on.
    ///
    /// # Errors
    /// The kind of the first row that is no scalar.
    pub(super) fn unquote(&mut self) -> Result<u64, Kind> {
        let mut non_finite = 0;
        for row in 0..self.rows.len() {
            let Some(span @ (start, end)) = self.rows[row] else { continue };
            let token = self.text(span);
            match Kind::of(token) {
                Kind::Text if token.contains('\\') => {
                    // Half of a surrogate pair is no text.
                    let text: String = serde_json::from_str(token).map_err(|_| Kind::Text)?;
                    self.rows[row] = present(&text).then(|| self.copy(&text));
                }
                Kind::Text => {
                    let inside = (start + 1, end - 1);
                    self.rows[row] = present(self.text(inside)).then_some(inside);
                }
                Kind::Number if is_beyond_a_double(token.as_bytes()) => {
                    non_finite += 1;
                    self.rows[row] = None;
                }
                Kind::Number | Kind::Boolean | Kind::Null => {}
                kind => return Err(kind),
            }
        }
        Ok(non_finite)
    }
}

impl Visit for Tokens {
    #[inline]
    fn end<'de, D: Deserializer<'de>>(
        &mut self,
        _: &[usize],
        row: Option<u32>,
        value: D,
    ) -> Result<(), D::Error> {
        self.take(row, <&RawValue>::deserialize(value)?.get()).map_err(D::Error::custom)
    }

    fn end_token(&mut self, _: &[usize], row: Option<u32>, token: &str) -> Result<(), serde_json::Error> {
        self.take(row, token)
    }

    #[inline]
    fn forget(&mut self, _: &[usize], row: Option<u32>) {
        self.rows.truncate(row.unwrap_or_default() as usize);
        self.is_list &= row.is_some();
    }

    fn begin_list(&mut self, _: &[usize]) {
        self.rows.clear();
        self.is_list = true;
    }

    fn end_list(&mut self, _: &[usize], rows: u32) {
        self.rows.resize(rows as usize, None);
    }
}

fn present(text: &str) -> bool {
    !text.trim_ascii().is_empty()
}
