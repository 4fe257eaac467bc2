//! Model quality: how often, and how badly, answers were wrong once the truth is known.
//!
//! [`LabelledRows`] takes rows in, in any order and in any number of parts; [`measure`] makes [`MeasuredQuality`] of them: all metrics
//! of SageMaker's container for three kinds of problem. It joins nothing, reads no file and knows no threshold of quality.
//!
//! | symbol | is |
//! |---|---|
//! | TP, FP, FN, TN | rows by answer and truth: right positive, wrong positive, missed positive, right negative |
//! | P, N | rows whose truth is positive (TP + FN), negative (FP + TN) |
//! | n | all labelled rows |
//! | d | one of five draws, each of four fifths of the rows: [`Draws`] |
//!
//! Formulas stand where they are computed: `rates` (two labels), `curve` (scores), `multiclass`, `regression`, `measured`
//! (deviations).
//!
//! Source: SageMaker developer guide, "Model quality metrics"; its order of operations as real reports of 2020 to 2025
//! show it to the last digit; areas by the points of Spark's `BinaryClassificationMetrics`.
//!
//! Blind spots: a label that never comes is no error here, so that a window in which only complaints are labelled looks
//! bad; the areas of a window with one label alone are conventions; deviations are random and small, since four fifths of the
//! same rows differ little: they are no confidence in the value.
//!
//! Eight answers by score, positive above 0.5. One of three positives is missed, one of five negatives is taken for one:
//!
//! ```
//! use bellwether_analysis::model_quality::{Answer, Draws, LabelledRows, LeftOutRow, Problem, measure};
//!
//! let mut rows = LabelledRows::new(&Problem::binary(false, true));
//! let scores = [("1", 0.9), ("1.0", 0.8), ("1", 0.5), ("0", 0.7), ("0", 0.4), ("0", 0.3), ("0", 0.2), ("0", 0.1)];
//! for (truth, score) in scores {
//!     rows.push(truth, &Answer::scores(&[score]), Draws::default())?;
//! }
//! assert_eq!(rows.push("", &Answer::scores(&[0.5]), Draws::default()), Err(LeftOutRow::MissingTruth));
//!
//! let measured = measure(&mut rows);
//! assert_eq!(measured.value("recall"), Some(2.0 / 3.0));
//! assert_eq!(measured.value("accuracy"), Some(0.75));
//! assert_eq!(measured.value("false_positive_rate"), Some(0.2));
//! assert_eq!(measured.value("accuracy_best_constant_classifier"), Some(5.0 / 8.0), "always 0");
//! # Ok::<(), LeftOutRow>(())
//! ```

mod binary;
mod bins;
mod bootstrap;
mod calibration;
mod calibration_error;
mod cells;
mod counted;
mod curve;
mod decided;
mod draws;
mod estimates;
mod expected;
mod histogram;
mod isotonic;
pub mod labelled_records;
mod labels;
mod measured;
mod multiclass;
mod problem;
mod rates;
mod regression;
mod rows;
mod scatter;
mod scored_rows;
mod scores;

pub use calibration::{LEAST_ROWS_OF_CALIBRATION, calibrate};
pub use counted::CountedAnswers;
pub use curve::MOST_POINTS;
pub use draws::{DRAWS, Draws};
pub use estimates::{Estimated, Estimates};
pub use histogram::{BINS, ScoreHistogram};
pub use labels::{MOST_LABELS, normalised};
pub use measured::{Absent, Computed, Confusion, LEAST_ROWS_OF_DEVIATION, Measure, MeasuredQuality};
pub use problem::{Answer, POSITIVE_LABEL, PROBABILITY_THRESHOLD, Problem};
pub use rows::{LabelledRows, LeftOutRow, MOST_LABELLED_ROWS};
pub use scatter::{SQUARES, Scatter};
pub use scored_rows::ScoredRows;

use bellwether_contract::model_quality::ProblemType;
use cells::Cells;
use rows::Kept;

/// Measures all rows. They are put into one order first, which is why they are borrowed to be changed.
#[must_use]
pub fn measure(rows: &mut LabelledRows) -> MeasuredQuality {
    let (problem, kept) = rows.sorted();
    match kept {
        Kept::Numbers(rows) => regression::measured(problem, &regression::summed(rows)),
        Kept::Labels(labels, rows, _) if problem.problem_type == ProblemType::BinaryClassification => {
            let positive = binary::positive(problem, labels);
            binary::measure(problem, labels, &Cells::of(rows), || binary::groups(rows, positive))
        }
        Kept::Labels(labels, rows, _) => multiclass::measure(problem, labels, &Cells::of(rows)),
    }
}

#[cfg(test)]
mod tests;
