//! Documents name files that are there, and speak of the project alone.

use super::{read, root};
use regex::Regex;
use std::path::{Path, PathBuf};

/// Every Markdown file of the repository, without what tools make or install.
fn documents() -> Vec<PathBuf> {
    let mut found = Vec::new();
    let mut waiting = vec![root()];
    while let Some(folder) = waiting.pop() {
        for entry in std::fs::read_dir(&folder).expect("a folder") {
            let path = entry.expect("an entry").path();
            let name = path.file_name().and_then(|name| name.to_str()).unwrap_or_default().to_owned();
            let is_made = name == "target" || (name.starts_with('.') && name != ".ci");
            if path.is_dir() && !is_made {
                waiting.push(path);
            } else if name.ends_with(".md") {
                found.push(path);
            }
        }
    }
    found.sort();
    found
}

fn relative(path: &Path) -> String {
    path.strip_prefix(root()).expect("in the repository").display().to_string()
}

#[test]
fn every_relative_link_leads_to_a_file() {
    let link = Regex::new(r"\]\(([^)\s]+)\)").expect("a pattern");
    let (documents, mut missing) = (documents(), Vec::new());
    assert!(documents.iter().any(|path| path.ends_with("README.md")), "{documents:?}");
    for path in documents {
        let text = read(&relative(&path));
        for target in link.captures_iter(&text).map(|found| found[1].to_owned()) {
            let file = target.split('#').next().unwrap_or_default();
            if file.is_empty() || file.contains("://") || file.starts_with("mailto:") {
                continue;
            }
            if !path.parent().expect("a folder").join(file).exists() {
                missing.push(format!("{}: {target}", relative(&path)));
            }
        }
    }
    assert_eq!(missing, [""; 0], "links that lead nowhere");
}

/// A path that begins with a folder of the repository, as documents and their commands name it.
#[test]
fn every_path_that_is_named_is_there() {
    let word = Regex::new(r#"[^\s`'"()|,;=]+"#).expect("a pattern");
    let (mut named, mut missing) = (0, Vec::new());
    for path in documents() {
        let text = read(&relative(&path));
        for word in word.find_iter(&text).map(|found| found.as_str()) {
            let word = word
                .split('#')
                .next()
                .unwrap_or_default()
                .trim_start_matches("./")
                .trim_end_matches(['.', ':', '/']);
            let first = word.split('/').next().unwrap_or_default();
            let is_ours = [".ci", "cli", "docs", "events", "functions", "shared", "tests"].contains(&first);
            let is_pattern = word.contains(['*', '<', '>', '{', '}', '$', '[']) || word.contains("...");
            // events/local is made by a local run.
            if !word.contains('/') || !is_ours || is_pattern || word.starts_with("events/local") {
                continue;
            }
            named += 1;
            if !root().join(word).exists() {
                missing.push(format!("{}: {word}", relative(&path)));
            }
        }
    }
    assert_eq!(missing, [""; 0], "paths that are not there");
    assert!(named > 10, "only {named} paths were found");
}
