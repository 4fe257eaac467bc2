//! Pages of lists of recommendations: replayed, captured, and both.

use super::{HOSTILE, Page, UNREADABLE, captured, page, page_at, page_of_one};
use crate::harness::recommender::{healthy, list_of, sessions, ten_categories};
use crate::harness::{Harness, RUN, nine, time};
use crate::stories::band::prepare;
use crate::stories::capture::record;
use bellwether_contract::execution::Status;
use bellwether_pipeline::monitors::diversity::Diversity;
use serde_json::json;

/// Forty sessions, of which one in four sees two categories and the others one.
fn collapsed() -> String {
    let of = |n: usize| list_of(if n.is_multiple_of(4) { 2 } else { 1 });
    let line = |n: usize| json!({"session_id": format!("s{n}"), "recommendations": of(n)});
    (0..40).map(|n| format!("{}\n", line(n))).collect()
}

/// A site with a baseline whose lists are known one by one, and an hour that keeps to it.
async fn hour() -> Harness {
    let before = prepare(Harness::folder()).await;
    before.run(&nine()).await.expect("a run");
    let statistics = before.json(&format!("{RUN}/statistics.json")).await;
    let site = prepare(Harness::folder()).await.with("BAND_P5_MARGIN", "1");
    site.put(crate::stories::band::BASELINE_STATISTICS, statistics.to_string()).await;
    let site = site.with("CAPTURE_URI", "{root}/capture");
    let line = |n: u64| format!("{}\n", record(n, "2026-10-31T08:30:00Z", 4 + n as usize % 4));
    captured(site, &(0..50).map(line).collect::<String>()).await
}

/// A site that replays nothing.
async fn captured_alone(lines: &str) -> Harness {
    let site = Harness::folder().with("REPLAY", "none").with("VALIDATION_SET_URI", "");
    site.put("inputs/catalog.json", ten_categories()).await;
    captured(site.with("CAPTURE_URI", "{root}/capture"), lines).await
}

/// Lists of items and categories with names that mean harm, of which each list has two.
async fn hostile() -> Harness {
    let site = Harness::folder();
    let item = |n: usize| format!("{}{n}", HOSTILE[n % HOSTILE.len()]);
    let catalog: serde_json::Map<_, _> =
        (0..32).map(|n| (item(n), json!(HOSTILE[n % HOSTILE.len()]))).collect();
    site.put("inputs/catalog.json", json!(catalog).to_string()).await;
    site.put("inputs/sessions.jsonl", sessions(12)).await;
    let list =
        |n: usize| -> Vec<String> { (0..10).map(|place| item(n + place % 2 + place / 2 * 6)).collect() };
    let line = |n: usize| json!({"session_id": format!("s{n}"), "recommendations": list(n % 2)});
    site.put("inputs/lists.jsonl", (0..12).map(|n| format!("{}\n", line(n))).collect::<String>()).await;
    site
}

/// An hour in each of the ways in which it ends.
pub(super) async fn ended() -> Vec<Page> {
    let page = async |site: Harness, name: &str, status| page::<Diversity>(&site, name, status).await;
    let same = hour().await;
    same.put("inputs/lists.jsonl", collapsed()).await;
    // Nobody can say today what the endpoint would have answered then.
    let mut later = nine();
    later.now = time("2026-10-31T14:00:00Z");
    let live = Harness::folder().replaying(10, healthy()).await;
    let uniform = |n: u64| format!("{}\n", record(n, "2026-10-31T08:30:00Z", 2));
    let one = uniform(0);
    let uniform: String = (0..50).map(uniform).collect();
    vec![
        page(hour().await, "lists, healthy", Status::Completed).await,
        page(same, "lists, violated", Status::CompletedWithViolations).await,
        page(captured_alone(&uniform).await, "lists, captured alone", Status::CompletedWithViolations).await,
        page(hostile().await, "lists, hostile names", Status::CompletedWithViolations).await,
        page_of_one::<Diversity>(&captured_alone(&one).await, "lists, one row").await,
        page(captured_alone("").await, "lists, no data", Status::CompletedNoData).await,
        page_at::<Diversity>(&live, "lists, too late", Status::Inconclusive, &later).await,
        page(captured_alone(&UNREADABLE.repeat(20)).await, "lists, failed", Status::Failed).await,
    ]
}
