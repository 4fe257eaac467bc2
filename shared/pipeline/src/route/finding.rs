//! A violation as it is told: which column or metric, which check, the number, and the limit that it broke.
//!
//! It reads no text: numbers come from the run's `judged` entries. A report from before there were any is told in its own
//! words.

use crate::route::text::{elided, plain};
use bellwether_contract::evidence::BiasEvidence;
use bellwether_contract::execution::Execution;
use bellwether_contract::explained::{RankMove, is_behind};
use bellwether_contract::judged::{Judged, Severity};
use bellwether_contract::routing::ViolatedConstraint;
use bellwether_contract::violations::{CheckType, Violation};

/// Characters of a name that are told.
pub const NAME_CHARS: usize = 120;
/// Characters of a description that are told.
pub const DESCRIPTION_CHARS: usize = 300;
/// With fewer values than this on a side, a distance between distributions is chance as much as drift.
const FEW_VALUES: u64 = 200;

/// One violation of a run.
#[derive(Debug, Clone, PartialEq)]
pub struct Finding {
    /// Which constraint.
    pub violated: ViolatedConstraint,
    /// How much it matters.
    pub severity: Severity,
    /// The report's own words.
    pub description: String,
    /// The numbers, where the run gave them.
    pub judged: Option<Judged>,
}

/// A run's violations, the worst first and otherwise as they came.
pub fn findings(execution: &Execution, violations: &[Violation]) -> Vec<Finding> {
    let finding = |(index, violation): (usize, &Violation)| {
        let as_told = ViolatedConstraint::from(violation);
        let of_run = |judged: &Judged| ViolatedConstraint::from(&judged.violation(""));
        let is_behind = |judged: &&Judged| match &judged.evidence {
            // Of a group the file has the words of this hour, and the run's name is that of every hour.
            Some(groups) => groups.is_behind(violation),
            None if judged.check == CheckType::AttributionDrift => is_behind(judged, violation),
            None => of_run(judged) == as_told,
        };
        let judged = execution.judged.get(index).filter(is_behind).cloned();
        let violated = judged.as_ref().map_or(as_told, of_run);
        Finding {
            severity: judged.as_ref().map_or_else(|| violated.usual_severity(), |judged| judged.severity),
            description: violation.description.clone(),
            judged,
            violated,
        }
    };
    let mut findings: Vec<Finding> = violations.iter().enumerate().map(finding).collect();
    findings.sort_by_key(|finding| std::cmp::Reverse(finding.severity));
    findings
}

impl Finding {
    /// `age, completeness: 0.8, baseline 1.0`; without numbers the report's own words.
    pub fn line(&self, name_chars: usize) -> String {
        let Some(numbers) = self.numbers() else {
            return plain(&self.description, DESCRIPTION_CHARS);
        };
        let few = self.rests_on().map(|few| format!(" ({few})")).unwrap_or_default();
        format!("{}: {numbers}{few}", constraint_name(&self.violated, name_chars))
    }

    /// The same for a subject, where room is dear.
    pub fn short(&self, name_chars: usize) -> String {
        match self.numbers() {
            Some(numbers) => {
                let few = self.rests_on().map(|few| format!(" ({few})")).unwrap_or_default();
                format!("{}: {numbers}{few}", brief_name(&self.violated, name_chars))
            }
            None => self.line(name_chars),
        }
    }

    fn numbers(&self) -> Option<String> {
        let judged = self.judged.as_ref()?;
        let (value, limit) = judged.told();
        let of = match judged.check {
            _ if judged.evidence.is_some() => "baseline",
            CheckType::Completeness | CheckType::MissingColumn | CheckType::ExtraColumn => "baseline",
            _ => "limit",
        };
        Some(format!("{value}, {of} {limit}"))
    }

    /// How few values or people stand behind it, or what moved, where that is worth telling.
    fn rests_on(&self) -> Option<String> {
        let groups = self.judged.as_ref().and_then(|judged| judged.evidence.as_deref());
        groups.map(BiasEvidence::people).or_else(|| self.moved()).or_else(|| self.few_values())
    }

    /// `amount fell from 1 to 9; age rose from 3 to 1`, where an order was compared.
    fn moved(&self) -> Option<String> {
        let moved = self.judged.as_ref().map(|judged| judged.moved.as_slice()).unwrap_or_default();
        let told = |moved: &RankMove| {
            RankMove { feature_name: plain(&moved.feature_name, NAME_CHARS), ..moved.clone() }.to_string()
        };
        let told: Vec<String> = moved.iter().map(told).collect();
        (!told.is_empty()).then(|| told.join("; "))
    }

    /// `only 60 values`, where a distribution rests on so few.
    pub fn few_values(&self) -> Option<String> {
        let judged = self.judged.as_ref().filter(|judged| judged.check == CheckType::BaselineDrift)?;
        let of_baseline = judged.baseline_n.filter(|n| *n < FEW_VALUES);
        match (judged.n < FEW_VALUES, of_baseline) {
            (true, None) => Some(format!("only {} values", judged.n)),
            (false, Some(n)) => Some(format!("only {n} values in the baseline")),
            (true, Some(n)) => Some(format!("only {} values, and {n} in the baseline", judged.n)),
            (false, None) => None,
        }
    }
}

/// A constraint in a subject: names are shortened in their middle, and the name of a metric says its check.
pub fn brief_name(violated: &ViolatedConstraint, name_chars: usize) -> String {
    match (&violated.metric_name, &violated.feature_name, &violated.rest) {
        (Some(metric), _, None) => elided(metric, name_chars),
        (_, feature, _) => {
            let feature_name = feature.as_ref().map(|feature| elided(feature, name_chars));
            constraint_name(&ViolatedConstraint { feature_name, ..violated.clone() }, NAME_CHARS)
        }
    }
}

/// `age, completeness`: the column or the metric, and the check without its last word.
pub fn constraint_name(violated: &ViolatedConstraint, name_chars: usize) -> String {
    let ViolatedConstraint { constraint_check_type, feature_name, metric_name, rest } = violated;
    let check = constraint_check_type.strip_suffix("_check").unwrap_or(constraint_check_type);
    let check = plain(check, name_chars);
    let of_metric = |metric: &String| match feature_name {
        // Most metrics say what they are of.
        Some(feature) if !metric.starts_with(feature.as_str()) => {
            format!("{} {}", plain(feature, name_chars), plain(metric, name_chars))
        }
        _ => plain(metric, name_chars),
    };
    let name = metric_name.as_ref().map(of_metric);
    let name = name.or_else(|| feature_name.as_ref().map(|feature| plain(feature, name_chars)));
    match (name, rest) {
        (_, Some(rest)) => format!("{} more, {check}", rest.count),
        (Some(name), None) => format!("{name}, {check}"),
        (None, None) => check,
    }
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;
    use bellwether_contract::constraints::ComparisonOperator;

    /// A violation of a column, with its numbers.
    pub(crate) fn of_column(feature: &str, check: CheckType, value: f64, limit: f64) -> Finding {
        let judged = Judged {
            feature_name: Some(feature.to_owned()),
            ..Judged::new(check, value, limit, ComparisonOperator::LessThanThreshold, 1_000)
        };
        of(judged)
    }

    /// A violation of a metric, with its numbers.
    pub(crate) fn of_metric(feature: &str, metric: &str, value: f64, limit: f64) -> Finding {
        let column = of_column(feature, CheckType::LessThanThreshold, value, limit).judged.unwrap();
        let metric_name = Some(metric.to_owned());
        let severity = if metric.ends_with("_floor") { Severity::Critical } else { Severity::Warning };
        of(Judged { metric_name, severity, ..column })
    }

    fn of(judged: Judged) -> Finding {
        let violation = judged.violation("the report's own words");
        Finding {
            violated: ViolatedConstraint::from(&violation),
            severity: judged.severity,
            description: violation.description,
            judged: Some(judged),
        }
    }

    #[test]
    fn a_line_names_column_check_value_and_limit() {
        use CheckType::*;
        for (finding, expected) in [
            (of_column("age", Completeness, 0.8, 1.0), "age, completeness: 0.8, baseline 1.0"),
            (of_column("Churn", DataType, 0.0, 1.0), "Churn, data_type: 0.0, limit 1.0"),
            (of_column("age", BaselineDrift, 0.301_234, 0.1), "age, baseline_drift: 0.3012, limit 0.1"),
            (
                of_column("Missing columns", MissingColumn, 19.0, 20.0),
                "Missing columns, missing_column: 19, baseline 20",
            ),
            (
                of_metric("diversity", "diversity_mean_floor", 1.512, 4.0),
                "diversity_mean_floor, LessThanThreshold: 1.512, limit 4.0",
            ),
            (
                of_metric("catalogue", "unknown_item_share", 0.07, 0.05),
                "catalogue unknown_item_share, LessThanThreshold: 0.07, limit 0.05",
            ),
            (of_column("a\nb\u{1b}", Completeness, 0.5, 1.0), "a b\u{fffd}, completeness: 0.5, baseline 1.0"),
            // What rounds to its limit is told with the digits in which it differs.
            (of_column("age", Completeness, 0.999_999, 1.0), "age, completeness: 0.999999, baseline 1.0"),
            (
                of_metric("d", "d_mean", 3.999_999_999_999_9, 4.0),
                "d_mean, LessThanThreshold: 3.9999999999999, limit 4.0",
            ),
        ] {
            assert_eq!(finding.line(NAME_CHARS), expected);
        }
    }

    #[test]
    fn drift_of_few_values_says_so() {
        for (check, n, baseline_n, expected) in [
            (CheckType::BaselineDrift, 60, Some(5_000), Some("only 60 values")),
            (CheckType::BaselineDrift, 200, Some(200), None),
            (CheckType::BaselineDrift, 5_000, Some(199), Some("only 199 values in the baseline")),
            (CheckType::BaselineDrift, 1, Some(2), Some("only 1 values, and 2 in the baseline")),
            (CheckType::BaselineDrift, 60, None, Some("only 60 values")),
            (CheckType::Completeness, 60, Some(60), None),
        ] {
            let mut finding = of_column("age", check, 0.5, 0.1);
            let judged = finding.judged.as_mut().unwrap();
            (judged.n, judged.baseline_n) = (n, baseline_n);
            assert_eq!(finding.few_values().as_deref(), expected, "{n} {baseline_n:?}");
            assert_eq!(finding.line(NAME_CHARS).contains("only"), expected.is_some());
        }
    }

    #[test]
    fn an_older_report_is_told_in_its_own_words() {
        let finding = Finding { judged: None, ..of_column("age", CheckType::Completeness, 0.8, 1.0) };
        assert_eq!(finding.line(NAME_CHARS), "the report's own words");
    }
}
