//! What readers see: how many categories a list has, what was shown most, the most uniform lists as they were, and every metric.

use super::Checks;
use super::judged::Checked;
use crate::Part;
use crate::document::wide;
use crate::draw::{Bar, Histogram, bars, histogram, key};
use crate::words::{bdi, count, counted, number, per_cent};
use bellwether_analysis::diversity::{ListProfile, ListsTogether};
use bellwether_analysis::drift::Cumulative;
use bellwether_analysis::monitors::diversity::{CAPTURED_FEATURE, Measured, Replayed, feature_name};
use bellwether_contract::baseline::DiversityBaseline;
use bellwether_contract::catalog::Catalog;
use bellwether_contract::lists::RecommendationList;
use bellwether_contract::statistics::Statistics;
use maud::{Markup, html};
use std::collections::{BTreeMap, BTreeSet};

/// Items and categories that were shown most.
const MOST_SHOWN: usize = 10;
/// Lists that are shown as they were.
const MOST_LISTS: usize = 3;
/// Ends the name of what is held against the absolute floor.
const FLOOR: &str = "_floor";
/// How the names of metrics of lists end, and what that means.
const ENDS: [(&str, &str); 3] = [
    ("_category_diversity_mean", "Categories, on average,"),
    ("_category_diversity_min", "Categories, in the most uniform list,"),
    ("_category_diversity_p5", "Categories that 95 % of the lists have at least,"),
];
/// The longest list that is looked for by name.
const MOST_ITEMS: usize = 1_000;
/// Bins of a histogram at most.
const MOST_BINS: usize = 40;

/// What is drawn.
#[derive(Debug, Clone, Copy)]
pub struct DrawnLists<'l> {
    /// How many items of each list count.
    pub k: usize,
    /// Everything that was measured.
    pub measured: &'l Measured<'l>,
    /// The metrics.
    pub statistics: &'l Statistics,
    /// The baseline that was judged by, where there is one.
    pub baseline: Option<&'l DiversityBaseline>,
    /// How its lists were distributed.
    pub baseline_statistics: Option<&'l Statistics>,
    /// How each check ended.
    pub checks: &'l Checks<'l>,
    /// The lists of the replay.
    pub lists: &'l [RecommendationList],
    /// Which categories an item belongs to.
    pub catalog: &'l Catalog,
    /// Whether ids and categories may be shown.
    pub shows_values: bool,
}

/// What a run's files hold of its lists: neither the lists' categories nor who was asked.
#[derive(Debug, Clone, Copy)]
pub struct DrawnMetrics<'l> {
    /// The metrics, and how lists were distributed.
    pub statistics: &'l Statistics,
    /// The baseline that was judged by, where there is one.
    pub baseline: Option<&'l DiversityBaseline>,
    /// How each check ended.
    pub checks: &'l Checks<'l>,
}

/// Draws what is left of a run in its files: the same headline and the same metrics.
#[must_use]
pub fn redrawn(metrics: DrawnMetrics<'_>) -> Part {
    let mut part = match length(metrics.statistics) {
        Some(k) => Part::said(headline(metrics.checks, k), sentences(metrics, k)),
        None => Part::default(),
    };
    part.push("Every metric", table(metrics));
    part.push(
        "What readers saw",
        html! { p { "The lists lie in recommendations.jsonl.gz, where a replay was made. Which categories their items had when they were measured is in no file." } },
    );
    part
}

/// How many items of each list counted, from the name of what was measured.
fn length(statistics: &Statistics) -> Option<usize> {
    let of = |name: &str| (1..=MOST_ITEMS).find(|k| feature_name(*k) == name);
    statistics.features.iter().find_map(|feature| of(&feature.name))
}

/// Draws it.
#[must_use]
pub fn part(lists: DrawnLists<'_>) -> Part {
    let DrawnLists { statistics, baseline, checks, k, .. } = lists;
    let metrics = DrawnMetrics { statistics, baseline, checks };
    let mut part = Part::said(headline(checks, k), sentences(metrics, k));
    part.push("Lists by their number of categories", html! { (key()) div.cols { (histograms(lists)) } });
    if let Ok(replayed) = &lists.measured.replay {
        part.push("What readers saw most", most_shown(&replayed.together, lists.shows_values));
        part.push("The most uniform lists, as they were", uniform(lists));
    }
    part.push("Every metric", table(metrics));
    part
}

/// `Readers see 1.25 categories in a top 10; at least 4 are wanted`: of the floor, or else of the band.
fn headline(checks: &Checks<'_>, k: usize) -> Option<String> {
    let means = [
        format!("{}_mean_floor", feature_name(k)),
        format!("{CAPTURED_FEATURE}_mean_floor"),
        format!("{}_mean", feature_name(k)),
    ];
    let violated: Vec<Checked<'_>> = checks.violated().collect();
    let of = |name: &String| {
        violated
            .iter()
            .find(|check| check.judged.metric_name.as_ref() == Some(name))
            .map(|check| check.judged.told())
    };
    let (value, limit) = means.iter().find_map(of)?;
    Some(format!("Readers see {value} categories in a top {k}; at least {limit} are wanted"))
}

/// What is violated, by what it counts and what it was.
fn sentences(metrics: DrawnMetrics<'_>, k: usize) -> BTreeMap<String, String> {
    let of = |check: Checked<'_>| {
        let name = check.judged.metric_name.as_deref()?;
        let measured = name.strip_suffix(FLOOR).unwrap_or(name);
        let (_, end) = ENDS.iter().find(|(end, _)| measured.ends_with(end))?;
        let before = metrics.baseline.and_then(|baseline| baseline.recommendation_metrics.get(measured));
        let before = before.map(|metric| format!("; in the baseline {}", number(metric.value)));
        let floor = if measured == name { "" } else { ", against the floor that holds for every model" };
        let said = format!("{end} in a top {k}{floor}{}", before.unwrap_or_default());
        Some((check.judged.check_name(), said))
    };
    metrics.checks.violated().filter_map(of).collect()
}

fn histograms(lists: DrawnLists<'_>) -> Markup {
    let Measured { replay, captured, .. } = lists.measured;
    html! {
        @match replay {
            Ok(Replayed { lists: profile, .. }) => (of_lists("Replayed sessions", profile, lists.k, before(lists).as_ref())),
            Err(reason) => div.col { h4 { "Replayed sessions" } p { "None: " (crate::words::sentence(reason)) } },
        }
        @if let Some((profile, _)) = captured {
            @if profile.count() == 0 { div.col { h4 { "Captured traffic" } p { "None: no list was captured in the window." } } }
            @else { (of_lists(if replay.is_ok() { "Captured traffic: measured, not judged" } else { "Captured traffic" }, profile, lists.k, None)) }
        }
    }
}

/// How the lists of the baseline were distributed, where that is known.
fn before(lists: DrawnLists<'_>) -> Option<Cumulative> {
    let feature = lists.baseline_statistics?.feature(&feature_name(lists.k))?;
    let distribution = feature.numerical_statistics.as_ref()?.distribution.as_ref()?;
    Cumulative::of(distribution.kll.as_ref()?.sketch.as_ref()?)
}

fn of_lists(heading: &str, profile: &ListProfile, k: usize, before: Option<&Cumulative>) -> Markup {
    let all = profile.count();
    let most = profile.histogram().keys().next_back().map_or(k, |most| usize::try_from(*most).unwrap_or(k));
    let bins = most.max(k).min(MOST_BINS) + 1;
    let mut shares = vec![0.0; bins];
    for (categories, lists) in profile.histogram() {
        let bin = usize::try_from(*categories).unwrap_or(bins).min(bins - 1);
        shares[bin] += *lists as f64 / all as f64;
    }
    let share_before = |before: &Cumulative, bin: usize| {
        let up_to = if bin + 1 == bins { 1.0 } else { before.up_to(bin as f64) };
        up_to - before.below(bin as f64)
    };
    let baseline = before.map(|before| (0..bins).map(|bin| share_before(before, bin)).collect::<Vec<_>>());
    let last = if most > bins - 1 { format!("{} or more", bins - 1) } else { (bins - 1).to_string() };
    let title = format!("{heading}: share of lists by their number of categories, 0 to {last}");
    html! {
        div.col {
            h4 { (heading) }
            (histogram(Histogram { baseline: baseline.as_deref(), now: &shares, low: "0 categories", high: &last, title: &title }))
            p.mut { "Share of " (counted(all, "list")) @if baseline.is_some() { "; dashed: the baseline's" } }
            details {
                summary { "Numbers" }
                table.num {
                    thead { tr { th scope="col" { "categories" } th scope="col" { "lists" } th scope="col" { "share" } } }
                    tbody { @for (categories, lists) in profile.histogram().iter().take(MOST_BINS + 1) {
                        tr { th scope="row" { (categories) } td { (count(*lists)) } td { (per_cent(*lists as f64 / all as f64)) } }
                    } }
                }
            }
        }
    }
}

fn most_shown(together: &ListsTogether<'_>, shows_values: bool) -> Markup {
    if !shows_values {
        return html! { p.mut { "Ids and categories are left out of this page by its settings." } };
    }
    let all = together.shown();
    if all == 0 {
        return html! { p { "No session was answered with any item." } };
    }
    let rows = |counts: Vec<(&str, u64)>, all: u64| -> Vec<Bar> {
        let bar = |(name, shown): &(&str, u64)| {
            let share = *shown as f64 / all as f64;
            Bar {
                name: bdi(name),
                baseline: None,
                now: share,
                words: html! { (per_cent(share)) },
                stands_out: false,
            }
        };
        counts.iter().map(bar).collect()
    };
    html! {
        div.cols {
            div.col { (bars(&rows(together.most_shown(MOST_SHOWN), all), &html! { "Items, by their share of all " (count(all)) " slots" })) }
            div.col { (bars(&rows(together.most_shown_categories(MOST_SHOWN), all), &html! { "Categories, by the share of slots with an item of theirs" })) }
        }
    }
}

/// Distinct categories of a list's first k items.
fn categories_of<'c>(list: &RecommendationList, catalog: &'c Catalog, k: usize) -> BTreeSet<&'c str> {
    let items = list.recommendations.iter().take(k).filter_map(|item| catalog.categories_of(item));
    items.flatten().filter_map(|number| catalog.category_name(*number)).collect()
}

fn uniform(lists: DrawnLists<'_>) -> Markup {
    let DrawnLists { catalog, k, .. } = lists;
    if !lists.shows_values {
        return html! { p.mut { "Ids and categories are left out of this page by its settings." } };
    }
    let mut ordered: Vec<(&RecommendationList, BTreeSet<&str>)> =
        lists.lists.iter().map(|list| (list, categories_of(list, catalog, k))).collect();
    ordered.sort_by_key(|(_, categories)| categories.len());
    html! {
        @if ordered.is_empty() { p { "There is no list." } }
        ul {
            @for (list, categories) in ordered.iter().take(MOST_LISTS) {
                li {
                    b { (categories.len()) (if categories.len() == 1 { " category" } else { " categories" }) }
                    @if !categories.is_empty() { " (" (listed(categories.iter().copied())) ")" }
                    ": " (listed(list.recommendations.iter().take(k).map(String::as_str)))
                }
            }
        }
    }
}

/// Names after each other, as many as a line has room for.
fn listed<'n>(names: impl Iterator<Item = &'n str>) -> Markup {
    let names: Vec<&str> = names.collect();
    html! {
        @for (place, name) in names.iter().take(12).enumerate() { @if place > 0 { ", " } (bdi(name)) }
        @if names.len() > 12 { " and " (names.len() - 12) " more" }
    }
}

fn table(metrics: DrawnMetrics<'_>) -> Markup {
    let measured = metrics.statistics.recommendation_metrics.as_ref();
    if measured.is_none_or(|metrics| metrics.iter().next().is_none()) {
        return html! { p { "There is none: no list was measured." } };
    }
    let limits = metrics.checks.by_metric();
    let floor = |name: &str| format!("{name}{FLOOR}");
    let of = |name: &str| {
        let own = limits.get(name).into_iter().chain(limits.get(floor(name).as_str())).flatten();
        own.copied().collect::<Vec<Checked<'_>>>()
    };
    let before = |name: &str| metrics.baseline.and_then(|baseline| baseline.recommendation_metrics.get(name));
    let table = html! {
        table.num {
            caption { "■ is beyond its limit" }
            thead { tr { @for heading in ["metric", "baseline", "now", "limit"] { th scope="col" { (heading) } } } }
            tbody {
                @for (name, metric) in measured.into_iter().flat_map(|metrics| metrics.iter()) {
                    @let checks = of(name);
                    tr {
                        th scope="row" { (bdi(name)) }
                        td { (before(name).map_or_else(|| "–".to_owned(), |metric| number(metric.value))) }
                        @if checks.iter().any(|check| check.violated) { td.bad { "■ " (number(metric.value)) } } @else { td { (number(metric.value)) } }
                        td { (limits_of(&checks)) }
                    }
                }
            }
        }
    };
    wide("Every metric", &table)
}

fn limits_of(checks: &[Checked<'_>]) -> Markup {
    html! {
        @for (place, check) in checks.iter().enumerate() {
            @if place > 0 { "; " }
            (crate::run::side(check.judged)) " " (check.judged.told().1)
        }
        @if checks.is_empty() { "–" }
    }
}
