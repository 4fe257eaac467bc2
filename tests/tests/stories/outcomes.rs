//! How an hour of the diversity check ends without a replay: captured lists are judged by the floor, and nothing else is
//! called healthy.

use super::capture::{capture, record};
use crate::harness::recommender::ten_categories;
use crate::harness::{Harness, RUN, nine};
use bellwether_contract::execution::{Execution, Status};
use bellwether_contract::metrics::MetricValue;
use serde_json::{Value, json};

fn point(execution: &Execution, name: &str) -> Option<f64> {
    execution.metrics.iter().find(|point| point.name == name).and_then(|point| match point.value {
        MetricValue::Value { value } => Some(value),
        _ => None,
    })
}

/// A site that replays nothing and needs no validation set.
async fn captured_alone(site: Harness) -> Harness {
    site.put("inputs/catalog.json", ten_categories()).await;
    let site =
        site.with("REPLAY", "none").with("VALIDATION_SET_URI", "").with("CAPTURE_URI", "{root}/capture");
    site.put("capture/recommender-prod/AllTraffic/2026/10/30/08/x.jsonl", "").await;
    site
}

/// An hour of so many lists of so many categories.
async fn hour(site: &Harness, lists: u64, categories: usize) {
    let lines: Vec<String> =
        (0..lists).map(|n| record(n, "2026-10-31T08:30:00Z", categories).to_string()).collect();
    capture(site, "08/10-00-000", &lines).await;
}

#[tokio::test]
async fn captured_lists_are_judged_by_the_floor_where_no_replay_is_made() {
    for (categories, status) in
        [(6, Status::Completed), (4, Status::Completed), (2, Status::CompletedWithViolations)]
    {
        for site in Harness::both().await {
            let site = captured_alone(site).await;
            hour(&site, 50, categories).await;
            let execution = site.run_twice(&nine()).await.execution;
            assert_eq!(execution.monitoring_execution_status, status);
            assert_eq!(execution.judged_on.as_deref(), Some("capture"));
            // The alarm of the replay's metric serves both.
            assert_eq!(point(&execution, "top10_category_diversity_mean"), Some(categories as f64));
            assert!(execution.metrics.iter().any(|point| point.name == "top10_category_diversity"));
            let report = site.json(&format!("{RUN}/constraint_violations.json")).await;
            let expected = match status {
                Status::Completed => json!([]),
                _ => json!([{
                    "feature_name": "captured_category_diversity",
                    "metric_name": "captured_category_diversity_mean_floor",
                    "constraint_check_type": "LessThanThreshold",
                    "description": "Metric captured_category_diversity_mean_floor with 2.0 was LessThanThreshold '4.0'",
                }]),
            };
            assert_eq!(report["violations"], expected);
            let limits = site.json(&format!("{RUN}/constraints.json")).await;
            let names: Vec<_> =
                limits["recommendation_constraints"].as_object().expect("limits").keys().cloned().collect();
            assert_eq!(names[0], "captured_category_diversity_mean_floor");
            assert_eq!(execution.violations, report["violations"].as_array().map_or(0, Vec::len) as u64);
        }
    }
}

#[tokio::test]
async fn an_endpoint_that_is_scaled_to_zero_at_night_is_quiet_and_one_without_responses_is_not() {
    for site in Harness::both().await {
        let site = captured_alone(site).await;
        let execution = site.run_twice(&nine()).await.execution;
        assert_eq!(execution.monitoring_execution_status, Status::CompletedNoData);
        assert_eq!(point(&execution, "window_read"), Some(1.0));
        assert_eq!(point(&execution, "monitor_blind"), None);
    }
    for site in Harness::both().await {
        let site = captured_alone(site).await;
        let mut line = record(1, "2026-10-31T08:30:00Z", 6);
        line["captureData"]["endpointOutput"] = Value::Null;
        capture(&site, "08/10-00-000", &[line.to_string()]).await;
        let execution = site.run_twice(&nine()).await.execution;
        assert_eq!(execution.monitoring_execution_status, Status::Failed);
        assert!(
            execution.exit_message.contains("1 of 1 records have no endpointOutput"),
            "{}",
            execution.exit_message
        );
    }
}

#[tokio::test]
async fn a_replay_that_cannot_speak_about_an_old_window_leaves_the_verdict_to_the_captured_lists() {
    let script = crate::harness::recommender::healthy;
    for live in Harness::both_replaying(10, script).await {
        let site = live.with("CAPTURE_URI", "{root}/capture");
        hour(&site, 50, 2).await;
        let mut later = nine();
        later.now = crate::harness::time("2026-10-31T14:00:00Z");
        let execution = site.run_twice(&later).await.execution;
        assert_eq!(execution.judged_on.as_deref(), Some("capture"));
        assert_eq!(execution.monitoring_execution_status, Status::CompletedWithViolations);
        assert!(execution.not_evaluable["top10_category_diversity"].contains("a replay speaks about now"));
    }
    // Without captured traffic nothing is left to judge.
    for live in Harness::both_replaying(10, script).await {
        let mut later = nine();
        later.now = crate::harness::time("2026-10-31T14:00:00Z");
        let execution = live.run_twice(&later).await.execution;
        assert_eq!(execution.monitoring_execution_status, Status::Inconclusive);
        assert_eq!(execution.constraints_judged, 0);
        assert_eq!(point(&execution, "monitor_blind"), Some(1.0));
    }
}

#[tokio::test]
async fn a_replay_that_was_made_is_judged_whatever_was_captured() {
    for live in Harness::both_replaying(10, crate::harness::recommender::healthy).await {
        let site = live.with("CAPTURE_URI", "{root}/capture");
        hour(&site, 50, 2).await;
        let execution = site.run_twice(&nine()).await.execution;
        assert_eq!(execution.judged_on.as_deref(), Some("replay"));
        assert_eq!(execution.monitoring_execution_status, Status::Completed);
    }
}

#[tokio::test]
async fn a_capture_that_never_was_is_told_beside_a_healthy_replay() {
    for live in Harness::both_replaying(10, crate::harness::recommender::healthy).await {
        let site = live.with("CAPTURE_URI", "{root}/capture");
        site.put("capture/recommender-prod/canary/2026/10/31/08/x.jsonl", "").await;
        let execution = site.run_twice(&nine()).await.execution;
        assert_eq!(execution.monitoring_execution_status, Status::Completed);
        let told = &execution.not_evaluable["capture"];
        assert!(told.contains("AllTraffic of recommender-prod was never captured"), "{told}");
    }
}
