//! Pearson's chi-squared test of a column of text against its baseline.
//!
//! 60 and 40 of 100 cells where the baseline has halves: 10^2 / 50 twice is 4, with one degree of freedom. There p is
//! erfc(sqrt(X2 / 2)) = erfc(sqrt(2)) = 0.04550026389635842, by Python's `math.erfc`.
//!
//! ```
//! use bellwether_analysis::drift::{Categories, chi_squared};
//! use bellwether_contract::statistics::{CategoricalBucket, Unknown};
//!
//! let counts = |a, b| [("a", a), ("b", b)].map(|(value, count)| CategoricalBucket {
//!     value: value.to_owned(), count, unknown: Unknown::new(),
//! });
//! let (current, baseline) = (counts(60, 40), counts(50, 50));
//! let test = chi_squared(&Categories::new(&current, 0), &Categories::new(&baseline, 0))?;
//! assert_eq!((test.statistic, test.degrees_of_freedom), (4.0, 1));
//! assert!((test.p_value - 0.045_500_263_896).abs() < 1e-9);
//! # Ok::<(), bellwether_analysis::drift::Untestable>(())
//! ```

use std::collections::VecDeque;

use statrs::function::gamma::checked_gamma_ur;

use super::Categories;

/// With more than two categories, expected counts below this are small.
const SMALL: f64 = 5.0;
/// One in so many expected counts may be small: 20 % (Yates, Moore and McCabe, The Practice of Statistics, 1999).
const ONE_IN: usize = 5;
/// With two categories no expected count may be below this (Cochran, The chi-squared test of goodness of fit, 1952).
const SMALL_OF_TWO: f64 = 10.0;

/// A test that could be made.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct ChiSquared {
    /// Sum of (observed - expected)^2 / expected.
    pub statistic: f64,
    /// Categories after merging, less one; at least 1.
    pub degrees_of_freedom: u32,
    /// Chance of a statistic at least as great if nothing has moved.
    pub p_value: f64,
}

/// Why a test could not be made.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Untestable {
    /// No cell of this run has a value of the baseline.
    #[error("no cell of this run has a value that the baseline knows")]
    NothingKnown,
    /// Expected counts are too small.
    #[error("fewer than two categories are left once those with small expected counts are merged")]
    TooFewCategories,
}

/// Goodness of fit of this run's counts to the baseline's shares.
///
/// ```text
/// N        = cells of this run whose value the baseline knows
/// e_v      = N * baseline count of v / all baseline cells             o_v = count of v in this run
/// merge    : while more than 20 % of the e are below 5 (of two categories: any below 10),
///            the smallest category joins the next smallest
/// X2       = sum of (o_v - e_v)^2 / e_v                                df = categories - 1
/// p        = Q(df / 2, X2 / 2), the upper regularised incomplete gamma function
/// ```
///
/// Source: later Deequ, `categoricalChiSquareTest`, which returns p (2.0.2, the engine of the container, has no such
/// test). Range of p: 0 to 1; 1 where both sides have equal shares, towards 0 as they part. Missing cells are a category
/// where the baseline has them. Of equally small categories single ones come first, in the order of the values.
///
/// Blind spots: values that the baseline does not know take no part, and with many rows a p-value is small at
/// differences that matter to nobody.
///
/// # Errors
/// Nothing known, or fewer than two categories left.
pub fn chi_squared(current: &Categories<'_>, baseline: &Categories<'_>) -> Result<ChiSquared, Untestable> {
    let known: f64 = baseline.0.keys().map(|&value| current.count(value)).sum();
    if known == 0.0 {
        return Err(Untestable::NothingKnown);
    }
    let all = baseline.total();
    let category = |(&value, &count): (&Option<&str>, &u64)| Category {
        expected: count as f64 / all * known,
        observed: current.count(value),
    };
    let mut categories: Vec<_> = baseline.0.iter().map(category).collect();
    categories.sort_by(|left, right| left.expected.total_cmp(&right.expected));
    let categories = merge_small(categories.into());
    let degrees = categories.len().saturating_sub(1);
    if degrees == 0 {
        return Err(Untestable::TooFewCategories);
    }
    let statistic = categories.iter().map(Category::term).sum();
    let degrees_of_freedom = u32::try_from(degrees).unwrap_or(u32::MAX);
    Ok(ChiSquared { statistic, degrees_of_freedom, p_value: p_value(statistic, degrees_of_freedom) })
}

#[derive(Debug, Clone, Copy)]
struct Category {
    expected: f64,
    observed: f64,
}

impl Category {
    fn term(&self) -> f64 {
        (self.observed - self.expected).powi(2) / self.expected
    }
}

/// Takes categories in ascending order of their expected counts.
fn merge_small(mut single: VecDeque<Category>) -> VecDeque<Category> {
    // The sums of the two smallest never fall, as in Huffman's code, so that these are in order, too.
    let mut merged = VecDeque::new();
    while single.len() + merged.len() >= 2 {
        let (small, allowed) = match single.len() + merged.len() {
            2 => (SMALL_OF_TWO, 0),
            many => (SMALL, many / ONE_IN),
        };
        let below = |queue: &VecDeque<Category>| queue.partition_point(|category| category.expected < small);
        if below(&single) + below(&merged) <= allowed {
            break;
        }
        let Some(least) = smallest(&mut single, &mut merged) else { break };
        let Some(next) = smallest(&mut single, &mut merged) else { break };
        merged.push_back(Category {
            expected: least.expected + next.expected,
            observed: least.observed + next.observed,
        });
    }
    single.extend(merged);
    single
}

fn smallest(single: &mut VecDeque<Category>, merged: &mut VecDeque<Category>) -> Option<Category> {
    match (single.front(), merged.front()) {
        (Some(one), Some(other)) if other.expected < one.expected => merged.pop_front(),
        (None, _) => merged.pop_front(),
        (Some(_), _) => single.pop_front(),
    }
}

/// Chance of a chi-squared variable to be at least that great.
pub(super) fn p_value(statistic: f64, degrees_of_freedom: u32) -> f64 {
    if statistic <= 0.0 {
        return 1.0;
    }
    // An infinite statistic is refused there; its chance is 0.
    checked_gamma_ur(f64::from(degrees_of_freedom) / 2.0, statistic / 2.0).unwrap_or(0.0)
}
