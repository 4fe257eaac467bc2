//! Nobody names a monitor but the monitor itself, the one table, and those who are excepted here with a reason.
//!
//! So a new monitor edits the table and its own folders; whatever else has to know of it is found by the compiler, and not by a
//! reader.

use super::{read, sources};
use bellwether_pipeline::monitors::TABLE;
use std::collections::BTreeSet;
use std::io::Write;

/// Who may name a monitor outside of its own folders, and why.
const EXCEPTIONS: [(&str, &str); 15] = [
    ("shared/pipeline/src/monitors/mod.rs", "the one table"),
    ("shared/analysis/src/monitors/mod.rs", "a list of modules"),
    ("shared/analysis/src/lib.rs", "a list of modules"),
    ("shared/page/src/monitors/mod.rs", "a list of modules"),
    ("cli/src/monitors/mod.rs", "a list of modules"),
    ("shared/contract/src/", "names of files, keys and fields in users' buckets"),
    ("shared/analysis/src/suggest.rs", "suggests the constraints of one monitor, by its defaults"),
    ("shared/newsroom/src/", "a made-up endpoint and its schedule"),
    ("cli/src/demo.rs", "shows the newsroom's monitor at work"),
    ("cli/src/incident", "the same, hour by hour"),
    ("cli/src/arguments.rs", "an example that is a whole command"),
    ("cli/src/document/", "SageMaker's kinds of monitoring, and what can be drafted for any model"),
    ("cli/src/help.rs", "examples that are whole commands"),
    ("cli/src/suggest.rs", "one subcommand for each kind of baseline that SageMaker suggests"),
    ("cli/src/profile.rs", "names the command that reads the same file of declared columns"),
];

/// Who may never be excepted.
const BLIND: [&str; 11] = [
    "shared/pipeline/src/route",
    "shared/pipeline/src/scheduled",
    "shared/pipeline/src/commit.rs",
    "shared/pipeline/src/report.rs",
    "shared/pipeline/src/executions.rs",
    "shared/pipeline/src/baseline",
    "shared/page/src/run",
    "shared/page/src/document.rs",
    "shared/serve",
    "shared/storage",
    "shared/events",
];

/// A name as it is written in texts, paths, modules and types.
fn spellings(name: &str) -> [String; 4] {
    let camel = name.split('-').map(|part| part[..1].to_uppercase() + &part[1..]).collect::<String>();
    [name.to_owned(), name.replace('-', "_"), name.replace('-', " "), camel]
}

/// Every word that names a monitor.
fn names() -> BTreeSet<String> {
    TABLE.iter().flat_map(|monitor| [monitor.name, monitor.command]).flat_map(spellings).collect()
}

/// The first line that names a monitor, tests left out: they have to speak of something.
fn naming<'t>(text: &'t str, names: &BTreeSet<String>) -> Option<(usize, &'t str)> {
    let tests = ["\n#[cfg(test)]\nmod ", "\n#[cfg(test)]\npub(crate) mod "];
    let end = tests.iter().filter_map(|tests| text.find(tests)).min().unwrap_or(text.len());
    let mut lines = (1..).zip(text[..end].lines());
    lines.find(|(_, line)| names.iter().any(|name| line.contains(name.as_str())))
}

/// Whether a file lies in the folder or the file of a monitor.
fn is_own(path: &str, names: &BTreeSet<String>) -> bool {
    path.split(['/', '.']).any(|part| names.contains(part))
}

#[test]
fn no_file_names_a_monitor_but_its_own_the_table_and_the_excepted() {
    let names = names();
    let mut used: BTreeSet<&str> = BTreeSet::new();
    for path in sources() {
        let is_of_tests = path.split('/').any(|part| part == "tests" || part == "tests.rs");
        if is_of_tests || is_own(&path, &names) {
            continue;
        }
        let Some((line, text)) = naming(&read(&path), &names).map(|(line, text)| (line, text.to_owned()))
        else {
            continue;
        };
        let excepted = EXCEPTIONS.iter().find(|(place, _)| path.starts_with(place));
        let (place, _) = excepted.unwrap_or_else(|| panic!("{path}, line {line} names a monitor: {text}"));
        used.insert(place);
    }
    let out = &mut std::io::stderr();
    for (place, reason) in EXCEPTIONS {
        assert!(used.contains(place), "{place} is excepted and names no monitor any more");
        assert!(!BLIND.iter().any(|blind| place.starts_with(blind)), "{place} may not be excepted");
        writeln!(out, "may name a monitor: {place} ({reason})").expect("a terminal");
    }
}

#[test]
fn the_rule_can_fail() {
    let names = names();
    for line in [
        "if monitor == \"diversity\" {",
        "/// What data quality needs.",
        "use crate::monitors::data_quality::x;",
        "fn of(settings: &DataQualitySettings) {}",
        "Some(\"diversity-check\")",
    ] {
        let text = format!("//! A module.\n{line}\n#[cfg(test)]\nmod tests {{}}\n");
        assert_eq!(naming(&text, &names), Some((2, line)));
        assert_eq!(naming(&format!("//! A module.\n#[cfg(test)]\nmod tests {{ {line} }}\n"), &names), None);
    }
    assert!(is_own("shared/pipeline/src/monitors/data_quality/points.rs", &names));
    assert!(!is_own("shared/pipeline/src/route/decision.rs", &names));
}
