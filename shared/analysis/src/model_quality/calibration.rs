//! What a score means: learned from the labelled rows of a baseline.

use bellwether_contract::model_quality::{Calibration, CalibrationMap, ClassCalibration, ProblemType};
use bellwether_contract::statistics::Unknown;

use super::binary::{self, Subset};
use super::bootstrap::sampling_errors;
use super::calibration_error::out_of_sample;
use super::curve::Areas;
use super::expected::estimated;
use super::histogram::{BINS, bin};
use super::isotonic::{fit, groups};
use super::labels::Labels;
use super::measured::Values;
use super::multiclass::{OfLabel, weighted};
use super::problem::Problem;
use super::rates::Counts;
use super::rows::{Kept, LabelRow, LabelledRows};
use super::scores::ClassScores;

/// Fewer rows than these calibrate nothing: the scores stay as they come.
pub const LEAST_ROWS_OF_CALIBRATION: usize = 100;

/// Learns from a baseline how its scores become probabilities, and how much chance moves each metric.
///
/// A score is calibrated only where that lowers the expected calibration error out of sample, the mean over ten splits that
/// the seed draws. Of several labels each is calibrated against all others, and the rows have to be those of
/// [`LabelledRows::keeping_scores`].
///
/// # Errors
/// Why nothing can be estimated: numbers, no scores, no rows, or a score that is no probability.
pub fn calibrate(rows: &mut LabelledRows, seed: u64) -> Result<Calibration, String> {
    let n_baseline = rows.len() as u64;
    let (problem, kept) = rows.sorted();
    let Kept::Labels(labels, rows, scores) = kept else {
        return Err("answers that are numbers have no probabilities".to_owned());
    };
    let is_of_two = problem.problem_type == ProblemType::BinaryClassification;
    if !problem.answers_scores || !is_of_two && scores.width == 0 {
        return Err("there are no scores to estimate anything of".to_owned());
    }
    if rows.is_empty() {
        return Err("the baseline has no labelled row".to_owned());
    }
    let (classes, sampling_errors) = if is_of_two {
        (vec![of_two(problem, labels, rows, seed)?], errors_of_two(problem, labels, rows, seed))
    } else {
        (of_several(problem, labels, rows, scores, seed)?, errors_of_several(labels, rows, seed))
    };
    let by_score = is_of_two && !problem.answers_labels;
    Ok(Calibration {
        problem_type: problem.problem_type,
        decision: problem.decides(),
        probability_threshold: by_score.then_some(problem.threshold),
        n_baseline,
        classes,
        sampling_errors,
        unknown: Unknown::new(),
    })
}

/// The positive label; rows come with the greatest score first.
fn of_two(
    problem: &Problem,
    labels: &Labels,
    rows: &[LabelRow],
    seed: u64,
) -> Result<ClassCalibration, String> {
    let positive = labels.place(&problem.positive_label);
    let rows = rows.iter().rev().map(|row| (row.score, Some(row.truth) == positive));
    class(&problem.positive_label, rows.collect(), seed)
}

/// Each label against all others.
fn of_several(
    problem: &Problem,
    labels: &Labels,
    rows: &[LabelRow],
    scores: &ClassScores,
    seed: u64,
) -> Result<Vec<ClassCalibration>, String> {
    let of = |(place, label): (usize, &String)| {
        let known = labels.place(label);
        let score = |(scores, row): (&[f64], &LabelRow)| {
            Some((*scores.get(place)?, known.is_some_and(|known| row.truth == known)))
        };
        let mut rows: Vec<(f64, bool)> = scores.rows().zip(rows).filter_map(score).collect();
        rows.sort_unstable_by(|a, b| a.0.total_cmp(&b.0).then(a.1.cmp(&b.1)));
        class(label, rows, seed)
    };
    problem.score_labels.iter().enumerate().map(of).collect()
}

/// One label; rows come with rising scores, and say whether the label is theirs.
fn class(label: &str, rows: Vec<(f64, bool)>, seed: u64) -> Result<ClassCalibration, String> {
    if let Some((score, _)) = rows.iter().find(|(score, _)| !(0.0..=1.0).contains(score)) {
        return Err(format!("a score of the baseline is {score}, and a probability lies between 0 and 1"));
    }
    let enough = rows.len() >= LEAST_ROWS_OF_CALIBRATION;
    let error = if enough { out_of_sample(&rows, seed) } else { None };
    let map = match error.filter(|error| error.after < error.before) {
        Some(_) => fit(&groups(rows)),
        None => CalibrationMap::Identity,
    };
    Ok(ClassCalibration { label: label.to_owned(), map, expected_calibration_error: error })
}

/// Cells of a bin of scores, of the answer and of the truth.
fn errors_of_two(
    problem: &Problem,
    labels: &Labels,
    rows: &[LabelRow],
    seed: u64,
) -> bellwether_contract::named::Named<f64> {
    let positive = labels.place(&problem.positive_label);
    let of = |label: u16| u32::from(Some(label) == positive);
    let cell = |row: &LabelRow| bin(row.score) as u32 * 4 + of(row.answer) * 2 + of(row.truth);
    let cells: Vec<u32> = rows.iter().map(cell).collect();
    sampling_errors(&cells, BINS * 4, seed, values_of_two)
}

fn values_of_two(cells: &[u32]) -> Values {
    let mut counts = Counts::default();
    let bins = || cells.as_chunks::<4>().0.iter().rev().map(|bin| bin.map(f64::from));
    for [true_negative, false_negative, false_positive, true_positive] in bins() {
        counts.true_negative += true_negative;
        counts.false_negative += false_negative;
        counts.false_positive += false_positive;
        counts.true_positive += true_positive;
    }
    let mut areas = Areas::new(counts.positives(), counts.negatives());
    for [true_negative, false_negative, false_positive, true_positive] in bins() {
        areas.push(false_negative + true_positive, true_negative + false_positive);
    }
    estimated(binary::values(&Subset { counts, areas: Some(areas.finish()), positive_first: false }))
}

/// Cells of truth and answer that some row is in.
fn errors_of_several(
    labels: &Labels,
    rows: &[LabelRow],
    seed: u64,
) -> bellwether_contract::named::Named<f64> {
    let pair = |row: &LabelRow| (row.truth, row.answer);
    let mut pairs: Vec<(u16, u16)> = rows.iter().map(pair).collect();
    pairs.sort_unstable();
    pairs.dedup();
    let cell = |row: &LabelRow| pairs.binary_search(&pair(row)).unwrap_or_default() as u32;
    let cells: Vec<u32> = rows.iter().map(cell).collect();
    sampling_errors(&cells, pairs.len(), seed, |drawn| {
        let mut of = vec![OfLabel::default(); labels.names().len()];
        for ((truth, answer), rows) in pairs.iter().zip(drawn) {
            let rows = f64::from(*rows);
            of[usize::from(*truth)].true_rows += rows;
            of[usize::from(*answer)].answered_rows += rows;
            of[usize::from(*truth)].right_rows += if truth == answer { rows } else { 0.0 };
        }
        weighted(&of)
    })
}
