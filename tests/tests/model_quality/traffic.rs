//! A churn endpoint that answers with a score, and labels of its answers: small enough to be counted by hand, and calibrated, so
//! that of answers with a score of 0.8 some 80 % are right.
//!
//! It judges nothing.

use crate::site::Site;
use bellwether_pipeline::dataset::{Dialect, Format};
use bellwether_pipeline::monitors::model_quality::{AnswerSettings, suggest};
use bellwether_pipeline::progress::nobody;
use bellwether_pipeline::settings::Settings;
use bellwether_storage::Location;
use serde_json::{Value, json};

pub(crate) const SCHEDULE: &str = "model-quality-hourly";

/// The folder of the run that is scheduled at this hour.
pub(crate) fn run(hour: u32) -> String {
    format!("reports/churn-prod/{SCHEDULE}/2026/10/31/{hour:02}")
}

/// The n-th score: each of 0.005 to 0.995 once in a hundred.
pub(crate) fn score(n: usize) -> f64 {
    ((n * 37 + 11) % 100) as f64 / 100.0 + 0.005
}

/// The n-th label: 1 as often as its score says.
pub(crate) fn label(n: usize) -> u8 {
    let drawn = ((n * 61 + n / 100 * 17 + 29) % 100) as f64 / 100.0;
    u8::from(drawn < score(n))
}

/// An id of the n-th request of an hour, as the caller gives it.
pub(crate) fn id(hour: u32, n: usize) -> String {
    format!("call-{hour:02}-{n}")
}

/// A captured record whose answer is this payload.
pub(crate) fn record(hour: u32, n: usize, id: &str, output: &Value) -> Value {
    json!({
        "captureData": {
            "endpointInput": {"observedContentType": "text/csv", "mode": "INPUT", "data": "1,2", "encoding": "CSV"},
            "endpointOutput": output,
        },
        "eventMetadata": {
            "eventId": format!("{hour:08}-0000-4000-8000-{n:012}"),
            "inferenceId": id,
            "inferenceTime": format!("2026-10-31T{hour:02}:{:02}:00Z", n % 60),
        },
        "eventVersion": "0",
    })
}

/// A payload of CSV.
pub(crate) fn csv(data: &str) -> Value {
    json!({"observedContentType": "text/csv", "mode": "OUTPUT", "data": data, "encoding": "CSV"})
}

/// Puts captured records into an hour's folder.
pub(crate) async fn put_records(site: &Site, hour: u32, records: &[Value]) {
    let key = format!(
        "capture/churn-prod/AllTraffic/2026/10/31/{hour:02}/07-04-840-0b7bfd33-c8a7-4adf-a09a-98fd0af79974.jsonl"
    );
    site.put(&key, records.iter().map(|record| format!("{record}\n")).collect::<String>()).await;
}

/// Captures these scores in an hour.
pub(crate) async fn capture(site: &Site, hour: u32, scores: impl IntoIterator<Item = f64>) {
    let records: Vec<Value> = scores
        .into_iter()
        .enumerate()
        .map(|(n, score)| record(hour, n, &id(hour, n), &csv(&score.to_string())))
        .collect();
    put_records(site, hour, &records).await;
}

/// A line of labels.
pub(crate) fn truth(id: &str, data: &str, encoding: &str) -> Value {
    json!({
        "groundTruthData": {"data": data, "encoding": encoding},
        "eventMetadata": {"eventId": id},
        "eventVersion": "0",
    })
}

/// Puts lines of labels into the folder of the hour in which they were collected.
pub(crate) async fn put_truth(site: &Site, collected: u32, name: &str, lines: &[String]) {
    site.put(&format!("truth/2026/10/31/{collected:02}/{name}.jsonl"), lines.join("\n")).await;
}

/// Labels the first so many answers of an hour, in the folder of another.
pub(crate) async fn label_hour(
    site: &Site,
    hour: u32,
    collected: u32,
    labels: impl IntoIterator<Item = (usize, u8)>,
) {
    let lines: Vec<String> = labels
        .into_iter()
        .map(|(n, label)| truth(&id(hour, n), &label.to_string(), "CSV").to_string())
        .collect();
    put_truth(site, collected, &format!("of-{hour:02}"), &lines).await;
}

/// The rows of a validation set, as CSV with a header.
pub(crate) fn validation_set(rows: std::ops::Range<usize>) -> String {
    let rows = rows.map(|n| format!("{},{},{}\n", label(n), score(n), u8::from(score(n) > 0.5)));
    format!("label,probability,prediction\n{}", rows.collect::<String>())
}

/// How the answers of a validation set are read.
pub(crate) fn answers(problem_type: &str) -> AnswerSettings {
    let problem_type = problem_type.to_owned();
    AnswerSettings::read(|name| match name {
        "PROBLEM_TYPE" => Some(problem_type.clone()),
        "PROBABILITY_ATTRIBUTE" => Some("probability".to_owned()),
        "GROUND_TRUTH_ATTRIBUTE" => Some("label".to_owned()),
        _ => None,
    })
    .expect("settings")
}

/// Puts the baseline of 4,000 such answers where the settings name it. Its thresholds have a slack of 0.05, as a person would edit
/// them: without any, half of all hours cross one by chance.
pub(crate) async fn baseline(site: &Site) {
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("validation.csv");
    std::fs::write(&file, validation_set(100_000..104_000)).expect("a file");
    let format = Format::Csv { header: true, dialect: Dialect::Rfc4180, delimiter: b',' };
    let location: Location = file.display().to_string().parse().expect("a path");
    let answers = answers("BinaryClassification");
    let suggested = suggest(&location, None, format, &answers, &nobody).await.expect("a baseline");
    for (file, bytes) in suggested.report().expect("finite").files() {
        let bytes = if file.name() == "constraints.json" { with_slack(bytes) } else { bytes.to_vec() };
        site.put(&format!("baseline/{}", file.name()), bytes).await;
    }
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

/// The settings that every hour shares.
pub(crate) fn monitored(site: Site) -> Site {
    site.with("ENDPOINT_NAME", "churn-prod")
        .with("SCHEDULE_NAME", SCHEDULE)
        .with("CAPTURE_URI", "{root}/capture")
        .with("GROUND_TRUTH_URI", "{root}/truth")
        .with("PROBLEM_TYPE", "BinaryClassification")
        .with("PROBABILITY_ATTRIBUTE", "0")
        .with("BASELINE_CONSTRAINTS_URI", "{root}/baseline/constraints.json")
        .with("BASELINE_CALIBRATION_URI", "{root}/baseline/calibration.json")
}

/// A site with a baseline, and an hour of 600 answers before nine.
pub(crate) async fn prepared(site: Site) -> Site {
    let site = monitored(site);
    baseline(&site).await;
    capture(&site, 8, (0..600).map(score)).await;
    site
}

/// The metrics of a run, by the names of the file.
pub(crate) async fn metrics(site: &Site, run: &str) -> Value {
    site.json(&format!("{run}/statistics.json")).await["binary_classification_metrics"].clone()
}

/// The violations of a run as (metric, description).
pub(crate) async fn violations(site: &Site, run: &str) -> Vec<(String, String)> {
    let report = site.json(&format!("{run}/constraint_violations.json")).await;
    let text = |violation: &Value, field: &str| violation[field].as_str().unwrap_or_default().to_owned();
    let entries = report["violations"].as_array().expect("a list");
    entries.iter().map(|violation| (text(violation, "metric_name"), text(violation, "description"))).collect()
}
