//! Monitors of a document, as Lambda calls their function: what an event names is judged, and a changed document needs no
//! deployment.

use super::traffic::{healthy, prepared};
use crate::harness::functions::{Answer, Started};
use crate::harness::{Harness, time};
use serde_json::{Value, json};

const TWO: &str = "\
version: 1
defaults:
  capture_uri: {root}/capture
  endpoint_name: churn-prod
  variant_name: AllTraffic
monitors:
  - name: churn-quality
    monitor: data-quality
    baseline_statistics_uri: {root}/baseline/statistics.json
    baseline_constraints_uri: {root}/baseline/constraints.json
  - name: churn-daily
    monitor: data-quality
    every: day
    at_hour: 6
    baseline_constraints_uri: {root}/baseline/constraints.json
";

/// A function with the environment of its stack: its process outlives every document.
struct Deployed {
    site: Harness,
    function: Started,
}

impl Deployed {
    async fn new(document: &str) -> Self {
        let site = prepared(Harness::bucket().await, (0..100).map(healthy)).await;
        // A stack's environment names no monitor.
        let environment = [
            ("MONITORS_URI", "{root}/monitors.yaml"),
            ("REPORTS_URI", "{root}/reports"),
            ("METRICS_NAMESPACE", "Bellwether"),
        ];
        let function = site.start_with("data-quality", &environment);
        let deployed = Self { site, function };
        deployed.upload(document).await;
        deployed
    }

    async fn upload(&self, document: &str) {
        self.site.put("monitors.yaml", self.site.located(document)).await;
    }

    async fn handle(&self, event: Value) -> Answer {
        self.function.handle(event, time("2026-10-31T09:10:00Z")).await
    }

    async fn tick(&self, monitor: &str) -> Answer {
        self.handle(json!({"scheduled_time": "2026-10-31T09:00:00Z", "monitor": monitor})).await
    }

    /// Names of the schedules with a run.
    async fn judged(&self) -> Vec<String> {
        let tree = self.site.tree().await;
        let runs = tree.keys().filter(|key| key.ends_with("/execution.json"));
        runs.filter_map(|key| key.split('/').nth(2)).map(str::to_owned).collect()
    }
}

#[tokio::test]
async fn an_event_names_a_monitor_and_an_hour() {
    let deployed = Deployed::new(TWO).await;
    let answer = deployed.tick("churn-quality").await.expect("a verdict");
    assert_eq!(answer["run"], "churn-prod/churn-quality/2026/10/31/09");
    assert_eq!(answer["monitoring_execution_status"], "Completed");
    assert_eq!(deployed.judged().await, ["churn-quality"]);
    // The same event again is the same verdict.
    assert_eq!(deployed.tick("churn-quality").await.expect("a verdict"), answer);
}

#[tokio::test]
async fn what_the_document_does_not_hold_any_more_ends_quietly() {
    let deployed = Deployed::new(TWO).await;
    for (monitor, told) in
        [("churn-gone", "is called churn-gone"), ("churn-daily", "is not due at 2026-10-31T09:00:00Z")]
    {
        let answer = deployed.tick(monitor).await.expect("no failure");
        assert!(answer["nothing_judged"].as_str().is_some_and(|why| why.contains(told)), "{answer}");
    }
    deployed.upload(&TWO.replace("name: churn-quality\n", "name: churn-quality\n    enabled: false\n")).await;
    let answer = deployed.tick("churn-quality").await.expect("no failure");
    assert_eq!(answer["nothing_judged"], "churn-quality is paused");
    assert!(deployed.judged().await.is_empty());
    // It is on again, and nothing was deployed.
    deployed.upload(TWO).await;
    deployed.tick("churn-quality").await.expect("a verdict");
    assert_eq!(deployed.judged().await, ["churn-quality"]);
}

#[tokio::test]
async fn a_broken_entry_is_an_error_and_stops_no_other() {
    let deployed = Deployed::new(&TWO.replacen("every: day", "evry: day", 1)).await;
    let error = deployed.tick("churn-daily").await.expect_err("a broken entry");
    assert_eq!(error.error_type, "InvalidDocument");
    assert!(
        error.error_message.contains("line 13: churn-daily: \"evry\" is no setting"),
        "{}",
        error.error_message
    );
    deployed.tick("churn-quality").await.expect("a verdict");
    // What is the stack's is not the document's to say.
    deployed
        .upload(&TWO.replacen("  capture_uri", "  reports_uri: s3://elsewhere/x\n  capture_uri", 1))
        .await;
    let error = deployed.tick("churn-quality").await.expect_err("a document that moves reports");
    assert!(error.error_message.contains("reports_uri: belongs to the stack"), "{}", error.error_message);
    deployed.site.delete("monitors.yaml").await;
    assert_eq!(deployed.tick("churn-quality").await.expect_err("no document").error_type, "ObjectNotFound");
}

#[tokio::test]
async fn a_window_by_hand_names_its_monitor_where_there_are_several() {
    let deployed = Deployed::new(TWO).await;
    let window = json!({"start": "2026-10-31T08:00:00Z", "end": "2026-10-31T09:00:00Z"});
    let error = deployed.handle(json!({"window": window})).await.expect_err("one of two");
    assert_eq!(error.error_type, "WhichMonitor");
    assert!(error.error_message.contains("holds 2 monitors of data-quality"), "{}", error.error_message);
    assert!(deployed.handle(json!({"window": window, "monitor": 7})).await.is_err());
    let answer =
        deployed.handle(json!({"window": window, "monitor": "churn-quality"})).await.expect("a verdict");
    assert_eq!(answer["run"], "churn-prod/churn-quality/2026/10/31/09");
    let one: String = TWO.split("  - name: churn-daily").next().expect("a document").to_owned();
    deployed.upload(&one).await;
    assert_eq!(deployed.handle(json!({"window": window})).await.expect("the only one"), answer);
}

#[tokio::test]
async fn a_daily_monitor_of_an_hourly_one_judges_what_that_kept() {
    let daily = "    at_hour: 10\n    of: churn-quality\n    window: PT2H\n";
    let deployed = Deployed::new(&TWO.replace("    at_hour: 6\n", daily)).await;
    for hour in ["08", "09"] {
        let event =
            json!({"scheduled_time": format!("2026-10-31T{hour}:00:00Z"), "monitor": "churn-quality"});
        deployed.handle(event).await.expect("a verdict");
    }
    let event = json!({"scheduled_time": "2026-10-31T10:00:00Z", "monitor": "churn-daily"});
    let answer = deployed.function.handle(event, time("2026-10-31T10:10:00Z")).await.expect("a verdict");
    assert_eq!(answer["run"], "churn-prod/churn-daily/2026/10/31/10");
    assert_eq!(answer["monitoring_execution_status"], "Completed");
    let run = deployed.site.json("reports/churn-prod/churn-daily/2026/10/31/10/execution.json").await;
    assert_eq!(run["window"]["start"], "2026-10-31T07:00:00Z", "{run}");
    assert_eq!(run["capture"]["used"], 100);
}
