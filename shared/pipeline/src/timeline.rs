//! The runs of a schedule as a page over time needs them: every verdict, and of the checks that are drawn the numbers of each run.
//!
//! It draws nothing. A run that cannot be read, in whole or in part, is kept with its reason.

use crate::RunError;
use crate::executions::{Query, each, runs, verdict};
use bellwether_contract::evaluation::Evaluations;
use bellwether_contract::execution::Execution;
use bellwether_contract::json::from_slice;
use bellwether_contract::keys::{Key, ReportFile, RunFolder};
use bellwether_contract::names::{EndpointName, ScheduleName};
use bellwether_page::index::{CheckValue, Schedule, TimedRun, chosen};
use bellwether_storage::Store;
use jiff::{SignedDuration, Timestamp};
use std::collections::{BTreeMap, BTreeSet};

/// How far back is looked where nobody says it.
const USUALLY: SignedDuration = SignedDuration::from_hours(24 * 14);
/// How long after its hour a run may come before it is missed.
const GRACE: SignedDuration = SignedDuration::from_hours(1);
/// Files that are asked for side by side.
const READ_AT_ONCE: usize = 8;
/// Largest `evaluation.json`.
const MAX_FILE_BYTES: u64 = 64 * 1024 * 1024;

type Values = BTreeMap<String, CheckValue>;

/// A schedule, and what its runs say.
#[derive(Debug)]
pub struct Timeline {
    endpoint: EndpointName,
    schedule: ScheduleName,
    runs: Vec<Told>,
    from: Timestamp,
    before: Option<Timestamp>,
    until: Option<Timestamp>,
    lines: Vec<String>,
    overdue: u64,
}

/// A run, and what the checks that are drawn came to in it.
#[derive(Debug)]
struct Told {
    run: RunFolder,
    read: Result<Execution, RunError>,
    values: Result<Values, RunError>,
}

/// Reads the runs that are asked for; without a beginning those of the fortnight up to the newest. `now` says which runs are due.
///
/// # Errors
/// As [`crate::executions::executions`]. What a single run lacks is a part of the answer.
pub async fn timeline(reports: &Store, asked: &Query, now: Timestamp) -> Result<Timeline, RunError> {
    let all = runs(reports, &Query { from: None, ..asked.clone() }).await?;
    let hours = || all.keys().map(|(hour, _)| *hour);
    let usually = || {
        hours()
            .next_back()
            .and_then(|newest| (newest - USUALLY).checked_add(SignedDuration::from_secs(1)).ok())
    };
    let from = asked.from.or_else(usually).unwrap_or(now);
    let before = hours().take_while(|hour| *hour < from).last();
    let wanted = all.into_values().filter(|(run, _)| from <= run.hour);
    let verdicts =
        each(wanted, |run, is_committed| async move { (verdict(reports, &run, is_committed).await, run) });
    let read = verdicts.await?;
    let until = asked.to.map(|to| to.min(now - GRACE));
    let (endpoint, schedule) = (asked.endpoint.clone(), asked.schedule.clone());
    let runs = read.into_iter().map(|(read, run)| Told { run, read, values: Ok(Values::new()) }).collect();
    let timeline = Timeline { endpoint, schedule, runs, from, before, until, lines: Vec::new(), overdue: 0 };
    Ok(timeline.with_overdue(now).with_lines(reports).await)
}

impl Timeline {
    /// Runs that were due since the newest, where the page ends with that.
    fn with_overdue(self, now: Timestamp) -> Self {
        let newest = self.runs.last().filter(|_| self.until.is_none());
        let overdue = newest.map_or(0, |newest| {
            let cadence = self.executions().last().map_or(GRACE, Execution::cadence);
            let since = (now - GRACE).duration_since(newest.run.hour).as_nanos();
            u64::try_from(since / cadence.as_nanos().max(1)).unwrap_or(0)
        });
        Self { overdue, ..self }
    }

    /// The numbers of the checks that are worth a line.
    async fn with_lines(mut self, reports: &Store) -> Self {
        let newest = self.runs.iter().rev().find(|told| told.read.is_ok());
        let newest = match newest {
            Some(told) => evaluation(reports, told).await.ok().flatten(),
            None => None,
        };
        self.lines = chosen(&self.entries(&|_| None), newest.as_ref());
        let names: BTreeSet<&str> = self.lines.iter().map(String::as_str).collect();
        let mut values = Vec::with_capacity(self.runs.len());
        for chunk in self.runs.chunks(READ_AT_ONCE) {
            let read = chunk.iter().map(|told| self::values(reports, told, &names));
            values.extend(futures::future::join_all(read).await);
        }
        for (told, values) in self.runs.iter_mut().zip(values) {
            told.values = values;
        }
        self
    }

    fn executions(&self) -> impl DoubleEndedIterator<Item = &Execution> {
        self.runs.iter().filter_map(|told| told.read.as_ref().ok())
    }

    /// How many runs there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.runs.len()
    }

    /// Whether there is none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.runs.is_empty()
    }

    /// The runs that cannot be read, or not all of them, and why.
    pub fn errors(&self) -> impl Iterator<Item = (&RunFolder, &RunError)> {
        self.runs.iter().filter_map(|told| {
            let error = told.read.as_ref().err().or_else(|| told.values.as_ref().err())?;
            Some((&told.run, error))
        })
    }

    /// As a page draws it. `href` says where the page of a run lies.
    #[must_use]
    pub fn schedule(&self, href: &dyn Fn(&RunFolder) -> Option<String>) -> Schedule<'_> {
        Schedule {
            endpoint: &self.endpoint,
            schedule: &self.schedule,
            runs: self.entries(href),
            from: Some(self.from),
            before: self.before,
            until: self.until,
            lines: self.lines.clone(),
            overdue: self.overdue,
        }
    }

    fn entries(&self, href: &dyn Fn(&RunFolder) -> Option<String>) -> Vec<TimedRun<'_>> {
        let has_page =
            |execution: &Execution| execution.files.iter().any(|file| file.name == ReportFile::Page);
        let runs = self.runs.iter().map(|told| {
            let href =
                told.read.as_ref().ok().filter(|execution| has_page(execution)).and_then(|_| href(&told.run));
            TimedRun {
                at: told.run.hour,
                revision: told.run.revision,
                read: told.read.as_ref().map_err(RunError::chain),
                values: told.values.as_ref().cloned().unwrap_or_default(),
                values_missing: told.values.as_ref().err().map(RunError::chain),
                href,
            }
        });
        runs.collect()
    }
}

/// The checks of a run; `None` of one that has no such file.
async fn evaluation(reports: &Store, told: &Told) -> Result<Option<Evaluations>, RunError> {
    let Ok(execution) = &told.read else { return Ok(None) };
    if execution.files.iter().all(|file| file.name != ReportFile::Evaluation) {
        return Ok(None);
    }
    let key = Key::Report(&told.run, ReportFile::Evaluation).to_string();
    let bytes = reports.get(&key, MAX_FILE_BYTES).await?;
    Ok(Some(from_slice(&reports.uri(&key), &bytes)?))
}

async fn values(reports: &Store, told: &Told, names: &BTreeSet<&str>) -> Result<Values, RunError> {
    if names.is_empty() {
        return Ok(Values::new());
    }
    let checks = evaluation(reports, told).await?.map(|evaluation| evaluation.checks).unwrap_or_default();
    let named = checks.iter().filter(|check| names.contains(check.name.as_str()));
    Ok(named.filter_map(|check| Some((check.name.clone(), CheckValue::of(check)?))).collect())
}
