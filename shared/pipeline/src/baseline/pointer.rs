//! `current.json`: which version the hourly check judges by.
//!
//! An event moves it forward only; a person moves it anywhere. Neither decides whether a baseline is good enough.

use super::shelf;
use super::standing::{Standing, below_floor};
use crate::clients::Clients;
use crate::settings::baseline::ActivationSettings;
use crate::{RunError, swap};
use bellwether_contract::baseline::{CurrentBaseline, DiversityBaseline, ModelAge};
use bellwether_contract::keys::Key;
use bellwether_contract::names::{EndpointName, ModelVersion, VariantName};
use bellwether_storage::{StorageError, Store};

const MAX_BYTES: u64 = 64 * 1024;

/// Puts a version's baseline in force by hand, newer or older, as after a roll-back. A baseline below the floor is
/// not put in force.
///
/// # Errors
/// `ObjectNotFound` for a version without a baseline.
pub async fn activate(
    settings: &ActivationSettings,
    clients: Option<&Clients>,
    version: &ModelVersion,
) -> Result<(DiversityBaseline, Standing), RunError> {
    let ActivationSettings { endpoint, variant, baselines, limits } = settings;
    let store = Store::new(baselines, clients.map(|clients| &clients.s3))?;
    let missing = || StorageError::NotFound {
        uri: store.uri(&Key::DiversityBaseline(endpoint, variant, version).to_string()),
    };
    let (baseline, _) = shelf::look(&store, endpoint, variant, version).await?.ok_or_else(missing)?;
    if let Some(below) = below_floor(&store, &baseline, limits.min_diversity).await? {
        return Ok((baseline, Standing::BelowFloor(below)));
    }
    let current = update(&store, &baseline, |current| activated(current, &baseline)).await?;
    let standing = standing(&current, &baseline);
    Ok((baseline, standing))
}

/// Moves the pointer to a version that is newer than any that was in force. What stands there afterwards.
pub(super) async fn advance(
    store: &Store,
    baseline: &DiversityBaseline,
) -> Result<CurrentBaseline, RunError> {
    let key = Key::CurrentBaseline(&baseline.endpoint_name, &baseline.target_variant).to_string();
    advance_to(store, &key, &baseline.age()).await
}

/// Moves any pointer of that form to a model that is newer than any that was in force.
pub(super) async fn advance_to(
    store: &Store,
    key: &str,
    age: &ModelAge,
) -> Result<CurrentBaseline, RunError> {
    swap::update(store, key, MAX_BYTES, |current| advanced(current, age)).await
}

/// The pointer, if there is one.
pub(super) async fn current(
    store: &Store,
    endpoint: &EndpointName,
    variant: &VariantName,
) -> Result<Option<CurrentBaseline>, RunError> {
    let key = Key::CurrentBaseline(endpoint, variant).to_string();
    Ok(swap::read(store, &key, MAX_BYTES).await?.map(|(current, _)| current))
}

/// What the pointer says of a version that is not below the floor.
pub(super) fn standing(current: &CurrentBaseline, baseline: &DiversityBaseline) -> Standing {
    if current.model_version == baseline.model_version {
        Standing::Current
    } else {
        Standing::Kept { current: current.model_version.clone() }
    }
}

async fn update(
    store: &Store,
    baseline: &DiversityBaseline,
    next: impl Fn(Option<&CurrentBaseline>) -> CurrentBaseline,
) -> Result<CurrentBaseline, RunError> {
    let key = Key::CurrentBaseline(&baseline.endpoint_name, &baseline.target_variant).to_string();
    swap::update(store, &key, MAX_BYTES, next).await
}

fn advanced(current: Option<&CurrentBaseline>, age: &ModelAge) -> CurrentBaseline {
    match current {
        Some(current) if *age <= current.newest() => current.clone(),
        _ => CurrentBaseline::to(age.clone()),
    }
}

/// The newest version stays known, so that its event, delivered once more, does not undo the roll-back.
fn activated(current: Option<&CurrentBaseline>, baseline: &DiversityBaseline) -> CurrentBaseline {
    let newest = current.map(CurrentBaseline::newest).into_iter().chain([baseline.age()]).max();
    CurrentBaseline { newest, ..CurrentBaseline::to(baseline.age()) }
}
