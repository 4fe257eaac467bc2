//! What a run says, as far as the router goes: what it found violated, and what it proves to be well.
//!
//! A constraint is well again only where the run names its very check among those that it held. What a run did not look
//! at, it says nothing about.

use bellwether_contract::execution::{Execution, Status};
use bellwether_contract::judged::Severity;
use bellwether_contract::routing::{RoutedRun, ViolatedConstraint};
use bellwether_contract::violations::CheckType;
use jiff::Timestamp;
use std::collections::{BTreeMap, BTreeSet};

/// Ends the name of a constraint that is an absolute floor.
const FLOOR: &str = "_floor";

/// One run.
#[derive(Debug, Clone)]
pub struct Verdict {
    /// Which run, and the worst of what it found.
    pub run: RoutedRun,
    /// Start of its window.
    pub window_start: Timestamp,
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
    /// Whether that is all of them; of the names that follow the last one it is known only what was not evaluated.
    pub is_whole: bool,
    /// What could not be evaluated: a column, a check of one, a metric, `features` or the `baseline`.
    pub not_evaluable: BTreeSet<String>,
}

impl Evidence {
    /// Of a run. Before checks were named, nothing was counted as judged either.
    pub fn of(execution: &Execution) -> Self {
        Self {
            held: execution.held.iter().cloned().collect(),
            is_whole: execution.constraints_judged > 0 && execution.held_beyond == 0,
            not_evaluable: execution.not_evaluable.keys().cloned().collect(),
        }
    }

    fn proves(&self, violated: &ViolatedConstraint) -> bool {
        let name = violated.check_name();
        if violated.rest.is_some() {
            let is_of_check = |held: &String| held.ends_with(&name);
            return !self.not_evaluable.iter().any(is_of_check)
                && (!self.is_whole || self.held.iter().any(is_of_check));
        }
        let is_listed = self.is_whole || self.held.last().is_some_and(|last| name <= *last);
        self.held.contains(&name) || !is_listed && !self.is_unseen(violated, &name)
    }

    /// Whether the run could not judge this check: itself, its metric, its column, or any column at all. What is said of the
    /// captured lines needs no column.
    fn is_unseen(&self, violated: &ViolatedConstraint, name: &str) -> bool {
        let not = |what: &str| self.not_evaluable.contains(what);
        let is_of_lines = [CheckType::CaptureCorrupt, CheckType::CaptureSide, CheckType::NoData]
            .iter()
            .any(|check| check.as_str() == violated.constraint_check_type);
        let of_all = !is_of_lines && violated.metric_name.is_none() && (not("features") || not("baseline"));
        not(name)
            || not(name.strip_suffix(FLOOR).unwrap_or(name))
            || violated.feature_name.as_deref().is_some_and(not)
            || of_all
    }
}

impl Verdict {
    /// Whether a constraint that this run did not find violated was kept, and not merely unseen.
    pub fn proves(&self, violated: &ViolatedConstraint) -> bool {
        matches!(self.status, Status::Completed | Status::CompletedWithViolations)
            && !self.violations.contains_key(violated)
            && self.evidence.proves(violated)
    }
}

/// What a violation is worth where the run does not say so: critical below an absolute floor, info for corrupt capture,
/// otherwise a warning.
pub fn severity(violated: &ViolatedConstraint) -> Severity {
    if violated.metric_name.as_deref().is_some_and(|metric| metric.ends_with(FLOOR)) {
        Severity::Critical
    } else if violated.constraint_check_type == CheckType::CaptureCorrupt.as_str() {
        Severity::Info
    } else {
        Severity::Warning
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
    fn where_a_run_does_not_say_the_floor_is_critical_and_broken_capture_information() {
        for (check, metric, expected) in [
            ("LessThanThreshold", Some("top10_category_diversity_mean_floor"), Severity::Critical),
            ("LessThanThreshold", Some("top10_category_diversity_mean"), Severity::Warning),
            ("capture_corrupt_check", Some("capture_corrupt_share"), Severity::Info),
            ("catalogue_stale_check", Some("unknown_item_share"), Severity::Warning),
            ("no_data_check", None, Severity::Warning),
            ("baseline_drift_check", None, Severity::Warning),
        ] {
            assert_eq!(severity(&violated(check, "f", metric)), expected, "{check} {metric:?}");
        }
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
            let evidence = Evidence { held: names(held), is_whole: true, ..Evidence::default() };
            assert_eq!((evidence.proves(&drift), evidence.proves(&floor)), (of_drift, of_floor), "{held}");
        }
    }

    /// Beyond the last name that there was room for, and in older reports, which name none.
    #[test]
    fn where_names_are_cut_off_what_was_not_evaluated_decides() {
        let drift = violated("baseline_drift_check", "age", None);
        let lines = violated("capture_corrupt_check", "capture", Some("capture_corrupt_share"));
        let column = violated("completeness_check", "baseline", None);
        for (held, not_evaluable, expected) in [
            ("", "", [true, true, true]),
            ("", "income.baseline_drift_check age.data_type_check", [true, true, true]),
            ("", "age.baseline_drift_check", [false, true, true]),
            ("", "age", [false, true, true]),
            ("", "features", [false, true, false]),
            ("", "baseline", [false, true, false]),
            ("", "capture_corrupt_share", [true, false, true]),
            ("b.completeness_check", "", [false, true, true]),
        ] {
            let evidence =
                Evidence { held: names(held), is_whole: false, not_evaluable: names(not_evaluable) };
            let proves = [&drift, &lines, &column].map(|violated| evidence.proves(violated));
            assert_eq!(proves, expected, "{held} / {not_evaluable}");
        }
    }

    #[test]
    fn constraints_without_a_name_are_well_where_their_check_was_made_everywhere() {
        let rest = bellwether_contract::routing::Rest { count: 9_000, digest: "d".to_owned() };
        let rest = ViolatedConstraint { rest: Some(rest), ..violated("completeness_check", "", None) };
        for (held, not_evaluable, expected) in [
            ("a.completeness_check", "", true),
            ("a.completeness_check", "b.completeness_check", false),
            ("a.data_type_check", "", false),
        ] {
            let evidence =
                Evidence { held: names(held), is_whole: true, not_evaluable: names(not_evaluable) };
            assert_eq!(evidence.proves(&rest), expected, "{held} / {not_evaluable}");
        }
    }
}
