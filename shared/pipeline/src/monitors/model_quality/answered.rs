//! A window's answers with their labels: row by row, or counted, where hours were merged.

use super::Joined;
use crate::RunError;
use crate::merge::hours::JudgedHours;
use crate::monitor::RunRequest;
use bellwether_analysis::model_quality::{
    CountedAnswers, LabelledRows, MeasuredQuality, Problem, Scatter, measure,
};
use bellwether_contract::names::ScheduleName;

/// The answers.
pub(super) enum Answered {
    Rows(LabelledRows),
    Counted(CountedAnswers),
}

impl Answered {
    /// What they came to; of no row nothing.
    pub(super) fn measured(&mut self) -> Option<MeasuredQuality> {
        match self {
            Self::Rows(rows) => (!rows.is_empty()).then(|| measure(rows)),
            Self::Counted(counted) => (counted.rows() > 0).then(|| counted.measure()),
        }
    }

    /// Their picture, which takes rows.
    pub(super) fn scatter(&mut self) -> Option<Scatter> {
        match self {
            Self::Rows(rows) => rows.scatter(),
            Self::Counted(_) => None,
        }
    }

    /// What is kept of them.
    pub(super) fn counted(&mut self) -> CountedAnswers {
        match self {
            Self::Rows(rows) => CountedAnswers::of(rows),
            Self::Counted(counted) => counted.clone(),
        }
    }
}

/// The hours that a schedule judged, as if their captures had been read.
pub(super) async fn of_hours(
    of: &ScheduleName,
    problem: &Problem,
    request: RunRequest<'_>,
) -> Result<Joined, RunError> {
    let hours = JudgedHours::<CountedAnswers>::read(of, request, |_, _| {}).await?;
    let (undecided, is_other) = (hours.undecided(), |profile: &CountedAnswers| profile.problem() != problem);
    if hours.profile.as_ref().is_some_and(is_other) {
        let settings =
            "PROBLEM_TYPE, POSITIVE_LABEL, PROBABILITY_THRESHOLD or another one of how answers are read";
        return Err(hours.of_other_settings(request, settings));
    }
    let nothing = || LabelledRows::new(problem);
    let rows = hours.profile.map_or_else(|| Answered::Rows(nothing()), Answered::Counted);
    let (summary, lines, unread) = (hours.labels, hours.lines, hours.unread);
    Ok(Joined { rows, scored: None, summary, lines, unread, seen: 0, undecided })
}
