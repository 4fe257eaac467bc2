//! AWS's own example: its baseline and three monitored hours of its endpoint, as its containers of 2021 reported them.
//!
//! `validation_with_predictions.csv` is the baseline's dataset. A monitored hour is the loop over the 334 scores of
//! `monitor-test-scores.computed.csv` until so many records were merged as its report implies. Deviations are random in both.

use std::path::{Path, PathBuf};

use bellwether_contract::violations::Violations;
use serde_json::Value;

use super::*;
use crate::engine;
use crate::model_quality::{LabelledRows, MOST_POINTS};

fn folder() -> Option<PathBuf> {
    engine::data("model-quality")
}

fn cells(file: &Path) -> Vec<csv::StringRecord> {
    csv::Reader::from_path(file).expect("a CSV file").records().map(|row| row.expect("a row")).collect()
}

fn push(rows: &mut LabelledRows, place: u32, truth: &str, label: Option<&str>, score: &str) {
    let scores = [score.parse().expect("a score")];
    let draws = Draws::of(7, &format!("record-{place}"), 0);
    rows.push(truth, &Answer { label, scores: &scores }, draws).expect("a row");
}

/// `validation_with_predictions.csv`: probability, prediction (the notebook's, above 0.8), label.
fn baseline(folder: &Path) -> MeasuredQuality {
    let mut rows = LabelledRows::new(&Problem::binary(true, true));
    for (place, row) in (0..).zip(cells(&folder.join("validation_with_predictions.csv"))) {
        push(&mut rows, place, &row[2], Some(&row[1]), &row[0]);
    }
    measure(&mut rows)
}

/// `monitor-test-scores.computed.csv`, over and over: inference id, score, ground truth.
fn hour(folder: &Path, records: usize) -> MeasuredQuality {
    let scores = cells(&folder.join("monitor-test-scores.computed.csv"));
    let mut rows = LabelledRows::new(&Problem::binary(false, true));
    for (place, row) in (0..).zip(scores.iter().cycle().take(records)) {
        push(&mut rows, place, &row[2], None, &row[1]);
    }
    measure(&mut rows)
}

/// The printed value of a metric, rounded to six digits by the notebook.
fn printed(report: &Value, name: &str) -> f64 {
    report[name].as_str().and_then(|text| text.parse().ok()).unwrap_or_else(|| panic!("{name} was printed"))
}

#[test]
fn the_baseline_comes_out_as_it_was_printed() {
    let Some(folder) = folder() else { return };
    let measured = baseline(&folder);
    let all = engine::json(&folder.join("baseline-statistics-as-printed.real.json"));
    for run in ["68aeb37e", "3b5c7016"] {
        let report = &all[run];
        let mut compared = 0;
        for (name, measure) in measured.metrics.iter().filter(|(name, _)| *name != "au_prc") {
            let (value, expected) =
                (measure.value.expect("a value"), printed(report, &format!("{name}.value")));
            assert!((value - expected).abs() <= 5.1e-7, "{run} {name}: {value}, printed {expected}");
            compared += 1;
        }
        assert_eq!(compared, 17, "{run}");
        let deviation = measured.metrics.get("accuracy").and_then(|measure| measure.standard_deviation);
        let (ours, theirs) = (deviation.expect("201 rows"), printed(report, "accuracy.standard_deviation"));
        assert!(ours > theirs / 3.0 && ours < theirs * 3.0, "{run}: {ours} is not of the size of {theirs}");
    }
    for (name, digits) in [
        ("auc", 0.939_512_799_339_389_8),
        ("accuracy", 0.940_298_507_462_686_6),
        ("recall", 0.571_428_571_428_571_4),
        ("false_negative_rate", 0.428_571_428_571_428_6),
        ("f1", 0.727_272_727_272_727_3),
        ("f2", 0.625),
    ] {
        assert_eq!(
            measured.value(name),
            Some(digits),
            "{name}, to the last digit by monitor-violations.real.json"
        );
    }
}

/// `baseline-statistics-as-printed.real.json` shows the first points and the order of the keys.
#[test]
fn the_baseline_is_laid_out_as_the_container_lays_it_out() {
    let Some(folder) = folder() else { return };
    let measured = baseline(&folder);
    let file = statistics(Some(&measured), None, None);
    let metrics = file.metrics(ProblemType::BinaryClassification).expect("a block");
    let report = engine::json(&folder.join("baseline-statistics-as-printed.real.json"));
    let mut printed: Vec<String> = Vec::new();
    for key in report["68aeb37e"].as_object().expect("keys").keys() {
        let name = key.split('.').next().unwrap_or_default().to_owned();
        if printed.last() != Some(&name) {
            printed.push(name);
        }
    }
    let ours: Vec<&str> = metrics.iter().map(|(name, _)| name).filter(|name| *name != "au_prc").collect();
    assert_eq!(ours, printed);

    let Some(MetricEntry::Roc(roc)) = metrics.get("receiver_operating_characteristic_curve") else {
        panic!("a curve")
    };
    let (points, distinct) = (roc.true_positive_rates.len(), 201);
    assert!(points <= distinct + 2 && points < MOST_POINTS && points == roc.false_positive_rates.len());
    assert_eq!(roc.true_positive_rates[..3], [0.0, 0.035_714_285_714_285_71, 0.071_428_571_428_571_42]);
    assert_eq!(roc.true_positive_rates[points - 2..], [1.0, 1.0]);
    let Some(MetricEntry::PrecisionRecall(curve)) = metrics.get("precision_recall_curve") else {
        panic!("a curve")
    };
    assert_eq!((curve.precisions.len(), curve.recalls[0]), (points - 1, 0.0));
    assert_eq!(curve.precisions[..9], [1.0; 9]);
    let Some(MetricEntry::Confusion(matrix)) = metrics.get("confusion_matrix") else { panic!("a matrix") };
    let cell =
        |truth: &str, answer: &str| *matrix.get(truth).and_then(|row| row.get(answer)).expect("a cell");
    assert_eq!([cell("0", "0"), cell("0", "1"), cell("1", "0"), cell("1", "1")], [173, 0, 12, 16]);
}

/// The report of each run against ours: texts word for word but for the deviation; the area to 1e-12.
#[test]
fn three_monitored_hours_are_judged_as_the_container_judged_them() {
    let Some(folder) = folder() else { return };
    let baseline = constraints(&baseline(&folder));
    let limits = baseline.of(ProblemType::BinaryClassification).expect("a block");
    let all = engine::json(&folder.join("monitor-violations.real.json"));
    // The oldest container took every label for positive where it drew curves: its baseline's auc was 1, and no hour's fell
    // below. It counted all else as the later ones do.
    for (run, records, has_auc) in
        [("68aeb37e", 1_817, true), ("3b5c7016", 1_892, true), ("ecee0a65", 2_723, false)]
    {
        let report = &all[run];
        assert_eq!(report["merged_record_count_inferred"], records);
        let theirs: Violations = serde_json::from_value(report.clone()).expect("violations");
        let measured = hour(&folder, records);
        let evaluated = evaluate(Ok(&measured), None, limits, Parity { leaves_out_f0_5: true });
        let mut found = evaluated.violations();
        found.retain(|violation| has_auc || violation.metric_name.as_deref() != Some("auc"));
        assert_eq!(found.len(), theirs.violations.len(), "{run}");
        for expected in &theirs.violations {
            let ours =
                found.iter().find(|ours| ours.metric_name == expected.metric_name).expect("the same metric");
            assert_eq!(ours.constraint_check_type, expected.constraint_check_type);
            same_text(&ours.description, &expected.description);
        }
        let beside = evaluate(Ok(&measured), None, limits, Parity::default());
        assert_eq!(beside.violated.len(), evaluated.violated.len() + 1);
        let reported =
            beside.violated.iter().any(|found| found.judged.metric_name.as_deref() == Some("f0_5"));
        assert!(reported, "{run}: constrained, violated and never reported by the container");
    }
}

/// Value, deviation and threshold of a violation's text.
fn numbers(text: &str) -> (String, [f64; 3]) {
    let parts: Vec<&str> = text.split(' ').collect();
    let [metric, name, with, value, plus, deviation, was, operator, threshold] = parts[..] else {
        panic!("nine words: {text}")
    };
    let number = |text: &str| text.trim_matches('\'').parse::<f64>().expect("a number");
    (
        format!("{metric} {name} {with} {plus} {was} {operator} {threshold}"),
        [number(value), number(deviation), number(threshold)],
    )
}

fn same_text(ours: &str, theirs: &str) {
    let ((our_words, ours_numbers), (their_words, their_numbers)) = (numbers(ours), numbers(theirs));
    assert_eq!(our_words, their_words, "words and threshold, which has the container's digits");
    let ([value, deviation, _], [expected, their_deviation, _]) = (ours_numbers, their_numbers);
    if ours.contains(" auc ") {
        assert!((value - expected).abs() <= 1e-12, "{ours}");
    } else {
        assert_eq!(value, expected, "{ours}");
    }
    // Five draws of four fifths: random in both, so by its size alone.
    assert!(
        deviation > 0.0 && deviation < their_deviation * 30.0 && deviation > their_deviation / 30.0,
        "{ours}"
    );
}

/// Thresholds by `monitor-violations.real.json`; that of `f0_5`, which is never reported, by the six digits of
/// `baseline-statistics-as-printed.real.json`.
#[test]
fn the_baselines_constraints_are_its_values_in_the_containers_order() {
    let Some(folder) = folder() else { return };
    let measured = baseline(&folder);
    let file = constraints(&measured);
    let text = String::from_utf8(bellwether_contract::json::to_vec(&file).expect("finite")).expect("UTF-8");
    let expected = [
        ("recall", "0.5714285714285714", "Less"),
        ("precision", "1.0", "Less"),
        ("accuracy", "0.9402985074626866", "Less"),
        ("true_positive_rate", "0.5714285714285714", "Less"),
        ("true_negative_rate", "1.0", "Less"),
        ("false_positive_rate", "0.0", "Greater"),
        ("false_negative_rate", "0.4285714285714286", "Greater"),
        ("auc", "0.9395127993393898", "Less"),
        ("f0_5", "0.8695652173913042", "Less"),
        ("f1", "0.7272727272727273", "Less"),
        ("f2", "0.625", "Less"),
    ];
    let limits: Vec<String> = expected
        .into_iter()
        .map(|(name, threshold, side)| {
            format!(
                "    \"{name}\" : {{\n      \"threshold\" : {threshold},\n      \"comparison_operator\" : \"{side}ThanThreshold\"\n    }}"
            )
        })
        .collect();
    let file = format!(
        "{{\n  \"version\" : 0.0,\n  \"binary_classification_constraints\" : {{\n{}\n  }}\n}}",
        limits.join(",\n")
    );
    assert_eq!(text, file);
}

#[test]
fn a_baseline_never_violates_its_own_constraints() {
    let Some(folder) = folder() else { return };
    let measured = baseline(&folder);
    let file = constraints(&measured);
    let limits = file.of(ProblemType::BinaryClassification).expect("a block");
    let evaluated = evaluate(Ok(&measured), None, limits, Parity::default());
    assert_eq!((evaluated.violated.len(), evaluated.held.len()), (0, 11));
}

/// `binary_metrics.example.json`, the developer guide's block of 2020, by its own matrix; it prints 14 digits. Its constant
/// answer is that of the older container, and its curves and area are not of these four rows.
#[test]
fn the_guides_block_is_read_and_its_rates_come_out() {
    let Some(folder) = folder() else { return };
    let block = engine::json(&folder.join("binary_metrics.example.json"));
    let theirs: Metrics =
        serde_json::from_value(block["binary_classification_metrics"].clone()).expect("a block");
    let Some(MetricEntry::Confusion(matrix)) = theirs.get("confusion_matrix") else { panic!("a matrix") };
    let mut rows = LabelledRows::new(&Problem::binary(true, false));
    for (truth, counts) in matrix.iter() {
        for (answer, count) in counts.iter() {
            for _ in 0..*count {
                rows.push(truth, &Answer::label(answer), Draws::default()).expect("a row");
            }
        }
    }
    let ours = measure(&mut rows);
    let mut compared = 0;
    for (name, entry) in theirs.iter().filter(|(name, _)| !name.ends_with("_classifier") && *name != "auc") {
        let Some(metric) = entry.metric() else { continue };
        let (value, expected) = (ours.value(name).expect("a value"), metric.value.expect("a number"));
        assert!((value - expected).abs() <= 1e-14, "{name}: {value}, printed {expected}");
        assert_eq!(metric.standard_deviation, None, "{name}: the text NaN");
        compared += 1;
    }
    assert_eq!(compared, 10);
}
