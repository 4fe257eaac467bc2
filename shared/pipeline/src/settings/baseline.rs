//! The settings of baseline generation, and of putting a baseline in force by hand.
//!
//! It opens nothing, and does not say which manifest is read: an event or a person does.

use super::declared::settings;
use super::router::TopicArn;
use crate::replay::Source;
use bellwether_analysis::monitors::diversity::Limits;
use bellwether_analysis::recommendations::RecommendationsPath;
use bellwether_contract::names::{EndpointName, VariantName};
use bellwether_storage::Location;

settings! {
    /// Settings of baseline generation that were understood.
    pub struct BaselineSettings {
        @limits: Limits = "What lists must satisfy.";
        /// Endpoint that manifests must name; without one, any is taken
        ENDPOINT_NAME "endpoint-name" "NAME" (optional) => endpoint: EndpointName;
        /// Where a training pipeline writes {model-version}/manifest.json
        MODELS_URI "models" "URI" (required) => models: Location;
        /// Where baselines go
        BASELINES_URI "baselines" "URI" (required) => baselines: Location;
        /// Stages, outside models and baselines [default: baselines URI with -state]
        STATE_URI "state" "URI" (read reader => reader.state_beside(&STATE_URI, baselines.as_ref()))
            => state: Location;
        /// Held-out sessions as JSON Lines: {session_id, features}
        VALIDATION_SET_URI "validation-set" "URI" (optional) => validation_set: Location;
        /// Item to category, as a JSON object or as CSV item_id,category
        CATALOG_URI "catalog" "URI" (optional) => catalog: Location;
        /// Who answers the replay: sagemaker, none, or http(s)://host/invocations
        REPLAY "replay" "SOURCE" (or default) by answering => replay: Source;
        /// JMESPath from a response to its item ids
        RECOMMENDATIONS_PATH "recommendations-path" "EXPR" ("recommendations[].item_id") => path: RecommendationsPath;
        /// Most calls in flight at a time, 1 to 20
        REPLAY_CONCURRENCY "replay-concurrency" "N" ("20") in 1.0..=20.0 => replay_concurrency: usize;
        /// SNS topic that hears of a baseline below the floor
        TOPIC_ARN "topic" "ARN" (optional) => topic: TopicArn;
    }
    check(reader) {
        let is_set = |location: &Option<Option<Location>>| location.as_ref().is_some_and(Option::is_some);
        match (is_set(&validation_set), is_set(&catalog)) {
            (true, false) => reader.mistake("CATALOG_URI (--catalog) is missing: lists are measured by it"),
            (false, true) => reader.mistake(
                "VALIDATION_SET_URI (--validation-set) is missing: it says whose lists are measured",
            ),
            _ => {}
        }
        for (name, location) in [("BASELINES_URI", &baselines), ("STATE_URI", &state)] {
            if let (Some(location), Some(models)) = (location, &models) && location.is_within(models) {
                reader.mistake(format!(
                    "{name}: {location} lies inside the models {models}, where objects start this function"
                ));
            }
        }
    }
}

/// What lists are measured by.
#[derive(Debug, Clone, Copy)]
pub struct Measuring<'s> {
    /// Held-out sessions.
    pub validation_set: &'s Location,
    /// Item to category.
    pub catalog: &'s Location,
}

impl BaselineSettings {
    /// What lists are measured by; absent where only training datasets are kept.
    pub fn measuring(&self) -> Option<Measuring<'_>> {
        let (validation_set, catalog) = self.validation_set.as_ref().zip(self.catalog.as_ref())?;
        Some(Measuring { validation_set, catalog })
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

settings! {
    /// What putting a baseline in force needs.
    pub struct ActivationSettings {
        /// Endpoint that is monitored
        ENDPOINT_NAME "endpoint-name" "NAME" (required) => endpoint: EndpointName;
        /// Production variant that is monitored
        VARIANT_NAME "variant" "NAME" (required) => variant: VariantName;
        /// Where baselines lie
        BASELINES_URI "baselines" "URI" (required) => baselines: Location;
        /// Notices, outside the baselines [default: baselines URI with -state]
        STATE_URI "state" "URI" (read reader => reader.state_beside(&STATE_URI, baselines.as_ref()))
            => state: Location;
        /// Floor of the mean number of categories in a list: what lies below is not put in force
        MIN_DIVERSITY "min-diversity" "N" ("4") in 0.0..=1000.0 => min_diversity: f64;
        /// SNS topic that hears that a notice is over
        TOPIC_ARN "topic" "ARN" (optional) => topic: TopicArn;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::settings::{Settings, SettingsError};

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

    /// A roll-back is made in a hurry: what it does not need cannot be in its way.
    #[test]
    fn a_roll_back_reads_nothing_but_what_it_needs() {
        let settings = ActivationSettings::read(|name| {
            let value = match name {
                "ENDPOINT_NAME" | "VARIANT_NAME" => "x",
                "BASELINES_URI" => "baselines",
                "MIN_DIVERSITY" => "3.5",
                _ if ["STATE_URI", "TOPIC_ARN"].contains(&name) => return None,
                _ => "nonsense",
            };
            Some(value.to_owned())
        });
        assert_eq!(settings.unwrap().min_diversity, 3.5);
    }
}
