//! The runs themselves, the newest first: whatever was not within its limits, and the last two days.

use super::TimedRun;
use super::slots::{Kind, Slot};
use crate::document::wide;
use crate::table::Room;
use crate::words::{bdi, count, sentence};
use bellwether_contract::execution::Execution;
use bellwether_contract::window::utc;
use jiff::Timestamp;
use jiff::civil::Date;
use maud::{Markup, html};
use std::collections::BTreeMap;

/// Runs that are listed although they were within their limits.
const LAST: usize = 48;
/// Rows on a page.
const ROOM: Room = Room { most: 400, bytes: 80 * 1_024 };
/// Names of violated checks in a row.
const NAMES: usize = 3;

/// Days of which a run is listed, each with its number: the calendar leads there.
pub(super) type Days = BTreeMap<Date, usize>;

/// Those that are listed, the newest first.
fn listed<'v, 's>(slots: &'v [Slot<'s>]) -> impl Iterator<Item = &'v Slot<'s>> {
    slots
        .iter()
        .rev()
        .enumerate()
        .filter(|(place, slot)| *place < LAST || !slot.kind.is_within())
        .map(|(_, slot)| slot)
}

/// Days of the listed runs.
pub(super) fn days(slots: &[Slot<'_>]) -> Days {
    let dates: std::collections::BTreeSet<Date> =
        listed(slots).take(ROOM.most).map(|slot| utc(slot.at).date()).collect();
    dates.into_iter().enumerate().map(|(number, date)| (date, number)).collect()
}

/// The table.
pub(super) fn table(slots: &[Slot<'_>], days: &Days, number: usize) -> Markup {
    let mut last = None;
    let fitted = ROOM.fit(listed(slots), |slot| {
        let date = utc(slot.at).date();
        let is_new = last.replace(date) != Some(date);
        let anchor = days.get(&date).filter(|_| is_new).map(|place| format!("d{number}-{place}"));
        row(slot, anchor)
    });
    if fitted.drawn.is_empty() {
        return html! { p { "There is none." } };
    }
    html! {
        (wide("Runs", &html! {
            table.num.runs {
                caption { "All that were not within their limits, and the last " (LAST) ". An hour is that at which the run was scheduled, in UTC." }
                thead { tr { th scope="col" { "hour" } th.text scope="col" { "ended" } th.text scope="col" { "violated, or why not judged" } th scope="col" { "records" } th scope="col" { "checks" } } }
                tbody { (fitted.markup()) }
            }
        }))
        (fitted.rest("run", "the folders of the reports"))
    }
}

/// Where the page of a run lies; without one, the list of runs.
pub(super) fn place(slot: &Slot<'_>) -> String {
    let href = slot.run.and_then(|entry| entry.href.as_deref()).filter(|href| is_safe(href));
    href.unwrap_or("#runs").to_owned()
}

/// An hour of this year, for whoever sees the year beside it.
pub(super) fn short(at: Timestamp) -> String {
    utc(at).strftime("%-d %b %H:%M").to_string()
}

fn row(slot: &Slot<'_>, anchor: Option<String>) -> Markup {
    let mark = slot.kind.mark();
    let hour = utc(slot.at).strftime("%Y-%m-%d %H:%M").to_string();
    let execution = slot.execution();
    let records =
        execution.and_then(|execution| execution.capture.as_ref()).map(|capture| count(capture.used));
    let href = slot.run.and_then(|entry| entry.href.as_deref()).filter(|href| is_safe(href));
    html! {
        tr id=[anchor] {
            th.text scope="row" { @match href { Some(href) => { a href=(href) { (hour) } } None => { (hour) } } @if slot.run.is_some_and(|entry| entry.revision > 1) { ", judged again" } }
            td.text { b.(mark.tone) { (mark.shape) " " (slot.kind.words()) } }
            td.text { (why(slot, execution)) }
            td { (records.unwrap_or_default()) }
            td { (execution.map(|execution| count(execution.constraints_judged)).unwrap_or_default()) }
        }
    }
}

/// A link that may stand on a page: a place beside it, or somebody's address on the web.
fn is_safe(href: &str) -> bool {
    let is_relative = !href.contains(':') && !href.starts_with("//");
    is_relative || href.starts_with("https://") || href.starts_with("http://")
}

fn why(slot: &Slot<'_>, execution: Option<&Execution>) -> Markup {
    match (slot.kind, slot.run, execution) {
        (Kind::Within, ..) => html! {},
        (Kind::Missing, ..) => html! { "nobody judged this hour" },
        (_, Some(TimedRun { read: Err(reason), .. }), _) => sentence(reason),
        (Kind::Violated, _, Some(execution)) => violated(execution),
        (_, _, Some(execution)) => {
            let own = &execution.exit_message;
            let prefix = format!("{}: ", execution.monitoring_execution_status);
            sentence(own.strip_prefix(&prefix).unwrap_or(own))
        }
        _ => html! {},
    }
}

fn violated(execution: &Execution) -> Markup {
    let names: Vec<String> = execution.judged.iter().take(NAMES).map(|judged| judged.check_name()).collect();
    let more = execution.violations.saturating_sub(names.len() as u64);
    html! {
        (count(execution.violations)) @if !names.is_empty() { ": " }
        @for (place, name) in names.iter().enumerate() { @if place > 0 { ", " } (bdi(name)) }
        @if more > 0 && !names.is_empty() { " and " (count(more)) " more" }
    }
}
