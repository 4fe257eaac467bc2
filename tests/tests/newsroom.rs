//! The sample newsroom, as somebody sees it who sends sample events to functions on the embedded AWS (docs/local.md).

use crate::page::says_everything;
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

pub(crate) type Environment = Vec<(&'static str, String)>;

/// A newsroom with a healthy hour and a collapsed one behind it.
pub(crate) async fn seeded() -> LocalNewsroom {
    let local = LocalNewsroom::start(None, Model::Collapsed).await.expect("a free port");
    let hours = [(sample_hour(), Model::Healthy), (sample_hour() + HOUR, Model::Collapsed)];
    local.seed(&hours).await.expect("captured hours");
    local
}

pub(crate) fn event(name: &str) -> Value {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../events").join(name);
    serde_json::from_slice(&std::fs::read(path).expect("an event")).expect("JSON")
}

pub(crate) async fn invoke<F: Function>(
    local: &LocalNewsroom,
    environment: &Environment,
    event: Value,
    now: Timestamp,
) -> Value {
    let lookup =
        |name: &str| environment.iter().find(|(known, _)| *known == name).map(|(_, value)| value.clone());
    let function = F::new(lookup, Clients::new(&local.aws().sdk_config())).expect("settings");
    let answer = function.handle(LambdaEvent::new(event, Context::default()), now).await;
    answer.unwrap_or_else(|error| panic!("{error:?}"))
}

/// The sample event's hour is healthy, and the one after it is not. What the function answered to that one.
pub(crate) async fn the_second_hour_violates<F: Function>(
    local: &LocalNewsroom,
    environment: Environment,
    tick: &str,
) -> Value {
    let (tick, now) = (event(tick), time("2026-10-31T09:10:00Z"));
    let healthy = invoke::<F>(local, &environment, tick.clone(), now).await;
    assert_eq!(healthy["monitoring_execution_status"], "Completed", "{healthy}");
    let collapsed = invoke::<F>(local, &environment, moved(tick, HOUR), now + HOUR).await;
    assert_eq!(collapsed["monitoring_execution_status"], "CompletedWithViolations", "{collapsed}");
    let tree = local.aws().tree(BUCKET).await.expect("the bucket");
    for answer in [&healthy, &collapsed] {
        says_everything(&tree, &format!("reports/{}", answer["run"].as_str().expect("a run")));
    }
    collapsed
}
