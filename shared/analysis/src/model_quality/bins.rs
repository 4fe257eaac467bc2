//! Scores in bins that follow from the score alone, so that windows of any hours have the same ones.
//!
//! Each power of two is cut into 256 bins of equal width, so that a score is known to 0.4 %: 512 bins from 0.25 to 1, and as many for each
//! quarter below, where the scores of rare events crowd. Any finite number has a bin.
//!
//! ```text
//! the area under the ROC curve of bins is off by at most  sum over bins of p_b n_b / (2 P N)
//! ```
//!
//! with p_b and n_b = rows of the bin that are positive, or not: of pairs within a bin nobody knows which has the greater score. A bin of
//! one score, or of one label, adds nothing that is not so.

use std::collections::BTreeMap;

use super::binary::{Group, places};
use super::measured::Subsets;
use super::rows::LabelRow;

/// Digits of a double's mantissa that tell bins apart.
const DIGITS: u32 = 8;
const DROPPED: u32 = f64::MANTISSA_DIGITS - 1 - DIGITS;

/// Positive rows, and the others.
pub(super) type Counts = Subsets<(u64, u64)>;

/// How many rows each bin has, in the order of scores.
#[derive(Debug, Clone, Default, PartialEq)]
pub(super) struct Bins(BTreeMap<i32, Counts>);

impl Bins {
    /// Those of rows that are sorted by score.
    pub(super) fn of(rows: &[LabelRow], positive: u16) -> Self {
        let mut bins = Self::default();
        for run in rows.chunk_by(|a, b| bin(a.score) == bin(b.score)) {
            let mut counts = Counts::default();
            for row in run {
                for place in places(row) {
                    let (positives, negatives) = &mut counts[place];
                    *(if row.truth == positive { positives } else { negatives }) += 1;
                }
            }
            run.iter().take(1).for_each(|row| bins.add(bin(row.score), &counts));
        }
        bins
    }

    pub(super) fn add(&mut self, bin: i32, counts: &Counts) {
        let ours = self.0.entry(bin).or_default();
        for ((positives, negatives), (more, others)) in ours.iter_mut().zip(counts) {
            *positives += more;
            *negatives += others;
        }
    }

    pub(super) fn iter(&self) -> impl ExactSizeIterator<Item = (i32, &Counts)> {
        self.0.iter().map(|(bin, counts)| (*bin, counts))
    }

    /// Rows of each bin, the greatest scores first.
    pub(super) fn groups(&self) -> impl Iterator<Item = Group> {
        self.0
            .values()
            .rev()
            .map(|counts| counts.map(|(positives, negatives)| (positives as f64, negatives as f64)))
    }

    /// By how much the area under the ROC curve may be off.
    pub(super) fn area_within(&self) -> f64 {
        let all =
            || self.0.values().map(|[(positives, negatives), ..]| (*positives as f64, *negatives as f64));
        let (positives, negatives) = all().fold((0.0, 0.0), |(p, n), (more, others)| (p + more, n + others));
        let unknown: f64 = all().map(|(positives, negatives)| positives * negatives).sum();
        if positives * negatives > 0.0 { unknown / (2.0 * positives * negatives) } else { 0.0 }
    }
}

/// The bin of a finite score; of a greater score it is not less.
fn bin(score: f64) -> i32 {
    let bits = (score + 0.0).to_bits() as i64;
    // The order of doubles as whole numbers: below zero the other bits count the other way round.
    let ordered = bits ^ (((bits >> 63) as u64) >> 1) as i64;
    (ordered >> DROPPED) as i32
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn a_bin_is_a_two_hundred_and_fifty_sixth_of_a_power_of_two() {
        assert_eq!(bin(0.0), bin(-0.0));
        for (score, next) in [
            (0.5, 0.5 + 1.0 / 512.0),
            (0.001_953_125, 0.001_953_125 + 1.0 / 131_072.0),
            (1.0, 1.0 + 1.0 / 256.0),
        ] {
            assert_eq!(bin(score), bin(next - next * f64::EPSILON));
            assert_eq!(bin(score) + 1, bin(next));
        }
        let bins =
            (0..=1_000_000).map(|n| bin(f64::from(n) / 1e6)).collect::<std::collections::BTreeSet<_>>();
        assert!(bins.len() < 4_000, "{}", bins.len());
    }

    /// 2 of 3 positives and 3 of 4 negatives share a bin, and the others another: 7 of 12 pairs, half of which may count.
    #[test]
    fn the_area_is_off_by_half_of_the_pairs_that_share_a_bin() {
        let mut bins = Bins::default();
        for (at, rows) in [(0, (2, 3)), (1, (1, 1))] {
            let mut counts = Counts::default();
            counts[0] = rows;
            bins.add(at, &counts);
        }
        assert_eq!(bins.area_within(), 7.0 / 24.0);
        assert_eq!(Bins::default().area_within(), 0.0);
    }

    proptest! {
        #[test]
        fn bins_stand_in_the_order_of_scores(a in prop::num::f64::NORMAL | prop::num::f64::ZERO, b in prop::num::f64::NORMAL) {
            let (less, more) = if a < b { (a, b) } else { (b, a) };
            prop_assert!(bin(less) <= bin(more), "{less} {more}");
        }
    }
}
