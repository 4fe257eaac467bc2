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
//! | `data_type_check` | cells of the expected type / cells with a value < `datatype_check_threshold` |
//! | `completeness_check` | cells with a value / cells < the baseline's |
//! | `categorical_values_check` | cells with a value in `domains` / cells with a value < `domain_content_threshold` |
//! | `baseline_drift_check` | [distance](crate::drift) > threshold; not judged where the type check failed |
//!
//! Each share is 0 to 1, and a share equal to its threshold violates nothing: strictly below, or for distances strictly
//! above. Where there is no cell there is no share, and nothing to judge. An Integral column wants Integral cells; a
//! Fractional one takes Integral cells, too; String, Boolean and Unknown take everything. `is_non_negative` has no check
//! in the published contract and is not judged.
//!
//! A setting is looked for among the column's overrides, then in `monitoring_config`, then in [`defaults`]; this holds
//! for the switches, too, so that a column can be switched off, or on where all are off. A word that nobody knows is not
//! guessed: the check it belongs to is named as not evaluable.
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
//!     evaluation.violations[0].description,
//!     "Data type match requirement is not met. Expected data type: Integral, Expected match: 100.0%. \
//!      Observed: Only 99.64592817400101% of data is Integral."
//! );
//! assert!(evaluation.not_evaluable.contains_key("Day Calls.baseline_drift_check"));
//! # Ok::<(), bellwether_contract::ContractError>(())
//! ```

mod checks;
pub mod defaults;
mod domain;
mod drift_check;
mod settings;
mod text;

use std::collections::BTreeMap;

use bellwether_contract::constraints::{Constraints, FeatureConstraints};
use bellwether_contract::statistics::{FeatureStatistics, Statistics, Unknown};
use bellwether_contract::violations::{CheckType, Violation};

use crate::observed::{Observed, TypeCounts};
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
    /// In the order of the constraints.
    pub violations: Vec<Violation>,
    /// What could not be judged, and why: a check under [`check_key`], a column under its name, all columns under
    /// `features`.
    pub not_evaluable: BTreeMap<String, String>,
    /// Distance to the baseline of every column that has one, in the order of the constraints. The p-value of a
    /// chi-squared test is no distance and is not among them.
    pub distances: Vec<(String, f64)>,
}

/// What a check of a column is called among [`Evaluation::not_evaluable`]: `Night Mins.baseline_drift_check`.
#[must_use]
pub fn check_key(feature: &str, check: &CheckType) -> String {
    format!("{feature}.{check}")
}

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
        evaluation.not_evaluable.insert("features".to_owned(), reason.to_owned());
        return evaluation;
    }
    if evaluation.column_count(columns.len(), features.len(), &Settings::of_all(global)) {
        evaluation.leave_out(&features, "the number of columns differs, and further checks end with that");
        return evaluation;
    }
    let baseline = baseline.map(|statistics| by_name(&statistics.features)).unwrap_or_default();
    for constraint in features {
        let settings = Settings::of(constraint, global);
        match columns.get(constraint.name.as_str()) {
            Some(&(place, statistics)) => {
                let types = observed.types.get(place);
                let baseline = baseline.get(constraint.name.as_str()).map(|(_, statistics)| *statistics);
                evaluation.judge(&Column { constraint, settings, statistics, types, baseline }, comparison);
            }
            None => evaluation.absent(constraint, &settings),
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

/// What came of one check: the description of a violation, none, or why it could not be made.
type Outcome = Result<Option<String>, String>;

impl Evaluation {
    fn judge(&mut self, column: &Column<'_>, comparison: Comparison) {
        let name = &column.constraint.name;
        match column.settings.evaluates() {
            Ok(true) => {}
            Ok(false) => return,
            Err(reason) => {
                self.not_evaluable.insert(name.clone(), reason);
                return;
            }
        }
        let mistyped = self.record(name, CheckType::DataType, checks::data_type(column));
        self.record(name, CheckType::Completeness, checks::completeness(column));
        self.record(name, CheckType::CategoricalValues, domain::values(column));
        let drift = if mistyped {
            Err("the type check of this column failed".to_owned())
        } else {
            drift_check::drift(column, comparison)
        };
        let distance = drift.as_ref().ok().and_then(|drift| drift.distance);
        self.distances.extend(distance.map(|distance| (name.clone(), distance)));
        self.record(name, CheckType::BaselineDrift, drift.map(|drift| drift.description));
    }

    /// Takes an outcome in and says whether it is a violation.
    fn record(&mut self, feature: &str, check: CheckType, outcome: Outcome) -> bool {
        match outcome {
            Ok(None) => return false,
            Ok(Some(description)) => self.violations.push(violation(feature, check, description)),
            Err(reason) => {
                self.not_evaluable.insert(check_key(feature, &check), reason);
                return false;
            }
        }
        true
    }

    /// Judges a column that the constraints name and the data lack.
    fn absent(&mut self, constraint: &FeatureConstraints, settings: &Settings<'_>) {
        if settings.evaluates() == Ok(false) {
            return;
        }
        self.not_evaluable.insert(constraint.name.clone(), "the data have no column of that name".to_owned());
        if settings.evaluates() == Ok(true) && constraint.completeness.is_some_and(|least| least > 0.0) {
            self.record(&constraint.name, CheckType::Completeness, Ok(Some(text::completeness(0.0))));
        }
    }

    /// Judges the number of columns and says whether that ends the evaluation.
    fn column_count(&mut self, current: usize, baseline: usize, settings: &Settings<'_>) -> bool {
        let (feature, check, description) = match current.cmp(&baseline) {
            std::cmp::Ordering::Equal => return false,
            std::cmp::Ordering::Less => {
                (text::MISSING_COLUMNS, CheckType::MissingColumn, text::missing_columns(current, baseline))
            }
            std::cmp::Ordering::Greater => {
                (text::EXTRA_COLUMNS, CheckType::ExtraColumn, text::extra_columns(current, baseline))
            }
        };
        match settings.evaluates() {
            Ok(true) => self.record(feature, check, Ok(Some(description))),
            Ok(false) => false,
            Err(reason) => {
                self.not_evaluable.insert(feature.to_owned(), reason);
                false
            }
        }
    }

    fn leave_out(&mut self, features: &[&FeatureConstraints], reason: &str) {
        let reasons = features.iter().map(|feature| (feature.name.clone(), reason.to_owned()));
        self.not_evaluable.extend(reasons);
    }

    /// The constraints with each column once: the first entry counts.
    fn distinct<'c>(&mut self, features: &'c [FeatureConstraints]) -> Vec<&'c FeatureConstraints> {
        let mut names = std::collections::BTreeSet::new();
        let (first, again): (Vec<_>, Vec<_>) =
            features.iter().partition(|feature| names.insert(feature.name.as_str()));
        for feature in again {
            let reason =
                format!("the constraints name {:?} more than once, and the first counts", feature.name);
            self.not_evaluable.insert(format!("{}.constraints", feature.name), reason);
        }
        first
    }
}

fn nothing_to_judge(observed: &Observed, features: &[&FeatureConstraints]) -> Option<&'static str> {
    if features.is_empty() {
        Some("the constraints name no column; they may be another monitor's")
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

fn violation(feature: &str, check: CheckType, description: String) -> Violation {
    Violation {
        feature_name: Some(feature.to_owned()),
        metric_name: None,
        constraint_check_type: check,
        description,
        unknown: Unknown::new(),
    }
}

#[cfg(test)]
mod tests;
