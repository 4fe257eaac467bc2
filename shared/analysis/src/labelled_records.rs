//! Captured records beside their labels: what was answered is joined with what was right, row by row, while records stream past.
//! One join, for every monitor that needs labels.
//!
//! It holds labels, counts, and whatever an [`Answered`] makes of the rows; it holds no record. Which records belong to a window
//! is not decided here (`window_filter`), and no metric is computed.
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
//! | with an answer that cannot be read | left out by its reason, labelled or not |
//! | of an id that came before | kept again with the same labels, as the container does; copies of one `eventId` are the window's business |
//! | outside the declared sample of ids | `not_sampled` |
//!
//! A label that several captured records meet is matched once. The order of records changes no count, and parts may be merged.
//!
//! A record of four people; one answer is not written down:
//!
//! ```
//! use bellwether_analysis::ground_truth::{Labels, TruthRows};
//! use bellwether_analysis::labelled_records::{Answered, JoinedRecords, LeftOutOfRows};
//! use bellwether_analysis::records::{Noted, RecordProfile};
//! use bellwether_contract::capture::{CaptureRecord, LeftOut, Payload, Rejected};
//!
//! #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
//! enum Lost { Truth, Answer, RowCount }
//!
//! impl LeftOutOfRows for Lost {
//!     const ALL: &'static [Self] = &[Self::Truth, Self::Answer, Self::RowCount];
//!     const MISSING_TRUTH: Self = Self::Truth;
//!     const ROW_COUNT: Self = Self::RowCount;
//!     fn as_str(self) -> &'static str { "lost" }
//!     fn ends_the_run(self) -> bool { false }
//! }
//!
//! #[derive(Clone, Default)]
//! struct Right { answers: Vec<String>, count: usize }
//!
//! impl Answered for Right {
//!     type LeftOut = Lost;
//!     fn empty(&self) -> Self { Self::default() }
//!     fn read(&mut self, record: &CaptureRecord<'_>) -> Result<Noted, Rejected> {
//!         let Payload::Csv(text) = record.output().ok_or(LeftOut::NoOutput)?.payload()? else { panic!("CSV") };
//!         self.answers = text.split('\n').map(str::to_owned).collect();
//!         Ok(Noted::default())
//!     }
//!     fn rows(&self) -> usize { self.answers.len() }
//!     fn push(&mut self, _: &CaptureRecord<'_>, truth: &TruthRows<'_>, pushed: &mut dyn FnMut(Result<(), Lost>)) {
//!         for (truth, answer) in truth.texts().zip(&self.answers) {
//!             self.count += usize::from(truth == Some(answer.as_str()));
//!             pushed(match truth { None => Err(Lost::Truth), _ if answer.is_empty() => Err(Lost::Answer), _ => Ok(()) });
//!         }
//!     }
//!     fn merge(&mut self, later: &Self) -> Option<Lost> { self.count += later.count; None }
//! }
//!
//! let mut labels = Labels::default();
//! labels.add_line(br#"{"groundTruthData":{"data":"1\n0\n1\n1","encoding":"CSV"},"eventMetadata":{"eventId":"7"}}"#, &mut |_| {})?;
//! let line = r#"{"captureData":{"endpointOutput":{"data":"1\n1\n\n1","encoding":"CSV"}},"eventMetadata":{"eventId":"e","inferenceId":"7","inferenceTime":"2026-10-31T08:30:19Z"}}"#;
//! let mut records = JoinedRecords::of(labels, Right::default());
//! records.add(&CaptureRecord::from_line(line.as_bytes()).expect("a captured record")).expect("an answer");
//! let counts = records.counts();
//! assert_eq!((counts.captured, counts.labelled, counts.captured_rows, counts.rows), (1, 1, 4, 3));
//! assert_eq!(counts.rows_left_out.get(&Lost::Answer), Some(&1));
//! assert_eq!(records.answered().count, 2);
//! # Ok::<(), bellwether_analysis::ground_truth::TooMuchTruth>(())
//! ```

mod merged;
mod partial;

pub use merged::merged_record;

use crate::ground_truth::{Labels, Matched, TruthRows};
use crate::partial::{PartialError, Writer, Written};
use crate::records::{Noted, RecordProfile};
use bellwether_contract::capture::{CaptureRecord, LeftOut, Rejected, id_number};
use minicbor::Decoder;
use std::collections::BTreeMap;
use std::fmt::Debug;
use std::sync::Arc;

/// Why a row of a labelled record is left out.
pub trait LeftOutOfRows: Copy + Ord + Debug + Send + 'static {
    /// Every reason.
    const ALL: &'static [Self];
    /// The row has no label.
    const MISSING_TRUTH: Self;
    /// The record has another number of labels than of answers.
    const ROW_COUNT: Self;

    /// The word by which such rows are counted.
    fn as_str(self) -> &'static str;

    /// Whether not only the row but the run is at fault: what is held no longer stands for all rows.
    fn ends_the_run(self) -> bool;
}

/// What reads the answers of records, and gathers their rows with the labels. It keeps the answers of the record that it read last.
pub trait Answered: Clone + Send {
    /// Why a row is left out.
    type LeftOut: LeftOutOfRows;

    /// The same with nothing gathered.
    #[must_use]
    fn empty(&self) -> Self;

    /// Reads the answers of a record.
    ///
    /// # Errors
    /// Why there are none.
    fn read(&mut self, record: &CaptureRecord<'_>) -> Result<Noted, Rejected>;

    /// How many rows the record has that was read last.
    fn rows(&self) -> usize;

    /// Pushes its rows with as many labels, and tells of each what became of it.
    fn push(
        &mut self,
        record: &CaptureRecord<'_>,
        truth: &TruthRows<'_>,
        pushed: &mut dyn FnMut(Result<(), Self::LeftOut>),
    );

    /// Takes its rows in whether or not they are labelled, where something is asked of all, and tells which were left out.
    fn push_all(&mut self, _left_out: &mut dyn FnMut(Self::LeftOut)) {}

    /// Adds what a later part gathered, or says what ends the run.
    fn merge(&mut self, later: &Self) -> Option<Self::LeftOut>;
}

/// Answers whose labelled rows another machine takes up again.
pub trait PortableAnswers: Answered {
    /// What a partial of them is a profile of.
    const KIND: &'static str;

    /// Writes what was gathered.
    #[doc(hidden)]
    fn write(&self, to: &mut Writer<'_>) -> Written<Vec<u8>>;

    /// Reads what was gathered elsewhere by the same settings.
    #[doc(hidden)]
    fn read_gathered(&self, from: &mut Decoder<'_>) -> Result<Self, PartialError>;
}

/// What was joined.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct JoinCounts<R> {
    /// Records with an answer.
    pub captured: u64,
    /// Rows of them.
    pub captured_rows: u64,
    /// Records among them that have a label.
    pub labelled: u64,
    /// Labelled rows that are measured.
    pub rows: u64,
    /// Rows of records with ground truth that are not measured, by why.
    pub rows_left_out: BTreeMap<R, u64>,
    /// Rows of all answers that say nothing where something is asked of all, by why.
    pub scores_left_out: BTreeMap<R, u64>,
}

impl<R> Default for JoinCounts<R> {
    fn default() -> Self {
        let (rows_left_out, scores_left_out) = (BTreeMap::new(), BTreeMap::new());
        Self { captured: 0, captured_rows: 0, labelled: 0, rows: 0, rows_left_out, scores_left_out }
    }
}

/// Captured records so far.
#[derive(Debug, Clone)]
pub struct JoinedRecords<A: Answered> {
    labels: Arc<Labels>,
    answered: A,
    /// Labelled records as lines, where they are wanted.
    merged: Option<Vec<u8>>,
    matched: Matched,
    counts: JoinCounts<A::LeftOut>,
    fault: Option<A::LeftOut>,
}

impl<A: Answered> JoinedRecords<A> {
    /// No records yet.
    #[must_use]
    pub fn of(labels: impl Into<Arc<Labels>>, answered: A) -> Self {
        let (matched, counts) = (Matched::default(), JoinCounts::default());
        Self { labels: labels.into(), answered, merged: None, matched, counts, fault: None }
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
    pub fn counts(&self) -> &JoinCounts<A::LeftOut> {
        &self.counts
    }

    /// Whether records bring their labels with them.
    #[must_use]
    pub fn bring_labels(&self) -> bool {
        self.labels.are_brought()
    }

    /// Ground-truth records that no captured record has met.
    #[must_use]
    pub fn truth_unmatched(&self) -> u64 {
        self.labels.unmatched(&self.matched)
    }

    /// What the rows came to.
    #[must_use]
    pub fn answered(&self) -> &A {
        &self.answered
    }

    /// Why the run cannot go on, if it cannot: there is no need to read further.
    #[must_use]
    pub fn fault(&self) -> Option<A::LeftOut> {
        self.fault
    }

    /// What the labelled rows came to.
    ///
    /// # Errors
    /// Why they stand for less than all rows.
    pub fn into_answered(self) -> Result<A, A::LeftOut> {
        self.fault.map_or(Ok(self.answered), Err)
    }

    /// Pushes the rows of a record with their labels, and says whether there was one.
    fn push(&mut self, record: &CaptureRecord<'_>, truth: &TruthRows<'_>) -> bool {
        let Self { answered, counts, fault, .. } = self;
        // Nobody knows which label is whose. The fault is the labels', not the captured record's.
        if truth.rows() != answered.rows() {
            let rows = answered.rows() as u64;
            leave_out(A::LeftOut::ROW_COUNT, rows, &mut counts.rows_left_out, fault);
            return truth.texts().any(|text| text.is_some());
        }
        let mut has_label = false;
        answered.push(record, truth, &mut |pushed| {
            has_label |= pushed != Err(A::LeftOut::MISSING_TRUTH);
            match pushed {
                Ok(()) => counts.rows += 1,
                Err(reason) => leave_out(reason, 1, &mut counts.rows_left_out, fault),
            }
        });
        has_label
    }
}

fn leave_out<R: LeftOutOfRows>(reason: R, rows: u64, counted: &mut BTreeMap<R, u64>, fault: &mut Option<R>) {
    *counted.entry(reason).or_insert(0) += rows;
    if reason.ends_the_run() {
        *fault = worse(*fault, Some(reason));
    }
}

/// The first of two faults in the order of their kinds, whichever came first.
pub(crate) fn worse<R: LeftOutOfRows>(fault: Option<R>, other: Option<R>) -> Option<R> {
    fault.into_iter().chain(other).min()
}

/// Whose labels a captured record is to be joined with.
#[must_use]
pub fn join_number(record: &CaptureRecord<'_>) -> Option<u128> {
    let inference_id = record.event_metadata.inference_id.as_deref();
    inference_id.and_then(id_number).or_else(|| record.event_number())
}

impl<A: Answered> RecordProfile for JoinedRecords<A> {
    fn empty(&self) -> Self {
        let merged = self.merged.as_ref().map(|_| Vec::new());
        Self { merged, ..Self::of(Arc::clone(&self.labels), self.answered.empty()) }
    }

    fn add(&mut self, record: &CaptureRecord<'_>) -> Result<Noted, Rejected> {
        let (labels, id) = (Arc::clone(&self.labels), join_number(record));
        // Records without an id would be sampled all or none.
        let number = id.unwrap_or_else(|| record.content_number());
        if !labels.sample().keeps(number) {
            return Err(LeftOut::NotSampled.into());
        }
        let noted = self.answered.read(record)?;
        let own = labels.brought_by(record, number)?;
        let truth = match &own {
            Some(own) => own.of(number),
            None => id.and_then(|id| labels.of(id)),
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
        let Self { answered, counts, fault, .. } = self;
        answered.push_all(&mut |reason| leave_out(reason, 1, &mut counts.scores_left_out, fault));
        counts.captured += 1;
        counts.captured_rows += answered.rows() as u64;
        Ok(noted)
    }

    fn merge(&mut self, later: &Self) {
        let Self { answered, counts, fault, merged, .. } = self;
        if let (Some(merged), Some(later)) = (merged, &later.merged) {
            merged.extend_from_slice(later);
        }
        *fault = worse(worse(*fault, later.fault), answered.merge(&later.answered));
        self.matched.merge(&later.matched);
        let others = &later.counts;
        counts.captured += others.captured;
        counts.captured_rows += others.captured_rows;
        counts.labelled += others.labelled;
        counts.rows += others.rows;
        for (counted, others) in [
            (&mut counts.rows_left_out, &others.rows_left_out),
            (&mut counts.scores_left_out, &others.scores_left_out),
        ] {
            others.iter().for_each(|(reason, rows)| leave_out(*reason, *rows, counted, fault));
        }
    }
}
