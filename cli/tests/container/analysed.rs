//! Jobs of monitors that judge by an analysis, and of those that ask a model: as SageMaker starts them, and against the command on
//! the same hour.

use super::recorded::MERGED;
use super::{GOOD, HOUR, STATISTICS_AND_VIOLATIONS};
use crate::job::{INPUT, Job, OUTPUT};
use crate::world::server::model_server;
use crate::world::{self, data};
use jiff::{SignedDuration, Timestamp, Unit};
use serde_json::{Value, json};
use std::fs;
use std::process::Command;

const CONFIG: &str = "processing/input/config/analysis_config.json";
const DATA: &str = "processing/input/data";
const ADULT: &str = "clarify/bias-adult-batch-json";

const OF_GROUPS: &str = r#"{"dataset_type": "text/csv", "headers": ["sex", "age", "approved", "repaid"], "label": "repaid",
    "label_values_or_threshold": [1], "facet": [{"name_or_index": "sex", "value_or_threshold": ["f"]}],
    "predicted_label": "approved", "methods": {"pre_training_bias": {"methods": "all"}, "post_training_bias": {"methods": "all"}}}"#;
const OF_REASONS: &str = r#"{"dataset_type": "text/csv", "headers": ["savings", "age"], "methods": {"shap": {"baseline": [[0, 40]]}},
    "predictor": {"content_type": "text/csv", "label_headers": ["credit"]}}"#;
const ANALYSIS_AND_VIOLATIONS: [&str; 2] = ["analysis.json", "constraint_violations.json"];

/// A job of Clarify's: a configuration and a dataset in their places, and no variable.
fn analysed(config: &str, name: &str, dataset: &str) -> Job {
    Job::untold().holding(CONFIG, config).holding(&format!("{DATA}/{name}"), dataset)
}

/// The hour of a schedule whose baseline is an analysis.
fn hour_of(config: &str, analysis: &[u8], lines: &str) -> Job {
    Job::monitoring("2022-04-18T00:00:00Z", "2022-04-18T01:00:00Z")
        .with("baseline_constraints", "/opt/ml/processing/baseline/analysis.json")
        .holding("processing/baseline/analysis.json", analysis)
        .holding(CONFIG, config)
        .holding(&format!("{INPUT}/{HOUR}/00/05-00-000-a.jsonl"), lines)
}

fn analysis_of(baseline: &Job) -> Vec<u8> {
    fs::read(baseline.at(&format!("{OUTPUT}/analysis.json"))).expect("a baseline")
}

/// Sex, age, whether a loan was given, and whether it was paid back, of the n-th person.
fn person(n: usize) -> (&'static str, usize, u8, u8) {
    let is_woman = n.is_multiple_of(2);
    let approved = u8::from((n / 2 * 7 + 3) % 10 < if is_woman { 4 } else { 5 });
    (if is_woman { "f" } else { "m" }, 20 + n * 3 % 41, approved, u8::from(n % 10 < 5))
}

fn people(header: &str, count: usize) -> String {
    let row = |n| {
        let (sex, age, approved, repaid) = person(n);
        format!("{sex},{age},{approved},{repaid}\n")
    };
    std::iter::once(header.to_owned()).chain((0..count).map(row)).collect()
}

fn side(data: &str) -> Value {
    json!({"observedContentType": "text/csv", "data": data, "encoding": "CSV"})
}

fn metadata(n: usize) -> Value {
    json!({"eventId": format!("{n:08}-0000-4000-8000-000000000000"), "inferenceTime": "2022-04-18T00:05:00Z"})
}

/// Records of people, each with its label beside it where that is asked for.
fn loans(count: usize, labelled: bool) -> String {
    let record = |n| {
        let (sex, age, approved, repaid) = person(n);
        let (request, answer) = (format!("{sex},{age}"), approved.to_string());
        let mut record = json!({"captureData": {"endpointInput": side(&request), "endpointOutput": side(&answer)},
            "eventMetadata": metadata(n), "eventVersion": "0"});
        if labelled {
            record["groundTruthData"] = json!({"data": repaid.to_string(), "encoding": "CSV"});
        }
        format!("{record}\n")
    };
    (0..count).map(record).collect()
}

fn labels(count: usize) -> String {
    let label = |n| json!({"groundTruthData": {"data": person(n).3.to_string(), "encoding": "CSV"}, "eventMetadata": metadata(n)});
    (0..count).map(|n| format!("{}\n", label(n))).collect()
}

/// The command on the same hour, with its capture where the job has its own unless another is named; its files must be the job's.
#[track_caller]
fn same_as_the_command(job: &Job, monitor: &str, code: i32, more: &[&str], files: &[&str]) {
    let path = |name: &str| job.at(name).display().to_string();
    let (capture, reports) = (path(INPUT), path("reports"));
    let mut words =
        vec![monitor, "--variant", "AllTraffic", "--schedule", "churn-hourly", "--reports", &reports];
    let named = |flag: &str| more.contains(&flag);
    if !named("--at") {
        words.extend(["--at", "2022-04-18T01:00:00Z"]);
    }
    if !named("--capture") {
        words.extend(["--capture", &capture]);
    }
    words.extend(["--endpoint-name", "churn-prod"]);
    words.extend(more);
    let ended = Command::new(env!("CARGO_BIN_EXE_bellwether")).env_clear().args(&words).output();
    let ended = ended.expect("the command runs");
    assert_eq!(ended.status.code(), Some(code), "{monitor}: {}", world::said(&ended));
    let run = job.json("execution.json")["window"]["end"].as_str().expect("an end").to_owned();
    let run = run[..13].replace(['-', 'T'], "/");
    for file in files {
        let command = fs::read(job.at(&format!("reports/churn-prod/churn-hourly/{run}/{file}")));
        let container = fs::read(job.at(&format!("{OUTPUT}/{file}")));
        assert!(command.expect("a report") == container.expect("a report"), "{monitor}: {file} differs");
    }
}

/// AWS's run of 2024-01-19: the validation set as a baseline job, and the merged record whose eight violations are on record.
#[test]
fn a_genuine_analysis_gives_awss_own_baseline_and_its_eight_violations() {
    let read = |name: &str| data(&format!("{ADULT}/{name}"));
    let (Some(config), Some(validation), Some(predictions)) = (
        read("analysis_config.real.json"),
        read("validation-dataset.json"),
        read("validation-predictions.computed.csv"),
    ) else {
        return;
    };
    let parsed = |text: &str| serde_json::from_str::<Value>(text).expect("JSON");
    // The answers that Clarify asked its shadow endpoint for.
    let mut dataset = parsed(&validation);
    let people = dataset["instances"].as_array_mut().expect("a list");
    let answers: Vec<&str> =
        predictions.lines().skip(1).map(|row| row.split(',').nth(1).expect("a label")).collect();
    assert_eq!(people.len(), answers.len());
    for (person, answer) in people.iter_mut().zip(answers) {
        person["predicted"] = parsed(answer);
    }
    let baseline = analysed(&config, "validation.json", &dataset.to_string())
        .with("inference_attribute", "instances[*].predicted");
    baseline.run(&[]).is(0, GOOD);
    assert_eq!(baseline.output(), ["analysis.json"]);
    let theirs = read("baseline-analysis.real.json").expect("beside the others");
    let (ours, theirs_read) = (baseline.json("analysis.json"), parsed(&theirs));
    let metrics = |analysis: &Value| -> Vec<(String, f64)> {
        let stages = ["post_training_bias_metrics", "pre_training_bias_metrics"];
        let of_stage =
            |stage| analysis[stage]["facets"]["Sex"][0]["metrics"].as_array().expect("metrics").clone();
        let all = stages.into_iter().flat_map(of_stage);
        let number = |metric: &Value| metric["value"].as_f64().unwrap_or(f64::INFINITY);
        all.map(|metric| (metric["name"].as_str().expect("a name").to_owned(), number(&metric))).collect()
    };
    let (ours, theirs_read) = (metrics(&ours), metrics(&theirs_read));
    assert_eq!(ours.len(), 21);
    for ((name, ours), (other, theirs)) in ours.iter().zip(&theirs_read) {
        assert_eq!(name, other);
        assert!((ours - theirs).abs() <= 1e-12 || ours == theirs, "{name}: {ours}, and theirs {theirs}");
    }

    let (merged, reported) =
        (read("merged-record.real.json").expect("it"), read("constraint_violations.real.json"));
    let record = parsed(&merged).to_string() + "\n";
    let job = Job::monitoring("2024-01-19T19:00:00Z", "2024-01-19T20:00:00Z")
        .without("sagemaker_endpoint_name")
        .with("dataset_format", MERGED)
        .with("inference_attribute", "SageMakerOutput.predictions[*].predicted_label")
        .with("baseline_constraints", "/opt/ml/processing/baseline/analysis.json")
        .without("publish_cloudwatch_metrics")
        .holding("processing/baseline/analysis.json", theirs)
        .holding(CONFIG, config)
        .holding(&format!("{INPUT}/2024/01/19/19/part-00000-1.c000.jsonl"), record);
    job.run(&[]).is(0, "CompletedWithViolations: Job completed successfully with 8 violations.");
    assert_eq!(job.json("constraint_violations.json"), parsed(&reported.expect("violations")));
    assert_eq!(job.json("execution.json")["monitor"], "model-bias");
    assert!(
        job.at("output/metrics/cloudwatch/cloudwatch_metrics.jsonl").exists(),
        "Clarify publishes untold"
    );
}

#[test]
fn groups_are_judged_as_the_command_judges_them() {
    let headed = analysed(OF_GROUPS, "validation.csv", &people("sex,age,approved,repaid\n", 4_000));
    headed.run(&[]).is(0, GOOD);
    let headless = analysed(OF_GROUPS, "validation.csv", &people("", 4_000));
    headless.run(&[]).is(0, GOOD);
    assert!(analysis_of(&headed) == analysis_of(&headless), "a first row that is the headers is nobody");
    let job = hour_of(OF_GROUPS, &analysis_of(&headed), &loans(400, true))
        .with("dataset_format", MERGED)
        .with("inference_attribute", "0");
    let ended = job.run(&[]);
    assert_eq!(ended.code, Some(0), "{ended:?}");
    let expected =
        ["analysis.json", "constraint_violations.json", "evaluation.json", "execution.json", "report.html"];
    assert_eq!(ended.output, expected);
    assert!(!job.at("output/metrics").exists(), "Disabled");
    let brought = &job.json("execution.json")["ground_truth"];
    assert_eq!((&brought["files"], &brought["truth_records"]), (&json!(1), &json!(400)), "{brought}");
    let is_violated = ended.message.starts_with("CompletedWithViolations: ");
    let job = job
        .holding(&format!("cap/{HOUR}/00/05-00-000-a.jsonl"), loans(400, false))
        .holding("truth/2022/04/18/00/labels.jsonl", labels(400));
    let path = |name: &str| job.at(name).display().to_string();
    let (capture, truth, config) = (path("cap"), path("truth"), path(CONFIG));
    let baseline = path("processing/baseline/analysis.json");
    let more = [
        "--capture",
        &capture,
        "--ground-truth",
        &truth,
        "--analysis-config",
        &config,
        "--baseline-constraints",
        &baseline,
        "--inference-attribute",
        "0",
    ];
    same_as_the_command(&job, "model-bias", if is_violated { 2 } else { 0 }, &more, &ANALYSIS_AND_VIOLATIONS);
    // By arguments and by the API's own word for it.
    let told = job.with("analysis_type", "ModelBias");
    assert_eq!(told.run(&[]).message, ended.message);
    let config = ["model-bias", "--analysis-config", "/opt/ml/processing/input/config/analysis_config.json"];
    assert_eq!(told.without("analysis_type").run(&config).message, ended.message);
}

#[test]
fn answers_with_labels_are_judged_as_the_command_judges_them() {
    let limit = json!({"version": 0.0, "binary_classification_constraints":
        {"accuracy": {"threshold": 0.95, "comparison_operator": "LessThanThreshold"}}});
    let job = hour_of("{}", b"", &loans(400, true))
        .with("analysis_type", "MODEL_QUALITY")
        .with("problem_type", "BinaryClassification")
        .with("dataset_format", MERGED)
        .with("inference_attribute", "0")
        .with("baseline_constraints", "/opt/ml/processing/baseline/constraints.json")
        .holding("processing/baseline/constraints.json", limit.to_string())
        .holding(&format!("cap/{HOUR}/00/05-00-000-a.jsonl"), loans(400, false))
        .holding("truth/2022/04/18/00/labels.jsonl", labels(400));
    job.run(&[]).is(0, "CompletedWithViolations: Job completed successfully with 1 violations.");
    let path = |name: &str| job.at(name).display().to_string();
    let (capture, truth) = (path("cap"), path("truth"));
    let baseline = path("processing/baseline/constraints.json");
    let more = [
        "--capture",
        &capture,
        "--ground-truth",
        &truth,
        "--problem-type",
        "BinaryClassification",
        "--baseline-constraints",
        &baseline,
        "--inference-attribute",
        "0",
    ];
    same_as_the_command(&job, "model-quality", 2, &more, &STATISTICS_AND_VIOLATIONS);
}

fn credit(row: &str) -> String {
    let cells: Vec<f64> = row.split(',').map(|cell| cell.parse().expect("a number")).collect();
    (0.02 * cells[0] + 0.005 * cells[1]).to_string()
}

/// Clarify would make an endpoint of its own; here the model is named.
#[test]
fn reasons_are_judged_by_the_model_that_a_job_names_as_the_command_judges_them() {
    let url = model_server("text/csv", |body| body.lines().map(credit).collect::<Vec<_>>().join("\n"));
    let rows: String = (0..200).map(|n| format!("{},{}\n", 1 + n * 7 % 50, 20 + n * 11 % 41)).collect();
    let baseline = analysed(OF_REASONS, "validation.csv", &format!("savings,age\n{rows}"));
    baseline.run(&[]).failed(&["nobody is named who answers"]);
    let baseline = baseline.with("EXPLAINED_MODEL_URL", &url);
    baseline.run(&[]).is(0, GOOD);
    assert_eq!(baseline.output(), ["analysis.json"]);
    let record = |n: usize| {
        let row = format!("{},{}", 1 + n * 7 % 50, 20 + n * 11 % 41);
        let data = json!({"endpointInput": side(&row), "endpointOutput": side("0.5")});
        format!("{}\n", json!({"captureData": data, "eventMetadata": metadata(n), "eventVersion": "0"}))
    };
    let lines: String = (0..300).map(record).collect();
    let job = hour_of(OF_REASONS, &analysis_of(&baseline), &lines).with("EXPLAINED_MODEL_URL", &url);
    job.run(&[]).is(0, GOOD);
    assert_eq!(job.json("execution.json")["monitor"], "model-explainability");
    let path = |name: &str| job.at(name).display().to_string();
    let (config, analysis) = (path(CONFIG), path("processing/baseline/analysis.json"));
    let more = ["--analysis-config", &config, "--baseline-constraints", &analysis, "--endpoint-url", &url];
    same_as_the_command(&job, "model-explainability", 0, &more, &ANALYSIS_AND_VIOLATIONS);
    let unnamed = job.without("EXPLAINED_MODEL_URL");
    assert!(unnamed.run(&[]).message.starts_with("Error: Nothing was judged: "), "{:?}", unnamed.run(&[]));
}

#[test]
fn what_an_analysis_asks_for_is_done_by_one_monitor_or_told() {
    let both = OF_GROUPS.replace("\"methods\": {", "\"methods\": {\"shap\": {\"baseline\": [[0]]}, ");
    for (config, parts) in [
        (both.as_str(), &["MODEL_BIAS and MODEL_EXPLAINABILITY", "set analysis_type"][..]),
        (r#"{"dataset_type": "text/csv", "headers": ["a"]}"#, &["neither facet nor methods.shap"]),
        (r#"{"headers": ["a"]}"#, &["dataset_type is missing; write text/csv"]),
        (r#"{"dataset_type": "application/x-image"}"#, &["dataset_type", "application/x-image"]),
        ("[", &["analysis_config.json"]),
        ("7", &["analysis_config.json"]),
    ] {
        analysed(config, "rows.csv", "f,30,1,1\n").run(&[]).failed(parts);
    }
    let unanswered = OF_GROUPS.replace("\"predicted_label\": \"approved\", ", "");
    analysed(&unanswered, "rows.csv", &people("", 100)).run(&[]).failed(&["predicted_label is missing"]);
    analysed(OF_GROUPS, "rows.csv", "").run(&[]).failed(&["input/data", "there is no such object"]);
}

/// A monitor that no variable of SageMaker's names asks the endpoint itself, as the seed of a schedule has it.
#[test]
fn the_diversity_check_of_a_schedule_replays_against_the_endpoint() {
    const LIST: &str = r#"{"recommendations": [{"item_id": "i0"}, {"item_id": "i1"}, {"item_id": "i2"}, {"item_id": "i3"}]}"#;
    let url = model_server("application/json", |_| LIST.to_owned());
    let end =
        Timestamp::now().round(jiff::TimestampRound::new().smallest(Unit::Hour).mode(jiff::RoundMode::Trunc));
    let end = end.expect("an hour");
    let start = end - SignedDuration::from_hours(1);
    let folder = start.strftime("%Y/%m/%d/%H").to_string();
    let record = |n: usize| {
        let answer = json!({"observedContentType": "application/json", "encoding": "JSON", "data": LIST});
        let id = json!({"eventId": format!("{n:08}-0000-4000-8000-000000000000"), "inferenceTime": start});
        format!(
            "{}\n",
            json!({"captureData": {"endpointOutput": answer}, "eventMetadata": id, "eventVersion": "0"})
        )
    };
    let lines: String = (0..20).map(record).collect();
    let catalog: Value = (0..4).map(|n| (format!("i{n}"), json!(format!("c{}", n % 3)))).collect();
    let sessions: String =
        (0..10).map(|n| format!("{}\n", json!({"session_id": n.to_string(), "features": n}))).collect();
    let job = Job::monitoring(&start.to_string(), &end.to_string())
        .holding(&format!("{INPUT}/churn-prod/AllTraffic/{folder}/30-00-000-a.jsonl"), lines)
        .holding("processing/input/catalog.json", catalog.to_string())
        .holding("processing/input/sessions.jsonl", sessions)
        .with("CATALOG_URI", "/opt/ml/processing/input/catalog.json")
        .with("VALIDATION_SET_URI", "/opt/ml/processing/input/sessions.jsonl");
    let ended = job.run(&["diversity-check", "--min-diversity", "4", "--endpoint-url", &url]);
    ended.is(0, "CompletedWithViolations: Job completed successfully with 1 violations.");
    let execution = job.json("execution.json");
    assert_eq!(
        (&execution["monitor"], &execution["replay"]["answered"]),
        (&json!("diversity"), &json!(10)),
        "{execution}"
    );
    let path = |name: &str| job.at(name).display().to_string();
    let (catalog, sessions) =
        (path("processing/input/catalog.json"), path("processing/input/sessions.jsonl"));
    let at = end.to_string();
    let more = [
        "--at",
        &at,
        "--min-diversity",
        "4",
        "--endpoint-url",
        &url,
        "--catalog",
        &catalog,
        "--validation-set",
        &sessions,
    ];
    same_as_the_command(&job, "diversity-check", 2, &more, &STATISTICS_AND_VIOLATIONS);
    job.run(&["diversity-check", "--min-diversity", "3", "--endpoint-url", &url]).is(0, GOOD);
}
