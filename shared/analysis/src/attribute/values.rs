//! The value of each row as a text, and as a number where it is one.

use super::tokens::Tokens;
use bellwether_contract::shape::Kind;

/// One value for each row of a payload.
#[derive(Debug, Clone, Default)]
pub struct Values {
    pub(super) tokens: Tokens,
    /// Numbers that no double holds, anywhere in a payload that had to be read once more for them.
    pub non_finite: u64,
    /// Rows of CSV that repeat the names of the columns: passed over.
    pub header_rows: u64,
    /// Whether the payload is CSV whose first row reads like names of columns, and its second does not.
    pub begins_like_names: bool,
}

impl Values {
    /// How many rows there are.
    #[must_use]
    pub fn rows(&self) -> usize {
        self.tokens.rows().len()
    }

    /// The texts; `None` is missing.
    pub fn texts(&self) -> impl ExactSizeIterator<Item = Option<&str>> {
        self.tokens.rows()
    }

    /// The numbers that the texts are; `None` is missing, another text, and no finite number.
    pub fn numbers(&self) -> impl ExactSizeIterator<Item = Option<f64>> {
        self.texts().map(|text| number(text?))
    }

    /// Forgets the rows, so that others are kept in their place.
    pub(crate) fn keep_none(&mut self) {
        self.tokens.begin(super::Row::Value);
    }

    /// Adds a row.
    pub(crate) fn keep(&mut self, text: Option<&str>) {
        self.tokens.push_cell(text.unwrap_or_default().as_bytes());
    }

    /// Forgets everything but its memory.
    pub(super) fn clear(&mut self) {
        self.tokens.begin(super::Row::Value);
        (self.non_finite, self.header_rows, self.begins_like_names) = (0, 0, false);
    }

    pub(super) fn unquote(&mut self, non_finite: u64) -> Result<(), Kind> {
        self.non_finite = non_finite.max(self.tokens.unquote()?);
        Ok(())
    }
}

/// A finite number, whatever is around it in white space.
pub(super) fn number(text: &str) -> Option<f64> {
    text.trim_ascii().parse().ok().filter(|number: &f64| number.is_finite())
}
