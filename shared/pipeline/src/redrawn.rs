//! The page of a run from its files, for a run that was made before pages were, or whose page was lost.
//!
//! What stands in no file is not on it: the settings, and what a monitor drew of what it had in memory. A file of the baseline counts
//! only with the digest by which the run names it: a window must not be drawn beside another baseline than it was judged by.

use crate::RunError;
use crate::executions::{verdict, violations};
use crate::inputs;
use crate::monitors::TABLE;
use crate::publication::digest_of;
use aws_sdk_s3::Client;
use bellwether_contract::ContractError;
use bellwether_contract::evaluation::Evaluations;
use bellwether_contract::execution::{BaselineFile, BaselineRole, Execution};
use bellwether_contract::json::from_slice;
use bellwether_contract::keys::{Key, ReportFile, RunFolder};
use bellwether_page::Part;
use bellwether_page::monitors::Checks;
use bellwether_page::run::{DrawnRun, page};
use bellwether_storage::Store;
use bytes::Bytes;
use serde::de::DeserializeOwned;
use std::collections::BTreeMap;

/// Largest file that is drawn from.
const MAX_BYTES: u64 = 128 * 1024 * 1024;
/// What a monitor can draw again: its measurements, whichever of the two it writes.
const DRAWN: [ReportFile; 2] = [ReportFile::Statistics, ReportFile::Analysis];

/// What is left of a run.
#[derive(Debug)]
pub struct RunFiles {
    /// The verdict.
    pub execution: Execution,
    /// Every check.
    pub evaluation: Evaluations,
    measured: BTreeMap<ReportFile, (String, Bytes)>,
    baselines: BTreeMap<BaselineRole, (String, Bytes)>,
    /// Why a file of the baseline is not drawn.
    missing: Vec<String>,
}

impl RunFiles {
    /// How each check ended.
    #[must_use]
    pub fn checks(&self) -> Checks<'_> {
        Checks::from(&self.evaluation)
    }

    /// What was measured, where the run has such a file.
    ///
    /// # Errors
    /// A file that is none.
    pub fn measured<T: DeserializeOwned>(&self, file: ReportFile) -> Result<Option<T>, ContractError> {
        parsed(self.measured.get(&file))
    }

    /// A file of the baseline, where it is still what it was.
    ///
    /// # Errors
    /// A file that is none.
    pub fn baseline<T: DeserializeOwned>(&self, role: BaselineRole) -> Result<Option<T>, ContractError> {
        parsed(self.baselines.get(&role))
    }
}

fn parsed<T: DeserializeOwned>(read: Option<&(String, Bytes)>) -> Result<Option<T>, ContractError> {
    read.map(|(uri, bytes)| from_slice(uri, bytes)).transpose()
}

/// Draws it. `s3` reads baselines that lie in a bucket.
///
/// # Errors
/// A file of the run is missing, or cannot be read.
pub async fn page_of_a_run(
    reports: &Store,
    s3: Option<&Client>,
    run: &RunFolder,
) -> Result<String, RunError> {
    let execution = verdict(reports, run, true).await?;
    let evaluation = match file(reports, run, &execution, ReportFile::Evaluation).await? {
        Some((uri, bytes)) => from_slice(&uri, &bytes)?,
        None => Evaluations::default(),
    };
    let mut measured = BTreeMap::new();
    for name in DRAWN {
        measured.extend(file(reports, run, &execution, name).await?.map(|read| (name, read)));
    }
    let (mut baselines, mut missing) = (BTreeMap::new(), Vec::new());
    for file in &execution.baselines {
        match baseline(file, s3).await {
            Ok(read) => baselines.extend(file.role.map(|role| (role, (file.uri.clone(), read)))),
            Err(why) => missing.push(why),
        }
    }
    let files = RunFiles { execution, evaluation, measured, baselines, missing };
    let mut part = part(&files)?;
    part.says_of_itself(&files.missing);
    Ok(page(&DrawnRun {
        execution: &files.execution,
        evaluation: &files.evaluation,
        violations: &violations(reports, run).await?,
        settings: &[],
        runbook: None,
        part: &part,
    }))
}

/// What the run's monitor can draw again; nothing of one that this version does not know.
fn part(files: &RunFiles) -> Result<Part, ContractError> {
    let name = &files.execution.identity.monitor;
    let monitor = TABLE.iter().find(|monitor| monitor.name == name);
    monitor.map_or_else(|| Ok(Part::default()), |monitor| (monitor.redrawn)(files))
}

/// A file of the run; `None` where it has none of that name.
async fn file(
    reports: &Store,
    run: &RunFolder,
    execution: &Execution,
    name: ReportFile,
) -> Result<Option<(String, Bytes)>, RunError> {
    if execution.files.iter().all(|file| file.name != name) {
        return Ok(None);
    }
    let key = Key::Report(run, name).to_string();
    let bytes = reports.get(&key, MAX_BYTES).await?;
    Ok(Some((reports.uri(&key), bytes)))
}

async fn baseline(file: &BaselineFile, s3: Option<&Client>) -> Result<Bytes, String> {
    let gone = |why: String| format!("{}, by which the run was judged, is not drawn: {why}", file.uri);
    let place = file.uri.parse().map_err(|error| gone(format!("{error}")))?;
    let bytes = inputs::object(&place, s3, MAX_BYTES).await.map_err(|error| gone(error.chain()))?;
    let is_same = digest_of(&bytes) == file.sha256;
    is_same.then_some(bytes).ok_or_else(|| gone("it is another file than it was then".to_owned()))
}
