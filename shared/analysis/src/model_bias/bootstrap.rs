//! How far chance alone moves a metric of a window: its rows drawn anew, many times.
//!
//! ```text
//! s        = standard deviation over 1000 samples of m rows, drawn with replacement,  times sqrt(m / n)
//! interval = value - 1.96 s  to  value + 1.96 s
//! ```
//!
//! m is n, at most 20,000: a sample of more would say the same. A sample in which the metric has no finite value counts for
//! nothing; where more than a tenth are such, or the value itself is infinite, there is no interval. The neighbours of the flip test
//! are not searched anew: a row flips in a sample as it does in the window.
//!
//! Source: B. Efron, Annals of Statistics 7 (1979) 1-26, and the developer guide's "Normal Bootstrap Interval"; the generator is
//! [`crate::random`]. Seed, facet and group make the draws, so that no other facet changes them.

use bellwether_contract::model_bias::BootstrapInterval;

use super::measured::MeasuredGroup;
use super::metrics::BiasMeasure;
use super::tally::Tally;
use crate::hll::hash;
use crate::random::Random;

/// Samples that are drawn.
pub const BOOTSTRAP_SAMPLES: usize = 1_000;
/// An interval reaches so many standard errors to each side: 95 % of a normal distribution.
pub const BOOTSTRAP_ERRORS: f64 = 1.96;
/// Samples that must have a finite value.
pub const LEAST_SAMPLES: usize = BOOTSTRAP_SAMPLES / 10 * 9;
/// Most rows of a sample.
const MOST_ROWS: usize = 20_000;

/// Mean and sum of squared deviations of what came so far (Welford).
#[derive(Debug, Clone, Copy, Default)]
struct Spread {
    count: f64,
    mean: f64,
    squares: f64,
}

impl Spread {
    fn take(&mut self, value: f64) {
        self.count += 1.0;
        let from_mean = value - self.mean;
        self.mean += from_mean / self.count;
        self.squares += from_mean * (value - self.mean);
    }

    fn deviation(&self) -> f64 {
        if self.count < 2.0 { 0.0 } else { (self.squares / (self.count - 1.0)).sqrt() }
    }
}

impl MeasuredGroup {
    /// The interval of each of these metrics, or how many samples had a finite value where those are too few.
    pub(crate) fn intervals(
        &self,
        measures: &[&BiasMeasure],
        facet: &str,
        seed: u64,
    ) -> Vec<Result<BootstrapInterval, usize>> {
        let mut bytes = seed.to_le_bytes().to_vec();
        bytes.extend_from_slice(facet.as_bytes());
        bytes.push(0);
        bytes.extend_from_slice(self.value_or_threshold.as_bytes());
        let spreads = self.spreads(measures, Random::new(hash(&bytes)), MOST_ROWS);
        let interval = |(measure, spread): (&&BiasMeasure, Spread)| {
            let value = self.metric(measure.name).and_then(Result::ok).map(|value| value.value());
            let value = value.filter(|value| value.is_finite()).ok_or(0_usize)?;
            let samples = spread.count as usize;
            if samples < LEAST_SAMPLES {
                return Err(samples);
            }
            let reach = BOOTSTRAP_ERRORS * spread.deviation() * self.scale(MOST_ROWS);
            Ok(BootstrapInterval { low: value - reach, high: value + reach, samples: samples as u64 })
        };
        measures.iter().zip(spreads).map(interval).collect()
    }

    /// What a deviation of samples of at most so many rows is multiplied with.
    fn scale(&self, most: usize) -> f64 {
        let rows = self.cells.counts.iter().sum::<u64>() as f64;
        (rows.min(most as f64) / rows).sqrt()
    }

    fn spreads(&self, measures: &[&BiasMeasure], mut draw: Random, most: usize) -> Vec<Spread> {
        let mut spreads = vec![Spread::default(); measures.len()];
        let mut rows: Vec<u32> = Vec::new();
        for (cell, count) in (0..).zip(&self.cells.counts) {
            rows.extend((0..*count).map(|_| cell));
        }
        if measures.is_empty() || rows.is_empty() {
            return spreads;
        }
        let mut drawn = vec![0_u64; self.cells.cells.len()];
        for _ in 0..BOOTSTRAP_SAMPLES {
            drawn.fill(0);
            for _ in 0..rows.len().min(most) {
                let row = usize::try_from(draw.below(rows.len() as u64)).unwrap_or_default();
                drawn[rows[row] as usize] += 1;
            }
            let tally = Tally::of(&self.cells.cells, &drawn, &self.strata, &self.flip_test);
            for (spread, measure) in spreads.iter_mut().zip(measures) {
                if let Ok(value) = (measure.compute)(&tally)
                    && value.value().is_finite()
                {
                    spread.take(value.value());
                }
            }
        }
        spreads
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model_bias::BIAS_MEASURES;
    use crate::model_bias::tally::{Cells, Strata, TallyCell};

    fn group(cells: &[(bool, bool, u64)]) -> MeasuredGroup {
        let rows = cells.iter().flat_map(|(is_facet, predicted, rows)| {
            let cell =
                TallyCell { is_facet: *is_facet, predicted: *predicted, label: true, ..TallyCell::default() };
            (0..*rows).map(move |_| (cell, 1))
        });
        let strata = Strata::None("none".to_owned());
        MeasuredGroup::of("f".to_owned(), Cells::of(rows), strata, Ok(()))
    }

    fn measure(name: &str) -> &'static BiasMeasure {
        BIAS_MEASURES.iter().find(|measure| measure.name == name).expect("a metric")
    }

    /// Shares of 0.3 of 400 rows and of 0.5 of 200: their difference has the deviation
    /// sqrt(0.3 * 0.7 / 400 + 0.5 * 0.5 / 200) = 0.0421.
    #[test]
    fn the_error_of_a_difference_of_shares_is_the_one_that_theory_has() {
        let group = group(&[(false, true, 120), (false, false, 280), (true, true, 100), (true, false, 100)]);
        let theory = (0.3_f64 * 0.7 / 400.0 + 0.5 * 0.5 / 200.0).sqrt();
        // A sample of fewer rows varies more, and is scaled to all of them.
        for most in [600, 100] {
            let spread = group.spreads(&[measure("DPPL")], Random::new(7), most)[0];
            let error = spread.deviation() * group.scale(most);
            assert!((error / theory - 1.0).abs() < 0.1, "{most}: {error}, in theory {theory}");
        }
        let [interval] = group.intervals(&[measure("DPPL")], "sex", 7)[..] else { panic!("one") };
        let interval = interval.expect("an interval");
        assert!(((interval.high + interval.low) / 2.0 + 0.2).abs() < 1e-12, "around 0.3 - 0.5: {interval:?}");
        assert!(((interval.high - interval.low) / (2.0 * 1.96 * theory) - 1.0).abs() < 0.1, "{interval:?}");
        assert_eq!(interval.samples, 1000);
        assert_eq!(group.intervals(&[measure("DPPL")], "sex", 7), [Ok(interval)], "the same seed");
        assert_ne!(group.intervals(&[measure("DPPL")], "sex", 8), [Ok(interval)], "another one");
    }

    #[test]
    fn a_value_that_most_samples_lack_has_no_interval() {
        let few = group(&[(false, true, 50), (true, true, 1), (false, false, 9)]);
        let [found] = few.intervals(&[measure("DPPL")], "sex", 1)[..] else { panic!("one") };
        let samples = found.expect_err("a third of the samples has nobody of the group");
        assert!((550..720).contains(&samples), "{samples}");
        let infinite = group(&[(false, false, 5), (true, true, 5)]);
        assert_eq!(infinite.intervals(&[measure("DI")], "sex", 1), [Err(0)]);
    }
}
