//! What may come of a week: how a window must end that is judged at some moment, and what must be there at the end.
//!
//! It knows the plan and what the function said; it reads no report and repeats no arithmetic of the pipeline.

use super::monitored::Mood;
use super::plan::{Delivery, HOUR, LAST, Plan, within};
use bellwether_contract::execution::{Execution, Status};
use bellwether_contract::window::truncate;
use bellwether_pipeline::RunError;
use bellwether_pipeline::commit::Committed;
use bellwether_pipeline::scheduled::Reconciled;
use jiff::{SignedDuration, Timestamp};
use std::collections::{BTreeMap, BTreeSet};

/// A replay says nothing about a window that ended longer ago.
const REPLAY_MAX_AGE: SignedDuration = SignedDuration::from_mins(90);
const TRIES: usize = 3;

/// One verdict.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Made {
    at: Timestamp,
    status: Status,
    given_up: bool,
    replayed: bool,
    supersedes: bool,
}

impl Made {
    pub(crate) fn of(execution: &Execution) -> Self {
        Self {
            at: execution.attempt.started_at,
            status: execution.monitoring_execution_status,
            given_up: execution.exit_message.contains("could not be made in 3 later tries"),
            replayed: execution.replay.is_some(),
            supersedes: execution.supersedes.is_some(),
        }
    }
}

pub(crate) struct Truth {
    pub(crate) plan: Plan,
    made: BTreeMap<(Timestamp, u8), Made>,
    /// Hours in which the reconciler failed at a window.
    tries: BTreeMap<Timestamp, BTreeSet<Timestamp>>,
    /// Windows that a tick was answered for, and windows that were opened again.
    served: BTreeSet<Timestamp>,
    reopened: BTreeSet<Timestamp>,
}

/// Ends of windows that ended one to 24 hours ago, oldest first.
pub(crate) fn look_back(now: Timestamp) -> impl Iterator<Item = Timestamp> {
    let hours = (1..=25).rev().map(move |back| truncate(now) - HOUR * (back - 1));
    hours.filter(move |hour| (HOUR..=HOUR * 24).contains(&now.duration_since(*hour)))
}

impl Truth {
    pub(crate) fn new(plan: Plan) -> Self {
        let (made, tries) = (BTreeMap::new(), BTreeMap::new());
        Self { plan, made, tries, served: BTreeSet::new(), reopened: BTreeSet::new() }
    }

    /// Windows with an execution, oldest first.
    pub(crate) fn executed(&self) -> impl Iterator<Item = Timestamp> {
        self.made.keys().filter(|(_, revision)| *revision == 1).map(|(hour, _)| *hour)
    }

    pub(crate) fn made(&self) -> &BTreeMap<(Timestamp, u8), Made> {
        &self.made
    }

    /// Whether the hour that begins then was read, whatever came of it.
    pub(crate) fn is_alive(&self, begin: Timestamp) -> bool {
        let made = self.made.get(&(begin + HOUR, 1));
        made.is_some_and(|made| made.status != Status::Failed)
    }

    /// What the endpoint does at that moment.
    pub(crate) fn mood(&self, now: Timestamp) -> Mood {
        let plan = &self.plan;
        match () {
            () if within(&plan.unreachable, now) => Mood::Unreachable,
            () if within(&plan.overloaded, now) => Mood::Overloaded,
            () if within(&plan.collapsed, now) => Mood::Collapsed,
            () => Mood::Healthy,
        }
    }

    /// Whether nothing can be measured of a window at that moment.
    fn is_hopeless(&self, window: Timestamp, now: Timestamp) -> bool {
        let unreachable = within(&self.plan.unreachable, now) && self.replays(window, now);
        within(&self.plan.without_catalog, now) || unreachable
    }

    fn replays(&self, window: Timestamp, now: Timestamp) -> bool {
        now.duration_since(window) <= REPLAY_MAX_AGE
    }

    /// How a window ends that is measured at that moment.
    fn status(&self, window: Timestamp, now: Timestamp) -> Status {
        let captured =
            self.plan.captures.iter().find(|capture| capture.window == window && capture.at <= now);
        match (captured, self.replays(window, now), self.mood(now)) {
            (Some(capture), ..) if capture.corrupt => Status::Failed,
            (None, false, _) => Status::CompletedNoData,
            (Some(_), false, _) => Status::Completed,
            (_, true, Mood::Overloaded) => Status::Inconclusive,
            (_, true, Mood::Collapsed) => Status::CompletedWithViolations,
            (_, true, _) => Status::Completed,
        }
    }

    /// A tick's own window: an error has a cause.
    pub(crate) fn hold_own(&mut self, delivery: &Delivery, made: Result<&Committed, &RunError>) {
        match made {
            Ok(made) if made.run.revision > 1 => {
                assert!(delivery.reopen, "{delivery:?}");
                self.reopened.insert(delivery.window);
            }
            Ok(_) => {
                self.served.insert(delivery.window);
            }
            Err(error) => {
                let hopeless = self.is_hopeless(delivery.window, delivery.at);
                assert!(hopeless, "{delivery:?}: {}", error.chain());
            }
        }
    }

    /// So has a window's that was tried again; and the third hour's try is the last.
    pub(crate) fn hold_reconciled(&mut self, delivery: &Delivery, reconciled: &Reconciled) {
        let window = reconciled.window.end();
        let Err(error) = &reconciled.made else { return };
        assert!(self.is_hopeless(window, delivery.at), "{window} at {}: {}", delivery.at, error.chain());
        let tries = self.tries.entry(window).or_default();
        tries.insert(truncate(delivery.at));
        assert!(tries.len() < TRIES, "{window} was tried in {tries:?}");
    }

    /// A verdict that an attempt returned. Whoever made it, it is always the same one.
    pub(crate) fn note(&mut self, committed: &Committed, now: Timestamp) {
        let (window, revision) = (committed.run.hour, committed.run.revision);
        let made = Made::of(&committed.execution);
        if let Some(before) = self.made.get(&(window, revision)) {
            return assert_eq!(*before, made, "{}", committed.run);
        }
        assert_eq!(made.at, now, "{} is new", committed.run);
        assert_eq!(made.supersedes, revision == 2, "{}", committed.run);
        if made.given_up {
            let mut tries = self.tries.get(&window).cloned().unwrap_or_default();
            tries.insert(truncate(now));
            assert!(self.is_hopeless(window, now) && tries.len() == TRIES, "{window} at {now}: {tries:?}");
            assert_eq!(made.status, Status::Failed);
        } else {
            assert!(!self.is_hopeless(window, now), "{window} at {now}: {made:?}");
            assert_eq!(made.status, self.status(window, now), "{window} at {now}");
            assert_eq!(made.replayed, self.replays(window, now), "{window} at {now}");
        }
        self.made.insert((window, revision), made);
    }

    /// No window is left out after the first, and none that a tick was answered for.
    pub(crate) fn hold_the_week(&self) {
        let executed: Vec<Timestamp> = self.executed().collect();
        let first = *executed.first().expect("an execution");
        let all: Vec<Timestamp> =
            (1..=LAST).map(|number| self.plan.start + HOUR * number).filter(|hour| first <= *hour).collect();
        assert_eq!(executed, all);
        assert_eq!(self.served.first(), Some(&first), "the first execution is a tick's own");
        let again: BTreeSet<Timestamp> =
            self.made.keys().filter(|(_, revision)| *revision == 2).map(|(hour, _)| *hour).collect();
        assert_eq!(again, self.reopened);
    }
}
