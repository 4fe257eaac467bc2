//! `dataset_format`: in which form the input of a job lies there.
//!
//! It reads the text of the variable, and no dataset.

use crate::ContractError;
use serde::Deserialize;
use serde_json::Value;

/// Form of the input, from the JSON text in `dataset_format`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum DatasetFormat {
    /// Data capture; which sides, in the contract's own words. Empty means both.
    Capture(Vec<String>),
    /// Captured records that the ground-truth merge job joined with their labels.
    Merged,
    /// Delimited text.
    Csv {
        /// Whether the first row names the columns.
        header: bool,
        /// Whether the model's output stands at the end of a row; it stands at the start unless told.
        output_columns_at_end: bool,
    },
    /// JSON documents, or one a line.
    Json {
        /// One document a line.
        lines: bool,
    },
    /// Parquet, which Bellwether names and does not read.
    Parquet,
}

impl DatasetFormat {
    /// Reads the JSON text. Documents, SDK and API spell the kinds in different cases; all are read.
    ///
    /// # Errors
    /// A text that is no such object, or of no kind that is known.
    pub fn parse(text: &str) -> Result<Self, ContractError> {
        let wrong = |reason: String| ContractError::malformed("dataset_format", reason);
        let no_json = |error: serde_json::Error| {
            wrong(format!(
                "{text:?} is no JSON ({error}); write one kind, such as {{\"csv\": {{\"header\": true}}}}"
            ))
        };
        let value: Value = serde_json::from_str(text).map_err(no_json)?;
        let (kind, options) = match value.as_object().map(|object| (object.len(), object.iter().next())) {
            Some((1, Some((kind, options)))) => (kind.to_ascii_lowercase(), options),
            _ => {
                return Err(wrong(format!(
                    "{text}: expected one kind, such as {{\"csv\": {{\"header\": true}}}}"
                )));
            }
        };
        let options: Options = Options::deserialize(options).map_err(|error| wrong(error.to_string()))?;
        match kind.as_str() {
            "sagemakercapturejson" => Ok(Self::Capture(options.capture_index_names)),
            "sagemakermergejson" => Ok(Self::Merged),
            "csv" => Ok(Self::Csv {
                header: flag("header", &options.header)?,
                output_columns_at_end: options.output_columns_position.as_deref() == Some("END"),
            }),
            "json" => Ok(Self::Json { lines: flag("line", &options.line)? }),
            "parquet" => Ok(Self::Parquet),
            other => Err(wrong(format!(
                "{other:?} is none of sagemakerCaptureJson, sagemakerMergeJson, csv, json, parquet"
            ))),
        }
    }
}

#[derive(Deserialize)]
struct Options {
    #[serde(default, rename = "captureIndexNames", alias = "CaptureIndexNames")]
    capture_index_names: Vec<String>,
    #[serde(default, alias = "Header")]
    header: Value,
    #[serde(default)]
    output_columns_position: Option<String>,
    #[serde(default, alias = "Line", alias = "lines")]
    line: Value,
}

/// Booleans come as booleans or as text; what is not said is false.
fn flag(name: &str, value: &Value) -> Result<bool, ContractError> {
    match value {
        Value::Null => Ok(false),
        Value::Bool(flag) => Ok(*flag),
        Value::String(text) if text.eq_ignore_ascii_case("true") => Ok(true),
        Value::String(text) if text.eq_ignore_ascii_case("false") => Ok(false),
        other => {
            let reason = format!("{name} is {other}; write true or false");
            Err(ContractError::malformed("dataset_format", reason))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_spelling_of_the_format_is_read() {
        let csv = |header, output_columns_at_end| DatasetFormat::Csv { header, output_columns_at_end };
        let merge =
            r#"{"sagemakerMergeJson":{"captureIndexNames":["endpointOutput"],"originalDatasetFormat":null}}"#;
        let cases = [
            (r#"{"sagemakerCaptureJson":{}}"#, DatasetFormat::Capture(vec![])),
            (r#"{"sageMakerCaptureJson":{}}"#, DatasetFormat::Capture(vec![])),
            (merge, DatasetFormat::Merged),
            (r#"{"csv":{"header":true,"output_columns_position":"START"}}"#, csv(true, false)),
            (r#"{"csv":{"header":"true","output_columns_position":"END"}}"#, csv(true, true)),
            (r#"{"Csv":{"Header":"False"}}"#, csv(false, false)),
            (r#"{"json":{"lines":true}}"#, DatasetFormat::Json { lines: true }),
            (r#"{"json":{"line":"true"}}"#, DatasetFormat::Json { lines: true }),
            (r#"{"Json":{"Line":false}}"#, DatasetFormat::Json { lines: false }),
            (r#"{"parquet":{}}"#, DatasetFormat::Parquet),
        ];
        for (text, expected) in cases {
            assert_eq!(DatasetFormat::parse(text).unwrap(), expected, "{text}");
        }
        let flags = [r#"{"csv":{"header":"yes"}}"#, r#"{"csv":{"header":1}}"#, r#"{"json":{"line":""}}"#];
        for bad in flags.into_iter().chain([
            "",
            "{}",
            "[]",
            r#"{"xml":{}}"#,
            r#"{"csv":{},"json":{}}"#,
            r#"{"csv":7}"#,
        ]) {
            let error = DatasetFormat::parse(bad).unwrap_err().to_string();
            assert!(error.starts_with("dataset_format"), "{error}");
        }
    }
}
