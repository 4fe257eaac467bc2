//! What a run says, as far as the router goes: what it found violated, and what it proves to be well.
//!
//! A constraint is well again only where the run names its very check among those that it held. What a run did not look
//! at, it says nothing about.

use bellwether_contract::execution::{Ended, Execution, Status};
use bellwether_contract::judged::Severity;
use bellwether_contract::routing::{RoutedRun, ViolatedConstraint};
use jiff::{SignedDuration, Timestamp};
use std::collections::{BTreeMap, BTreeSet};

/// One run.
#[derive(Debug, Clone)]
pub struct RoutedVerdict {
    /// Which run, and the worst of what it found.
    pub run: RoutedRun,
    /// Start of its window.
    pub window_start: Timestamp,
    /// From one run of its schedule to the next.
    pub cadence: SignedDuration,
    /// How it ended.
    pub status: Status,
    /// What it found violated, and how much that matters.
    pub violations: BTreeMap<ViolatedConstraint, Severity>,
    /// Whether anything was held against a limit.
    pub judged: bool,
    /// What it proves.
    pub evidence: Evidence,
    /// For a window that was judged again: whether the first verdict had violations.
    pub first_had_violations: bool,
}

/// What a run held against a limit and kept.
#[derive(Debug, Clone, Default)]
pub struct Evidence {
    /// Names of checks that held.
    pub held: BTreeSet<String>,
    /// Words of checks of which each was made, and held.
    pub whole: BTreeSet<String>,
}

impl Evidence {
    /// Of a run. One from before checks were named and counted proves nothing.
    pub fn of(execution: &Execution) -> Self {
        Self { held: execution.held.iter().cloned().collect(), whole: whole(&execution.checks) }
    }

    /// What is counted and not named is well where its whole check is.
    fn proves(&self, violated: &ViolatedConstraint) -> bool {
        match violated.rest {
            Some(_) => self.whole.contains(&violated.constraint_check_type),
            None => self.held.contains(&violated.check_name()),
        }
    }
}

fn whole(checks: &BTreeMap<String, Ended>) -> BTreeSet<String> {
    let is_blank = |ended: &Ended| ended.not_evaluated > 0;
    if checks.get(Execution::WHOLE).is_some_and(is_blank) {
        return BTreeSet::new();
    }
    let held = checks.iter().filter(|(_, ended)| ended.held > 0 && ended.violated == 0 && !is_blank(ended));
    held.map(|(word, _)| word.clone()).collect()
}

impl RoutedVerdict {
    /// Whether it found constraints of this check violated that are counted and not named.
    pub fn has_rest_of(&self, check: &str) -> bool {
        let is_of_check = |violated: &ViolatedConstraint| {
            violated.rest.is_some() && violated.constraint_check_type == check
        };
        self.violations.keys().any(is_of_check)
    }

    /// Whether a constraint that this run did not find violated was kept, and not merely unseen.
    pub fn proves(&self, violated: &ViolatedConstraint) -> bool {
        matches!(self.status, Status::Completed | Status::CompletedWithViolations)
            && !self.violations.contains_key(violated)
            && self.evidence.proves(violated)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn violated(check: &str, feature: &str, metric: Option<&str>) -> ViolatedConstraint {
        ViolatedConstraint {
            constraint_check_type: check.to_owned(),
            feature_name: Some(feature.to_owned()),
            metric_name: metric.map(str::to_owned),
            rest: None,
        }
    }

    fn names(text: &str) -> BTreeSet<String> {
        text.split(' ').filter(|name| !name.is_empty()).map(str::to_owned).collect()
    }

    #[test]
    fn only_the_very_check_proves() {
        let drift = violated("baseline_drift_check", "age", None);
        let floor = violated("LessThanThreshold", "diversity", Some("diversity_mean_floor"));
        for (held, of_drift, of_floor) in [
            ("", false, false),
            ("age.completeness_check income.baseline_drift_check", false, false),
            ("age.baseline_drift_check diversity_mean", true, false),
            ("diversity_mean_floor", false, true),
        ] {
            let evidence = Evidence { held: names(held), ..Evidence::default() };
            assert_eq!((evidence.proves(&drift), evidence.proves(&floor)), (of_drift, of_floor), "{held}");
        }
    }

    #[test]
    fn constraints_without_a_name_are_well_where_their_check_was_made_everywhere_and_held() {
        let rest = bellwether_contract::routing::Rest { count: 9_000, digest: "d".to_owned() };
        let rest = ViolatedConstraint { rest: Some(rest), ..violated("completeness_check", "", None) };
        let ended = |held, violated, not_evaluated| Ended { violated, held, not_evaluated };
        for (checks, expected) in [
            (vec![("completeness_check", ended(9_000, 0, 0))], true),
            (vec![("completeness_check", ended(9_000, 0, 0)), ("data_type_check", ended(0, 0, 9))], true),
            (vec![("completeness_check", ended(8_999, 0, 1))], false),
            (vec![("completeness_check", ended(8_999, 1, 0))], false),
            (vec![("completeness_check", ended(9_000, 0, 0)), ("whole", ended(0, 0, 1))], false),
            (vec![("data_type_check", ended(9_000, 0, 0))], false),
            // A word that stands there and counts nothing.
            (vec![("completeness_check", ended(0, 0, 0))], false),
            (vec![], false),
        ] {
            let checks: BTreeMap<_, _> =
                checks.iter().map(|(word, ended)| ((*word).to_owned(), *ended)).collect();
            let evidence = Evidence { whole: whole(&checks), ..Evidence::default() };
            assert_eq!(evidence.proves(&rest), expected, "{evidence:?}");
        }
    }
}
