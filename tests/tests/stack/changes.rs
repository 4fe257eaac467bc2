//! A document changes, and nothing is deployed: monitors are added, changed, paused, removed, and are back.

use super::place::{Stack, Ticked, hour};
use super::traffic::{baseline, rows, without_ages};
use crate::data_quality::traffic::healthy;
use serde_json::json;

const HEAD: &str = "\
version: 1
defaults:
  capture_uri: '{root}/capture'
  variant_name: AllTraffic
  baseline_constraints_uri: '{root}/baseline/constraints.json'
monitors:
";
const FIRST: &str = "  - {name: first, monitor: data-quality, endpoint_name: first}\n";
const SECOND: &str = "  - {name: second, monitor: data-quality, endpoint_name: second}\n";

fn judged(ticked: &Ticked) -> Vec<&str> {
    assert!(ticked.dead.is_empty(), "{:?}", ticked.dead);
    ticked
        .answers
        .iter()
        .filter(|(_, answer)| answer.get("run").is_some())
        .map(|(name, _)| name.as_str())
        .collect()
}

#[tokio::test]
async fn a_changed_document_needs_no_deployment() {
    let mut stack = Stack::new().await;
    baseline(&stack).await;
    for start in 0..12 {
        for endpoint in ["first", "second"] {
            rows(&stack, endpoint, hour(&format!("31T{start:02}")), healthy).await;
        }
    }
    stack.document(&format!("{HEAD}{FIRST}")).await;
    assert_eq!(judged(&stack.tick(hour("31T03")).await), ["first"]);
    // One is added.
    stack.document(&format!("{HEAD}{FIRST}{SECOND}")).await;
    assert_eq!(judged(&stack.tick(hour("31T04")).await), ["first", "second"]);
    // One is paused, for two hours.
    let paused = FIRST.replace("first}", "first, enabled: false}");
    stack.document(&format!("{HEAD}{paused}{SECOND}")).await;
    assert_eq!(judged(&stack.tick(hour("31T05")).await), ["second"]);
    assert_eq!(judged(&stack.tick(hour("31T06")).await), ["second"]);
    // It is back, with another setting, and the hours between are nobody's to make good.
    let changed = FIRST.replace("first}", "first, feature_metrics: [age]}");
    stack.document(&format!("{HEAD}{changed}{SECOND}")).await;
    assert_eq!(judged(&stack.tick(hour("31T07")).await), ["first", "second"]);
    stack.tick(hour("31T08")).await;
    // One is removed.
    stack.document(&format!("{HEAD}{changed}")).await;
    assert_eq!(judged(&stack.tick(hour("31T09")).await), ["first"]);
    let runs = |schedule: &'static str| {
        let stack = &stack;
        async move {
            let keys = stack.keys(&format!("reports/{schedule}/{schedule}/")).await;
            let hours = keys.iter().filter_map(|key| key.strip_suffix("/execution.json")?.rsplit('/').next());
            hours.map(str::to_owned).collect::<Vec<_>>()
        }
    };
    assert_eq!(runs("first").await, ["03", "04", "07", "08", "09"]);
    assert_eq!(runs("second").await, ["04", "05", "06", "07", "08"]);
    assert!(stack.points("monitors_behind").iter().all(|(_, behind)| *behind == 0.0));
}

/// A lost hour of a monitor that was watched is made good, as ever.
#[tokio::test]
async fn a_lost_hour_is_made_good_where_nobody_paused_anything() {
    let mut stack = Stack::new().await;
    baseline(&stack).await;
    for start in 0..6 {
        rows(&stack, "first", hour(&format!("31T{start:02}")), without_ages).await;
    }
    stack.document(&format!("{HEAD}{FIRST}")).await;
    stack.tick(hour("31T02")).await;
    // The ticks of 03 and 04 never came.
    stack.tick(hour("31T05")).await;
    let keys = stack.keys("reports/first/first/").await;
    let hours: Vec<&str> =
        keys.iter().filter_map(|key| key.strip_suffix("/execution.json")?.rsplit('/').next()).collect();
    assert_eq!(hours, ["02", "03", "04", "05"]);
}

/// A tick that comes twice starts all twice: one verdict each, and nobody hears anything twice.
#[tokio::test]
async fn a_doubled_tick_is_one_verdict() {
    let mut stack = Stack::new().await;
    baseline(&stack).await;
    rows(&stack, "first", hour("31T04"), without_ages).await;
    stack.document(&format!("{HEAD}{FIRST}")).await;
    let once = stack.tick(hour("31T05")).await;
    let tree = stack.aws.tree(super::place::BUCKET).await.expect("a tree");
    let heard = stack.aws.published().len();
    let twice = stack.tick(hour("31T05")).await;
    assert_eq!(once.answers["first"], twice.answers["first"]);
    assert_eq!(stack.aws.tree(super::place::BUCKET).await.expect("a tree"), tree);
    assert_eq!(stack.aws.published().len(), heard);
    assert_eq!(stack.aws.invoked_after(0).len(), 2);
    assert_eq!(
        stack.aws.invoked_after(1)[0].event,
        json!({"scheduled_time": "2026-10-31T05:00:00Z", "monitor": "first"})
    );
}
