//! The hours of a schedule one after the other: how each ended, which are missing, and what that comes to now.

use super::{Schedule, TimedRun};
use crate::document::Mark;
use crate::words::{bdi, counted, hours_long, instant, name};
use bellwether_contract::execution::{Execution, Status};
use jiff::{SignedDuration, Timestamp};
use maud::{Markup, html};
use std::collections::BTreeMap;

const HOUR: SignedDuration = SignedDuration::from_hours(1);

/// How an hour ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Kind {
    Violated,
    Failed,
    Unreadable,
    Inconclusive,
    NoData,
    Missing,
    Within,
}

impl Kind {
    fn of(entry: &TimedRun<'_>) -> Self {
        let Ok(execution) = &entry.read else { return Self::Unreadable };
        match execution.monitoring_execution_status {
            Status::Completed => Self::Within,
            Status::CompletedWithViolations => Self::Violated,
            Status::CompletedNoData => Self::NoData,
            Status::Inconclusive => Self::Inconclusive,
            Status::Failed => Self::Failed,
        }
    }

    pub(super) fn mark(self) -> Mark {
        let of = |shape, word, tone| Mark { shape, word, tone };
        match self {
            Self::Within => Mark::of(Status::Completed),
            Self::Violated => Mark::of(Status::CompletedWithViolations),
            Self::NoData => Mark::of(Status::CompletedNoData),
            Self::Inconclusive => Mark::of(Status::Inconclusive),
            Self::Failed => Mark::of(Status::Failed),
            Self::Unreadable => of("!", "UNREADABLE", "bad"),
            Self::Missing => of("·", "NO RUN", "warn"),
        }
    }

    /// As it is counted.
    pub(super) fn words(self) -> &'static str {
        match self {
            Self::Within => "within limits",
            Self::Violated => "violated",
            Self::NoData => "without data",
            Self::Inconclusive => "inconclusive",
            Self::Failed => "failed",
            Self::Unreadable => "unreadable",
            Self::Missing => "without a run",
        }
    }

    pub(super) fn is_within(self) -> bool {
        self == Self::Within
    }
}

/// An hour at which a run was due.
#[derive(Debug, Clone, Copy)]
pub(super) struct Slot<'s> {
    pub(super) at: Timestamp,
    /// How long it speaks for.
    pub(super) cadence: SignedDuration,
    pub(super) kind: Kind,
    /// The last verdict of it.
    pub(super) run: Option<&'s TimedRun<'s>>,
}

impl<'s> Slot<'s> {
    pub(super) fn execution(&self) -> Option<&'s Execution> {
        self.run?.read.as_ref().ok().copied()
    }
}

/// Every hour that is looked at, the newest last.
pub(super) fn slots<'s>(schedule: &'s Schedule<'s>) -> Vec<Slot<'s>> {
    let cadence_of = |entry: &TimedRun<'_>| entry.read.as_ref().ok().map(|execution| execution.cadence());
    let mut cadence = schedule.runs.iter().find_map(cadence_of).unwrap_or(HOUR);
    let mut slots: Vec<Slot<'_>> = Vec::new();
    let mut last = schedule.before;
    for entry in &schedule.runs {
        if last == Some(entry.at) {
            // A second verdict stands in the place of the first.
            slots.pop();
        } else {
            slots.extend(missing(last, schedule.from, entry.at, cadence));
        }
        cadence = cadence_of(entry).unwrap_or(cadence);
        slots.push(Slot { at: entry.at, cadence, kind: Kind::of(entry), run: Some(entry) });
        last = Some(entry.at);
    }
    let until = schedule.until.into_iter();
    slots.extend(until.flat_map(|until| missing(last, schedule.from, until, cadence)));
    slots
}

/// The hours between two runs at which one was due.
fn missing<'s>(
    last: Option<Timestamp>,
    from: Option<Timestamp>,
    next: Timestamp,
    cadence: SignedDuration,
) -> impl Iterator<Item = Slot<'s>> {
    let following = std::iter::successors(last, move |at| at.checked_add(cadence).ok()).skip(1);
    let due =
        following.take_while(move |at| *at < next).filter(move |at| from.is_none_or(|from| *at >= from));
    due.map(move |at| Slot { at, cadence, kind: Kind::Missing, run: None })
}

/// Where the last violation began, whether it goes on or not.
pub(super) fn first_violated<'v, 's>(slots: &'v [Slot<'s>]) -> Option<&'v Slot<'s>> {
    let back = slots.iter().rev().skip_while(|slot| slot.kind != Kind::Violated);
    back.take_while(|slot| !slot.kind.is_within()).filter(|slot| slot.kind == Kind::Violated).last()
}

/// Hours that are drawn at most: two months of them.
pub(super) const MOST_DRAWN: usize = 62 * 24;

/// The newest of them, as many as are drawn.
pub(super) fn newest_of<'v, 's>(slots: &'v [Slot<'s>]) -> &'v [Slot<'s>] {
    &slots[slots.len().saturating_sub(MOST_DRAWN)..]
}

/// How many hours ended so, by the words for it.
pub type Counts = BTreeMap<&'static str, u64>;

/// How many ended how, in the order of what matters.
pub(super) fn counts(slots: &[Slot<'_>]) -> Vec<(Kind, u64)> {
    let mut counts: BTreeMap<Kind, u64> = BTreeMap::new();
    slots.iter().for_each(|slot| *counts.entry(slot.kind).or_default() += 1);
    counts.into_iter().collect()
}

/// How a schedule stands.
#[derive(Debug, Clone)]
pub struct ScheduleState {
    /// How its last hour ended.
    pub mark: Mark,
    /// The same in a sentence: since when, and what was before.
    pub sentence: String,
    /// How many hours ended how.
    pub counts: Counts,
}

impl ScheduleState {
    /// Since when it stands so, and how many hours ended how.
    #[must_use]
    pub fn in_words(&self) -> String {
        let counts = self.counts.iter().map(|(words, count)| format!("{count} {words}")).collect::<Vec<_>>();
        if counts.is_empty() {
            self.sentence.clone()
        } else {
            format!("{}; {}", self.sentence, counts.join(", "))
        }
    }
}

/// How a schedule stands, for whoever does not draw it.
#[must_use]
pub fn standing(schedule: &Schedule<'_>) -> ScheduleState {
    stand(schedule, &slots(schedule))
}

pub(super) fn stand(schedule: &Schedule<'_>, slots: &[Slot<'_>]) -> ScheduleState {
    let counts = counts(slots).into_iter().map(|(kind, count)| (kind.words(), count)).collect();
    let Some(newest) = slots.last() else {
        let sentence = "There is no run of this schedule in these reports".to_owned();
        return ScheduleState { mark: Kind::Missing.mark(), sentence, counts };
    };
    let story = story(slots);
    let overdue = schedule.overdue;
    if overdue == 0 {
        return ScheduleState { mark: newest.kind.mark(), sentence: story, counts };
    }
    let lower = story[..1].to_lowercase() + &story[1..];
    let (runs, since) = (counted(overdue, "run"), instant(newest.at));
    let sentence = format!("{runs} that were due since {since} are missing; before that {lower}");
    ScheduleState { mark: Kind::Missing.mark(), sentence, counts }
}

/// Hours in a row of which the same can be said.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Stretch {
    state: State,
    length: SignedDuration,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum State {
    Within,
    Violated,
    /// Nobody can say; where all of it is so for one reason, for that one.
    Unproven(Option<Kind>),
}

impl State {
    fn of(kind: Kind) -> Self {
        match kind {
            Kind::Within => Self::Within,
            Kind::Violated => Self::Violated,
            other => Self::Unproven(Some(other)),
        }
    }

    fn and(self, other: Self) -> Option<Self> {
        match (self, other) {
            (Self::Unproven(one), Self::Unproven(other)) => {
                Some(Self::Unproven(one.filter(|_| one == other)))
            }
            (one, other) => (one == other).then_some(one),
        }
    }

    fn words(self) -> &'static str {
        match self {
            Self::Within => "within its limits",
            Self::Violated => "violated",
            Self::Unproven(Some(Kind::Missing)) => "without a run",
            Self::Unproven(Some(Kind::NoData)) => "without data",
            Self::Unproven(Some(Kind::Unreadable)) => "unreadable",
            Self::Unproven(Some(Kind::Failed)) => "failed",
            Self::Unproven(_) => "not judged",
        }
    }
}

/// Stretches, the newest first. Hours of which nobody can say anything belong to the violation before and after them: only an hour
/// within its limits ends one.
fn stretches(slots: &[Slot<'_>]) -> Vec<Stretch> {
    let mut stretches: Vec<Stretch> = Vec::new();
    for slot in slots.iter().rev() {
        let (state, length) = (State::of(slot.kind), slot.cadence);
        match stretches.last_mut() {
            Some(last) if let Some(both) = last.state.and(state) => {
                *last = Stretch { state: both, length: last.length + length };
            }
            _ => stretches.push(Stretch { state, length }),
        }
        if let [
            ..,
            Stretch { state: State::Violated, length: later },
            unproven,
            Stretch { state: State::Violated, length },
        ] = stretches.as_slice()
            && matches!(unproven.state, State::Unproven(_))
        {
            let length = *later + unproven.length + *length;
            stretches.truncate(stretches.len() - 3);
            stretches.push(Stretch { state: State::Violated, length });
        }
    }
    stretches
}

/// `Within its limits for 3 hours; before that violated for 9 hours`
fn story(slots: &[Slot<'_>]) -> String {
    let stretches = stretches(slots);
    let told = stretches
        .iter()
        .take(2)
        .map(|stretch| format!("{} for {}", stretch.state.words(), hours_long(stretch.length)));
    let mut story = told.collect::<Vec<_>>().join("; before that ");
    if let Some(first) = story.get_mut(..1) {
        first.make_ascii_uppercase();
    }
    story
}

/// The newest run that can be read.
pub(super) fn newest_read<'s>(schedule: &'s Schedule<'s>) -> Option<&'s Execution> {
    schedule.runs.iter().rev().find_map(|entry| entry.read.as_ref().ok().copied())
}

/// What kind of monitor it is, as people say it.
pub(super) fn kind(schedule: &Schedule<'_>) -> String {
    newest_read(schedule)
        .map_or_else(String::new, |execution| name(&execution.identity.monitor).replace('-', " "))
}

/// `kind of monitor of churn-prod/AllTraffic`
pub(super) fn of_whom(schedule: &Schedule<'_>) -> String {
    match newest_read(schedule) {
        Some(execution) => {
            format!("{} of {}/{}", kind(schedule), schedule.endpoint, execution.identity.variant_name)
        }
        None => schedule.endpoint.to_string(),
    }
}

/// The same as a heading: who is judged.
pub(super) fn heading(schedule: &Schedule<'_>) -> Markup {
    let variant = newest_read(schedule).map(|execution| &execution.identity.variant_name);
    html! { (bdi(schedule.endpoint.as_str())) @if let Some(variant) = variant { " / " (bdi(variant.as_str())) } }
}
