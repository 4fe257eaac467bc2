//! The protocol: look, read the manifest, draft, stage, commit, publish, move the pointer; once for every kind, whoever comes
//! first, however often an event comes.
//!
//! It does not know what is measured.

use super::kept::{Kept, Outcome, Standing};
use super::kind::{BaselineKind, Draft, Drafting, Objection, Shelved};
use super::manifest::{Manifests, PublishedManifest};
use super::pointer::{self, Move};
use super::shelf::Shelf;
use crate::clients::Clients;
use crate::progress::Watcher;
use crate::report::digest;
use crate::route::baseline::BelowFloor;
use crate::{RunError, swap};
use bellwether_contract::keys::{BaselineObject, BaselineOf, Key};
use bellwether_contract::names::ModelVersion;
use bellwether_storage::Store;
use jiff::Timestamp;
use tokio::time::Instant;

/// Each round ends another writer's turn at the same version; a new manifest meanwhile begins one more.
const ROUNDS: u32 = 20;

/// A version whose baseline is to be kept, and what there is to make one with.
#[derive(Clone, Copy)]
pub(super) struct Asked<'a> {
    pub(super) manifests: &'a Manifests,
    pub(super) version: &'a ModelVersion,
    /// Its manifest as it was last read.
    pub(super) published: &'a PublishedManifest,
    pub(super) clients: Option<&'a Clients>,
    pub(super) now: Timestamp,
    pub(super) deadline: Option<Instant>,
    pub(super) watcher: Watcher<'a>,
}

/// Keeps a version's baseline of a kind, or completes what an earlier attempt left undone.
///
/// In every round the manifest is read *after* the look at what is committed. The commit goes over what was seen then, and fails
/// over anything else; so what was made of a newer manifest is never replaced by what was made of an older one, however long
/// an attempt took between two of its steps.
pub(super) async fn keep<K: BaselineKind>(
    shelf: &Shelf,
    kind: &K,
    asked: Asked<'_>,
) -> Result<Kept<K::Commit>, RunError> {
    let Asked { manifests, version, clients, now, deadline, watcher, .. } = asked;
    let mut published = asked.published.clone();
    let mut drafted: Option<Draft<K::Commit>> = None;
    let mut object = String::new();
    for round in 0..ROUNDS {
        shelf.prepare().await?;
        object = uri::<K>(&shelf.baselines, published.of());
        let (committed, state) = shelf.look::<K>(published.of()).await?.unzip();
        let seen = std::mem::replace(&mut published, manifests.read(version, now).await?);
        if seen.of() != published.of() {
            continue;
        }
        let (outcome, earlier) = match committed {
            Some(baseline) if published.is_of(&baseline) => {
                return conclude(shelf, kind, baseline, Outcome::Unchanged, now).await;
            }
            Some(baseline) => (Outcome::Replaced, Some(baseline)),
            None => (Outcome::Made, None),
        };
        let draft = match drafted.take().filter(|draft| published.is_of(&draft.baseline)) {
            Some(draft) => draft,
            None => kind.draft(Drafting { published: &published, clients, deadline, watcher }).await?,
        };
        let baseline = draft.baseline.clone().after(earlier.as_ref());
        if shelf.commit::<K>(&baseline, &draft.report, state.as_ref()).await? {
            return conclude(shelf, kind, baseline, outcome, now).await;
        }
        drafted = Some(draft);
        swap::pause(round).await;
    }
    Err(RunError::Contended { object })
}

/// After the commit: files under their final names, then the pointer.
async fn conclude<K: BaselineKind>(
    shelf: &Shelf,
    kind: &K,
    committed: K::Commit,
    outcome: Outcome,
    now: Timestamp,
) -> Result<Kept<K::Commit>, RunError> {
    let baseline = shelf.publish::<K>(committed).await?;
    let standing = stand::<K>(&shelf.baselines, &baseline, &kind.bar(), Move::Forward, now).await?;
    let object = uri::<K>(&shelf.baselines, baseline.of());
    Ok(Kept { outcome, standing, object, baseline })
}

/// Puts a baseline in force, unless something is said against it. Where it stands afterwards.
pub(super) async fn stand<K: BaselineKind>(
    baselines: &Store,
    baseline: &K::Commit,
    bar: &K::Bar,
    by: Move,
    now: Timestamp,
) -> Result<Standing, RunError> {
    let object = uri::<K>(baselines, baseline.of());
    if let Some(objection) = K::objection(&object, baseline, bar)? {
        let current = pointer::current::<K>(baselines, baseline.of()).await?;
        let current = current.map(|current| current.model_version);
        return Ok(Standing::BelowFloor(Box::new(below::<K>(baseline, objection, object, current))));
    }
    let current = pointer::advance::<K>(baselines, baseline.of(), &baseline.age(), by, now).await?;
    Ok(if current.model_version == *baseline.of().version {
        Standing::Current
    } else {
        Standing::Kept { current: current.model_version }
    })
}

/// What is to be announced of a baseline.
fn below<K: BaselineKind>(
    baseline: &K::Commit,
    objection: Objection,
    object: String,
    current: Option<ModelVersion>,
) -> BelowFloor {
    let BaselineOf { endpoint, variant, version } = baseline.of();
    let Objection { metric_name, value, limit, meaning } = objection;
    BelowFloor {
        kind: K::FOLDER,
        endpoint_name: endpoint.clone(),
        target_variant: variant.clone(),
        model_version: version.clone(),
        created_at: baseline.created_at(),
        metric_name,
        value,
        limit,
        meaning,
        current,
        object,
        digest: digest(baseline.files()),
    }
}

/// URI of a commit.
pub(super) fn uri<K: BaselineKind>(baselines: &Store, of: BaselineOf<'_>) -> String {
    baselines.uri(&Key::Baseline { kind: K::FOLDER, of, at: BaselineObject::Commit }.to_string())
}
