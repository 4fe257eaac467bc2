//! Pages of tables: an hour as it ends, from one column to two thousand, and names that mean harm.

use super::{HOSTILE, OF_A_RUN, OF_MANY_COLUMNS, Page, UNREADABLE, captured, page};
use crate::data_quality::traffic::{Row, capture, healthy, monitored, prepared, with_sides};
use crate::harness::Harness;
use bellwether_contract::execution::Status;
use bellwether_pipeline::monitors::data_quality::DataQuality;
use serde_json::{Value, json};

/// A changed hour: other types, other values, nothing where something was.
pub(in super::super) fn changed(n: usize) -> Row {
    let age = if n.is_multiple_of(5) { "unknown".to_owned() } else { (20 + n % 50).to_string() };
    let plan = if n.is_multiple_of(4) { "trial" } else { ["basic", "plus", "family"][n % 3] };
    (format!("0.9{:02}", n % 100), format!("{age},{plan},"))
}

/// An hour in each of the ways in which it ends.
pub(super) async fn ended() -> Vec<Page> {
    let page = async |site: Harness, name: &str, status| page::<DataQuality>(&site, name, status).await;
    let rows = |rows: usize| prepared(Harness::folder(), (0..rows).map(healthy));
    let moved = prepared(Harness::folder(), (0..300).map(changed)).await;
    let broken = captured(rows(0).await, &UNREADABLE.repeat(20)).await;
    let blind = rows(30).await.with("BASELINE_STATISTICS_URI", "").with("BASELINE_CONSTRAINTS_URI", "");
    vec![
        page(rows(300).await, "columns, healthy", Status::Completed).await,
        page(moved, "columns, violated", Status::CompletedWithViolations).await,
        page(rows(1).await, "columns, one row", Status::Completed).await,
        page(rows(0).await, "columns, no data", Status::CompletedNoData).await,
        page(broken, "columns, failed", Status::Failed).await,
        page(blind, "columns, no baseline", Status::Inconclusive).await,
    ]
}

/// So many columns with names of one's choice, every one of them changed.
async fn of_names(names: &[String]) -> Harness {
    let row = |value: &dyn Fn(usize) -> Value| -> Value {
        let cells = names.iter().enumerate().map(|(n, name)| (name.clone(), value(n)));
        cells.collect::<serde_json::Map<_, _>>().into()
    };
    let site = monitored(Harness::folder())
        .with("CAPTURE_INDEX_NAMES", "endpointInput")
        .with("BASELINE_STATISTICS_URI", "");
    let feature = |name: &String| json!({"name": name, "inferred_type": "String", "completeness": 1.0});
    let features: Vec<Value> = names.iter().map(feature).collect();
    site.put("baseline/constraints.json", json!({"version": 0, "features": features}).to_string()).await;
    let side = |data: String| json!({"data": data, "encoding": "JSON"});
    let record = |n: usize| {
        let row = row(&|column| json!(1_000 + (column + n) % 7));
        with_sides(n, &side(row.to_string()), &side("{}".to_owned()))
    };
    capture(&site, &(0..12).map(record).collect::<Vec<_>>()).await;
    site
}

/// Tables of any width.
pub(super) async fn wide() -> Vec<Page> {
    let violated = Status::CompletedWithViolations;
    let mut pages = Vec::new();
    for (columns, limits) in [(1, OF_A_RUN), (15, OF_A_RUN), (500, OF_MANY_COLUMNS), (2_000, OF_MANY_COLUMNS)]
    {
        let names: Vec<String> =
            (0..columns).map(|n| format!("customer_account_usage_feature_{n:04}")).collect();
        let site = of_names(&names).await;
        let page = page::<DataQuality>(&site, &format!("{columns} columns"), violated).await;
        pages.push(Page { limits, ..page });
    }
    let long = ["x".repeat(600), "日本".repeat(150)];
    let names: Vec<String> = HOSTILE.map(str::to_owned).into_iter().chain(long).collect();
    pages.push(page::<DataQuality>(&of_names(&names).await, "columns, hostile names", violated).await);
    pages
}
