//! Recommendation diversity: what the top-k lists of a replay, or of an hour of traffic, look like as a whole.
//!
//! It watches the number of distinct categories in each list. The incident it exists for: a retrained recommender's
//! top 10 fell from 6 to 8 categories to 1 or 2 while inputs, labels and bias looked normal. Coverage over all lists
//! did not move (a collapsed model can cover more of the catalogue), so the measure is taken per list.
//!
//! It draws no conclusion: limits and verdicts are in [`crate::verdict`].
//!
//! L_u is the first k items of list u, n the number of lists, C the catalogue with m items.
//!
//! | metric | definition | range |
//! |---|---|---|
//! | category diversity of a list | size of the union of the categories of L_u; an unknown or repeated item adds none | 0 to the number of categories |
//! | mean, min, max, p5, p50, std_dev | over the lists; percentiles by linear interpolation (Hyndman and Fan 1996, type 7); std_dev of the population | as above |
//! | share_below | share of lists under a floor | 0 to 1 |
//! | category, catalogue coverage | categories (items) recommended at least once / all in C | 0 to 1 |
//! | item, category entropy | -sum p log2 p over the shares of recommendations | 0 to log2 of the number of items (categories) |
//! | item Gini | (2 sum_j j x_(j)) / (m sum x) - (m+1)/m, x ascending over all m items, zeros included | 0 (even) to 1 - 1/m |
//! | personalisation | 1 - sum_i c_i (c_i - 1) / (n (n-1) k), c_i = lists that hold item i | 0 (all alike) to 1 |
//! | intra-list diversity | mean over lists of two known items or more of the mean over unordered pairs of 1 - Jaccard of their categories | 0 to 1 |
//! | list turnover | mean over sessions of 1 - Jaccard(L_u now, L_u before); two empty lists are alike | 0 to 1 |
//!
//! Unknown items are left out of coverage, entropy, Gini and intra-list diversity and counted on their own. An item of
//! several categories counts in each for coverage and category entropy.
//!
//! Blind spots: it does not see whether a category is a good one, nor order within the first k, nor a collapse inside
//! one category; and lists shorter than k are counted as they are.
//!
//! ```
//! use bellwether_analysis::diversity::ListProfile;
//! use bellwether_contract::catalog::Catalog;
//! let catalog = Catalog::parse("catalogue", br#"{"a": "news", "b": "news", "c": "sport"}"#)?;
//! let mut lists = ListProfile::new(10);
//! lists.push(&catalog, &["a".into(), "b".into(), "c".into()]);
//! lists.push(&catalog, &["a".into(), "b".into()]);
//! assert_eq!(lists.mean(), Some(1.5));
//! # Ok::<(), bellwether_contract::ContractError>(())
//! ```

mod partial;

use crate::column::NumericProfile;
use bellwether_contract::catalog::Catalog;
use bellwether_contract::lists::RecommendationList;
use std::collections::{BTreeMap, BTreeSet};

/// The per-list measure over any number of lists, in memory that does not grow with them. Mergeable.
#[derive(Debug, Clone)]
pub struct ListProfile {
    k: usize,
    histogram: BTreeMap<u64, u64>,
    column: NumericProfile,
    short_lists: u64,
    lists_with_unknown_items: u64,
    items: u64,
    unknown_items: u64,
}

impl ListProfile {
    /// No list yet. `k` is how many items of each list count.
    pub fn new(k: usize) -> Self {
        Self {
            k,
            histogram: BTreeMap::new(),
            column: NumericProfile::default(),
            short_lists: 0,
            lists_with_unknown_items: 0,
            items: 0,
            unknown_items: 0,
        }
    }

    /// Adds a list of item ids; what follows the k-th changes nothing.
    pub fn push(&mut self, catalog: &Catalog, list: &[String]) {
        let top = &list[..list.len().min(self.k)];
        let mut categories: Vec<u32> = Vec::with_capacity(self.k);
        let mut unknown = 0;
        for item in top {
            match catalog.categories_of(item) {
                Some(of_item) => categories.extend_from_slice(of_item),
                None => unknown += 1,
            }
        }
        categories.sort_unstable();
        categories.dedup();
        let distinct = categories.len() as u64;
        *self.histogram.entry(distinct).or_insert(0) += 1;
        self.column.push(distinct as f64);
        self.short_lists += u64::from(top.len() < self.k);
        self.lists_with_unknown_items += u64::from(unknown > 0);
        self.items += top.len() as u64;
        self.unknown_items += unknown;
    }

    /// Counts a session without an answer: it is missing, not a zero.
    pub fn push_missing(&mut self) {
        self.column.push_missing();
    }

    /// Adds the lists of another profile of the same k. `new(k)` is the identity.
    pub fn merge(&mut self, other: &Self) {
        for (distinct, lists) in &other.histogram {
            *self.histogram.entry(*distinct).or_insert(0) += lists;
        }
        self.column.merge(&other.column);
        self.short_lists += other.short_lists;
        self.lists_with_unknown_items += other.lists_with_unknown_items;
        self.items += other.items;
        self.unknown_items += other.unknown_items;
    }

    /// How many items of each list count.
    pub fn k(&self) -> usize {
        self.k
    }

    /// Number of lists.
    pub fn count(&self) -> u64 {
        self.histogram.values().sum()
    }

    /// Lists by number of distinct categories.
    pub fn histogram(&self) -> &BTreeMap<u64, u64> {
        &self.histogram
    }

    /// The measure as a column of statistics.
    pub fn column(&self) -> &NumericProfile {
        &self.column
    }

    /// Lists of fewer than k items.
    pub fn short_lists(&self) -> u64 {
        self.short_lists
    }

    /// Lists that hold an item the catalogue does not know.
    pub fn lists_with_unknown_items(&self) -> u64 {
        self.lists_with_unknown_items
    }

    /// Share of recommended items that the catalogue does not know; `None` where nothing was recommended.
    pub fn unknown_item_share(&self) -> Option<f64> {
        ratio(self.unknown_items, self.items)
    }

    /// Sum of the measure over all lists.
    pub fn sum(&self) -> u64 {
        self.histogram.iter().map(|(distinct, lists)| distinct * lists).sum()
    }

    /// Mean; `None` without a list.
    pub fn mean(&self) -> Option<f64> {
        ratio(self.sum(), self.count())
    }

    /// Least value.
    pub fn min(&self) -> Option<f64> {
        self.histogram.keys().next().map(|distinct| *distinct as f64)
    }

    /// Greatest value.
    pub fn max(&self) -> Option<f64> {
        self.histogram.keys().next_back().map(|distinct| *distinct as f64)
    }

    /// Standard deviation of the population; 0 for one list.
    pub fn std_dev(&self) -> Option<f64> {
        let mean = self.mean()?;
        let squares: f64 = self
            .histogram
            .iter()
            .map(|(distinct, lists)| (*distinct as f64 - mean).powi(2) * *lists as f64)
            .sum();
        Some((squares / self.count() as f64).sqrt())
    }

    /// Percentile of Hyndman and Fan's type 7: with h = (n-1) q, the value at floor(h) plus the fraction of the step
    /// to the next one. `q` from 0 to 1.
    pub fn percentile(&self, q: f64) -> Option<f64> {
        let last = self.count().checked_sub(1)?;
        let h = last as f64 * q;
        let below = h.floor();
        let lower = self.at_rank(below as u64)?;
        let upper = self.at_rank((below as u64 + 1).min(last))?;
        Some(lower + (upper - lower) * (h - below))
    }

    fn at_rank(&self, rank: u64) -> Option<f64> {
        let mut passed = 0;
        self.histogram.iter().find_map(|(distinct, lists)| {
            passed += lists;
            (rank < passed).then_some(*distinct as f64)
        })
    }

    /// Share of lists under a floor.
    pub fn share_below(&self, floor: f64) -> Option<f64> {
        let below =
            self.histogram.iter().filter(|(distinct, _)| (**distinct as f64) < floor).map(|(_, lists)| lists);
        ratio(below.sum(), self.count())
    }
}

/// The measures that need all lists at once: those of a replay.
#[derive(Debug, Clone)]
pub struct ListsTogether<'c> {
    catalog: &'c Catalog,
    k: usize,
    lists: u64,
    items: BTreeMap<String, Occurrences>,
    category_counts: Vec<u64>,
    pairs_sum: f64,
    pairs_lists: u64,
}

#[derive(Debug, Clone, Copy, Default)]
struct Occurrences {
    /// Recommendations, repeats within a list included.
    recommendations: u64,
    /// Lists that hold the item: c_i.
    lists: u64,
}

impl<'c> ListsTogether<'c> {
    /// No list yet.
    pub fn new(catalog: &'c Catalog, k: usize) -> Self {
        let category_counts = vec![0; catalog.category_count()];
        Self { catalog, k, lists: 0, items: BTreeMap::new(), category_counts, pairs_sum: 0.0, pairs_lists: 0 }
    }

    /// Adds a list; what follows the k-th item changes nothing.
    pub fn push(&mut self, list: &[String]) {
        let top = &list[..list.len().min(self.k)];
        self.lists += 1;
        for (place, item) in top.iter().enumerate() {
            let occurrences = self.items.entry(item.clone()).or_default();
            occurrences.recommendations += 1;
            occurrences.lists += u64::from(!top[..place].contains(item));
        }
        let known: Vec<&[u32]> = top.iter().filter_map(|item| self.catalog.categories_of(item)).collect();
        for category in known.iter().copied().flatten() {
            self.category_counts[*category as usize] += 1;
        }
        if let Some(share) = mean_pair_distance(&known) {
            self.pairs_sum += share;
            self.pairs_lists += 1;
        }
    }

    /// Recommendations, repeats included.
    pub fn shown(&self) -> u64 {
        self.items.values().map(|occurrences| occurrences.recommendations).sum()
    }

    /// Items with their recommendations, the most often shown first, ties by their ids.
    pub fn most_shown(&self, most: usize) -> Vec<(&str, u64)> {
        let counts =
            self.items.iter().map(|(item, occurrences)| (item.as_str(), occurrences.recommendations));
        let mut counts: Vec<(&str, u64)> = counts.collect();
        counts.sort_by_key(|(_, count)| std::cmp::Reverse(*count));
        counts.truncate(most);
        counts
    }

    /// Categories with the recommendations of their items, the most often shown first, ties by their names. An item of two
    /// categories counts in both.
    pub fn most_shown_categories(&self, most: usize) -> Vec<(&str, u64)> {
        let named = |(number, count): (u32, &u64)| Some((self.catalog.category_name(number)?, *count));
        let mut counts: Vec<(&str, u64)> = (0..).zip(&self.category_counts).filter_map(named).collect();
        counts.retain(|(_, count)| *count > 0);
        counts.sort_by_key(|(_, count)| std::cmp::Reverse(*count));
        counts.truncate(most);
        counts
    }

    fn known_counts(&self) -> Vec<u64> {
        let known = self.items.iter().filter(|(item, _)| self.catalog.categories_of(item).is_some());
        let mut counts: Vec<u64> = known.map(|(_, occurrences)| occurrences.recommendations).collect();
        counts.sort_unstable();
        counts
    }

    /// Categories recommended at least once / all categories.
    pub fn category_coverage(&self) -> Option<f64> {
        self.some_list()?;
        let covered = self.category_counts.iter().filter(|count| **count > 0).count();
        ratio(covered as u64, self.category_counts.len() as u64)
    }

    /// Items of the catalogue recommended at least once / all items.
    pub fn catalogue_coverage(&self) -> Option<f64> {
        self.some_list()?;
        ratio(self.known_counts().len() as u64, self.catalog.item_count() as u64)
    }

    /// Shannon entropy of the items' shares, in bits; `None` where no known item was recommended.
    pub fn item_entropy(&self) -> Option<f64> {
        entropy_bits(self.known_counts())
    }

    /// Shannon entropy of the categories' shares, in bits.
    pub fn category_entropy(&self) -> Option<f64> {
        let mut counts = self.category_counts.clone();
        counts.sort_unstable();
        entropy_bits(counts)
    }

    /// Gini coefficient of recommendations over all items of the catalogue.
    pub fn item_gini(&self) -> Option<f64> {
        let counts = self.known_counts();
        let total: u64 = counts.iter().sum();
        if total == 0 {
            return None;
        }
        let m = self.catalog.item_count();
        let never = m - counts.len();
        let ranked: f64 = (never + 1..).zip(&counts).map(|(rank, count)| rank as f64 * *count as f64).sum();
        let m = m as f64;
        Some(2.0 * ranked / (m * total as f64) - (m + 1.0) / m)
    }

    /// How little two lists share; `None` below two lists.
    pub fn personalisation(&self) -> Option<f64> {
        if self.lists < 2 {
            return None;
        }
        let shared: f64 = self.items.values().map(|item| item.lists as f64 * (item.lists - 1) as f64).sum();
        let n = self.lists as f64;
        Some(1.0 - shared / (n * (n - 1.0) * self.k as f64))
    }

    /// Mean over lists of the mean distance of their items; `None` without a list of two known items.
    pub fn intra_list_diversity(&self) -> Option<f64> {
        (self.pairs_lists > 0).then(|| self.pairs_sum / self.pairs_lists as f64)
    }

    fn some_list(&self) -> Option<()> {
        (self.lists > 0).then_some(())
    }
}

/// Mean over unordered pairs of 1 - Jaccard of their category sets; `None` below two items.
fn mean_pair_distance(items: &[&[u32]]) -> Option<f64> {
    let mut sum = 0.0;
    let mut pairs = 0_u32;
    for (place, first) in items.iter().enumerate() {
        for second in &items[place + 1..] {
            sum += 1.0 - jaccard(first, second);
            pairs += 1;
        }
    }
    (pairs > 0).then(|| sum / f64::from(pairs))
}

/// Jaccard similarity of two ascending sets; 1 for two empty ones.
fn jaccard<T: Ord>(first: &[T], second: &[T]) -> f64 {
    let shared = first.iter().filter(|element| second.binary_search(element).is_ok()).count();
    let union = first.len() + second.len() - shared;
    if union == 0 { 1.0 } else { shared as f64 / union as f64 }
}

/// How much the lists changed since an earlier run: the "same three stories" detector. Mean over the sessions that
/// both runs answered; `None` where there is no such session. Order within a list does not matter.
pub fn list_turnover(now: &[RecommendationList], before: &[RecommendationList], k: usize) -> Option<f64> {
    let set = |list: &'_ RecommendationList| -> Vec<String> {
        let distinct: BTreeSet<&String> = list.recommendations.iter().take(k).collect();
        distinct.into_iter().cloned().collect()
    };
    let earlier: BTreeMap<&str, &RecommendationList> =
        before.iter().map(|list| (list.session_id.as_str(), list)).collect();
    let changes: Vec<f64> = now
        .iter()
        .filter_map(|list| Some(1.0 - jaccard(&set(list), &set(earlier.get(list.session_id.as_str())?))))
        .collect();
    (!changes.is_empty()).then(|| changes.iter().sum::<f64>() / changes.len() as f64)
}

/// -sum p log2 p over shares of a total; `None` for a total of zero. Counts come sorted, so that the sum does not
/// depend on the order of rows.
fn entropy_bits(counts: Vec<u64>) -> Option<f64> {
    let total: u64 = counts.iter().sum();
    let shares = counts.into_iter().filter(|count| *count > 0).map(|count| count as f64 / total as f64);
    (total > 0).then(|| shares.fold(0.0, |bits, share| bits - share * share.log2()))
}

fn ratio(part: u64, whole: u64) -> Option<f64> {
    (whole > 0).then(|| part as f64 / whole as f64)
}

#[cfg(test)]
mod tests;
