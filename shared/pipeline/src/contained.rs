//! What a container is told by SageMaker's variables, in the names of the settings: so that a run there is a run like every other.
//!
//! It opens nothing and knows no monitor.

use crate::clients::Clients;
use crate::dataset::Format;
use crate::error::Told;
use crate::monitor::{Form, Monitor};
use crate::progress::Watcher;
use crate::report::Report;
use crate::settings::Value;
use bellwether_contract::ContractError;
use bellwether_contract::container::{
    ANALYSIS_CONFIG_FILE, AnalysisConfig, ContainerEnvironment, DATASET_SOURCE, DatasetFormat,
};
use bellwether_contract::window::Window;
use bellwether_storage::Location;
use std::future::Future;

/// The variant of a report that is of all of them: no variable of the contract names one.
pub const ALL_VARIANTS: &str = "AllVariants";
/// The endpoint of a report that is of none: a batch transform job has no endpoint.
const NO_ENDPOINT: &str = "batch-transform";

/// A monitor that the contract's variables can start.
pub trait Contained: Monitor {
    /// What `analysis_type` says of its jobs.
    const ANALYSIS_TYPE: &'static str;

    /// Whether its metrics are wanted where a job does not say.
    const PUBLISHES_UNTOLD: bool = false;

    /// Whether an analysis configuration that the job brings asks for it, where `analysis_type` is not set.
    fn is_asked_by(_config: &AnalysisConfig) -> bool {
        false
    }

    /// Whether a job asks somebody in AWS by these settings, such as a model. By the contract alone nobody is asked.
    fn asks_aws(_lookup: &dyn Fn(&str) -> Option<String>) -> bool {
        false
    }

    /// The files of a baseline run.
    fn suggested(
        dataset: BroughtDataset<'_>,
        watcher: Watcher<'_>,
    ) -> impl Future<Output = Result<Report, Told>>;
}

/// A dataset of which a baseline is to be made.
#[expect(missing_debug_implementations, reason = "the lookup is a function")]
#[derive(Clone, Copy)]
pub struct BroughtDataset<'d> {
    /// Where it lies.
    pub location: &'d Location,
    /// How it is written down.
    pub format: Format,
    /// The settings by name.
    pub lookup: &'d (dyn Fn(&str) -> Option<String> + Sync),
    /// AWS, where somebody there may be asked.
    pub clients: Option<&'d Clients>,
}

impl BroughtDataset<'_> {
    /// Where the analysis configuration lies.
    ///
    /// # Errors
    /// A setting that is no location.
    pub fn analysis_config(&self) -> Result<Location, Told> {
        let name = "ANALYSIS_CONFIG_URI";
        let text = (self.lookup)(name).unwrap_or_else(|| ANALYSIS_CONFIG_FILE.to_owned());
        Location::understood(&text).map_err(|reason| Told::usage(name, reason, "name a file"))
    }
}

/// What the contract says of a setting, whatever else is set: where things lie, and whose they are.
#[must_use]
pub fn fixed(told: &ContainerEnvironment, name: &str) -> Option<String> {
    let labelled = told.dataset_format == DatasetFormat::Merged;
    match name {
        "ENDPOINT_NAME" => told.endpoint_name.as_ref().map(ToString::to_string),
        "SCHEDULE_NAME" => told.schedule_name.as_ref().map(ToString::to_string),
        "CAPTURE_URI" => Some(told.dataset_source.clone()),
        "GROUND_TRUTH_URI" if labelled => Some(told.dataset_source.clone()),
        // Of labelled records alone nothing is known of those that wait for labels.
        "ESTIMATE" if labelled => Some("none".to_owned()),
        "REPORTS_URI" => Some(told.output_path.clone()),
        "BASELINE_CONSTRAINTS_URI" => told.baseline_constraints.clone(),
        "BASELINE_STATISTICS_URI" => told.baseline_statistics.clone(),
        _ => None,
    }
}

/// What the contract says of a setting that nobody has set.
#[must_use]
pub fn usual(told: &ContainerEnvironment, window: Option<Window>, name: &str) -> Option<String> {
    match (name, &told.dataset_format) {
        ("ENDPOINT_NAME", _) => Some(NO_ENDPOINT.to_owned()),
        ("VARIANT_NAME", _) => Some(ALL_VARIANTS.to_owned()),
        ("WINDOW", _) => window.map(|window| format!("PT{}H", window.length().as_hours())),
        ("CAPTURE_INDEX_NAMES", DatasetFormat::Capture(sides)) if !sides.is_empty() => Some(sides.join(",")),
        // As the built-in container: SageMaker publishes what the metrics file holds.
        ("FEATURE_METRICS", _) => Some("*".to_owned()),
        ("ANALYSIS_CONFIG_URI", _) => Some(ANALYSIS_CONFIG_FILE.to_owned()),
        ("PROBLEM_TYPE", _) => told.problem_type.clone(),
        ("FEATURES_ATTRIBUTE", _) => told.features_attribute.clone(),
        ("GROUND_TRUTH_ATTRIBUTE", _) => told.ground_truth_attribute.clone(),
        ("INFERENCE_ATTRIBUTE", _) => told.inference_attribute.clone(),
        ("PROBABILITY_ATTRIBUTE", _) => told.probability_attribute.clone(),
        ("PROBABILITY_THRESHOLD", _) => told.probability_threshold_attribute.clone(),
        _ => None,
    }
}

/// What the input of a monitoring run is made of.
///
/// # Errors
/// A form that is not read.
pub fn form(told: &ContainerEnvironment) -> Result<Form, ContractError> {
    match &told.dataset_format {
        DatasetFormat::Capture(_) => Ok(Form::Captured),
        DatasetFormat::Merged => Ok(Form::Labelled),
        other => Format::of("dataset_format", other).map(Form::Rows),
    }
}

/// How the dataset of a baseline run is written down, and where it lies.
///
/// # Errors
/// A form that is not read; no path.
pub fn dataset(told: &ContainerEnvironment) -> Result<(Location, Format), ContractError> {
    let format = Format::of("dataset_format", &told.dataset_format)?;
    let location = told.dataset_source.parse::<Location>();
    Ok((location.map_err(|error| ContractError::malformed(DATASET_SOURCE, error.to_string()))?, format))
}

#[cfg(test)]
mod tests {
    use crate::monitors::TABLE;
    use std::collections::BTreeSet;

    /// A setting that is renamed must be renamed here: its value would silently be another.
    #[test]
    fn every_name_is_one_of_a_setting() {
        let text = include_str!("contained.rs").split("#[cfg(test)]").next().unwrap_or_default();
        let quoted = text.split('"').skip(1).step_by(2);
        let is_name = |word: &&str| {
            word.len() > 1 && word.bytes().all(|byte| byte.is_ascii_uppercase() || byte == b'_')
        };
        let named: BTreeSet<&str> = quoted.filter(is_name).collect();
        let known: BTreeSet<&str> =
            TABLE.iter().flat_map(|monitor| monitor.variables).map(|variable| variable.name).collect();
        assert!(named.len() > 10, "{named:?}");
        assert_eq!(named.difference(&known).collect::<Vec<_>>(), [&""; 0]);
    }
}
