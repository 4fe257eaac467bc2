//! The baselines of a model version, from its manifest to the pointer that a monitor follows.
//!
//! One protocol for every kind (`keep.rs`): look, read the manifest, draft, stage, commit, publish, move the pointer. Which kinds
//! there are is said by one table ([`baselines!`](crate::baselines!)), what is particular to one by [`BaselineKind`]. A
//! baseline below the floor is a value, [`BelowFloor`](crate::route::baseline::BelowFloor); [`Baselines::tell`] tells the
//! on-call of it, and of its end.

mod activation;
mod analysis;
mod each;
mod in_force;
mod keep;
mod kept;
mod kind;
mod manifest;
mod notices;
mod of_document;
mod pointer;
mod shelf;

pub use analysis::BaselineAnalysis;
pub(crate) use analysis::BaselinePlaces;
pub use each::{Activated, Made, activate};
pub use in_force::{Absence, InForce, ReadFile, VersionInForce, in_force};
pub use kept::{Activation, Kept, Outcome, Standing};
pub use kind::{BaselineKind, Draft, Drafting, Objection, Shelved, Wish};
pub use manifest::{PublishedManifest, located};
pub use of_document::DocumentBaselines;

pub(crate) use kept::log_kept;

use crate::RunError;
use crate::clients::Clients;
use crate::route::outbox::Outlet;
use crate::settings::baseline::BaselineSettings;
use bellwether_contract::names::ModelVersion;
use bellwether_contract::notification::ObjectCreated;
use bellwether_storage::Store;
use each::Kinds;
use manifest::Manifests;
use shelf::Shelf;

/// Everything that a process makes once and uses for every manifest.
#[derive(Debug)]
pub struct Baselines {
    kinds: Kinds,
    clients: Option<Clients>,
    manifests: Manifests,
    shelf: Shelf,
    outlet: Option<Outlet>,
}

impl Baselines {
    /// Opens stores. `clients` may be absent where no setting names AWS.
    pub fn new(settings: BaselineSettings, clients: Option<Clients>) -> Result<Self, RunError> {
        let BaselineSettings { kinds, endpoint, models, baselines, state, topic } = settings;
        let s3 = clients.as_ref().map(|clients| &clients.s3);
        let manifests = Manifests { store: Store::new(&models, s3)?, models, endpoint };
        let shelf = Shelf { baselines: Store::new(&baselines, s3)?, state: Store::new(&state, s3)? };
        let outlet = topic.map(|topic| Outlet::new(clients.as_ref(), Some(topic)));
        Ok(Self { kinds: Kinds::new(kinds), manifests, shelf, outlet, clients })
    }

    /// Where baselines lie.
    pub fn store(&self) -> &Store {
        &self.shelf.baselines
    }

    /// The model version whose manifest an event is about.
    ///
    /// # Errors
    /// `NotAManifest` for every object that is not a manifest below MODELS_URI.
    pub fn version_of(&self, created: &ObjectCreated) -> Result<ModelVersion, RunError> {
        self.manifests.version_of(created)
    }
}

#[cfg(test)]
mod tests;
