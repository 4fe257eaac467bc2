//! The texts of violations, word for word those of the container.
//!
//! Consumers cut numbers out of them by pattern, so that nothing in here may be improved. Doubles are spelt as Java
//! spells them.

use bellwether_contract::json::double;
use bellwether_contract::statistics::InferredType;

/// `feature_name` of a missing column.
pub(super) const MISSING_COLUMNS: &str = "Missing columns";
/// `feature_name` of an extra column.
pub(super) const EXTRA_COLUMNS: &str = "Extra columns";

/// Seen in a real report of 2022.
pub(super) fn data_type(expected: &InferredType, threshold: f64, observed: f64) -> String {
    format!(
        "Data type match requirement is not met. Expected data type: {expected}, Expected match: {}. Observed: Only {} \
         of data is {expected}.",
        percent(threshold),
        percent(observed)
    )
}

/// Seen in older reports, its last blank included; newer ones were not seen.
pub(super) fn completeness(observed: f64) -> String {
    requirement(&double(observed))
}

/// Seen in older reports, its last blank included; newer ones were not seen.
pub(super) fn categorical_values(observed: f64) -> String {
    requirement(&double(observed))
}

/// Ours: the container always knows the share.
pub(super) fn categorical_values_at_most(observed: f64) -> String {
    requirement(&format!("at most {}", double(observed)))
}

/// Its second half is what consumers of real reports look for.
pub(super) fn drift(distance: f64, threshold: f64) -> String {
    format!("Baseline drift distance: {} exceeds threshold: {}", double(distance), double(threshold))
}

/// Ours: the container's words for its private test were never seen, and a p-value is no distance and exceeds nothing.
pub(super) fn chi_squared(p_value: f64, threshold: f64) -> String {
    format!("Baseline drift p-value: {} is below threshold: {}", double(p_value), double(threshold))
}

/// Its second half was seen in real reports.
pub(super) fn missing_columns(current: usize, baseline: usize) -> String {
    column_count("missing", current, baseline)
}

/// As for missing columns.
pub(super) fn extra_columns(current: usize, baseline: usize) -> String {
    column_count("extra", current, baseline)
}

fn column_count(what: &str, current: usize, baseline: usize) -> String {
    format!(
        "There are {what} columns in current dataset. Number of columns in current dataset: {current}, Number of \
         columns in baseline constraints: {baseline}"
    )
}

fn requirement(value: &str) -> String {
    format!("Value: {value} does not meet the constraint requirement! ")
}

fn percent(share: f64) -> String {
    format!("{}%", double(share * 100.0))
}
