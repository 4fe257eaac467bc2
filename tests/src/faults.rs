//! Faults that the embedded AWS plays instead of, or after, the real answer.
//!
//! A fault is chosen by operation, path and occurrence. It changes no state: one that strikes *before* leaves the
//! service untouched, one that strikes *after* leaves what the service accepted.

use std::fmt;
use std::ops::RangeInclusive;
use std::sync::{Arc, Mutex};

use tokio::sync::watch;

use crate::answer::Answer;
use crate::http::lock;
use crate::operation::Call;

/// One rule. Without further words it strikes at every request that it matches.
pub struct Fault {
    matching: Matching,
    path_part: String,
    occurrences: RangeInclusive<u64>,
    strike: Strike,
}

enum Matching {
    /// Operations that begin so: `s3:PutObject`, `s3:`, or the empty string for all.
    Operations(String),
    /// Every operation that changes something.
    SideEffects,
}

#[derive(Clone)]
pub(crate) enum Strike {
    Before(Answer),
    After(Arc<dyn Fn(Answer) -> Answer + Send + Sync>),
}

impl Fault {
    /// `answer` is given and the service never sees the request. `operation` is a beginning, `s3:Put` for instance.
    pub fn before(operation: impl Into<String>, answer: Answer) -> Self {
        Self::new(Matching::Operations(operation.into()), Strike::Before(answer))
    }

    /// The service does its work, and `twist` makes of its answer what the client gets.
    pub fn after(
        operation: impl Into<String>,
        twist: impl Fn(Answer) -> Answer + Send + Sync + 'static,
    ) -> Self {
        Self::new(Matching::Operations(operation.into()), Strike::After(Arc::new(twist)))
    }

    /// As [`Fault::before`], at operations that would change something, of any service.
    #[must_use]
    pub fn before_side_effect(answer: Answer) -> Self {
        Self::new(Matching::SideEffects, Strike::Before(answer))
    }

    /// As [`Fault::after`], at operations that changed something, of any service.
    ///
    /// With [`Answer::hang`] and [`Strikes::first`] this is a crash point: drop the client once it is reached.
    pub fn after_side_effect(twist: impl Fn(Answer) -> Answer + Send + Sync + 'static) -> Self {
        Self::new(Matching::SideEffects, Strike::After(Arc::new(twist)))
    }

    fn new(matching: Matching, strike: Strike) -> Self {
        Self { matching, path_part: String::new(), occurrences: 1..=u64::MAX, strike }
    }

    /// Only requests whose path and query, as sent, hold this.
    #[must_use]
    pub fn at_path(self, part: impl Into<String>) -> Self {
        Self { path_part: part.into(), ..self }
    }

    /// Only the `n`th matching request, counted from 1 since the fault was injected.
    #[must_use]
    pub fn nth(self, n: u64) -> Self {
        self.occurrences(n..=n)
    }

    /// Only these of the matching requests, counted from 1 since the fault was injected.
    #[must_use]
    pub fn occurrences(self, occurrences: RangeInclusive<u64>) -> Self {
        Self { occurrences, ..self }
    }

    fn matches(&self, call: &Call) -> bool {
        let operation = match &self.matching {
            Matching::Operations(beginning) => call.operation.starts_with(beginning.as_str()),
            Matching::SideEffects => call.is_side_effect(),
        };
        operation && call.path.contains(&self.path_part)
    }
}

impl fmt::Debug for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let what = match &self.matching {
            Matching::Operations(beginning) => beginning,
            Matching::SideEffects => "side effects",
        };
        write!(f, "Fault({what} {:?} {:?})", self.path_part, self.occurrences)
    }
}

/// How often an injected fault has struck.
#[derive(Debug, Clone)]
pub struct Strikes(watch::Receiver<u64>);

impl Strikes {
    #[must_use]
    pub fn count(&self) -> u64 {
        *self.0.borrow()
    }

    /// Returns once the fault has struck; never, if the faults were cleared before.
    pub async fn first(&self) {
        if self.0.clone().wait_for(|count| *count > 0).await.is_err() {
            std::future::pending().await
        }
    }
}

/// The rules in force, in order: a request stops at the first rule that strikes, and only rules it has met count it.
#[derive(Default)]
pub(crate) struct Faults(Mutex<Vec<Armed>>);

struct Armed {
    fault: Fault,
    met: u64,
    struck: Arc<watch::Sender<u64>>,
}

impl Faults {
    pub(crate) fn inject(&self, fault: Fault) -> Strikes {
        let (struck, strikes) = watch::channel(0);
        lock(&self.0).push(Armed { fault, met: 0, struck: Arc::new(struck) });
        Strikes(strikes)
    }

    pub(crate) fn clear(&self) {
        lock(&self.0).clear();
    }

    /// The strike that this call draws, and where to note that it has been played.
    pub(crate) fn draw(&self, call: &Call) -> Option<(Strike, Arc<watch::Sender<u64>>)> {
        lock(&self.0).iter_mut().filter(|armed| armed.fault.matches(call)).find_map(|armed| {
            armed.met += 1;
            let strikes = armed.fault.occurrences.contains(&armed.met);
            strikes.then(|| (armed.fault.strike.clone(), Arc::clone(&armed.struck)))
        })
    }
}
