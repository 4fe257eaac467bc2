//! The checks of a run, found by what they are of.

use bellwether_analysis::verdict::Verdict;
use bellwether_contract::evaluation::{CheckOutcome, Evaluations};
use bellwether_contract::judged::Judged;
use std::collections::BTreeMap;

/// A check that was held against a value, and whether it is violated.
#[derive(Debug, Clone, Copy)]
pub(super) struct Checked<'v> {
    pub(super) judged: &'v Judged,
    pub(super) violated: bool,
}

/// How each check of a run ended, violated ones first: as it was judged, or as its files say.
#[derive(Debug, Clone, Default)]
pub struct Checks<'v>(Vec<Checked<'v>>);

impl<'v> From<&'v Verdict> for Checks<'v> {
    fn from(verdict: &'v Verdict) -> Self {
        let violated = verdict.violated.iter().map(|found| Checked { judged: &found.judged, violated: true });
        let held = verdict.held.values().map(|judged| Checked { judged, violated: false });
        Self(violated.chain(held).collect())
    }
}

impl<'v> From<&'v Evaluations> for Checks<'v> {
    fn from(evaluations: &'v Evaluations) -> Self {
        let of =
            |outcome: CheckOutcome| evaluations.checks.iter().filter(move |check| check.outcome == outcome);
        let ended = |outcome: CheckOutcome| {
            let violated = outcome == CheckOutcome::Violated;
            of(outcome).filter_map(move |check| Some(Checked { judged: check.judged.as_ref()?, violated }))
        };
        Self(ended(CheckOutcome::Violated).chain(ended(CheckOutcome::Held)).collect())
    }
}

impl<'v> Checks<'v> {
    pub(super) fn iter(&self) -> impl Iterator<Item = Checked<'v>> {
        self.0.iter().copied()
    }

    pub(super) fn violated(&self) -> impl Iterator<Item = Checked<'v>> {
        self.iter().filter(|check| check.violated)
    }

    /// Checks by their column.
    pub(super) fn by_column(&self) -> BTreeMap<&'v str, Vec<Checked<'v>>> {
        self.by(|judged| judged.feature_name.as_deref())
    }

    /// Checks by their metric.
    pub(super) fn by_metric(&self) -> BTreeMap<&'v str, Vec<Checked<'v>>> {
        self.by(|judged| judged.metric_name.as_deref())
    }

    fn by(&self, name: impl Fn(&'v Judged) -> Option<&'v str>) -> BTreeMap<&'v str, Vec<Checked<'v>>> {
        let mut named: BTreeMap<&str, Vec<Checked<'v>>> = BTreeMap::new();
        for check in self.iter() {
            if let Some(name) = name(check.judged) {
                named.entry(name).or_default().push(check);
            }
        }
        named
    }
}
