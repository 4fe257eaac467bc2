//! Constraints as people edit them: a file of another kind is refused by its name, a broken field by its path, and a key
//! that is probably misspelt is told.
//!
//! A key that nobody knows is kept and no error: other tools write theirs.

use super::Constraints;
use crate::json;
use crate::kind::Kind;
use crate::misspelt::meant;
use crate::statistics::Unknown;
use crate::{ContractError, json::Fault};

const FILE: &[&str] = &["version", "features", "recommendation_constraints", "monitoring_config"];
const FEATURE: &[&str] = &[
    "name",
    "inferred_type",
    "completeness",
    "num_constraints",
    "string_constraints",
    "monitoringConfigOverrides",
    "monitoring_config_overrides",
];
const NUM: &[&str] = &["is_non_negative"];
const STRING: &[&str] = &["domains", "monitoringConfigOverrides", "monitoring_config_overrides"];
const CONFIG: &[&str] = &[
    "evaluate_constraints",
    "emit_metrics",
    "datatype_check_threshold",
    "domain_content_threshold",
    "distribution_constraints",
];
const DISTRIBUTION: &[&str] = &[
    "perform_comparison",
    "comparison_threshold",
    "comparison_method",
    "categorical_comparison_threshold",
    "categorical_drift_method",
];
/// Keys that can only be meant for one place, and that place.
const PLACES: [(&[&str], &str); 4] = [
    (NUM, "num_constraints"),
    (&["domains"], "string_constraints"),
    (CONFIG, "monitoring_config or a column's monitoringConfigOverrides"),
    (DISTRIBUTION, "distribution_constraints"),
];

impl Constraints {
    /// Reads the constraints of columns that somebody names, with what should be told of them: keys that are probably
    /// misspelt. `object` is what the text is called in the error.
    ///
    /// # Errors
    /// [`ContractError::Malformed`] with the path of the field, what was found and what to write; a file of another kind or
    /// monitor is refused by its name.
    pub fn of_columns(object: &str, bytes: &[u8]) -> Result<(Self, Vec<String>), ContractError> {
        let read: Result<Self, Fault> = json::read(bytes);
        let of_no_column = read.as_ref().is_ok_and(|constraints| constraints.features.is_empty());
        Kind::Constraints.refuse_others(object, bytes, of_no_column)?;
        let constraints = read.map_err(|fault| fault.plainly(object, bytes))?;
        let doubtful = constraints.doubtful_keys();
        Ok((constraints, doubtful))
    }

    /// Keys without a meaning that are probably meant for one with it, each told once with its first place.
    fn doubtful_keys(&self) -> Vec<String> {
        let mut told: Vec<(String, String, usize)> = Vec::new();
        for (path, unknown, known) in self.unknown_keys() {
            for key in unknown.keys() {
                let Some(remedy) = remedy(key, known) else { continue };
                let remedy = format!("{key} is not known and was not heeded; {remedy}");
                match told.iter_mut().find(|(_, other, _)| *other == remedy) {
                    Some((_, _, more)) => *more += 1,
                    None => told.push((path.clone(), remedy, 0)),
                }
            }
        }
        let line = |(path, remedy, more): (String, String, usize)| match more {
            0 => format!("{path}{remedy}"),
            more => format!("{path}{remedy} (and in {more} more places)"),
        };
        told.into_iter().map(line).collect()
    }

    /// Every object with a path before its keys, its unknown ones, and those that it may have.
    fn unknown_keys(&self) -> Vec<(String, &Unknown, &'static [&'static str])> {
        let mut objects = vec![(String::new(), &self.unknown, FILE)];
        let mut configs: Vec<_> =
            self.monitoring_config.iter().map(|config| ("monitoring_config.".to_owned(), config)).collect();
        for (place, feature) in self.features.iter().enumerate() {
            let path = |below: &str| format!("features[{place}].{below}");
            objects.push((path(""), &feature.unknown, FEATURE));
            let numbers = feature.num_constraints.iter();
            objects.extend(numbers.map(|numbers| (path("num_constraints."), &numbers.unknown, NUM)));
            let texts = feature.string_constraints.iter();
            objects.extend(texts.map(|texts| (path("string_constraints."), &texts.unknown, STRING)));
            let overrides = feature.overrides_by_place();
            configs.extend(overrides.map(|(below, config)| (path(&format!("{below}.")), config)));
        }
        for (path, config) in configs {
            let below = format!("{path}distribution_constraints.");
            let distribution = config.distribution_constraints.iter();
            objects.push((path, &config.unknown, CONFIG));
            objects.extend(distribution.map(|inner| (below.clone(), &inner.unknown, DISTRIBUTION)));
        }
        objects
    }
}

/// What was probably meant by a key.
fn remedy(key: &str, known: &[&str]) -> Option<String> {
    if let Some(meant) = meant(key, known.iter().copied(), 1) {
        return Some(format!("{meant} is probably meant"));
    }
    let (_, place) = PLACES.iter().find(|(words, _)| words.contains(&key))?;
    Some(format!("it belongs into {place}"))
}
