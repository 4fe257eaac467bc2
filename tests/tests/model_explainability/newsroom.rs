//! What somebody sees who sends the sample event to the function on the embedded AWS (docs/local.md).

use crate::site::time;
use bellwether_newsroom::Model;
use bellwether_pipeline::clients::Clients;
use bellwether_serve::Function as _;
use bellwether_tests::local::LocalNewsroom;
use bellwether_tests::local::events::{moved, sample_hour};
use jiff::{SignedDuration, Timestamp};
use lambda_runtime::{Context, LambdaEvent};
use model_explainability::Function;
use serde_json::Value;
use std::path::Path;

const HOUR: SignedDuration = SignedDuration::from_hours(1);

async fn invoke(local: &LocalNewsroom, event: Value, now: Timestamp) -> Value {
    let environment = local.reasons_environment();
    let lookup =
        |name: &str| environment.iter().find(|(known, _)| *known == name).map(|(_, value)| value.clone());
    let function = Function::new(lookup, Clients::new(&local.aws().sdk_config())).expect("settings");
    let answer = function.handle(LambdaEvent::new(event, Context::default()), now).await;
    answer.unwrap_or_else(|error| panic!("{error:?}"))
}

#[tokio::test]
async fn an_hour_in_cents_is_well_and_one_in_euros_is_not() {
    let local = LocalNewsroom::start(None, Model::Collapsed).await.expect("a free port");
    let hours = [(sample_hour(), Model::Healthy), (sample_hour() + HOUR, Model::Collapsed)];
    local.seed(&hours).await.expect("captured hours");
    local.put_reasons().await.expect("a baseline");
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../events/model-explainability-scheduler.json");
    let tick: Value = serde_json::from_slice(&std::fs::read(path).expect("an event")).expect("JSON");
    let now = time("2026-10-31T09:10:00Z");
    let healthy = invoke(&local, tick.clone(), now).await;
    assert_eq!(healthy["monitoring_execution_status"], "Completed", "{healthy}");
    let collapsed = invoke(&local, moved(tick, HOUR), now + HOUR).await;
    assert_eq!(collapsed["monitoring_execution_status"], "CompletedWithViolations", "{collapsed}");
}
