//! The hourly diversity check, from a window to a committed and published verdict.
//!
//! The run reads top to bottom in [`DiversityCheck::run`]. It has no opinion on the numbers.

mod attempt;
mod told;

use crate::captures::{self, Traffic};
use crate::clients::Clients;
use crate::commit::{Committed, Ledger};
use crate::metrics::{Sink, points};
use crate::progress::Watcher;
use crate::replay::endpoint::Endpoint;
use crate::replay::{Answers, Plan, Source, inference_prefix, recorded_answers, replay};
use crate::report::{Report, digest};
use crate::settings::Settings;
use crate::{RunError, inputs};
use attempt::{attempt, attempt_id};
use bellwether_analysis::diversity::{ListProfile, list_turnover};
use bellwether_analysis::verdict::{Measured, Replayed, constraints, feature_name, judge, statistics};
use bellwether_contract::baseline::DiversityBaseline;
use bellwether_contract::catalog::Catalog;
use bellwether_contract::execution::{CaptureSummary, Execution, Identity, ReplaySummary};
use bellwether_contract::keys::{Key, RunFolder};
use bellwether_contract::lists::RecommendationList;
use bellwether_contract::trigger::Trigger;
use bellwether_contract::window::Window;
use bellwether_storage::Store;
use jiff::{SignedDuration, Timestamp};
use std::sync::atomic::{AtomicBool, Ordering};
use tokio::time::Instant;
use told::{tell, warn_where_nobody_listens};

/// The monitor's name in every identity.
pub const MONITOR: &str = "diversity";

/// Everything that a process makes once and uses for every window.
#[derive(Debug)]
pub struct DiversityCheck {
    settings: Settings,
    clients: Option<Clients>,
    capture: Option<Store>,
    baselines: Option<Store>,
    endpoint: Option<Endpoint>,
    ledger: Ledger,
    has_looked_for_listeners: AtomicBool,
}

/// What one invocation brings.
#[derive(Debug, Clone)]
pub struct Invocation {
    /// Which window, and whether to judge it once more.
    pub trigger: Trigger,
    /// What time it is, asked once, at the outermost edge.
    pub now: Timestamp,
    /// When the function's time ends; `None` for a command.
    pub deadline: Option<Instant>,
    /// The invocation's id.
    pub request_id: String,
    /// Memory of the function, for the estimate of its cost; `None` outside Lambda.
    pub memory_mb: Option<u32>,
}

impl DiversityCheck {
    /// Opens stores and makes the endpoint. `clients` may be absent where no setting names AWS.
    pub fn new(settings: Settings, clients: Option<Clients>, sink: Sink) -> Result<Self, RunError> {
        let s3 = clients.as_ref().map(|clients| &clients.s3);
        let open = |location| Store::new(location, s3);
        let (capture, baselines) = (
            settings.capture.as_ref().map(open).transpose()?,
            settings.baselines.as_ref().map(open).transpose()?,
        );
        let ledger = Ledger { reports: open(&settings.reports)?, state: open(&settings.state)?, sink };
        let endpoint =
            Endpoint::of(&settings.replay, &settings.endpoint, &settings.variant, clients.as_ref())?;
        let has_looked_for_listeners = AtomicBool::new(false);
        Ok(Self { capture, baselines, endpoint, ledger, settings, clients, has_looked_for_listeners })
    }

    /// Where reports and state lie.
    pub fn ledger(&self) -> &Ledger {
        &self.ledger
    }

    /// Judges a window, or completes what an earlier attempt at it left undone.
    pub async fn run(&self, invocation: &Invocation, watcher: Watcher<'_>) -> Result<Committed, RunError> {
        let window = invocation.trigger.window;
        let ours = self.identity(window);
        let first = RunFolder::of(&self.settings.endpoint, &self.settings.schedule, &window);
        self.ledger.reports.create_if_folder().await?;
        self.ledger.state.create_if_folder().await?;
        let made = self.judge_once(&first, &ours, invocation, watcher).await;
        if let Err(error) = &made {
            self.record_attempt(&first, invocation, error).await;
        }
        made
    }

    async fn judge_once(
        &self,
        first: &RunFolder,
        ours: &Identity,
        invocation: &Invocation,
        watcher: Watcher<'_>,
    ) -> Result<Committed, RunError> {
        let (run, committed) = self.look(first, ours, invocation.trigger.reopen).await?;
        let (execution, made_here) = match committed {
            Look::Committed(execution) => (*execution, false),
            Look::Open { supersedes } => {
                let made = self.measure(&run, ours, supersedes, invocation, watcher).await?;
                self.ledger.commit(&run, &made.0, made.1).await?
            }
        };
        let metrics = self.ledger.publish(&run, &execution, invocation.now).await?;
        tell(&run, &execution, made_here, metrics, self.settings.no_data);
        if !self.has_looked_for_listeners.swap(true, Ordering::Relaxed) {
            warn_where_nobody_listens(&self.ledger.reports).await;
        }
        Ok(Committed { run, execution, made_here, metrics })
    }

    /// The folder that this invocation speaks about: the window's own, or, on request, its one re-opening.
    async fn look(
        &self,
        first: &RunFolder,
        ours: &Identity,
        reopen: bool,
    ) -> Result<(RunFolder, Look), RunError> {
        let again = first.reopened();
        let committed = match self.ledger.look(first, ours).await {
            // Settings may change between a verdict and its re-opening; the window and its owner may not.
            Err(RunError::WindowTaken { theirs, .. }) if reopen && same_window(&theirs, ours) => {
                self.ledger.look(first, &theirs).await?
            }
            other => other?,
        };
        match committed {
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
        Identity {
            monitor: MONITOR.to_owned(),
            endpoint_name: self.settings.endpoint.clone(),
            variant_name: self.settings.variant.clone(),
            monitoring_schedule_name: self.settings.schedule.clone(),
            window,
            configuration_digest: self.settings.digest(),
        }
    }

    /// Reads, replays, profiles, evaluates: everything before the first write.
    async fn measure(
        &self,
        run: &RunFolder,
        ours: &Identity,
        supersedes: Option<String>,
        invocation: &Invocation,
        watcher: Watcher<'_>,
    ) -> Result<(Report, Execution), RunError> {
        let began = Instant::now();
        let limits = &self.settings.limits;
        let catalog = inputs::catalog(&self.settings.catalog, self.s3()).await?;
        let baseline = self.baseline().await?;
        let captured = self.captured(ours.window, &catalog, watcher).await?;
        let replayed = self.replayed(invocation, watcher).await?;
        let lists = replayed.as_ref().ok().map(|replayed| replayed.lists());
        let turnover = match &lists {
            Some(lists) => self.turnover(run, lists).await?,
            None => Err("no replay was made".to_owned()),
        };
        let measured = Measured {
            replay: replayed
                .as_ref()
                .ok()
                .map(|replayed| Replayed::of(&replayed.answers.lists, &catalog, limits.k)),
            captured,
            turnover,
        };
        let (statistics, mut not_evaluable) = statistics(&measured, limits);
        let constraints = constraints(limits, baseline.as_ref().ok());
        let verdict = judge(&measured, &statistics, &constraints, limits, self.settings.no_data);
        not_evaluable.extend(verdict.not_evaluable.clone());
        not_evaluable.extend(baseline.as_ref().err().map(|reason| ("baseline".to_owned(), reason.clone())));
        not_evaluable.extend(replayed.as_ref().err().map(|reason| (feature_name(limits.k), reason.clone())));
        let summary = replayed.as_ref().ok().zip(measured.replay.as_ref()).map(|(replayed, measured)| {
            replayed.summary(self.settings.replay.name(), measured, !verdict.not_evaluable.is_empty())
        });
        let metrics = points(&measured, summary.as_ref(), &verdict, limits.k);
        let report = Report::new(&statistics, &constraints, verdict.violations.clone(), lists.as_deref())?;
        let files = report.committed();
        let effort = replayed.as_ref().map(|replayed| replayed.answers.effort).unwrap_or_default();
        let execution = Execution {
            version: Execution::VERSION,
            identity: ours.clone(),
            monitoring_execution_status: verdict.status,
            exit_message: verdict.exit_message,
            violations: verdict.violations.len() as u64,
            supersedes,
            baseline: baseline.ok().map(|baseline| baseline.model_version),
            not_evaluable,
            capture: measured.captured.map(|(_, summary)| summary),
            replay: summary,
            metrics,
            digest: digest(&files),
            files,
            attempt: attempt(invocation, began, effort),
        };
        Ok((report, execution))
    }

    fn s3(&self) -> Option<&aws_sdk_s3::Client> {
        self.clients.as_ref().map(|clients| &clients.s3)
    }

    async fn baseline(&self) -> Result<Result<DiversityBaseline, String>, RunError> {
        let Settings { endpoint, variant, limits, .. } = &self.settings;
        match &self.baselines {
            Some(store) => inputs::baseline(store, endpoint, variant, limits.k).await,
            None => Ok(Err("BASELINES_URI is not set; only the floor is judged".to_owned())),
        }
    }

    async fn captured(
        &self,
        window: Window,
        catalog: &Catalog,
        watcher: Watcher<'_>,
    ) -> Result<Option<(ListProfile, CaptureSummary)>, RunError> {
        let Some(store) = &self.capture else {
            return Ok(None);
        };
        let Settings { endpoint, variant, path, limits, .. } = &self.settings;
        let traffic = Traffic { store, endpoint, variant, window, path, catalog, k: limits.k };
        captures::read(traffic, watcher).await.map(Some)
    }

    /// The answers of the validation set, or why none were asked for.
    async fn replayed(
        &self,
        invocation: &Invocation,
        watcher: Watcher<'_>,
    ) -> Result<Result<Replay, String>, RunError> {
        let window = invocation.trigger.window;
        let (Some(location), false) = (&self.settings.validation_set, self.settings.replay == Source::None)
        else {
            return Ok(Err("no replay is configured".to_owned()));
        };
        let age = invocation.now.duration_since(window.end());
        if self.endpoint.is_some() && age.abs() > self.settings.replay_max_age {
            return Ok(Err(too_far(age, self.settings.replay_max_age)));
        }
        let sessions = inputs::sessions(location, self.s3()).await?;
        let prefix = inference_prefix(&window);
        let plan = Plan {
            path: &self.settings.path,
            k: self.settings.limits.k,
            cap: self.settings.replay_concurrency,
            deadline: invocation.deadline,
            prefix: &prefix,
        };
        let answers = match (&self.endpoint, &self.settings.replay) {
            (Some(endpoint), _) => replay(endpoint, &sessions, plan, watcher).await?,
            (None, Source::Recorded(lists)) => {
                let text = inputs::lists_text(lists, self.s3()).await?;
                recorded_answers(&lists.to_string(), &text, &sessions, plan)?
            }
            (None, _) => return Ok(Err("no replay is configured".to_owned())),
        };
        let session_ids = sessions.into_iter().map(|session| session.session_id).collect();
        Ok(Ok(Replay { session_ids, answers }))
    }

    async fn turnover(
        &self,
        run: &RunFolder,
        lists: &[RecommendationList],
    ) -> Result<Result<f64, String>, RunError> {
        let before = inputs::earlier_lists(&self.ledger.reports, &run.earlier(1)).await?;
        Ok(before.and_then(|before| {
            list_turnover(lists, &before, self.settings.limits.k)
                .ok_or_else(|| "no session was answered in both hours".to_owned())
        }))
    }

    /// Leaves a trace of an attempt that failed outside the data. If that fails too, the log has both.
    async fn record_attempt(&self, run: &RunFolder, invocation: &Invocation, error: &RunError) {
        if matches!(error, RunError::WindowTaken { .. }) {
            return;
        }
        let trace = serde_json::json!({
            "request_id": invocation.request_id,
            "started_at": invocation.now,
            "error_type": error.error_type(),
            "error": error.chain(),
        });
        let key = Key::Attempt(run, &attempt_id(invocation)).to_string();
        if let Err(failure) = self.ledger.state.put(&key, trace.to_string().into()).await {
            tracing::warn!(error = %failure, "the attempt could not be recorded");
        }
    }
}

enum Look {
    Committed(Box<Execution>),
    Open { supersedes: Option<String> },
}

/// The answers of a replay with the sessions they belong to.
struct Replay {
    session_ids: Vec<String>,
    answers: Answers,
}

impl Replay {
    /// Answered lists in the order of the validation set.
    fn lists(&self) -> Vec<RecommendationList> {
        let answered = self.session_ids.iter().zip(&self.answers.lists);
        answered
            .filter_map(|(id, list)| {
                Some(RecommendationList { session_id: id.clone(), recommendations: list.clone()? })
            })
            .collect()
    }

    fn summary(&self, source: &str, measured: &Replayed<'_>, incomplete: bool) -> ReplaySummary {
        ReplaySummary {
            source: source.to_owned(),
            sessions: measured.sessions,
            answered: measured.answered(),
            unanswered: self.answers.unanswered.clone(),
            degraded: measured.is_degraded(),
            incomplete,
        }
    }
}

fn same_window(theirs: &Identity, ours: &Identity) -> bool {
    Identity { configuration_digest: ours.configuration_digest.clone(), ..theirs.clone() } == *ours
}

fn too_far(age: SignedDuration, most: SignedDuration) -> String {
    let minutes = age.as_mins();
    let place = if minutes < 0 { "ahead" } else { "ago" };
    format!(
        "the window ended {} minutes {place}, and a replay speaks about now (REPLAY_MAX_AGE is {} minutes)",
        minutes.abs(),
        most.as_mins()
    )
}

/// Whether these settings name anything in AWS, so that a caller without it needs no clients.
pub fn needs_aws(settings: &Settings) -> bool {
    use bellwether_storage::Location::S3;
    let locations =
        [settings.capture.as_ref(), settings.validation_set.as_ref(), settings.baselines.as_ref()];
    let mut all =
        locations.into_iter().flatten().chain([&settings.catalog, &settings.reports, &settings.state]);
    let lists = matches!(&settings.replay, Source::Recorded(S3 { .. }) | Source::SageMaker);
    lists || settings.metrics_namespace.is_some() || all.any(|location| matches!(location, S3 { .. }))
}
