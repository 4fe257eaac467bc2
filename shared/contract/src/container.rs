//! The environment of the container contract: what a monitoring job is told through variables and fixed paths.
//!
//! It reads variables through a lookup that is handed in, never from the process, and opens none of the paths.

mod analysis;
mod config;
mod format;
mod message;

pub use analysis::AnalysisConfig;
pub use config::{config_variables, hosts};
pub use format::DatasetFormat;
pub use message::Ending;

use crate::ContractError;
use crate::names::{EndpointName, ScheduleName};
use jiff::Timestamp;

/// The folder of a job, in which all paths of the contract begin.
pub const ML_FOLDER: &str = "/opt/ml";
/// Where the job's message goes: its first kilobyte becomes the exit message.
pub const OUTPUT_MESSAGE_FILE: &str = "/opt/ml/output/message";
/// Where the job's metric lines go.
pub const METRICS_DIRECTORY: &str = "/opt/ml/output/metrics/cloudwatch";
/// The job's environment and more, as SageMaker wrote it down.
pub const JOB_CONFIG_FILE: &str = "/opt/ml/config/processingjobconfig.json";
/// On which machines the job runs.
pub const RESOURCE_CONFIG_FILE: &str = "/opt/ml/config/resourceconfig.json";
/// The variable whose presence says that a job is told by the contract.
pub const DATASET_SOURCE: &str = "dataset_source";
/// What a job of the analysing container is to analyse, in the place of variables.
pub const ANALYSIS_CONFIG_FILE: &str = "/opt/ml/processing/input/config/analysis_config.json";
/// Where the dataset of such a job lies.
const ANALYSED_DATASET: &str = "/opt/ml/processing/input/data";
/// Where its files go.
const ANALYSIS_OUTPUT: &str = "/opt/ml/processing/output";

/// The variables of a monitoring job. Absent means absent: no default is made up here.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ContainerEnvironment {
    /// Form of the input.
    pub dataset_format: DatasetFormat,
    /// Folder of the input.
    pub dataset_source: String,
    /// Folder of the report.
    pub output_path: String,
    /// `publish_cloudwatch_metrics`: `Enabled` or not; absent where nobody says.
    pub publish_metrics: Option<bool>,
    /// First instant of the window; absent in a baseline run.
    pub start_time: Option<Timestamp>,
    /// First instant after the window; absent in a baseline run.
    pub end_time: Option<Timestamp>,
    /// The endpoint; absent for batch transform.
    pub endpoint_name: Option<EndpointName>,
    /// The schedule; absent in a baseline run.
    pub schedule_name: Option<ScheduleName>,
    /// Where the captured data was before it was brought here: for the report alone.
    pub datacapture_prefix: Option<String>,
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
    /// Where the features of each row lie.
    pub features_attribute: Option<String>,
    /// Where the label lies.
    pub ground_truth_attribute: Option<String>,
    /// Where the prediction lies.
    pub inference_attribute: Option<String>,
    /// Where the probability lies.
    pub probability_attribute: Option<String>,
    /// Above it a probability counts as positive.
    pub probability_threshold_attribute: Option<String>,
    /// `LInfinity` or `ChiSquared`.
    pub categorical_drift_method: Option<String>,
}

impl ContainerEnvironment {
    /// Reads the variables. Every name is exactly the contract's.
    ///
    /// # Errors
    /// A variable that is missing, or is not what the contract says.
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
                let remedy = "write an instant such as 2026-10-31T08:00:00Z";
                text.parse()
                    .map_err(|error| ContractError::malformed(name, format!("{text:?}: {error}; {remedy}")))
            };
            text(name).map(parse).transpose()
        };
        Ok(Self {
            dataset_format: DatasetFormat::parse(&required("dataset_format")?)?,
            dataset_source: required(DATASET_SOURCE)?,
            output_path: required("output_path")?,
            publish_metrics: enabled("publish_cloudwatch_metrics", text("publish_cloudwatch_metrics"))?,
            start_time: instant("start_time")?,
            end_time: instant("end_time")?,
            endpoint_name: text("sagemaker_endpoint_name").map(EndpointName::try_from).transpose()?,
            schedule_name: text("sagemaker_monitoring_schedule_name")
                .map(ScheduleName::try_from)
                .transpose()?,
            datacapture_prefix: text("sagemaker_endpoint_datacapture_prefix"),
            baseline_constraints: text("baseline_constraints"),
            baseline_statistics: text("baseline_statistics"),
            record_preprocessor_script: text("record_preprocessor_script"),
            post_analytics_processor_script: text("post_analytics_processor_script"),
            analysis_type: text("analysis_type"),
            problem_type: text("problem_type"),
            features_attribute: text("features_attribute"),
            ground_truth_attribute: text("ground_truth_attribute"),
            inference_attribute: text("inference_attribute"),
            probability_attribute: text("probability_attribute"),
            probability_threshold_attribute: text("probability_threshold_attribute"),
            categorical_drift_method: text("categorical_drift_method"),
        })
    }
}

fn enabled(name: &str, text: Option<String>) -> Result<Option<bool>, ContractError> {
    match text.as_deref() {
        None => Ok(None),
        Some("Enabled") => Ok(Some(true)),
        Some("Disabled") => Ok(Some(false)),
        Some(other) => {
            Err(ContractError::malformed(name, format!("{other:?} is neither; write Enabled or Disabled")))
        }
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
        assert_eq!(environment.publish_metrics, Some(true));
        assert_eq!(environment.end_time.unwrap().to_string(), "2019-12-01T16:20:00Z");
        assert_eq!(environment.schedule_name.unwrap().as_str(), "my-schedule");
        assert_eq!(environment.baseline_statistics, None);
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
