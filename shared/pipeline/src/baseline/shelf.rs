//! Where a version's baselines stand: stage, commit, publish, the same for lists and for rows.
//!
//! A baseline's own file is the commit. It does not know what was measured, nor which version is in force.

use crate::inputs::optional;
use crate::publication::{Found, Publication, digest_of, found};
use crate::report::{Report, digest};
use crate::swap::{self, Read};
use crate::{RunError, commit};
use bellwether_contract::baseline::{DataQualityBaseline, DiversityBaseline};
use bellwether_contract::execution::CommittedFile;
use bellwether_contract::keys::{Key, ReportFile};
use bellwether_contract::names::{EndpointName, ModelVersion, VariantName};
use bellwether_storage::{StorageError, Store, Version};
use bytes::Bytes;
use serde::{Serialize, de::DeserializeOwned};

/// What to do where a file of a baseline is lost.
const PUBLISH_AGAIN: &str = "publish the manifest again, changed, so that the baseline is made anew";
/// Largest file of edited constraints that is compared.
const MAX_EDITED_BYTES: u64 = 128 * 1024 * 1024;

/// Final names and stages.
#[derive(Debug)]
pub(super) struct Shelf {
    pub(super) baselines: Store,
    pub(super) state: Store,
}

/// A baseline that can lie on a shelf: its file, which is the commit, and the files that belong to it.
pub(super) trait Shelved: Serialize + DeserializeOwned + PartialEq + Send + Sync {
    /// Largest commit that is read.
    const MAX_BYTES: u64;

    /// The commit.
    fn key(&self) -> Key<'_>;

    /// What was committed.
    fn files(&self) -> &[CommittedFile];

    /// A file's final name.
    fn name(&self, file: ReportFile) -> Key<'_>;

    /// The same file before. The text is the digest of the whole stage.
    fn staged<'k>(&'k self, digest: &'k str, file: ReportFile) -> Key<'k>;

    /// The mark from which on the constraints are their editor's; `None` where nobody edits them.
    fn published<'k>(&'k self, _digest: &'k str) -> Option<Key<'k>> {
        None
    }

    /// Digests of constraints that earlier commits of the version left: no edits.
    fn superseded(&self) -> &[String] {
        &[]
    }
}

impl Shelf {
    /// Makes folders ready for the first write.
    pub(super) async fn prepare(&self) -> Result<(), RunError> {
        self.baselines.create_if_folder().await?;
        Ok(self.state.create_if_folder().await?)
    }

    /// Stages the files, then commits over what was seen: nothing, or the baseline of an earlier manifest. Whether
    /// this attempt committed; otherwise somebody was first.
    pub(super) async fn commit<B: Shelved>(
        &self,
        baseline: &B,
        report: &Report,
        seen: Option<&Version>,
    ) -> Result<bool, RunError> {
        let digest = digest(baseline.files());
        commit::stage(&self.state, report, |file| baseline.staged(&digest, file)).await?;
        Ok(swap::write(&self.baselines, &baseline.key().to_string(), baseline, seen).await?.is_ours())
    }

    /// Restores the files of a commit under their final names, where they are missing or other. If another manifest was
    /// committed meanwhile, its files have the last word, whoever restores them. The baseline that counts.
    pub(super) async fn publish<B: Shelved>(&self, mut committed: B) -> Result<B, RunError> {
        loop {
            self.restore(&committed).await?;
            let key = committed.key().to_string();
            match swap::read(&self.baselines, &key, B::MAX_BYTES).await? {
                Some((latest, _)) if latest != committed => committed = latest,
                _ => return Ok(committed),
            }
        }
    }

    async fn restore<B: Shelved>(&self, committed: &B) -> Result<(), RunError> {
        let digest = digest(committed.files());
        let mark = committed.published(&digest).map(|key| key.to_string());
        let is_marked = match &mark {
            Some(mark) => optional(self.state.get(mark, 1_024).await)?.is_some(),
            None => false,
        };
        let mut files = committed.files().to_vec();
        if mark.is_some() && self.is_edited(committed, &digest, is_marked).await? {
            files.retain(|file| file.name != ReportFile::Constraints);
        }
        Publication { stage: &self.state, place: &self.baselines, files: &files, remedy: PUBLISH_AGAIN }
            .complete(|file| committed.staged(&digest, file), |file| committed.name(file))
            .await?;
        match mark {
            Some(mark) if !is_marked => Ok(self.state.put(&mark, Bytes::new()).await?),
            _ => Ok(()),
        }
    }

    /// Whether the constraints are a hand's: nobody suggested them, and the suggestion had been published before, or is
    /// gone, mark and all.
    async fn is_edited<B: Shelved>(
        &self,
        committed: &B,
        digest: &str,
        is_marked: bool,
    ) -> Result<bool, RunError> {
        let constraints = committed.files().iter().find(|file| file.name == ReportFile::Constraints);
        let Some(suggested) = constraints else { return Ok(false) };
        let name = committed.name(suggested.name).to_string();
        let theirs = match optional(self.baselines.get(&name, MAX_EDITED_BYTES).await) {
            Ok(None) => return Ok(false),
            Ok(Some(bytes)) => Some(digest_of(&bytes)),
            Err(StorageError::TooLarge { .. }) => None,
            Err(error) => return Err(error.into()),
        };
        let is_ours =
            |theirs: &String| *theirs == suggested.sha256 || committed.superseded().contains(theirs);
        if theirs.as_ref().is_some_and(is_ours) {
            return Ok(false);
        }
        let staged = committed.staged(digest, suggested.name).to_string();
        Ok(is_marked || found(&self.state, &staged, suggested).await? == Found::Missing)
    }

    /// URI of a commit.
    pub(super) fn uri<B: Shelved>(&self, baseline: &B) -> String {
        uri(&self.baselines, baseline)
    }
}

/// The committed baseline of a version's lists, if it has one.
pub(super) async fn look(
    baselines: &Store,
    endpoint: &EndpointName,
    variant: &VariantName,
    version: &ModelVersion,
) -> Result<Read<DiversityBaseline>, RunError> {
    let key = Key::DiversityBaseline(endpoint, variant, version).to_string();
    swap::read(baselines, &key, DiversityBaseline::MAX_BYTES).await
}

/// URI of a commit.
pub(super) fn uri<B: Shelved>(baselines: &Store, baseline: &B) -> String {
    baselines.uri(&baseline.key().to_string())
}

impl Shelved for DiversityBaseline {
    const MAX_BYTES: u64 = Self::MAX_BYTES;

    fn key(&self) -> Key<'_> {
        Key::DiversityBaseline(&self.endpoint_name, &self.target_variant, &self.model_version)
    }

    fn files(&self) -> &[CommittedFile] {
        &self.files
    }

    fn name(&self, file: ReportFile) -> Key<'_> {
        Key::BaselineReport(&self.endpoint_name, &self.target_variant, &self.model_version, file)
    }

    fn staged<'k>(&'k self, digest: &'k str, file: ReportFile) -> Key<'k> {
        Key::StagedBaseline(&self.endpoint_name, &self.target_variant, &self.model_version, digest, file)
    }
}

impl Shelved for DataQualityBaseline {
    const MAX_BYTES: u64 = Self::MAX_BYTES;

    fn key(&self) -> Key<'_> {
        Key::DataQualityBaseline(&self.endpoint_name, &self.target_variant, &self.model_version)
    }

    fn files(&self) -> &[CommittedFile] {
        &self.files
    }

    fn name(&self, file: ReportFile) -> Key<'_> {
        Key::DataQualityFile(&self.endpoint_name, &self.target_variant, &self.model_version, file)
    }

    fn staged<'k>(&'k self, digest: &'k str, file: ReportFile) -> Key<'k> {
        Key::StagedDataQuality(&self.endpoint_name, &self.target_variant, &self.model_version, digest, file)
    }

    fn published<'k>(&'k self, digest: &'k str) -> Option<Key<'k>> {
        let Self { endpoint_name, target_variant, model_version, generation, .. } = self;
        Some(Key::DataQualityPublished(endpoint_name, target_variant, model_version, digest, *generation))
    }

    fn superseded(&self) -> &[String] {
        &self.superseded
    }
}
