//! What was violated, when: a strip for each check. Strips that begin together have one cause.

use super::runs::short;
use super::slots::{Kind, MOST_DRAWN, Slot, newest_of};
use crate::draw::{Strip, strip};
use crate::table::Room;
use crate::words::{bdi, count, counted};
use jiff::SignedDuration;
use maud::{Markup, html};
use std::cmp::Reverse;
use std::collections::BTreeMap;

/// Strips on a page.
const ROOM: Room = Room { most: 40, bytes: 40 * 1_024 };

/// The checks that were violated, the longest first.
pub(super) fn strips(slots: &[Slot<'_>]) -> Markup {
    let older = slots.len().saturating_sub(MOST_DRAWN);
    let slots = newest_of(slots);
    let violated = violated(slots);
    if violated.is_empty() {
        let is_bad = slots.iter().any(|slot| slot.kind == Kind::Violated);
        return html! { p { @if is_bad { "The files of these runs do not name the checks." } @else { "Nothing was violated in these hours." } } };
    }
    let unjudged: Vec<bool> =
        slots.iter().map(|slot| !matches!(slot.kind, Kind::Within | Kind::Violated)).collect();
    let noun =
        if slots.iter().all(|slot| slot.cadence == SignedDuration::from_hours(1)) { "hour" } else { "run" };
    let fitted = ROOM.fit(&violated, |(name, hours)| row(name, hours, slots, &unjudged, noun));
    html! {
        p.mut { "Left the oldest " (noun) ", right the newest: ■ violated, ┄ not judged. Checks that begin together have one cause." }
        table.num.strips { tbody { (fitted.markup()) } }
        (fitted.rest("check", "constraint_violations.json of each run"))
        (unnamed(slots))
        @if older > 0 { p { "The " (counted(older as u64, noun)) " before these are counted above, and have no strip." } }
    }
}

/// In which slots each was violated.
fn violated(slots: &[Slot<'_>]) -> Vec<(String, Vec<usize>)> {
    let mut violated: BTreeMap<String, Vec<usize>> = BTreeMap::new();
    for (place, slot) in slots.iter().enumerate() {
        for judged in slot.execution().into_iter().flat_map(|execution| &execution.judged) {
            let hours = violated.entry(judged.check_name()).or_default();
            if hours.last() != Some(&place) {
                hours.push(place);
            }
        }
    }
    let mut violated: Vec<_> = violated.into_iter().collect();
    violated.sort_by_key(|(_, hours)| Reverse(hours.len()));
    violated
}

fn row(name: &str, hours: &[usize], slots: &[Slot<'_>], unjudged: &[bool], noun: &str) -> Markup {
    let at = |place: Option<&usize>| {
        place.and_then(|place| slots.get(*place)).map(|slot| short(slot.at)).unwrap_or_default()
    };
    let (first, last) = (at(hours.first()), at(hours.last()));
    let when = if first == last { first } else { format!("{first} to {last}") };
    let long = counted(hours.len() as u64, noun);
    let title = format!("violated in {long} of {}: {when}", count(slots.len() as u64));
    html! {
        tr {
            th.text scope="row" { (bdi(name)) " " small { (when) } }
            td.draw { (strip(Strip { of: slots.len(), violated: hours, unjudged, title: &title })) }
            td { (long) }
        }
    }
}

/// Violations whose numbers had no room in `execution.json`.
fn unnamed(slots: &[Slot<'_>]) -> Markup {
    let executions = slots.iter().filter_map(Slot::execution);
    let beyond: u64 =
        executions.map(|execution| execution.violations.saturating_sub(execution.judged.len() as u64)).sum();
    html! { @if beyond > 0 { p { (counted(beyond, "violation")) " more are not named in execution.json, and have no strip; constraint_violations.json has them." } } }
}
