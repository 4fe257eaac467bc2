//! A wide window that is handed over: planned by the run that finds it, read in parts by runs of the same monitor, and judged by a
//! last one, whose verdict has the bytes of a run that reads all by itself.
//!
//! Who starts those runs is no business of theirs: [`Machine`] is a state machine on AWS, a test is a loop. Whatever becomes of the parts,
//! the window has no verdict until the last run commits one, and is missing for everybody who looks until then.

use super::{Invocation, Look, Scheduled, attempt_id};
use crate::RunError;
use crate::captures::{HandedOver, Plans, WindowReader};
use crate::clock::ended;
use crate::commit::Committed;
use crate::machine::{Machine, Start};
use crate::meter::Meter;
use crate::monitor::{Monitor, RunRequest};
use crate::progress::Watcher;
use bellwether_contract::execution::Identity;
use bellwether_contract::keys::{Key, RunFolder};
use bellwether_contract::parts::Cut;

/// Who reads a window that has no verdict.
#[derive(Debug, Clone, Copy)]
pub(super) enum Hands<'h> {
    /// The run itself.
    Own,
    /// Others, where it is wide.
    Others,
    /// Others did, by the plan of this digest.
    Gathered(&'h str),
}

impl<M: Monitor> Scheduled<M> {
    /// The same monitor, whose wide windows are handed over to a state machine.
    #[must_use]
    pub fn handing_over(self, machine: Option<Machine>) -> Self {
        Self { machine, ..self }
    }

    /// The same monitor with windows cut elsewhere: for tests, whose windows are small.
    #[must_use]
    pub fn cut_at(self, cut: Cut) -> Self {
        Self { cut, ..self }
    }

    /// Judges a window, or plans it where it is wide, for whoever starts what comes of that.
    ///
    /// # Errors
    /// [`RunError::HandedOver`] where it was planned; otherwise as [`Scheduled::run`].
    pub async fn plan(&self, invocation: &Invocation, watcher: Watcher<'_>) -> Result<Committed, RunError> {
        self.recorded(invocation, Box::pin(self.judge_once(invocation, Hands::Others, watcher))).await
    }

    /// Reads a part of a window that was planned. Of one that has its verdict by now nothing is read.
    ///
    /// # Errors
    /// The part could not be read, or is none of a plan with this digest.
    pub async fn read_part(
        &self,
        invocation: &Invocation,
        job: &str,
        part: usize,
        watcher: Watcher<'_>,
    ) -> Result<(), RunError> {
        self.recorded(invocation, self.part(invocation, job, part, watcher)).await
    }

    async fn part(
        &self,
        invocation: &Invocation,
        job: &str,
        part: usize,
        watcher: Watcher<'_>,
    ) -> Result<(), RunError> {
        let meter = Meter::start(invocation.memory_mb);
        let window = invocation.trigger.window;
        let (first, ours) = (self.run_folder(&window), self.identity(window));
        let (run, Look::Open { .. }) = self.look(&first, &ours, invocation.trigger.reopen).await? else {
            return Ok(());
        };
        let job = self.plans(&run, &ours, invocation).job(Some(job)).await?;
        let request = RunRequest {
            reader: WindowReader::OfPart { job: &job, part, meter },
            ..self.request(&run, &ours, invocation)
        };
        match Box::pin(self.monitor.measure(request, watcher)).await {
            Err(RunError::PartRead { .. }) => {
                tracing::info!(run = %run, part, duration_seconds = meter.seconds(), "a part was read");
                Ok(())
            }
            Err(error) => Err(error),
            Ok(_) => {
                let object = run.to_string();
                let reason = format!("part {part} was not read: the settings name no capture any more");
                Err(RunError::PlanUnusable { object, reason })
            }
        }
    }

    /// Judges a window whose parts were read.
    ///
    /// # Errors
    /// A part is missing; otherwise as [`Scheduled::run`].
    pub async fn judge_parts(
        &self,
        invocation: &Invocation,
        job: &str,
        watcher: Watcher<'_>,
    ) -> Result<Committed, RunError> {
        ended(invocation.trigger.window.scheduled(), invocation.now)?;
        self.recorded(invocation, Box::pin(self.judge_once(invocation, Hands::Gathered(job), watcher))).await
    }

    /// Judges a window, or hands it over where it is wide and somebody is there to read it.
    pub(super) async fn judge_or_hand_over(
        &self,
        invocation: &Invocation,
        watcher: Watcher<'_>,
    ) -> Result<Committed, RunError> {
        let Some(machine) = &self.machine else {
            return Box::pin(self.judge_once(invocation, Hands::Own, watcher)).await;
        };
        match Box::pin(self.judge_once(invocation, Hands::Others, watcher)).await {
            Err(RunError::HandedOver(planned)) => {
                let start = Start {
                    monitor: &self.schedule.name,
                    trigger: invocation.trigger,
                    now: invocation.now,
                    job: &planned.job,
                    parts: planned.parts,
                };
                let execution = Some(machine.start(start).await?);
                let handed_over = HandedOver { execution, ..*planned };
                tracing::info!(
                    parts = handed_over.parts,
                    size_bytes = handed_over.size_bytes,
                    "{handed_over}"
                );
                Err(RunError::HandedOver(Box::new(handed_over)))
            }
            made => made,
        }
    }

    pub(super) fn plans<'p>(
        &'p self,
        run: &'p RunFolder,
        identity: &'p Identity,
        invocation: &Invocation,
    ) -> Plans<'p> {
        let (state, now) = (&self.ledger.state, invocation.now);
        Plans { state, run, identity, configuration_digest: &self.configuration_digest, now }
    }

    /// Leaves a trace of an attempt that failed.
    pub(super) async fn recorded<T>(
        &self,
        invocation: &Invocation,
        work: impl Future<Output = Result<T, RunError>>,
    ) -> Result<T, RunError> {
        let made = work.await;
        if let Err(error) = &made
            && !matches!(error, RunError::HandedOver(_))
        {
            let run = self.run_folder(&invocation.trigger.window);
            self.record(&Key::Attempt(&run, &attempt_id(invocation)), invocation, error).await;
        }
        made
    }
}
