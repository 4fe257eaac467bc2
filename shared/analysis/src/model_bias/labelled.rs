//! Captured requests and answers beside their labels ([`crate::labelled_records`]), as rows of bias metrics.
//!
//! It computes nothing. Features come from the request, of a batch transform from its output, which holds both.
//!
//! | answer | is read as |
//! |---|---|
//! | a predicted label | it |
//! | a score above the threshold | `1` |
//! | another score | `0` |
//! | a list of labels and one of their scores for each row, of JSON | the first label whose score is the highest |
//!
//! Labels, and labels that are predicted, have the type that a column of CSV with the same texts has: the join keeps no others.
//! Features of JSON keep theirs.
//!
//! ```
//! use bellwether_analysis::attribute::Attribute;
//! use bellwether_analysis::ground_truth::Labels;
//! use bellwether_analysis::model_bias::{BiasAnswers, BiasProblem, PredictedBy, measure};
//! use bellwether_analysis::records::RecordProfile;
//! use bellwether_contract::capture::CaptureRecord;
//! use bellwether_contract::model_bias::BiasConfig;
//!
//! let config = BiasConfig::parse("analysis_config.json", br#"{
//!     "headers": ["sex", "age", "hired"], "label": "hired", "label_values_or_threshold": [1, "yes"],
//!     "facet": [{"name_or_index": "sex", "value_or_threshold": ["f"]}]}"#)?;
//! let features = config.feature_names().expect("headers");
//! let problem = BiasProblem::new("analysis_config.json", &config, features, 0)?;
//! let predicted = PredictedBy::Score { attribute: Attribute::default(), threshold: 0.5 };
//! let answers = BiasAnswers::new(&problem, Attribute::default(), predicted);
//! let mut labels = Labels::default();
//! labels.add_line(br#"{"groundTruthData":{"data":"1\n1","encoding":"CSV"},"eventMetadata":{"eventId":"7"}}"#, &mut |_| {})?;
//! let line = r#"{"captureData":{"endpointInput":{"data":"f,31\nm,44","encoding":"CSV"},"endpointOutput":{"data":"0.2\n0.9","encoding":"CSV"}},"eventMetadata":{"eventId":"7","inferenceTime":"2026-10-31T08:30:19Z"}}"#;
//! let mut records = answers.join(labels);
//! records.add(&CaptureRecord::from_line(line.as_bytes()).expect("a captured record")).expect("an answer");
//! let measured = measure(records.answered().gathered()).expect("labels that are positive");
//! let difference = measured.facets[0].groups[0].metric("DPPL").expect("a metric").expect("two groups");
//! assert_eq!(difference.value(), 1.0);
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

use super::cell::BiasCell;
use super::problem::BiasProblem;
use super::rows::{BiasRows, LeftOutBiasRow};
use crate::attribute::{Attribute, Lists, TypedCell, TypedRows, Values};
use crate::ground_truth::{Labels, TruthRows};
use crate::labelled_records::{Answered, JoinedRecords, LeftOutOfRows, PortableAnswers};
use crate::partial::{PartialError, Writer, Written};
use crate::records::Noted;
use bellwether_contract::capture::{CaptureRecord, LeftOut, Payload, Rejected};
use minicbor::Decoder;
use std::sync::Arc;

/// How a model says its label.
#[derive(Debug, Clone)]
pub enum PredictedBy {
    /// By the label.
    Label(Attribute),
    /// By the score of the positive label, which is 1.
    Score {
        /// Where it stands.
        attribute: Attribute,
        /// A score above it is positive.
        threshold: f64,
    },
    /// By the label; where a row of JSON has a list of labels, by the first whose score is the highest.
    Likeliest {
        /// Where the label stands, or the list of labels.
        labels: Attribute,
        /// Where the scores stand, in the order of the labels. A list in which something is no finite number says no label.
        scores: Attribute,
    },
}

impl PredictedBy {
    /// The label of an answer.
    ///
    /// # Errors
    /// Why it says none.
    pub fn cell<'a>(&self, answer: Option<&'a str>) -> Result<BiasCell<'a>, LeftOutBiasRow> {
        let answer = answer.filter(|answer| !answer.trim().is_empty());
        let answer = answer.ok_or(LeftOutBiasRow::MissingPrediction)?;
        let Self::Score { threshold, .. } = self else { return Ok(BiasCell::Written(answer)) };
        let score = answer.trim().parse().ok().filter(|score: &f64| !score.is_nan());
        let score = score.ok_or(LeftOutBiasRow::ScoreNotANumber)?;
        if !(0.0..=1.0).contains(&score) {
            return Err(LeftOutBiasRow::ScoreNotAProbability);
        }
        Ok(BiasCell::Integer(i64::from(score > *threshold)))
    }
}

/// Captured records so far.
pub type LabelledBias = JoinedRecords<BiasAnswers>;

/// Requests and answers with their labels so far.
#[derive(Debug, Clone)]
pub struct BiasAnswers {
    features: Attribute,
    predicted: PredictedBy,
    rows: BiasRows,
    read: ReadRows,
}

/// The rows that were read last, and room to read into.
#[derive(Debug, Clone, Default)]
struct ReadRows {
    features: TypedRows,
    answers: Values,
    listed: ListedLabels,
    room: Values,
}

/// A list of labels for each row, and one of their scores.
#[derive(Debug, Clone, Default)]
struct ListedLabels {
    labels: TypedRows,
    scores: Lists,
}

impl LeftOutOfRows for LeftOutBiasRow {
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

impl BiasAnswers {
    /// No row yet.
    #[must_use]
    pub fn new(problem: &BiasProblem, features: Attribute, predicted: PredictedBy) -> Self {
        Self::holding(BiasRows::new(problem), features, predicted)
    }

    /// These rows.
    pub(super) fn holding(rows: BiasRows, features: Attribute, predicted: PredictedBy) -> Self {
        Self { features, predicted, rows, read: ReadRows::default() }
    }

    /// Records that are to be joined with these labels.
    #[must_use]
    pub fn join(self, labels: impl Into<Arc<Labels>>) -> LabelledBias {
        JoinedRecords::of(labels, self)
    }

    /// The rows with labels.
    #[must_use]
    pub fn gathered(&self) -> &BiasRows {
        &self.rows
    }

    /// The same, and nothing else.
    #[must_use]
    pub fn into_rows(self) -> BiasRows {
        self.rows
    }

    /// Reads the rows of a payload that holds features, and of one that holds answers.
    ///
    /// # Errors
    /// Why there are none, or other numbers of them.
    pub fn read_payloads(
        &mut self,
        features: &Payload<'_>,
        answers: &Payload<'_>,
    ) -> Result<Noted, Rejected> {
        let Self { read, rows, .. } = self;
        let names = &rows.problem().features;
        self.features.read_rows(features, names, &mut read.room, &mut read.features)?;
        read.answers_of(answers, &self.predicted)?;
        read.check_rows()?;
        let ReadRows { features, answers, .. } = read;
        Ok(Noted {
            non_finite: features.non_finite.max(answers.non_finite),
            header_rows: features.header_rows.max(answers.header_rows),
            ..Noted::default()
        })
    }

    /// Pushes the rows that were read last with as many labels, and tells of each what became of it.
    pub fn push_rows<'t>(
        &mut self,
        truths: impl Iterator<Item = Option<&'t str>>,
        pushed: &mut dyn FnMut(Result<(), LeftOutBiasRow>),
    ) {
        let Self { predicted, rows, read: ReadRows { features, answers, .. }, .. } = self;
        let mut cells = Vec::with_capacity(rows.problem().features.len());
        for (row, (truth, answer)) in truths.zip(answers.texts()).enumerate() {
            cells.clear();
            cells.extend(features.row(row).map(cell));
            let truth = truth.map_or(BiasCell::Missing, BiasCell::Written);
            pushed(predicted.cell(answer).and_then(|answer| rows.push(&cells, truth, answer)));
        }
    }
}

impl PortableAnswers for BiasAnswers {
    const KIND: &'static str = "labelled groups";

    fn write(&self, to: &mut Writer<'_>) -> Written<Vec<u8>> {
        self.rows.write(to)
    }

    fn read_gathered(&self, from: &mut Decoder<'_>) -> Result<Self, PartialError> {
        let (features, predicted) = (self.features.clone(), self.predicted.clone());
        Ok(Self::holding(self.rows.read(from)?, features, predicted))
    }
}

impl ReadRows {
    fn answers_of(&mut self, payload: &Payload<'_>, predicted: &PredictedBy) -> Result<(), Rejected> {
        let Self { features, answers, listed, room } = self;
        match predicted {
            PredictedBy::Label(attribute) | PredictedBy::Score { attribute, .. } => {
                attribute.read(payload, &[], answers)
            }
            PredictedBy::Likeliest { labels, scores } => {
                let read = labels.read(payload, &[], answers);
                let has_one_each = read.is_ok() && answers.rows() == features.rows();
                if has_one_each || matches!(payload, Payload::Csv(_)) {
                    return read;
                }
                labels.read_rows(payload, &[], room, &mut listed.labels)?;
                scores.read_lists(payload, &[], room, &mut listed.scores)?;
                listed.likeliest(answers)?;
                answers.non_finite = room.non_finite;
                Ok(())
            }
        }
    }

    fn check_rows(&self) -> Result<(), Rejected> {
        let (requests, answers) = (self.features.rows(), self.answers.rows());
        if requests == answers {
            return Ok(());
        }
        let found = format!("{requests} rows of features and {answers} answers");
        let begins_like_names = self.features.begins_like_names && requests == answers + 1;
        if begins_like_names {
            let found = format!("{found}; the first row of features reads like names of columns");
            return Err(LeftOut::HeaderInPayload
                .because("rows of values in a captured payload, and no header", found));
        }
        Err(LeftOut::RowCount.because("as many rows of features as of answers", found))
    }
}

impl ListedLabels {
    /// The label of each row.
    fn likeliest(&self, answers: &mut Values) -> Result<(), Rejected> {
        let Self { labels, scores } = self;
        let mismatch = |expected: &'static str, labels: usize, scores: usize| {
            Err(LeftOut::RowCount.because(expected, format!("{labels} of labels and {scores} of scores")))
        };
        if labels.rows() != scores.rows() {
            return mismatch("as many lists of labels as of scores", labels.rows(), scores.rows());
        }
        answers.keep_none();
        for (row, scores) in scores.iter().enumerate() {
            let count = labels.row(row).count();
            match scores {
                Some(scores) if scores.len() != count => {
                    return mismatch("lists as long", count, scores.len());
                }
                scores => {
                    let label = scores.and_then(first_highest).and_then(|place| labels.row(row).nth(place));
                    answers.keep(label.and_then(TypedCell::text));
                }
            }
        }
        Ok(())
    }
}

fn first_highest(scores: &[f64]) -> Option<usize> {
    let highest = scores.iter().copied().reduce(f64::max)?;
    scores.iter().position(|score| *score == highest)
}

fn cell(cell: TypedCell<'_>) -> BiasCell<'_> {
    match cell {
        TypedCell::Missing => BiasCell::Missing,
        TypedCell::Truth(truth) => BiasCell::Truth(truth),
        TypedCell::Text(text) => BiasCell::Text(text),
        TypedCell::Written(text) => BiasCell::Written(text),
        TypedCell::Number(text) => match text.parse() {
            Ok(number) => BiasCell::Integer(number),
            Err(_) => text.parse().map_or(BiasCell::Missing, BiasCell::Double),
        },
    }
}

impl Answered for BiasAnswers {
    type LeftOut = LeftOutBiasRow;

    fn empty(&self) -> Self {
        Self::new(self.rows.problem(), self.features.clone(), self.predicted.clone())
    }

    fn read(&mut self, record: &CaptureRecord<'_>) -> Result<Noted, Rejected> {
        let answers = record.output().ok_or(LeftOut::NoOutput)?.payload()?;
        match &record.capture_data.endpoint_input {
            Some(input) => self.read_payloads(&input.payload()?, &answers),
            // A batch transform writes what it was asked beside what it answered.
            None if record.capture_data.endpoint_output.is_none() => self.read_payloads(&answers, &answers),
            None => Err(LeftOut::NoInput.into()),
        }
    }

    fn rows(&self) -> usize {
        self.read.answers.rows()
    }

    fn push(
        &mut self,
        _: &CaptureRecord<'_>,
        truth: &TruthRows<'_>,
        pushed: &mut dyn FnMut(Result<(), LeftOutBiasRow>),
    ) {
        self.push_rows(truth.texts(), pushed);
    }

    fn merge(&mut self, later: &Self) -> Option<LeftOutBiasRow> {
        self.rows.merge(&later.rows).err()
    }
}
