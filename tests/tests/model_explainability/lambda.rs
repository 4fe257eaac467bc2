//! The function as Lambda calls it, with its sample events, and the points that it publishes.

use super::traffic::{RUN, live};
use crate::harness::{Harness, dimensions};
use bellwether_pipeline::monitors::model_explainability::ModelExplainability;
use bellwether_tests::local::reasons::{Unit, script};
use model_explainability::Function;
use std::collections::{BTreeMap, BTreeSet};

#[tokio::test]
async fn every_sample_event_gives_the_same_verdict_and_the_containers_points() {
    let site = live(Harness::bucket().await, Unit::Cents, script()).await;
    let sent = site.points_of_every_event::<ModelExplainability, Function>(RUN).await;
    let names: BTreeSet<&str> = sent.iter().map(|datum| datum.metric_name.as_str()).collect();
    for name in
        ["feature_savings_cents", "feature_debts", "ExpectedValue", "ndcg", "explained_rows", "run_completed"]
    {
        assert!(names.contains(name), "{name} of {names:?}");
    }
    let built_in = BTreeMap::from([
        ("Endpoint", "credit-prod"),
        ("MonitoringSchedule", "explainability-hourly"),
        ("ExplainabilityMethod", "KernelShap"),
        ("Label", "label0"),
        ("ValueType", "GlobalShapValues"),
    ]);
    assert_eq!(dimensions(&sent, "feature_income"), [built_in].into());
}
