//! The runs of a schedule, read back from its reports: how each ended, its numbers, its violations.
//!
//! It reads what was committed and judges nothing. A run whose files cannot be read is listed as such: one broken file
//! must not hide the others.

use crate::RunError;
use crate::inputs::optional;
use bellwether_contract::ContractError;
use bellwether_contract::constraints::{Constraints, MetricConstraint};
use bellwether_contract::execution::Execution;
use bellwether_contract::json::from_slice;
use bellwether_contract::keys::{Key, ReportFile, RunFolder};
use bellwether_contract::named::Named;
use bellwether_contract::names::{EndpointName, ScheduleName};
use bellwether_contract::violations::{Violation, Violations};
use bellwether_storage::{StorageError, Store};
use futures::stream::StreamExt;
use jiff::Timestamp;
use std::collections::BTreeMap;

const MAX_FILE_BYTES: u64 = 64 * 1024 * 1024;
const READ_AT_ONCE: usize = 8;
/// Runs in a row that cannot be reached: the place is down.
const MOST_OUT_OF_REACH: usize = READ_AT_ONCE;

/// Which runs.
#[derive(Debug, Clone)]
pub struct Query {
    /// The endpoint.
    pub endpoint: EndpointName,
    /// The schedule.
    pub schedule: ScheduleName,
    /// Only runs that are scheduled at this instant or later: when their window ends, unless the schedule looks further back.
    pub from: Option<Timestamp>,
    /// Only runs that are scheduled before this instant.
    pub to: Option<Timestamp>,
}

/// One run.
#[derive(Debug)]
pub struct Listed {
    /// Where it lies.
    pub run: RunFolder,
    /// What it says, or why it cannot be read.
    pub read: Result<Run, RunError>,
}

impl Listed {
    /// Why it cannot be read, or not all of it.
    #[must_use]
    pub fn error(&self) -> Option<&RunError> {
        self.read.as_ref().map_or_else(Some, |run| run.violations.as_ref().err())
    }
}

/// MetricLimits by the names of aggregates.
pub type MetricLimits = Named<MetricConstraint>;

/// What a run says.
#[derive(Debug)]
pub struct Run {
    /// The verdict.
    pub execution: Execution,
    /// Its violations, or why they cannot be read; empty too where the report is committed and not published yet.
    pub violations: Result<Vec<Violation>, RunError>,
}

/// The runs that were asked for, the newest last; of one window the second verdict after the first.
///
/// # Errors
/// The reports cannot be listed, or so many runs in a row cannot be reached that the place is down: each is asked for with
/// retries.
pub async fn executions(reports: &Store, asked: &Query) -> Result<Vec<Listed>, RunError> {
    let runs = runs(reports, asked).await?.into_values();
    let read = each(runs, |run, is_committed| async move { (read(reports, &run, is_committed).await, run) });
    Ok(read.await?.into_iter().map(|(read, run)| Listed { run, read }).collect())
}

/// Reads each of these runs, several at a time, in their order.
///
/// # Errors
/// So many in a row cannot be reached that the place is down.
pub(crate) async fn each<T, F>(
    runs: impl IntoIterator<Item = (RunFolder, bool)>,
    read: impl Fn(RunFolder, bool) -> F,
) -> Result<Vec<(Result<T, RunError>, RunFolder)>, RunError>
where
    F: Future<Output = (Result<T, RunError>, RunFolder)>,
{
    let reading = runs.into_iter().map(|(run, is_committed)| read(run, is_committed));
    let mut reading = futures::stream::iter(reading).buffered(READ_AT_ONCE);
    let (mut all, mut out_of_reach) = (Vec::new(), 0);
    while let Some((read, run)) = reading.next().await {
        out_of_reach = if is_out_of_reach(&read) { out_of_reach + 1 } else { 0 };
        match read {
            Err(error) if out_of_reach >= MOST_OUT_OF_REACH => return Err(error),
            read => all.push((read, run)),
        }
    }
    Ok(all)
}

fn is_out_of_reach<T>(read: &Result<T, RunError>) -> bool {
    use StorageError::{NoSuchLocation, Unavailable};
    matches!(read, Err(RunError::Storage(NoSuchLocation { .. } | Unavailable { .. })))
}

/// The limits of the aggregates that each of these runs was judged by; none where its file says or has none.
pub async fn limits(reports: &Store, runs: impl Iterator<Item = &RunFolder>) -> Vec<Option<MetricLimits>> {
    let limits = runs.map(|run| async move {
        let key = Key::Report(run, ReportFile::Constraints).to_string();
        let bytes = reports.get(&key, MAX_FILE_BYTES).await.ok()?;
        from_slice::<Constraints>(&reports.uri(&key), &bytes).ok()?.recommendation_constraints
    });
    futures::stream::iter(limits).buffered(READ_AT_ONCE).collect().await
}

/// The folders that hold a run's file, in the order of their windows, and whether each holds its execution.
pub(crate) async fn runs(
    reports: &Store,
    asked: &Query,
) -> Result<BTreeMap<(Timestamp, u8), (RunFolder, bool)>, RunError> {
    let entries = reports.list(&Key::Schedule(&asked.endpoint, &asked.schedule).to_string()).await?;
    let wanted = |run: &RunFolder| {
        asked.from.is_none_or(|from| from <= run.hour) && asked.to.is_none_or(|to| run.hour < to)
    };
    let mut runs = BTreeMap::new();
    for entry in &entries {
        let committed = RunFolder::from_execution_key(&entry.key);
        let is_committed = committed.is_some();
        let Some(run) = committed.or_else(|| of_report(&entry.key)).filter(wanted) else { continue };
        let (_, known) = runs.entry((run.hour, run.revision)).or_insert((run, false));
        *known |= is_committed;
    }
    Ok(runs)
}

/// The run of which a file of the report lies at this key. Other people's files make no run.
fn of_report(key: &str) -> Option<RunFolder> {
    let run = RunFolder::holding(key)?;
    let name = key.rsplit('/').next()?;
    let file: ReportFile = serde_json::from_value(name.into()).ok()?;
    (Key::Report(&run, file).to_string() == key).then_some(run)
}

async fn read(reports: &Store, run: &RunFolder, is_committed: bool) -> Result<Run, RunError> {
    let execution = verdict(reports, run, is_committed).await?;
    let violations = if execution.violations > 0 { violations(reports, run).await } else { Ok(Vec::new()) };
    Ok(Run { execution, violations })
}

/// What a run committed.
pub(crate) async fn verdict(
    reports: &Store,
    run: &RunFolder,
    is_committed: bool,
) -> Result<Execution, RunError> {
    let key = Key::Execution(run).to_string();
    if !is_committed {
        let reason = "is missing, and a report lies beside it; restore it, or remove the folder";
        return Err(ContractError::malformed(reports.uri(&key), reason).into());
    }
    let execution: Execution =
        from_slice(&reports.uri(&key), &reports.get(&key, Execution::MAX_BYTES).await?)?;
    let identity = &execution.identity;
    let place = (&identity.endpoint_name, &identity.monitoring_schedule_name, identity.window.scheduled());
    if place != (&run.endpoint, &run.schedule, run.hour) {
        let reason = format!("is that of {identity}; find out who put it here, and restore this run's own");
        return Err(ContractError::malformed(reports.uri(&key), reason).into());
    }
    Ok(execution)
}

/// What a run says that was violated; nothing where that is committed and not published yet.
pub(crate) async fn violations(reports: &Store, run: &RunFolder) -> Result<Vec<Violation>, RunError> {
    let key = Key::Report(run, ReportFile::ConstraintViolations).to_string();
    match optional(reports.get(&key, MAX_FILE_BYTES).await)? {
        Some(bytes) => Ok(from_slice::<Violations>(&reports.uri(&key), &bytes)?.violations),
        None => Ok(Vec::new()),
    }
}
