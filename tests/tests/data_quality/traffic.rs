//! A churn model's traffic, small enough to be counted by hand: records, their baseline, and where both lie.
//!
//! It judges nothing.

use crate::harness::Harness;
use bellwether_analysis::suggest::suggest;
use bellwether_analysis::table::TableProfile;
use bellwether_contract::json::to_vec;
use serde_json::{Value, json};

pub(crate) const COLUMNS: [&str; 4] = ["score", "age", "plan", "income"];
pub(crate) const RUN: &str = "reports/churn-prod/data-quality-hourly/2026/10/31/09";

/// A row: what the model answered, and what it was asked.
pub(crate) type Row = (String, String);

/// The n-th row of healthy traffic: scores below a half, ages 20 to 69, one plan of three, every tenth income missing.
pub(crate) fn healthy(n: usize) -> Row {
    let plan = ["basic", "plus", "family"][n % 3];
    let income = if n % 10 == 9 { String::new() } else { format!("{}.5", 1_000 + n % 50) };
    (format!("0.{:02}", n * 7 % 50), format!("{},{plan},{income}", 20 + n % 50))
}

/// A captured record of CSV on both sides.
pub(crate) fn record(n: usize, (output, input): &Row) -> Value {
    with_sides(
        n,
        &json!({"observedContentType": "text/csv", "mode": "INPUT", "data": input, "encoding": "CSV"}),
        &json!({"observedContentType": "text/csv; charset=utf-8", "mode": "OUTPUT", "data": output, "encoding": "CSV"}),
    )
}

/// A captured record of these sides.
pub(crate) fn with_sides(n: usize, input: &Value, output: &Value) -> Value {
    json!({
        "captureData": {"endpointInput": input, "endpointOutput": output},
        "eventMetadata": {
            "eventId": format!("00000000-0000-4000-8000-{n:012}"),
            "inferenceTime": format!("2026-10-31T08:{:02}:00Z", n % 60),
        },
        "eventVersion": "0",
    })
}

/// Puts records into the hour, in two files.
pub(crate) async fn capture(site: &Harness, records: &[Value]) {
    let (first, second) = records.split_at(records.len() / 2);
    for (name, records) in [("07-04-840", first), ("56-09-553", second)] {
        let key = format!(
            "capture/churn-prod/AllTraffic/2026/10/31/08/{name}-0b7bfd33-c8a7-4adf-a09a-98fd0af79974.jsonl"
        );
        site.put(&key, records.iter().map(|record| format!("{record}\n")).collect::<String>()).await;
    }
}

/// The table of rows, as the training data would have been profiled.
pub(crate) fn table(rows: impl IntoIterator<Item = Row>) -> TableProfile {
    let mut table = TableProfile::with_columns(COLUMNS.map(str::to_owned));
    for (output, input) in rows {
        let cells = std::iter::once(output.as_str()).chain(input.split(','));
        for (column, cell) in cells.enumerate().filter(|(_, cell)| !cell.is_empty()) {
            table.feature_mut(column).push_text(cell.as_bytes());
        }
        table.end_rows(1);
    }
    table
}

/// Puts the baseline of healthy traffic where the settings name it.
pub(crate) async fn baseline(site: &Harness) {
    let statistics = table((0..600).map(healthy)).observe().statistics;
    site.put("baseline/statistics.json", to_vec(&statistics).expect("finite")).await;
    site.put("baseline/constraints.json", to_vec(&suggest(&statistics)).expect("finite")).await;
}

/// The settings that every hour shares.
pub(crate) fn monitored(site: Harness) -> Harness {
    site.with("ENDPOINT_NAME", "churn-prod")
        .with("SCHEDULE_NAME", "data-quality-hourly")
        .with("CAPTURE_URI", "{root}/capture")
        .with("BASELINE_STATISTICS_URI", "{root}/baseline/statistics.json")
        .with("BASELINE_CONSTRAINTS_URI", "{root}/baseline/constraints.json")
}

/// A site with a baseline and an hour of these rows.
pub(crate) async fn prepared(site: Harness, rows: impl IntoIterator<Item = Row>) -> Harness {
    let site = monitored(site);
    baseline(&site).await;
    let records: Vec<Value> = rows.into_iter().enumerate().map(|(n, row)| record(n, &row)).collect();
    capture(&site, &records).await;
    site
}
