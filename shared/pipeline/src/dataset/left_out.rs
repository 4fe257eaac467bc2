//! The records of a dataset that are no rows: counted by reason, the first ones kept as samples.
//!
//! It does not judge whether they are too many.

use bellwether_contract::capture::{LeftOut, Rejected};
use bellwether_contract::execution::BrokenLine;
use std::collections::BTreeMap;

/// Records left out, of one file or of several.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct LeftOutRecords {
    /// How many, by reason.
    pub by_reason: BTreeMap<LeftOut, u64>,
    /// The first of them, and the first of each reason.
    pub samples: Vec<BrokenLine>,
    /// Whether samples may show how their records begin.
    sample_payloads: bool,
}

/// Rows that repeat their file's header, as where files were joined.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct HeaderRows {
    /// How many.
    pub count: u64,
    /// The file and the line of the first.
    pub first: Option<(String, u64)>,
}

impl HeaderRows {
    /// Adds rows of a file.
    pub(super) fn add(&mut self, object: &str, lines: &[u64]) {
        self.count += lines.len() as u64;
        if let (None, Some(line)) = (&self.first, lines.first()) {
            self.first = Some((object.to_owned(), *line));
        }
    }

    /// Adds those of a later file.
    pub(super) fn append(&mut self, later: Self) {
        self.count += later.count;
        self.first = self.first.take().or(later.first);
    }
}

impl LeftOutRecords {
    pub(super) fn new(sample_payloads: bool) -> Self {
        Self { sample_payloads, ..Self::default() }
    }

    /// None yet, of another file.
    pub(super) fn of_a_file(&self) -> Self {
        Self::new(self.sample_payloads)
    }

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

    /// Adds a record of the file `object` by its line and its text.
    pub(super) fn add(&mut self, object: &str, line: u64, rejected: Rejected, text: &[u8]) {
        self.count_more(rejected.reason, 1);
        let text = self.sample_payloads.then_some(text);
        BrokenLine::sample(&mut self.samples, rejected, line, || object.to_owned(), text);
    }

    /// Adds those of a later file.
    pub(super) fn append(&mut self, later: Self) {
        later.by_reason.into_iter().for_each(|(reason, records)| self.count_more(reason, records));
        later.samples.into_iter().for_each(|sample| sample.keep(&mut self.samples));
    }
}
