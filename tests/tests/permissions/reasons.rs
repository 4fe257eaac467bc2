//! What the model-explainability function does in its life, with forty ages an hour, two monitors of which ask one shadow in turns.
//!
//! It judges no verdict, like the stories beside it.

use super::audit::Audit;
use super::columns::put_records;
use super::stack::EXPLAINED;
use super::story::{
    baselines_uri, give_up_a_window, has, input_uri, lose_a_stage, parameter, put_document, put_input,
    reopen, tick,
};
use bellwether_newsroom::{ENDPOINT, VARIANT};
use bellwether_tests::answer::Answer;
use bellwether_tests::simulator::{EndpointSimulator, Script};
use serde_json::{Value, json};

pub(crate) const MODEL_EXPLAINABILITY: &str = "model-explainability";
pub(crate) const SCHEDULE: &str = "reasons-hourly";
/// Another one that asks the same endpoint.
pub(crate) const AGAIN: &str = "reasons-again";
/// The endpoint that is asked.
pub(crate) const SHADOW: &str = "newsroom-shadow";
const CONFIG: &str = "reasons/analysis_config.json";
const CONSTRAINTS: &str = "reasons/analysis.json";

/// Whether the stack follows the baselines that it makes, or a file of a SageMaker job.
fn follows_baselines(audit: &Audit) -> bool {
    has(audit, "ModelsBucket")
}

/// Whether monitors of this stack may ask; otherwise the model is linear, and need not be asked.
fn asks(audit: &Audit) -> bool {
    has(audit, EXPLAINED)
}

/// Its entries in the document.
pub(crate) fn entries(audit: &Audit) -> [Value; 2] {
    [SCHEDULE, AGAIN].map(|name| {
        let mut entry = json!({
            "name": name, "monitor": "model-explainability", "analysis_config_uri": input_uri(audit, CONFIG),
        });
        if asks(audit) {
            entry["explained_endpoint_name"] = json!(SHADOW);
        }
        let (key, value) = match follows_baselines(audit) {
            true => ("baselines_uri", baselines_uri(audit)),
            false => ("baseline_constraints_uri", input_uri(audit, CONSTRAINTS)),
        };
        entry[key] = json!(value);
        entry
    })
}

async fn put_configuration(audit: &Audit) {
    let mut config = json!({"headers": ["age"], "methods": {"shap": {"baseline": [[0]]}}});
    if !asks(audit) {
        config["linear"] = json!({"coefficients": {"age": 1}, "intercept": 0, "link": "identity"});
    }
    put_input(audit, CONFIG, config.to_string()).await;
}

/// The baseline in force, or the named file, whichever the stack follows: of one feature the order is always the same.
async fn put_baseline(audit: &Audit) {
    let analysis = json!({"version": "1.0", "explanations": {"kernel_shap": {"label0": {
        "global_shap_values": {"age": 0.5}, "expected_value": 0.0}}}});
    let constraints = analysis.to_string();
    if !follows_baselines(audit) {
        return put_input(audit, CONSTRAINTS, constraints).await;
    }
    let prefix = format!("{}-baselines", parameter(audit, "ReportsPrefix"));
    let at = |name: &str| format!("{prefix}/{ENDPOINT}/{VARIANT}/{name}");
    let pointer = json!({"model_version": "v1", "created_at": "2026-10-01T07:00:00Z"});
    let commit = json!({"model_version": "v1", "created_at": "2026-10-01T07:00:00Z", "endpoint_name": ENDPOINT,
        "target_variant": VARIANT, "rows": 0, "manifest_digest": "ab", "files": []});
    for (name, text) in [
        ("current-model-explainability.json", pointer.to_string()),
        ("v1/model-explainability/model_explainability_baseline.json", commit.to_string()),
        ("v1/model-explainability/analysis.json", constraints),
    ] {
        audit.put("ReportsBucket", &at(name), text).await;
    }
}

pub(crate) async fn model_explainability(audit: &mut Audit) {
    let echo = Script::answering(|request| Answer::new(200, "text/csv", request.body().clone()));
    audit.aws.register_endpoint(SHADOW, &EndpointSimulator::new(echo));
    let folder = MODEL_EXPLAINABILITY;
    assert_eq!(tick(audit, folder, "2026-10-31T08:10:00Z").await, "ObjectNotFound", "no document");
    put_document(audit).await;
    put_configuration(audit).await;
    if !follows_baselines(audit) {
        assert_eq!(tick(audit, folder, "2026-10-31T08:10:00Z").await, "ObjectNotFound", "no baseline");
        put_baseline(audit).await;
    }
    assert_eq!(tick(audit, folder, "2026-10-31T08:10:00Z").await, "LocationNotFound", "no captures at all");
    for hour in ["07", "08", "09"] {
        put_records(audit, hour, None).await;
    }
    let judged = if follows_baselines(audit) { "Inconclusive" } else { "Completed" };
    assert_eq!(tick(audit, folder, "2026-10-31T08:10:00Z").await, judged, "no baseline, or one by name");
    put_baseline(audit).await;
    assert_eq!(tick(audit, folder, "2026-10-31T09:10:00Z").await, "Completed");
    assert_eq!(tick(audit, folder, "2026-10-31T09:10:00Z").await, "Completed", "the same tick again");
    assert_eq!(reopen(audit, folder).await, "Completed");
    lose_a_stage(audit, folder, SCHEDULE).await;
    give_up_a_window(audit, folder, SCHEDULE).await;
}
