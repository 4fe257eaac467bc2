//! The checks of a verdict, found by what they are of.

use bellwether_analysis::verdict::Verdict;
use bellwether_contract::judged::Judged;
use std::collections::BTreeMap;

/// A check that was held against a value, and whether it is violated.
#[derive(Debug, Clone, Copy)]
pub(super) struct Checked<'v> {
    pub(super) judged: &'v Judged,
    pub(super) violated: bool,
}

/// All checks of a verdict, violated ones first.
pub(super) fn checks(verdict: &Verdict) -> impl Iterator<Item = Checked<'_>> {
    let violated = verdict.violated.iter().map(|found| Checked { judged: &found.judged, violated: true });
    violated.chain(verdict.held.values().map(|judged| Checked { judged, violated: false }))
}

/// Checks by their column.
pub(super) fn by_column(verdict: &Verdict) -> BTreeMap<&str, Vec<Checked<'_>>> {
    let mut columns: BTreeMap<&str, Vec<Checked<'_>>> = BTreeMap::new();
    for check in checks(verdict) {
        if let Some(column) = &check.judged.feature_name {
            columns.entry(column).or_default().push(check);
        }
    }
    columns
}

/// Checks by their metric.
pub(super) fn by_metric(verdict: &Verdict) -> BTreeMap<&str, Vec<Checked<'_>>> {
    let mut metrics: BTreeMap<&str, Vec<Checked<'_>>> = BTreeMap::new();
    for check in checks(verdict) {
        if let Some(metric) = &check.judged.metric_name {
            metrics.entry(metric).or_default().push(check);
        }
    }
    metrics
}
