//! What is known of an hour before its labels come, and what is not.

use super::traffic::{capture, collapsed, label, label_hour, prepared, run, score};
use crate::harness::{Harness, nine};
use bellwether_contract::execution::Status;
use bellwether_pipeline::monitors::model_quality::ModelQuality;

#[tokio::test]
async fn scores_that_collapse_are_a_violation_before_any_label_is_there() {
    for site in Harness::both().await {
        let site = prepared(site).await;
        capture(&site, 8, (0..600).map(|n| collapsed(score(n)))).await;
        let made = site.run_twice_as::<ModelQuality>(&nine()).await.execution;
        assert_eq!(
            made.monitoring_execution_status,
            Status::CompletedWithViolations,
            "{}",
            made.exit_message
        );
        let found = site.violations(&run(9)).await;
        assert!(found.iter().any(|(metric, _)| metric == "estimated_auc"), "{found:?}");
        assert!(found.iter().all(|(metric, _)| metric.starts_with("estimated_")), "{found:?}");
        assert!(made.not_evaluable["auc"].contains("none of 600"), "{:?}", made.not_evaluable);
        let off = site.with("ESTIMATE", "none").with("SCHEDULE_NAME", "without");
        let made = off.run_as::<ModelQuality>(&nine()).await.expect("a verdict").execution;
        assert_eq!(made.monitoring_execution_status, Status::Inconclusive);
        assert_eq!(made.labelling.estimated_window, None);
    }
}

/// What the answer should be changes for a fifth of the readers, and no score does: concept drift. No estimate sees it.
#[tokio::test]
async fn labels_that_flip_are_invisible_to_the_estimate_and_a_violation_once_they_come() {
    let site = prepared(Harness::folder()).await;
    let flipped = |n: usize| if n.is_multiple_of(5) { 1 - label(n) } else { label(n) };
    let (before, _) = site.ticked::<ModelQuality>(9).await;
    assert_eq!(before.monitoring_execution_status, Status::Inconclusive);
    assert!(before.judged.is_empty() && before.held.iter().any(|name| name == "estimated_accuracy"));
    label_hour(&site, 8, 8, (0..600).map(|n| (n, flipped(n)))).await;
    let site = site.with("SCHEDULE_NAME", "once-labels-are-there");
    let made = site.run_as::<ModelQuality>(&nine()).await.expect("a verdict").execution;
    assert_eq!(made.monitoring_execution_status, Status::CompletedWithViolations);
    let violated: Vec<&str> = made.judged.iter().filter_map(|judged| judged.metric_name.as_deref()).collect();
    assert!(violated.contains(&"accuracy"), "{violated:?}");
    assert!(violated.iter().all(|name| !name.starts_with("estimated_")), "{violated:?}");
}

/// Labels lag six hours, so the monitor judges the hour of six hours ago. At noon the scores collapse: the estimate of the newest hour
/// violates at 13:10 and 14:10, whatever the labels of the morning say, and the labels confirm it in the evening.
#[tokio::test]
async fn where_labels_lag_six_hours_the_estimate_tells_of_the_collapse_within_one() {
    let site = prepared(Harness::bucket().await)
        .await
        .with("START_TIME_OFFSET", "-PT7H")
        .with("END_TIME_OFFSET", "-PT6H")
        .with("STACK_NAME", "newsroom");
    for hour in 3..20 {
        let answer = |n: usize| if hour >= 12 { collapsed(score(n)) } else { score(n) };
        capture(&site, hour, (0..600).map(answer)).await;
        // A score that has collapsed says nothing: labels are as ever, and half of them are missed.
        let labels = |n: usize| if hour >= 12 { u8::from((n * 7 + 3) % 10 < 5) } else { label(n) };
        if hour + 6 < 24 {
            label_hour(&site, hour, hour + 6, (0..600).map(|n| (n, labels(n)))).await;
        }
    }
    let mut statuses = Vec::new();
    for hour in 10..15 {
        let (made, _) = site.ticked::<ModelQuality>(hour).await;
        let metrics: Vec<String> =
            made.judged.iter().filter_map(|judged| judged.metric_name.clone()).collect();
        statuses.push((hour, made.monitoring_execution_status, metrics));
    }
    for (hour, status, metrics) in &statuses {
        let expected = if *hour >= 13 { Status::CompletedWithViolations } else { Status::Completed };
        assert_eq!(*status, expected, "{hour}:10: {metrics:?}");
        assert!(metrics.iter().all(|name| name.starts_with("estimated_")), "{hour}:10: {metrics:?}");
    }
    let persists = |hour: u32| {
        let stamp = crate::harness::time(&format!("2026-10-31T{:02}:00:00Z", hour - 1)).as_second() as f64;
        let sent = site.aws().metrics().into_iter().flat_map(|request| request.metric_data);
        sent.filter(|datum| datum.metric_name == "violation_persists" && datum.timestamp == Some(stamp))
            .filter_map(|datum| datum.value)
            .next_back()
    };
    assert_eq!([12, 13, 14].map(persists), [Some(0.0), Some(0.0), Some(1.0)], "the page comes at 14:10");
    // In the evening the labels of noon are there.
    let (made, _) = site.ticked::<ModelQuality>(19).await;
    assert_eq!(made.identity.window.start(), crate::harness::time("2026-10-31T12:00:00Z"));
    let violated: Vec<&str> = made.judged.iter().filter_map(|judged| judged.metric_name.as_deref()).collect();
    assert!(violated.contains(&"auc") && violated.contains(&"estimated_auc"), "{violated:?}");
    let then = &made.labelling.estimated_then;
    assert!(then.contains_key("auc"), "the run of 13:10 said so: {then:?}");
    // Realised numbers are of noon, and what alarms watch is of the hour before the run.
    let at = |name: &str| {
        let sent = site.aws().metrics().into_iter().flat_map(|request| request.metric_data);
        // What it made good besides is older.
        sent.filter(|datum| datum.metric_name == name)
            .filter_map(|datum| datum.timestamp)
            .max_by(f64::total_cmp)
    };
    let stamp = |time: &str| Some(crate::harness::time(time).as_second() as f64);
    assert_eq!(at("auc"), stamp("2026-10-31T12:00:00Z"));
    assert_eq!(at("violations"), stamp("2026-10-31T18:00:00Z"));
    assert_eq!(at("estimated_auc"), stamp("2026-10-31T18:00:00Z"));
}

/// The newest hour, which no label judges yet, is lost or broken: the labels of the morning say nothing of that.
#[tokio::test]
async fn a_newest_hour_without_a_score_is_told_whatever_the_labels_say() {
    let newest =
        "capture/churn-prod/AllTraffic/2026/10/31/14/07-04-840-0b7bfd33-c8a7-4adf-a09a-98fd0af79974.jsonl";
    for (what, lines, status, told) in [
        ("lost", "", Status::Completed, "no record was captured"),
        ("broken", "{\n{\n", Status::CompletedWithViolations, "2 json"),
    ] {
        let site = prepared(Harness::folder())
            .await
            .with("START_TIME_OFFSET", "-PT7H")
            .with("END_TIME_OFFSET", "-PT6H");
        label_hour(&site, 8, 12, (0..600).map(|n| (n, label(n)))).await;
        if !lines.is_empty() {
            site.put(newest, lines).await;
        }
        let (made, _) = site.ticked::<ModelQuality>(15).await;
        assert_eq!(made.monitoring_execution_status, status, "{what}: {}", made.exit_message);
        let reason = made.not_evaluable.get("estimates").cloned().unwrap_or_default();
        assert!(reason.contains(told), "{what}: {reason}");
        assert_eq!(made.labelling.estimated_window, None);
    }
}
