//! Hours of labelled answers, merged and judged as a day: exact but for what hangs on scores, which says so.

use super::traffic::{SCHEDULE, baseline, capture, label, label_hour, metrics, monitored, score};
use crate::harness::{Harness, judge_hours, tick, time};
use crate::page::says_everything;
use bellwether_contract::execution::Status;
use bellwether_contract::window::{Interval, Window};
use bellwether_pipeline::merge::{Asked, Merged, merge};
use bellwether_pipeline::monitors::model_quality::ModelQuality;
use serde_json::Value;

const DAY: &str = "reports/churn-prod/of-hours/2026/10/31/09";
const HOURS: [(u32, usize); 3] = [(6, 300), (7, 450), (8, 600)];

/// Three hours with their labels, each judged by its run an hour later.
async fn judged(site: Harness) -> Harness {
    let site = monitored(site);
    baseline(&site).await;
    for (hour, rows) in HOURS {
        capture(&site, hour, (0..rows).map(|n| score(n * (hour as usize + 1)))).await;
        label_hour(&site, hour, hour, (0..rows - 50).map(|n| (n, label(n * (hour as usize + 1))))).await;
        site.run_as::<ModelQuality>(&tick(&format!("2026-10-31T{:02}:10:00Z", hour + 1)))
            .await
            .expect("a verdict");
    }
    site
}

async fn merged(site: &Harness) -> Merged {
    let hours =
        Interval::new(time("2026-10-31T06:00:00Z"), time("2026-10-31T09:00:00Z")).expect("an interval");
    let asked = Asked {
        endpoint: "churn-prod".parse().expect("a name"),
        schedule: SCHEDULE.parse().expect("a name"),
        hours,
    };
    let monitor = site.monitor::<ModelQuality>().expect("a monitor");
    merge(&monitor.ledger().reports, &monitor.ledger().state, &asked).await.expect("statistics")
}

/// Whether all metrics are the same but those of scores, which are near and marked.
fn assert_alike(merged: &Value, whole: &Value) {
    let (merged, whole) = (merged.as_object().expect("metrics"), whole.as_object().expect("metrics"));
    assert_eq!(merged.keys().collect::<Vec<_>>(), whole.keys().collect::<Vec<_>>());
    for (name, value) in merged {
        let is_of_scores = value["from_bins"] == true;
        let expected = ["auc", "au_prc", "receiver_operating_characteristic_curve", "precision_recall_curve"];
        assert_eq!(is_of_scores, expected.contains(&name.as_str()), "{name}");
        match value["value"].as_f64() {
            Some(value) if is_of_scores => {
                let expected = whole[name]["value"].as_f64().expect("a value");
                assert!((value - expected).abs() < 1e-3, "{name}: {value} and {expected}");
            }
            // Draws are a window's own.
            Some(_) => assert_eq!(value["value"], whole[name]["value"], "{name}"),
            None if !is_of_scores => assert_eq!(value, &whole[name], "{name}"),
            None => {}
        }
    }
}

#[tokio::test]
async fn labelled_hours_are_the_window_of_all_their_answers() {
    for site in Harness::both().await {
        let mut site = judged(site).await;
        let merged = merged(&site).await;
        assert_eq!(merged.windows.iter().map(|window| window.records).collect::<Vec<_>>(), [300, 450, 600]);
        assert_eq!(
            merged.from_bins,
            ["auc", "au_prc", "receiver_operating_characteristic_curve", "precision_recall_curve"]
        );
        assert!(
            merged.warnings.last().is_some_and(|told| told.contains("auc is off by")),
            "{:?}",
            merged.warnings
        );
        let of_captures = judge_hours::<ModelQuality>(&mut site, "of-captures", "").await;
        let whole = metrics(&site, &DAY.replace("of-hours", "of-captures")).await;
        let statistics: Value =
            serde_json::from_slice(&merged.statistics.expect("statistics").1).expect("JSON");
        assert_eq!(statistics["dataset"]["item_count"], 1_200);
        assert_alike(&statistics["binary_classification_metrics"], &whole);

        for key in site.tree().await.into_keys() {
            if key.starts_with("capture/") || key.starts_with("truth/") {
                site.delete(&key).await;
            }
        }
        let kept = judge_hours::<ModelQuality>(&mut site, "of-hours", SCHEDULE).await;
        assert_eq!(kept.monitoring_execution_status, of_captures.monitoring_execution_status);
        assert_alike(&metrics(&site, DAY).await, &whole);
        says_everything(&site.tree().await, DAY);
        assert_eq!(kept.capture.expect("lines").profiles.len(), HOURS.len());
        let (ours, theirs) = (
            kept.labelling.ground_truth.expect("labels"),
            of_captures.labelling.ground_truth.expect("labels"),
        );
        assert_eq!(
            (ours.captured, ours.labelled, ours.rows),
            (theirs.captured, theirs.labelled, theirs.rows)
        );
        assert_eq!(
            kept.not_evaluable["estimates"],
            format!("left to {SCHEDULE}, which judges it hour by hour")
        );
    }
}

#[tokio::test]
async fn hours_of_another_question_are_refused_and_a_missing_one_is_no_health() {
    let mut site = judged(Harness::folder()).await;
    let run = site.json(&format!("reports/churn-prod/{SCHEDULE}/2026/10/31/08/execution.json")).await;
    let digest = run["profile"]["sha256"].as_str().expect("a digest").to_owned();
    site.delete(&format!("reports-state/profiles/churn-prod/{SCHEDULE}/2026/10/31/08/{digest}.cbor")).await;
    let day = judge_hours::<ModelQuality>(&mut site, "of-hours", SCHEDULE).await;
    assert_eq!(day.monitoring_execution_status, Status::Inconclusive);
    assert!(day.not_evaluable["hours"].starts_with("1 of 3 hours"), "{day:?}");
    says_everything(&site.tree().await, DAY);

    site.set("SCHEDULE_NAME", "another-threshold");
    site.set("PROBABILITY_THRESHOLD", "0.7");
    let mut tick = tick("2026-10-31T09:10:00Z");
    tick.trigger.window =
        Window::new(time("2026-10-31T06:00:00Z"), time("2026-10-31T07:00:00Z")).expect("a window");
    let error = site.run_as::<ModelQuality>(&tick).await.expect_err("other settings");
    assert_eq!(error.error_type(), "UnusableProfile");
    assert!(error.chain().contains("PROBABILITY_THRESHOLD"), "{}", error.chain());
}
