//! The KLL quantile sketch of the container: deterministic, 2,048 items in its lowest level, shrinking by 0.64.
//!
//! It answers ranks and keeps its items for the file. It draws no random number, so the same values in the same order
//! give the same items, and it has no opinion on NaN beyond sorting it by the total order of f64.
//!
//! Source: Karnin, Lang, Liberty, "Optimal Quantile Approximation in Streams" (2016), in the variant of Deequ 2.0.2
//! (`QuantileNonSample`), whose items this reproduces in value and order.
//!
//! Up to 2,050 values the items are the values themselves, so the ten buckets of 1 to 100 are exact:
//!
//! ```
//! use bellwether_analysis::kll::Sketch;
//!
//! let mut sketch = Sketch::default();
//! (1..=100).for_each(|value| sketch.push(f64::from(value)));
//! assert_eq!(sketch.count(), 100);
//! assert!(sketch.weighted().all(|(_, weight)| weight == 1), "a value of level 0 stands for itself");
//!
//! let buckets = sketch.buckets(1.0, 100.0);
//! assert!(buckets.iter().all(|bucket| bucket.count == 10.0));
//! assert_eq!((buckets[0].lower_bound, buckets[9].upper_bound), (1.0, 100.0));
//! ```

mod partial;

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
    /// Sort keys of the items: sorting whole numbers takes half the time of sorting doubles.
    keys: Vec<i64>,
    capacity: usize,
    /// Compactions so far, modulo four: they take the items from the offsets 0, 1, 1, 0 and so on.
    turn: u8,
}

impl Sketch {
    /// Adds one value.
    #[inline]
    pub fn push(&mut self, value: f64) {
        match self.levels.first_mut() {
            Some(level) => level.keys.push(key(value)),
            None => self.begin(value),
        }
        self.items += 1;
        if self.items > self.capacity {
            self.condense();
        }
    }

    /// Adds values, as one by one.
    pub fn extend(&mut self, mut values: &[f64]) {
        while let Some((&first, rest)) = values.split_first() {
            self.push(first);
            let (these, later) = rest.split_at(rest.len().min(self.capacity - self.items));
            self.levels[0].keys.extend(these.iter().copied().map(key));
            self.items += these.len();
            values = later;
        }
    }

    #[cold]
    fn begin(&mut self, value: f64) {
        self.grow();
        self.levels[0].keys.push(key(value));
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
            level.keys.extend_from_slice(&theirs.keys);
        }
        self.items += other.items;
        while self.items >= self.capacity {
            self.condense();
        }
    }

    /// Number of values: the sum of the weights.
    #[must_use]
    pub fn count(&self) -> u64 {
        self.levels.iter().zip(0_u32..).map(|(level, height)| (level.keys.len() as u64) << height).sum()
    }

    /// Every item with its weight, lowest level first, in the order of the file.
    pub fn weighted(&self) -> impl Iterator<Item = (f64, u64)> {
        self.levels.iter().zip(0_u32..).flat_map(|(level, height)| {
            let weight = 1_u64 << height;
            level.keys.iter().map(move |&key| (value(key), weight))
        })
    }

    /// The sketch as the file has it.
    #[must_use]
    pub fn to_contract(&self) -> KllSketch {
        KllSketch {
            parameters: KllParameters { c: SHRINKING_FACTOR, k: SKETCH_SIZE, unknown: Unknown::new() },
            data: self.levels.iter().map(|level| level.keys.iter().copied().map(value).collect()).collect(),
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
        self.levels.push(Level { keys: Vec::with_capacity(capacity), capacity, ..Level::default() });
    }

    /// One compaction of the lowest level that is full. There is one whenever the items reach the sum of capacities.
    #[cold]
    fn condense(&mut self) {
        let Some(height) = self.levels.iter().position(|level| level.keys.len() >= level.capacity) else {
            return;
        };
        if height + 1 == self.levels.len() {
            self.grow();
        }
        let (lower, upper) = self.levels.split_at_mut(height + 1);
        let (level, next) = (&mut lower[height], &mut upper[0]);
        // Above level 0 the items lie in ascending runs, which the stable sort only has to merge.
        let sort = if height == 0 { <[i64]>::sort_unstable } else { <[i64]>::sort };
        self.items -= level.compact_into(next, sort);
    }
}

impl Level {
    /// Promotes half of the items and returns how many items that leaves fewer.
    fn compact_into(&mut self, next: &mut Self, sort: fn(&mut [i64])) -> usize {
        let offset = usize::from(matches!(self.turn, 1 | 2));
        self.turn = (self.turn + 1) % 4;
        let even = self.keys.len() & !1;
        let keys = &mut self.keys[..even];
        if !sort_two(keys) {
            sort(keys);
        }
        next.keys.extend(self.keys[..even].as_chunks().0.iter().map(|pair: &[i64; 2]| pair[offset]));
        self.keys.drain(..even);
        even / 2
    }
}

/// Sorts keys of at most two different values, by counting them; changes nothing and returns `false` where there are
/// more. Columns of flags are common.
fn sort_two(keys: &mut [i64]) -> bool {
    let Some(&one) = keys.first() else { return true };
    let other = keys.iter().copied().find(|&key| key != one).unwrap_or(one);
    // In pieces that are looked at without a branch.
    let is_either =
        |keys: &[i64]| keys.iter().fold(true, |so_far, &key| so_far & ((key == one) | (key == other)));
    if !keys.chunks(64).all(is_either) {
        return false;
    }
    let least = one.min(other);
    let end = keys.iter().filter(|&&key| key == least).count();
    keys[..end].fill(least);
    keys[end..].fill(one.max(other));
    true
}

/// A whole number that sorts as the double does in the total order of IEEE 754, and [`value`] back.
fn key(value: f64) -> i64 {
    flip(value.to_bits().cast_signed())
}

fn value(key: i64) -> f64 {
    f64::from_bits(flip(key).cast_unsigned())
}

/// Turns the order of negative numbers around by inverting all bits but the sign.
fn flip(bits: i64) -> i64 {
    if bits < 0 { bits ^ i64::MAX } else { bits }
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
mod tests;
