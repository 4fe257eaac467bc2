//! The sample newsroom on an embedded AWS: its bucket, endpoint and topic, and the settings of the functions.
//!
//! It asks no clock and starts no function; `local-aws` does the one, a person the other.

pub mod answers;
mod columns;
pub mod events;
pub mod groups;
pub mod reasons;

use std::io;
use std::sync::{Arc, OnceLock};
use std::time::Duration;

use bellwether_newsroom::{ENDPOINT, Model, Newsroom, SCHEDULE, VARIANT};
use bellwether_pipeline::settings::Variable;
use jiff::Timestamp;
use serde_json::{Value, json};

use crate::answer::Answer;
use crate::aws::EmbeddedAws;
use crate::simulator::{EndpointSimulator, Script};

/// The one bucket: inputs, captures, models, reports and state, each below its own prefix.
pub const BUCKET: &str = "newsroom";
/// The schedule of the newsroom's data-quality monitor.
const COLUMNS_SCHEDULE: &str = "data-quality-hourly";
const PATHS: &str = "inputs/paths.json";
/// The schedule of the churn endpoint's model-quality monitor.
const ANSWERS_SCHEDULE: &str = "model-quality-hourly";
/// Where its baseline lies.
const ANSWERS: &str = "inputs/answers";
/// The schedule of the lender's model-bias monitor.
const GROUPS_SCHEDULE: &str = "model-bias-hourly";
/// Where its configuration and its baseline lie.
const GROUPS: &str = "inputs/groups";
/// The schedule of the creditor's model-explainability monitor.
const REASONS_SCHEDULE: &str = "explainability-hourly";
/// Where its configuration and its baseline lie.
const REASONS: &str = "inputs/reasons";
/// Where the sample events say that model versions were published.
const MODELS: &str = "models/news + sport";
const TOPIC: &str = "violations";
const SEED: u64 = 2026;
// Of the one seed, made once: tests start this AWS by the hundred.
static TRAINING_ROWS: OnceLock<Vec<u8>> = OnceLock::new();
static NEWSROOM: OnceLock<Arc<Newsroom>> = OnceLock::new();
const LATENCY: Duration = Duration::from_millis(16);

/// A running embedded AWS with the newsroom's endpoint behind InvokeEndpoint.
pub struct LocalNewsroom {
    aws: Arc<EmbeddedAws>,
    newsroom: Arc<Newsroom>,
    topic_arn: String,
}

impl LocalNewsroom {
    /// Starts on `port`, or on a free one, with an endpoint that serves `model` and an empty bucket.
    ///
    /// # Errors
    /// The port is taken.
    pub async fn start(port: Option<u16>, model: Model) -> io::Result<Self> {
        let aws = EmbeddedAws::start(port).await?;
        let newsroom = Arc::clone(NEWSROOM.get_or_init(|| Arc::new(Newsroom::new(SEED))));
        aws.create_bucket(BUCKET).await.map_err(io::Error::other)?;
        aws.register_endpoint(ENDPOINT, &endpoint(Arc::clone(&newsroom), model));
        aws.register_endpoint(reasons::SHADOW, &EndpointSimulator::new(reasons::script()));
        let topic_arn = aws.create_topic(TOPIC).await?;
        Ok(Self { aws: Arc::new(aws), newsroom, topic_arn })
    }

    /// Writes the inputs, and the captured traffic of each hour as its model would have answered it.
    ///
    /// # Errors
    /// The embedded AWS refuses an object.
    pub async fn seed(&self, hours: &[(Timestamp, Model)]) -> io::Result<()> {
        let paths = (PATHS.to_owned(), columns::paths());
        let answers = hours.iter().flat_map(|(hour, model)| answers::hour(*hour, *model));
        let groups = hours.iter().flat_map(|(hour, model)| groups::hour(*hour, *model));
        let reasons = hours.iter().map(|(hour, model)| reasons::hour(*hour, *model));
        let files = self.newsroom.files(hours).into_iter().chain([paths]);
        for (key, bytes) in files.chain(answers).chain(groups).chain(reasons) {
            self.aws.put(BUCKET, &key, bytes).await?;
        }
        Ok(())
    }

    /// Writes the manifest of a version of the deployed model and its training rows, as a training pipeline does.
    ///
    /// # Errors
    /// The embedded AWS refuses the object.
    pub async fn publish_model(&self, version: &str, created_at: Timestamp) -> io::Result<()> {
        let manifest = json!({
            "model_version": version,
            "created_at": created_at,
            "endpoint_name": ENDPOINT,
            "target_variant": VARIANT,
            "deployed": true,
            "training_dataset": {
                "uri": format!("s3://{BUCKET}/{MODELS}/{version}/train.csv"),
                "format": {"csv": {"header": true}},
            },
        });
        let files = [
            ("train.csv", TRAINING_ROWS.get_or_init(|| columns::training_rows(&self.newsroom)).clone()),
            ("manifest.json", manifest.to_string().into_bytes()),
        ];
        for (name, bytes) in files {
            let key = format!("{MODELS}/{version}/{name}");
            self.aws.put(BUCKET, &key, bytes).await?;
        }
        Ok(())
    }

    /// Writes the baseline of the churn endpoint, as a person does who has a validation set.
    ///
    /// # Errors
    /// It cannot be made, or the embedded AWS refuses an object.
    pub async fn put_answers(&self) -> Result<(), Box<dyn std::error::Error>> {
        for (name, bytes) in answers::baseline().await? {
            let key = format!("{ANSWERS}/{name}");
            self.aws.put(BUCKET, &key, bytes).await?;
        }
        Ok(())
    }

    /// Writes the configuration and the baseline of the lender's endpoint, in the same way.
    ///
    /// # Errors
    /// It cannot be made, or the embedded AWS refuses an object.
    pub async fn put_groups(&self) -> Result<(), Box<dyn std::error::Error>> {
        let config = groups::configuration().to_string().into_bytes();
        for (name, bytes) in [("analysis_config.json", config), ("analysis.json", groups::baseline().await?)]
        {
            let key = format!("{GROUPS}/{name}");
            self.aws.put(BUCKET, &key, bytes).await?;
        }
        Ok(())
    }

    /// Writes the configuration and the baseline of the creditor's endpoint, in the same way.
    ///
    /// # Errors
    /// It cannot be made, or the embedded AWS refuses an object.
    pub async fn put_reasons(&self) -> Result<(), Box<dyn std::error::Error>> {
        let config = reasons::configuration().to_string().into_bytes();
        for (name, bytes) in [("analysis_config.json", config), ("analysis.json", reasons::baseline().await?)]
        {
            let key = format!("{REASONS}/{name}");
            self.aws.put(BUCKET, &key, bytes).await?;
        }
        Ok(())
    }

    /// The AWS itself: its address, and what it was asked.
    #[must_use]
    pub fn aws(&self) -> &Arc<EmbeddedAws> {
        &self.aws
    }

    /// What the functions need to be told of the hourly check: where this AWS is, and the settings that have no default.
    #[must_use]
    pub fn environment(&self) -> Vec<(&'static str, String)> {
        let schedule = ("SCHEDULE_NAME", SCHEDULE.to_owned());
        self.shared_environment().chain([schedule]).collect()
    }

    /// The same of the data-quality monitor.
    #[must_use]
    pub fn columns_environment(&self) -> Vec<(&'static str, String)> {
        let schedule = ("SCHEDULE_NAME", COLUMNS_SCHEDULE.to_owned());
        let paths = ("PATHS_URI", format!("s3://{BUCKET}/{PATHS}"));
        self.shared_environment().chain([schedule, paths]).collect()
    }

    /// The same of the model-quality monitor, which watches an endpoint of its own.
    #[must_use]
    pub fn answers_environment(&self) -> Vec<(&'static str, String)> {
        let below = |name: &str| format!("s3://{BUCKET}/{name}");
        let own = [
            ("SCHEDULE_NAME", ANSWERS_SCHEDULE.to_owned()),
            ("ENDPOINT_NAME", answers::ENDPOINT.to_owned()),
            ("GROUND_TRUTH_URI", below("ground-truth")),
            ("PROBLEM_TYPE", "BinaryClassification".to_owned()),
            ("PROBABILITY_ATTRIBUTE", "0".to_owned()),
            ("BASELINE_CONSTRAINTS_URI", below(&format!("{ANSWERS}/constraints.json"))),
            ("BASELINE_CALIBRATION_URI", below(&format!("{ANSWERS}/calibration.json"))),
        ];
        let shared =
            self.shared_environment().filter(|(name, _)| !["ENDPOINT_NAME", "BASELINES_URI"].contains(name));
        shared.chain(own).collect()
    }

    /// The same of the model-bias monitor, which watches another.
    #[must_use]
    pub fn groups_environment(&self) -> Vec<(&'static str, String)> {
        let below = |name: &str| format!("s3://{BUCKET}/{name}");
        let own = [
            ("SCHEDULE_NAME", GROUPS_SCHEDULE.to_owned()),
            ("ENDPOINT_NAME", groups::ENDPOINT.to_owned()),
            ("GROUND_TRUTH_URI", below("loans-truth")),
            ("PROBABILITY_ATTRIBUTE", "0".to_owned()),
            ("ANALYSIS_CONFIG_URI", below(&format!("{GROUPS}/analysis_config.json"))),
            ("BASELINE_CONSTRAINTS_URI", below(&format!("{GROUPS}/analysis.json"))),
        ];
        let shared =
            self.shared_environment().filter(|(name, _)| !["ENDPOINT_NAME", "BASELINES_URI"].contains(name));
        shared.chain(own).collect()
    }

    /// The same of the model-explainability monitor, which watches another and asks its shadow.
    #[must_use]
    pub fn reasons_environment(&self) -> Vec<(&'static str, String)> {
        let below = |name: &str| format!("s3://{BUCKET}/{name}");
        let own = [
            ("SCHEDULE_NAME", REASONS_SCHEDULE.to_owned()),
            ("ENDPOINT_NAME", reasons::ENDPOINT.to_owned()),
            ("EXPLAINED_ENDPOINT_NAME", reasons::SHADOW.to_owned()),
            ("ANALYSIS_CONFIG_URI", below(&format!("{REASONS}/analysis_config.json"))),
            ("BASELINE_CONSTRAINTS_URI", below(&format!("{REASONS}/analysis.json"))),
        ];
        let shared =
            self.shared_environment().filter(|(name, _)| !["ENDPOINT_NAME", "BASELINES_URI"].contains(name));
        shared.chain(own).collect()
    }

    fn shared_environment(&self) -> impl Iterator<Item = (&'static str, String)> {
        let below = |name: &str| format!("s3://{BUCKET}/{name}");
        let settings = [
            ("ENDPOINT_NAME", ENDPOINT.to_owned()),
            ("VARIANT_NAME", VARIANT.to_owned()),
            ("CAPTURE_URI", below("capture")),
            ("VALIDATION_SET_URI", below("inputs/sessions.jsonl")),
            ("CATALOG_URI", below("inputs/catalog.json")),
            ("REPORTS_URI", below("reports")),
            ("STATE_URI", below("reports-state")),
            ("BASELINES_URI", below("baselines")),
            ("MODELS_URI", below(MODELS)),
            ("TOPIC_ARN", self.topic_arn.clone()),
            ("REPLAY", "sagemaker".to_owned()),
            ("METRICS_NAMESPACE", "Bellwether".to_owned()),
        ];
        self.aws.environment().into_iter().chain(settings)
    }
}

/// An environment as a file of `NAME=value` lines, quoted where a value has a space; settings of the monitor that keep their
/// default stand in it as comments.
#[must_use]
pub fn environment_file(environment: Vec<(&'static str, String)>, variables: &[Variable]) -> String {
    let set = environment.into_iter().map(|(name, value)| match value.contains(' ') {
        true => format!("{name}=\"{value}\"\n"),
        false => format!("{name}={value}\n"),
    });
    let kept = variables.iter().filter_map(|variable| {
        variable.default.map(|default| format!("# {}\n# {}={default}\n", variable.help, variable.name))
    });
    set.chain(kept).collect()
}

fn endpoint(newsroom: Arc<Newsroom>, model: Model) -> EndpointSimulator {
    let answer = move |body: &[u8]| match serde_json::from_slice::<Value>(body) {
        Ok(features) => Answer::json(&newsroom.answer(model, &features)),
        Err(error) => Answer::model_error(400, &error.to_string()),
    };
    EndpointSimulator::new(Script::answering(move |request| answer(request.body())).latency(|_| LATENCY))
}

#[cfg(test)]
mod tests {
    use super::*;
    use bellwether_pipeline::monitors::data_quality::DataQualitySettings;
    use bellwether_pipeline::monitors::diversity::DiversitySettings;
    use bellwether_pipeline::monitors::model_bias::ModelBiasSettings;
    use bellwether_pipeline::monitors::model_quality::ModelQualitySettings;
    use bellwether_pipeline::settings::Settings;
    use bellwether_pipeline::settings::baseline::BaselineSettings;
    use bellwether_pipeline::settings::router::RouterSettings;

    #[tokio::test]
    async fn every_function_starts_with_this_environment() {
        let local = LocalNewsroom::start(None, Model::Collapsed).await.unwrap();
        let environment = local.environment();
        let lookup =
            |name: &str| environment.iter().find(|(given, _)| *given == name).map(|(_, value)| value.clone());
        assert_eq!(DiversitySettings::read(lookup).unwrap().schedule.endpoint.as_str(), ENDPOINT);
        assert!(BaselineSettings::read(lookup).is_ok());
        assert!(RouterSettings::of_the_function(lookup).is_ok());
        let columns = local.columns_environment();
        let lookup =
            |name: &str| columns.iter().find(|(given, _)| *given == name).map(|(_, value)| value.clone());
        assert!(DataQualitySettings::read(lookup).unwrap().paths.is_some());
        let answers = local.answers_environment();
        let lookup =
            |name: &str| answers.iter().find(|(given, _)| *given == name).map(|(_, value)| value.clone());
        assert!(ModelQualitySettings::read(lookup).unwrap().named().is_some());
        let groups = local.groups_environment();
        let lookup =
            |name: &str| groups.iter().find(|(given, _)| *given == name).map(|(_, value)| value.clone());
        assert!(ModelBiasSettings::read(lookup).unwrap().constraints.is_some());
    }

    #[tokio::test]
    async fn a_value_with_a_space_is_quoted_and_a_default_is_a_comment() {
        let local = LocalNewsroom::start(None, Model::Collapsed).await.unwrap();
        let file = environment_file(local.environment(), DiversitySettings::VARIABLES);
        assert!(file.contains("\nMODELS_URI=\"s3://newsroom/models/news + sport\"\n"), "{file}");
        assert!(file.contains("\n# MIN_DIVERSITY=4\n"), "{file}");
    }
}
