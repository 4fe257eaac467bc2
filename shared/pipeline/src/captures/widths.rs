//! Where the first record of another width than most of the window's stands: which width that is, only its end tells.
//!
//! It counts nothing. Two places are enough: whichever width has most rows, the first record of another one is the window's
//! first record, or the first that differs from that.

use bellwether_contract::capture::LeftOut;
use bellwether_contract::execution::BrokenLine;
use serde::{Deserialize, Serialize};

/// The first records of the first two widths.
#[derive(Debug, Default, Serialize, Deserialize)]
pub struct FirstWidths(Vec<(usize, BrokenLine)>);

impl FirstWidths {
    /// Takes note of a record of so many cells, as a sample without words, if its width is one of the first two.
    pub(super) fn note(&mut self, width: usize, sample: impl FnOnce() -> BrokenLine) {
        if self.0.len() < 2 && self.0.iter().all(|(known, _)| *known != width) {
            self.0.push((width, sample()));
        }
    }

    /// Takes note of what later files have.
    pub(super) fn merge(&mut self, later: Self) {
        later.0.into_iter().for_each(|(width, sample)| self.note(width, || sample));
    }

    /// The first record of another width than that of most rows.
    #[must_use]
    pub fn other_than(&self, most: usize) -> Option<BrokenLine> {
        let (width, sample) = self.0.iter().find(|(width, _)| *width != most)?;
        let expected = format!("a record of {most} cells, as most of the window's rows");
        let found = format!("a record of {width} cells");
        Some(BrokenLine { reason: LeftOut::OtherWidth, expected, found, ..sample.clone() })
    }
}
