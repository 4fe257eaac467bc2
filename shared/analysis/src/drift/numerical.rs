//! Distance of two columns of numbers, from the sketches in their statistics.
//!
//! Half of the values 1 to 4 are at most 2, and none of the values 3 to 6 is: no other place parts them further.
//!
//! ```
//! use bellwether_analysis::{drift::numerical, kll::Sketch};
//!
//! let sketch = |values: [f64; 4]| {
//!     let mut sketch = Sketch::default();
//!     values.into_iter().for_each(|value| sketch.push(value));
//!     sketch.to_contract()
//! };
//! let (current, baseline) = (sketch([1.0, 2.0, 3.0, 4.0]), sketch([3.0, 4.0, 5.0, 6.0]));
//! let distance = numerical(&current, &baseline).expect("both have items");
//! assert_eq!((distance.simple, distance.current, distance.baseline), (0.5, 4.0, 4.0));
//! assert_eq!(numerical(&current, &current).map(|same| same.simple), Some(0.0));
//! ```

use bellwether_contract::statistics::{KllSketch, NumericalBucket};

use super::Distance;

/// L-infinity distance of the two weighted empirical distributions: the two-sample Kolmogorov-Smirnov statistic.
///
/// ```text
/// W(s, x) = sum of 2^level over the items of s that are <= x          W(s) = the same over all items
/// simple  = max over every item x of both sketches of |W(a, x) / W(a) - W(b, x) / W(b)|
/// ```
///
/// Source: Deequ, `numericalDistance`, as it is documented. Range: 0 to 1, symmetric to the last bit; 0 between a sketch
/// and itself, 1 where all values of one side lie below all of the other. Repeated values count as often as they occur,
/// and -0.0 equals 0.0. The sketches' own error adds up to about 0.005 on either side above 2,050 values.
///
/// `None` where a sketch has no item, or one at a level that no count of values reaches.
#[must_use]
pub fn numerical(current: &KllSketch, baseline: &KllSketch) -> Option<Distance> {
    distance(&ranks(weighted(current)?), &ranks(weighted(baseline)?))
}

/// What Deequ 2.0.2 computes in its place.
///
/// Its map of ranks keeps one weight a distinct value, the last one in the order of the levels, so that a value
/// seen a thousand times weighs as much as one seen once. Normaliser, and n and m of [`Distance::robust`], are the
/// surviving weights. A column that moves from 80/10/10 to 10/10/80 over three values scores 0.0. Range and symmetry as
/// for [`numerical`], to which it is equal where no value repeats.
#[must_use]
pub fn numerical_of_deequ(current: &KllSketch, baseline: &KllSketch) -> Option<Distance> {
    distance(&ranks(survivors(weighted(current)?)), &ranks(survivors(weighted(baseline)?)))
}

/// What is left of [`numerical`] where the baseline has no sketch: the same difference at the bounds of its buckets alone.
///
/// ```text
/// C(i)   = count of the buckets up to i          C = count of all of them
/// simple = max over every bucket i of |W(a, < lower_i) / W(a) - C(i - 1) / C|
///                             and of |W(a, < upper_i) / W(a) - C(i) / C|, at the last one with values equal to its bound
/// ```
///
/// Range: 0 to 1, and never above what the sketch of the same values would give; 0 between a sketch and its own buckets (but
/// for one value, where rounding put the last bound below the greatest).
/// Blind spots: a change inside a bucket is not seen at all, so that of ten buckets of equal width a long tail leaves one
/// or two that say anything. Values below the first bound or above the last are seen.
///
/// `None` where there is no bucket with a count, a count below 0, or a bound below the one before it, and where the sketch
/// has no item.
#[must_use]
pub fn numerical_by_buckets(current: &KllSketch, baseline: &[NumericalBucket]) -> Option<Distance> {
    let ranks = ranks(weighted(current)?);
    let all = ranks.last()?.1 as f64;
    let counted: f64 = baseline.iter().map(|bucket| bucket.count).sum();
    let (mut so_far, mut bound, mut simple) = (0.0, f64::NEG_INFINITY, 0.0_f64);
    for (place, bucket) in baseline.iter().enumerate() {
        let NumericalBucket { lower_bound, upper_bound, count, .. } = bucket;
        if *count < 0.0 || *lower_bound < bound || upper_bound < lower_bound {
            return None;
        }
        let is_last = place + 1 == baseline.len();
        let below = share_before(&ranks, |item| item < *lower_bound, all);
        let up_to = share_before(&ranks, |item| item < *upper_bound || is_last && item == *upper_bound, all);
        simple = simple.max((below - so_far / counted).abs());
        so_far += count;
        simple = simple.max((up_to - so_far / counted).abs());
        bound = *upper_bound;
    }
    (counted > 0.0 && counted.is_finite()).then_some(Distance { simple, current: all, baseline: counted })
}

/// Share of the weight of the items before the first one that is not.
fn share_before(ranks: &[(f64, u64)], is_before: impl Fn(f64) -> bool, all: f64) -> f64 {
    let end = ranks.partition_point(|(item, _)| is_before(*item));
    end.checked_sub(1).map_or(0.0, |last| ranks[last].1 as f64 / all)
}

/// How many values a sketch speaks for: the sum of 2^level over its items. `None` where no count of values reaches it.
#[must_use]
pub fn weight(sketch: &KllSketch) -> Option<u64> {
    let levels = sketch.data.iter().zip(0_u32..).filter(|(level, _)| !level.is_empty());
    levels.into_iter().try_fold(0_u64, |all, (level, height)| {
        let of_level = 1_u64.checked_shl(height)?.checked_mul(level.len() as u64)?;
        all.checked_add(of_level)
    })
}

/// Items with their weights in ascending order, equal items in the order of the levels.
pub(super) fn weighted(sketch: &KllSketch) -> Option<Vec<(f64, u64)>> {
    let mut items = Vec::new();
    for (level, height) in sketch.data.iter().zip(0_u32..) {
        if level.is_empty() {
            continue;
        }
        let weight = 1_u64.checked_shl(height)?;
        // Adding 0.0 makes one zero of both.
        items.extend(level.iter().map(|item| (item + 0.0, weight)));
    }
    items.sort_by(|left, right| left.0.total_cmp(&right.0));
    items.iter().try_fold(0_u64, |total, (_, weight)| total.checked_add(*weight))?;
    (!items.is_empty()).then_some(items)
}

/// Only the last weight of every distinct item.
fn survivors(items: Vec<(f64, u64)>) -> Vec<(f64, u64)> {
    let mut kept: Vec<(f64, u64)> = Vec::with_capacity(items.len());
    for item in items {
        match kept.last_mut() {
            Some(last) if last.0 == item.0 => *last = item,
            _ => kept.push(item),
        }
    }
    kept
}

/// Distinct items in ascending order, each with the weight of everything up to it.
pub(super) fn ranks(items: Vec<(f64, u64)>) -> Vec<(f64, u64)> {
    let mut ranks: Vec<(f64, u64)> = Vec::with_capacity(items.len());
    let mut rank = 0;
    for (item, weight) in items {
        rank += weight;
        match ranks.last_mut() {
            Some(last) if last.0 == item => last.1 = rank,
            _ => ranks.push((item, rank)),
        }
    }
    ranks
}

/// The greatest difference over the union of items, in one walk through both. Behind the last item of one side its share is 1, and that of
/// the other only comes nearer.
fn distance(left: &[(f64, u64)], right: &[(f64, u64)]) -> Option<Distance> {
    let (current, baseline) = (left.last()?.1 as f64, right.last()?.1 as f64);
    let (mut at_left, mut at_right, mut simple) = (0, 0, 0.0_f64);
    while let (Some((item, _)), Some((other, _))) = (left.get(at_left), right.get(at_right)) {
        at_left += usize::from(item <= other);
        at_right += usize::from(other <= item);
        let share = |ranks: &[(f64, u64)], end: usize, total: f64| {
            end.checked_sub(1).map_or(0.0, |last| ranks[last].1 as f64 / total)
        };
        simple = simple.max((share(left, at_left, current) - share(right, at_right, baseline)).abs());
    }
    Some(Distance { simple, current, baseline })
}
