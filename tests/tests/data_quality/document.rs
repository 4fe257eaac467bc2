//! Monitors of a document, as Lambda calls their function: what an event names is judged, and a changed document needs no
//! deployment.

use super::traffic::{healthy, prepared};
use crate::site::{Site, time};
use bellwether_pipeline::clients::Clients;
use bellwether_serve::Function as _;
use data_quality::Function;
use lambda_runtime::{Context, Diagnostic, LambdaEvent};
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

struct Stack {
    site: Site,
    function: Function,
}

impl Stack {
    async fn new(document: &str) -> Self {
        let site = prepared(Site::bucket().await, (0..100).map(healthy)).await;
        let clients = Clients::new(&site.aws().sdk_config());
        let uri = site.uri();
        // A stack's environment names no monitor.
        let lookup = |name: &str| match name {
            "MONITORS_URI" => Some(format!("{uri}/monitors.yaml")),
            "REPORTS_URI" | "METRICS_NAMESPACE" => site.variable(name),
            _ => None,
        };
        let function = Function::new(lookup, clients).expect("a function");
        let stack = Self { site, function };
        stack.upload(document).await;
        stack
    }

    async fn upload(&self, document: &str) {
        self.site.put("monitors.yaml", document.replace("{root}", &self.site.uri())).await;
    }

    async fn handle(&self, payload: Value) -> Result<Value, Diagnostic> {
        let event = LambdaEvent::new(payload, Context::default());
        self.function.handle(event, time("2026-10-31T09:10:00Z")).await
    }

    async fn tick(&self, monitor: &str) -> Result<Value, Diagnostic> {
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
    let stack = Stack::new(TWO).await;
    let answer = stack.tick("churn-quality").await.expect("a verdict");
    assert_eq!(answer["run"], "churn-prod/churn-quality/2026/10/31/09");
    assert_eq!(answer["monitoring_execution_status"], "Completed");
    assert_eq!(stack.judged().await, ["churn-quality"]);
    // The same event again is the same verdict.
    assert_eq!(stack.tick("churn-quality").await.expect("a verdict"), answer);
}

#[tokio::test]
async fn what_the_document_does_not_hold_any_more_ends_quietly() {
    let stack = Stack::new(TWO).await;
    for (monitor, told) in
        [("churn-gone", "is called churn-gone"), ("churn-daily", "is not due at 2026-10-31T09:00:00Z")]
    {
        let answer = stack.tick(monitor).await.expect("no failure");
        assert!(answer["nothing_judged"].as_str().is_some_and(|why| why.contains(told)), "{answer}");
    }
    stack.upload(&TWO.replace("name: churn-quality\n", "name: churn-quality\n    enabled: false\n")).await;
    let answer = stack.tick("churn-quality").await.expect("no failure");
    assert_eq!(answer["nothing_judged"], "churn-quality is paused");
    assert!(stack.judged().await.is_empty());
    // It is on again, and nothing was deployed.
    stack.upload(TWO).await;
    stack.tick("churn-quality").await.expect("a verdict");
    assert_eq!(stack.judged().await, ["churn-quality"]);
}

#[tokio::test]
async fn a_broken_entry_is_an_error_and_stops_no_other() {
    let stack = Stack::new(&TWO.replacen("every: day", "evry: day", 1)).await;
    let error = stack.tick("churn-daily").await.expect_err("a broken entry");
    assert_eq!(error.error_type, "InvalidDocument");
    assert!(
        error.error_message.contains("line 13: churn-daily: \"evry\" is no setting"),
        "{}",
        error.error_message
    );
    stack.tick("churn-quality").await.expect("a verdict");
    // What is the stack's is not the document's to say.
    stack.upload(&TWO.replacen("  capture_uri", "  reports_uri: s3://elsewhere/x\n  capture_uri", 1)).await;
    let error = stack.tick("churn-quality").await.expect_err("a document that moves reports");
    assert!(error.error_message.contains("reports_uri: belongs to the stack"), "{}", error.error_message);
    stack.site.delete("monitors.yaml").await;
    assert_eq!(stack.tick("churn-quality").await.expect_err("no document").error_type, "ObjectNotFound");
}

#[tokio::test]
async fn a_window_by_hand_names_its_monitor_where_there_are_several() {
    let stack = Stack::new(TWO).await;
    let window = json!({"start": "2026-10-31T08:00:00Z", "end": "2026-10-31T09:00:00Z"});
    let error = stack.handle(json!({"window": window})).await.expect_err("one of two");
    assert_eq!(error.error_type, "WhichMonitor");
    assert!(error.error_message.contains("holds 2 monitors of data-quality"), "{}", error.error_message);
    assert!(stack.handle(json!({"window": window, "monitor": 7})).await.is_err());
    let answer =
        stack.handle(json!({"window": window, "monitor": "churn-quality"})).await.expect("a verdict");
    assert_eq!(answer["run"], "churn-prod/churn-quality/2026/10/31/09");
    let one: String = TWO.split("  - name: churn-daily").next().expect("a document").to_owned();
    stack.upload(&one).await;
    assert_eq!(stack.handle(json!({"window": window})).await.expect("the only one"), answer);
}

#[tokio::test]
async fn a_daily_monitor_of_an_hourly_one_judges_what_that_kept() {
    let daily = "    at_hour: 10\n    of: churn-quality\n    window: PT2H\n";
    let stack = Stack::new(&TWO.replace("    at_hour: 6\n", daily)).await;
    for hour in ["08", "09"] {
        let event =
            json!({"scheduled_time": format!("2026-10-31T{hour}:00:00Z"), "monitor": "churn-quality"});
        stack.handle(event).await.expect("a verdict");
    }
    let event = json!({"scheduled_time": "2026-10-31T10:00:00Z", "monitor": "churn-daily"});
    let event = LambdaEvent::new(event, Context::default());
    let answer = stack.function.handle(event, time("2026-10-31T10:10:00Z")).await.expect("a verdict");
    assert_eq!(answer["run"], "churn-prod/churn-daily/2026/10/31/10");
    assert_eq!(answer["monitoring_execution_status"], "Completed");
    let run = stack.site.json("reports/churn-prod/churn-daily/2026/10/31/10/execution.json").await;
    assert_eq!(run["window"]["start"], "2026-10-31T07:00:00Z", "{run}");
    assert_eq!(run["capture"]["used"], 100);
}
