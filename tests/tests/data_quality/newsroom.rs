//! What somebody sees who sends the sample events to the functions on the embedded newsroom (docs/local.md).

use crate::newsroom::{event, invoke, seeded, the_second_hour_violates};
use bellwether_tests::local::BUCKET;
use bellwether_tests::local::events::sample_hour;
use serde_json::Value;

#[tokio::test]
async fn scores_of_the_collapsed_model_drift_from_the_training_rows_and_those_of_the_healthy_one_do_not() {
    let local = seeded().await;
    local.publish_model("v2", sample_hour()).await.expect("a manifest");
    let environment = local.columns_environment();
    let made = event("baseline-object-created.json");
    invoke::<baseline::Function>(&local, &environment, made, sample_hour()).await;
    let tick = "data-quality-scheduler.json";
    let collapsed = the_second_hour_violates::<data_quality::Function>(&local, environment, tick).await;

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
