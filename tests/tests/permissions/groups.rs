//! What the model-bias function does in its life, with forty ages and scores an hour and their labels.
//!
//! It judges no verdict, like the stories beside it.

use super::answers::{LABELS, put_labels};
use super::audit::Audit;
use super::columns::put_records;
use super::story::{
    baselines_uri, give_up_a_window, has, input_uri, lose_a_stage, parameter, put_document, put_input,
    reopen, tick,
};
use bellwether_newsroom::{ENDPOINT, VARIANT};
use serde_json::{Value, json};

pub(crate) const MODEL_BIAS: &str = "model-bias";
pub(crate) const SCHEDULE: &str = "groups-hourly";
const CONFIG: &str = "groups/analysis_config.json";
const CONSTRAINTS: &str = "groups/analysis.json";

/// Whether the stack follows the baselines that it makes, or a file of a SageMaker job.
fn follows_baselines(audit: &Audit) -> bool {
    has(audit, "ModelsBucket")
}

/// Its entry in the document.
pub(crate) fn entry(audit: &Audit) -> Value {
    let mut entry = json!({
        "name": SCHEDULE, "monitor": "model-bias", "analysis_config_uri": input_uri(audit, CONFIG),
        "probability_threshold": "0.2", "ground_truth_uri": input_uri(audit, LABELS),
    });
    let (key, value) = match follows_baselines(audit) {
        true => ("baselines_uri", baselines_uri(audit)),
        false => ("baseline_constraints_uri", input_uri(audit, CONSTRAINTS)),
    };
    entry[key] = json!(value);
    entry
}

/// Of ages from 20 to 29 those above 25.
async fn put_configuration(audit: &Audit) {
    let config = json!({
        "headers": ["age", "stayed"], "label": "stayed", "label_values_or_threshold": [1, 2],
        "facet": [{"name_or_index": "age", "value_or_threshold": [25]}],
    });
    put_input(audit, CONFIG, config.to_string()).await;
}

/// The baseline in force, or the named file, whichever the stack follows: it allows for any imbalance.
async fn put_baseline(audit: &Audit) {
    let imbalance = json!({"name": "CI", "description": "Class Imbalance (CI)", "value": 1.0});
    let analysis = json!({"version": "1.0", "pre_training_bias_metrics": {
        "label": "stayed", "label_value_or_threshold": "1,2",
        "facets": {"age": [{"value_or_threshold": "(25, 29]", "metrics": [imbalance]}]}}});
    let constraints = analysis.to_string();
    if !follows_baselines(audit) {
        return put_input(audit, CONSTRAINTS, constraints).await;
    }
    let prefix = format!("{}-baselines", parameter(audit, "ReportsPrefix"));
    let at = |name: &str| format!("{prefix}/{ENDPOINT}/{VARIANT}/{name}");
    let pointer = json!({"model_version": "v1", "created_at": "2026-10-01T07:00:00Z"});
    let commit = json!({"model_version": "v1", "created_at": "2026-10-01T07:00:00Z", "endpoint_name": ENDPOINT,
        "target_variant": VARIANT, "rows": 40, "manifest_digest": "ab", "files": []});
    for (name, text) in [
        ("current-model-bias.json", pointer.to_string()),
        ("v1/model-bias/model_bias_baseline.json", commit.to_string()),
        ("v1/model-bias/analysis.json", constraints),
    ] {
        audit.put("ReportsBucket", &at(name), text).await;
    }
}

pub(crate) async fn model_bias(audit: &mut Audit) {
    assert_eq!(tick(audit, MODEL_BIAS, "2026-10-31T08:10:00Z").await, "ObjectNotFound", "no document");
    put_document(audit).await;
    put_configuration(audit).await;
    if !follows_baselines(audit) {
        assert_eq!(tick(audit, MODEL_BIAS, "2026-10-31T08:10:00Z").await, "ObjectNotFound", "no baseline");
        put_baseline(audit).await;
    }
    let told = tick(audit, MODEL_BIAS, "2026-10-31T08:10:00Z").await;
    assert_eq!(told, "LocationNotFound", "no captures at all");
    for hour in ["07", "08", "09"] {
        put_records(audit, hour, None).await;
        put_labels(audit, hour).await;
    }
    let judged = if follows_baselines(audit) { "Inconclusive" } else { "Completed" };
    assert_eq!(tick(audit, MODEL_BIAS, "2026-10-31T08:10:00Z").await, judged, "no baseline, or one by name");
    put_baseline(audit).await;
    assert_eq!(tick(audit, MODEL_BIAS, "2026-10-31T09:10:00Z").await, "Completed");
    assert_eq!(tick(audit, MODEL_BIAS, "2026-10-31T09:10:00Z").await, "Completed", "the same tick again");
    assert_eq!(reopen(audit, MODEL_BIAS).await, "Completed");
    lose_a_stage(audit, MODEL_BIAS, SCHEDULE).await;
    give_up_a_window(audit, MODEL_BIAS, SCHEDULE).await;
}
