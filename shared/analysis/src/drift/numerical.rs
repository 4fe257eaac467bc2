//! Distance of two columns of numbers, from the sketches in their statistics.

use bellwether_contract::statistics::KllSketch;

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

/// Items with their weights in ascending order, equal items in the order of the levels.
fn weighted(sketch: &KllSketch) -> Option<Vec<(f64, u64)>> {
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
fn ranks(items: Vec<(f64, u64)>) -> Vec<(f64, u64)> {
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

/// The greatest difference over the union of items, in one walk through both.
fn distance(left: &[(f64, u64)], right: &[(f64, u64)]) -> Option<Distance> {
    let (current, baseline) = (left.last()?.1 as f64, right.last()?.1 as f64);
    let (mut at_left, mut at_right, mut simple) = (0, 0, 0.0_f64);
    while at_left < left.len() || at_right < right.len() {
        let next = match (left.get(at_left), right.get(at_right)) {
            (Some(one), Some(other)) => one.0.min(other.0),
            (Some(item), None) | (None, Some(item)) => item.0,
            (None, None) => break,
        };
        at_left += usize::from(left.get(at_left).is_some_and(|item| item.0 <= next));
        at_right += usize::from(right.get(at_right).is_some_and(|item| item.0 <= next));
        let share = |ranks: &[(f64, u64)], end: usize, total: f64| {
            end.checked_sub(1).map_or(0.0, |last| ranks[last].1 as f64 / total)
        };
        simple = simple.max((share(left, at_left, current) - share(right, at_right, baseline)).abs());
    }
    Some(Distance { simple, current, baseline })
}
