//! A lender's endpoint beside the newsroom, for the model-bias monitor: it answers with a score above which a loan is given, to women
//! as often as to men, and whether the loan is paid back is known later.
//!
//! It judges nothing.

use super::answers::truth;
use bellwether_contract::window::utc;
use bellwether_newsroom::Model;
use bellwether_pipeline::RunError;
use bellwether_pipeline::dataset::{Dialect, Format};
use bellwether_pipeline::monitors::model_bias::{BiasAnswerSettings, SuggestedBias, suggest};
use bellwether_pipeline::progress::nobody;
use bellwether_pipeline::settings::Settings;
use bellwether_storage::Location;
use jiff::{SignedDuration, Timestamp};
use serde_json::{Value, json};
use std::ops::Range;

/// The endpoint.
pub const ENDPOINT: &str = "loans-prod";
/// Requests of an hour: two of five are of women.
const REQUESTS: usize = 600;

/// A person who asks for a loan.
#[derive(Debug, Clone, Copy)]
pub struct Person {
    /// `f` or `m`.
    pub sex: &'static str,
    /// The number among those of the same sex.
    place: usize,
}

/// The n-th.
#[must_use]
pub fn person(n: usize) -> Person {
    match n % 5 {
        rest @ 0..2 => Person { sex: "f", place: n / 5 * 2 + rest },
        rest => Person { sex: "m", place: n / 5 * 3 + rest - 2 },
    }
}

impl Person {
    /// Features as a request has them: sex, age, income.
    #[must_use]
    pub fn features(self) -> String {
        format!("{},{},{}", self.sex, 20 + self.place * 7 % 45, 20 + self.place * 11 % 70)
    }

    /// Whether this is one of so many of a hundred who are given a loan.
    #[must_use]
    pub fn is_among(self, share: usize) -> bool {
        (self.place * 37 + 11) % 100 < share
    }

    /// The score of a model that gives a loan to so many of a hundred.
    #[must_use]
    pub fn score(self, share: usize) -> f64 {
        let within = (self.place * 7 % 49) as f64 / 100.0;
        if self.is_among(share) { 0.505 + within } else { 0.005 + within }
    }

    /// Whether the loan is paid back, or would have been: nine of ten times as a fair model says.
    #[must_use]
    pub fn label(self) -> u8 {
        let is_wrong = (self.place * 61 + 29).is_multiple_of(10);
        u8::from(self.is_among(50) != is_wrong)
    }
}

/// `analysis_config.json`.
#[must_use]
pub fn configuration() -> Value {
    json!({
        "headers": ["sex", "age", "income", "repaid"],
        "label": "repaid",
        "label_values_or_threshold": [1],
        "facet": [{"name_or_index": "sex", "value_or_threshold": ["f"]}],
        "predicted_label": "approved",
    })
}

/// The rows of a validation set, as CSV with a header.
#[must_use]
pub fn validation_set(rows: Range<usize>) -> String {
    let row = |n: usize| {
        let person = person(n);
        format!("{},{},{}\n", person.features(), person.label(), u8::from(person.is_among(50)))
    };
    format!("sex,age,income,repaid,approved\n{}", rows.map(row).collect::<String>())
}

/// The analysis of 4,000 such rows. Its values are 0.05 farther from zero, as a person would edit them: without any slack, half of all
/// hours cross one by chance.
///
/// # Errors
/// A baseline that cannot be made.
pub async fn baseline() -> Result<Vec<u8>, RunError> {
    let report = suggested().await?.report()?;
    let (_, analysis) = report.files().first().expect("one file");
    Ok(with_slack(analysis))
}

/// What 4,000 such rows suggest.
///
/// # Errors
/// A baseline that cannot be made.
pub async fn suggested() -> Result<SuggestedBias, RunError> {
    let folder = tempfile::tempdir().expect("a folder can be made");
    let at = |name: &str, text: String| {
        let file = folder.path().join(name);
        std::fs::write(&file, text).expect("a file can be written");
        Location::Folder(file)
    };
    let rows = at("validation.csv", validation_set(0..4_000));
    let config = at("analysis_config.json", configuration().to_string());
    let format = Format::Csv { header: true, dialect: Dialect::Rfc4180, delimiter: b',' };
    let answers = BiasAnswerSettings::read(|_| None).expect("settings");
    suggest(&rows, None, format, &config, &answers, &nobody).await
}

/// The same analysis with values that are farther from zero.
#[must_use]
pub fn with_slack(analysis: &[u8]) -> Vec<u8> {
    let mut analysis: Value = serde_json::from_slice(analysis).expect("JSON");
    for stage in ["post_training_bias_metrics", "pre_training_bias_metrics"] {
        let facets = analysis[stage]["facets"].as_object_mut().expect("facets");
        let groups = facets.values_mut().flat_map(|groups| groups.as_array_mut().expect("groups"));
        for metric in groups.flat_map(|group| group["metrics"].as_array_mut().expect("metrics")) {
            if let Some(value) = metric["value"].as_f64() {
                metric["value"] = json!(value + 0.05_f64.copysign(value));
            }
        }
    }
    analysis.to_string().into_bytes()
}

/// A captured record of the n-th request of an hour, whose model gives a loan to so many of a hundred women.
#[must_use]
pub fn record(start: Timestamp, n: usize, women: usize) -> Value {
    let person = person(n);
    let score = person.score(if person.sex == "f" { women } else { 50 });
    let side = |mode: &str, data: String| json!({"observedContentType": "text/csv", "mode": mode, "data": data, "encoding": "CSV"});
    let at = start + SignedDuration::from_secs(n as i64 * 5);
    json!({
        "captureData": {"endpointInput": side("INPUT", person.features()), "endpointOutput": side("OUTPUT", score.to_string())},
        "eventMetadata": {"eventId": format!("{:08x}-0000-4000-8000-{n:012}", start.as_second()), "inferenceId": id(start, n), "inferenceTime": at.strftime("%Y-%m-%dT%H:%M:%SZ").to_string()},
        "eventVersion": "0",
    })
}

/// What the caller calls the n-th request of an hour.
#[must_use]
pub fn id(start: Timestamp, n: usize) -> String {
    format!("loan-{}-{n}", start.as_second())
}

/// The record of labels of the n-th request of an hour.
#[must_use]
pub fn labelled(start: Timestamp, n: usize) -> Value {
    truth(&id(start, n), &person(n).label().to_string(), "CSV")
}

/// An hour of captured requests and answers with their labels; a model that has collapsed gives a loan to one woman of five.
pub(super) fn hour(start: Timestamp, model: Model) -> Vec<(String, Vec<u8>)> {
    let folder = utc(start).strftime("%Y/%m/%d/%H").to_string();
    let women = if model == Model::Collapsed { 20 } else { 50 };
    let lines = |line: &dyn Fn(usize) -> Value| -> Vec<u8> {
        (0..REQUESTS).map(|n| format!("{}\n", line(n))).collect::<String>().into_bytes()
    };
    let capture = format!(
        "capture/{ENDPOINT}/AllTraffic/{folder}/50-00-000-0b7bfd33-c8a7-4adf-a09a-98fd0af79974.jsonl"
    );
    vec![
        (capture, lines(&|n| record(start, n, women))),
        (format!("loans-truth/{folder}/labels.jsonl"), lines(&|n| labelled(start, n))),
    ]
}
