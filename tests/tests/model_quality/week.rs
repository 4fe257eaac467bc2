//! A week of labels that come when they please.

use super::traffic::{baseline, csv, label, monitored, score, truth};
use crate::harness::Harness;
use crate::labelled_week::Labelled;
use bellwether_pipeline::monitors::model_quality::ModelQuality;
use jiff::{SignedDuration, Timestamp};
use serde_json::{Value, json};

fn id(begin: Timestamp, n: usize) -> String {
    format!("{}-{n}", begin.as_second())
}

fn record(begin: Timestamp, n: usize) -> Value {
    json!({"captureData": {"endpointOutput": csv(&score(n).to_string())}, "eventVersion": "0",
        "eventMetadata": {"eventId": format!("{:08}-0000-4000-8000-{n:012}", begin.as_second() % 100_000_000),
            "inferenceId": id(begin, n), "inferenceTime": (begin + SignedDuration::from_mins(20)).to_string()}})
}

#[tokio::test]
async fn every_window_of_a_week_ends_once_and_is_opened_once_where_its_labels_came() {
    let site = monitored(Harness::folder());
    baseline(&site).await;
    let label = |begin, n| truth(&id(begin, n), &label(n).to_string(), "CSV");
    Labelled { site, capture: "capture/churn-prod/AllTraffic", record, label }.live::<ModelQuality>(0).await;
}
