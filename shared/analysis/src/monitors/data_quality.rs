//! Data quality: are the columns of this window still those that the model was trained on?
//!
//! A model answers whatever it is asked. When a pipeline upstream begins to send texts for numbers, leaves a field out,
//! or a new kind of customer arrives, the endpoint stays up and every answer is wrong. This monitor compares the columns
//! of a window with a baseline: their number, their types, their missing cells, their values and their distributions.
//! It does not read rows (that is the profile) and it does not know the model.
//!
//! | check | violated when |
//! |---|---|
//! | `missing_column_check`, `extra_column_check` | fewer or more columns than constraints; ends all further checks |
//! | `data_type_check` | cells of the expected type / cells with a value < `datatype_check_threshold`; of a String column: no cell is a text |
//! | `completeness_check` | cells with a value / cells < the baseline's |
//! | `categorical_values_check` | cells with a value in `domains` / cells with a value < `domain_content_threshold` |
//! | `baseline_drift_check` | [distance](crate::drift) > threshold; not judged where the type check failed |
//!
//! Each share is 0 to 1, and a share equal to its threshold violates nothing: strictly below, or for distances strictly
//! above. Where there is no cell there is no share, and nothing to judge. An Integral column wants Integral cells; a
//! Fractional one takes Integral cells, too; a String one wants one text at least, unless its own domain holds none; Boolean
//! and Unknown take everything. `num_constraints`, `is_non_negative` among them, have no check in the published contract:
//! they are named and not judged. That the numbers of columns are equal is no judgement of any column and counts as none.
//!
//! A setting is looked for among the column's overrides, then in `monitoring_config`, then in [`defaults`]; this holds
//! for the switches, too, so that a column can be switched off, or on where all are off.
//!
//! Every check that is asked of a column ends as exactly one of violated, held and not evaluable.
//!
//! Source: SageMaker developer guide, the container's own reports for texts and order, Deequ 2.0.2 for the distances.
//!
//! Blind spots: columns are judged one by one, so that joint changes pass; a rename is seen as a missing column; texts
//! with too many distinct values have no distribution to compare; small windows drift by chance
//! ([`Distance::robust`](crate::drift::Distance::robust)); and a baseline that was wrong itself is kept faithfully.
//!
//! ```
//! use bellwether_analysis::monitors::data_quality::{Comparison, evaluate};
//! use bellwether_analysis::observed::{Observed, TypeCounts};
//! use bellwether_contract::{constraints::Constraints, json::from_slice, statistics::Statistics};
//!
//! // 1,977 rows of a column that was whole numbers; seven cells hold a fraction.
//! let statistics: Statistics = from_slice(
//!     "statistics.json",
//!     br#"{"dataset": {"item_count": 1977}, "features": [{"name": "Day Calls", "inferred_type": "Fractional",
//!          "numerical_statistics": {"common": {"num_present": 1977, "num_missing": 0}}}]}"#,
//! )?;
//! let types = vec![TypeCounts { integral: 1970, fractional: 7, ..TypeCounts::default() }];
//! let constraints: Constraints = from_slice(
//!     "constraints.json",
//!     br#"{"features": [{"name": "Day Calls", "inferred_type": "Integral", "completeness": 1.0}]}"#,
//! )?;
//!
//! let evaluation = evaluate(&Observed { statistics, types }, None, &constraints, Comparison::default());
//! assert_eq!(
//!     evaluation.constraints.violated[0].description,
//!     "Data type match requirement is not met. Expected data type: Integral, Expected match: 100.0%. \
//!      Observed: Only 99.64592817400101% of data is Integral."
//! );
//! assert!(evaluation.constraints.not_evaluable.contains_key("Day Calls.baseline_drift_check"));
//! # Ok::<(), bellwether_contract::ContractError>(())
//! ```

mod checks;
pub mod defaults;
mod domain;
mod drift_check;
mod settings;
mod text;
mod unchecked;

use std::collections::BTreeMap;

use bellwether_contract::constraints::{ComparisonOperator, Constraints, FeatureConstraints};
use bellwether_contract::judged::Judged;
use bellwether_contract::statistics::{FeatureStatistics, Statistics};
use bellwether_contract::violations::CheckType;

use crate::observed::{Observed, TypeCounts};
use crate::verdict::{Evaluated, Violated};
use drift_check::Drift;
use settings::Settings;

/// How distances of distributions are computed.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Comparison {
    /// As the constraints say, Robust where they say nothing.
    #[default]
    AsConfigured,
    /// The distance itself, whatever the constraints say.
    Simple,
    /// Less what sampling explains, whatever the constraints say.
    Robust,
    /// Of numbers the distance that Deequ 2.0.2 computes, repeated values and all; by the method of the constraints.
    Deequ,
}

/// What came of all checks.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Evaluation {
    /// In the order of the constraints. A check is named as [`check_key`] names it; what could not be judged is a check, a
    /// column under its name, or all columns under `features`.
    pub constraints: Evaluated,
    /// Distance to the baseline of every column that has one, in the order of the constraints. The p-value of a
    /// chi-squared test is no distance and is not among them.
    pub distances: Vec<(String, f64)>,
}

pub use bellwether_contract::judged::check_name as check_key;

/// Holds a window's columns against the constraints, and against the baseline's statistics where there are some.
///
/// The same arguments give the same evaluation. A column of the data without constraints is not judged; a column of the
/// constraints that is not in the data (while their numbers are equal: a renamed key) has a completeness of 0.
#[must_use]
pub fn evaluate(
    observed: &Observed,
    baseline: Option<&Statistics>,
    constraints: &Constraints,
    comparison: Comparison,
) -> Evaluation {
    let mut evaluation = Evaluation::default();
    let global = constraints.monitoring_config.as_ref();
    let features = evaluation.distinct(&constraints.features);
    let columns = by_name(&observed.statistics.features);
    if let Some(reason) = nothing_to_judge(observed, &features) {
        evaluation.cannot("features", reason);
        return evaluation;
    }
    if evaluation.column_count(columns.len(), features.len(), &Settings::of_all(global)) {
        evaluation.leave_out(&features, "the number of columns differs, and further checks end with that");
        return evaluation;
    }
    evaluation.constraints.unchecked =
        unchecked::limits(&features, |feature| Settings::of(feature, global).evaluates());
    let baseline = baseline.map(|statistics| by_name(&statistics.features)).unwrap_or_default();
    for constraint in features {
        let settings = Settings::of(constraint, global);
        match columns.get(constraint.name.as_str()) {
            Some(&(place, statistics)) => {
                let types = observed.types.get(place);
                let baseline = baseline.get(constraint.name.as_str()).map(|(_, statistics)| *statistics);
                evaluation.judge(&Column { constraint, settings, statistics, types, baseline }, comparison);
            }
            None => evaluation.absent(constraint, observed.statistics.dataset.item_count, &settings),
        }
    }
    evaluation
}

/// A column of the data with everything it is held against.
struct Column<'a> {
    constraint: &'a FeatureConstraints,
    settings: Settings<'a>,
    statistics: &'a FeatureStatistics,
    types: Option<&'a TypeCounts>,
    baseline: Option<&'a FeatureStatistics>,
}

/// What came of one check: a value held against its limit, nothing where nothing is asked, or why it could not be made.
type Outcome = Result<Option<Held>, String>;

/// A value that was held against its limit, of a check and a column that whoever records it names.
#[derive(Debug)]
struct Held {
    judged: Judged,
    /// The words of the violation, if it is one.
    violation: Option<String>,
}

impl Held {
    /// A share that must not fall below its limit; `words` are those of its violation.
    fn at_least(value: f64, limit: f64, n: u64, words: impl FnOnce(f64) -> String) -> Self {
        let violation = (value < limit).then(|| words(value));
        Self { judged: unnamed(value, limit, ComparisonOperator::LessThanThreshold, n), violation }
    }
}

/// Numbers of a check that is not named yet.
fn unnamed(value: f64, limit: f64, comparison: ComparisonOperator, n: u64) -> Judged {
    Judged::new(CheckType::from(comparison.clone()), value, limit, comparison, n)
}

impl Evaluation {
    fn judge(&mut self, column: &Column<'_>, comparison: Comparison) {
        let name = &column.constraint.name;
        if !column.settings.evaluates() {
            return self.cannot(name, SWITCHED_OFF);
        }
        let mistyped = self.record(name, CheckType::DataType, checks::data_type(column));
        self.record(name, CheckType::Completeness, checks::completeness(column));
        self.record(name, CheckType::CategoricalValues, domain::values(column));
        let drift = if mistyped && column.settings.compares() {
            Err("the type check of this column failed".to_owned())
        } else {
            drift_check::drift(column, comparison)
        };
        if let Ok(Drift { distance, warning, .. }) = &drift {
            self.distances.extend(distance.map(|distance| (name.clone(), distance)));
            let key = check_key(name, &CheckType::BaselineDrift);
            self.constraints.warnings.extend(warning.as_ref().map(|warning| format!("{key}: {warning}")));
        }
        self.record(name, CheckType::BaselineDrift, drift.map(|drift| drift.held));
    }

    /// Takes an outcome in and says whether it is a violation.
    fn record(&mut self, feature: &str, check: CheckType, outcome: Outcome) -> bool {
        let held = match outcome {
            Ok(None) => return false,
            Ok(Some(held)) => held,
            Err(reason) => {
                self.cannot(&check_key(feature, &check), &reason);
                return false;
            }
        };
        let Held { judged, violation } = held;
        let judged = Judged { check, feature_name: Some(feature.to_owned()), ..judged };
        let Some(description) = violation else {
            self.constraints.held.insert(judged.check_name(), judged);
            return false;
        };
        self.constraints.violated.push(Violated { judged, description });
        true
    }

    fn cannot(&mut self, what: &str, reason: &str) {
        self.constraints.not_evaluable.insert(what.to_owned(), reason.to_owned());
    }

    /// Judges a column that the constraints name and the data lack.
    fn absent(&mut self, constraint: &FeatureConstraints, rows: u64, settings: &Settings<'_>) {
        if !settings.evaluates() {
            return self.cannot(&constraint.name, SWITCHED_OFF);
        }
        self.cannot(&constraint.name, "the data have no column of that name");
        if let Some(least) = constraint.completeness.filter(|least| *least > 0.0) {
            let held = Held::at_least(0.0, least, rows, text::completeness);
            self.record(&constraint.name, CheckType::Completeness, Ok(Some(held)));
        }
    }

    /// Judges the number of columns and says whether that ends the evaluation.
    fn column_count(&mut self, current: usize, baseline: usize, settings: &Settings<'_>) -> bool {
        if !settings.evaluates() {
            return false;
        }
        let (missing, extra) = (text::missing_columns, text::extra_columns);
        let missing = (current < baseline).then(|| missing(current, baseline));
        let extra = (current > baseline).then(|| extra(current, baseline));
        let ends = missing.is_some() || extra.is_some();
        for (feature, check, comparison, violation) in [
            (text::MISSING_COLUMNS, CheckType::MissingColumn, ComparisonOperator::LessThanThreshold, missing),
            (text::EXTRA_COLUMNS, CheckType::ExtraColumn, ComparisonOperator::GreaterThanThreshold, extra),
        ] {
            let judged = Judged {
                check,
                feature_name: Some(feature.to_owned()),
                baseline_n: Some(baseline as u64),
                ..unnamed(current as f64, baseline as f64, comparison, current as u64)
            };
            match violation {
                Some(description) => self.constraints.violated.push(Violated { judged, description }),
                None => drop(self.constraints.held_aside.insert(judged.check_name(), judged)),
            }
        }
        ends
    }

    fn leave_out(&mut self, features: &[&FeatureConstraints], reason: &str) {
        features.iter().for_each(|feature| self.cannot(&feature.name, reason));
    }

    /// The constraints with each column once: the first entry counts.
    fn distinct<'c>(&mut self, features: &'c [FeatureConstraints]) -> Vec<&'c FeatureConstraints> {
        let mut names = std::collections::BTreeSet::new();
        let (first, again): (Vec<_>, Vec<_>) =
            features.iter().partition(|feature| names.insert(feature.name.as_str()));
        for feature in again {
            let reason =
                format!("the constraints name {:?} more than once, and the first counts", feature.name);
            self.cannot(&format!("{}.constraints", feature.name), &reason);
        }
        first
    }
}

/// Why a column is not judged that somebody switched off.
const SWITCHED_OFF: &str = "evaluate_constraints is Disabled for it";

fn nothing_to_judge(observed: &Observed, features: &[&FeatureConstraints]) -> Option<&'static str> {
    if features.is_empty() {
        Some("the constraints name no column")
    } else if observed.statistics.dataset.item_count == 0 {
        Some("there is no row")
    } else {
        None
    }
}

/// Columns by name with their places; of a name that comes twice the first.
fn by_name(features: &[FeatureStatistics]) -> BTreeMap<&str, (usize, &FeatureStatistics)> {
    let mut columns = BTreeMap::new();
    for (place, feature) in features.iter().enumerate() {
        columns.entry(feature.name.as_str()).or_insert((place, feature));
    }
    columns
}

#[cfg(test)]
mod tests;
