//! A genuine batch transform job through the command: what it read, what it answered, and its labels.

use crate::world;
use serde_json::{Value, json};
use std::fs;

fn data(name: &str) -> Option<String> {
    world::data(&format!("clarify/bias-adult-batch-json/{name}"))
}

/// AWS's run of 2024-01-19: one request of 334 rows, its answer as the job wrote it, and the labels that its merge job joined by the id
/// that the job had generated.
#[test]
fn a_recorded_job_is_joined_with_its_labels_by_the_id_that_it_generated() {
    let (Some(request), Some(answer), Some(merged)) =
        (data("test-dataset.json"), data("transform-output.real.json"), data("merged-record.real.json"))
    else {
        return;
    };
    let merged: Value = serde_json::from_str(&merged).expect("JSON");
    let labels = json!({"groundTruthData": merged["groundTruthData"], "eventMetadata": merged["eventMetadata"],
        "eventVersion": "0"});
    let answers: Value = serde_json::from_str(&answer).expect("JSON");
    let answers = answers["SageMakerOutput"]["predictions"].as_array().expect("answers");
    let truths = merged["groundTruthData"]["data"].as_str().expect("a payload");
    let truths: Value = serde_json::from_str(truths).expect("JSON");
    let truths = truths["instances"].as_array().expect("labels");
    let right = answers.iter().zip(truths).filter(|(a, t)| a["predicted_label"] == t["label"]).count();
    let constraints = json!({"version": 0.0, "binary_classification_constraints":
        {"accuracy": {"threshold": 0.9, "comparison_operator": "LessThanThreshold"}}});
    let manifest = |side: &str, name: &str| json!([{"prefix": format!("data/{side}/")}, name]).to_string();
    let folder = world::folder(&[
        ("cap/input/2024/01/19/19/m.jsonl", manifest("input", "test-dataset.json")),
        ("cap/output/2024/01/19/19/m.jsonl", manifest("output", "test-dataset.json.out")),
        ("cap/data/input/test-dataset.json", request),
        ("cap/data/output/test-dataset.json.out", answer.clone()),
        ("truth/2024/01/19/19/labels.jsonl", labels.to_string()),
        ("constraints.json", constraints.to_string()),
    ]);
    let flags = "model-quality --capture cap --capture-kind batch-transform --ground-truth truth --reports r \
        --endpoint-name adult-batch --variant AllTraffic --schedule hourly --at 2024-01-19T20:00:00Z \
        --problem-type BinaryClassification --ground-truth-attribute instances[*].label \
        --baseline-constraints constraints.json \
        --inference-attribute SageMakerOutput.predictions[*].predicted_label";
    let flags: Vec<&str> = flags.split_whitespace().collect();
    let ended = world::bellwether(folder.path(), &flags);
    world::check("model-quality", &ended, 2, &["1 of 1 captured records"]);
    let report = folder.path().join("r/adult-batch/hourly/2024/01/19/20/statistics.json");
    let statistics: Value = serde_json::from_slice(&fs::read(report).expect("a report")).expect("JSON");
    let metrics = &statistics["binary_classification_metrics"];
    assert_eq!(truths.len(), 334);
    assert_eq!(metrics["accuracy"]["value"], json!(right as f64 / 334.0));
}

/// The same job judged for its groups: AWS's eight violations, word for word, out of the manifests.
#[test]
fn a_recorded_job_has_awss_eight_violations_of_groups() {
    let (Some(request), Some(answer), Some(merged)) =
        (data("test-dataset.json"), data("transform-output.real.json"), data("merged-record.real.json"))
    else {
        return;
    };
    let (Some(config), Some(baseline), Some(reported)) = (
        data("analysis_config.real.json"),
        data("baseline-analysis.real.json"),
        data("constraint_violations.real.json"),
    ) else {
        return;
    };
    let merged: Value = serde_json::from_str(&merged).expect("JSON");
    let labels = json!({"groundTruthData": merged["groundTruthData"], "eventMetadata": merged["eventMetadata"],
        "eventVersion": "0"});
    let manifest = |side: &str, name: &str| json!([{"prefix": format!("data/{side}/")}, name]).to_string();
    let folder = world::folder(&[
        ("cap/input/2024/01/19/19/m.jsonl", manifest("input", "test-dataset.json")),
        ("cap/output/2024/01/19/19/m.jsonl", manifest("output", "test-dataset.json.out")),
        ("cap/data/input/test-dataset.json", request),
        ("cap/data/output/test-dataset.json.out", answer),
        ("truth/2024/01/19/19/labels.jsonl", labels.to_string()),
        ("config.json", config),
        ("analysis.json", baseline),
    ]);
    let flags = "model-bias --capture cap --capture-kind batch-transform --ground-truth truth --reports r \
        --endpoint-name adult-batch --variant AllTraffic --schedule hourly --at 2024-01-19T20:00:00Z \
        --analysis-config config.json --baseline-constraints analysis.json \
        --inference-attribute SageMakerOutput.predictions[*].predicted_label";
    let flags: Vec<&str> = flags.split_whitespace().collect();
    world::check("model-bias", &world::bellwether(folder.path(), &flags), 2, &["8 violations"]);
    let report = folder.path().join("r/adult-batch/hourly/2024/01/19/20/constraint_violations.json");
    let ours: Value = serde_json::from_slice(&fs::read(report).expect("a report")).expect("JSON");
    assert_eq!(ours, serde_json::from_str::<Value>(&reported).expect("JSON"));
}
