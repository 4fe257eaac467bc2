//! The cumulative distribution of a column of numbers, from its sketch: what a distance is the widest gap of.
//!
//! ```
//! use bellwether_analysis::{drift::Cumulative, kll::Sketch};
//!
//! let mut sketch = Sketch::default();
//! [1.0, 2.0, 2.0, 10.0].into_iter().for_each(|value| sketch.push(value));
//! let column = Cumulative::of(&sketch.to_contract()).expect("it has items");
//! assert_eq!((column.below(2.0), column.up_to(2.0), column.up_to(99.0)), (0.25, 0.75, 1.0));
//! assert_eq!((column.quantile(0.0), column.quantile(0.5), column.quantile(1.0)), (1.0, 2.0, 10.0));
//! ```

use bellwether_contract::statistics::KllSketch;

use super::numerical::{ranks, weighted};

/// Distinct items in ascending order, each with the weight of everything up to it.
#[derive(Debug, Clone, PartialEq)]
pub struct Cumulative {
    ranks: Vec<(f64, u64)>,
    all: f64,
}

/// Where two of them lie furthest apart.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Gap {
    /// The value, up to which each side is counted.
    pub at: f64,
    /// The difference of the shares, 0 to 1: the distance that [`numerical`](super::numerical()) computes.
    pub size: f64,
}

impl Cumulative {
    /// Of a sketch; `None` where it has no item, or one at a level that no count of values reaches.
    #[must_use]
    pub fn of(sketch: &KllSketch) -> Option<Self> {
        let ranks = ranks(weighted(sketch)?);
        let all = ranks.last()?.1 as f64;
        Some(Self { ranks, all })
    }

    /// Share of the values that are at most this, 0 to 1.
    #[must_use]
    pub fn up_to(&self, value: f64) -> f64 {
        self.before(self.ranks.partition_point(|(item, _)| *item <= value))
    }

    /// Share of the values that are less, 0 to 1.
    #[must_use]
    pub fn below(&self, value: f64) -> f64 {
        self.before(self.ranks.partition_point(|(item, _)| *item < value))
    }

    fn before(&self, end: usize) -> f64 {
        end.checked_sub(1)
            .and_then(|last| self.ranks.get(last))
            .map_or(0.0, |(_, rank)| *rank as f64 / self.all)
    }

    /// The least item up to which there is at least this share of the values; the least one at 0, the greatest at 1.
    #[must_use]
    pub fn quantile(&self, share: f64) -> f64 {
        let place = self.ranks.partition_point(|(_, rank)| (*rank as f64) < share * self.all);
        let last = self.ranks.len().saturating_sub(1);
        self.ranks.get(place.min(last)).map_or(f64::NAN, |(item, _)| *item)
    }

    /// The distinct items, ascending.
    pub fn items(&self) -> impl Iterator<Item = f64> + '_ {
        self.ranks.iter().map(|(item, _)| *item)
    }

    /// Where the two lie furthest apart: the least such value.
    #[must_use]
    pub fn gap(&self, other: &Self) -> Gap {
        let apart = |at: f64| Gap { at, size: (self.up_to(at) - other.up_to(at)).abs() };
        let mut at: Vec<f64> = self.items().chain(other.items()).collect();
        at.sort_by(f64::total_cmp);
        let none = Gap { at: at.first().copied().unwrap_or(f64::NAN), size: 0.0 };
        at.into_iter().map(apart).fold(none, |widest, gap| if gap.size > widest.size { gap } else { widest })
    }
}
