//! The settings of baseline generation, and of putting a baseline in force by hand.
//!
//! It opens nothing, and does not say which manifest is read: an event or a person does.

use super::reader::{Reader, SettingsError};
use super::router::TopicArn;
use super::variable::{
    self, BAND_MEAN_RATIO, BAND_MIN_MARGIN, BAND_P5_MARGIN, MIN_DIVERSITY, MODELS_URI, RECOMMENDATIONS_PATH,
    REPLAY, REPLAY_CONCURRENCY, TOP_K, VALIDATION_SET_URI, VARIANT_NAME, Variable,
};
use crate::replay::Source;
use bellwether_analysis::monitors::diversity::Limits;
use bellwether_analysis::recommendations::RecommendationsPath;
use bellwether_contract::names::{EndpointName, VariantName};
use bellwether_storage::Location;

const ENDPOINT_NAME: Variable = Variable {
    required: false,
    help: "Endpoint that manifests must name; without one, any is taken",
    ..variable::ENDPOINT_NAME
};
const CATALOG_URI: Variable = Variable { required: false, ..variable::CATALOG_URI };
const BASELINES_URI: Variable =
    Variable { required: true, help: "Where baselines go", ..variable::BASELINES_URI };
const STATE_URI: Variable = Variable {
    help: "Stages, outside models and baselines [default: baselines URI with -state]",
    ..variable::STATE_URI
};
const TOPIC_ARN: Variable = Variable {
    required: false,
    help: "SNS topic that hears of a baseline below the floor, and of its end",
    ..variable::TOPIC_ARN
};

/// Every setting of baseline generation.
pub const VARIABLES: &[Variable] = &[
    ENDPOINT_NAME,
    MODELS_URI,
    BASELINES_URI,
    STATE_URI,
    VALIDATION_SET_URI,
    CATALOG_URI,
    REPLAY,
    TOP_K,
    MIN_DIVERSITY,
    BAND_MEAN_RATIO,
    BAND_P5_MARGIN,
    BAND_MIN_MARGIN,
    RECOMMENDATIONS_PATH,
    REPLAY_CONCURRENCY,
    TOPIC_ARN,
];

/// Settings that were understood.
#[derive(Debug, Clone)]
pub struct BaselineSettings {
    /// The endpoint whose manifests are taken; `None` takes any.
    pub endpoint: Option<EndpointName>,
    /// Where manifests lie.
    pub models: Location,
    /// Where baselines go.
    pub baselines: Location,
    /// Where stages go.
    pub state: Location,
    /// What lists are measured by; absent where only training datasets are kept.
    pub lists: Option<Measuring>,
    /// Who answers where a manifest names no lists.
    pub replay: Source,
    /// What lists must satisfy.
    pub limits: Limits,
    /// From an answer to its ids.
    pub path: RecommendationsPath,
    /// Cap on calls in flight.
    pub replay_concurrency: usize,
    /// Who hears of a baseline below the floor.
    pub topic: Option<TopicArn>,
}

/// What lists are measured by.
#[derive(Debug, Clone)]
pub struct Measuring {
    /// Held-out sessions.
    pub validation_set: Location,
    /// Item to category.
    pub catalog: Location,
}

impl BaselineSettings {
    /// Reads all settings through a lookup of their environment names.
    pub fn read(lookup: impl Fn(&str) -> Option<String>) -> Result<Self, SettingsError> {
        Reader::read(lookup, Self::collect)
    }

    fn collect<F: Fn(&str) -> Option<String>>(reader: &mut Reader<F>) -> Option<Self> {
        let endpoint = reader.value(&ENDPOINT_NAME);
        let (models, baselines): (Option<Location>, Option<Location>) =
            (reader.value(&MODELS_URI), reader.value(&BASELINES_URI));
        let state = reader.state_beside(baselines.as_ref());
        let lists = measuring(reader);
        let replay = reader.parsed(&REPLAY, answering).unwrap_or(Source::None);
        let limits = reader.limits();
        let path = reader.value(&RECOMMENDATIONS_PATH);
        let replay_concurrency = reader.number(&REPLAY_CONCURRENCY, 1.0, 20.0);
        let topic = reader.value(&TOPIC_ARN);
        let (models, baselines, state) = (models?, baselines?, state?);
        for (name, location) in [("BASELINES_URI", &baselines), ("STATE_URI", &state)] {
            if location.is_within(&models) {
                reader.mistake(format!(
                    "{name}: {location} lies inside the models {models}, where objects start this function"
                ));
            }
        }
        Some(Self {
            endpoint,
            models,
            baselines,
            state,
            lists,
            replay,
            limits: limits?,
            path: path?,
            replay_concurrency: replay_concurrency? as usize,
            topic,
        })
    }

    /// Whether a run needs clients of AWS.
    pub fn needs_aws(&self) -> bool {
        let lists = self.lists.iter().flat_map(|lists| [&lists.validation_set, &lists.catalog]);
        let mut locations = [&self.models, &self.baselines, &self.state].into_iter().chain(lists);
        let in_s3 = locations.any(|location| matches!(location, Location::S3 { .. }));
        in_s3 || self.replay == Source::SageMaker || self.topic.is_some()
    }
}

/// Sessions and catalogue, both or neither.
fn measuring<F: Fn(&str) -> Option<String>>(reader: &mut Reader<F>) -> Option<Measuring> {
    match (reader.value(&VALIDATION_SET_URI), reader.value(&CATALOG_URI)) {
        (Some(validation_set), Some(catalog)) => Some(Measuring { validation_set, catalog }),
        (Some(_), None) => {
            reader.mistake("CATALOG_URI (--catalog) is missing: lists are measured by it");
            None
        }
        (None, Some(_)) => {
            reader.mistake(
                "VALIDATION_SET_URI (--validation-set) is missing: it says whose lists are measured",
            );
            None
        }
        (None, None) => None,
    }
}

/// Somebody who answers now: recorded lists are the manifest's to name.
fn answering(text: &str) -> Result<Source, String> {
    match text.parse()? {
        Source::Recorded(_) => Err(format!(
            "{text:?}: recorded lists are named by the manifest; use sagemaker, none or http://host:port/invocations"
        )),
        source => Ok(source),
    }
}

/// What putting a baseline in force needs.
#[derive(Debug, Clone)]
pub struct ActivationSettings {
    /// The endpoint.
    pub endpoint: EndpointName,
    /// Its variant.
    pub variant: VariantName,
    /// Where baselines lie.
    pub baselines: Location,
    /// Where notices lie.
    pub state: Location,
    /// Floor of the mean: what lies below is not put in force.
    pub min_diversity: f64,
    /// Who hears that a notice is over.
    pub topic: Option<TopicArn>,
}

impl ActivationSettings {
    /// Reads all settings through a lookup of their environment names.
    pub fn read(lookup: impl Fn(&str) -> Option<String>) -> Result<Self, SettingsError> {
        Reader::read(lookup, |reader| {
            let (endpoint, variant) = (reader.value(&variable::ENDPOINT_NAME), reader.value(&VARIANT_NAME));
            let (baselines, min_diversity): (Option<Location>, _) =
                (reader.value(&BASELINES_URI), reader.min_diversity());
            let (state, topic) = (reader.state_beside(baselines.as_ref()), reader.value(&TOPIC_ARN));
            Some(Self {
                endpoint: endpoint?,
                variant: variant?,
                baselines: baselines?,
                state: state?,
                min_diversity: min_diversity?,
                topic,
            })
        })
    }

    /// Whether clients of AWS are needed.
    pub fn needs_aws(&self) -> bool {
        let mut locations = [&self.baselines, &self.state].into_iter();
        self.topic.is_some() || locations.any(|location| matches!(location, Location::S3 { .. }))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(changes: &[(&str, &str)]) -> Result<BaselineSettings, SettingsError> {
        let usual = [
            ("MODELS_URI", "s3://models/recommender"),
            ("BASELINES_URI", "s3://reports/baselines"),
            ("VALIDATION_SET_URI", "s3://inputs/sessions.jsonl"),
            ("CATALOG_URI", "s3://inputs/catalog.json"),
        ];
        BaselineSettings::read(|name| {
            let value = |pairs: &[(&str, &str)]| {
                pairs.iter().find(|(known, _)| *known == name).map(|(_, value)| (*value).to_owned())
            };
            value(changes).or_else(|| value(&usual))
        })
    }

    #[test]
    fn state_lies_beside_the_baselines_and_nothing_is_written_where_manifests_arrive() {
        let settings = read(&[]).unwrap();
        assert_eq!(settings.state.to_string(), "s3://reports/baselines-state");
        assert_eq!((settings.endpoint, settings.replay), (None, Source::None));
        let error = read(&[
            ("BASELINES_URI", "s3://models/recommender/baselines"),
            ("STATE_URI", "s3://models/recommender"),
        ])
        .unwrap_err();
        assert_eq!(error.mistakes.len(), 2, "{error}");
        assert!(
            error.mistakes[0].starts_with("BASELINES_URI: s3://models/recommender/baselines lies inside")
        );
        assert!(error.mistakes[1].starts_with("STATE_URI: "), "{error}");
    }

    #[test]
    fn all_mistakes_are_told_together() {
        let error = read(&[
            ("REPLAY", "lists:x.jsonl"),
            ("TOP_K", "1.5"),
            ("CATALOG_URI", ""),
            ("ENDPOINT_NAME", "a/b"),
        ])
        .unwrap_err();
        for mistake in [
            "REPLAY: \"lists:x.jsonl\": recorded lists are named by the manifest",
            "TOP_K: 1.5",
            "CATALOG_URI (--catalog) is missing",
            "ENDPOINT_NAME: ",
        ] {
            assert!(error.mistakes.iter().any(|told| told.starts_with(mistake)), "{mistake} in {error}");
        }
    }

    #[test]
    fn what_is_read_is_what_the_table_says() {
        super::super::reader::assert_reads(VARIABLES, |lookup| BaselineSettings::read(lookup));
    }
}
