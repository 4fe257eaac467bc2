//! `monitors/{name}.json`: since when a monitor of a document is watched. `monitors/_behind.json`: which of them are behind, and since when.
//!
//! They say what is remembered. Which hours follow from it is decided by the reconciler and the dispatcher.

use crate::layout;
use crate::names::ScheduleName;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};

/// The whole file of a monitor.
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
}

/// The whole file of those that are behind.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct BehindMonitors {
    /// Layout of this file.
    #[serde(deserialize_with = "layout::known")]
    pub version: u32,
    /// The scheduled hour of the newest tick that looked.
    pub tick: Timestamp,
    /// Since when any is, whichever that was: so long the alarm of all rings.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub any: Option<SinceBehind>,
    /// Each that is, by its name in the document, or by what stands for that where an entry has none.
    #[serde(default)]
    pub monitors: BTreeMap<String, SinceBehind>,
}

impl BehindMonitors {
    /// Layout of the file.
    pub const VERSION: u32 = 1;
    /// Largest file that is read: names of broken entries are as long as a document lets them be.
    pub const MAX_BYTES: u64 = 8 * 1024 * 1024;

    /// What is known after this tick, at which these are behind. The same tick again adds nothing, and an older one, which somebody
    /// has dispatched again, says nothing of now.
    #[must_use]
    pub fn at(tick: Timestamp, behind: &BTreeSet<String>, known: Option<&Self>) -> Self {
        if let Some(known) = known.filter(|known| tick < known.tick) {
            return known.clone();
        }
        let before = |name: &String| known.and_then(|known| known.monitors.get(name).copied());
        let monitors = behind.iter().map(|name| (name.clone(), SinceBehind::at(tick, before(name))));
        let any = (!behind.is_empty()).then(|| SinceBehind::at(tick, known.and_then(|known| known.any)));
        Self { version: Self::VERSION, tick, any, monitors: monitors.collect() }
    }

    /// Who lasts since this tick, at which the alarm of all rang already: for somebody who lasts still, or for somebody who was
    /// mended meanwhile.
    pub fn newly(&self, tick: Timestamp) -> impl Iterator<Item = &str> {
        let rang_already = self.any.and_then(|any| any.lasts_since).is_some_and(|since| since < tick);
        let is_new = move |behind: &SinceBehind| rang_already && behind.lasts_since == Some(tick);
        self.monitors.iter().filter(move |(_, behind)| is_new(behind)).map(|(name, _)| name.as_str())
    }
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
        Self { version: Self::VERSION, monitoring_schedule_name, since: None, watches: None }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(hour: i64) -> Timestamp {
        Timestamp::from_second(hour * 3_600).unwrap()
    }

    /// Who is behind at each of these ticks, and whom the alarm of all would have hidden.
    fn newly(ticks: &[(i64, &[&str])]) -> Vec<Vec<String>> {
        let mut known: Option<BehindMonitors> = None;
        let told = ticks.iter().map(|(hour, behind)| {
            let behind = behind.iter().map(|name| (*name).to_owned()).collect();
            let next = BehindMonitors::at(at(*hour), &behind, known.as_ref());
            let told = next.newly(at(*hour)).map(str::to_owned).collect();
            known = Some(next);
            told
        });
        told.collect()
    }

    #[test]
    fn whoever_lasts_while_the_alarm_rings_is_told_once() {
        const NOBODY: [&str; 0] = [];
        // The first one rings that alarm itself.
        assert_eq!(newly(&[(1, &["a"]), (2, &["a"]), (3, &["a"])]), [NOBODY; 3]);
        let told =
            newly(&[(1, &["a"]), (2, &["a", "b"]), (3, &["a", "b"]), (3, &["a", "b"]), (4, &["a", "b"])]);
        assert_eq!(told, [vec![], vec![], vec!["b"], vec!["b"], vec![]]);
        // Two at once ring it together.
        assert_eq!(newly(&[(1, &["a", "b"]), (2, &["a", "b"])]), [NOBODY; 2]);
        // An hour without any ends it.
        assert_eq!(newly(&[(1, &["a"]), (2, &["a"]), (3, &[]), (4, &["b"]), (5, &["b"])]), [NOBODY; 5]);
    }

    /// The alarm does not end in between, so nobody would hear of the second one.
    #[test]
    fn who_falls_behind_as_another_is_mended_is_told() {
        let told = newly(&[(1, &["a"]), (2, &["a"]), (3, &["b"]), (4, &["b"])]);
        assert_eq!(told, [vec![], vec![], vec![], vec!["b"]]);
        let told = newly(&[(1, &["a"]), (2, &["a"]), (3, &["a", "b"]), (4, &["b"]), (5, &["b"])]);
        assert_eq!(told, [vec![], vec![], vec![], vec!["b"], vec![]]);
    }

    #[test]
    fn an_older_hour_that_is_dispatched_again_forgets_nobody() {
        let told = newly(&[(5, &["a"]), (6, &["a"]), (3, &[]), (7, &["a", "b"]), (8, &["a", "b"])]);
        assert_eq!(told, [vec![], vec![], vec![], vec![], vec!["b"]]);
    }
}
