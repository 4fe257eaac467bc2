//! The replay: held-out sessions sent to a production endpoint, politely, and their lists in the order of the set.
//!
//! It measures nothing. Which answers are too few is decided in the analysis crate.

pub mod endpoint;
pub mod pressure;
mod recorded;
mod source;
mod turns;

pub use recorded::recorded_answers;
pub use source::Source;
pub use turns::Turns;

use crate::RunError;
use crate::progress::{Call, Step, Watcher};
use bellwether_analysis::recommendations::{ItemIds, RecommendationsPath};
use bellwether_contract::capture::{REPLAY_PREFIX, Rejected};
use bellwether_contract::sessions::Session;
use bellwether_contract::window::Window;
use endpoint::{CallFailure, Endpoint};
use futures::stream::{FuturesUnordered, StreamExt};
use pressure::{Era, Pressure};
use std::collections::{BTreeMap, VecDeque};
use std::time::Duration;
use tokio::time::Instant;

const MOST_ATTEMPTS: u32 = 3;
const LEAST_PAUSE: Duration = Duration::from_millis(100);
const LONGEST_PAUSE: Duration = Duration::from_secs(5);
pub(crate) const CALL_TIMEOUT: Duration = Duration::from_secs(60);
/// No call is begun when less than this is left of the function's time.
const LAST_START: Duration = Duration::from_secs(60);
/// No call is waited for when less than this is left: the report still has to be written.
const LAST_WAIT: Duration = Duration::from_secs(30);
/// Connections that fail before anything was answered, or all of a smaller set: nobody is there.
const UNREACHABLE: usize = 5;

/// The lists of a replay, in the order of the validation set.
#[derive(Debug, Default)]
pub struct Answers {
    /// The first k ids of each session's list, or `None` without an answer.
    pub lists: Vec<Option<Vec<String>>>,
    /// Sessions without an answer, by reason.
    pub unanswered: BTreeMap<String, u64>,
    /// The first answer that yields no list, in words without a value.
    pub unread: Option<String>,
    /// Numbers of the lists' answers that no double holds: missing.
    pub non_finite: u64,
    /// What it took.
    pub effort: Effort,
}

/// What a replay cost.
#[derive(Debug, Clone, Copy, Default)]
pub struct Effort {
    /// Calls, retries included.
    pub calls: u64,
    /// Calls made again.
    pub retries: u64,
    /// Most calls in flight at a time.
    pub most_in_flight: u64,
}

/// How a replay is run.
#[derive(Debug, Clone, Copy)]
pub struct Plan<'p> {
    /// From a response to its ids.
    pub path: &'p RecommendationsPath,
    /// How many ids of each list are kept.
    pub k: usize,
    /// Most calls in flight.
    pub cap: usize,
    /// When the function's time ends; `None` for a command.
    pub deadline: Option<Instant>,
    /// Beginning of the sessions' inference ids.
    pub prefix: &'p str,
}

/// Beginning of the inference ids of an hour's replay: `replay-<yyyymmddHH>-`.
pub fn inference_prefix(window: &Window) -> String {
    format!("{REPLAY_PREFIX}{}-", window.label())
}

/// Sends every session and collects the lists. An error means that no call can succeed; everything else is counted.
pub async fn replay(
    endpoint: &Endpoint,
    sessions: &[Session],
    plan: Plan<'_>,
    watcher: Watcher<'_>,
) -> Result<Answers, RunError> {
    let mut run = Run::new(endpoint, sessions, plan);
    let mut under_way = FuturesUnordered::new();
    let mut pauses = FuturesUnordered::new();
    loop {
        if plan.is_near_its_end() {
            run.stopped.get_or_insert("deadline");
        }
        while let Some(attempt) = run.next_attempt(under_way.len()) {
            under_way.push(call(endpoint, sessions, plan, attempt));
            watcher(run.step(under_way.len(), None));
        }
        run.effort.most_in_flight = run.effort.most_in_flight.max(under_way.len() as u64);
        if under_way.is_empty() && (pauses.is_empty() || run.stopped.is_some()) {
            return Ok(run.finish());
        }
        tokio::select! {
            Some(ended) = under_way.next() => {
                let outcome = ended.name();
                if let Some((attempt, pause)) = run.settle(ended)? {
                    pauses.push(async move {
                        tokio::time::sleep(pause).await;
                        attempt
                    });
                }
                watcher(run.step(under_way.len(), Some(outcome)));
            }
            Some(attempt) = pauses.next() => run.waiting.push_front(attempt),
            () = until(plan.deadline, LAST_START), if run.stopped.is_none() => run.stopped = Some("deadline"),
            () = until(plan.deadline, LAST_WAIT) => return Ok(run.finish()),
        }
    }
}

impl Plan<'_> {
    /// Whether less time is left than a call may be begun in.
    fn is_near_its_end(&self) -> bool {
        self.deadline.is_some_and(|deadline| deadline.saturating_duration_since(Instant::now()) < LAST_START)
    }
}

async fn until(deadline: Option<Instant>, before: Duration) {
    match deadline {
        Some(deadline) => tokio::time::sleep_until(deadline.checked_sub(before).unwrap_or(deadline)).await,
        None => std::future::pending().await,
    }
}

#[derive(Debug, Clone, Copy)]
struct Attempt {
    index: usize,
    number: u32,
    era: Era,
}

struct Ended {
    attempt: Attempt,
    seconds: f64,
    outcome: Result<Answer, CallFailure>,
}

/// The first k ids of an answer that came, or why it yields no list.
type Answer = Result<ItemIds, Rejected>;

impl Ended {
    /// `answered`, or why there is no answer, as it is counted.
    fn name(&self) -> &'static str {
        match &self.outcome {
            Ok(Ok(_)) => "answered",
            Ok(Err(rejected)) => rejected.reason.as_str(),
            Err(CallFailure::Overload) => "overload",
            Err(CallFailure::Transient(reason) | CallFailure::Unanswered(reason)) => reason,
            Err(CallFailure::Unreachable(_)) => "unreachable",
            Err(CallFailure::Fatal(_)) => "refused",
        }
    }
}

async fn call(endpoint: &Endpoint, sessions: &[Session], plan: Plan<'_>, attempt: Attempt) -> Ended {
    let began = Instant::now();
    let inference_id = format!("{}{}", plan.prefix, attempt.index);
    let invoked =
        tokio::time::timeout(CALL_TIMEOUT, endpoint.invoke(&sessions[attempt.index], &inference_id)).await;
    let outcome = invoked
        .unwrap_or(Err(CallFailure::Transient("timeout")))
        .map(|payload| plan.path.ids(&payload).map(|list| first(list, plan)));
    Ended { attempt, seconds: began.elapsed().as_secs_f64(), outcome }
}

/// The first k ids of a list.
fn first(mut list: ItemIds, plan: Plan<'_>) -> ItemIds {
    list.ids.truncate(plan.k);
    list
}

/// Why an answer yields no list, in words without a value.
fn in_words(rejected: &Rejected) -> Option<String> {
    let detail = rejected.detail.as_ref()?;
    Some(format!("{} (expected: {})", detail.found, detail.expected))
}

/// The state of one replay.
struct Run<'r> {
    endpoint: &'r Endpoint,
    pressure: Pressure,
    waiting: VecDeque<Attempt>,
    fresh: std::ops::Range<usize>,
    lists: Vec<Option<Vec<String>>>,
    unanswered: BTreeMap<String, u64>,
    unread: Option<String>,
    non_finite: u64,
    settled: u64,
    answered: u64,
    retry_budget: u64,
    unreachable: usize,
    stopped: Option<&'static str>,
    effort: Effort,
}

impl<'r> Run<'r> {
    fn new(endpoint: &'r Endpoint, sessions: &[Session], plan: Plan<'_>) -> Self {
        Self {
            endpoint,
            pressure: Pressure::new(plan.cap),
            waiting: VecDeque::new(),
            fresh: 0..sessions.len(),
            lists: vec![None; sessions.len()],
            unanswered: BTreeMap::new(),
            unread: None,
            non_finite: 0,
            settled: 0,
            answered: 0,
            retry_budget: sessions.len().div_ceil(10) as u64,
            unreachable: 0,
            stopped: None,
            effort: Effort::default(),
        }
    }

    /// How far it is, just after a call began or ended.
    fn step(&self, in_flight: usize, ended: Option<&'static str>) -> Step {
        let (allowed, retries) = (self.pressure.limit(), self.effort.retries);
        let call = Call { in_flight, allowed, retries, ended };
        Step::Replay { done: self.settled, total: self.lists.len() as u64, call }
    }

    /// The next call to begin, if one may: calls that waited for a second try first.
    fn next_attempt(&mut self, in_flight: usize) -> Option<Attempt> {
        if self.stopped.is_some() || in_flight >= self.pressure.limit() {
            return None;
        }
        let era = self.pressure.era();
        let attempt = match self.waiting.pop_front() {
            Some(attempt) => Attempt { era, ..attempt },
            None => Attempt { index: self.fresh.next()?, number: 1, era },
        };
        self.effort.calls += 1;
        self.effort.retries += u64::from(attempt.number > 1);
        Some(attempt)
    }

    /// Takes note of a call that ended; the attempt to make after a pause, if there is to be one.
    fn settle(&mut self, ended: Ended) -> Result<Option<(Attempt, Duration)>, RunError> {
        let Ended { attempt, seconds, outcome } = ended;
        match outcome {
            Ok(answer) => {
                self.pressure.succeeded(attempt.era, seconds);
                self.take(attempt.index, answer);
                Ok(None)
            }
            Err(CallFailure::Overload) => {
                self.pressure.overloaded(attempt.era);
                if self.pressure.must_stop() {
                    self.stopped = Some("stopped");
                }
                Ok(self.again(attempt, "overload"))
            }
            Err(CallFailure::Transient(reason)) => {
                self.pressure.failed();
                Ok(self.again(attempt, reason))
            }
            Err(CallFailure::Unreachable(source)) => {
                self.pressure.failed();
                self.unreachable += 1;
                if self.answered == 0 && self.unreachable >= UNREACHABLE.min(self.lists.len()) {
                    return Err(RunError::EndpointUnreachable { endpoint: self.endpoint.address(), source });
                }
                Ok(self.again(attempt, "unreachable"))
            }
            Err(CallFailure::Unanswered(reason)) => {
                self.pressure.failed();
                self.give_up(reason);
                Ok(None)
            }
            Err(CallFailure::Fatal(error)) => Err(*error),
        }
    }

    fn take(&mut self, index: usize, answer: Answer) {
        match answer {
            Ok(list) => {
                self.lists[index] = Some(list.ids);
                self.non_finite += list.non_finite;
                self.settled += 1;
            }
            Err(rejected) => {
                self.unread = self.unread.take().or_else(|| in_words(&rejected));
                self.give_up(rejected.reason.as_str());
            }
        }
        self.answered += 1;
    }

    /// Another try after a pause, while attempts and the budget of retries last.
    fn again(&mut self, attempt: Attempt, reason: &'static str) -> Option<(Attempt, Duration)> {
        if attempt.number == MOST_ATTEMPTS || self.retry_budget == 0 || self.stopped.is_some() {
            self.give_up(reason);
            return None;
        }
        self.retry_budget -= 1;
        let next = Attempt { number: attempt.number + 1, ..attempt };
        Some((next, full_jitter(attempt.number)))
    }

    fn give_up(&mut self, reason: &'static str) {
        *self.unanswered.entry(reason.to_owned()).or_insert(0) += 1;
        self.settled += 1;
    }

    /// What is not settled was cut off by the stop or by the time.
    fn finish(mut self) -> Answers {
        let rest = self.lists.len() as u64 - self.settled;
        if rest > 0 {
            let reason = self.stopped.unwrap_or("deadline");
            *self.unanswered.entry(reason.to_owned()).or_insert(0) += rest;
        }
        let Self { lists, unanswered, unread, non_finite, effort, .. } = self;
        Answers { lists, unanswered, unread, non_finite, effort }
    }
}

/// A pause drawn evenly from zero to 100 ms doubled for each attempt, 5 s at most: full jitter.
fn full_jitter(attempts: u32) -> Duration {
    let ceiling = LEAST_PAUSE.saturating_mul(1 << attempts.min(16)).min(LONGEST_PAUSE);
    ceiling.mul_f64(fastrand::f64())
}

#[cfg(test)]
mod tests;
