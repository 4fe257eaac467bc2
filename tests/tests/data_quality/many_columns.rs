//! As many columns as a table may have, every one of them violated: heard once, in a few words, and resolved by name.

use super::traffic::{monitored, with_sides};
use crate::harness::{Harness, tick, time};
use bellwether_contract::execution::Status;
use bellwether_pipeline::monitors::data_quality::DataQuality;
use serde_json::{Value, json};

const COLUMNS: usize = 4_096;

/// Names about as long as people's are.
fn name(n: usize) -> String {
    format!("customer_account_history_feature_{n:04}")
}

/// A row of numbers; of a broken one every cell is missing.
fn row(is_broken: bool) -> Value {
    let cell = |n: usize| if is_broken { Value::Null } else { json!(n) };
    (0..COLUMNS).map(|n| (name(n), cell(n))).collect::<serde_json::Map<_, _>>().into()
}

/// Two records in the hour from here on, the second broken or not.
async fn hour(site: &Harness, hour: usize, is_broken: bool) {
    let side = |data: &Value| json!({"data": data.to_string(), "encoding": "JSON"});
    let rows = [row(false), row(is_broken)];
    let records = rows.iter().enumerate().map(|(n, row)| {
        let mut record = with_sides(10 * hour + n, &side(row), &side(&json!({})));
        record["eventMetadata"]["inferenceTime"] = json!(format!("2026-10-31T{hour:02}:30:00Z"));
        record
    });
    site.capture("churn-prod", time(&format!("2026-10-31T{hour:02}:00:00Z")), records).await;
}

fn run(hour: u32) -> String {
    format!("reports/churn-prod/data-quality-hourly/2026/10/31/{hour:02}")
}

#[tokio::test]
async fn a_violation_of_every_column_of_the_widest_table_is_told_once_and_resolved() {
    for site in Harness::both().await {
        let site =
            monitored(site).with("BASELINE_STATISTICS_URI", "").with("CAPTURE_INDEX_NAMES", "endpointInput");
        // As they are suggested: that no number was negative has no check, and is in no RESOLVED's way.
        let column = |n| {
            let num_constraints = json!({"is_non_negative": true});
            json!({"name": name(n), "inferred_type": "Integral", "completeness": 1.0, "num_constraints": num_constraints})
        };
        let columns: Vec<Value> = (0..COLUMNS).map(column).collect();
        site.put("baseline/constraints.json", json!({"version": 0, "features": columns}).to_string()).await;
        hour(&site, 8, true).await;
        hour(&site, 9, false).await;

        let broken =
            site.run_as::<DataQuality>(&tick("2026-10-31T09:10:00Z")).await.expect("a verdict").execution;
        assert_eq!(broken.violations, COLUMNS as u64);
        let completeness = broken.checks["completeness_check"];
        assert_eq!((completeness.violated, completeness.held), (COLUMNS as u64, 0));
        assert_eq!((broken.judged.len(), broken.held_beyond, broken.not_evaluable_beyond), (COLUMNS, 0, 0));
        let sent = site.routed(&run(9), "2026-10-31T09:11:00Z").await.sent;
        assert_eq!(sent.len(), 1);
        assert!(sent[0].subject.contains("4,095 more"), "{}", sent[0].subject);
        let body = serde_json::to_string(&sent[0].body).expect("JSON");
        assert!(body.len() < 256 * 1024, "{} bytes", body.len());
        assert!(site.routed(&run(9), "2026-10-31T09:11:00Z").await.sent.is_empty(), "once");

        let healthy =
            site.run_as::<DataQuality>(&tick("2026-10-31T10:10:00Z")).await.expect("a verdict").execution;
        assert_eq!((healthy.violations, healthy.held_beyond), (0, 0));
        assert!(healthy.held.len() >= 2 * COLUMNS, "{}", healthy.held.len());
        assert_eq!(healthy.monitoring_execution_status, Status::Completed);
        let sent = site.routed(&run(10), "2026-10-31T10:11:00Z").await.sent;
        assert_eq!(sent.len(), 1);
        assert!(sent[0].subject.starts_with("RESOLVED"), "{}", sent[0].subject);

        // Each check has its numbers, held or not.
        for (hour, outcome) in [(9, "violated"), (10, "held")] {
            let evaluation = site.json(&format!("{}/evaluation.json", run(hour))).await;
            let checks = evaluation["checks"].as_array().expect("a list");
            let is_of =
                |check: &&Value| check["check"] == "completeness_check" && check["outcome"] == outcome;
            let of: Vec<&Value> = checks.iter().filter(is_of).collect();
            assert_eq!(of.len(), COLUMNS);
            let value = if outcome == "held" { 1.0 } else { 0.5 };
            assert!(
                of.iter().all(|check| check["value"] == value && check["limit"] == 1.0 && check["n"] == 2)
            );
        }
    }
}
