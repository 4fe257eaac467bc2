//! A version put in force by hand, newer or older, as after a roll-back: its lists, its rows, or both.
//!
//! It makes no baseline. What lies below the floor is not put in force.

use super::notices::Notices;
use super::standing::{Standing, below_floor};
use super::{not_ahead, pointer, shelf};
use crate::clients::Clients;
use crate::route::Invocation;
use crate::route::baseline::{End, Notified};
use crate::route::outbox::Outlet;
use crate::settings::baseline::ActivationSettings;
use crate::{RunError, swap};
use bellwether_contract::baseline::{DataQualityBaseline, DiversityBaseline};
use bellwether_contract::keys::Key;
use bellwether_contract::names::ModelVersion;
use bellwether_storage::{StorageError, Store};
use serde::Serialize;

/// What became of a version that was put in force by hand.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Activated {
    /// Of its training dataset; absent where it has no data-quality baseline.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub training: Option<Activation<DataQualityBaseline>>,
    /// Of its lists; absent where none were measured.
    #[serde(flatten)]
    pub lists: Option<Activation<DiversityBaseline>>,
    /// What the on-call was told, and what waits to be.
    #[serde(skip)]
    pub notified: Notified,
}

/// One of a version's baselines, and where it stands now.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Activation<B> {
    /// Whether a monitor judges by it.
    pub standing: Standing,
    /// The baseline.
    pub baseline: B,
}

/// Puts a version in force by hand: each of the two baselines that it has. Notices of other versions are over with its
/// lists.
///
/// # Errors
/// `ObjectNotFound` for a version without a baseline; `MalformedInput` for one from ahead of now.
pub async fn activate(
    settings: &ActivationSettings,
    clients: Option<&Clients>,
    version: &ModelVersion,
    invocation: &Invocation,
) -> Result<Activated, RunError> {
    let s3 = clients.map(|clients| &clients.s3);
    let store = Store::new(&settings.baselines, s3)?;
    let (lists, rows) = found(settings, &store, version, invocation).await?;
    let training = match rows {
        None => None,
        Some(baseline) => Some(of_rows(&store, baseline, invocation).await?),
    };
    let lists = match lists {
        None => None,
        Some(baseline) => Some(of_lists(settings, &store, baseline, invocation).await?),
    };
    let notified = match &lists {
        Some(Activation { standing: Standing::Current, .. }) => {
            end_notices(settings, clients, version, invocation).await?
        }
        _ => Notified::default(),
    };
    Ok(Activated { training, lists, notified })
}

/// A person decided what is judged by: whatever was announced before is over.
async fn end_notices(
    settings: &ActivationSettings,
    clients: Option<&Clients>,
    version: &ModelVersion,
    invocation: &Invocation,
) -> Result<Notified, RunError> {
    let state = Store::new(&settings.state, clients.map(|clients| &clients.s3))?;
    let outlet = settings.topic.clone().map(|topic| Outlet::new(clients, Some(topic)));
    let ActivationSettings { endpoint, variant, .. } = settings;
    let notices = Notices { state: &state, outlet: outlet.as_ref(), endpoint, variant };
    let end = |of: &ModelVersion, _: &_| Some(if of == version { End::Itself } else { End::ByHand(version) });
    notices.settle(end, invocation).await
}

/// What the version has, looked at before anything is moved.
async fn found(
    settings: &ActivationSettings,
    store: &Store,
    version: &ModelVersion,
    invocation: &Invocation,
) -> Result<(Option<DiversityBaseline>, Option<DataQualityBaseline>), RunError> {
    let ActivationSettings { endpoint, variant, .. } = settings;
    let lists = shelf::look(store, endpoint, variant, version).await?.map(|(baseline, _)| baseline);
    let of_rows = Key::DataQualityBaseline(endpoint, variant, version).to_string();
    let rows: Option<DataQualityBaseline> =
        swap::read(store, &of_rows, DataQualityBaseline::MAX_BYTES).await?.map(|(baseline, _)| baseline);
    let of_lists = Key::DiversityBaseline(endpoint, variant, version).to_string();
    if lists.is_none() && rows.is_none() {
        let uri = format!("{} and {}", store.uri(&of_lists), store.uri(&of_rows));
        return Err(StorageError::NotFound { uri }.into());
    }
    if let Some(lists) = &lists {
        not_ahead(&store.uri(&of_lists), lists.created_at, invocation.now)?;
    }
    if let Some(rows) = &rows {
        not_ahead(&store.uri(&of_rows), rows.created_at, invocation.now)?;
    }
    Ok((lists, rows))
}

async fn of_rows(
    store: &Store,
    baseline: DataQualityBaseline,
    invocation: &Invocation,
) -> Result<Activation<DataQualityBaseline>, RunError> {
    let key = Key::CurrentDataQuality(&baseline.endpoint_name, &baseline.target_variant).to_string();
    let current = pointer::put(store, &key, &baseline.age(), invocation.now).await?;
    Ok(Activation { standing: pointer::standing(&current, &baseline.model_version), baseline })
}

async fn of_lists(
    settings: &ActivationSettings,
    store: &Store,
    baseline: DiversityBaseline,
    invocation: &Invocation,
) -> Result<Activation<DiversityBaseline>, RunError> {
    if let Some(below) = below_floor(store, &baseline, settings.min_diversity).await? {
        return Ok(Activation { standing: Standing::BelowFloor(below), baseline });
    }
    let key = Key::CurrentBaseline(&baseline.endpoint_name, &baseline.target_variant).to_string();
    let current = pointer::put(store, &key, &baseline.age(), invocation.now).await?;
    Ok(Activation { standing: pointer::standing(&current, &baseline.model_version), baseline })
}
