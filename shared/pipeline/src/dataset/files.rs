//! Which files a location names: one object, or all below a prefix in the order of their keys.
//!
//! It reads none of them.

use crate::RunError;
use aws_sdk_s3::Client;
use bellwether_storage::{Chunks, Location, StorageError, Store};

/// A file of a dataset; the first one may be open already.
pub(super) struct File {
    pub(super) key: String,
    pub(super) size_bytes: u64,
    chunks: Option<Chunks>,
}

/// A file that is being read.
pub(super) struct OpenFile {
    /// URI.
    pub(super) object: String,
    pub(super) chunks: Chunks,
}

impl File {
    pub(super) async fn open(self, store: &Store) -> Result<OpenFile, RunError> {
        let chunks = match self.chunks {
            Some(chunks) => chunks,
            None => store.read(&self.key).await?,
        };
        Ok(OpenFile { object: store.uri(&self.key), chunks })
    }
}

/// The files, and the store in which they lie. An object is asked for before a prefix, so that a single one needs no
/// permission to list.
pub(super) async fn files(location: &Location, s3: Option<&Client>) -> Result<(Store, Vec<File>), RunError> {
    let location = followed(location).await;
    if let Some((parent, key)) = location.as_object() {
        let store = Store::new(&parent, s3)?;
        match store.read(&key).await {
            Ok(chunks) => {
                let size_bytes = chunks.declared_bytes().unwrap_or(0);
                return Ok((store, vec![File { key, size_bytes, chunks: Some(chunks) }]));
            }
            Err(StorageError::NotFound { .. }) => {}
            Err(error) => return Err(error.into()),
        }
    }
    let store = Store::new(&location, s3)?;
    let entries = match store.list("").await {
        // A mistyped path is an object that is not there.
        Err(StorageError::NoSuchLocation { uri }) => return Err(StorageError::NotFound { uri }.into()),
        entries => entries?,
    };
    let seen = entries.into_iter().filter(|entry| entry.size_bytes > 0 && !is_hidden(&entry.key));
    let files = seen.map(|entry| File { key: entry.key, size_bytes: entry.size_bytes, chunks: None });
    Ok((store, files.collect()))
}

/// A link that somebody names is followed; below a folder none is.
async fn followed(location: &Location) -> Location {
    match location {
        Location::Folder(path) if path.is_symlink() => match tokio::fs::canonicalize(path).await {
            Ok(path) => Location::Folder(path),
            Err(_) => location.clone(),
        },
        location => location.clone(),
    }
}

/// Whether Spark would pass over it.
pub(crate) fn is_hidden(key: &str) -> bool {
    key.split('/').any(|name| name.starts_with(['_', '.']))
}
