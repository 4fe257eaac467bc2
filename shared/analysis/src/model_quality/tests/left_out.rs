//! Which rows are left out, and why.

use super::*;

fn refused(problem: &Problem, truth: &str, answer: &Answer<'_>) -> Option<LeftOutRow> {
    let mut rows = LabelledRows::new(problem);
    let refused = rows.push(truth, answer, Draws::default()).err();
    assert_eq!(rows.len(), usize::from(refused.is_none()));
    refused
}

#[test]
fn a_row_is_left_out_by_its_reason() {
    use LeftOutRow::*;
    let (number, labels) = (Problem::regression(), Problem::binary(true, false));
    let (score, both) = (Problem::binary(false, true), Problem::binary(true, true));
    let two = Problem::binary(false, true).with_score_labels(["no", "yes"]).with_positive_label("yes");
    let several = Problem::multiclass().with_score_labels(["a", "b", "c"]);
    let both_of = |label, scores| Answer { label: Some(label), scores };
    for (problem, truth, answer, reason) in [
        (&number, "1.5", Answer::label(" 2e3 "), None),
        (&number, " ", Answer::label("2"), Some(MissingTruth)),
        (&number, "NaN", Answer::label("2"), Some(MissingTruth)),
        (&number, "1", Answer::default(), Some(MissingPrediction)),
        (&number, "1", Answer::label(""), Some(MissingPrediction)),
        (&number, "one", Answer::label("2"), Some(TruthNotANumber)),
        (&number, "inf", Answer::label("2"), Some(TruthNotANumber)),
        (&number, "1", Answer::label("1e400"), Some(PredictionNotANumber)),
        (&labels, "1", Answer::label("whatever"), None),
        (&labels, "", Answer::label("1"), Some(MissingTruth)),
        (&labels, "1", Answer::scores(&[0.5]), Some(MissingPrediction)),
        (&score, "1", Answer::scores(&[0.5]), None),
        // A margin is no probability, and a curve can be drawn of it all the same.
        (&score, "1", Answer::scores(&[-3.5]), None),
        (&score, "1", Answer::label("1"), Some(MissingScore)),
        (&score, "1", Answer::scores(&[f64::NAN]), Some(ScoreNotANumber)),
        (&score, "1", Answer::scores(&[f64::INFINITY]), Some(ScoreNotANumber)),
        (&score, "1", Answer::scores(&[0.5, 0.5]), Some(ScoreCount)),
        (&both, "1", both_of("0", &[0.5]), None),
        (&both, "1", Answer::scores(&[0.5]), Some(MissingPrediction)),
        (&both, "1", Answer::label("1"), Some(MissingScore)),
        (&two, "yes", Answer::scores(&[0.4, 0.6]), None),
        (&two, "yes", Answer::scores(&[0.4]), Some(ScoreCount)),
        (&several, "a", both_of("a", &[0.2, 0.3, 0.5]), None),
        (&several, "a", both_of("a", &[0.2, 0.8]), Some(ScoreCount)),
        (&Problem::binary(false, false), "1", both_of("1", &[0.5]), Some(MissingPrediction)),
    ] {
        // A problem of labels without an inference attribute has no label to read.
        assert_eq!(refused(problem, truth, &answer), reason, "{problem:?} {truth:?} {answer:?}");
    }
}

#[test]
fn a_truth_with_more_labels_than_any_problem_has_ends_the_run() {
    let mut rows = LabelledRows::new(&Problem::multiclass());
    for label in 0..MOST_LABELS {
        push(&mut rows, 0, &label.to_string(), &Answer::label("0"));
    }
    let one_more = rows.push("one more", &Answer::label("0"), Draws::default());
    assert_eq!((one_more, rows.len()), (Err(LeftOutRow::TooManyLabels), MOST_LABELS));
    assert!(LeftOutRow::TooManyLabels.ends_the_run() && !LeftOutRow::MissingTruth.ends_the_run());
    let other = labelled(&Problem::multiclass(), &[("another", "0")]);
    assert_eq!(rows.merge(&other), Err(LeftOutRow::TooManyLabels));
    assert_eq!(rows.len(), MOST_LABELS, "nothing is taken in");
    assert_eq!(rows.merge(&LabelledRows::new(&Problem::regression())), Err(LeftOutRow::OtherProblem));
}

#[test]
fn the_last_row_that_is_held_is_the_ten_millionth() {
    let mut rows = LabelledRows::new(&Problem::binary(true, false));
    push(&mut rows, 0, "1", &Answer::label("1"));
    let mut size = 1;
    while size * 2 <= MOST_LABELLED_ROWS {
        rows.merge(&rows.clone()).expect("room");
        size *= 2;
    }
    let too_many = rows.merge(&rows.clone());
    assert_eq!((too_many, rows.len()), (Err(LeftOutRow::TooManyRows), size));
}

#[test]
fn a_row_of_labels_takes_16_bytes_and_one_of_numbers_24() {
    assert_eq!(size_of::<rows::LabelRow>(), 16);
    assert_eq!(size_of::<rows::NumberRow>(), 24);
}

#[test]
fn two_scores_are_read_by_the_labels_they_are_of() {
    let problem = Problem::binary(false, true).with_score_labels(["no", "yes"]).with_positive_label("yes");
    let mut rows = LabelledRows::new(&problem);
    for (place, (truth, scores)) in (0..).zip([("yes", [0.1, 0.9]), ("no", [0.7, 0.3]), ("no", [0.4, 0.6])]) {
        push(&mut rows, place, truth, &Answer::scores(&scores));
    }
    let measured = measure(&mut rows);
    assert_eq!(measured.value("recall"), Some(1.0));
    assert_eq!(measured.value("precision"), Some(0.5));
    let matrix = measured.confusion.expect("a matrix");
    let row = matrix.get("no").expect("the other label, by its own text");
    assert_eq!((row.get("no"), row.get("yes")), (Some(&1), Some(&1)));
}

#[test]
fn of_several_scores_the_greatest_is_the_answer_and_of_equal_ones_the_first() {
    let mut problem = Problem::multiclass().with_score_labels(["a", "b", "c"]);
    problem.answers_labels = false;
    let mut rows = LabelledRows::new(&problem);
    for (place, (truth, scores)) in (0..).zip([("b", [0.1, 0.8, 0.1]), ("a", [0.4, 0.4, 0.2])]) {
        push(&mut rows, place, truth, &Answer::scores(&scores));
    }
    assert_eq!(measure(&mut rows).value("accuracy"), Some(1.0));
}

#[test]
fn a_third_label_counts_as_negative_and_is_told() {
    let measured = measure(&mut labelled(
        &Problem::binary(true, false),
        &[("1", "1"), ("0", "0"), ("2", "1"), ("2.0", "0")],
    ));
    assert_eq!(measured.value("false_positive_rate"), Some(1.0 / 3.0));
    assert_eq!(
        measured.warnings,
        ["3 labels were seen (\"0\", \"1\", \"2\"), and all but \"1\" count as negative"]
    );
    let matrix = measured.confusion.expect("a matrix");
    assert_eq!(matrix.get("2").and_then(|row| row.get("1")), Some(&1));
}
