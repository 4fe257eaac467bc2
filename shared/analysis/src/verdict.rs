//! How a run ends: what every monitor of captured traffic concludes from its violations and from what is missing.
//!
//! It evaluates no constraint of a monitor; it knows the ones that hold for any captured window.

use bellwether_contract::constraints::ComparisonOperator;
use bellwether_contract::execution::{CaptureSummary, Status};
use bellwether_contract::json::double;
use bellwether_contract::statistics::Unknown;
use bellwether_contract::violations::{CheckType, Violation};
use std::collections::BTreeMap;

/// Above this share of corrupt lines a run carries a violation.
pub const CORRUPT_LIMIT: f64 = 0.01;
/// Above this share of corrupt lines the data cannot be judged.
pub const CORRUPT_FAILURE: f64 = 0.5;
/// Name of the share of corrupt lines.
pub const CORRUPT_SHARE: &str = "capture_corrupt_share";

/// What to make of an hour without data.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NoDataPolicy {
    /// Say it in the status.
    Ok,
    /// Say it in the status and warn in the log.
    Warn,
    /// Make it a violation.
    Violate,
}

/// How a run ends.
#[derive(Debug, Clone, PartialEq)]
pub struct Verdict {
    /// The status that is committed.
    pub status: Status,
    /// What goes into `constraint_violations.json`.
    pub violations: Vec<Violation>,
    /// One sentence, `Status: text`.
    pub exit_message: String,
    /// What could not be decided because answers are missing.
    pub not_evaluable: BTreeMap<String, String>,
}

/// What a run had to go by.
#[derive(Debug, Clone, Copy)]
pub struct Coverage<'l> {
    /// What became of the captured lines; absent without a capture URI.
    pub lines: Option<&'l CaptureSummary>,
    /// Whether a replay was made.
    pub replayed: bool,
    /// What an hour without data is.
    pub no_data: NoDataPolicy,
}

impl Coverage<'_> {
    /// The verdict over a window; `undecided` holds what had to be decided and could not be.
    ///
    /// * More than half of the captured lines corrupt: Failed.
    /// * Nothing captured and no replay: CompletedNoData, or a violation where the policy says so.
    /// * Something undecided: Inconclusive.
    #[must_use]
    pub fn conclude(self, mut violations: Vec<Violation>, undecided: BTreeMap<String, String>) -> Verdict {
        let (status, text) = self.ending(&mut violations, undecided.values().next());
        Verdict { status, violations, exit_message: format!("{status}: {text}"), not_evaluable: undecided }
    }

    fn ending(self, violations: &mut Vec<Violation>, undecided: Option<&String>) -> (Status, String) {
        if let Some(lines) = self.lines.filter(|lines| corrupt_share(lines) > CORRUPT_FAILURE) {
            let share = 100.0 * corrupt_share(lines);
            let text = format!("{share:.1} % of {} captured lines could not be read.", lines.lines);
            return (Status::Failed, text);
        }
        if !self.replayed && self.lines.is_none_or(|lines| lines.used == 0) {
            if self.no_data != NoDataPolicy::Violate {
                return (Status::CompletedNoData, NO_DATA.to_owned());
            }
            violations.push(capture_violation(CheckType::NoData, NO_DATA.to_owned()));
        }
        if let Some(reason) = undecided {
            return (Status::Inconclusive, format!("{reason}."));
        }
        let done = "Job completed successfully with";
        match violations.len() {
            0 => (Status::Completed, format!("{done} no violations.")),
            count => (Status::CompletedWithViolations, format!("{done} {count} violations.")),
        }
    }
}

const NO_DATA: &str = "No captured record in the window.";

/// Corrupt lines / lines; 0 without a line.
#[must_use]
pub fn corrupt_share(lines: &CaptureSummary) -> f64 {
    let corrupt: u64 =
        lines.left_out.iter().filter(|(reason, _)| reason.is_corrupt()).map(|(_, count)| count).sum();
    if lines.lines == 0 { 0.0 } else { corrupt as f64 / lines.lines as f64 }
}

/// The violation of a window with too many corrupt lines, for a monitor whose constraints have no place for that limit.
#[must_use]
pub fn corrupt_violation(lines: &CaptureSummary) -> Option<Violation> {
    let share = corrupt_share(lines);
    let text = description(CORRUPT_SHARE, share, &ComparisonOperator::GreaterThanThreshold, CORRUPT_LIMIT);
    (share > CORRUPT_LIMIT).then(|| capture_violation(CheckType::CaptureCorrupt, text))
}

fn capture_violation(check: CheckType, description: String) -> Violation {
    Violation {
        feature_name: Some("capture".to_owned()),
        metric_name: None,
        constraint_check_type: check,
        description,
        unknown: Unknown::new(),
    }
}

/// A violated constraint in the built-in monitors' words: `Metric m with 1.48 was LessThanThreshold '4.0'`.
#[must_use]
pub fn description(metric: &str, value: f64, operator: &ComparisonOperator, threshold: f64) -> String {
    format!("Metric {metric} with {} was {operator} '{}'", double(value), double(threshold))
}
