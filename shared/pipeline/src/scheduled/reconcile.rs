//! The reconciler: what earlier ticks left, made good after the tick's own window.
//!
//! Windows without an execution are judged; what is committed and not published is completed; a window whose records came late
//! is opened again, once. It invokes nothing and sends nothing: it works in the invocation that it is part of, while time is
//! left, and harms that one's own verdict in no way: its failures are recorded and logged, never returned. Why so:
//! docs/decisions/0014 and 0021.

mod backlog;
mod given_up;
mod survey;

use super::{Invocation, Scheduled};
use crate::RunError;
use crate::commit::Committed;
use crate::meter::Meter;
use crate::monitor::{LateLook, Monitor};
use crate::progress::Watcher;
use backlog::{Next, TRIES};
use bellwether_contract::keys::{Key, RunFolder};
use bellwether_contract::trigger::Trigger;
use bellwether_contract::window::{Window, truncate};
use bellwether_storage::StorageError;
use given_up::cause;
use std::time::Duration;
use tokio::time::Instant;

/// No window is judged when less than this is left of the function's time, a third of the longest.
const LEAST_TO_JUDGE: Duration = Duration::from_secs(300);
/// Nothing is published when less than this is left.
const LEAST_TO_PUBLISH: Duration = Duration::from_secs(60);
/// A window is given up when this is left: enough to record the try.
const RESERVE: Duration = Duration::from_secs(15);

/// A window that an earlier tick left, and what became of it now.
#[derive(Debug)]
pub struct Reconciled {
    /// The window.
    pub window: Window,
    /// Its verdict, or why there is still none.
    pub made: Result<Committed, RunError>,
}

impl<M: Monitor> Scheduled<M> {
    /// A tick of the schedule: judges its window, then makes good what earlier ticks left: at most three windows to judge.
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
            tracing::warn!(error_type, "what earlier ticks left was not looked for: {}", error.chain());
            Vec::new()
        });
        (made, reconciled)
    }

    async fn reconcile(
        &self,
        invocation: &Invocation,
        watcher: Watcher<'_>,
    ) -> Result<Vec<Reconciled>, RunError> {
        let backlog = self.survey(invocation.now, invocation.trigger.window.scheduled()).await?;
        let mut reconciled = Vec::new();
        for (scheduled, next) in backlog.decide() {
            let window = match backlog.window(scheduled) {
                Some(window) => window,
                None => self.schedule.offsets().window(scheduled)?,
            };
            let end = window.end();
            if !is_time_left(invocation.deadline, Instant::now(), next.least()) {
                tracing::info!(window_end = %end, "the next tick reconciles it: this one has no time left");
                break;
            }
            if let Next::Look { is_last } = next
                && !self.has_grown(window, is_last, invocation).await
            {
                continue;
            }
            let theirs = Invocation {
                trigger: Trigger { window, reopen: matches!(next, Next::Reopen | Next::Look { .. }) },
                deadline: invocation.deadline.map(|end| end.checked_sub(RESERVE).unwrap_or(end)),
                ..invocation.clone()
            };
            let made = Box::pin(self.make_good(next, &theirs, watcher)).await;
            if let Err(error) = &made
                && !matches!(error, RunError::HandedOver(_))
            {
                let error_type = error.error_type();
                tracing::warn!(error_type, window_end = %end, "a window was not reconciled: {}", error.chain());
            }
            reconciled.push(Reconciled { window, made });
        }
        Ok(reconciled)
    }

    async fn make_good(
        &self,
        next: Next,
        invocation: &Invocation,
        watcher: Watcher<'_>,
    ) -> Result<Committed, RunError> {
        match next {
            Next::Complete(revision) => self.publish_again(invocation, revision).await,
            Next::Run { failed } => self.try_again(invocation, failed, watcher).await,
            Next::GiveUp => {
                let cause = self.last_error(invocation.trigger.window).await?;
                self.give_up(invocation, &cause).await
            }
            Next::Reopen | Next::Look { .. } => self.open_again(invocation, watcher).await,
        }
    }

    /// Completes what was committed and not published.
    async fn publish_again(&self, invocation: &Invocation, revision: u8) -> Result<Committed, RunError> {
        let (meter, window) = (Meter::start(invocation.memory_mb), invocation.trigger.window);
        let run = RunFolder { revision, ..self.run_folder(&window) };
        let publishing = async {
            match self.ledger.look(&run, &self.identity(window)).await? {
                Some(execution) => self.complete(run, execution, false, invocation, meter).await,
                None => {
                    let uri = self.ledger.reports.uri(&Key::Execution(&run).to_string());
                    Err(StorageError::NotFound { uri }.into())
                }
            }
        };
        in_time(invocation, publishing).await
    }

    /// Judges a window as its own tick would have, within the time that is left. The try that fails for the last time
    /// gives it up.
    async fn try_again(
        &self,
        invocation: &Invocation,
        failed: usize,
        watcher: Watcher<'_>,
    ) -> Result<Committed, RunError> {
        let made = in_time(invocation, self.judge_or_hand_over(invocation, watcher)).await;
        let Err(error) = made else { return made };
        let run = self.run_folder(&invocation.trigger.window);
        self.record(&Key::Try(&run, truncate(invocation.now)), invocation, &error).await;
        // Whoever reads its parts now may still come to a verdict: the hour after tells.
        if failed + 1 < TRIES || matches!(error, RunError::HandedOver(_)) {
            return Err(error);
        }
        tracing::warn!(run = %run, error_type = error.error_type(), "given up: {}", error.chain());
        self.give_up(invocation, &cause(error.error_type(), &error.chain())).await
    }

    /// Whether labels came of a window that waited for them; what cannot be told in time is looked at again in a later hour.
    async fn has_grown(&self, window: Window, is_last: bool, invocation: &Invocation) -> bool {
        let looking = async {
            match self.ledger.look(&self.run_folder(&window), &self.identity(window)).await? {
                Some(before) => {
                    let look = LateLook { window, before: &before, now: invocation.now, is_last };
                    Box::pin(self.monitor.has_grown(look)).await
                }
                None => Ok(false),
            }
        };
        let looked = match invocation.deadline.and_then(|end| end.checked_sub(RESERVE)) {
            Some(end) => tokio::time::timeout_at(end, looking).await.unwrap_or_else(|_| {
                Err(RunError::OutOfTime {
                    window_end: window.end(),
                    seconds: invocation.began.elapsed().as_secs(),
                })
            }),
            None => looking.await,
        };
        looked.unwrap_or_else(|error: RunError| {
            let error_type = error.error_type();
            tracing::warn!(error_type, %window, "whether labels of it came is not known: {}", error.chain());
            false
        })
    }

    /// Judges a window once more, with what came late for it. Its first verdict stands where that fails.
    async fn open_again(&self, invocation: &Invocation, watcher: Watcher<'_>) -> Result<Committed, RunError> {
        let run = self.run_folder(&invocation.trigger.window).reopened();
        tracing::info!(run = %run, "judged once more: records or labels of it came too late for its own run");
        let made = in_time(invocation, self.judge_or_hand_over(invocation, watcher)).await;
        if let Err(error) = &made {
            self.record(&Key::Try(&run, truncate(invocation.now)), invocation, error).await;
        }
        made
    }
}

impl Next {
    fn least(self) -> Duration {
        match self {
            Self::Complete(_) => LEAST_TO_PUBLISH,
            Self::Run { .. } | Self::GiveUp | Self::Reopen | Self::Look { .. } => LEAST_TO_JUDGE,
        }
    }
}

/// Work on a window, cut off at the invocation's end.
async fn in_time(
    invocation: &Invocation,
    work: impl Future<Output = Result<Committed, RunError>>,
) -> Result<Committed, RunError> {
    let began = Instant::now();
    let Some(end) = invocation.deadline else { return work.await };
    tokio::time::timeout_at(end, work).await.unwrap_or_else(|_| {
        let window_end = invocation.trigger.window.end();
        Err(RunError::OutOfTime { window_end, seconds: began.elapsed().as_secs() })
    })
}

/// Whether a window may be begun. A command has all the time there is.
fn is_time_left(deadline: Option<Instant>, now: Instant, least: Duration) -> bool {
    deadline.is_none_or(|end| end.saturating_duration_since(now) >= least)
}
