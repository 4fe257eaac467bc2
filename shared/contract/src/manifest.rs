//! `manifest.json`: what a training pipeline says of a model version, which starts its baseline.
//!
//! It opens nothing: whether the lists that it names may be read is found out by reading them.

use crate::ContractError;
use crate::json::from_settings;
use crate::names::{EndpointName, ModelVersion, VariantName};
use crate::written;
use jiff::Timestamp;
use serde::Deserialize;
use serde_json::Value;

/// Largest manifest that is read.
pub const MAX_MANIFEST_BYTES: u64 = 1024 * 1024;

const FORM: &str = "a manifest is {\"model_version\": \"v7\", \"created_at\": \"2026-10-31T07:00:00Z\", \"endpoint_name\": \"...\", \
    \"target_variant\": \"...\", \"deployed\": false, \"recommendations\": \"s3://... (optional)\"}";

/// One model version. Fields not known here are left alone.
#[derive(Debug, Clone, PartialEq, Deserialize)]
pub struct Manifest {
    /// The version; its folder has the same name.
    pub model_version: ModelVersion,
    /// When the model was made; a later one is newer.
    #[serde(deserialize_with = "written::instant")]
    pub created_at: Timestamp,
    /// The endpoint it is meant for.
    pub endpoint_name: EndpointName,
    /// The variant it is meant for.
    pub target_variant: VariantName,
    /// Whether that variant serves this version already. Absent is no: a replay would measure the model before it.
    #[serde(default)]
    pub deployed: bool,
    /// Lists that were made at training time: a URI, or a path beside the manifest where that is a file.
    #[serde(default)]
    pub recommendations: Option<String>,
    /// The rows that the model was trained on.
    #[serde(default)]
    pub training_dataset: Option<TrainingDataset>,
    /// Answers of the model with their labels, such as those of its validation set.
    #[serde(default)]
    pub model_quality_dataset: Option<ModelQualityDataset>,
    /// Rows with labels and the model's answers, of which it is measured how alike groups are treated.
    #[serde(default)]
    pub bias_dataset: Option<BiasDataset>,
    /// What moves the model's answers, as Clarify or `suggest-baseline` wrote it: a URI, or a path beside the manifest.
    #[serde(default)]
    pub explainability_analysis: Option<String>,
}

/// Where training rows lie, and how they are written down.
#[derive(Debug, Clone, PartialEq, Deserialize)]
pub struct TrainingDataset {
    /// A file or a prefix.
    pub uri: String,
    /// As SageMaker's dataset formats are written: `{"csv": {"header": true}}`.
    pub format: Value,
}

/// Where answers with labels lie, and how they are read: the words of a `suggest_baseline` of SageMaker's.
#[derive(Debug, Clone, PartialEq, Deserialize)]
pub struct ModelQualityDataset {
    /// A file or a prefix.
    pub uri: String,
    /// As SageMaker's dataset formats are written: `{"csv": {"header": true}}`.
    pub format: Value,
    /// `Regression`, `BinaryClassification` or `MulticlassClassification`.
    pub problem_type: String,
    /// Column or path of the predicted label or value.
    #[serde(default)]
    pub inference_attribute: Option<String>,
    /// Column or path of the score.
    #[serde(default)]
    pub probability_attribute: Option<String>,
    /// Of several classes: the labels of the scores in their order.
    #[serde(default)]
    pub label_headers: Option<Vec<String>>,
    /// A score above it is the positive class.
    #[serde(default)]
    pub probability_threshold: Option<f64>,
    /// Column or path of the label.
    #[serde(default)]
    pub ground_truth_attribute: Option<String>,
    /// The label of the positive class.
    #[serde(default)]
    pub positive_label: Option<String>,
}

/// Where rows with labels and answers lie, and how they are read.
#[derive(Debug, Clone, PartialEq, Deserialize)]
pub struct BiasDataset {
    /// A file or a prefix.
    pub uri: String,
    /// As SageMaker's dataset formats are written: `{"csv": {"header": true}}`.
    pub format: Value,
    /// The analysis configuration, a URI or a path beside the manifest.
    pub analysis_config: String,
    /// Path of the features in rows of JSON, where the configuration names none.
    #[serde(default)]
    pub features_attribute: Option<String>,
    /// Column or path of the predicted label, where the configuration names none.
    #[serde(default)]
    pub inference_attribute: Option<String>,
    /// Column or path of the score.
    #[serde(default)]
    pub probability_attribute: Option<String>,
    /// A score above it is the positive label.
    #[serde(default)]
    pub probability_threshold: Option<f64>,
    /// Column or path of the label, where it is not the configuration's.
    #[serde(default)]
    pub ground_truth_attribute: Option<String>,
}

impl Manifest {
    /// Reads a manifest; `object` is what it is called in the error.
    ///
    /// # Errors
    /// [`ContractError::Malformed`] with the line, what is wrong there, and what a manifest looks like.
    pub fn parse(object: &str, bytes: &[u8]) -> Result<Self, ContractError> {
        from_settings(object, bytes).map_err(|error| match error {
            ContractError::Malformed { object, line, reason } => {
                ContractError::at(object, line, format!("{reason}; {FORM}"))
            }
            other => other,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_pipeline_need_not_say_may_be_absent() {
        let manifest = Manifest::parse(
            "manifest",
            br#"{"model_version": "v2", "created_at": "2026-10-31T08:00:00+01:00", "endpoint_name": "e",
                 "target_variant": "AllTraffic", "owner": "ranking"}"#,
        )
        .unwrap();
        assert_eq!(manifest.created_at, "2026-10-31T07:00:00Z".parse().unwrap());
        assert_eq!(
            (manifest.deployed, manifest.recommendations, manifest.training_dataset),
            (false, None, None)
        );
    }

    #[test]
    fn a_broken_manifest_names_the_object_the_fault_and_the_remedy() {
        let with = |field: &str, value: &str| {
            let fields = [
                ("model_version", "\"v2\""),
                ("created_at", "\"2026-10-31T07:00:00Z\""),
                ("endpoint_name", "\"e\""),
                ("target_variant", "\"v\""),
                ("deployed", "true"),
            ];
            let fields = fields.iter().map(|(name, usual)| {
                let value = if *name == field { value } else { usual };
                if value.is_empty() { String::new() } else { format!("\"{name}\": {value},\n") }
            });
            format!("{{{}\"x\": 1}}", fields.collect::<String>())
        };
        let cases = [
            (with("model_version", ""), "model_version is missing; it is required"),
            (with("model_version", "\"a/b\""), "model version \"a/b\" is not valid"),
            (with("model_version", "\"..\""), "model version \"..\" is not valid"),
            (with("model_version", "\"v1..2\""), "no two dots in a row"),
            (with("model_version", "7"), "model_version is 7, a number; write a text"),
            (
                with("created_at", "\"yesterday\""),
                "created_at is \"yesterday\"; write an instant such as \"2026-10-31T09:00:00Z\"",
            ),
            (with("endpoint_name", "\"../e\""), "endpoint name \"../e\" is not valid"),
            (with("target_variant", "null"), "target_variant is null; write a text"),
            (with("deployed", "\"yes\""), "deployed is \"yes\", a text; write true or false"),
            (with("", "")[..40].to_owned(), "the file was cut short"),
            (String::new(), "the file is empty"),
            ("[]".to_owned(), "line 1"),
            ("\u{feff}{}".to_owned(), "model_version is missing"),
        ];
        for (text, expected) in cases {
            let error = Manifest::parse("s3://m/v2/manifest.json", text.as_bytes()).unwrap_err().to_string();
            assert!(error.starts_with("s3://m/v2/manifest.json, line "), "{error}");
            assert!(error.contains(expected) && error.contains("a manifest is {"), "{text}: {error}");
        }
    }
}
