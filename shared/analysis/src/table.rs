//! The profile of a table: named columns and a number of rows.
//!
//! It does not read files and holds no row. A cell that a row does not bring is missing, and so is every cell of the
//! rows before a column first appeared.
//!
//! ```
//! use bellwether_analysis::table::TableProfile;
//!
//! let mut table = TableProfile::with_columns(["age".to_owned()]);
//! table.feature_mut(0).push_text(b"30");
//! table.end_rows(1);
//! // The second row brings a column that the first had not, and no age.
//! let city = table.column("city");
//! table.feature_mut(city).push_text(b"Graz");
//! table.end_rows(1);
//!
//! let statistics = table.observe().statistics;
//! assert_eq!(statistics.dataset.item_count, 2);
//! let missing = |place: usize| statistics.features[place].counts().map(|counts| counts.num_missing);
//! assert_eq!((missing(0), missing(1)), (Some(1), Some(1)));
//! ```

mod partial;

use std::collections::HashMap;

use bellwether_contract::statistics::{Dataset, Statistics, Unknown};

use crate::cells::{MissingTexts, Rows};
use crate::feature::{FeatureProfile, ROWS_AT_A_TIME};
use crate::observed::Observed;

pub use crate::cells::MAX_COLUMNS;

/// A table so far; the default has no column and no row and is the identity of [`TableProfile::merge`].
#[derive(Debug, Clone, Default)]
pub struct TableProfile {
    names: Vec<String>,
    features: Vec<FeatureProfile>,
    places: HashMap<String, usize>,
    rows: u64,
}

impl TableProfile {
    /// A table of these columns, in this order; a name that comes twice is one column.
    pub fn with_columns<I: IntoIterator<Item = String>>(names: I) -> Self {
        let mut table = Self::default();
        for name in names {
            table.column(&name);
        }
        table
    }

    /// The place of a column, which is added at the end where there is none of that name.
    pub fn column(&mut self, name: &str) -> usize {
        if let Some(&place) = self.places.get(name) {
            return place;
        }
        self.places.insert(name.to_owned(), self.names.len());
        self.names.push(name.to_owned());
        self.features.push(FeatureProfile::default());
        self.names.len() - 1
    }

    /// The place of a column, if there is one of that name.
    #[must_use]
    pub fn place(&self, name: &str) -> Option<usize> {
        self.places.get(name).copied()
    }

    /// The columns' names, in order.
    #[must_use]
    pub fn names(&self) -> &[String] {
        &self.names
    }

    /// The column at a place that [`TableProfile::column`] gave.
    pub fn feature_mut(&mut self, column: usize) -> &mut FeatureProfile {
        &mut self.features[column]
    }

    /// The columns, in order.
    #[must_use]
    pub fn features(&self) -> &[FeatureProfile] {
        &self.features
    }

    /// The columns, in order, to be filled apart from each other; [`TableProfile::end_rows`] says how many rows it were.
    pub fn features_mut(&mut self) -> &mut [FeatureProfile] {
        &mut self.features
    }

    /// Adds a block of rows, the cells of which are those of the columns in order.
    pub fn push_rows(&mut self, rows: &Rows) {
        self.push_rows_but(rows, &MissingTexts::default());
    }

    /// The same, save the texts that mean no value.
    pub fn push_rows_but(&mut self, rows: &Rows, missing: &MissingTexts) {
        let mut columns: Vec<_> = (0..rows.width()).zip(&mut self.features).collect();
        rows.push_columns(&mut columns, missing);
        self.rows += rows.len() as u64;
    }

    /// The same rows with the columns that are kept, by their new names.
    #[must_use]
    pub fn kept<'n>(self, name_of: impl Fn(&'n str) -> Option<&'n str>, names: &'n [String]) -> Self {
        let mut kept = Self { rows: self.rows, ..Self::default() };
        for (name, feature) in names.iter().zip(self.features) {
            if let Some(name) = name_of(name) {
                let column = kept.column(name);
                kept.features[column] = feature;
            }
        }
        kept
    }

    /// Ends rows, the cells of which were pushed.
    pub fn end_rows(&mut self, rows: u64) {
        let blocks = self.rows / ROWS_AT_A_TIME as u64;
        self.rows += rows;
        if self.rows / ROWS_AT_A_TIME as u64 > blocks {
            FeatureProfile::settle(&mut self.features);
        }
    }

    /// Rows so far.
    #[must_use]
    pub fn rows(&self) -> u64 {
        self.rows
    }

    /// Adds the rows of a later part. Columns are matched by name; those only there come after those that are here.
    pub fn merge(&mut self, later: &Self) {
        for (name, feature) in later.names.iter().zip(&later.features) {
            let known = self.names.len();
            match self.column(name) {
                place if place < known => self.features[place].merge(feature),
                place => self.features[place].clone_from(feature),
            }
        }
        self.rows += later.rows;
    }

    /// Puts the columns into the order of their names' bytes, where the data has no order of its own, as JSON.
    pub fn sort_by_name(&mut self) {
        let names = std::mem::take(&mut self.names);
        let features = std::mem::take(&mut self.features);
        let mut columns: Vec<_> = names.into_iter().zip(features).collect();
        columns.sort_by(|left, right| left.0.cmp(&right.0));
        (self.names, self.features) = columns.into_iter().unzip();
        self.places = self.names.iter().cloned().zip(0..).collect();
    }

    /// What was seen of the table.
    #[must_use]
    pub fn observe(&self) -> Observed {
        let columns = self.names.iter().zip(&self.features);
        let statistics = Statistics {
            dataset: Dataset { item_count: self.rows, unknown: Unknown::new() },
            features: columns.map(|(name, feature)| feature.finish(name, self.rows)).collect(),
            ..Statistics::default()
        };
        Observed { statistics, types: self.features.iter().map(|feature| feature.types(self.rows)).collect() }
    }
}

#[cfg(test)]
mod tests;
