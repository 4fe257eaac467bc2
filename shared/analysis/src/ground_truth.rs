//! The labels of captured records, from lines of ground-truth files: a table from id to label rows, held while records stream past.
//!
//! It reads no file and knows no window: which files, and in what order, is the caller's business. Whether a label is right or known is
//! not asked here.
//!
//! | what comes | what becomes of it |
//! |---|---|
//! | a record of a new id | held: `records`, and its `rows` |
//! | an id again, with other labels | they replace the earlier ones, all rows of them: `corrected`. Who adds files in the order of their keys keeps the newest |
//! | an id again, with the same labels as they are written | `doubled` |
//! | a record that cannot be read, or yields no labels | `left_out` by reason; an earlier one of its id stays |
//! | an id outside the declared sample | `left_out` as `not_sampled`, and nothing is noted of it |
//!
//! So the order of records counts only for records of one id. A label that is missing is a row without a label.
//!
//! **Memory.** A record takes 24 bytes: an id of 128 bits ([`id_number`]), its number and its label; 27 with what is reserved. Labels that
//! repeat are kept once. One of its own takes its text and up to 16 bytes more; a record of several rows 32 bytes and 4 a row. Measured,
//! four million records of two classes are 105 MB, of different numbers such as `1234.567` 192 MB. Above [`MOST_TRUTH_RECORDS`],
//! [`MOST_TRUTH_ROWS`] or [`MOST_LABEL_BYTES`] there is [`TooMuchTruth`] and no table.
//!
//! ```
//! use bellwether_analysis::ground_truth::Labels;
//! use bellwether_contract::capture::id_number;
//!
//! let record = |id: &str, label: &str| format!(
//!     r#"{{"groundTruthData":{{"data":"{label}","encoding":"CSV"}},"eventMetadata":{{"eventId":"{id}"}}}}"#
//! );
//! let mut labels = Labels::default();
//! let mut broken = Vec::new();
//! for line in [record("a", "1"), record("b", "0"), record("a", "0"), "{}".to_owned()] {
//!     labels.add_line(line.as_bytes(), &mut |rejected| broken.push(rejected.reason.as_str()))?;
//! }
//! let of = |id: &str| Some(labels.of(id_number(id)?)?.texts().map(|text| text.map(str::to_owned)).collect::<Vec<_>>());
//! assert_eq!(of("a"), Some(vec![Some("0".to_owned())]), "the later one counts");
//! assert_eq!(of("c"), None);
//! let counts = labels.counts();
//! assert_eq!((counts.records, counts.corrected, counts.doubled), (2, 1, 0));
//! assert_eq!(broken, ["not_a_record"]);
//! # Ok::<(), bellwether_analysis::ground_truth::TooMuchTruth>(())
//! ```

mod held;
mod matched;
mod sample;
mod texts;

pub use matched::Matched;
pub use sample::Sample;

use crate::attribute::{Attribute, Values};
use bellwether_contract::capture::{CaptureRecord, LeftOut, Rejected, id_number};
use bellwether_contract::ground_truth::{TruthRecord, each_record};
use held::{Held, HeldRecords, Rows};
use std::collections::BTreeMap;
use texts::Texts;

/// Most records that are held.
pub const MOST_TRUTH_RECORDS: usize = 4_000_000;
/// Most rows of them.
pub const MOST_TRUTH_ROWS: usize = 10_000_000;
/// Most bytes of different labels.
pub const MOST_LABEL_BYTES: usize = 256 << 20;

/// More ground truth than is held.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error(
    "more than {most} {what} of ground truth; give shorter windows, or measure a share of the records (SAMPLE, --sample), which keeps the same ones of both sides"
)]
pub struct TooMuchTruth {
    /// How many there is room for.
    pub most: usize,
    /// Of what: `records`, `rows` or `bytes of labels`.
    pub what: &'static str,
}

/// What was read.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct TruthCounts {
    /// Ids with labels.
    pub records: u64,
    /// Rows of their labels.
    pub rows: u64,
    /// Records that came again with other labels.
    pub corrected: u64,
    /// Records that came again with the same labels.
    pub doubled: u64,
    /// Records, or lines that hold none, by why they are left out.
    pub left_out: BTreeMap<LeftOut, u64>,
}

/// Labels by id; the default reads the first cell of each row.
#[derive(Debug, Clone, Default)]
pub struct Labels {
    attribute: Attribute,
    /// Whether captured records bring their labels, and none are held here.
    are_brought: bool,
    sample: Sample,
    most: Most,
    held: HeldRecords,
    texts: Texts,
    counts: TruthCounts,
    values: Values,
    codes: Vec<u32>,
}

#[derive(Debug, Clone, Copy)]
struct Most {
    records: usize,
    rows: usize,
    label_bytes: usize,
}

impl Default for Most {
    fn default() -> Self {
        Self { records: MOST_TRUTH_RECORDS, rows: MOST_TRUTH_ROWS, label_bytes: MOST_LABEL_BYTES }
    }
}

/// The labels of one record.
#[derive(Debug, Clone, Copy)]
pub struct TruthRows<'l> {
    /// Its number among the records, for [`Matched`].
    pub number: u32,
    rows: Rows<'l>,
    texts: &'l Texts,
}

impl<'l> TruthRows<'l> {
    /// How many rows there are.
    #[must_use]
    pub fn rows(&self) -> usize {
        self.rows.codes().len()
    }

    /// The label of each row; `None` is missing.
    pub fn texts(&self) -> impl ExactSizeIterator<Item = Option<&'l str>> + use<'_, 'l> {
        self.rows.codes().iter().map(|code| self.texts.text(*code))
    }
}

impl Labels {
    /// No labels yet; those to come stand where the attribute says.
    #[must_use]
    pub fn new(attribute: Attribute) -> Self {
        Self { attribute, ..Self::default() }
    }

    /// The same table of a share of the ids.
    #[must_use]
    pub fn sampled(self, sample: Sample) -> Self {
        Self { sample, ..self }
    }

    #[cfg(test)]
    pub(crate) fn with_limits(records: usize, rows: usize, label_bytes: usize) -> Self {
        Self { most: Most { records, rows, label_bytes }, ..Self::default() }
    }

    /// Adds the records of a line, and calls `note` with each that cannot be read. Returns how many were taken.
    ///
    /// # Errors
    /// More than is held: then the table is no whole one, and of no use.
    pub fn add_line(&mut self, line: &[u8], note: &mut impl FnMut(Rejected)) -> Result<u64, TooMuchTruth> {
        let mut taken = Ok(0);
        each_record(line, |record| {
            let Ok(before) = taken else { return };
            match record.and_then(|record| self.read(&record)) {
                Ok(id) => taken = self.hold(id).map(|()| before + 1),
                Err(rejected) => {
                    *self.counts.left_out.entry(rejected.reason).or_insert(0) += 1;
                    if rejected.reason != LeftOut::NotSampled {
                        note(rejected);
                    }
                }
            }
        });
        taken
    }

    /// Reads the labels of a record, and says whose they are.
    fn read(&mut self, record: &TruthRecord<'_>) -> Result<u128, Rejected> {
        // A record has an id that names one.
        let id = id_number(record.id()).ok_or(LeftOut::NoMetadata)?;
        if !self.sample.keeps(id) {
            return Err(LeftOut::NotSampled.into());
        }
        let payload = record.ground_truth_data.payload()?;
        self.attribute.read(&payload, &[], &mut self.values)?;
        Ok(id)
    }

    /// Holds the labels that were read.
    fn hold(&mut self, id: u128) -> Result<(), TooMuchTruth> {
        let Self { most, held, texts, counts, values, codes, .. } = self;
        codes.clear();
        codes.extend(values.texts().map(|text| texts.code(text)));
        let earlier = match held.get(id) {
            Some((_, earlier)) if earlier.codes() == codes => {
                counts.doubled += 1;
                return Ok(());
            }
            Some((_, earlier)) => Some(earlier.codes().len() as u64),
            None => None,
        };
        match earlier {
            Some(_) => counts.corrected += 1,
            None => counts.records += 1,
        }
        counts.rows = counts.rows - earlier.unwrap_or(0) + codes.len() as u64;
        let amounts = [
            (counts.records as usize, most.records, "records"),
            (counts.rows as usize, most.rows, "rows"),
            (texts.label_bytes(), most.label_bytes, "bytes of labels"),
        ];
        if let Some((_, most, what)) = amounts.into_iter().find(|(amount, most, _)| amount > most) {
            return Err(TooMuchTruth { most, what });
        }
        held.put(id, codes);
        Ok(())
    }

    /// The same where captured records bring their own labels, as those of the merge job do: [`Self::brought_by`] has them.
    #[must_use]
    pub fn brought(self) -> Self {
        Self { are_brought: true, ..self }
    }

    /// Whether captured records bring their own labels.
    #[must_use]
    pub fn are_brought(&self) -> bool {
        self.are_brought
    }

    /// The labels that a captured record brings with it, by this id; `None` where records bring none, or this one does not.
    ///
    /// # Errors
    /// Labels that cannot be read, or are more than are held.
    pub fn brought_by(&self, record: &CaptureRecord<'_>, id: u128) -> Result<Option<Self>, Rejected> {
        let Some(side) = record.ground_truth_data.as_ref().filter(|_| self.are_brought) else {
            return Ok(None);
        };
        let mut labels = Self::new(self.attribute.clone());
        labels.attribute.read(&side.payload()?, &[], &mut labels.values)?;
        labels.hold(id).map_err(|_| LeftOut::Oversize)?;
        Ok(Some(labels))
    }

    /// The labels of an id.
    #[must_use]
    pub fn of(&self, id: u128) -> Option<TruthRows<'_>> {
        let (Held { number, .. }, rows) = self.held.get(id)?;
        Some(TruthRows { number: *number, rows, texts: &self.texts })
    }

    /// What was read.
    #[must_use]
    pub fn counts(&self) -> &TruthCounts {
        &self.counts
    }

    /// Which ids are in the table, and so in what is joined with it.
    #[must_use]
    pub fn sample(&self) -> Sample {
        self.sample
    }

    /// How many records nobody has matched.
    #[must_use]
    pub fn unmatched(&self, matched: &Matched) -> u64 {
        self.counts.records.saturating_sub(matched.count())
    }

    /// What it takes of memory.
    #[must_use]
    pub fn size_bytes(&self) -> usize {
        self.held.size_bytes() + self.texts.size_bytes()
    }
}

#[cfg(test)]
mod tests;
