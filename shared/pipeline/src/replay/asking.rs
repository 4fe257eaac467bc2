//! Questions asked politely: one engine for whoever asks an endpoint much, with its ramp, its retries, its stop and its deadline.
//!
//! It knows neither what is asked nor what an answer says.

use super::endpoint::{CallFailure, Endpoint, Question};
use super::pressure::{Era, Pressure};
use super::{
    CALL_TIMEOUT, Effort, LAST_START, LAST_WAIT, LEAST_PAUSE, LONGEST_PAUSE, MOST_ATTEMPTS,
    MOST_RETRIES_OF_FEW, UNREACHABLE,
};
use crate::RunError;
use crate::progress::{Call, Step, Watcher};
use bellwether_contract::capture::{Payload, Rejected};
use futures::stream::{FuturesUnordered, StreamExt};
use std::collections::{BTreeMap, VecDeque};
use std::time::Duration;
use tokio::time::Instant;

/// Questions, and what becomes of their answers.
pub(crate) trait Asking {
    /// Which question.
    type Ask: Copy;

    /// What is sent.
    type Sent: AsQuestion;

    /// Whether nothing can be made of the others where one is not answered.
    const IS_USELESS_IN_PART: bool;

    /// The next question; `None` where all were asked.
    fn next(&mut self) -> Option<Self::Ask>;

    /// How many questions there are, or about how many.
    fn total(&self) -> u64;

    /// What is sent, and the inference id beside it: the same again for a second try.
    fn sent(&self, ask: Self::Ask) -> (Self::Sent, String);

    /// Takes an answer.
    ///
    /// # Errors
    /// Why nothing can be read of it.
    fn take(&mut self, ask: Self::Ask, answer: &Payload<'_>) -> Result<(), Rejected>;
}

/// What can be sent.
pub(crate) trait AsQuestion {
    /// As a call has it.
    fn question(&self) -> Question<'_>;
}

/// How hard and how long.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Pace {
    /// Most calls in flight.
    pub(crate) cap: usize,
    /// When the function's time ends; `None` for a command.
    pub(crate) deadline: Option<Instant>,
}

/// What came of the questions.
#[derive(Debug, Default)]
pub(crate) struct Asked {
    /// Questions without an answer, by reason.
    pub(crate) unanswered: BTreeMap<String, u64>,
    /// The first answer that cannot be read, or that rejects its question, in words without a value.
    pub(crate) unread: Option<String>,
    /// What it took.
    pub(crate) effort: Effort,
}

/// Asks every question. An error means that no call can succeed; everything else is counted.
pub(crate) async fn ask_all<A: Asking>(
    endpoint: &Endpoint,
    asking: &mut A,
    pace: Pace,
    watcher: Watcher<'_>,
) -> Result<Asked, RunError> {
    let mut run = Run::new(endpoint.address(), asking, pace.cap);
    let mut under_way = FuturesUnordered::new();
    let mut pauses = FuturesUnordered::new();
    loop {
        if pace.is_near_its_end() {
            run.stopped.get_or_insert("deadline");
        }
        while let Some(attempt) = run.next_attempt(asking, under_way.len()) {
            let (sent, inference_id) = asking.sent(attempt.ask);
            under_way.push(call(endpoint, sent, inference_id, attempt));
            watcher(run.step(under_way.len(), None));
        }
        run.effort.most_in_flight = run.effort.most_in_flight.max(under_way.len() as u64);
        if under_way.is_empty() && (pauses.is_empty() || run.stopped.is_some()) {
            return Ok(run.finish::<A>());
        }
        tokio::select! {
            Some(ended) = under_way.next() => {
                let (outcome, again) = run.settle(asking, ended)?;
                if let Some((attempt, pause)) = again {
                    pauses.push(async move {
                        tokio::time::sleep(pause).await;
                        attempt
                    });
                }
                watcher(run.step(under_way.len(), Some(outcome)));
            }
            Some(attempt) = pauses.next() => run.waiting.push_front(attempt),
            () = until(pace.deadline, LAST_START), if run.stopped.is_none() => run.stopped = Some("deadline"),
            () = until(pace.deadline, LAST_WAIT) => return Ok(run.finish::<A>()),
        }
    }
}

impl Pace {
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
pub(super) struct Attempt<K> {
    pub(super) ask: K,
    pub(super) number: u32,
    pub(super) era: Era,
}

/// An attempt to make after a pause.
type Again<K> = (Attempt<K>, Duration);

pub(super) struct Ended<K> {
    pub(super) attempt: Attempt<K>,
    pub(super) seconds: f64,
    pub(super) outcome: Result<Payload<'static>, CallFailure>,
}

async fn call<K>(
    endpoint: &Endpoint,
    sent: impl AsQuestion,
    inference_id: String,
    attempt: Attempt<K>,
) -> Ended<K> {
    let began = Instant::now();
    let invoked = tokio::time::timeout(CALL_TIMEOUT, endpoint.invoke(sent.question(), &inference_id)).await;
    let outcome = invoked.unwrap_or(Err(CallFailure::Transient("timeout")));
    Ended { attempt, seconds: began.elapsed().as_secs_f64(), outcome }
}

/// Why an answer cannot be read, in words without a value.
pub(super) fn in_words(rejected: &Rejected) -> Option<String> {
    let detail = rejected.detail.as_ref()?;
    Some(format!("{} (expected: {})", detail.found, detail.expected))
}

/// The state of the questions.
pub(super) struct Run<K> {
    address: String,
    pub(super) pressure: Pressure,
    waiting: VecDeque<Attempt<K>>,
    total: u64,
    asked: Asked,
    settled: u64,
    answered: u64,
    retry_budget: u64,
    unreachable: usize,
    stopped: Option<&'static str>,
    effort: Effort,
}

impl<K: Copy> Run<K> {
    pub(super) fn new<A: Asking<Ask = K>>(address: String, asking: &A, cap: usize) -> Self {
        let total = asking.total();
        Self {
            address,
            pressure: Pressure::new(cap),
            waiting: VecDeque::new(),
            total,
            asked: Asked::default(),
            settled: 0,
            answered: 0,
            retry_budget: retries(total, A::IS_USELESS_IN_PART),
            unreachable: 0,
            stopped: None,
            effort: Effort::default(),
        }
    }

    /// How far it is, just after a call began or ended.
    fn step(&self, in_flight: usize, ended: Option<&'static str>) -> Step {
        let (allowed, retries) = (self.pressure.limit(), self.effort.retries);
        let call = Call { in_flight, allowed, retries, ended };
        Step::Replay { done: self.settled, total: self.total.max(self.settled), call }
    }

    /// The next call to begin, if one may: calls that waited for a second try first.
    pub(super) fn next_attempt<A: Asking<Ask = K>>(
        &mut self,
        asking: &mut A,
        in_flight: usize,
    ) -> Option<Attempt<K>> {
        if self.stopped.is_some() || in_flight >= self.pressure.limit() {
            return None;
        }
        let era = self.pressure.era();
        let attempt = match self.waiting.pop_front() {
            Some(attempt) => Attempt { era, ..attempt },
            None => Attempt { ask: asking.next()?, number: 1, era },
        };
        self.effort.calls += 1;
        self.effort.retries += u64::from(attempt.number > 1);
        Some(attempt)
    }

    /// Takes note of a call that ended: `answered`, or why there is no answer, as it is counted; and the attempt to make after a
    /// pause, if there is to be one.
    pub(super) fn settle<A: Asking<Ask = K>>(
        &mut self,
        asking: &mut A,
        ended: Ended<K>,
    ) -> Result<(&'static str, Option<Again<K>>), RunError> {
        let Ended { attempt, seconds, outcome } = ended;
        match outcome {
            Ok(answer) => {
                self.pressure.succeeded(attempt.era, seconds);
                Ok((self.take(asking, attempt.ask, &answer), None))
            }
            Err(CallFailure::Overload) => {
                self.pressure.overloaded(attempt.era);
                if self.pressure.must_stop() {
                    self.stopped.get_or_insert("stopped");
                }
                Ok(("overload", self.again::<A>(attempt, "overload")))
            }
            Err(CallFailure::Transient(reason)) => {
                self.pressure.failed();
                Ok((reason, self.again::<A>(attempt, reason)))
            }
            Err(CallFailure::Unreachable(source)) => {
                self.pressure.failed();
                self.unreachable += 1;
                let all = usize::try_from(self.total).unwrap_or(usize::MAX);
                let is_enough = self.unreachable >= UNREACHABLE.min(all);
                let again = self.again::<A>(attempt, "unreachable");
                let is_lost = A::IS_USELESS_IN_PART && again.is_none();
                if self.answered == 0 && (is_enough || is_lost) {
                    return Err(RunError::EndpointUnreachable { endpoint: self.address.clone(), source });
                }
                Ok(("unreachable", again))
            }
            Err(CallFailure::Rejected(told)) => {
                self.pressure.failed();
                self.asked.unread.get_or_insert(told);
                self.give_up::<A>("rejected");
                Ok(("rejected", None))
            }
            Err(CallFailure::Unanswered(reason)) => {
                self.pressure.failed();
                self.give_up::<A>(reason);
                Ok((reason, None))
            }
            Err(CallFailure::Fatal(error)) => Err(*error),
        }
    }

    fn take<A: Asking<Ask = K>>(&mut self, asking: &mut A, ask: K, answer: &Payload<'_>) -> &'static str {
        self.answered += 1;
        match asking.take(ask, answer) {
            Ok(()) => {
                self.settled += 1;
                "answered"
            }
            Err(rejected) => {
                self.asked.unread = self.asked.unread.take().or_else(|| in_words(&rejected));
                self.give_up::<A>(rejected.reason.as_str());
                rejected.reason.as_str()
            }
        }
    }

    /// Another try after a pause, while attempts and the budget of retries last.
    fn again<A: Asking<Ask = K>>(&mut self, attempt: Attempt<K>, reason: &'static str) -> Option<Again<K>> {
        if attempt.number == MOST_ATTEMPTS || self.retry_budget == 0 || self.stopped.is_some() {
            self.give_up::<A>(reason);
            return None;
        }
        self.retry_budget -= 1;
        let next = Attempt { number: attempt.number + 1, ..attempt };
        Some((next, full_jitter(attempt.number)))
    }

    fn give_up<A: Asking>(&mut self, reason: &'static str) {
        *self.asked.unanswered.entry(reason.to_owned()).or_insert(0) += 1;
        self.settled += 1;
        if A::IS_USELESS_IN_PART {
            self.stopped.get_or_insert(reason);
        }
    }

    /// What is not settled was cut off by the stop or by the time; or not sent, where a question without an answer made it useless.
    fn finish<A: Asking>(mut self) -> Asked {
        let rest = self.total.saturating_sub(self.settled);
        let is_spared = A::IS_USELESS_IN_PART && !self.asked.unanswered.is_empty();
        if rest > 0 && !is_spared {
            let reason = self.stopped.unwrap_or("deadline");
            *self.asked.unanswered.entry(reason.to_owned()).or_insert(0) += rest;
        }
        Asked { effort: self.effort, ..self.asked }
    }
}

/// How many second and third tries a run may make: a tenth of its questions, so that what ails the endpoint is not doubled. Where every
/// answer is needed a few questions may each be tried to the end, for one that is lost loses all.
pub(super) fn retries(total: u64, is_useless_in_part: bool) -> u64 {
    let tenth = total.div_ceil(10);
    let of_few = total.saturating_mul(u64::from(MOST_ATTEMPTS - 1)).min(MOST_RETRIES_OF_FEW);
    if is_useless_in_part { tenth.max(of_few) } else { tenth }
}

/// A pause drawn evenly from zero to 100 ms doubled for each attempt, 5 s at most: full jitter.
fn full_jitter(attempts: u32) -> Duration {
    let ceiling = LEAST_PAUSE.saturating_mul(1 << attempts.min(16)).min(LONGEST_PAUSE);
    ceiling.mul_f64(fastrand::f64())
}
