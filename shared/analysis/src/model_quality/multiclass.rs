//! Several labels: accuracy, and rates weighted by how often each label is true.
//!
//! ```text
//! n_k = rows whose truth is k;  a_k = rows whose answer is k;  t_k = rows of which both are k
//! accuracy = sum t_k / n
//! weighted_recall = sum over k with n_k > 0 of n_k / n * t_k / n_k
//! weighted_precision = the same of t_k / a_k, 0 where a_k = 0
//! weighted_f_b = the same of f_b of both
//! best constant answer c, with p = n_c / n: accuracy = recall = p, precision = p^2, f_b = p f_b(p, 1)
//! ```

use super::binary::matrix;
use super::cells::Cells;
use super::labels::Labels;
use super::measured::{Absent, Confusion, MeasuredQuality, Subsets, Values, measures};
use super::problem::Problem;
use super::rates::{BETAS, f_score};

/// Counts of one label in one subset; sums of probabilities where they are expected and not seen.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub(super) struct OfLabel {
    pub(super) true_rows: f64,
    pub(super) answered_rows: f64,
    pub(super) right_rows: f64,
}

/// Measures counted rows whose labels are numbered by their texts.
pub(super) fn measure(problem: &Problem, labels: &Labels, cells: &Cells) -> MeasuredQuality {
    let size = labels.names().len();
    let mut subsets: Subsets<Vec<OfLabel>> = Default::default();
    subsets.iter_mut().for_each(|subset| subset.resize(size, OfLabel::default()));
    for (truth, answer, counts) in cells.iter() {
        let (truth, answer) = (usize::from(truth), usize::from(answer));
        for (subset, rows) in subsets.iter_mut().zip(counts) {
            let rows = *rows as f64;
            subset[truth].true_rows += rows;
            subset[answer].answered_rows += rows;
            subset[truth].right_rows += if truth == answer { rows } else { 0.0 };
        }
    }
    MeasuredQuality {
        problem_type: problem.problem_type,
        rows: cells.rows(),
        metrics: measures(cells.rows(), &subsets, |subset| values(subset)),
        confusion: Some(confusion(labels, cells)),
        roc: None,
        precision_recall: None,
        from_bins: None,
        warnings: Vec::new(),
    }
}

/// All metrics in the order of the file; labels in the order of their texts.
pub(super) fn values(labels: &[OfLabel]) -> Values {
    let mut values = weighted(labels);
    let best = labels.iter().map(|label| label.true_rows).fold(0.0, f64::max);
    values.extend(constant(best, labels.iter().map(|label| label.true_rows).sum()));
    values
}

/// The metrics of the answers.
pub(super) fn weighted(labels: &[OfLabel]) -> Values {
    let rows: f64 = labels.iter().map(|label| label.true_rows).sum();
    let value = |value: f64| if rows > 0.0 { Ok(value) } else { Err(Absent::NoRows) };
    let mean = |of: &dyn Fn(&OfLabel) -> f64| -> f64 {
        let seen = labels.iter().filter(|label| label.true_rows > 0.0);
        seen.map(|label| label.true_rows / rows * of(label)).sum()
    };
    let right: f64 = labels.iter().map(|label| label.right_rows).sum();
    let [half, one, two] = BETAS.map(|beta| mean(&|label| f_score(beta, label.precision(), label.recall())));
    vec![
        ("accuracy", value(right / rows)),
        ("weighted_recall", value(mean(&OfLabel::recall))),
        ("weighted_precision", value(mean(&OfLabel::precision))),
        ("weighted_f0_5", value(half)),
        ("weighted_f1", value(one)),
        ("weighted_f2", value(two)),
    ]
}

/// The metrics of one and the same answer to every row, which is true of `answered` of them.
pub(super) fn constant(answered: f64, rows: f64) -> Values {
    let value = |value: f64| if rows > 0.0 { Ok(value) } else { Err(Absent::NoRows) };
    let share = answered / rows;
    let [half, one, two] = BETAS.map(|beta| share * f_score(beta, share, 1.0));
    vec![
        ("accuracy_best_constant_classifier", value(share)),
        ("weighted_recall_best_constant_classifier", value(share)),
        ("weighted_precision_best_constant_classifier", value(share * share)),
        ("weighted_f0_5_best_constant_classifier", value(half)),
        ("weighted_f1_best_constant_classifier", value(one)),
        ("weighted_f2_best_constant_classifier", value(two)),
    ]
}

impl OfLabel {
    fn recall(&self) -> f64 {
        if self.true_rows > 0.0 { self.right_rows / self.true_rows } else { 0.0 }
    }

    fn precision(&self) -> f64 {
        if self.answered_rows > 0.0 { self.right_rows / self.answered_rows } else { 0.0 }
    }
}

fn confusion(labels: &Labels, counted: &Cells) -> Confusion {
    let names: Vec<&str> = labels.names().iter().map(String::as_str).collect();
    let mut cells = vec![0_u64; names.len() * names.len()];
    let place = |truth: u16, answer: u16| usize::from(truth) * names.len() + usize::from(answer);
    counted.iter().for_each(|(truth, answer, [rows, ..])| cells[place(truth, answer)] += rows);
    matrix(&names, &cells)
}
