//! The settings of baseline generation, and of putting a baseline in force by hand: what is told of every kind of baseline,
//! and a group for each kind.
//!
//! It opens nothing, and does not say which manifest is read: an event or a person does. It names no kind.

use super::declared::settings;
use super::router::TopicArn;
use crate::baseline::BaselineKind;
use bellwether_contract::names::{EndpointName, VariantName};
use bellwether_storage::Location;

macro_rules! of_each_kind {
    ($($module:ident::$kind:ident),+) => {
        settings! {
            /// What each kind of baseline is told where baselines are made.
            pub struct KindSettings {
                $(
                    @$module: <crate::monitors::$module::$kind as BaselineKind>::Settings =
                        "What this kind is told.";
                )+
            }
        }

        settings! {
            /// What a baseline of each kind must satisfy to be put in force.
            pub struct Bars {
                $(
                    @$module: <crate::monitors::$module::$kind as BaselineKind>::Bar =
                        "What one of this kind must satisfy.";
                )+
            }
        }
    };
}
crate::baselines!(of_each_kind);

settings! {
    /// Settings of baseline generation that were understood.
    pub struct BaselineSettings {
        @kinds: KindSettings = "What each kind of baseline is told.";
        /// Endpoint that manifests must name; without one, any is taken
        ENDPOINT_NAME "endpoint-name" "NAME" (optional) => endpoint: EndpointName;
        /// Where a training pipeline writes {model-version}/manifest.json
        MODELS_URI "models" "URI" (required) => models: Location;
        /// Where baselines go
        BASELINES_URI "baselines" "URI" (required) => baselines: Location;
        /// Stages, outside models and baselines [default: baselines URI with -state]
        STATE_URI "state" "URI" (read reader => reader.state_beside(&STATE_URI, baselines.as_ref()))
            => state: Location;
        /// SNS topic that hears of a baseline below the floor
        TOPIC_ARN "topic" "ARN" (optional) => topic: TopicArn;
    }
    check(reader) {
        for (name, location) in [("BASELINES_URI", &baselines), ("STATE_URI", &state)] {
            if let (Some(location), Some(models)) = (location, &models) && location.is_within(models) {
                reader.mistake(format!(
                    "{name}: {location} lies inside the models {models}, where objects start this function"
                ));
            }
        }
    }
}

settings! {
    /// What putting a baseline in force needs.
    pub struct ActivationSettings {
        @bars: Bars = "What a baseline of each kind must satisfy.";
        /// Endpoint that is monitored
        ENDPOINT_NAME "endpoint-name" "NAME" (required) => endpoint: EndpointName;
        /// Production variant that is monitored
        VARIANT_NAME "variant" "NAME" (required) => variant: VariantName;
        /// Where baselines lie
        BASELINES_URI "baselines" "URI" (required) => baselines: Location;
        /// Notices, outside the baselines [default: baselines URI with -state]
        STATE_URI "state" "URI" (read reader => reader.state_beside(&STATE_URI, baselines.as_ref()))
            => state: Location;
        /// SNS topic that hears that a notice is over
        TOPIC_ARN "topic" "ARN" (optional) => topic: TopicArn;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::replay::Source;
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
        assert_eq!((settings.endpoint, settings.kinds.diversity.replay), (None, Source::None));
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
        assert_eq!(settings.unwrap().bars.diversity.min_diversity, 3.5);
    }
}
