//! How an hour ends: nothing that was not judged is ever called healthy, and nothing that was quiet is called broken.
//!
//! Every case runs twice over a folder and a bucket, and is looked at as the alarms, the router and a person would.

use super::traffic::{RUN, baseline, capture, healthy, monitored, prepared, record, with_sides};
use crate::harness::{Harness, below, nine, tick, time};
use bellwether_contract::capture::LeftOut;
use bellwether_contract::execution::{Execution, Status};
use bellwether_contract::judged::Severity;
use bellwether_contract::metrics::MetricValue;
use bellwether_pipeline::monitors::data_quality::DataQuality;
use flate2::Compression;
use flate2::write::GzEncoder;
use serde_json::{Value, json};
use std::io::Write;

const VARIANT: &str = "capture/churn-prod/AllTraffic";
const HOUR: &str = "capture/churn-prod/AllTraffic/2026/10/31/08";
const NAME: &str = "07-04-840-0b7bfd33-c8a7-4adf-a09a-98fd0af79974";

/// So many healthy records, the last `lacking` of them without a response.
fn records(all: usize, lacking: usize) -> Vec<Value> {
    let mut records: Vec<Value> = (0..all).map(|n| record(n, &healthy(n))).collect();
    for record in &mut records[all - lacking..] {
        record["captureData"]["endpointOutput"] = Value::Null;
    }
    records
}

fn text(records: &[Value]) -> String {
    records.iter().map(|record| format!("{record}\n")).collect()
}

/// The value of a point that every run may have.
fn point(execution: &Execution, name: &str) -> Option<f64> {
    let found = execution.metrics.iter().find(|point| point.name == name)?;
    match found.value {
        MetricValue::Value { value } => Some(value),
        _ => None,
    }
}

/// `run_completed`, `window_read`, `monitor_blind`, `violations_warning`.
fn points(execution: &Execution) -> [Option<f64>; 4] {
    ["run_completed", "window_read", "monitor_blind", "violations_warning"].map(|name| point(execution, name))
}

/// The checks that were violated, with their severities.
fn found(execution: &Execution) -> Vec<(&str, Severity)> {
    execution.judged.iter().map(|judged| (judged.check.as_str(), judged.severity)).collect()
}

const JUDGED: [Option<f64>; 4] = [Some(1.0), Some(1.0), Some(0.0), Some(0.0)];
const QUIET: [Option<f64>; 4] = [Some(0.0), Some(1.0), None, Some(0.0)];
const BLIND: [Option<f64>; 4] = [Some(0.0), Some(1.0), Some(1.0), Some(0.0)];
const FAILED: [Option<f64>; 4] = [Some(0.0), Some(0.0), None, Some(0.0)];

#[tokio::test]
async fn few_records_without_a_side_are_counted_and_many_are_told_without_a_page() {
    // At most 5 %, or at most 20 records: counted. Above both: told, as information.
    for (all, lacking, violated) in [
        (300, 0, false),
        (300, 15, false),
        (60, 20, false),
        (420, 21, false),
        (419, 21, true),
        (300, 30, true),
    ] {
        for site in Harness::both().await {
            let site = prepared(site, []).await;
            capture(&site, &records(all, lacking)).await;
            let execution = site.run_twice_as::<DataQuality>(&nine()).await.execution;
            let lines = execution.capture.as_ref().expect("lines");
            assert_eq!(lines.used + lines.left_out.values().sum::<u64>(), lines.lines);
            assert_eq!(lines.left_out.get(&LeftOut::NoOutput).copied().unwrap_or(0), lacking as u64);
            assert_eq!(points(&execution), JUDGED, "{lacking} of {all}");
            let expected: &[_] = if violated { &[("capture_side_check", Severity::Info)] } else { &[] };
            assert_eq!(found(&execution), expected, "{lacking} of {all}");
            let status = if violated { Status::CompletedWithViolations } else { Status::Completed };
            assert_eq!(execution.monitoring_execution_status, status);
        }
    }
}

#[tokio::test]
async fn an_hour_of_records_without_the_judged_side_is_failed_and_says_what_judges_the_other() {
    for (sides, gone, missing) in [
        ("endpointInput,endpointOutput", "endpointOutput", "endpointOutput"),
        ("endpointOutput", "endpointOutput", "endpointOutput"),
        ("endpointInput", "endpointInput", "endpointInput"),
    ] {
        for site in Harness::both().await {
            let mut site = prepared(site, []).await;
            site.set("CAPTURE_INDEX_NAMES", sides);
            let mut all = records(60, 0);
            all.iter_mut().for_each(|record| record["captureData"][gone] = Value::Null);
            capture(&site, &all).await;
            let execution = site.run_twice_as::<DataQuality>(&nine()).await.execution;
            assert_eq!(execution.monitoring_execution_status, Status::Failed);
            assert_eq!(found(&execution), [("capture_side_check", Severity::Warning)]);
            assert_eq!(points(&execution)[..3], FAILED[..3]);
            let told = &execution.exit_message;
            assert!(told.starts_with(&format!("Failed: 60 of 60 records have no {missing}")), "{told}");
            assert!(told.contains("CAPTURE_INDEX_NAMES"), "{told}");
            let report = site.json(&format!("{RUN}/constraint_violations.json")).await;
            assert_eq!(
                report["violations"],
                json!([{"feature_name": "capture", "constraint_check_type": "capture_side_check",
                    "description": format!("60 of 60 captured records have no {missing}")}])
            );
        }
    }
}

/// NaN is a number that is missing, as is one beyond a double, and the column that misses it is named.
#[tokio::test]
async fn numbers_that_are_none_make_their_column_incomplete() {
    for site in Harness::both().await {
        let site = prepared(site, []).await;
        let side = |data: String| json!({"data": data, "encoding": "JSON", "observedContentType": "application/json"});
        let row = |n: usize| {
            let age = match n {
                n if n % 10 == 5 => "NaN".to_owned(),
                n if n.is_multiple_of(10) => "1e400".to_owned(),
                _ => (20 + n % 50).to_string(),
            };
            let plan = ["basic", "plus", "family"][n % 3];
            let input =
                side(format!("{{\"age\": {age}, \"plan\": \"{plan}\", \"income\": {}.5}}", 1_000 + n % 50));
            with_sides(n, &input, &side(format!("{{\"score\": 0.{:02}}}", n * 7 % 50)))
        };
        capture(&site, &(0..300).map(row).collect::<Vec<_>>()).await;
        let execution = site.run_twice_as::<DataQuality>(&nine()).await.execution;
        assert_eq!(execution.monitoring_execution_status, Status::CompletedWithViolations);
        assert_eq!(found(&execution), [("completeness_check", Severity::Warning)]);
        let judged = &execution.judged[0];
        assert_eq!((judged.feature_name.as_deref(), judged.value, judged.limit), (Some("age"), 0.8, 1.0));
        assert_eq!(points(&execution), [Some(1.0), Some(1.0), Some(0.0), Some(1.0)]);
        let lines = execution.capture.expect("lines");
        assert_eq!((lines.used, lines.non_finite), (300, 60));
        let first = lines.first_non_finite.expect("a place");
        assert!(first.object.ends_with(".jsonl"), "{}", first.object);
        assert_eq!(first.line, 1);
    }
}

#[tokio::test]
async fn a_quiet_hour_is_no_data_and_neither_begins_nor_ends_blindness() {
    let replays = || {
        let mut all = records(30, 0);
        all.iter_mut()
            .for_each(|record| record["eventMetadata"]["inferenceId"] = "replay-2026103109-1".into());
        all
    };
    let others = || {
        let mut all = records(30, 0);
        all.iter_mut()
            .for_each(|record| record["eventMetadata"]["inferenceTime"] = "2026-10-31T07:59:59Z".into());
        all
    };
    let cases: [(&str, String); 4] = [
        ("2026/10/31/07", text(&records(30, 0))),
        ("2026/10/31/08", text(&replays())),
        ("2026/10/31/08", text(&others())),
        ("2026/10/31/08", String::new()),
    ];
    for (hour, lines) in cases {
        for site in Harness::both().await {
            let site = monitored(site);
            baseline(&site).await;
            site.put(&format!("{VARIANT}/{hour}/{NAME}.jsonl"), lines.clone()).await;
            site.put(&format!("{HOUR}/_SUCCESS"), "").await;
            let execution = site.run_twice_as::<DataQuality>(&nine()).await.execution;
            assert_eq!(execution.exit_message, "CompletedNoData: No captured record in the window.");
            assert_eq!(points(&execution), QUIET);
        }
    }
}

/// A site whose hour is healthy, judged by these constraints.
async fn judged_by(site: Harness, constraints: Value) -> Harness {
    let site = prepared(site, (0..60).map(healthy)).await;
    site.put("baseline/constraints.json", constraints.to_string()).await;
    site
}

#[tokio::test]
async fn a_run_that_judged_nothing_is_inconclusive_and_says_why() {
    let column = |name: &str| json!({"name": name, "inferred_type": "Integral"});
    let all = || ["score", "age", "plan", "income"].map(column);
    let off = json!({"features": all(), "monitoring_config": {"evaluate_constraints": "Disabled"}});
    for (constraints, reason) in [
        (off, "age and 3 more: evaluate_constraints is Disabled for it"),
        (json!({"features": []}), "features: the constraints name no column"),
    ] {
        for site in Harness::both().await {
            let site = judged_by(site, constraints.clone()).await;
            let execution = site.run_twice_as::<DataQuality>(&nine()).await.execution;
            assert_eq!(execution.monitoring_execution_status, Status::Inconclusive);
            let told = &execution.exit_message;
            assert!(told.starts_with(&format!("Inconclusive: nothing was judged: {reason}")), "{told}");
            assert_eq!((points(&execution), execution.constraints_judged), (BLIND, 0));
        }
    }
    for rows in [30, 0] {
        for site in Harness::both().await {
            let mut site = prepared(site, (0..rows).map(healthy)).await;
            site.set("BASELINE_STATISTICS_URI", "");
            site.set("BASELINE_CONSTRAINTS_URI", "");
            site.set("BASELINES_URI", "{root}/baselines");
            site.put("baselines/churn-prod/other", "x").await;
            let execution = site.run_twice_as::<DataQuality>(&nine()).await.execution;
            let reason = &execution.not_evaluable["baseline"];
            assert!(reason.ends_with("churn-prod/AllTraffic/current-data-quality.json"), "{reason}");
            // An empty hour has no data, and its monitor is blind all the same.
            let status = if rows == 0 { Status::CompletedNoData } else { Status::Inconclusive };
            assert_eq!((execution.monitoring_execution_status, points(&execution)), (status, BLIND));
        }
    }
}

#[tokio::test]
async fn one_column_that_is_not_judged_does_not_hide_the_others() {
    for site in Harness::both().await {
        let site = prepared(site, (0..60).map(healthy)).await;
        let mut constraints = site.json("baseline/constraints.json").await;
        constraints["features"][1]["monitoring_config_overrides"] =
            json!({"evaluate_constraints": "Disabled"});
        site.put("baseline/constraints.json", constraints.to_string()).await;
        let execution = site.run_twice_as::<DataQuality>(&nine()).await.execution;
        assert_eq!(execution.monitoring_execution_status, Status::Completed);
        assert_eq!(execution.not_evaluable["age"], "evaluate_constraints is Disabled for it");
        assert!(execution.constraints_judged > 0);
    }
}

#[tokio::test]
async fn a_variant_or_endpoint_that_was_never_captured_is_not_a_quiet_one() {
    let many: Vec<String> = (0..11).map(|n| format!("churn-prod/v{n:02}/2026/10/31/08")).collect();
    let many: Vec<&str> = many.iter().map(String::as_str).collect();
    let cases: [(&[&str], &[&str]); 3] = [
        // Ten are enough to see which name was meant.
        (&many, &["and v00, v01, v02, v03, v04, v05, v06, v07, v08, v09 was", "VARIANT_NAME"]),
        (
            &[
                "churn-prod/canary-b/2026/10/31/08",
                "churn-prod/blue/2026/10/30/08",
                "other-endpoint/x/2026/10/31/08",
            ],
            &["variant AllTraffic of churn-prod was never captured", "blue, canary-b was", "VARIANT_NAME"],
        ),
        (
            &["other-endpoint/AllTraffic/2026/10/31/08"],
            &["endpoint churn-prod was never captured", "ENDPOINT_NAME"],
        ),
    ];
    for (captured, says) in cases {
        for site in Harness::both().await {
            let site = monitored(site);
            baseline(&site).await;
            for folder in captured {
                site.put(&format!("capture/{folder}/{NAME}.jsonl"), text(&records(3, 0))).await;
            }
            let execution = site.run_twice_as::<DataQuality>(&nine()).await.execution;
            let told = &execution.exit_message;
            assert!(told.starts_with("Inconclusive: nothing was judged: "), "{told}");
            says.iter().for_each(|part| assert!(told.contains(part), "{part} is not in {told}"));
            assert!(!told.contains("other-endpoint"), "{told}");
            assert_eq!(points(&execution), BLIND);
        }
    }
}

#[tokio::test]
async fn a_location_that_is_none_or_holds_other_folders_is_refused_by_name() {
    let cases: [(&'static str, &str, &str, &[&str]); 6] = [
        (
            "{root}/capture/churn-prod/AllTraffic",
            "08",
            "MalformedInput",
            &["already ends in the endpoint's name"],
        ),
        ("{root}/capture/churn-prod", "08", "MalformedInput", &["give the folder above churn-prod"]),
        ("{root}/capture", "8", "MalformedInput", &["2026/10/31/8/", "two digits"]),
        ("{root}/capture", "../../11/1/8", "MalformedInput", &["2026/11/1/8/", "two digits"]),
        ("{root}/nowhere", "08", "LocationNotFound", &["nowhere"]),
        ("{root}/nowhere/at/all", "08", "LocationNotFound", &["nowhere/at/all"]),
    ];
    for (location, hour, error_type, says) in cases {
        for site in Harness::both().await {
            let mut site = monitored(site);
            baseline(&site).await;
            let hour = hour.strip_prefix("../../").map_or(format!("10/31/{hour}"), str::to_owned);
            site.put(&format!("{VARIANT}/2026/{hour}/{NAME}.jsonl"), text(&records(3, 0))).await;
            site.set("CAPTURE_URI", location);
            let error = site.run_as::<DataQuality>(&nine()).await.expect_err(location);
            assert_eq!(error.error_type(), error_type, "{}", error.chain());
            says.iter().for_each(|part| assert!(error.chain().contains(part), "{}", error.chain()));
            assert_eq!(below(&site.tree().await, "reports"), [""; 0]);
        }
    }
}

#[tokio::test]
async fn files_of_other_kinds_are_counted_and_an_hour_of_nothing_else_is_inconclusive() {
    for site in Harness::both().await {
        let site = monitored(site);
        baseline(&site).await;
        site.put(&format!("{HOUR}/part-0.parquet"), "PAR1").await;
        site.put(&format!("{HOUR}/part-1.parquet"), "PAR1").await;
        site.put(&format!("{HOUR}/x.csv"), "1,2").await;
        site.put(&format!("{HOUR}/_SUCCESS"), "x").await;
        let execution = site.run_twice_as::<DataQuality>(&nine()).await.execution;
        let told = &execution.exit_message;
        assert!(
            told.starts_with("Inconclusive: nothing was judged") && told.contains("1 .csv, 2 .parquet"),
            "{told}"
        );
        assert_eq!(points(&execution), BLIND);
        let passed_over = [(".csv".to_owned(), 1), (".parquet".to_owned(), 2)].into();
        assert_eq!(execution.capture.expect("lines").files_passed_over, passed_over);
    }
}

fn packed(text: &str) -> Vec<u8> {
    let mut packer = GzEncoder::new(Vec::new(), Compression::default());
    packer.write_all(text.as_bytes()).expect("memory");
    packer.finish().expect("memory")
}

/// The report's files but execution.json.
async fn report(site: &Harness) -> Vec<(String, Vec<u8>)> {
    let tree = site.tree().await;
    tree.into_iter()
        .filter(|(key, _)| {
            key.starts_with(RUN) && !key.ends_with("execution.json") && !key.ends_with("report.html")
        })
        .collect()
}

#[tokio::test]
async fn packed_files_are_read_as_plain_ones_and_a_cut_one_is_told() {
    let lines = text(&records(300, 0));
    let plain = monitored(Harness::folder());
    baseline(&plain).await;
    plain.put(&format!("{HOUR}/{NAME}.jsonl"), lines.clone()).await;
    plain.run_twice_as::<DataQuality>(&nine()).await;
    let whole = packed(&lines);
    // Two members one after the other are one file, as gzip has it.
    let (first, second) = lines.split_at(lines.find("\n").expect("a line") + 1);
    for bytes in [whole.clone(), [packed(first), packed(second)].concat()] {
        for site in Harness::both().await {
            let site = monitored(site);
            baseline(&site).await;
            site.put(&format!("{HOUR}/{NAME}.jsonl.gz"), bytes.clone()).await;
            site.run_twice_as::<DataQuality>(&nine()).await;
            assert!(report(&site).await == report(&plain).await);
        }
    }
    for cut in [whole[..whole.len() / 2].to_vec(), b"not gzip at all".to_vec()] {
        for site in Harness::both().await {
            let site = prepared(site, (0..300).map(healthy)).await;
            site.put(&format!("{HOUR}/zz.jsonl.gz"), cut.clone()).await;
            let execution = site.run_twice_as::<DataQuality>(&nine()).await.execution;
            // 1 of 301 lines is below 1 %, and nobody knows how many lines the rest held.
            assert_eq!(found(&execution), [("capture_corrupt_check", Severity::Info)]);
            assert_eq!(execution.capture.expect("lines").left_out[&LeftOut::Gzip], 1);
        }
    }
}

#[tokio::test]
async fn an_old_hour_is_judged_as_any_other_and_one_that_has_not_ended_is_refused() {
    for site in Harness::both().await {
        let site = prepared(site, (0..60).map(healthy)).await;
        let mut later = nine();
        later.now = time("2026-11-14T12:00:00Z");
        let execution = site.run_twice_as::<DataQuality>(&later).await.execution;
        assert_eq!((execution.monitoring_execution_status, points(&execution)), (Status::Completed, JUDGED));
    }
    // Clocks may be five minutes apart.
    for (now, is_refused) in
        [("2026-10-31T08:55:00Z", false), ("2026-10-31T08:54:59Z", true), ("2025-10-31T09:10:00Z", true)]
    {
        for site in Harness::both().await {
            let site = prepared(site, (0..60).map(healthy)).await;
            let before = site.tree().await;
            let early =
                bellwether_pipeline::scheduled::Invocation { now: time(now), ..tick("2026-10-31T09:10:00Z") };
            let made = site.run_as::<DataQuality>(&early).await;
            assert_eq!(made.is_err(), is_refused, "{now}");
            if let Err(error) = made {
                assert_eq!(error.error_type(), "WindowNotEnded");
                assert!(error.chain().contains("2026-10-31T09:00:00Z: has not ended"), "{}", error.chain());
                crate::harness::assert_same(&site.tree().await, &before);
            }
        }
    }
}

#[tokio::test]
async fn an_hour_of_which_little_is_captured_and_some_of_that_corrupt_is_not_a_quiet_one() {
    for (replays, corrupt, status) in [
        (30, 0, Status::CompletedNoData),
        (300, 3, Status::CompletedNoData),
        (300, 4, Status::Inconclusive),
        (30, 31, Status::Failed),
    ] {
        for site in Harness::both().await {
            let site = monitored(site);
            baseline(&site).await;
            let mut all = records(replays, 0);
            all.iter_mut().for_each(|record| record["eventMetadata"]["inferenceId"] = "replay-1".into());
            let lines = text(&all) + &"{\"captureData\n".repeat(corrupt);
            site.put(&format!("{HOUR}/{NAME}.jsonl"), lines).await;
            let execution = site.run_twice_as::<DataQuality>(&nine()).await.execution;
            assert_eq!(
                execution.monitoring_execution_status, status,
                "{corrupt} of {replays}: {execution:?}"
            );
        }
    }
}
