//! The values of rows as one: how much a feature moves the answers, and how sure that is.
//!
//! ```text
//! mean_abs = mean |phi|      mean_sq = mean phi^2      median = the middle phi, or the mean of the two in the middle
//! ```
//!
//! Of n rows whose values have the errors s, where f is |phi| or phi^2:
//!
//! ```text
//! standard error^2 = bias^2 + sum of (error of f)^2 / n^2
//! mean_abs: error of f = s,                    bias = mean of b(max(|phi| - s, 0), s), b(m, s) = E|m + s z| - m
//! mean_sq:  error of f = sqrt(4 phi^2 s^2 + 2 s^4),  bias = mean s^2
//! median:   half the distance of the medians of phi + s and phi - s
//! row error = sqrt((1 - n / N) / n) times the deviation of f over rows; of the median half the distance of the values that lie
//!             sqrt(n) / 2 places before and behind it
//! ```
//!
//! z is a standard normal variable. Noise moves an absolute value up, by most where it is zero: that is what the bias says, of the
//! least value that is plausible. Of exact values the standard error is 0, of all N rows the row error.
//!
//! Source: SageMaker Clarify's `agg_method`; the folded normal distribution of Leone, Nelson and Nottingham (1961).

use super::explaining::Explained;
use bellwether_contract::model_explainability::{Aggregate, GlobalValue};

/// The value of a feature for one output; `all` rows were there to explain.
pub(super) fn global(
    explained: &Explained,
    output: usize,
    feature: usize,
    aggregate: Aggregate,
    all: u64,
) -> GlobalValue {
    let rows: Vec<(f64, f64)> = explained.of(output, feature).collect();
    let count = rows.len().max(1) as f64;
    let left = (1.0 - count / (all as f64).max(count)).sqrt();
    match aggregate {
        Aggregate::Median => {
            let medians =
                [-1.0, 0.0, 1.0].map(|sign| median(rows.iter().map(|(value, error)| value + sign * error)));
            let standard_error = (medians[2] - medians[0]) / 2.0;
            let row_error = left * spread_of_median(rows.iter().map(|(value, _)| *value));
            GlobalValue { value: medians[1], standard_error, row_error }
        }
        Aggregate::MeanAbs => of_mean(&rows, left, |value, error| Measured {
            value: value.abs(),
            error,
            bias: bias_of_abs((value.abs() - error).max(0.0), error),
        }),
        Aggregate::MeanSq => of_mean(&rows, left, |value, error| Measured {
            value: value * value,
            error: (4.0 * value * value + 2.0 * error * error).sqrt() * error,
            bias: error * error,
        }),
    }
}

/// What is made of one row.
struct Measured {
    value: f64,
    error: f64,
    bias: f64,
}

fn of_mean(rows: &[(f64, f64)], left: f64, measured: impl Fn(f64, f64) -> Measured) -> GlobalValue {
    let count = rows.len().max(1) as f64;
    let all: Vec<Measured> = rows.iter().map(|&(value, error)| measured(value, error)).collect();
    let mean = |of: fn(&Measured) -> f64| all.iter().map(of).sum::<f64>() / count;
    let (value, bias) = (mean(|row| row.value), mean(|row| row.bias));
    let noise = mean(|row| row.error * row.error) / count;
    let squares: f64 = all.iter().map(|row| (row.value - value).powi(2)).sum();
    let deviation = (squares / (count - 1.0).max(1.0)).sqrt();
    GlobalValue {
        value,
        standard_error: (bias * bias + noise).sqrt(),
        row_error: left * deviation / count.sqrt(),
    }
}

/// E|m + s z| - m of m from 0 on.
fn bias_of_abs(mean: f64, error: f64) -> f64 {
    if error <= 0.0 {
        return 0.0;
    }
    let ratio = mean / error;
    let density = (-ratio * ratio / 2.0).exp() / (2.0 * std::f64::consts::PI).sqrt();
    // 1 - Phi(ratio), so that 2 s (density - ratio (1 - Phi)) is what is folded over.
    let beyond = 0.5 * statrs::function::erf::erfc(ratio / std::f64::consts::SQRT_2);
    2.0 * error * (density - ratio * beyond)
}

fn median(values: impl Iterator<Item = f64>) -> f64 {
    let sorted = sorted(values);
    match sorted.len() {
        0 => 0.0,
        count if count.is_multiple_of(2) => (sorted[count / 2 - 1] + sorted[count / 2]) / 2.0,
        count => sorted[count / 2],
    }
}

fn spread_of_median(values: impl Iterator<Item = f64>) -> f64 {
    let sorted = sorted(values);
    let Some(last) = sorted.len().checked_sub(1) else { return 0.0 };
    let reach = (sorted.len() as f64).sqrt() / 2.0;
    let middle = last as f64 / 2.0;
    let at = |place: f64| sorted[(place.max(0.0) as usize).min(last)];
    (at((middle + reach).ceil()) - at((middle - reach).floor())) / 2.0
}

fn sorted(values: impl Iterator<Item = f64>) -> Vec<f64> {
    let mut sorted: Vec<f64> = values.collect();
    sorted.sort_by(f64::total_cmp);
    sorted
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(values: &[f64], errors: &[f64], aggregate: Aggregate, all: u64) -> GlobalValue {
        let explained = Explained {
            outputs: 1,
            features: 1,
            expected: vec![0.0],
            values: values.to_vec(),
            errors: errors.to_vec(),
        };
        global(&explained, 0, 0, aggregate, all)
    }

    #[test]
    fn rows_become_one_value_as_the_configuration_says() {
        let (values, none) = ([-3.0, 1.0, 2.0, 4.0], [0.0; 4]);
        for (aggregate, value) in
            [(Aggregate::MeanAbs, 2.5), (Aggregate::MeanSq, 7.5), (Aggregate::Median, 1.5)]
        {
            let global = of(&values, &none, aggregate, 4);
            assert_eq!(
                (global.value, global.standard_error, global.row_error),
                (value, 0.0, 0.0),
                "{aggregate:?}"
            );
        }
        // Deviation of 3, 1, 2, 4 is sqrt(5 / 3); half of the rows were explained.
        let half = of(&values, &none, Aggregate::MeanAbs, 8);
        assert!((half.row_error - (5.0_f64 / 3.0 / 4.0 / 2.0).sqrt()).abs() < 1e-15, "{half:?}");
        assert_eq!(of(&[], &[], Aggregate::Median, 0).value, 0.0);
    }

    /// Of sixteen values half the root of their number is 2: from the sixth, below 7.5 - 2, to the eleventh, above 7.5 + 2.
    #[test]
    fn the_median_is_as_far_off_as_the_order_statistics_about_it_are_apart() {
        let squares = (0..16).map(|root| f64::from(root * root));
        assert_eq!(spread_of_median(squares), (100.0 - 25.0) / 2.0);
        assert_eq!(spread_of_median([7.0].into_iter()), 0.0);
        assert_eq!(spread_of_median(std::iter::empty()), 0.0);
    }

    /// E|z| = sqrt(2 / pi), and of m = s it is 1.16663 s (Leone, Nelson and Nottingham's table).
    #[test]
    fn noise_moves_an_absolute_value_up_and_the_error_says_how_far() {
        assert!((bias_of_abs(0.0, 2.0) - 2.0 * (2.0 / std::f64::consts::PI).sqrt()).abs() < 1e-12);
        assert!((bias_of_abs(3.0, 3.0) / 3.0 - 0.166_63).abs() < 1e-5);
        assert!(bias_of_abs(50.0, 1.0).abs() < 1e-12 && bias_of_abs(1.0, 0.0) == 0.0);
        let noisy = of(&[0.0, 0.0], &[1.0, 1.0], Aggregate::MeanAbs, 2);
        assert!(noisy.standard_error > 2.0_f64.sqrt().recip(), "{noisy:?}");
        let squared = of(&[3.0], &[2.0], Aggregate::MeanSq, 1);
        assert!((squared.standard_error - (16.0_f64 + 144.0 + 32.0).sqrt()).abs() < 1e-12, "{squared:?}");
    }
}
