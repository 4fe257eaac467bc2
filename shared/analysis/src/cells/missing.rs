//! Texts that mean no value, as a selection declares them.

/// Texts that mean no value in a column.
#[derive(Debug, Clone, Default)]
pub(crate) struct Markers(Box<[Box<[u8]>]>);

impl Markers {
    /// These texts.
    pub(crate) fn of<'t>(texts: impl Iterator<Item = &'t str>) -> Self {
        Self(texts.map(|text| text.as_bytes().into()).collect())
    }

    /// Whether every text is a value.
    pub(crate) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Whether a text is one of them.
    pub(crate) fn contain(&self, text: &[u8]) -> bool {
        self.0.iter().any(|marker| **marker == *text)
    }
}

/// The texts that mean no value, for each column of a table by position; none of the default.
#[derive(Debug, Clone, Default)]
pub struct MissingTexts(Box<[Markers]>);

impl MissingTexts {
    /// Those of columns in their order.
    pub(crate) fn of(columns: impl Iterator<Item = Markers>) -> Self {
        Self(columns.collect())
    }

    /// Whether every text is a value.
    pub(crate) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Whether a text of a column is none.
    pub(crate) fn contain(&self, column: usize, text: &[u8]) -> bool {
        self.0.get(column).is_some_and(|markers| markers.contain(text))
    }
}
