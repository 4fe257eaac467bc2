//! The command as the entrypoint of a container: a job's tree and variables in, files, message and exit code out.

mod analysed;
mod datasets;
mod recorded;

use crate::job::{self, INPUT, Job, OUTPUT, captured};
use crate::world;
use serde_json::{Value, json};
use std::collections::BTreeSet;
use std::fs;
use std::io::Write;
use std::path::PathBuf;
use std::process::{Command, Stdio};

const REPORT: [&str; 7] = [
    "cloudwatch_metrics.jsonl",
    "constraint_violations.json",
    "constraints.json",
    "evaluation.json",
    "execution.json",
    "report.html",
    "statistics.json",
];
const GOOD: &str = "Completed: Job completed successfully with no violations.";
const NO_DATA: &str = "Completed: No data was captured in the window.";
const ROWS: [&str; 6] = ["30,1.5", "31,2.5", "32,3.5", "33,4.5", "34,5.5", "35,6.5"];
const HOUR: &str = "churn-prod/AllTraffic/2022/04/18";
const STATISTICS_AND_VIOLATIONS: [&str; 2] = ["statistics.json", "constraint_violations.json"];

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

fn rows(count: usize) -> Vec<&'static str> {
    ROWS.iter().copied().cycle().take(count).collect()
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
    let job = Job::monitoring("2022-04-18T15:20:00Z", "2022-04-18T16:20:00Z").judged_by(&baseline());
    let a = |hour: &str| format!("{INPUT}/churn-prod/A/2022/04/18/{hour}/30-00-000-a.jsonl");
    let job = job
        .holding(&a("14"), "{\"cut\":\n".repeat(500))
        .holding(&a("15"), captured("2022-04-18T15:00:00Z", &rows(90)))
        .holding(&a("18"), captured("2022-04-18T18:00:00Z", &rows(90)))
        .holding(
            &format!("{INPUT}/churn-prod/B/2022/04/18/16/10-00-000-b.jsonl"),
            captured("2022-04-18T16:00:30Z", &rows(90)),
        );
    job.run(&[]).is(0, GOOD);
    let execution = job.json("execution.json");
    // Of A the minutes 15:20 to 16:19, of B 16:00:30 to 16:19:30.
    assert_eq!(execution["capture"]["used"], 60 + 20);
    assert_eq!(execution["capture"]["left_out"], json!({"outside_window": 30 + 70}));
    assert_eq!(execution["window"], json!({"start": "2022-04-18T15:00:00Z", "end": "2022-04-18T16:00:00Z"}));
    let one = job.with("VARIANT_NAME", "B");
    one.run(&[]).is(0, GOOD);
    assert_eq!(one.json("execution.json")["capture"]["used"], 20);
}

#[test]
fn the_files_are_those_of_the_command_byte_for_byte() {
    let mut rows = rows(50);
    rows.push("thirty,");
    let job = hour(&rows);
    job.run(&[]).is(0, "CompletedWithViolations: Job completed successfully with 2 violations.");
    let path = |name: &str| job.at(name).display().to_string();
    let ended = Command::new(env!("CARGO_BIN_EXE_bellwether"))
        .env_clear()
        .args(["data-quality", "--endpoint-name", "churn-prod", "--variant", "AllTraffic"])
        .args(["--schedule", "churn-hourly", "--at", "2022-04-18T01:00:00Z", "--feature-metrics", "*"])
        .args(["--capture", &path(INPUT), "--reports", &path("reports")])
        .args(["--baseline-constraints", &path("processing/baseline/constraints/constraints.json")])
        .args(["--baseline-statistics", &path("processing/baseline/statistics/statistics.json")])
        .output()
        .expect("the command runs");
    assert_eq!(ended.status.code(), Some(2), "{}", world::said(&ended));
    for file in STATISTICS_AND_VIOLATIONS {
        let command = fs::read(job.at(&format!("reports/churn-prod/churn-hourly/2022/04/18/01/{file}")));
        let container = fs::read(job.at(&format!("{OUTPUT}/{file}")));
        assert!(command.expect("a report") == container.expect("a report"), "{file} differs");
    }
}

/// What SageMaker uploads to `{output}/{endpoint}/{schedule}/yyyy/mm/dd/HH` is a run for the other commands.
#[test]
fn an_uploaded_output_is_a_run_that_is_listed_and_routed() {
    let job = hour(&["thirty,1.5", "31,2.5"]);
    job.run(&[]).is(0, "CompletedWithViolations: Job completed successfully with 1 violations.");
    let uploaded = job.at("s3/churn-prod/churn-hourly/2022/04/18/01");
    fs::create_dir_all(&uploaded).expect("a folder");
    for name in job.output() {
        fs::copy(job.at(&format!("{OUTPUT}/{name}")), uploaded.join(name)).expect("a copy");
    }
    let listed = world::bellwether(
        &job.root(),
        &["executions", "--reports", "s3", "--endpoint-name", "churn-prod", "--schedule", "churn-hourly"],
    );
    world::check("executions", &listed, 0, &["2022-04-18 01:00", "CompletedWithViolations"]);
    let report = "s3/churn-prod/churn-hourly/2022/04/18/01/constraint_violations.json";
    let routed = world::bellwether(&job.root(), &["route", "--report", report]);
    world::check("route", &routed, 0, &["churn-prod", "age"]);
}

#[test]
fn metrics_are_written_where_the_job_and_the_constraints_want_them() {
    let job = hour(&ROWS).with("publish_cloudwatch_metrics", "Enabled");
    job.run(&[]).is(0, GOOD);
    let metrics = job.at("output/metrics/cloudwatch/cloudwatch_metrics.jsonl");
    let lines = fs::read_to_string(&metrics).expect("metrics");
    let lines: Vec<Value> =
        lines.lines().map(|line| serde_json::from_str(line).expect("a line of JSON")).collect();
    let named = |name: &str| lines.iter().filter(|line| line["MetricName"] == name).count();
    assert_eq!((named("feature_completeness_age"), named("run_completed")), (2, 2));
    assert!(lines.iter().all(|line| line.get("Timestamp") == Some(&json!("2022-04-18T00:00:00Z"))));

    fs::remove_file(&metrics).expect("the file of the first run");
    let constraints = job.at("processing/baseline/constraints/constraints.json");
    let mut edited: Value =
        serde_json::from_slice(&fs::read(&constraints).expect("constraints")).expect("JSON");
    edited["monitoring_config"]["emit_metrics"] = json!("disabled");
    fs::write(&constraints, edited.to_string()).expect("edited constraints");
    job.run(&[]).is(0, GOOD);
    assert!(!metrics.exists(), "the constraints say no");
}

#[test]
fn nothing_that_was_not_judged_reads_completed() {
    // No baseline; no capture of the endpoint at all; a window that is still to come.
    let job = hour(&ROWS).without("baseline_constraints").without("baseline_statistics");
    let ended = job.run(&[]);
    assert_eq!(ended.code, Some(1), "{ended:?}");
    assert!(ended.message.starts_with("Error: Nothing was judged: baseline: "), "{ended:?}");
    assert_eq!(ended.output, REPORT, "statistics are worth having, and the execution says what they are");

    let other = hour(&ROWS).with("sagemaker_endpoint_name", "other");
    let ended = other.run(&[]);
    assert!(ended.message.starts_with("Error: Nothing was judged: endpoint other was never"), "{ended:?}");
    assert_eq!(ended.code, Some(1));

    let to_come =
        hour(&ROWS).with("end_time", "2199-01-01T00:00:00Z").with("start_time", "2198-12-31T23:00:00Z");
    to_come.run(&[]).failed(&["WindowNotEnded", "2199-01-01T00:00:00Z"]);

    let broken =
        hour(&ROWS).holding(&format!("{INPUT}/{HOUR}/00/06-00-000-b.jsonl"), "{\"cut\":\n".repeat(9));
    let ended = broken.run(&[]);
    assert_eq!(ended.message, "Error: 60.0 % of 15 captured lines could not be read.", "{ended:?}");

    // Files, and none of their records in the window.
    let quiet =
        hour(&ROWS).with("start_time", "2022-04-18T03:00:00Z").with("end_time", "2022-04-18T04:00:00Z");
    quiet.run(&[]).is(0, NO_DATA);
    let strict = quiet.with("NO_DATA_POLICY", "violate");
    strict.run(&[]).is(0, "CompletedWithViolations: Job completed successfully with 1 violations.");
}

#[test]
fn what_cannot_be_done_is_told_with_its_cure() {
    let script = "/opt/ml/processing/code/script.py";
    let cases = [
        (hour(&ROWS).without("dataset_format"), &["dataset_format", "missing"][..]),
        (hour(&ROWS).without("output_path"), &["output_path", "missing"]),
        (hour(&ROWS).without("sagemaker_monitoring_schedule_name"), &["SCHEDULE_NAME", "missing"]),
        (hour(&ROWS).without("end_time"), &["end_time", "is missing beside the other end"]),
        (
            hour(&ROWS).without("end_time").without("start_time"),
            &["start_time", "and end_time are missing beside"],
        ),
        (hour(&ROWS).with("output_path", "/opt/ml/output/here"), &["output_path", "uploaded"]),
        (hour(&ROWS).with("output_path", "/opt/ml/processing/../output"), &["output_path", "uploaded"]),
        (hour(&ROWS).with("start_time", "noon"), &["start_time", "noon"]),
        (hour(&ROWS).with("end_time", "2022-04-17T00:00:00Z"), &["2022-04-17T00:00:00Z", "one second"]),
        (
            hour(&ROWS).with("record_preprocessor_script", script),
            &["record_preprocessor_script", "PATHS_URI"],
        ),
        (
            hour(&ROWS).with("post_analytics_processor_script", script),
            &["post_analytics_processor_script", "runs none"],
        ),
        (hour(&ROWS).with("analysis_type", "MODEL_LATENCY"), &["analysis_type", "MODEL_QUALITY"]),
        (hour(&ROWS).with("publish_cloudwatch_metrics", "yes"), &["write Enabled or Disabled"]),
        (hour(&ROWS).with("dataset_format", "csv"), &["dataset_format", "write one kind"]),
        (hour(&ROWS).with("dataset_format", r#"{"parquet":{}}"#), &["a.jsonl", "write the file again"]),
        (hour(&ROWS).with("PATHS_URI", "s3://bucket/columns.json"), &["names AWS", "ContainerArguments"]),
        (hour(&ROWS).with("COMPARISON", "exact"), &["COMPARISON", "none of"]),
        (
            hour(&ROWS).holding("config/resourceconfig.json", r#"{"hosts":["algo-1","algo-2"]}"#),
            &["2 machines", "set InstanceCount to 1"],
        ),
        (
            hour(&ROWS).holding("config/resourceconfig.json", "["),
            &["resourceconfig.json", "leave the folder"],
        ),
        (Job::untold(), &["neither dataset_source nor a command", "ContainerArguments"]),
        (
            Job::baseline(&training()).with("dataset_format", job::CAPTURED),
            &["dataset_format", "captured data is no dataset"],
        ),
        (Job::baseline("label,age\n"), &["NoRows"]),
    ];
    for (job, parts) in cases {
        job.run(&[]).failed(parts);
    }
    for config in ["", "[]", "{\"Environment\": []}", "{\"Environment\": {\"output_path\": 1}}", "{"] {
        let job = hour(&ROWS).holding("config/processingjobconfig.json", config);
        job.run(&[]).failed(&["processingjobconfig.json"]);
    }
}

#[test]
fn an_output_that_cannot_be_written_fails_the_job_and_holds_nothing_half() {
    // A file where the folder should be; a volume that is full, as a limit on the size of files plays it.
    let blocked = hour(&ROWS).holding("processing/output", "a file");
    let ended = blocked.run(&[]);
    assert_eq!(ended.code, Some(1), "{ended:?}");
    assert!(ended.message.starts_with("Error: OutputFailed: "), "{ended:?}");

    // One file has no room, whichever it is, and the shorter ones were written: they must not be there.
    let full = hour(&ROWS).with("publish_cloudwatch_metrics", "Enabled");
    full.run(&[]).is(0, GOOD);
    let metrics = full.at("output/metrics/cloudwatch/cloudwatch_metrics.jsonl");
    let files = full.output().into_iter().map(|file| full.at(&format!("{OUTPUT}/{file}")));
    let files: Vec<_> = files.chain([metrics]).collect();
    let blocks = |file: &PathBuf| (fs::metadata(file).expect("a file").len().saturating_sub(1)) / 512;
    // The message has room always.
    let sizes: BTreeSet<u64> = files.iter().map(blocks).filter(|blocks| *blocks >= 2).collect();
    assert!(sizes.len() > 2, "files of several sizes: {sizes:?}");
    for blocks in sizes {
        files.iter().filter(|file| file.exists()).for_each(|file| fs::remove_file(file).expect("a file"));
        let limit = format!("trap '' XFSZ; ulimit -f {blocks}; exec \"$@\"");
        let limited = ["/bin/sh", "-c", &limit, "sh"];
        let ended = full.ended(full.command(&limited, &[]).output().expect("the command runs"));
        ended.failed(&["OutputFailed", "a volume with room"]);
        assert!(files.iter().all(|file| !file.exists()), "{blocks} blocks");
    }

    // The message itself cannot be written: a verdict that nobody hears of is no success.
    let unheard = hour(&ROWS).holding("output", "a file");
    assert_eq!(unheard.run(&[]).code, Some(1));
}

#[test]
fn a_job_that_is_stopped_says_so_and_leaves_nothing() {
    let job = hour(&ROWS);
    job.configured();
    // The job waits for its configuration: opening the pipe for writing ends when it has begun to read.
    let pipe = job.at("config/resourceconfig.json");
    assert!(Command::new("mkfifo").arg(&pipe).status().expect("mkfifo runs").success());
    for stop in ["TERM", "INT"] {
        let child = job.command(&[], &[]).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn();
        let child = child.expect("the command starts");
        let mut config = fs::OpenOptions::new().write(true).open(&pipe).expect("a pipe");
        config.write_all(b"{").expect("a beginning");
        let id = child.id().to_string();
        assert!(Command::new("kill").args([&format!("-{stop}"), &id]).status().expect("kill runs").success());
        let ended = job.ended(child.wait_with_output().expect("an end"));
        ended.failed(&["Stopped before a verdict."]);
        fs::remove_file(job.at("output/message")).expect("a message");
    }
}

/// The end is being written when the job is told to stop: a pipe that nobody reads yet holds it there.
#[test]
fn a_job_that_is_stopped_while_it_ends_does_not_wait_for_itself() {
    let job = hour(&ROWS);
    fs::create_dir_all(job.at(OUTPUT)).expect("a folder");
    let pipe = job.at(&format!("{OUTPUT}/.execution.json-"));
    let script = format!("mkfifo {}$$; exec \"$@\"", pipe.display());
    let mut command = job.command(&["/bin/sh", "-c", &script, "sh"], &[]);
    command.env("PATH", "/usr/bin:/bin");
    let mut child =
        command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().expect("the command starts");
    let id = child.id().to_string();
    // Opening the pipe for reading waits for the writer; hence it is there when the signal comes.
    let pipe = format!("{}{id}", pipe.display());
    while !std::path::Path::new(&pipe).exists() {
        std::thread::sleep(std::time::Duration::from_millis(10));
    }
    let written = job.at(&format!("{OUTPUT}/.statistics.json-{id}"));
    while !written.exists() {
        std::thread::sleep(std::time::Duration::from_millis(10));
    }
    std::thread::sleep(std::time::Duration::from_millis(300));
    assert!(Command::new("kill").args(["-TERM", &id]).status().expect("kill runs").success());
    std::thread::sleep(std::time::Duration::from_millis(200));
    drop(fs::File::open(&pipe).expect("the other end"));
    for _ in 0..100 {
        if child.try_wait().expect("a child").is_some() {
            assert_eq!(job.ended(child.wait_with_output().expect("an end")).code, Some(1));
            return;
        }
        std::thread::sleep(std::time::Duration::from_millis(100));
    }
    child.kill().expect("a child");
    panic!("the job waits for itself");
}

/// A schedule shows how a window was judged: what judges none must not look healthy there.
#[test]
fn a_schedule_whose_arguments_name_no_monitor_is_refused() {
    let job = hour(&ROWS);
    for words in
        [&["profile"][..], &["executions", "--help"], &["help"], &["--version"], &["data-quality", "--help"]]
    {
        job.run(words).failed(&["ContainerArguments", words[0], "judges no window"]);
    }
    let blank = hour(&ROWS);
    let mut command = blank.command(&[], &[]);
    let command = command.env("start_time", " ").env("end_time", "");
    blank.ended(command.output().expect("the command runs")).is(0, GOOD);
    assert_eq!(blank.output(), REPORT, "a blank variable of the process is none, and the file has it");
}

#[test]
fn a_command_in_the_arguments_ends_as_a_job_does() {
    // The configuration says nothing of the contract.
    let job = hour(&["thirty,1.5", "31,2.5"]).holding("config/processingjobconfig.json", "{}");
    let path = |name: &str| job.at(name).display().to_string();
    let (capture, reports) = (path(INPUT), path("reports"));
    let constraints = path("processing/baseline/constraints/constraints.json");
    let flags = [
        "data-quality",
        "--endpoint-name",
        "churn-prod",
        "--variant",
        "AllTraffic",
        "--schedule",
        "churn-hourly",
        "--at",
        "2022-04-18T01:00:00Z",
        "--capture",
        &capture,
        "--reports",
        &reports,
        "--baseline-constraints",
        &constraints,
    ];
    job.run(&flags).is(0, "CompletedWithViolations: Job completed successfully with 1 violations.");
    assert!(job.at("reports/churn-prod/churn-hourly/2022/04/18/01/execution.json").exists());
    assert_eq!(job.output(), [""; 0], "a command writes where its flags say");

    let blind = &flags[..flags.len() - 2];
    let blind = [blind, &["--schedule", "blind"]].concat();
    assert_eq!(job.run(&blind).code, Some(1), "clap refuses a flag that is given twice");
    job.run(&["data-quality", "--bogus"]).failed(&["UsageError", "--bogus"]);
    job.run(&["container"]).failed(&["the entrypoint itself"]);
    job.run(&["nonsense"]).failed(&["nonsense"]);
    let profile = ["profile", "--input", &path("training.csv"), "--format", "csv", "--header", "--output"];
    let job_output = path("profiled");
    let profile = [&profile[..], &[&job_output]].concat();
    fs::write(job.at("training.csv"), training()).expect("a dataset");
    job.run(&profile).is(0, "Completed: profile is done; the log of the job says what it found.");
    job.run(&["profile", "--help"])
        .is(0, "Completed: the help is done; the log of the job says what it found.");
}

/// A monitor that no variable of SageMaker's names, on what a schedule brought.
#[test]
fn a_monitoring_schedule_starts_the_diversity_check_by_its_arguments() {
    let list = |categories: usize| {
        let items: Vec<Value> = (0..10).map(|n| json!({"item_id": format!("i{}", n % categories)})).collect();
        json!({"recommendations": items}).to_string()
    };
    let record = |n: usize| {
        json!({"captureData": {"endpointOutput": {"observedContentType": "application/json", "encoding": "JSON",
            "data": list(10)}}, "eventVersion": "0", "eventMetadata":
            {"eventId": format!("{n:08}-0000-4000-8000-000000000000"), "inferenceTime": "2022-04-18T15:30:00Z"}})
    };
    let lines: String = (0..20).map(|n| format!("{}\n", record(n))).collect();
    let catalog: serde_json::Map<String, Value> =
        (0..10).map(|n| (format!("i{n}"), json!(format!("c{}", n % 3)))).collect();
    let job = Job::monitoring("2022-04-18T15:20:00Z", "2022-04-18T16:20:00Z")
        .holding(&format!("{INPUT}/churn-prod/AllTraffic/2022/04/18/15/30-00-000-a.jsonl"), lines)
        .holding("processing/catalog/catalog.json", Value::Object(catalog).to_string())
        .with("CATALOG_URI", "/opt/ml/processing/catalog/catalog.json");
    let ended = job.run(&["diversity-check", "--no-replay", "--min-diversity", "4"]);
    ended.is(0, "CompletedWithViolations: Job completed successfully with 1 violations.");
    let ended = job.run(&["diversity-check", "--no-replay", "--min-diversity", "2"]);
    ended.is(0, GOOD);
    assert_eq!(job.json("execution.json")["monitor"], "diversity");
    job.run(&["diversity-check"])
        .message
        .contains("--endpoint-url")
        .then_some(())
        .expect("who answers is asked");
}

/// Nothing but the binary around /opt/ml.
#[test]
fn a_job_runs_in_an_empty_machine_without_a_network() {
    let job = hour(&ROWS);
    run_alone(&job).is(0, GOOD);
    assert_eq!(job.output(), REPORT);
}

/// What a batch transform job read or wrote, as rows: judged by the columns of the baseline.
#[test]
fn rows_of_a_batch_transform_job_are_judged_as_they_lie_there() {
    let rows = |first: &str| -> String {
        let rows = rows(40).into_iter().map(|row| format!("1,{row}\n"));
        std::iter::once(format!("{first}\n")).chain(rows).collect()
    };
    let batch = |format: &str, name: &str, text: String| {
        Job::monitoring("2022-04-18T00:00:00Z", "2022-04-18T01:00:00Z")
            .judged_by(&baseline())
            .without("sagemaker_endpoint_name")
            .with("publish_cloudwatch_metrics", "Enabled")
            .with("dataset_format", format)
            .holding(&format!("{INPUT}/{name}"), text)
    };
    batch(r#"{"csv":{"header":true}}"#, "rows.csv", rows("label,age,share")).run(&[]).is(0, GOOD);
    let named_by_place = batch(r#"{"Csv":{"Header":false}}"#, "rows.csv.out", rows("1,30,1.5"));
    named_by_place.run(&[]).is(0, GOOD);
    assert_eq!(named_by_place.json("statistics.json")["dataset"]["item_count"], 41);
    let violated = batch(r#"{"csv":{"header":true}}"#, "rows.csv", rows("label,age,share") + "1,old,2.5\n");
    violated.run(&[]).is(0, "CompletedWithViolations: Job completed successfully with 1 violations.");

    let repeated =
        batch(r#"{"csv":{"header":true}}"#, "rows.csv", rows("label,age,share") + "label,age,share\n");
    repeated.run(&[]).is(0, GOOD);
    let lines = &repeated.json("execution.json")["capture"];
    assert_eq!((&lines["used"], &lines["header_rows"]), (&json!(40), &json!(1)), "{lines}");

    let line = |n: usize| {
        json!({"label": 1, "age": 30 + n % 6, "share": 1.5 + (n % 6) as f64,
            "SageMakerInferenceId": format!("id-{n}"), "SageMakerInferenceTime": "2022-04-18T00:00:00Z"})
    };
    let lines: String = (0..40).map(|n| format!("{}\n", line(n))).collect();
    let numbered = batch(r#"{"json":{"line":true}}"#, "rows.jsonl.out", lines);
    numbered.run(&[]).is(0, GOOD);
    let columns = numbered.json("statistics.json");
    assert_eq!(columns["features"].as_array().map(Vec::len), Some(3), "what the job added is no column");
    let metrics = fs::read_to_string(numbered.at("output/metrics/cloudwatch/cloudwatch_metrics.jsonl"));
    let metrics = metrics.expect("metrics");
    let sets = |name: &str| -> Vec<Value> {
        let lines = metrics.lines().map(|line| serde_json::from_str::<Value>(line).expect("JSON"));
        let named = lines.filter(|line| line["MetricName"] == name);
        named.map(|line| line["Dimensions"].clone()).collect()
    };
    let (schedule, feature) = (
        json!({"Name": "MonitoringSchedule", "Value": "churn-hourly"}),
        json!({"Name": "Feature", "Value": "_"}),
    );
    assert_eq!(sets("run_completed"), [json!([schedule])]);
    assert_eq!(sets("feature_completeness_age"), [json!([schedule]), json!([feature, schedule])]);
}

/// Runs a job as an empty image would: nothing but the binary around /opt/ml, and no network. Where this machine does not allow
/// that, with both.
fn run_alone(job: &Job) -> job::Ended {
    let machine = job.machine().display().to_string();
    let alone = ["-rn", &format!("--root={machine}"), "/bellwether"];
    job::install(job.machine());
    let is_allowed = Command::new("unshare").args(alone).arg("--version").output();
    if !is_allowed.is_ok_and(|output| output.status.success()) {
        assert!(std::env::var_os(job::IMAGE_ROOT).is_none(), "the image runs in its own root or not at all");
        let _ =
            writeln!(std::io::stderr(), "SKIPPED: unshare is not allowed here, the job ran with a network");
        return job.run(&[]);
    }
    job.configured();
    let mut command = Command::new("unshare");
    command.env_clear().args(alone).arg("container");
    job.ended(command.output().expect("the command runs"))
}
