//! A churn endpoint beside the newsroom, for the model-quality monitor: it answers with a score, and what became of a customer is known
//! later. The scores are calibrated, so that of answers with a score of 0.8 some 80 % are right.
//!
//! It judges nothing.

use bellwether_contract::window::utc;
use bellwether_newsroom::Model;
use bellwether_pipeline::RunError;
use bellwether_pipeline::dataset::{Dialect, Format};
use bellwether_pipeline::monitors::model_quality::{AnswerSettings, Suggested, suggest};
use bellwether_pipeline::progress::nobody;
use bellwether_pipeline::settings::Settings;
use bellwether_storage::Location;
use jiff::{SignedDuration, Timestamp};
use serde_json::{Value, json};
use std::ops::Range;

/// The endpoint.
pub const ENDPOINT: &str = "churn-prod";
/// Requests of an hour.
const REQUESTS: usize = 600;

/// The n-th score: each of 0.005 to 0.995 once in a hundred.
#[must_use]
pub fn score(n: usize) -> f64 {
    ((n * 37 + 11) % 100) as f64 / 100.0 + 0.005
}

/// The n-th label: 1 as often as its score says.
#[must_use]
pub fn label(n: usize) -> u8 {
    let drawn = ((n * 61 + n / 100 * 17 + 29) % 100) as f64 / 100.0;
    u8::from(drawn < score(n))
}

/// A score of a model that has lost its best feature: near the middle.
#[must_use]
pub fn collapsed(score: f64) -> f64 {
    0.5 + (score - 0.5) * 0.2
}

/// A record of labels.
#[must_use]
pub fn truth(id: &str, data: &str, encoding: &str) -> Value {
    json!({
        "groundTruthData": {"data": data, "encoding": encoding},
        "eventMetadata": {"eventId": id},
        "eventVersion": "0",
    })
}

/// The rows of a validation set, as CSV with a header.
#[must_use]
pub fn validation_set(rows: Range<usize>) -> String {
    let rows = rows.map(|n| format!("{},{},{}\n", label(n), score(n), u8::from(score(n) > 0.5)));
    format!("label,probability,prediction\n{}", rows.collect::<String>())
}

/// The files of the baseline of 4,000 such answers. Its thresholds have a slack of 0.05, as a person would edit them: without any,
/// half of all hours cross one by chance.
///
/// # Errors
/// A baseline that cannot be made.
pub async fn baseline() -> Result<Vec<(&'static str, Vec<u8>)>, RunError> {
    let files = suggested().await?.report()?;
    let file = |(file, bytes): &(bellwether_contract::keys::ReportFile, bytes::Bytes)| {
        let is_edited = file.name() == "constraints.json";
        (file.name(), if is_edited { with_slack(bytes) } else { bytes.to_vec() })
    };
    Ok(files.files().iter().map(file).collect())
}

/// What 4,000 such answers suggest.
///
/// # Errors
/// A baseline that cannot be made.
pub async fn suggested() -> Result<Suggested, RunError> {
    let answers = AnswerSettings::read(|name| {
        let value = match name {
            "PROBLEM_TYPE" => "BinaryClassification",
            "PROBABILITY_ATTRIBUTE" => "probability",
            "GROUND_TRUTH_ATTRIBUTE" => "label",
            _ => return None,
        };
        Some(value.to_owned())
    });
    let folder = tempfile::tempdir().expect("a folder can be made");
    let file = folder.path().join("validation.csv");
    std::fs::write(&file, validation_set(100_000..104_000)).expect("a file can be written");
    let format = Format::Csv { header: true, dialect: Dialect::Rfc4180, delimiter: b',' };
    suggest(&Location::Folder(file), None, format, &answers.expect("settings"), &nobody).await
}

fn with_slack(constraints: &[u8]) -> Vec<u8> {
    let mut constraints: Value = serde_json::from_slice(constraints).expect("JSON");
    let limits = constraints["binary_classification_constraints"].as_object_mut().expect("constraints");
    for limit in limits.values_mut() {
        let slack = if limit["comparison_operator"] == "LessThanThreshold" { -0.05 } else { 0.05 };
        limit["threshold"] = json!(limit["threshold"].as_f64().expect("a threshold") + slack);
    }
    constraints.to_string().into_bytes()
}

/// An hour of captured answers, and, of a model that is as ever, their labels. Those of one that has collapsed are not there yet.
pub(super) fn hour(start: Timestamp, model: Model) -> Vec<(String, Vec<u8>)> {
    let folder = utc(start).strftime("%Y/%m/%d/%H").to_string();
    let id = |n: usize| format!("call-{}-{n}", start.as_second());
    let record = |n: usize| {
        let score = if model == Model::Collapsed { collapsed(score(n)) } else { score(n) };
        let side = |mode: &str, data: String| json!({"observedContentType": "text/csv", "mode": mode, "data": data, "encoding": "CSV"});
        let at = start + SignedDuration::from_secs(n as i64 * 5);
        json!({
            "captureData": {"endpointInput": side("INPUT", "1,2".to_owned()), "endpointOutput": side("OUTPUT", score.to_string())},
            "eventMetadata": {"eventId": format!("{:08x}-0000-4000-8000-{n:012}", start.as_second()), "inferenceId": id(n), "inferenceTime": at.strftime("%Y-%m-%dT%H:%M:%SZ").to_string()},
            "eventVersion": "0",
        })
    };
    let lines = |line: &dyn Fn(usize) -> Value| -> Vec<u8> {
        (0..REQUESTS).map(|n| format!("{}\n", line(n))).collect::<String>().into_bytes()
    };
    let capture = format!(
        "capture/{ENDPOINT}/AllTraffic/{folder}/50-00-000-0b7bfd33-c8a7-4adf-a09a-98fd0af79974.jsonl"
    );
    let mut files = vec![(capture, lines(&record))];
    if model == Model::Healthy {
        let label = |n: usize| truth(&id(n), &label(n).to_string(), "CSV");
        files.push((format!("ground-truth/{folder}/labels.jsonl"), lines(&label)));
    }
    files
}
