//! Files of the contract: what was read is written, and what was written reads the same.

use super::events::stays_in_its_folder;
use bellwether_analysis::monitors::data_quality::{self, Comparison};
use bellwether_analysis::monitors::diversity::{Measured, evaluate};
use bellwether_analysis::observed::{Observed, TypeCounts};
use bellwether_analysis::suggest::suggest;
use bellwether_contract::constraints::{Constraints, FeatureConstraints};
use bellwether_contract::json::{from_slice, to_vec};
use bellwether_contract::keys::{BaselineFolder, BaselineObject, BaselineOf, Key, manifest_version};
use bellwether_contract::manifest::Manifest;
use bellwether_contract::statistics::{Common, Dataset, FeatureStatistics, InferredType, Statistics};
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
    let of = BaselineOf { endpoint: endpoint_name, variant: target_variant, version: model_version };
    let kind = BaselineFolder::named("a-kind");
    stays_in_its_folder(&Key::Baseline { kind, of, at: BaselineObject::Commit }.to_string());
    for name in [endpoint_name.as_str(), target_variant.as_str(), model_version.as_str()] {
        assert!((1..=63).contains(&name.len()), "{name}");
    }
}

/// `constraints.json`.
pub fn constraints(bytes: &[u8]) {
    let named = Constraints::of_columns("the file", bytes);
    let Some(constraints) = survives::<Constraints>(bytes) else {
        assert!(named.is_err(), "what cannot be read is no baseline");
        return;
    };
    assert!(named.is_err() || named.is_ok_and(|(named, _)| named == constraints));
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
    let no_run = || "nothing was measured".to_owned();
    let measured = Measured { replay: Err(no_run()), captured: None, turnover: Err(no_run()) };
    let evaluated = evaluate(&measured, &statistics, &constraints);
    to_vec(&evaluated.violations()).expect("violations are JSON");
    is_judged(&columns_of(&constraints), &constraints);
}

/// Columns of a hundred rows under the names and types of constraints.
fn columns_of(constraints: &Constraints) -> Statistics {
    let common = || Common { num_present: 90, num_missing: 10, ..Common::default() };
    let column = |constraint: &FeatureConstraints| FeatureStatistics {
        name: constraint.name.clone(),
        inferred_type: constraint.inferred_type.clone(),
        common: Some(common()),
        ..FeatureStatistics::default()
    };
    let dataset = Dataset { item_count: 100, ..Dataset::default() };
    Statistics {
        dataset,
        features: constraints.features.iter().map(column).collect(),
        ..Statistics::default()
    }
}

/// `statistics.json`: whatever it says, constraints follow from it, and it can be held against them.
pub fn statistics(bytes: &[u8]) {
    let named = Statistics::of_columns("the file", bytes);
    let Some(statistics) = survives::<Statistics>(bytes) else {
        assert!(named.is_err(), "what cannot be read is no baseline");
        return;
    };
    assert!(named.is_err() || named.is_ok_and(|named| named == statistics));
    for feature in &statistics.features {
        assert!(statistics.feature(&feature.name).is_some());
    }
    let suggested = suggest(&statistics);
    let written = to_vec(&suggested).expect("suggested constraints are JSON");
    assert_eq!(from_slice::<Constraints>("the constraints", &written).expect("they read"), suggested);
    is_judged(&statistics, &suggested);
}

/// A window that looks like the baseline itself: no check panics, and every distance is a number.
fn is_judged(statistics: &Statistics, constraints: &Constraints) {
    let types = statistics.features.iter().map(types).collect();
    let observed = Observed { statistics: statistics.clone(), types };
    for comparison in [Comparison::AsConfigured, Comparison::Simple, Comparison::Robust, Comparison::Deequ] {
        let evaluation = data_quality::evaluate(&observed, Some(statistics), constraints, comparison);
        to_vec(&evaluation.constraints.violations()).expect("violations are JSON");
        for (name, distance) in &evaluation.distances {
            assert!(distance.is_finite(), "{name:?}: {distance} by {comparison:?}");
        }
    }
}

fn types(feature: &FeatureStatistics) -> TypeCounts {
    let (present, missing) =
        feature.counts().map_or((0, 0), |counts| (counts.num_present, counts.num_missing));
    let mut types = TypeCounts { missing, ..TypeCounts::default() };
    match feature.inferred_type {
        InferredType::Fractional => types.fractional = present,
        InferredType::Integral => types.integral = present,
        InferredType::Boolean => types.boolean = present,
        _ => types.string = present,
    }
    types
}
