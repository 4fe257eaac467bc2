//! Two monitors of a document that replay against one endpoint: they take turns, and nobody waits in silence.

use crate::harness::functions::{Answer, context};
use crate::harness::recommender::healthy;
use crate::harness::{Harness, time};
use serde_json::json;
use std::time::Duration;

const LEASE: &str = "reports-state/leases/recommender-prod.json";
const LATENCY: Duration = Duration::from_millis(20);
const TWO: &str = "\
version: 1
defaults:
  catalog_uri: s3://monitoring/inputs/catalog.json
  validation_set_uri: s3://monitoring/inputs/sessions.jsonl
  endpoint_name: recommender-prod
  replay: sagemaker
monitors:
  - {name: blue, monitor: diversity, variant_name: Blue}
  - {name: green, monitor: diversity, variant_name: Green}
";

/// Monitors of a document, and an endpoint that takes its time.
struct Turns(Harness);

impl Turns {
    async fn of(document: &str) -> Self {
        let site = Harness::bucket().await.replaying(60, healthy().latency(|_| LATENCY)).await;
        site.put("monitors.yaml", document).await;
        Self(site)
    }

    /// The tick of this monitor, in a process of its own that has so many seconds.
    async fn tick(&self, monitor: &str, at: &str, seconds: u64) -> Answer {
        let environment = [("MONITORS_URI", "{root}/monitors.yaml"), ("REPORTS_URI", "{root}/reports")];
        let event = json!({"scheduled_time": "2026-10-31T09:00:00Z", "monitor": monitor});
        let context = context("8f507cfc-example", Duration::from_secs(seconds));
        self.0.start_with("diversity-check", &environment).handle_in(context, event, time(at)).await
    }

    async fn lease(&self, owner: &str, until: &str) {
        let lease = json!({"version": 1, "owner": owner, "until": until});
        self.0.put(LEASE, lease.to_string()).await;
    }

    async fn has_verdict(&self, monitor: &str) -> bool {
        let key = format!("reports/recommender-prod/{monitor}/2026/10/31/09/execution.json");
        self.0.tree().await.contains_key(&key)
    }
}

#[tokio::test]
async fn their_calls_never_overlap() {
    let turns = Turns::of(TWO).await;
    let ticks = ["blue", "green"].map(|monitor| turns.tick(monitor, "2026-10-31T09:10:00Z", 900));
    for ended in futures::future::join_all(ticks).await {
        assert_eq!(ended.expect("a verdict")["monitoring_execution_status"], "Completed");
    }
    let seen = turns.0.model().seen();
    let variants: Vec<_> = seen.iter().map(|seen| seen.target_variant.clone().expect("a variant")).collect();
    let second = variants.iter().position(|variant| *variant != variants[0]).expect("both were asked");
    assert!(variants[second..].iter().all(|variant| *variant == variants[second]), "{variants:?}");
    assert_eq!((second, variants.len()), (60, 120));
    assert!(
        seen[second].at >= seen[second - 1].at + LATENCY,
        "the first was answered before the other one asked"
    );
    let lease = turns.0.json(LEASE).await;
    let (until, now) = (lease["until"].as_str().expect("a time"), time("2026-10-31T09:15:00Z"));
    assert!(time(until) < now, "it was given back: {lease}");
}

#[tokio::test]
async fn a_retry_is_not_kept_out_by_its_own_lease_and_who_gets_no_turn_is_an_error() {
    let turns = Turns::of(TWO).await;
    turns.lease("blue", "2026-10-31T09:20:00Z").await;
    let error = turns.tick("green", "2026-10-31T09:10:00Z", 3).await.expect_err("blue replays");
    assert_eq!(error.error_type, "EndpointBusy", "{}", error.error_message);
    assert!(
        error.error_message.contains("blue replays against it until 2026-10-31T09:20:00Z"),
        "{}",
        error.error_message
    );
    assert!(!turns.has_verdict("green").await && turns.0.model().seen().is_empty());
    turns.tick("blue", "2026-10-31T09:10:00Z", 900).await.expect("a verdict");
    turns.tick("green", "2026-10-31T09:12:00Z", 900).await.expect("a verdict");
    // Whoever was killed keeps nobody out for longer than it could have replayed.
    let turns = Turns::of(TWO).await;
    turns.lease("blue", "2026-10-31T09:20:00Z").await;
    turns.tick("green", "2026-10-31T09:20:01Z", 900).await.expect("a verdict");
    assert!(turns.has_verdict("green").await);
}

#[tokio::test]
async fn one_that_replays_alone_writes_no_lease() {
    for alone in [
        TWO.replace("variant_name: Green}", "variant_name: Green, enabled: false}"),
        TWO.replace("variant_name: Green}", "variant_name: Green, endpoint_name: another}"),
        TWO.replace(
            "variant_name: Green}",
            "variant_name: Green, replay: none, capture_uri: s3://monitoring/capture}",
        ),
    ] {
        let turns = Turns::of(&alone).await;
        turns.tick("blue", "2026-10-31T09:10:00Z", 900).await.expect("a verdict");
        assert!(turns.has_verdict("blue").await);
        assert!(!turns.0.tree().await.contains_key(LEASE), "{alone}");
    }
}
