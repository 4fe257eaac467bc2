//! Pages of answers that are none of two labels: one of several, and numbers.

use super::{Page, page};
use crate::harness::{Harness, start};
use crate::model_quality::traffic::{csv, id, monitored, put_truth, record};
use bellwether_contract::execution::Status;
use bellwether_contract::keys::ReportFile;
use bellwether_pipeline::dataset::{Dialect, Format};
use bellwether_pipeline::monitors::model_quality::{AnswerSettings, ModelQuality, suggest};
use bellwether_pipeline::progress::nobody;
use bellwether_pipeline::settings::Settings;
use bellwether_storage::Location;
use bellwether_tests::local::answers::{ENDPOINT, truth};
use serde_json::{Value, json};
use std::ops::Range;

/// Answers of an hour.
const ANSWERS: usize = 400;

/// What a model is asked for, what it says, what is true, and what becomes true once the world has moved on.
struct Kind {
    name: &'static str,
    problem: &'static str,
    constraints: &'static str,
    answer: fn(usize) -> String,
    truth: fn(usize) -> String,
    moved: fn(usize) -> String,
}

const KINDS: [Kind; 2] = [
    Kind {
        name: "labels",
        problem: "MulticlassClassification",
        constraints: "multiclass_classification_constraints",
        answer: |n| ANIMALS[n % 4].to_owned(),
        truth: |n| ANIMALS[if n.is_multiple_of(10) { n + 1 } else { n } % 4].to_owned(),
        moved: |n| ANIMALS[if n.is_multiple_of(3) { n + 1 } else { n } % 4].to_owned(),
    },
    Kind {
        name: "numbers",
        problem: "Regression",
        constraints: "regression_constraints",
        answer: |n| (100 + n % 60).to_string(),
        truth: |n| (100.0 + (n % 60) as f64 + (n * 7 % 11) as f64 / 2.0 - 2.5).to_string(),
        moved: |n| (130.0 + (n % 60) as f64 * 0.4 + (n * 7 % 11) as f64).to_string(),
    },
];
/// Two of them mean harm.
const ANIMALS: [&str; 4] = ["cat", "dog", "<img src=x onerror=alert(2)>", "total\u{202e}evil"];

/// An hour of each that keeps to its limits, and one that does not.
pub(super) async fn ended() -> Vec<Page> {
    let mut pages = Vec::new();
    for kind in &KINDS {
        for (ending, status, truth) in [
            ("healthy", Status::Completed, kind.truth),
            ("violated", Status::CompletedWithViolations, kind.moved),
        ] {
            let site = kind.hour(truth).await;
            pages.push(page::<ModelQuality>(&site, &format!("{}, {ending}", kind.name), status).await);
        }
    }
    pages
}

impl Kind {
    async fn hour(&self, truth: fn(usize) -> String) -> Harness {
        let site = monitored(Harness::folder())
            .with("PROBLEM_TYPE", self.problem)
            .with("PROBABILITY_ATTRIBUTE", "")
            .with("INFERENCE_ATTRIBUTE", "0")
            .with("BASELINE_CALIBRATION_URI", "")
            .with("BASELINE_STATISTICS_URI", "{root}/baseline/statistics.json");
        for (name, bytes) in self.baseline().await {
            site.put(&format!("baseline/{name}"), bytes).await;
        }
        let answers = (0..ANSWERS).map(|n| record(8, n, &id(8, n), &csv(&(self.answer)(n))));
        site.capture(ENDPOINT, start(8), answers).await;
        let labels = (0..ANSWERS).map(|n| self::truth(&id(8, n), &truth(n), "CSV").to_string());
        put_truth(&site, 8, "labels", &labels.collect::<Vec<_>>()).await;
        site
    }

    fn validation_set(&self, rows: Range<usize>) -> String {
        let rows = rows.map(|n| format!("{},{}\n", (self.truth)(n), (self.answer)(n)));
        format!("label,prediction\n{}", rows.collect::<String>())
    }

    /// What two thousand such answers suggest, with the slack that a person gives.
    async fn baseline(&self) -> Vec<(&'static str, Vec<u8>)> {
        let answers = AnswerSettings::read(|name| match name {
            "PROBLEM_TYPE" => Some(self.problem.to_owned()),
            "INFERENCE_ATTRIBUTE" => Some("prediction".to_owned()),
            "GROUND_TRUTH_ATTRIBUTE" => Some("label".to_owned()),
            _ => None,
        });
        let folder = tempfile::tempdir().expect("a folder");
        let file = folder.path().join("validation.csv");
        std::fs::write(&file, self.validation_set(1_000..3_000)).expect("a file");
        let format = Format::Csv { header: true, dialect: Dialect::Rfc4180, delimiter: b',' };
        let (dataset, answers) = (Location::Folder(file), answers.expect("settings"));
        let suggested = suggest(&dataset, None, format, &answers, &nobody).await.expect("a baseline");
        let files = suggested.report().expect("files");
        let file = |(file, bytes): &(ReportFile, bytes::Bytes)| {
            let is_edited = *file == ReportFile::Constraints;
            (file.name(), if is_edited { self.with_slack(bytes) } else { bytes.to_vec() })
        };
        files.files().iter().map(file).collect()
    }

    fn with_slack(&self, constraints: &[u8]) -> Vec<u8> {
        let mut constraints: Value = serde_json::from_slice(constraints).expect("JSON");
        for limit in constraints[self.constraints].as_object_mut().expect("limits").values_mut() {
            let slack = if limit["comparison_operator"] == "LessThanThreshold" { 0.95 } else { 1.2 };
            limit["threshold"] = json!(limit["threshold"].as_f64().expect("a number") * slack);
        }
        constraints.to_string().into_bytes()
    }
}
