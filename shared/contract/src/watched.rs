//! `monitors/{name}.json`: since when a monitor of a document is watched, and since when it is behind.
//!
//! It says what is remembered. Which hours follow from it is decided by the reconciler and the dispatcher.

use crate::layout;
use crate::names::ScheduleName;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

/// The whole file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct WatchedMonitor {
    /// Layout of this file.
    #[serde(deserialize_with = "layout::known")]
    pub version: u32,
    /// The monitor's name in the document.
    pub monitoring_schedule_name: ScheduleName,
    /// The scheduled hour of the first tick that found it so; absent while it is paused or not in the document.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub since: Option<Timestamp>,
    /// What it watches, and when: `data-quality of churn-prod/AllTraffic, every PT1H, -PT1H to PT0S`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub watches: Option<String>,
    /// Absent while it does what it is there for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub behind: Option<SinceBehind>,
}

/// Since when a monitor is behind.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct SinceBehind {
    /// The scheduled hour of the first tick that found it so.
    pub since: Timestamp,
    /// That of the first tick after it, from which on it lasts.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub lasts_since: Option<Timestamp>,
}

impl SinceBehind {
    /// How one stands at this tick that is behind. The same tick again changes nothing.
    #[must_use]
    pub fn at(tick: Timestamp, known: Option<Self>) -> Self {
        let since = known.map_or(tick, |known| known.since);
        let lasts_since = known.and_then(|known| known.lasts_since).or((since < tick).then_some(tick));
        Self { since, lasts_since }
    }
}

impl WatchedMonitor {
    /// Layout of the file.
    pub const VERSION: u32 = 1;
    /// Largest file that is read.
    pub const MAX_BYTES: u64 = 16 * 1024;

    /// A monitor that is not watched now.
    #[must_use]
    pub fn new(name: &ScheduleName) -> Self {
        let monitoring_schedule_name = name.clone();
        Self { version: Self::VERSION, monitoring_schedule_name, since: None, watches: None, behind: None }
    }
}
