//! Where a version's baseline stands: stage, commit, publish.
//!
//! `diversity_baseline.json` is the commit. It does not know what was measured, nor which version is in force.

use super::Draft;
use crate::report::digest;
use crate::settings::hex;
use crate::swap::{self, Read};
use crate::{RunError, commit};
use bellwether_contract::baseline::DiversityBaseline;
use bellwether_contract::execution::CommittedFile;
use bellwether_contract::keys::{Key, ReportFile};
use bellwether_contract::manifest::Manifest;
use bellwether_contract::names::{EndpointName, ModelVersion, VariantName};
use bellwether_storage::{StorageError, Store, Version};
use sha2::{Digest, Sha256};

/// Final names and stages.
#[derive(Debug)]
pub(super) struct Shelf {
    pub(super) baselines: Store,
    pub(super) state: Store,
}

impl Shelf {
    /// Makes folders ready for the first write.
    pub(super) async fn prepare(&self) -> Result<(), RunError> {
        self.baselines.create_if_folder().await?;
        Ok(self.state.create_if_folder().await?)
    }

    /// The committed baseline of a manifest's version, if it has one.
    pub(super) async fn look(&self, manifest: &Manifest) -> Result<Read<DiversityBaseline>, RunError> {
        let Manifest { endpoint_name, target_variant, model_version, .. } = manifest;
        look(&self.baselines, endpoint_name, target_variant, model_version).await
    }

    /// Stages the files, then commits over what was seen: nothing, or the baseline of an earlier manifest. Whether
    /// this attempt committed; otherwise somebody was first.
    pub(super) async fn commit(&self, draft: &Draft, seen: Option<&Version>) -> Result<bool, RunError> {
        let Draft { baseline, report } = draft;
        let digest = digest_of(baseline);
        commit::stage(&self.state, report, |file| staged(baseline, &digest, file)).await?;
        swap::write(&self.baselines, &key(baseline).to_string(), baseline, seen).await
    }

    /// Copies the files of a commit to their final names, where they are not there already. If a new manifest was
    /// committed meanwhile, its files have the last word, whoever copies them. The baseline that counts.
    pub(super) async fn publish(
        &self,
        mut committed: DiversityBaseline,
    ) -> Result<DiversityBaseline, RunError> {
        loop {
            for file in &committed.files {
                self.publish_file(&committed, file).await?;
            }
            let DiversityBaseline { endpoint_name, target_variant, model_version, .. } = &committed;
            match look(&self.baselines, endpoint_name, target_variant, model_version).await? {
                Some((latest, _)) if latest != committed => committed = latest,
                _ => return Ok(committed),
            }
        }
    }

    async fn publish_file(
        &self,
        committed: &DiversityBaseline,
        file: &CommittedFile,
    ) -> Result<(), RunError> {
        let DiversityBaseline { endpoint_name, target_variant, model_version, .. } = committed;
        let to = Key::BaselineReport(endpoint_name, target_variant, model_version, file.name).to_string();
        let there = match self.baselines.get(&to, file.size_bytes).await {
            Ok(bytes) => hex(&Sha256::digest(&bytes)) == file.sha256,
            Err(StorageError::NotFound { .. } | StorageError::TooLarge { .. }) => false,
            Err(error) => return Err(error.into()),
        };
        if !there {
            let from = staged(committed, &digest_of(committed), file.name).to_string();
            let bytes = self.state.get(&from, file.size_bytes).await?;
            self.baselines.put(&to, bytes).await?;
        }
        Ok(())
    }

    /// URI of a version's `diversity_baseline.json`.
    pub(super) fn uri(&self, baseline: &DiversityBaseline) -> String {
        uri(&self.baselines, baseline)
    }
}

/// The committed baseline of a version, if it has one.
pub(super) async fn look(
    baselines: &Store,
    endpoint: &EndpointName,
    variant: &VariantName,
    version: &ModelVersion,
) -> Result<Read<DiversityBaseline>, RunError> {
    let key = Key::DiversityBaseline(endpoint, variant, version).to_string();
    swap::read(baselines, &key, DiversityBaseline::MAX_BYTES).await
}

/// URI of a version's `diversity_baseline.json`.
pub(super) fn uri(baselines: &Store, baseline: &DiversityBaseline) -> String {
    baselines.uri(&key(baseline).to_string())
}

/// The same for the same files and manifest.
pub(super) fn digest_of(baseline: &DiversityBaseline) -> String {
    digest(&baseline.files)
}

fn key(baseline: &DiversityBaseline) -> Key<'_> {
    Key::DiversityBaseline(&baseline.endpoint_name, &baseline.target_variant, &baseline.model_version)
}

fn staged<'a>(baseline: &'a DiversityBaseline, digest: &'a str, file: ReportFile) -> Key<'a> {
    let DiversityBaseline { endpoint_name, target_variant, model_version, .. } = baseline;
    Key::StagedBaseline(endpoint_name, target_variant, model_version, digest, file)
}
