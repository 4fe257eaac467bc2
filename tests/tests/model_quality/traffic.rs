//! Hours of a churn endpoint's answers, and labels of them: small enough to be counted by hand.
//!
//! It judges nothing.

use crate::harness::{Harness, start};
use bellwether_tests::local::answers;
use serde_json::{Value, json};

pub(crate) use answers::{collapsed, label, score, truth, validation_set};

pub(crate) const SCHEDULE: &str = "model-quality-hourly";

/// The folder of the run that is scheduled at this hour.
pub(crate) fn run(hour: u32) -> String {
    format!("reports/churn-prod/{SCHEDULE}/2026/10/31/{hour:02}")
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

/// Captures these scores in an hour.
pub(crate) async fn capture(site: &Harness, hour: u32, scores: impl IntoIterator<Item = f64>) {
    let scores = scores.into_iter().enumerate();
    let records = scores.map(|(n, score)| record(hour, n, &id(hour, n), &csv(&score.to_string())));
    site.capture(answers::ENDPOINT, start(hour), records).await;
}

/// Puts lines of labels into the folder of the hour in which they were collected.
pub(crate) async fn put_truth(site: &Harness, collected: u32, name: &str, lines: &[String]) {
    site.put(&format!("truth/2026/10/31/{collected:02}/{name}.jsonl"), lines.join("\n")).await;
}

/// Labels the first so many answers of an hour, in the folder of another.
pub(crate) async fn label_hour(
    site: &Harness,
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

/// Puts the baseline where the settings name it.
pub(crate) async fn baseline(site: &Harness) {
    for (name, bytes) in answers::baseline().await.expect("a baseline") {
        site.put(&format!("baseline/{name}"), bytes).await;
    }
}

/// The settings that every hour shares.
pub(crate) fn monitored(site: Harness) -> Harness {
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
pub(crate) async fn prepared(site: Harness) -> Harness {
    let site = monitored(site);
    baseline(&site).await;
    capture(&site, 8, (0..600).map(score)).await;
    site
}

/// The metrics of a run, by the names of the file.
pub(crate) async fn metrics(site: &Harness, run: &str) -> Value {
    site.json(&format!("{run}/statistics.json")).await["binary_classification_metrics"].clone()
}
