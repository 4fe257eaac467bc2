//! What lies below a root, and what may be asked of it.

use bellwether_contract::execution::Execution;
use sha2::{Digest, Sha256};
use std::collections::BTreeMap;
use std::path::Path;

/// Every file below the root, by its path there.
pub(crate) type Tree = BTreeMap<String, Vec<u8>>;

pub(super) fn of_folder(root: &Path) -> Tree {
    let mut tree = Tree::new();
    walk(root, root, &mut tree);
    tree
}

fn walk(root: &Path, folder: &Path, tree: &mut Tree) {
    for entry in std::fs::read_dir(folder).expect("a folder") {
        let path = entry.expect("an entry").path();
        if path.is_dir() {
            walk(root, &path, tree);
        } else {
            let key = path.strip_prefix(root).expect("below the root").to_str().expect("UTF-8");
            tree.insert(key.to_owned(), std::fs::read(&path).expect("a file"));
        }
    }
}

/// Compares names first, so that a failure says which file is new and not what all of them hold.
pub(crate) fn assert_same(now: &Tree, before: &Tree) {
    assert_eq!(now.keys().collect::<Vec<_>>(), before.keys().collect::<Vec<_>>());
    for (key, bytes) in before {
        assert!(now[key] == *bytes, "{key} has changed");
    }
}

/// The folder holds the files that its execution.json names, with their digests: the work of one attempt.
pub(crate) fn assert_whole(tree: &Tree, run: &str, execution: &Execution) {
    let mut names: Vec<_> =
        execution.files.iter().map(|file| format!("{run}/{}", file.name.name())).collect();
    names.push(format!("{run}/execution.json"));
    names.sort();
    let is_again = |key: &&str| key.contains("/revision-") && !run.contains("/revision-");
    let there: Vec<_> = below(tree, run).into_iter().filter(|key| !is_again(key)).collect();
    assert_eq!(there, names);
    assert!(execution.files.len() >= 3, "statistics, constraints, violations");
    for file in &execution.files {
        let bytes = &tree[&format!("{run}/{}", file.name.name())];
        let digest: String = Sha256::digest(bytes).iter().map(|byte| format!("{byte:02x}")).collect();
        let (found, named) = ((digest, bytes.len() as u64), (file.sha256.clone(), file.size_bytes));
        assert_eq!(found, named, "{}", file.name.name());
    }
    let on_disk: Execution = serde_json::from_slice(&tree[&format!("{run}/execution.json")]).expect("JSON");
    assert_eq!(on_disk, *execution);
}

/// The files below a folder of the root.
pub(crate) fn below<'t>(tree: &'t Tree, folder: &str) -> Vec<&'t str> {
    tree.keys().map(String::as_str).filter(|key| key.starts_with(&format!("{folder}/"))).collect()
}
