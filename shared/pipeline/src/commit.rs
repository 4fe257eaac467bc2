//! Stage, commit, publish: one verdict per window, whoever comes first, however often a tick comes.
//!
//! It does not know what is in a report.
//!
//! 1. Look: a committed execution of the same identity is taken as it is, and what is missing after it is completed.
//! 2. Stage the files under the digest of all of them: equal attempts meet, different ones never touch each other.
//! 3. Commit: `execution.json` by put-if-absent. Whoever loses reads the winner's.
//! 4. Publish from the committed stage, whoever won: files, then metrics, each with its mark.

use crate::RunError;
use crate::inputs::optional;
use crate::metrics::{Sent, Sink};
use crate::report::Report;
use bellwether_contract::execution::{Execution, Identity};
use bellwether_contract::json::{from_slice, to_vec};
use bellwether_contract::keys::{Key, Mark, ReportFile, RunFolder};
use bellwether_storage::{Put, StorageError, Store};
use bytes::Bytes;
use jiff::Timestamp;

/// Where a run's results and its state lie.
#[derive(Debug, Clone)]
pub struct Ledger {
    /// Final names.
    pub reports: Store,
    /// Stages, marks, attempts.
    pub state: Store,
    /// Metric points.
    pub sink: Sink,
}

/// A run that has a verdict.
#[derive(Debug, Clone)]
pub struct Committed {
    /// Where it lies.
    pub run: RunFolder,
    /// The verdict.
    pub execution: Execution,
    /// Whether this attempt made it; otherwise somebody was first.
    pub made_here: bool,
    /// Whether it was made with other settings than those that asked.
    pub other_settings: bool,
    /// Whether it was to be judged once more, and had been already.
    pub reopened_before: bool,
    /// What became of the metric points.
    pub metrics: Sent,
}

impl Ledger {
    /// The committed execution of a run, if it has one. Another monitor, window or configuration in that folder is
    /// refused.
    pub async fn look(&self, run: &RunFolder, ours: &Identity) -> Result<Option<Execution>, RunError> {
        let key = Key::Execution(run).to_string();
        let uri = self.reports.uri(&key);
        let Some(bytes) = optional(self.reports.get(&key, Execution::MAX_BYTES).await)? else {
            return Ok(None);
        };
        let execution: Execution = from_slice(&uri, &bytes)?;
        if execution.identity != *ours {
            let (theirs, ours) = (Box::new(execution.identity), Box::new(ours.clone()));
            return Err(RunError::WindowTaken { object: uri, theirs, ours });
        }
        Ok(Some(execution))
    }

    /// Stages and commits a report. The execution that counts afterwards, and whether it is this one.
    pub async fn commit(
        &self,
        run: &RunFolder,
        report: &Report,
        execution: Execution,
    ) -> Result<(Execution, bool), RunError> {
        stage(&self.state, report, |file| Key::Staged(run, &execution.digest, file)).await?;
        let (key, bytes) = (Key::Execution(run).to_string(), Bytes::from(to_vec(&execution)?));
        let lost = match self.reports.put_if_absent(&key, bytes).await {
            Ok(Put::Created) => return Ok((execution, true)),
            Ok(Put::Exists) => None,
            // The write may have happened all the same.
            Err(error @ StorageError::Unavailable { .. }) => Some(error),
            Err(error) => return Err(error.into()),
        };
        // Somebody was first. It may have been this attempt, in a try whose answer was lost.
        match (self.look(run, &execution.identity).await?, lost) {
            (Some(winner), _) => {
                let made_here = winner == execution;
                Ok((winner, made_here))
            }
            (None, Some(error)) => Err(error.into()),
            // There a moment ago, gone now: somebody removes reports. Nothing is claimed on that ground.
            (None, None) => Err(StorageError::NotFound { uri: self.reports.uri(&key) }.into()),
        }
    }

    /// Completes what follows a commit: files under their final names, then metrics. Does nothing where it is done.
    pub async fn publish(
        &self,
        run: &RunFolder,
        execution: &Execution,
        now: Timestamp,
    ) -> Result<Sent, RunError> {
        if !self.is_marked(run, execution, Mark::Published).await? {
            for file in &execution.files {
                let staged = Key::Staged(run, &execution.digest, file.name);
                let bytes = self.state.get(&staged.to_string(), file.size_bytes).await?;
                self.reports.put(&Key::Report(run, file.name).to_string(), bytes).await?;
            }
            self.mark(run, execution, Mark::Published).await?;
        }
        // A re-opened window has its points already.
        if execution.supersedes.is_some() || self.is_marked(run, execution, Mark::Metrics).await? {
            return Ok(Sent::Accepted);
        }
        let sent = self.sink.send(execution, now).await?;
        self.mark(run, execution, Mark::Metrics).await?;
        Ok(sent)
    }

    async fn is_marked(&self, run: &RunFolder, execution: &Execution, mark: Mark) -> Result<bool, RunError> {
        let key = Key::Mark(run, &execution.digest, mark).to_string();
        Ok(optional(self.state.get(&key, 1_024).await)?.is_some())
    }

    async fn mark(&self, run: &RunFolder, execution: &Execution, mark: Mark) -> Result<(), RunError> {
        Ok(self.state.put(&Key::Mark(run, &execution.digest, mark).to_string(), Bytes::new()).await?)
    }
}

/// Puts a report's files where they can be committed from.
pub(crate) async fn stage<'k>(
    state: &Store,
    report: &Report,
    key: impl Fn(ReportFile) -> Key<'k>,
) -> Result<(), RunError> {
    for (file, bytes) in report.files() {
        state.put(&key(*file).to_string(), bytes.clone()).await?;
    }
    Ok(())
}
