//! What was asked of the run and could not be judged: never hidden.

use super::DrawnRun;
use crate::table::Room;
use crate::words::{bdi, counted, sentence};
use bellwether_contract::evaluation::CheckOutcome;
use maud::{Markup, html};
use std::collections::BTreeMap;

/// Reasons on a page.
const ROOM: Room = Room { most: 60, bytes: 40 * 1_024 };
/// Names that a reason lists.
const MOST_NAMED: usize = 12;

/// Each reason once, with what it is of.
pub(super) fn reasons(run: &DrawnRun<'_>) -> Markup {
    let mut by_reason: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    for check in run.evaluation.checks.iter().filter(|check| check.outcome == CheckOutcome::NotEvaluated) {
        by_reason
            .entry(check.reason.as_deref().unwrap_or("no reason was given"))
            .or_default()
            .push(&check.name);
    }
    if by_reason.is_empty() {
        return html! { p { (everything(run)) } };
    }
    let fitted =
        ROOM.fit(&by_reason, |(reason, names)| html! { li { (named(names)) ": " (sentence(reason)) } });
    html! {
        ul { (fitted.markup()) }
        (fitted.rest("reason", "evaluation.json"))
    }
}

fn named(names: &[&str]) -> Markup {
    html! {
        @for (place, name) in names.iter().take(MOST_NAMED).enumerate() { @if place > 0 { ", " } b { (bdi(name)) } }
        @if names.len() > MOST_NAMED { " and " (names.len() - MOST_NAMED) " more" }
    }
}

/// Where nothing is missing that was asked for: which need not be much.
fn everything(run: &DrawnRun<'_>) -> Markup {
    let judged = run.execution.constraints_judged;
    html! {
        @if judged == 0 { "No constraint was judged, and no check by itself says why: the verdict above does." }
        @else { "Everything that was asked was judged: " (counted(judged, "constraint")) "." }
    }
}
