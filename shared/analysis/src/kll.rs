//! The KLL quantile sketch of the container: deterministic, 2,048 items in its lowest level, shrinking by 0.64.
//!
//! It answers ranks and keeps its items for the file. It draws no random number, so the same values in the same order
//! give the same items, and it has no opinion on NaN beyond sorting it by the total order of f64.
//!
//! Source: Karnin, Lang, Liberty, "Optimal Quantile Approximation in Streams" (2016), in the variant of Deequ 2.0.2
//! (`QuantileNonSample`), whose items this reproduces in value and order.

use std::cmp::Ordering;

use bellwether_contract::statistics::{KllParameters, KllSketch, NumericalBucket, Unknown};

/// Capacity of the lowest level, before rounding.
pub const SKETCH_SIZE: f64 = 2048.0;
/// How much smaller each level is than the one below.
pub const SHRINKING_FACTOR: f64 = 0.64;
/// Number of buckets in the file.
pub const BUCKETS: u32 = 10;

/// A sketch; the default is empty and the identity of [`Sketch::merge`].
///
/// ```text
/// capacity(h) = 2 * (ceil(k * c^h / 2) + 1)            2050, 1314, 842, 540, ...
/// push:    append to level 0; if items > sum of capacities, compact once
/// compact: the lowest level h with len >= capacity(h): if its counter is odd flip its offset (at first 0);
///          sort the first len - len % 2 items, promote every second one from the offset to level h + 1;
///          an odd last item (by arrival) stays; counter += 1
/// weight of an item of level h = 2^h
/// ```
///
/// The sum of weights is the number of values, exactly, and the items are exact values up to 2,050 of them. Memory: some
/// 5,800 items, growing with the logarithm of the number of values. Values that compare equal are interchangeable.
#[derive(Debug, Clone, Default)]
pub struct Sketch {
    levels: Vec<Level>,
    items: usize,
    capacity: usize,
}

#[derive(Debug, Clone, Default)]
struct Level {
    items: Vec<f64>,
    capacity: usize,
    compactions: u32,
    offset: usize,
}

impl Sketch {
    /// Adds one value.
    pub fn push(&mut self, value: f64) {
        if self.levels.is_empty() {
            self.grow();
        }
        self.levels[0].items.push(value);
        self.items += 1;
        if self.items > self.capacity {
            self.condense();
        }
    }

    /// Adds the values of another sketch: levels are joined end to end, then compacted while full. With an empty sketch
    /// on either side the other is kept as it is. Counters and offsets stay those of the left side.
    pub fn merge(&mut self, other: &Self) {
        if other.items == 0 {
            return;
        }
        if self.items == 0 {
            self.clone_from(other);
            return;
        }
        while self.levels.len() < other.levels.len() {
            self.grow();
        }
        for (level, theirs) in self.levels.iter_mut().zip(&other.levels) {
            level.items.extend_from_slice(&theirs.items);
        }
        self.items += other.items;
        while self.items >= self.capacity {
            self.condense();
        }
    }

    /// Number of values: the sum of the weights.
    #[must_use]
    pub fn count(&self) -> u64 {
        self.levels.iter().zip(0_u32..).map(|(level, height)| (level.items.len() as u64) << height).sum()
    }

    /// Every item with its weight, lowest level first, in the order of the file.
    pub fn weighted(&self) -> impl Iterator<Item = (f64, u64)> {
        self.levels.iter().zip(0_u32..).flat_map(|(level, height)| {
            let weight = 1_u64 << height;
            level.items.iter().map(move |&item| (item, weight))
        })
    }

    /// The sketch as the file has it.
    #[must_use]
    pub fn to_contract(&self) -> KllSketch {
        KllSketch {
            parameters: KllParameters { c: SHRINKING_FACTOR, k: SKETCH_SIZE, unknown: Unknown::new() },
            data: self.levels.iter().map(|level| level.items.clone()).collect(),
            unknown: Unknown::new(),
        }
    }

    /// Ten buckets of equal width between two bounds.
    ///
    /// ```text
    /// lower_i = min + (max - min) * i / 10      upper_i = the same with i + 1
    /// count_i = weight of items < upper_i  -  weight of items < lower_i; the last bucket counts items <= upper_i
    /// ```
    ///
    /// Counts are approximate as the sketch is. Where min = max all ten bounds are equal and the last bucket has all;
    /// a value on a bound belongs to the bucket above it. With min and max of the values the counts add up to
    /// [`Sketch::count`], unless rounding puts the last bound below the maximum.
    #[must_use]
    pub fn buckets(&self, min: f64, max: f64) -> Vec<NumericalBucket> {
        let ranks = Ranks::of(self);
        let bound = |i: u32| min + (max - min) * f64::from(i) / f64::from(BUCKETS);
        (0..BUCKETS)
            .map(|i| {
                let (lower, upper) = (bound(i), bound(i + 1));
                let above = if i + 1 == BUCKETS { ranks.inclusive(upper) } else { ranks.exclusive(upper) };
                let count = above.saturating_sub(ranks.exclusive(lower));
                NumericalBucket {
                    lower_bound: lower,
                    upper_bound: upper,
                    count: count as f64,
                    unknown: Unknown::new(),
                }
            })
            .collect()
    }

    fn grow(&mut self) {
        let capacity = capacity(self.levels.len());
        self.capacity += capacity;
        self.levels.push(Level { capacity, ..Level::default() });
    }

    /// One compaction of the lowest level that is full. There is one whenever the items reach the sum of capacities.
    fn condense(&mut self) {
        let Some(height) = self.levels.iter().position(|level| level.items.len() >= level.capacity) else {
            return;
        };
        if height + 1 == self.levels.len() {
            self.grow();
        }
        let (lower, upper) = self.levels.split_at_mut(height + 1);
        let (level, next) = (&mut lower[height], &mut upper[0]);
        self.items -= level.compact_into(next);
    }
}

impl Level {
    /// Promotes half of the items and returns how many items that leaves fewer.
    fn compact_into(&mut self, next: &mut Self) -> usize {
        if self.compactions % 2 == 1 {
            self.offset = 1 - self.offset;
        }
        self.compactions += 1;
        let even = self.items.len() & !1;
        let pairs = &mut self.items[..even];
        pairs.sort_unstable_by(f64::total_cmp);
        next.items.extend(pairs.iter().skip(self.offset).step_by(2));
        self.items.drain(..even);
        even / 2
    }
}

/// capacity(h) = 2 * (ceil(k * c^h / 2) + 1): from 2,050 down to 4.
fn capacity(height: usize) -> usize {
    let height = i32::try_from(height).unwrap_or(i32::MAX);
    let pairs = (SKETCH_SIZE * SHRINKING_FACTOR.powi(height) / 2.0).ceil();
    2 * (pairs as usize + 1)
}

/// Items in order with the weight of everything up to and including each.
struct Ranks(Vec<(f64, u64)>);

impl Ranks {
    fn of(sketch: &Sketch) -> Self {
        let mut items: Vec<_> = sketch.weighted().collect();
        items.sort_unstable_by(|left, right| left.0.total_cmp(&right.0));
        let mut rank = 0;
        for (_, weight) in &mut items {
            rank += *weight;
            *weight = rank;
        }
        Self(items)
    }

    /// Weight of the items below a value.
    fn exclusive(&self, value: f64) -> u64 {
        self.rank(|item| item.partial_cmp(&value) == Some(Ordering::Less))
    }

    /// Weight of the items up to a value.
    fn inclusive(&self, value: f64) -> u64 {
        self.rank(|item| matches!(item.partial_cmp(&value), Some(Ordering::Less | Ordering::Equal)))
    }

    fn rank(&self, below: impl Fn(f64) -> bool) -> u64 {
        let end = self.0.partition_point(|&(item, _)| below(item));
        end.checked_sub(1).map_or(0, |last| self.0[last].1)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn of(values: impl IntoIterator<Item = f64>) -> Sketch {
        let mut sketch = Sketch::default();
        values.into_iter().for_each(|value| sketch.push(value));
        sketch
    }

    fn sizes(sketch: &Sketch) -> Vec<usize> {
        sketch.to_contract().data.iter().map(Vec::len).collect()
    }

    fn items(sketch: &Sketch) -> Vec<Vec<f64>> {
        sketch.to_contract().data
    }

    fn counts(sketch: &Sketch, min: f64, max: f64) -> Vec<f64> {
        sketch.buckets(min, max).iter().map(|bucket| bucket.count).collect()
    }

    // Sizes of the sketches in two baselines of AWS's container: 23,432 and 2,333 rows.
    #[test]
    fn level_sizes_are_those_of_the_container() {
        assert_eq!(sizes(&of((0..23_432).map(f64::from))), [266, 1093, 2127, 1, 779]);
        assert_eq!(sizes(&of((0..2_333).map(f64::from))), [283, 1025]);
    }

    #[test]
    fn capacities_shrink_to_four() {
        assert_eq!((0..6).map(capacity).collect::<Vec<_>>(), [2050, 1314, 842, 540, 346, 222]);
        assert_eq!(capacity(100), 4);
    }

    // By hand: 2,051 values compact to every second of the first 2,050; the last one stays.
    #[test]
    fn the_first_compaction_keeps_even_places_and_the_last_arrival() {
        let sketch = of((0..2_051).rev().map(f64::from));
        let data = items(&sketch);
        assert_eq!(data[0], [0.0]);
        assert_eq!(data[1], (0..1025).map(|i| f64::from(1 + 2 * i)).collect::<Vec<_>>());
    }

    #[test]
    fn equal_values_lie_in_the_last_bucket() {
        let sketch = of([7.0; 5]);
        assert_eq!(counts(&sketch, 7.0, 7.0), [0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 5.0]);
    }

    // By hand.
    #[test]
    fn a_value_on_a_bound_belongs_to_the_bucket_above() {
        let sketch = of([0.0, 1.0, 1.0, 2.0, 9.0, 10.0]);
        assert_eq!(counts(&sketch, 0.0, 10.0), [1.0, 2.0, 1.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 2.0]);
    }

    // The bound 60.379999999999995 stands in AWS's own file for min 23.2, max 395.0.
    #[test]
    fn bounds_are_computed_from_left_to_right() {
        let bounds: Vec<_> =
            of([23.2, 395.0]).buckets(23.2, 395.0).iter().map(|bucket| bucket.upper_bound).collect();
        assert_eq!(bounds[0], 60.379_999_999_999_995);
        assert_eq!(bounds[9], 395.0);
    }

    #[test]
    fn values_without_an_order_do_not_break_it() {
        let sketch = of((0..5_000).map(|i| if i % 3 == 0 { f64::NAN } else { f64::from(i) }));
        assert_eq!(sketch.count(), 5_000);
        assert_eq!(sketch.buckets(0.0, 5_000.0).len(), 10);
    }

    fn stream() -> impl Strategy<Value = Vec<f64>> {
        (0..9_000_usize, any::<u64>(), 1..2_000_u64).prop_map(|(length, seed, distinct)| {
            let mut state = seed;
            (0..length)
                .map(|_| {
                    state =
                        state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
                    ((state >> 33) % distinct) as f64
                })
                .collect()
        })
    }

    /// Greatest distance between the sketch's ranks and the true ones, as a share of all values.
    fn error(sketch: &Sketch, values: &[f64]) -> f64 {
        let mut sorted = values.to_vec();
        sorted.sort_unstable_by(f64::total_cmp);
        let ranks = Ranks::of(sketch);
        let worst = sorted.iter().map(|&value| {
            let truth = sorted.partition_point(|&other| other <= value) as u64;
            ranks.inclusive(value).abs_diff(truth)
        });
        worst.max().unwrap_or(0) as f64 / (sorted.len().max(1) as f64)
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(48))]

        #[test]
        fn weights_add_up_to_the_number_of_values(values in stream(), at in 0..9_000_usize) {
            let (left, right) = values.split_at(at.min(values.len()));
            let mut merged = of(left.iter().copied());
            merged.merge(&of(right.iter().copied()));
            prop_assert_eq!(merged.count(), values.len() as u64);
            prop_assert_eq!(of(values.iter().copied()).count(), values.len() as u64);
        }

        #[test]
        fn merging_nothing_changes_no_item(values in stream()) {
            let whole = of(values);
            let (mut left, mut right) = (whole.clone(), Sketch::default());
            left.merge(&Sketch::default());
            right.merge(&whole);
            prop_assert_eq!(items(&left), items(&whole));
            prop_assert_eq!(items(&right), items(&whole));
        }

        #[test]
        fn ranks_of_a_stream_and_of_its_merged_parts_are_near_the_truth(values in stream(), at in 0..9_000_usize) {
            let (left, right) = values.split_at(at.min(values.len()));
            let mut merged = of(left.iter().copied());
            merged.merge(&of(right.iter().copied()));
            prop_assert!(error(&merged, &values) <= 0.005);
            prop_assert!(error(&of(values.iter().copied()), &values) <= 0.005);
        }

        #[test]
        fn row_order_changes_no_count(values in stream(), turn in 0..9_000_usize) {
            let mut turned = values.clone();
            turned.rotate_left(turn.min(values.len()));
            let total = |sketch: &Sketch| counts(sketch, 0.0, 2_000.0).iter().sum::<f64>();
            prop_assert_eq!(total(&of(values)), total(&of(turned)));
        }
    }
}
