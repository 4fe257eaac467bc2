//! Answers against truths, for a picture: counts in squares over one range, and how the errors are distributed.
//!
//! Nothing is judged by it. It holds no row: ranges and quantiles are those of sketches, filled in the rows' one order.

use super::rows::{Kept, LabelledRows, NumberRow};
use crate::drift::Cumulative;
use crate::kll::Sketch;

/// Squares along each side.
pub const SQUARES: usize = 20;
/// Shares at which the range ends, so that an outlier does not flatten the rest.
const ENDS: [f64; 2] = [0.005, 0.995];

/// Numbers with their answers.
#[derive(Debug, Clone, PartialEq)]
pub struct Scatter {
    /// Where the first square begins, of truths and answers alike.
    pub low: f64,
    /// Where the last one ends; above `low`.
    pub high: f64,
    /// Rows by the square of their truth, in each by the square of their answer. What lies beyond the range is in the outermost.
    pub counts: Vec<Vec<u64>>,
    /// Answer less truth.
    pub errors: Cumulative,
}

impl LabelledRows {
    /// The picture of numbers; `None` of labels, of no row, and where all truths and answers are one value.
    #[must_use]
    pub fn scatter(&mut self) -> Option<Scatter> {
        let Kept::Numbers(rows) = self.sorted().1 else { return None };
        let sketched = |value: fn(&NumberRow) -> f64| {
            let mut sketch = Sketch::default();
            rows.iter().map(value).for_each(|value| sketch.push(value));
            Cumulative::of(&sketch.to_contract())
        };
        let (truths, answers) = (sketched(|row| row.truth)?, sketched(|row| row.answer)?);
        let low = truths.quantile(ENDS[0]).min(answers.quantile(ENDS[0]));
        let high = truths.quantile(ENDS[1]).max(answers.quantile(ENDS[1]));
        let width = high - low;
        if !width.is_finite() || width <= 0.0 {
            return None;
        }
        let square = |value: f64| {
            let place = ((value - low) / width * SQUARES as f64).floor();
            place.clamp(0.0, (SQUARES - 1) as f64) as usize
        };
        let mut counts = vec![vec![0; SQUARES]; SQUARES];
        rows.iter().for_each(|row| counts[square(row.truth)][square(row.answer)] += 1);
        Some(Scatter { low, high, counts, errors: sketched(|row| row.answer - row.truth)? })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model_quality::{Answer, Draws, Problem};

    fn rows(pairs: &[(f64, f64)]) -> LabelledRows {
        let mut rows = LabelledRows::new(&Problem::regression());
        for (truth, answer) in pairs {
            let text = answer.to_string();
            let answer = Answer::label(&text);
            rows.push(&truth.to_string(), &answer, Draws::default()).unwrap();
        }
        rows
    }

    // By hand: truths 0 to 20, each answered with one more: the square above the diagonal, but for the last.
    #[test]
    fn each_row_is_in_one_square_and_errors_are_answers_less_truths() {
        let pairs: Vec<(f64, f64)> = (0..20).map(|n| (f64::from(n), f64::from(n) + 1.0)).collect();
        let scatter = rows(&pairs).scatter().unwrap();
        assert_eq!((scatter.low, scatter.high), (0.0, 20.0));
        let all: u64 = scatter.counts.iter().flatten().sum();
        assert_eq!((all, scatter.counts[0][1], scatter.counts[19][19]), (20, 1, 1));
        assert_eq!((scatter.errors.quantile(0.0), scatter.errors.quantile(1.0)), (1.0, 1.0));
        let mut turned = pairs.clone();
        turned.reverse();
        assert_eq!(rows(&turned).scatter(), Some(scatter), "the order of the rows changes nothing");
    }

    #[test]
    fn one_value_has_no_range_and_no_row_no_picture() {
        assert_eq!(rows(&[(5.0, 5.0), (5.0, 5.0)]).scatter(), None);
        assert_eq!(rows(&[]).scatter(), None);
    }
}
