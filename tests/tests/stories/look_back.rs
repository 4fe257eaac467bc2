//! Schedules whose runs look further back than the hour before them: where their reports lie, what their points are stamped
//! with, what they read, and who makes a lost tick good.

use super::capture::record;
use crate::harness::recommender::{self, ten_categories};
use crate::harness::{Harness, assert_whole, below, time};
use bellwether_contract::execution::{CaptureSummary, Execution, Status};
use bellwether_pipeline::RunError;
use bellwether_pipeline::commit::Committed;
use bellwether_pipeline::monitors::diversity::Diversity;
use bellwether_pipeline::progress::nobody;
use bellwether_pipeline::scheduled::Reconciled;
use jiff::{SignedDuration, Timestamp};
use serde_json::json;
use std::collections::BTreeSet;

const SCHEDULE: &str = "recommender-prod/diversity-hourly";

async fn serve(site: &Harness, scheduled: &str) -> (Result<Committed, RunError>, Vec<Reconciled>) {
    site.check().expect("a check").tick(&site.own_tick::<Diversity>(scheduled), &nobody).await
}

/// A site of captured traffic alone.
async fn captured(site: Harness, start: &str, end: &str) -> Harness {
    site.put("inputs/catalog.json", ten_categories()).await;
    let site = site.with("CAPTURE_URI", "{root}/capture").with("REPLAY", "none");
    site.with("START_TIME_OFFSET", start).with("END_TIME_OFFSET", end)
}

/// A record of this time, flushed so many minutes into that hour: `31/08`.
async fn flushed(site: &Harness, number: u64, at: &str, hour: &str, minutes: u32) {
    let name =
        format!("capture/recommender-prod/AllTraffic/2026/10/{hour}/{minutes:02}-00-000-{number}.jsonl");
    site.put(&name, format!("{}\n", record(number, at, 5))).await;
}

fn lines(execution: &Execution) -> &CaptureSummary {
    execution.capture.as_ref().expect("captured lines")
}

/// What the points were stamped with, wherever they went.
async fn stamps(site: &Harness) -> BTreeSet<Timestamp> {
    site.points().await.iter().map(|point| point.timestamp).collect()
}

#[tokio::test]
async fn a_monitor_that_looks_back_a_day_is_judged_every_hour_and_seen_by_alarms_on_the_last_one() {
    for site in Harness::both().await {
        let site = captured(site, "-P1D", "").await;
        for (number, at, hour) in [
            (1, "2026-10-30T09:30:00Z", "30/09"),
            (2, "2026-10-30T20:30:00Z", "30/20"),
            (3, "2026-10-31T08:30:00Z", "31/08"),
            (4, "2026-10-31T09:30:00Z", "31/09"),
        ] {
            flushed(&site, number, at, hour, 31).await;
        }
        for (scheduled, used) in [("2026-10-31T09:10:00Z", 3), ("2026-10-31T10:10:00Z", 3)] {
            let run = site.run_twice(&site.own_tick::<Diversity>(scheduled)).await;
            assert_eq!(run.execution.monitoring_execution_status, Status::Completed);
            assert_eq!(lines(&run.execution).used, used);
            assert!(lines(&run.execution).late.is_empty(), "{:?}", lines(&run.execution).late);
            let folder = format!("reports/{SCHEDULE}/2026/10/31/{}", &scheduled[11..13]);
            assert_whole(&site.tree().await, &folder, &run.execution);
        }
        let written = site.json(&format!("reports/{SCHEDULE}/2026/10/31/10/execution.json")).await;
        assert_eq!(
            written["window"],
            json!({"start": "2026-10-30T10:00:00Z", "end": "2026-10-31T10:00:00Z"})
        );
        assert_eq!(stamps(&site).await, ["2026-10-31T08:00:00Z", "2026-10-31T09:00:00Z"].map(time).into());
    }
}

#[tokio::test]
async fn a_window_that_ends_a_day_before_its_run_lies_and_is_stamped_where_the_run_is() {
    for site in Harness::both().await {
        let site = captured(site, "-P2D", "-P1D").await;
        flushed(&site, 1, "2026-10-29T09:30:00Z", "29/09", 31).await;
        flushed(&site, 2, "2026-10-30T08:59:00Z", "30/09", 5).await;
        // The next hour is complete by now: what was flushed late in it counts at once, and so does its unnamed file.
        flushed(&site, 3, "2026-10-30T08:59:01Z", "30/09", 45).await;
        flushed(&site, 4, "2026-10-31T08:30:00Z", "31/08", 31).await;
        let run = site.run_twice(&site.own_tick::<Diversity>("2026-10-31T09:10:00Z")).await;
        assert_eq!((lines(&run.execution).used, run.execution.capture.as_ref().unwrap().lines), (3, 3));
        assert_eq!(run.run.to_string(), format!("{SCHEDULE}/2026/10/31/09"));
        let written = site.json(&format!("reports/{SCHEDULE}/2026/10/31/09/execution.json")).await;
        assert_eq!(
            written["window"],
            json!({"start": "2026-10-29T09:00:00Z", "end": "2026-10-30T09:00:00Z",
                "scheduled": "2026-10-31T09:00:00Z"})
        );
        assert_eq!(stamps(&site).await, [time("2026-10-31T08:00:00Z")].into());
        // An hour later the same records are in time, and what the run before read of the next hour is not late for it.
        let next = site.run_twice(&site.own_tick::<Diversity>("2026-10-31T10:10:00Z")).await.execution;
        assert_eq!((lines(&next).used, lines(&next).late.len()), (2, 0));
        let tree = site.tree().await;
        let marks = below(&tree, &format!("reports-state/marks/{SCHEDULE}/2026/10/31"));
        assert_eq!(marks.len(), 2, "{marks:?}");
        // Before its time a run would take the place of its own tick, and nobody would be told of it.
        let mut early = site.own_tick::<Diversity>("2026-10-31T12:10:00Z");
        early.now = time("2026-10-31T11:00:00Z");
        let error = site.run(&early).await.expect_err("its time has not come");
        assert_eq!(error.error_type(), "WindowNotEnded");
        assert!(error.to_string().contains("the window scheduled at 2026-10-31T12:00:00Z"), "{error}");
    }
}

#[tokio::test]
async fn a_lost_tick_of_a_schedule_that_looks_back_is_made_good_once() {
    for (start, end) in [("-PT6H", ""), ("-P2D", "-P1D")] {
        for site in Harness::both().await {
            let site = captured(site, start, end).await;
            // Records of every hour, so that no run is without data.
            for hour in 0..=9 {
                for day in [29, 30, 31] {
                    let at = format!("2026-10-{day}T{hour:02}:30:00Z");
                    flushed(&site, day * 100 + hour, &at, &format!("{day}/{hour:02}"), 31).await;
                }
            }
            for hour in [4, 5, 7] {
                let (made, reconciled) = serve(&site, &format!("2026-10-31T{hour:02}:10:00Z")).await;
                assert!(made.expect("a verdict").made_here && reconciled.len() == usize::from(hour == 7));
            }
            let tree = site.tree().await;
            let folder = format!("reports/{SCHEDULE}/2026/10/31");
            let runs = below(&tree, &folder).into_iter().filter(|key| key.ends_with("/execution.json"));
            let hours: Vec<&str> = runs.map(|key| &key[folder.len() + 1..folder.len() + 3]).collect();
            assert_eq!(hours, ["04", "05", "06", "07"], "{start}");
            let lost: Execution =
                serde_json::from_slice(&tree[&format!("{folder}/06/execution.json")]).expect("JSON");
            let expected = site.own_tick::<Diversity>("2026-10-31T06:00:00Z").trigger.window;
            assert_eq!(lost.identity.window, expected);
            assert_eq!(lost.attempt.started_at, time("2026-10-31T07:10:00Z"));
            assert_eq!(
                stamps(&site).await,
                (3..=6).map(|hour| time(&format!("2026-10-31T{hour:02}:00:00Z"))).collect()
            );
            for now in ["2026-10-31T07:10:00Z", "2026-10-31T08:10:00Z"] {
                assert!(serve(&site, now).await.1.is_empty(), "{start}: nothing is judged twice");
            }
        }
    }
}

/// Two windows hold the record; the earlier one was judged before it came.
#[tokio::test]
async fn what_came_late_for_one_of_two_windows_that_overlap_opens_that_one_again_once() {
    for site in Harness::both().await {
        let site = captured(site, "-PT2H", "-PT0H").await;
        flushed(&site, 1, "2026-10-31T06:30:00Z", "31/06", 31).await;
        flushed(&site, 2, "2026-10-31T07:30:00Z", "31/07", 31).await;
        let (made, _) = serve(&site, "2026-10-31T08:10:00Z").await;
        assert_eq!(lines(&made.expect("a verdict").execution).used, 2);
        flushed(&site, 3, "2026-10-31T07:59:58Z", "31/08", 15).await;
        let (made, reconciled) = serve(&site, "2026-10-31T09:10:00Z").await;
        let made = made.expect("a verdict").execution;
        assert_eq!((lines(&made).used, &lines(&made).late), (2, &[(time("2026-10-31T08:00:00Z"), 1)].into()));
        assert_eq!(reconciled.len(), 1);
        let again = reconciled.into_iter().next().expect("one").made.expect("a verdict");
        assert_eq!(
            (again.run.to_string(), again.run.revision),
            (format!("{SCHEDULE}/2026/10/31/08/revision-2"), 2)
        );
        assert_eq!(lines(&again.execution).used, 3);
        assert!(serve(&site, "2026-10-31T10:10:00Z").await.1.is_empty(), "once");
    }
}

#[tokio::test]
async fn the_run_before_is_the_one_of_the_hour_before_however_long_a_window_is() {
    for site in Harness::both().await {
        let site = site.with("START_TIME_OFFSET", "-PT6H");
        site.put_lists([6; 10]).await;
        for (hour, expected) in [(4, None), (5, Some(0.0))] {
            let made = serve(&site, &format!("2026-10-31T{hour:02}:10:00Z")).await.0.expect("a verdict");
            let statistics = site.json(&format!("reports/{}/statistics.json", made.run)).await;
            let turnover = &statistics["recommendation_metrics"]["list_turnover"]["value"];
            assert_eq!(turnover.as_f64(), expected, "{hour}");
        }
    }
}

/// A schedule that goes over from hours to days keeps its place, and its earlier runs.
#[tokio::test]
async fn a_schedule_that_begins_to_look_back_judges_no_hour_again() {
    for site in Harness::both().await {
        let mut site = captured(site, "", "").await;
        for hour in 0..9 {
            let when = time(&format!("2026-10-31T{hour:02}:30:00Z"));
            let id = format!("00000000-0000-4000-8000-{hour:012}");
            let record = recommender::captured(1, 5, when, &id);
            let folder = format!("capture/recommender-prod/AllTraffic/2026/10/31/{hour:02}");
            site.put(&format!("{folder}/31-00-000-{id}.jsonl"), format!("{record}\n")).await;
        }
        for hour in [5, 6, 7] {
            let (made, reconciled) = serve(&site, &format!("2026-10-31T{hour:02}:10:00Z")).await;
            assert_eq!((lines(&made.expect("a verdict").execution).used, reconciled.len()), (1, 0));
        }
        site.set("START_TIME_OFFSET", "-PT6H");
        let (made, reconciled) = serve(&site, "2026-10-31T08:10:00Z").await;
        let made = made.expect("a verdict").execution;
        assert_eq!((lines(&made).used, reconciled.len()), (6, 0));
        let length = made.identity.window.length();
        assert_eq!(length, SignedDuration::from_hours(6));
    }
}
