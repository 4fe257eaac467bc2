//! The command as the entrypoint of a container: a job's tree and variables in, files, message and exit code out.

mod job;
mod world;

use job::{INPUT, Job, OUTPUT, captured};
use serde_json::{Value, json};
use std::fs;
use std::io::Write;
use std::path::Path;
use std::process::Command;

const REPORT: [&str; 6] = [
    "cloudwatch_metrics.jsonl",
    "constraint_violations.json",
    "constraints.json",
    "evaluation.json",
    "execution.json",
    "statistics.json",
];
const GOOD: &str = "Completed: Job completed successfully with no violations.";
const ROWS: [&str; 6] = ["30,1.5", "31,2.5", "32,3.5", "33,4.5", "34,5.5", "35,6.5"];
const HOUR: &str = "churn-prod/AllTraffic/2022/04/18";

fn training() -> String {
    let rows = (0..60).map(|n| format!("1,{},{}.5\n", 30 + n % 6, 1 + n % 6));
    std::iter::once("label,age,share\n".to_owned()).chain(rows).collect()
}

/// The files of a baseline run of the training rows.
fn baseline() -> Job {
    let job = Job::baseline(&training());
    job.run(&[]).is(0, GOOD);
    job
}

/// An hour of as many records as there are rows, judged by the training rows.
fn hour(rows: &[&str]) -> Job {
    let job = Job::monitoring("2022-04-18T00:00:00Z", "2022-04-18T01:00:00Z").judged_by(&baseline());
    job.holding(&format!("{INPUT}/{HOUR}/00/05-00-000-a.jsonl"), captured("2022-04-18T00:05:00Z", rows))
}

#[test]
fn a_baseline_run_and_the_window_that_is_judged_by_it() {
    assert_eq!(baseline().output(), ["constraints.json", "statistics.json"]);
    let job = hour(&ROWS);
    let ended = job.run(&[]);
    ended.is(0, GOOD);
    assert_eq!(ended.output, REPORT);
    assert_eq!(job.json("constraint_violations.json"), json!({"violations": []}));
    assert!(!job.at("output/metrics").exists(), "nobody asked for metrics");
    let execution = job.json("execution.json");
    assert_eq!(execution["variant_name"], "AllVariants");
    assert_eq!(execution["brought"], json!({"start": "2022-04-18T00:00:00Z", "end": "2022-04-18T01:00:00Z"}));
    let violated = hour(&["thirty,1.5", "31,2.5"]);
    violated.run(&[]).is(0, "CompletedWithViolations: Job completed successfully with 1 violations.");
}

/// The contract's own sample: 15:20 to 16:20, two variants, and more hours than asked for.
#[test]
fn a_window_is_judged_to_the_second_over_all_variants_and_no_other_hour() {
    let rows = ["30,1.5"; 90];
    let job = Job::monitoring("2022-04-18T15:20:00Z", "2022-04-18T16:20:00Z").judged_by(&baseline());
    let a = |hour: &str| format!("{INPUT}/churn-prod/A/2022/04/18/{hour}/30-00-000-a.jsonl");
    let job = job
        .holding(&a("15"), captured("2022-04-18T15:00:00Z", &rows))
        .holding(&a("14"), "{\"cut\":\n".repeat(500))
        .holding(&a("18"), captured("2022-04-18T18:00:00Z", &rows))
        .holding(
            &format!("{INPUT}/churn-prod/B/2022/04/18/16/10-00-000-b.jsonl"),
            captured("2022-04-18T16:00:30Z", &rows),
        );
    job.run(&[]).is(0, GOOD);
    let execution = job.json("execution.json");
    // A has 16:20 excluded and 15:20 to 16:19 inside, of which its file has ten minutes less; B has 16:00:30 to 16:19:30.
    assert_eq!(execution["capture"]["used"], 60 + 10 + 10 - 10 - 10 + 20);
    assert_eq!(execution["window"], json!({"start": "2022-04-18T15:00:00Z", "end": "2022-04-18T16:00:00Z"}));
    assert_eq!(execution["capture"]["left_out"], json!({"outside_window": 30 + 70}));
    let one = job.with("VARIANT_NAME", "B");
    fs::remove_file(one.at("config/processingjobconfig.json")).expect("a file");
    one.run(&[]).is(0, GOOD);
    assert_eq!(one.json("execution.json")["capture"]["used"], 20);
}
