//! The baseline of a model version, from its manifest to the pointer that the hourly check follows.
//!
//! [`Baselines::generate`] reads top to bottom: read the manifest, look, measure, commit, publish, move the pointer.
//! A baseline below the floor is a value, [`BelowFloor`]; [`Baselines::tell`] tells the on-call of it, and of its end.

mod activation;
mod draft;
mod notices;
mod pointer;
mod shelf;
mod standing;
mod training;

pub use activation::{Activated, Activation, activate};
pub use standing::{BelowFloor, Generated, Made, Outcome, Standing};
pub use training::Trained;

use crate::clients::Clients;
use crate::dataset::Format;
use crate::monitors::diversity::inputs;
use crate::progress::Watcher;
use crate::publication::digest_of;
use crate::replay::Source;
use crate::replay::endpoint::Endpoint;
use crate::replay::{Answers, Plan, recorded_answers, replay};
use crate::route::outbox::Outlet;
use crate::settings::baseline::{BaselineSettings, Measuring};
use crate::{RunError, clock, swap};
use bellwether_analysis::monitors::diversity::Replayed;
use bellwether_contract::ContractError;
use bellwether_contract::baseline::DiversityBaseline;
use bellwether_contract::capture::REPLAY_PREFIX;
use bellwether_contract::keys::{Key, manifest_version};
use bellwether_contract::manifest::{MAX_MANIFEST_BYTES, Manifest, TrainingDataset};
use bellwether_contract::names::ModelVersion;
use bellwether_contract::notification::ObjectCreated;
use bellwether_contract::sessions::Session;
use bellwether_storage::{Location, Store};
use draft::Draft;
use jiff::Timestamp;
use shelf::Shelf;
use standing::below_floor;
use tokio::time::Instant;
use training::Training;

/// Each round ends another writer's turn at the same version; a new manifest meanwhile begins one more.
const ROUNDS: u32 = 20;

/// Everything that a process makes once and uses for every manifest.
#[derive(Debug)]
pub struct Baselines {
    settings: BaselineSettings,
    clients: Option<Clients>,
    models: Store,
    shelf: Shelf,
    outlet: Option<Outlet>,
}

/// A manifest as it was read.
struct Read {
    manifest: Manifest,
    object: String,
    digest: String,
    now: Timestamp,
}

impl Baselines {
    /// Opens stores. `clients` may be absent where no setting names AWS.
    pub fn new(settings: BaselineSettings, clients: Option<Clients>) -> Result<Self, RunError> {
        let s3 = clients.as_ref().map(|clients| &clients.s3);
        let models = Store::new(&settings.models, s3)?;
        let shelf = Shelf {
            baselines: Store::new(&settings.baselines, s3)?,
            state: Store::new(&settings.state, s3)?,
        };
        let topic = settings.topic.clone();
        let outlet = topic.map(|topic| Outlet::new(clients.as_ref(), Some(topic)));
        Ok(Self { models, shelf, outlet, settings, clients })
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
        let below = self.settings.models.key_below(&created.bucket, &created.key);
        below.and_then(manifest_version).ok_or_else(|| RunError::NotAManifest {
            object: created.shown(),
            models: self.settings.models.to_string(),
        })
    }

    /// Makes a version's baselines, or completes what an earlier attempt left undone: of its training dataset, of its
    /// lists, or of both, as its manifest names them. `now` is asked once, at the outermost edge.
    pub async fn generate(
        &self,
        version: &ModelVersion,
        now: Timestamp,
        deadline: Option<Instant>,
        watcher: Watcher<'_>,
    ) -> Result<Made, RunError> {
        let read = self.read(version, now).await?;
        let training = match self.training(&read)? {
            Some(training) => {
                self.shelf.prepare().await?;
                Some(training::keep(&self.shelf, &read, &training, self.s3(), watcher).await?)
            }
            None => None,
        };
        if training.is_some() && !self.has_lists(&read.manifest) {
            return Ok(Made { training, lists: None });
        }
        let lists = Some(self.generate_of_lists(version, now, deadline, watcher).await?);
        Ok(Made { training, lists })
    }

    /// The training dataset that a manifest names.
    fn training(&self, read: &Read) -> Result<Option<Training>, RunError> {
        let Some(TrainingDataset { uri, format }) = &read.manifest.training_dataset else {
            return Ok(None);
        };
        let dataset = self.beside(read, "training_dataset.uri", uri)?;
        Ok(Some(Training { dataset, format: Format::parse(&read.object, &format.to_string())? }))
    }

    /// Whether lists can be had of a version: it names some, or it is deployed and can be asked.
    fn has_lists(&self, manifest: &Manifest) -> bool {
        let can_be_asked = self.settings.replay != Source::None && self.settings.measuring().is_some();
        manifest.recommendations.is_some() || (manifest.deployed && can_be_asked)
    }

    async fn generate_of_lists(
        &self,
        version: &ModelVersion,
        now: Timestamp,
        deadline: Option<Instant>,
        watcher: Watcher<'_>,
    ) -> Result<Generated, RunError> {
        let mut measured: Option<Draft> = None;
        for round in 0..ROUNDS {
            let read = self.read(version, now).await?;
            self.shelf.prepare().await?;
            let Manifest { endpoint_name, target_variant, .. } = &read.manifest;
            let (committed, state) =
                shelf::look(self.store(), endpoint_name, target_variant, version).await?.unzip();
            let replaces = committed.is_some();
            if let Some(baseline) = committed.filter(|baseline| read.is_of(baseline)) {
                return self.conclude(baseline, Outcome::Unchanged, now).await;
            }
            let draft = match measured.take().filter(|draft| read.is_of(&draft.baseline)) {
                Some(draft) => draft,
                None => self.measure(&read, deadline, watcher).await?,
            };
            if self.shelf.commit(&draft.baseline, &draft.report, state.as_ref()).await? {
                let outcome = if replaces { Outcome::Replaced } else { Outcome::Made };
                return self.conclude(draft.baseline, outcome, now).await;
            }
            measured = Some(draft);
            swap::pause(round).await;
        }
        Err(RunError::Contended { object: self.models.uri(&Key::Manifest(version).to_string()) })
    }

    /// The manifest as it is now, which may be newer than the event.
    async fn read(&self, version: &ModelVersion, now: Timestamp) -> Result<Read, RunError> {
        let key = Key::Manifest(version).to_string();
        let object = self.models.uri(&key);
        let bytes = self.models.get(&key, MAX_MANIFEST_BYTES).await?;
        let manifest = Manifest::parse(&object, &bytes)?;
        not_ahead(&object, manifest.created_at, now)?;
        let mismatch = |field, found: &str, expected: &str| {
            let (object, found, expected) = (object.clone(), found.to_owned(), expected.to_owned());
            Err(RunError::ManifestMismatch { object, field, found, expected })
        };
        if manifest.model_version != *version {
            return mismatch("model_version", manifest.model_version.as_str(), version.as_str());
        }
        match &self.settings.endpoint {
            Some(ours) if manifest.endpoint_name != *ours => {
                mismatch("endpoint_name", manifest.endpoint_name.as_str(), ours.as_str())
            }
            _ => Ok(Read { manifest, object, digest: digest_of(&bytes), now }),
        }
    }

    /// Everything before the first write: inputs, lists, profile.
    async fn measure(
        &self,
        read: &Read,
        deadline: Option<Instant>,
        watcher: Watcher<'_>,
    ) -> Result<Draft, RunError> {
        let limits = &self.settings.limits;
        let reason = "VALIDATION_SET_URI and CATALOG_URI are not set, so no list can be measured";
        let nothing = || RunError::NothingToMeasure { object: read.object.clone(), reason };
        let Measuring { validation_set, catalog } = self.settings.measuring().ok_or_else(nothing)?;
        let catalog = inputs::catalog(catalog, self.s3()).await?;
        let sessions = inputs::sessions(validation_set, self.s3()).await?;
        let answers = self.answers(read, &sessions, deadline, watcher).await?;
        let replayed = Replayed::of(&answers.lists, &catalog, limits.k);
        if replayed.is_degraded() {
            return Err(RunError::TooFewAnswers {
                object: read.object.clone(),
                answered: replayed.answered(),
                sessions: replayed.sessions,
                unanswered: answers.unanswered,
            });
        }
        Ok(Draft::new(&read.manifest, &read.digest, replayed, limits)?)
    }

    /// The lists of the version: those of its training, or those that the endpoint gives, but only if it serves it.
    async fn answers(
        &self,
        read: &Read,
        sessions: &[Session],
        deadline: Option<Instant>,
        watcher: Watcher<'_>,
    ) -> Result<Answers, RunError> {
        let BaselineSettings { path, limits, replay_concurrency, .. } = &self.settings;
        let prefix = format!("{REPLAY_PREFIX}baseline-");
        let plan = Plan { path, k: limits.k, cap: *replay_concurrency, deadline, prefix: &prefix };
        let Manifest { endpoint_name, target_variant, deployed, recommendations, .. } = &read.manifest;
        if let Some(lists) = recommendations {
            let lists = self.beside(read, "recommendations", lists)?;
            let text = inputs::lists_text(&lists, self.s3()).await?;
            return Ok(recorded_answers(&lists.to_string(), &text, sessions, plan)?);
        }
        let nothing = |reason| Err(RunError::NothingToMeasure { object: read.object.clone(), reason });
        if !deployed {
            return nothing("does not say \"deployed\": true, so a replay would measure the model before it");
        }
        match Endpoint::of(&self.settings.replay, endpoint_name, target_variant, self.clients.as_ref())? {
            Some(endpoint) => replay(&endpoint, sessions, plan, watcher).await,
            None => nothing("no replay is configured (REPLAY)"),
        }
    }

    /// A manifest in S3 names objects in S3; one in a folder may name a file beside it.
    fn beside(&self, read: &Read, field: &str, named: &str) -> Result<Location, RunError> {
        let named: Location = named
            .parse()
            .map_err(|error| ContractError::malformed(&read.object, format!("{field}: {error}")))?;
        match (&self.settings.models, named) {
            (Location::S3 { .. }, Location::Folder(path)) => {
                let reason = format!("{field}: {} is no s3:// URI", path.display());
                Err(ContractError::malformed(&read.object, reason).into())
            }
            (Location::Folder(models), Location::Folder(path)) => {
                Ok(Location::Folder(models.join(read.manifest.model_version.as_str()).join(path)))
            }
            (_, named) => Ok(named),
        }
    }

    /// After the commit: files under their final names, then the pointer.
    async fn conclude(
        &self,
        committed: DiversityBaseline,
        outcome: Outcome,
        now: Timestamp,
    ) -> Result<Generated, RunError> {
        let baseline = self.shelf.publish(committed).await?;
        let floor = self.settings.limits.min_diversity;
        let (object, standing) = (self.shelf.uri(&baseline), self.stand(&baseline, floor, now).await?);
        Ok(Generated { outcome, standing, object, baseline })
    }

    async fn stand(
        &self,
        baseline: &DiversityBaseline,
        floor: f64,
        now: Timestamp,
    ) -> Result<Standing, RunError> {
        let store = self.store();
        if let Some(below) = below_floor(store, baseline, floor).await? {
            return Ok(Standing::BelowFloor(below));
        }
        let current = pointer::advance(store, baseline, now).await?;
        Ok(pointer::standing(&current, &baseline.model_version))
    }

    fn s3(&self) -> Option<&aws_sdk_s3::Client> {
        self.clients.as_ref().map(|clients| &clients.s3)
    }
}

impl Read {
    /// Whether a baseline was made from this manifest.
    fn is_of(&self, baseline: &DiversityBaseline) -> bool {
        baseline.manifest_digest.as_ref() == Some(&self.digest)
    }
}

/// Refuses a model from ahead of now: no later version would be newer than it.
fn not_ahead(object: &str, created_at: Timestamp, now: Timestamp) -> Result<(), ContractError> {
    if !clock::is_ahead(created_at, now) {
        return Ok(());
    }
    let reason = format!(
        "created_at is {created_at}, and may be {} minutes ahead of now ({now}) at most, or no later version would come into \
         force; write when the model was made, and publish the manifest again",
        clock::SKEW.as_mins()
    );
    Err(ContractError::malformed(object, reason))
}

/// Models and version of a manifest that is named by its URI or path.
///
/// # Errors
/// `NotAManifest` for any other name than `{models}/{model-version}/manifest.json`.
pub fn located(manifest: &Location) -> Result<(Location, ModelVersion), RunError> {
    let parts = || {
        let (folder, name) = manifest.as_object()?;
        let (models, version) = folder.as_object()?;
        Some((models, manifest_version(&format!("{version}/{name}"))?))
    };
    parts()
        .ok_or_else(|| RunError::NotAManifest { object: manifest.to_string(), models: "{models}".to_owned() })
}
