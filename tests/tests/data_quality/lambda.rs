//! The function as Lambda calls it, with its sample events, and the points that it publishes.

use super::traffic::{RUN, healthy, prepared};
use crate::harness::{Harness, dimensions, time};
use bellwether_pipeline::monitors::data_quality::{DataQuality, FEATURE_METRICS, run_metrics};
use data_quality::Function;
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};

#[tokio::test]
async fn every_sample_event_gives_the_same_verdict_and_the_points_of_the_chosen_columns() {
    let site =
        prepared(Harness::bucket().await, (0..100).map(healthy)).await.with("FEATURE_METRICS", "age, plan");
    let sent = site.points_of_every_event::<DataQuality, Function>(RUN).await;
    let names: BTreeSet<&str> = sent.iter().map(|datum| datum.metric_name.as_str()).collect();
    // A column of texts has no `data`; `plan` and `age` have a distance, since the baseline has distributions.
    let of = |column: &str| FEATURE_METRICS.map(|metric| format!("feature_{metric}_{column}"));
    let mut expected: BTreeSet<String> = of("age").into_iter().chain(of("plan")).collect();
    expected.remove("feature_data_plan");
    expected.extend(run_metrics().map(str::to_owned));
    assert_eq!(names, expected.iter().map(String::as_str).collect());
    let endpoint = ("Endpoint", "churn-prod");
    let schedule = ("MonitoringSchedule", "data-quality-hourly");
    assert_eq!(
        dimensions(&sent, "feature_null_age"),
        [BTreeMap::from([endpoint, schedule]), BTreeMap::from([endpoint, ("Feature", "_"), schedule])].into()
    );
    let own = BTreeMap::from([("EndpointName", "churn-prod"), ("VariantName", "AllTraffic"), schedule]);
    assert_eq!(dimensions(&sent, "run_completed"), [own, BTreeMap::from([endpoint, schedule])].into());
    let start = time("2026-10-31T08:00:00Z").as_second() as f64;
    assert!(sent.iter().all(|datum| datum.timestamp == Some(start)));
    let lines = &site.tree().await[&format!("{RUN}/cloudwatch_metrics.jsonl")];
    let in_the_file: BTreeSet<String> = lines
        .split(|byte| *byte == b'\n')
        .filter(|line| !line.is_empty())
        .map(|line| {
            serde_json::from_slice::<Value>(line).expect("JSON")["MetricName"]
                .as_str()
                .expect("a name")
                .to_owned()
        })
        .collect();
    assert!(in_the_file.contains("feature_data_income") && in_the_file.contains("feature_null_score"));
}
