//! Two monitors of a document that replay against one endpoint: they take turns, and nobody waits in silence.

use crate::site::{Site, list_of, sessions, ten_categories, time};
use bellwether_pipeline::clients::Clients;
use bellwether_serve::Function as _;
use bellwether_tests::answer::Answer;
use bellwether_tests::simulator::{EndpointSimulator, Script};
use diversity_check::Function;
use lambda_runtime::{Context, Diagnostic, LambdaEvent};
use serde_json::{Value, json};
use std::time::{Duration, SystemTime};

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

struct Stack {
    site: Site,
    endpoint: EndpointSimulator,
}

impl Stack {
    async fn of(document: &str) -> Self {
        let site = Site::bucket().await;
        site.put("inputs/catalog.json", ten_categories()).await;
        site.put("inputs/sessions.jsonl", sessions(60)).await;
        site.put("monitors.yaml", document).await;
        let answer = Answer::recommendations(&list_of(6));
        let endpoint =
            EndpointSimulator::new(Script::answering(move |_| answer.clone()).latency(|_| LATENCY));
        site.aws().register_endpoint("recommender-prod", &endpoint);
        Self { site, endpoint }
    }

    /// The tick of this monitor, in a process of its own that has so many seconds.
    async fn tick(&self, monitor: &str, at: &str, seconds: u64) -> Result<Value, Diagnostic> {
        let lookup = |name: &str| match name {
            "MONITORS_URI" => Some("s3://monitoring/monitors.yaml".to_owned()),
            "REPORTS_URI" => self.site.variable(name),
            _ => None,
        };
        let function =
            Function::new(lookup, Clients::new(&self.site.aws().sdk_config())).expect("a function");
        let mut context = Context::default();
        let end = SystemTime::now() + Duration::from_secs(seconds);
        let end = end.duration_since(SystemTime::UNIX_EPOCH).expect("a time after 1970");
        context.deadline = u64::try_from(end.as_millis()).expect("milliseconds");
        let event = json!({"scheduled_time": "2026-10-31T09:00:00Z", "monitor": monitor});
        function.handle(LambdaEvent::new(event, context), time(at)).await
    }

    async fn lease(&self, owner: &str, until: &str) {
        let lease = json!({"version": 1, "owner": owner, "until": until});
        self.site.put(LEASE, lease.to_string()).await;
    }

    async fn has_verdict(&self, monitor: &str) -> bool {
        let key = format!("reports/recommender-prod/{monitor}/2026/10/31/09/execution.json");
        self.site.tree().await.contains_key(&key)
    }
}

#[tokio::test]
async fn their_calls_never_overlap() {
    let stack = Stack::of(TWO).await;
    let ticks = ["blue", "green"].map(|monitor| stack.tick(monitor, "2026-10-31T09:10:00Z", 900));
    for ended in futures::future::join_all(ticks).await {
        assert_eq!(ended.expect("a verdict")["monitoring_execution_status"], "Completed");
    }
    let seen = stack.endpoint.seen();
    let variants: Vec<_> = seen.iter().map(|seen| seen.target_variant.clone().expect("a variant")).collect();
    let second = variants.iter().position(|variant| *variant != variants[0]).expect("both were asked");
    assert!(variants[second..].iter().all(|variant| *variant == variants[second]), "{variants:?}");
    assert_eq!((second, variants.len()), (60, 120));
    assert!(
        seen[second].at >= seen[second - 1].at + LATENCY,
        "the first was answered before the other one asked"
    );
    let lease = stack.site.json(LEASE).await;
    let (until, now) = (lease["until"].as_str().expect("a time"), time("2026-10-31T09:15:00Z"));
    assert!(time(until) < now, "it was given back: {lease}");
}

#[tokio::test]
async fn a_retry_is_not_kept_out_by_its_own_lease_and_who_gets_no_turn_is_an_error() {
    let stack = Stack::of(TWO).await;
    stack.lease("blue", "2026-10-31T09:20:00Z").await;
    let error = stack.tick("green", "2026-10-31T09:10:00Z", 3).await.expect_err("blue replays");
    assert_eq!(error.error_type, "EndpointBusy", "{}", error.error_message);
    assert!(
        error.error_message.contains("blue replays against it until 2026-10-31T09:20:00Z"),
        "{}",
        error.error_message
    );
    assert!(!stack.has_verdict("green").await && stack.endpoint.seen().is_empty());
    stack.tick("blue", "2026-10-31T09:10:00Z", 900).await.expect("a verdict");
    stack.tick("green", "2026-10-31T09:12:00Z", 900).await.expect("a verdict");
    // Whoever was killed keeps nobody out for longer than it could have replayed.
    let stack = Stack::of(TWO).await;
    stack.lease("blue", "2026-10-31T09:20:00Z").await;
    stack.tick("green", "2026-10-31T09:20:01Z", 900).await.expect("a verdict");
    assert!(stack.has_verdict("green").await);
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
        let stack = Stack::of(&alone).await;
        stack.tick("blue", "2026-10-31T09:10:00Z", 900).await.expect("a verdict");
        assert!(stack.has_verdict("blue").await);
        assert!(!stack.site.tree().await.contains_key(LEASE), "{alone}");
    }
}
