//! What somebody sees who sends the sample events to the functions on the embedded newsroom (docs/local.md).

use crate::harness::functions::named;
use crate::newsroom::{seeded, the_second_hour_violates, watched_by};
use bellwether_tests::local::events::sample_hour;

#[tokio::test]
async fn scores_of_the_collapsed_model_drift_from_the_training_rows_and_those_of_the_healthy_one_do_not() {
    let local = seeded().await;
    local.publish_model("v2", sample_hour()).await.expect("a manifest");
    let newsroom = watched_by(&local, &local.columns_environment());
    let made = newsroom.start("baseline").handle(named("baseline").event(), sample_hour()).await;
    made.expect("a baseline");
    let collapsed = the_second_hour_violates(&newsroom, "data-quality").await;

    let run = collapsed["run"].as_str().expect("a run");
    let report = newsroom.json(&format!("reports/{run}/constraint_violations.json")).await;
    let violations = report["violations"].as_array().expect("violations");
    let told: Vec<_> = violations
        .iter()
        .map(|violation| (violation["feature_name"].as_str(), violation["constraint_check_type"].as_str()))
        .collect();
    let drift = Some("baseline_drift_check");
    assert_eq!(told, [(Some("first_score"), drift), (Some("last_score"), drift)], "{report}");
}
