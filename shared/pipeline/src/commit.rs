//! Stage, commit, publish: one verdict per window, whoever comes first, however often a tick comes.
//!
//! It does not know what is in a report.
//!
//! 1. Look: a committed execution of the same identity is taken as it is, and what is missing after it is completed.
//! 2. Stage the files under the digest of all of them: equal attempts meet, different ones never touch each other. What the window's
//!    records came to is kept in the same way before, and no verdict waits for it.
//! 3. Commit: `execution.json` by put-if-absent. Whoever loses reads the winner's.
//! 4. Publish from the committed stage, whoever won: files, known by their digests, then metrics, known by a mark.

use crate::RunError;
use crate::inputs::optional;
use crate::metrics::{OfStack, Sent, Sink, StackMetrics, VIOLATION_PERSISTS, flag};
use crate::persistence::{RUNS_BEFORE, violates};
use crate::publication::{Found, Publication, found};
use crate::report::Report;
use bellwether_contract::ContractError;
use bellwether_contract::execution::{Execution, Identity};
use bellwether_contract::json::{from_slice, to_vec};
use bellwether_contract::keys::{Key, ReportFile, RunFolder};
use bellwether_contract::metrics::{Dimension, MetricPoint, parse_points};
use bellwether_storage::{Put, StorageError, Store};
use bytes::Bytes;
use jiff::Timestamp;
use std::borrow::Cow;
use std::collections::BTreeSet;

/// What to do where a file of a report is lost.
const JUDGE_AGAIN: &str = "judge the window again with --reopen, or {\"reopen\": true}";

/// Where a run's results and its state lie.
#[derive(Debug, Clone)]
pub struct Ledger {
    /// Final names.
    pub reports: Store,
    /// Stages, marks, attempts.
    pub state: Store,
    /// Metric points.
    pub sink: Sink,
    /// The stack for which runs speak, where there is one.
    pub stack: Option<StackMetrics>,
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
    /// Whether it was judged by another baseline than the one that it would be judged by now.
    pub other_baseline: bool,
    /// Whether it was to be judged once more, and had been already.
    pub reopened_before: bool,
    /// What became of the metric points.
    pub metrics: Sent,
}

impl Ledger {
    /// The committed execution of a run, if it has one. Another monitor, window or configuration in that folder is
    /// refused.
    pub async fn look(&self, run: &RunFolder, ours: &Identity) -> Result<Option<Execution>, RunError> {
        let Some(execution) = self.read(run).await? else {
            return Ok(None);
        };
        if execution.identity != *ours {
            let object = self.reports.uri(&Key::Execution(run).to_string());
            let (theirs, ours) = (Box::new(execution.identity), Box::new(ours.clone()));
            return Err(RunError::WindowTaken { object, theirs, ours });
        }
        Ok(Some(execution))
    }

    /// The same, whoever's it is.
    pub async fn read(&self, run: &RunFolder) -> Result<Option<Execution>, RunError> {
        let key = Key::Execution(run).to_string();
        let bytes = optional(self.reports.get(&key, Execution::MAX_BYTES).await)?;
        Ok(bytes.map(|bytes| from_slice(&self.reports.uri(&key), &bytes)).transpose()?)
    }

    /// Stages and commits a report. The execution that counts afterwards, and whether it is this one.
    pub async fn commit(
        &self,
        run: &RunFolder,
        report: &Report,
        execution: Execution,
    ) -> Result<(Execution, bool), RunError> {
        let execution = self.keep(run, report, execution).await;
        let (key, bytes) = (Key::Execution(run).to_string(), Bytes::from(to_vec(&execution)?));
        self.is_readable(&key, &bytes)?;
        stage(&self.state, report, |file| Key::Staged(run, &execution.digest, file)).await?;
        let lost = match self.reports.put_if_absent(&key, bytes).await {
            Ok(Put::Created(_)) => return Ok((execution, true)),
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

    /// Keeps what the window's records came to, under its digest. Where that fails, twice because nobody comes back to it, the verdict stands
    /// all the same, and says so.
    async fn keep(&self, run: &RunFolder, report: &Report, mut execution: Execution) -> Execution {
        if let (Some(bytes), Some(kept)) = (report.profile(), &execution.profile) {
            let key = Key::Profile(run, &kept.sha256).to_string();
            let mut put = self.state.put(&key, bytes.clone()).await;
            if put.is_err() {
                put = self.state.put(&key, bytes.clone()).await;
            }
            execution.attempt.profile_not_kept = put.err().map(|error| RunError::from(error).chain());
        }
        execution
    }

    /// A verdict that nobody could read would block its window for ever.
    fn is_readable(&self, key: &str, bytes: &Bytes) -> Result<(), RunError> {
        let (size, most) = (bytes.len() as u64, Execution::MAX_BYTES);
        if size <= most {
            return Ok(());
        }
        let what = format!("it would have {size} bytes and may have {most}; judge fewer columns at a time");
        Err(ContractError::malformed(self.reports.uri(key), what).into())
    }

    /// Completes what follows a commit: files under their final names, then metrics. Writes nothing where all is done.
    ///
    /// # Errors
    /// `StageExpired` and `StageAltered` where a file is missing or other, and cannot be restored.
    pub async fn publish(
        &self,
        run: &RunFolder,
        execution: &Execution,
        now: Timestamp,
    ) -> Result<Sent, RunError> {
        let files = &execution.files;
        Publication { stage: &self.state, place: &self.reports, files, remedy: JUDGE_AGAIN }
            .complete(|file| Key::Staged(run, &execution.digest, file), |file| Key::Report(run, file))
            .await?;
        // A re-opened window has its points already, save those that only its second verdict knows.
        if execution.supersedes.is_some() && !has_points_of_its_hours(execution) {
            return Ok(Sent::Accepted);
        }
        let mark = Key::MetricsSent(run, &execution.digest).to_string();
        if optional(self.state.get(&mark, MAX_MARK_BYTES).await)?.is_some() {
            return Ok(Sent::Accepted);
        }
        if execution.supersedes.is_some() {
            let points = self.points_beyond_the_first(run, execution).await?;
            let sent = self.sink.send(&execution.identity, &points, None, now).await?;
            self.state.put(&mark, Bytes::new()).await?;
            return Ok(sent);
        }
        let points = self.points(run, execution).await?;
        // Derived anew, and no part of the verdict: an earlier hour may have been judged since.
        let of_stack = match &self.stack {
            Some(stack) => {
                Some((stack, [flag(VIOLATION_PERSISTS, self.is_persisting(run, execution).await?)]))
            }
            None => None,
        };
        let of_stack = of_stack.as_ref().map(|(stack, points)| OfStack { stack, points });
        let sent = self.sink.send(&execution.identity, &points, of_stack, now).await?;
        self.state.put(&mark, Bytes::new()).await?;
        Ok(sent)
    }

    /// Points of the window's own hours that its first verdict did not have: labels came after it.
    async fn points_beyond_the_first(
        &self,
        run: &RunFolder,
        execution: &Execution,
    ) -> Result<Vec<MetricPoint>, RunError> {
        let first = self.read(&run.first()).await?;
        let first = first.map(|first| first.metrics).unwrap_or_default();
        let known: BTreeSet<(&str, &[Dimension])> =
            first.iter().map(|point| (point.name.as_str(), point.dimensions.as_slice())).collect();
        let is_new = |point: &&MetricPoint| {
            point.timestamp.is_some() && !known.contains(&(point.name.as_str(), point.dimensions.as_slice()))
        };
        Ok(execution.metrics.iter().filter(is_new).cloned().collect())
    }

    /// Whether this run violates and one of the schedule's two runs before it does.
    async fn is_persisting(&self, run: &RunFolder, execution: &Execution) -> Result<bool, RunError> {
        if !violates(execution) {
            return Ok(false);
        }
        for runs in RUNS_BEFORE {
            if self.has_violated(&run.earlier(execution.cadence() * runs)).await? {
                return Ok(true);
            }
        }
        Ok(false)
    }

    /// Whether the last verdict of a run violates. One that is there and that nobody can read is taken to: an error would keep back
    /// the points of every violating run after it, those that page as well, for as long as the file lies there. What may be read in
    /// a moment is an error, and is tried again.
    async fn has_violated(&self, first: &RunFolder) -> Result<bool, RunError> {
        let last = match self.read(&first.reopened()).await {
            Ok(None) => self.read(first).await,
            read => read,
        };
        match last {
            Ok(execution) => Ok(execution.is_some_and(|execution| violates(&execution))),
            Err(
                error @ (RunError::Malformed(_)
                | RunError::Storage(StorageError::TooLarge { .. } | StorageError::Unpackable { .. })),
            ) => {
                let error_type = error.error_type();
                tracing::warn!(error_type, run = %first, "it is taken to violate: {}", error.chain());
                Ok(true)
            }
            Err(error) => Err(error),
        }
    }

    /// All points of a committed run: those in its execution, and those in the file beside it.
    async fn points<'e>(
        &self,
        run: &RunFolder,
        execution: &'e Execution,
    ) -> Result<Cow<'e, [MetricPoint]>, RunError> {
        let mut files = execution.files.iter();
        let Some(file) = files.find(|file| file.name == ReportFile::MetricPoints) else {
            return Ok(Cow::Borrowed(&execution.metrics));
        };
        let key = Key::Report(run, file.name).to_string();
        let uri = self.reports.uri(&key);
        match found(&self.reports, &key, file).await? {
            Found::Whole(text) => {
                let beyond = parse_points(&uri, &text)?;
                Ok(execution.metrics.iter().cloned().chain(beyond).collect())
            }
            // It stood there a moment ago: somebody changes reports. The next attempt restores it.
            Found::Missing | Found::Other(_) => Err(StorageError::NotFound { uri }.into()),
        }
    }
}

/// Whether a run has points that carry the time of its window, such as what labels say of it.
pub(crate) fn has_points_of_its_hours(execution: &Execution) -> bool {
    execution.metrics.iter().any(|point| point.timestamp.is_some())
}

/// Marks are empty.
const MAX_MARK_BYTES: u64 = 1_024;

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
