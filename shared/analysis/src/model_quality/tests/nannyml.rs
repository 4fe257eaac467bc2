//! NannyML 0.13.1 over its own car loans: `docs/outside-numbers/estimates.py` made `nannyml.json`.
//!
//! What the two agree on, and how often the truth lies in the band, is told in `docs/estimates.md`.

use std::collections::BTreeMap;

use bellwether_contract::model_quality::{Calibration, CalibrationMap};
use serde::Deserialize;

use super::*;

#[derive(Deserialize)]
struct Outside {
    is_calibrated: bool,
    /// Loans by score, answer and end.
    baseline: Vec<u32>,
    chunks: Vec<Chunk>,
}

#[derive(Deserialize)]
struct Chunk {
    loans: Vec<u32>,
    estimates: BTreeMap<String, Estimate>,
}

#[derive(Deserialize)]
struct Estimate {
    value: f64,
    sampling_error: f64,
}

fn outside() -> Outside {
    serde_json::from_str(include_str!("nannyml.json")).expect("what the script writes")
}

fn problem() -> Problem {
    Problem::binary(true, true)
}

/// Score, answer and end of each loan.
fn loans(table: &[u32]) -> impl Iterator<Item = (f64, &'static str, &'static str)> {
    let label = |is_one: bool| if is_one { "1" } else { "0" };
    table.iter().enumerate().flat_map(move |(cell, count)| {
        let score = (cell / 4) as f64 / 100.0;
        std::iter::repeat_n((score, label(cell % 4 >= 2), label(cell % 2 == 1)), *count as usize)
    })
}

fn labelled_loans(table: &[u32]) -> LabelledRows {
    let mut rows = LabelledRows::new(&problem());
    for (place, (score, answer, end)) in (0..).zip(loans(table)) {
        push(&mut rows, place, end, &Answer { label: Some(answer), scores: &[score] });
    }
    rows
}

/// By rows, and by bins.
fn estimated(calibration: &Calibration, table: &[u32]) -> [Estimates; 2] {
    let problem = problem();
    let mut rows = ScoredRows::new(&problem, calibration).expect("the same problem");
    let mut bins = ScoreHistogram::new(&problem, calibration).expect("the same problem");
    for (score, answer, _) in loans(table) {
        let answer = Answer { label: Some(answer), scores: &[score] };
        rows.push(&answer).expect("a probability");
        bins.push(&answer).expect("a probability");
    }
    [rows.estimates(), bins.estimates()]
}

fn value(estimates: &Estimates, name: &str) -> f64 {
    estimates.metrics.get(name).and_then(|estimate| estimate.value.ok()).expect("a value")
}

/// Whether or not we would calibrate here, with NannyML's choice the numbers are NannyML's.
#[test]
fn estimates_are_those_of_nannyml() {
    let outside = outside();
    let mut rows = labelled_loans(&outside.baseline);
    let mut calibration = calibrate(&mut rows, 1).expect("probabilities");
    let by_score = loans(&outside.baseline).map(|(score, _, end)| (score, end == "1"));
    let map = isotonic::fit(&isotonic::groups(by_score));
    calibration.classes[0].map = if outside.is_calibrated { map } else { CalibrationMap::Identity };
    for (place, chunk) in outside.chunks.iter().enumerate() {
        let [rows, bins] = estimated(&calibration, &chunk.loans);
        for (name, expected) in &chunk.estimates {
            let (by_rows, by_bins) = (value(&rows, name), value(&bins, name));
            let what =
                format!("chunk {place}, {name}: {by_rows} and {by_bins}, NannyML has {}", expected.value);
            // NannyML rounds the counts of its curve to five digits.
            let most = if name == "auc" { 1e-8 } else { 1e-9 };
            assert!((by_rows - expected.value).abs() <= most, "{what}");
            assert!((by_bins - expected.value).abs() <= 1e-5, "{what}");
        }
    }
}

/// Errors of samples of 5,000 loans against theory; that of the accuracy is NannyML's, too.
#[test]
fn sampling_errors_are_those_that_theory_has() {
    let outside = outside();
    let mut loans = labelled_loans(&outside.baseline);
    let calibration = calibrate(&mut loans, 1).expect("probabilities");
    let [estimates, _] = estimated(&calibration, &outside.chunks[0].loans);
    let measured = measure(&mut loans);
    let of = |name: &str| measured.value(name).expect("a value");
    // NannyML leaves a part of the area's variance out, and doubles the error of f1. The area by Hanley and McNeil, Radiology
    // 143 (1982) 29-36, with as many positives as negatives.
    let (area, each) = (of("auc"), 2_500.0);
    let (q1, q2) = (area / (2.0 - area) - area * area, 2.0 * area * area / (1.0 + area) - area * area);
    let of_area = ((area * (1.0 - area) + (each - 1.0) * (q1 + q2)) / (each * each)).sqrt();
    // f1 = 2 TP / (2 TP + E) by the delta method: 23,207 loans were rightly answered 1, and E = 1,772 + 1,046 wrongly.
    let (right, wrong) = (23_207.0 / 50_000.0, 2_818.0 / 50_000.0);
    let below = f64::powi(2.0 * right + wrong, 2);
    let (of_right, of_wrong) = (2.0 * wrong / below, -2.0 * right / below);
    let mean = of_right * right + of_wrong * wrong;
    let of_f1 = ((of_right * of_right * right + of_wrong * of_wrong * wrong - mean * mean) / 5_000.0).sqrt();
    for (name, theory) in [
        ("accuracy", outside.chunks[0].estimates["accuracy"].sampling_error),
        ("accuracy", (of("accuracy") * (1.0 - of("accuracy")) / 5_000.0).sqrt()),
        ("auc", of_area),
        ("f1", of_f1),
    ] {
        let ours =
            estimates.metrics.get(name).and_then(|estimate| estimate.sampling_error).expect("an error");
        assert!((ours / theory - 1.0).abs() < 0.15, "{name}: {ours}, in theory {theory}");
    }
}

/// How many of the ten estimates lie within three of their errors of what the ends of the loans say: first of the five windows
/// that are like the baseline, then of the five after the loans changed. `docs/estimates.md` has the table.
#[test]
fn the_truth_lies_in_the_band_as_the_documents_say() {
    let outside = outside();
    let calibration = calibrate(&mut labelled_loans(&outside.baseline), 1).expect("probabilities");
    let mut inside: BTreeMap<&str, [usize; 2]> = BTreeMap::new();
    for (place, chunk) in outside.chunks.iter().enumerate() {
        let [estimates, _] = estimated(&calibration, &chunk.loans);
        let realised = measure(&mut labelled_loans(&chunk.loans));
        for name in ["accuracy", "auc", "f1", "precision", "recall"] {
            let error =
                estimates.metrics.get(name).and_then(|estimate| estimate.sampling_error).expect("an error");
            let distance = (value(&estimates, name) - realised.value(name).expect("a value")).abs();
            inside.entry(name).or_default()[usize::from(place >= 5)] += usize::from(distance <= 3.0 * error);
        }
    }
    let expected =
        [("accuracy", [5, 5]), ("auc", [5, 5]), ("f1", [5, 5]), ("precision", [5, 2]), ("recall", [5, 1])];
    assert_eq!(inside, BTreeMap::from(expected));
}
