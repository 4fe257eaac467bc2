//! The number of distinct values of a column, estimated in 512 bytes.
//!
//! HyperLogLog++ as Spark has it, so that one file gives the container's number. It keeps no value and cannot say
//! which values there were; the relative standard error is 5 %.
//!
//! Source: Heule, Nunkesser, Hall, "HyperLogLog in Practice" (2013), with the choices of Spark 3.3
//! (`HyperLogLogPlusPlusHelper`): XXH64 with seed 42, no sparse form, no rule for small estimates.
//!
//! Two of 512 registers are full, and 512 ln(512 / 510) is 2.004:
//!
//! ```
//! use bellwether_analysis::hll::DistinctCounter;
//!
//! let mut values = DistinctCounter::default();
//! ["news", "sport", "news"].into_iter().for_each(|value| values.insert_text(value.as_bytes()));
//! assert_eq!(values.estimate(), 2);
//!
//! let mut numbers = DistinctCounter::default();
//! numbers.insert_text(b"1");
//! numbers.insert_text(b"1.0");
//! assert_eq!(numbers.estimate(), 2, "texts are told apart as they are written");
//! ```

mod bias;
mod partial;
mod xxh64;

use bias::BIAS;
use xxh64::xxh64;

const PRECISION: u32 = 9;
const REGISTERS: usize = 1 << PRECISION;
const SEED: u64 = 42;
/// Up to this many, empty registers are counted instead of averaging full ones.
const LINEAR_COUNTING_LIMIT: f64 = 400.0;
/// The bias is the mean over this many nearest points of the table.
const NEIGHBOURS: usize = 6;

/// The hash by which texts are told apart: XXH64 with seed 42.
pub(crate) fn hash(text: &[u8]) -> u64 {
    xxh64(text, SEED)
}

/// A counter of distinct values; the default is empty and the identity of [`DistinctCounter::merge`].
///
/// ```text
/// h = XXH64(bytes, seed 42);  register = top 9 bits of h;  rank = leading_zeros((h << 9) | 1 << 8) + 1
/// a register keeps the greatest rank; merging keeps the greater of two registers
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DistinctCounter([u8; REGISTERS]);

impl Default for DistinctCounter {
    fn default() -> Self {
        Self([0; REGISTERS])
    }
}

impl DistinctCounter {
    /// Adds a text as it stands in a file: `1` and `1.0` are two values.
    pub fn insert_text(&mut self, text: &[u8]) {
        let hash = hash(text);
        let register = (hash >> (u64::BITS - PRECISION)) as usize;
        let padded = (hash << PRECISION) | (1 << (PRECISION - 1));
        let rank = (padded.leading_zeros() + 1) as u8;
        self.0[register] = self.0[register].max(rank);
    }

    /// Adds a number by its bits, as Spark does for a column of doubles: 0.0 and -0.0 are one value.
    pub fn insert_number(&mut self, value: f64) {
        let value = if value == 0.0 { 0.0 } else { value };
        self.insert_text(&value.to_bits().to_le_bytes());
    }

    /// Adds what another counter has seen.
    pub fn merge(&mut self, other: &Self) {
        for (mine, theirs) in self.0.iter_mut().zip(&other.0) {
            *mine = (*mine).max(*theirs);
        }
    }

    /// The estimate, 0 for nothing.
    ///
    /// ```text
    /// m = 512, V = empty registers, alpha = 0.7213 / (1 + 1.079 / m)
    /// H = m ln(m / V), taken if V > 0 and H <= 400
    /// else E = alpha m^2 / sum(2^-register), less its bias where E < 5 m; rounded half up
    /// ```
    #[must_use]
    pub fn estimate(&self) -> u64 {
        let m = REGISTERS as f64;
        let empty: f64 = self.0.iter().filter(|&&rank| rank == 0).map(|_| 1.0).sum();
        let linear = m * (m / empty).ln();
        let estimate = if empty > 0.0 && linear <= LINEAR_COUNTING_LIMIT { linear } else { self.raw(m) };
        (estimate + 0.5).floor() as u64
    }

    fn raw(&self, m: f64) -> f64 {
        let inverse: f64 = self.0.iter().map(|&rank| (-f64::from(rank)).exp2()).sum();
        let raw = 0.7213 / (1.0 + 1.079 / m) * m * m / inverse;
        if raw < 5.0 * m { raw - bias(raw) } else { raw }
    }
}

/// The least number of distinct values that explains an estimate.
///
/// ```text
/// estimate = round(H) with H = m ln(m / V) where that is at most 400; V = empty registers
/// least    = ceil(m - V) = ceil(m (1 - exp(-h / m))),  h = min(estimate - 0.5, 400)
/// ```
///
/// No estimate itself but a bound: a value fills one register at most, so there are no fewer values than registers
/// filled. Larger estimates are made otherwise, but only where H is above 400. Range: 0 to 278; 0 at estimate 0, 108 at
/// 121.
#[must_use]
pub fn least_distinct(estimate: f64) -> u64 {
    let m = REGISTERS as f64;
    let counted = (estimate - 0.5).clamp(0.0, LINEAR_COUNTING_LIMIT);
    (m * (1.0 - (-counted / m).exp())).ceil() as u64
}

/// Mean bias of the six table points nearest to a raw estimate; of two equally near the lower one.
fn bias(raw: f64) -> f64 {
    let nearest = BIAS.partition_point(|&(estimate, _)| estimate < raw);
    let distance = |at: usize| (BIAS[at].0 - raw).abs();
    let mut low = (nearest + 1).saturating_sub(NEIGHBOURS).min(BIAS.len() - NEIGHBOURS);
    while low + NEIGHBOURS < BIAS.len() && distance(low + NEIGHBOURS) < distance(low) {
        low += 1;
    }
    BIAS[low..low + NEIGHBOURS].iter().map(|&(_, bias)| bias).sum::<f64>() / NEIGHBOURS as f64
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn of<T: AsRef<[u8]>>(texts: impl IntoIterator<Item = T>) -> DistinctCounter {
        let mut counter = DistinctCounter::default();
        texts.into_iter().for_each(|text| counter.insert_text(text.as_ref()));
        counter
    }

    fn numbered(count: u32) -> u64 {
        of((0..count).map(|i| i.to_string())).estimate()
    }

    #[test]
    fn nothing_is_counted_as_nothing_and_one_value_as_one() {
        assert_eq!(DistinctCounter::default().estimate(), 0);
        assert_eq!(of(["7"; 1000]).estimate(), 1);
    }

    #[test]
    fn estimates_stay_within_four_standard_errors() {
        for count in [10, 100, 400, 700, 1_000, 2_000, 5_000, 100_000] {
            let (estimate, truth) = (numbered(count) as f64, f64::from(count));
            assert!((estimate - truth).abs() <= 0.2 * truth, "{estimate} for {truth}");
        }
    }

    // By hand from the table: beyond either end the six outermost points count.
    #[test]
    fn the_bias_at_the_ends_of_the_table_is_that_of_the_six_outermost_points() {
        let mean = |points: &[(f64, f64)]| points.iter().map(|point| point.1).sum::<f64>() / 6.0;
        assert_eq!(bias(0.0), mean(&BIAS[..6]));
        assert_eq!(bias(1e9), mean(&BIAS[BIAS.len() - 6..]));
    }

    #[test]
    fn numbers_are_told_apart_by_their_bits_and_zero_has_one_sign() {
        let mut counter = DistinctCounter::default();
        [0.0, -0.0, 1.0, 1.5, 1.5].into_iter().for_each(|value| counter.insert_number(value));
        assert_eq!(counter.estimate(), 3);
    }

    proptest! {
        #[test]
        fn merged_parts_are_the_whole_in_any_order(texts in prop::collection::vec("[a-z0-9]{0,40}", 0..300), at in 0..300_usize) {
            let (left, right) = texts.split_at(at.min(texts.len()));
            let (whole, mut forth, mut back) = (of(&texts), of(left), of(right));
            forth.merge(&of(right));
            back.merge(&of(left));
            prop_assert_eq!(&forth, &whole);
            prop_assert_eq!(&back, &whole);
            forth.merge(&DistinctCounter::default());
            prop_assert_eq!(&forth, &whole);
        }
    }

    // Python: math.ceil(512 * (1 - math.exp(-(min(e, 400.5) - 0.5) / 512))).
    #[test]
    fn a_bound_below_every_estimate() {
        for (estimate, least) in [
            (0.0, 0),
            (0.4, 0),
            (1.0, 1),
            (121.0, 108),
            (400.0, 278),
            (401.0, 278),
            (1e12, 278),
            (f64::INFINITY, 278),
        ] {
            assert_eq!(least_distinct(estimate), least, "{estimate}");
        }
    }

    #[test]
    fn the_bound_is_never_above_the_number_of_distinct_values() {
        for start in 0..8_u32 {
            let mut counter = DistinctCounter::default();
            for count in 1..=500_u64 {
                counter.insert_text(format!("{start}-{count}").as_bytes());
                let least = least_distinct(counter.estimate() as f64);
                assert!(least <= count, "{least} of {count}");
            }
        }
    }
}
