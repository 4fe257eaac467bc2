//! Which windows of the last 24 h are run now, and which are given up: a pure decision over what listings say.
//!
//! It reads nothing. A window is known by its scheduled hour, the end of it; a schedule has one every hour.

use bellwether_contract::window::truncate;
use jiff::{SignedDuration, Timestamp};
use std::collections::{BTreeMap, BTreeSet};

/// How far back a tick looks. What is older stays as it is.
const LOOK_BACK: i32 = 24;
const HOUR: SignedDuration = SignedDuration::from_hours(1);
/// Windows that one tick takes on.
const MOST: usize = 3;
/// Hours in which a window is tried in vain before it is given up.
pub(super) const TRIES: usize = 3;

/// What is known of a schedule's last hours.
#[derive(Debug, Clone, Default)]
pub(super) struct Backlog {
    /// The schedule's first execution; `None` where it has none, or where none is missing.
    pub(super) first: Option<Timestamp>,
    /// Windows with an execution.
    pub(super) executed: BTreeSet<Timestamp>,
    /// Hours in which the reconciler tried a window in vain.
    pub(super) tries: BTreeMap<Timestamp, BTreeSet<Timestamp>>,
}

/// What to do about a window.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Next {
    /// Judge it. So many hours' tries were in vain, this hour's not counted.
    Run {
        /// Number of them.
        failed: usize,
    },
    /// Commit that it could not be judged.
    GiveUp,
}

/// Windows whose own tick should have come by now, oldest first: those that ended one to 24 hours ago. What ended later
/// still waits for its tick.
pub(super) fn look_back(now: Timestamp) -> impl Iterator<Item = Timestamp> {
    let newest = truncate(now - HOUR);
    (0..LOOK_BACK)
        .rev()
        .map(move |hours| newest - HOUR * hours)
        .filter(move |hour| now - HOUR * LOOK_BACK <= *hour)
}

impl Backlog {
    /// The oldest windows without an execution, save the tick's own and those before the schedule's first.
    pub(super) fn decide(&self, now: Timestamp, own: Timestamp) -> Vec<(Timestamp, Next)> {
        let Some(first) = self.first else { return Vec::new() };
        let is_missing = |hour: &Timestamp| first < *hour && *hour != own && !self.executed.contains(hour);
        look_back(now).filter(is_missing).take(MOST).map(|hour| (hour, self.next(hour, now))).collect()
    }

    fn next(&self, hour: Timestamp, now: Timestamp) -> Next {
        let hours = self.tries.get(&hour);
        let failed = hours.map_or(0, |hours| hours.iter().filter(|tried| **tried != truncate(now)).count());
        if failed < TRIES { Next::Run { failed } } else { Next::GiveUp }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str) -> Timestamp {
        text.parse().unwrap()
    }

    /// Hours of the 30th and 31st of October, counted from the first midnight.
    fn hour(number: i32) -> Timestamp {
        at("2026-10-30T00:00:00Z") + HOUR * number
    }

    fn executed(hours: impl IntoIterator<Item = i32>) -> Backlog {
        let executed: BTreeSet<Timestamp> = hours.into_iter().map(hour).collect();
        Backlog { first: executed.first().copied(), executed, tries: BTreeMap::new() }
    }

    /// The windows that a tick at 09:10 on the 31st takes on.
    fn check(backlog: &Backlog, expected: &[i32]) {
        let decided: Vec<Timestamp> =
            backlog.decide(hour(33) + HOUR / 6, hour(33)).into_iter().map(|(hour, _)| hour).collect();
        assert_eq!(decided, expected.iter().map(|number| hour(*number)).collect::<Vec<_>>());
    }

    #[test]
    fn a_tick_looks_at_what_ended_one_to_24_hours_ago() {
        let hours: Vec<Timestamp> = look_back(hour(33) + HOUR / 6).collect();
        assert_eq!(hours, (10..=32).map(hour).collect::<Vec<_>>());
        let hours: Vec<Timestamp> = look_back(hour(33)).collect();
        assert_eq!(hours, (9..=32).map(hour).collect::<Vec<_>>());
        let hours: Vec<Timestamp> = look_back(hour(33) - SignedDuration::from_nanos(1)).collect();
        assert_eq!(hours, (9..=31).map(hour).collect::<Vec<_>>());
    }

    #[test]
    fn the_three_oldest_windows_are_taken_on() {
        check(&executed(0..=33), &[]);
        check(&executed((0..=33).filter(|number| *number != 20)), &[20]);
        check(&executed([0, 33]), &[10, 11, 12]);
        check(&executed([9, 12, 20, 33]), &[10, 11, 13]);
        check(&executed([0, 10, 11, 12]), &[13, 14, 15]);
    }

    #[test]
    fn nothing_before_the_first_execution_is_asked_for() {
        check(&executed([]), &[]);
        check(&executed([33]), &[]);
        check(&executed([30]), &[31, 32]);
        check(&Backlog { first: None, ..executed([20]) }, &[]);
    }

    #[test]
    fn a_late_ticks_own_window_is_left_to_it() {
        let decided = executed([0]).decide(hour(33) + HOUR / 6, hour(10));
        assert_eq!(
            decided.into_iter().map(|(hour, _)| hour).collect::<Vec<_>>(),
            [hour(11), hour(12), hour(13)]
        );
    }

    #[test]
    fn three_hours_tries_are_the_last_and_one_hour_counts_once() {
        let now = hour(33) + HOUR / 6;
        for (tried, expected) in [
            (vec![], Next::Run { failed: 0 }),
            (vec![33], Next::Run { failed: 0 }),
            (vec![31, 32], Next::Run { failed: 2 }),
            (vec![31, 32, 33], Next::Run { failed: 2 }),
            (vec![30, 31, 32], Next::GiveUp),
            (vec![29, 30, 31, 32, 33], Next::GiveUp),
        ] {
            let mut backlog = executed([0, 10, 11, 13]);
            backlog.tries.insert(hour(12), tried.iter().map(|number| hour(*number)).collect());
            assert_eq!(backlog.decide(now, hour(33))[0], (hour(12), expected), "{tried:?}");
        }
    }
}
