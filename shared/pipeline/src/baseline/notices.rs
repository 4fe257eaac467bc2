//! Which notices are over: a version is announced once it is below the floor, and that ends once a good one is in force.
//!
//! It words no message and sends none itself.

use super::kept::{Kept, Standing};
use super::kind::{BaselineKind, Shelved};
use super::{Baselines, pointer};
use crate::RunError;
use crate::clock::is_ahead;
use crate::route::Caller;
use crate::route::baseline::{End, Notice, Notified};
use crate::route::outbox::Outlet;
use bellwether_contract::baseline::{CurrentBaseline, ModelAge};
use bellwether_contract::keys::{BaselineFolder, BaselineOf, Key};
use bellwether_contract::names::{EndpointName, ModelVersion, VariantName};
use bellwether_contract::routing::BaselineNotice;
use bellwether_storage::{StorageError, Store};
use jiff::Timestamp;

impl Baselines {
    /// Tells of one baseline; of a kind against which nothing is ever said there is nothing to tell.
    pub(super) async fn tell_of<K: BaselineKind>(
        &self,
        kept: &Kept<K::Commit>,
        caller: &Caller,
    ) -> Result<Notified, RunError> {
        if !K::MAY_OBJECT {
            return Ok(Notified::default());
        }
        let BaselineOf { endpoint, variant, version: ours } = kept.baseline.of();
        let state = &self.shelf.state;
        let notices = Notices { kind: K::FOLDER, state, outlet: self.outlet.as_ref(), endpoint, variant };
        let mut notified = Notified::default();
        if let Standing::BelowFloor(below) = &kept.standing {
            match &self.outlet {
                Some(outlet) => {
                    notified.sent = notices.of(outlet, ours).announce(below, caller).await?.sent;
                }
                None => {
                    let baseline = &below.object;
                    tracing::warn!(baseline, "below the floor, and no TOPIC_ARN to announce it to");
                }
            }
        }
        let is_below = matches!(kept.standing, Standing::BelowFloor(_));
        let current = pointer::current::<K>(self.store(), kept.baseline.of()).await?;
        let end = |version: &ModelVersion, notice: &BaselineNotice| {
            if version == ours && !is_below {
                return Some(End::Itself);
            }
            let current = current.as_ref().filter(|current| is_newer(current, version, notice, caller.now));
            current.map(|current| End::Newer(&current.model_version))
        };
        let settled = notices.settle(end, caller).await?;
        notified.sent.extend(settled.sent);
        notified.waiting = settled.waiting;
        Ok(notified)
    }
}

/// Whether the version in force is newer than the one that a notice is about. An older notice does not say how old that is.
fn is_newer(
    current: &CurrentBaseline,
    version: &ModelVersion,
    notice: &BaselineNotice,
    now: Timestamp,
) -> bool {
    let age = |created_at| ModelAge { created_at, model_version: version.clone() };
    let in_force = current.in_force();
    in_force.model_version != *version
        && !is_ahead(in_force.created_at, now)
        && notice.created_at.is_none_or(|at| age(at) < in_force)
}

/// The notices of a variant's baselines of a kind.
#[derive(Debug, Clone, Copy)]
pub(super) struct Notices<'n> {
    pub(super) kind: BaselineFolder,
    pub(super) state: &'n Store,
    pub(super) outlet: Option<&'n Outlet>,
    pub(super) endpoint: &'n EndpointName,
    pub(super) variant: &'n VariantName,
}

impl<'n> Notices<'n> {
    fn of(&self, outlet: &'n Outlet, version: &'n ModelVersion) -> Notice<'n> {
        let Self { kind, state, endpoint, variant, .. } = *self;
        Notice { kind, state, outlet, of: BaselineOf { endpoint, variant, version } }
    }

    /// Ends what is over, and sends what waits. One that cannot be settled stops no other.
    pub(super) async fn settle<'e>(
        &self,
        end: impl Fn(&ModelVersion, &BaselineNotice) -> Option<End<'e>>,
        caller: &Caller,
    ) -> Result<Notified, RunError> {
        // No message waits to be printed: without a topic, what is to be told waits for the one that told the beginning.
        let nobody = Outlet::Printed(|_| Ok(()));
        let outlet = self.outlet.unwrap_or(&nobody);
        let (mut notified, mut failed) = (Notified::default(), None);
        for version in self.versions().await? {
            let end = |notice: &BaselineNotice| end(&version, notice);
            match self.of(outlet, &version).settle(end, caller).await {
                Ok(Notified { sent, waiting }) => {
                    notified.sent.extend(sent);
                    notified.waiting.extend(waiting);
                }
                Err(error) => {
                    failed.get_or_insert(error);
                }
            }
        }
        failed.map_or(Ok(notified), Err)
    }

    /// Versions of which anything was announced. What else lies there is passed over.
    async fn versions(&self) -> Result<Vec<ModelVersion>, RunError> {
        let folder = Key::BaselineNotices(self.endpoint, self.variant).to_string();
        match self.state.folders(&folder).await {
            Ok(names) => Ok(names.iter().filter_map(|name| name.parse().ok()).collect()),
            Err(StorageError::NoSuchLocation { .. }) if matches!(self.state, Store::Folder(_)) => {
                Ok(Vec::new())
            }
            Err(error) => Err(error.into()),
        }
    }
}
