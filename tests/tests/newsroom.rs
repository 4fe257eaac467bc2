//! The sample newsroom, as somebody sees it who sends sample events to functions on the embedded AWS (docs/local.md).

use crate::harness::functions::named;
use crate::harness::{Harness, time};
use crate::page::says_everything;
use bellwether_newsroom::Model;
use bellwether_tests::local::events::{moved, sample_hour};
use bellwether_tests::local::{BUCKET, LocalNewsroom};
use jiff::SignedDuration;
use serde_json::Value;
use std::sync::Arc;

const HOUR: SignedDuration = SignedDuration::from_hours(1);

/// A newsroom with a healthy hour and a collapsed one behind it.
pub(crate) async fn seeded() -> LocalNewsroom {
    let local = LocalNewsroom::start(None, Model::Collapsed).await.expect("a free port");
    let hours = [(sample_hour(), Model::Healthy), (sample_hour() + HOUR, Model::Collapsed)];
    local.seed(&hours).await.expect("captured hours");
    local
}

/// The newsroom by the settings of one of its monitors.
pub(crate) fn watched_by(local: &LocalNewsroom, settings: &[(&'static str, String)]) -> Harness {
    let settings = settings.iter().map(|(name, value)| (*name, value.as_str()));
    Harness::on(Arc::clone(local.aws()), BUCKET).with_all(&settings.collect::<Vec<_>>())
}

/// The sample event's hour is healthy, and the one after it is not. What the function answered to that one.
pub(crate) async fn the_second_hour_violates(newsroom: &Harness, function: &str) -> Value {
    let (tick, now) = (named(function).event(), time("2026-10-31T09:10:00Z"));
    let answer = async |event, now| {
        let answer = newsroom.start(function).handle(event, now).await;
        answer.unwrap_or_else(|error| panic!("{error:?}"))
    };
    let healthy = answer(tick.clone(), now).await;
    assert_eq!(healthy["monitoring_execution_status"], "Completed", "{healthy}");
    let collapsed = answer(moved(tick, HOUR), now + HOUR).await;
    assert_eq!(collapsed["monitoring_execution_status"], "CompletedWithViolations", "{collapsed}");
    let tree = newsroom.tree().await;
    for answer in [&healthy, &collapsed] {
        says_everything(&tree, &format!("reports/{}", answer["run"].as_str().expect("a run")));
    }
    collapsed
}
