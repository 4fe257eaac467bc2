//! A column of texts: paired bars of its values, the largest changes first, and what the baseline does not know.

use super::column::Column;
use crate::draw::{Bar, bars};
use crate::words::{bdi, counted, name, per_cent};
use bellwether_contract::statistics::FeatureStatistics;
use maud::{Markup, html};
use std::collections::{BTreeMap, BTreeSet};

/// Values that are drawn of a violated column, and of another one.
const MOST: [usize; 2] = [10, 4];

/// Shares of the values among the cells that have one.
fn shares(feature: &FeatureStatistics) -> Option<BTreeMap<&str, f64>> {
    let categorical = feature.string_statistics.as_ref()?.distribution.as_ref()?.categorical.as_ref()?;
    let all: u64 = categorical.buckets.iter().map(|bucket| bucket.count).sum();
    let share = |count: u64| if all == 0 { 0.0 } else { count as f64 / all as f64 };
    Some(categorical.buckets.iter().map(|bucket| (bucket.value.as_str(), share(bucket.count))).collect())
}

/// Values that a sentence names.
const MOST_NAMED: usize = 3;

/// `“yes” went from 10.2 % to 37.9 % of the values`: the largest change of a share.
pub(super) fn moved(column: &Column<'_>) -> Option<String> {
    let (now, before) = (shares(column.now)?, column.before.and_then(shares)?);
    let share = |side: &BTreeMap<&str, f64>, value: &str| side.get(value).copied().unwrap_or_default();
    let change = |value: &str| (share(&now, value) - share(&before, value)).abs();
    let values = now.keys().chain(before.keys()).copied();
    let most = values.max_by(|one, other| change(one).total_cmp(&change(other)))?;
    let [was, is] = [&before, &now].map(|side| per_cent(share(side, most)));
    Some(format!("{} went from {was} to {is} of the values", quoted(most)))
}

/// `6.0 % of the values are unknown to the baseline: “PR” 6.0 %`
pub(super) fn unknown(column: &Column<'_>, known_share: f64) -> Option<String> {
    let (now, before) = (shares(column.now)?, column.before.and_then(shares)?);
    let mut unknown: Vec<_> = now.iter().filter(|(value, _)| !before.contains_key(*value)).collect();
    unknown.sort_by(|(_, one), (_, other)| other.total_cmp(one));
    let named = unknown
        .iter()
        .take(MOST_NAMED)
        .map(|(value, share)| format!("{} {}", quoted(value), per_cent(**share)));
    let named = named.collect::<Vec<_>>().join(", ");
    (!named.is_empty()).then(|| {
        format!("{} of the values are unknown to the baseline: {named}", per_cent(1.0 - known_share))
    })
}

fn quoted(value: &str) -> String {
    format!("“{}”", name(value))
}

pub(super) fn figure(column: &Column<'_>) -> Markup {
    let Some(now) = shares(column.now) else {
        return html! { p.mut { "Its values are too many to be counted one by one." } };
    };
    let before = column.before.and_then(shares);
    let none = BTreeMap::new();
    let known = before.as_ref().unwrap_or(&none);
    let share = |side: &BTreeMap<&str, f64>, value: &str| side.get(value).copied().unwrap_or_default();
    let values: BTreeSet<&str> = now.keys().chain(known.keys()).copied().collect();
    let mut values: Vec<&str> = values.into_iter().collect();
    let change = |value: &str| (share(&now, value) - share(known, value)).abs();
    values.sort_by(|one, other| change(other).total_cmp(&change(one)));
    let most = MOST[usize::from(!column.is_violated())];
    let bar = |value: &&str| Bar {
        name: html! { (bdi(if value.is_empty() { "(empty)" } else { value })) @if before.is_some() && !known.contains_key(*value) { " " b.warn { "new" } } },
        baseline: before.as_ref().map(|_| share(known, value)),
        now: share(&now, value),
        words: words(before.as_ref().map(|_| share(known, value)), share(&now, value)),
        stands_out: false,
    };
    let rows: Vec<Bar> = values.iter().take(most).map(bar).collect();
    let others = values.len().saturating_sub(rows.len());
    html! {
        @if column.before.is_some() && before.is_none() { p.mut { "The baseline has no counts by value." } }
        (bars(&rows, &html! { "Share of the values, the largest changes first" }))
        @if others > 0 { p.mut { (counted(others as u64, "value")) " more in statistics.json" } }
    }
}

fn words(before: Option<f64>, now: f64) -> Markup {
    html! { @if let Some(before) = before { (per_cent(before)) " → " } (per_cent(now)) }
}
