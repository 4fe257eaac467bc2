//! Symbolic links below the root: whether a key leads somewhere, and whether a folder leads back to where it came from.

use std::io;
use std::path::{Path, PathBuf};

use crate::StorageError;

/// Links to folders, one below the other, that a listing follows: each may hold many that lead to the same places.
const MOST_LINKS: usize = 8;

/// Refuses a key of which a part is a link that leads nowhere: what it should lead to is missing, and not absent.
pub(super) fn resolve(root: &Path, key: &str, uri: &str) -> Result<(), StorageError> {
    let mut path = root.to_owned();
    for component in key.split('/').filter(|component| !component.is_empty()) {
        path.push(component);
        let Err(error) = path.metadata() else { continue };
        if path.is_symlink() {
            let reason =
                format!("{} is a symbolic link that cannot be followed; mend or remove it", path.display());
            return Err(StorageError::denied(uri, &reason, error));
        }
        break;
    }
    Ok(())
}

/// Whether a link in a folder leads to a folder on the way to it, of which all is listed as it is.
pub(super) fn leads_back(root: &Path, folder: &str, link: &Path, uri: &str) -> Result<bool, StorageError> {
    let unavailable = |error: io::Error| StorageError::unavailable(uri, error);
    let target = link.canonicalize().map_err(unavailable)?;
    let mut links = 0;
    for path in way(root, folder) {
        links += usize::from(path != root && path.is_symlink());
        if path.canonicalize().map_err(unavailable)? == target {
            return Ok(true);
        }
    }
    if links >= MOST_LINKS {
        let reason = format!("{} is a symbolic link below {links} others", link.display());
        return Err(StorageError::refused(uri, reason));
    }
    Ok(false)
}

/// The root, and each folder below it down to this one.
fn way(root: &Path, folder: &str) -> impl Iterator<Item = PathBuf> {
    let names: Vec<String> = folder.split('/').filter(|name| !name.is_empty()).map(str::to_owned).collect();
    let first = root.to_owned();
    std::iter::once(first.clone()).chain(names.into_iter().scan(first, |path, name| {
        path.push(name);
        Some(path.clone())
    }))
}
