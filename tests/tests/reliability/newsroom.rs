//! A small newsroom on an embedded AWS, with everything in it that any function reads.
//!
//! It asserts nothing. Every delivery is a cold start, a minute after the one before, as Lambda repeats an event.

use super::functions;
use crate::harness::functions::{Answer, Function, named};
use crate::harness::recommender::{self, list_of, lists_of, sessions, ten_categories};
use crate::harness::{Harness, Tree, time};
use crate::newsroom::watched_by;
use aws_sdk_s3::config::retry::RetryConfig;
use bellwether_newsroom::{ENDPOINT, Model};
use bellwether_pipeline::clients::Clients;
use bellwether_tests::local::events::created;
use bellwether_tests::local::{BUCKET, LocalNewsroom};
use bellwether_tests::recorded::PutMetricData;
use bellwether_tests::simulator::Script;
use jiff::{SignedDuration, Timestamp};
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::sync::atomic::{AtomicI32, Ordering};

const CAPTURE: &str = "capture/newsroom-prod/AllTraffic/2026/10/31";
/// Longer than a claim's lease: Lambda repeats a failed event after a minute.
const A_MINUTE: SignedDuration = SignedDuration::from_secs(61);

pub(crate) struct Newsroom {
    pub(crate) harness: Harness,
    retries: RetryConfig,
    deliveries: AtomicI32,
}

impl Newsroom {
    /// The endpoint answers every session with a list of so many categories. The clients retry nothing.
    pub(crate) async fn with_lists_of(categories: usize) -> Self {
        Self::with_endpoint(lists_of(categories)).await
    }

    pub(crate) async fn with_endpoint(script: Script) -> Self {
        let local = LocalNewsroom::start(None, Model::Healthy).await.expect("a free port");
        let mut harness = watched_by(&local, &local.environment());
        harness.serve(ENDPOINT, script).await;
        harness.put("inputs/catalog.json", ten_categories()).await;
        harness.put("inputs/sessions.jsonl", sessions(4)).await;
        // What every hour violates: nobody sends that column.
        let constraints = json!({"version": 0.0, "features": [
            {"name": "never_sent", "inferred_type": "Integral", "completeness": 1.0}]});
        harness.put("inputs/constraints.json", constraints.to_string()).await;
        // No answer is the right one.
        let answers = json!({"version": 0.0, "multiclass_classification_constraints": {
            "accuracy": {"threshold": 0.9, "comparison_operator": "LessThanThreshold"}}});
        harness.put("inputs/answers.json", answers.to_string()).await;
        // A group as large as the rest is all that is allowed, and two readers are not four.
        let config = json!({
            "headers": ["reader", "read"], "label": "read", "label_values_or_threshold": ["c9-0", list_of(1)[0]],
            "facet": [{"name_or_index": "reader", "value_or_threshold": [0, 1]}]});
        harness.put("inputs/analysis_config.json", config.to_string()).await;
        let imbalance = json!({"name": "CI", "description": "Class Imbalance (CI)", "value": 0.0});
        let analysis = json!({"version": "1.0", "pre_training_bias_metrics": {
            "label": "read", "label_value_or_threshold": format!("c9-0,{}", list_of(1)[0]),
            "facets": {"reader": [{"value_or_threshold": "0,1", "metrics": [imbalance]}]}}});
        harness.put("inputs/analysis.json", analysis.to_string()).await;
        // The same number twice moves the answer twice as much in its first place, where it moved it less.
        let config = json!({
            "headers": ["first", "second"], "methods": {"shap": {"baseline": [[-1, -1]]}},
            "linear": {"coefficients": {"first": 2, "second": 1}, "intercept": 0, "link": "identity"}});
        harness.put("inputs/reasons_config.json", config.to_string()).await;
        let analysis = json!({"version": "1.0", "explanations": {"kernel_shap": {"label0": {
            "global_shap_values": {"first": 0.1, "second": 0.9}, "expected_value": 0.5}}}});
        harness.put("inputs/reasons.json", analysis.to_string()).await;
        let monitors = json!({"version": 1, "monitors": [{
            "name": "columns", "monitor": "data-quality", "endpoint_name": ENDPOINT, "variant_name": "AllTraffic",
            "capture_uri": "s3://newsroom/capture", "baseline_constraints_uri": "s3://newsroom/inputs/constraints.json"}]});
        harness.put("inputs/monitors.yaml", monitors.to_string()).await;
        harness.aws().register_function("data-quality");
        // The windows that end at 09:00, 10:00 and 11:00.
        for hour in 8..11 {
            let name = format!("{CAPTURE}/{hour:02}/05-00-000-0b7bfd33-c8a7-4adf-a09a-98fd0af79974.jsonl");
            harness.put(&name, captured(hour)).await;
            harness.put(&format!("ground-truth/2026/10/31/{hour:02}/labels.jsonl"), labels(hour)).await;
        }
        local.publish_model("v2", time("2026-10-31T07:00:00Z")).await.expect("a manifest");
        Self { harness, retries: RetryConfig::disabled(), deliveries: AtomicI32::new(0) }
    }

    /// The same newsroom apart: what happens in one is not seen in the other.
    pub(crate) async fn fork(&self) -> Self {
        let deliveries = AtomicI32::new(self.deliveries.load(Ordering::Relaxed));
        Self { harness: self.harness.fork().await, retries: self.retries.clone(), deliveries }
    }

    /// With clients that retry so.
    pub(crate) fn retrying(self, retries: RetryConfig) -> Self {
        Self { retries, ..self }
    }

    /// Runs what must have run before a function's event can come.
    pub(crate) async fn ready_for(self, function_under_test: &Function) -> Self {
        if let Some(before) = functions::after(function_under_test) {
            let before = named(before);
            self.deliver(before, before.event()).await.expect("the run before");
        }
        self
    }

    /// What time it is: a minute after it was asked before.
    pub(crate) fn later(&self) -> Timestamp {
        time("2026-10-31T09:10:00Z") + A_MINUTE * self.deliveries.fetch_add(1, Ordering::Relaxed)
    }

    /// Hands an event to a function that has just been started.
    pub(crate) async fn deliver(&self, function: &Function, event: Value) -> Answer {
        self.deliver_at(function, event, self.later()).await
    }

    pub(crate) async fn deliver_at(&self, function: &Function, event: Value, now: Timestamp) -> Answer {
        let aws = self.harness.aws();
        let config = aws.sdk_config().into_builder().retry_config(self.retries.clone()).build();
        let mut environment = self.harness.environment();
        let own = functions::settings(function).iter();
        environment.extend(own.map(|(name, value)| ((*name).to_owned(), (*value).to_owned())));
        (function.start)(&environment, Clients::new(&config)).handle(event, now).await
    }

    /// The event of every report that is published.
    pub(crate) async fn report_events(&self) -> Vec<Value> {
        let keys = self.harness.keys("reports/").await;
        let reports = keys.iter().filter(|key| key.ends_with("/constraint_violations.json"));
        reports.map(|key| created(BUCKET, key)).collect()
    }

    /// Accepted messages by their id, each with how often it was accepted.
    pub(crate) fn messages(&self) -> BTreeMap<String, (Value, usize)> {
        let mut messages: BTreeMap<String, (Value, usize)> = BTreeMap::new();
        for sent in self.harness.aws().published() {
            let body = sent.in_queue();
            let id = body["message_id"].as_str().expect("a message id").to_owned();
            let message = json!({"subject": sent.subject, "body": body, "attributes": sent.attributes});
            let (known, times) = messages.entry(id).or_insert((message.clone(), 0));
            assert_eq!(*known, message, "one id, two messages");
            *times += 1;
        }
        messages
    }

    /// Accepted metric requests, each once, and how many came twice.
    pub(crate) fn metrics(&self) -> (Vec<PutMetricData>, usize) {
        let (mut different, mut repeated) = (Vec::new(), 0);
        for request in self.harness.aws().metrics() {
            if different.contains(&request) { repeated += 1 } else { different.push(request) }
        }
        (different, repeated)
    }
}

/// What counts afterwards: everything outside the state, and of an execution all but its attempt.
pub(crate) fn final_names(tree: &Tree) -> Tree {
    let is_state = |key: &str| key.split('/').next().is_some_and(|first| first.ends_with("-state"));
    let mut names: Tree = tree.clone();
    names.retain(|key, _| !is_state(key));
    for (_, bytes) in names.iter_mut().filter(|(key, _)| key.ends_with("/execution.json")) {
        let mut execution: Value = serde_json::from_slice(bytes).expect("JSON");
        execution.as_object_mut().and_then(|fields| fields.remove("attempt")).expect("an attempt");
        *bytes = execution.to_string().into_bytes();
    }
    names
}

fn event_id(hour: u8, number: u32) -> String {
    format!("00000000-0000-4000-8{hour:03}-{number:012}")
}

/// What the readers of those records read first.
fn labels(hour: u8) -> String {
    let label = |number: u32| {
        json!({"groundTruthData": {"data": format!("c9-{number}"), "encoding": "CSV"},
            "eventMetadata": {"eventId": event_id(hour, number)}, "eventVersion": "0"})
    };
    (0..6).map(|number| format!("{}\n", label(number))).collect()
}

/// Six records of an hour, lists of five categories.
fn captured(hour: u8) -> String {
    let record = |number: u32| {
        let at = time(&format!("2026-10-31T{hour:02}:{number:02}:00Z"));
        recommender::captured(number.into(), 5, at, &event_id(hour, number))
    };
    (0..6).map(|number| format!("{}\n", record(number))).collect()
}
