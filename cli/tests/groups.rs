//! Groups of people through the whole command: a baseline out of a validation set, an hour held against it, and AWS's own example,
//! whose eight violations come out word for word.

use crate::world::{AT, HOUR, bellwether, check, csv, data, folder, is_a_page, records};
use serde_json::{Value, json};
use std::fs;
use std::path::Path;
use std::process::Output;

const CONFIG: &str = r#"{"headers": ["sex", "age", "repaid"], "label": "repaid", "label_values_or_threshold": [1],
    "facet": [{"name_or_index": "sex", "value_or_threshold": ["f"]}], "predicted_label": "approved"}"#;

/// The n-th person: every second one is a woman. So many of ten women are given a loan, and five of ten men; nine of ten pay back where
/// a fair model gives one.
fn person(n: usize, women: usize) -> (&'static str, usize, bool, u8) {
    let (sex, place) = if n.is_multiple_of(2) { ("f", n / 2) } else { ("m", n / 2) };
    let is_among = |share: usize| (place * 7 + 3) % 10 < share;
    let is_wrong = (place / 10).is_multiple_of(10);
    (
        sex,
        20 + place * 3 % 41,
        is_among(if sex == "f" { women } else { 5 }),
        u8::from(is_among(5) != is_wrong),
    )
}

/// The label of the n-th record.
fn label(n: usize) -> Value {
    let id = format!("{n:08}-0000-4000-8000-000000000000");
    json!({"groundTruthData": {"data": person(n, 5).3.to_string(), "encoding": "CSV"}, "eventMetadata": {"eventId": id}})
}

fn judge(world: &Path, schedule: &str, more: &[&str]) -> Output {
    let of_the_hour = [
        "model-bias",
        "--at",
        AT,
        "--endpoint-name",
        "ep",
        "--variant",
        "AllTraffic",
        "--capture",
        "cap",
        "--reports",
        "rep",
        "--ground-truth",
        "truth",
        "--analysis-config",
        "config.json",
        "--probability-attribute",
        "0",
        "--baseline-constraints",
        "base/analysis.json",
        "--schedule",
        schedule,
    ];
    bellwether(world, &[&of_the_hour[..], more].concat())
}

#[test]
fn a_group_that_is_denied_its_loans_is_told_with_its_people() {
    let rows = (0..4_000).map(|n| {
        let (sex, age, approved, repaid) = person(n, 5);
        format!("{sex},{age},{repaid},{}\n", u8::from(approved))
    });
    let rows = format!("sex,age,repaid,approved\n{}", rows.collect::<String>());
    let captured = |women: usize| {
        records(600, |n| {
            let (sex, age, approved, _) = person(n, women);
            let score = if approved { "0.9" } else { "0.1" };
            json!({"endpointInput": csv(&format!("{sex},{age}")), "endpointOutput": csv(score)})
        })
    };
    let world = folder(&[(HOUR, captured(5)), ("validation.csv", rows), ("config.json", CONFIG.to_owned())]);
    let suggest = [
        "suggest-baseline",
        "model-bias",
        "--input",
        "validation.csv",
        "--format",
        "csv",
        "--header",
        "--analysis-config",
        "config.json",
        "--output",
        "base",
    ];
    let told = [
        "4,000 rows with labels in 1 file",
        "Disparate Impact (DI)",
        "sex=f: 2000 in the group and 2000 beside it",
        "base/analysis.json",
    ];
    check("the baseline", &bellwether(world.path(), &suggest), 0, &told);
    let with_a_page = [&suggest[..], &["--html", "base.html"]].concat();
    check("again", &bellwether(world.path(), &with_a_page), 0, &told[..1]);
    is_a_page(
        world.path(),
        "base.html",
        &["4,000 rows measured", "Disparate Impact (DI)", "people in the group"],
    );
    let other = suggest.map(|word| if word == "config.json" { "validation.csv" } else { word });
    check("no configuration", &bellwether(world.path(), &other), 1, &["validation.csv"]);
    for (field, remedy) in [
        ("predicted_label_dataset_uri", "write what that file holds into columns of the dataset"),
        ("facet_dataset_uri", "write what that file holds into columns of the dataset"),
        ("excluded_columns", "leave the field out, and its columns out of headers"),
        ("joinsource_name_or_index", "leave the field out, and its columns out of headers"),
    ] {
        let asks_for_more = CONFIG.replacen('{', &format!("{{\"{field}\": \"s3://elsewhere/x\", "), 1);
        fs::write(world.path().join("more.json"), asks_for_more).expect("a file");
        let other = suggest.map(|word| if word == "config.json" { "more.json" } else { word });
        let told = ["more.json", &format!("{field} is not heeded"), remedy];
        check(field, &bellwether(world.path(), &other), 1, &told);
    }

    check(
        "no label yet",
        &judge(world.path(), "none", &[]),
        3,
        &["none of 600 captured records has ground truth yet"],
    );
    let labels: String = (0..600).map(|n| format!("{}\n", label(n))).collect();
    fs::create_dir_all(world.path().join("truth/2026/10/31/08")).expect("folders");
    fs::write(world.path().join("truth/2026/10/31/08/labels.jsonl"), labels).expect("a file");
    check(
        "fair",
        &judge(world.path(), "fair", &["--confidence", "normal_bootstrap"]),
        0,
        &["600 of 600 captured records (100 %)", "sex=f", "constraints"],
    );

    fs::write(world.path().join(HOUR), captured(2)).expect("a file");
    let told = [
        "VIOLATION sex=f DPPL, bias_drift_check: 0.3, baseline 0 (warning, 300 people in the group and 300 beside it, chance alone moves it from 0.2",
        "VIOLATION sex=f DI, bias_drift_check",
    ];
    let violated = judge(world.path(), "unfair", &["--di-rule", "ideal_one"]);
    check("unfair", &violated, 2, &told);
    let few = judge(world.path(), "few", &["--min-group", "301"]);
    check(
        "few",
        &few,
        3,
        &["VIOLATION sex=f GE", "sex=f has 300 rows and the rest 300, fewer than MIN_GROUP, which is 301"],
    );
    check(
        "no such rule",
        &judge(world.path(), "x", &["--di-rule", "one"]),
        1,
        &["DI_RULE", "abs, ideal_one"],
    );
}

/// The output of AWS's batch transform and the labels of its merged record in, and AWS's eight violations out.
#[test]
fn awss_own_example_gives_its_eight_violations_word_for_word() {
    let published = |name: &str| data(&format!("clarify/bias-adult-batch-json/{name}"));
    if published("transform-output.real.json").is_none() {
        return;
    }
    let text = |name: &str| published(name).expect("a file");
    let read = |name: &str| serde_json::from_str::<Value>(&text(name)).expect("JSON");
    let mut output = read("transform-output.real.json");
    let mut take = |key: &str| output.as_object_mut().and_then(|fields| fields.remove(key)).expect("a field");
    let (id, at) = (take("SageMakerInferenceId"), take("SageMakerInferenceTime"));
    let record = json!({
        "captureData": {"batchTransformOutput": {"data": output.to_string(), "encoding": "JSON"}},
        "eventMetadata": {"eventId": id, "inferenceTime": at},
    });
    let merged = read("merged-record.real.json");
    let truth = json!({"groundTruthData": merged["groundTruthData"], "eventMetadata": {"eventId": id}});
    let world = folder(&[
        ("cap/adult/AllTraffic/2024/01/19/19/25-00-000-a.jsonl", record.to_string()),
        ("truth/2024/01/19/19/labels.jsonl", truth.to_string()),
        ("config.json", text("analysis_config.real.json")),
        ("analysis.json", text("baseline-analysis.real.json")),
    ]);
    let arguments = [
        "model-bias",
        "--at",
        "2024-01-19T20:00:00Z",
        "--endpoint-name",
        "adult",
        "--variant",
        "AllTraffic",
        "--schedule",
        "bias",
        "--capture",
        "cap",
        "--ground-truth",
        "truth",
        "--reports",
        "rep",
        "--analysis-config",
        "config.json",
        "--baseline-constraints",
        "analysis.json",
        "--inference-attribute",
        "SageMakerOutput.predictions[*].predicted_label",
    ];
    let judged = bellwether(world.path(), &arguments);
    check("AWS's example", &judged, 2, &["8 violations", "110 people in the group and 224 beside it"]);
    let ours = fs::read(world.path().join("rep/adult/bias/2024/01/19/20/constraint_violations.json"));
    let ours: Value = serde_json::from_slice(&ours.expect("a report")).expect("JSON");
    assert_eq!(ours, read("constraint_violations.real.json"));
}

#[test]
fn a_doctor_tells_how_many_people_each_group_has_and_what_does_not_fit() {
    let captured = records(600, |n| {
        let (sex, age, approved, _) = person(n, 5);
        json!({"endpointInput": csv(&format!("{sex},{age}")), "endpointOutput": csv(if approved { "0.9" } else { "0.1" })})
    });
    let labels: String = (0..600).map(|n| format!("{}\n", label(n))).collect();
    let imbalance = json!({"name": "CI", "description": "Class Imbalance (CI)", "value": 0.5});
    let groups = json!([{"value_or_threshold": "f", "metrics": [imbalance]}]);
    let analysis = json!({"version": "1.0", "pre_training_bias_metrics": {
        "label": "repaid", "label_value_or_threshold": "1", "facets": {"sex": groups}}});
    let document = "version: 1\nmonitors:\n  - {name: loans, monitor: model-bias, endpoint_name: ep, variant_name: AllTraffic, \
        capture_uri: cap, ground_truth_uri: truth, analysis_config_uri: config.json, baseline_constraints_uri: analysis.json}\n";
    let world = folder(&[
        (HOUR, captured),
        ("truth/2026/10/31/08/labels.jsonl", labels),
        ("config.json", CONFIG.to_owned()),
        ("analysis.json", analysis.to_string()),
        ("monitors.yaml", document.to_owned()),
    ]);
    let doctor = || {
        bellwether(world.path(), &["doctor", "--monitors", "monitors.yaml", "--reports", "rep", "--at", AT])
    };
    let told = [
        "2 features, label repaid, groups by sex",
        "1 metrics, of named file",
        "600 records with features and an answer",
        "600 of 600 records are labelled",
        "sex=f: 300 of 600",
    ];
    check("well", &doctor(), 0, &told);
    let config = CONFIG.replace("[\"f\"]", "[\"female\"]");
    fs::write(world.path().join("config.json"), config).expect("a file");
    check("nobody", &doctor(), 2, &["nobody is on one side: sex=female: 0 of 600", "as the data spell it"]);
    let config =
        CONFIG.replace("\"sex\", \"value_or_threshold\": [\"f\"]", "\"age\", \"value_or_threshold\": [40]");
    fs::write(world.path().join("config.json"), config).expect("a file");
    check("another facet", &doctor(), 2, &["its facets sex are none of the configuration"]);
    fs::write(world.path().join("config.json"), "{}").expect("a file");
    check("no configuration", &doctor(), 2, &["label_values_or_threshold is missing"]);
}
