//! Small charts as inline SVG: across in per cent, down in pixels, so that text keeps its size on a phone and on a wall.
//!
//! Lines lie in a nested `svg` that is stretched, text and marks outside of it. Classes only: no colour, id, link or style comes from
//! data. The baseline is dashed, the window filled, the limit dashed, what is violated a square: nothing is told by colour alone. Every
//! chart has a sentence for its name, and the same numbers stand in a table beside it.

mod time;

pub use time::{SmallLine, Strip, TimeLine, small_line, strip, time_line};

use crate::words::number;
use maud::{Markup, html};
use std::fmt::Write;

/// Units across a stretched drawing.
const ACROSS: f64 = 1_000.0;
/// Pixels between the top of a plot and its highest value.
const TOP: f64 = 14.0;
/// Pixels of the highest value.
const HEIGHT: f64 = 88.0;
/// Where the axis lies.
const AXIS: f64 = TOP + HEIGHT;

/// A share of the width.
fn across(share: f64) -> String {
    let text = format!("{:.1}", share.clamp(0.0, 1.0) * 100.0);
    format!("{}%", text.strip_suffix(".0").unwrap_or(&text))
}

/// Lines that are stretched to the width of the plot.
fn stretched(units: usize, height: usize, lines: &Markup) -> Markup {
    html! {
        svg width="100%" height=(height) viewBox=(format!("0 0 {units} {height}")) preserveAspectRatio="none" { (lines) }
    }
}

/// Steps of one unit each, as a path from the axis to the axis.
fn steps(shares: &[f64], most: f64) -> String {
    let mut path = format!("M0 {AXIS:.0}");
    let mut at = 0.0;
    for share in shares {
        let height = (share / most * HEIGHT).round();
        let rise = at - height;
        // Writing to a String cannot fail.
        let _ = if rise == 0.0 { write!(path, "h1") } else { write!(path, "v{rise:.0}h1") };
        at = height;
    }
    let _ = write!(path, "V{AXIS:.0}");
    path
}

/// Two distributions over the same bins, on one scale.
#[derive(Debug, Clone, Copy)]
pub struct Histogram<'h> {
    /// Shares of the baseline, where there are any.
    pub baseline: Option<&'h [f64]>,
    /// Shares of this window, as many.
    pub now: &'h [f64],
    /// What stands under the first bin.
    pub low: &'h str,
    /// What stands under the last bin.
    pub high: &'h str,
    /// The chart in one sentence.
    pub title: &'h str,
}

/// Draws it: the baseline dashed over the window filled.
#[must_use]
pub fn histogram(chart: Histogram<'_>) -> Markup {
    let Histogram { baseline, now, low, high, title } = chart;
    let all = now.iter().chain(baseline.unwrap_or_default()).copied();
    let most = all.fold(0.0, f64::max);
    if most <= 0.0 || now.is_empty() {
        return html! { p.mut { "There is no value to draw." } };
    }
    let lines = html! {
        path.cf d={ (steps(now, most)) "z" } {}
        @if let Some(baseline) = baseline { path.b d=(steps(baseline, most)) {} }
        path.ax d=(format!("M0 {AXIS:.0}h{}", now.len())) {}
    };
    html! {
        svg height="124" role="img" aria-label=(title) {
            (stretched(now.len(), 104, &lines))
            text y="118" { (low) }
            text x="100%" y="118" text-anchor="end" { (high) }
            text x="100%" y="10" text-anchor="end" { "highest " (crate::words::per_cent(most)) }
        }
    }
}

/// Two cumulative distributions, and where they are furthest apart.
#[derive(Debug, Clone, Copy)]
pub struct CumulativePair<'c> {
    /// Where both are known, ascending.
    pub at: &'c [f64],
    /// Share of the baseline's values up to there.
    pub baseline: &'c [f64],
    /// Share of the window's values up to there.
    pub now: &'c [f64],
    /// The place of the widest gap: an index of them.
    pub widest: usize,
    /// The chart in one sentence.
    pub title: &'c str,
}

/// Draws it, the gap in red.
#[must_use]
pub fn cumulative(chart: CumulativePair<'_>) -> Markup {
    let CumulativePair { at, baseline, now, widest, title } = chart;
    let (Some(&low), Some(&high), Some(&gap_at)) = (at.first(), at.last(), at.get(widest)) else {
        return html! { p.mut { "There is no value to draw." } };
    };
    let place = |value: f64| if high > low { ((value - low) / (high - low)).clamp(0.0, 1.0) } else { 0.5 };
    let down = |share: f64| AXIS - share * HEIGHT;
    let ends = [baseline, now].map(|line| line.get(widest).copied().unwrap_or_default());
    let x = place(gap_at);
    let (shift, anchor) = if x > 0.6 { ("-6", "end") } else { ("6", "start") };
    let lines = html! {
        path.ax d=(format!("M0 {TOP:.0}h1000M0 {AXIS:.0}h1000")) {}
        path.b d=(line(at.iter().map(|at| place(*at)).zip(baseline.iter().map(|share| down(*share))))) {}
        path.c d=(line(at.iter().map(|at| place(*at)).zip(now.iter().map(|share| down(*share))))) {}
        path.gap d=(format!("M{:.0} {:.1}V{:.1}", x * ACROSS, down(ends[0]), down(ends[1]))) {}
    };
    html! {
        svg height="124" role="img" aria-label=(title) {
            (stretched(1_000, 104, &lines))
            text.lblbad x=(across(x)) dx=(shift) y=(format!("{:.0}", (down(ends[0]) + down(ends[1])) / 2.0 + 4.0)) text-anchor=(anchor) {
                "gap " (number((ends[0] - ends[1]).abs()))
            }
            text y="118" { (number(low)) }
            text x="100%" y="118" text-anchor="end" { (number(high)) }
            text x="100%" y="10" text-anchor="end" { "100 %" }
        }
    }
}

/// A line through points, those that nobody could tell from their neighbours left out.
fn line(points: impl Iterator<Item = (f64, f64)>) -> String {
    let mut path = String::new();
    let mut drawn: Option<(f64, f64)> = None;
    let mut last = None;
    for (x, y) in points {
        let (x, y) = ((x * ACROSS).round(), (y * 2.0).round() / 2.0);
        let is_far =
            drawn.is_none_or(|(before, height)| (x - before).abs() >= 8.0 || (y - height).abs() >= 2.0);
        if is_far {
            let _ = write!(path, "{}{x} {y}", if drawn.is_none() { "M" } else { "L" });
            drawn = Some((x, y));
        }
        last = Some((x, y));
    }
    if let Some((x, y)) = last.filter(|last| drawn != Some(*last)) {
        let _ = write!(path, "L{x} {y}");
    }
    path
}

/// A value against its limit.
#[derive(Debug, Clone, Copy)]
pub struct Bullet {
    /// The value.
    pub value: f64,
    /// Its limit.
    pub limit: f64,
    /// Whether it is violated.
    pub violated: bool,
    /// A second, grey mark.
    pub beside: Option<f64>,
}

/// Draws it: a bar, and the limit as a dashed line. What is not finite has no bar, and says nothing but in words.
#[must_use]
pub fn bullet(chart: Bullet, title: &str) -> Markup {
    let Bullet { value, limit, violated, beside } = chart;
    let finite = [Some(value), Some(limit), beside].into_iter().flatten().filter(|value| value.is_finite());
    let (low, high) = finite.fold((0.0_f64, 0.0_f64), |(low, high), value| (low.min(value), high.max(value)));
    // The unit is the whole of most metrics; beyond it the largest of them has room to its right.
    let high = if low >= 0.0 && high <= 1.0 && high > 0.2 { 1.0 } else { high * 1.25 };
    let low = low * 1.25;
    if !(value.is_finite() && limit.is_finite()) || high <= low {
        return html! {};
    }
    let place = |value: f64| (value - low) / (high - low);
    let (from, to) = (place(value.min(0.0)), place(value.max(0.0)));
    html! {
        svg height="22" role="img" aria-label=(title) {
            line.ax x2="100%" y1="11.5" y2="11.5" {}
            rect.(if violated { "ptbad" } else { "cs" }) x=(across(from)) y="5" width=(across(to - from)) height="12" {}
            @if let Some(beside) = beside { line.best x1=(across(place(beside))) x2=(across(place(beside))) y1="3" y2="19" {} }
            line.lim x1=(across(place(limit))) x2=(across(place(limit))) y2="22" {}
        }
    }
}

/// A row of paired bars.
#[derive(Debug, Clone)]
pub struct Bar {
    /// What it is of.
    pub name: Markup,
    /// The baseline's share, where there is one.
    pub baseline: Option<f64>,
    /// The window's.
    pub now: f64,
    /// Both in words.
    pub words: Markup,
    /// Whether it is to be looked at.
    pub stands_out: bool,
}

/// A table of paired bars: grey the baseline, filled the window. The words beside them are what a reader without eyes hears.
#[must_use]
pub fn bars(rows: &[Bar], caption: &Markup) -> Markup {
    let most = rows.iter().map(|row| row.baseline.unwrap_or(0.0).max(row.now)).fold(0.0, f64::max);
    let share = |value: f64| across(if most > 0.0 { value / most } else { 0.0 });
    // Where nothing stands above them, they stand beside their names.
    let top = if rows.iter().any(|row| row.baseline.is_some()) { "11" } else { "6" };
    html! {
        table.num.bars {
            caption { (caption) }
            tbody {
                @for row in rows {
                    tr {
                        th.text scope="row" { (row.name) }
                        td.draw {
                            svg height="22" aria-hidden="true" {
                                @if let Some(baseline) = row.baseline { rect.bf y="1" width=(share(baseline)) height="8" {} }
                                rect.cs y=(top) width=(share(row.now)) height="9" {}
                            }
                        }
                        @if row.stands_out { td.words.bad { "■ " (row.words) } } @else { td.words { (row.words) } }
                    }
                }
            }
        }
    }
}

/// The words that go with the shapes.
#[must_use]
pub fn key() -> Markup {
    html! {
        div.key aria-hidden="true" {
            span { svg viewBox="0 0 26 12" { path.b d="M1 6H25" {} } "baseline" }
            span { svg viewBox="0 0 26 12" { rect.cf x="1" y="2" width="24" height="9" {} } "this window" }
            span { svg viewBox="0 0 26 12" { path.lim d="M1 6H25" {} } "limit" }
            span { svg viewBox="0 0 26 12" { rect.ptbad x="8" y="2" width="9" height="9" {} } "violated" }
        }
    }
}

/// A curve over the unit square.
#[derive(Debug, Clone)]
pub struct Curve<'c> {
    /// The baseline's points, ascending, where there is one.
    pub baseline: Option<Vec<(f64, f64)>>,
    /// The window's.
    pub now: Vec<(f64, f64)>,
    /// Where the model works.
    pub working_point: Option<(f64, f64)>,
    /// What lies across, and what up.
    pub axes: (&'c str, &'c str),
    /// Whether chance is the diagonal.
    pub has_diagonal: bool,
    /// The chart in one sentence.
    pub title: &'c str,
}

/// Draws it: the baseline dashed, the working point a dot.
#[must_use]
pub fn curve(chart: &Curve<'_>) -> Markup {
    let Curve { baseline, now, working_point, axes, has_diagonal, title } = chart;
    let in_square = |(x, y): &(f64, f64)| (x.clamp(0.0, 1.0), (1.0 - y.clamp(0.0, 1.0)) * ACROSS);
    let path = |points: &[(f64, f64)]| line(points.iter().map(in_square));
    html! {
        div.square {
            svg viewBox="0 0 1000 1000" role="img" aria-label=(title) {
                path.ax d="M0 0H1000V1000H0Z" {}
                @if *has_diagonal { path.ax d="M0 1000L1000 0" {} }
                @if let Some(baseline) = baseline { path.b d=(path(baseline)) {} }
                path.c d=(path(now)) {}
                @if let Some(point) = working_point {
                    @let (x, y) = in_square(point);
                    circle.pt cx=(format!("{:.0}", x * ACROSS)) cy=(format!("{y:.0}")) r="22" {}
                }
            }
        }
        p.mut { "across: " (axes.0) "; up: " (axes.1) "; both 0 to 1" @if working_point.is_some() { "; the dot is where the model works" } }
    }
}

/// A value and its baseline around zero, with what is allowed.
#[derive(Debug, Clone, Copy)]
pub struct Dumbbell {
    /// The baseline's value: a window may be as far from zero.
    pub baseline: f64,
    /// The window's.
    pub now: f64,
    /// What the ends of the scale stand for.
    pub most: f64,
    /// Whether it is violated.
    pub violated: bool,
}

/// Draws it: a ring is the baseline, a dot the window, a square where it is violated; an arrow where it lies beyond the scale.
#[must_use]
pub fn dumbbell(chart: Dumbbell, title: &str) -> Markup {
    let Dumbbell { baseline, now, most, violated } = chart;
    if !(baseline.is_finite() && now.is_finite() && most > 0.0) {
        return html! {};
    }
    let place = |value: f64| 0.5 + (value / most).clamp(-1.0, 1.0) * 0.46;
    let (from, to) = (place(baseline), place(now));
    let (shift, anchor, arrow) = if now < 0.0 { ("9", "start", "◀") } else { ("-9", "end", "▶") };
    html! {
        svg height="22" role="img" aria-label=(title) {
            rect.allow x=(across(place(-baseline.abs()))) y="3" width=(across(place(baseline.abs()) - place(-baseline.abs()))) height="16" {}
            line.ax x1="50%" x2="50%" y1="1" y2="21" {}
            line.(if violated { "gap" } else { "c" }) x1=(across(from)) x2=(across(to)) y1="11" y2="11" {}
            circle.ring cx=(across(from)) cy="11" r="5" {}
            @if violated { rect.ptbad x=(across(to)) y="6" width="10" height="10" transform="translate(-5 0)" {} } @else { circle.pt cx=(across(to)) cy="11" r="5" {} }
            @if now.abs() > most { text.(if violated { "lblbad" } else { "lbl" }) x=(across(to)) dx=(shift) text-anchor=(anchor) y="15" { (arrow) } }
        }
    }
}

/// Counts in squares, by column and in each from below, with the diagonal: the more, the darker.
#[must_use]
pub fn squares(counts: &[Vec<u64>], title: &str) -> Markup {
    const SHADES: [&str; 4] = ["0.15", "0.4", "0.7", "1"];
    let most = counts.iter().flatten().copied().max().unwrap_or_default();
    let side = counts.len();
    let shade = |count: u64| (count * SHADES.len() as u64).div_ceil(most.max(1)) as usize;
    let path = |wanted: usize| {
        let mut path = String::new();
        for (x, column) in counts.iter().enumerate() {
            for (y, _) in
                column.iter().enumerate().filter(|(_, count)| **count > 0 && shade(**count) == wanted)
            {
                let _ = write!(path, "M{x} {}h1v1h-1z", side - 1 - y);
            }
        }
        path
    };
    html! {
        div.square {
            svg viewBox=(format!("0 0 {side} {side}")) role="img" aria-label=(title) {
                @for (place, opacity) in SHADES.iter().enumerate() { path.cs fill-opacity=(opacity) d=(path(place + 1)) {} }
                path.ax d=(format!("M0 {side}L{side} 0M0 0h{side}v{side}h-{side}z")) {}
            }
        }
    }
}
