//! Captured records beside their labels: what was answered is joined with what was right, row by row, while records stream past.
//!
//! It holds labels and labelled rows, and no record. Which records belong to a window is not decided here (`window_filter`), and no
//! metric is computed (`model_quality`).
//!
//! ```text
//! id of a captured record  =  inferenceId, where it has one that is not blank; otherwise eventId
//! a record is labelled     =  a ground-truth record has its id, and at least one label
//! row i of its answer      ~  row i of its labels
//! ```
//!
//! | captured record | what becomes of it |
//! |---|---|
//! | labelled | each row is pushed with its label, or counted in `rows_left_out` by why not |
//! | not labelled | counted as `captured` |
//! | that brings its own label ([`Labels::brought`]), as records of the merge job do | that label is its label |
//! | with another number of rows than its labels | captured, and its rows counted in `rows_left_out` as `row_count` |
//! | with other numbers of labels and scores in its answer | left out as `row_count`; as `header_in_payload` where one row more begins with what reads like names |
//! | without a response | `no_output` |
//! | with an answer that cannot be read | left out by its reason, labelled or not |
//! | of an id that came before | kept again with the same labels, as the container does; copies of one `eventId` are the window's business |
//! | outside the declared sample of ids | `not_sampled` |
//!
//! A label that several captured records meet is matched once. The order of records changes nothing, and parts may be merged:
//! in which draws a row is follows from the record's `eventId` and the row's place ([`Draws`]).
//!
//! Where an estimate is wanted ([`LabelledRecords::estimating`]), every row of every answer counts in a [`ScoreHistogram`] as well, labelled
//! or not.
//!
//! ```
//! use bellwether_analysis::ground_truth::Labels;
//! use bellwether_analysis::model_quality::labelled_records::{Join, LabelledRecords};
//! use bellwether_analysis::model_quality::{Problem, measure};
//! use bellwether_analysis::records::RecordProfile;
//! use bellwether_contract::capture::CaptureRecord;
//!
//! let mut labels = Labels::default();
//! labels.add_line(br#"{"groundTruthData":{"data":"1","encoding":"CSV"},"eventMetadata":{"eventId":"7"}}"#, &mut |_| {})?;
//! let join = Join::new(labels, Problem::binary(false, true));
//! let mut records = LabelledRecords::new(&join);
//! for (id, score) in [("7", 0.9), ("8", 0.4)] {
//!     let line = format!(
//!         r#"{{"captureData":{{"endpointOutput":{{"data":"{score}","encoding":"CSV"}}}},"eventMetadata":{{"eventId":"e{id}","inferenceId":"{id}","inferenceTime":"2026-10-31T08:30:19Z"}}}}"#
//!     );
//!     let record = CaptureRecord::from_line(line.as_bytes()).expect("a captured record");
//!     records.add(&record).expect("an answer");
//! }
//! let counts = records.counts();
//! assert_eq!((counts.captured, counts.labelled, counts.rows), (2, 1, 1));
//! assert_eq!(records.truth_unmatched(), 0);
//! let mut rows = records.into_rows().expect("all rows");
//! assert_eq!(measure(&mut rows).value("accuracy"), Some(1.0));
//! # Ok::<(), bellwether_analysis::ground_truth::TooMuchTruth>(())
//! ```

mod answers;
mod merged;

pub use merged::merged_record;

use crate::attribute::Attribute;
use crate::ground_truth::{Labels, Matched, TruthRows};
use crate::model_quality::{Draws, Estimates, LabelledRows, LeftOutRow, Problem, ScoreHistogram};
use crate::records::{Noted, RecordProfile};
use answers::Answers;
use bellwether_contract::capture::{CaptureRecord, LeftOut, Rejected, id_number};
use bellwether_contract::model_quality::Calibration;
use std::borrow::Cow;
use std::collections::BTreeMap;
use std::sync::Arc;

/// What is joined, and how answers are read.
#[derive(Debug, Clone)]
pub struct Join {
    /// The labels, and which ids are measured.
    pub labels: Arc<Labels>,
    /// What is asked of the model: whether it answers labels, scores or both.
    pub problem: Problem,
    /// Where the predicted label or number stands, if the model answers one.
    pub inference: Attribute,
    /// Where the score stands, or the list of scores, if the model answers them.
    pub probability: Attribute,
    /// Names of the cells of CSV; the first of several rows that repeats them is passed over.
    pub columns: Vec<String>,
    /// Of the draws: the window's.
    pub seed: u64,
}

impl Join {
    /// A join by what needs no name: the first cell of each row.
    #[must_use]
    pub fn new(labels: impl Into<Arc<Labels>>, problem: Problem) -> Self {
        let labels = labels.into();
        let (inference, probability) = (Attribute::default(), Attribute::default());
        Self { labels, problem, inference, probability, columns: Vec::new(), seed: 0 }
    }
}

/// What was joined.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct JoinCounts {
    /// Records with an answer.
    pub captured: u64,
    /// Rows of them.
    pub captured_rows: u64,
    /// Records among them that have a label.
    pub labelled: u64,
    /// Labelled rows that are measured.
    pub rows: u64,
    /// Rows of records with ground truth that are not measured, by why.
    pub rows_left_out: BTreeMap<LeftOutRow, u64>,
    /// Rows of all answers that nothing can be estimated of, by why; none where no estimate is wanted.
    pub scores_left_out: BTreeMap<LeftOutRow, u64>,
}

/// Captured records so far.
#[derive(Debug, Clone)]
pub struct LabelledRecords<'j> {
    join: &'j Join,
    rows: LabelledRows,
    estimate: Option<Estimate<'j>>,
    /// Labelled records as lines, where they are wanted.
    merged: Option<Vec<u8>>,
    matched: Matched,
    counts: JoinCounts,
    fault: Option<LeftOutRow>,
    answers: Answers,
}

#[derive(Debug, Clone)]
struct Estimate<'j> {
    empty: ScoreHistogram<'j>,
    scores: ScoreHistogram<'j>,
}

impl<'j> LabelledRecords<'j> {
    /// No records yet.
    #[must_use]
    pub fn new(join: &'j Join) -> Self {
        Self {
            join,
            rows: LabelledRows::new(&join.problem),
            estimate: None,
            merged: None,
            matched: Matched::default(),
            counts: JoinCounts::default(),
            fault: None,
            answers: Answers::default(),
        }
    }

    /// No records yet, and an estimate is wanted.
    ///
    /// # Errors
    /// Why the calibration is not one of this problem.
    pub fn estimating(join: &'j Join, calibration: &'j Calibration) -> Result<Self, String> {
        let scores = ScoreHistogram::new(&join.problem, calibration)?;
        Ok(Self { estimate: Some(Estimate { empty: scores.clone(), scores }), ..Self::new(join) })
    }

    /// The same that gathers the labelled records as lines of [`merged_record`].
    #[must_use]
    pub fn keeping_merged(self) -> Self {
        Self { merged: Some(Vec::new()), ..self }
    }

    /// Takes the lines out that were gathered so far.
    pub fn take_merged(&mut self) -> Vec<u8> {
        self.merged.as_mut().map(std::mem::take).unwrap_or_default()
    }

    /// What was joined.
    #[must_use]
    pub fn counts(&self) -> &JoinCounts {
        &self.counts
    }

    /// Ground-truth records that no captured record has met.
    #[must_use]
    pub fn truth_unmatched(&self) -> u64 {
        self.join.labels.unmatched(&self.matched)
    }

    /// What is expected of all answers, if that was wanted.
    #[must_use]
    pub fn estimates(&self) -> Option<Estimates> {
        self.estimate.as_ref().map(|estimate| estimate.scores.estimates())
    }

    /// Why the run cannot go on, if it cannot: there is no need to read further.
    #[must_use]
    pub fn fault(&self) -> Option<LeftOutRow> {
        self.fault
    }

    /// The labelled rows.
    ///
    /// # Errors
    /// Why they stand for less than all rows: too many rows or labels, or parts of different problems.
    pub fn into_rows(self) -> Result<LabelledRows, LeftOutRow> {
        self.fault.map_or(Ok(self.rows), Err)
    }

    /// Pushes the rows of a record with their labels, and says whether there was one.
    fn push(&mut self, record: &CaptureRecord<'_>, truth: &TruthRows<'_>) -> bool {
        let Self { join, rows, counts, answers, fault, .. } = self;
        let (event, mut has_label) = (event_id(record), false);
        // Nobody knows which label is whose. The fault is the labels', not the captured record's.
        if truth.rows() != answers.len() {
            leave_out(LeftOutRow::RowCount, answers.len() as u64, &mut counts.rows_left_out, fault);
            return truth.texts().any(|text| text.is_some());
        }
        for (row, (truth, answer)) in truth.texts().zip(answers.rows(&join.problem)).enumerate() {
            let draws = Draws::of(join.seed, &event, row as u32);
            let pushed = rows.push(truth.unwrap_or_default(), &answer, draws);
            has_label |= pushed != Err(LeftOutRow::MissingTruth);
            match pushed {
                Ok(()) => counts.rows += 1,
                Err(reason) => leave_out(reason, 1, &mut counts.rows_left_out, fault),
            }
        }
        has_label
    }

    /// Pushes the scores of a record, labelled or not.
    fn push_scores(&mut self) {
        let Self { join, estimate, counts, answers, fault, .. } = self;
        let Some(Estimate { scores, .. }) = estimate else { return };
        for answer in answers.rows(&join.problem) {
            if let Err(reason) = scores.push(&answer) {
                leave_out(reason, 1, &mut counts.scores_left_out, fault);
            }
        }
    }
}

fn leave_out(
    reason: LeftOutRow,
    rows: u64,
    counted: &mut BTreeMap<LeftOutRow, u64>,
    fault: &mut Option<LeftOutRow>,
) {
    *counted.entry(reason).or_insert(0) += rows;
    if reason.ends_the_run() {
        *fault = worse(*fault, Some(reason));
    }
}

/// The first of two faults in the order of their kinds, whichever came first.
fn worse(fault: Option<LeftOutRow>, other: Option<LeftOutRow>) -> Option<LeftOutRow> {
    fault.into_iter().chain(other).min()
}

/// Whose labels a captured record is to be joined with.
#[must_use]
pub fn join_number(record: &CaptureRecord<'_>) -> Option<u128> {
    let inference_id = record.event_metadata.inference_id.as_deref();
    inference_id.and_then(id_number).or_else(|| record.event_number())
}

/// What tells a record's draws from those of others: its `eventId`, without one its `inferenceId`, without either its content.
fn event_id<'r>(record: &'r CaptureRecord<'_>) -> Cow<'r, str> {
    let metadata = &record.event_metadata;
    let ids = [metadata.event_id.as_deref(), metadata.inference_id.as_deref()];
    match ids.into_iter().flatten().find(|id| !id.trim().is_empty()) {
        Some(id) => Cow::Borrowed(id),
        None => Cow::Owned(format!("{:032x}", record.content_number())),
    }
}

impl RecordProfile for LabelledRecords<'_> {
    fn empty(&self) -> Self {
        let estimate = self
            .estimate
            .as_ref()
            .map(|Estimate { empty, .. }| Estimate { empty: empty.clone(), scores: empty.clone() });
        Self { estimate, merged: self.merged.as_ref().map(|_| Vec::new()), ..Self::new(self.join) }
    }

    fn add(&mut self, record: &CaptureRecord<'_>) -> Result<Noted, Rejected> {
        let (join, id) = (self.join, join_number(record));
        // Records without an id would be sampled all or none.
        let number = id.unwrap_or_else(|| record.content_number());
        if !join.labels.sample().keeps(number) {
            return Err(LeftOut::NotSampled.into());
        }
        let payload = record.output().ok_or(LeftOut::NoOutput)?.payload()?;
        let noted = self.answers.read(join, &payload)?;
        let own = join.labels.brought_by(record, number)?;
        let truth = match &own {
            Some(own) => own.of(number),
            None => id.and_then(|id| join.labels.of(id)),
        };
        if let Some(truth) = &truth {
            if own.is_none() {
                self.matched.note(truth.number);
            }
            let has_label = self.push(record, truth);
            self.counts.labelled += u64::from(has_label);
            if let Some(merged) = &mut self.merged {
                merged.extend_from_slice(merged_record(record, truth).as_bytes());
                merged.push(b'\n');
            }
        }
        self.push_scores();
        self.counts.captured += 1;
        self.counts.captured_rows += self.answers.len() as u64;
        Ok(noted)
    }

    fn merge(&mut self, later: &Self) {
        let Self { estimate, counts, fault, merged, .. } = self;
        if let (Some(merged), Some(later)) = (merged, &later.merged) {
            merged.extend_from_slice(later);
        }
        let rows = self.rows.merge(&later.rows).err();
        let scores = match (estimate, &later.estimate) {
            (Some(Estimate { scores, .. }), Some(later)) => scores.merge(&later.scores).err(),
            _ => None,
        };
        *fault = [later.fault, rows, scores].into_iter().fold(*fault, worse);
        self.matched.merge(&later.matched);
        counts.captured += later.counts.captured;
        counts.captured_rows += later.counts.captured_rows;
        counts.labelled += later.counts.labelled;
        counts.rows += later.counts.rows;
        let others = &later.counts;
        for (counted, others) in [
            (&mut counts.rows_left_out, &others.rows_left_out),
            (&mut counts.scores_left_out, &others.scores_left_out),
        ] {
            others.iter().for_each(|(reason, rows)| leave_out(*reason, *rows, counted, fault));
        }
    }
}

#[cfg(test)]
mod tests;
