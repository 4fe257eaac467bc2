//! A version put in force by hand, newer or older, as after a roll-back: its baseline of every kind that it has.
//!
//! It makes no baseline. What something is said against is not put in force.

use super::keep::{stand, uri};
use super::kept::{Activation, Standing};
use super::kind::{BaselineKind, Shelved};
use super::manifest::not_ahead;
use super::notices::Notices;
use super::pointer::Move;
use super::shelf;
use crate::RunError;
use crate::clients::Clients;
use crate::route::Caller;
use crate::route::baseline::{End, Notified};
use crate::route::outbox::Outlet;
use crate::settings::baseline::ActivationSettings;
use bellwether_contract::keys::BaselineOf;
use bellwether_contract::names::ModelVersion;
use bellwether_storage::{StorageError, Store};

/// A version that a person named, and where its baselines lie.
#[derive(Debug)]
pub(super) struct ByHand<'a> {
    pub(super) settings: &'a ActivationSettings,
    pub(super) clients: Option<&'a Clients>,
    pub(super) version: &'a ModelVersion,
    pub(super) caller: &'a Caller,
    baselines: Store,
    /// Where a baseline would lie of each kind that the version has not.
    lacks: Vec<String>,
}

impl<'a> ByHand<'a> {
    pub(super) fn new(
        settings: &'a ActivationSettings,
        clients: Option<&'a Clients>,
        version: &'a ModelVersion,
        caller: &'a Caller,
    ) -> Result<Self, RunError> {
        let baselines = Store::new(&settings.baselines, clients.map(|clients| &clients.s3))?;
        Ok(Self { settings, clients, version, caller, baselines, lacks: Vec::new() })
    }

    fn of(&self) -> BaselineOf<'a> {
        let ActivationSettings { endpoint, variant, .. } = self.settings;
        BaselineOf { endpoint, variant, version: self.version }
    }

    /// What the version has of a kind, looked at before anything is moved.
    pub(super) async fn found<K: BaselineKind>(&mut self) -> Result<Option<K::Commit>, RunError> {
        let object = uri::<K>(&self.baselines, self.of());
        let Some((baseline, _)) = shelf::look::<K>(&self.baselines, self.of()).await? else {
            self.lacks.push(object);
            return Ok(None);
        };
        not_ahead(&object, baseline.created_at(), self.caller.now)?;
        Ok(Some(baseline))
    }

    /// The error of a version that has none of any kind.
    pub(super) fn nothing_found(&self) -> RunError {
        StorageError::NotFound { uri: self.lacks.join(" and ") }.into()
    }

    /// Moves the pointer of a kind, unless something is said against the baseline.
    pub(super) async fn put<K: BaselineKind>(
        &self,
        baseline: K::Commit,
        bar: &K::Bar,
    ) -> Result<Activation<K::Commit>, RunError> {
        let now = self.caller.now;
        let standing = stand::<K>(&self.baselines, &baseline, bar, Move::ByHand, now).await?;
        Ok(Activation { standing, baseline })
    }

    /// A person decided what is judged by: whatever was announced before of that kind is over.
    pub(super) async fn end_notices<K: BaselineKind>(
        &self,
        activation: Option<&Activation<K::Commit>>,
    ) -> Result<Notified, RunError> {
        let is_in_force = activation.is_some_and(|activation| activation.standing == Standing::Current);
        if !K::MAY_OBJECT || !is_in_force {
            return Ok(Notified::default());
        }
        let Self { settings, clients, version, caller, .. } = *self;
        let state = Store::new(&settings.state, clients.map(|clients| &clients.s3))?;
        let outlet = settings.topic.clone().map(|topic| Outlet::new(clients, Some(topic)));
        let ActivationSettings { endpoint, variant, .. } = settings;
        let outlet = outlet.as_ref();
        let notices = Notices { kind: K::FOLDER, state: &state, outlet, endpoint, variant };
        let end =
            |of: &ModelVersion, _: &_| Some(if of == version { End::Itself } else { End::ByHand(version) });
        notices.settle(end, caller).await
    }
}
