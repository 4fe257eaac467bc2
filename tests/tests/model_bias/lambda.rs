//! The function as Lambda calls it, with its sample events, and the points that it publishes.

use super::traffic::{SCHEDULE, label_hour, prepared, run};
use crate::harness::{Harness, dimensions};
use bellwether_analysis::model_bias::BIAS_MEASURES;
use bellwether_pipeline::monitors::model_bias::ModelBias;
use model_bias::Function;
use std::collections::{BTreeMap, BTreeSet};

#[tokio::test]
async fn every_sample_event_gives_the_same_verdict_and_the_containers_points() {
    let site = prepared(Harness::bucket().await, 50).await;
    label_hour(&site, 8, 8, 0..600).await;
    let sent = site.points_of_every_event::<ModelBias, Function>(&run(9)).await;
    let names: BTreeSet<&str> = sent.iter().map(|datum| datum.metric_name.as_str()).collect();
    for measure in BIAS_MEASURES.iter().filter(|measure| !measure.name.starts_with("CDD")) {
        assert!(names.contains(format!("bias_metric_{}", measure.name).as_str()), "{}", measure.name);
    }
    assert!(!names.contains("bias_metric_CDDL"), "without a group variable it is null");
    for ours in ["labelled_records", "ground_truth_coverage", "captured_records", "run_completed"] {
        assert!(names.contains(ours), "{ours} of {names:?}");
    }
    let built_in = BTreeMap::from([
        ("Endpoint", "loans-prod"),
        ("MonitoringSchedule", SCHEDULE),
        ("BiasStage", "Post-Training"),
        ("Label", "repaid"),
        ("LabelValue", "1"),
        ("Facet", "sex"),
        ("FacetValue", "f"),
    ]);
    assert_eq!(dimensions(&sent, "bias_metric_DPPL"), [built_in].into());
}
