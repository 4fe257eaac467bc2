//! A violation as the router sees it: how much it matters, and how far the number is from its limit.
//!
//! It reads no text: numbers come from the run's statistics and constraints, never out of a description.

use bellwether_contract::constraints::Constraints;
use bellwether_contract::judged::Severity;
use bellwether_contract::routing::ViolatedConstraint;
use bellwether_contract::statistics::Statistics;
use bellwether_contract::violations::{CheckType, Violation};
use std::collections::BTreeSet;

/// Ends the name of a constraint that is an absolute floor.
const FLOOR: &str = "_floor";

/// One violation of a run.
#[derive(Debug, Clone, PartialEq)]
pub struct Finding {
    /// Which constraint.
    pub violated: ViolatedConstraint,
    /// How much it matters.
    pub severity: Severity,
    /// The report's own words.
    pub description: String,
    /// The number and its limit, where the run's files have both.
    pub measured: Option<Measured>,
}

/// A number and the limit that it was held against.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Measured {
    /// What was measured.
    pub value: f64,
    /// What it was held against.
    pub limit: f64,
}

impl Measured {
    /// How far the number is from its limit, as a share of the limit; `None` for a limit of zero.
    pub fn distance(&self) -> Option<f64> {
        (self.limit != 0.0).then(|| (self.value - self.limit).abs() / self.limit.abs())
    }
}

/// What a violation is worth: critical below an absolute floor, info for corrupt capture, otherwise a warning. An hour
/// without data is a violation only where the policy makes it one, so it is a warning then.
pub fn severity(violated: &ViolatedConstraint) -> Severity {
    if violated.metric_name.as_deref().is_some_and(|metric| metric.ends_with(FLOOR)) {
        Severity::Critical
    } else if violated.constraint_check_type == CheckType::CaptureCorrupt.as_str() {
        Severity::Info
    } else {
        Severity::Warning
    }
}

/// The numbers that a run was judged by.
#[derive(Debug, Default)]
pub struct Numbers {
    statistics: Option<Statistics>,
    constraints: Option<Constraints>,
}

impl Numbers {
    /// Of a run whose numbers were judged.
    pub fn new(statistics: Statistics, constraints: Constraints) -> Self {
        Self { statistics: Some(statistics), constraints: Some(constraints) }
    }

    /// Names of the constraints on metrics that were held against a value.
    pub fn evaluated(&self) -> BTreeSet<String> {
        let table = self.constraints.iter().filter_map(|file| file.recommendation_constraints.as_ref());
        let names = table.flat_map(|table| table.iter()).map(|(name, _)| name);
        names.filter(|name| self.measured(name).is_some()).map(str::to_owned).collect()
    }

    fn measured(&self, constraint: &str) -> Option<Measured> {
        // The floor is a second constraint on the same metric, under its own key.
        let metric = constraint.strip_suffix(FLOOR).unwrap_or(constraint);
        let value = self.statistics.as_ref()?.recommendation_metrics.as_ref()?.get(metric)?.value;
        let table = self.constraints.as_ref()?.recommendation_constraints.as_ref()?;
        Some(Measured { value, limit: table.get(constraint)?.threshold })
    }

    /// A run's violations, the worst first and otherwise as they came.
    pub fn findings(&self, violations: &[Violation]) -> Vec<Finding> {
        let mut findings: Vec<Finding> = violations.iter().map(|violation| self.finding(violation)).collect();
        findings.sort_by_key(|finding| std::cmp::Reverse(finding.severity));
        findings
    }

    fn finding(&self, violation: &Violation) -> Finding {
        let violated = ViolatedConstraint::from(violation);
        Finding {
            severity: severity(&violated),
            description: violation.description.clone(),
            measured: violation.metric_name.as_deref().and_then(|metric| self.measured(metric)),
            violated,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use bellwether_contract::json::from_slice;

    fn violated(check: &str, metric: Option<&str>) -> ViolatedConstraint {
        ViolatedConstraint {
            constraint_check_type: check.to_owned(),
            feature_name: Some("top10_category_diversity".to_owned()),
            metric_name: metric.map(str::to_owned),
        }
    }

    #[test]
    fn the_floor_is_critical_the_band_a_warning_and_broken_capture_information() {
        for (check, metric, expected) in [
            ("LessThanThreshold", Some("top10_category_diversity_mean_floor"), Severity::Critical),
            ("LessThanThreshold", Some("top10_category_diversity_mean"), Severity::Warning),
            ("capture_corrupt_check", Some("capture_corrupt_share"), Severity::Info),
            ("catalogue_stale_check", Some("unknown_item_share"), Severity::Warning),
            ("no_data_check", None, Severity::Warning),
            ("baseline_drift_check", None, Severity::Warning),
        ] {
            assert_eq!(severity(&violated(check, metric)), expected, "{check} {metric:?}");
        }
    }

    #[test]
    fn a_constraint_counts_as_evaluated_only_with_a_limit_and_a_value() {
        let statistics = from_slice(
            "statistics.json",
            br#"{"version": 0.0, "dataset": {"item_count": 1}, "features": [],
                "recommendation_metrics": {"m": {"value": 1.5}, "alone": {"value": 1}}}"#,
        )
        .unwrap();
        let constraints = from_slice(
            "constraints.json",
            br#"{"version": 0.0, "features": [], "recommendation_constraints": {
                "m_floor": {"threshold": 4, "comparison_operator": "LessThanThreshold"},
                "gone": {"threshold": 4, "comparison_operator": "LessThanThreshold"}}}"#,
        )
        .unwrap();
        let numbers = Numbers::new(statistics, constraints);
        assert_eq!(numbers.evaluated().into_iter().collect::<Vec<_>>(), ["m_floor"]);
        let measured = numbers.measured("m_floor").unwrap();
        assert_eq!((measured.value, measured.limit, measured.distance()), (1.5, 4.0, Some(0.625)));
        assert_eq!(Numbers::default().evaluated().len(), 0);
    }
}
