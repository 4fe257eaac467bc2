//! `statistics.json`: what was observed, column by column, and the aggregates of a recommender's lists.
//!
//! The shapes are those of the published schema and of the container's own files, field order included. Nothing here
//! computes a statistic or says which value is good.
//!
//! Source: SageMaker developer guide, "Schema for Statistics (statistics.json file)". What the container was seen to
//! leave out is optional; fields that are not known here are kept and written after the known ones.

use serde::{Deserialize, Serialize};

use crate::json;
use crate::named::Named;
use crate::written::words;
use crate::{ContractError, kind::Kind};

/// Fields that this crate has no name for, in the order in which they came.
pub type Unknown = serde_json::Map<String, serde_json::Value>;

/// The whole file.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct Statistics {
    /// Version of the schema: 0.0.
    #[serde(default)]
    pub version: f64,
    /// About the rows as a whole.
    pub dataset: Dataset,
    /// One entry a column, in the order of the columns.
    #[serde(default)]
    pub features: Vec<FeatureStatistics>,
    /// Aggregates over recommendation lists, by name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub recommendation_metrics: Option<Named<Metric>>,
    /// Fields not known here.
    #[serde(flatten)]
    pub unknown: Unknown,
}

impl Statistics {
    /// Reads the statistics of columns that somebody names as a baseline; `object` is what the text is called in the error.
    ///
    /// # Errors
    /// [`ContractError::Malformed`] with the path of the field, what was found and what to write; a file of another kind or
    /// monitor is refused by its name.
    pub fn of_columns(object: &str, bytes: &[u8]) -> Result<Self, ContractError> {
        let read = json::read::<Self>(bytes);
        let of_no_column = read.as_ref().is_ok_and(|statistics| statistics.features.is_empty());
        Kind::Statistics.refuse_others(object, bytes, of_no_column)?;
        read.map_err(|fault| fault.plainly(object, bytes))
    }

    /// The statistics of the column of that name.
    #[must_use]
    pub fn feature(&self, name: &str) -> Option<&FeatureStatistics> {
        self.features.iter().find(|feature| feature.name == name)
    }
}

/// About the rows as a whole.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct Dataset {
    /// Number of rows.
    #[serde(deserialize_with = "json::count")]
    pub item_count: u64,
    /// Fields not known here.
    #[serde(flatten)]
    pub unknown: Unknown,
}

/// One aggregate: `{"value": x}`.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct Metric {
    /// The number.
    pub value: f64,
    /// Fields not known here, such as a standard deviation.
    #[serde(flatten)]
    pub unknown: Unknown,
}

impl From<f64> for Metric {
    fn from(value: f64) -> Self {
        Self { value, unknown: Unknown::new() }
    }
}

words! {
    /// What a column holds, as inferred from its cells.
    #[derive(Default)]
    InferredType {
        /// Whole numbers only.
        Integral,
        /// Numbers, at least one with a fraction or an exponent.
        Fractional,
        /// Anything else.
        String,
        /// `true` and `false` only.
        Boolean,
        /// No value at all.
        #[default]
        Unknown,
    }
}

impl InferredType {
    /// Whether the column has `numerical_statistics`.
    #[must_use]
    pub fn is_numeric(&self) -> bool {
        matches!(self, Self::Integral | Self::Fractional)
    }
}

/// The statistics of one column.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct FeatureStatistics {
    /// The column's name.
    pub name: String,
    /// What its cells are.
    pub inferred_type: InferredType,
    /// Counts of a column without a value: type Unknown has neither of the two below.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub common: Option<Common>,
    /// For Integral and Fractional.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub numerical_statistics: Option<NumericalStatistics>,
    /// For String.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub string_statistics: Option<StringStatistics>,
    /// Fields not known here.
    #[serde(flatten)]
    pub unknown: Unknown,
}

impl FeatureStatistics {
    /// The counts, wherever the type keeps them.
    #[must_use]
    pub fn counts(&self) -> Option<&Common> {
        let numeric = self.numerical_statistics.as_ref().map(|numeric| &numeric.common);
        let text = || self.string_statistics.as_ref().map(|text| &text.common);
        numeric.or_else(text).or(self.common.as_ref())
    }
}

/// How many cells have a value.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Common {
    /// Cells with a value.
    #[serde(deserialize_with = "json::count")]
    pub num_present: u64,
    /// Cells without.
    #[serde(deserialize_with = "json::count")]
    pub num_missing: u64,
    /// Fields not known here.
    #[serde(flatten)]
    pub unknown: Unknown,
}

/// Of a column of numbers. A number that does not exist, or that no f64 holds, is left out.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct NumericalStatistics {
    /// Counts of cells.
    pub common: Common,
    /// Arithmetic mean.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub mean: Option<f64>,
    /// Sum of the values.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sum: Option<f64>,
    /// Population standard deviation.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub std_dev: Option<f64>,
    /// Least value.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub min: Option<f64>,
    /// Greatest value.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub max: Option<f64>,
    /// Estimated number of distinct values; older containers do not write it.
    #[serde(default, deserialize_with = "json::optional_count", skip_serializing_if = "Option::is_none")]
    pub approximate_num_distinct_values: Option<u64>,
    /// Share of cells with a value, 0 to 1; older containers do not write it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub completeness: Option<f64>,
    /// Buckets and sketch.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub distribution: Option<NumericalDistribution>,
    /// Fields not known here.
    #[serde(flatten)]
    pub unknown: Unknown,
}

/// How numbers are distributed.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct NumericalDistribution {
    /// The KLL sketch and the buckets drawn from it; a container of somebody else may bring another form.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub kll: Option<Kll>,
    /// Fields not known here.
    #[serde(flatten)]
    pub unknown: Unknown,
}

/// Buckets and sketch.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct Kll {
    /// Ten of them, of equal width.
    pub buckets: Vec<NumericalBucket>,
    /// What the buckets were drawn from.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sketch: Option<KllSketch>,
    /// Fields not known here.
    #[serde(flatten)]
    pub unknown: Unknown,
}

/// Values in `[lower_bound, upper_bound)`; the last bucket has its upper bound as well.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct NumericalBucket {
    /// Inclusive.
    pub lower_bound: f64,
    /// Exclusive, but for the last bucket.
    pub upper_bound: f64,
    /// Values by the ranks of the sketch: approximate, and a double in the file.
    pub count: f64,
    /// Fields not known here.
    #[serde(flatten)]
    pub unknown: Unknown,
}

/// The sketch itself.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct KllSketch {
    /// Size and shrinking factor.
    pub parameters: KllParameters,
    /// Items by level; an item of level i stands for 2^i values.
    pub data: Vec<Vec<f64>>,
    /// Fields not known here.
    #[serde(flatten)]
    pub unknown: Unknown,
}

/// Parameters of a sketch.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct KllParameters {
    /// By how much each level is smaller than the one below: 0.64.
    pub c: f64,
    /// Capacity of the lowest level: 2048.0.
    pub k: f64,
    /// Fields not known here.
    #[serde(flatten)]
    pub unknown: Unknown,
}

/// Of a column of text.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct StringStatistics {
    /// Counts of cells.
    pub common: Common,
    /// Estimated number of distinct values, a double in the file.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub distinct_count: Option<f64>,
    /// Share of cells with a value, 0 to 1; older containers do not write it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub completeness: Option<f64>,
    /// Only where there are few distinct values.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub distribution: Option<CategoricalDistribution>,
    /// Fields not known here.
    #[serde(flatten)]
    pub unknown: Unknown,
}

/// How texts are distributed.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct CategoricalDistribution {
    /// Counts by value.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub categorical: Option<Categorical>,
    /// Fields not known here.
    #[serde(flatten)]
    pub unknown: Unknown,
}

/// Counts by value.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct Categorical {
    /// One entry a value.
    pub buckets: Vec<CategoricalBucket>,
    /// Fields not known here.
    #[serde(flatten)]
    pub unknown: Unknown,
}

/// One value and how often it was seen.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct CategoricalBucket {
    /// The text of the cells.
    pub value: String,
    /// Exact.
    #[serde(deserialize_with = "json::count")]
    pub count: u64,
    /// Fields not known here.
    #[serde(flatten)]
    pub unknown: Unknown,
}

#[cfg(test)]
mod tests;
