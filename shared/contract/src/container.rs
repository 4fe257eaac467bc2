//! The environment of the container contract: what a monitoring job is told through variables and fixed paths.
//!
//! It reads variables through a lookup that is handed in, never from the process, and opens none of the paths.

use crate::ContractError;
use crate::names::{EndpointName, ScheduleName};
use jiff::Timestamp;
use serde::Deserialize;
use serde_json::Value;

/// Where the job's message goes: its first kilobyte becomes the exit message.
pub const OUTPUT_MESSAGE_FILE: &str = "/opt/ml/output/message";
/// Where the job's metric lines go.
pub const METRICS_DIRECTORY: &str = "/opt/ml/output/metrics/cloudwatch";
/// Where a dataset for a baseline lies, unless the variable says otherwise.
pub const BASELINE_DATASET: &str = "/opt/ml/processing/input/baseline_dataset_input";
/// Where captured data lies, unless the variable says otherwise.
pub const ENDPOINT_DATASET: &str = "/opt/ml/processing/input/endpoint";
/// Where reports go, unless the variable says otherwise.
pub const OUTPUT_PATH: &str = "/opt/ml/processing/output";

/// The variables of a monitoring job. Absent means absent: no default is made up here.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ContainerEnvironment {
    /// Form of the input.
    pub dataset_format: DatasetFormat,
    /// Folder of the input.
    pub dataset_source: String,
    /// Folder of the report.
    pub output_path: String,
    /// `publish_cloudwatch_metrics` is `Enabled`.
    pub publish_metrics: bool,
    /// First instant of the window; absent in a baseline run.
    pub start_time: Option<Timestamp>,
    /// First instant after the window; absent in a baseline run.
    pub end_time: Option<Timestamp>,
    /// The endpoint; absent for batch transform.
    pub endpoint_name: Option<EndpointName>,
    /// The schedule; absent in a baseline run.
    pub schedule_name: Option<ScheduleName>,
    /// Local path of the baseline's constraints.
    pub baseline_constraints: Option<String>,
    /// Local path of the baseline's statistics.
    pub baseline_statistics: Option<String>,
    /// Local path of a script that Bellwether does not run.
    pub record_preprocessor_script: Option<String>,
    /// Local path of a script that Bellwether does not run.
    pub post_analytics_processor_script: Option<String>,
    /// Which built-in monitor is asked for.
    pub analysis_type: Option<String>,
    /// Model quality: `Regression`, `BinaryClassification`, `MulticlassClassification`.
    pub problem_type: Option<String>,
    /// Model quality: where the label lies.
    pub ground_truth_attribute: Option<String>,
    /// Model quality: where the prediction lies.
    pub inference_attribute: Option<String>,
    /// Model quality: where the probability lies.
    pub probability_attribute: Option<String>,
    /// Model quality: above it a probability counts as positive.
    pub probability_threshold_attribute: Option<String>,
    /// `LInfinity` or `ChiSquared`.
    pub categorical_drift_method: Option<String>,
}

/// Form of the input, from the JSON text in `dataset_format`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum DatasetFormat {
    /// Data capture; which sides, in the contract's own words. Empty means both.
    Capture(Vec<String>),
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

impl ContainerEnvironment {
    /// Reads the variables. Every name is exactly the contract's.
    pub fn read(lookup: impl Fn(&str) -> Option<String>) -> Result<Self, ContractError> {
        let text =
            |name: &str| lookup(name).map(|text| text.trim().to_owned()).filter(|text| !text.is_empty());
        let required = |name: &str| {
            text(name).ok_or_else(|| {
                ContractError::malformed(name, "the variable is missing; a monitoring job sets it")
            })
        };
        let instant = |name: &str| {
            let parse = |text: String| {
                text.parse().map_err(|error| ContractError::malformed(name, format!("{text:?}: {error}")))
            };
            text(name).map(parse).transpose()
        };
        Ok(Self {
            dataset_format: DatasetFormat::parse(&required("dataset_format")?)?,
            dataset_source: required("dataset_source")?,
            output_path: required("output_path")?,
            publish_metrics: enabled("publish_cloudwatch_metrics", text("publish_cloudwatch_metrics"))?,
            start_time: instant("start_time")?,
            end_time: instant("end_time")?,
            endpoint_name: text("sagemaker_endpoint_name").map(EndpointName::try_from).transpose()?,
            schedule_name: text("sagemaker_monitoring_schedule_name")
                .map(ScheduleName::try_from)
                .transpose()?,
            baseline_constraints: text("baseline_constraints"),
            baseline_statistics: text("baseline_statistics"),
            record_preprocessor_script: text("record_preprocessor_script"),
            post_analytics_processor_script: text("post_analytics_processor_script"),
            analysis_type: text("analysis_type"),
            problem_type: text("problem_type"),
            ground_truth_attribute: text("ground_truth_attribute"),
            inference_attribute: text("inference_attribute"),
            probability_attribute: text("probability_attribute"),
            probability_threshold_attribute: text("probability_threshold_attribute"),
            categorical_drift_method: text("categorical_drift_method"),
        })
    }
}

fn enabled(name: &str, text: Option<String>) -> Result<bool, ContractError> {
    match text.as_deref() {
        Some("Enabled") => Ok(true),
        Some("Disabled") | None => Ok(false),
        Some(other) => {
            Err(ContractError::malformed(name, format!("{other:?} is neither Enabled nor Disabled")))
        }
    }
}

impl DatasetFormat {
    /// Reads the JSON text. Documents, SDK and API spell the kinds in different cases; all are read.
    pub fn parse(text: &str) -> Result<Self, ContractError> {
        let wrong = |reason: String| ContractError::malformed("dataset_format", reason);
        let value: Value = serde_json::from_str(text).map_err(|error| wrong(error.to_string()))?;
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
            "csv" => Ok(Self::Csv {
                header: flag(options.header),
                output_columns_at_end: options.output_columns_position.as_deref() == Some("END"),
            }),
            "json" => Ok(Self::Json { lines: flag(options.line) }),
            "parquet" => Ok(Self::Parquet),
            other => Err(wrong(format!("{other:?} is none of sagemakerCaptureJson, csv, json, parquet"))),
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

/// Booleans come as booleans or as text.
fn flag(value: Value) -> bool {
    match value {
        Value::Bool(flag) => flag,
        Value::String(text) => text.eq_ignore_ascii_case("true"),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn hourly(name: &str) -> Option<String> {
        let text = match name {
            "dataset_format" => {
                r#"{"sagemakerCaptureJson":{"captureIndexNames":["endpointInput","endpointOutput"]}}"#
            }
            "dataset_source" => "/opt/ml/processing/endpointdata",
            "output_path" => "/opt/ml/processing/resultdata",
            "publish_cloudwatch_metrics" => "Enabled",
            "start_time" => "2019-12-01T15:20:00Z",
            "end_time" => " 2019-12-01T16:20:00Z ",
            "sagemaker_endpoint_name" => "my-endpoint",
            "sagemaker_monitoring_schedule_name" => "my-schedule",
            "baseline_constraints" => "/opt/ml/processing/baseline/constraints/constraints.json",
            _ => return None,
        };
        Some(text.to_owned())
    }

    #[test]
    fn the_documented_environment_is_read() {
        let environment = ContainerEnvironment::read(hourly).unwrap();
        assert_eq!(
            environment.dataset_format,
            DatasetFormat::Capture(vec!["endpointInput".into(), "endpointOutput".into()])
        );
        assert!(environment.publish_metrics);
        assert_eq!(environment.end_time.unwrap().to_string(), "2019-12-01T16:20:00Z");
        assert_eq!(environment.schedule_name.unwrap().as_str(), "my-schedule");
        assert_eq!(environment.baseline_statistics, None);
    }

    #[test]
    fn every_spelling_of_the_format_is_read() {
        let csv = |header, output_columns_at_end| DatasetFormat::Csv { header, output_columns_at_end };
        let cases = [
            (r#"{"sagemakerCaptureJson":{}}"#, DatasetFormat::Capture(vec![])),
            (r#"{"sageMakerCaptureJson":{}}"#, DatasetFormat::Capture(vec![])),
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
        for bad in ["", "{}", "[]", r#"{"xml":{}}"#, r#"{"csv":{},"json":{}}"#, r#"{"csv":7}"#] {
            let error = DatasetFormat::parse(bad).unwrap_err().to_string();
            assert!(error.starts_with("dataset_format"), "{error}");
        }
    }

    #[test]
    fn a_missing_or_broken_variable_is_named() {
        let changed = |name: &'static str, to: Option<&'static str>| {
            let lookup = move |asked: &str| if asked == name { to.map(str::to_owned) } else { hourly(asked) };
            ContainerEnvironment::read(lookup).unwrap_err().to_string()
        };
        assert!(changed("dataset_source", None).starts_with("dataset_source"));
        assert!(changed("start_time", Some("15:20")).starts_with("start_time"));
        assert!(changed("publish_cloudwatch_metrics", Some("yes")).starts_with("publish_cloudwatch_metrics"));
        assert!(changed("sagemaker_endpoint_name", Some("../x")).contains("endpoint name"));
    }
}
