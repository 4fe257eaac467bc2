//! The settings of the diversity check: one table of variables, read by the Lambda function from its environment and
//! by the command from its flags.
//!
//! It opens nothing. Every mistake is found before the first byte is read, and all are told together.

use crate::replay::Source;
use bellwether_analysis::recommendations::RecommendationsPath;
use bellwether_analysis::verdict::{Limits, NoDataPolicy};
use bellwether_contract::names::{EndpointName, ScheduleName, VariantName};
use bellwether_contract::window::{parse_duration, parse_length};
use bellwether_storage::Location;
use jiff::SignedDuration;
use sha2::{Digest, Sha256};
use std::fmt::Display;
use std::str::FromStr;

/// One setting, as an environment variable and as a flag.
#[derive(Debug, Clone, Copy)]
pub struct Variable {
    /// Name in the environment.
    pub name: &'static str,
    /// Name on the command line, without dashes.
    pub flag: &'static str,
    /// What stands for the value in help texts.
    pub placeholder: &'static str,
    /// The value where none is given; `None` for a setting without a default.
    pub default: Option<&'static str>,
    /// Whether a run is impossible without it.
    pub required: bool,
    /// One sentence.
    pub help: &'static str,
}

const fn required(
    name: &'static str,
    flag: &'static str,
    placeholder: &'static str,
    help: &'static str,
) -> Variable {
    Variable { name, flag, placeholder, default: None, required: true, help }
}

const fn optional(
    name: &'static str,
    flag: &'static str,
    placeholder: &'static str,
    help: &'static str,
) -> Variable {
    Variable { name, flag, placeholder, default: None, required: false, help }
}

const fn preset(
    name: &'static str,
    flag: &'static str,
    placeholder: &'static str,
    default: &'static str,
    help: &'static str,
) -> Variable {
    Variable { name, flag, placeholder, default: Some(default), required: false, help }
}

/// Every setting of the diversity check.
pub const VARIABLES: &[Variable] = &[
    required("ENDPOINT_NAME", "endpoint-name", "NAME", "Endpoint that is monitored"),
    required("VARIANT_NAME", "variant", "NAME", "Production variant that is monitored"),
    required("SCHEDULE_NAME", "schedule", "NAME", "Monitoring schedule: names this monitor's reports"),
    optional("CAPTURE_URI", "capture", "URI", "Data capture, the folder above {endpoint}/{variant}"),
    optional(
        "VALIDATION_SET_URI",
        "validation-set",
        "URI",
        "Held-out sessions as JSON Lines: {session_id, features}",
    ),
    required(
        "CATALOG_URI",
        "catalog",
        "URI",
        "Item to category, as a JSON object or as CSV item_id,category",
    ),
    required("REPORTS_URI", "reports", "URI", "Where reports go"),
    optional(
        "STATE_URI",
        "state",
        "URI",
        "Stages, marks and attempts, outside the reports [default: reports URI with -state]",
    ),
    optional("BASELINES_URI", "baselines", "URI", "Baselines; without one only the floor is judged"),
    optional(
        "REPLAY",
        "replay",
        "SOURCE",
        "Who answers the replay: sagemaker, none, lists:URI, or http(s)://host/invocations",
    ),
    preset("WINDOW", "window", "DURATION", "PT1H", "Length of the window in whole hours"),
    preset("TOP_K", "top-k", "K", "10", "How many items of each list count"),
    preset("MIN_DIVERSITY", "min-diversity", "N", "4", "Floor of the mean number of categories in a list"),
    preset(
        "BAND_MEAN_RATIO",
        "band-mean-ratio",
        "RATIO",
        "0.9",
        "The mean may fall to this share of the baseline's",
    ),
    preset("BAND_P5_MARGIN", "band-p5-margin", "N", "0", "p5 may fall this far below the baseline's"),
    preset(
        "BAND_MIN_MARGIN",
        "band-min-margin",
        "N",
        "1",
        "The minimum may fall this far below the baseline's",
    ),
    preset(
        "RECOMMENDATIONS_PATH",
        "recommendations-path",
        "EXPR",
        "recommendations[].item_id",
        "JMESPath from a response to its item ids",
    ),
    preset(
        "REPLAY_MAX_AGE",
        "replay-max-age",
        "DURATION",
        "PT90M",
        "A replay says nothing about a window that ended longer ago",
    ),
    preset("REPLAY_CONCURRENCY", "replay-concurrency", "N", "20", "Most calls in flight at a time, 1 to 20"),
    preset(
        "NO_DATA_POLICY",
        "no-data-policy",
        "POLICY",
        "ok",
        "What an hour without data is: ok, warn or violate",
    ),
    optional(
        "METRICS_NAMESPACE",
        "metrics-namespace",
        "NAME",
        "CloudWatch namespace; without one nothing is sent there",
    ),
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

/// All mistakes in the settings, together.
#[derive(Debug, thiserror::Error)]
#[error("{} of the settings cannot be used:\n  {}", mistakes.len(), mistakes.join("\n  "))]
pub struct SettingsError {
    /// One sentence each.
    pub mistakes: Vec<String>,
}

/// Reads variables one by one and keeps what is wrong with them.
struct Reader<F> {
    lookup: F,
    mistakes: Vec<String>,
}

impl<F: Fn(&str) -> Option<String>> Reader<F> {
    fn text(&mut self, name: &str) -> Option<String> {
        let variable = VARIABLES.iter().find(|variable| variable.name == name)?;
        let given = (self.lookup)(name).map(|text| text.trim().to_owned()).filter(|text| !text.is_empty());
        let text = given.or_else(|| variable.default.map(str::to_owned));
        if text.is_none() && variable.required {
            let Variable { flag, help, .. } = variable;
            self.mistakes.push(format!("{name} (--{flag}) is missing: {help}"));
        }
        text
    }

    fn parsed<T>(&mut self, name: &str, parse: impl FnOnce(&str) -> Result<T, String>) -> Option<T> {
        let text = self.text(name)?;
        parse(&text).map_err(|reason| self.mistakes.push(format!("{name}: {reason}"))).ok()
    }

    fn value<T: FromStr<Err: Display>>(&mut self, name: &str) -> Option<T> {
        self.parsed(name, |text| text.parse().map_err(|error: T::Err| error.to_string()))
    }

    fn number(&mut self, name: &str, least: f64, most: f64) -> Option<f64> {
        self.parsed(name, |text| {
            let number = text.parse::<f64>().ok().filter(|number| (least..=most).contains(number));
            number.ok_or_else(|| format!("{text:?} is not a number from {least} to {most}"))
        })
    }
}

impl Settings {
    /// Reads all settings through a lookup of their environment names.
    pub fn read(lookup: impl Fn(&str) -> Option<String>) -> Result<Self, SettingsError> {
        let mut reader = Reader { lookup, mistakes: Vec::new() };
        let settings = Self::collect(&mut reader);
        match settings {
            Some(settings) if reader.mistakes.is_empty() => Ok(settings),
            _ => Err(SettingsError { mistakes: reader.mistakes }),
        }
    }

    /// Reads every variable before it gives up on any.
    fn collect<F: Fn(&str) -> Option<String>>(reader: &mut Reader<F>) -> Option<Self> {
        let (endpoint, variant, schedule) =
            (reader.value("ENDPOINT_NAME"), reader.value("VARIANT_NAME"), reader.value("SCHEDULE_NAME"));
        let (capture, validation_set) = (reader.value("CAPTURE_URI"), reader.value("VALIDATION_SET_URI"));
        let (catalog, reports): (_, Option<Location>) =
            (reader.value("CATALOG_URI"), reader.value("REPORTS_URI"));
        let (state, baselines) = (reader.value("STATE_URI"), reader.value("BASELINES_URI"));
        let replay = reader.value("REPLAY").unwrap_or(Source::None);
        let window = reader.parsed("WINDOW", |text| parse_length(text).map_err(|error| error.to_string()));
        let limits = limits(reader);
        let path = reader.value("RECOMMENDATIONS_PATH");
        let replay_max_age =
            reader.parsed("REPLAY_MAX_AGE", |text| parse_duration(text).map_err(|error| error.to_string()));
        let replay_concurrency = reader.number("REPLAY_CONCURRENCY", 1.0, 20.0);
        let no_data = reader.parsed("NO_DATA_POLICY", no_data_policy);
        let metrics_namespace = reader.parsed("METRICS_NAMESPACE", namespace);
        if replay != Source::None && validation_set.is_none() {
            reader.mistakes.push(
                "VALIDATION_SET_URI (--validation-set) is missing: a replay needs held-out sessions".into(),
            );
        }
        if replay == Source::None && capture.is_none() {
            reader.mistakes.push(
                "CAPTURE_URI (--capture) and REPLAY are both absent: there is nothing to measure".into(),
            );
        }
        let state = state_location(reader, state, reports.as_ref());
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

fn limits<F: Fn(&str) -> Option<String>>(reader: &mut Reader<F>) -> Option<Limits> {
    let k = reader.number("TOP_K", 1.0, 1_000.0);
    let min_diversity = reader.number("MIN_DIVERSITY", 0.0, 1_000.0);
    let mean_ratio = reader.number("BAND_MEAN_RATIO", 0.0, 1.0);
    let p5_margin = reader.number("BAND_P5_MARGIN", 0.0, 1_000.0);
    let min_margin = reader.number("BAND_MIN_MARGIN", 0.0, 1_000.0);
    let k = k.filter(|k| {
        let whole = k.fract() == 0.0;
        if !whole {
            reader.mistakes.push(format!("TOP_K: {k} is not a whole number"));
        }
        whole
    });
    Some(Limits {
        k: k? as usize,
        min_diversity: min_diversity?,
        mean_ratio: mean_ratio?,
        p5_margin: p5_margin?,
        min_margin: min_margin?,
    })
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

/// State lies beside the reports unless told otherwise, and never inside: what is put below the reports starts the
/// router.
fn state_location<F: Fn(&str) -> Option<String>>(
    reader: &mut Reader<F>,
    given: Option<Location>,
    reports: Option<&Location>,
) -> Option<Location> {
    let reports = reports?;
    match given {
        Some(state) if state.is_within(reports) => {
            reader
                .mistakes
                .push(format!("STATE_URI: {state} lies inside the reports {reports}; put it beside them"));
            None
        }
        Some(state) => Some(state),
        None => {
            let beside = reports.beside("-state");
            if beside.is_none() {
                reader
                    .mistakes
                    .push(format!("STATE_URI (--state) is missing: nothing lies beside {reports}"));
            }
            beside
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(changes: &[(&str, &str)]) -> Result<Settings, SettingsError> {
        Settings::read(|name| {
            let changed =
                changes.iter().find(|(changed, _)| *changed == name).map(|(_, value)| (*value).to_owned());
            changed.or_else(|| {
                let value = match name {
                    "ENDPOINT_NAME" => "recommender-prod",
                    "VARIANT_NAME" => "AllTraffic",
                    "SCHEDULE_NAME" => "diversity-hourly",
                    "VALIDATION_SET_URI" => "s3://inputs/validation/sessions.jsonl",
                    "CATALOG_URI" => "s3://inputs/catalog.json",
                    "REPORTS_URI" => "s3://reports/model-monitor",
                    "REPLAY" => "sagemaker",
                    _ => return None,
                };
                Some(value.to_owned())
            })
        })
    }

    #[test]
    fn defaults_are_those_of_the_table() {
        let settings = read(&[]).unwrap();
        assert_eq!(
            settings.limits,
            Limits { k: 10, min_diversity: 4.0, mean_ratio: 0.9, p5_margin: 0.0, min_margin: 1.0 }
        );
        assert_eq!(settings.state.to_string(), "s3://reports/model-monitor-state");
        assert_eq!(settings.replay_max_age, SignedDuration::from_mins(90));
        assert_eq!(settings.metrics_namespace, None);
    }

    #[test]
    fn all_mistakes_are_told_together() {
        let error = read(&[
            ("ENDPOINT_NAME", "../x"),
            ("TOP_K", "0"),
            ("WINDOW", "PT30M"),
            ("RECOMMENDATIONS_PATH", "a["),
            ("METRICS_NAMESPACE", "AWS/SageMaker"),
            ("NO_DATA_POLICY", "maybe"),
            ("REPLAY", "ftp://x"),
            ("STATE_URI", "s3://reports/model-monitor/state"),
        ])
        .unwrap_err();
        let text = error.to_string();
        for name in [
            "ENDPOINT_NAME",
            "TOP_K",
            "WINDOW",
            "RECOMMENDATIONS_PATH",
            "METRICS_NAMESPACE",
            "NO_DATA_POLICY",
            "REPLAY",
            "STATE_URI",
        ] {
            assert!(error.mistakes.iter().any(|mistake| mistake.starts_with(name)), "{name} in {text}");
        }
        assert!(text.contains("endpoint name \"../x\""), "{text}");
    }

    #[test]
    fn a_run_without_anything_to_measure_is_a_mistake() {
        let error = read(&[("REPLAY", "none")]).unwrap_err().to_string();
        assert!(error.contains("nothing to measure"), "{error}");
        let error = read(&[("VALIDATION_SET_URI", "")]).unwrap_err().to_string();
        assert!(error.contains("a replay needs held-out sessions"), "{error}");
        let error = read(&[("REPORTS_URI", "s3://reports")]).unwrap_err().to_string();
        assert!(error.contains("STATE_URI (--state) is missing"), "{error}");
    }

    #[test]
    fn the_digest_follows_what_can_change_a_verdict() {
        let digest = |changes: &[(&str, &str)]| read(changes).unwrap().digest();
        assert_eq!(
            digest(&[]),
            digest(&[("REPLAY_CONCURRENCY", "5"), ("CATALOG_URI", "s3://elsewhere/c.json")])
        );
        assert_ne!(digest(&[]), digest(&[("TOP_K", "5")]));
        assert_ne!(digest(&[]), digest(&[("MIN_DIVERSITY", "3.5")]));
    }
}
