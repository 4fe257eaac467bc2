//! A column of numbers: both histograms on common edges and one scale, and where it has drifted the two cumulative curves with the gap.

use super::column::Column;
use crate::draw::{self, cumulative, histogram};
use crate::words::{name, number};
use bellwether_analysis::drift::{Cumulative, Gap};
use bellwether_contract::statistics::{FeatureStatistics, InferredType};
use maud::{Markup, html};

/// Bins of a histogram; whole numbers of so small a range have one each.
const BINS: usize = 24;
/// Shares at which the ends are cut, where an outlier would flatten the rest.
const ENDS: [f64; 2] = [0.005, 0.995];
/// By so much the whole range may be wider than that between these shares.
const FLAT: f64 = 3.0;
/// Points of a cumulative curve.
const POINTS: usize = 64;
/// Which quantiles the table has.
const QUANTILES: [(&str, f64); 7] = [
    ("least", 0.0),
    ("5 %", 0.05),
    ("25 %", 0.25),
    ("median", 0.5),
    ("75 %", 0.75),
    ("95 %", 0.95),
    ("greatest", 1.0),
];

pub(super) fn figure(column: &Column<'_>) -> Markup {
    let Some(now) = distribution(column.now) else {
        return html! { p.mut { "Its statistics have no sketch to draw." } };
    };
    let before = column.before.and_then(distribution);
    let of_another_type = column.before.is_some_and(|before| !before.inferred_type.is_numeric());
    html! {
        @if of_another_type { p.mut { "In the baseline it is no number: there is no common scale." } }
        (drawn(column, &now, before.as_ref()))
        @if let Some(before) = before.as_ref().filter(|_| column.has_drifted()) { (curves(column, &now, before)) }
        (table(column, &now, before.as_ref()))
    }
}

/// `The median went from 180.9 to 206.3, the 95 % quantile from 271.1 to 378.9`
pub(super) fn moved(column: &Column<'_>) -> Option<String> {
    let (now, before) = (distribution(column.now)?, column.before.and_then(distribution)?);
    let step =
        |share: f64| format!("from {} to {}", number(before.quantile(share)), number(now.quantile(share)));
    Some(format!("The median went {}, the 95 % quantile {}", step(0.5), step(0.95)))
}

/// From its sketch.
fn distribution(feature: &FeatureStatistics) -> Option<Cumulative> {
    let distribution = feature.numerical_statistics.as_ref()?.distribution.as_ref()?;
    Cumulative::of(distribution.kll.as_ref()?.sketch.as_ref()?)
}

/// Common bins of two distributions.
struct Bins {
    edges: Vec<f64>,
    low: String,
    high: String,
}

impl Bins {
    fn of(sides: &[&Cumulative], whole: bool) -> Option<Self> {
        let least = |share: f64| sides.iter().map(|side| side.quantile(share)).fold(f64::INFINITY, f64::min);
        let most =
            |share: f64| sides.iter().map(|side| side.quantile(share)).fold(f64::NEG_INFINITY, f64::max);
        let (all, inner) = ((least(0.0), most(1.0)), (least(ENDS[0]), most(ENDS[1])));
        let is_flat = inner.1 > inner.0 && all.1 - all.0 > FLAT * (inner.1 - inner.0);
        let (from, to) = if is_flat { inner } else { all };
        let width = to - from;
        if !width.is_finite() || width <= 0.0 {
            return None;
        }
        let marked =
            |mark: &str, cut: bool, value: f64| format!("{}{}", if cut { mark } else { "" }, number(value));
        let (low, high) = (marked("≤ ", from > all.0, from), marked("≥ ", to < all.1, to));
        let edges = if whole && width <= BINS as f64 {
            (0..=width as usize + 1).map(|bin| from - 0.5 + bin as f64).collect()
        } else {
            (0..=BINS).map(|bin| from + width * bin as f64 / BINS as f64).collect()
        };
        Some(Self { edges, low, high })
    }

    /// Share of the values in each; what lies beyond the ends is in the first and the last.
    fn shares(&self, side: &Cumulative) -> Vec<f64> {
        let last = self.edges.len().saturating_sub(1);
        let up_to = |place: usize| match place {
            0 => 0.0,
            place if place == last => 1.0,
            place => side.below(self.edges[place]),
        };
        (0..last).map(|bin| up_to(bin + 1) - up_to(bin)).collect()
    }
}

fn drawn(column: &Column<'_>, now: &Cumulative, before: Option<&Cumulative>) -> Markup {
    let sides: Vec<&Cumulative> = before.into_iter().chain([now]).collect();
    let is_whole = |feature: &FeatureStatistics| feature.inferred_type == InferredType::Integral;
    let whole = is_whole(column.now) && column.before.is_none_or(is_whole);
    let Some(bins) = Bins::of(&sides, whole) else {
        return html! { p { "Every value is " (number(now.quantile(0.5))) @if before.is_some() { ", as in the baseline" } "." } };
    };
    let title = format!("{}: distribution{}", name(column.name()), beside(before));
    let baseline = before.map(|before| bins.shares(before));
    histogram(draw::Histogram {
        baseline: baseline.as_deref(),
        now: &bins.shares(now),
        low: &bins.low,
        high: &bins.high,
        title: &title,
    })
}

fn beside(before: Option<&Cumulative>) -> &'static str {
    if before.is_some() { ", and the baseline's dashed" } else { "" }
}

fn curves(column: &Column<'_>, now: &Cumulative, before: &Cumulative) -> Markup {
    let Gap { at: gap_at, size } = now.gap(before);
    let Some(bins) = Bins::of(&[before, now], false) else { return html! {} };
    let (Some(low), Some(high)) = (bins.edges.first(), bins.edges.last()) else { return html! {} };
    let gap_at_drawn = gap_at.clamp(*low, *high);
    let mut at: Vec<f64> =
        (0..=POINTS).map(|point| low + (high - low) * point as f64 / POINTS as f64).collect();
    at.push(gap_at_drawn);
    at.sort_by(f64::total_cmp);
    let widest = at.partition_point(|point| *point < gap_at_drawn);
    let line = |side: &Cumulative| at.iter().map(|point| side.up_to(*point)).collect::<Vec<_>>();
    let (baseline, now) = (line(before), line(now));
    let title = format!(
        "{}: cumulative distributions, furthest apart at {}, by {}",
        name(column.name()),
        number(gap_at),
        number(size)
    );
    html! {
        figure {
            (cumulative(draw::CumulativePair { at: &at, baseline: &baseline, now: &now, widest, title: &title }))
            figcaption { "Cumulative: the widest gap is the distance, " (number(size)) " at " (number(gap_at)) "." }
        }
    }
}

fn table(column: &Column<'_>, now: &Cumulative, before: Option<&Cumulative>) -> Markup {
    let row = |of: &str, side: &Cumulative| {
        html! { tr { th scope="row" { (of) } @for (_, share) in QUANTILES { td { (number(side.quantile(share))) } } } }
    };
    let head = html! { thead { tr { th scope="col" { "of" } @for (heading, _) in QUANTILES { th scope="col" { (heading) } } } } };
    let label = format!("Quantiles of {}", name(column.name()));
    let body = html! { table.num { (head) tbody { @if let Some(before) = before { (row("baseline", before)) } (row(if before.is_some() { "window" } else { "values" }, now)) } } };
    html! {
        details.(if column.is_violated() { "bad" } else { "kept" }) { summary { "Quantiles" } (crate::document::wide(&label, &body)) }
    }
}
