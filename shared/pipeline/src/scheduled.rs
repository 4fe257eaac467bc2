//! The run of a scheduled monitor, from a window to a committed and published verdict.
//!
//! It reads top to bottom in [`Scheduled::run`]: look, measure, commit, publish, tell. What is measured, and what the numbers
//! mean, is the monitor's business.

mod attempt;
mod brought;
mod drawn;
mod handed_over;
mod reconcile;
mod told;

pub use brought::Uncommitted;
pub use reconcile::Reconciled;

use crate::RunError;
use crate::captures::{Job, WindowReader};
use crate::clients::Clients;
use crate::clock::ended;
use crate::commit::{Committed, Ledger};
use crate::machine::Machine;
use crate::meter::Meter;
use crate::metrics::Sink;
use crate::monitor::{Measurement, Monitor, MonitorSettings, RunRequest};
use crate::progress::Watcher;
use crate::replay::Turns;
use crate::report::{Report, digest};
use crate::settings::{MonitoringSchedule, Settings, hex};
use attempt::{attempt, attempt_id};
use bellwether_contract::evaluation::Evaluations;
use bellwether_contract::execution::{Attempt, BroughtInput, Execution, Identity, Status};
use bellwether_contract::json::to_vec;
use bellwether_contract::keys::{Key, ReportFile, RunFolder};
use bellwether_contract::parts::Cut;
use bellwether_contract::room::within;
use bellwether_contract::trigger::Trigger;
use bellwether_contract::window::Window;
use bellwether_page::run::Setting;
use bellwether_storage::Store;
use handed_over::Hands;
use jiff::Timestamp;
use sha2::{Digest, Sha256};
use std::sync::atomic::{AtomicBool, Ordering};
use tokio::time::Instant;
use told::{tell, warn_where_nobody_listens};

/// A monitor with everything that a process makes once and uses for every window.
#[derive(Debug)]
pub struct Scheduled<M> {
    monitor: M,
    schedule: MonitoringSchedule,
    configuration_digest: String,
    judged_settings: Vec<Setting>,
    ledger: Ledger,
    takes_turns: bool,
    machine: Option<Machine>,
    cut: Cut,
    has_looked_for_listeners: AtomicBool,
}

/// What one invocation brings.
#[derive(Debug, Clone)]
pub struct Invocation {
    /// Which window, and whether to judge it once more.
    pub trigger: Trigger,
    /// What time it is, asked once, at the outermost edge.
    pub now: Timestamp,
    /// When that was, on the clock that work is measured by.
    pub began: Instant,
    /// When the function's time ends; `None` for a command.
    pub deadline: Option<Instant>,
    /// The invocation's id.
    pub request_id: String,
    /// Memory of the function, for the estimate of its cost; `None` outside Lambda.
    pub memory_mb: Option<u32>,
}

impl Invocation {
    /// What time it is by now.
    pub(crate) fn time(&self) -> Timestamp {
        self.now + self.began.elapsed()
    }
}

impl<M: Monitor> Scheduled<M> {
    /// Opens stores. `clients` may be absent where no setting names AWS.
    ///
    /// # Errors
    /// A location that cannot be opened.
    pub fn new(settings: M::Settings, clients: Option<Clients>, sink: Sink) -> Result<Self, RunError> {
        let schedule = settings.schedule().clone();
        let configuration_digest = hex(&Sha256::digest(settings.configuration()));
        let judged_settings = drawn::judged(&settings);
        let s3 = clients.as_ref().map(|clients| &clients.s3);
        let reports = Store::new(&schedule.reports, s3)?;
        let ledger =
            Ledger { reports, state: Store::new(&schedule.state, s3)?, sink, stack: schedule.stack() };
        let has_looked_for_listeners = AtomicBool::new(false);
        let monitor = M::new(settings, clients)?;
        let (takes_turns, machine, cut) = (false, None, Cut::default());
        Ok(Self {
            monitor,
            schedule,
            configuration_digest,
            judged_settings,
            ledger,
            takes_turns,
            machine,
            cut,
            has_looked_for_listeners,
        })
    }

    /// The same monitor, where it is one of several that replay against the same endpoint: they take turns.
    #[must_use]
    pub fn taking_turns(self, takes_turns: bool) -> Self {
        Self { takes_turns, ..self }
    }

    /// Where reports and state lie.
    pub fn ledger(&self) -> &Ledger {
        &self.ledger
    }

    /// The same, where nothing else is judged.
    pub fn into_ledger(self) -> Ledger {
        self.ledger
    }

    /// Where the first verdict of a window goes.
    pub fn run_folder(&self, window: &Window) -> RunFolder {
        RunFolder::of(&self.schedule.endpoint, &self.schedule.name, window)
    }

    /// Judges a window, or completes what an earlier attempt at it left undone.
    ///
    /// # Errors
    /// The run could not be made; nothing final was written. [`RunError::HandedOver`] where others read the window, whose verdict is still
    /// to come.
    pub async fn run(&self, invocation: &Invocation, watcher: Watcher<'_>) -> Result<Committed, RunError> {
        ended(invocation.trigger.window.scheduled(), invocation.now)?;
        self.recorded(invocation, self.judge_or_hand_over(invocation, watcher)).await
    }

    async fn judge_once(
        &self,
        invocation: &Invocation,
        hands: Hands<'_>,
        watcher: Watcher<'_>,
    ) -> Result<Committed, RunError> {
        let meter = Meter::start(invocation.memory_mb);
        let window = invocation.trigger.window;
        let (first, ours) = (self.run_folder(&window), self.identity(window));
        self.ledger.reports.create_if_folder().await?;
        self.ledger.state.create_if_folder().await?;
        let (run, committed) = self.look(&first, &ours, invocation.trigger.reopen).await?;
        let (execution, made_here) = match committed {
            Look::Committed(execution) => (*execution, false),
            Look::Open { supersedes } => {
                let plans = self.plans(&run, &ours, invocation);
                let job = match hands {
                    Hands::Gathered(named) => Some(plans.job(Some(named)).await?),
                    Hands::Own | Hands::Others => None,
                };
                let reader = match (&job, hands) {
                    (Some(job), _) => WindowReader::Judge(job),
                    (None, Hands::Others) => WindowReader::Planner(plans),
                    (None, _) => WindowReader::ThisRun,
                };
                let request = RunRequest { reader, ..self.request(&run, &ours, invocation) };
                // On the heap: what a monitor holds on its way is the largest part of a run.
                let measurement = Box::pin(self.monitor.measure(request, watcher)).await?;
                let parts = job.as_ref().map(Job::taken);
                let alone = job.is_none().then(|| self.read_alone_bytes(invocation, &measurement)).flatten();
                let attempt = attempt(invocation, meter, measurement.effort, parts, alone);
                let origin = Origin { supersedes, ..Origin::default() };
                let (execution, report) = self.execution(&ours, measurement, origin)?;
                let execution = Execution { attempt, ..execution };
                self.ledger.commit(&run, &report, execution).await?
            }
        };
        self.complete(run, execution, made_here, invocation, meter).await
    }

    /// The bytes of a wide window, where they were read by a run whose time ends.
    fn read_alone_bytes(&self, invocation: &Invocation, measurement: &Measurement) -> Option<u64> {
        let size_bytes = invocation.deadline.and(measurement.capture.as_ref())?.size_bytes;
        self.cut.is_wide(&[size_bytes]).then_some(size_bytes)
    }

    /// What is asked of the monitor where this run reads its window.
    fn request<'r>(
        &'r self,
        run: &'r RunFolder,
        identity: &'r Identity,
        invocation: &'r Invocation,
    ) -> RunRequest<'r> {
        let Ledger { reports, state, .. } = &self.ledger;
        let MonitoringSchedule { endpoint, name: owner, .. } = &self.schedule;
        let turns = self.takes_turns.then_some(Turns { state, endpoint, owner });
        let (brought, reader, cut) = (None, WindowReader::ThisRun, self.cut);
        RunRequest { run, identity, invocation, reports, state, turns, brought, reader, cut }
    }

    /// What follows a commit, whoever made it.
    async fn complete(
        &self,
        run: RunFolder,
        execution: Execution,
        made_here: bool,
        invocation: &Invocation,
        meter: Meter,
    ) -> Result<Committed, RunError> {
        let metrics = self.ledger.publish(&run, &execution, invocation.now).await?;
        let other_settings = execution.configuration_digest != self.configuration_digest;
        let other_baseline = !made_here && self.judged_by_another(&execution).await?;
        let reopened_before = invocation.trigger.reopen && !made_here && run.revision > 1;
        let committed =
            Committed { run, execution, made_here, other_settings, other_baseline, reopened_before, metrics };
        tell(&committed, meter, self.schedule.no_data);
        if !self.has_looked_for_listeners.swap(true, Ordering::Relaxed) {
            warn_where_nobody_listens(&self.ledger.reports).await;
        }
        Ok(committed)
    }

    /// Whether a verdict that was found rests on another baseline than the one of now. A window that could not be judged rests on
    /// none.
    async fn judged_by_another(&self, execution: &Execution) -> Result<bool, RunError> {
        let now = self.monitor.baseline_digest().await?;
        Ok(execution.monitoring_execution_status != Status::Failed && now != execution.baseline_digest)
    }

    /// The folder that this invocation speaks about: the window's own, or, on request, its one re-opening.
    async fn look(
        &self,
        first: &RunFolder,
        ours: &Identity,
        reopen: bool,
    ) -> Result<(RunFolder, Look), RunError> {
        let again = first.reopened();
        match self.ledger.look(first, ours).await? {
            Some(execution) if reopen => {
                let supersedes = Some(execution.digest);
                Ok(match self.ledger.look(&again, ours).await? {
                    Some(execution) => (again, Look::Committed(Box::new(execution))),
                    None => (again, Look::Open { supersedes }),
                })
            }
            Some(execution) => Ok((first.clone(), Look::Committed(Box::new(execution)))),
            None => Ok((first.clone(), Look::Open { supersedes: None })),
        }
    }

    fn identity(&self, window: Window) -> Identity {
        self.schedule.identity(M::NAME, window)
    }

    /// What is committed of a measurement, and the files beside it; what differs from attempt to attempt comes on top.
    fn execution(
        &self,
        ours: &Identity,
        measurement: Measurement,
        origin: Origin,
    ) -> Result<(Execution, Report), RunError> {
        let Measurement {
            report,
            verdict,
            judged_on,
            baseline,
            baseline_digest,
            baselines,
            capture,
            replay,
            labelling,
            explanation,
            profile,
            aggregates,
            metrics,
            effort: _,
            part,
        } = measurement;
        let Origin { supersedes, brought } = origin;
        let (metrics, beyond) = within(metrics, Execution::MOST_METRICS_BYTES)?;
        let (numbers, violations) = (verdict.judged(), verdict.violations());
        let evaluation = Evaluations::of(&numbers, &verdict.held, &verdict.not_evaluable);
        let report = report.with(ReportFile::Evaluation, to_vec(&evaluation)?).with_points(&beyond)?;
        let report = report.keeping(profile);
        let (judged, _) = within(numbers, Execution::MOST_JUDGED_BYTES)?;
        let (held, held_beyond) =
            within(verdict.held.into_keys().collect::<Vec<_>>(), Execution::MOST_HELD_BYTES)?;
        let (not_evaluable, unjudged_beyond) =
            within(verdict.not_evaluable.into_iter().collect::<Vec<_>>(), Execution::MOST_UNJUDGED_BYTES)?;
        let execution = Execution {
            version: Execution::VERSION,
            identity: ours.clone(),
            brought,
            cadence: Some(self.schedule.cadence()).filter(|cadence| *cadence != ours.window.length()),
            configuration_digest: self.configuration_digest.clone(),
            baseline_digest,
            monitoring_execution_status: verdict.status,
            violations: verdict.violated.len() as u64,
            constraints_judged: verdict.constraints_judged,
            judged_on: judged_on.map(str::to_owned),
            judged,
            checks: verdict.checks,
            held,
            held_beyond: held_beyond.len() as u64,
            exit_message: verdict.exit_message,
            supersedes,
            baseline,
            baselines,
            not_evaluable: not_evaluable.into_iter().collect(),
            not_evaluable_beyond: unjudged_beyond.len() as u64,
            warnings: verdict.warnings,
            capture,
            replay,
            labelling,
            explanation,
            profile: report.kept_profile(),
            aggregates,
            metrics,
            metrics_beyond: beyond.len() as u64,
            digest: String::new(),
            files: report.committed(),
            attempt: Attempt::default(),
        };
        let page = self.page(&execution, &evaluation, &violations, &part);
        let report = report.with(ReportFile::Page, page.into_bytes());
        let files = report.committed();
        Ok((Execution { digest: digest(&files), files, ..execution }, report))
    }

    /// Leaves a trace of an attempt that failed outside the data. If that fails too, the log has both.
    async fn record(&self, key: &Key<'_>, invocation: &Invocation, error: &RunError) {
        if matches!(error, RunError::WindowTaken { .. }) {
            return;
        }
        let trace = serde_json::json!({
            "request_id": invocation.request_id,
            "started_at": invocation.now,
            "error_type": error.error_type(),
            "error": error.chain(),
        });
        if let Err(failure) = self.ledger.state.put(&key.to_string(), trace.to_string().into()).await {
            tracing::warn!(error = %failure, "the attempt could not be recorded");
        }
    }
}

/// What is said of a verdict that its measurement does not know.
#[derive(Debug, Default)]
struct Origin {
    /// The digest of the verdict that it replaces.
    supersedes: Option<String>,
    /// What was brought to the run.
    brought: Option<BroughtInput>,
}

enum Look {
    Committed(Box<Execution>),
    Open { supersedes: Option<String> },
}
