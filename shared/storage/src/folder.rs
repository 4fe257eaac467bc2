//! The verbs on files below a folder, with the promises that S3 gives.
//!
//! Symbolic links are followed where something is read or listed, and nothing is written through them: what is outside of
//! the root stays as it is. That guards against mistakes, not against somebody who swaps folders for links while it works.

use std::fs::{File, Metadata};
use std::io::{self, ErrorKind, Read};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use bytes::Bytes;
use tokio::task::{JoinError, spawn_blocking};

use crate::key::{RESERVED, is_listed};
use crate::{Entry, Level, StorageError};

mod links;
mod sweep;
mod write;

use links::{leads_back, resolve};
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
        resolve(&root, &key, &uri)?;
        let path = root.join(&key);
        let missing = |error| not_found_or(&root, &uri, error);
        let kind = path.metadata().map_err(missing)?.file_type();
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
        let mut walk = Walk::of(&root, &beginning, &uri)?;
        let mut entries = Vec::new();
        while let Some(entry) = walk.next()? {
            entries.push(entry);
        }
        Ok(entries)
    })
    .await
}

/// The first listed key that is wanted, without a look into the folders behind it.
pub(crate) async fn find(
    root: &Path,
    beginning: &str,
    uri: String,
    is_wanted: impl Fn(&Entry) -> bool,
) -> Result<Option<Entry>, StorageError> {
    let (root, beginning) = (root.to_owned(), beginning.to_owned());
    let mut walk = off_thread(move || Walk::of(&root, &beginning, &uri)).await?;
    loop {
        // A step at a time: what is wanted is asked here, and not on the other thread.
        let next;
        (walk, next) = off_thread(move || {
            let next = walk.next();
            (walk, next)
        })
        .await;
        match next? {
            Some(entry) if !is_wanted(&entry) => {}
            found => return Ok(found),
        }
    }
}

/// The files below a folder whose keys have a beginning, in the order of keys.
struct Walk {
    root: PathBuf,
    beginning: String,
    uri: String,
    /// Keys still to be looked at, the first one last: files with their size, folders with their slash and none.
    waiting: Vec<(String, Option<u64>)>,
}

impl Walk {
    fn of(root: &Path, beginning: &str, uri: &str) -> Result<Self, StorageError> {
        require_root(root, uri)?;
        let folders = beginning.rfind('/').map_or("", |slash| &beginning[..=slash]);
        resolve(root, folders, uri)?;
        let (root, waiting) = (root.to_owned(), vec![(folders.to_owned(), None)]);
        Ok(Self { root, beginning: beginning.to_owned(), uri: uri.to_owned(), waiting })
    }

    fn next(&mut self) -> Result<Option<Entry>, StorageError> {
        while let Some((key, size_bytes)) = self.waiting.pop() {
            if let Some(size_bytes) = size_bytes {
                return Ok(Some(Entry { key, size_bytes }));
            }
            let inside = children(&self.root, &key, &self.uri)?;
            let mut inside: Vec<_> = inside
                .into_iter()
                .filter(|child| child.key.starts_with(&self.beginning))
                .filter_map(|Child { key, metadata }| match metadata {
                    Some(metadata) if metadata.is_dir() => Some((key + "/", None)),
                    Some(metadata) if !metadata.is_file() => None,
                    metadata => is_listed(&key).then(|| (key, Some(metadata.map_or(0, |file| file.len())))),
                })
                .collect();
            inside.sort_unstable_by(|(a, _), (b, _)| b.cmp(a));
            self.waiting.extend(inside);
        }
        Ok(None)
    }
}

/// What lies in a folder; of folders those that hold anything, as only those have keys.
pub(crate) async fn level(root: &Path, folder: &str, uri: String) -> Result<Level, StorageError> {
    let (root, folder) = (root.to_owned(), folder.to_owned());
    off_thread(move || {
        require_root(&root, &uri)?;
        resolve(&root, &folder, &uri)?;
        let mut level = Level::default();
        for Child { key, metadata } in children(&root, &folder, &uri)? {
            match metadata {
                Some(metadata) if metadata.is_dir() => {
                    if Walk::of(&root, &format!("{key}/"), &uri)?.next()?.is_some() {
                        level.folders.extend(key.strip_prefix(&folder).map(str::to_owned));
                    }
                }
                Some(metadata) if !metadata.is_file() => {}
                metadata => {
                    level.files.push(Entry { key, size_bytes: metadata.map_or(0, |file| file.len()) });
                }
            }
        }
        Ok(level)
    })
    .await
}

/// What lies in a folder: of a link, what it leads to, and nothing of one that leads nowhere.
struct Child {
    key: String,
    metadata: Option<Metadata>,
}

/// What lies in one folder, without what vanishes meanwhile and without links that lead back.
fn children(root: &Path, folder: &str, uri: &str) -> Result<Vec<Child>, StorageError> {
    let refused = |error| classify(uri, error);
    let entries = match std::fs::read_dir(root.join(folder)) {
        Err(error) if is_absence(&error) => return Ok(Vec::new()),
        entries => entries.map_err(refused)?,
    };
    let mut children = Vec::new();
    for entry in entries {
        let entry = entry.map_err(refused)?;
        let Ok(name) = entry.file_name().into_string() else { continue };
        let key = format!("{folder}{name}");
        let metadata = match entry.metadata() {
            Err(error) if is_absence(&error) => continue,
            metadata => metadata.map_err(refused)?,
        };
        if !metadata.is_symlink() {
            children.push(Child { key, metadata: Some(metadata) });
            continue;
        }
        let metadata = entry.path().metadata().ok();
        let is_folder = metadata.as_ref().is_some_and(Metadata::is_dir);
        if !is_folder || !leads_back(root, folder, &entry.path(), uri)? {
            children.push(Child { key, metadata });
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

/// The path to write `key` to, unless it leads through or to a symbolic link.
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
