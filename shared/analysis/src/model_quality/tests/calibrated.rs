//! Calibration and estimates as a whole: what is learned, when it is used, and what it says of new rows.

use bellwether_contract::model_quality::{CalibrationMap, Decides};

use super::*;
use crate::random::Random;

/// A number from 0 to 1, exclusive.
fn uniform(random: &mut Random) -> f64 {
    random.below(1 << 53) as f64 / (1_u64 << 53) as f64
}

/// Scores whose true probability is `of` the score, with labels drawn by it.
fn baseline(count: usize, seed: u64, of: impl Fn(f64) -> f64) -> Vec<(f64, bool)> {
    let mut random = Random::new(seed);
    let row = |_| {
        let score = uniform(&mut random);
        (score, uniform(&mut random) < of(score))
    };
    (0..count).map(row).collect()
}

fn rows(problem: &Problem, drawn: &[(f64, bool)]) -> LabelledRows {
    let mut rows = LabelledRows::new(problem);
    for (place, (score, truth)) in (0..).zip(drawn) {
        push(&mut rows, place, if *truth { "1" } else { "0" }, &Answer::scores(&[*score]));
    }
    rows
}

fn by_score() -> Problem {
    Problem::binary(false, true)
}

#[test]
fn a_score_that_is_off_is_calibrated_and_a_good_one_is_left_alone() {
    let squared =
        calibrate(&mut rows(&by_score(), &baseline(4_000, 1, |score| score * score)), 3).expect("rows");
    let error = squared.classes[0].expected_calibration_error.expect("enough rows");
    assert!(error.after < error.before / 3.0, "{error:?}");
    assert!(matches!(squared.classes[0].map, CalibrationMap::Isotonic { .. }));
    assert_eq!((squared.decision, squared.probability_threshold), (Decides::Score, Some(0.5)));

    // Of honest scores the errors differ by chance alone, and the rule is the same.
    let mut left_alone = 0;
    for seed in 1..=8 {
        let honest =
            calibrate(&mut rows(&by_score(), &baseline(1_000, seed, |score| score)), 3).expect("rows");
        let error = honest.classes[0].expected_calibration_error.expect("enough rows");
        let is_left_alone = honest.classes[0].map == CalibrationMap::Identity;
        assert_eq!(is_left_alone, error.after >= error.before, "{error:?}");
        left_alone += usize::from(is_left_alone);
    }
    assert!(left_alone > 0, "calibration never made it worse");
}

#[test]
fn few_rows_calibrate_nothing_and_others_are_refused_by_reason() {
    let few = calibrate(&mut rows(&by_score(), &baseline(99, 1, |score| score * score)), 3).expect("rows");
    assert_eq!(
        (&few.classes[0].map, few.classes[0].expected_calibration_error),
        (&CalibrationMap::Identity, None)
    );
    // Scores that are right already cannot come out better.
    let right: Vec<(f64, bool)> = (0..200).map(|row| (f64::from(row % 2), row % 2 == 1)).collect();
    let right = calibrate(&mut rows(&by_score(), &right), 3).expect("rows");
    let error = right.classes[0].expected_calibration_error.expect("enough rows");
    assert_eq!((error.before, error.after, &right.classes[0].map), (0.0, 0.0, &CalibrationMap::Identity));
    let refused = |rows: &mut LabelledRows| calibrate(rows, 3).expect_err("a reason");
    assert_eq!(refused(&mut rows(&by_score(), &[])), "the baseline has no labelled row");
    assert_eq!(
        refused(&mut rows(&by_score(), &[(1.5, true)])),
        "a score of the baseline is 1.5, and a probability lies between 0 and 1"
    );
    assert_eq!(
        refused(&mut labelled(&Problem::binary(true, false), &[("1", "1")])),
        "there are no scores to estimate anything of"
    );
    assert_eq!(
        refused(&mut labelled(&Problem::regression(), &[("1", "1")])),
        "answers that are numbers have no probabilities"
    );
}

#[test]
fn a_calibration_of_another_rule_is_refused() {
    let calibration = calibrate(&mut rows(&by_score(), &baseline(200, 1, |score| score)), 3).expect("rows");
    for problem in [
        Problem::binary(true, true),
        by_score().with_threshold(0.3),
        by_score().with_positive_label("0"),
        Problem::multiclass().with_score_labels(["0", "1"]),
        Problem::binary(true, false),
        Problem::regression(),
    ] {
        assert!(ScoreHistogram::new(&problem, &calibration).is_err(), "{problem:?}");
        assert!(ScoredRows::new(&problem, &calibration).is_err(), "{problem:?}");
    }
    let problem = by_score();
    let mut histogram = ScoreHistogram::new(&problem, &calibration).expect("the same problem");
    for (score, reason) in [
        (1.0, None),
        (0.0, None),
        (1.001, Some(LeftOutRow::ScoreNotAProbability)),
        (-0.1, Some(LeftOutRow::ScoreNotAProbability)),
        (f64::NAN, Some(LeftOutRow::ScoreNotANumber)),
    ] {
        assert_eq!(histogram.push(&Answer::scores(&[score])).err(), reason, "{score}");
    }
    assert_eq!((histogram.len(), histogram.is_empty()), (2, false));
    let answer = Answer::default();
    assert_eq!(histogram.push(&answer), Err(LeftOutRow::MissingScore));
}

/// What is estimated of new rows lies within a few of its errors of what their labels say, and the histogram within 1e-5 of
/// the rows.
#[test]
fn estimates_of_new_rows_are_what_their_labels_say_within_a_few_errors() {
    let (problem, truth) = (by_score(), |score: f64| score.powf(1.5));
    let calibration = calibrate(&mut rows(&problem, &baseline(20_000, 11, truth)), 3).expect("rows");
    let new = baseline(8_000, 12, truth);
    let measured = measure(&mut rows(&problem, &new));
    let mut exact = ScoredRows::new(&problem, &calibration).expect("the same problem");
    let mut binned = ScoreHistogram::new(&problem, &calibration).expect("the same problem");
    for (score, _) in &new {
        exact.push(&Answer::scores(&[*score])).expect("a probability");
        binned.push(&Answer::scores(&[*score])).expect("a probability");
    }
    let (exact, binned) = (exact.estimates(), binned.estimates());
    assert_eq!((exact.rows, exact.metrics.len()), (8_000, 11));
    for (name, estimate) in exact.metrics.iter() {
        let value = estimate.value.expect("a value");
        let error = estimate.sampling_error.unwrap_or_else(|| panic!("{name} has an error"));
        let realised = measured.value(name).expect("a value");
        assert!((value - realised).abs() <= 4.0 * error, "{name}: {value} +/- {error}, realised {realised}");
        let binned = binned.metrics.get(name).and_then(|estimate| estimate.value.ok()).expect("a value");
        let most = if name == "auc" { 1e-5 } else { 1e-12 };
        assert!((value - binned).abs() <= most, "{name}: {value} by rows, {binned} by bins");
    }
    // In theory sqrt(p (1 - p) / n) for the accuracy.
    let accuracy = measured.value("accuracy").expect("a value");
    let error = exact.metrics.get("accuracy").and_then(|estimate| estimate.sampling_error).expect("an error");
    let theory = (accuracy * (1.0 - accuracy) / 8_000.0).sqrt();
    assert!((error / theory - 1.0).abs() < 0.2, "{error}, in theory {theory}");
}

/// A model whose answers are made anew, worse than those of the baseline: the estimate shows it without a label.
#[test]
fn traffic_of_harder_cases_is_estimated_worse() {
    let problem = by_score();
    let calibration = calibrate(&mut rows(&problem, &baseline(5_000, 21, |score| score)), 3).expect("rows");
    let of = |scores: &dyn Fn(f64) -> f64| {
        let mut histogram = ScoreHistogram::new(&problem, &calibration).expect("the same problem");
        for (score, _) in baseline(2_000, 22, |score| score) {
            histogram.push(&Answer::scores(&[scores(score)])).expect("a probability");
        }
        histogram.estimates().metrics.get("accuracy").and_then(|metric| metric.value.ok()).expect("a value")
    };
    let (usual, harder) = (of(&|score| score), of(&|score| 0.4 + 0.2 * score));
    assert!((usual - 0.75).abs() < 0.02 && harder < 0.6, "{usual}, {harder}");
}

/// By hand, without calibration: two rows of three labels, answered a and c.
#[test]
fn several_labels_are_summed_label_by_label() {
    let problem = Problem::multiclass().with_score_labels(["a", "b", "c"]);
    let mut rows = LabelledRows::keeping_scores(&problem);
    for (place, (truth, label, scores)) in
        (0..).zip([("a", "a", [0.5, 0.25, 0.25]), ("b", "c", [0.0, 0.5, 0.5])])
    {
        push(&mut rows, place, truth, &Answer { label: Some(label), scores: &scores });
    }
    let calibration = calibrate(&mut rows, 1).expect("scores");
    assert_eq!(calibration.classes.len(), 3);
    let mut histogram = ScoreHistogram::new(&problem, &calibration).expect("the same problem");
    for (label, scores) in [("a", [0.5, 0.25, 0.25]), ("c", [0.0, 0.5, 0.5])] {
        histogram.push(&Answer { label: Some(label), scores: &scores }).expect("probabilities");
    }
    let unknown = Answer { label: Some("d"), scores: &[0.5, 0.25, 0.25] };
    assert_eq!(histogram.push(&unknown), Err(LeftOutRow::LabelWithoutScore));
    let estimates = histogram.estimates();
    let value =
        |name: &str| estimates.metrics.get(name).and_then(|metric| metric.value.ok()).expect("a value");
    assert_eq!((estimates.rows, value("accuracy"), value("weighted_recall")), (2, 0.5, 0.5));
    let mut equal = ScoreHistogram::new(&problem, &calibration).expect("the same problem");
    for scores in [[0.9, 0.9, 0.0], [0.0; 3]] {
        equal.push(&Answer { label: Some("b"), scores: &scores }).expect("probabilities");
    }
    let accuracy = equal.estimates().metrics.get("accuracy").and_then(|metric| metric.value.ok());
    // Made to add up to 1, and equal where all are 0.
    assert_close(accuracy.expect("a value"), (0.5 + 1.0 / 3.0) / 2.0, "accuracy");
    // True rows a 0.5, b 0.75, c 0.75; precision a 0.5, b 0 (never answered), c 0.5.
    assert!((value("weighted_precision") - (0.25 * 0.5 + 0.375 * 0.5)).abs() < 1e-15);
}

/// Each label against the others, with scores that are off: the estimate is near what the labels say.
#[test]
fn several_labels_are_calibrated_one_by_one() {
    let names = ["a", "b", "c"];
    let problem = Problem::multiclass().with_score_labels(names);
    let drawn = |seed: u64| -> Vec<(usize, [f64; 3])> {
        let mut random = Random::new(seed);
        let row = |_| {
            let raw = [(); 3].map(|()| uniform(&mut random) + 0.05);
            let sum: f64 = raw.iter().sum();
            let scores = raw.map(|score| score / sum);
            // The truth follows the squares: the scores are too modest.
            let squares: f64 = scores.iter().map(|score| score * score).sum();
            let mut left = uniform(&mut random) * squares;
            let truth = scores.iter().position(|score| {
                left -= score * score;
                left < 0.0
            });
            (truth.unwrap_or(2), scores)
        };
        (0..6_000).map(row).collect()
    };
    let filled = |rows: &mut LabelledRows, drawn: &[(usize, [f64; 3])]| {
        for (place, (truth, scores)) in (0..).zip(drawn) {
            let best = (0..3).max_by(|a, b| scores[*a].total_cmp(&scores[*b])).unwrap_or(0);
            push(rows, place, names[*truth], &Answer { label: Some(names[best]), scores });
        }
    };
    let mut rows = LabelledRows::keeping_scores(&problem);
    filled(&mut rows, &drawn(31));
    let calibration = calibrate(&mut rows, 5).expect("scores");
    for class in &calibration.classes {
        let error = class.expected_calibration_error.expect("enough rows");
        assert!(error.after < error.before, "{}: {error:?}", class.label);
    }
    let new = drawn(32);
    let mut labelled = LabelledRows::new(&problem);
    filled(&mut labelled, &new);
    let measured = measure(&mut labelled);
    let mut histogram = ScoreHistogram::new(&problem, &calibration).expect("the same problem");
    for (_, scores) in &new {
        let best = (0..3).max_by(|a, b| scores[*a].total_cmp(&scores[*b])).unwrap_or(0);
        histogram.push(&Answer { label: Some(names[best]), scores }).expect("probabilities");
    }
    let estimates = histogram.estimates();
    for name in ["accuracy", "weighted_precision", "weighted_recall", "weighted_f1"] {
        let estimate = estimates.metrics.get(name).expect("an estimate");
        let (value, error) = (estimate.value.expect("a value"), estimate.sampling_error.expect("an error"));
        let realised = measured.value(name).expect("a value");
        assert!((value - realised).abs() < 5.0 * error, "{name}: {value} +/- {error}, realised {realised}");
    }
}
