//! `constraint_violations.json`: what was not satisfied.
//!
//! It mirrors the published shape. The text of a description is made where the constraint is evaluated.
//!
//! Source: SageMaker developer guide, "Schema for Violations (constraint_violations.json file)", and the
//! model-quality monitor's files for `metric_name`.

use serde::{Deserialize, Serialize};

use crate::constraints::ComparisonOperator;
use crate::statistics::Unknown;

/// The whole file.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct Violations {
    /// Some monitors write one, as a text; ours do not.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub version: Option<serde_json::Value>,
    /// In the order in which they were found; no reader depends on it.
    pub violations: Vec<Violation>,
    /// Fields not known here.
    #[serde(flatten)]
    pub unknown: Unknown,
}

/// One constraint that was not satisfied.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Violation {
    /// The column; absent in the files of the model-quality monitor.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub feature_name: Option<String>,
    /// The aggregate, where one was judged and not a column.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub metric_name: Option<String>,
    /// Which check found it.
    pub constraint_check_type: CheckType,
    /// For people.
    pub description: String,
    /// Fields not known here.
    #[serde(flatten)]
    pub unknown: Unknown,
}

/// Which check found a violation.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum CheckType {
    /// Too many cells of another type.
    #[serde(rename = "data_type_check")]
    DataType,
    /// Too many cells without a value.
    #[serde(rename = "completeness_check")]
    Completeness,
    /// The distribution has moved.
    #[serde(rename = "baseline_drift_check")]
    BaselineDrift,
    /// Fewer columns than the baseline.
    #[serde(rename = "missing_column_check")]
    MissingColumn,
    /// More columns than the baseline.
    #[serde(rename = "extra_column_check")]
    ExtraColumn,
    /// Values outside the domain.
    #[serde(rename = "categorical_values_check")]
    CategoricalValues,
    /// The order in which features matter to the model has moved.
    #[serde(rename = "feature_attribution_drift_check")]
    AttributionDrift,
    /// A metric below its threshold.
    LessThanThreshold,
    /// A metric above its threshold.
    GreaterThanThreshold,
    /// Too many capture lines that cannot be read.
    #[serde(rename = "capture_corrupt_check")]
    CaptureCorrupt,
    /// Too many records without a side that is judged.
    #[serde(rename = "capture_side_check")]
    CaptureSide,
    /// Too few of the calls were captured.
    #[serde(rename = "capture_completeness_check")]
    CaptureCompleteness,
    /// Too many records of labels that cannot be read, or files that are none.
    #[serde(rename = "ground_truth_corrupt_check")]
    GroundTruthCorrupt,
    /// Too many rows of labelled records that cannot be measured.
    #[serde(rename = "labelled_rows_check")]
    LabelledRows,
    /// Too many recommended items that the catalogue does not know.
    #[serde(rename = "catalogue_stale_check")]
    CatalogueStale,
    /// A window without data, where the policy makes that a violation.
    #[serde(rename = "no_data_check")]
    NoData,
    /// A check of another monitor, kept as it came.
    #[serde(untagged)]
    Other(String),
}

impl CheckType {
    /// The check of a word; one that is not known is [`CheckType::Other`].
    #[must_use]
    pub fn named(word: &str) -> Self {
        serde_json::from_value(word.into()).unwrap_or_else(|_| Self::Other(word.to_owned()))
    }

    /// The word in the file.
    #[must_use]
    pub fn as_str(&self) -> &str {
        match self {
            Self::DataType => "data_type_check",
            Self::Completeness => "completeness_check",
            Self::BaselineDrift => "baseline_drift_check",
            Self::MissingColumn => "missing_column_check",
            Self::ExtraColumn => "extra_column_check",
            Self::CategoricalValues => "categorical_values_check",
            Self::AttributionDrift => crate::model_explainability::ATTRIBUTION_DRIFT_CHECK,
            Self::LessThanThreshold => "LessThanThreshold",
            Self::GreaterThanThreshold => "GreaterThanThreshold",
            Self::CaptureCorrupt => "capture_corrupt_check",
            Self::CaptureSide => "capture_side_check",
            Self::CaptureCompleteness => "capture_completeness_check",
            Self::GroundTruthCorrupt => "ground_truth_corrupt_check",
            Self::LabelledRows => "labelled_rows_check",
            Self::CatalogueStale => "catalogue_stale_check",
            Self::NoData => "no_data_check",
            Self::Other(word) => word,
        }
    }
}

impl std::fmt::Display for CheckType {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str(self.as_str())
    }
}

/// A metric beyond its threshold is a violation of the operator's name.
impl From<ComparisonOperator> for CheckType {
    fn from(operator: ComparisonOperator) -> Self {
        match operator {
            ComparisonOperator::LessThanThreshold => Self::LessThanThreshold,
            ComparisonOperator::GreaterThanThreshold => Self::GreaterThanThreshold,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::json::{from_slice, to_vec};

    fn survives(text: &str) -> Violations {
        let violations: Violations =
            from_slice("constraint_violations.json", text.as_bytes()).expect("violations");
        assert_eq!(String::from_utf8(to_vec(&violations).expect("finite")).expect("UTF-8"), text);
        violations
    }

    /// Written by hand from the developer guide's schema; the first description is from a real report.
    #[test]
    fn the_published_layout_is_read_and_written_back_unchanged() {
        let violations = survives(
            r#"{
  "violations" : [ {
    "feature_name" : "Churn",
    "constraint_check_type" : "data_type_check",
    "description" : "Data type match requirement is not met. Expected data type: Integral, Expected match: 100.0%. Observed: Only 0.0% of data is Integral."
  }, {
    "feature_name" : "top10_category_diversity",
    "metric_name" : "top10_category_diversity_p5",
    "constraint_check_type" : "LessThanThreshold",
    "description" : "Metric top10_category_diversity_p5 with 4.0 was LessThanThreshold '5.0'"
  } ]
}"#,
        );
        assert_eq!(violations.violations[0].constraint_check_type, CheckType::DataType);
        assert_eq!(violations.violations[1].metric_name.as_deref(), Some("top10_category_diversity_p5"));
    }

    #[test]
    fn a_quiet_hour_is_an_empty_list() {
        survives("{\n  \"violations\" : [ ]\n}");
    }

    #[test]
    fn violations_of_other_monitors_survive() {
        let violations = survives(
            r#"{
  "version" : "1.0",
  "violations" : [ {
    "metric_name" : "DCA",
    "constraint_check_type" : "bias_drift_check",
    "description" : "Metric value -36.69387755102041 doesn't meet the baseline constraint requirement -0.5278688524590163",
    "facet" : "Sex",
    "facet_value" : "0"
  } ]
}"#,
        );
        assert_eq!(violations.violations[0].constraint_check_type.as_str(), "bias_drift_check");
    }

    #[test]
    fn every_check_is_spelt_in_the_file_as_it_is_in_words() {
        use CheckType::*;
        for check in [
            DataType,
            Completeness,
            BaselineDrift,
            MissingColumn,
            ExtraColumn,
            CategoricalValues,
            AttributionDrift,
            LessThanThreshold,
            GreaterThanThreshold,
            CaptureCorrupt,
            CaptureSide,
            CaptureCompleteness,
            GroundTruthCorrupt,
            LabelledRows,
            CatalogueStale,
            NoData,
            Other("bias_drift_check".to_owned()),
        ] {
            let bytes = to_vec(&check).expect("finite");
            assert_eq!(String::from_utf8(bytes.clone()).expect("UTF-8"), format!("\"{check}\""));
            assert_eq!(from_slice::<CheckType>("check", &bytes).expect("a word"), check);
        }
    }
}
