//! The page of many runs: how a schedule stands, since when, what was violated when, and which hours nobody judged.
//!
//! It is drawn on demand from the `execution.json` of each run, and of the checks that it draws as lines from `evaluation.json`. It
//! knows no monitor. A run that is missing or cannot be read is a part of the picture, and never a gap that nobody sees.

mod aggregates;
mod calendar;
mod changes;
mod choice;
mod lines;
mod many;
mod runs;
mod slots;
mod strips;

pub use choice::chosen;
pub use slots::{Counts, ScheduleState, standing};

use crate::document::{Band, FINDINGS, Section, band, button, document, sections};
use crate::words::{bdi, hours_long, instant, name};
use bellwether_contract::evaluation::{Check, CheckOutcome};
use bellwether_contract::execution::Execution;
use bellwether_contract::names::{EndpointName, ScheduleName};
use jiff::Timestamp;
use maud::{Markup, html};
use slots::{Slot, slots};
use std::collections::BTreeMap;

/// Bytes of a page at most, whatever comes; a fortnight of one schedule takes 200 KiB.
pub const MOST_INDEX_BYTES: usize = 512 * 1_024;

/// What a check came to in one run.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct CheckValue {
    /// What was measured.
    pub value: f64,
    /// What it was held against.
    pub limit: f64,
    /// Whether it lay beyond.
    pub violated: bool,
}

impl CheckValue {
    /// Of a check that was held against something.
    #[must_use]
    pub fn of(check: &Check) -> Option<Self> {
        let judged = check.judged.as_ref()?;
        let violated = check.outcome == CheckOutcome::Violated;
        Some(Self { value: judged.value, limit: judged.limit, violated })
    }
}

/// A run of a schedule.
#[derive(Debug, Clone)]
pub struct TimedRun<'r> {
    /// The hour at which it was scheduled.
    pub at: Timestamp,
    /// 1 for a first verdict, 2 for the one after it.
    pub revision: u8,
    /// What it says, or why it cannot be read.
    pub read: Result<&'r Execution, String>,
    /// What the chosen checks came to, by name.
    pub values: BTreeMap<String, CheckValue>,
    /// Why those cannot be read, where they cannot.
    pub values_missing: Option<String>,
    /// Where its own page lies: relative to this page, or of http or https.
    pub href: Option<String>,
}

/// A schedule and its runs.
#[derive(Debug, Clone)]
pub struct Schedule<'r> {
    /// The endpoint that is monitored.
    pub endpoint: &'r EndpointName,
    /// The monitoring schedule.
    pub schedule: &'r ScheduleName,
    /// Its runs, the newest last; of one hour the second verdict after the first.
    pub runs: Vec<TimedRun<'r>>,
    /// The first hour that is looked at. `None`: that of the first run.
    pub from: Option<Timestamp>,
    /// The hour of the last run before that, where there is one: the schedule was there already.
    pub before: Option<Timestamp>,
    /// The first hour that is not looked at. `None`: whatever comes after the newest run.
    pub until: Option<Timestamp>,
    /// The checks that are drawn as lines, as [`chosen`] names them.
    pub lines: Vec<String>,
    /// Runs that were due since the newest one when the page was made, and are not there.
    pub overdue: u64,
}

/// A monitor of a document of which there is nothing to draw.
#[derive(Debug, Clone)]
pub struct Untold {
    /// What it is called.
    pub name: String,
    /// Why.
    pub why: String,
}

/// One schedule on a page of its own.
#[must_use]
pub fn page(schedule: &Schedule<'_>) -> String {
    let slots = slots(schedule);
    let of = slots::of_whom(schedule);
    let standing = slots::stand(schedule, &slots);
    let title = format!("{} · {of}, {} to {}", standing.mark.word, schedule.schedule, newest(&slots));
    let first = slots::first_violated(&slots);
    let heading = slots::heading(schedule);
    let body = html! {
        (band(&Band {
            mark: standing.mark,
            kind: &slots::kind(schedule),
            heading,
            sentence: html! { (standing.sentence) },
            facts: facts(schedule, &slots),
            actions: html! { p {
                @if let Some(first) = first { (button(&runs::place(first), &format!("First violated hour: {}", runs::short(first.at)))) }
                (button("#runs", "All runs"))
            } },
        }))
        (sections(&parts(schedule, &slots)))
    };
    document(&title, &body)
}

/// Several schedules on one page, the worst first, and what there is to say of those without runs.
#[must_use]
pub fn page_of_many(heading: &str, schedules: &[Schedule<'_>], untold: &[Untold]) -> String {
    let (title, body) = many::body(heading, schedules, untold);
    document(&title, &body)
}

fn parts(schedule: &Schedule<'_>, slots: &[Slot<'_>]) -> Vec<Section> {
    let days = runs::days(slots);
    let aggregates = aggregates::aggregates(slots);
    let aggregates =
        aggregates.map(|body| Section { id: "aggregates", heading: "Everything that was measured", body });
    let mut parts = vec![
        Section { id: "hours", heading: "Hour by hour", body: calendar::calendar(slots, &days, 0) },
        Section { id: "lines", heading: "Over time", body: lines::lines(schedule, slots) },
        Section { id: FINDINGS, heading: "What was violated, when", body: strips::strips(slots) },
        Section { id: "runs", heading: "Runs, the newest first", body: runs::table(slots, &days, 0) },
    ];
    parts.splice(2..2, aggregates);
    parts
}

fn newest(slots: &[Slot<'_>]) -> String {
    slots.last().map_or_else(|| "no run".to_owned(), |slot| instant(slot.at))
}

fn facts(schedule: &Schedule<'_>, slots: &[Slot<'_>]) -> Markup {
    let length = slots.iter().map(|slot| slot.cadence).sum();
    html! {
        @if !slots.is_empty() { (hours_long(length)) " to " (newest(slots)) " · " }
        "schedule " (bdi(schedule.schedule.as_str()))
        @if let Some(version) = slots::newest_read(schedule).and_then(|execution| execution.baseline.as_ref()) {
            " · baseline " (name(version.as_str()))
        }
    }
}

#[cfg(test)]
mod tests;
