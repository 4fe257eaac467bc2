//! What a tick makes good of a schedule's recent windows: a pure decision over what was found of them.
//!
//! It reads nothing. A window is known by its scheduled hour: the end of it, or later where the schedule looks further back.

use bellwether_contract::window::{Offsets, Window, truncate};
use jiff::{SignedDuration, Timestamp};
use std::collections::{BTreeMap, BTreeSet};

/// How far back a tick looks, but at least [`MOST_CADENCES`] windows. What is older stays as it is.
const A_DAY: SignedDuration = SignedDuration::from_hours(24);
const MOST_CADENCES: i32 = 3;
const HOUR: SignedDuration = SignedDuration::from_hours(1);
/// Windows that one tick judges beside its own.
const MOST: usize = 3;
/// Hours in which a window is tried in vain before it is given up.
pub(super) const TRIES: usize = 3;
/// Late records in a hundred of an earlier window's that open it again.
const MOST_LATE_PERCENT: u64 = 1;
/// Labelled records in a hundred of a window's from which on it waits for no more labels.
const ENOUGH_LABELLED_PERCENT: u64 = 90;
/// Hours after its own tick from which on a window that waits for labels is looked at, by the first tick then; and once more by the
/// last tick that reaches it. Each look reads it whole.
const LOOKS: [i64; 6] = [1, 2, 4, 6, 8, 12];

/// Which windows a tick looks at: those whose own tick should have come by now. What is scheduled later still waits for it.
#[derive(Debug, Clone, Copy)]
pub(super) struct Reach {
    /// What time it is.
    pub(super) now: Timestamp,
    /// The tick's own scheduled hour. The schedule's others lie whole cadences before and after it.
    pub(super) own: Timestamp,
    /// From one tick to the next.
    pub(super) cadence: SignedDuration,
    /// Which hours a tick judges.
    pub(super) offsets: Offsets,
}

impl Reach {
    /// What was scheduled before is not looked at: a day, or three ticks and the hour that one may come late.
    pub(super) fn oldest(self) -> Timestamp {
        let three = self.cadence * MOST_CADENCES;
        self.now - if three < A_DAY { A_DAY } else { three + HOUR }
    }

    fn holds(self, scheduled: Timestamp) -> bool {
        self.oldest() <= scheduled && scheduled <= self.now - HOUR && scheduled != self.own
    }

    /// Whether a look at a window is due that was not at the tick before.
    fn looks_at(self, scheduled: Timestamp) -> bool {
        let age = truncate(self.now).duration_since(scheduled);
        let before = age - self.cadence;
        LOOKS.iter().map(|hours| HOUR * *hours as i32).any(|look| before < look && look <= age)
    }

    /// Whether the next tick reaches a window no more.
    fn reaches_last(self, scheduled: Timestamp) -> bool {
        let next = Self { now: self.now + self.cadence, ..self };
        self.oldest() <= scheduled && scheduled < next.oldest()
    }

    /// Whether an hour is judged more than once.
    fn overlaps(self) -> bool {
        self.cadence < self.offsets.length()
    }

    /// The schedule's hours within reach, oldest first, save the tick's own.
    pub(super) fn windows(self) -> impl Iterator<Item = Timestamp> {
        let cadence = self.cadence.as_secs().max(HOUR.as_secs());
        let oldest = self.oldest();
        let first = (self.own.as_second() - oldest.as_second()).rem_euclid(cadence);
        let first = truncate(oldest + SignedDuration::from_secs(first));
        std::iter::successors(Some(first), move |scheduled| scheduled.checked_add(self.cadence).ok())
            .take_while(move |scheduled| *scheduled <= self.now)
            .filter(move |scheduled| self.holds(*scheduled))
    }

    /// An instant of each day on which a tick within reach was scheduled, and of the tick's own.
    pub(super) fn days(self) -> impl Iterator<Item = Timestamp> {
        let days = std::iter::successors(Some(self.oldest()), |day| day.checked_add(A_DAY).ok());
        days.take_while(move |day| *day < self.now).chain([self.now, self.own])
    }
}

/// A run: its scheduled hour, and revision.
pub(super) type RunKey = (Timestamp, u8);

/// What matters here of a committed run.
#[derive(Debug, Clone, Default)]
pub(super) struct Known {
    /// Its window; `None` where its execution cannot be read, or is another monitor's: that one is left alone.
    pub(super) window: Option<Window>,
    /// Whether its files and its points are where they belong.
    pub(super) is_published: bool,
    /// Captured records that were judged, where they decided the verdict.
    pub(super) used: Option<u64>,
    /// Records of earlier windows that came too late for those.
    pub(super) late: BTreeMap<Timestamp, u64>,
    /// Captured records, and those of them that had a label, where labels are joined.
    pub(super) labelled: Option<(u64, u64)>,
}

/// From when on every hour of a schedule is to have a verdict.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Expected {
    /// Nobody says, and there is no run, or none is missing.
    Never,
    /// Nobody says: after its first run.
    After(Timestamp),
    /// This hour is the first that it is watched in. It was not there before, or paused, and those hours are not made good.
    From(Timestamp),
}

impl Expected {
    fn holds(self, scheduled: Timestamp) -> bool {
        match self {
            Self::Never => false,
            Self::After(first) => first < scheduled,
            Self::From(since) => since <= scheduled,
        }
    }
}

/// What is known of a schedule's recent windows.
#[derive(Debug, Clone)]
pub(super) struct Backlog {
    /// Which windows are looked at.
    pub(super) reach: Reach,
    /// What is expected of the schedule.
    pub(super) expected: Expected,
    /// Its committed runs.
    pub(super) runs: BTreeMap<RunKey, Known>,
    /// Hours in which the reconciler tried a run in vain.
    pub(super) tries: BTreeMap<RunKey, BTreeSet<Timestamp>>,
}

/// What to do about a window.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Next {
    /// Publish what was committed.
    Complete(u8),
    /// Judge it. So many hours' tries were in vain, this hour's not counted.
    Run {
        /// Number of them.
        failed: usize,
    },
    /// Commit that it could not be judged.
    GiveUp,
    /// Judge it once more, with what came late.
    Reopen,
    /// Look whether enough labels came since, and if so judge it once more.
    Look {
        /// Whether no later tick reaches the window.
        is_last: bool,
    },
}

impl Backlog {
    /// What is made good now: everything that is committed and not published, and of windows to judge the three oldest,
    /// those without a verdict before those that have one.
    pub(super) fn decide(&self) -> Vec<(Timestamp, Next)> {
        let is_expected = |scheduled: &Timestamp| self.expected.holds(*scheduled);
        let judge = self.missing().filter(is_expected).map(|end| (end, self.next(end)));
        let late: Vec<Timestamp> = self.late().collect();
        let waiting = self.waiting().filter(|end| !late.contains(end)).map(|end| (end, self.look(end)));
        let judge = judge.chain(late.iter().map(|end| (*end, Next::Reopen))).take(MOST);
        self.unpublished().chain(judge).chain(waiting).collect()
    }

    fn look(&self, scheduled: Timestamp) -> Next {
        Next::Look { is_last: self.reach.reaches_last(scheduled) }
    }

    /// Windows that waited for labels when they were judged, and are to be looked at in this hour.
    fn waiting(&self) -> impl Iterator<Item = Timestamp> {
        let reach = self.reach;
        let is_due = move |scheduled: Timestamp| reach.looks_at(scheduled) || reach.reaches_last(scheduled);
        let waits = |known: &Known| {
            known.labelled.is_some_and(|(captured, labelled)| {
                labelled.saturating_mul(100) < captured.saturating_mul(ENOUGH_LABELLED_PERCENT)
            })
        };
        let firsts = self.runs.iter().filter(|((_, revision), _)| *revision == 1);
        firsts
            .filter(move |((end, _), known)| known.window.is_some() && waits(known) && is_due(*end))
            .map(|((end, _), _)| *end)
            .filter(|end| self.can_reopen(*end))
    }

    /// The window of a run that is known.
    pub(super) fn window(&self, scheduled: Timestamp) -> Option<Window> {
        self.runs.get(&(scheduled, 1)).and_then(|run| run.window)
    }

    /// Windows of which an hour is in no execution. Where they overlap every hour is in the executions of others, too: there it is
    /// those that have none of their own.
    pub(super) fn missing(&self) -> impl Iterator<Item = Timestamp> {
        let covered = self.covered();
        self.reach.windows().filter(move |scheduled| {
            if self.reach.overlaps() {
                return !self.runs.contains_key(&(*scheduled, 1));
            }
            let window = self.reach.offsets.window(*scheduled);
            window.is_ok_and(|window| window.hours().any(|hour| !covered.contains(&hour)))
        })
    }

    /// Beginnings of the hours that were judged.
    fn covered(&self) -> BTreeSet<Timestamp> {
        let firsts = self.runs.iter().filter(|((_, revision), _)| *revision == 1);
        firsts
            .filter_map(|((scheduled, _), run)| {
                run.window.or_else(|| self.reach.offsets.window(*scheduled).ok())
            })
            .flat_map(|window| window.hours())
            .collect()
    }

    fn unpublished(&self) -> impl Iterator<Item = (Timestamp, Next)> {
        let runs = self.runs.iter().filter(|(_, run)| run.window.is_some() && !run.is_published);
        runs.filter(|((end, _), _)| self.reach.holds(*end))
            .map(|((end, revision), _)| (*end, Next::Complete(*revision)))
    }

    /// Windows of whose records a later run met too many, and that were not opened again yet.
    fn late(&self) -> impl Iterator<Item = Timestamp> {
        let mut most: BTreeMap<Timestamp, u64> = BTreeMap::new();
        for (end, late) in self.runs.values().flat_map(|run| &run.late) {
            // Two runs that meet the same records count them twice.
            let known = most.entry(*end).or_insert(0);
            *known = (*known).max(*late);
        }
        most.into_iter().filter(|(end, late)| self.is_to_open(*end, *late)).map(|(end, _)| end)
    }

    fn is_to_open(&self, end: Timestamp, late: u64) -> bool {
        let used = self.runs.get(&(end, 1)).filter(|run| run.window.is_some()).and_then(|run| run.used);
        let is_much =
            used.is_some_and(|used| late.saturating_mul(100) > used.saturating_mul(MOST_LATE_PERCENT));
        is_much && self.can_reopen(end)
    }

    /// Whether a window that has a verdict may have its second one.
    fn can_reopen(&self, end: Timestamp) -> bool {
        self.reach.holds(end) && !self.runs.contains_key(&(end, 2)) && self.failed((end, 2)) < TRIES
    }

    fn next(&self, end: Timestamp) -> Next {
        let failed = self.failed((end, 1));
        if failed < TRIES { Next::Run { failed } } else { Next::GiveUp }
    }

    /// Hours before this one in which a run was tried in vain.
    fn failed(&self, run: RunKey) -> usize {
        let hours = self.tries.get(&run);
        hours.map_or(0, |hours| hours.iter().filter(|tried| **tried != truncate(self.reach.now)).count())
    }
}

#[cfg(test)]
mod tests;
