//! How much chance alone moves a metric: the baseline drawn anew, many times.
//!
//! ```text
//! s = standard deviation over 200 samples of m rows, drawn with replacement,  times sqrt(m / n_baseline)
//! sampling error of n rows = s sqrt(n_baseline / n)
//! ```
//!
//! m is the baseline's size, at most 100,000: a sample of more would say the same. Rows are drawn as cells, all rows of one
//! score bin, answer and truth being one, so that the area of a sample is that of its bins.
//!
//! Source: B. Efron, Annals of Statistics 7 (1979) 1-26; the generator is [`crate::random`].
//!
//! Blind spot: it knows what differs between samples of the baseline, not that the traffic may be of another kind.

use bellwether_contract::named::Named;

use super::measured::Values;
use crate::random::Random;

/// Samples that are drawn.
const SAMPLES: usize = 200;
/// Most rows of a sample.
const MOST_ROWS: usize = 100_000;

/// Standard deviations of the metrics over samples as great as all rows; `cells` is the cell of each row, and `values` makes
/// metrics of how many rows each cell has. A metric that a sample has no value of is left out.
pub(super) fn sampling_errors(
    cells: &[u32],
    count: usize,
    seed: u64,
    values: impl Fn(&[u32]) -> Values,
) -> Named<f64> {
    errors_by_samples(cells, count, cells.len().min(MOST_ROWS), seed, values)
}

/// The same by samples of so many rows.
fn errors_by_samples(
    cells: &[u32],
    count: usize,
    rows: usize,
    seed: u64,
    values: impl Fn(&[u32]) -> Values,
) -> Named<f64> {
    if cells.is_empty() {
        return Named::new();
    }
    let mut random = Random::new(seed);
    let mut samples: Vec<Values> = Vec::with_capacity(SAMPLES);
    for _ in 0..SAMPLES {
        let mut drawn = vec![0_u32; count];
        for _ in 0..rows {
            let row = usize::try_from(random.below(cells.len() as u64)).unwrap_or_default();
            drawn[cells[row] as usize] += 1;
        }
        samples.push(values(&drawn));
    }
    let scale = (rows as f64 / cells.len() as f64).sqrt();
    let names = samples.first().into_iter().flatten().map(|(name, _)| *name);
    let error = |(place, name): (usize, &'static str)| {
        let values: Option<Vec<f64>> = samples.iter().map(|sample| sample.get(place)?.1.ok()).collect();
        Some((name, super::measured::deviation(&values?) * scale))
    };
    names.enumerate().filter_map(error).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A share of 0.3 of 400 rows has the deviation sqrt(0.3 * 0.7 / 400) = 0.0229.
    #[test]
    fn the_error_of_a_share_is_the_one_that_theory_has() {
        let cells: Vec<u32> = (0..400).map(|row| u32::from(row < 120)).collect();
        let share = |drawn: &[u32]| vec![("share", Ok(f64::from(drawn[1]) / f64::from(drawn[0] + drawn[1])))];
        let theory = (0.3_f64 * 0.7 / 400.0).sqrt();
        // A sample of fewer rows varies more, and is scaled to all of them.
        for rows in [400, 50] {
            let errors = errors_by_samples(&cells, 2, rows, 5, share);
            let error = errors.get("share").expect("an error");
            assert!((error / theory - 1.0).abs() < 0.15, "{rows}: {error}, in theory {theory}");
        }
    }

    #[test]
    fn a_metric_without_a_value_in_a_sample_has_no_error() {
        let cells: Vec<u32> = (0..20).map(|row| u32::from(row == 0)).collect();
        let value = |drawn: &[u32]| {
            let absent = super::super::measured::Absent::NoPositive;
            vec![("recall", if drawn[1] > 0 { Ok(1.0) } else { Err(absent) })]
        };
        assert!(
            sampling_errors(&cells, 2, 5, value).is_empty(),
            "a third of the samples has no positive row"
        );
        assert!(sampling_errors(&[], 2, 5, value).is_empty());
    }
}
