//! Rules of the house: who may depend on whom, and that template, settings, folders, events and documents agree.
//!
//! They read the repository; they run nothing of it.

mod arrows;
mod documents;
mod functions;
mod monitors;
mod protection;
mod reasons;
mod runbook;
mod stacks;
mod template;

use std::path::{Path, PathBuf};

pub(crate) fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("the workspace").to_owned()
}

pub(crate) fn read(path: &str) -> String {
    std::fs::read_to_string(root().join(path)).unwrap_or_else(|error| panic!("{path}: {error}"))
}

/// Names of what lies directly in a folder, sorted.
pub(crate) fn names(folder: &str) -> Vec<String> {
    let entries = std::fs::read_dir(root().join(folder)).unwrap_or_else(|error| panic!("{folder}: {error}"));
    let name = |entry: std::io::Result<std::fs::DirEntry>| entry.map(|entry| entry.file_name());
    let names = entries.map(|entry| name(entry).expect("an entry").into_string().expect("UTF-8"));
    let mut names: Vec<String> = names.filter(|name| !name.starts_with('.')).collect();
    names.sort();
    names
}
