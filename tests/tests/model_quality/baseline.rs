//! Baselines of answers with labels: a manifest that names them leaves statistics, constraints, a calibration and a pointer, and the next
//! hour is judged by those.

use super::traffic::{label, label_hour, prepared, validation_set};
use crate::harness::{Harness, nine, time};
use bellwether_contract::execution::Status;
use bellwether_pipeline::monitors::model_quality::ModelQuality;
use bellwether_pipeline::progress::nobody;
use serde_json::{Value, json};

const SHELF: &str = "baselines/churn-prod/AllTraffic";

async fn publish(site: &Harness, dataset: &Value) {
    site.put("models/v7/validation.csv", validation_set(100_000..104_000)).await;
    let manifest = json!({
        "model_version": "v7",
        "created_at": "2026-10-31T07:00:00Z",
        "endpoint_name": "churn-prod",
        "target_variant": "AllTraffic",
        "model_quality_dataset": dataset,
    });
    site.put("models/v7/manifest.json", manifest.to_string()).await;
}

async fn generate(site: &Harness) -> Result<u64, String> {
    let version = "v7".parse().expect("a version");
    let made = site.baselines().generate(&version, time("2026-10-31T07:10:00Z"), None, &nobody).await;
    let made = made.map_err(|error| error.chain())?;
    Ok(made.model_quality.ok_or("no baseline of answers")?.baseline.rows)
}

fn dataset(site: &Harness, more: &Value) -> Value {
    let mut dataset = json!({
        "uri": format!("{}/models/v7/validation.csv", site.uri()),
        "format": {"csv": {"header": true}},
        "problem_type": "BinaryClassification",
        "probability_attribute": "probability",
        "ground_truth_attribute": "label",
    });
    dataset.as_object_mut().expect("an object").extend(more.as_object().cloned().unwrap_or_default());
    dataset
}

fn with_models(site: Harness) -> Harness {
    site.with("MODELS_URI", "{root}/models")
        .with("BASELINES_URI", "{root}/baselines")
        .with("VALIDATION_SET_URI", "")
        .with("CATALOG_URI", "")
        .with("BASELINE_CONSTRAINTS_URI", "")
        .with("BASELINE_CALIBRATION_URI", "")
}

#[tokio::test]
async fn a_version_whose_manifest_names_answers_is_what_the_next_hour_is_judged_by() {
    for site in Harness::both().await {
        let site = with_models(prepared(site).await);
        publish(&site, &dataset(&site, &json!({}))).await;
        assert_eq!(generate(&site).await, Ok(4_000));
        let pointer = site.json(&format!("{SHELF}/current-model-quality.json")).await;
        assert_eq!(pointer["model_version"], "v7");
        let shelf = format!("{SHELF}/v7/model-quality");
        let statistics = site.json(&format!("{shelf}/statistics.json")).await;
        assert_eq!(statistics["dataset"], json!({"item_count": 4_000}));
        let constraints = site.json(&format!("{shelf}/constraints.json")).await;
        let auc = &statistics["binary_classification_metrics"]["auc"]["value"];
        assert_eq!(
            constraints["binary_classification_constraints"]["auc"],
            json!({"threshold": auc, "comparison_operator": "LessThanThreshold"})
        );
        assert_eq!(site.json(&format!("{shelf}/calibration.json")).await["n_baseline"], 4_000);

        label_hour(&site, 8, 8, (0..600).map(|n| (n, 1 - label(n)))).await;
        let made = site.run_twice_as::<ModelQuality>(&nine()).await.execution;
        assert_eq!(made.monitoring_execution_status, Status::CompletedWithViolations);
        assert_eq!(made.baseline.map(|version| version.to_string()), Some("v7".to_owned()));
        let read: Vec<&str> =
            made.baselines.iter().map(|file| file.uri.rsplit('/').next().unwrap_or_default()).collect();
        assert_eq!(read, ["constraints.json", "statistics.json", "calibration.json"]);
    }
}

#[tokio::test]
async fn what_a_manifest_says_wrongly_is_named_with_the_columns_that_are_there() {
    for (more, told) in [
        (
            json!({"ground_truth_attribute": "churn"}),
            &["has no column `churn`", "`label`, `probability`"][..],
        ),
        (json!({"ground_truth_attribute": null}), &["nothing says which of its columns is the label"]),
        (
            json!({"problem_type": "Binary"}),
            &["model_quality_dataset: ", "PROBLEM_TYPE", "BinaryClassification"],
        ),
        (
            json!({"positive_label": "yes"}),
            &["no label is POSITIVE_LABEL (--positive-label) `yes`", "its labels: "],
        ),
        (
            json!({"positive_label": "yes", "probability_attribute": "label", "inference_attribute": "nothing"}),
            &["has no column `nothing`"],
        ),
        (
            json!({"problem_type": "Regression", "probability_attribute": "probability"}),
            &["PROBABILITY_ATTRIBUTE", "remove it"],
        ),
        (json!({"probability_threshold": 1.5}), &["PROBABILITY_THRESHOLD"]),
    ] {
        let site = with_models(prepared(Harness::folder()).await);
        publish(&site, &dataset(&site, &more)).await;
        let error = generate(&site).await.expect_err("a manifest that cannot be used");
        for part in told {
            assert!(error.contains(part), "{more}: {part} in {error}");
        }
    }
}
