//! As many columns as a table may have, and a point of each metric of each.

use super::traffic::{RUN, capture, monitored, with_sides};
use crate::harness::{Harness, below, nine};
use bellwether_contract::execution::Execution;
use bellwether_contract::keys::ReportFile;
use bellwether_pipeline::monitors::data_quality::DataQuality;
use serde_json::{Value, json};
use std::collections::BTreeMap;

const MOST_COLUMNS: usize = 4_096;
/// Enough for a file of points, and few enough for the embedded AWS to take them within seconds.
const MANY_COLUMNS: usize = 400;
/// Of an `execution.json`, in a quarter of what is read of one.
const MOST_BYTES: usize = 4 * 1024 * 1024;

/// Columns with names about as long as CloudWatch takes.
async fn wide(site: Harness, columns: usize) -> Harness {
    let site = monitored(site)
        .with("BASELINE_STATISTICS_URI", "")
        .with("BASELINE_CONSTRAINTS_URI", "")
        .with("CAPTURE_INDEX_NAMES", "endpointInput")
        .with("FEATURE_METRICS", "*");
    let name = |n: usize| format!("{}_{n:04}", "column".repeat(30));
    let row: serde_json::Map<String, Value> = (0..columns).map(|n| (name(n), json!(n))).collect();
    let side = |data: String| json!({"data": data, "encoding": "JSON"});
    let input = side(Value::from(row).to_string());
    capture(&site, &[with_sides(0, &input, &side("{}".to_owned()))]).await;
    site
}

/// Every point that was sent: its name and dimensions, with how often it was.
async fn sent(site: &Harness) -> BTreeMap<String, usize> {
    let mut sent = BTreeMap::new();
    for point in site.points().await {
        *sent.entry(format!("{} {:?}", point.metric_name, point.dimensions)).or_insert(0) += 1;
    }
    sent
}

fn has_points_file(execution: &Execution) -> bool {
    execution.files.iter().any(|file| file.name == ReportFile::MetricPoints)
}

#[tokio::test]
async fn points_beyond_the_room_of_an_execution_stand_in_a_file_and_all_are_sent_once() {
    for site in Harness::both().await {
        let columns = if site.is_bucket() { MANY_COLUMNS } else { MOST_COLUMNS };
        let site = wide(site, columns).await;
        let execution = site.run_as::<DataQuality>(&nine()).await.expect("a verdict").execution;
        let tree = site.tree().await;
        let bytes = tree[&format!("{RUN}/execution.json")].len();
        assert!(bytes < MOST_BYTES, "{bytes} bytes");
        assert!(has_points_file(&execution));
        let points = execution.metrics.len() as u64 + execution.metrics_beyond;
        assert!(points > 8 * columns as u64, "{points} points");
        let lines = tree[&format!("{RUN}/metric_points.jsonl")].iter().filter(|byte| **byte == b'\n').count();
        assert_eq!(lines as u64, execution.metrics_beyond);
        let first = sent(&site).await;
        assert_eq!(first.len() as u64, 2 * points, "each under two sets of dimensions");
        assert!(first.values().all(|times| *times == 1));
        assert!(
            execution.metrics.iter().any(|point| point.name == "run_completed"),
            "a run's own come first"
        );

        // Killed before the points were sent, and before that file was published: whoever comes by sends all of them.
        let mark = below(&tree, "reports-state/marks")[0].to_owned();
        site.delete(&mark).await;
        site.delete(&format!("{RUN}/metric_points.jsonl")).await;
        site.run_as::<DataQuality>(&nine()).await.expect("a verdict");
        let again = sent(&site).await;
        assert_eq!(again.len(), first.len());
        // A file that ends with these very lines has them; CloudWatch takes the same points again.
        let times_sent = if site.is_bucket() { 2 } else { 1 };
        assert!(again.values().all(|times| *times == times_sent));
    }
}

#[tokio::test]
async fn points_that_fit_stand_in_the_execution_alone() {
    let site = wide(Harness::folder(), 20).await;
    let execution = site.run_twice_as::<DataQuality>(&nine()).await.execution;
    assert!(!has_points_file(&execution) && execution.metrics.len() > 8 * 20);
    let text = String::from_utf8(site.tree().await[&format!("{RUN}/execution.json")].clone()).expect("UTF-8");
    assert!(!text.contains("metrics_beyond"), "nothing is written of what is not there");
}
