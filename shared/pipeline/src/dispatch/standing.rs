//! Whether a monitor does what it is there for: a pure decision over how its recent runs ended.
//!
//! It reads nothing. Hours are counted by the monitor's own cadence.

use crate::document::Every;
use bellwether_contract::execution::{Execution, Status};
use jiff::{SignedDuration, Timestamp};
use std::fmt;

const HOUR: SignedDuration = SignedDuration::from_hours(1);
/// For so long nothing was judged.
const A_DAY: SignedDuration = SignedDuration::from_hours(24);
/// Runs in a row that are missing, so that one lost hour, which may heal, counts for nothing yet.
pub(super) const IN_A_ROW: usize = 2;

/// How a run ended that should be there.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Ended {
    /// Something was judged.
    Judged,
    /// There was nothing to judge.
    NoData,
    /// Too little to decide.
    Inconclusive,
    /// It has no verdict, or none that can be read; the data could not be judged; or the endpoint gave too few answers to a
    /// replay: then it is in trouble itself.
    Missing,
}

impl From<&Execution> for Ended {
    fn from(execution: &Execution) -> Self {
        let is_unanswered = execution.replay.as_ref().is_some_and(|replay| replay.incomplete);
        match execution.monitoring_execution_status {
            Status::Completed | Status::CompletedWithViolations => Self::Judged,
            Status::CompletedNoData => Self::NoData,
            Status::Inconclusive if !is_unanswered => Self::Inconclusive,
            Status::Inconclusive | Status::Failed => Self::Missing,
        }
    }
}

/// Why a monitor is behind.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Behind {
    /// Its last two runs have no verdict, failed, or got too few answers of the endpoint.
    Missing,
    /// Its runs of a day, two at least, ended and judged nothing.
    Blind,
}

impl fmt::Display for Behind {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(match self {
            Self::Missing => {
                "its last two runs have no verdict, failed, or got too few answers of the endpoint"
            }
            Self::Blind => "its runs of a day, two at least, judged nothing",
        })
    }
}

/// When the runs were scheduled that should have ended before this tick, newest first: those of a day, and two at least, as far
/// back as they go. A monitor that is watched since later is too new to be behind.
pub(super) struct Due {
    hours: Vec<Timestamp>,
    since: Timestamp,
}

impl Due {
    pub(super) fn before(tick: Timestamp, every: Every, since: Timestamp) -> Self {
        let newest = every.last_due(tick - HOUR);
        let before = |due: &Timestamp| Some(every.last_due(*due - HOUR));
        let runs = std::iter::successors(Some(newest), before).enumerate();
        let reach = runs.take_while(|(place, due)| *place < IN_A_ROW || newest.duration_since(*due) < A_DAY);
        Self { hours: reach.map(|(_, due)| due).collect(), since }
    }

    /// The last two, which tell whether runs are missing.
    pub(super) fn last(&self) -> Option<&[Timestamp]> {
        self.watched(&self.hours[..IN_A_ROW])
    }

    /// Those of a day, which tell whether it is blind.
    pub(super) fn of_a_day(&self) -> Option<&[Timestamp]> {
        self.watched(&self.hours)
    }

    fn watched<'h>(&self, hours: &'h [Timestamp]) -> Option<&'h [Timestamp]> {
        hours.last().filter(|oldest| self.since <= **oldest).map(|_| hours)
    }
}

/// What the last two runs say; `None` where a day of them has to be looked at.
pub(super) fn of_the_last(runs: &[Ended]) -> Option<Option<Behind>> {
    if runs.iter().all(|ended| *ended == Ended::Missing) {
        return Some(Some(Behind::Missing));
    }
    runs.contains(&Ended::Judged).then_some(None)
}

/// What those of a day say. Hours without data alone are no blindness: there was nothing to see. One that fails in its only hour
/// with data is blind.
pub(super) fn of_a_day(runs: &[Ended]) -> Option<Behind> {
    let could_see = runs.contains(&Ended::Inconclusive) || runs.contains(&Ended::Missing);
    let is_blind = could_see && !runs.contains(&Ended::Judged);
    is_blind.then_some(Behind::Blind)
}

#[cfg(test)]
mod tests {
    use super::*;
    use Ended::{Inconclusive, Judged, Missing, NoData};

    fn at(text: &str) -> Timestamp {
        format!("2026-10-{text}:00:00Z").parse().unwrap()
    }

    #[test]
    fn two_runs_in_a_row_are_missing_before_a_monitor_is_behind() {
        for (runs, told) in [
            ([Missing, Missing], Some(Some(Behind::Missing))),
            ([Missing, Judged], Some(None)),
            ([Judged, Missing], Some(None)),
            ([Missing, Inconclusive], None),
            ([NoData, NoData], None),
        ] {
            assert_eq!(of_the_last(&runs), told, "{runs:?}");
        }
    }

    #[test]
    fn a_day_without_a_judgement_is_blind_unless_there_was_nothing_to_see() {
        for (runs, told) in [
            (vec![Inconclusive; 24], Some(Behind::Blind)),
            (vec![Inconclusive, NoData, Missing, NoData], Some(Behind::Blind)),
            (vec![NoData; 24], None),
            ([vec![Inconclusive; 23], vec![Judged]].concat(), None),
            (vec![NoData, Missing], Some(Behind::Blind)),
            ([vec![NoData; 20], vec![Missing], vec![Judged], vec![NoData; 2]].concat(), None),
        ] {
            assert_eq!(of_a_day(&runs), told, "{runs:?}");
        }
    }

    #[test]
    fn runs_are_counted_by_the_monitors_own_cadence() {
        let hourly = Due::before(at("31T09"), Every::Hour, at("01T00"));
        assert_eq!(hourly.last().unwrap(), [at("31T08"), at("31T07")]);
        let day = hourly.of_a_day().unwrap();
        assert_eq!((day.len(), day[23]), (24, at("30T09")));
        let daily = |tick| Due::before(at(tick), Every::Day { at_hour: 6 }, at("01T00"));
        // The run of this very tick is not over.
        assert_eq!(daily("31T06").of_a_day().unwrap(), [at("30T06"), at("29T06")]);
        assert_eq!(daily("31T07").of_a_day().unwrap(), [at("31T06"), at("30T06")]);
    }

    #[test]
    fn a_new_monitor_counts_from_its_third_tick_on() {
        let since = at("31T07");
        assert!(Due::before(at("31T08"), Every::Hour, since).last().is_none());
        assert_eq!(Due::before(at("31T09"), Every::Hour, since).last().unwrap().len(), 2);
        assert!(Due::before(at("31T09"), Every::Hour, since).of_a_day().is_none());
        let daily = Every::Day { at_hour: 7 };
        assert!(Due::before(at("31T08"), daily, since).last().is_none());
    }
}
