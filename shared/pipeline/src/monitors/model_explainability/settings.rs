//! The settings of the model-explainability monitor.
//!
//! It opens nothing. Every mistake is found before the first byte is read, and all are told together.

use crate::monitor::MonitorSettings;
use crate::replay::endpoint::shown;
use crate::settings::declared::{Value, settings};
use crate::settings::{CompletenessSettings, MonitoringSchedule};
use bellwether_analysis::attribute::Attribute;
use bellwether_contract::names::EndpointName;
use bellwether_storage::Location;

settings! {
    /// Whom to ask, how, and how much: of a window, and of the dataset that a baseline is made of.
    pub struct AskingSettings {
        /// SageMaker endpoint that is asked: a shadow of the monitored one, or one without data capture
        EXPLAINED_ENDPOINT_NAME "explained-endpoint-name" "NAME" (optional) by named => endpoint: AskedEndpoint;
        /// Any model server that is asked in the place of an endpoint: http(s)://host/invocations
        EXPLAINED_MODEL_URL "endpoint-url" "URL" (optional) by address => url: ModelUrl;
        /// Where the features of each row stand in JSON; without it where the analysis configuration says, or the whole row
        FEATURES_ATTRIBUTE "features-attribute" "ATTRIBUTE" (optional) judged => features: Attribute;
        /// Where an answer says the score, or the scores: a cell of CSV by its place from 0, or a path of JSON; without it where the configuration says, or all of it
        INFERENCE_ATTRIBUTE "inference-attribute" "ATTRIBUTE" (optional) judged => inference: Attribute;
        /// The same of a probability, where INFERENCE_ATTRIBUTE does not say it
        PROBABILITY_ATTRIBUTE "probability-attribute" "ATTRIBUTE" (optional) judged => probability: Attribute;
        /// Most calls in flight at a time, 1 to 20
        REPLAY_CONCURRENCY "replay-concurrency" "N" ("20") in 1.0..=20.0 => concurrency: usize;
    }
    check(reader) {
        if endpoint.as_ref().is_some_and(Option::is_some) && url.as_ref().is_some_and(Option::is_some) {
            reader.mistake(
                "EXPLAINED_ENDPOINT_NAME (--explained-endpoint-name) and EXPLAINED_MODEL_URL (--endpoint-url) both say whom to ask; keep \
                 one",
            );
        }
    }
}

settings! {
    /// Settings of the model-explainability monitor that were understood.
    pub struct ModelExplainabilitySettings {
        @schedule: MonitoringSchedule = "What every scheduled monitor is told.";
        @completeness: CompletenessSettings = "How much of the traffic should be captured.";
        @asking: AskingSettings = "Whom to ask, and how.";
        /// Data capture, the folder above {endpoint}/{variant}
        CAPTURE_URI "capture" "URI" (required) => capture: Location;
        /// analysis_config.json: the features, the baseline that rows are compared with, and how requests are written
        ANALYSIS_CONFIG_URI "analysis-config" "URI" (required) judged => analysis_config: Location;
        /// Rows of a window that are explained, chosen by their ids
        EXPLAINED_ROWS "explained-rows" "ROWS" ("200") judged in 1.0..=100000.0 => explained_rows: usize;
        /// Rows that the model may be asked for a window; by it the method is chosen
        ROW_BUDGET "row-budget" "ROWS" ("250000") judged in 1.0..=100000000.0 => row_budget: usize;
        /// Whether the monitored endpoint may be asked: its data capture would hold every row, which all monitors then leave out by its inference id
        ALLOW_MONITORED_ENDPOINT "allow-monitored-endpoint" "BOOL" ("false") => allow_monitored: bool;
        /// The order of features has drifted where its nDCG is below it
        ATTRIBUTION_THRESHOLD "attribution-threshold" "SCORE" ("0.9") judged in 0.0..=1.0 => threshold: f64;
        /// Baselines; without any, the window is explained and nothing is judged
        BASELINES_URI "baselines" "URI" (optional) judged(set) => baselines: Location;
        /// analysis.json of the baseline, SageMaker Clarify's or one of suggest-baseline, instead of the one in force below BASELINES_URI
        BASELINE_CONSTRAINTS_URI "baseline-constraints" "URI" (optional) judged => constraints: Location;
    }
    check(reader) {
        let is_set = |location: &Option<Option<Location>>| location.as_ref().is_some_and(Option::is_some);
        if is_set(&constraints) && is_set(&baselines) {
            reader.mistake(
                "BASELINE_CONSTRAINTS_URI and BASELINES_URI both say where the baseline lies; keep one",
            );
        }
        let asked = asking.as_ref().and_then(|asking| asking.endpoint.as_ref());
        let monitored = schedule.as_ref().map(|schedule| &schedule.endpoint);
        if let (Some(AskedEndpoint(asked)), Some(monitored), Some(false)) = (asked, monitored, allow_monitored)
            && asked == monitored
        {
            reader.mistake(format!(
                "EXPLAINED_ENDPOINT_NAME (--explained-endpoint-name): {asked} is the monitored endpoint, whose data capture would hold \
                 every row that is asked; name a shadow of it or one without capture, or set ALLOW_MONITORED_ENDPOINT \
                 (--allow-monitored-endpoint) to true"
            ));
        }
    }
}

/// An endpoint that is asked, which is in AWS.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AskedEndpoint(pub EndpointName);

fn named(text: &str) -> Result<AskedEndpoint, String> {
    EndpointName::understood(text).map(AskedEndpoint)
}

impl Value for AskedEndpoint {
    fn understood(text: &str) -> Result<Self, String> {
        named(text)
    }

    fn spelt(&self) -> String {
        self.0.to_string()
    }

    fn needs_aws(&self) -> bool {
        true
    }
}

/// A model server's address.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ModelUrl(pub reqwest::Url);

fn address(text: &str) -> Result<ModelUrl, String> {
    match text.parse::<reqwest::Url>() {
        Ok(url) if matches!(url.scheme(), "http" | "https") => Ok(ModelUrl(url)),
        Ok(url) => {
            Err(format!("{} is no address of a server; write http://host:port/invocations", shown(&url)))
        }
        Err(error) => Err(format!("is no address: {error}; write http://host:port/invocations")),
    }
}

impl Value for ModelUrl {
    fn understood(text: &str) -> Result<Self, String> {
        address(text)
    }

    fn spelt(&self) -> String {
        shown(&self.0)
    }
}

impl AskingSettings {
    /// Where an answer says its score, where the settings say it.
    #[must_use]
    pub fn answer(&self) -> Option<&Attribute> {
        self.inference.as_ref().or(self.probability.as_ref())
    }
}

impl MonitorSettings for ModelExplainabilitySettings {
    fn schedule(&self) -> &MonitoringSchedule {
        &self.schedule
    }

    fn replays(&self) -> Option<&EndpointName> {
        self.asking.endpoint.as_ref().map(|AskedEndpoint(endpoint)| endpoint)
    }

    fn judges_nothing(&self) -> Option<&'static str> {
        let has_a_baseline = self.constraints.is_some() || self.baselines.is_some();
        if !has_a_baseline {
            return Some("neither baselines_uri nor baseline_constraints_uri is set");
        }
        let asks_nobody = self.asking.endpoint.is_none() && self.asking.url.is_none();
        asks_nobody.then_some(
            "neither explained_endpoint_name nor explained_model_url is set, and only a linear model of the configuration needs none",
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::settings::{Settings, SettingsError};

    fn read(changes: &[(&str, &str)]) -> Result<ModelExplainabilitySettings, SettingsError> {
        let usual = [
            ("ENDPOINT_NAME", "loans-prod"),
            ("VARIANT_NAME", "AllTraffic"),
            ("SCHEDULE_NAME", "explainability-hourly"),
            ("CAPTURE_URI", "s3://capture/data"),
            ("REPORTS_URI", "s3://reports/model-monitor"),
            ("ANALYSIS_CONFIG_URI", "s3://inputs/analysis_config.json"),
            ("EXPLAINED_ENDPOINT_NAME", "loans-shadow"),
        ];
        ModelExplainabilitySettings::read(|name| {
            let value = |pairs: &[(&str, &str)]| {
                pairs.iter().find(|(known, _)| *known == name).map(|(_, value)| (*value).to_owned())
            };
            value(changes).or_else(|| value(&usual))
        })
    }

    #[test]
    fn the_monitored_endpoint_is_refused_unless_somebody_allows_it() {
        assert_eq!(read(&[]).unwrap().replays().unwrap().as_str(), "loans-shadow");
        let told = read(&[("EXPLAINED_ENDPOINT_NAME", "loans-prod")]).unwrap_err().to_string();
        assert!(
            told.contains("loans-prod is the monitored endpoint, whose data capture would hold"),
            "{told}"
        );
        let allowed =
            read(&[("EXPLAINED_ENDPOINT_NAME", "loans-prod"), ("ALLOW_MONITORED_ENDPOINT", "true")]);
        assert!(allowed.is_ok());
    }

    #[test]
    fn without_a_baseline_or_somebody_to_ask_nothing_is_judged() {
        let baselines = ("BASELINES_URI", "s3://baselines");
        for (changes, told) in [
            (&[][..], Some("neither baselines_uri")),
            (&[baselines], None),
            (&[baselines, ("EXPLAINED_ENDPOINT_NAME", "")], Some("neither explained_endpoint_name")),
            (&[baselines, ("EXPLAINED_ENDPOINT_NAME", ""), ("EXPLAINED_MODEL_URL", "http://host/")], None),
        ] {
            let doubt = read(changes).unwrap().judges_nothing();
            assert_eq!(
                doubt.map(|doubt| doubt.starts_with(told.unwrap_or("?"))),
                told.map(|_| true),
                "{changes:?}"
            );
        }
    }

    #[test]
    fn no_mistake_of_an_address_tells_its_password() {
        for text in ["ftp://me:hunter2@host/x?key=hunter2", "http://me:hunter2@", "me:hunter2@host"] {
            let told = read(&[("EXPLAINED_ENDPOINT_NAME", ""), ("EXPLAINED_MODEL_URL", text)])
                .unwrap_err()
                .to_string();
            assert!(
                !told.contains("hunter2") && told.contains("write http://host:port/invocations"),
                "{told}"
            );
        }
    }

    #[test]
    fn all_mistakes_are_told_together() {
        let error = read(&[
            ("EXPLAINED_MODEL_URL", "ftp://x"),
            ("EXPLAINED_ROWS", "0"),
            ("ROW_BUDGET", "many"),
            ("ATTRIBUTION_THRESHOLD", "1.5"),
            ("ANALYSIS_CONFIG_URI", ""),
        ])
        .unwrap_err();
        for name in [
            "EXPLAINED_MODEL_URL",
            "EXPLAINED_ROWS",
            "ROW_BUDGET",
            "ATTRIBUTION_THRESHOLD",
            "ANALYSIS_CONFIG_URI",
        ] {
            assert!(error.mistakes.iter().any(|mistake| mistake.starts_with(name)), "{name} in {error}");
        }
        let both = read(&[("EXPLAINED_MODEL_URL", "http://localhost:8080/invocations")]);
        assert!(both.unwrap_err().to_string().contains("both say whom to ask; keep one"));
    }
}
