//! A lender's model beside the newsroom, for the model-explainability monitor: it answers any number of rows with a score each, and a
//! shadow of it may be asked as often as somebody likes.
//!
//! It judges nothing.

use crate::answer::Answer;
use crate::simulator::{EndpointSimulator, Script};
use bellwether_contract::window::utc;
use bellwether_newsroom::Model;
use bellwether_pipeline::RunError;
use bellwether_pipeline::dataset::{Dialect, Format};
use bellwether_pipeline::monitors::model_explainability::{
    AskingSettings, Extent, SuggestedReasons, suggest,
};
use bellwether_pipeline::progress::nobody;
use bellwether_pipeline::settings::Settings;
use bellwether_storage::Location;
use jiff::{SignedDuration, Timestamp};
use serde_json::{Value, json};
use std::ops::Range;

/// The endpoint that is monitored.
pub const ENDPOINT: &str = "credit-prod";
/// Its shadow, which is asked.
pub const SHADOW: &str = "credit-shadow";
/// The features, and what each weighs in the score.
pub const WEIGHTS: [(&str, f64); 6] = [
    ("savings_cents", 2e-6),
    ("income", 0.02),
    ("age", 0.03),
    ("years_employed", 0.05),
    ("children", -0.1),
    ("debts", -0.2),
];
/// What rows are compared with: a usual person without savings.
const USUAL: [f64; 6] = [0.0, 50.0, 40.0, 6.0, 1.0, 1.0];
/// Requests of an hour.
const REQUESTS: usize = 600;

/// What savings are counted in by whoever sends requests.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Unit {
    /// As the model learned it.
    Cents,
    /// A hundredth of it.
    Euros,
}

/// The features of the n-th person.
#[must_use]
pub fn features(n: usize, unit: Unit) -> [f64; 6] {
    // Steps without a common divisor give every feature its own rhythm.
    let spread = |step: usize, least: usize, width: usize| (least + n * step % width) as f64;
    let cents = spread(9_973, 100_000, 900_001);
    let savings = if unit == Unit::Euros { (cents / 100.0).round() } else { cents };
    [savings, spread(7, 20, 61), spread(11, 20, 41), spread(5, 0, 19), spread(3, 0, 5), spread(2, 0, 4)]
}

/// The score of a row.
#[must_use]
pub fn score(row: &[f64]) -> f64 {
    let sum: f64 = WEIGHTS
        .iter()
        .zip(row)
        .zip(USUAL)
        .map(|(((_, weight), value), usual)| weight * (value - usual))
        .sum();
    1.0 / (1.0 + (-sum).exp())
}

/// The scores of a body of CSV, a line each.
#[must_use]
pub fn scores(body: &[u8]) -> String {
    let line = |line: &str| {
        let row: Vec<f64> = line.split(',').map(|cell| cell.parse().expect("a number")).collect();
        score(&row).to_string()
    };
    String::from_utf8_lossy(body).lines().map(line).collect::<Vec<_>>().join("\n")
}

/// An endpoint that answers so.
#[must_use]
pub fn script() -> Script {
    Script::answering(|request| Answer::new(200, "text/csv; charset=utf-8", scores(request.body())))
}

/// `analysis_config.json`.
#[must_use]
pub fn configuration() -> Value {
    json!({
        "version": "1.0",
        "headers": WEIGHTS.map(|(name, _)| name),
        "methods": {"shap": {"baseline": [USUAL], "num_samples": 40, "agg_method": "mean_abs"}},
        "predictor": {"content_type": "text/csv", "accept_type": "text/csv"},
    })
}

/// Rows as CSV with a header.
#[must_use]
pub fn rows(rows: Range<usize>, unit: Unit) -> String {
    let header = WEIGHTS.map(|(name, _)| name).join(",");
    let row = |n: usize| format!("{}\n", line(n, unit));
    format!("{header}\n{}", rows.map(row).collect::<String>())
}

fn line(n: usize, unit: Unit) -> String {
    features(n, unit).map(|value| value.to_string()).join(",")
}

/// The analysis of 300 rows, for which the model is asked over HTTP.
///
/// # Errors
/// A baseline that cannot be made.
pub async fn baseline() -> Result<Vec<u8>, RunError> {
    let report = suggested().await?.report()?;
    let (_, analysis) = report.files().first().expect("one file");
    Ok(analysis.to_vec())
}

/// What 300 rows suggest.
///
/// # Errors
/// A baseline that cannot be made.
pub async fn suggested() -> Result<SuggestedReasons, RunError> {
    let folder = tempfile::tempdir().expect("a folder can be made");
    let at = |name: &str, text: String| {
        let file = folder.path().join(name);
        std::fs::write(&file, text).expect("a file can be written");
        Location::Folder(file)
    };
    let dataset = at("validation.csv", rows(0..300, Unit::Cents));
    let config = at("analysis_config.json", configuration().to_string());
    let server = EndpointSimulator::new(script()).serve(None).await.expect("a free port");
    let url = format!("{}/invocations", server.url());
    let asking = AskingSettings::read(|name| (name == "EXPLAINED_MODEL_URL").then(|| url.clone()));
    let format = Format::Csv { header: true, dialect: Dialect::Rfc4180, delimiter: b',' };
    let extent = Extent { rows: usize::MAX, row_budget: 1_000_000 };
    let asking = asking.expect("settings");
    suggest(&dataset, None, format, &config, &asking, extent, &nobody).await
}

/// A captured record of the n-th request of an hour.
#[must_use]
pub fn record(start: Timestamp, n: usize, unit: Unit) -> Value {
    let side = |mode: &str, data: String| json!({"observedContentType": "text/csv", "mode": mode, "data": data, "encoding": "CSV"});
    let at = start + SignedDuration::from_secs(n as i64 * 5);
    json!({
        "captureData": {
            "endpointInput": side("INPUT", line(n, unit)),
            "endpointOutput": side("OUTPUT", score(&features(n, unit)).to_string()),
        },
        "eventMetadata": {
            "eventId": format!("{:08x}-0000-4000-8000-{n:012}", start.as_second()),
            "inferenceTime": at.strftime("%Y-%m-%dT%H:%M:%SZ").to_string(),
        },
        "eventVersion": "0",
    })
}

/// An hour of captured requests; beside a model that has collapsed, savings come in euros.
pub(super) fn hour(start: Timestamp, model: Model) -> (String, Vec<u8>) {
    let folder = utc(start).strftime("%Y/%m/%d/%H").to_string();
    let unit = if model == Model::Collapsed { Unit::Euros } else { Unit::Cents };
    let lines = (0..REQUESTS).map(|n| format!("{}\n", record(start, n, unit)));
    let key = format!(
        "capture/{ENDPOINT}/AllTraffic/{folder}/50-00-000-0b7bfd33-c8a7-4adf-a09a-98fd0af79974.jsonl"
    );
    (key, lines.collect::<String>().into_bytes())
}
