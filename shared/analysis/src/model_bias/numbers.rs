//! A column that only the flip test needs: eight bytes a row, as long as every column is of numbers and the rows are few enough.

mod partial;

use super::cell::{BiasCell, ColumnType, Known, read};

/// Numbers, and which types of value were seen.
#[derive(Debug, Clone, Default)]
pub(super) struct NumberColumn {
    values: Vec<f64>,
    seen: Seen,
}

#[derive(Debug, Clone, Copy, Default)]
struct Seen {
    texts: bool,
    truths: bool,
    numbers: bool,
    missing: bool,
}

impl NumberColumn {
    /// Takes a value in; `keeps` is whether it is stored.
    pub(super) fn push(&mut self, cell: BiasCell<'_>, keeps: bool) {
        let known = match cell {
            BiasCell::Missing => Known::Missing,
            BiasCell::Truth(truth) => Known::Truth(truth),
            BiasCell::Integer(number) => Known::Integer(number),
            BiasCell::Double(number) if number.is_nan() => Known::Missing,
            BiasCell::Double(number) => Known::Double(number),
            BiasCell::Text(_) => {
                self.seen.texts = true;
                return;
            }
            BiasCell::Written(written) => read(written),
        };
        match known {
            Known::Missing => self.seen.missing = true,
            Known::Truth(_) => self.seen.truths = true,
            Known::Integer(_) | Known::Double(_) => self.seen.numbers = true,
            Known::Text(_) => self.seen.texts = true,
        }
        if keeps {
            self.values.push(known.number().unwrap_or(f64::NAN));
        }
    }

    pub(super) fn drop_values(&mut self) {
        self.values = Vec::new();
    }

    pub(super) fn merge(&mut self, other: &Self) {
        self.values.extend_from_slice(&other.values);
        self.seen = Seen {
            texts: self.seen.texts || other.seen.texts,
            truths: self.seen.truths || other.seen.truths,
            numbers: self.seen.numbers || other.seen.numbers,
            missing: self.seen.missing || other.seen.missing,
        };
    }

    pub(super) fn values(&self) -> &[f64] {
        &self.values
    }

    /// A text makes a column of objects, whatever else is in it.
    pub(super) fn has_texts(&self) -> bool {
        self.seen.texts
    }

    pub(super) fn column_type(&self) -> ColumnType {
        let Seen { texts, truths, numbers, missing } = self.seen;
        match () {
            () if texts || (truths && (numbers || missing)) => ColumnType::Object,
            () if truths => ColumnType::Truth,
            () => ColumnType::Double,
        }
    }
}
