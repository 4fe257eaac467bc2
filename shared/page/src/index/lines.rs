//! A few checks over time, each with its limit, and how much was measured.

use super::changes::{Change, changes, list};
use super::runs::short;
use super::slots::{Slot, newest_of};
use super::{CheckValue, Schedule};
use crate::document::wide;
use crate::draw::{TimeLine, time_line};
use crate::table::Room;
use crate::words::{bdi, count, counted, number, sentence};
use bellwether_contract::window::utc;
use maud::{Markup, html};
use std::collections::BTreeSet;

/// Rows of the table of values.
const ROOM: Room = Room { most: 400, bytes: 44 * 1_024 };

/// One of them.
struct Line<'l> {
    name: &'l str,
    values: Vec<Option<CheckValue>>,
}

impl Line<'_> {
    /// The limit of the newest run that was held against one.
    fn limit(&self) -> Option<f64> {
        self.values.iter().rev().flatten().map(|value| value.limit).next()
    }
}

/// The lines, what the letters on them mean, and every value as a table.
pub(super) fn lines(schedule: &Schedule<'_>, slots: &[Slot<'_>]) -> Markup {
    let slots = newest_of(slots);
    let lines = drawn(schedule, slots);
    let (changes, older) = changes(slots);
    let records: Vec<Option<f64>> = slots.iter().map(records).collect();
    html! {
        (list(&changes, older))
        @if !lines.is_empty() { (key()) }
        @for line in &lines {
            h3 { (bdi(line.name)) @if let Some(limit) = line.limit() { " " small { "limit " (number(limit)) } } }
            (of_check(line, slots, &changes))
        }
        @if lines.is_empty() { p.mut { "No check of these runs has a value." } }
        @if records.iter().any(Option::is_some) {
            h3 { "Captured records" }
            p.mut { "measured, not judged" }
            (chart(&records, &[], &[], slots, &changes, "Captured records"))
        }
        (values(&lines, slots))
        (unread(schedule))
    }
}

/// Runs whose numbers are missing from the lines, and why.
fn unread(schedule: &Schedule<'_>) -> Markup {
    let missing: Vec<&str> =
        schedule.runs.iter().filter_map(|entry| entry.values_missing.as_deref()).collect();
    html! {
        @if let Some(first) = missing.first() {
            p { b.bad { "! " (counted(missing.len() as u64, "run")) " have no value here" } " because their numbers cannot be read; the first says: " (sentence(first)) }
        }
    }
}

/// The chosen ones; of two that show the same numbers against the same limits the first.
fn drawn<'l>(schedule: &'l Schedule<'_>, slots: &'l [Slot<'_>]) -> Vec<Line<'l>> {
    let names: BTreeSet<&str> =
        schedule.runs.iter().flat_map(|entry| entry.values.keys().map(String::as_str)).collect();
    let of = |name: &str| {
        slots.iter().map(|slot| slot.run.and_then(|entry| entry.values.get(name)).copied()).collect()
    };
    let mut lines: Vec<Line<'_>> = Vec::new();
    for name in &schedule.lines {
        let Some(name) = names.get(name.as_str()) else { continue };
        let values: Vec<Option<CheckValue>> = of(name);
        if lines.iter().all(|line| line.values != values) {
            lines.push(Line { name, values });
        }
    }
    lines
}

fn records(slot: &Slot<'_>) -> Option<f64> {
    Some(slot.execution()?.capture.as_ref()?.used as f64)
}

fn of_check(line: &Line<'_>, slots: &[Slot<'_>], changes: &[Change]) -> Markup {
    let values: Vec<Option<f64>> = line.values.iter().map(|value| value.map(|value| value.value)).collect();
    let limits: Vec<Option<f64>> = line.values.iter().map(|value| value.map(|value| value.limit)).collect();
    let is_bad = |(place, value): (usize, &Option<CheckValue>)| {
        value.is_some_and(|value| value.violated).then_some(place)
    };
    let violated: Vec<usize> = line.values.iter().enumerate().filter_map(is_bad).collect();
    chart(&values, &limits, &violated, slots, changes, &crate::words::name(line.name))
}

fn chart(
    values: &[Option<f64>],
    limits: &[Option<f64>],
    violated: &[usize],
    slots: &[Slot<'_>],
    changes: &[Change],
    subject: &str,
) -> Markup {
    let known = || values.iter().flatten().copied();
    let (low, high) = (known().fold(f64::INFINITY, f64::min), known().fold(f64::NEG_INFINITY, f64::max));
    let (hours, of) = (count(violated.len() as u64), counted(known().count() as u64, "run"));
    let ends = |slot: Option<&Slot<'_>>| slot.map(|slot| short(slot.at)).unwrap_or_default();
    let (first, last) = (ends(slots.first()), format!("{} UTC", ends(slots.last())));
    let title = format!(
        "{subject} in {of} from {first} to {last}: lowest {}, highest {}, violated in {hours}",
        number(low),
        number(high)
    );
    let marks: Vec<(usize, char)> = match changes {
        [_] => Vec::new(),
        changes => changes.iter().map(|change| (change.place, change.letter)).collect(),
    };
    time_line(&TimeLine {
        values,
        limits,
        violated,
        marks: &marks,
        first: &first,
        last: &last,
        title: &title,
    })
}

fn key() -> Markup {
    html! {
        div.key aria-hidden="true" {
            span { svg viewBox="0 0 26 12" { path.c d="M1 6H25" {} } "measured" }
            span { svg viewBox="0 0 26 12" { path.lim d="M1 6H25" {} } "limit" }
            span { svg viewBox="0 0 26 12" { rect.ptbad x="8" y="2" width="9" height="9" {} } "violated" }
        }
    }
}

/// What the charts show, for whoever does not see them.
fn values(lines: &[Line<'_>], slots: &[Slot<'_>]) -> Markup {
    let fitted = ROOM.fit(slots.iter().enumerate().rev(), |(place, slot)| {
        html! {
            tr {
                th.text scope="row" { (utc(slot.at).strftime("%m-%d %H:%M").to_string()) }
                @for line in lines {
                    td { @if let Some(value) = line.values[place] { @if value.violated { "■ " } (number(value.value)) " / " (number(value.limit)) } }
                }
                td { (records(slot).map(|records| format!("{records:.0}")).unwrap_or_default()) }
            }
        }
    });
    html! {
        @if !fitted.drawn.is_empty() {
            details {
                summary { "Every value" }
                (wide("Every value", &html! {
                    table.num {
                        caption { "Value / limit; ■ violated; hours in UTC" }
                        thead { tr { th scope="col" { "hour" } @for line in lines { th scope="col" { (bdi(line.name)) } } th scope="col" { "records" } } }
                        tbody { (fitted.markup()) }
                    }
                }))
                (fitted.rest("hour", "evaluation.json of each run"))
            }
        }
    }
}
