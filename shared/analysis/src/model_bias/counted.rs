//! Rows of groups without the features that only the flip test looks at: counts that merge with those of other windows.
//!
//! | of several windows | against one window of the same rows |
//! |---|---|
//! | sizes, and every metric but `FT`, the types of columns and the order of groups among what they hang on | identical |
//! | `FT` | absent, with the reason: it looks at row by row |
//!
//! However windows are grouped when they are merged, the same windows in the same order come to the same bytes. What is held grows with the
//! values that occur together, not with the rows.

mod partial;

use super::rows::{BiasRows, MOST_BIAS_ROWS};
use crate::partial::OfWindow;

/// Rows of one window or several, counted.
#[derive(Debug, Clone)]
pub struct CountedGroups(BiasRows);

impl CountedGroups {
    /// Those of a window.
    #[must_use]
    pub fn of(rows: &BiasRows) -> Self {
        Self(rows.counted())
    }

    /// As rows, each of which stands for many: to be measured.
    #[must_use]
    pub fn rows(&self) -> &BiasRows {
        &self.0
    }

    /// The same, and nothing else.
    #[must_use]
    pub fn into_rows(self) -> BiasRows {
        self.0
    }
}

impl OfWindow for CountedGroups {
    fn differs(&self, later: &Self) -> Option<String> {
        if self.0.problem() != later.0.problem() {
            return Some("another label, facet, feature or group was asked for from here on".to_owned());
        }
        let mut both = self.0.clone();
        both.merge(&later.0).is_err().then(|| {
            format!("more than {MOST_BIAS_ROWS} kinds of rows in all windows together; shorten the time")
        })
    }

    fn merge(&mut self, later: &Self) {
        if self.0.merge(&later.0).is_ok() {
            self.0 = self.0.counted();
        }
    }
}

#[cfg(test)]
mod tests;
