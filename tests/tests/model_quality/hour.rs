//! What becomes of an hour: labelled well, labelled badly, not labelled, hardly labelled, without a baseline.

use super::traffic::{capture, label, label_hour, metrics, prepared, run, score};
use crate::harness::{Harness, below, nine};
use bellwether_contract::execution::Status;
use bellwether_pipeline::monitors::model_quality::ModelQuality;

#[tokio::test]
async fn a_labelled_hour_is_measured_and_laid_out_as_the_container_does() {
    for site in Harness::both().await {
        let site = prepared(site).await;
        label_hour(&site, 8, 8, (0..600).map(|n| (n, label(n)))).await;
        let made = site.run_twice_as::<ModelQuality>(&nine()).await.execution;
        assert_eq!(made.monitoring_execution_status, Status::Completed, "{}", made.exit_message);
        let truth = made.labelling.ground_truth.expect("labels");
        assert_eq!((truth.captured, truth.labelled, truth.truth_unmatched, truth.rows), (600, 600, 0, 600));
        assert_eq!(made.constraints_judged, 11, "recall to f2");

        // Counted, not computed by the code under test.
        let count = |answer: bool, truth: u8| {
            (0..600).filter(|n| (score(*n) > 0.5) == answer && label(*n) == truth).count() as f64
        };
        let (tp, fp, fnn, tn) = (count(true, 1), count(true, 0), count(false, 1), count(false, 0));
        let metrics = metrics(&site, &run(9)).await;
        let value = |name: &str| metrics[name]["value"].as_f64().unwrap_or(f64::NAN);
        assert_eq!(value("recall"), tp / (tp + fnn));
        assert_eq!(value("precision"), tp / (tp + fp));
        assert_eq!(value("accuracy"), (tp + tn) / 600.0);
        assert_eq!(value("false_positive_rate"), fp / (fp + tn));
        assert_eq!(metrics["confusion_matrix"]["1"]["0"], fnn);
        let tree = site.tree().await;
        let files: Vec<_> =
            below(&tree, &run(9)).iter().map(|key| key.rsplit('/').next().unwrap_or_default()).collect();
        let expected = [
            "constraint_violations.json",
            "constraints.json",
            "evaluation.json",
            "execution.json",
            "report.html",
            "statistics.json",
        ];
        assert_eq!(files, expected);
        let statistics = site.json(&format!("{}/statistics.json", run(9))).await;
        assert_eq!(statistics["dataset"]["item_count"], 600);
        assert_eq!(statistics["dataset"]["start_time"], "2026-10-31T08:00:00Z");
        // The newest hour is this one, and what was estimated of it is near what it is.
        assert_eq!(made.labelling.estimated_window, Some(made.identity.window));
        let estimated = &statistics["estimated_binary_classification_metrics"];
        for name in ["accuracy", "auc", "f1"] {
            let (estimate, error) = (&estimated[name]["value"], &estimated[name]["sampling_error"]);
            let (estimate, error) = (estimate.as_f64().expect("a number"), error.as_f64().expect("a number"));
            assert!((estimate - value(name)).abs() < 3.0 * error, "{name}: {estimate} for {}", value(name));
        }
    }
}

#[tokio::test]
async fn answers_that_are_wrong_are_violations_in_the_containers_words() {
    for site in Harness::both().await {
        let site = prepared(site).await;
        label_hour(&site, 8, 8, (0..600).map(|n| (n, 1 - label(n)))).await;
        let made = site.run_twice_as::<ModelQuality>(&nine()).await.execution;
        assert_eq!(made.monitoring_execution_status, Status::CompletedWithViolations);
        let metrics = metrics(&site, &run(9)).await;
        let limits = site.json("baseline/constraints.json").await;
        let found = site.violations(&run(9)).await;
        let text = |name: &str, reported: &str, side: &str| {
            let number = |value: &serde_json::Value| {
                bellwether_contract::json::double(value.as_f64().expect("a number"))
            };
            let (value, deviation) = (&metrics[name]["value"], &metrics[name]["standard_deviation"]);
            let threshold = &limits["binary_classification_constraints"][name]["threshold"];
            let (value, deviation, threshold) = (number(value), number(deviation), number(threshold));
            format!("Metric {reported} with {value} +/- {deviation} was {side} '{threshold}'")
        };
        for (name, reported, side) in [
            ("auc", "auc", "LessThanThreshold"),
            ("true_negative_rate", "trueNegativeRate", "LessThanThreshold"),
            ("false_positive_rate", "falsePositiveRate", "GreaterThanThreshold"),
            ("f0_5", "f0_5", "LessThanThreshold"),
        ] {
            let told = found.iter().find(|(metric, _)| metric == reported).map(|(_, text)| text.clone());
            assert_eq!(told, Some(text(name, reported, side)));
        }
        assert_eq!(found.len(), 11, "{found:#?}");
        assert!(found.iter().all(|(metric, _)| !metric.starts_with("estimated_")), "the scores are as ever");
    }
}

#[tokio::test]
async fn an_hour_without_labels_is_not_healthy() {
    for site in Harness::both().await {
        let site = prepared(site).await;
        let made = site.run_twice_as::<ModelQuality>(&nine()).await.execution;
        assert_eq!(made.monitoring_execution_status, Status::Inconclusive);
        let told =
            "nothing was judged: accuracy and 10 more: none of 600 captured records has ground truth yet";
        assert!(made.exit_message.contains(told), "{}", made.exit_message);
        assert_eq!(made.constraints_judged, 0);
        // What was estimated held, and proves nothing.
        assert!(made.held.iter().any(|name| name == "estimated_auc"), "{:?}", made.held);
    }
}

#[tokio::test]
async fn fewer_labels_than_are_asked_for_judge_nothing_whatever_they_say() {
    let site = prepared(Harness::folder()).await.with("MIN_GROUND_TRUTH_COVERAGE", "0.5");
    label_hour(&site, 8, 8, (0..299).map(|n| (n, 1 - label(n)))).await;
    let made = site.run_twice_as::<ModelQuality>(&nine()).await.execution;
    assert_eq!(made.monitoring_execution_status, Status::Inconclusive, "{}", made.exit_message);
    assert!(
        made.exit_message.contains("299 of 600 captured records have ground truth"),
        "{}",
        made.exit_message
    );
    assert_eq!(site.violations(&run(9)).await, []);
    // They are measured all the same.
    assert_eq!(site.json(&format!("{}/statistics.json", run(9))).await["dataset"]["item_count"], 299);
}

#[tokio::test]
async fn a_quiet_hour_is_one_and_labels_of_other_hours_change_nothing() {
    let site = prepared(Harness::folder()).await;
    site.delete(
        "capture/churn-prod/AllTraffic/2026/10/31/08/07-04-840-0b7bfd33-c8a7-4adf-a09a-98fd0af79974.jsonl",
    )
    .await;
    capture(&site, 6, (0..10).map(score)).await;
    label_hour(&site, 6, 8, (0..10).map(|n| (n, label(n)))).await;
    let made = site.run_twice_as::<ModelQuality>(&nine()).await.execution;
    assert_eq!(made.monitoring_execution_status, Status::CompletedNoData, "{}", made.exit_message);
    let truth = made.labelling.ground_truth.expect("labels");
    assert_eq!((truth.captured, truth.truth_unmatched), (0, 10));
}

#[tokio::test]
async fn without_a_baseline_statistics_are_written_and_nothing_is_judged() {
    let site = prepared(Harness::folder())
        .await
        .with("BASELINE_CONSTRAINTS_URI", "")
        .with("BASELINE_CALIBRATION_URI", "");
    label_hour(&site, 8, 8, (0..600).map(|n| (n, label(n)))).await;
    let made = site.run_twice_as::<ModelQuality>(&nine()).await.execution;
    assert_eq!(made.monitoring_execution_status, Status::Inconclusive);
    assert!(
        made.exit_message.contains("neither BASELINES_URI nor BASELINE_CONSTRAINTS_URI"),
        "{}",
        made.exit_message
    );
    let suggested = site.json(&format!("{}/constraints.json", run(9))).await;
    assert!(suggested["binary_classification_constraints"]["auc"]["threshold"].is_number(), "{suggested}");
}

/// The model answers nonsense to nearly everybody, and all of it is labelled: the few that are left judge nothing.
#[tokio::test]
async fn answers_that_cannot_be_measured_are_no_healthy_hour() {
    for (broken, expected) in [(30, Status::CompletedWithViolations), (570, Status::Inconclusive)] {
        let site = prepared(Harness::folder()).await.with("ESTIMATE", "none");
        let answers = (0..600).map(|n| if n < broken { f64::NAN } else { score(n) });
        capture(&site, 8, answers).await;
        label_hour(&site, 8, 8, (0..600).map(|n| (n, label(n)))).await;
        let made = site.run_twice_as::<ModelQuality>(&nine()).await.execution;
        assert_eq!(made.monitoring_execution_status, expected, "{broken}: {}", made.exit_message);
        let told: Vec<&str> = made.judged.iter().map(|judged| judged.check.as_str()).collect();
        assert!(told.contains(&"labelled_rows_check"), "{broken}: {told:?}");
    }
}
