//! Files of the contract: what was read is written, and what was written reads the same.

use crate::events::stays_in_its_folder;
use bellwether_analysis::verdict::evaluate;
use bellwether_contract::constraints::Constraints;
use bellwether_contract::json::{from_slice, to_vec};
use bellwether_contract::keys::{Key, manifest_version};
use bellwether_contract::manifest::Manifest;
use bellwether_contract::statistics::Statistics;
use serde::Serialize;
use serde::de::DeserializeOwned;
use std::fmt::Debug;

/// The value of a file that is one.
fn survives<T: DeserializeOwned + Serialize + PartialEq + Debug>(bytes: &[u8]) -> Option<T> {
    let value: T = from_slice("the file", bytes).ok()?;
    let written = to_vec(&value).expect("JSON holds no number that JSON cannot hold");
    let again: T = from_slice("the file, written", &written).expect("what was written reads");
    assert_eq!(again, value);
    assert_eq!(to_vec(&again).expect("the same again"), written);
    Some(value)
}

/// `manifest.json`.
pub fn manifest(bytes: &[u8]) {
    let Ok(manifest) = Manifest::parse("manifest", bytes) else {
        return;
    };
    let Manifest { model_version, endpoint_name, target_variant, .. } = &manifest;
    let key = Key::Manifest(model_version).to_string();
    assert_eq!(manifest_version(&key).as_ref(), Some(model_version));
    stays_in_its_folder(&key);
    stays_in_its_folder(&Key::DiversityBaseline(endpoint_name, target_variant, model_version).to_string());
    for name in [endpoint_name.as_str(), target_variant.as_str(), model_version.as_str()] {
        assert!((1..=63).contains(&name.len()), "{name}");
    }
}

/// `constraints.json`.
pub fn constraints(bytes: &[u8]) {
    let Some(constraints) = survives::<Constraints>(bytes) else {
        return;
    };
    let overrides: usize = constraints.features.iter().map(|feature| feature.overrides().count()).sum();
    assert!(overrides <= 4 * constraints.features.len());
    // The same table holds the limits and, for each of them, a number that violates it or does not.
    let statistics = Statistics {
        recommendation_metrics: constraints
            .recommendation_constraints
            .as_ref()
            .map(|table| table.iter().map(|(name, limit)| (name, limit.threshold.into())).collect()),
        ..Statistics::default()
    };
    let violations = evaluate(&statistics, &constraints);
    to_vec(&violations).expect("violations are JSON");
}

/// `statistics.json`.
pub fn statistics(bytes: &[u8]) {
    let Some(statistics) = survives::<Statistics>(bytes) else {
        return;
    };
    for feature in &statistics.features {
        assert!(statistics.feature(&feature.name).is_some());
        let _ = feature.counts();
    }
}
