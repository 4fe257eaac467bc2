//! Count, sum, mean, spread and extremes of a column, one value at a time.
//!
//! The order of operations is Spark's, so that a single file gives the container's numbers to the last digit. It keeps
//! no distribution and knows no column; NaN and infinities are its caller's business.
//!
//! Eight values whose squared distances from their mean 5 add up to 32; the spread is that of the population, sqrt(32 / 8):
//!
//! ```
//! use bellwether_analysis::moments::Moments;
//!
//! let mut moments = Moments::default();
//! [2.0, 4.0, 4.0, 4.0, 5.0, 5.0, 7.0, 9.0].into_iter().for_each(|value| moments.push(value));
//! assert_eq!((moments.count(), moments.sum()), (8, Some(40.0)));
//! assert_eq!((moments.mean(), moments.std_dev()), (Some(5.0), Some(2.0)));
//! assert_eq!((moments.min(), moments.max()), (Some(2.0), Some(9.0)));
//! assert_eq!(Moments::default().mean(), None, "no value has no mean, not the mean 0");
//! ```

mod partial;

/// Moments of the values pushed so far; the default is the identity of [`Moments::merge`].
///
/// Source: Spark 3.3, `CentralMomentAgg`, `Sum`, `Min`, `Max`.
///
/// ```text
/// push x:   n += 1;  d = x - avg;  dn = d / n;  avg += dn;  m2 += d * (d - dn);  sum += x
/// merge b:  n = na + nb;  d = avg_b - avg_a;  dn = d / n;  avg = avg_a + dn * nb
///           m2 = m2_a + m2_b + d * dn * na * nb;  sum = sum_a + sum_b
/// ```
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Moments {
    count: u64,
    sum: f64,
    average: f64,
    m2: f64,
    min: f64,
    max: f64,
}

impl Default for Moments {
    fn default() -> Self {
        Self { count: 0, sum: 0.0, average: 0.0, m2: 0.0, min: f64::INFINITY, max: f64::NEG_INFINITY }
    }
}

impl Moments {
    /// Adds one value.
    #[inline]
    pub fn push(&mut self, value: f64) {
        self.count += 1;
        let distance = value - self.average;
        let step = distance / as_f64(self.count);
        self.average += step;
        self.m2 += distance * (distance - step);
        self.sum += value;
        // Without a NaN these two are the least and the greatest, and an instruction each.
        self.min = if value < self.min { value } else { self.min };
        self.max = if value > self.max { value } else { self.max };
    }

    /// Adds values to several columns, one to each in turns: their divisions do not wait for each other.
    pub(crate) fn push_side_by_side<const N: usize>(columns: [(&mut Self, &[f64]); N]) {
        let together = columns.iter().map(|(_, values)| values.len()).min().unwrap_or(0);
        let values = columns.each_ref().map(|(_, values)| &values[..together]);
        let mut sums = columns.each_ref().map(|(moments, _)| **moments);
        for row in 0..together {
            for (moments, values) in sums.iter_mut().zip(values) {
                moments.push(values[row]);
            }
        }
        for ((moments, values), sums) in columns.into_iter().zip(sums) {
            *moments = sums;
            values[together..].iter().for_each(|&value| moments.push(value));
        }
    }

    /// Adds the values of another part. With an empty part on either side the other is kept bit for bit.
    pub fn merge(&mut self, other: &Self) {
        if other.count == 0 {
            return;
        }
        if self.count == 0 {
            *self = *other;
            return;
        }
        let (left, right) = (as_f64(self.count), as_f64(other.count));
        self.count += other.count;
        let distance = other.average - self.average;
        let step = distance / as_f64(self.count);
        self.average += step * right;
        self.m2 += other.m2 + distance * step * left * right;
        self.sum += other.sum;
        self.min = self.min.min(other.min);
        self.max = self.max.max(other.max);
    }

    /// Number of values.
    #[must_use]
    pub fn count(&self) -> u64 {
        self.count
    }

    /// Sum; 0 of no values, `None` where it left the range of f64.
    #[must_use]
    pub fn sum(&self) -> Option<f64> {
        finite(self.sum)
    }

    /// Arithmetic mean, sum / n as the container has it (not the running average, which differs in the last digit);
    /// `None` of no values or where the sum left the range of f64.
    #[must_use]
    pub fn mean(&self) -> Option<f64> {
        finite(self.sum / as_f64(self.count))
    }

    /// Population standard deviation, sqrt(m2 / n), 0 and up; 0 of one value and of equal values; `None` of no values
    /// or where m2 left the range of f64.
    #[must_use]
    pub fn std_dev(&self) -> Option<f64> {
        finite((self.m2 / as_f64(self.count)).sqrt())
    }

    /// Least value; `None` of no values.
    #[must_use]
    pub fn min(&self) -> Option<f64> {
        finite(self.min)
    }

    /// Greatest value; `None` of no values.
    #[must_use]
    pub fn max(&self) -> Option<f64> {
        finite(self.max)
    }
}

fn finite(value: f64) -> Option<f64> {
    value.is_finite().then_some(value)
}

/// Exact below 2^53 rows; Spark counts in doubles as well. Signed numbers are converted by one instruction.
fn as_f64(count: u64) -> f64 {
    count.cast_signed() as f64
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::Moments;

    fn of(values: &[f64]) -> Moments {
        let mut moments = Moments::default();
        values.iter().for_each(|&value| moments.push(value));
        moments
    }

    fn close(left: Option<f64>, right: Option<f64>, scale: f64) -> bool {
        match (left, right) {
            (Some(left), Some(right)) => (left - right).abs() <= 1e-12 * scale,
            (left, right) => left == right,
        }
    }

    // NumPy 2: x = [2, 4, 4, 4, 5, 5, 7, 9]; x.sum(), x.mean(), x.std(), x.min(), x.max().
    #[test]
    fn eight_values_as_numpy_has_them() {
        let moments = of(&[2.0, 4.0, 4.0, 4.0, 5.0, 5.0, 7.0, 9.0]);
        assert_eq!(moments.count(), 8);
        assert_eq!((moments.sum(), moments.mean(), moments.std_dev()), (Some(40.0), Some(5.0), Some(2.0)));
        assert_eq!((moments.min(), moments.max()), (Some(2.0), Some(9.0)));
    }

    #[test]
    fn nothing_has_a_count_and_a_sum_and_no_more() {
        let moments = of(&[]);
        assert_eq!((moments.count(), moments.sum()), (0, Some(0.0)));
        assert_eq!([moments.mean(), moments.std_dev(), moments.min(), moments.max()], [None; 4]);
    }

    #[test]
    fn one_value_and_equal_values_do_not_spread() {
        assert_eq!(of(&[0.1]).std_dev(), Some(0.0));
        assert_eq!(of(&[0.1; 1000]).std_dev(), Some(0.0));
    }

    #[test]
    fn a_sum_beyond_f64_is_left_out_and_the_extremes_stay() {
        let moments = of(&[f64::MAX, f64::MAX, -1.0]);
        assert_eq!((moments.sum(), moments.mean(), moments.std_dev()), (None, None, None));
        assert_eq!((moments.min(), moments.max()), (Some(-1.0), Some(f64::MAX)));
    }

    fn values() -> impl Strategy<Value = Vec<f64>> {
        prop::collection::vec(-1e6..1e6, 0..300)
    }

    proptest! {
        #[test]
        fn columns_side_by_side_are_columns_one_by_one(columns in prop::array::uniform3(values())) {
            let mut side_by_side = [Moments::default(); 3];
            let [a, b, c] = &mut side_by_side;
            let [x, y, z] = &columns;
            Moments::push_side_by_side([(a, x), (b, y), (c, z)]);
            prop_assert_eq!(side_by_side, columns.map(|values| of(&values)));
        }

        #[test]
        fn merging_nothing_changes_no_bit(values in values()) {
            let whole = of(&values);
            let (mut left, mut right) = (whole, Moments::default());
            left.merge(&Moments::default());
            right.merge(&whole);
            prop_assert_eq!(left, whole);
            prop_assert_eq!(right, whole);
        }

        #[test]
        fn a_split_column_has_the_moments_of_the_whole(values in values(), at in 0.0..1.0) {
            let (left, right) = values.split_at((at * values.len() as f64) as usize);
            let (whole, mut merged) = (of(&values), of(left));
            merged.merge(&of(right));
            let scale = values.iter().fold(1.0, |scale: f64, value| scale + value.abs());
            prop_assert_eq!(merged.count(), whole.count());
            prop_assert_eq!((merged.min(), merged.max()), (whole.min(), whole.max()));
            prop_assert!(close(merged.sum(), whole.sum(), scale));
            prop_assert!(close(merged.mean(), whole.mean(), scale));
            prop_assert!(close(merged.std_dev(), whole.std_dev(), scale));
        }
    }
}
