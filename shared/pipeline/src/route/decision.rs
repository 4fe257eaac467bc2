//! What the on-call should hear after a report: a pure step from what was routed and what a run says.
//!
//! It sends nothing, reads nothing and has no clock: hours are counted by the ends of windows.
//!
//! | before | the run | news |
//! |---|---|---|
//! | nothing open | violations | announced |
//! | open | the same, sooner than the reminder | none, counted |
//! | open | the same, later | reminder |
//! | open | others | changed |
//! | open | completed, all that was violated evaluated and kept | resolved |
//! | open | inconclusive, empty, failed | none: such an hour proves nothing |
//! | any | the newest window, judged again | correction |
//! | any | an older window | none; a correction where it was judged again, which changes nothing else |

use crate::route::finding::severity;
use bellwether_contract::execution::Status;
use bellwether_contract::judged::Severity;
use bellwether_contract::routing::{Incident, RoutedRun, RoutingState, ViolatedConstraint};
use bellwether_contract::violations::CheckType;
use jiff::{SignedDuration, Timestamp};
use serde::Serialize;
use std::collections::BTreeSet;

/// What a run says, as far as the decision goes.
#[derive(Debug, Clone)]
pub struct Verdict {
    /// Which run.
    pub run: RoutedRun,
    /// Start of its window.
    pub window_start: Timestamp,
    /// How it ended.
    pub status: Status,
    /// What it found violated.
    pub violations: BTreeSet<ViolatedConstraint>,
    /// Metrics that it held against a limit, by the names of their constraints.
    pub evaluated: BTreeSet<String>,
    /// What it could not evaluate: a column, a check of one (`age.baseline_drift_check`), `features` or the `baseline`.
    pub not_evaluable: BTreeSet<String>,
    /// For a window that was judged again: whether the first verdict had violations.
    pub first_had_violations: bool,
}

/// What a message is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Kind {
    /// The first violations.
    Announced,
    /// Other violations than before.
    Changed,
    /// The same for a long time.
    Reminder,
    /// All is within its limits again.
    Resolved,
    /// A window was judged again.
    Correction,
}

impl Kind {
    /// The word in messages.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Announced => "announced",
            Self::Changed => "changed",
            Self::Reminder => "reminder",
            Self::Resolved => "resolved",
            Self::Correction => "correction",
        }
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
    /// It proves nothing about what is open.
    Unproven,
    /// This verdict was routed before.
    Known,
    /// A newer window was routed before.
    Older,
}

/// What a message must say.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct News {
    /// What it is about.
    pub kind: Kind,
    /// Start of the first window with violations; `None` where nothing is or was open.
    pub since: Option<Timestamp>,
    /// Windows with violations so far.
    pub windows: u64,
    /// Windows with the same violations since the last message.
    pub silent: u64,
    /// Violated now and not before.
    pub added: Vec<ViolatedConstraint>,
    /// Violated before, evaluated now, and within its limit.
    pub gone: Vec<ViolatedConstraint>,
    /// Violated before and not evaluated now.
    pub unproven: Vec<ViolatedConstraint>,
    /// Whether anything is violated after this run.
    pub open: bool,
    /// The worst of what the message speaks about: what is gone counts too, or whoever filters by severity would
    /// hear of the beginning and not of the end.
    pub severity: Severity,
}

/// What follows from a run.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Decision {
    /// Nobody needs to hear of it.
    Silent(Silence),
    /// The on-call should hear this.
    Tell(News),
}

/// The state after a run, and who should hear what. The outbox is the caller's.
pub fn decide(
    state: &RoutingState,
    verdict: &Verdict,
    remind_after: SignedDuration,
) -> (RoutingState, Decision) {
    let Some(newest) = &state.newest else {
        return newer(state, verdict, remind_after);
    };
    let corrects = verdict.run.revision > 1 && says_something_else(verdict);
    match verdict.run.window_end.cmp(&newest.window_end) {
        std::cmp::Ordering::Greater => newer(state, verdict, remind_after),
        std::cmp::Ordering::Less if corrects => correct_an_older_window(state, verdict),
        std::cmp::Ordering::Less => silent(state, Silence::Older),
        std::cmp::Ordering::Equal if verdict.run.revision < newest.revision => silent(state, Silence::Older),
        std::cmp::Ordering::Equal if verdict.run.revision == newest.revision => silent(state, Silence::Known),
        std::cmp::Ordering::Equal if corrects => correct_the_newest_window(state, verdict),
        std::cmp::Ordering::Equal => newer(state, verdict, remind_after),
    }
}

/// A second verdict is news only if somebody could have heard of the first one, or should of this one.
fn says_something_else(verdict: &Verdict) -> bool {
    verdict.first_had_violations || !verdict.violations.is_empty()
}

fn silent(state: &RoutingState, silence: Silence) -> (RoutingState, Decision) {
    (state.clone(), Decision::Silent(silence))
}

/// What is violated after a run, compared with what was before.
struct Difference {
    now: BTreeSet<ViolatedConstraint>,
    added: Vec<ViolatedConstraint>,
    gone: Vec<ViolatedConstraint>,
    unproven: Vec<ViolatedConstraint>,
}

impl Difference {
    fn of(incident: Option<&Incident>, verdict: &Verdict) -> Self {
        let none = BTreeSet::new();
        let before = incident.map_or(&none, |incident| &incident.violations);
        let absent = before.difference(&verdict.violations).cloned();
        let (gone, unproven): (Vec<_>, Vec<_>) = absent.partition(|violated| proves(verdict, violated));
        let now: BTreeSet<_> = verdict.violations.iter().chain(&unproven).cloned().collect();
        let added = now.difference(before).cloned().collect();
        Self { now, added, gone, unproven }
    }

    fn is_empty(&self) -> bool {
        self.added.is_empty() && self.gone.is_empty()
    }

    /// The worst of what holds now and of what is gone.
    fn worst(&self) -> Severity {
        self.now.iter().chain(&self.gone).map(severity).max().unwrap_or(Severity::Info)
    }
}

/// Whether the run could not judge this check of a column: the check, the column, or any column at all. What is said of
/// the captured lines needs no column.
fn is_unseen(verdict: &Verdict, feature: &str, check: &str) -> bool {
    if [CheckType::CaptureCorrupt, CheckType::NoData].iter().any(|of_lines| of_lines.as_str() == check) {
        return verdict.not_evaluable.contains(feature);
    }
    let of_check = format!("{feature}.{check}");
    [feature, &of_check, "baseline", "features"].iter().any(|what| verdict.not_evaluable.contains(*what))
}

/// Whether a constraint that the run did not find violated was kept, and not merely unseen.
fn proves(verdict: &Verdict, violated: &ViolatedConstraint) -> bool {
    let completed = matches!(verdict.status, Status::Completed | Status::CompletedWithViolations);
    completed
        && match (&violated.metric_name, &violated.feature_name) {
            (Some(metric), _) => verdict.evaluated.contains(metric),
            (None, Some(feature)) => !is_unseen(verdict, feature, &violated.constraint_check_type),
            (None, None) => true,
        }
}

/// The first verdict of a window that is newer than all before.
fn newer(state: &RoutingState, verdict: &Verdict, remind_after: SignedDuration) -> (RoutingState, Decision) {
    let difference = Difference::of(state.incident.as_ref(), verdict);
    let mut next = RoutingState { newest: Some(verdict.run.clone()), ..state.clone() };
    let Some(incident) = &mut next.incident else {
        if difference.now.is_empty() {
            return (next, Decision::Silent(Silence::Healthy));
        }
        let incident = begun(&difference, verdict);
        let news = told(Kind::Announced, &incident, difference);
        next.incident = Some(incident);
        return (next, Decision::Tell(news));
    };
    incident.windows += u64::from(!verdict.violations.is_empty());
    let waited = verdict.run.window_end.duration_since(incident.last_message);
    let kind = if difference.now.is_empty() {
        Kind::Resolved
    } else if !difference.is_empty() {
        Kind::Changed
    } else if verdict.violations.is_empty() {
        return (next, Decision::Silent(Silence::Unproven));
    } else if waited >= remind_after {
        Kind::Reminder
    } else {
        incident.silent += 1;
        return (next, Decision::Silent(Silence::Same));
    };
    let news = tell(kind, &mut next, difference, verdict);
    (next, Decision::Tell(news))
}

fn correct_the_newest_window(state: &RoutingState, verdict: &Verdict) -> (RoutingState, Decision) {
    let difference = Difference::of(state.incident.as_ref(), verdict);
    let mut next = RoutingState { newest: Some(verdict.run.clone()), ..state.clone() };
    if let Some(incident) = &mut next.incident {
        // The first verdict of this window was counted already.
        incident.windows += u64::from(!verdict.first_had_violations);
    } else if !difference.now.is_empty() {
        next.incident = Some(begun(&difference, verdict));
    }
    let news = tell(Kind::Correction, &mut next, difference, verdict);
    (next, Decision::Tell(news))
}

/// The correction is told once; what is open stays as newer windows left it.
fn correct_an_older_window(state: &RoutingState, verdict: &Verdict) -> (RoutingState, Decision) {
    if state.corrections.contains(&verdict.run) {
        return silent(state, Silence::Known);
    }
    let mut next = state.clone();
    let surplus = (next.corrections.len() + 1).saturating_sub(RoutingState::MOST_CORRECTIONS);
    next.corrections.drain(..surplus);
    next.corrections.push(verdict.run.clone());
    let severity = verdict.violations.iter().map(severity).max().unwrap_or(Severity::Info);
    let incident = state.incident.as_ref();
    let news = News {
        kind: Kind::Correction,
        since: incident.map(|incident| incident.since),
        windows: incident.map_or(0, |incident| incident.windows),
        silent: 0,
        added: Vec::new(),
        gone: Vec::new(),
        unproven: Vec::new(),
        open: incident.is_some(),
        severity,
    };
    (next, Decision::Tell(news))
}

fn begun(difference: &Difference, verdict: &Verdict) -> Incident {
    Incident {
        since: verdict.window_start,
        last_message: verdict.run.window_end,
        windows: 1,
        silent: 0,
        worst: difference.worst(),
        violations: difference.now.clone(),
    }
}

/// Notes in the state what the message will say; closes the incident where nothing is violated any more.
fn tell(kind: Kind, next: &mut RoutingState, difference: Difference, verdict: &Verdict) -> News {
    let Some(mut incident) = next.incident.take() else {
        // A correction of a window of which nothing was open before or after.
        let incident = Incident { windows: 0, ..begun(&difference, verdict) };
        return News { since: None, ..told(kind, &incident, difference) };
    };
    incident.worst = incident.worst.max(difference.worst());
    let news = told(kind, &incident, difference);
    if news.open {
        let violations = now_of(&incident, &news);
        let last_message = verdict.run.window_end;
        next.incident = Some(Incident { last_message, silent: 0, violations, ..incident });
    }
    news
}

fn now_of(incident: &Incident, news: &News) -> BTreeSet<ViolatedConstraint> {
    let mut now = incident.violations.clone();
    now.extend(news.added.iter().cloned());
    news.gone.iter().for_each(|gone| {
        now.remove(gone);
    });
    now
}

fn told(kind: Kind, incident: &Incident, difference: Difference) -> News {
    let open = !difference.now.is_empty();
    News {
        kind,
        since: Some(incident.since),
        windows: incident.windows,
        silent: incident.silent,
        severity: if open { difference.worst() } else { incident.worst },
        added: difference.added,
        gone: difference.gone,
        unproven: difference.unproven,
        open,
    }
}

#[cfg(test)]
mod tests;
