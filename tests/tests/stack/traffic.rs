//! What the endpoints of a stack were asked, hour by hour, and what their monitors judge it by.
//!
//! It judges nothing.

use super::deployment::Deployment;
use crate::data_quality::traffic::{Row, healthy, record, table};
use bellwether_analysis::suggest::suggest;
use bellwether_contract::json::to_vec;
use jiff::Timestamp;
use serde_json::{Value, json};

/// Captured records of an hour.
const RECORDS: usize = 24;

/// The n-th row of traffic whose ages upstream does not fill any more.
pub(crate) fn without_ages(n: usize) -> Row {
    let (output, input) = healthy(n);
    let rest = input.split_once(',').expect("several columns").1.to_owned();
    (output, format!(",{rest}"))
}

/// The baseline that every monitor of columns names.
pub(crate) async fn baseline(deployment: &Deployment) {
    let statistics = table((0..600).map(healthy)).observe().statistics;
    deployment.harness.put("baseline/constraints.json", to_vec(&suggest(&statistics)).expect("finite")).await;
}

/// The catalogue of an endpoint that recommends.
pub(crate) async fn catalog(deployment: &Deployment) {
    let items: serde_json::Map<String, Value> =
        (0..40).map(|item| (format!("item-{item}"), json!(format!("category-{}", item % 8)))).collect();
    deployment.harness.put("catalog.json", Value::Object(items).to_string()).await;
}

/// Puts an hour of rows where the endpoint captures them. `start` is the hour's.
pub(crate) async fn rows(
    deployment: &Deployment,
    endpoint: &str,
    start: Timestamp,
    row: impl Fn(usize) -> Row,
) {
    let records = (0..RECORDS).map(|n| record(n, &row(n)));
    captured(deployment, endpoint, start, records).await;
}

/// An hour of lists of ten items that are spread over eight categories.
pub(crate) async fn lists(deployment: &Deployment, endpoint: &str, start: Timestamp) {
    let records = (0..RECORDS).map(|n| {
        let items: Vec<Value> =
            (0..10).map(|place| json!({"item_id": format!("item-{}", (n + place) % 40)})).collect();
        let answer = json!({"recommendations": items}).to_string();
        crate::data_quality::traffic::with_sides(
            n,
            &json!({"observedContentType": "application/json", "mode": "INPUT", "data": "{}", "encoding": "JSON"}),
            &json!({"observedContentType": "application/json", "mode": "OUTPUT", "data": answer, "encoding": "JSON"}),
        )
    });
    captured(deployment, endpoint, start, records).await;
}

async fn captured(
    deployment: &Deployment,
    endpoint: &str,
    start: Timestamp,
    records: impl Iterator<Item = Value>,
) {
    let records = records.enumerate().map(|(n, mut record)| {
        record["eventMetadata"]["inferenceTime"] = json!(start + jiff::SignedDuration::from_mins(n as i64));
        record["eventMetadata"]["eventId"] = json!(format!("{endpoint}-{}-{n}", start.as_second()));
        record
    });
    deployment.harness.capture(endpoint, start, records).await;
}
