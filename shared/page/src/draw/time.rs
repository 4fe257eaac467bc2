//! Hours from left to right: a line of values against its limit, and a strip of what was violated when.
//!
//! Marks are lines of no length with thick ends, so that a fortnight of hours is three paths and not a thousand elements.

use super::{across, stretched};
use crate::words::number;
use maud::{Markup, html};
use std::fmt::Write;

/// Units of one hour across.
const UNITS: usize = 10;
/// Where the highest value lies, in pixels from the top: below the letters.
const HIGH: f64 = 26.0;
/// Where the lowest lies.
const LOW: f64 = 118.0;
/// Where the axis lies.
const AXIS: usize = 126;

/// A value over time. All slices but `violated` and `marks` have one entry an hour.
#[derive(Debug, Clone, Copy)]
pub struct TimeLine<'t> {
    /// What was measured; a gap where nothing was.
    pub values: &'t [Option<f64>],
    /// What it was held against; empty where it was not judged.
    pub limits: &'t [Option<f64>],
    /// The hours in which it lay beyond.
    pub violated: &'t [usize],
    /// Hours at which something changed, each with its letter.
    pub marks: &'t [(usize, char)],
    /// What stands under the first hour.
    pub first: &'t str,
    /// What stands under the last.
    pub last: &'t str,
    /// The chart in one sentence.
    pub title: &'t str,
}

/// Draws it.
#[must_use]
pub fn time_line(chart: &TimeLine<'_>) -> Markup {
    let hours = chart.values.len();
    let known =
        || chart.values.iter().chain(chart.limits).flatten().copied().filter(|value| value.is_finite());
    let (low, high) = (known().fold(f64::INFINITY, f64::min), known().fold(f64::NEG_INFINITY, f64::max));
    if hours == 0 || low > high {
        return html! { p.mut { "Not measured in these hours." } };
    }
    let down = |value: f64| {
        if high > low { LOW - (value - low) / (high - low) * (LOW - HIGH) } else { (LOW + HIGH) / 2.0 }
    };
    let violated = |place: &usize| chart.violated.binary_search(place).is_ok();
    let points = |bad: bool| points(chart.values, down, move |place| violated(&place) == bad);
    let lines = html! {
        path.ax d=(format!("M0 {AXIS}H{}", hours * UNITS)) {}
        @for (place, _) in chart.marks { path.mark d=(format!("M{} 16V{AXIS}", place * UNITS)) {} }
        path.lim d=(levels(chart.limits, down)) {}
        path.c d=(runs(chart.values, down)) {}
        path.dot d=(points(false)) {}
        path.dotbad d=(points(true)) {}
    };
    html! {
        svg height="146" role="img" aria-label=(chart.title) {
            (stretched(hours * UNITS, AXIS + 2, &lines))
            @for (share, letters) in labels(chart.marks, hours) {
                @if share > 0.96 { text.lbl x=(across(share)) dx="-3" y="12" text-anchor="end" { (letters) } }
                @else { text.lbl x=(across(share)) dx="3" y="12" { (letters) } }
            }
            text y="142" { (chart.first) }
            text x="50%" y="142" text-anchor="middle" { (number(low)) @if high > low { " to " (number(high)) } }
            text x="100%" y="142" text-anchor="end" { (chart.last) }
        }
    }
}

/// Pixels of a small line between its highest and its lowest value.
const SMALL: f64 = 20.0;

/// A value over time, as high as a row of a table.
#[derive(Debug, Clone, Copy)]
pub struct SmallLine<'l> {
    /// What was measured, one entry an hour; a gap where nothing was.
    pub values: &'l [Option<f64>],
    /// Hours at which something changed.
    pub marks: &'l [usize],
    /// The chart in one sentence.
    pub title: &'l str,
}

/// Draws it. A value whose neighbours are missing is a dot.
#[must_use]
pub fn small_line(chart: SmallLine<'_>) -> Markup {
    let SmallLine { values, marks, title } = chart;
    let known = || values.iter().flatten().copied().filter(|value| value.is_finite());
    let (low, high) = (known().fold(f64::INFINITY, f64::min), known().fold(f64::NEG_INFINITY, f64::max));
    // Of very large values the spread has no number.
    let share = |value: f64| (value / 2.0 - low / 2.0) / (high / 2.0 - low / 2.0);
    let down = |value: f64| {
        let share = if high > low { share(value) } else { 0.5 };
        (2.0 + (1.0 - share) * SMALL).round() as i64
    };
    let heights: Vec<Option<i64>> =
        values.iter().map(|value| value.filter(|value| value.is_finite()).map(down)).collect();
    let (line, dots) = small_path(&heights);
    let lines = html! {
        @for place in marks { path.mark d=(format!("M{place} 0V24")) {} }
        path.c d=(line) {}
        path.dot d=(dots) {}
    };
    html! { svg height="24" role="img" aria-label=(title) { (stretched(values.len(), 24, &lines)) } }
}

/// Heights that follow each other as one line in steps of an hour, and those that stand alone as dots.
fn small_path(heights: &[Option<i64>]) -> (String, String) {
    let (mut line, mut dots) = (String::new(), String::new());
    let mut before = None;
    for (place, height) in heights.iter().enumerate() {
        if let Some(height) = *height {
            let is_alone = heights.get(place + 1).is_none_or(Option::is_none);
            let _ = match before.map(|before: i64| height - before) {
                Some(0) => write!(line, "h1"),
                Some(fall @ 1..) => write!(line, "l1 {fall}"),
                Some(rise) => write!(line, "l1{rise}"),
                None if is_alone => write!(dots, "M{place}.5 {height}h0"),
                None => write!(line, "M{place}.5 {height}"),
            };
        }
        before = *height;
    }
    (line, dots)
}

/// Letters with their places; of marks so close that theirs would lie upon each other, the first and the last as one: `B–E`.
fn labels(marks: &[(usize, char)], hours: usize) -> Vec<(f64, String)> {
    /// Room for a letter on a phone, in parts of the width.
    const ROOM: f64 = 0.035;
    let mut labels: Vec<(f64, String)> = Vec::new();
    for (place, letter) in marks {
        let share = *place as f64 / hours as f64;
        match labels.last_mut() {
            Some((first, letters)) if share - *first < ROOM * letters.chars().count() as f64 => {
                letters.truncate(1);
                letters.push('–');
                letters.push(*letter);
            }
            _ => labels.push((share, letter.to_string())),
        }
    }
    labels
}

fn middle(place: usize) -> usize {
    place * UNITS + UNITS / 2
}

/// Values that follow each other, joined.
fn runs(values: &[Option<f64>], down: impl Fn(f64) -> f64) -> String {
    let mut path = String::new();
    let mut joined = false;
    for (place, value) in values.iter().enumerate() {
        let value = value.filter(|value| value.is_finite());
        if let Some(value) = value {
            // Writing to a String cannot fail.
            let _ = write!(path, "{}{} {:.1}", if joined { "L" } else { "M" }, middle(place), down(value));
        }
        joined = value.is_some();
    }
    path
}

/// A dot for each value that is wanted.
fn points(values: &[Option<f64>], down: impl Fn(f64) -> f64, wanted: impl Fn(usize) -> bool) -> String {
    let mut path = String::new();
    for (place, value) in values.iter().enumerate().filter(|(place, _)| wanted(*place)) {
        if let Some(value) = value.filter(|value| value.is_finite()) {
            let _ = write!(path, "M{} {:.1}h0", middle(place), down(value));
        }
    }
    path
}

/// Limits as steps: a level goes on until another one is known.
fn levels(limits: &[Option<f64>], down: impl Fn(f64) -> f64) -> String {
    let mut path = String::new();
    let mut level = None;
    for (place, limit) in limits.iter().enumerate() {
        let Some(limit) = limit.filter(|limit| limit.is_finite()) else { continue };
        let height = format!("{:.1}", down(limit));
        if level.as_ref() == Some(&height) {
            continue;
        }
        let from = if level.is_none() { 0 } else { place * UNITS };
        let _ = if level.is_none() { write!(path, "M0 {height}") } else { write!(path, "H{from}V{height}") };
        level = Some(height);
    }
    if level.is_some() {
        let _ = write!(path, "H{}", limits.len() * UNITS);
    }
    path
}

/// When a check was violated.
#[derive(Debug, Clone, Copy)]
pub struct Strip<'s> {
    /// Hours from left to right.
    pub of: usize,
    /// Those in which it was violated, ascending.
    pub violated: &'s [usize],
    /// Hours in which nothing was judged, one entry an hour.
    pub unjudged: &'s [bool],
    /// The strip in one sentence.
    pub title: &'s str,
}

/// Draws it.
#[must_use]
pub fn strip(chart: Strip<'_>) -> Markup {
    let Strip { of, violated, unjudged, title } = chart;
    let mut bad = String::new();
    for (first, last) in joined(violated.iter().copied()) {
        let _ = write!(bad, "M{} 3H{}V17H{0}z", first * UNITS, (last + 1) * UNITS);
    }
    let mut unknown = String::new();
    for (first, last) in joined(unjudged.iter().enumerate().filter(|(_, is)| **is).map(|(place, _)| place)) {
        let _ = write!(unknown, "M{} 10H{}", first * UNITS, (last + 1) * UNITS);
    }
    let lines = html! {
        path.ax d=(format!("M0 19H{}", of * UNITS)) {}
        path.unk d=(unknown) {}
        path.ptbad d=(bad) {}
    };
    html! { svg height="20" role="img" aria-label=(title) { (stretched(of * UNITS, 20, &lines)) } }
}

/// Numbers in ascending order as stretches without a gap.
fn joined(places: impl Iterator<Item = usize>) -> Vec<(usize, usize)> {
    let mut joined: Vec<(usize, usize)> = Vec::new();
    for place in places {
        match joined.last_mut() {
            Some((_, last)) if *last + 1 == place => *last = place,
            _ => joined.push((place, place)),
        }
    }
    joined
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hours_that_follow_each_other_are_one_piece() {
        assert_eq!(joined([0, 1, 2, 5, 7, 8].into_iter()), [(0, 2), (5, 5), (7, 8)]);
        let drawn =
            strip(Strip { of: 9, violated: &[1, 2, 8], unjudged: &[false; 9], title: "t" }).into_string();
        assert!(drawn.contains("d=\"M10 3H30V17H10zM80 3H90V17H80z\""), "{drawn}");
    }

    #[test]
    fn letters_that_would_lie_upon_each_other_are_one_label() {
        let labels = |marks: &[(usize, char)]| {
            labels(marks, 100).into_iter().map(|(_, letters)| letters).collect::<Vec<_>>().join(" ")
        };
        assert_eq!(labels(&[(0, 'A'), (10, 'B'), (11, 'C'), (13, 'D'), (40, 'E')]), "A B–D E");
        assert_eq!(labels(&[(0, 'A'), (4, 'B'), (8, 'C')]), "A B C");
    }

    #[test]
    fn a_small_line_goes_in_steps_and_what_stands_alone_is_a_dot() {
        let drawn =
            small_path(&[Some(2), Some(2), Some(22), Some(12), None, Some(7), None, Some(1), Some(3)]);
        assert_eq!(drawn, ("M0.5 2h1l1 20l1-10M7.5 1l1 2".to_owned(), "M5.5 7h0".to_owned()));
        let drawn = |values: &[Option<f64>]| {
            small_line(SmallLine { values, marks: &[1], title: "a < b" }).into_string()
        };
        let wide = drawn(&[Some(-f64::MAX), Some(f64::MAX), Some(f64::NAN)]);
        assert!(
            wide.contains("d=\"M0.5 22l1-20\"") && wide.contains("M1 0V24") && wide.contains("a &lt; b"),
            "{wide}"
        );
        assert!(drawn(&[Some(7.0)]).contains("class=\"dot\" d=\"M0.5 12h0\""));
        assert!(!drawn(&[None, None]).contains("NaN"));
    }

    #[test]
    fn a_gap_is_a_gap_and_a_level_goes_on_until_another_is_known() {
        let same = |value: f64| value;
        assert_eq!(
            runs(&[Some(1.0), Some(2.0), None, Some(3.0), Some(f64::NAN)], same),
            "M5 1.0L15 2.0M35 3.0"
        );
        assert_eq!(points(&[Some(1.0), None, Some(3.0)], same, |place| place > 0), "M25 3.0h0");
        assert_eq!(levels(&[None, Some(4.0), None, Some(4.0), Some(5.0)], same), "M0 4.0H40V5.0H50");
        assert_eq!(levels(&[None, None], same), "");
    }
}
