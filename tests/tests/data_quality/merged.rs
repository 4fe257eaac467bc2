//! Hours merged into a day: the statistics of one window of the same records, and no hour missing unsaid.

use super::traffic::{RUN, Row, baseline, healthy, monitored, with_sides};
use crate::harness::{Harness, tick, time};
use bellwether_contract::execution::Status;
use bellwether_contract::window::Interval;
use bellwether_pipeline::RunError;
use bellwether_pipeline::merge::{Asked, Merged, merge};
use bellwether_pipeline::monitors::data_quality::DataQuality;
use serde_json::{Value, json};

const HOURS: [&str; 3] = ["06", "07", "08"];
/// More than a sketch holds in its lowest level, in each of three hours another number.
const ROWS: [usize; 3] = [1_500, 700, 2_400];

/// Rows that differ from hour to hour; scores have so many digits that sums of them depend on their order.
fn row(hour: usize, n: usize) -> Row {
    let (_, input) = healthy(n * (hour + 1));
    (format!("{}", (n * 7_919 + hour) as f64 / 30_011.0), input)
}

async fn capture(site: &Harness, hour: usize, rows: impl Iterator<Item = Row>) {
    let side = |data: &str| json!({"observedContentType": "text/csv", "mode": "INPUT", "data": data, "encoding": "CSV"});
    let records = rows.enumerate().map(|(n, (output, input))| {
        let mut record = with_sides(10_000 * hour + n, &side(&input), &side(&output));
        record["eventMetadata"]["inferenceTime"] =
            format!("2026-10-31T{}:{:02}:00Z", HOURS[hour], n % 60).into();
        record
    });
    let start = time(&format!("2026-10-31T{}:00:00Z", HOURS[hour]));
    site.capture("churn-prod", start, records).await;
}

/// A site whose three hours were judged one by one.
pub(super) async fn judged(site: Harness) -> Harness {
    let site = monitored(site);
    baseline(&site).await;
    for (hour, rows) in ROWS.into_iter().enumerate() {
        capture(&site, hour, (0..rows).map(|n| row(hour, n))).await;
    }
    for end in ["07", "08", "09"] {
        site.run_twice_as::<DataQuality>(&tick(&format!("2026-10-31T{end}:10:00Z"))).await;
    }
    site
}

pub(super) async fn merged(site: &Harness, from: &str, to: &str) -> Result<Merged, RunError> {
    let hours = Interval::new(time(from), time(to)).expect("an interval");
    let asked = Asked {
        endpoint: "churn-prod".parse().expect("a name"),
        schedule: site.variable("SCHEDULE_NAME").expect("a schedule").parse().expect("a name"),
        hours,
    };
    let monitor = site.monitor::<DataQuality>().expect("a monitor");
    let ledger = monitor.ledger();
    merge(&ledger.reports, &ledger.state, &asked).await
}

async fn of_three_hours(site: &Harness) -> Merged {
    merged(site, "2026-10-31T06:00:00Z", "2026-10-31T09:00:00Z").await.expect("statistics")
}

/// Whether two files of statistics are of the same records: numbers but those of moments and buckets are one.
pub(super) fn assert_alike(merged: &Value, whole: &Value) {
    assert_eq!(merged["dataset"], whole["dataset"]);
    let features = |file: &Value| file["features"].as_array().expect("columns").clone();
    assert_eq!(features(merged).len(), features(whole).len());
    for (mut merged, mut whole) in features(merged).into_iter().zip(features(whole)) {
        for file in [&mut merged, &mut whole] {
            if let Some(numbers) = file.get_mut("numerical_statistics") {
                numbers["distribution"]["kll"]["buckets"] = Value::Null;
                numbers["distribution"]["kll"]["sketch"]["data"] = Value::Null;
            }
        }
        for name in ["mean", "sum", "std_dev"] {
            let of = |file: &Value| file["numerical_statistics"][name].as_f64();
            if let (Some(merged), Some(whole)) = (of(&merged), of(&whole)) {
                assert!(
                    (merged - whole).abs() <= 1e-12 * whole.abs().max(1.0),
                    "{name}: {merged} and {whole}"
                );
            }
            for file in [&mut merged, &mut whole] {
                if file["numerical_statistics"].is_object() {
                    file["numerical_statistics"][name] = Value::Null;
                }
            }
        }
        assert_eq!(merged, whole);
    }
}

#[tokio::test]
async fn three_hours_are_what_one_window_of_all_their_records_is() {
    for site in Harness::both().await {
        let mut site = judged(site).await;
        let first = of_three_hours(&site).await;
        assert_eq!(first.monitor.as_deref(), Some("data-quality"));
        assert!(first.missing.is_empty() && first.left_out.is_empty(), "{first:?}");
        assert_eq!(first.windows.iter().map(|window| window.records as usize).collect::<Vec<_>>(), ROWS);
        let (_, statistics) = first.statistics.expect("statistics");
        let again = of_three_hours(&site).await.statistics.expect("statistics");
        assert_eq!(again.1, statistics, "the same bytes again");

        site.set("SCHEDULE_NAME", "data-quality-whole");
        site.set("WINDOW", "PT3H");
        let whole = site.run_as::<DataQuality>(&window_of_three()).await.expect("a verdict");
        assert_eq!(whole.execution.capture.expect("lines").used as usize, ROWS.iter().sum::<usize>());
        let whole = site.json("reports/churn-prod/data-quality-whole/2026/10/31/09/statistics.json").await;
        assert_alike(&serde_json::from_slice(&statistics).expect("JSON"), &whole);
    }
}

pub(super) fn window_of_three() -> bellwether_pipeline::scheduled::Invocation {
    let mut tick = tick("2026-10-31T09:10:00Z");
    tick.trigger.window =
        bellwether_contract::window::Window::new(time("2026-10-31T06:00:00Z"), time("2026-10-31T09:00:00Z"))
            .expect("a window");
    tick
}

#[tokio::test]
async fn an_hour_that_is_missing_is_told_with_its_reason() {
    let mut site = judged(Harness::bucket().await).await;
    let profile = |execution: &Value, hour: &str| {
        let digest = execution["profile"]["sha256"].as_str().expect("a digest");
        format!("reports-state/profiles/churn-prod/data-quality-hourly/2026/10/31/{hour}/{digest}.cbor")
    };
    let eight = profile(
        &site.json("reports/churn-prod/data-quality-hourly/2026/10/31/08/execution.json").await,
        "08",
    );
    let nine = profile(&site.json(&format!("{RUN}/execution.json")).await, "09");
    site.delete(&eight).await;
    site.put(&nine, "another").await;
    let merged = merged(&site, "2026-10-31T04:00:00Z", "2026-10-31T10:00:00Z").await.expect("an hour");
    let told: Vec<_> =
        merged.missing.iter().map(|gap| (gap.start_time.to_string(), gap.reason.as_str())).collect();
    let is = |place: usize, start: &str, reason: &str| {
        let (at, why) = &told[place];
        assert!(at == start && why.contains(reason), "{told:?}");
    };
    is(0, "2026-10-31T04:00:00Z", "no run");
    is(1, "2026-10-31T07:00:00Z", "gone");
    is(2, "2026-10-31T08:00:00Z", "altered");
    is(3, "2026-10-31T09:00:00Z", "no run");
    assert_eq!((told.len(), merged.hours_missing(), merged.windows.len()), (4, 5, 1));

    site.set("KEEP_PROFILES", "false");
    site.set("SCHEDULE_NAME", "keeps-nothing");
    let run = site.run_as::<DataQuality>(&tick("2026-10-31T09:10:00Z")).await.expect("a verdict");
    assert_eq!(
        (run.execution.profile, run.execution.monitoring_execution_status),
        (None, Status::CompletedWithViolations)
    );
    let none = of_three_hours(&site).await;
    assert!(none.statistics.is_none() && none.missing[1].reason.contains("kept no profile"), "{none:?}");
}

#[tokio::test]
async fn windows_that_overlap_and_columns_of_other_names_are_refused() {
    let mut site = judged(Harness::folder()).await;
    let constraints = site.json("baseline/constraints.json").await.to_string();
    site.put("baseline/constraints.json", constraints.replace("\"age\"", "\"years\"")).await;
    let statistics = site.json("baseline/statistics.json").await.to_string();
    site.put("baseline/statistics.json", statistics.replace("\"age\"", "\"years\"")).await;
    capture(&site, 2, (0..10).map(healthy)).await;
    let mut again = tick("2026-10-31T09:10:00Z");
    again.trigger.reopen = true;
    site.run_as::<DataQuality>(&again).await.expect("a second verdict");
    let error = merged(&site, "2026-10-31T06:00:00Z", "2026-10-31T09:00:00Z").await.expect_err("other names");
    assert_eq!(error.error_type(), "UnusableProfile");
    assert!(
        error.chain().contains("revision-2") && error.chain().contains("other names"),
        "{}",
        error.chain()
    );

    site.set("SCHEDULE_NAME", "looks-back");
    site.set("WINDOW", "PT2H");
    site.set("CADENCE", "PT1H");
    for end in ["08", "09"] {
        let mut tick = tick(&format!("2026-10-31T{end}:10:00Z"));
        let end = tick.trigger.window.end();
        tick.trigger.window =
            bellwether_contract::window::Window::new(end - jiff::SignedDuration::from_hours(2), end)
                .expect("a window");
        site.run_as::<DataQuality>(&tick).await.expect("a verdict");
    }
    let error = merged(&site, "2026-10-31T06:00:00Z", "2026-10-31T09:00:00Z").await.expect_err("an overlap");
    assert!(error.chain().contains("overlaps the one before"), "{}", error.chain());
}
