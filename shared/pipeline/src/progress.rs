//! What a long run tells somebody who watches it. It prints nothing itself.

/// A step of a run.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Step {
    /// Capture files read so far, of how many.
    Captures {
        /// Files read.
        done: u64,
        /// Files in the window's folders.
        total: u64,
    },
    /// Sessions answered or given up so far, of how many.
    Replay {
        /// Sessions that are settled.
        done: u64,
        /// Sessions of the validation set.
        total: u64,
        /// The call that has just begun or ended.
        call: Call,
    },
}

/// How hard the replay presses, just after a call began or ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Call {
    /// Calls under way.
    pub in_flight: usize,
    /// Most calls that may be under way now.
    pub allowed: usize,
    /// Calls made again so far.
    pub retries: u64,
    /// How the call ended: `answered`, or why there is no answer. `None` for one that began.
    pub ended: Option<&'static str>,
}

/// Somebody who watches.
pub type Watcher<'w> = &'w (dyn Fn(Step) + Send + Sync);

/// Nobody watches.
pub fn nobody(_: Step) {}
