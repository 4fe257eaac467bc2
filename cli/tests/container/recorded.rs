//! Jobs of others, as they were recorded: their files in, what AWS's own containers said of them out.

use super::{GOOD, HOUR, REPORT, run_alone};
use crate::job::{INPUT, Job};
use crate::world::data;
use serde_json::{Value, json};

/// AWS's own run of 2022-04-18: the training rows as a baseline run, then the hour whose report is on record. In an empty machine
/// without a network.
#[test]
fn the_recorded_hour_has_the_60_violations_that_the_built_in_container_reported() {
    let (Some(training), Some(once), Some(again)) = (
        data("churn/training-dataset-with-header.csv"),
        data("churn/test_sample.csv"),
        data("churn/test-dataset-input-cols.csv"),
    ) else {
        return;
    };
    let baseline = Job::baseline(&training);
    run_alone(&baseline).is(0, GOOD);
    let requests = once.lines().chain(again.lines().cycle()).take(1_977);
    let line = |(n, request): (usize, &str)| {
        let probability = ((n * 37 % 1_000) as f64 / 1_000.0 + 0.000_5).to_string();
        let side = |data: &str| json!({"observedContentType": "text/csv", "data": data, "encoding": "CSV"});
        let time = format!("2022-04-18T00:{:02}:{:02}Z", n / 60 % 60, n % 60);
        json!({"captureData": {"endpointInput": side(request), "endpointOutput": side(&probability)},
            "eventMetadata": {"eventId": format!("{n:08}-0000-4000-8000-000000000000"), "inferenceTime": time},
            "eventVersion": "0"})
    };
    let lines: String = requests.enumerate().map(|record| format!("{}\n", line(record))).collect();
    let job = Job::monitoring("2022-04-18T00:00:00Z", "2022-04-18T01:00:00Z")
        .judged_by(&baseline)
        .with("publish_cloudwatch_metrics", "Enabled")
        .holding(&format!("{INPUT}/{HOUR}/00/20-48-871-0b7bfd33.jsonl"), lines);
    let ended = run_alone(&job);
    ended.is(0, "CompletedWithViolations: Job completed successfully with 60 violations.");
    assert_eq!(ended.output, REPORT);
    let found = job.json("constraint_violations.json");
    let found = found["violations"].as_array().expect("a list");
    assert_eq!(found.len(), 60);
    assert!(found.iter().all(|violation| violation["constraint_check_type"] == "data_type_check"));
    assert!(job.at("output/metrics/cloudwatch/cloudwatch_metrics.jsonl").exists());
}

pub(crate) const MERGED: &str =
    r#"{"sagemakerMergeJson":{"captureIndexNames":["endpointOutput"],"originalDatasetFormat":null}}"#;

/// A job of labelled records: scores above one half are the positive class.
fn of_answers(job: Job) -> Job {
    job.with("analysis_type", "MODEL_QUALITY")
        .with("problem_type", "BinaryClassification")
        .with("dataset_format", MERGED)
}

fn merged(n: usize, score: &str, label: &str) -> String {
    let side = |data: &str| json!({"data": data, "encoding": "CSV"});
    let time = format!("2022-04-18T00:{:02}:{:02}Z", n / 60 % 60, n % 60);
    let record = json!({"eventVersion": "0", "groundTruthData": side(label), "captureData":
        {"endpointInput": side("1,2"), "endpointOutput": side(score)}, "eventMetadata": {"eventId":
        format!("{n:08}-0000-4000-8000-000000000000"), "inferenceId": (n % 334).to_string(), "inferenceTime": time}});
    format!("{record}\n")
}

/// AWS's own run of 2021-05-26: the validation set as a baseline run, then the merged hour whose ten violations are on record.
#[test]
fn the_recorded_merged_hour_has_the_violations_that_the_built_in_container_reported() {
    let (Some(validation), Some(scores), Some(reported)) = (
        data("model-quality/validation_with_predictions.csv"),
        data("model-quality/monitor-test-scores.computed.csv"),
        data("model-quality/monitor-violations.real.json"),
    ) else {
        return;
    };
    let baseline = of_answers(Job::baseline(&validation))
        .with("dataset_format", r#"{"csv":{"header":true}}"#)
        .with("inference_attribute", "prediction")
        .with("probability_attribute", "probability")
        .with("ground_truth_attribute", "label");
    baseline.run(&[]).is(0, GOOD);
    let scores: Vec<Vec<&str>> = scores.lines().skip(1).map(|line| line.split(',').collect()).collect();
    let reported: Value = serde_json::from_str(&reported).expect("JSON");
    let reported = &reported["68aeb37e"];
    let count = reported["merged_record_count_inferred"].as_u64().expect("a count") as usize;
    let rows = scores.iter().cycle().take(count).enumerate();
    let lines: String = rows.map(|(n, row)| merged(n, row[1], row[2])).collect();
    let job = of_answers(Job::monitoring("2022-04-18T00:00:00Z", "2022-04-18T01:00:00Z"))
        .judged_by(&baseline)
        .with("probability_attribute", "0")
        .with("probability_threshold_attribute", "0.5")
        .with("JUDGED_METRICS", "container")
        .holding(&format!("{INPUT}/{HOUR}/00/part-00000-9c0e.c000.jsonl"), lines);
    job.run(&[]).is(0, "CompletedWithViolations: Job completed successfully with 10 violations.");
    // The deviations behind `+/-` are random, in theirs as well.
    let told = |report: &Value| -> Vec<(Value, String)> {
        let violations = report["violations"].as_array().expect("a list").iter();
        let text = |violation: &Value| violation["description"].as_str().expect("a text").to_owned();
        let told = violations.map(|violation| {
            let text = text(violation);
            let (value, rest) = text.split_once(" +/- ").expect("a deviation");
            let limit = rest.split_once(" was ").expect("a limit").1;
            (violation["metric_name"].clone(), format!("{value} was {limit}"))
        });
        told.collect()
    };
    let (ours, theirs) = (told(&job.json("constraint_violations.json")), told(reported));
    assert_eq!(ours.len(), theirs.len());
    theirs.iter().for_each(|violation| assert!(ours.contains(violation), "{violation:?} in {ours:#?}"));
    let truth = job.json("execution.json")["ground_truth"].clone();
    assert_eq!((&truth["captured"], &truth["labelled"]), (&json!(count), &json!(count)));
    assert_eq!(truth["truth_unmatched"], 0);
}

/// A genuine record of the merge job after a batch transform job: one record of 334 rows, and no time in it.
#[test]
fn a_merged_record_of_a_batch_transform_job_is_judged_by_its_own_labels() {
    let Some(record) = data("clarify/bias-adult-batch-json/merged-record.real.json") else { return };
    let record: Value = serde_json::from_str(&record).expect("JSON");
    let payload = |side: &Value| -> Value {
        serde_json::from_str(side["data"].as_str().expect("a payload")).expect("JSON")
    };
    let answers = payload(&record["captureData"]["batchTransformOutput"]);
    let labels = payload(&record["groundTruthData"]);
    let answers = answers["SageMakerOutput"]["predictions"].as_array().expect("answers");
    let labels = labels["instances"].as_array().expect("labels");
    let is_right = |(answer, label): &(&Value, &Value)| answer["predicted_label"] == label["label"];
    let right = answers.iter().zip(labels).filter(is_right).count();
    let limit = |limit: f64| {
        json!({"version": 0.0, "binary_classification_constraints":
            {"accuracy": {"threshold": limit, "comparison_operator": "LessThanThreshold"}}})
        .to_string()
    };
    let job = of_answers(Job::monitoring("2024-01-19T19:00:00Z", "2024-01-19T20:00:00Z"))
        .without("sagemaker_endpoint_name")
        .with("inference_attribute", "SageMakerOutput.predictions[*].predicted_label")
        .with("ground_truth_attribute", "instances[*].label")
        .with("baseline_constraints", "/opt/ml/processing/baseline/constraints.json")
        .holding("processing/baseline/constraints.json", limit(0.1))
        .holding(&format!("{INPUT}/churn/2024/01/19/19/part-00000-1.c000.jsonl"), format!("{record}\n"));
    job.run(&[]).is(0, GOOD);
    let statistics = job.json("statistics.json");
    assert_eq!(labels.len(), 334);
    assert_eq!(statistics["binary_classification_metrics"]["accuracy"]["value"], json!(right as f64 / 334.0));
    let strict = job.holding("processing/baseline/constraints.json", limit(0.999));
    strict.run(&[]).is(0, "CompletedWithViolations: Job completed successfully with 1 violations.");
}
