//! What is violated, what is not evaluable, what is published: small windows.

use bellwether_contract::json::from_slice;

use super::*;
use crate::model_quality::{Absent, CountedAnswers, Estimated};
use crate::partial::OfWindow;
use crate::verdict::Evaluated;

fn window(problem: &Problem, rows: &[(&str, &str)]) -> MeasuredQuality {
    let mut labelled = LabelledRows::new(problem);
    for (place, (truth, answer)) in (0..).zip(rows) {
        labelled.push(truth, &Answer::label(answer), Draws::of(1, "row", place)).expect("a row");
    }
    measure(&mut labelled)
}

fn scored(rows: &[(&str, f64)]) -> MeasuredQuality {
    let mut labelled = LabelledRows::new(&Problem::binary(false, true));
    for (place, (truth, score)) in (0..).zip(rows) {
        labelled.push(truth, &Answer::scores(&[*score]), Draws::of(1, "row", place)).expect("a row");
    }
    measure(&mut labelled)
}

fn limits(text: &str) -> Thresholds {
    from_slice("constraints", text.as_bytes()).expect("limits")
}

fn descriptions(evaluated: &Evaluated) -> Vec<&str> {
    evaluated.violated.iter().map(|found| found.description.as_str()).collect()
}

const LABELS: fn() -> Problem = || Problem::binary(true, false);

#[test]
fn below_200_rows_the_text_has_no_deviation_and_a_value_at_its_threshold_is_kept() {
    let measured = window(&LABELS(), &[("1", "1"), ("1", "0"), ("0", "0"), ("0", "0")]);
    let limits = limits(
        r#"{"recall": {"threshold": 0.5, "comparison_operator": "LessThanThreshold"},
            "accuracy": {"threshold": 1, "comparison_operator": "LessThanThreshold"},
            "false_negative_rate": {"threshold": 0.0002, "comparison_operator": "GreaterThanThreshold"}}"#,
    );
    let evaluated = evaluate(Ok(&measured), None, &limits, Parity::default());
    assert_eq!(
        descriptions(&evaluated),
        [
            "Metric accuracy with 0.75 was LessThanThreshold '1.0'",
            "Metric falseNegativeRate with 0.5 was GreaterThanThreshold '2.0E-4'"
        ]
    );
    assert_eq!(evaluated.held.keys().collect::<Vec<_>>(), ["recall"]);
    assert_eq!((evaluated.held["recall"].value, evaluated.held["recall"].n), (0.5, 4));
}

/// Positives only, as a real window of 2024: two rates are null, and the best constant answer is right everywhere.
#[test]
fn a_rate_whose_class_is_absent_is_null_and_demands_nothing_of_a_window_like_it() {
    let baseline = scored(&[("1", 0.9), ("1", 0.2)]);
    assert_eq!(
        baseline.metrics.get("true_negative_rate").map(|rate| rate.value),
        Some(Err(Absent::NoNegative))
    );
    assert_eq!(baseline.value("false_positive_rate"), None);
    for (name, value) in [
        ("auc", 1.0),
        ("precision", 1.0),
        ("accuracy_best_constant_classifier", 1.0),
        ("recall_best_constant_classifier", 1.0),
        ("f2_best_constant_classifier", 1.0),
    ] {
        assert_eq!(baseline.value(name), Some(value), "{name}");
    }
    let file = constraints(&baseline);
    let text = String::from_utf8(bellwether_contract::json::to_vec(&file).expect("finite")).expect("UTF-8");
    assert!(text.contains("\"true_negative_rate\" : {\n      \"threshold\" : null,"), "{text}");
    let limits = file.of(ProblemType::BinaryClassification).expect("a block");

    let same = evaluate(Ok(&baseline), None, limits, Parity::default());
    assert_eq!(
        (same.violated.len(), same.held.len(), same.not_evaluable.len()),
        (0, 9, 0),
        "nothing is asked"
    );
    let other = evaluate(Ok(&scored(&[("1", 0.9), ("0", 0.2)])), None, limits, Parity::default());
    let told: Vec<&String> = other.not_evaluable.keys().collect();
    assert_eq!(told, ["falsePositiveRate", "trueNegativeRate"]);
    assert_eq!(
        other.not_evaluable["trueNegativeRate"],
        "the baseline has no value of it: its threshold is null"
    );
}

#[test]
fn a_threshold_whose_value_is_absent_in_the_window_is_not_evaluable() {
    let baseline = scored(&[("1", 0.9), ("0", 0.2)]);
    let file = constraints(&baseline);
    let limits = file.of(ProblemType::BinaryClassification).expect("a block");
    let evaluated = evaluate(Ok(&scored(&[("1", 0.9)])), None, limits, Parity::default());
    assert_eq!(evaluated.not_evaluable["trueNegativeRate"], "no row of the window is negative");
    assert_eq!(evaluated.not_evaluable["falsePositiveRate"], "no row of the window is negative");
    assert_eq!((evaluated.not_evaluable.len(), evaluated.judged()), (2, 9));
    assert_eq!(evaluated.warnings, ["every label is \"1\": the auc of 1 is a convention and says nothing"]);
    let evaluated = evaluate(Ok(&scored(&[("0", 0.9), ("0", 0.2)])), None, limits, Parity::default());
    assert_eq!(evaluated.warnings, ["no label is \"1\": the auc of 0 is a convention and says nothing"]);
    let evaluated = evaluate(Ok(&scored(&[("1", 0.9), ("0", 0.2)])), None, limits, Parity::default());
    assert_eq!(evaluated.warnings, <[String; 0]>::default());
}

/// A positive and a negative share a bin: nobody knows which has the greater score, and the area is one half, off by one half.
#[test]
fn what_is_of_scores_in_bins_says_so_and_is_judged_where_its_side_is_known() {
    let mut labelled = LabelledRows::new(&Problem::binary(false, true));
    for (place, (truth, score)) in (0..).zip([("1", 0.9), ("0", 0.9)]) {
        labelled.push(truth, &Answer::scores(&[score]), Draws::of(1, "row", place)).expect("a row");
    }
    let mut counted = CountedAnswers::of(&mut labelled);
    assert_eq!((counted.rows(), labelled.is_empty()), (2, false));
    let measured = counted.measure();
    assert_eq!((measured.value("auc"), measured.from_bins), (Some(0.5), Some(0.5)));
    let at = |threshold: f64| {
        let limits = limits(&format!(
            r#"{{"auc": {{"threshold": {threshold}, "comparison_operator": "LessThanThreshold"}}}}"#
        ));
        evaluate(Ok(&measured), None, &limits, Parity::default())
    };
    for threshold in [0.1, 0.9, 1.0] {
        let told =
            format!("of scores in bins it is 0.5, off by 0.5 at most, and its threshold is {threshold:?}");
        assert_eq!(at(threshold).not_evaluable, [("auc".to_owned(), told)].into());
    }
    assert_eq!(descriptions(&at(1.1)), ["Metric auc with 0.5 was LessThanThreshold '1.1'"]);
    let (metrics, is_of_bins) = (metrics(&measured), |entry: &MetricEntry| match entry {
        MetricEntry::QualityMetric(metric) => metric.from_bins,
        MetricEntry::Roc(curve) => curve.from_bins,
        MetricEntry::PrecisionRecall(curve) => curve.from_bins,
        _ => false,
    });
    let told: Vec<&str> =
        metrics.iter().filter(|(_, entry)| is_of_bins(entry)).map(|(name, _)| name).collect();
    assert_eq!(told, [ROC_CURVE, PRECISION_RECALL_CURVE, "auc", "au_prc"]);
    // Of every row kept, nothing is of bins.
    let whole = super::metrics(&measure(&mut labelled));
    assert!(!whole.iter().any(|(_, entry)| is_of_bins(entry)));
    counted.merge(&CountedAnswers::of(&mut labelled));
    assert_eq!(counted.rows(), 4);
}

#[test]
fn without_a_labelled_row_nothing_is_judged() {
    let file = constraints(&scored(&[("1", 0.9), ("0", 0.2)]));
    let limits = file.of(ProblemType::BinaryClassification).expect("a block");
    for (evaluated, reason) in [
        (evaluate(Err("no label came"), None, limits, Parity::default()), "no label came"),
        (evaluate(Ok(&scored(&[])), None, limits, Parity::default()), "there is no row"),
    ] {
        assert_eq!((evaluated.judged(), evaluated.not_evaluable.len()), (0, 11));
        assert!(evaluated.not_evaluable.values().all(|told| told == reason), "{:?}", evaluated.not_evaluable);
    }
    assert!(points(Some(&scored(&[])), None).is_empty());
}

#[test]
fn a_name_that_is_no_metric_is_told_with_the_one_that_is_probably_meant() {
    let limits = limits(
        r#"{"acuracy": {"threshold": 0.5, "comparison_operator": "LessThanThreshold"},
            "mae": {"threshold": 0.5, "comparison_operator": "GreaterThanThreshold"},
            "auc": {"threshold": 0.5, "comparison_operator": "LessThanThreshold"}}"#,
    );
    let evaluated = evaluate(Ok(&window(&LABELS(), &[("1", "1")])), None, &limits, Parity::default());
    assert_eq!(evaluated.judged(), 0);
    let told: Vec<(&str, &str)> =
        evaluated.not_evaluable.iter().map(|(name, why)| (name.as_str(), why.as_str())).collect();
    assert_eq!(
        told,
        [
            ("acuracy", "acuracy is no metric of BinaryClassification; accuracy is probably meant"),
            ("auc", "auc is measured of scores, and no probability attribute is set"),
            ("mae", "mae is no metric of BinaryClassification"),
        ]
    );
}

#[test]
fn f0_5_is_judged_unless_the_container_is_to_be_matched() {
    let measured = window(&LABELS(), &[("1", "0"), ("0", "0")]);
    let limits = limits(r#"{"f0_5": {"threshold": 0.5, "comparison_operator": "LessThanThreshold"}}"#);
    let ours = evaluate(Ok(&measured), None, &limits, Parity::default());
    assert_eq!(descriptions(&ours), ["Metric f0_5 with 0.0 was LessThanThreshold '0.5'"]);
    let theirs = evaluate(Ok(&measured), None, &limits, Parity { leaves_out_f0_5: true });
    assert_eq!(
        (theirs.judged(), theirs.unchecked.len(), theirs.unchecked.contains_key("f0_5")),
        (0, 1, true)
    );
}

fn estimates(value: f64, sampling_error: Option<f64>) -> Estimates {
    let of = |value: f64| Estimated { value: Ok(value), sampling_error };
    let metrics = [("accuracy", of(value)), ("false_positive_rate", of(1.0 - value))].into_iter().collect();
    Estimates { problem_type: ProblemType::BinaryClassification, rows: 500, metrics }
}

#[test]
fn an_estimate_violates_beyond_three_of_its_errors_and_never_makes_a_window_healthy() {
    let limits = limits(
        r#"{"accuracy": {"threshold": 0.75, "comparison_operator": "LessThanThreshold"},
            "false_positive_rate": {"threshold": 0.25, "comparison_operator": "GreaterThanThreshold"},
            "auc": {"threshold": 0.5, "comparison_operator": "LessThanThreshold"}}"#,
    );
    let of = |estimates: &Estimates| {
        evaluate(Err("no label came"), Some(Ok(estimates)), &limits, Parity::default())
    };
    // Exactly three errors below is not beyond.
    let kept = of(&estimates(0.375, Some(0.125)));
    assert_eq!((kept.judged(), kept.held_aside.len()), (0, 2));
    let aside = &kept.held_aside["estimated_accuracy"];
    assert_eq!((aside.value, aside.limit, aside.n), (0.375, 0.375, 500));
    let below = of(&estimates(0.375, Some(0.0625)));
    assert_eq!(
        descriptions(&below),
        [
            "Metric estimated_accuracy with 0.375 +/- 0.0625 was LessThanThreshold '0.75'",
            "Metric estimated_false_positive_rate with 0.625 +/- 0.0625 was GreaterThanThreshold '0.25'"
        ]
    );
    let untold = of(&estimates(0.375, None));
    assert_eq!((untold.judged(), untold.held_aside.len()), (0, 0));
    assert_eq!(untold.not_evaluable["estimated_accuracy"], "the baseline tells no sampling error of it");
    let none = evaluate(Err("no label came"), Some(Err("no calibration")), &limits, Parity::default());
    assert_eq!(none.not_evaluable["estimates"], "no calibration");
}

/// The names that the container published: 17, and `au_prc` since 2024.
#[test]
fn points_have_the_names_of_the_container() {
    let names = |measured: &MeasuredQuality| -> Vec<String> {
        points(Some(measured), None).into_iter().map(|(name, _)| name).collect()
    };
    let mut binary = names(&scored(&[("1", 0.9), ("0", 0.2)]));
    binary.sort_unstable();
    assert_eq!(
        binary,
        [
            "accuracy",
            "accuracy_best_constant_classifier",
            "au_prc",
            "auc",
            "f0_5",
            "f0_5_best_constant_classifier",
            "f1",
            "f1_best_constant_classifier",
            "f2",
            "f2_best_constant_classifier",
            "false_negative_rate",
            "false_positive_rate",
            "precision",
            "precision_best_constant_classifier",
            "recall",
            "recall_best_constant_classifier",
            "true_negative_rate",
            "true_positive_rate",
        ]
    );
    assert_eq!(
        names(&window(&Problem::regression(), &[("1", "2"), ("2", "2")])),
        ["mae", "mse", "rmse", "r2"]
    );
    let multiclass = names(&window(&Problem::multiclass(), &[("a", "b"), ("b", "b")]));
    assert_eq!(
        (multiclass.len(), &multiclass[0][..], &multiclass[11][..]),
        (12, "accuracy", "weighted_f2_best_constant_classifier")
    );
    assert_eq!(
        points(None, Some(&estimates(0.75, None))),
        [("estimated_accuracy".to_owned(), 0.75), ("estimated_false_positive_rate".to_owned(), 0.25)]
    );
}

#[test]
fn statistics_name_their_window_and_what_is_estimated() {
    let time = |text: &str| text.parse().expect("a time");
    let times = Times {
        start: time("2026-03-01T08:00:00Z"),
        end: time("2026-03-01T09:00:00Z"),
        evaluation: time("2026-03-01T09:00:00Z"),
    };
    let file = statistics(None, Some(&estimates(0.75, Some(0.125))), Some(&times));
    let text = String::from_utf8(bellwether_contract::json::to_vec(&file).expect("finite")).expect("UTF-8");
    assert_eq!(
        text,
        "{\n  \"version\" : 0.0,\n  \"dataset\" : {\n    \"item_count\" : 0,\n    \"start_time\" : \"2026-03-01T08:00:00Z\",\n    \"end_time\" : \"2026-03-01T09:00:00Z\",\n    \"evaluation_time\" : \"2026-03-01T09:00:00Z\"\n  },\n  \"estimated_binary_classification_metrics\" : {\n    \"accuracy\" : {\n      \"value\" : 0.75,\n      \"sampling_error\" : 0.125\n    },\n    \"false_positive_rate\" : {\n      \"value\" : 0.25,\n      \"sampling_error\" : 0.125\n    }\n  }\n}"
    );
}
