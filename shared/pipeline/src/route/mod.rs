//! One report, routed: look at it, decide what the on-call should hear, claim the message, send it, mark it as sent.
//!
//! It judges no number. The order of effects makes duplicated, concurrent, late and repeated events harmless: the state
//! moves by compare-and-swap, and the messages are in the state, in their order, before the first of them is sent.

pub mod baseline;
pub mod decision;
pub mod finding;
pub mod link;
pub mod message;
pub mod outbox;
mod pagerduty;
pub mod report;
pub mod text;
pub mod verdict;

use crate::clock::ended;
use crate::settings::router::RouterSettings;
use crate::swap::{self, Held};
use crate::{RunError, clients::Clients};
use bellwether_contract::ContractError;
use bellwether_contract::execution::{Execution, Identity};
use bellwether_contract::keys::{Key, ReportFile, RunFolder};
use bellwether_contract::notification::ObjectCreated;
use bellwether_contract::routing::{Message, Outbox, RoutingState};
use bellwether_storage::{StorageError, Store};
use decision::{Decision, News, Silence, decide, page};
use jiff::{SignedDuration, Timestamp};
use message::{MessageParts, message};
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
    /// Where pages go, where anybody is to be paged.
    paging: Option<Outlet>,
    remind_after: SignedDuration,
    runbook: Option<String>,
    report_base: Option<String>,
}

/// What one invocation brings.
#[derive(Debug, Clone)]
pub struct Caller {
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
    /// What this invocation sent: what waited before, then the news of this report.
    pub sent: Vec<Message>,
    /// Why there was no news; [`Silence::Known`] where there was.
    pub silence: Silence,
    /// Until when somebody else is sending a message of this schedule, where that is why something waits.
    pub busy_until: Option<Timestamp>,
}

/// What a report would make the on-call hear, and what the state says. Nothing was changed.
#[derive(Debug)]
pub struct Look {
    /// As the first report of its schedule.
    pub first: Result<Vec<Message>, Silence>,
    /// After what was routed so far.
    pub now: Result<Vec<Message>, Silence>,
    /// Whom it would wake after that, where there is a topic that pages.
    pub page: Option<Message>,
    /// What was decided before and waits to be sent.
    pub waiting: Vec<Outbox>,
}

/// What an invocation decided about its report.
struct Decided {
    silence: Silence,
    message_ids: Vec<String>,
}

impl Router {
    /// Opens stores. `clients` may be absent where no setting names AWS.
    pub fn new(settings: RouterSettings, clients: Option<&Clients>) -> Result<Self, RunError> {
        let open = |location| Store::new(location, clients.map(|clients| &clients.s3));
        Ok(Self {
            reports: open(&settings.reports)?,
            state: open(&settings.state)?,
            outlet: Outlet::new(clients, settings.topic),
            paging: settings.paging_topic.map(|topic| Outlet::new(clients, Some(topic))),
            remind_after: settings.remind_after,
            runbook: settings.runbook,
            report_base: settings.report_base,
        })
    }

    /// The same router with another outlet.
    #[must_use]
    pub fn with_outlet(self, outlet: Outlet) -> Self {
        Self { outlet, ..self }
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
    ///
    /// # Errors
    /// Beside what cannot be read or sent: [`RunError::WindowNotEnded`] for a report from ahead of now.
    pub async fn route(&self, run: &RunFolder, caller: &Caller) -> Result<Routed, RunError> {
        let report = self.report(run, caller.now).await?;
        self.state.create_if_folder().await?;
        self.tell_once(report, caller).await
    }

    /// Looks what [`Self::route`] would tell.
    ///
    /// # Errors
    /// As [`Self::route`], as far as reading goes.
    pub async fn look(&self, run: &RunFolder, now: Timestamp) -> Result<Look, RunError> {
        let report = self.report(run, now).await?;
        let identity = &report.execution.identity;
        let key = routing_key(identity);
        let state = match swap::read::<RoutingState>(&self.state, &key, RoutingState::MAX_BYTES).await {
            Err(RunError::Storage(StorageError::NoSuchLocation { .. })) => None,
            read => read.map_err(broken_state)?.map(|(state, _)| state),
        };
        self.known(&key, state.as_ref())?;
        let none = RoutingState::new(identity);
        let told = |state: &RoutingState| match decide(state, &report.verdict, now, self.remind_after).1 {
            Decision::Tell(news) => Ok(news.iter().map(|news| self.message(&report, news, 0)).collect()),
            Decision::Silent(silence) => Err(silence),
        };
        let before = state.as_ref().unwrap_or(&none);
        let (mut after, decision) = decide(before, &report.verdict, now, self.remind_after);
        Ok(Look {
            first: told(&none),
            now: told(before),
            page: page(&mut after, &report.verdict, &decision).map(|news| self.message(&report, &news, 0)),
            waiting: state.map(|state| state.outbox).unwrap_or_default(),
        })
    }

    async fn report(&self, run: &RunFolder, now: Timestamp) -> Result<RunReport, RunError> {
        ended(run.hour, now)?;
        RunReport::read(&self.reports, run).await
    }

    /// What the on-call has heard so far, where it is of a layout that is known.
    fn known(&self, key: &str, state: Option<&RoutingState>) -> Result<(), RunError> {
        let known = 1..=RoutingState::VERSION;
        let Some(version) = state.map(|state| state.version).filter(|version| !known.contains(version))
        else {
            return Ok(());
        };
        let reason = format!(
            "version is {version}, and this program knows 1 to {}; route with the program that wrote it, or remove the object to forget what was told",
            RoutingState::VERSION
        );
        Err(ContractError::malformed(self.state.uri(key), reason).into())
    }

    /// Decides once, which puts the news behind what waits; then sends what waits, by each outlet oldest first, until the news is
    /// out. Whoever sends meanwhile sends ours, too.
    async fn tell_once(&self, report: RunReport, caller: &Caller) -> Result<Routed, RunError> {
        let (key, owner) = (routing_key(&report.execution.identity), owner(&caller.request_id));
        let object = self.state.uri(&key);
        let claimant = |outlet, pages| Claimant { object: object.clone(), owner: &owner, outlet, pages };
        // Who is woken does not wait behind what others read in the morning.
        let claimants: Vec<_> = self
            .paging
            .iter()
            .map(|paging| claimant(paging, true))
            .chain([claimant(&self.outlet, false)])
            .collect();
        let held = Held::<RoutingState>::new(&self.state, &key, RoutingState::MAX_BYTES);
        let mut telling =
            Telling { held, called: caller.now, began: Instant::now(), object: &object, sent: Vec::new() };
        let decided = self.decide_once(&mut telling, &claimants, &report).await?;
        let (mut busy_until, mut refused) = (None, None);
        for claimant in &claimants {
            match telling.send_waiting(claimant, &decided.message_ids).await {
                Ok(busy) => busy_until = busy_until.max(busy),
                // One topic that refuses keeps nothing back from the other.
                Err(error) if refused.is_none() => refused = Some(error),
                Err(error) => tracing::warn!(error_type = error.error_type(), "{}", error.chain()),
            }
        }
        let RunReport { run, execution, .. } = report;
        let routed = Routed { run, execution, sent: telling.sent, silence: decided.silence, busy_until };
        refused.map_or(Ok(routed), Err)
    }

    /// Puts what follows from the report into the state.
    async fn decide_once(
        &self,
        telling: &mut Telling<'_>,
        claimants: &[Claimant<'_>],
        report: &RunReport,
    ) -> Result<Decided, RunError> {
        for round in 0.. {
            let now = telling.now();
            let state = telling.held.look().await.map_err(broken_state)?.cloned();
            self.known(&routing_key(&report.execution.identity), state.as_ref())?;
            let state = state.unwrap_or_else(|| RoutingState::new(&report.execution.identity));
            let (next, decided) = self.decided(claimants, &state, report, now);
            if next == state || telling.held.put(next).await? {
                return Ok(decided);
            }
            telling.wait(round).await?;
        }
        Err(telling.contended())
    }

    /// The state with what follows from the report, and the first of what waits for each outlet claimed.
    fn decided(
        &self,
        claimants: &[Claimant<'_>],
        state: &RoutingState,
        report: &RunReport,
        now: Timestamp,
    ) -> (RoutingState, Decided) {
        let (mut next, decision) = decide(state, &report.verdict, now, self.remind_after);
        // Where nobody can be paged nobody was: a topic that comes later hears of what persists then.
        let page = self.paging.as_ref().and_then(|_| page(&mut next, &report.verdict, &decision));
        let (mut news, silence) = match decision {
            Decision::Tell(news) => (news, Silence::Known),
            Decision::Silent(silence) => (Vec::new(), silence),
        };
        news.extend(page);
        let mut message_ids = Vec::new();
        for news in &news {
            let message = self.message(report, news, next.outbox.len());
            message_ids.push(message.message_id.clone());
            let outlet = claimants.iter().find(|claimant| claimant.pages == message.attributes.persists);
            next.outbox.extend(outlet.map(|outlet| outlet.queued(message, now)));
        }
        if news.is_empty() {
            // A late window changes nothing, and is not a reason to write.
            let is_unchanged =
                matches!(silence, Silence::Known | Silence::Older) && next.routed.len() == state.routed.len();
            return (if is_unchanged { state.clone() } else { next }, Decided { silence, message_ids });
        }
        [false, true].into_iter().for_each(|pages| drop_surplus(&mut next.outbox, pages));
        claimants.iter().for_each(|claimant| claimant.claim_first(&mut next.outbox, now));
        (next, Decided { silence, message_ids })
    }

    fn message(&self, report: &RunReport, news: &News, waiting: usize) -> Message {
        // Runs from before there were pages have none.
        let has_page = report.execution.files.iter().any(|file| file.name == ReportFile::Page);
        let page = link::to_page(&self.reports, self.report_base.as_deref(), &report.run);
        let notice = MessageParts {
            run: &report.run,
            execution: &report.execution,
            findings: &report.findings,
            news,
            report: &self.reports.uri(&report.run.to_string()),
            page: page.as_deref().filter(|_| has_page),
            runbook: self.runbook.as_deref(),
            remind_after: self.remind_after,
        };
        message(notice, waiting)
    }
}

/// What one invocation holds while it tells.
struct Telling<'t> {
    held: Held<'t, RoutingState>,
    /// What time it was when it began, and when that was.
    called: Timestamp,
    began: Instant,
    /// URI of the state.
    object: &'t str,
    /// What it sent so far.
    sent: Vec<Message>,
}

impl Telling<'_> {
    fn now(&self) -> Timestamp {
        self.called + self.began.elapsed()
    }

    /// Sends what waits for an outlet until these messages are out. Until when somebody else is sending, where that is why
    /// something waits.
    async fn send_waiting(
        &mut self,
        claimant: &Claimant<'_>,
        message_ids: &[String],
    ) -> Result<Option<Timestamp>, RunError> {
        for round in 0.. {
            let now = self.now();
            let mut state = match self.held.look().await.map_err(broken_state)? {
                Some(state) => state.clone(),
                None => return Ok(None),
            };
            let first = claimant.first(&state.outbox, now).and_then(|place| state.outbox.get(place));
            let is_ours = |outbox: &Outbox| {
                outbox.message.attributes.persists == claimant.pages
                    && message_ids.contains(&outbox.message.message_id)
            };
            let ours_waits = state.outbox.iter().any(is_ours);
            match (claimant.turn(first, now), first) {
                (Turn::Ours, Some(claimed)) => {
                    claimant.deliver(&mut self.held, claimed, now).await?;
                    self.sent.push(claimed.message.clone());
                }
                (Turn::Abandoned, Some(_)) => {
                    claimant.claim_first(&mut state.outbox, now);
                    if !self.held.put(state).await? {
                        self.wait(round).await?;
                    }
                }
                (Turn::Theirs, _) if ours_waits => {
                    self.held.forget();
                    self.wait(round).await?;
                }
                (_, first) => return Ok(first.map(|first| first.lease_until)),
            }
        }
        Err(self.contended())
    }

    async fn wait(&self, round: u32) -> Result<(), RunError> {
        wait(&self.began, round, self.object).await
    }

    fn contended(&self) -> RunError {
        RunError::Contended { object: self.object.to_owned() }
    }
}

/// A pause before another try, as long as there is patience.
async fn wait(began: &Instant, round: u32, object: &str) -> Result<(), RunError> {
    if began.elapsed() > PATIENCE {
        return Err(RunError::Contended { object: object.to_owned() });
    }
    swap::pause(round).await;
    Ok(())
}

/// Loses the oldest pages, or the oldest of the other messages, beyond as many as may wait.
fn drop_surplus(outbox: &mut Vec<Outbox>, pages: bool) {
    let is_of = |waiting: &Outbox| waiting.message.attributes.persists == pages;
    let waiting = outbox.iter().filter(|waiting| is_of(waiting)).count();
    let mut surplus = waiting.saturating_sub(RoutingState::MOST_WAITING);
    outbox.retain(|waiting| {
        let is_lost = surplus > 0 && is_of(waiting);
        if is_lost {
            surplus -= 1;
            let subject = &waiting.message.subject;
            tracing::error!(subject, "a message waited too long for its outlet and is lost");
        }
        !is_lost
    });
}

/// What to do about a state that cannot be read: nobody but the router needs it.
fn broken_state(error: RunError) -> RunError {
    match error {
        RunError::Malformed(ContractError::Malformed { object, line, reason }) => {
            let remedy = "correct it, or remove the object to forget what was told";
            ContractError::at(object, line, format!("{reason}; {remedy}")).into()
        }
        error => error,
    }
}

fn routing_key(identity: &Identity) -> String {
    Key::Routing(&identity.endpoint_name, &identity.variant_name, &identity.monitoring_schedule_name)
        .to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A clock of the test's own goes on where everybody sleeps.
    #[tokio::test(start_paused = true)]
    async fn who_waits_too_long_says_for_what() {
        let began = Instant::now();
        assert!(wait(&began, 0, "s3://b/state.json").await.is_ok());
        tokio::time::sleep(PATIENCE).await;
        let error = wait(&began, 0, "s3://b/state.json").await.expect_err("impatience");
        assert!(
            matches!(&error, RunError::Contended { object } if object == "s3://b/state.json"),
            "{error:?}"
        );
    }
}
