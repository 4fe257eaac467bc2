//! A document changes, and nothing is deployed: monitors are added, changed, paused, removed, and are back.

use super::deployment::{Deployment, Ticked, hour};
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
    let mut deployment = Deployment::new().await;
    baseline(&deployment).await;
    for start in 0..12 {
        for endpoint in ["first", "second"] {
            rows(&deployment, endpoint, hour(&format!("31T{start:02}")), healthy).await;
        }
    }
    deployment.document(&format!("{HEAD}{FIRST}")).await;
    assert_eq!(judged(&deployment.tick(hour("31T03")).await), ["first"]);
    // One is added.
    deployment.document(&format!("{HEAD}{FIRST}{SECOND}")).await;
    assert_eq!(judged(&deployment.tick(hour("31T04")).await), ["first", "second"]);
    // One is paused, for two hours.
    let paused = FIRST.replace("first}", "first, enabled: false}");
    deployment.document(&format!("{HEAD}{paused}{SECOND}")).await;
    assert_eq!(judged(&deployment.tick(hour("31T05")).await), ["second"]);
    assert_eq!(judged(&deployment.tick(hour("31T06")).await), ["second"]);
    // It is back, with another setting, and the hours between are nobody's to make good.
    let changed = FIRST.replace("first}", "first, feature_metrics: [age]}");
    deployment.document(&format!("{HEAD}{changed}{SECOND}")).await;
    assert_eq!(judged(&deployment.tick(hour("31T07")).await), ["first", "second"]);
    deployment.tick(hour("31T08")).await;
    // One is removed.
    deployment.document(&format!("{HEAD}{changed}")).await;
    assert_eq!(judged(&deployment.tick(hour("31T09")).await), ["first"]);
    let runs = |schedule: &'static str| {
        let deployment = &deployment;
        async move {
            let keys = deployment.harness.keys(&format!("reports/{schedule}/{schedule}/")).await;
            let hours = keys.iter().filter_map(|key| key.strip_suffix("/execution.json")?.rsplit('/').next());
            hours.map(str::to_owned).collect::<Vec<_>>()
        }
    };
    assert_eq!(runs("first").await, ["03", "04", "07", "08", "09"]);
    assert_eq!(runs("second").await, ["04", "05", "06", "07", "08"]);
    assert!(deployment.points("monitors_behind").iter().all(|(_, behind)| *behind == 0.0));
}

/// A lost hour of a monitor that was watched is made good, as ever.
#[tokio::test]
async fn a_lost_hour_is_made_good_where_nobody_paused_anything() {
    let mut deployment = Deployment::new().await;
    baseline(&deployment).await;
    for start in 0..6 {
        rows(&deployment, "first", hour(&format!("31T{start:02}")), without_ages).await;
    }
    deployment.document(&format!("{HEAD}{FIRST}")).await;
    deployment.tick(hour("31T02")).await;
    // The ticks of 03 and 04 never came.
    deployment.tick(hour("31T05")).await;
    let keys = deployment.harness.keys("reports/first/first/").await;
    let hours: Vec<&str> =
        keys.iter().filter_map(|key| key.strip_suffix("/execution.json")?.rsplit('/').next()).collect();
    assert_eq!(hours, ["02", "03", "04", "05"]);
}

/// A tick that comes twice starts all twice: one verdict each, and nobody hears anything twice.
#[tokio::test]
async fn a_doubled_tick_is_one_verdict() {
    let mut deployment = Deployment::new().await;
    baseline(&deployment).await;
    rows(&deployment, "first", hour("31T04"), without_ages).await;
    deployment.document(&format!("{HEAD}{FIRST}")).await;
    let once = deployment.tick(hour("31T05")).await;
    let tree = deployment.harness.tree().await;
    let heard = deployment.harness.aws().published().len();
    let twice = deployment.tick(hour("31T05")).await;
    assert_eq!(once.answers["first"], twice.answers["first"]);
    assert_eq!(deployment.harness.tree().await, tree);
    assert_eq!(deployment.harness.aws().published().len(), heard);
    assert_eq!(deployment.harness.aws().invoked_after(0).len(), 2);
    assert_eq!(
        deployment.harness.aws().invoked_after(1)[0].event,
        json!({"scheduled_time": "2026-10-31T05:00:00Z", "monitor": "first"})
    );
}
