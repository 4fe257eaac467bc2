//! Adding a monitor touches one table, and this demands by name what else there has to be.

use super::template::function_resources;
use super::{names, read, root};
use bellwether_pipeline::monitors::{MonitorEntry, TABLE};
use std::collections::BTreeSet;

/// What a monitor lacks. Its golden case is a story in which Lambda hands its sample events to the function, and which
/// says what lies there afterwards.
fn missing(name: &str, file: &str) -> Vec<String> {
    let package = name.replace('-', "_");
    let is_file = |path: &str| root().join(path).is_file();
    let has_story = names("tests/tests")
        .iter()
        .map(|folder| format!("tests/tests/{folder}/lambda.rs"))
        .any(|story| is_file(&story) && read(&story).contains(&format!("{package}::Function")));
    let has_event = names("events").iter().any(|event| event.starts_with(&format!("{name}-")));
    // The dispatcher knows it by name, and may start it.
    let resources = function_resources();
    let started =
        resources["dispatch"]["Properties"]["Environment"]["Variables"]["MONITOR_FUNCTIONS"]["Fn::Sub"]
            .as_str();
    let own = format!("{}=${{", file.replace('_', "-"));
    let is_started = resources.contains_key(name)
        && started.is_some_and(|started| started.split(',').any(|function| function.starts_with(&own)));
    let analysis = format!("shared/analysis/src/monitors/{file}.rs");
    let demanded = [
        (is_file(&analysis), analysis),
        (is_file(&format!("functions/{name}/src/main.rs")), format!("functions/{name}/src/main.rs")),
        (is_file(&format!("functions/{name}/README.md")), format!("functions/{name}/README.md")),
        (
            is_started,
            format!(
                "a function of the template with CodeUri functions/{name}, in MONITOR_FUNCTIONS of the dispatcher"
            ),
        ),
        (has_event, format!("events/{name}-*.json")),
        (is_file(&format!("cli/src/monitors/{file}.rs")), format!("cli/src/monitors/{file}.rs")),
        (has_story, format!("a story that calls {package}::Function, tests/tests/*/lambda.rs")),
    ];
    demanded.into_iter().filter(|(is_there, _)| !is_there).map(|(_, what)| what).collect()
}

#[test]
fn every_monitor_is_complete() {
    for monitor in TABLE {
        assert_eq!(missing(monitor.command, &file_of(monitor)), [""; 0], "{}", monitor.name);
    }
    assert_eq!(missing("clairvoyance", "clairvoyance").len(), 7, "nothing of it is there");
}

/// Its name as a module's.
fn file_of(monitor: &MonitorEntry) -> String {
    monitor.name.replace('-', "_")
}

#[test]
fn every_file_of_a_monitor_is_in_the_table() {
    let known: BTreeSet<String> = TABLE.iter().map(file_of).collect();
    for folder in ["shared/analysis/src/monitors", "shared/pipeline/src/monitors", "cli/src/monitors"] {
        let files = names(folder).into_iter().map(|file| file.trim_end_matches(".rs").to_owned());
        let files: BTreeSet<String> = files.filter(|file| file != "mod").collect();
        assert_eq!(files, known, "{folder}");
    }
}

/// Rooms that serve every monitor.
const BLIND: [&str; 3] =
    ["shared/pipeline/src/baseline", "shared/pipeline/src/route", "shared/pipeline/src/settings"];

/// Monitors that a text names before its tests, as a word of its own, a module or a type.
fn monitors_named(text: &str) -> Vec<&'static str> {
    let code = text.split("#[cfg(test)]").next().unwrap_or_default().to_lowercase().replace(['-', '_'], "");
    TABLE.iter().map(|monitor| monitor.name).filter(|name| code.contains(&name.replace('-', ""))).collect()
}

#[test]
fn who_serves_every_monitor_names_none() {
    let mut looked_at = 0;
    for folder in BLIND {
        for file in names(folder).iter().filter(|file| file.ends_with(".rs") && *file != "tests.rs") {
            let path = format!("{folder}/{file}");
            assert_eq!(monitors_named(&read(&path)), [""; 0], "{path}");
            looked_at += 1;
        }
    }
    assert!(looked_at >= 20, "{looked_at} files");
    let told = "use crate::monitors::data_quality::DataQuality; // of MIN_DIVERSITY\n#[cfg(test)]";
    assert_eq!(monitors_named(told), ["diversity", "data-quality"]);
    assert_eq!(monitors_named("#[cfg(test)]\nmod tests { use crate::monitors::diversity; }"), [""; 0]);
}
