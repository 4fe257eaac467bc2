//! What somebody sees who sends the sample events to the functions on the embedded newsroom (docs/local.md).

use crate::site::time;
use bellwether_newsroom::Model;
use bellwether_pipeline::clients::Clients;
use bellwether_serve::Function;
use bellwether_tests::local::events::{moved, sample_hour};
use bellwether_tests::local::{BUCKET, LocalNewsroom};
use jiff::{SignedDuration, Timestamp};
use lambda_runtime::{Context, LambdaEvent};
use serde_json::Value;
use std::path::Path;

const HOUR: SignedDuration = SignedDuration::from_hours(1);

async fn invoke<F: Function>(local: &LocalNewsroom, event: Value, now: Timestamp) -> Value {
    let environment = local.columns_environment();
    let lookup =
        |name: &str| environment.iter().find(|(known, _)| *known == name).map(|(_, value)| value.clone());
    let function = F::new(lookup, Clients::new(&local.aws().sdk_config())).expect("settings");
    let answer = function.handle(LambdaEvent::new(event, Context::default()), now).await;
    answer.unwrap_or_else(|error| panic!("{error:?}"))
}

fn event(name: &str) -> Value {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../events").join(name);
    serde_json::from_slice(&std::fs::read(path).expect("an event")).expect("JSON")
}

#[tokio::test]
async fn scores_of_the_collapsed_model_drift_from_the_training_rows_and_those_of_the_healthy_one_do_not() {
    let local = LocalNewsroom::start(None, Model::Healthy).await.expect("a free port");
    let hours = [(sample_hour(), Model::Healthy), (sample_hour() + HOUR, Model::Collapsed)];
    local.seed(&hours).await.expect("captured hours");
    local.publish_model("v2", sample_hour()).await.expect("a manifest");
    invoke::<baseline::Function>(&local, event("baseline-object-created.json"), sample_hour()).await;

    let now = time("2026-10-31T09:10:00Z");
    let tick = event("data-quality-scheduler.json");
    let healthy = invoke::<data_quality::Function>(&local, tick.clone(), now).await;
    assert_eq!(healthy["monitoring_execution_status"], "Completed", "{healthy}");
    let collapsed = invoke::<data_quality::Function>(&local, moved(tick, HOUR), now + HOUR).await;
    assert_eq!(collapsed["monitoring_execution_status"], "CompletedWithViolations", "{collapsed}");

    let run = collapsed["run"].as_str().expect("a run");
    let tree = local.aws().tree(BUCKET).await.expect("the bucket");
    let report: Value =
        serde_json::from_slice(&tree[&format!("reports/{run}/constraint_violations.json")]).expect("JSON");
    let violations = report["violations"].as_array().expect("violations");
    let told: Vec<_> = violations
        .iter()
        .map(|violation| (violation["feature_name"].as_str(), violation["constraint_check_type"].as_str()))
        .collect();
    let drift = Some("baseline_drift_check");
    assert_eq!(told, [(Some("first_score"), drift), (Some("last_score"), drift)], "{report}");
}
