//! One word for one thing: no two public types of the shared crates have the same name.

use super::{read, sources};
use std::collections::BTreeMap;

/// The public types that a source declares.
fn declared(source: &str) -> impl Iterator<Item = &str> {
    source.lines().filter_map(|line| {
        let rest = line.trim_start().strip_prefix("pub ")?;
        let rest = ["struct ", "enum ", "trait ", "type "].iter().find_map(|word| rest.strip_prefix(word))?;
        // A macro's declaration has a variable in the place of the name.
        rest.split(|c: char| !c.is_alphanumeric()).next().filter(|name| !name.is_empty())
    })
}

#[test]
fn no_two_public_types_of_the_shared_crates_have_one_name() {
    let mut places: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for path in sources().into_iter().filter(|path| path.starts_with("shared/")) {
        for name in declared(&read(&path)) {
            places.entry(name.to_owned()).or_default().push(path.clone());
        }
    }
    assert!(places.len() > 100, "only {} types were found", places.len());
    let twice: Vec<_> = places.iter().filter(|(_, places)| places.len() > 1).collect();
    assert!(twice.is_empty(), "{twice:#?}");
}

#[test]
fn a_type_is_found_where_it_is_declared() {
    let source = "pub struct One<T> {\n    pub enum Two;\npub(crate) struct Three;\npub fn four()\n    pub type Five = u8;";
    assert_eq!(declared(source).collect::<Vec<_>>(), ["One", "Two", "Five"]);
}
