//! The function as Lambda calls it, with its sample events, and the points that it publishes.

use super::traffic::{SCHEDULE, label, label_hour, prepared, run};
use crate::harness::{Harness, dimensions};
use bellwether_pipeline::monitors::model_quality::ModelQuality;
use model_quality::Function;
use std::collections::{BTreeMap, BTreeSet};

/// The 19 names that runs of the built-in monitor published in 2024.
const CONTAINERS: [&str; 19] = [
    "recall",
    "precision",
    "accuracy",
    "true_positive_rate",
    "true_negative_rate",
    "false_positive_rate",
    "false_negative_rate",
    "auc",
    "au_prc",
    "f0_5",
    "f1",
    "f2",
    "recall_best_constant_classifier",
    "precision_best_constant_classifier",
    "accuracy_best_constant_classifier",
    "f0_5_best_constant_classifier",
    "f1_best_constant_classifier",
    "f2_best_constant_classifier",
    "total_number_of_violations",
];

#[tokio::test]
async fn every_sample_event_gives_the_same_verdict_and_the_containers_points() {
    let site = prepared(Harness::bucket().await).await;
    label_hour(&site, 8, 8, (0..600).map(|n| (n, label(n)))).await;
    let sent = site.points_of_every_event::<ModelQuality, Function>(&run(9)).await;
    let names: BTreeSet<&str> = sent.iter().map(|datum| datum.metric_name.as_str()).collect();
    let missing: Vec<&&str> = CONTAINERS.iter().filter(|name| !names.contains(**name)).collect();
    assert!(missing.is_empty(), "{missing:?} of {names:?}");
    for ours in
        ["estimated_auc", "labelled_records", "ground_truth_coverage", "captured_records", "run_completed"]
    {
        assert!(names.contains(ours), "{ours} of {names:?}");
    }
    let schedule = ("MonitoringSchedule", SCHEDULE);
    let built_in = BTreeMap::from([("Endpoint", "churn-prod"), schedule]);
    let own = BTreeMap::from([("EndpointName", "churn-prod"), ("VariantName", "AllTraffic"), schedule]);
    assert_eq!(dimensions(&sent, "auc"), [built_in, own].into());
}
