//! The runbook has an entry for each alarm and each error type, and none for what is gone.

use super::read;
use super::template::{document, of_an_endpoint};
use bellwether_pipeline::RunError;
use std::collections::{BTreeMap, BTreeSet};

/// Every entry of a section, by its heading.
fn entries(section: &str) -> BTreeMap<String, String> {
    let page = read("docs/runbook.md");
    let start = page.find(&format!("\n## {section}\n")).unwrap_or_else(|| panic!("no section {section}"));
    let text = &page[start + 4..];
    let text = text.split("\n## ").next().unwrap_or_default();
    let entries = text.split("\n### ").skip(1).map(|entry| entry.split_once('\n').expect("a text"));
    entries.map(|(heading, text)| (heading.to_owned(), text.to_owned())).collect()
}

fn compare(section: &str, expected: BTreeSet<String>) {
    let entries = entries(section);
    assert_eq!(entries.keys().cloned().collect::<BTreeSet<_>>(), expected, "docs/runbook.md, {section}");
    for (heading, text) in entries {
        for said in ["**Means.**", "**Look at.**", "**Do.**", "**Clears.**"] {
            assert!(text.contains(said), "docs/runbook.md, {heading}: {said} is missing");
        }
    }
}

#[test]
fn every_alarm_has_its_entry_and_no_entry_is_stale() {
    let is_alarm = |kind: &str| kind.starts_with("AWS::CloudWatch::") && kind.ends_with("Alarm");
    let documents = [document(), of_an_endpoint()];
    let resources = documents.iter().filter_map(|document| document["Resources"].as_object()).flatten();
    let alarms = resources.filter(|(_, resource)| resource["Type"].as_str().is_some_and(is_alarm));
    compare("Alarms", alarms.map(|(id, _)| id.clone()).collect());
}

/// Who reads an exit code finds the command: each subcommand that ends otherwise than done or failed is named.
#[test]
fn exit_codes_are_told_of_every_monitor() {
    let page = read("docs/runbook.md");
    let table = page.split_once("\n## The command\n").expect("a section").1;
    let header = table.lines().find(|line| line.starts_with("| exit code")).expect("a table");
    for entry in bellwether_pipeline::monitors::TABLE {
        assert!(header.contains(&format!("`{}`", entry.command)), "{} is not in {header}", entry.command);
    }
}

#[test]
fn every_error_type_has_its_entry_and_no_entry_is_stale() {
    let types = RunError::ERROR_TYPES.iter().copied().chain([bellwether_serve::CONFIGURATION_ERROR]);
    compare("Error types", types.map(str::to_owned).collect());
}
