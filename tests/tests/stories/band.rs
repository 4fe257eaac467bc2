//! The acceptable band around a baseline, judged by whole runs with the baseline on disk.

use crate::harness::{Harness, RUN, nine};
use bellwether_contract::execution::Status;
use serde_json::{Value, json};

const POINTER: &str = "baselines/recommender-prod/AllTraffic/current.json";
const BASELINE: &str = "baselines/recommender-prod/AllTraffic/2026.10.30-rc1/diversity_baseline.json";

/// Forty lists: mean 248/40 = 6.2, min 3, and p5 between the second and the third from below, which are both 4.
fn forty() -> impl Iterator<Item = usize> {
    [(3, 1), (4, 2), (6, 22), (7, 15)]
        .into_iter()
        .flat_map(|(value, count)| std::iter::repeat_n(value, count))
}

/// The baseline of the worked example: mean 6.8, min 4, p5 5.
fn baseline(top_k: u32) -> Value {
    json!({
        "model_version": "2026.10.30-rc1",
        "created_at": "2026-10-30T07:00:00Z",
        "endpoint_name": "recommender-prod",
        "target_variant": "AllTraffic",
        "top_k": top_k,
        "sessions": 40,
        "answered": 40,
        "recommendation_metrics": {
            "top10_category_diversity_mean": {"value": 6.8},
            "top10_category_diversity_min": {"value": 4.0},
            "top10_category_diversity_p5": {"value": 5.0},
        },
    })
}

/// How the lists of the baseline were distributed, where that is known.
pub(crate) const BASELINE_STATISTICS: &str =
    "baselines/recommender-prod/AllTraffic/2026.10.30-rc1/statistics.json";

/// A site of forty sessions and a baseline of lists of ten.
pub(crate) async fn prepare(site: Harness) -> Harness {
    prepare_with(site, &baseline(10)).await
}

async fn prepare_with(site: Harness, baseline: &Value) -> Harness {
    site.put_lists(forty()).await;
    let pointer = json!({"model_version": "2026.10.30-rc1", "created_at": "2026-10-30T07:00:00Z"});
    site.put(POINTER, pointer.to_string()).await;
    site.put(BASELINE, baseline.to_string()).await;
    site.with("BASELINES_URI", "{root}/baselines")
}

#[tokio::test]
async fn the_worked_example_has_exactly_one_violation() {
    for site in Harness::both().await {
        let site = prepare(site).await;
        let committed = site.run_twice(&nine()).await;
        let statistics = site.json(&format!("{RUN}/statistics.json")).await;
        for (suffix, value) in [("mean", 6.2), ("min", 3.0), ("p5", 4.0)] {
            let name = format!("top10_category_diversity_{suffix}");
            assert_eq!(statistics["recommendation_metrics"][&name]["value"], value, "{name}");
        }
        let violations = site.json(&format!("{RUN}/constraint_violations.json")).await;
        let expected = json!({"violations": [{
            "feature_name": "top10_category_diversity",
            "metric_name": "top10_category_diversity_p5",
            "constraint_check_type": "LessThanThreshold",
            "description": "Metric top10_category_diversity_p5 with 4.0 was LessThanThreshold '5.0'",
        }]});
        assert_eq!(violations, expected);
        let execution = site.json(&format!("{RUN}/execution.json")).await;
        assert_eq!(execution["baseline"], "2026.10.30-rc1");
        assert_eq!(execution["monitoring_execution_status"], "CompletedWithViolations");
        assert_eq!(committed.execution.violations, 1);
    }
}

#[tokio::test]
async fn each_edge_of_the_band_is_a_parameter() {
    let cases: [(&'static str, &str, &[&str]); 5] = [
        ("BAND_P5_MARGIN", "1", &[]),
        ("BAND_MEAN_RATIO", "0.95", &["mean", "p5"]),
        ("BAND_MIN_MARGIN", "0", &["p5", "min"]),
        ("MIN_DIVERSITY", "6.2", &["p5"]),
        ("MIN_DIVERSITY", "6.25", &["p5", "mean_floor"]),
    ];
    for (name, value, violated) in cases {
        let site = prepare(Harness::folder()).await.with(name, value);
        site.run_twice(&nine()).await;
        let report = site.json(&format!("{RUN}/constraint_violations.json")).await;
        let names: Vec<_> =
            report["violations"].as_array().into_iter().flatten().map(|v| v["metric_name"].clone()).collect();
        let violated: Vec<_> = violated.iter().map(|end| format!("top10_category_diversity_{end}")).collect();
        assert_eq!(names, violated, "{name} {value}");
    }
}

#[tokio::test]
async fn a_baseline_of_another_list_length_is_not_compared_with() {
    let site = prepare_with(Harness::folder(), &baseline(5)).await;
    let execution = site.run_twice(&nine()).await.execution;
    assert_eq!(execution.monitoring_execution_status, Status::Completed);
    assert_eq!(execution.baseline, None);
    let reason = &execution.not_evaluable["baseline"];
    assert!(reason.contains("2026.10.30-rc1") && reason.contains("lists of 5, not 10"), "{reason}");
}

#[tokio::test]
async fn without_a_baseline_the_run_completes_and_says_so() {
    for site in Harness::both().await {
        let site = prepare(site).await.with("BASELINES_URI", "{root}/elsewhere");
        site.put("elsewhere/another-endpoint/AllTraffic/current.json", "{}").await;
        let execution = site.run_twice(&nine()).await.execution;
        assert_eq!(execution.monitoring_execution_status, Status::Completed);
        let reason = &execution.not_evaluable["baseline"];
        assert!(reason.contains("elsewhere/recommender-prod/AllTraffic/current.json"), "{reason}");
    }
}
