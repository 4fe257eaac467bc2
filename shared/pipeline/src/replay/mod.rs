//! The replay: held-out sessions sent to a production endpoint, politely, and their lists in the order of the set.
//!
//! It measures nothing. Which answers are too few is decided in the analysis crate.

pub(crate) mod asking;
pub mod endpoint;
pub mod pressure;
mod recorded;
mod source;
mod turns;

pub use recorded::recorded_answers;
pub use source::Source;
pub use turns::Turns;

use crate::RunError;
use crate::progress::Watcher;
use asking::{AsQuestion, Asked, Asking, Pace, ask_all, in_words};
use bellwether_analysis::recommendations::{ItemIds, RecommendationsPath};
use bellwether_contract::capture::{Payload, REPLAY_PREFIX, Rejected};
use bellwether_contract::sessions::Session;
use bellwether_contract::window::Window;
use endpoint::{Endpoint, Question};
use std::collections::BTreeMap;
use std::time::Duration;
use tokio::time::Instant;

const MOST_ATTEMPTS: u32 = 3;
/// Most tries beyond the first ones that are made of few questions of which each is needed.
const MOST_RETRIES_OF_FEW: u64 = 20;
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
    let mut asking = Sessions::new(sessions, plan);
    let pace = Pace { cap: plan.cap, deadline: plan.deadline };
    let Asked { unanswered, unread, effort } = ask_all(endpoint, &mut asking, pace, watcher).await?;
    let Sessions { lists, non_finite, .. } = asking;
    Ok(Answers { lists, unanswered, unread, non_finite, effort })
}

/// Held-out sessions on their way to their lists.
struct Sessions<'s> {
    sessions: &'s [Session],
    plan: Plan<'s>,
    fresh: std::ops::Range<usize>,
    lists: Vec<Option<Vec<String>>>,
    non_finite: u64,
}

impl<'s> Sessions<'s> {
    fn new(sessions: &'s [Session], plan: Plan<'s>) -> Self {
        Self { sessions, plan, fresh: 0..sessions.len(), lists: vec![None; sessions.len()], non_finite: 0 }
    }
}

impl<'s> Asking for Sessions<'s> {
    type Ask = usize;
    type Sent = &'s Session;
    const IS_USELESS_IN_PART: bool = false;

    fn next(&mut self) -> Option<usize> {
        self.fresh.next()
    }

    fn total(&self) -> u64 {
        self.sessions.len() as u64
    }

    fn sent(&self, index: usize) -> (&'s Session, String) {
        (&self.sessions[index], format!("{}{index}", self.plan.prefix))
    }

    fn take(&mut self, index: usize, answer: &Payload<'_>) -> Result<(), Rejected> {
        let list = first(self.plan.path.ids(answer)?, self.plan);
        self.non_finite += list.non_finite;
        self.lists[index] = Some(list.ids);
        Ok(())
    }
}

impl AsQuestion for &Session {
    fn question(&self) -> Question<'_> {
        Question::from(*self)
    }
}

/// The first k ids of an answer that came, or why it yields no list.
type Answer = Result<ItemIds, Rejected>;

/// The first k ids of a list.
fn first(mut list: ItemIds, plan: Plan<'_>) -> ItemIds {
    list.ids.truncate(plan.k);
    list
}

#[cfg(test)]
mod tests;
