//! The runs of a schedule, read back from its reports: how each ended, its numbers, its violations.
//!
//! It reads what was committed and judges nothing. A run whose files cannot be read is listed as such: one broken file
//! must not hide the others.

use crate::RunError;
use bellwether_contract::constraints::{Constraints, MetricConstraint};
use bellwether_contract::execution::Execution;
use bellwether_contract::json::from_slice;
use bellwether_contract::keys::{Key, ReportFile, RunFolder};
use bellwether_contract::named::Named;
use bellwether_contract::names::{EndpointName, ScheduleName};
use bellwether_contract::violations::{Violation, Violations};
use bellwether_storage::{StorageError, Store};
use futures::stream::{StreamExt, TryStreamExt};
use jiff::Timestamp;

const MAX_FILE_BYTES: u64 = 64 * 1024 * 1024;
const READ_AT_ONCE: usize = 8;

/// Which runs.
#[derive(Debug, Clone)]
pub struct Asked {
    /// The endpoint.
    pub endpoint: EndpointName,
    /// The schedule.
    pub schedule: ScheduleName,
    /// Only runs whose window ends at this instant or later.
    pub from: Option<Timestamp>,
    /// Only runs whose window ends before this instant.
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

/// Limits by the names of aggregates.
pub type Limits = Named<MetricConstraint>;

/// What a run says.
#[derive(Debug)]
pub struct Run {
    /// The verdict.
    pub execution: Execution,
    /// Its violations; empty too where the report is committed and not published yet.
    pub violations: Vec<Violation>,
}

/// The runs that were asked for, the newest last; of one window the second verdict after the first.
///
/// # Errors
/// The reports cannot be listed.
pub async fn executions(reports: &Store, asked: &Asked) -> Result<Vec<Listed>, RunError> {
    let mut runs = runs(reports, asked).await?;
    runs.sort_by_key(|run| (run.hour, run.revision));
    let read = futures::stream::iter(runs)
        .map(|run| async move {
            match read(reports, &run).await {
                // The place itself is gone, or closed: no run can be read.
                Err(RunError::Storage(
                    error @ (StorageError::NoSuchLocation { .. } | StorageError::Unavailable { .. }),
                )) => Err(RunError::from(error)),
                read => Ok(Listed { run, read }),
            }
        })
        .buffered(READ_AT_ONCE);
    read.try_collect().await
}

/// The limits of the aggregates that each of these runs was judged by; none where its file says or has none.
pub async fn limits(reports: &Store, runs: impl Iterator<Item = &RunFolder>) -> Vec<Option<Limits>> {
    let limits = runs.map(|run| async move {
        let key = Key::Report(run, ReportFile::Constraints).to_string();
        let bytes = reports.get(&key, MAX_FILE_BYTES).await.ok()?;
        from_slice::<Constraints>(&reports.uri(&key), &bytes).ok()?.recommendation_constraints
    });
    futures::stream::iter(limits).buffered(READ_AT_ONCE).collect().await
}

async fn runs(reports: &Store, asked: &Asked) -> Result<Vec<RunFolder>, RunError> {
    let entries = reports.list(&Key::Schedule(&asked.endpoint, &asked.schedule).to_string()).await?;
    let runs = entries.iter().filter_map(|entry| RunFolder::from_execution_key(&entry.key));
    let wanted = |run: &RunFolder| {
        asked.from.is_none_or(|from| from <= run.hour) && asked.to.is_none_or(|to| run.hour < to)
    };
    Ok(runs.filter(wanted).collect())
}

async fn read(reports: &Store, run: &RunFolder) -> Result<Run, RunError> {
    let key = Key::Execution(run).to_string();
    let execution: Execution =
        from_slice(&reports.uri(&key), &reports.get(&key, Execution::MAX_BYTES).await?)?;
    let mut violations = Vec::new();
    if execution.violations > 0 {
        let key = Key::Report(run, ReportFile::ConstraintViolations).to_string();
        match reports.get(&key, MAX_FILE_BYTES).await {
            Ok(bytes) => violations = from_slice::<Violations>(&reports.uri(&key), &bytes)?.violations,
            Err(StorageError::NotFound { .. }) => {}
            Err(error) => return Err(error.into()),
        }
    }
    Ok(Run { execution, violations })
}
