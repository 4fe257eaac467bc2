//! Which checks are drawn as lines: those that were violated longest, else those that are nearest to their limits.

use super::TimedRun;
use bellwether_contract::evaluation::{Check, CheckOutcome, Evaluations};
use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet};

/// Lines of checks on a page.
const MOST_LINES: usize = 3;
/// How far a value may be from its limit to count as near, in parts of the limit.
const PARTS: f64 = 1e6;

/// The names of the checks that are worth a line, by what was violated and by every check of the newest run.
#[must_use]
pub fn chosen(runs: &[TimedRun<'_>], newest: Option<&Evaluations>) -> Vec<String> {
    let mut hours: BTreeMap<String, usize> = BTreeMap::new();
    for execution in runs.iter().filter_map(|entry| entry.read.as_ref().ok()) {
        let names: BTreeSet<String> = execution.judged.iter().map(|judged| judged.check_name()).collect();
        names.into_iter().for_each(|name| *hours.entry(name).or_default() += 1);
    }
    let mut violated: Vec<(String, usize)> = hours.into_iter().collect();
    violated.sort_by_key(|(_, hours)| Reverse(*hours));
    let mut names: Vec<String> = violated.into_iter().map(|(name, _)| name).collect();
    names.extend(nearest(newest).into_iter().filter(|name| !names.contains(name)).collect::<Vec<_>>());
    names.truncate(MOST_LINES);
    names
}

/// Checks that held: aggregates first, then distances, then the others; of each the nearest to its limit first.
fn nearest(newest: Option<&Evaluations>) -> Vec<String> {
    let checks = newest.into_iter().flat_map(|evaluation| &evaluation.checks);
    let mut held: Vec<&Check> = checks.filter(|check| check.outcome == CheckOutcome::Held).collect();
    held.sort_by_key(|check| {
        let Some(judged) = &check.judged else { return (u8::MAX, u64::MAX) };
        let kind = match (&judged.metric_name, &judged.compared) {
            (Some(_), _) => 0,
            (None, Some(_)) => 1,
            (None, None) => 2,
        };
        let margin = (judged.value - judged.limit).abs() / judged.limit.abs().max(f64::MIN_POSITIVE);
        // Saturates: what is not finite is far.
        (kind, if margin.is_nan() { u64::MAX } else { (margin * PARTS) as u64 })
    });
    held.into_iter().map(|check| check.name.clone()).collect()
}
