//! Writes that are whole or not there: a hidden file in the root, forced to disk, then one atomic step to its name.
//!
//! It removes its hidden file in every case but a crash. What a crash leaves is never listed, and swept by a later write.

use std::fs::File;
use std::io::{self, ErrorKind, Read, Write};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};

use bytes::Bytes;

use super::sweep::sweep;
use super::{RESERVED, classify, off_thread, place, require_root};
use crate::{Put, StorageError, Swap, Version};

/// Taken by every swap in a folder, so that no two of them compare the same file. It stays, and holds nothing.
const LOCK: &str = ".bellwether-put-lock";

/// Tells the hidden files of one process apart.
static NEXT: AtomicU64 = AtomicU64::new(0);

pub(crate) async fn create(root: &Path, uri: String) -> Result<(), StorageError> {
    let root = root.to_owned();
    off_thread(move || std::fs::create_dir_all(&root).map_err(|error| not_made(&root, &uri, error))).await
}

/// Why a folder cannot be made: what is in its way stays there, however often it is tried.
fn not_made(root: &Path, uri: &str, error: io::Error) -> StorageError {
    let leads_nowhere = |path: &&Path| path.is_symlink() && path.metadata().is_err();
    if let Some(link) = root.ancestors().find(leads_nowhere) {
        let reason = format!("{} is a symbolic link that leads nowhere; mend or remove it", link.display());
        return StorageError::refused(uri, reason);
    }
    let is_no_folder = |path: &&Path| path.exists() && !path.is_dir();
    if let Some(file) = root.ancestors().find(is_no_folder) {
        let reason = format!("{} is no folder; name another place", file.display());
        return StorageError::refused(uri, reason);
    }
    match error.kind() {
        ErrorKind::NotFound => StorageError::denied(uri, "no folder can be made there", error),
        _ => classify(uri, error),
    }
}

pub(crate) async fn put(root: &Path, key: &str, uri: String, bytes: Bytes) -> Result<(), StorageError> {
    write(root, key, uri, bytes, |unfinished, path| std::fs::rename(unfinished, path)).await
}

pub(crate) async fn put_if_absent(
    root: &Path,
    key: &str,
    uri: String,
    bytes: Bytes,
) -> Result<Put, StorageError> {
    let written = bytes.clone();
    // Unlike a rename, a hard link fails if its name is taken, and like it appears whole.
    write(root, key, uri, bytes, move |unfinished, path| match std::fs::hard_link(unfinished, path) {
        Ok(()) => Ok(Put::Created(Some(Version::of_bytes(written.clone())))),
        Err(error) if error.kind() == ErrorKind::AlreadyExists => Ok(Put::Exists),
        Err(error) => Err(error),
    })
    .await
}

pub(crate) async fn put_if_match(
    root: &Path,
    key: &str,
    uri: String,
    bytes: Bytes,
    expected: Bytes,
) -> Result<Swap, StorageError> {
    let written = bytes.clone();
    write(root, key, uri, bytes, move |unfinished, path| {
        let lock = File::create(path.with_file_name(LOCK))?;
        // Let go when the file is closed, by a crash too.
        lock.lock()?;
        if !holds(path, &expected)? {
            return Ok(Swap::Changed);
        }
        std::fs::rename(unfinished, path)?;
        Ok(Swap::Swapped(Some(Version::of_bytes(written.clone()))))
    })
    .await
}

/// Whether the file is there with exactly these bytes.
fn holds(path: &Path, expected: &[u8]) -> io::Result<bool> {
    let file = match File::open(path) {
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(false),
        file => file?,
    };
    let mut held = Vec::with_capacity(expected.len() + 1);
    file.take(expected.len() as u64 + 1).read_to_end(&mut held)?;
    Ok(held == expected)
}

/// Writes `bytes` to a hidden file, then lets `publish` give it its name. Where the root takes no file, or lies on another
/// device, the hidden file lies beside the target.
async fn write<T: Send + 'static>(
    root: &Path,
    key: &str,
    uri: String,
    bytes: Bytes,
    publish: impl Fn(&Path, &Path) -> io::Result<T> + Send + 'static,
) -> Result<T, StorageError> {
    let (root, key) = (root.to_owned(), key.to_owned());
    off_thread(move || {
        require_root(&root, &uri)?;
        let (folders, _) = key.rsplit_once('/').unwrap_or(("", &key));
        let path = place(&root, &key, &uri)?;
        let folder = make_folders(&root, folders, &key, &uri)?;
        if path.is_dir() {
            return Err(cannot_hold(&uri, &key, &format!("{key}/...")));
        }
        [&root, &folder].into_iter().for_each(|place| sweep(place));
        let from = |place: &Path| {
            Unfinished::write(place, &bytes).and_then(|unfinished| publish(&unfinished.path, &path))
        };
        let done = match from(&root) {
            Err(error) if is_about_the_root(&error) => from(&folder),
            done => done,
        };
        let done = done.map_err(|error| classify(&uri, error))?;
        sync(&folder).map_err(|error| classify(&uri, error))?;
        Ok(done)
    })
    .await
}

/// The folder `folders`, made where it is missing; refused where a file has its name.
fn make_folders(root: &Path, folders: &str, key: &str, uri: &str) -> Result<PathBuf, StorageError> {
    let mut folder = root.to_owned();
    for name in folders.split('/').filter(|name| !name.is_empty()) {
        let parent = folder.clone();
        folder.push(name);
        let made = match std::fs::create_dir(&folder) {
            Ok(()) => sync(&parent),
            Err(error) if error.kind() == ErrorKind::AlreadyExists && folder.is_dir() => Ok(()),
            Err(error) if error.kind() == ErrorKind::AlreadyExists => {
                let held = folder.strip_prefix(root).unwrap_or(&folder).display().to_string();
                return Err(cannot_hold(uri, key, &held));
            }
            Err(error) => Err(error),
        };
        made.map_err(|error| classify(uri, error))?;
    }
    Ok(folder)
}

fn is_about_the_root(error: &io::Error) -> bool {
    use ErrorKind::{CrossesDevices, PermissionDenied, ReadOnlyFilesystem};
    matches!(error.kind(), CrossesDevices | PermissionDenied | ReadOnlyFilesystem)
}

fn cannot_hold(uri: &str, key: &str, held: &str) -> StorageError {
    StorageError::refused(uri, format!("a folder that holds '{held}' cannot hold '{key}' as well"))
}

/// Makes a folder's new entries last.
fn sync(folder: &Path) -> io::Result<()> {
    File::open(folder)?.sync_all()
}

/// A file under a reserved name, removed when dropped, unless it has been renamed meanwhile.
struct Unfinished {
    path: PathBuf,
    /// Open and locked as long as it is written, so that nobody sweeps it.
    file: File,
}

impl Unfinished {
    fn write(folder: &Path, bytes: &[u8]) -> io::Result<Self> {
        let mut unfinished = Self::create(folder)?;
        unfinished.file.write_all(bytes)?;
        unfinished.file.sync_all()?;
        Ok(unfinished)
    }

    /// Other processes, on other machines perhaps, may use the same numbers: the first free one is ours.
    fn create(folder: &Path) -> io::Result<Self> {
        loop {
            let number = NEXT.fetch_add(1, Ordering::Relaxed);
            let path = folder.join(format!("{RESERVED}{}-{number}", std::process::id()));
            match File::create_new(&path) {
                Ok(file) => {
                    // Where there are no locks its age protects it.
                    let _ = file.lock();
                    return Ok(Self { path, file });
                }
                Err(error) if error.kind() == ErrorKind::AlreadyExists => {}
                Err(error) => return Err(error),
            }
        }
    }
}

impl Drop for Unfinished {
    fn drop(&mut self) {
        // After a rename there is nothing to remove; a leftover is hidden from every reader.
        let _ = std::fs::remove_file(&self.path);
    }
}
