//! The page and the schema of the document of monitors, held against what reads it.

use super::read;
use bellwether_pipeline::document::{Document, Holder, schema};
use std::path::Path;

/// `WRITE_SCHEMA=1` writes it anew.
#[test]
fn the_schema_is_that_of_the_table() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs/monitors.schema.json");
    let expected = format!("{:#}\n", schema());
    if std::env::var_os("WRITE_SCHEMA").is_some() {
        std::fs::write(&path, &expected).expect("the schema can be written");
    }
    let found = std::fs::read_to_string(&path).unwrap_or_default();
    assert!(
        found == expected,
        "docs/monitors.schema.json is not that of the settings: WRITE_SCHEMA=1 writes it"
    );
}

#[test]
fn the_example_of_the_page_is_a_document() {
    let page = read("docs/monitors.md");
    let examples = page.split("```yaml\n").skip(1).filter_map(|rest| Some(rest.split_once("```")?.0));
    let entries = examples.map(|example| {
        let document =
            Document::read("the example", example.as_bytes(), Holder::Onlooker).expect("a document");
        document.whole().expect("no mistake");
        document.entries().len()
    });
    assert_eq!(entries.collect::<Vec<_>>(), [2, 1]);
    // Every key that is no setting's stands in the table.
    for key in ["name", "monitor", "enabled", "every", "at_hour"] {
        assert!(page.contains(&format!("`{key}`")), "{key}");
    }
    for monitor in bellwether_pipeline::monitors::TABLE {
        assert!(page.contains(&format!("`{}`", monitor.name)), "{}", monitor.name);
    }
}
