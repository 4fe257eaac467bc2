//! One function, one folder, one resource, one table of settings, one sample event at least.

use super::template::function_resources;
use super::{names, read};
use crate::harness::functions::{FUNCTIONS, Function};
use bellwether_pipeline::document::OF_THE_STACK;
use bellwether_pipeline::monitors::TABLE;
use bellwether_pipeline::settings::scale_out::ScaleOutSettings;
use bellwether_pipeline::settings::{Allowed, MonitoringSchedule, Settings, Variable};
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};

fn set_of<'n>(names: impl IntoIterator<Item = &'n str>) -> BTreeSet<String> {
    names.into_iter().map(str::to_owned).collect()
}

#[test]
fn every_function_has_a_folder_and_a_resource_and_the_other_way_round() {
    let functions = set_of(FUNCTIONS.iter().map(|function| function.name));
    assert_eq!(set_of(names("functions").iter().map(String::as_str)), functions, "folders of functions/");
    let resources = function_resources();
    assert_eq!(resources.keys().cloned().collect::<BTreeSet<_>>(), functions, "resources of template.yaml");
    for (name, resource) in resources {
        assert_eq!(resource["Metadata"]["BuildProperties"]["Binary"], Value::from(name.clone()), "{name}");
    }
}

/// What the template says of baselines; all else of them is the document's.
const OF_BASELINES: [&str; 5] = ["MONITORS_URI", "MODELS_URI", "BASELINES_URI", "STATE_URI", "TOPIC_ARN"];

#[test]
fn the_template_sets_exactly_the_variables_that_each_function_reads_in_a_stack() {
    let resources = function_resources();
    for Function { name, variables, .. } in FUNCTIONS {
        let environment = resources[*name]["Properties"]["Environment"]["Variables"].as_object();
        let set = set_of(environment.expect("an environment").keys().map(String::as_str));
        let expected = match *name {
            "baseline" => set_of(OF_BASELINES),
            name if TABLE.iter().any(|monitor| monitor.command == name) => {
                let of_machines = ScaleOutSettings::VARIABLES.iter().map(|variable| variable.name);
                set_of(OF_THE_STACK.into_iter().chain(["MONITORS_URI"]).chain(of_machines))
            }
            _ => set_of(variables.iter().map(|variable| variable.name)),
        };
        assert_eq!(set, expected, "{name}");
    }
}

fn is_variable(word: &str) -> bool {
    !word.is_empty()
        && word.bytes().all(|byte| byte.is_ascii_uppercase() || byte.is_ascii_digit() || byte == b'_')
}

#[test]
fn each_readme_names_exactly_the_variables_that_its_function_reads() {
    for Function { name, variables, .. } in FUNCTIONS {
        let readme = read(&format!("functions/{name}/README.md"));
        let cells = readme.lines().filter_map(|row| row.strip_prefix("| `")?.split(" |").next());
        let words = cells.flat_map(|cell| cell.split(['`', ',', ' '])).filter(|word| is_variable(word));
        let read = set_of(variables.iter().map(|variable| variable.name));
        assert_eq!(set_of(words), read, "functions/{name}/README.md");
        for said in ["trigger", "reads", "writes", "s3:GetObject"] {
            let has = readme.to_lowercase().contains(&said.to_lowercase());
            assert!(has, "functions/{name}/README.md does not say {said:?}");
        }
    }
}

/// What a README's table says of a default, against the one that the code takes; `None` where the row is of another kind.
fn disagreement(row: &str, variables: &[Variable]) -> Option<Result<(), String>> {
    let cells: Vec<&str> =
        row.strip_prefix("| `")?.split('|').map(|cell| cell.trim().trim_matches('`')).collect();
    let (name, default) = (*cells.first()?, *cells.get(1)?);
    let variable = variables.iter().find(|variable| variable.name == name)?;
    let expected = match (variable.default, variable.required) {
        (Some(default), _) => default,
        (None, true) => "required",
        // They follow from other settings, or are spelt as what they do.
        (None, false) if ["STATE_URI", "REPLAY"].contains(&name) => return None,
        (None, false) => "",
    };
    if default != expected {
        return Some(Err(format!("{name}: the default is {expected:?}, not {default:?}")));
    }
    let words = match variable.allowed {
        Allowed::Words(words) if variable.default != Some("false") => words,
        _ => &[],
    };
    let missing: Vec<_> = words.iter().filter(|word| !row.contains(&format!("`{word}`"))).collect();
    Some(if missing.is_empty() { Ok(()) } else { Err(format!("{name}: {missing:?} are not named")) })
}

#[test]
fn each_readme_says_of_a_setting_what_is_declared() {
    let mut compared = 0;
    for Function { name, variables, .. } in
        FUNCTIONS.iter().filter(|function| function.name != "violation-router")
    {
        let readme = read(&format!("functions/{name}/README.md"));
        let rows = readme.lines().filter_map(|row| disagreement(row, variables));
        for row in rows {
            row.unwrap_or_else(|wrong| panic!("functions/{name}/README.md: {wrong}"));
            compared += 1;
        }
    }
    assert!(compared > 40, "only {compared} rows were compared");
    let variables = MonitoringSchedule::VARIABLES;
    let wrong = |row: &str| disagreement(row, variables).is_some_and(|compared| compared.is_err());
    assert!(wrong("| `WINDOW` | `PT2H` | length of the window |"), "the comparison can fail");
    assert!(wrong("| `NO_DATA_POLICY` | `ok` | what a quiet hour is |"), "the comparison can fail");
}

/// What a scheduled run can end in stands on the page of each scheduled function.
#[test]
fn each_scheduled_function_names_the_errors_of_a_run() {
    const OF_A_RUN: [&str; 11] = [
        "MalformedInput",
        "ObjectNotFound",
        "LocationNotFound",
        "ObjectTooLarge",
        "AccessRefused",
        "StorageUnavailable",
        "WindowTaken",
        "WindowNotEnded",
        "StageExpired",
        "MetricsUnavailable",
        "MetricsRefused",
    ];
    for function in TABLE.iter().map(|monitor| monitor.command) {
        let page = read(&format!("functions/{function}/README.md"));
        let table = page.split_once("\n## Errors\n").expect("a table of errors").1;
        for error in OF_A_RUN {
            let is_named =
                table.lines().any(|line| line.starts_with("| `") && line.contains(&format!("`{error}`")));
            assert!(is_named, "{function}: {error} is not among its errors");
        }
    }
}

#[test]
fn each_function_has_a_sample_event_and_understands_all_of_its_own() {
    let mut events: BTreeMap<&str, usize> = FUNCTIONS.iter().map(|function| (function.name, 0)).collect();
    // Fresh copies for a local run lie in events/local and are not kept.
    for file in names("events").into_iter().filter(|name| name != "local") {
        let of_event = |function: &&Function| file.starts_with(&format!("{}-", function.name));
        let Function { name, starts, .. } =
            FUNCTIONS.iter().find(of_event).unwrap_or_else(|| panic!("events/{file} starts no function"));
        let event: Value = serde_json::from_str(&read(&format!("events/{file}"))).expect(&file);
        starts.understands(&event).unwrap_or_else(|error| panic!("events/{file}: {error}"));
        *events.entry(name).or_default() += 1;
    }
    assert!(events.values().all(|number| *number > 0), "{events:?}");
}
