//! A job of SageMaker's analysing container (Clarify): it has files at fixed places where others have variables.
//!
//! It opens no file, and knows no monitor. Source: SageMaker developer guide, "Configure a SageMaker Clarify Processing Job".

use super::{ANALYSED_DATASET, ANALYSIS_OUTPUT, DATASET_SOURCE};
use crate::ContractError;
use crate::json;
use serde_json::{Map, Value};

/// What `analysis_config.json` says, as far as every monitor may ask.
#[derive(Debug, Clone, PartialEq)]
pub struct AnalysisConfig(Map<String, Value>);

impl AnalysisConfig {
    /// Reads the file.
    ///
    /// # Errors
    /// A text that is no JSON object.
    pub fn parse(object: &str, bytes: &[u8]) -> Result<Self, ContractError> {
        json::from_settings(object, bytes).map(Self)
    }

    /// Whether a field is there.
    #[must_use]
    pub fn has(&self, field: &str) -> bool {
        self.0.get(field).is_some_and(|value| !value.is_null())
    }

    /// Whether a method is among those that are asked for; a monitoring job's file may name none.
    #[must_use]
    pub fn asks_for(&self, method: &str) -> bool {
        self.0.get("methods").and_then(|methods| methods.get(method)).is_some()
    }

    /// The variables that such a job lacks: where its dataset lies, in which form, and where its files go.
    ///
    /// # Errors
    /// A `dataset_type` that is missing, or none of the guide's.
    ///
    /// ```
    /// use bellwether_contract::container::AnalysisConfig;
    /// let config = AnalysisConfig::parse("c.json", br#"{"dataset_type": "application/jsonlines"}"#)?;
    /// assert_eq!(config.variables("c.json")?[0], ("dataset_format", r#"{"json":{"lines":true}}"#));
    /// # Ok::<(), bellwether_contract::ContractError>(())
    /// ```
    pub fn variables(&self, object: &str) -> Result<[(&'static str, &'static str); 3], ContractError> {
        let wrong = |found: String| {
            let remedy = "write text/csv, application/jsonlines, application/json or application/x-parquet";
            ContractError::malformed(object, format!("dataset_type is {found}; {remedy}"))
        };
        let format = match self.0.get("dataset_type") {
            Some(Value::String(kind)) => match kind.trim().to_ascii_lowercase().as_str() {
                "text/csv" => r#"{"csv":{"header":false}}"#,
                // A document on one line is a line.
                "application/jsonlines" | "application/json" => r#"{"json":{"lines":true}}"#,
                "application/x-parquet" => r#"{"parquet":{}}"#,
                other => return Err(wrong(format!("{other:?}"))),
            },
            None | Some(Value::Null) => return Err(wrong("missing".to_owned())),
            Some(_) => return Err(wrong("no text".to_owned())),
        };
        let (source, output) = (ANALYSED_DATASET, ANALYSIS_OUTPUT);
        Ok([("dataset_format", format), (DATASET_SOURCE, source), ("output_path", output)])
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_dataset_is_of_the_type_that_the_file_says_and_of_no_other() {
        for (text, expected) in [
            (r#"{"dataset_type": "text/csv"}"#, Ok(r#"{"csv":{"header":false}}"#)),
            (r#"{"dataset_type": "Application/X-Parquet "}"#, Ok(r#"{"parquet":{}}"#)),
            (r#"{"dataset_type": "application/json"}"#, Ok(r#"{"json":{"lines":true}}"#)),
            (r#"{"dataset_type": "image/png"}"#, Err("dataset_type is \"image/png\"; write text/csv")),
            ("{}", Err("dataset_type is missing; write")),
            (r#"{"dataset_type": 7}"#, Err("dataset_type is no text; write")),
        ] {
            let config = AnalysisConfig::parse("c.json", text.as_bytes()).unwrap();
            match (config.variables("c.json"), expected) {
                (Ok(variables), Ok(format)) => assert_eq!(variables[0].1, format, "{text}"),
                (Err(error), Err(told)) => assert!(error.to_string().contains(told), "{error}"),
                (found, expected) => panic!("{text}: {found:?}, and not {expected:?}"),
            }
        }
        let error = AnalysisConfig::parse("c.json", b"[]").unwrap_err().to_string();
        assert!(error.contains("c.json"), "{error}");
    }

    #[test]
    fn what_is_asked_for_is_told_by_methods_and_fields() {
        let text = br#"{"methods": {"shap": {}, "report": {}}, "facet": null, "label": "x"}"#;
        let config = AnalysisConfig::parse("c", text).unwrap();
        assert!(config.asks_for("shap") && !config.asks_for("pre_training_bias"));
        assert!(config.has("label") && !config.has("facet"));
    }
}
