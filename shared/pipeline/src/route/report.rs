//! A run's report as the router reads it, and its place checked against what it says of itself.
//!
//! It reads final names only and decides nothing.

use crate::RunError;
use crate::inputs::optional;
use crate::persistence::violates;
use crate::report::digest_of_findings;
use crate::route::finding::{Finding, findings};
use crate::route::verdict::{Evidence, RoutedVerdict};
use crate::settings::hex;
use bellwether_contract::ContractError;
use bellwether_contract::execution::{Execution, Status};
use bellwether_contract::json::from_slice;
use bellwether_contract::judged::Severity;
use bellwether_contract::keys::{Key, ReportFile, RunFolder};
use bellwether_contract::routing::{Rest, RoutedRun, ViolatedConstraint};
use bellwether_contract::violations::Violations;
use bellwether_storage::{Location, Store};
use bytes::Bytes;
use serde::de::DeserializeOwned;
use sha2::{Digest, Sha256};
use std::collections::BTreeMap;

/// Room for the names of violated constraints in the routing state.
const MOST_NAMED_BYTES: usize = 256 * 1024;
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
    pub verdict: RoutedVerdict,
}

impl RunReport {
    /// Reads a run.
    ///
    /// # Errors
    /// A file that is missing, or is not what the contract says, or belongs to another run: named by its URI.
    pub async fn read(reports: &Store, run: &RunFolder) -> Result<Self, RunError> {
        let execution = execution(reports, run).await?;
        let violations = violations(reports, run, &execution).await?;
        let findings = findings(&execution, &violations.violations);
        let status = execution.monitoring_execution_status;
        let verdict = RoutedVerdict {
            run: RoutedRun {
                window_end: run.hour,
                revision: run.revision,
                digest: digest_of_findings(&execution.files),
                worst: findings.first().map(|worst| worst.severity),
                violates: violates(&execution),
            },
            window_start: execution.identity.window.start(),
            cadence: execution.cadence(),
            status,
            violations: named(&findings),
            judged: has_judged(&execution),
            evidence: Evidence::of(&execution),
            first_had_violations: run.revision > 1 && had_violations(reports, &run.first()).await?,
        };
        Ok(Self { run: run.clone(), execution, findings, verdict })
    }
}

/// Whether a verdict rests on anything that was held against a limit: what a failed run measured on the lines that it could
/// read is none. Before that was counted, a completed run had judged.
fn has_judged(execution: &Execution) -> bool {
    let status = execution.monitoring_execution_status;
    let completed = matches!(status, Status::Completed | Status::CompletedWithViolations);
    completed && (execution.constraints_judged > 0 || execution.judged.is_empty())
}

/// The violated constraints, the worst of them by name as far as there is room in the state; the rest by check.
fn named(findings: &[Finding]) -> BTreeMap<ViolatedConstraint, Severity> {
    let (mut named, mut bytes) = (BTreeMap::new(), 0);
    let mut beyond: BTreeMap<&str, Vec<&Finding>> = BTreeMap::new();
    for finding in findings {
        bytes += finding.violated.size_bytes();
        if bytes <= MOST_NAMED_BYTES {
            let severity = named.entry(finding.violated.clone()).or_insert(finding.severity);
            *severity = finding.severity.max(*severity);
        } else {
            beyond.entry(&finding.violated.constraint_check_type).or_default().push(finding);
        }
    }
    named.extend(beyond.into_iter().map(|(check, findings)| rest(check, &findings)));
    named
}

fn rest(check: &str, findings: &[&Finding]) -> (ViolatedConstraint, Severity) {
    let mut digest = Sha256::new();
    for finding in findings {
        digest.update(finding.violated.check_name());
        digest.update([0]);
    }
    let rest = Rest { count: findings.len() as u64, digest: hex(&digest.finalize()) };
    let severity = findings.iter().map(|finding| finding.severity).max().unwrap_or(Severity::Info);
    let constraint_check_type = check.chars().take(crate::route::finding::NAME_CHARS).collect();
    (
        ViolatedConstraint { constraint_check_type, rest: Some(rest), ..ViolatedConstraint::default() },
        severity,
    )
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
        && identity.window.scheduled() == run.hour;
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

    /// Whatever columns are called, and however many are violated.
    #[test]
    fn names_are_kept_as_far_as_there_is_room_and_the_rest_is_counted() {
        use crate::route::finding::tests::of_column;
        use bellwether_contract::violations::CheckType::{BaselineDrift, Completeness};
        let findings: Vec<Finding> = (0..20_000)
            .map(|n| {
                of_column(
                    &format!("feature_{n}"),
                    if n % 2 == 0 { BaselineDrift } else { Completeness },
                    0.5,
                    1.0,
                )
            })
            .collect();
        let all = named(&findings);
        let rest: Vec<&Rest> = all.keys().filter_map(|violated| violated.rest.as_ref()).collect();
        assert_eq!(rest.len(), 2);
        assert_eq!(all.len() as u64 - 2 + rest[0].count + rest[1].count, 20_000);
        let bytes: usize = all.keys().map(ViolatedConstraint::size_bytes).sum();
        assert!((200_000..300_000).contains(&bytes), "{bytes}");
        assert_eq!(named(&findings), all);
        assert_ne!(named(&findings[1..]), all);
        let huge = named(&[of_column(&"\u{1}".repeat(1_000_000), Completeness, 0.5, 1.0)]);
        assert_eq!(
            huge.keys().next().and_then(|violated| violated.rest.as_ref()).map(|rest| rest.count),
            Some(1)
        );
    }

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
