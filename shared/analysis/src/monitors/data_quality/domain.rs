//! Whether the values of one column lie in its domain, exactly where they were counted one by one.
//!
//! A column whose values were too many to count, or look like numbers all of a sudden, has no counts by value. The share
//! inside is then bounded from above, and a violation is reported where even the bound is below the threshold:
//!
//! ```text
//! P = cells with a value                                         D = number of domains
//! by class    : inside <= cells of those classes that occur among the domains
//! by distinct : inside <= P - (L - 2 D)                          L = least number of distinct values counted
//! ```
//!
//! The first holds because a cell that is in the domain has the same text as an entry, and thereby its class. The second
//! holds because the counter takes a number and a text of the same spelling for two values: at most 2 D of at least L
//! are in the domain, and every other one takes a cell at least. [`least_distinct`] is a bound and no estimate. Nothing
//! follows from it for domains with U+FFFD, which stands for any bytes that are no UTF-8.

use std::collections::BTreeSet;

use bellwether_contract::statistics::{CategoricalBucket, FeatureStatistics};

use super::checks::NO_VALUE;
use super::{Column, Held, Outcome, text};
use crate::cell::Class;
use crate::hll::least_distinct;
use crate::observed::TypeCounts;

/// Cells in the domain / cells with a value, against the threshold.
pub(super) fn values(column: &Column<'_>) -> Outcome {
    let constraints = column.constraint.string_constraints.as_ref();
    let Some(domains) = constraints.and_then(|texts| texts.domains.as_ref()) else { return Ok(None) };
    if domains.is_empty() {
        return Err("its list of domains is empty".to_owned());
    }
    let domains: BTreeSet<_> = domains.iter().map(String::as_str).collect();
    let threshold = column.settings.domain_content_threshold();
    match buckets(column.statistics) {
        Some(buckets) => {
            let (inside, all) = inside(buckets, &domains);
            if all == 0 {
                return Err(NO_VALUE.to_owned());
            }
            let share = inside as f64 / all as f64;
            Ok(Some(Held::at_least(share, threshold, all, text::categorical_values)))
        }
        None => bounded(column, &domains, threshold),
    }
}

pub(super) fn buckets(statistics: &FeatureStatistics) -> Option<&[CategoricalBucket]> {
    let distribution = statistics.string_statistics.as_ref()?.distribution.as_ref()?;
    Some(&distribution.categorical.as_ref()?.buckets)
}

/// Cells in the domain, and all of them.
fn inside(buckets: &[CategoricalBucket], domains: &BTreeSet<&str>) -> (u64, u64) {
    let is_inside = |bucket: &&CategoricalBucket| domains.contains(bucket.value.as_str());
    let count = |bucket: &CategoricalBucket| bucket.count;
    (buckets.iter().filter(is_inside).map(count).sum(), buckets.iter().map(count).sum())
}

/// The verdict from what is known without counts by value.
fn bounded(column: &Column<'_>, domains: &BTreeSet<&str>, threshold: f64) -> Outcome {
    let types = column.types.ok_or("its values were not counted one by one, nor the types of its cells")?;
    let present = types.present();
    if present == 0 {
        return Err(NO_VALUE.to_owned());
    }
    let outside = least_outside(column.statistics, domains);
    let most = inside_by_class(types, domains).min(present.saturating_sub(outside)) as f64 / present as f64;
    if most >= threshold {
        return Err("its values were not counted one by one, and what is known does not decide".to_owned());
    }
    let words = if most == 0.0 { text::categorical_values } else { text::categorical_values_at_most };
    Ok(Some(Held::at_least(most, threshold, present, words)))
}

/// Cells of those classes that occur among the domains.
fn inside_by_class(types: &TypeCounts, domains: &BTreeSet<&str>) -> u64 {
    let counts = [
        (Class::Fractional, types.fractional),
        (Class::Integral, types.integral),
        (Class::Boolean, types.boolean),
        (Class::String, types.string),
    ];
    let occurs = |class| domains.iter().any(|domain| Class::of(domain.as_bytes()) == class);
    counts.into_iter().filter(|&(class, _)| occurs(class)).map(|(_, count)| count).sum()
}

/// How many cells are certainly outside the domain, by the number of distinct values.
fn least_outside(statistics: &FeatureStatistics, domains: &BTreeSet<&str>) -> u64 {
    if domains.iter().any(|domain| domain.contains(char::REPLACEMENT_CHARACTER)) {
        return 0;
    }
    let least = distinct_estimate(statistics).map_or(0, least_distinct);
    least.saturating_sub(2 * domains.len() as u64)
}

fn distinct_estimate(statistics: &FeatureStatistics) -> Option<f64> {
    let numbers = statistics.numerical_statistics.as_ref();
    let whole = numbers.and_then(|numbers| numbers.approximate_num_distinct_values);
    let text = statistics.string_statistics.as_ref().and_then(|text| text.distinct_count);
    whole.map(|count| count as f64).or(text)
}
