//! From the stage to the final names: whatever is missing there, or is not what was committed, is restored.
//!
//! A digest is the proof that a file stands; no mark is taken for one. So it may be asked for at any time, by anybody, as often
//! as one likes. It does not know what is in the files, nor who committed them.

use crate::RunError;
use crate::inputs::optional;
use crate::settings::hex;
use bellwether_contract::execution::CommittedFile;
use bellwether_contract::keys::{Key, ReportFile};
use bellwether_storage::{StorageError, Store};
use bytes::Bytes;
use sha2::{Digest, Sha256};

/// Files that were committed, on their way.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Publication<'a> {
    /// Where they were staged.
    pub(crate) stage: &'a Store,
    /// Where their final names are.
    pub(crate) place: &'a Store,
    /// What must stand there, in the order of publication.
    pub(crate) files: &'a [CommittedFile],
    /// What to do where a file is lost: neither name holds what was committed.
    pub(crate) remedy: &'static str,
}

/// What lies under a name, held against what was committed.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Found {
    /// It, byte for byte.
    Whole(Bytes),
    /// Nothing.
    Missing,
    /// Something else, with its SHA-256 or, where it is longer, in words.
    Other(String),
}

impl Publication<'_> {
    /// Restores what is missing or other, in order.
    ///
    /// # Errors
    /// `StageExpired` where something has to be restored and its stage is gone; `StageAltered` where the stage holds other
    /// bytes than were committed, which nobody may publish.
    pub(crate) async fn complete<'k>(
        self,
        staged: impl Fn(ReportFile) -> Key<'k>,
        name: impl Fn(ReportFile) -> Key<'k>,
    ) -> Result<(), RunError> {
        for file in self.files {
            let name = name(file.name).to_string();
            if !matches!(found(self.place, &name, file).await?, Found::Whole(_)) {
                let bytes = self.staged(&staged(file.name).to_string(), &name, file).await?;
                self.place.put(&name, bytes).await?;
            }
        }
        Ok(())
    }

    async fn staged(&self, key: &str, name: &str, file: &CommittedFile) -> Result<Bytes, RunError> {
        let object = self.stage.uri(key);
        match found(self.stage, key, file).await? {
            Found::Whole(bytes) => Ok(bytes),
            Found::Missing => Err(RunError::StageExpired {
                object: self.place.uri(name),
                stage: object,
                remedy: self.remedy,
            }),
            Found::Other(found) => {
                let expected = file.sha256.clone();
                Err(RunError::StageAltered { object, expected, found, remedy: self.remedy })
            }
        }
    }
}

/// Looks under a name. No more is read than was committed.
pub(crate) async fn found(store: &Store, key: &str, file: &CommittedFile) -> Result<Found, StorageError> {
    found_of(store, key, &file.sha256, file.size_bytes).await
}

/// The same of what is no file of a report.
pub(crate) async fn found_of(
    store: &Store,
    key: &str,
    sha256: &str,
    size_bytes: u64,
) -> Result<Found, StorageError> {
    match optional(store.get(key, size_bytes).await) {
        Ok(None) => Ok(Found::Missing),
        Ok(Some(bytes)) => {
            let digest = digest_of(&bytes);
            Ok(if digest == sha256 { Found::Whole(bytes) } else { Found::Other(digest) })
        }
        Err(StorageError::TooLarge { limit_bytes, .. }) => {
            Ok(Found::Other(format!("that of more than {limit_bytes} bytes")))
        }
        Err(error) => Err(error),
    }
}

/// SHA-256 in hexadecimal.
pub(crate) fn digest_of(bytes: &[u8]) -> String {
    hex(&Sha256::digest(bytes))
}
