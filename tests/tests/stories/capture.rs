//! Hours of captured traffic: which records belong to a window, and what becomes of every other line.

use super::measures::assert_close;
use crate::harness::recommender::{captured, healthy, ten_categories};
use crate::harness::{Harness, RUN, nine, tick, time};
use bellwether_contract::capture::LeftOut;
use bellwether_contract::execution::{BrokenLine, Execution, Status};
use bellwether_contract::window::Window;
use bellwether_pipeline::scheduled::Invocation;
use jiff::SignedDuration;
use jiff::Timestamp;
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::os::unix::fs::symlink;

const VARIANT: &str = "capture/recommender-prod/AllTraffic";

/// A record of a list of so many categories.
pub(crate) fn record(number: u64, at: &str, categories: usize) -> Value {
    captured(number, categories, time(at), &format!("00000000-0000-4000-8000-{number:012}"))
}

/// The same record with one of its fields changed; `null` takes an output away.
fn but(mut record: Value, pointer: &str, value: Value) -> Value {
    *record.pointer_mut(pointer).expect("a field of the record") = value;
    record
}

pub(crate) async fn capture(site: &Harness, name: &str, lines: &[String]) {
    let name = format!("{VARIANT}/2026/10/31/{name}-0b7bfd33-c8a7-4adf-a09a-98fd0af79974.jsonl");
    site.put(&name, lines.iter().map(|line| format!("{line}\n")).collect::<String>()).await;
}

async fn captured_only(site: Harness) -> Harness {
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
    for site in Harness::both().await {
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
    for site in Harness::both().await {
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
    for site in Harness::both().await {
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
    for site in Harness::both().await {
        let site = captured_only(site).await.with("WINDOW", "PT2H");
        let twice = record(1, "2026-10-31T07:59:59Z", 4).to_string();
        capture(&site, "07/59-59-999", std::slice::from_ref(&twice)).await;
        capture(&site, "08/31-00-000", &[twice, record(2, "2026-10-31T08:30:00Z", 6).to_string()]).await;
        let mut invocation = nine();
        let length = SignedDuration::from_hours(2);
        invocation.trigger.window = Window::ending_at(invocation.now, length).expect("a window");
        let summary = site.run_twice(&invocation).await.execution.capture.expect("captured lines");
        assert_eq!((summary.files, summary.lines, summary.used), (2, 3, 2));
        assert_eq!(summary.left_out, [(LeftOut::Duplicate, 1)].into());
    }
}

#[tokio::test]
async fn a_window_too_old_for_a_replay_is_judged_by_its_captured_traffic_alone() {
    for (minutes, replayed) in [(90, true), (91, false)] {
        for site in Harness::both_replaying(5, healthy).await {
            let site = site.with("CAPTURE_URI", "{root}/capture");
            capture(&site, "08/31-00-000", &[record(1, "2026-10-31T08:30:00Z", 5).to_string()]).await;
            let now = time("2026-10-31T09:00:00Z") + SignedDuration::from_mins(minutes);
            let execution = site.run_twice(&Invocation { now, ..nine() }).await.execution;
            assert_eq!(execution.monitoring_execution_status, Status::Completed);
            assert_eq!(site.model().seen().len(), if replayed { 5 } else { 0 });
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
        for site in Harness::both().await {
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
    let site = captured_only(Harness::bucket().await).await;
    capture(&site, "08/31-00-000", &[record(1, "2026-10-31T08:30:00Z", 5).to_string()]).await;
    let late = Invocation { now: time("2026-11-14T08:00:01Z"), ..nine() };
    let committed = site.run_twice(&late).await;
    assert_eq!(committed.execution.monitoring_execution_status, Status::Completed);
    assert_eq!(site.aws().metrics(), []);
    let still = Invocation { now: time("2026-11-14T07:00:00Z"), ..tick("2026-10-31T08:10:00Z") };
    site.run_twice(&still).await;
    assert_eq!(site.aws().metrics().len(), 1, "to the second two weeks");
}

/// A broken copy, one without a response, and the whole record twice: in every order the whole one counts once.
#[tokio::test]
async fn a_broken_first_copy_does_not_hide_a_good_one() {
    let whole = record(1, "2026-10-31T08:30:00Z", 5);
    let broken = but(whole.clone(), DATA, json!("{\"recommendations\": [")).to_string();
    let one_sided = but(whole.clone(), OUTPUT, Value::Null).to_string();
    let other = record(2, "2026-10-31T08:30:00Z", 3).to_string();
    let whole = whole.to_string();
    let left_out = [(LeftOut::Json, 1), (LeftOut::NoOutput, 1), (LeftOut::Duplicate, 1)];
    let mut statistics = Vec::new();
    for order in [[0, 1, 2, 3, 4], [2, 0, 3, 1, 4], [4, 3, 2, 1, 0], [1, 2, 0, 4, 3]] {
        for site in Harness::both().await {
            let site = captured_only(site).await;
            let lines = [&broken, &one_sided, &whole, &whole, &other];
            let lines = order.map(|place: usize| lines[place].clone());
            capture(&site, "08/31-00-000", &lines[..2]).await;
            capture(&site, "08/41-00-000", &lines[2..]).await;
            let summary = site.run_twice(&nine()).await.execution.capture.expect("captured lines");
            assert_eq!((summary.used, summary.left_out), (2, left_out.into()), "{order:?}");
            let report = site.json(&format!("{RUN}/statistics.json")).await;
            statistics.push(report["recommendation_metrics"].clone());
        }
    }
    assert!(statistics.iter().all(|numbers| *numbers == statistics[0]));
    assert_close("mean", &statistics[0]["captured_category_diversity_mean"]["value"], 4.0);
}

#[tokio::test]
async fn records_without_an_id_of_their_own_are_all_measured_and_that_is_told() {
    let id = "/eventMetadata/eventId";
    let shared = json!("842e7fc2-2954-4a6e-b12a-a1f6d42fddbb");
    for (change, no_id) in [
        (Some(json!("")), 10),
        (Some(Value::Null), 10),
        (Some(json!("00000000-0000-0000-0000-000000000000")), 10),
        (Some(shared), 10),
        (None, 0),
    ] {
        for site in Harness::both().await {
            let site = captured_only(site).await;
            let line = |number: u64| {
                let record = record(number, &format!("2026-10-31T08:30:{number:02}Z"), 5);
                change.clone().map_or(record.clone(), |change| but(record, id, change)).to_string()
            };
            capture(&site, "08/31-00-000", &(0..10).map(line).collect::<Vec<_>>()).await;
            let execution = site.run_twice(&nine()).await.execution;
            let summary = execution.capture.as_ref().expect("captured lines");
            assert_eq!((summary.used, summary.no_id, summary.left_out.len()), (10, no_id, 0), "{change:?}");
            let is_told = |warning: &String| warning.starts_with("10 of 10 measured records have no eventId");
            assert_eq!(execution.warnings.iter().any(is_told), no_id > 0, "{:?}", execution.warnings);
            let written = site.json(&format!("{RUN}/execution.json")).await;
            assert_eq!(written["capture"].get("no_id").is_some(), no_id > 0);
        }
    }
}

/// The window that ends then, of so many hours, judged ten minutes later.
fn window_of(hours: i64, end: &str) -> Invocation {
    let mut invocation = tick(end);
    invocation.trigger.window =
        Window::ending_at(time(end), SignedDuration::from_hours(hours)).expect("a window");
    invocation
}

#[tokio::test]
async fn what_was_flushed_too_late_for_an_earlier_window_is_counted_by_the_end_of_that_window() {
    let eight = |number| record(number, "2026-10-31T07:59:58Z", 6).to_string();
    // A replay is nobody's record, late or not.
    let mut replayed = record(10, "2026-10-31T06:10:00Z", 6);
    replayed["eventMetadata"]["inferenceId"] = json!("replay-2026103107-4");
    for (hours, expected) in [
        // Three of the window before, two of the one before that; what was flushed in time was read by its own window.
        (1, vec![("2026-10-31T08:00:00Z", 3), ("2026-10-31T07:00:00Z", 1), ("2026-10-31T01:00:00Z", 1)]),
        // Windows of 2 h end at 07:00, 05:00, 03:00, 01:00; 07:59:58 lies in this one.
        (2, vec![("2026-10-31T07:00:00Z", 1), ("2026-10-31T01:00:00Z", 1)]),
    ] {
        for site in Harness::both().await {
            let site = captured_only(site).await.with("WINDOW", &format!("PT{hours}H"));
            capture(&site, "08/09-59-999", &[eight(1), record(2, "2026-10-31T08:00:00Z", 6).to_string()])
                .await;
            capture(&site, "08/10-00-000", &[eight(3), eight(4)]).await;
            capture(
                &site,
                "08/31-00-000",
                &[
                    record(5, "2026-10-31T06:59:59Z", 6).to_string(),
                    record(6, "2026-10-31T00:30:00Z", 6).to_string(),
                    record(7, "2026-10-31T09:00:00Z", 6).to_string(),
                    replayed.to_string(),
                ],
            )
            .await;
            let unnamed = format!("{VARIANT}/2026/10/31/08/part-0.jsonl");
            site.put(&unnamed, format!("{}\n", eight(8))).await;
            // The next hour's folder is the next window's to count.
            capture(&site, "09/05-00-000", &[eight(9)]).await;
            let summary = site.run_twice(&window_of(hours, "2026-10-31T09:10:00Z")).await.execution.capture;
            let summary = summary.expect("captured lines");
            let expected: BTreeMap<Timestamp, u64> =
                expected.iter().map(|(end, records)| (time(end), *records)).collect();
            assert_eq!(summary.late, expected, "{hours} h");
            let lines = summary.used + summary.left_out.values().sum::<u64>();
            assert_eq!((summary.lines, lines), (10, 10), "late records are counted as left out, too");
        }
    }
}

#[tokio::test]
async fn a_window_that_is_judged_once_more_reads_what_came_late() {
    let late = |number| record(number, "2026-10-31T08:59:58Z", 6).to_string();
    for site in Harness::both().await {
        let site = captured_only(site).await;
        capture(&site, "08/31-00-000", &[record(1, "2026-10-31T08:30:00Z", 4).to_string()]).await;
        capture(&site, "09/05-00-000", &[late(2)]).await;
        let first = site.run_twice(&nine()).await.execution.capture.expect("captured lines");
        capture(&site, "09/59-59-999", &[late(3)]).await;
        site.put(&format!("{VARIANT}/2026/10/31/09/part-0.jsonl"), format!("{}\n", late(4))).await;
        capture(&site, "10/00-00-000", &[late(5)]).await;
        // The next hour's own lines are its own to tell, whole or broken.
        let next = record(6, "2026-10-31T09:30:00Z", 6).to_string();
        capture(&site, "09/30-00-000", &[next, "{".to_owned(), late(7)]).await;
        let mut again = nine();
        again.trigger.reopen = true;
        let second = site.run(&again).await.expect("a second verdict");
        let reopened = second.execution.capture.expect("captured lines");
        assert_eq!((second.run.revision, first.used, reopened.used), (2, 2, 5));
        assert_eq!((reopened.lines, reopened.left_out), (5, BTreeMap::new()));
    }
}

/// A run of the hour in a site whose capture holds a healthy hour, changed by hand: folders alone have links and files in
/// the place of folders.
async fn in_a_folder(
    change: impl AsyncFnOnce(&Harness, &std::path::Path),
) -> (Harness, Result<Execution, String>) {
    let site = captured_only(Harness::folder()).await;
    capture(&site, "08/31-00-000", &[record(1, "2026-10-31T08:30:00Z", 5).to_string()]).await;
    let root = std::path::PathBuf::from(site.uri());
    change(&site, &root).await;
    let made = site.run(&nine()).await;
    let made = made
        .map(|committed| committed.execution)
        .map_err(|error| format!("{}: {}", error.error_type(), error.chain()));
    (site, made)
}

#[tokio::test]
async fn captures_behind_symbolic_links_are_read() {
    for link in [
        "",
        "recommender-prod",
        "recommender-prod/AllTraffic/2026",
        "recommender-prod/AllTraffic/2026/10/31/08",
    ] {
        let (_site, made) = in_a_folder(async |_, root| {
            let place = if link.is_empty() { root.join("capture") } else { root.join("capture").join(link) };
            let away = root.join("away");
            std::fs::rename(&place, &away).expect("a folder");
            symlink(&away, &place).expect("a link");
        })
        .await;
        assert_eq!(made.expect("a verdict").capture.expect("lines").used, 1, "{link:?}");
    }
    let (_site, made) = in_a_folder(async |site, root| {
        site.put("away/x.jsonl", format!("{}\n", record(2, "2026-10-31T08:30:00Z", 5))).await;
        let hour = root.join(VARIANT).join("2026/10/31/08");
        symlink(root.join("away/x.jsonl"), hour.join("y.jsonl")).expect("a link");
        symlink(&hour, hour.join("again")).expect("a link");
    })
    .await;
    let lines = made.expect("a verdict").capture.expect("lines");
    assert_eq!((lines.files, lines.used), (2, 2), "a file that is a link, and a link that leads back");
}

#[tokio::test]
async fn captures_behind_a_link_to_nothing_are_no_quiet_hour() {
    for link in
        ["recommender-prod/AllTraffic/2026/10/31/08/z.jsonl", "recommender-prod/AllTraffic/2026/10/31/08"]
    {
        let (site, made) = in_a_folder(async |_, root| {
            let place = root.join("capture").join(link);
            if place.is_dir() {
                std::fs::remove_dir_all(&place).expect("a folder");
            }
            symlink(root.join("nowhere"), &place).expect("a link");
        })
        .await;
        let error = made.expect_err("the hour cannot be read");
        assert!(error.contains("symbolic link that cannot be followed; mend or remove it"), "{error}");
        assert!(!std::path::Path::new(&site.uri()).join(RUN).exists());
    }
}

#[tokio::test]
async fn an_hour_that_is_a_file_is_an_error_and_no_quiet_hour() {
    for file in ["2026/10/31/08", "2026/10/31", "2026/10", "2026"] {
        for site in Harness::both().await {
            let site = captured_only(site).await;
            // Captured once, so that the location is not misspelt.
            site.put(&format!("{VARIANT}/2025/10/31/08/x.jsonl"), "").await;
            site.put(&format!("{VARIANT}/{file}"), "x").await;
            let error = site.run(&nine()).await.expect_err("a file where a folder should be");
            assert_eq!(error.error_type(), "MalformedInput");
            let told = error.chain();
            assert!(
                told.contains(&format!("{VARIANT}/{file}: is a file where a folder of captured")),
                "{told}"
            );
        }
    }
}

#[tokio::test]
async fn a_place_where_nothing_was_ever_captured_is_no_quiet_one_whatever_else_lies_there() {
    let cases: [&[&str]; 3] = [
        &["recommender-prod/AllTraffic/.DS_Store"],
        &["recommender-prod/AllTraffic/2026/10/31/07/_SUCCESS", "recommender-prod/.keep"],
        &["recommender-prod/AllTraffic/README.md", "recommender-prod/notes/x.txt"],
    ];
    for foreign in cases {
        for site in Harness::both().await {
            let site = captured_only(site).await;
            for name in foreign {
                site.put(&format!("capture/{name}"), "x").await;
            }
            let execution = site.run_twice(&nine()).await.execution;
            assert_eq!(execution.monitoring_execution_status, Status::Inconclusive, "{foreign:?}");
            let told = &execution.exit_message;
            assert!(told.contains("endpoint recommender-prod was never captured"), "{foreign:?}: {told}");
        }
    }
    // Lines that were captured, and lie where they are not read.
    for site in Harness::both().await {
        let site = captured_only(site).await;
        for name in ["notes/x.jsonl", "x.jsonl"] {
            site.put(&format!("{VARIANT}/{name}"), "x").await;
        }
        let execution = site.run_twice(&nine()).await.execution;
        assert_eq!(execution.monitoring_execution_status, Status::Inconclusive);
        let told = &execution.exit_message;
        for part in [&format!("{VARIANT}/x.jsonl lies outside"), "yyyy/mm/dd/hh", "in 1 more place"] {
            assert!(told.contains(part), "{part} is not in {told}");
        }
    }
    // Foreign files beside real ones, which are found behind them.
    for site in Harness::both().await {
        let site = captured_only(site).await;
        for n in 0..30 {
            site.put(&format!("{VARIANT}/.{n}"), "x").await;
        }
        capture(&site, "07/31-00-000", &[record(1, "2026-10-31T07:30:00Z", 5).to_string()]).await;
        let execution = site.run_twice(&nine()).await.execution;
        assert_eq!(execution.monitoring_execution_status, Status::CompletedNoData);
    }
}

#[tokio::test]
async fn an_empty_folder_where_captures_used_to_be_is_inconclusive() {
    for left in ["", "recommender-prod", "recommender-prod/AllTraffic/2026/10/31/08"] {
        let (_site, made) = in_a_folder(async |_, root| {
            std::fs::remove_dir_all(root.join("capture")).expect("a folder");
            std::fs::create_dir_all(root.join("capture").join(left)).expect("a folder");
        })
        .await;
        let execution = made.expect("a verdict");
        assert_eq!(execution.monitoring_execution_status, Status::Inconclusive, "{left:?}");
        assert!(execution.exit_message.contains("was never captured"), "{}", execution.exit_message);
    }
}
