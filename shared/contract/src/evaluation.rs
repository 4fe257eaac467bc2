//! `evaluation.json`: every check of a run, what it was held against, and how it ended. Ours; SageMaker has no such file.
//!
//! `execution.json` has the names and counts that a program asks for first; this has the numbers of all of them, kept ones
//! too. Nothing is evaluated here.

use crate::judged::Judged;
use crate::layout::FirstLayout;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// The whole file.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct Evaluations {
    /// Layout of this file.
    #[serde(rename = "version", default, skip_serializing)]
    pub layout: FirstLayout,
    /// Violated ones in the order of `constraint_violations.json`, then kept ones, then those that were not evaluated, both by
    /// name.
    pub checks: Vec<Check>,
}

/// One check.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Check {
    /// `age.completeness_check`, or a metric's name. What was not evaluated as a whole is a column, `features` or `baseline`.
    pub name: String,
    /// How it ended.
    pub outcome: CheckOutcome,
    /// The value, its limit, and what both rest on; absent where it was not evaluated.
    #[serde(flatten)]
    pub judged: Option<Judged>,
    /// Why it was not evaluated.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
}

/// How a check ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum CheckOutcome {
    /// Beyond its limit.
    Violated,
    /// Within its limit.
    Held,
    /// Not held against anything.
    NotEvaluated,
}

impl Evaluations {
    /// Of a run.
    #[must_use]
    pub fn of(
        violated: &[Judged],
        held: &BTreeMap<String, Judged>,
        not_evaluated: &BTreeMap<String, String>,
    ) -> Self {
        let judged = |name: String, outcome, judged: &Judged| Check {
            name,
            outcome,
            judged: Some(judged.clone()),
            reason: None,
        };
        let violated = violated.iter().map(|entry| judged(entry.check_name(), CheckOutcome::Violated, entry));
        let held = held.iter().map(|(name, entry)| judged(name.clone(), CheckOutcome::Held, entry));
        let others = not_evaluated.iter().map(|(name, reason)| Check {
            name: name.clone(),
            outcome: CheckOutcome::NotEvaluated,
            judged: None,
            reason: Some(reason.clone()),
        });
        Self { layout: FirstLayout, checks: violated.chain(held).chain(others).collect() }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::constraints::ComparisonOperator::GreaterThanThreshold;
    use crate::json::{from_slice, to_vec};
    use crate::judged::Compared;
    use crate::violations::CheckType;

    #[test]
    fn every_check_is_there_with_its_numbers_or_its_reason() {
        let of = |feature: &str, value| Judged {
            feature_name: Some(feature.to_owned()),
            compared: Some(Compared {
                method: "Robust".to_owned(),
                distance: Some(0.2),
                sampling_share: Some(0.2 - value),
            }),
            baseline_n: Some(900),
            ..Judged::new(CheckType::BaselineDrift, value, 0.1, GreaterThanThreshold, 100)
        };
        let held = of("age", 0.05);
        let evaluation = Evaluations::of(
            &[of("plan", 0.15)],
            &BTreeMap::from([(held.check_name(), held)]),
            &BTreeMap::from([("churn".to_owned(), "switched off".to_owned())]),
        );
        let text = String::from_utf8(to_vec(&evaluation).unwrap()).unwrap();
        assert_eq!(from_slice::<Evaluations>("evaluation.json", text.as_bytes()).unwrap(), evaluation);
        let value: serde_json::Value = serde_json::from_str(&text).unwrap();
        let expected = serde_json::json!([
            {"name": "plan.baseline_drift_check", "outcome": "violated", "check": "baseline_drift_check",
             "feature_name": "plan", "value": 0.15, "limit": 0.1, "comparison": "GreaterThanThreshold",
             "severity": "warning", "method": "Robust", "distance": 0.2, "sampling_share": 0.2 - 0.15, "n": 100,
             "baseline_n": 900},
            {"name": "age.baseline_drift_check", "outcome": "held", "check": "baseline_drift_check",
             "feature_name": "age", "value": 0.05, "limit": 0.1, "comparison": "GreaterThanThreshold",
             "severity": "warning", "method": "Robust", "distance": 0.2, "sampling_share": 0.2 - 0.05, "n": 100,
             "baseline_n": 900},
            {"name": "churn", "outcome": "not_evaluated", "reason": "switched off"},
        ]);
        assert_eq!(value["checks"], expected);
    }
}
