//! What was measured: metrics by name, the matrix of labels, the curves.

use bellwether_contract::model_quality::{PrecisionRecall, ProblemType, Roc};
use bellwether_contract::named::Named;

use super::draws::DRAWS;

/// From so many rows on a metric has a standard deviation.
pub const LEAST_ROWS_OF_DEVIATION: u64 = 200;

/// Why a metric has no value.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Absent {
    /// There is no row.
    NoRows,
    /// No truth is positive.
    NoPositive,
    /// No truth is negative.
    NoNegative,
    /// All truths are equal: there is no variance to explain.
    ConstantTruth,
    /// The value leaves the range of a double.
    OutOfRange,
}

impl Absent {
    /// The reason in words.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::NoRows => "there is no row",
            Self::NoPositive => "no row of the window is positive",
            Self::NoNegative => "no row of the window is negative",
            Self::ConstantTruth => {
                "all truths of the window are equal, so that there is no variance to explain"
            }
            Self::OutOfRange => "the value leaves the range of a double",
        }
    }
}

/// A metric's value, or why there is none.
pub type Computed = Result<f64, Absent>;

/// Counts by actual label, in each by predicted label.
pub type Confusion = Named<Named<u64>>;

/// One metric.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Measure {
    /// Of all rows.
    pub value: Computed,
    /// Over the five draws; absent below [`LEAST_ROWS_OF_DEVIATION`] rows, or where a draw has no value.
    pub standard_deviation: Option<f64>,
}

/// Everything that was measured of labelled rows.
#[derive(Debug, Clone, PartialEq)]
pub struct MeasuredQuality {
    /// What kind of answer the model gives.
    pub problem_type: ProblemType,
    /// Labelled rows.
    pub rows: u64,
    /// In the order of the file. What was not asked for (`auc` without scores) is not there; what could not be computed has
    /// its reason.
    pub metrics: Named<Measure>,
    /// Of labels alone.
    pub confusion: Option<Confusion>,
    /// Of two labels with scores, thinned to [`MOST_POINTS`](super::MOST_POINTS).
    pub roc: Option<Roc>,
    /// As above.
    pub precision_recall: Option<PrecisionRecall>,
    /// Where scores were counted in bins: by how much `auc` may be off for that. It, `au_prc` and the curves are of bins then.
    pub from_bins: Option<f64>,
    /// What a person should know of the rows.
    pub warnings: Vec<String>,
}

impl MeasuredQuality {
    /// The value of a metric, where it has one.
    #[must_use]
    pub fn value(&self, name: &str) -> Option<f64> {
        self.metrics.get(name).and_then(|measure| measure.value.ok())
    }
}

/// All rows, and each draw: what one pass over the rows fills at once.
pub(super) type Subsets<T> = [T; DRAWS + 1];

/// Names and values of one subset, in the order of the file.
pub(super) type Values = Vec<(&'static str, Computed)>;

/// The metrics of all rows with their deviations over the draws.
///
/// ```text
/// s = sqrt(sum over draws of (x_d - m)^2 / (5 - 1)),  m = sum over draws of x_d / 5
/// ```
pub(super) fn measures<T>(rows: u64, subsets: &Subsets<T>, values: impl Fn(&T) -> Values) -> Named<Measure> {
    let (all, draws) = match subsets {
        [all, draws @ ..] => (values(all), draws.each_ref().map(&values)),
    };
    let measure = |(place, (name, value)): (usize, (&'static str, Computed))| {
        let of_draws: Option<Vec<f64>> =
            draws.iter().map(|draw| draw.get(place).and_then(|(_, value)| value.ok())).collect();
        let deviation = of_draws.filter(|_| rows >= LEAST_ROWS_OF_DEVIATION).map(|values| deviation(&values));
        (name, Measure { value, standard_deviation: deviation.filter(|deviation| deviation.is_finite()) })
    };
    all.into_iter().enumerate().map(measure).collect()
}

/// Standard deviation of a sample, with one less than their number as divisor.
pub(super) fn deviation(values: &[f64]) -> f64 {
    let mean = values.iter().sum::<f64>() / values.len() as f64;
    let squares: f64 = values.iter().map(|value| (value - mean) * (value - mean)).sum();
    (squares / (values.len() as f64 - 1.0)).sqrt()
}

/// A number that a double holds, or why there is none.
pub(super) fn finite(value: f64) -> Computed {
    if value.is_finite() { Ok(value) } else { Err(Absent::OutOfRange) }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// By hand: 1 to 5 have the mean 3 and squares of 10 in all.
    #[test]
    fn a_deviation_divides_by_one_less_than_the_draws() {
        assert_eq!(deviation(&[1.0, 2.0, 3.0, 4.0, 5.0]), 2.5_f64.sqrt());
        assert_eq!(deviation(&[0.1; 5]), 0.0);
    }

    #[test]
    fn below_200_rows_and_without_a_value_in_a_draw_there_is_no_deviation() {
        let subsets: Subsets<Computed> = [Ok(1.0), Ok(1.0), Ok(2.0), Ok(3.0), Ok(4.0), Ok(5.0)];
        let of = |rows, subsets: &Subsets<Computed>| {
            measures(rows, subsets, |value| vec![("mae", *value)]).get("mae").copied().expect("one")
        };
        assert_eq!(of(199, &subsets).standard_deviation, None);
        assert_eq!(of(200, &subsets).standard_deviation, Some(2.5_f64.sqrt()));
        let mut without = subsets;
        without[3] = Err(Absent::NoNegative);
        assert_eq!(of(200, &without), Measure { value: Ok(1.0), standard_deviation: None });
    }
}
