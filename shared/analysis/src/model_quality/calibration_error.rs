//! Expected calibration error: by how much probabilities miss the share of ones among rows like these.
//!
//! ```text
//! ECE = sum over ten bins b of n_b / n |mean of p in b - share of ones in b|
//! ```
//!
//! The bins hold a tenth of the rows each, by rising score. Rows of one score that lie in two bins are spread over both by
//! their number, each part with the same share of ones, so that no order of equal rows counts. 0 to 1; of no row there is none.

use bellwether_contract::model_quality::{CalibrationMap, ExpectedError};

use super::isotonic::{Group, fit, groups, probability};
use crate::random::Random;

/// Bins of equal frequency.
const BINS: usize = 10;
/// Splits of nine tenths to learn from and one to try on.
const SPLITS: u64 = 10;

/// Of groups with rising probabilities in the place of scores.
fn expected_error(groups: &[Group]) -> Option<f64> {
    let rows: f64 = groups.iter().map(|group| group.rows).sum();
    if rows <= 0.0 {
        return None;
    }
    let size = rows / BINS as f64;
    let (mut error, mut free, mut gap) = (0.0, size, 0.0);
    for group in groups {
        // What one row of the group adds to the difference of both sums.
        let each = group.score - group.positives / group.rows;
        let mut left = group.rows;
        while left > free {
            left -= free;
            error += f64::abs(gap + each * free);
            (free, gap) = (size, 0.0);
        }
        free -= left;
        gap += each * left;
    }
    Some((error + f64::abs(gap)) / rows)
}

/// The error of a map over groups with rising scores. The map does not fall, so that its bins hold the same rows as those of
/// the scores themselves, and two errors of one part differ by the probabilities alone.
fn error_of(map: &CalibrationMap, tried: &[Group]) -> Option<f64> {
    let mapped = tried.iter().map(|group| Group { score: probability(map, group.score), ..*group });
    expected_error(&mapped.collect::<Vec<_>>())
}

/// Both errors out of sample, each the mean over ten splits: the scores as they come, and calibrated by the nine other
/// tenths. A row's tenth is drawn by its place, so rows have to come in their one order, with rising scores.
pub(super) fn out_of_sample(rows: &[(f64, bool)], seed: u64) -> Option<ExpectedError> {
    let mut random = Random::new(seed);
    let tenths: Vec<u64> = rows.iter().map(|_| random.below(SPLITS)).collect();
    let (mut before, mut after, mut splits) = (0.0, 0.0, 0.0);
    for split in 0..SPLITS {
        let part = |tried: bool| {
            let rows = rows.iter().zip(&tenths).filter(move |(_, tenth)| (**tenth == split) == tried);
            groups(rows.map(|(row, _)| *row))
        };
        let (tried, learned) = (part(true), part(false));
        let map = fit(&learned);
        let errors = (error_of(&CalibrationMap::Identity, &tried), error_of(&map, &tried));
        let (Some(raw), Some(calibrated)) = errors else { continue };
        (before, after, splits) = (before + raw, after + calibrated, splits + 1.0);
    }
    (splits > 0.0).then(|| ExpectedError { before: before / splits, after: after / splits })
}

#[cfg(test)]
mod tests {
    use super::*;

    /// By hand: of ten rows, a bin each, those at 0.2 miss by 0.2 twice and by 0.8 once, and all others by nothing.
    #[test]
    fn an_error_is_the_mean_of_what_the_bins_miss() {
        let mut rows = vec![(0.0, false); 7];
        rows.extend([(0.2, false), (0.2, false), (0.2, true)]);
        // Three rows of one probability: each bin has a third of a one in it.
        let expected = 3.0 * f64::abs(0.2 - 1.0 / 3.0) / 10.0;
        let error = expected_error(&groups(rows)).expect("rows");
        assert!((error - expected).abs() < 1e-15, "{error}");
        assert_eq!(expected_error(&[]), None);
    }

    /// Twenty rows in ten bins of two: |0.25 - 0| + |0.75 - 1| for the two values, each over five bins.
    #[test]
    fn a_bin_holds_a_tenth_of_the_rows() {
        let rows = std::iter::repeat_n((0.25, false), 10).chain(std::iter::repeat_n((0.75, true), 10));
        let error = expected_error(&groups(rows)).expect("rows");
        assert!((error - 0.25).abs() < 1e-15, "{error}");
    }
}
