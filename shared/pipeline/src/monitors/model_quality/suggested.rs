//! A dataset of answers with labels, and the baseline that it suggests.
//!
//! It commits nothing. A row is known by its place in the dataset, so that the same files give the same draws.

use super::settings::AnswerSettings;
use crate::RunError;
use crate::dataset::{Format, Row, RowsRead, each_row};
use crate::progress::Watcher;
use crate::report::Report;
use aws_sdk_s3::Client;
use bellwether_analysis::attribute::{Attribute, Values};
use bellwether_analysis::model_quality::{
    Answer, Draws, LabelledRows, LeftOutRow, MeasuredQuality, calibrate, measure,
};
use bellwether_analysis::monitors::model_quality::{constraints, statistics};
use bellwether_contract::ContractError;
use bellwether_contract::capture::{LeftOut, Payload, Rejected};
use bellwether_contract::json::to_vec;
use bellwether_contract::keys::ReportFile;
use bellwether_contract::model_quality::{Calibration, ModelQualityConstraints, ModelQualityStatistics};
use bellwether_contract::shape::name;
use bellwether_page::Part;
use bellwether_page::monitors::Checks;
use bellwether_page::monitors::model_quality::{DrawnAnswers, part};
use bellwether_storage::Location;
use std::collections::BTreeMap;

/// What a dataset came to.
#[derive(Debug)]
pub struct Suggested {
    /// Rows that were read, and those that were not.
    pub read: RowsRead,
    /// Rows that were read and not measured, by reason.
    pub rows_left_out: BTreeMap<&'static str, u64>,
    /// What was measured.
    pub measured: MeasuredQuality,
    /// As a file.
    pub statistics: ModelQualityStatistics,
    /// What windows must satisfy.
    pub constraints: ModelQualityConstraints,
    /// How scores become probabilities, or why that cannot be learned.
    pub calibration: Result<Calibration, String>,
}

impl Suggested {
    /// The files of the baseline.
    ///
    /// # Errors
    /// A number that no file holds.
    pub fn report(&self) -> Result<Report, ContractError> {
        let report = Report::of_baseline(&self.statistics, &self.constraints)?;
        match &self.calibration {
            Ok(calibration) => Ok(report.with(ReportFile::Calibration, to_vec(calibration)?)),
            Err(_) => Ok(report),
        }
    }

    /// What the page of the baseline shows.
    #[must_use]
    pub fn part(&self) -> Part {
        part(DrawnAnswers {
            problem: self.statistics.problem_type(),
            now: &self.statistics,
            baseline: None,
            positive: None,
            scatter: None,
            checks: &Checks::default(),
        })
    }
}

/// Measures the rows of the object at a location, or of the objects below it.
///
/// # Errors
/// As [`each_row`]; a dataset without a ground truth attribute, or without the columns that are named; one of which more rows
/// are left out than measured.
pub async fn suggest(
    dataset: &Location,
    s3: Option<&Client>,
    format: Format,
    answers: &AnswerSettings,
    watcher: Watcher<'_>,
) -> Result<Suggested, RunError> {
    let object = dataset.to_string();
    let mut taking = Taking::of(&object, answers)?;
    let read = each_row(dataset, s3, format, watcher, &mut |row| taking.take(row)).await;
    if let Some(Err(missing)) = taking.columns {
        return Err(missing.into());
    }
    Ok(taking.suggested(read?)?)
}

/// Rows on their way from a dataset.
struct Taking<'a> {
    object: &'a str,
    answers: &'a AnswerSettings,
    truth: &'a Attribute,
    rows: LabelledRows,
    left_out: BTreeMap<LeftOutRow, u64>,
    /// Places of the columns that are named; `None` before the first row.
    columns: Option<Result<Columns, ContractError>>,
    number: u64,
}

/// Where the columns of CSV stand.
#[derive(Debug, Clone, Copy)]
struct Columns {
    truth: usize,
    inference: Option<usize>,
    probability: Option<usize>,
}

impl<'a> Taking<'a> {
    fn of(object: &'a str, answers: &'a AnswerSettings) -> Result<Self, ContractError> {
        let truth = answers.truth.as_ref().ok_or_else(|| {
            let reason = "nothing says which of its columns is the label; set GROUND_TRUTH_ATTRIBUTE \
                (--ground-truth-attribute, ground_truth_attribute of a manifest)";
            ContractError::malformed(object, reason)
        })?;
        let rows = LabelledRows::keeping_scores(&answers.problem());
        let left_out = BTreeMap::new();
        Ok(Self { object, answers, truth, rows, left_out, columns: None, number: 0 })
    }

    fn take(&mut self, row: Row<'_>) -> Result<(), Rejected> {
        match row {
            Row::Cells { rows, row, names } => {
                let width = rows.width();
                let columns = self
                    .columns
                    .get_or_insert_with(|| Columns::of(self.object, self.answers, self.truth, names, width));
                // Told in the end; until then nothing can be read.
                let Ok(Columns { truth, inference, probability }) = *columns else {
                    return Err(LeftOut::PathValues.into());
                };
                let cell = |column: usize| rows.cell(row, column).map(String::from_utf8_lossy);
                let truth = cell(truth).unwrap_or_default();
                let label = inference.and_then(cell);
                let scores = probability.and_then(cell).map(|text| scores_of(&text)).unwrap_or_default();
                self.push(&truth, label.as_deref(), &scores);
            }
            Row::Json(line) => {
                let text = std::str::from_utf8(line)
                    .map_err(|_| LeftOut::Encoding.because("JSON in UTF-8", "bytes that are not UTF-8"))?;
                let payload = Payload::Json(text.into());
                let truths = self.truth.values(&payload)?;
                let of = |attribute: &Option<Attribute>| {
                    attribute.as_ref().map(|attribute| attribute.values(&payload)).transpose()
                };
                let labels = of(&self.answers.inference)?;
                let scores = match &self.answers.probability {
                    Some(attribute) if self.answers.label_headers.is_some() => {
                        let lists = attribute.lists(&payload)?;
                        Some(lists.iter().map(|list| list.unwrap_or_default().to_vec()).collect::<Vec<_>>())
                    }
                    attribute => of(attribute)?
                        .map(|values| values.numbers().map(|number| number.into_iter().collect()).collect()),
                };
                let rows = truths.rows();
                let counts = [labels.as_ref().map(Values::rows), scores.as_ref().map(Vec::len)];
                if let Some(other) = counts.into_iter().flatten().find(|other| *other != rows) {
                    let found = format!("{rows} labels and {other} answers");
                    return Err(LeftOut::RowCount.because("as many labels as answers", found));
                }
                let mut labels = labels.iter().flat_map(Values::texts);
                let mut scores = scores.into_iter().flatten();
                for truth in truths.texts() {
                    let scores = scores.next().unwrap_or_default();
                    self.push(truth.unwrap_or_default(), labels.next().flatten(), &scores);
                }
            }
        }
        Ok(())
    }

    fn push(&mut self, truth: &str, label: Option<&str>, scores: &[f64]) {
        let draws = Draws::of(0, &self.number.to_string(), 0);
        self.number += 1;
        if let Err(reason) = self.rows.push(truth, &Answer { label, scores }, draws) {
            *self.left_out.entry(reason).or_insert(0) += 1;
        }
    }

    fn suggested(mut self, read: RowsRead) -> Result<Suggested, ContractError> {
        let count: u64 = self.left_out.values().sum();
        let counts: Vec<String> =
            self.left_out.iter().map(|(reason, count)| format!("{count} {}", reason.as_str())).collect();
        let ends = self.left_out.keys().any(|reason| reason.ends_the_run());
        if ends || count > self.rows.len() as u64 {
            let reason = format!(
                "{count} of {} rows cannot be measured ({}); check the attributes and the problem type, or give a part of the dataset \
                 where it is too large",
                self.number,
                counts.join(", ")
            );
            return Err(ContractError::malformed(self.object, reason));
        }
        let calibration = calibrate(&mut self.rows, 0);
        let measured = measure(&mut self.rows);
        self.has_both_classes(&measured)?;
        Ok(Suggested {
            read,
            rows_left_out: self.left_out.iter().map(|(reason, count)| (reason.as_str(), *count)).collect(),
            statistics: statistics(Some(&measured), None, None),
            constraints: constraints(&measured),
            measured,
            calibration,
        })
    }
}

/// The score of a cell, or the list of scores, `[0.1, 0.9]`; what is neither is one that is no number.
fn scores_of(cell: &str) -> Vec<f64> {
    let cell = cell.trim();
    if cell.starts_with('[') {
        return serde_json::from_str(cell).unwrap_or_else(|_| vec![f64::NAN]);
    }
    vec![cell.parse().unwrap_or(f64::NAN)]
}

impl Taking<'_> {
    /// A baseline of one class would let everything pass.
    fn has_both_classes(&self, measured: &MeasuredQuality) -> Result<(), ContractError> {
        let is_absent = |name| measured.metrics.get(name).is_some_and(|measure| measure.value.is_err());
        let (positive, negative) = (is_absent("recall"), is_absent("false_positive_rate"));
        if !positive && !negative {
            return Ok(());
        }
        let labels = measured.confusion.iter().flat_map(|matrix| matrix.iter().map(|(label, _)| name(label)));
        let labels = labels.take(10).collect::<Vec<_>>().join(", ");
        let label = name(&self.answers.positive_label);
        let what = if positive { "no label is" } else { "every label is" };
        let reason = format!("{what} POSITIVE_LABEL (--positive-label) {label}; its labels: {labels}");
        Err(ContractError::malformed(self.object, reason))
    }
}

impl Columns {
    /// The columns of the attributes, by the names of a header or by their places.
    fn of(
        object: &str,
        answers: &AnswerSettings,
        truth: &Attribute,
        names: Option<&[String]>,
        width: usize,
    ) -> Result<Self, ContractError> {
        let place = |attribute: &Attribute| {
            let text = attribute.to_string();
            let by_name = names.and_then(|names| names.iter().position(|name| *name == text));
            let by_place = || text.parse().ok().filter(|place| *place < width);
            by_name.or_else(by_place).ok_or_else(|| {
                let shown = match names {
                    Some(names) => names.iter().map(|known| name(known)).collect::<Vec<_>>().join(", "),
                    None => format!("{width} columns without names, 0 to {}", width - 1),
                };
                let reason = format!("has no column {}; its columns: {shown}", name(&text));
                ContractError::malformed(object, reason)
            })
        };
        Ok(Self {
            truth: place(truth)?,
            inference: answers.inference.as_ref().map(place).transpose()?,
            probability: answers.probability.as_ref().map(place).transpose()?,
        })
    }
}
