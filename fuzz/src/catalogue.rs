//! A catalogue: every item has the categories that a general JSON reader sees, each once.

use bellwether_contract::catalog::Catalog;
use serde_json::Value;
use std::collections::BTreeSet;

/// A catalogue file, JSON or CSV.
pub fn catalogue(bytes: &[u8]) {
    let Ok(catalog) = Catalog::parse("catalogue", bytes) else {
        return;
    };
    assert!(catalog.item_count() > 0);
    assert!(catalog.item_count() + catalog.category_count() <= bytes.len(), "more names than bytes");
    let bytes = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
    let Ok(Value::Object(items)) = serde_json::from_slice(bytes) else {
        return;
    };
    let mut all = BTreeSet::new();
    for (item, categories) in &items {
        let names: BTreeSet<&str> = match categories {
            Value::Array(names) => names.iter().filter_map(Value::as_str).collect(),
            name => name.as_str().into_iter().collect(),
        };
        let numbers = catalog.categories_of(item).expect("an item of the file");
        assert_eq!(numbers.len(), names.len(), "{item:?}");
        assert!(numbers.is_sorted_by(|one, other| one < other), "{item:?}: {numbers:?}");
        all.extend(names);
    }
    assert_eq!((catalog.item_count(), catalog.category_count()), (items.len(), all.len()));
    for (item, categories) in &items {
        let names: Vec<&&str> = all.iter().collect();
        for number in catalog.categories_of(item).unwrap_or_default() {
            let name = Value::from(*names[*number as usize]);
            let named = categories == &name || categories.as_array().is_some_and(|list| list.contains(&name));
            assert!(named, "{item:?} is not in {name}");
        }
    }
}
