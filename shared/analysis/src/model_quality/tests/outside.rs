//! scikit-learn and NumPy over generated rows: `docs/outside-numbers/model_quality.py` made `outside.json`, and says how
//! conventions differ.

use std::collections::BTreeMap;

use bellwether_contract::model_quality::{Calibration, CalibrationMap, ClassCalibration};
use bellwether_contract::statistics::Unknown;
use serde::Deserialize;

use super::*;
use crate::partial::OfWindow;

#[derive(Deserialize)]
struct Outside {
    cases: Vec<Case>,
    isotonic: Vec<Isotonic>,
    calibration_errors: Vec<CalibrationErrors>,
    estimates: Vec<Expected>,
}

#[derive(Deserialize)]
struct Case {
    name: String,
    problem: ProblemType,
    threshold: Option<f64>,
    truth: Vec<serde_json::Value>,
    #[serde(default)]
    answer: Option<Vec<serde_json::Value>>,
    #[serde(default)]
    score: Option<Vec<f64>>,
    #[serde(default)]
    labels: Option<Vec<String>>,
    metrics: BTreeMap<String, Number>,
    #[serde(default)]
    confusion: Option<Vec<Vec<u64>>>,
    #[serde(default)]
    false_positive_rates: Vec<f64>,
    #[serde(default)]
    true_positive_rates: Vec<f64>,
    #[serde(default)]
    precisions: Vec<f64>,
    #[serde(default)]
    recalls: Vec<f64>,
}

#[derive(Deserialize)]
struct Number {
    value: Option<f64>,
    standard_deviation: Option<f64>,
}

#[derive(Deserialize)]
struct Isotonic {
    name: String,
    scores: Vec<f64>,
    labels: Vec<u8>,
    at: Vec<f64>,
    probabilities: Vec<f64>,
}

#[derive(Deserialize)]
struct CalibrationErrors {
    name: String,
    seed: u64,
    scores: Vec<f64>,
    labels: Vec<u8>,
    before: f64,
    after: f64,
}

#[derive(Deserialize)]
struct Expected {
    name: String,
    scores: Vec<f64>,
    probabilities: Vec<f64>,
    decided: Vec<bool>,
    metrics: BTreeMap<String, f64>,
}

fn outside() -> Outside {
    serde_json::from_str(include_str!("outside.json")).expect("what the script writes")
}

fn text(value: &serde_json::Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}

fn measured(case: &Case) -> MeasuredQuality {
    measure(&mut rows(case, 0..case.truth.len()))
}

/// Some rows of a case, as an hour has some of a day's.
fn rows(case: &Case, places: std::ops::Range<usize>) -> LabelledRows {
    let problem = match case.problem {
        ProblemType::Regression => Problem::regression(),
        ProblemType::BinaryClassification => Problem::binary(case.answer.is_some(), case.score.is_some())
            .with_threshold(case.threshold.unwrap_or(PROBABILITY_THRESHOLD)),
        ProblemType::MulticlassClassification => Problem::multiclass(),
    };
    let mut rows = LabelledRows::new(&problem);
    for (place, truth) in case.truth.iter().enumerate().filter(|(place, _)| places.contains(place)) {
        let answer = case.answer.as_ref().map(|answers| text(&answers[place]));
        let scores = case.score.as_ref().map_or(&[][..], |scores| &scores[place..=place]);
        push(&mut rows, place as u32, &text(truth), &Answer { label: answer.as_deref(), scores });
    }
    rows
}

/// Three windows of each case, merged: rates and errors as before, areas within what the bins leave open.
#[test]
fn every_metric_of_merged_windows_is_the_one_of_scikit_learn() {
    let mut areas = 0;
    for case in outside().cases {
        let all = case.truth.len();
        let hour = |from: usize, to: usize| CountedAnswers::of(&mut rows(&case, from..to));
        let mut day = hour(0, all / 3);
        for later in [hour(all / 3, all / 2), hour(all / 2, all)] {
            assert_eq!(day.differs(&later), None);
            day.merge(&later);
        }
        let merged = day.measure();
        for (name, expected) in &case.metrics {
            let what = format!("{}, {name}", case.name);
            let ours = merged.metrics.get(name).unwrap_or_else(|| panic!("{what} was not measured"));
            match (name.as_str(), ours.value, expected.value) {
                ("auc", Ok(ours), Some(theirs)) => {
                    let within = merged.from_bins.expect("scores in bins") + 1e-12;
                    assert!((ours - theirs).abs() <= within, "{what}: {ours}, {theirs}, {within}");
                    areas += 1;
                }
                ("au_prc", Ok(_), Some(_)) | (_, Err(_), None) => {}
                (_, Ok(ours), Some(theirs)) => assert_close(ours, theirs, &what),
                other => panic!("{what}: {other:?}"),
            }
        }
    }
    assert_eq!(areas, 14);
}

#[test]
fn every_metric_is_the_one_of_scikit_learn() {
    let mut deviations = 0;
    for case in outside().cases {
        let measured = measured(&case);
        let names: Vec<&str> = measured.metrics.iter().map(|(name, _)| name).collect();
        assert_eq!(names.len(), case.metrics.len(), "{}: {names:?}", case.name);
        for (name, expected) in &case.metrics {
            let what = format!("{}, {name}", case.name);
            let ours = measured.metrics.get(name).unwrap_or_else(|| panic!("{what} was not measured"));
            match (ours.value, expected.value) {
                (Ok(ours), Some(theirs)) => assert_close(ours, theirs, &what),
                (Err(_), None) => {}
                other => panic!("{what}: {other:?}"),
            }
            match (ours.standard_deviation, expected.standard_deviation) {
                (Some(ours), Some(theirs)) => assert_close(ours, theirs, &format!("{what}, deviation")),
                (None, None) => {}
                other => panic!("{what}, deviation: {other:?}"),
            }
            deviations += usize::from(ours.standard_deviation.is_some());
        }
    }
    assert_eq!(deviations, 18 + 12 + 4, "of the three cases of 200 rows and more");
}

#[test]
fn every_matrix_is_the_one_of_scikit_learn() {
    for case in outside().cases {
        let Some(expected) = &case.confusion else { continue };
        let names = case.labels.clone().unwrap_or_else(|| ["0", "1"].map(str::to_owned).to_vec());
        let matrix = measured(&case).confusion.expect("a matrix");
        assert_eq!(matrix.iter().map(|(name, _)| name).collect::<Vec<_>>(), names, "{}", case.name);
        for ((_, row), expected) in matrix.iter().zip(expected) {
            assert_eq!(row.iter().map(|(name, _)| name).collect::<Vec<_>>(), names, "{}", case.name);
            assert_eq!(row.iter().map(|(_, count)| *count).collect::<Vec<_>>(), *expected, "{}", case.name);
        }
    }
}

#[test]
fn every_curve_is_the_one_of_scikit_learn() {
    let mut curves = 0;
    for case in outside().cases {
        let measured = measured(&case);
        let (Some(roc), Some(curve)) = (measured.roc, measured.precision_recall) else {
            assert!(case.score.is_none(), "{}", case.name);
            continue;
        };
        for (ours, theirs, what) in [
            (roc.false_positive_rates, &case.false_positive_rates, "false_positive_rates"),
            (roc.true_positive_rates, &case.true_positive_rates, "true_positive_rates"),
            (curve.precisions, &case.precisions, "precisions"),
            (curve.recalls, &case.recalls, "recalls"),
        ] {
            assert_eq!(ours.len(), theirs.len(), "{}, {what}", case.name);
            ours.iter().zip(theirs).for_each(|(ours, theirs)| assert_close(*ours, *theirs, what));
        }
        curves += 1;
    }
    assert_eq!(curves, 14);
}

#[test]
fn isotonic_regression_is_the_one_of_scikit_learn() {
    for case in outside().isotonic {
        let labels = case.labels.iter().map(|label| *label == 1);
        let mut rows: Vec<(f64, bool)> = case.scores.iter().copied().zip(labels).collect();
        rows.sort_by(|a, b| a.0.total_cmp(&b.0));
        let map = isotonic::fit(&isotonic::groups(rows));
        for (at, expected) in case.at.iter().zip(&case.probabilities) {
            assert_close(isotonic::probability(&map, *at), *expected, &format!("{} at {at}", case.name));
        }
    }
}

#[test]
fn errors_out_of_sample_are_those_of_scikit_learns_fits() {
    for case in outside().calibration_errors {
        let mut rows = LabelledRows::new(&Problem::binary(false, true));
        for (place, (score, label)) in (0..).zip(case.scores.iter().zip(&case.labels)) {
            push(&mut rows, place, &label.to_string(), &Answer::scores(&[*score]));
        }
        let calibration = calibrate(&mut rows, case.seed).expect("probabilities");
        let error = calibration.classes[0].expected_calibration_error.expect("enough rows");
        assert_close(error.before, case.before, &format!("{}, before", case.name));
        assert_close(error.after, case.after, &format!("{}, after", case.name));
    }
}

/// A calibration that gives every score of the case its probability.
fn of_pairs(case: &Expected, problem: &Problem) -> Calibration {
    let mut pairs: Vec<(f64, f64)> =
        case.scores.iter().copied().zip(case.probabilities.iter().copied()).collect();
    pairs.sort_by(|a, b| a.0.total_cmp(&b.0));
    pairs.dedup();
    let (scores, probabilities) = pairs.into_iter().unzip();
    Calibration {
        problem_type: problem.problem_type,
        decision: problem.decides(),
        probability_threshold: None,
        n_baseline: 1,
        classes: vec![ClassCalibration {
            label: "1".to_owned(),
            map: CalibrationMap::Isotonic { scores, probabilities },
            expected_calibration_error: None,
        }],
        sampling_errors: Default::default(),
        unknown: Unknown::new(),
    }
}

#[test]
fn what_is_expected_of_rows_is_what_numpy_makes_of_the_definitions() {
    let problem = Problem::binary(true, true);
    for case in outside().estimates {
        let calibration = of_pairs(&case, &problem);
        let mut rows = ScoredRows::new(&problem, &calibration).expect("the same problem");
        let mut histogram = ScoreHistogram::new(&problem, &calibration).expect("the same problem");
        for (score, decided) in case.scores.iter().zip(&case.decided) {
            let answer = Answer { label: Some(if *decided { "1" } else { "0" }), scores: &[*score] };
            rows.push(&answer).expect("a probability");
            histogram.push(&answer).expect("a probability");
        }
        let (exact, binned) = (rows.estimates(), histogram.estimates());
        for (name, expected) in &case.metrics {
            let of = |estimates: &Estimates| {
                estimates.metrics.get(name).and_then(|metric| metric.value.ok()).expect("a value")
            };
            assert_close(of(&exact), *expected, &format!("{}, {name}", case.name));
            if name != "auc" {
                assert_close(of(&binned), *expected, &format!("{}, {name}, binned", case.name));
            }
        }
    }
}
