//! Hours of a creditor's requests, and the model that is asked about them.
//!
//! It judges nothing.

use crate::harness::{Harness, time};
use bellwether_tests::local::reasons::{self, SHADOW, Unit};
use bellwether_tests::simulator::Script;
use jiff::Timestamp;

/// The folder of the run at nine.
pub(crate) const RUN: &str = "reports/credit-prod/explainability-hourly/2026/10/31/09";

pub(crate) fn start() -> Timestamp {
    time("2026-10-31T08:00:00Z")
}

/// With an hour of requests, a configuration, a baseline, and a model that answers.
pub(crate) async fn live(site: Harness, unit: Unit, script: Script) -> Harness {
    let mut site = site
        .with("ENDPOINT_NAME", reasons::ENDPOINT)
        .with("SCHEDULE_NAME", "explainability-hourly")
        .with("CAPTURE_URI", "{root}/capture")
        .with("ANALYSIS_CONFIG_URI", "{root}/analysis_config.json")
        .with("BASELINE_CONSTRAINTS_URI", "{root}/baseline/analysis.json");
    site.put("analysis_config.json", reasons::configuration().to_string()).await;
    site.put("baseline/analysis.json", reasons::baseline().await.expect("a baseline")).await;
    site.capture(reasons::ENDPOINT, start(), (0..400).map(|n| reasons::record(start(), n, unit))).await;
    match site.serve(SHADOW, script).await {
        Some(url) => site.with("EXPLAINED_MODEL_URL", &url),
        None => site.with("EXPLAINED_ENDPOINT_NAME", SHADOW),
    }
}

pub(crate) async fn both(unit: Unit) -> [Harness; 2] {
    let [folder, bucket] = Harness::both().await;
    [live(folder, unit, reasons::script()).await, live(bucket, unit, reasons::script()).await]
}
