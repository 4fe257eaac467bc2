//! A manifest as it was read: which bytes, where they lie, and what they may name.
//!
//! It makes nothing of what a manifest says.

use super::kind::Shelved;
use crate::publication::digest_of;
use crate::report::Report;
use crate::{RunError, clock};
use bellwether_contract::ContractError;
use bellwether_contract::baseline::DatasetBaseline;
use bellwether_contract::keys::{BaselineOf, Key, manifest_version};
use bellwether_contract::layout::FirstLayout;
use bellwether_contract::manifest::{MAX_MANIFEST_BYTES, Manifest};
use bellwether_contract::names::{EndpointName, ModelVersion};
use bellwether_contract::notification::ObjectCreated;
use bellwether_storage::{Location, Store};
use jiff::Timestamp;

/// Where manifests arrive, and whose are taken.
#[derive(Debug)]
pub(super) struct Manifests {
    pub(super) store: Store,
    pub(super) models: Location,
    pub(super) endpoint: Option<EndpointName>,
}

/// A manifest as it was read.
#[derive(Debug, Clone)]
pub struct PublishedManifest {
    /// What it says.
    pub manifest: Manifest,
    /// Its URI.
    pub object: String,
    /// SHA-256 of its bytes: what is made from the same manifest is not made again.
    pub digest: String,
    models: Location,
}

impl Manifests {
    /// The model version whose manifest an event is about.
    pub(super) fn version_of(&self, created: &ObjectCreated) -> Result<ModelVersion, RunError> {
        let below = self.models.key_below(&created.bucket, &created.key);
        below.and_then(manifest_version).ok_or_else(|| RunError::NotAManifest {
            object: created.shown(),
            models: self.models.to_string(),
        })
    }

    /// The manifest as it is now, which may be newer than the event.
    pub(super) async fn read(
        &self,
        version: &ModelVersion,
        now: Timestamp,
    ) -> Result<PublishedManifest, RunError> {
        let key = Key::Manifest(version).to_string();
        let object = self.store.uri(&key);
        let bytes = self.store.get(&key, MAX_MANIFEST_BYTES).await?;
        let manifest = Manifest::parse(&object, &bytes)?;
        not_ahead(&object, manifest.created_at, now)?;
        let mismatch = |field, found: &str, expected: &str| {
            let (object, found, expected) = (object.clone(), found.to_owned(), expected.to_owned());
            Err(RunError::ManifestMismatch { object, field, found, expected })
        };
        if manifest.model_version != *version {
            return mismatch("model_version", manifest.model_version.as_str(), version.as_str());
        }
        match &self.endpoint {
            Some(ours) if manifest.endpoint_name != *ours => {
                mismatch("endpoint_name", manifest.endpoint_name.as_str(), ours.as_str())
            }
            _ => {
                let (digest, models) = (digest_of(&bytes), self.models.clone());
                Ok(PublishedManifest { manifest, object, digest, models })
            }
        }
    }
}

impl PublishedManifest {
    /// Of which version it speaks, and for whom that is meant.
    pub fn of(&self) -> BaselineOf<'_> {
        let Manifest { endpoint_name, target_variant, model_version, .. } = &self.manifest;
        BaselineOf { endpoint: endpoint_name, variant: target_variant, version: model_version }
    }

    /// The commit of a baseline of so many rows, and of columns where they were profiled, with these files.
    pub(crate) fn of_rows(&self, rows: u64, columns: Option<u64>, report: &Report) -> DatasetBaseline {
        let Manifest { endpoint_name, target_variant, model_version, created_at, .. } = &self.manifest;
        DatasetBaseline {
            layout: FirstLayout,
            model_version: model_version.clone(),
            created_at: *created_at,
            endpoint_name: endpoint_name.clone(),
            target_variant: target_variant.clone(),
            rows,
            columns,
            manifest_digest: self.digest.clone(),
            files: report.committed(),
            generation: 0,
            superseded: Vec::new(),
        }
    }

    /// Whether a baseline was made from this manifest.
    pub(super) fn is_of(&self, baseline: &impl Shelved) -> bool {
        baseline.manifest_digest() == Some(&self.digest)
    }

    /// What a field of the manifest names: a manifest in S3 names objects in S3; one in a folder may name a file beside it.
    ///
    /// # Errors
    /// A text that is no location, or one on this machine in a manifest from S3.
    pub fn beside(&self, field: &str, named: &str) -> Result<Location, RunError> {
        let named: Location = named
            .parse()
            .map_err(|error| ContractError::malformed(&self.object, format!("{field}: {error}")))?;
        match (&self.models, named) {
            (Location::S3 { .. }, Location::Folder(path)) => {
                let reason = format!("{field}: {} is no s3:// URI", path.display());
                Err(ContractError::malformed(&self.object, reason).into())
            }
            (Location::Folder(models), Location::Folder(path)) => {
                Ok(Location::Folder(models.join(self.manifest.model_version.as_str()).join(path)))
            }
            (_, named) => Ok(named),
        }
    }
}

/// Refuses a model from ahead of now: no later version would be newer than it.
pub(super) fn not_ahead(object: &str, created_at: Timestamp, now: Timestamp) -> Result<(), ContractError> {
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
