//! Several schedules on one page: how each stands, the worst first, and a calendar each.

use super::slots::{self, Kind, ScheduleState, Slot, slots};
use super::{Schedule, Untold, calendar, runs, strips};
use crate::document::{Band, FINDINGS, Mark, band, button};
use crate::table::{MOST_ROWS, Room};
use crate::words::{bdi, counted, instant, sentence};
use maud::{Markup, html};

/// Schedules that have a calendar, and their bytes.
const ROOM: Room = Room { most: 100, bytes: 360 * 1_024 };
/// Rows of schedules, and their bytes.
const ROWS: Room = Room { most: MOST_ROWS, bytes: 100 * 1_024 };

/// One of them, with what is drawn of it.
struct Drawn<'s> {
    schedule: &'s Schedule<'s>,
    slots: Vec<Slot<'s>>,
    standing: ScheduleState,
    worst: Kind,
}

/// The title and the body.
pub(super) fn body(heading: &str, schedules: &[Schedule<'_>], untold: &[Untold]) -> (String, Markup) {
    let mut drawn: Vec<Drawn<'_>> = schedules.iter().map(Drawn::of).collect();
    drawn.sort_by_key(|drawn| drawn.worst);
    let mark = drawn.iter().map(|drawn| drawn.standing.mark).next().unwrap_or(Kind::Missing.mark());
    let mark = if untold.is_empty() { mark } else { worse(mark) };
    let title = format!("{} · {}", mark.word, counted(schedules.len() as u64, "monitor"));
    let body = html! {
        (band(&Band {
            mark,
            kind: "all monitors",
            heading: bdi(heading),
            sentence: summed(&drawn, untold),
            facts: facts(&drawn),
            actions: html! { p { (button(&format!("#{FINDINGS}"), "How each stands")) } },
        }))
        main {
            section aria-labelledby=(FINDINGS) { h2 id=(FINDINGS) { "How each stands, the worst first" } (table(&drawn, untold)) }
            (each(&drawn))
        }
    };
    (title, body)
}

/// What cannot be told is at least as bad as a run that failed.
fn worse(mark: Mark) -> Mark {
    if mark.tone == "bad" { mark } else { Kind::Failed.mark() }
}

impl<'s> Drawn<'s> {
    fn of(schedule: &'s Schedule<'s>) -> Self {
        let slots = slots(schedule);
        let standing = slots::stand(schedule, &slots);
        let newest = slots.last().map_or(Kind::Missing, |slot| slot.kind);
        let worst = if schedule.overdue > 0 && newest.is_within() { Kind::Missing } else { newest };
        Self { schedule, slots, standing, worst }
    }
}

fn summed(drawn: &[Drawn<'_>], untold: &[Untold]) -> Markup {
    let of = |kind: Kind| drawn.iter().filter(|drawn| drawn.worst == kind).count();
    let kinds = [
        Kind::Violated,
        Kind::Failed,
        Kind::Unreadable,
        Kind::Inconclusive,
        Kind::NoData,
        Kind::Missing,
        Kind::Within,
    ];
    let mut told: Vec<String> = kinds
        .into_iter()
        .filter(|kind| of(*kind) > 0)
        .map(|kind| format!("{} {}", of(kind), kind.words()))
        .collect();
    if !untold.is_empty() {
        told.push(format!("{} of which nothing can be told", untold.len()));
    }
    html! { (counted((drawn.len() + untold.len()) as u64, "monitor")) @if !told.is_empty() { ": " (told.join(", ")) } }
}

fn facts(drawn: &[Drawn<'_>]) -> Markup {
    let newest = drawn.iter().filter_map(|drawn| drawn.slots.last()).map(|slot| slot.at).max();
    html! { @match newest { Some(at) => { "newest run " (instant(at)) } None => { "there is no run" } } }
}

fn table(drawn: &[Drawn<'_>], untold: &[Untold]) -> Markup {
    let broken = ROWS.fit(untold, |untold| {
        html! { tr { th scope="row" { (bdi(&untold.name)) } td { b.bad { "✕ not known" } } td { (sentence(&untold.why)) } } }
    });
    let rows = ROWS.fit(drawn.iter().enumerate(), |(number, drawn)| {
        let mark = drawn.standing.mark;
        html! {
            tr {
                th scope="row" { a href=(format!("#m{number}")) { (bdi(drawn.schedule.schedule.as_str())) } }
                td { b.(mark.tone) { (mark.shape) " " (drawn.worst.words()) } }
                td { (drawn.standing.sentence) }
            }
        }
    });
    html! {
        table.state {
            thead { tr { th scope="col" { "schedule" } th scope="col" { "now" } th scope="col" { "since when" } } }
            tbody { (broken.markup()) (rows.markup()) }
        }
        (broken.rest("monitor", "the document"))
        (rows.rest("monitor", "the document"))
    }
}

fn each(drawn: &[Drawn<'_>]) -> Markup {
    let fitted = ROOM.fit(drawn.iter().enumerate(), |(number, drawn)| {
        let days = runs::days(&drawn.slots);
        let id = format!("m{number}");
        html! {
            section aria-labelledby=(id) {
                h2 id=(id) { (bdi(drawn.schedule.schedule.as_str())) }
                p.mut { (slots::of_whom(drawn.schedule)) }
                (calendar::calendar(&drawn.slots, &days, number))
                (strips::strips(&drawn.slots))
                details { summary { "Runs" } (runs::table(&drawn.slots, &days, number)) }
            }
        }
    });
    html! { (fitted.markup()) (fitted.rest("monitor", "pages of their own: `bellwether report` with --endpoint-name and --schedule")) }
}
