//! Distance of two columns of text, from the counts by value in their statistics.
//!
//! Shares of 60 and 40 % against halves are a tenth apart; missing cells are a value like any other:
//!
//! ```
//! use bellwether_analysis::drift::{Categories, categorical};
//! use bellwether_contract::statistics::{CategoricalBucket, Unknown};
//!
//! let count = |value: &str, count| CategoricalBucket { value: value.to_owned(), count, unknown: Unknown::new() };
//! let (current, baseline) = ([count("a", 60), count("b", 40)], [count("a", 50), count("b", 50)]);
//! let distance = categorical(&Categories::new(&current, 0), &Categories::new(&baseline, 0));
//! assert!((distance.expect("both have cells").simple - 0.1).abs() < 1e-12);
//!
//! let half_missing = categorical(&Categories::new(&current, 100), &Categories::new(&current, 0));
//! assert_eq!(half_missing.expect("both have cells").simple, 0.5);
//! ```

use std::collections::{BTreeMap, BTreeSet};

use bellwether_contract::statistics::{CategoricalBucket, FeatureStatistics};

use super::Distance;

/// How often each value of a column was seen; `None` is the missing cell, which is a value of its own.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Categories<'a>(pub(super) BTreeMap<Option<&'a str>, u64>);

impl<'a> Categories<'a> {
    /// Of exact counts and the number of missing cells, which the file keeps elsewhere. What was never seen is no value.
    #[must_use]
    pub fn new(buckets: &'a [CategoricalBucket], missing: u64) -> Self {
        let mut counts = BTreeMap::new();
        let seen = buckets.iter().map(|bucket| (Some(bucket.value.as_str()), bucket.count));
        for (value, count) in seen.chain([(None, missing)]).filter(|(_, count)| *count > 0) {
            *counts.entry(value).or_insert(0) += count;
        }
        Self(counts)
    }

    /// Of a column; `None` where its statistics hold no counts by value. A column without any value needs none.
    #[must_use]
    pub fn of(feature: &'a FeatureStatistics) -> Option<Self> {
        let counts = feature.counts()?;
        if counts.num_present == 0 {
            return Some(Self::new(&[], counts.num_missing));
        }
        let text = feature.string_statistics.as_ref()?;
        let categorical = text.distribution.as_ref()?.categorical.as_ref()?;
        Some(Self::new(&categorical.buckets, text.common.num_missing))
    }

    /// All cells, missing ones included.
    #[must_use]
    pub fn total(&self) -> f64 {
        self.0.values().map(|&count| count as f64).sum()
    }

    /// Cells with a value.
    #[must_use]
    pub fn present(&self) -> u64 {
        self.0.iter().filter(|(value, _)| value.is_some()).map(|(_, &count)| count).sum()
    }

    pub(super) fn count(&self, value: Option<&str>) -> f64 {
        self.0.get(&value).map_or(0.0, |&count| count as f64)
    }
}

/// L-infinity distance of two distributions over values.
///
/// ```text
/// simple = max over every value v of either side of |count(a, v) / count(a) - count(b, v) / count(b)|
/// ```
///
/// Source: Deequ, `categoricalLInfinityDistance`. Range: 0 to 1, symmetric; 0 between a column and itself, 1 where each
/// side has one value and they differ. Missing cells are one more value on both sides. A change spread over many
/// values is small in each of them: this distance does not see it.
///
/// `None` where a side has no cell.
#[must_use]
pub fn categorical(current: &Categories<'_>, baseline: &Categories<'_>) -> Option<Distance> {
    let (n, m) = (current.total(), baseline.total());
    if n == 0.0 || m == 0.0 {
        return None;
    }
    let values: BTreeSet<_> = current.0.keys().chain(baseline.0.keys()).copied().collect();
    let moved = values.into_iter().map(|value| (current.count(value) / n - baseline.count(value) / m).abs());
    Some(Distance { simple: moved.fold(0.0, f64::max), current: n, baseline: m })
}
