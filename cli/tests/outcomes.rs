//! How an hour ends, as a script sees it: the exit code, and the words beside it.

use crate::world::{AT, HOUR, bellwether, check, csv, data, folder, is_a_page, records};
use serde_json::{Value, json};
use std::fs;
use std::path::Path;
use std::process::Output;

/// Which hour of which endpoint, and where its traffic and its reports lie.
const OF_THE_HOUR: [&str; 12] = [
    "--at",
    AT,
    "--endpoint-name",
    "ep",
    "--variant",
    "AllTraffic",
    "--schedule",
    "s",
    "--capture",
    "cap",
    "--reports",
    "rep",
];

fn data_quality(folder: &Path, more: &[&str]) -> Output {
    bellwether(folder, &[&["data-quality"], &OF_THE_HOUR[..], more].concat())
}

const BASELINE: &str =
    r#"{"version": 0.0, "features": [{"name": "age", "inferred_type": "Integral", "completeness": 1.0}]}"#;

#[test]
fn an_hour_of_inputs_alone_fails_and_names_what_judges_them() {
    let inputs = records(60, |n| json!({"endpointInput": csv(&format!("{}", 20 + n))}));
    let world = folder(&[(HOUR, inputs), ("constraints.json", BASELINE.to_owned())]);
    let judged = |more: &[&str]| {
        let baseline = ["--baseline-constraints", "constraints.json"];
        data_quality(world.path(), &[&baseline, more].concat())
    };
    let told = [
        "60 of 60 records have no endpointOutput",
        "CAPTURE_INDEX_NAMES (--capture-index-names)",
        "capture_side_check",
    ];
    check("both sides", &judged(&[]), 1, &told);
    let again = judged(&["--reopen", "--capture-index-names", "endpointInput"]);
    check(
        "the side that is there",
        &again,
        0,
        &["Completed: Job completed successfully with no violations."],
    );
}

/// The reported hour itself: the second run finds the violations that were there all the time.
#[test]
fn the_reported_hour_of_inputs_alone_is_judged_by_its_other_side() {
    let reported = |name: &str| data(&format!("reports/01-input-only-capture/{name}"));
    let Some(capture) = reported("cap/ep/AllTraffic/2026/10/31/08/00-00-00-000-a.jsonl") else { return };
    let train = reported("train.csv").expect("the training rows");
    let world = folder(&[(HOUR, capture), ("train.csv", train)]);
    let profile = ["profile", "--input", "train.csv", "--format", "csv", "--header", "--output", "base"];
    check("the baseline", &bellwether(world.path(), &profile), 0, &["120 rows of 2 columns"]);
    let files =
        ["--baseline-constraints", "base/constraints.json", "--baseline-statistics", "base/statistics.json"];
    let judged = |more: &[&str]| data_quality(world.path(), &[&files, more].concat());
    check("both sides", &judged(&[]), 1, &["Failed: 60 of 60 records have no endpointOutput"]);
    let again = judged(&["--reopen", "--capture-index-names", "endpointInput"]);
    let told = [
        "with 3 violations",
        "age, data_type_check: 0",
        "city, categorical_values_check: 0",
        "city, baseline_drift_check: 0.7154",
    ];
    check("the side that is there", &again, 2, &told);
}

#[test]
fn an_hour_without_a_baseline_is_inconclusive_and_a_window_that_has_not_ended_is_refused() {
    let both = records(5, |n| json!({"endpointInput": csv(&n.to_string()), "endpointOutput": csv("0.5")}));
    let world = folder(&[(HOUR, both)]);
    let judged = data_quality(world.path(), &[]);
    check("no baseline", &judged, 3, &["Inconclusive: nothing was judged: baseline: neither BASELINES_URI"]);
    let mut early = OF_THE_HOUR;
    early[1] = "2100-01-01T09:00:00Z";
    let early = bellwether(world.path(), &[&["data-quality"], &early[..]].concat());
    check("a window ahead", &early, 1, &["WindowNotEnded", "2100-01-01T09:00:00Z"]);
    assert!(!world.path().join("rep/ep/s/2100").exists());
}

/// What a window is judged by is looked at although it has a verdict.
#[test]
fn a_verdict_by_another_baseline_says_so_and_a_broken_one_is_refused() {
    let both = records(40, |n| json!({"endpointInput": csv(&n.to_string()), "endpointOutput": csv("0.5")}));
    let constraints = |more: &str| {
        let features = r#"[{"name": "score", "inferred_type": "Fractional"}, {"name": "age", "inferred_type": "Integral", "completeness": 1.0}]"#;
        format!(r#"{{"version": 0.0, "features": {features}{more}}}"#)
    };
    let world = folder(&[(HOUR, both), ("constraints.json", constraints(""))]);
    let judged = || data_quality(world.path(), &["--baseline-constraints", "constraints.json"]);
    let write = |text: &str| fs::write(world.path().join("constraints.json"), text).expect("a file");
    check("judged", &judged(), 0, &["no violations"]);
    check("found", &judged(), 0, &["judged before: that verdict stands"]);
    write(&constraints(r#", "monitoring_config": {"evaluate_constraints": "Enabled"}"#));
    check("another", &judged(), 0, &["judged by another baseline: than the one of now", "--reopen"]);
    write(&constraints(r#", "monitoring_config": {"evaluate_constraints": "yes"}"#));
    check("broken", &judged(), 1, &["MalformedInput: constraints.json", "\"yes\""]);
}

/// As Python writes what has no number, beside the payload too.
#[test]
fn a_line_that_holds_nan_beside_its_payload_is_read() {
    let sides = |n: usize| json!({"endpointInput": csv(&n.to_string()), "endpointOutput": csv("0.5")});
    let lines = records(40, sides).replace("\"eventId\"", "\"score\": NaN, \"eventId\"");
    let world = folder(&[(HOUR, lines), ("constraints.json", BASELINE.to_owned())]);
    let only = ["--baseline-constraints", "constraints.json", "--capture-index-names", "endpointInput"];
    check("judged", &data_quality(world.path(), &only), 0, &["40 of 40 lines", "non_finite: 40 of NaN"]);
}

#[test]
fn captured_lists_that_have_collapsed_exit_with_two_and_need_no_validation_set() {
    let answer = |items: &str| json!({"endpointOutput": {"data": format!("{{\"recommendations\":[{items}]}}"), "encoding": "JSON"}});
    let catalog: String = json!({"a": "x", "b": "x", "c": "y", "d": "z", "e": "w", "f": "v"}).to_string();
    for (ids, code) in [(["a", "b"].as_slice(), 2), (&["a", "c", "d", "e", "f"], 0)] {
        let items: Vec<String> = ids.iter().map(|id| format!("{{\"item_id\":\"{id}\"}}")).collect();
        let world =
            folder(&[(HOUR, records(50, |_| answer(&items.join(",")))), ("catalog.json", catalog.clone())]);
        let more = ["--catalog", "catalog.json", "--no-replay"];
        let check_hour = [&["diversity-check"], &OF_THE_HOUR[..], &more].concat();
        let floor: &[&str] = if code == 2 {
            &["captured_category_diversity_mean_floor: 1, at least 4 (critical"]
        } else {
            &[]
        };
        check(&ids.join(" "), &bellwether(world.path(), &check_hour), code, floor);
    }
}

/// A value that begins with a minus is an offset and no flag; beside a length it is a mistake.
#[test]
fn a_window_is_given_by_its_length_or_by_offsets_as_sagemaker_writes_them() {
    let both = records(50, |n| json!({"endpointInput": csv(&n.to_string()), "endpointOutput": csv("0.5")}));
    let world = folder(&[(HOUR, both)]);
    let mut later = OF_THE_HOUR;
    later[1] = "2026-10-31T15:00:00Z";
    let judge = |more: &[&str]| bellwether(world.path(), &[&["data-quality"], &later[..], more].concat());
    let told = judge(&["--start-time-offset", "-PT7H", "--end-time-offset", "-PT6H", "--window", "PT1H"]);
    for name in ["START_TIME_OFFSET (--start-time-offset)", "END_TIME_OFFSET (--end-time-offset)"] {
        check("both", &told, 1, &[name, "and WINDOW (--window) both say which hours are judged; keep one"]);
    }
    let judged = judge(&["--start-time-offset", "-PT7H", "--end-time-offset=-PT6H"]);
    let window = "2026-10-31T08:00:00Z to 2026-10-31T09:00:00Z, scheduled at 2026-10-31T15:00:00Z";
    check("seven hours back", &judged, 3, &[window, "50 of 50 lines"]);
    assert!(world.path().join("rep/ep/s/2026/10/31/15/execution.json").exists());
    let listed = ["executions", "--reports", "rep", "--endpoint-name", "ep", "--schedule", "s"];
    check("listed", &bellwether(world.path(), &listed), 0, &["scheduled, UTC", "2026-10-31 15:00"]);
    let listed =
        bellwether(world.path(), &[&listed[..], &["--json", "--from", "2026-10-31T15:00:00Z"]].concat());
    let runs: Value = serde_json::from_slice(&listed.stdout).expect("JSON");
    assert_eq!(runs[0]["scheduled"], "2026-10-31T15:00:00Z");
    assert_eq!(runs[0]["window_end"], "2026-10-31T09:00:00Z");
}

/// Scores of 0.005 to 0.995, each a label that is right as often as the score says.
fn scored(n: usize) -> (f64, u8) {
    let score = ((n * 37 + 11) % 100) as f64 / 100.0 + 0.005;
    (score, u8::from((((n * 61 + n / 100 * 17 + 29) % 100) as f64 / 100.0) < score))
}

const ANSWERS: [&str; 4] = ["--problem-type", "BinaryClassification", "--ground-truth", "truth"];

/// From a validation set to a verdict, as a person does it in a folder.
#[test]
fn answers_are_judged_by_labels_and_by_an_estimate_where_there_are_none() {
    let rows: String = (100_000..104_000)
        .map(|n| {
            let (score, label) = scored(n);
            format!("{label},{score}\n")
        })
        .collect();
    let answers = records(600, |n| json!({"endpointOutput": csv(&scored(n).0.to_string())}));
    let truth = |flip: bool| -> String {
        let label = |line: &str, n: usize| {
            let record: Value = serde_json::from_str(line).expect("a record");
            let label = if flip { 1 - scored(n).1 } else { scored(n).1 };
            json!({"groundTruthData": {"data": label.to_string(), "encoding": "CSV"},
                "eventMetadata": {"eventId": record["eventMetadata"]["eventId"]}, "eventVersion": "0"})
        };
        answers.lines().enumerate().map(|(n, line)| format!("{}\n", label(line, n))).collect()
    };
    let world = folder(&[(HOUR, answers.clone()), ("validation.csv", format!("label,probability\n{rows}"))]);
    let suggest = [
        "suggest-baseline",
        "model-quality",
        "--input",
        "validation.csv",
        "--format",
        "csv",
        "--header",
        "--problem-type",
        "BinaryClassification",
        "--probability-attribute",
        "probability",
        "--ground-truth-attribute",
        "label",
        "--output",
        "base",
    ];
    let told =
        ["4,000 rows with labels in 1 file", "auc", "at least", "calibration: ", "base/calibration.json"];
    check("the baseline", &bellwether(world.path(), &suggest), 0, &told);
    let with_a_page = [&suggest[..], &["--html", "base.html"]].concat();
    check("again", &bellwether(world.path(), &with_a_page), 0, &told[..1]);
    is_a_page(world.path(), "base.html", &["4,000 rows measured", "auc", "Confusion matrix", "ROC"]);
    let without_scores = suggest.map(|word| match word {
        "--probability-attribute" => "--inference-attribute",
        "probability" => "label",
        word => word,
    });
    check(
        "a calibration of other rows",
        &bellwether(world.path(), &[&without_scores[..], &["--overwrite"]].concat()),
        1,
        &["base/calibration.json", "remove it, or write to another folder"],
    );
    let missing: Vec<&str> =
        suggest.iter().map(|word| if *word == "label" { "churn" } else { word }).collect();
    check(
        "a column that is not there",
        &bellwether(world.path(), &missing),
        1,
        &["has no column `churn`", "`label`, `probability`"],
    );
    // A person gives the thresholds some slack.
    let constraints = fs::read_to_string(world.path().join("base/constraints.json")).expect("a file");
    let mut constraints: Value = serde_json::from_str(&constraints).expect("JSON");
    for limit in
        constraints["binary_classification_constraints"].as_object_mut().expect("limits").values_mut()
    {
        let slack = if limit["comparison_operator"] == "LessThanThreshold" { -0.06 } else { 0.06 };
        limit["threshold"] = json!(limit["threshold"].as_f64().expect("a number") + slack);
    }
    fs::write(world.path().join("base/constraints.json"), constraints.to_string()).expect("a file");

    let judge = |schedule: &str| {
        let baseline = [
            "--baseline-constraints",
            "base/constraints.json",
            "--baseline-calibration",
            "base/calibration.json",
        ];
        let own = ["--probability-attribute", "0", "--schedule", schedule];
        let hour: Vec<&str> =
            OF_THE_HOUR.iter().copied().filter(|word| !["--schedule", "s"].contains(word)).collect();
        bellwether(world.path(), &[&["model-quality"], &hour[..], &ANSWERS, &baseline, &own].concat())
    };
    let told =
        ["none of 600 captured records has ground truth yet", "0 of 600 captured records", "estimated now"];
    check("no label yet", &judge("none"), 3, &told);
    fs::create_dir_all(world.path().join("truth/2026/10/31/08")).expect("folders");
    let labels = world.path().join("truth/2026/10/31/08/labels.jsonl");
    fs::write(&labels, truth(false)).expect("a file");
    check(
        "labelled",
        &judge("well"),
        0,
        &["600 of 600 captured records (100 %)", "by labels", "11 constraints"],
    );
    fs::write(&labels, truth(true)).expect("a file");
    check(
        "labelled badly",
        &judge("badly"),
        2,
        &["VIOLATION auc: ", "at least", "VIOLATION falsePositiveRate"],
    );
    let settings = bellwether(world.path(), &[&["model-quality"], &OF_THE_HOUR[..], &ANSWERS].concat());
    check(
        "no attribute",
        &settings,
        1,
        &["PROBABILITY_ATTRIBUTE (--probability-attribute) are both missing"],
    );
}

/// More files than a part has; some records come again in a later one.
#[test]
fn an_hour_of_two_parts_gives_the_same_files_on_one_two_and_four_threads() {
    let world = folder(&[("constraints.json", BASELINE.to_owned())]);
    let hour = world.path().join("cap/ep/AllTraffic/2026/10/31/08");
    fs::create_dir_all(&hour).expect("a folder");
    let all = records(
        2_010,
        |n| json!({"endpointInput": csv(&format!("{}", 20 + n % 60)), "endpointOutput": csv("0.5")}),
    );
    let lines: Vec<&str> = all.lines().collect();
    for file in 0..2_010 {
        let n = if file % 100 == 99 { file - 1 } else { file };
        fs::write(hour.join(format!("{:02}-{:02}-{:03}-x.jsonl", file / 60, file % 60, 0)), lines[n])
            .expect("a file");
    }
    let report = |threads: &str| {
        let more = ["--baseline-constraints", "constraints.json", "--threads", threads, "--reports", threads];
        let judged = bellwether(world.path(), &[&["data-quality"], &OF_THE_HOUR[..10], &more].concat());
        check(threads, &judged, 2, &["1990"]);
        let run = world.path().join(threads).join("ep/s/2026/10/31/09");
        let file = |name: &str| fs::read_to_string(run.join(name)).expect(name);
        let mut execution: Value = serde_json::from_str(&file("execution.json")).expect("JSON");
        execution.as_object_mut().expect("an object").remove("attempt").expect("an attempt");
        assert_eq!(execution["capture"]["left_out"], json!({"duplicate": 20}));
        [
            execution.to_string(),
            file("statistics.json"),
            file("constraints.json"),
            file("constraint_violations.json"),
        ]
    };
    let alone = report("1");
    assert_eq!(report("2"), alone);
    assert_eq!(report("4"), alone);
    let refused =
        bellwether(world.path(), &[&["data-quality"], &OF_THE_HOUR[..], &["--threads", "0"]].concat());
    check("no thread", &refused, 1, &["THREADS", "from 1 to 64"]);
}
