//! The verbs on files below a folder, with the promises that S3 gives.
//!
//! It follows no symbolic link below the root, so that no key leads out of it. That guards against mistakes, not
//! against somebody who swaps folders for links while it works.

use std::fs::{File, FileType};
use std::io::{self, ErrorKind, Read};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use bytes::Bytes;
use tokio::task::{JoinError, spawn_blocking};

use crate::key::{RESERVED, is_listed};
use crate::{Entry, StorageError};

mod write;

pub(crate) use write::{create, put, put_if_absent, put_if_match};

/// Large enough that the hop to the blocking threads does not show, small beside the memory of a run.
const CHUNK_BYTES: usize = 512 * 1024;

/// The bytes of one file.
#[derive(Debug)]
pub(crate) struct Body {
    file: Arc<File>,
    uri: String,
    declared_bytes: u64,
}

impl Body {
    pub(crate) fn declared_bytes(&self) -> u64 {
        self.declared_bytes
    }

    pub(crate) async fn next(&mut self) -> Result<Option<Bytes>, StorageError> {
        let file = Arc::clone(&self.file);
        let read = move || {
            let mut chunk = Vec::with_capacity(CHUNK_BYTES);
            file.as_ref().take(CHUNK_BYTES as u64).read_to_end(&mut chunk).map(|_| chunk)
        };
        match off_thread(read).await {
            Ok(chunk) if chunk.is_empty() => Ok(None),
            Ok(chunk) => Ok(Some(Bytes::from(chunk))),
            Err(error) => Err(classify(&self.uri, error)),
        }
    }
}

pub(crate) async fn read(root: &Path, key: &str, uri: String) -> Result<Body, StorageError> {
    let (root, key) = (root.to_owned(), key.to_owned());
    off_thread(move || {
        let path = place(&root, &key, &uri)?;
        let missing = |error| not_found_or(&root, &uri, error);
        let kind = path.symlink_metadata().map_err(missing)?.file_type();
        if kind.is_dir() {
            return Err(StorageError::NotFound { uri });
        }
        if !kind.is_file() {
            return Err(StorageError::refused(uri, "it is neither a file nor a folder"));
        }
        let file = File::open(&path).map_err(missing)?;
        let declared_bytes = file.metadata().map_err(missing)?.len();
        Ok(Body { file: Arc::new(file), uri, declared_bytes })
    })
    .await
}

pub(crate) async fn list(root: &Path, beginning: &str, uri: String) -> Result<Vec<Entry>, StorageError> {
    let (root, beginning) = (root.to_owned(), beginning.to_owned());
    off_thread(move || {
        require_root(&root, &uri)?;
        let folders = beginning.rfind('/').map_or("", |slash| &beginning[..=slash]);
        let mut entries = Vec::new();
        // Each entry of `waiting` is a folder's key, with its slash, or empty for the root.
        let mut waiting = match place(&root, folders.trim_end_matches('/'), &uri) {
            Ok(_) => vec![folders.to_owned()],
            // A link is no key, so nothing begins there.
            Err(_) => Vec::new(),
        };
        while let Some(folder) = waiting.pop() {
            for (key, kind, size_bytes) in children(&root, &folder).map_err(|error| classify(&uri, error))? {
                if !key.starts_with(&beginning) {
                    continue;
                }
                if kind.is_dir() {
                    waiting.push(key + "/");
                } else if kind.is_file() {
                    entries.push(Entry { key, size_bytes });
                }
            }
        }
        Ok(entries)
    })
    .await
}

/// The first listed key, without a look into the folders behind it.
pub(crate) async fn first(root: &Path, beginning: &str, uri: String) -> Result<Option<Entry>, StorageError> {
    let (root, beginning) = (root.to_owned(), beginning.to_owned());
    off_thread(move || {
        require_root(&root, &uri)?;
        let folders = beginning.rfind('/').map_or("", |slash| &beginning[..=slash]);
        // Keys still to be looked at, the first one last: files with their size, folders with their slash and none.
        let mut waiting = match place(&root, folders.trim_end_matches('/'), &uri) {
            Ok(_) => vec![(folders.to_owned(), None)],
            Err(_) => Vec::new(),
        };
        while let Some((key, size_bytes)) = waiting.pop() {
            if let Some(size_bytes) = size_bytes {
                return Ok(Some(Entry { key, size_bytes }));
            }
            let inside = children(&root, &key).map_err(|error| classify(&uri, error))?.into_iter();
            let mut inside: Vec<_> = inside
                .filter(|(key, ..)| key.starts_with(&beginning))
                .filter_map(|(key, kind, size_bytes)| match (kind.is_dir(), kind.is_file()) {
                    (true, _) => Some((key + "/", None)),
                    (_, true) if is_listed(&key) => Some((key, Some(size_bytes))),
                    _ => None,
                })
                .collect();
            inside.sort_unstable_by(|(a, _), (b, _)| b.cmp(a));
            waiting.extend(inside);
        }
        Ok(None)
    })
    .await
}

/// Names of the folders in a folder that hold anything, as only those have keys.
pub(crate) async fn folders(root: &Path, folder: &str, uri: String) -> Result<Vec<String>, StorageError> {
    let (root, folder) = (root.to_owned(), folder.to_owned());
    let inside = off_thread({
        let (root, folder, uri) = (root.clone(), folder.clone(), uri.clone());
        move || {
            require_root(&root, &uri)?;
            match place(&root, folder.trim_end_matches('/'), &uri) {
                Ok(_) => children(&root, &folder).map_err(|error| classify(&uri, error)),
                Err(_) => Ok(Vec::new()),
            }
        }
    })
    .await?;
    let mut folders = Vec::new();
    for (key, kind, _) in inside {
        if kind.is_dir() && first(&root, &format!("{key}/"), uri.clone()).await?.is_some() {
            folders.extend(key.strip_prefix(&folder).map(str::to_owned));
        }
    }
    Ok(folders)
}

/// What lies in one folder. Links are told as links; what vanishes meanwhile is left out.
fn children(root: &Path, folder: &str) -> io::Result<Vec<(String, FileType, u64)>> {
    let entries = match std::fs::read_dir(root.join(folder)) {
        Err(error) if is_absence(&error) => return Ok(Vec::new()),
        entries => entries?,
    };
    let mut children = Vec::new();
    for entry in entries {
        let entry = entry?;
        let Ok(name) = entry.file_name().into_string() else { continue };
        match entry.metadata() {
            Err(error) if is_absence(&error) => {}
            metadata => {
                let metadata = metadata?;
                children.push((format!("{folder}{name}"), metadata.file_type(), metadata.len()));
            }
        }
    }
    Ok(children)
}

pub(crate) async fn exists(root: &Path, uri: String) -> Result<bool, StorageError> {
    let root = root.to_owned();
    off_thread(move || match root.metadata() {
        Ok(metadata) => Ok(metadata.is_dir()),
        Err(error) if is_absence(&error) => Ok(false),
        Err(error) => Err(classify(&uri, error)),
    })
    .await
}

/// The path of `key`, unless it leads through or to a symbolic link.
fn place(root: &Path, key: &str, uri: &str) -> Result<PathBuf, StorageError> {
    let mut path = root.to_owned();
    for component in key.split('/').filter(|component| !component.is_empty()) {
        path.push(component);
        if path.is_symlink() {
            return Err(StorageError::refused(uri, format!("{} is a symbolic link", path.display())));
        }
    }
    Ok(path)
}

fn require_root(root: &Path, uri: &str) -> Result<(), StorageError> {
    match root.metadata() {
        Ok(metadata) if metadata.is_dir() => Ok(()),
        Ok(_) => Err(StorageError::NoSuchLocation { uri: uri.to_owned() }),
        Err(error) if is_absence(&error) => Err(StorageError::NoSuchLocation { uri: uri.to_owned() }),
        Err(error) => Err(classify(uri, error)),
    }
}

fn not_found_or(root: &Path, uri: &str, error: io::Error) -> StorageError {
    if !is_absence(&error) {
        return classify(uri, error);
    }
    match require_root(root, uri) {
        Ok(()) => StorageError::NotFound { uri: uri.to_owned() },
        Err(missing) => missing,
    }
}

/// Not there, or below something that is a file.
fn is_absence(error: &io::Error) -> bool {
    matches!(error.kind(), ErrorKind::NotFound | ErrorKind::NotADirectory)
}

fn classify(uri: &str, error: io::Error) -> StorageError {
    let reason = match error.kind() {
        ErrorKind::PermissionDenied => "permission is missing",
        ErrorKind::ReadOnlyFilesystem => "the file system is read-only",
        ErrorKind::InvalidFilename => "the file system cannot hold a name this long",
        ErrorKind::Unsupported => "the file system has no hard links or no locks",
        _ => return StorageError::unavailable(uri, error),
    };
    StorageError::denied(uri, reason, error)
}

/// Runs what blocks where blocking is allowed.
async fn off_thread<T: Send + 'static>(work: impl FnOnce() -> T + Send + 'static) -> T {
    match spawn_blocking(work).await.map_err(JoinError::try_into_panic) {
        Ok(done) => done,
        Err(Ok(panic)) => std::panic::resume_unwind(panic),
        // Cancelled, which happens only while the runtime ends: nobody waits for this any more.
        Err(Err(_)) => std::future::pending().await,
    }
}

#[cfg(test)]
mod tests;
