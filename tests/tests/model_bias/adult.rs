//! AWS's own example through the whole: the output of its batch transform and the labels of its merged record in, and its eight
//! violations out, word for word.

use crate::site::{Site, time};
use bellwether_contract::trigger::Trigger;
use bellwether_contract::window::Window;
use bellwether_pipeline::monitors::model_bias::ModelBias;
use bellwether_pipeline::scheduled::Invocation;
use serde_json::{Value, json};
use std::path::{Path, PathBuf};

fn folder() -> Option<PathBuf> {
    let folder =
        Path::new(env!("CARGO_MANIFEST_DIR")).join("../../shared/data/clarify/bias-adult-batch-json");
    let is_there = folder.is_dir();
    if !is_there {
        println!("SKIPPED: there is no {}", folder.display());
    }
    is_there.then_some(folder)
}

fn read(folder: &Path, name: &str) -> Value {
    serde_json::from_slice(&std::fs::read(folder.join(name)).expect("a file")).expect("JSON")
}

#[tokio::test]
async fn awss_own_example_gives_its_eight_violations_word_for_word() {
    let Some(folder) = folder() else { return };
    let mut output = read(&folder, "transform-output.real.json");
    let mut take = |key: &str| {
        let taken = output.as_object_mut().expect("an object").remove(key).expect("a field");
        taken.as_str().expect("a text").to_owned()
    };
    let (id, at) = (take("SageMakerInferenceId"), take("SageMakerInferenceTime"));
    let record = json!({
        "captureData": {"batchTransformOutput": {"data": output.to_string(), "encoding": "JSON"}},
        "eventMetadata": {"eventId": id, "inferenceTime": at},
        "eventVersion": "0",
    });
    let merged = read(&folder, "merged-record.real.json");
    let truth = json!({"groundTruthData": merged["groundTruthData"], "eventMetadata": {"eventId": id}});

    let site = Site::folder()
        .with("ENDPOINT_NAME", "adult")
        .with("SCHEDULE_NAME", "bias")
        .with("CAPTURE_URI", "{root}/capture")
        .with("GROUND_TRUTH_URI", "{root}/truth")
        .with("ANALYSIS_CONFIG_URI", "{root}/analysis_config.json")
        .with("INFERENCE_ATTRIBUTE", "SageMakerOutput.predictions[*].predicted_label")
        .with("BASELINE_CONSTRAINTS_URI", "{root}/analysis.json");
    site.put("capture/adult/AllTraffic/2024/01/19/19/25-00-000-a.jsonl", record.to_string()).await;
    site.put("truth/2024/01/19/19/labels.jsonl", truth.to_string()).await;
    for (key, name) in [
        ("analysis_config.json", "analysis_config.real.json"),
        ("analysis.json", "baseline-analysis.real.json"),
    ] {
        site.put(key, std::fs::read(folder.join(name)).expect("a file")).await;
    }
    let window = Window::new(time("2024-01-19T19:00:00Z"), time("2024-01-19T20:00:00Z")).expect("an hour");
    let trigger = Trigger { window, reopen: false };
    let invocation = Invocation { trigger, now: time("2024-01-19T20:10:00Z"), ..crate::site::nine() };
    let made = site.run_twice_as::<ModelBias>(&invocation).await.execution;

    let truth = made.labelling.ground_truth.expect("labels");
    assert_eq!((truth.captured, truth.labelled, truth.rows), (1, 1, 334));
    let run = "reports/adult/bias/2024/01/19/20";
    let ours = site.json(&format!("{run}/constraint_violations.json")).await;
    assert_eq!(ours, read(&folder, "constraint_violations.real.json"));
    assert_eq!(made.violations, 8);
    let people = made.judged[0].evidence.as_deref().expect("two groups").people();
    assert_eq!(people, "110 people in the group");
}
