//! What the model-quality function does in its life, with forty scores an hour and their labels.
//!
//! It judges no verdict, like the stories beside it.

use super::audit::Audit;
use super::columns::put_records;
use super::story::{
    baselines_uri, give_up_a_window, has, input_uri, lose_a_stage, parameter, put_document, put_input,
    reopen, tick,
};
use bellwether_newsroom::{ENDPOINT, VARIANT};
use serde_json::{Value, json};

pub(crate) const MODEL_QUALITY: &str = "model-quality";
pub(crate) const SCHEDULE: &str = "answers-hourly";
pub(crate) const LABELS: &str = "labels";
const CONSTRAINTS: &str = "answers/constraints.json";

/// Whether the stack follows the baselines that it makes, or a file of a SageMaker job.
fn follows_baselines(audit: &Audit) -> bool {
    has(audit, "ModelsBucket")
}

/// Its entry in the document.
pub(crate) fn entry(audit: &Audit) -> Value {
    let mut entry = json!({
        "name": SCHEDULE, "monitor": "model-quality", "problem_type": "BinaryClassification",
        "probability_attribute": "0", "ground_truth_uri": input_uri(audit, LABELS),
    });
    let (key, value) = match follows_baselines(audit) {
        true => ("baselines_uri", baselines_uri(audit)),
        false => ("baseline_constraints_uri", input_uri(audit, CONSTRAINTS)),
    };
    entry[key] = json!(value);
    entry
}

/// Labels of the records of [`put_records`], collected in their hour.
pub(crate) async fn put_labels(audit: &Audit, hour: &str) {
    let label = |n: usize| {
        json!({"groundTruthData": {"data": "1", "encoding": "CSV"},
            "eventMetadata": {"eventId": format!("00000000-0000-4000-8000-{n:012}")}, "eventVersion": "0"})
    };
    let lines: String = (0..40).map(|n| format!("{}\n", label(n))).collect();
    put_input(audit, &format!("{LABELS}/2026/10/31/{hour}/labels.jsonl"), lines).await;
}

/// The baseline in force, or the named file, whichever the stack follows: all it asks for is an accuracy of 0.
async fn put_baseline(audit: &Audit) {
    let accuracy = json!({"threshold": 0.0, "comparison_operator": "LessThanThreshold"});
    let constraints =
        json!({"version": 0.0, "binary_classification_constraints": {"accuracy": accuracy}}).to_string();
    if !follows_baselines(audit) {
        return put_input(audit, CONSTRAINTS, constraints).await;
    }
    let prefix = format!("{}-baselines", parameter(audit, "ReportsPrefix"));
    let at = |name: &str| format!("{prefix}/{ENDPOINT}/{VARIANT}/{name}");
    let pointer = json!({"model_version": "v1", "created_at": "2026-10-01T07:00:00Z"});
    let commit = json!({"model_version": "v1", "created_at": "2026-10-01T07:00:00Z", "endpoint_name": ENDPOINT,
        "target_variant": VARIANT, "rows": 40, "manifest_digest": "ab", "files": []});
    let statistics = json!({"version": 0.0, "dataset": {"item_count": 40}});
    for (name, text) in [
        ("current-model-quality.json", pointer.to_string()),
        ("v1/model-quality/model_quality_baseline.json", commit.to_string()),
        ("v1/model-quality/constraints.json", constraints),
        ("v1/model-quality/statistics.json", statistics.to_string()),
    ] {
        audit.put("ReportsBucket", &at(name), text).await;
    }
}

pub(crate) async fn model_quality(audit: &mut Audit) {
    assert_eq!(tick(audit, MODEL_QUALITY, "2026-10-31T08:10:00Z").await, "ObjectNotFound", "no document");
    put_document(audit).await;
    if !follows_baselines(audit) {
        assert_eq!(tick(audit, MODEL_QUALITY, "2026-10-31T08:10:00Z").await, "ObjectNotFound", "no baseline");
        put_baseline(audit).await;
    }
    let told = tick(audit, MODEL_QUALITY, "2026-10-31T08:10:00Z").await;
    assert_eq!(told, "LocationNotFound", "no captures at all");
    for hour in ["07", "08", "09"] {
        put_records(audit, hour, None).await;
        put_labels(audit, hour).await;
    }
    let judged = if follows_baselines(audit) { "Inconclusive" } else { "Completed" };
    assert_eq!(
        tick(audit, MODEL_QUALITY, "2026-10-31T08:10:00Z").await,
        judged,
        "no baseline, or one by name"
    );
    put_baseline(audit).await;
    assert_eq!(tick(audit, MODEL_QUALITY, "2026-10-31T09:10:00Z").await, "Completed");
    assert_eq!(tick(audit, MODEL_QUALITY, "2026-10-31T09:10:00Z").await, "Completed", "the same tick again");
    assert_eq!(reopen(audit, MODEL_QUALITY).await, "Completed");
    lose_a_stage(audit, MODEL_QUALITY, SCHEDULE).await;
    give_up_a_window(audit, MODEL_QUALITY, SCHEDULE).await;
}
