//! Datasets of a schedule, and what a job is told beside its variables: nothing is passed over without a word.

use super::{GOOD, HOUR, NO_DATA, ROWS, baseline, hour, training};
use crate::job::{INPUT, Job, OUTPUT};
use serde_json::{Value, json};
use std::fs;

const HEADED: &str = r#"{"csv":{"header":true}}"#;
const CHANGED: &str = "label,age,share\n1,old,2.5\n";

fn batch(format: &str) -> Job {
    Job::monitoring("2022-04-18T00:00:00Z", "2022-04-18T01:00:00Z")
        .judged_by(&baseline())
        .without("sagemaker_endpoint_name")
        .with("dataset_format", format)
}

fn warnings(job: &Job) -> String {
    job.json("execution.json")["warnings"].to_string()
}

#[test]
fn rows_of_other_hours_and_other_endpoints_are_told_and_not_judged() {
    let of_an_endpoint = batch(HEADED)
        .with("sagemaker_endpoint_name", "churn-prod")
        .holding(&format!("{INPUT}/{HOUR}/00/rows.csv"), training())
        .holding(&format!("{INPUT}/{HOUR}/07/rows.csv"), CHANGED)
        .holding(&format!("{INPUT}/other/AllTraffic/2022/04/18/00/rows.csv"), CHANGED);
    of_an_endpoint.run(&[]).is(0, GOOD);
    assert_eq!(of_an_endpoint.json("execution.json")["capture"]["used"], 60);
    assert!(warnings(&of_an_endpoint).contains("2 files below"), "{}", warnings(&of_an_endpoint));

    let of_jobs = batch(HEADED)
        .holding(&format!("{INPUT}/input/2022/04/18/00/rows.csv"), training())
        .holding(&format!("{INPUT}/input/2022/04/17/23/rows.csv"), CHANGED);
    of_jobs.run(&[]).is(0, GOOD);
    assert!(warnings(&of_jobs).contains("1 files below"), "{}", warnings(&of_jobs));
    let of_nobody = batch(HEADED).holding(&format!("{INPUT}/rows.csv"), training());
    of_nobody.run(&[]).is(0, GOOD);
    assert!(!warnings(&of_nobody).contains("files below"), "{}", warnings(&of_nobody));
}

#[test]
fn a_dataset_without_a_row_is_a_window_without_data_and_none_at_all_is_not_judged() {
    for (format, name, text) in [
        (HEADED, "rows.csv", "label,age,share\n"),
        (HEADED, "rows.csv", ""),
        (r#"{"csv":{"header":false}}"#, "rows.csv", "\n\n"),
        (r#"{"json":{"line":true}}"#, "rows.jsonl", "\n"),
        // Of another hour alone.
        (HEADED, "2022/04/18/07/rows.csv", CHANGED),
    ] {
        let job = batch(format).holding(&format!("{INPUT}/{name}"), text);
        job.run(&[]).is(0, NO_DATA);
        let strict = job.with("NO_DATA_POLICY", "violate");
        strict.run(&[]).is(0, "CompletedWithViolations: Job completed successfully with 1 violations.");
    }
    let ended = batch(HEADED).run(&[]);
    assert_eq!(ended.code, Some(1), "{ended:?}");
    assert!(ended.message.starts_with("Error: Nothing was judged: no file lies below "), "{ended:?}");
}

#[test]
fn how_texts_are_compared_is_said_by_the_baseline_run_and_by_the_constraints_alone() {
    let method = |job: &Job| {
        let constraints = job.json("constraints.json");
        constraints["monitoring_config"]["distribution_constraints"]["categorical_drift_method"].clone()
    };
    let usual = Job::baseline(&training());
    usual.run(&[]).is(0, GOOD);
    assert_eq!(method(&usual), "LInfinity");
    let told = Job::baseline(&training()).with("categorical_drift_method", "ChiSquared");
    told.run(&[]).is(0, GOOD);
    assert_eq!(method(&told), "ChiSquared");
    let unknown = Job::baseline(&training()).with("categorical_drift_method", "Chi");
    unknown.run(&[]).failed(&["categorical_drift_method", "LInfinity", "ChiSquared"]);

    let judged = |baseline: &Job| {
        Job::monitoring("2022-04-18T00:00:00Z", "2022-04-18T01:00:00Z")
            .judged_by(baseline)
            .with("categorical_drift_method", "ChiSquared")
            .holding(
                &format!("{INPUT}/{HOUR}/00/05-00-000-a.jsonl"),
                crate::job::captured("2022-04-18T00:05:00Z", &ROWS),
            )
    };
    judged(&told).run(&[]).is(0, GOOD);
    judged(&usual).run(&[]).failed(&["categorical_drift_method", "ChiSquared", "LInfinity", "leave it out"]);
}

#[test]
fn a_flag_that_a_schedules_job_would_not_heed_is_refused() {
    for (words, what) in [
        (&["--at", "2020-01-01T00:00:00Z"][..], "start_time"),
        (&["--reports", "s3://b/r"], "REPORTS_URI"),
        (&["--capture", "s3://b/c"], "CAPTURE_URI"),
        (&["--endpoint-name", "other"], "ENDPOINT_NAME"),
        (&["--baseline-constraints", "s3://b/c.json"], "BASELINE_CONSTRAINTS_URI"),
        (&["--reopen"], "reopen"),
        (&["--reconcile"], "reconcile"),
        (&["--json"], "json"),
        (&["--metrics-namespace", "Mine"], "publish_cloudwatch_metrics"),
        (&["--state", "s3://b/s"], "STATE_URI"),
    ] {
        let words = [&["data-quality"][..], words].concat();
        hour(&ROWS).run(&words).failed(&["ContainerArguments", what, "leave the flag out"]);
    }
    hour(&ROWS).run(&["data-quality", "--variant", "AllTraffic", "--comparison", "simple"]).is(0, GOOD);
}

/// What SageMaker would upload or publish of a job that failed at the last moment.
#[test]
fn a_name_that_cannot_be_given_takes_all_others_back() {
    let metrics = "output/metrics/cloudwatch/cloudwatch_metrics.jsonl";
    for blocked in [metrics, "output/message", &format!("{OUTPUT}/execution.json")] {
        let job = hour(&ROWS)
            .with("publish_cloudwatch_metrics", "Enabled")
            .holding(&format!("{blocked}/x"), "a folder");
        let ended = job.run(&[]);
        assert_eq!(ended.code, Some(1), "{blocked}: {ended:?}");
        assert!(ended.said.contains("OutputFailed"), "{ended:?}");
        let left: Vec<&String> = ended.output.iter().filter(|name| !blocked.ends_with(*name)).collect();
        assert_eq!(left, [&""; 0], "{blocked}");
        assert!(!job.at(metrics).is_file(), "{blocked}");
    }
}

#[test]
fn help_teaches_as_the_first_word_and_is_no_verdict_of_a_schedule() {
    let job = Job::untold();
    for word in ["--help", "-h"] {
        let ended = job.run(&[word]);
        ended.is(0, "Completed: the help is done; the log of the job says what it found.");
        for part in ["Usage: bellwether container", "`help` lists the commands", "ContainerArguments"] {
            assert!(ended.said.contains(part), "{part} in {}", ended.said);
        }
        hour(&ROWS).run(&[word]).failed(&["ContainerArguments", word, "judges no window"]);
    }
}

/// Objects that manifests of two hours name are one job's, however often they are named.
#[test]
fn what_two_manifests_name_is_judged_once() {
    let requests: String = (0..40).map(|n| format!("{},{}.5\n", 30 + n % 6, 1 + n % 6)).collect();
    let mut files = vec![
        ("cap/data/i/a.csv".to_owned(), requests),
        ("cap/data/o/a.csv.out".to_owned(), "1\n".repeat(40)),
    ];
    for hour in ["18", "19"] {
        let manifest =
            |side: &str, name: &str| json!([{"prefix": format!("data/{side}/")}, name]).to_string();
        files.push((format!("cap/input/2024/01/19/{hour}/m.jsonl"), manifest("i", "a.csv")));
        files.push((format!("cap/output/2024/01/19/{hour}/m.jsonl"), manifest("o", "a.csv.out")));
    }
    let job = files.into_iter().fold(Job::untold(), |job, (path, text)| job.holding(&path, text));
    let constraints = fs::read(baseline().at(&format!("{OUTPUT}/constraints.json"))).expect("constraints");
    let job = job.holding("constraints.json", constraints);
    let flags = "data-quality --capture cap --capture-kind batch-transform --reports r --endpoint-name e --variant v --schedule s \
        --at 2024-01-19T20:00:00Z --window PT2H --baseline-constraints constraints.json";
    let ended = crate::world::bellwether(&job.root(), &flags.split_whitespace().collect::<Vec<_>>());
    crate::world::check("two hours", &ended, 0, &["40 of 40 lines"]);
    let report = fs::read(job.at("r/e/s/2024/01/19/20/statistics.json")).expect("a report");
    let statistics: Value = serde_json::from_slice(&report).expect("JSON");
    assert_eq!(statistics["dataset"]["item_count"], 40);
}
