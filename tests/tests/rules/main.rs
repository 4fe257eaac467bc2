//! Rules of the house: who may depend on whom, and that template, settings, folders, events and documents agree.
//!
//! They read the repository; they run nothing of it.

mod arrows;
mod blind;
mod documents;
mod functions;
mod monitors;
mod monitors_document;
mod names;
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

/// Every source of what ships, by its path.
pub(crate) fn sources() -> Vec<String> {
    let mut sources = Vec::new();
    let mut folders: Vec<String> = names("shared").iter().map(|name| format!("shared/{name}/src")).collect();
    folders.extend(names("functions").iter().map(|name| format!("functions/{name}/src")));
    folders.push("cli/src".to_owned());
    while let Some(folder) = folders.pop() {
        for name in names(&folder) {
            let path = format!("{folder}/{name}");
            match root().join(&path).is_dir() {
                true => folders.push(path),
                false if path.ends_with(".rs") => sources.push(path),
                false => {}
            }
        }
    }
    sources.sort();
    sources
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
