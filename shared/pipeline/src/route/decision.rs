//! What the on-call should hear after a report: a pure step from what was routed and what a run says.
//!
//! It sends nothing, reads nothing and asks no clock. Hours are counted by the scheduled ones of runs; what time it is decides only
//! whether a late window is of the last day.
//!
//! | before | the run | news |
//! |---|---|---|
//! | nothing open | violations | announced |
//! | open | the same, sooner than the reminder | none, counted |
//! | open | the same or nothing proven, later | reminder |
//! | open | others | changed |
//! | open | completed, all that was violated was held and kept | resolved |
//! | open | some of it not evaluated for a day, nothing else open | no longer judged |
//! | open | inconclusive, empty, failed | none: such an hour proves nothing |
//! | any | nothing was judged | not judged, then daily; judged again once it ends |
//! | any | the newest window, judged again | correction |
//! | any | an older window of the last day, violations | earlier; it stays open until a newer window holds it |
//! | any | an older window, judged again | correction; the incident does not move |
//! | any | another older window, or a verdict that was routed | none |
//!
//! Beside that, the incident whose violation persists is paged, once: [`page`].

mod blindness;
mod incident;
mod page;

pub use page::page;

use crate::route::verdict::RoutedVerdict;
use bellwether_contract::judged::Severity;
use bellwether_contract::routing::{RoutedRun, RoutingState, ViolatedConstraint};
use jiff::{SignedDuration, Timestamp};
use serde::Serialize;
use std::cmp::Ordering;
use std::collections::BTreeSet;

/// How long ago a window may have ended whose violations are still news when they come late; and for how long a constraint
/// stays open that is not evaluated any more.
pub const A_DAY: SignedDuration = SignedDuration::from_hours(24);

/// What a message is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum NewsKind {
    /// The first violations.
    Announced,
    /// Other violations than before.
    Changed,
    /// The same for a long time.
    Reminder,
    /// All is within its limits again.
    Resolved,
    /// What was open has not been evaluated for a day.
    NoLongerJudged,
    /// A window was judged again.
    Correction,
    /// Violations of a window that is older than one routed before.
    Earlier,
    /// Nothing was judged.
    NotJudged,
    /// That is over.
    JudgedAgain,
    /// The violation persists: the page.
    Persists,
}

impl NewsKind {
    /// The word in messages.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Announced => "announced",
            Self::Changed => "changed",
            Self::Reminder => "reminder",
            Self::Resolved => "resolved",
            Self::NoLongerJudged => "no_longer_judged",
            Self::Correction => "correction",
            Self::Earlier => "earlier",
            Self::NotJudged => "not_judged",
            Self::JudgedAgain => "judged_again",
            Self::Persists => "persists",
        }
    }

    /// Whether the message is about judging and not about what was found: an incident of its own.
    pub fn is_about_judging(self) -> bool {
        matches!(self, Self::NotJudged | Self::JudgedAgain)
    }
}

/// Why nobody hears of a run.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Silence {
    /// Nothing is violated and nothing was.
    Healthy,
    /// The same violations as before, counted.
    Same,
    /// It proves nothing about what is open, or about anything.
    Unproven,
    /// Nothing was judged, as was told.
    NotJudged,
    /// This verdict was routed before.
    Known,
    /// A newer window, or a newer verdict on this one, was routed before.
    Older,
}

/// What a message must say.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct News {
    /// What it is about.
    pub kind: NewsKind,
    /// Start of the first window that it is about; `None` where nothing is or was open.
    pub since: Option<Timestamp>,
    /// Windows that it is about so far: with violations, or without a verdict.
    pub windows: u64,
    /// Windows with the same violations since the last message.
    pub silent: u64,
    /// Violated now and not before, or worse than before.
    pub added: Vec<ViolatedConstraint>,
    /// Violated before, evaluated now, and within its limit.
    pub gone: Vec<ViolatedConstraint>,
    /// Violated before and not evaluated now.
    pub unproven: Vec<ViolatedConstraint>,
    /// Violated before and not evaluated for a day.
    pub lapsed: Vec<ViolatedConstraint>,
    /// Whether what the message is about lasts after this run.
    pub open: bool,
    /// The worst of what is open after this run; of what was, where nothing is.
    pub severity: Severity,
    /// The worst of what the message speaks about: what is gone counts too, or whoever filters by severity would hear of
    /// the beginning and not of the end.
    pub worst: Severity,
    /// The checks that the message speaks about, for the same reason.
    pub checks: BTreeSet<String>,
}

impl News {
    /// Of a run's own violations, whatever was before.
    fn of(kind: NewsKind, verdict: &RoutedVerdict) -> Self {
        let severity = verdict.run.worst.unwrap_or(Severity::Info);
        Self {
            kind,
            since: None,
            windows: 0,
            silent: 0,
            added: Vec::new(),
            gone: Vec::new(),
            unproven: Vec::new(),
            lapsed: Vec::new(),
            open: false,
            severity,
            worst: severity,
            checks: checks(verdict.violations.keys()),
        }
    }
}

/// What follows from a run.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Decision {
    /// Nobody needs to hear of it.
    Silent(Silence),
    /// The on-call should hear this, one message each, never none.
    Tell(Vec<News>),
}

/// The state after a run, and who should hear what. The outbox is the caller's.
pub fn decide(
    state: &RoutingState,
    verdict: &RoutedVerdict,
    now: Timestamp,
    remind_after: SignedDuration,
) -> (RoutingState, Decision) {
    let (state, run) = (&as_of(state, now), &verdict.run);
    let routed = || state.routed.iter().chain(&state.newest).filter(|of| of.window_end == run.window_end);
    let before = routed().max_by_key(|of| of.revision);
    if routed().any(|of| of.is(run)) {
        return silent(state.clone(), Silence::Known);
    }
    if before.is_some_and(|before| before.revision > run.revision) {
        return silent(state.clone(), Silence::Older);
    }
    if before.is_some_and(|before| before.digest == run.digest) {
        return silent(remembered(state, verdict), Silence::Known);
    }
    let heard = before.and_then(|before| before.worst);
    let corrects = heard.is_some() || verdict.first_had_violations || !verdict.violations.is_empty();
    let is_judged_again = before.is_some() || run.revision > 1;
    match state.newest.as_ref().map_or(Ordering::Greater, |newest| run.window_end.cmp(&newest.window_end)) {
        Ordering::Less if is_judged_again && corrects => incident::correct_past(state, verdict, heard),
        Ordering::Less if verdict.violations.is_empty() => silent(state.clone(), Silence::Older),
        Ordering::Less if now.duration_since(run.window_end) <= A_DAY => incident::earlier(state, verdict),
        Ordering::Less => silent(state.clone(), Silence::Older),
        Ordering::Equal if corrects => advance(state, verdict, remind_after, Some(heard)),
        Ordering::Equal | Ordering::Greater => advance(state, verdict, remind_after, None),
    }
}

fn silent(state: RoutingState, silence: Silence) -> (RoutingState, Decision) {
    (state, Decision::Silent(silence))
}

/// The newest window's verdict: the incident moves, and so does what is not judged. `corrected` is given where the window was
/// judged before: the worst of what was found then.
fn advance(
    state: &RoutingState,
    verdict: &RoutedVerdict,
    remind_after: SignedDuration,
    corrected: Option<Option<Severity>>,
) -> (RoutingState, Decision) {
    let mut next = remembered(state, verdict);
    let last = state.newest.as_ref().map_or(verdict.run.window_end, |newest| newest.window_end);
    let moved = match corrected {
        None => incident::moved(&mut next, verdict, last, remind_after),
        Some(heard) => Ok(incident::correct_newest(&mut next, verdict, last, heard)),
    };
    let judging = blindness::moved(&mut next.blind, verdict);
    next.newest = Some(verdict.run.clone());
    let (about_violations, silence) = match moved {
        Ok(news) => (Some(news), Silence::Known),
        Err(silence) => (None, silence),
    };
    let news: Vec<News> = about_violations.into_iter().chain(judging).collect();
    (next, if news.is_empty() { Decision::Silent(silence) } else { Decision::Tell(news) })
}

/// The state with this verdict among those that were routed.
fn remembered(state: &RoutingState, verdict: &RoutedVerdict) -> RoutingState {
    let mut next = state.clone();
    next.version = RoutingState::VERSION;
    next.routed.push(verdict.run.clone());
    let surplus = next.routed.len().saturating_sub(RoutingState::MOST_ROUTED);
    next.routed.drain(..surplus);
    let is_newest = |newest: &RoutedRun| newest.window_end == verdict.run.window_end;
    if next.newest.as_ref().is_some_and(is_newest) {
        next.newest = Some(verdict.run.clone());
    }
    next
}

/// The state without windows that have not ended: somebody's clock, or a test, was ahead of now.
fn as_of(state: &RoutingState, now: Timestamp) -> RoutingState {
    let mut state = state.clone();
    let has_ended = |run: &RoutedRun| crate::clock::has_ended(run.window_end, now);
    state.routed.retain(has_ended);
    if state.newest.as_ref().is_none_or(has_ended) {
        return state;
    }
    state.newest = state.routed.iter().max_by_key(|run| (run.window_end, run.revision)).cloned();
    for incident in state.incident.iter_mut().chain(&mut state.earlier) {
        incident.since = incident.since.min(now);
        incident.last_message = incident.last_message.min(now);
        for open in &mut incident.violations {
            open.last_evaluated = open.last_evaluated.map(|last| last.min(now));
        }
    }
    if let Some(blind) = &mut state.blind {
        blind.since = blind.since.min(now);
        blind.last = blind.last.min(now);
        blind.last_message = blind.last_message.min(now);
    }
    state
}

/// The words of these checks, each once, as many as anybody filters by.
fn checks<'v>(violations: impl IntoIterator<Item = &'v ViolatedConstraint>) -> BTreeSet<String> {
    const MOST: usize = 20;
    let words: BTreeSet<&str> =
        violations.into_iter().map(|violated| violated.constraint_check_type.as_str()).collect();
    words.into_iter().take(MOST).map(str::to_owned).collect()
}

#[cfg(test)]
mod tests;
