//! What a run held against a limit: the numbers behind the words of `constraint_violations.json`.
//!
//! The violations file keeps the texts that AWS's containers write, and those name no column. Whoever tells people of a
//! run reads these entries, which stand in `execution.json`, and no text. Nothing is evaluated here.

use crate::constraints::ComparisonOperator;
use crate::evidence::BiasEvidence;
use crate::explained::RankMove;
use crate::told::decimals;
use crate::violations::{CheckType, Violation};
use serde::{Deserialize, Serialize};
use std::fmt;

/// How much a violation matters, from the least; the words are those of PagerDuty's events.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Severity {
    /// The data could not be measured well, or not at all: somebody should know, nobody need wake.
    Info,
    /// A number left its acceptable band.
    Warning,
    /// A number fell below the absolute floor.
    Critical,
}

impl Severity {
    /// The word in the file.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Info => "info",
            Self::Warning => "warning",
            Self::Critical => "critical",
        }
    }
}

impl fmt::Display for Severity {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(self.as_str())
    }
}

/// One constraint that was held against a value, with its numbers.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Judged {
    /// Which check.
    pub check: CheckType,
    /// The column, or what else was looked at, such as `capture`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub feature_name: Option<String>,
    /// The aggregate, where one was judged and not a column.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub metric_name: Option<String>,
    /// What was measured.
    pub value: f64,
    /// What it was held against.
    pub limit: f64,
    /// On which side of the limit a violation lies.
    pub comparison: ComparisonOperator,
    /// How much a violation matters.
    pub severity: Severity,
    /// How two distributions were compared, where they were.
    #[serde(flatten)]
    pub compared: Option<Compared>,
    /// Cells, records, lists or lines that the value rests on.
    pub n: u64,
    /// The same of the baseline, where the value compares the two.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub baseline_n: Option<u64>,
    /// Features whose place in the order of importance moved most, the farthest first, where that order was compared.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub moved: Vec<RankMove>,
    /// The groups whose treatment was compared, where it was: how many people stand behind a violation, and how far chance moves it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub evidence: Option<Box<BiasEvidence>>,
}

/// How two distributions were compared.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Compared {
    /// The method: `Robust`, `Simple` or `ChiSquared`.
    pub method: String,
    /// Their distance, 0 to 1; a test has none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub distance: Option<f64>,
    /// The part of the distance that sampling may explain, and that `Robust` takes off.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sampling_share: Option<f64>,
}

/// What a check of a column is called: `Night Mins.baseline_drift_check`.
#[must_use]
pub fn check_name(feature: &str, check: &CheckType) -> String {
    format!("{feature}.{check}")
}

impl Judged {
    /// A constraint on a value, without what few of them have.
    #[must_use]
    pub fn new(check: CheckType, value: f64, limit: f64, comparison: ComparisonOperator, n: u64) -> Self {
        Self {
            check,
            feature_name: None,
            metric_name: None,
            value,
            limit,
            comparison,
            severity: Severity::Warning,
            compared: None,
            n,
            baseline_n: None,
            moved: Vec::new(),
            evidence: None,
        }
    }

    /// What the check is called among those that a run held: its metric's name, or as [`check_name`] names it.
    #[must_use]
    pub fn check_name(&self) -> String {
        let of_feature = || check_name(self.feature_name.as_deref().unwrap_or_default(), &self.check);
        self.metric_name.clone().unwrap_or_else(of_feature)
    }

    /// Its value and its limit as people are told them, with as many decimals as tell the two apart.
    #[must_use]
    pub fn told(&self) -> (String, String) {
        if let Some(BiasEvidence { value, constraint, .. }) = self.evidence.as_deref() {
            let is_finite = value.value().is_finite() && constraint.value().is_finite();
            return match is_finite {
                true => decimals(value.value(), constraint.value()),
                false => (value.to_string(), constraint.to_string()),
            };
        }
        match self.check {
            CheckType::MissingColumn | CheckType::ExtraColumn => {
                (format!("{:.0}", self.value), format!("{:.0}", self.limit))
            }
            _ => decimals(self.value, self.limit),
        }
    }

    /// The entry of `constraint_violations.json` that this one stands behind.
    #[must_use]
    pub fn violation(&self, description: &str) -> Violation {
        Violation {
            feature_name: self.feature_name.clone(),
            metric_name: self.metric_name.clone(),
            constraint_check_type: self.check.clone(),
            description: description.to_owned(),
            unknown: crate::statistics::Unknown::new(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn severities_are_ordered_and_spelt_as_pagerduty_spells_them() {
        assert!(Severity::Info < Severity::Warning && Severity::Warning < Severity::Critical);
        for severity in [Severity::Info, Severity::Warning, Severity::Critical] {
            let text = serde_json::to_string(&severity).expect("a word");
            assert_eq!(text, format!("\"{severity}\""));
        }
    }
}
