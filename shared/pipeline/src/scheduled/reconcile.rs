//! The reconciler: windows that earlier ticks left without an execution, judged after the tick's own.
//!
//! It invokes nothing and sends nothing: what it catches up on, it runs in the invocation that it is part of, while time
//! is left. It harms that invocation's own verdict in no way: its failures are recorded and logged, never returned. It
//! re-opens no window, and it completes no publication that a crash left behind: the retries of a tick do.
//! Why so: docs/decisions/0014.

mod backlog;

use super::attempt::attempt;
use super::{Invocation, Scheduled};
use crate::RunError;
use crate::commit::Committed;
use crate::inputs::optional;
use crate::meter::Meter;
use crate::metrics::run_points;
use crate::monitor::{Findings, Monitor};
use crate::progress::Watcher;
use crate::replay::Effort;
use crate::report::Report;
use backlog::{Backlog, Next, TRIES, look_back};
use bellwether_analysis::verdict::Verdict;
use bellwether_contract::constraints::Constraints;
use bellwether_contract::execution::{Execution, Status};
use bellwether_contract::keys::{Key, RunFolder};
use bellwether_contract::statistics::Statistics;
use bellwether_contract::trigger::Trigger;
use bellwether_contract::window::{Window, truncate};
use jiff::Timestamp;
use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;
use tokio::time::Instant;

/// No window is begun when less than this is left of the function's time, a third of the longest.
const LEAST_LEFT: Duration = Duration::from_secs(300);
/// A window is given up when this is left: enough to record the try.
const RESERVE: Duration = Duration::from_secs(15);
/// Largest record of a try that is read.
const MAX_TRY_BYTES: u64 = 64 * 1024;
/// Of an error in the message of a window that was given up.
const CAUSE_CHARS: usize = 1_000;

/// A window that an earlier tick left, and what became of it now.
#[derive(Debug)]
pub struct Reconciled {
    /// The window.
    pub window: Window,
    /// Its verdict, or why there is still none.
    pub made: Result<Committed, RunError>,
}

impl<M: Monitor> Scheduled<M> {
    /// A tick of the schedule: judges its window, then at most three of the last 24 h that have no execution.
    ///
    /// However the first ends, the second is done; whatever the second meets, the first is returned as it ended. A request
    /// to judge a window once more is about that window alone.
    pub async fn tick(
        &self,
        invocation: &Invocation,
        watcher: Watcher<'_>,
    ) -> (Result<Committed, RunError>, Vec<Reconciled>) {
        let made = self.run(invocation, watcher).await;
        if invocation.trigger.reopen {
            return (made, Vec::new());
        }
        let reconciled = self.reconcile(invocation, watcher).await.unwrap_or_else(|error| {
            let error_type = error.error_type();
            tracing::warn!(error_type, "windows without an execution were not looked for: {}", error.chain());
            Vec::new()
        });
        (made, reconciled)
    }

    async fn reconcile(
        &self,
        invocation: &Invocation,
        watcher: Watcher<'_>,
    ) -> Result<Vec<Reconciled>, RunError> {
        let backlog = self.backlog(invocation.now).await?;
        let mut reconciled = Vec::new();
        for (hour, next) in backlog.decide(invocation.now, invocation.trigger.window.end()) {
            if !is_time_left(invocation.deadline, Instant::now()) {
                tracing::info!(window_end = %hour, "the next tick reconciles it: this one has no time left");
                break;
            }
            let window = Window::ending_at(hour, self.schedule.window)?;
            let theirs = Invocation {
                trigger: Trigger { window, reopen: false },
                deadline: invocation.deadline.map(|end| end.checked_sub(RESERVE).unwrap_or(end)),
                ..invocation.clone()
            };
            let made = match next {
                Next::Run { failed } => self.try_again(&theirs, failed, watcher).await,
                Next::GiveUp => self.give_up(&theirs, &self.last_error(window).await?).await,
            };
            if let Err(error) = &made {
                let error_type = error.error_type();
                tracing::warn!(error_type, window_end = %hour, "a window was not reconciled: {}", error.chain());
            }
            reconciled.push(Reconciled { window, made });
        }
        Ok(reconciled)
    }

    /// What the listings of a day or two say; of the whole schedule only its first execution is asked for, and only where the
    /// listings do not tell that it began earlier.
    async fn backlog(&self, now: Timestamp) -> Result<Backlog, RunError> {
        let schedule = &self.schedule;
        let (endpoint, name) = (&schedule.endpoint, &schedule.name);
        let mut backlog = Backlog::default();
        let days: BTreeSet<String> =
            look_back(now).map(|hour| Key::Day(endpoint, name, hour).to_string()).collect();
        for day in days {
            let entries = self.ledger.reports.list(&day).await?;
            let runs = entries.iter().filter_map(|entry| RunFolder::from_execution_key(&entry.key));
            backlog.executed.extend(runs.filter(|run| run.revision == 1).map(|run| run.hour));
        }
        if look_back(now).all(|hour| backlog.executed.contains(&hour)) {
            return Ok(backlog);
        }
        // Whatever else lies there, such as what a file manager leaves, is passed over.
        let run_of = |key: &str| RunFolder::from_execution_key(key).filter(|run| run.revision == 1);
        let schedule = Key::Schedule(endpoint, name).to_string();
        let first = self.ledger.reports.find(&schedule, |entry| run_of(&entry.key).is_some()).await?;
        backlog.first = first.and_then(|entry| run_of(&entry.key)).map(|run| run.hour);
        let days: BTreeSet<String> =
            look_back(now).map(|hour| Key::AttemptsOfDay(endpoint, name, hour).to_string()).collect();
        for day in days {
            let entries = self.ledger.state.list(&day).await?;
            for (run, hour) in entries.iter().filter_map(|entry| RunFolder::from_try_key(&entry.key)) {
                backlog.tries.entry(run.hour).or_default().insert(hour);
            }
        }
        Ok(backlog)
    }

    /// Judges a window as its own tick would have, within the time that is left. The try that fails for the last time
    /// gives it up.
    async fn try_again(
        &self,
        invocation: &Invocation,
        failed: usize,
        watcher: Watcher<'_>,
    ) -> Result<Committed, RunError> {
        let began = Instant::now();
        let judging = self.judge_once(invocation, watcher);
        let made = match invocation.deadline {
            None => judging.await,
            Some(end) => tokio::time::timeout_at(end, judging).await.unwrap_or_else(|_| {
                let window_end = invocation.trigger.window.end();
                Err(RunError::OutOfTime { window_end, seconds: began.elapsed().as_secs() })
            }),
        };
        let Err(error) = made else { return made };
        let run = self.run_folder(&invocation.trigger.window);
        self.record(&Key::Try(&run, truncate(invocation.now)), invocation, &error).await;
        if failed + 1 < TRIES {
            return Err(error);
        }
        tracing::warn!(run = %run, error_type = error.error_type(), "given up: {}", error.chain());
        self.give_up(invocation, &cause(error.error_type(), &error.chain())).await
    }

    /// Commits that the window could not be judged, unless somebody has judged it meanwhile.
    async fn give_up(&self, invocation: &Invocation, cause: &str) -> Result<Committed, RunError> {
        let window = invocation.trigger.window;
        let run = self.run_folder(&window);
        let findings = given_up(cause)?;
        let meter = Meter::start(invocation.memory_mb);
        let attempt = attempt(invocation, meter, Effort::default());
        let report = findings.report.clone();
        let execution = Execution { attempt, ..self.execution(&self.identity(window), findings) };
        let (execution, made_here) = self.ledger.commit(&run, &report, execution).await?;
        self.complete(run, execution, made_here, invocation, meter).await
    }

    /// What the newest recorded try met.
    async fn last_error(&self, window: Window) -> Result<String, RunError> {
        let run = self.run_folder(&window);
        let entries = self.ledger.state.list(&Key::Attempts(&run).to_string()).await?;
        let newest = entries.iter().rfind(|entry| RunFolder::from_try_key(&entry.key).is_some());
        let record = match newest {
            Some(entry) => optional(self.ledger.state.get(&entry.key, MAX_TRY_BYTES).await)?,
            None => None,
        };
        let record: serde_json::Value =
            record.and_then(|bytes| serde_json::from_slice(&bytes).ok()).unwrap_or_default();
        let text = |field: &str| record[field].as_str().unwrap_or("unknown").to_owned();
        Ok(cause(&text("error_type"), &text("error")))
    }
}

/// Whether a window may be begun. A command has all the time there is.
fn is_time_left(deadline: Option<Instant>, now: Instant) -> bool {
    deadline.is_none_or(|end| end.saturating_duration_since(now) >= LEAST_LEFT)
}

/// An error in one line.
fn cause(error_type: &str, chain: &str) -> String {
    let chain = chain.split_whitespace().collect::<Vec<_>>().join(" ");
    let shown: String = chain.chars().take(CAUSE_CHARS).collect();
    format!("{error_type}: {shown}")
}

/// A report that says nothing of the data, because nothing could be read.
fn given_up(cause: &str) -> Result<Findings, RunError> {
    let status = Status::Failed;
    let exit_message = format!(
        "{status}: the run could not be made in {TRIES} later tries either; the last error was {cause}"
    );
    let verdict = Verdict {
        status,
        violated: Vec::new(),
        constraints_judged: 0,
        held: BTreeSet::new(),
        exit_message,
        not_evaluable: BTreeMap::new(),
        warnings: Vec::new(),
        blind: None,
    };
    Ok(Findings {
        report: Report::new(&Statistics::default(), &Constraints::default(), &[])?,
        metrics: run_points(&verdict),
        verdict,
        judged_on: None,
        baseline: None,
        baseline_digest: None,
        capture: None,
        replay: None,
        effort: Effort::default(),
    })
}
