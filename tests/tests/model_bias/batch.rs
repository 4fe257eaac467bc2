//! AWS's own batch transform job of 2024-01-19 through the function: what it read, what it answered, and the labels of its merged record.

use crate::harness::Harness;
use serde_json::{Value, json};
use std::io::Write as _;
use std::path::Path;

fn data(name: &str) -> Option<String> {
    let folder =
        Path::new(env!("CARGO_MANIFEST_DIR")).join("../../shared/data/clarify/bias-adult-batch-json");
    let text = std::fs::read_to_string(folder.join(name)).ok();
    if text.is_none() {
        // Past the harness, which keeps the words of a passing test to itself.
        let _ = writeln!(std::io::stderr(), "SKIPPED: {} is absent", folder.join(name).display());
    }
    text
}

#[tokio::test]
async fn a_recorded_job_has_awss_eight_violations_in_the_function() {
    let (Some(request), Some(answer), Some(merged), Some(config), Some(baseline), Some(reported)) = (
        data("test-dataset.json"),
        data("transform-output.real.json"),
        data("merged-record.real.json"),
        data("analysis_config.real.json"),
        data("baseline-analysis.real.json"),
        data("constraint_violations.real.json"),
    ) else {
        return;
    };
    let read = |text: &str| serde_json::from_str::<Value>(text).expect("JSON");
    let merged = read(&merged);
    let label = json!({"groundTruthData": merged["groundTruthData"], "eventMetadata": merged["eventMetadata"], "eventVersion": "0"});
    let site = Harness::bucket()
        .await
        .with("ENDPOINT_NAME", "adult-batch")
        .with("SCHEDULE_NAME", "bias-nightly")
        .with("CAPTURE_KIND", "batch-transform")
        .with("CAPTURE_URI", "{root}/capture")
        .with("GROUND_TRUTH_URI", "{root}/truth")
        .with("ANALYSIS_CONFIG_URI", "{root}/analysis_config.json")
        .with("BASELINE_CONSTRAINTS_URI", "{root}/analysis.json")
        .with("INFERENCE_ATTRIBUTE", "SageMakerOutput.predictions[*].predicted_label");
    for (side, name) in [("input", "test-dataset.json"), ("output", "test-dataset.json.out")] {
        let prefix = format!("{}/jobs/{side}/", site.uri());
        let manifest = json!([{"prefix": prefix}, name]).to_string();
        site.put(&format!("capture/{side}/2024/01/19/19/m-1.jsonl"), manifest).await;
    }
    site.put("jobs/input/test-dataset.json", request).await;
    site.put("jobs/output/test-dataset.json.out", answer).await;
    site.put("truth/2024/01/19/19/labels.jsonl", label.to_string()).await;
    site.put("analysis_config.json", config).await;
    site.put("analysis.json", baseline).await;
    let event = json!({"scheduled_time": "2024-01-19T20:10:00Z"});
    let answer = site.invoke("model-bias", event, "2024-01-19T20:10:00Z").await;
    let answer = answer.unwrap_or_else(|error| panic!("{error:?}"));
    assert_eq!(answer["monitoring_execution_status"], "CompletedWithViolations", "{answer}");
    let ours = site.json("reports/adult-batch/bias-nightly/2024/01/19/20/constraint_violations.json").await;
    assert_eq!(ours, read(&reported));
}
