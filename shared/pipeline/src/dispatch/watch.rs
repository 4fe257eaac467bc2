//! Since when each monitor of a document is watched, and since when it is behind: `{state}/monitors/{name}.json`.
//!
//! It is written where something begins or ends: the first tick that finds a monitor enabled, and the first that does not. So the
//! hours between are nobody's to make good, and a new monitor is not behind on its first day.

use crate::RunError;
use crate::swap;
use bellwether_contract::keys::{Key, watched_name};
use bellwether_contract::names::ScheduleName;
use bellwether_contract::watched::{SinceBehind, WatchedMonitor};
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
        let behind = same.and_then(|known| known.behind);
        WatchedMonitor {
            since: Some(since),
            watches: Some(watches.clone()),
            behind,
            ..WatchedMonitor::new(name)
        }
    };
    swap::update(state, &Key::Watched(name).to_string(), WatchedMonitor::MAX_BYTES, next).await
}

/// Notes whether a monitor is behind at this scheduled hour: since when it is.
pub(super) async fn note(
    state: &Store,
    name: &ScheduleName,
    is_behind: bool,
    scheduled: Timestamp,
) -> Result<Option<SinceBehind>, RunError> {
    let next = |known: Option<&WatchedMonitor>| {
        let known = known.cloned().unwrap_or_else(|| WatchedMonitor::new(name));
        WatchedMonitor { behind: is_behind.then(|| SinceBehind::at(scheduled, known.behind)), ..known }
    };
    let key = Key::Watched(name).to_string();
    Ok(swap::update(state, &key, WatchedMonitor::MAX_BYTES, next).await?.behind)
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
