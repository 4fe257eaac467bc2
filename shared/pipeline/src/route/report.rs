//! A run's report as the router reads it, and its place checked against what it says of itself.
//!
//! It reads final names only and decides nothing.

use crate::RunError;
use crate::inputs::optional;
use crate::route::decision::Verdict;
use crate::route::finding::{Finding, Numbers};
use crate::settings::hex;
use bellwether_contract::ContractError;
use bellwether_contract::execution::{Execution, Status};
use bellwether_contract::json::from_slice;
use bellwether_contract::keys::{Key, ReportFile, RunFolder};
use bellwether_contract::routing::{RoutedRun, ViolatedConstraint};
use bellwether_contract::violations::Violations;
use bellwether_storage::{Location, Store};
use bytes::Bytes;
use serde::de::DeserializeOwned;
use sha2::{Digest, Sha256};

/// Largest report file that is read.
const MAX_FILE_BYTES: u64 = 64 * 1024 * 1024;

/// A run, read.
#[derive(Debug)]
pub struct RunReport {
    /// Where it lies.
    pub run: RunFolder,
    /// Its verdict.
    pub execution: Execution,
    /// Its violations, the worst first.
    pub findings: Vec<Finding>,
    /// The same, as far as the decision goes.
    pub verdict: Verdict,
}

impl RunReport {
    /// Reads a run.
    ///
    /// # Errors
    /// A file that is missing, or is not what the contract says, or belongs to another run: named by its URI.
    pub async fn read(reports: &Store, run: &RunFolder) -> Result<Self, RunError> {
        let execution = execution(reports, run).await?;
        let violations = violations(reports, run, &execution).await?;
        let status = execution.monitoring_execution_status;
        let numbers = match status {
            Status::Completed | Status::CompletedWithViolations => Numbers::new(
                file(reports, &Key::Report(run, ReportFile::Statistics)).await?,
                file(reports, &Key::Report(run, ReportFile::Constraints)).await?,
            ),
            _ => Numbers::default(),
        };
        let first_had_violations = run.revision > 1 && had_violations(reports, &run.first()).await?;
        let not_evaluable: std::collections::BTreeSet<String> =
            execution.not_evaluable.keys().cloned().collect();
        let mut evaluated = numbers.evaluated();
        evaluated.retain(|name| !not_evaluable.contains(name));
        let verdict = Verdict {
            run: RoutedRun { window_end: run.hour, revision: run.revision, digest: execution.digest.clone() },
            window_start: execution.identity.window.start(),
            status,
            violations: violations.violations.iter().map(ViolatedConstraint::from).collect(),
            evaluated,
            not_evaluable,
            first_had_violations,
        };
        let findings = numbers.findings(&violations.violations);
        Ok(Self { run: run.clone(), execution, findings, verdict })
    }
}

/// The reports' location and the run of a `constraint_violations.json` that somebody named by its URI.
///
/// # Errors
/// `NotAReport` where that is no run's final name.
pub fn located(object: &Location) -> Result<(Location, RunFolder), RunError> {
    // {endpoint}/{schedule}/yyyy/mm/dd/HH/constraint_violations.json, and perhaps a folder more for a second verdict.
    const LEAST: usize = 7;
    const MOST: usize = 8;
    let (mut place, mut key) = (object.clone(), String::new());
    for parts in 1..=MOST {
        let Some((folder, name)) = place.as_object() else {
            break;
        };
        key = if key.is_empty() { name } else { format!("{name}/{key}") };
        place = folder;
        if parts >= LEAST
            && let Ok(run) = RunFolder::from_violations_key(&key)
        {
            return Ok((place, run));
        }
    }
    Err(RunError::NotAReport { object: object.to_string(), reports: "{reports}".to_owned() })
}

async fn bytes(reports: &Store, key: &Key<'_>) -> Result<(String, Bytes), RunError> {
    let key = key.to_string();
    Ok((reports.uri(&key), reports.get(&key, MAX_FILE_BYTES).await?))
}

async fn file<T: DeserializeOwned>(reports: &Store, key: &Key<'_>) -> Result<T, RunError> {
    let (uri, bytes) = bytes(reports, key).await?;
    Ok(from_slice(&uri, &bytes)?)
}

/// The commit of the run, which must be of this endpoint, schedule and hour.
async fn execution(reports: &Store, run: &RunFolder) -> Result<Execution, RunError> {
    let key = Key::Execution(run);
    let execution: Execution = file(reports, &key).await?;
    let identity = &execution.identity;
    let is_of_this_folder = identity.endpoint_name == run.endpoint
        && identity.monitoring_schedule_name == run.schedule
        && identity.window.end() == run.hour;
    if is_of_this_folder {
        return Ok(execution);
    }
    let reason = format!("is of another run than its folder: {identity}");
    Err(ContractError::malformed(reports.uri(&key.to_string()), reason).into())
}

/// The violations, which must be the file that was committed.
async fn violations(reports: &Store, run: &RunFolder, execution: &Execution) -> Result<Violations, RunError> {
    let (uri, bytes) = bytes(reports, &Key::Report(run, ReportFile::ConstraintViolations)).await?;
    let violations = from_slice(&uri, &bytes)?;
    let committed = execution.files.iter().find(|file| file.name == ReportFile::ConstraintViolations);
    let digest = hex(&Sha256::digest(&bytes));
    match committed {
        Some(committed) if committed.sha256 != digest => {
            let reason = format!("is not the file that execution.json committed ({})", committed.sha256);
            Err(ContractError::malformed(uri, reason).into())
        }
        _ => Ok(violations),
    }
}

async fn had_violations(reports: &Store, run: &RunFolder) -> Result<bool, RunError> {
    let key = Key::Execution(run).to_string();
    let Some(bytes) = optional(reports.get(&key, Execution::MAX_BYTES).await)? else {
        return Ok(false);
    };
    let execution: Execution = from_slice(&reports.uri(&key), &bytes)?;
    Ok(execution.violations > 0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_report_is_found_from_its_uri_alone() {
        let run = "e/s/2026/10/31/09/constraint_violations.json";
        let again = "e/s/2026/10/31/09/revision-2/constraint_violations.json";
        for (uri, reports, revision) in [
            (format!("s3://bucket/{run}"), "s3://bucket", 1),
            (format!("s3://bucket/model-monitor/reports/{run}"), "s3://bucket/model-monitor/reports", 1),
            (format!("s3://bucket/reports/{again}"), "s3://bucket/reports", 2),
            (format!("/tmp/out/reports/{again}"), "/tmp/out/reports", 2),
            (format!("reports/{run}"), "reports", 1),
            (run.to_owned(), ".", 1),
        ] {
            let (place, found) = located(&uri.parse().unwrap()).unwrap();
            assert_eq!((place.to_string().as_str(), found.revision), (reports, revision), "{uri}");
        }
        for uri in [
            "s3://bucket/constraint_violations.json",
            "s3://bucket",
            "/",
            "s3://b/x/e/s/2026/10/31/09/statistics.json",
        ] {
            let error = located(&uri.parse().unwrap()).unwrap_err();
            assert_eq!(error.error_type(), "NotAReport", "{uri}");
        }
    }
}
