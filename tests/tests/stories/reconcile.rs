//! Windows that earlier ticks left: judged by a later one, after its own, as far as that goes.

use crate::harness::recommender::{captured, healthy, ten_categories};
use crate::harness::{Harness, Tree, below, tick, time};
use bellwether_contract::execution::{Execution, Status};
use bellwether_contract::metrics::MetricValue;
use bellwether_contract::window::Window;
use bellwether_pipeline::RunError;
use bellwether_pipeline::commit::Committed;
use bellwether_pipeline::doctor::Diagnosis;
use bellwether_pipeline::metrics::Sink;
use bellwether_pipeline::monitor::{Measurement, Monitor, RunRequest};
use bellwether_pipeline::monitors::diversity::DiversitySettings;
use bellwether_pipeline::progress::{Watcher, nobody};
use bellwether_pipeline::scheduled::{Invocation, Reconciled, Scheduled};
use bellwether_tests::answer::Answer;
use bellwether_tests::faults::Fault;
use jiff::SignedDuration;
use serde_json::json;
use std::time::Duration;
use tokio::time::Instant;

const SCHEDULE: &str = "recommender-prod/diversity-hourly";

fn at(hour: u32) -> Invocation {
    let invocation = tick(&format!("2026-10-31T{hour:02}:10:00Z"));
    Invocation { request_id: format!("tick-{hour}"), ..invocation }
}

async fn serve(site: &Harness, invocation: &Invocation) -> (Result<Committed, RunError>, Vec<Reconciled>) {
    site.check().expect("a check").tick(invocation, &nobody).await
}

async fn recorded_hours(site: Harness) -> Harness {
    site.put_lists([6; 10]).await;
    site
}

/// Hours of the 31st that have an execution.
fn executed(tree: &Tree) -> Vec<String> {
    let day = format!("reports/{SCHEDULE}/2026/10/31");
    let runs = below(tree, &day).into_iter().filter(|key| key.ends_with("/execution.json"));
    runs.map(|key| key[day.len() + 1..].trim_end_matches("/execution.json").to_owned()).collect()
}

fn execution(tree: &Tree, hour: u32) -> Execution {
    let key = format!("reports/{SCHEDULE}/2026/10/31/{hour:02}/execution.json");
    serde_json::from_slice(&tree[&key]).expect("JSON")
}

fn tries(tree: &Tree, hour: u32) -> Vec<String> {
    let folder = format!("reports-state/attempts/{SCHEDULE}/2026/10/31/{hour:02}");
    let tries = below(tree, &folder).into_iter().filter(|key| key.contains("/reconciler-"));
    tries.map(|key| key[folder.len() + 1..].to_owned()).collect()
}

/// A record that was captured in the hour that ends then.
async fn capture(site: &Harness, hour: u32) {
    capture_flushed(site, hour, hour - 1, 30).await;
}

/// A record of the hour that ends then, flushed in another one so many minutes after it began.
async fn capture_flushed(site: &Harness, hour: u32, flushed: u32, minutes: u32) {
    let when = time(&format!("2026-10-31T{:02}:30:00Z", hour - 1));
    let id = format!("00000000-0000-4000-8000-{:012}", hour * 10_000 + flushed * 100 + minutes);
    let record = captured(1, 5, when, &id);
    let folder = format!("capture/recommender-prod/AllTraffic/2026/10/31/{flushed:02}");
    site.put(&format!("{folder}/{minutes:02}-00-000-{id}.jsonl"), format!("{record}\n")).await;
}

#[tokio::test]
async fn lost_ticks_are_made_good_oldest_first_and_nothing_before_the_first() {
    for site in Harness::both().await {
        let site = recorded_hours(site).await;
        let expected: [(u32, &[u32]); 5] = [(3, &[]), (4, &[]), (9, &[5, 6, 7]), (10, &[8]), (11, &[])];
        for (hour, others) in expected {
            let (made, reconciled) = serve(&site, &at(hour)).await;
            assert!(made.expect("a verdict").made_here);
            let hours: Vec<String> = reconciled.iter().map(|one| one.window.label()).collect();
            assert_eq!(hours, others.iter().map(|other| format!("20261031{other:02}")).collect::<Vec<_>>());
            assert!(reconciled.iter().all(|one| one.made.as_ref().is_ok_and(|made| made.made_here)));
            // The same tick once more finds nothing left to do within its reach.
            if others.len() < 3 {
                assert!(serve(&site, &at(hour)).await.1.is_empty());
            }
        }
        let tree = site.tree().await;
        assert_eq!(executed(&tree), ["03", "04", "05", "06", "07", "08", "09", "10", "11"]);
        assert_eq!(execution(&tree, 5).attempt.started_at, at(9).now);
        if site.is_bucket() {
            // One for each window, stamped with its own last hour.
            let mut stamps: Vec<f64> =
                site.aws().metrics().iter().filter_map(|sent| sent.metric_data[0].timestamp).collect();
            stamps.sort_by(f64::total_cmp);
            let first = time("2026-10-31T02:00:00Z").as_second() as f64;
            assert_eq!(stamps, (0..9).map(|hour| first + 3_600.0 * f64::from(hour)).collect::<Vec<_>>());
        }
    }
}

#[tokio::test]
async fn an_old_window_is_judged_by_what_was_captured_and_a_young_one_is_asked_about() {
    for site in Harness::both_replaying(10, healthy).await {
        let site = site.with("CAPTURE_URI", "{root}/capture");
        capture(&site, 6).await;
        serve(&site, &at(4)).await.0.expect("a verdict");
        let (made, reconciled) = serve(&site, &at(8)).await;
        made.expect("a verdict");
        let statuses: Vec<(Status, bool)> = reconciled
            .into_iter()
            .map(|one| one.made.expect("a verdict").execution)
            .map(|execution| (execution.monitoring_execution_status, execution.replay.is_some()))
            .collect();
        let expected =
            [(Status::CompletedNoData, false), (Status::Completed, false), (Status::Completed, true)];
        assert_eq!(statuses, expected, "five, six and seven o'clock");
        assert_eq!(site.model().seen().len(), 30, "four, eight and seven o'clock");
    }
}

/// The state of the endpoint, of S3 or of a name is nobody's verdict, until a third hour has met it.
#[tokio::test]
async fn a_window_that_fails_in_three_hours_is_committed_as_failed() {
    for site in Harness::both().await {
        let site = recorded_hours(site).await;
        serve(&site, &at(4)).await.0.expect("a verdict");
        site.put("inputs/catalog.json", "{").await;
        for hour in [5, 6, 7] {
            // A tick comes three times where it fails: together that is one try.
            for _ in 0..3 {
                let (made, _) = serve(&site, &at(hour)).await;
                assert_eq!(made.expect_err("a broken catalogue").error_type(), "MalformedInput");
            }
        }
        let tree = site.tree().await;
        assert_eq!(executed(&tree), ["04"]);
        assert_eq!(tries(&tree, 5), ["reconciler-2026103106.json", "reconciler-2026103107.json"]);
        let (made, reconciled) = serve(&site, &at(8)).await;
        made.expect_err("the catalogue is still broken");
        let ends: Vec<Option<Status>> = reconciled
            .iter()
            .map(|one| Some(one.made.as_ref().ok()?.execution.monitoring_execution_status))
            .collect();
        assert_eq!(ends, [Some(Status::Failed), None, None], "five o'clock has met its third hour");
        let tree = site.tree().await;
        let failed = execution(&tree, 5);
        let message = &failed.exit_message;
        assert!(message.contains("MalformedInput") && message.contains("catalog.json"), "{message}");
        assert!(!message.contains('\n'), "{message}");
        let points: Vec<_> = failed.metrics.iter().map(|point| (point.name.as_str(), &point.value)).collect();
        let zero = &MetricValue::Value { value: 0.0 };
        let expected =
            ["violations", "violations_warning", "run_completed", "window_read"].map(|name| (name, zero));
        assert_eq!(points, expected, "what was not read is neither judged nor known to be blind");
        crate::harness::assert_whole(&tree, &format!("reports/{SCHEDULE}/2026/10/31/05"), &failed);
        // The catalogue is mended: what is left is judged, and what was given up stays so.
        site.put("inputs/catalog.json", ten_categories()).await;
        serve(&site, &at(9)).await.0.expect("a verdict");
        let tree = site.tree().await;
        assert_eq!(executed(&tree), ["04", "05", "06", "07", "08", "09"]);
        assert_eq!(execution(&tree, 5), failed);
        assert_eq!(execution(&tree, 6).monitoring_execution_status, Status::Completed);
    }
}

/// Reports cannot be written in the third hour: the next one commits what the records of the tries tell.
#[tokio::test]
async fn a_failure_that_cannot_be_committed_is_committed_later_from_its_records() {
    let site = recorded_hours(Harness::bucket().await).await;
    serve(&site, &at(4)).await.0.expect("a verdict");
    site.put("inputs/catalog.json", "{").await;
    for hour in 5..=7 {
        serve(&site, &at(hour)).await.0.expect_err("a broken catalogue");
    }
    let refusal = Answer::s3_error(403, "AccessDenied");
    site.aws().inject(Fault::before("s3:PutObject", refusal).at_path("/execution.json"));
    let (_, reconciled) = serve(&site, &at(8)).await;
    let errors: Vec<_> =
        reconciled.iter().map(|one| one.made.as_ref().map_err(|error| error.error_type()).err()).collect();
    assert_eq!(errors, [Some("AccessRefused"), Some("MalformedInput"), Some("MalformedInput")]);
    site.aws().clear_faults();
    site.put("inputs/catalog.json", ten_categories()).await;
    let (made, reconciled) = serve(&site, &at(9)).await;
    made.expect("a verdict");
    assert_eq!(reconciled.len(), 3);
    let failed = execution(&site.tree().await, 5);
    assert_eq!(failed.monitoring_execution_status, Status::Failed);
    assert!(failed.exit_message.contains("MalformedInput"), "{}", failed.exit_message);
}

#[tokio::test]
async fn the_hours_own_verdict_stands_whatever_the_reconciler_meets() {
    let site = recorded_hours(Harness::bucket().await).await;
    serve(&site, &at(4)).await.0.expect("a verdict");
    let listing = || Fault::before("s3:ListObjectsV2", Answer::s3_error(403, "AccessDenied"));
    let strikes = site.aws().inject(listing());
    let (made, reconciled) = serve(&site, &at(9)).await;
    assert!(made.expect("a verdict").made_here && reconciled.is_empty());
    assert_eq!(strikes.count(), 1, "a listing that is refused is not asked for again");
    site.aws().clear_faults();
    // Without it, everything is caught up on.
    assert_eq!(serve(&site, &at(10)).await.1.len(), 3);
}

#[tokio::test]
async fn a_request_to_open_a_window_again_is_about_that_window_alone() {
    let site = recorded_hours(Harness::folder()).await;
    serve(&site, &at(4)).await.0.expect("a verdict");
    serve(&site, &at(9)).await.0.expect("a verdict");
    let mut reopened = at(4);
    reopened.trigger.reopen = true;
    reopened.now = at(10).now;
    let (made, reconciled) = serve(&site, &reopened).await;
    assert_eq!((made.expect("a verdict").run.revision, reconciled.len()), (2, 0));
}

/// The tick of a schedule with windows of so many hours.
fn tick_of(scheduled: &str, hours: i64) -> Invocation {
    let mut invocation = tick(scheduled);
    let length = SignedDuration::from_hours(hours);
    invocation.trigger.window = Window::ending_at(invocation.now, length).expect("a window");
    invocation
}

#[tokio::test]
async fn a_schedule_of_six_hours_or_a_day_has_windows_of_that_cadence_and_no_other() {
    for (window, hours, first, next, lost) in [
        ("PT6H", 6, "2026-10-30T21:10:00Z", "2026-10-31T15:10:00Z", vec!["2026103103", "2026103109"]),
        ("P1D", 24, "2026-10-28T06:10:00Z", "2026-10-31T06:10:00Z", vec!["2026102906", "2026103006"]),
        ("P2D", 48, "2026-10-25T06:10:00Z", "2026-10-31T06:10:00Z", vec!["2026102706", "2026102906"]),
    ] {
        for site in Harness::both().await {
            let site = recorded_hours(site).await.with("WINDOW", window);
            serve(&site, &tick_of(first, hours)).await.0.expect("a verdict");
            let (made, reconciled) = serve(&site, &tick_of(next, hours)).await;
            made.expect("a verdict");
            let labels: Vec<String> = reconciled.iter().map(|one| one.window.label()).collect();
            assert_eq!(labels, lost, "{window}");
            for one in &reconciled {
                let made = one.made.as_ref().expect("a verdict");
                let window = made.execution.identity.window;
                assert_eq!(window.end().duration_since(window.start()), SignedDuration::from_hours(hours));
            }
            assert!(serve(&site, &tick_of(next, hours)).await.1.is_empty(), "{window}: nothing is left");
            let tree = site.tree().await;
            let runs =
                tree.keys().filter(|key| key.starts_with("reports/") && key.ends_with("/execution.json"));
            assert_eq!(runs.count(), 4, "{window}");
        }
    }
}

/// Nobody's file in the schedule's folder, before and between its runs.
#[tokio::test]
async fn foreign_files_do_not_hide_where_a_schedule_began() {
    for site in Harness::both().await {
        let site = recorded_hours(site).await;
        let foreign = [
            ".DS_Store",
            "2025/10/31/00/notes.md",
            "2026/.keep",
            "2026/10/31/01/.DS_Store",
            "2026/10/31/02/deeper/execution.json",
            "2026/10/31/04/.DS_Store",
            "2026/10/31/1/execution.json",
            "2026/10/31/notes.txt",
        ];
        // More than a page of one key's search holds.
        let many: Vec<String> = (0..40).map(|n| format!(".{n}")).collect();
        for key in foreign.into_iter().chain(many.iter().map(String::as_str)) {
            site.put(&format!("reports/{SCHEDULE}/{key}"), "x").await;
        }
        serve(&site, &at(4)).await.0.expect("a verdict");
        let (_, reconciled) = serve(&site, &at(7)).await;
        let labels: Vec<String> = reconciled.iter().map(|one| one.window.label()).collect();
        assert_eq!(labels, ["2026103105", "2026103106"]);
    }
}

/// A kill between commit and publication, whose retries the tick missed: here as the files and the mark that it did not write.
#[tokio::test]
async fn whatever_a_killed_tick_committed_is_published_by_the_next_windows_tick() {
    let run = format!("reports/{SCHEDULE}/2026/10/31/05");
    let files =
        ["constraint_violations.json", "constraints.json", "statistics.json", "recommendations.jsonl.gz"];
    for site in Harness::both().await {
        let site = recorded_hours(site).await;
        for hour in [4, 5, 6] {
            serve(&site, &at(hour)).await.0.expect("a verdict");
        }
        let whole = site.tree().await;
        let mark = below(&whole, &format!("reports-state/marks/{SCHEDULE}/2026/10/31/05"))[0].to_owned();
        // Each file alone, all of them, the points alone, and all that follows a commit.
        let single = files.iter().map(|file| vec![*file]);
        let lost: Vec<(Vec<&str>, bool)> = single
            .map(|files| (files, false))
            .chain([(files.to_vec(), false), (Vec::new(), true), (files.to_vec(), true)])
            .collect();
        for (files, points) in lost {
            for file in &files {
                site.delete(&format!("{run}/{file}")).await;
            }
            if points {
                site.delete(&mark).await;
            }
            let sent = if site.is_bucket() { site.aws().metrics().len() } else { 0 };
            let (made, reconciled) = serve(&site, &at(6)).await;
            assert!(!made.expect("a verdict").made_here);
            let [one] = reconciled.as_slice() else { panic!("{files:?}: {reconciled:?}") };
            assert_eq!(one.window.label(), "2026103105");
            assert!(!one.made.as_ref().expect("a verdict").made_here);
            let mut tree = site.tree().await;
            tree.retain(|key, _| !key.starts_with("metrics/"));
            let mut expected = whole.clone();
            expected.retain(|key, _| !key.starts_with("metrics/"));
            crate::harness::assert_same(&tree, &expected);
            if site.is_bucket() {
                assert_eq!(site.aws().metrics().len() - sent, usize::from(points), "{files:?}");
            }
            assert!(serve(&site, &at(6)).await.1.is_empty(), "{files:?}: nothing is left");
        }
    }
}

/// As the run of the hour after says when it meets them.
async fn note_late(site: &Harness, hour: u32, of: u32, records: u64) {
    let key = format!("reports/{SCHEDULE}/2026/10/31/{hour:02}/execution.json");
    let mut execution = site.json(&key).await;
    execution["capture"]["late"] = json!({ (format!("2026-10-31T{of:02}:00:00Z")): records });
    site.put(&key, execution.to_string()).await;
}

#[tokio::test]
async fn a_window_whose_records_came_late_is_judged_once_more_and_only_once() {
    for site in Harness::both().await {
        let site = recorded_hours(site).await.with("CAPTURE_URI", "{root}/capture").with("REPLAY", "none");
        for hour in 5..10 {
            capture(&site, hour).await;
        }
        capture_flushed(&site, 6, 6, 45).await;
        for hour in [5, 6] {
            assert!(serve(&site, &at(hour)).await.1.is_empty());
        }
        let first = execution(&site.tree().await, 6);
        assert_eq!(first.capture.as_ref().expect("lines").used, 1, "the other was flushed too late");
        let (made, reconciled) = serve(&site, &at(7)).await;
        let met = made.expect("a verdict").execution.capture.expect("lines").late;
        assert_eq!(met, [(time("2026-10-31T06:00:00Z"), 1)].into(), "by the run of the hour after");
        let [one] = reconciled.as_slice() else { panic!("{reconciled:?}") };
        let again = one.made.as_ref().expect("a verdict");
        assert_eq!((again.run.revision, one.window.label().as_str()), (2, "2026103106"));
        assert_eq!(again.execution.supersedes.as_deref(), Some(first.digest.as_str()));
        assert_eq!(again.execution.capture.as_ref().expect("lines").used, 2);
        let tree = site.tree().await;
        crate::harness::assert_whole(
            &tree,
            &format!("reports/{SCHEDULE}/2026/10/31/06/revision-2"),
            &again.execution,
        );
        assert_eq!(execution(&tree, 6), first, "the first verdict stays");
        assert!(serve(&site, &at(8)).await.1.is_empty(), "once");
        note_late(&site, 8, 6, 1_000).await;
        assert!(serve(&site, &at(9)).await.1.is_empty(), "once");
    }
}

/// Captured records decide nothing where a replay was judged, and judged again without it the window would lose that verdict.
#[tokio::test]
async fn late_records_of_a_window_that_a_replay_decided_open_nothing() {
    let site = recorded_hours(Harness::folder()).await.with("CAPTURE_URI", "{root}/capture");
    for hour in [5, 6, 7] {
        capture(&site, hour).await;
        serve(&site, &at(hour)).await.0.expect("a verdict");
    }
    note_late(&site, 7, 6, 1_000).await;
    assert!(serve(&site, &at(8)).await.1.is_empty());
}

/// A monitor whose windows take as long as they say: their own end minus six o'clock, in minutes.
struct Slow;

impl Monitor for Slow {
    const NAME: &'static str = "slow";
    type Settings = DiversitySettings;

    fn new(_: DiversitySettings, _: Option<bellwether_pipeline::clients::Clients>) -> Result<Self, RunError> {
        Ok(Self)
    }

    async fn baseline_digest(&self) -> Result<Option<String>, RunError> {
        Ok(None)
    }

    async fn examine(&self, _: Option<bellwether_contract::window::Window>) -> Vec<Diagnosis> {
        Vec::new()
    }

    async fn measure(&self, request: RunRequest<'_>, _: Watcher<'_>) -> Result<Measurement, RunError> {
        let age = request.invocation.now.duration_since(request.invocation.trigger.window.end());
        // The own window at once, older ones ever slower.
        let minutes = if age < SignedDuration::from_hours(1) { 0 } else { age.as_mins() / 10 };
        tokio::time::sleep(Duration::from_secs(60 * minutes.unsigned_abs())).await;
        let error = bellwether_contract::ContractError::malformed("slow", "nothing is measured");
        Err(error.into())
    }
}

#[tokio::test(start_paused = true)]
async fn a_window_is_begun_while_a_third_of_the_time_is_left_and_cut_off_before_its_end() {
    let site = recorded_hours(Harness::folder()).await;
    serve(&site, &at(1)).await.0.expect("a verdict");
    let slow = Scheduled::<Slow>::new(site.settings().expect("settings"), None, Sink::Nowhere).expect("slow");
    let errors = |reconciled: &[Reconciled]| -> Vec<&'static str> {
        reconciled
            .iter()
            .map(|one| one.made.as_ref().map_err(RunError::error_type).expect_err("nothing"))
            .collect()
    };
    let within = |minutes: u64| Invocation {
        deadline: Some(Instant::now() + Duration::from_secs(60 * minutes)),
        ..at(4)
    };
    // 13 and 7 minutes for two and three o'clock: of 15 the second is not begun, of 12 the first is cut off.
    let began = Instant::now();
    let (_, reconciled) = slow.tick(&within(15), &nobody).await;
    assert_eq!(errors(&reconciled), ["MalformedInput"]);
    let (_, reconciled) = slow.tick(&within(12), &nobody).await;
    assert_eq!(errors(&reconciled), ["OutOfTime"]);
    let (_, reconciled) = slow.tick(&within(4), &nobody).await;
    assert_eq!(errors(&reconciled), [""; 0], "less than five minutes are left");
    let (_, reconciled) = slow.tick(&within(60), &nobody).await;
    assert_eq!(errors(&reconciled), ["MalformedInput", "MalformedInput"]);
    // 13 minutes, 11 and three quarters, none, 20.
    let took = began.elapsed().as_secs();
    assert!((2_685..2_700).contains(&took), "{took}");
    let tree = site.tree().await;
    assert_eq!(tries(&tree, 2), ["reconciler-2026103104.json"]);
}
