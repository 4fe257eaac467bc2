//! One report, routed: look at it, decide what the on-call should hear, claim the message, send it, mark it as sent.
//!
//! It judges no number. The order of effects makes duplicated, concurrent, late and repeated events harmless: the state
//! moves by compare-and-swap, and the message is in the state before it is sent.

pub mod baseline;
pub mod decision;
pub mod finding;
pub mod message;
pub mod outbox;
pub mod report;
pub mod text;

use crate::settings::router::RouterSettings;
use crate::{RunError, clients::Clients, swap};
use bellwether_contract::execution::{Execution, Identity};
use bellwether_contract::keys::{Key, RunFolder};
use bellwether_contract::notification::ObjectCreated;
use bellwether_contract::routing::{Message, Outbox, RoutingState};
use bellwether_storage::Store;
use decision::{Decision, News, Silence, decide};
use jiff::{SignedDuration, Timestamp};
use message::{Notice, message};
use outbox::{Claimant, Outlet, Turn, owner};
use report::RunReport;
use std::time::Duration;
use tokio::time::Instant;

/// How long one invocation waits for others that change the same state.
const PATIENCE: Duration = Duration::from_secs(20);

/// Everything that a process makes once and uses for every report.
#[derive(Debug)]
pub struct Router {
    reports: Store,
    state: Store,
    outlet: Outlet,
    remind_after: SignedDuration,
    runbook: Option<String>,
}

/// What one invocation brings.
#[derive(Debug, Clone)]
pub struct Invocation {
    /// What time it is, asked once, at the outermost edge.
    pub now: Timestamp,
    /// The invocation's id.
    pub request_id: String,
}

/// What became of a report.
#[derive(Debug)]
pub struct Routed {
    /// The run.
    pub run: RunFolder,
    /// Its verdict.
    pub execution: Execution,
    /// What this invocation sent: the news of this report, and before it what somebody else had claimed and left.
    pub sent: Vec<Message>,
    /// Why it sent nothing; [`Silence::Known`] where it sent.
    pub silence: Silence,
}

/// What one look at the state asks for.
enum Step {
    /// Send what this attempt claimed.
    Send(Box<Outbox>),
    /// Write this state; then leave for this reason, or look again.
    Write(Box<RoutingState>, Option<Silence>),
    /// Somebody else is sending something older: look again later.
    Wait,
    /// There is nothing to do.
    Leave(Silence),
}

impl Router {
    /// Opens stores. `clients` may be absent where no setting names AWS.
    pub fn new(settings: RouterSettings, clients: Option<&Clients>) -> Result<Self, RunError> {
        let open = |location| Store::new(location, clients.map(|clients| &clients.s3));
        Ok(Self {
            reports: open(&settings.reports)?,
            state: open(&settings.state)?,
            outlet: Outlet::new(clients, settings.topic),
            remind_after: settings.remind_after,
            runbook: settings.runbook,
        })
    }

    /// The run whose final report an event tells of.
    ///
    /// # Errors
    /// Any object that is not a run's final `constraint_violations.json` below the reports.
    pub fn run_of(&self, object: &ObjectCreated) -> Result<RunFolder, RunError> {
        let reports = self.reports.location();
        let key = reports.key_below(&object.bucket, &object.key);
        let run = key.and_then(|key| RunFolder::from_violations_key(key).ok());
        run.ok_or_else(|| RunError::NotAReport { object: object.shown(), reports: reports.to_string() })
    }

    /// Routes a report: however often and with however many others, its news is sent once.
    pub async fn route(&self, run: &RunFolder, invocation: &Invocation) -> Result<Routed, RunError> {
        let report = RunReport::read(&self.reports, run).await?;
        self.state.create_if_folder().await?;
        let (sent, silence) = self.tell_once(&report, invocation).await?;
        Ok(Routed { run: report.run, execution: report.execution, sent, silence })
    }

    async fn tell_once(
        &self,
        report: &RunReport,
        invocation: &Invocation,
    ) -> Result<(Vec<Message>, Silence), RunError> {
        let identity = &report.execution.identity;
        let (key, owner) = (routing_key(identity), owner(&invocation.request_id));
        let claimant = Claimant { state: &self.state, key: &key, owner: &owner, outlet: &self.outlet };
        let (began, mut sent) = (Instant::now(), Vec::new());
        for round in 0.. {
            let now = invocation.now + began.elapsed();
            let (state, version) = swap::read(&self.state, &key, RoutingState::MAX_BYTES).await?.unzip();
            let state = state.unwrap_or_else(|| RoutingState::new(identity));
            let (next, silence) = match self.step(&claimant, state, report, now) {
                Step::Send(outbox) => {
                    claimant.deliver::<RoutingState>(&outbox, now).await?;
                    sent.push(outbox.message);
                    continue;
                }
                Step::Leave(silence) => return Ok((sent, silence)),
                Step::Wait => (None, None),
                Step::Write(next, silence) => (Some(next), silence),
            };
            let written = match &next {
                Some(next) => swap::write(&self.state, &key, next.as_ref(), version.as_ref()).await?,
                None => false,
            };
            if let Some(silence) = silence.filter(|_| written) {
                return Ok((sent, silence));
            }
            if !written && began.elapsed() > PATIENCE {
                break;
            }
            if !written {
                swap::pause(round).await;
            }
        }
        Err(RunError::Contended { object: self.state.uri(&key) })
    }

    /// What to do next about a state as it was just read.
    fn step(&self, claimant: &Claimant<'_>, state: RoutingState, report: &RunReport, now: Timestamp) -> Step {
        let (mut next, decision) = decide(&state, &report.verdict, self.remind_after);
        let turn = claimant.turn(state.outbox.as_ref(), now);
        match (turn, state.outbox.clone(), decision) {
            (Turn::Ours, Some(outbox), _) => Step::Send(Box::new(outbox)),
            (Turn::Abandoned, Some(outbox), _) => {
                let outbox = claimant.claim(outbox.message, now);
                Step::Write(Box::new(RoutingState { outbox, ..state }), None)
            }
            // Somebody sends it; if that fails, the sender's own event is repeated.
            (Turn::Theirs, _, Decision::Silent(silence @ (Silence::Known | Silence::Older))) => {
                Step::Leave(silence)
            }
            (Turn::Theirs, ..) => Step::Wait,
            (_, _, Decision::Tell(news)) => {
                next.outbox = claimant.claim(self.message(report, &news), now);
                Step::Write(Box::new(next), None)
            }
            (_, _, Decision::Silent(silence)) if next == state => Step::Leave(silence),
            (_, _, Decision::Silent(silence)) => Step::Write(Box::new(next), Some(silence)),
        }
    }

    /// What a report would make the on-call hear, without sending or remembering it: after what was routed so far, or,
    /// where that is not `remembered`, as the first report of its schedule.
    pub async fn preview(
        &self,
        run: &RunFolder,
        remembered: bool,
    ) -> Result<Result<Message, Silence>, RunError> {
        let report = RunReport::read(&self.reports, run).await?;
        let identity = &report.execution.identity;
        let held = match remembered {
            true => swap::read(&self.state, &routing_key(identity), RoutingState::MAX_BYTES).await?,
            false => None,
        };
        let state = held.map_or_else(|| RoutingState::new(identity), |(state, _)| state);
        Ok(match decide(&state, &report.verdict, self.remind_after).1 {
            Decision::Tell(news) => Ok(self.message(&report, &news)),
            Decision::Silent(silence) => Err(silence),
        })
    }

    fn message(&self, report: &RunReport, news: &News) -> Message {
        message(Notice {
            run: &report.run,
            execution: &report.execution,
            findings: &report.findings,
            news,
            report: &self.reports.uri(&report.run.to_string()),
            runbook: self.runbook.as_deref(),
            remind_after: self.remind_after,
        })
    }
}

fn routing_key(identity: &Identity) -> String {
    Key::Routing(&identity.endpoint_name, &identity.variant_name, &identity.monitoring_schedule_name)
        .to_string()
}
