//! The settings of the diversity check: a table of variables, read by the Lambda function from its environment and by
//! the command from its flags. The other functions' settings lie below, made from the same variables.
//!
//! It opens nothing. Every mistake is found before the first byte is read, and all are told together.

pub mod baseline;
mod reader;
pub mod router;
pub mod variable;

pub use reader::SettingsError;
pub use variable::Variable;

use crate::replay::Source;
use bellwether_analysis::recommendations::RecommendationsPath;
use bellwether_analysis::verdict::{Limits, NoDataPolicy};
use bellwether_contract::names::{EndpointName, ScheduleName, VariantName};
use bellwether_contract::window::{parse_duration, parse_length};
use bellwether_storage::Location;
use jiff::SignedDuration;
use reader::Reader;
use sha2::{Digest, Sha256};
use variable::{
    BAND_MEAN_RATIO, BAND_MIN_MARGIN, BAND_P5_MARGIN, BASELINES_URI, CAPTURE_URI, CATALOG_URI, ENDPOINT_NAME,
    METRICS_NAMESPACE, MIN_DIVERSITY, NO_DATA_POLICY, RECOMMENDATIONS_PATH, REPLAY, REPLAY_CONCURRENCY,
    REPLAY_MAX_AGE, REPORTS_URI, SCHEDULE_NAME, STATE_URI, TOP_K, VALIDATION_SET_URI, VARIANT_NAME, WINDOW,
};

/// Every setting of the diversity check.
pub const VARIABLES: &[Variable] = &[
    ENDPOINT_NAME,
    VARIANT_NAME,
    SCHEDULE_NAME,
    CAPTURE_URI,
    VALIDATION_SET_URI,
    CATALOG_URI,
    REPORTS_URI,
    STATE_URI,
    BASELINES_URI,
    REPLAY,
    WINDOW,
    TOP_K,
    MIN_DIVERSITY,
    BAND_MEAN_RATIO,
    BAND_P5_MARGIN,
    BAND_MIN_MARGIN,
    RECOMMENDATIONS_PATH,
    REPLAY_MAX_AGE,
    REPLAY_CONCURRENCY,
    NO_DATA_POLICY,
    METRICS_NAMESPACE,
];

/// Settings that were understood.
#[derive(Debug, Clone)]
pub struct Settings {
    /// The endpoint.
    pub endpoint: EndpointName,
    /// Its variant.
    pub variant: VariantName,
    /// The schedule.
    pub schedule: ScheduleName,
    /// Data capture.
    pub capture: Option<Location>,
    /// Held-out sessions; always there where a replay is made.
    pub validation_set: Option<Location>,
    /// Item to category.
    pub catalog: Location,
    /// Where reports go.
    pub reports: Location,
    /// Where everything goes that is not a result.
    pub state: Location,
    /// Baselines.
    pub baselines: Option<Location>,
    /// Who answers the replay.
    pub replay: Source,
    /// Length of the window.
    pub window: SignedDuration,
    /// What the lists must satisfy.
    pub limits: Limits,
    /// From a response to its ids.
    pub path: RecommendationsPath,
    /// Age above which a replay says nothing about a window.
    pub replay_max_age: SignedDuration,
    /// Cap on calls in flight.
    pub replay_concurrency: usize,
    /// What an hour without data is.
    pub no_data: NoDataPolicy,
    /// CloudWatch namespace.
    pub metrics_namespace: Option<String>,
}

impl Settings {
    /// Reads all settings through a lookup of their environment names.
    pub fn read(lookup: impl Fn(&str) -> Option<String>) -> Result<Self, SettingsError> {
        Reader::read(lookup, Self::collect)
    }

    /// Reads every variable before it gives up on any.
    fn collect<F: Fn(&str) -> Option<String>>(reader: &mut Reader<F>) -> Option<Self> {
        let (endpoint, variant, schedule) =
            (reader.value(&ENDPOINT_NAME), reader.value(&VARIANT_NAME), reader.value(&SCHEDULE_NAME));
        let (capture, validation_set) = (reader.value(&CAPTURE_URI), reader.value(&VALIDATION_SET_URI));
        let (catalog, reports): (_, Option<Location>) =
            (reader.value(&CATALOG_URI), reader.value(&REPORTS_URI));
        let baselines = reader.value(&BASELINES_URI);
        let replay = reader.value(&REPLAY).unwrap_or(Source::None);
        let window = reader.parsed(&WINDOW, |text| parse_length(text).map_err(|error| error.to_string()));
        let limits = reader.limits();
        let path = reader.value(&RECOMMENDATIONS_PATH);
        let replay_max_age =
            reader.parsed(&REPLAY_MAX_AGE, |text| parse_duration(text).map_err(|error| error.to_string()));
        let replay_concurrency = reader.number(&REPLAY_CONCURRENCY, 1.0, 20.0);
        let no_data = reader.parsed(&NO_DATA_POLICY, no_data_policy);
        let metrics_namespace = reader.parsed(&METRICS_NAMESPACE, namespace);
        if replay != Source::None && validation_set.is_none() {
            reader.mistake(
                "VALIDATION_SET_URI (--validation-set) is missing: a replay needs held-out sessions",
            );
        }
        if replay == Source::None && capture.is_none() {
            reader.mistake("CAPTURE_URI (--capture) and REPLAY are both absent: there is nothing to measure");
        }
        let state = reader.state_beside(reports.as_ref());
        Some(Self {
            endpoint: endpoint?,
            variant: variant?,
            schedule: schedule?,
            capture,
            validation_set,
            catalog: catalog?,
            reports: reports?,
            state: state?,
            baselines,
            replay,
            window: window?,
            limits: limits?,
            path: path?,
            replay_max_age: replay_max_age?,
            replay_concurrency: replay_concurrency? as usize,
            no_data: no_data?,
            metrics_namespace,
        })
    }

    /// SHA-256 over the settings that can change a verdict, in hexadecimal: two runs of one window agree on it, or
    /// the second is told so.
    pub fn digest(&self) -> String {
        let Limits { k, min_diversity, mean_ratio, p5_margin, min_margin } = self.limits;
        let text = format!(
            "k={k} min_diversity={min_diversity} mean_ratio={mean_ratio} p5_margin={p5_margin} min_margin={min_margin} \
             path={} replay={} capture={} baselines={} no_data={:?}",
            self.path,
            self.replay.name(),
            self.capture.is_some(),
            self.baselines.is_some(),
            self.no_data,
        );
        hex(&Sha256::digest(text))
    }
}

/// Bytes in hexadecimal.
pub(crate) fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

fn no_data_policy(text: &str) -> Result<NoDataPolicy, String> {
    match text {
        "ok" => Ok(NoDataPolicy::Ok),
        "warn" => Ok(NoDataPolicy::Warn),
        "violate" => Ok(NoDataPolicy::Violate),
        other => Err(format!("{other:?} is none of ok, warn, violate")),
    }
}

/// A namespace that CloudWatch accepts from a customer.
fn namespace(text: &str) -> Result<String, String> {
    let legal = text.len() <= 255
        && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"._-/# :".contains(&byte))
        && !text.starts_with([':'])
        && !text.starts_with("AWS/");
    let rule = "use at most 255 letters, digits and . _ - / # : that do not begin with AWS/";
    if legal { Ok(text.to_owned()) } else { Err(format!("{text:?}: {rule}")) }
}

#[cfg(test)]
mod tests;
