//! Hours of captured traffic: which records belong to a window, and what becomes of every other line.

use super::measures::assert_close;
use crate::site::{Live, RUN, Site, healthy, list_of, nine, ten_categories, tick, time};
use bellwether_contract::capture::LeftOut;
use bellwether_contract::execution::{BrokenLine, Status};
use bellwether_newsroom::capture_record;
use bellwether_pipeline::scheduled::Invocation;
use jiff::SignedDuration;
use serde_json::{Value, json};

const VARIANT: &str = "capture/recommender-prod/AllTraffic";

/// A record of a list of so many categories.
pub(crate) fn record(number: u64, at: &str, categories: usize) -> Value {
    let items: Vec<Value> = list_of(categories).into_iter().map(|id| json!({"item_id": id})).collect();
    let event = format!("00000000-0000-4000-8000-{number:012}");
    capture_record(&json!({"reader": number}), &json!({"recommendations": items}), time(at), &event)
}

/// The same record with one of its fields changed; `null` takes an output away.
fn but(mut record: Value, pointer: &str, value: Value) -> Value {
    *record.pointer_mut(pointer).expect("a field of the record") = value;
    record
}

pub(crate) async fn capture(site: &Site, name: &str, lines: &[String]) {
    let name = format!("{VARIANT}/2026/10/31/{name}-0b7bfd33-c8a7-4adf-a09a-98fd0af79974.jsonl");
    site.put(&name, lines.iter().map(|line| format!("{line}\n")).collect::<String>()).await;
}

async fn captured_only(site: Site) -> Site {
    site.put("inputs/catalog.json", ten_categories()).await;
    site.with("CAPTURE_URI", "{root}/capture").with("REPLAY", "none")
}

const OUTPUT: &str = "/captureData/endpointOutput";
const DATA: &str = "/captureData/endpointOutput/data";
const ENCODING: &str = "/captureData/endpointOutput/encoding";

/// Two lists of 5 and 3 categories are measured: mean 4, p5 = 3 + 0.05 x 2. Five of twelve lines are corrupt.
#[tokio::test]
async fn every_line_is_measured_or_counted_by_its_reason() {
    let inside = "2026-10-31T08:30:00Z";
    let good = record(1, inside, 5);
    let mut replayed = record(2, inside, 9);
    replayed["eventMetadata"]["inferenceId"] = json!("replay-2026103109-4");
    let cut: String = record(3, inside, 9).to_string().chars().take(200).collect();
    let lines = [
        good.to_string(),
        record(4, inside, 3).to_string(),
        good.to_string(),
        replayed.to_string(),
        record(5, "2026-10-31T07:59:59Z", 9).to_string(),
        record(6, "2026-10-31T09:00:00Z", 9).to_string(),
        but(record(7, inside, 9), OUTPUT, Value::Null).to_string(),
        cut,
        but(record(8, inside, 9), ENCODING, json!("BASE64")).to_string(),
        but(record(9, inside, 9), ENCODING, json!("XML")).to_string(),
        but(record(10, inside, 9), DATA, json!("{\"items\": [1]}")).to_string(),
        but(record(11, inside, 9), DATA, json!("<html>")).to_string(),
    ];
    for site in Site::both().await {
        let site = captured_only(site).await;
        capture(&site, "08/31-00-000", &lines).await;
        let execution = site.run_twice(&nine()).await.execution;
        let summary = execution.capture.as_ref().expect("captured lines");
        let left_out = [
            (LeftOut::Json, 2),
            (LeftOut::Encoding, 1),
            (LeftOut::Base64, 1),
            (LeftOut::NoList, 1),
            (LeftOut::NoOutput, 1),
            (LeftOut::OutsideWindow, 2),
            (LeftOut::Replay, 1),
            (LeftOut::Duplicate, 1),
        ];
        assert_eq!(summary.left_out, left_out.into());
        assert_eq!((summary.files, summary.lines, summary.used), (1, 12, 2));
        assert_eq!(summary.samples.iter().map(|sample| sample.line).collect::<Vec<_>>(), [8, 9, 10, 11, 12]);
        let words: Vec<_> = summary.samples.iter().map(BrokenLine::in_words).collect();
        assert!(words[3].contains("the answer is an object of `items` (a list)"), "{words:?}");
        assert!(summary.samples.iter().all(|sample| sample.excerpt.is_none()), "no payload in a report");
        assert!(summary.samples[0].object.starts_with(&site.uri()), "{}", summary.samples[0].object);
        let statistics = site.json(&format!("{RUN}/statistics.json")).await;
        for (name, value) in [("mean", 4.0), ("min", 3.0), ("max", 5.0), ("p5", 3.1)] {
            let name = format!("captured_category_diversity_{name}");
            assert_close(&name, &statistics["recommendation_metrics"][&name]["value"], value);
        }
        let report = site.json(&format!("{RUN}/constraint_violations.json")).await;
        assert_eq!(report["violations"][0]["constraint_check_type"], "capture_corrupt_check");
        assert_eq!(report["violations"].as_array().map(Vec::len), Some(1));
    }
}

#[tokio::test]
async fn an_hour_of_which_most_cannot_be_read_is_failed_and_committed() {
    let lines = ["{", "[", "7", &record(1, "2026-10-31T08:30:00Z", 5).to_string()].map(str::to_owned);
    for site in Site::both().await {
        let site = captured_only(site).await;
        capture(&site, "08/31-00-000", &lines).await;
        let execution = site.run_twice(&nine()).await.execution;
        assert_eq!(execution.monitoring_execution_status, Status::Failed);
        assert!(execution.exit_message.contains("75.0 % of 4 captured lines"), "{}", execution.exit_message);
    }
}

#[tokio::test]
async fn what_was_flushed_soon_after_the_hour_still_belongs_to_it() {
    let late = |number| record(number, "2026-10-31T08:59:58Z", 6).to_string();
    for site in Site::both().await {
        let site = captured_only(site).await;
        capture(&site, "08/31-00-000", &[record(1, "2026-10-31T08:30:00Z", 4).to_string()]).await;
        capture(&site, "09/09-59-999", &[late(2), record(3, "2026-10-31T09:00:00Z", 9).to_string()]).await;
        capture(&site, "09/10-00-000", &[late(4)]).await;
        capture(&site, "07/59-59-999", &[late(5)]).await;
        let execution = site.run_twice(&nine()).await.execution;
        let summary = execution.capture.expect("captured lines");
        assert_eq!((summary.files, summary.used), (2, 2));
        assert_eq!(summary.left_out, [(LeftOut::OutsideWindow, 1)].into());
    }
}

#[tokio::test]
async fn a_window_of_two_hours_reads_both_and_counts_a_record_once() {
    for site in Site::both().await {
        let site = captured_only(site).await.with("WINDOW", "PT2H");
        let twice = record(1, "2026-10-31T07:59:59Z", 4).to_string();
        capture(&site, "07/59-59-999", std::slice::from_ref(&twice)).await;
        capture(&site, "08/31-00-000", &[twice, record(2, "2026-10-31T08:30:00Z", 6).to_string()]).await;
        let mut invocation = nine();
        let length = SignedDuration::from_hours(2);
        invocation.trigger.window =
            bellwether_contract::window::Window::ending_at(invocation.now, length).expect("a window");
        let summary = site.run_twice(&invocation).await.execution.capture.expect("captured lines");
        assert_eq!((summary.files, summary.lines, summary.used), (2, 3, 2));
        assert_eq!(summary.left_out, [(LeftOut::Duplicate, 1)].into());
    }
}

#[tokio::test]
async fn a_window_too_old_for_a_replay_is_judged_by_its_captured_traffic_alone() {
    for (minutes, replayed) in [(90, true), (91, false)] {
        for live in Live::both(5, healthy).await {
            let site = live.site.with("CAPTURE_URI", "{root}/capture");
            capture(&site, "08/31-00-000", &[record(1, "2026-10-31T08:30:00Z", 5).to_string()]).await;
            let now = time("2026-10-31T09:00:00Z") + SignedDuration::from_mins(minutes);
            let execution = site.run_twice(&Invocation { now, ..nine() }).await.execution;
            assert_eq!(execution.monitoring_execution_status, Status::Completed);
            assert_eq!(live.endpoint.seen().len(), if replayed { 5 } else { 0 });
            assert_eq!(execution.replay.is_some(), replayed);
            if !replayed {
                let reason = &execution.not_evaluable["top10_category_diversity"];
                assert!(
                    reason.contains("ended 91 minutes") && reason.contains("REPLAY_MAX_AGE is 90"),
                    "{reason}"
                );
                let names: Vec<_> = execution.metrics.iter().map(|point| point.name.as_str()).collect();
                for name in ["top10_category_diversity_mean", "captured_category_diversity_mean"] {
                    assert!(names.contains(&name), "{name} is not in {names:?}");
                }
            }
        }
    }
}

#[tokio::test]
async fn an_empty_hour_is_reported_not_skipped() {
    let cases = [
        ("ok", Status::CompletedNoData, 0),
        ("warn", Status::CompletedNoData, 0),
        ("violate", Status::CompletedWithViolations, 1),
    ];
    for (policy, status, violations) in cases {
        for site in Site::both().await {
            let site = captured_only(site).await.with("NO_DATA_POLICY", policy);
            // The hour before had traffic, so the location is not misspelt; this hour has a replay's own record alone.
            capture(&site, "07/31-00-000", &[record(1, "2026-10-31T07:30:00Z", 5).to_string()]).await;
            let mut own = record(2, "2026-10-31T08:30:00Z", 5);
            own["eventMetadata"]["inferenceId"] = json!("replay-2026103108-0");
            capture(&site, "08/31-00-000", &[own.to_string()]).await;
            let execution = site.run_twice(&nine()).await.execution;
            assert_eq!(
                (execution.monitoring_execution_status, execution.violations),
                (status, violations),
                "{policy}"
            );
            let report = site.json(&format!("{RUN}/constraint_violations.json")).await;
            let checks: Vec<_> = report["violations"]
                .as_array()
                .into_iter()
                .flatten()
                .map(|violation| violation["constraint_check_type"].clone())
                .collect();
            assert_eq!(checks, vec!["no_data_check"; violations as usize]);
            let completed =
                execution.metrics.iter().find(|point| point.name == "run_completed").expect("a point");
            let is_completed = serde_json::to_value(completed).expect("JSON")["value"] == 1.0;
            assert_eq!(is_completed, status == Status::CompletedWithViolations);
        }
    }
}

#[tokio::test]
async fn a_window_too_old_for_cloudwatch_has_its_numbers_in_files_only() {
    let site = captured_only(Site::bucket().await).await;
    capture(&site, "08/31-00-000", &[record(1, "2026-10-31T08:30:00Z", 5).to_string()]).await;
    let late = Invocation { now: time("2026-11-14T08:00:01Z"), ..nine() };
    let committed = site.run_twice(&late).await;
    assert_eq!(committed.execution.monitoring_execution_status, Status::Completed);
    assert_eq!(site.aws().metrics(), []);
    let still = Invocation { now: time("2026-11-14T07:00:00Z"), ..tick("2026-10-31T08:10:00Z") };
    site.run_twice(&still).await;
    assert_eq!(site.aws().metrics().len(), 1, "to the second two weeks");
}
