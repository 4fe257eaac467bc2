//! Hours of a lender's requests and answers, and labels of them: small enough to be counted by hand.
//!
//! It judges nothing.

use crate::harness::Harness;
pub(crate) use crate::harness::start;
use bellwether_tests::local::groups;
use serde_json::Value;

pub(crate) const SCHEDULE: &str = "model-bias-hourly";

/// The folder of the run that is scheduled at this hour.
pub(crate) fn run(hour: u32) -> String {
    format!("reports/loans-prod/{SCHEDULE}/2026/10/31/{hour:02}")
}

/// Captures six hundred requests in an hour, whose model gives a loan to so many of a hundred women and to fifty of a hundred men.
pub(crate) async fn capture(site: &Harness, hour: u32, women: usize) {
    let records = (0..600).map(|n| groups::record(start(hour), n, women));
    site.capture(groups::ENDPOINT, start(hour), records).await;
}

/// Labels these answers of an hour, in the folder of another.
pub(crate) async fn label_hour(
    site: &Harness,
    hour: u32,
    collected: u32,
    answers: impl IntoIterator<Item = usize>,
) {
    let lines = answers.into_iter().map(|n| format!("{}\n", groups::labelled(start(hour), n)));
    site.put(&format!("truth/2026/10/31/{collected:02}/of-{hour:02}.jsonl"), lines.collect::<String>()).await;
}

/// The settings that every hour shares.
pub(crate) fn monitored(site: Harness) -> Harness {
    site.with("ENDPOINT_NAME", "loans-prod")
        .with("SCHEDULE_NAME", SCHEDULE)
        .with("CAPTURE_URI", "{root}/capture")
        .with("GROUND_TRUTH_URI", "{root}/truth")
        .with("PROBABILITY_ATTRIBUTE", "0")
        .with("ANALYSIS_CONFIG_URI", "{root}/analysis_config.json")
        .with("BASELINE_CONSTRAINTS_URI", "{root}/baseline/analysis.json")
}

/// A site with a configuration and a baseline.
pub(crate) async fn with_baseline(site: Harness) -> Harness {
    let site = monitored(site);
    site.put("analysis_config.json", groups::configuration().to_string()).await;
    site.put("baseline/analysis.json", groups::baseline().await.expect("a baseline")).await;
    site
}

/// The same with an hour of 600 answers before nine, of a model that gives a loan to so many of a hundred women.
pub(crate) async fn prepared(site: Harness, women: usize) -> Harness {
    let site = with_baseline(site).await;
    capture(&site, 8, women).await;
    site
}

/// The value of a metric of the only group of a run.
pub(crate) fn metric(analysis: &Value, stage: &str, name: &str) -> Value {
    let metrics = &analysis[stage]["facets"]["sex"][0]["metrics"];
    let metric = metrics.as_array().expect("metrics").iter().find(|metric| metric["name"] == name);
    metric.unwrap_or_else(|| panic!("no {name}"))["value"].clone()
}
