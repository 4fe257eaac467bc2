//! A row a day, 24 cells: on one look, when it was bad and when nobody looked.

use super::runs::Days;
use super::slots::{Kind, Slot, counts};
use crate::document::wide;
use crate::words::{count, counted};
use bellwether_contract::window::utc;
use jiff::civil::Date;
use maud::{Markup, html};
use std::collections::BTreeMap;

/// Days that are drawn at most, the newest.
const MOST_DAYS: usize = 62;

/// Counts, days, and what the shapes mean. `number` is that of the schedule on its page.
pub(super) fn calendar(slots: &[Slot<'_>], linked: &Days, number: usize) -> Markup {
    let mut days: BTreeMap<Date, [Option<Kind>; 24]> = BTreeMap::new();
    for slot in slots {
        let at = utc(slot.at);
        let hour = usize::try_from(at.hour()).unwrap_or_default();
        days.entry(at.date()).or_default()[hour] = Some(slot.kind);
    }
    let older = days.len().saturating_sub(MOST_DAYS);
    html! {
        (summed(slots))
        @if !slots.is_empty() {
            (wide("Hours of each day", &html! {
                table.cal {
                    thead { tr { th scope="col" { "UTC" } @for hour in [0, 6, 12, 18] { th scope="colgroup" colspan="6" { (hour) } } } }
                    tbody {
                        @for (day, hours) in days.iter().skip(older) {
                            tr {
                                th scope="row" { (heading(*day, linked, number)) }
                                @for kind in hours { @match kind { Some(kind) => { td.(class(*kind)) { (kind.mark().shape) } } None => { td {} } } }
                            }
                        }
                    }
                }
            }))
            p.mut { (legend(slots)) "; a cell stands at the hour at which its run was scheduled" }
        }
        @if older > 0 { p { (counted(older as u64, "day")) " more before that are counted and not drawn." } }
    }
}

/// What a day's link is called: its month and its day.
fn heading(day: Date, linked: &Days, number: usize) -> Markup {
    let text = day.strftime("%m-%d").to_string();
    match linked.get(&day) {
        Some(place) => html! { a href=(format!("#d{number}-{place}")) { (text) } },
        None => html! { (text) },
    }
}

fn class(kind: Kind) -> &'static str {
    match kind {
        Kind::Within => "k-ok",
        Kind::Violated | Kind::Failed | Kind::Unreadable => "k-bad",
        Kind::Inconclusive | Kind::NoData => "k-warn",
        Kind::Missing => "k-none",
    }
}

/// `7 violated, 26 within limits, 2 without a run`: what is missing is said aloud, and where nothing is, that too.
pub(super) fn summed(slots: &[Slot<'_>]) -> Markup {
    let counts = counts(slots);
    let is_whole = counts.iter().all(|(kind, _)| *kind != Kind::Missing);
    html! {
        p {
            @for (place, (kind, number)) in counts.iter().enumerate() {
                @if place > 0 { ", " }
                @if kind.is_within() { (count(*number)) " " (kind.words()) } @else { b { (count(*number)) " " (kind.words()) } }
            }
            @if slots.is_empty() { "No run lies here." } @else if is_whole { "; no run is missing" }
        }
    }
}

fn legend(slots: &[Slot<'_>]) -> String {
    let told = counts(slots).into_iter().map(|(kind, _)| format!("{} {}", kind.mark().shape, kind.words()));
    told.collect::<Vec<_>>().join(", ")
}
