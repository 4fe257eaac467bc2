//! Where baselines stand: looked at, staged, committed and published, the same for every kind.
//!
//! A baseline's own file is the commit. It does not know what was measured, nor which version is in force.

use super::kind::{BaselineKind, Shelved};
use crate::inputs::optional;
use crate::publication::{Found, Publication, digest_of, found};
use crate::report::{Report, digest};
use crate::swap::{self, Read};
use crate::{RunError, commit};
use bellwether_contract::keys::{BaselineObject, BaselineOf, Key, ReportFile};
use bellwether_storage::{StorageError, Store, Version};
use bytes::Bytes;

/// What to do where a file of a baseline is lost.
const PUBLISH_AGAIN: &str = "publish the manifest again, changed, so that the baseline is made anew";
/// Largest commit that is read.
pub(super) const MAX_COMMIT_BYTES: u64 = 1024 * 1024;
/// Largest file of a baseline that is read: a column of numbers takes some 20 kB of statistics.
pub(crate) const MAX_FILE_BYTES: u64 = 128 * 1024 * 1024;

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

    /// The committed baseline of a version, if it has one.
    pub(super) async fn look<K: BaselineKind>(
        &self,
        of: BaselineOf<'_>,
    ) -> Result<Read<K::Commit>, RunError> {
        look::<K>(&self.baselines, of).await
    }

    /// Stages the files, then commits over what was seen: nothing, or the baseline of an earlier manifest. Whether
    /// this attempt committed; otherwise somebody was first.
    pub(super) async fn commit<K: BaselineKind>(
        &self,
        baseline: &K::Commit,
        report: &Report,
        seen: Option<&Version>,
    ) -> Result<bool, RunError> {
        let digest = digest(baseline.files());
        let staged = |file| key::<K>(baseline, BaselineObject::Staged { digest: &digest, file });
        commit::stage(&self.state, report, staged).await?;
        let commit = key::<K>(baseline, BaselineObject::Commit).to_string();
        Ok(swap::write(&self.baselines, &commit, baseline, seen).await?.is_ours())
    }

    /// Restores the files of a commit under their final names, where they are missing or other. If another manifest was
    /// committed meanwhile, its files have the last word, whoever restores them. The baseline that counts.
    pub(super) async fn publish<K: BaselineKind>(
        &self,
        mut committed: K::Commit,
    ) -> Result<K::Commit, RunError> {
        loop {
            self.restore::<K>(&committed).await?;
            match self.look::<K>(committed.of()).await? {
                Some((latest, _)) if latest != committed => committed = latest,
                _ => return Ok(committed),
            }
        }
    }

    async fn restore<K: BaselineKind>(&self, committed: &K::Commit) -> Result<(), RunError> {
        let digest = digest(committed.files());
        let generation = committed.generation();
        let mark = K::IS_EDITABLE.then(|| {
            key::<K>(committed, BaselineObject::Published { digest: &digest, generation }).to_string()
        });
        let is_marked = match &mark {
            Some(mark) => optional(self.state.get(mark, 1_024).await)?.is_some(),
            None => false,
        };
        let mut files = committed.files().to_vec();
        if mark.is_some() && self.is_edited::<K>(committed, &digest, is_marked).await? {
            files.retain(|file| file.name != ReportFile::Constraints);
        }
        Publication { stage: &self.state, place: &self.baselines, files: &files, remedy: PUBLISH_AGAIN }
            .complete(
                |file| key::<K>(committed, BaselineObject::Staged { digest: &digest, file }),
                |file| key::<K>(committed, BaselineObject::File(file)),
            )
            .await?;
        match mark {
            Some(mark) if !is_marked => Ok(self.state.put(&mark, Bytes::new()).await?),
            _ => Ok(()),
        }
    }

    /// Whether the constraints are a hand's: nobody suggested them, and the suggestion had been published before, or is
    /// gone, mark and all.
    async fn is_edited<K: BaselineKind>(
        &self,
        committed: &K::Commit,
        digest: &str,
        is_marked: bool,
    ) -> Result<bool, RunError> {
        let constraints = committed.files().iter().find(|file| file.name == ReportFile::Constraints);
        let Some(suggested) = constraints else { return Ok(false) };
        let name = key::<K>(committed, BaselineObject::File(suggested.name)).to_string();
        let theirs = match optional(self.baselines.get(&name, MAX_FILE_BYTES).await) {
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
        let staged = key::<K>(committed, BaselineObject::Staged { digest, file: suggested.name });
        Ok(is_marked || found(&self.state, &staged.to_string(), suggested).await? == Found::Missing)
    }
}

/// The committed baseline of a version, if it has one.
pub(super) async fn look<K: BaselineKind>(
    baselines: &Store,
    of: BaselineOf<'_>,
) -> Result<Read<K::Commit>, RunError> {
    let key = Key::Baseline { kind: K::FOLDER, of, at: BaselineObject::Commit }.to_string();
    swap::read(baselines, &key, MAX_COMMIT_BYTES).await
}

fn key<'k, K: BaselineKind>(baseline: &'k K::Commit, at: BaselineObject<'k>) -> Key<'k> {
    Key::Baseline { kind: K::FOLDER, of: baseline.of(), at }
}
