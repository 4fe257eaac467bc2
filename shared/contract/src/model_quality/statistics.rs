//! `statistics.json` of the model-quality monitor.

use serde::{Deserialize, Serialize};

use super::{ProblemType, number};
use crate::json;
use crate::named::Named;
use crate::statistics::Unknown;

/// Metrics, matrix and curves by name, in the order of the file.
pub type Metrics = Named<MetricEntry>;

/// The whole file. One block of metrics is there, or an estimate, or both.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct ModelQualityStatistics {
    /// Version of the schema: 0.0.
    #[serde(default)]
    pub version: f64,
    /// About the rows as a whole.
    pub dataset: LabelledDataset,
    /// Of numbers.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub regression_metrics: Option<Metrics>,
    /// Of one of two labels.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub binary_classification_metrics: Option<Metrics>,
    /// Of one of several labels.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub multiclass_classification_metrics: Option<Metrics>,
    /// What the metrics of the newest hour probably are, before its labels are there.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub estimated_binary_classification_metrics: Option<Named<EstimatedMetric>>,
    /// The same of one of several labels.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub estimated_multiclass_classification_metrics: Option<Named<EstimatedMetric>>,
    /// Fields not known here.
    #[serde(flatten)]
    pub unknown: Unknown,
}

impl ModelQualityStatistics {
    /// The measured block of a problem type.
    #[must_use]
    pub fn metrics(&self, problem: ProblemType) -> Option<&Metrics> {
        match problem {
            ProblemType::Regression => self.regression_metrics.as_ref(),
            ProblemType::BinaryClassification => self.binary_classification_metrics.as_ref(),
            ProblemType::MulticlassClassification => self.multiclass_classification_metrics.as_ref(),
        }
    }

    /// The problem type that was measured; of binary classification where nothing was.
    #[must_use]
    pub fn problem_type(&self) -> ProblemType {
        let all = [ProblemType::Regression, ProblemType::MulticlassClassification];
        let measured = all.into_iter().find(|problem| self.metrics(*problem).is_some());
        let estimated = self.estimated_multiclass_classification_metrics.as_ref();
        measured
            .or(estimated.map(|_| ProblemType::MulticlassClassification))
            .unwrap_or(ProblemType::BinaryClassification)
    }

    /// Sets the measured block of a problem type.
    pub fn set_metrics(&mut self, problem: ProblemType, metrics: Metrics) {
        *match problem {
            ProblemType::Regression => &mut self.regression_metrics,
            ProblemType::BinaryClassification => &mut self.binary_classification_metrics,
            ProblemType::MulticlassClassification => &mut self.multiclass_classification_metrics,
        } = Some(metrics);
    }

    /// Sets the estimated block of a problem type; numbers have none.
    pub fn set_estimates(&mut self, problem: ProblemType, estimates: Named<EstimatedMetric>) {
        match problem {
            ProblemType::Regression => {}
            ProblemType::BinaryClassification => {
                self.estimated_binary_classification_metrics = Some(estimates);
            }
            ProblemType::MulticlassClassification => {
                self.estimated_multiclass_classification_metrics = Some(estimates);
            }
        }
    }
}

/// About the rows as a whole.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct LabelledDataset {
    /// Number of labelled rows.
    #[serde(deserialize_with = "json::count")]
    pub item_count: u64,
    /// Begin of the window, ISO 8601; a baseline has none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub start_time: Option<String>,
    /// End of the window, exclusive.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub end_time: Option<String>,
    /// The scheduled time of the run.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub evaluation_time: Option<String>,
    /// Fields not known here.
    #[serde(flatten)]
    pub unknown: Unknown,
}

/// What stands under a name among the metrics.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum MetricEntry {
    /// A number.
    QualityMetric(QualityMetric),
    /// `receiver_operating_characteristic_curve`.
    Roc(Roc),
    /// `precision_recall_curve`.
    PrecisionRecall(PrecisionRecall),
    /// `confusion_matrix`: rows by actual label, in each the counts by predicted label.
    Confusion(Named<Named<u64>>),
    /// Whatever else a file holds, kept as it came.
    Other(serde_json::Value),
}

impl MetricEntry {
    /// The number, where it is one.
    #[must_use]
    pub fn metric(&self) -> Option<&QualityMetric> {
        if let Self::QualityMetric(metric) = self { Some(metric) } else { None }
    }
}

/// One metric: `{"value": x, "standard_deviation": y}`.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct QualityMetric {
    /// The number; `null` where a class is absent, so that it could not be computed.
    #[serde(deserialize_with = "number::or_null")]
    pub value: Option<f64>,
    /// Over five draws of four fifths of the rows; `null` below 200 rows.
    #[serde(default, deserialize_with = "number::or_null")]
    pub standard_deviation: Option<f64>,
    /// Whether scores were counted in bins, so that it is approximate: ours, of windows that were merged.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub from_bins: bool,
    /// Fields not known here.
    #[serde(flatten)]
    pub unknown: Unknown,
}

/// The receiver operating characteristic, from (0, 0) to (1, 1); both lists have one length.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Roc {
    /// Abscissae.
    pub false_positive_rates: Vec<f64>,
    /// Ordinates.
    pub true_positive_rates: Vec<f64>,
    /// Whether scores were counted in bins, so that it is approximate: ours, of windows that were merged.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub from_bins: bool,
}

/// Precision over recall, from recall 0; both lists have one length.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PrecisionRecall {
    /// Ordinates.
    pub precisions: Vec<f64>,
    /// Abscissae.
    pub recalls: Vec<f64>,
    /// Whether scores were counted in bins, so that it is approximate: ours, of windows that were merged.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub from_bins: bool,
}

/// One estimated metric: `{"value": x, "sampling_error": y}`.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct EstimatedMetric {
    /// The number; `null` where it could not be computed.
    #[serde(deserialize_with = "number::or_null")]
    pub value: Option<f64>,
    /// One standard deviation of what chance alone makes of so many rows.
    #[serde(default, deserialize_with = "number::or_null")]
    pub sampling_error: Option<f64>,
    /// Fields not known here.
    #[serde(flatten)]
    pub unknown: Unknown,
}
