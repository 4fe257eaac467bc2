//! What crashed writes left: hidden files that nobody writes any more.
//!
//! It looks into single folders, and only at names that a write gives.

use std::fs::{DirEntry, File};
use std::io;
use std::path::Path;
use std::time::Duration;

use super::RESERVED;

/// No write takes as long. A younger file may be somebody's on a file system without locks.
const LEFT: Duration = Duration::from_secs(3_600);

/// Removes what was left in a folder. What cannot be removed stays hidden, and the next write tries again.
pub(super) fn sweep(folder: &Path) {
    let Ok(entries) = std::fs::read_dir(folder) else { return };
    for entry in entries.flatten().filter(is_of_a_write) {
        if is_left(&entry).unwrap_or_default() {
            let _ = std::fs::remove_file(entry.path());
        }
    }
}

/// `.bellwether-put-{process}-{number}`: not the lock of swaps, which stays.
fn is_of_a_write(entry: &DirEntry) -> bool {
    let name = entry.file_name();
    let numbers = name.to_str().and_then(|name| name.strip_prefix(RESERVED)?.split_once('-'));
    let is_number = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    numbers.is_some_and(|(process, number)| is_number(process) && is_number(number))
}

/// Whether a file is old and nobody holds it.
fn is_left(entry: &DirEntry) -> io::Result<bool> {
    let metadata = entry.metadata()?;
    let age = metadata.modified()?.elapsed().unwrap_or_default();
    Ok(metadata.is_file() && age >= LEFT && File::open(entry.path())?.try_lock().is_ok())
}
