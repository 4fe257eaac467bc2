//! Since when each monitor of a document is watched: `{state}/monitors/{name}.json`; which are behind: `{state}/monitors/_behind.json`.
//!
//! A monitor's file is written where something begins or ends: the first tick that finds a monitor enabled, and the first that does not. So the
//! hours between are nobody's to make good, and a new monitor is not behind on its first day.

use crate::RunError;
use crate::swap;
use bellwether_contract::keys::{Key, watched_name};
use bellwether_contract::names::ScheduleName;
use bellwether_contract::watched::{BehindMonitors, WatchedMonitor};
use bellwether_storage::Store;
use jiff::Timestamp;
use std::collections::BTreeSet;

/// What is known of a monitor; `None` where nobody dispatched it ever.
pub(crate) async fn watched(state: &Store, name: &ScheduleName) -> Result<Option<WatchedMonitor>, RunError> {
    let read = swap::read(state, &Key::Watched(name).to_string(), WatchedMonitor::MAX_BYTES).await?;
    Ok(read.map(|(watched, _)| watched))
}

/// Watches a monitor from this scheduled hour on, if it is not watched already. What is known of it then. One that watches something else
/// now, or at other hours, is a new one under an old name: it owes nothing of before.
pub(super) async fn watch(
    state: &Store,
    name: &ScheduleName,
    watches: String,
    scheduled: Timestamp,
) -> Result<WatchedMonitor, RunError> {
    let next = |known: Option<&WatchedMonitor>| {
        let same = known.filter(|known| known.watches.as_deref() == Some(&watches));
        let since = same.and_then(|known| known.since).unwrap_or(scheduled);
        WatchedMonitor { since: Some(since), watches: Some(watches.clone()), ..WatchedMonitor::new(name) }
    };
    swap::update(state, &Key::Watched(name).to_string(), WatchedMonitor::MAX_BYTES, next).await
}

/// Notes who is behind at this scheduled hour: since when each is.
pub(super) async fn note(
    state: &Store,
    behind: &BTreeSet<String>,
    scheduled: Timestamp,
) -> Result<BehindMonitors, RunError> {
    let next = |known: Option<&BehindMonitors>| BehindMonitors::at(scheduled, behind, known);
    swap::update(state, &Key::Behind.to_string(), BehindMonitors::MAX_BYTES, next).await
}

/// Watches no other monitors than these any more.
pub(super) async fn leave_the_others(state: &Store, names: &BTreeSet<ScheduleName>) -> Result<(), RunError> {
    for entry in state.list(&Key::AllWatched.to_string()).await? {
        let Some(name) = watched_name(&entry.key).filter(|name| !names.contains(name)) else { continue };
        let left = |_: Option<&WatchedMonitor>| WatchedMonitor::new(&name);
        swap::update(state, &entry.key, WatchedMonitor::MAX_BYTES, left).await?;
    }
    Ok(())
}
