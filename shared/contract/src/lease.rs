//! `leases/{endpoint}.json`: who replays against an endpoint now, where several monitors of a document do.
//!
//! It says what is written there. How long a lease is waited for is decided by the replay.

use crate::layout;
use crate::names::ScheduleName;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

/// The whole file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ReplayLease {
    /// Layout of this file.
    #[serde(deserialize_with = "layout::known")]
    pub version: u32,
    /// The monitoring schedule whose run replays.
    pub owner: ScheduleName,
    /// When it ends: with the replay, or at the latest with the invocation.
    pub until: Timestamp,
}

impl ReplayLease {
    /// Layout version that is written.
    pub const VERSION: u32 = layout::FirstLayout::VERSION;
    /// Largest file that is read.
    pub const MAX_BYTES: u64 = 64 * 1024;
}
