//! What holds where constraints say nothing: the defaults that the container writes into its files.
//!
//! Source: the container's own `constraints.json` and log, which agree. (The developer guide's example shows 0.1 for
//! the first two thresholds.)

use bellwether_contract::constraints::{CategoricalDriftMethod, ComparisonMethod};

/// Least share of values of the expected type.
pub const DATATYPE_CHECK_THRESHOLD: f64 = 1.0;
/// Least share of values inside the domain.
pub const DOMAIN_CONTENT_THRESHOLD: f64 = 1.0;
/// Greatest distance of a column of numbers.
pub const COMPARISON_THRESHOLD: f64 = 0.1;
/// How the distance is corrected.
pub const COMPARISON_METHOD: ComparisonMethod = ComparisonMethod::Robust;
/// Greatest distance of a column of text; with `ChiSquared` the least p-value.
pub const CATEGORICAL_COMPARISON_THRESHOLD: f64 = 0.1;
/// How columns of text are compared.
pub const CATEGORICAL_DRIFT_METHOD: CategoricalDriftMethod = CategoricalDriftMethod::LInfinity;
