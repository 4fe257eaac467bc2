//! A dataset whose rows are explained, and the baseline that it suggests.
//!
//! It commits nothing. A row is known by its place in the dataset, so that the same file gives the same draws.

use super::asked::{Asked, endpoint_of};
use super::explained::{Explanation, Interview, explain};
use super::settings::AskingSettings;
use crate::RunError;
use crate::clients::Clients;
use crate::dataset::{Format, Row, RowsRead, each_row};
use crate::progress::Watcher;
use crate::replay::Effort;
use crate::replay::asking::Pace;
use crate::report::Report;
use bellwether_analysis::model_explainability::{FeatureRow, SampledRows, Sampling, feature_rows};
use bellwether_analysis::monitors::model_explainability::no_baseline;
use bellwether_contract::ContractError;
use bellwether_contract::capture::{LeftOut, Payload, Rejected};
use bellwether_contract::keys::ReportFile;
use bellwether_contract::model_explainability::{ExplanationSummary, FeatureValue};
use bellwether_contract::shape::name;
use bellwether_page::Part;
use bellwether_page::monitors::Checks;
use bellwether_page::monitors::model_explainability::{DrawnReasons, part};
use bellwether_storage::Location;

/// What a dataset came to.
#[derive(Debug)]
pub struct SuggestedReasons {
    /// Rows that were read, and those that were not.
    pub read: RowsRead,
    /// The values of its features.
    pub explanation: Explanation,
    /// The same with errors.
    pub summary: ExplanationSummary,
    /// What should be said of the configuration.
    pub doubts: Vec<String>,
    /// Calls to the model.
    pub effort: Effort,
}

impl SuggestedReasons {
    /// The file of the baseline.
    ///
    /// # Errors
    /// A number that no file holds.
    pub fn report(&self) -> Result<Report, ContractError> {
        Ok(Report::default().with(ReportFile::Analysis, self.explanation.analysis.to_bytes()?))
    }

    /// What the page of the baseline shows.
    #[must_use]
    pub fn part(&self) -> Part {
        part(DrawnReasons { now: Some(&self.summary), baseline: None, checks: &Checks::default() })
    }
}

/// How much of a dataset is explained.
#[derive(Debug, Clone, Copy)]
pub struct Extent {
    /// Rows that are explained at most.
    pub rows: usize,
    /// Rows that the model may be asked.
    pub row_budget: u64,
}

/// All rows: a dataset is explained once.
impl Default for Extent {
    fn default() -> Self {
        Self { rows: usize::MAX, row_budget: 10_000_000 }
    }
}

/// Explains the rows of the object at a location, or of the objects below it, as the configuration at another asks.
///
/// # Errors
/// As [`each_row`]; a configuration that is none; rows without its features; a model that does not answer every row, or that nothing moves.
pub async fn suggest(
    dataset: &Location,
    clients: Option<&Clients>,
    format: Format,
    config: &Location,
    asking: &AskingSettings,
    extent: Extent,
    watcher: Watcher<'_>,
) -> Result<SuggestedReasons, RunError> {
    let (object, s3) = (dataset.to_string(), clients.map(|clients| &clients.s3));
    let asked = Asked::read(config, asking, s3).await?;
    let problem = asked.problem(0)?;
    let sampling =
        Sampling { names: problem.names.clone(), path: asked.path.clone(), rows: extent.rows, seed: 0 };
    let sample = SampledRows::new(sampling);
    let mut taking = Taking { object: &object, asked: &asked, names: &problem.names, sample, columns: None };
    let read = each_row(dataset, s3, format, watcher, &mut |row| taking.take(row)).await;
    if let Some(Err(missing)) = taking.columns {
        return Err(missing.into());
    }
    let read = read?;
    let (all, rows) = (taking.sample.rows(), taking.sample.into_explained());
    let endpoint = endpoint_of(asking, clients)?;
    let interview = Interview {
        asked: &asked,
        problem: &problem,
        endpoint: endpoint.as_ref(),
        row_budget: extent.row_budget,
        pace: Pace { cap: asking.concurrency, deadline: None },
        called: "baseline",
        turns: None,
    };
    let (found, effort) = explain(interview, &rows, all, watcher).await?;
    // A dataset is not to blame for a model that does not answer, nor for what the configuration asks of it.
    let of_configuration = |reason: String| ContractError::malformed(config.to_string(), reason);
    let explanation = found.map_err(of_configuration)?;
    if let Some(reason) = no_baseline(&explanation.analysis) {
        return Err(of_configuration(reason.to_owned()).into());
    }
    let doubts = asked.config.doubts(Some(explanation.explained.outputs));
    let summary = explanation.summary(all, &problem, None);
    Ok(SuggestedReasons { read, explanation, summary, doubts, effort })
}

/// Rows on their way from a dataset.
struct Taking<'a> {
    object: &'a str,
    asked: &'a Asked,
    names: &'a [String],
    sample: SampledRows,
    /// Where the features of a row of CSV stand; `None` before the first row.
    columns: Option<Result<Vec<usize>, ContractError>>,
}

impl Taking<'_> {
    fn take(&mut self, row: Row<'_>) -> Result<(), Rejected> {
        match row {
            Row::Cells { rows, row, names } => {
                let found = self.columns.take().unwrap_or_else(|| self.places(names, rows.width()));
                // Told in the end; until then nothing can be read.
                let Ok(places) = self.columns.insert(found) else { return Err(LeftOut::PathValues.into()) };
                let cell = |place: &usize| {
                    FeatureValue::of_cell(&String::from_utf8_lossy(
                        rows.cell(row, *place).unwrap_or_default(),
                    ))
                };
                self.sample.push(places.iter().map(cell).collect());
            }
            Row::Json(line) => {
                let text = std::str::from_utf8(line)
                    .map_err(|_| LeftOut::Encoding.because("JSON in UTF-8", "bytes that are not UTF-8"))?;
                let rows: Vec<FeatureRow> =
                    feature_rows(&Payload::Json(text.into()), &self.asked.path, self.names)?;
                rows.into_iter().for_each(|row| self.sample.push(row));
            }
        }
        Ok(())
    }

    /// Where the features of a row of CSV stand: by the names of a header, or of the configuration, or as they come.
    fn places(&self, names: Option<&[String]>, width: usize) -> Result<Vec<usize>, ContractError> {
        let headers = self.asked.config.headers.as_deref().unwrap_or_default();
        let columns = match names {
            Some(names) => names,
            None if width == headers.len() => headers,
            None if width == self.names.len() => return Ok((0..width).collect()),
            None => {
                let reason = format!(
                    "has {width} columns without names, and the configuration {} headers",
                    headers.len()
                );
                return Err(ContractError::malformed(self.object, reason));
            }
        };
        let place = |feature: &String| {
            columns.iter().position(|column| column == feature).ok_or_else(|| {
                let shown: Vec<String> = columns.iter().take(10).map(|column| name(column)).collect();
                let reason = format!("has no column {}; its columns: {}", name(feature), shown.join(", "));
                ContractError::malformed(self.object, reason)
            })
        };
        self.names.iter().map(place).collect()
    }
}
