//! The records of a dataset that are no rows: counted by reason, the first ones kept as samples.
//!
//! It does not judge whether they are too many.

use crate::captures::excerpt;
use bellwether_contract::capture::LeftOut;
use bellwether_contract::execution::BrokenLine;
use std::collections::BTreeMap;

/// Most records that are kept as samples.
const SAMPLES: usize = 20;

/// Records left out, of one file or of several.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct LeftOutRecords {
    /// How many, by reason.
    pub by_reason: BTreeMap<LeftOut, u64>,
    /// The first of them.
    pub samples: Vec<BrokenLine>,
}

impl LeftOutRecords {
    /// All of them.
    pub fn count(&self) -> u64 {
        self.by_reason.values().sum()
    }

    /// Adds records that no line can be named of any more.
    pub(super) fn count_more(&mut self, reason: LeftOut, records: u64) {
        if records > 0 {
            *self.by_reason.entry(reason).or_insert(0) += records;
        }
    }

    /// Adds a record of the file `object` by its line and its beginning.
    pub(super) fn add(&mut self, object: &str, line: u64, reason: LeftOut, text: &[u8]) {
        self.count_more(reason, 1);
        if self.samples.len() < SAMPLES {
            self.samples.push(BrokenLine { object: object.to_owned(), line, reason, excerpt: excerpt(text) });
        }
    }

    /// Adds those of a later file.
    pub(super) fn append(&mut self, later: Self) {
        later.by_reason.into_iter().for_each(|(reason, records)| self.count_more(reason, records));
        let room = SAMPLES - self.samples.len();
        self.samples.extend(later.samples.into_iter().take(room));
    }
}
