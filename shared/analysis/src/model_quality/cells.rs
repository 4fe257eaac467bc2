//! Labelled rows counted by truth and answer, in all rows and in each draw: what every metric but those of scores is made of.

use std::collections::BTreeMap;

use super::binary::places;
use super::measured::Subsets;
use super::rows::LabelRow;

/// Rows of each pair of truth and answer that occurs.
#[derive(Debug, Clone, Default, PartialEq)]
pub(super) struct Cells(BTreeMap<(u16, u16), Subsets<u64>>);

impl Cells {
    /// Those of rows; quick where equal pairs follow each other.
    pub(super) fn of(rows: &[LabelRow]) -> Self {
        let mut cells = Self::default();
        for run in rows.chunk_by(|a, b| (a.truth, a.answer) == (b.truth, b.answer)) {
            let mut counts = Subsets::default();
            run.iter().flat_map(places).for_each(|place| counts[place] += 1);
            run.iter().take(1).for_each(|row| cells.add(row.truth, row.answer, &counts));
        }
        cells
    }

    pub(super) fn add(&mut self, truth: u16, answer: u16, counts: &Subsets<u64>) {
        let cell = self.0.entry((truth, answer)).or_default();
        cell.iter_mut().zip(counts).for_each(|(count, more)| *count += more);
    }

    /// Truth, answer and rows.
    pub(super) fn iter(&self) -> impl ExactSizeIterator<Item = (u16, u16, &Subsets<u64>)> {
        self.0.iter().map(|((truth, answer), counts)| (*truth, *answer, counts))
    }

    /// How many rows there are.
    pub(super) fn rows(&self) -> u64 {
        self.0.values().map(|[all, ..]| all).sum()
    }
}
