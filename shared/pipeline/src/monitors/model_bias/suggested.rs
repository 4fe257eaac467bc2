//! A dataset of rows with labels and answers, and the baseline that it suggests.
//!
//! It commits nothing.

use super::asked::Asked;
use super::settings::BiasAnswerSettings;
use crate::RunError;
use crate::dataset::{Format, Row, RowsRead, each_row};
use crate::progress::Watcher;
use crate::report::Report;
use aws_sdk_s3::Client;
use bellwether_analysis::attribute::Attribute;
use bellwether_analysis::labelled_records::Answered;
use bellwether_analysis::model_bias::{
    BiasAnswers, BiasCell, BiasRows, LeftOutBiasRow, MeasuredBias, MeasuredGroup, PredictedBy, measure,
};
use bellwether_analysis::monitors::model_bias::analysis;
use bellwether_contract::ContractError;
use bellwether_contract::capture::{LeftOut, Payload, Rejected};
use bellwether_contract::keys::ReportFile;
use bellwether_contract::model_bias::{BiasAnalysis, NameOrIndex};
use bellwether_contract::shape::name;
use bellwether_page::Part;
use bellwether_page::monitors::Checks;
use bellwether_page::monitors::model_bias::{DrawnGroups, part, sizes};
use bellwether_storage::Location;
use std::collections::BTreeMap;

/// What a dataset came to.
#[derive(Debug)]
pub struct SuggestedBias {
    /// Rows that were read, and those that were not.
    pub read: RowsRead,
    /// Rows that were read and not measured, by reason.
    pub rows_left_out: BTreeMap<&'static str, u64>,
    /// What was measured.
    pub measured: MeasuredBias,
    /// As the file that windows are held against.
    pub analysis: BiasAnalysis,
}

impl SuggestedBias {
    /// The file of the baseline.
    ///
    /// # Errors
    /// A number that no file holds.
    pub fn report(&self) -> Result<Report, ContractError> {
        Ok(Report::default().with(ReportFile::Analysis, self.analysis.to_bytes()?))
    }

    /// What the page of the baseline shows.
    #[must_use]
    pub fn part(&self) -> Part {
        let (now, rows, sizes) = (Ok(&self.analysis), self.measured.rows, &sizes(&self.measured));
        part(DrawnGroups { now, rows, sizes, baseline: None, checks: &Checks::default() })
    }
}

/// Measures the rows of the object at a location, or of the objects below it, as the configuration at another asks.
///
/// # Errors
/// As [`each_row`]; a configuration that is none; a dataset without the columns that are named; one of which more rows are left out
/// than measured; rows of which the container would measure nothing, in its words.
pub async fn suggest(
    dataset: &Location,
    s3: Option<&Client>,
    format: Format,
    config: &Location,
    answers: &BiasAnswerSettings,
    watcher: Watcher<'_>,
) -> Result<SuggestedBias, RunError> {
    let object = dataset.to_string();
    let asked = Asked::read(config, s3).await?;
    let mut taking = Taking::of(&object, &asked, answers)?;
    let read = each_row(dataset, s3, format, watcher, &mut |row| taking.take(row)).await;
    if let Some(Err(missing)) = taking.columns {
        return Err(missing.into());
    }
    Ok(taking.suggested(read?)?)
}

/// Rows on their way from a dataset.
struct Taking<'a> {
    object: &'a str,
    asked: &'a Asked,
    answers: &'a BiasAnswerSettings,
    left_out: BTreeMap<LeftOutBiasRow, u64>,
    /// Of CSV; `None` before the first row.
    columns: Option<Result<Columns, ContractError>>,
    /// Of JSON; `None` before the first row.
    paths: Option<Paths>,
}

/// Where the columns of CSV stand.
struct Columns {
    rows: BiasRows,
    features: Vec<usize>,
    truth: usize,
    answer: usize,
    predicted: PredictedBy,
}

/// How rows of JSON are read.
struct Paths {
    rows: BiasAnswers,
    truth: Attribute,
}

impl<'a> Taking<'a> {
    fn of(object: &'a str, asked: &'a Asked, answers: &'a BiasAnswerSettings) -> Result<Self, ContractError> {
        if asked.config.label.is_none() && answers.truth.is_none() {
            let reason = "label is missing; write the column of the labels";
            return Err(ContractError::malformed(&asked.file.uri, reason));
        }
        let says_an_answer = asked.config.predicted_label.is_some() || answers.inference.is_some();
        if !says_an_answer && answers.probability.is_none() {
            let reason = "predicted_label is missing; write the column of the model's labels, or give INFERENCE_ATTRIBUTE \
                (--inference-attribute) or PROBABILITY_ATTRIBUTE (--probability-attribute)";
            return Err(ContractError::malformed(&asked.file.uri, reason));
        }
        if let Some(reason) = unheeded(asked, answers) {
            return Err(ContractError::malformed(&asked.file.uri, reason));
        }
        Ok(Self { object, asked, answers, left_out: BTreeMap::new(), columns: None, paths: None })
    }

    fn take(&mut self, row: Row<'_>) -> Result<(), Rejected> {
        match row {
            Row::Cells { rows, row, names } => {
                let Self { object, asked, answers, left_out, columns, .. } = self;
                let width = rows.width();
                let cell = |column: usize| rows.cell(row, column).map(String::from_utf8_lossy);
                let columns = columns.get_or_insert_with(|| {
                    if names.is_none() && asked.are_headers((0..width).map(cell)) {
                        let reason = "its first row is the headers of the configuration; say that it has a header (--header)";
                        return Err(ContractError::malformed(*object, reason));
                    }
                    Columns::of(object, asked, answers, names, width)
                });
                // Told in the end; until then nothing can be read.
                let Ok(columns) = columns else { return Err(LeftOut::PathValues.into()) };
                count(left_out, columns.push(cell));
                Ok(())
            }
            Row::Json(line) => self.take_json(line),
        }
    }

    fn take_json(&mut self, line: &[u8]) -> Result<(), Rejected> {
        let Self { asked, answers, left_out, columns, paths, .. } = self;
        let text = std::str::from_utf8(line)
            .map_err(|_| LeftOut::Encoding.because("JSON in UTF-8", "bytes that are not UTF-8"))?;
        let payload = Payload::Json(text.into());
        if paths.is_none() && columns.is_none() {
            match Paths::of(asked, answers) {
                Ok(known) => *paths = Some(known),
                Err(error) => *columns = Some(Err(error)),
            }
        }
        let Some(Paths { rows, truth }) = paths else { return Err(LeftOut::PathValues.into()) };
        let truths = truth.values(&payload)?;
        rows.read_payloads(&payload, &payload)?;
        if truths.rows() != rows.rows() {
            let found = format!("{} labels and {} answers", truths.rows(), rows.rows());
            return Err(LeftOut::RowCount.because("as many labels as answers", found));
        }
        rows.push_rows(truths.texts(), &mut |pushed| count(left_out, pushed));
        Ok(())
    }

    fn suggested(self, read: RowsRead) -> Result<SuggestedBias, ContractError> {
        let rows = match (&self.columns, &self.paths) {
            (Some(Ok(columns)), _) => &columns.rows,
            (_, Some(paths)) => paths.rows.gathered(),
            _ => return Err(ContractError::malformed(self.object, "it has no row")),
        };
        let lost: u64 = self.left_out.values().sum();
        let ends = self.left_out.keys().any(|reason| reason.ends_the_run());
        if ends || lost > rows.len() {
            let counts = self.left_out.iter().map(|(reason, count)| format!("{count} {}", reason.as_str()));
            let reason = format!(
                "{lost} of {} rows cannot be measured ({}); check headers of {} and the attributes, or give a part of the dataset where it is \
                 too large",
                lost + rows.len(),
                counts.collect::<Vec<_>>().join(", "),
                self.asked.file.uri
            );
            return Err(ContractError::malformed(self.object, reason));
        }
        let measured = measure(rows).map_err(|reason| {
            let reason = format!("nothing can be measured of it by {}: {reason}", self.asked.file.uri);
            ContractError::malformed(self.object, reason)
        })?;
        if let Some(reason) = one_sided(&measured) {
            let reason = format!("{reason}; look at its facet in {}", self.asked.file.uri);
            return Err(ContractError::malformed(self.object, reason));
        }
        let rows_left_out = self.left_out.iter().map(|(reason, count)| (reason.as_str(), *count)).collect();
        Ok(SuggestedBias { read, rows_left_out, analysis: analysis(&measured), measured })
    }
}

/// What the configuration asks of a baseline job and is not done here: another baseline than the one that is meant.
fn unheeded(asked: &Asked, answers: &BiasAnswerSettings) -> Option<String> {
    let unknown = &asked.config.unknown;
    let fewer = "leave the field out, and its columns out of headers, of a dataset with a header";
    let elsewhere = "write what that file holds into columns of the dataset, and leave the field out";
    let refused = [
        ("excluded_columns", fewer),
        ("joinsource_name_or_index", fewer),
        ("predicted_label_dataset_uri", elsewhere),
        ("facet_dataset_uri", elsewhere),
    ];
    if let Some((field, remedy)) = refused.into_iter().find(|(field, _)| unknown.contains_key(*field)) {
        return Some(format!("{field} is not heeded; {remedy}"));
    }
    let threshold = unknown.get("probability_threshold").and_then(serde_json::Value::as_f64)?;
    (threshold != answers.probability_threshold && answers.inference.is_none()).then(|| {
        format!(
            "probability_threshold is {threshold}, and the setting {}; give PROBABILITY_THRESHOLD (--probability-threshold) {threshold}",
            answers.probability_threshold
        )
    })
}

/// A group of which no metric can be compared later: nobody is in it, or beside it.
fn one_sided(measured: &MeasuredBias) -> Option<String> {
    let groups =
        measured.facets.iter().flat_map(|facet| facet.groups.iter().map(move |group| (facet, group)));
    let empty = |(_, group): &(_, &MeasuredGroup)| group.sizes.facet.min(group.sizes.rest) == 0;
    let (facet, group) = groups.into_iter().find(empty)?;
    Some(format!(
        "{}={}: {} rows are in the group and {} beside it, and nobody can be compared",
        facet.name, group.value_or_threshold, group.sizes.facet, group.sizes.rest
    ))
}

fn count(left_out: &mut BTreeMap<LeftOutBiasRow, u64>, pushed: Result<(), LeftOutBiasRow>) {
    if let Err(reason) = pushed {
        *left_out.entry(reason).or_insert(0) += 1;
    }
}

impl Paths {
    fn of(asked: &Asked, answers: &BiasAnswerSettings) -> Result<Self, ContractError> {
        let problem = asked.problem(asked.features()?, answers.flip_test_rows)?;
        let at = |field: &str, column: &NameOrIndex| match column {
            NameOrIndex::Index(place) => asked.attribute(field, &place.to_string()),
            // A header may hold what a path does not.
            NameOrIndex::Name(name) if asked.is_header(name) => asked.attribute(field, &quoted(name)),
            NameOrIndex::Name(path) => asked.attribute(field, path),
        };
        let truth = match (&answers.truth, &asked.config.label) {
            (Some(attribute), _) => attribute.clone(),
            (None, Some(column)) => at("label", column)?,
            (None, None) => Attribute::default(),
        };
        let predicted = match &asked.config.predicted_label {
            Some(column) if answers.inference.is_none() && answers.probability.is_none() => {
                PredictedBy::Label(at("predicted_label", column)?)
            }
            _ => answers.predicted_by(),
        };
        Ok(Self { rows: BiasAnswers::new(&problem, asked.features_at(answers)?, predicted), truth })
    }
}

fn quoted(header: &str) -> String {
    serde_json::Value::from(header).to_string()
}

impl Columns {
    /// The columns by the names of a header, of the configuration's headers, or by their places.
    fn of(
        object: &str,
        asked: &Asked,
        answers: &BiasAnswerSettings,
        names: Option<&[String]>,
        width: usize,
    ) -> Result<Self, ContractError> {
        let config = &asked.config;
        let headers = config.headers.as_deref();
        if let (None, Some(headers)) = (names, headers.filter(|headers| headers.len() > width)) {
            let count = headers.len();
            let reason = format!(
                "headers are {count} names, and {object} has {width} columns; write one name for each"
            );
            return Err(ContractError::malformed(&asked.file.uri, reason));
        }
        let missing = |names: &[String]| headers?.iter().find(|header| !names.contains(header)).cloned();
        if let Some((names, header)) = names.and_then(|names| Some((names, missing(names)?))) {
            return Err(no_column(object, &header, Some(names), width));
        }
        let names = names.or(headers);
        let place = |column: &str| {
            let by_name = names.and_then(|names| names.iter().position(|name| name == column));
            let by_place = || column.parse().ok().filter(|place| *place < width);
            by_name.or_else(by_place).ok_or_else(|| no_column(object, column, names, width))
        };
        let label = config.label.as_ref().map(|label| config.column_name(label));
        let truth = answers.truth.as_ref().map(ToString::to_string).or(label).unwrap_or_default();
        let predicted = config.predicted_label.as_ref().map(|column| config.column_name(column));
        let given = answers.inference.as_ref().or(answers.probability.as_ref()).map(ToString::to_string);
        let says = match given {
            Some(_) => answers.predicted_by(),
            None => PredictedBy::Label(Attribute::default()),
        };
        let (truth, answer) = (place(&truth)?, place(&given.or(predicted).unwrap_or_default())?);
        let name = |column: usize| names.and_then(|names| names.get(column)).cloned();
        let known = (0..width).map(|column| (column, name(column).unwrap_or_else(|| column.to_string())));
        let is_asked = |name: &String| headers.is_none_or(|headers| headers.contains(name));
        // A score may be given, and the file names the model's label beside it.
        let says_label = config.predicted_label.as_ref().map(|column| config.column_name(column));
        let is_feature = |(column, name): &(usize, String)| {
            ![truth, answer].contains(column) && is_asked(name) && says_label.as_ref() != Some(name)
        };
        let (features, names) = known.filter(is_feature).unzip();
        let rows = BiasRows::new(&asked.problem(names, answers.flip_test_rows)?);
        Ok(Self { rows, features, truth, answer, predicted: says })
    }

    fn push<'c>(
        &mut self,
        cell: impl Fn(usize) -> Option<std::borrow::Cow<'c, str>>,
    ) -> Result<(), LeftOutBiasRow> {
        let texts: Vec<_> = self.features.iter().map(|column| cell(*column).unwrap_or_default()).collect();
        let cells: Vec<BiasCell<'_>> = texts.iter().map(|text| BiasCell::Written(text)).collect();
        let (truth, answer) = (cell(self.truth).unwrap_or_default(), cell(self.answer).unwrap_or_default());
        self.rows.push(&cells, BiasCell::Written(&truth), self.predicted.cell(Some(&answer))?)
    }
}

fn no_column(object: &str, column: &str, names: Option<&[String]>, width: usize) -> ContractError {
    let shown = match names {
        Some(names) => names.iter().map(|known| name(known)).collect::<Vec<_>>().join(", "),
        None => format!("{width} columns without names, 0 to {}", width - 1),
    };
    ContractError::malformed(object, format!("has no column {}; its columns: {shown}", name(column)))
}
