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
use bellwether_storage::Store;
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
