//! The profiles that a schedule's runs kept, merged into the statistics of a day or a week; no capture is read again.
//!
//! It knows no monitor: what a profile is, and what becomes of several, is said by a [`Merger`], or by the monitor that judges such
//! hours (`hours`). It judges nothing itself. Which hours are not among the statistics is told of each: a week of which a day is missing
//! must not look like a week.

pub(crate) mod hours;

use crate::RunError;
use crate::executions::{Listed, Query, executions};
use crate::monitors::TABLE;
use crate::publication::{Found, found_of};
use bellwether_analysis::partial::{OfWindow, PartialError, decode};
use bellwether_contract::ContractError;
use bellwether_contract::capture::LeftOut;
use bellwether_contract::execution::{Execution, KeptProfile, ReadProfile};
use bellwether_contract::keys::{Key, ReportFile, RunFolder};
use bellwether_contract::names::{EndpointName, ScheduleName};
use bellwether_contract::window::{Interval, Window};
use bellwether_storage::Store;
use jiff::{SignedDuration, Timestamp};
use serde::Serialize;
use std::collections::BTreeMap;

/// Merges the profiles of windows, in the order in which they come.
pub trait Merger: Send {
    /// Adds the profile of the next window.
    ///
    /// # Errors
    /// Why it cannot be merged with those before.
    fn add(&mut self, profile: &[u8]) -> Result<(), PartialError>;

    /// What all came to; `None` of no window.
    ///
    /// # Errors
    /// Statistics that JSON does not hold.
    fn finish(self: Box<Self>) -> Result<Option<MergedStatistics>, ContractError>;
}

/// What several windows came to, as one kind of profile.
pub(crate) struct Folded<P> {
    windows: Option<P>,
    statistics: fn(P) -> Result<MergedStatistics, ContractError>,
}

impl<P: OfWindow + Send + 'static> Folded<P> {
    /// No window yet, and how several are laid out.
    pub(crate) fn as_written(
        statistics: fn(P) -> Result<MergedStatistics, ContractError>,
    ) -> Box<dyn Merger> {
        Box::new(Self { windows: None, statistics })
    }
}

impl<P: OfWindow + Send> Merger for Folded<P> {
    fn add(&mut self, profile: &[u8]) -> Result<(), PartialError> {
        fold(&mut self.windows, decode(profile)?)
    }

    fn finish(self: Box<Self>) -> Result<Option<MergedStatistics>, ContractError> {
        self.windows.map(self.statistics).transpose()
    }
}

fn fold<P: OfWindow>(windows: &mut Option<P>, later: P) -> Result<(), PartialError> {
    match windows {
        None => *windows = Some(later),
        Some(windows) => match windows.differs(&later) {
            Some(reason) => return Err(PartialError::OtherSettings(reason)),
            None => windows.merge(&later),
        },
    }
    Ok(())
}

/// The statistics of several windows.
#[derive(Debug)]
pub struct MergedStatistics {
    /// Which file of a report it is.
    pub file: ReportFile,
    /// The file.
    pub bytes: Vec<u8>,
    /// Records that were measured in a window and are left out of the whole, by why.
    pub left_out: BTreeMap<LeftOut, u64>,
    /// What is approximate in it, because scores were counted in bins.
    pub from_bins: Vec<&'static str>,
    /// What a person should know of it.
    pub warnings: Vec<String>,
}

impl MergedStatistics {
    /// A file in which nothing is left out or approximate.
    pub(crate) fn of(file: ReportFile, bytes: Vec<u8>) -> Self {
        Self { file, bytes, left_out: BTreeMap::new(), from_bins: Vec::new(), warnings: Vec::new() }
    }
}

/// What is asked for.
#[derive(Debug, Clone)]
pub struct Asked {
    /// The endpoint.
    pub endpoint: EndpointName,
    /// The schedule whose runs kept profiles.
    pub schedule: ScheduleName,
    /// Windows that lie within these hours.
    pub hours: Interval,
}

/// What was merged, and what was not.
#[derive(Debug, Serialize)]
pub struct Merged {
    /// The monitor whose runs they are; `None` where there is none.
    pub monitor: Option<String>,
    /// The hours that were asked for.
    #[serde(flatten)]
    pub hours: Interval,
    /// Windows whose profiles were merged, in order.
    pub windows: Vec<MergedWindow>,
    /// Hours that are not among the statistics, in order.
    pub missing: Vec<MissingHours>,
    /// Records that were measured in a window and are left out of the whole, by why.
    pub left_out: BTreeMap<LeftOut, u64>,
    /// What is approximate in the statistics, because scores were counted in bins.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub from_bins: Vec<&'static str>,
    /// What a person should know of the statistics.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub warnings: Vec<String>,
    /// The file of statistics, where any window was merged.
    #[serde(skip)]
    pub statistics: Option<(ReportFile, Vec<u8>)>,
}

/// A window whose profile was merged.
#[derive(Debug, Serialize)]
pub struct MergedWindow {
    /// Which.
    #[serde(flatten)]
    pub window: Window,
    /// SHA-256 of its profile.
    pub sha256: String,
    /// Records that were measured in it.
    pub records: u64,
}

/// Hours without a profile.
#[derive(Debug, Serialize)]
pub struct MissingHours {
    /// The first.
    pub start_time: Timestamp,
    /// The end of the last.
    pub end_time: Timestamp,
    /// Why there is none.
    pub reason: String,
}

impl Merged {
    /// How many of the hours are not among the statistics.
    #[must_use]
    pub fn hours_missing(&self) -> i64 {
        hours_of(&self.missing)
    }
}

pub(crate) fn hours_of(gaps: &[MissingHours]) -> i64 {
    gaps.iter().map(|hours| hours.end_time.duration_since(hours.start_time).as_hours()).sum()
}

/// Merges what the runs of a schedule kept.
///
/// # Errors
/// Reports or profiles that cannot be read, windows that overlap, and profiles of different settings: what came out would be the
/// statistics of nothing.
pub async fn merge(reports: &Store, state: &Store, asked: &Asked) -> Result<Merged, RunError> {
    let mut merged = Merged {
        monitor: None,
        hours: asked.hours,
        windows: Vec::new(),
        missing: Vec::new(),
        left_out: BTreeMap::new(),
        from_bins: Vec::new(),
        warnings: Vec::new(),
        statistics: None,
    };
    let mut merger = None;
    let take = |window: KeptWindow<'_>| {
        let merger = merged.merger_of(reports, window.run, window.execution, &mut merger)?;
        merger.add(window.bytes).map_err(|source| window.unusable(state, source))?;
        merged.windows.push(window.named());
        Ok(Ok(()))
    };
    let missing = each_kept(reports, state, asked, take).await?;
    merged.missing = missing;
    if let Some(statistics) = merger.map(Merger::finish).transpose()?.flatten() {
        let MergedStatistics { file, bytes, left_out, from_bins, warnings } = statistics;
        merged.statistics = Some((file, bytes));
        (merged.left_out, merged.from_bins, merged.warnings) = (left_out, from_bins, warnings);
    }
    Ok(merged)
}

/// A window that kept its profile.
pub(crate) struct KeptWindow<'w> {
    run: &'w RunFolder,
    /// Its last verdict.
    pub(crate) execution: &'w Execution,
    kept: &'w KeptProfile,
    bytes: &'w [u8],
}

impl KeptWindow<'_> {
    fn named(&self) -> MergedWindow {
        let records = self.execution.capture.as_ref().map_or(0, |capture| capture.used);
        MergedWindow { window: self.execution.identity.window, sha256: self.kept.sha256.clone(), records }
    }

    /// The same as a run names it that is judged by it.
    pub(crate) fn read(&self) -> ReadProfile {
        ReadProfile { window: self.execution.identity.window, profile: self.kept.clone() }
    }

    /// That its profile cannot be merged with those before.
    fn unusable(&self, state: &Store, source: PartialError) -> RunError {
        let object = state.uri(&Key::Profile(self.run, &self.kept.sha256).to_string());
        RunError::UnusableProfile { object, source: Box::new(source) }
    }
}

/// Hands over what the last verdict of each window kept, in order, and tells which hours have nothing, or nothing that is taken.
pub(crate) async fn each_kept(
    reports: &Store,
    state: &Store,
    asked: &Asked,
    mut take: impl FnMut(KeptWindow<'_>) -> Result<Result<(), String>, RunError>,
) -> Result<Vec<MissingHours>, RunError> {
    let (mut missing, mut until) = (Vec::new(), asked.hours.start());
    for (run, execution) in &runs_within(reports, asked).await? {
        let window = execution.identity.window;
        if window.start() < until {
            return Err(overlapping(reports, run, window).into());
        }
        gap(&mut missing, until, window.start(), NO_RUN);
        until = window.end();
        let taken = match profile(state, run, execution).await? {
            Ok((kept, bytes)) => take(KeptWindow { run, execution, kept, bytes: &bytes })?,
            Err(reason) => Err(reason),
        };
        if let Err(reason) = taken {
            gap(&mut missing, window.start(), window.end(), &reason);
        }
    }
    gap(&mut missing, until, asked.hours.end(), NO_RUN);
    Ok(missing)
}

fn gap(missing: &mut Vec<MissingHours>, start_time: Timestamp, end_time: Timestamp, reason: &str) {
    if start_time < end_time {
        missing.push(MissingHours { start_time, end_time, reason: reason.to_owned() });
    }
}

const NO_RUN: &str = "no run of the schedule judged a window within these hours";

impl Merged {
    /// What merges the runs of this monitor, which all must be of.
    fn merger_of<'m>(
        &mut self,
        reports: &Store,
        run: &RunFolder,
        execution: &Execution,
        merger: &'m mut Option<Box<dyn Merger>>,
    ) -> Result<&'m mut Box<dyn Merger>, ContractError> {
        let name = &execution.identity.monitor;
        let refused =
            |reason: String| ContractError::malformed(reports.uri(&Key::Execution(run).to_string()), reason);
        if let Some(first) = self.monitor.as_ref().filter(|first| *first != name) {
            return Err(refused(format!(
                "is a run of {name}, and those before are of {first}; merge them apart"
            )));
        }
        self.monitor = Some(name.clone());
        if merger.is_none() {
            let entry = TABLE.iter().find(|entry| entry.name == *name);
            *merger = entry.and_then(|entry| (entry.merger)());
        }
        merger
            .as_mut()
            .ok_or_else(|| refused(format!("is a run of {name}, which keeps no profiles to merge")))
    }
}

/// The last verdict of each window that lies within the hours, in order.
async fn runs_within(reports: &Store, asked: &Asked) -> Result<Vec<(RunFolder, Execution)>, RunError> {
    let Asked { endpoint, schedule, hours } = asked;
    let mut from = hours.start();
    let mut runs: BTreeMap<Timestamp, (RunFolder, Execution)> = BTreeMap::new();
    let mut lag = SignedDuration::ZERO;
    // Windows that look back are judged later than they end; how much later their runs say.
    loop {
        let to = hours.end() + lag + SignedDuration::from_hours(1);
        if to <= from {
            break;
        }
        let (endpoint, schedule) = (endpoint.clone(), schedule.clone());
        let query = Query { endpoint, schedule, from: Some(from), to: Some(to) };
        for Listed { run, read } in executions(reports, &query).await? {
            let execution = read?.execution;
            let window = execution.identity.window;
            lag = lag.max(window.lag());
            if window.start() >= hours.start() && window.end() <= hours.end() {
                runs.insert(window.start(), (run, execution));
            }
        }
        from = to;
    }
    Ok(runs.into_values().collect())
}

/// What a run kept, or why there is nothing to be merged.
async fn profile<'e>(
    state: &Store,
    run: &RunFolder,
    execution: &'e Execution,
) -> Result<Result<(&'e KeptProfile, bytes::Bytes), String>, RunError> {
    let Some(kept) = &execution.profile else {
        let status = execution.monitoring_execution_status;
        return Ok(Err(format!("the run kept no profile; it ended as {status}")));
    };
    let key = Key::Profile(run, &kept.sha256).to_string();
    Ok(match found_of(state, &key, &kept.sha256, kept.size_bytes).await? {
        Found::Whole(bytes) => Ok((kept, bytes)),
        Found::Missing if execution.attempt.profile_not_kept.is_some() => {
            let why = execution.attempt.profile_not_kept.as_deref().unwrap_or_default();
            Err(format!("its run could not keep a profile: {why}"))
        }
        Found::Missing => Err(format!("its profile is gone: {} has expired or was removed", state.uri(&key))),
        Found::Other(found) => {
            Err(format!("its profile was altered: the SHA-256 of {} is {found}", state.uri(&key)))
        }
    })
}

fn overlapping(reports: &Store, run: &RunFolder, window: Window) -> ContractError {
    let reason = format!(
        "its window {window} overlaps the one before, so that records would count several times; merge a schedule whose windows \
         follow each other"
    );
    ContractError::malformed(reports.uri(&Key::Execution(run).to_string()), reason)
}

/// The profile of a window as bytes; of one that is too large to be kept there is a warning.
pub(crate) fn kept(
    profile: Option<Result<Vec<u8>, PartialError>>,
    warnings: &mut Vec<String>,
) -> Option<Vec<u8>> {
    match profile? {
        Ok(bytes) => Some(bytes),
        Err(error) => {
            tracing::warn!("the window's profile is not kept: {error}");
            warnings.push(format!("the window's profile is not kept, so that it cannot be merged: {error}"));
            None
        }
    }
}
