//! Captured answers beside their labels ([`crate::labelled_records`]), read as labels, scores or both.
//!
//! It holds labelled rows, and no record; no metric is computed.
//!
//! | answer | what becomes of it |
//! |---|---|
//! | with other numbers of labels and scores | left out as `row_count`; as `header_in_payload` where one row more begins with what reads like names |
//! | without a response | `no_output` |
//!
//! The order of records changes nothing, and parts may be merged: in which draws a row is follows from the record's `eventId` and
//! the row's place ([`Draws`]).
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
//! let mut records = LabelledRecords::new(join);
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

use crate::attribute::Attribute;
use crate::ground_truth::{Labels, TruthRows};
use crate::labelled_records::{Answered, LeftOutOfRows, PortableAnswers, worse};
use crate::model_quality::{Draws, Estimates, LabelledRows, LeftOutRow, Problem, ScoreHistogram};
use crate::partial::{PartialError, Writer, Written, check};
use crate::records::Noted;
use answers::Answers;
use bellwether_contract::capture::{CaptureRecord, LeftOut, Rejected};
use bellwether_contract::model_quality::Calibration;
use minicbor::Decoder;
use std::borrow::Cow;
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

/// Captured records so far.
pub type LabelledRecords = crate::labelled_records::JoinedRecords<JoinedAnswers>;

impl LeftOutOfRows for LeftOutRow {
    const ALL: &'static [Self] = Self::ALL;
    const MISSING_TRUTH: Self = Self::MissingTruth;
    const ROW_COUNT: Self = Self::RowCount;

    fn as_str(self) -> &'static str {
        self.as_str()
    }

    fn ends_the_run(self) -> bool {
        self.ends_the_run()
    }
}

/// Answers with their labels so far.
#[derive(Debug, Clone)]
pub struct JoinedAnswers {
    join: Arc<Join>,
    rows: LabelledRows,
    estimate: Option<Estimate>,
    answers: Answers,
}

#[derive(Debug, Clone)]
struct Estimate {
    empty: ScoreHistogram,
    scores: ScoreHistogram,
}

impl Estimate {
    fn emptied(&self) -> Self {
        Self { empty: self.empty.clone(), scores: self.empty.clone() }
    }
}

impl LabelledRecords {
    /// No records yet.
    #[must_use]
    pub fn new(join: impl Into<Arc<Join>>) -> Self {
        let join = join.into();
        Self::of(Arc::clone(&join.labels), JoinedAnswers::new(join, None))
    }

    /// No records yet, and an estimate is wanted.
    ///
    /// # Errors
    /// Why the calibration is not one of this problem.
    pub fn estimating(join: impl Into<Arc<Join>>, calibration: &Calibration) -> Result<Self, String> {
        let join = join.into();
        let scores = ScoreHistogram::new(&join.problem, calibration)?;
        let estimate = Some(Estimate { empty: scores.clone(), scores });
        Ok(Self::of(Arc::clone(&join.labels), JoinedAnswers::new(join, estimate)))
    }

    /// What is expected of all answers, if that was wanted.
    #[must_use]
    pub fn estimates(&self) -> Option<Estimates> {
        self.answered().estimate.as_ref().map(|estimate| estimate.scores.estimates())
    }

    /// The labelled rows.
    ///
    /// # Errors
    /// Why they stand for less than all rows: too many rows or labels, or parts of different problems.
    pub fn into_rows(self) -> Result<LabelledRows, LeftOutRow> {
        self.into_answered().map(|answered| answered.rows)
    }
}

impl JoinedAnswers {
    fn new(join: Arc<Join>, estimate: Option<Estimate>) -> Self {
        Self { rows: LabelledRows::new(&join.problem), join, estimate, answers: Answers::default() }
    }
}

impl Answered for JoinedAnswers {
    type LeftOut = LeftOutRow;

    fn empty(&self) -> Self {
        Self::new(Arc::clone(&self.join), self.estimate.as_ref().map(Estimate::emptied))
    }

    fn read(&mut self, record: &CaptureRecord<'_>) -> Result<Noted, Rejected> {
        let payload = record.output().ok_or(LeftOut::NoOutput)?.payload()?;
        self.answers.read(&self.join, &payload)
    }

    fn rows(&self) -> usize {
        self.answers.len()
    }

    fn push(
        &mut self,
        record: &CaptureRecord<'_>,
        truth: &TruthRows<'_>,
        pushed: &mut dyn FnMut(Result<(), LeftOutRow>),
    ) {
        let Self { join, rows, answers, .. } = self;
        let event = event_id(record);
        for (row, (truth, answer)) in truth.texts().zip(answers.rows(&join.problem)).enumerate() {
            let draws = Draws::of(join.seed, &event, row as u32);
            pushed(rows.push(truth.unwrap_or_default(), &answer, draws));
        }
    }

    fn push_all(&mut self, left_out: &mut dyn FnMut(LeftOutRow)) {
        let Self { join, estimate, answers, .. } = self;
        let Some(Estimate { scores, .. }) = estimate else { return };
        answers.rows(&join.problem).filter_map(|answer| scores.push(&answer).err()).for_each(left_out);
    }

    fn merge(&mut self, later: &Self) -> Option<LeftOutRow> {
        let rows = self.rows.merge(&later.rows).err();
        let scores = match (&mut self.estimate, &later.estimate) {
            (Some(Estimate { scores, .. }), Some(later)) => scores.merge(&later.scores).err(),
            _ => None,
        };
        worse(rows, scores)
    }
}

impl PortableAnswers for JoinedAnswers {
    const KIND: &'static str = "labelled answers";

    fn write(&self, to: &mut Writer<'_>) -> Written<Vec<u8>> {
        to.array(2)?;
        self.rows.write(to)?;
        match &self.estimate {
            Some(Estimate { scores, .. }) => scores.write(to),
            None => to.null()?.ok(),
        }
    }

    fn read_gathered(&self, from: &mut Decoder<'_>) -> Result<Self, PartialError> {
        check(from.array()? == Some(2), from, "labelled answers that are none")?;
        let rows = self.rows.read(from)?;
        let estimate = match &self.estimate {
            Some(Estimate { empty, .. }) => {
                Some(Estimate { empty: empty.clone(), scores: empty.read(from)? })
            }
            None => from.null().map(|()| None)?,
        };
        Ok(Self { join: self.join.clone(), rows, estimate, answers: Answers::default() })
    }
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

#[cfg(test)]
mod tests;
