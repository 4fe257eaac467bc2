//! All cells of each row, with the types that JSON gives them; cells of CSV have none.

use super::tokens::Tokens;
use bellwether_contract::json::non_finite::is_beyond_a_double;
use bellwether_contract::shape::Kind;
use serde_json::value::RawValue;
use std::collections::HashMap;

/// A cell of a row.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum TypedCell<'c> {
    /// Null, or a number that no double holds.
    Missing,
    /// `true` or `false`.
    Truth(bool),
    /// A number of JSON, as it is written.
    Number(&'c str),
    /// A text of JSON.
    Text(&'c str),
    /// A cell of CSV.
    Written(&'c str),
}

impl<'c> TypedCell<'c> {
    /// As [`Values`](super::Values) have it: without quotes, and nothing where it is missing.
    #[must_use]
    pub fn text(self) -> Option<&'c str> {
        match self {
            Self::Missing => None,
            Self::Truth(truth) => Some(if truth { "true" } else { "false" }),
            Self::Number(text) | Self::Text(text) | Self::Written(text) => Some(text),
        }
    }
}

/// The cells of each row of a payload.
#[derive(Debug, Clone, Default)]
pub struct TypedRows {
    text: String,
    cells: Vec<(Kept, usize)>,
    /// Where the cells of each row end.
    ends: Vec<usize>,
    /// Numbers that no double holds.
    pub non_finite: u64,
    /// Rows of CSV that repeat the names of the columns: passed over.
    pub header_rows: u64,
    /// Whether the payload is CSV whose first row reads like names of columns, and its second does not.
    pub begins_like_names: bool,
}

/// Why there is no row.
#[derive(Debug)]
pub(super) enum NoRow {
    /// A cell of this kind is none.
    Cell(Kind),
    /// An object has no field of this name.
    Lacks(String),
}

/// What a cell is; texts end where it says.
#[derive(Debug, Clone, Copy)]
enum Kept {
    Missing,
    Truth(bool),
    Number,
    Text,
    Written,
}

impl TypedRows {
    /// How many rows there are.
    #[must_use]
    pub fn rows(&self) -> usize {
        self.ends.len()
    }

    /// The cells of a row; none of one that is not there.
    pub fn row(&self, row: usize) -> impl Iterator<Item = TypedCell<'_>> {
        let start = row.checked_sub(1).map_or(0, |before| self.ends.get(before).copied().unwrap_or_default());
        let end = self.ends.get(row).copied().unwrap_or(start);
        (start..end).map(|cell| self.cell(cell))
    }

    fn cell(&self, cell: usize) -> TypedCell<'_> {
        let start = cell.checked_sub(1).map_or(0, |before| self.cells[before].1);
        let (kept, end) = self.cells[cell];
        let text = self.text.get(start..end).unwrap_or_default();
        match kept {
            Kept::Missing => TypedCell::Missing,
            Kept::Truth(truth) => TypedCell::Truth(truth),
            Kept::Number => TypedCell::Number(text),
            Kept::Text => TypedCell::Text(text),
            Kept::Written => TypedCell::Written(text),
        }
    }

    pub(super) fn clear(&mut self) {
        self.text.clear();
        self.cells.clear();
        self.ends.clear();
        (self.non_finite, self.header_rows, self.begins_like_names) = (0, 0, false);
    }

    fn keep(&mut self, kept: Kept, text: &str) {
        self.text.push_str(text);
        self.cells.push((kept, self.text.len()));
    }

    /// Adds a cell of CSV.
    pub(super) fn push_written(&mut self, cell: Option<&[u8]>) {
        // Cells are parts of a text, cut at commas and quotes.
        self.keep(Kept::Written, std::str::from_utf8(cell.unwrap_or_default()).unwrap_or_default());
    }

    /// The row has no more cells.
    pub(super) fn end_row(&mut self) {
        self.ends.push(self.cells.len());
    }

    /// Reads rows of JSON: lists in the order of the columns, or objects with them by `names`.
    ///
    /// # Errors
    /// A cell that is none, or an object without one of the names: a row of what is not there would be read as missing.
    pub(super) fn read(&mut self, tokens: &Tokens, names: &[String]) -> Result<(), NoRow> {
        for row in tokens.rows() {
            match row.map(|token| (Kind::of(token), token)) {
                None => {}
                Some((Kind::List, token)) => {
                    let cells: Vec<&RawValue> =
                        serde_json::from_str(token).map_err(|_| NoRow::Cell(Kind::List))?;
                    cells.into_iter().try_for_each(|cell| self.push(cell.get()))?;
                }
                Some((Kind::Object, token)) => {
                    let fields: HashMap<String, &RawValue> =
                        serde_json::from_str(token).map_err(|_| NoRow::Cell(Kind::Object))?;
                    for name in names {
                        let field = fields.get(name).ok_or_else(|| NoRow::Lacks(name.clone()))?;
                        self.push(field.get())?;
                    }
                }
                // The only column.
                Some((_, token)) => self.push(token)?,
            }
            self.end_row();
        }
        Ok(())
    }

    fn push(&mut self, token: &str) -> Result<(), NoRow> {
        match Kind::of(token) {
            Kind::Null => self.keep(Kept::Missing, ""),
            Kind::Boolean => self.keep(Kept::Truth(token == "true"), ""),
            Kind::Number if is_beyond_a_double(token.as_bytes()) => {
                self.non_finite += 1;
                self.keep(Kept::Missing, "");
            }
            Kind::Number => self.keep(Kept::Number, token),
            Kind::Text => {
                // Half of a surrogate pair is no text.
                let text: String = serde_json::from_str(token).map_err(|_| NoRow::Cell(Kind::Text))?;
                self.keep(Kept::Text, &text);
            }
            kind => return Err(NoRow::Cell(kind)),
        }
        Ok(())
    }
}
