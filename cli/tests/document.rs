//! Many monitors of one document, as a person runs them.

use crate::world::{AT, bellwether, check, csv, folder, records, said};
use serde_json::{Value, json};
use std::fs;
use std::path::Path;
use std::process::Output;
use tempfile::TempDir;

const CONSTRAINTS: &str =
    r#"{"version": 0.0, "features": [{"name": "_c0", "inferred_type": "Integral", "completeness": 1.0}]}"#;

/// Two endpoints of tables and one of lists; one entry is paused.
const DOCUMENT: &str = "\
version: 1
defaults: {capture_uri: cap, variant_name: AllTraffic, reports_uri: reports}
monitors:
  - name: ages
    monitor: data-quality
    endpoint_name: ages
    capture_index_names: endpointInput
    baseline_constraints_uri: constraints.json
  - name: lists
    monitor: diversity
    endpoint_name: news
    catalog_uri: catalog.json
    replay: none
  - name: paused
    monitor: data-quality
    endpoint_name: ages
    enabled: false
";

fn world(cell: &str) -> TempDir {
    let rows = records(60, |_| json!({"endpointInput": csv(cell)}));
    let list =
        json!({"recommendations": (0..10).map(|n| json!({"item_id": format!("i{n}")})).collect::<Vec<_>>()});
    let lists = records(60, |_| {
        let data = list.to_string();
        json!({"endpointInput": csv("1"),
            "endpointOutput": {"observedContentType": "application/json", "data": data, "encoding": "JSON"}})
    });
    let catalog: Value =
        (0..10).map(|n| (format!("i{n}"), json!(format!("c{n}")))).collect::<serde_json::Map<_, _>>().into();
    folder(&[
        ("monitors.yaml", DOCUMENT.to_owned()),
        ("constraints.json", CONSTRAINTS.to_owned()),
        ("catalog.json", catalog.to_string()),
        ("cap/ages/AllTraffic/2026/10/31/08/15-00-000-a.jsonl", rows),
        ("cap/news/AllTraffic/2026/10/31/08/15-00-000-a.jsonl", lists),
    ])
}

fn run_at(world: &TempDir, at: &str, more: &[&str]) -> Output {
    bellwether(world.path(), &[&["run", "--monitors", "monitors.yaml", "--at", at], more].concat())
}

fn run(world: &TempDir, more: &[&str]) -> Output {
    run_at(world, AT, more)
}

fn rewrite(world: &TempDir, from: &str, to: &str) {
    let path = world.path().join("monitors.yaml");
    let text = fs::read_to_string(&path).expect("the document");
    assert!(text.contains(from), "{from}");
    fs::write(path, text.replacen(from, to, 1)).expect("a document");
}

fn execution(world: &TempDir, of: &str) -> Option<Value> {
    let path = world.path().join(format!("reports/{of}/2026/10/31/09/execution.json"));
    path.is_file().then(|| serde_json::from_slice(&fs::read(path).expect("a file")).expect("JSON"))
}

#[test]
fn all_enabled_monitors_are_judged_and_the_worst_is_the_exit_code() {
    let healthy = world("30");
    let told = [
        "ages",
        "lists",
        "2 monitors at 2026-10-31T09:00:00Z: 2 Completed",
        "paused, and not judged: paused",
    ];
    check("healthy", &run(&healthy, &[]), 0, &told);
    for of in ["ages/ages", "news/lists"] {
        assert_eq!(execution(&healthy, of).expect(of)["monitoring_execution_status"], "Completed", "{of}");
    }
    assert_eq!(execution(&healthy, "ages/paused"), None);
    check("again", &run(&healthy, &[]), 0, &["judged before"]);

    let violated = world("thirty");
    check(
        "violated",
        &run(&violated, &[]),
        2,
        &["CompletedWithViolations", "1 Completed, 1 CompletedWithViolations"],
    );

    let without = world("30");
    rewrite(&without, "    baseline_constraints_uri: constraints.json\n", "");
    check("no baseline", &run(&without, &[]), 3, &["Inconclusive", "1 Completed, 1 Inconclusive"]);

    let nobody = world("30");
    fs::write(nobody.path().join("monitors.yaml"), "version: 1\nmonitors: []\n").expect("a document");
    check("nobody", &run(&nobody, &[]), 3, &["nothing was judged"]);
}

#[test]
fn a_broken_entry_or_a_window_that_cannot_be_judged_stops_no_other_and_is_exit_1() {
    let world = world("30");
    rewrite(&world, "    catalog_uri:", "    catalogue_uri:");
    let told = [
        "not judged",
        "line 12: lists: \"catalogue_uri\" is no setting of diversity; catalog_uri is probably meant",
        "1 Completed, 1 not judged",
    ];
    check("a broken entry", &run(&world, &[]), 1, &told);
    assert!(execution(&world, "ages/ages").is_some() && execution(&world, "news/lists").is_none());

    rewrite(&world, "    catalogue_uri: catalog.json", "    catalog_uri: nowhere.json");
    check(
        "a lost input",
        &run(&world, &["--reopen"]),
        1,
        &["not judged", "ObjectNotFound", "nowhere.json", "1 Completed"],
    );

    rewrite(&world, "version: 1", "version: 3");
    let refused = run(&world, &[]);
    check("no document", &refused, 1, &["InvalidDocument: ", "monitors.yaml: line 1: version: must be 1"]);
}

#[test]
fn one_monitor_is_shown_as_its_own_command_shows_it() {
    let world = world("30");
    check(
        "one",
        &run(&world, &["--monitor", "ages"]),
        0,
        &["data-quality of ages/AllTraffic", "60 rows of 1 column"],
    );
    assert_eq!(execution(&world, "news/lists"), None);
    check(
        "a wrong name",
        &run(&world, &["--monitor", "age"]),
        1,
        &["no monitor is called \"age\"; ages is probably meant"],
    );
    check(
        "a paused one",
        &run(&world, &["--monitor", "paused"]),
        1,
        &["is paused (enabled: false), so nothing was judged"],
    );
}

#[test]
fn a_daily_monitor_is_judged_for_its_day() {
    let world = world("30");
    rewrite(&world, "    capture_index_names", "    every: day\n    at_hour: 10\n    capture_index_names");
    // The last one that was due by nine ended the day before, when nothing was captured.
    let output = run(&world, &["--json", "--monitor", "ages"]);
    let verdict: Value =
        serde_json::from_slice(&output.stdout).unwrap_or_else(|_| panic!("{}", said(&output)));
    assert_eq!(verdict["window"]["end"], "2026-10-30T10:00:00Z", "{verdict:#}");
    let output = run_at(&world, "2026-10-31T12:00:00Z", &["--json", "--monitor", "ages"]);
    let verdict: Value =
        serde_json::from_slice(&output.stdout).unwrap_or_else(|_| panic!("{}", said(&output)));
    assert_eq!(
        (&verdict["window"]["start"], &verdict["window"]["end"]),
        (&json!("2026-10-30T10:00:00Z"), &json!("2026-10-31T10:00:00Z"))
    );
    assert_eq!(verdict["capture"]["used"], 60);
}

#[test]
fn a_program_reads_every_monitors_end() {
    let world = world("thirty");
    rewrite(&world, "    catalog_uri:", "    catalogue_uri:");
    let output = run(&world, &["--json"]);
    assert_eq!(output.status.code(), Some(1));
    let told: Value = serde_json::from_slice(&output.stdout).unwrap_or_else(|_| panic!("{}", said(&output)));
    assert_eq!(told["paused"], json!(["paused"]));
    let [ages, lists] = [&told["monitors"][0], &told["monitors"][1]];
    assert_eq!(
        (&ages["name"], &ages["exit_code"], &ages["violations"]),
        (&json!("ages"), &json!(2), &json!(1))
    );
    assert!(
        ages["report"].as_str().is_some_and(|report| report.ends_with("reports/ages/ages/2026/10/31/09")),
        "{ages}"
    );
    assert_eq!(
        (&lists["name"], &lists["exit_code"], &lists["error"]["error_type"]),
        (&json!("lists"), &json!(1), &json!("InvalidDocument"))
    );
}

#[test]
fn what_a_monitor_warns_of_stands_in_the_table() {
    let world = world("30");
    let misspelt = CONSTRAINTS.replace("\"completeness\"", "\"completness\": 1.0, \"completeness\"");
    fs::write(world.path().join("constraints.json"), misspelt).expect("a file");
    let told = ["Warning: ", "completness is not known", "completeness is probably meant"];
    let output = run(&world, &[]);
    let words = String::from_utf8_lossy(&output.stdout).split_whitespace().collect::<Vec<_>>().join(" ");
    for told in told {
        assert!(words.contains(told), "{told}: {}", said(&output));
    }
}

fn monitors(world: &Path, arguments: &[&str]) -> Output {
    bellwether(world, &[&["monitors"], arguments].concat())
}

#[test]
fn a_document_is_checked_as_a_whole() {
    let world = world("30");
    let told = ["ages/AllTraffic", "news/AllTraffic", "paused", "3 monitors, 2 enabled"];
    check("whole", &monitors(world.path(), &["check", "monitors.yaml"]), 0, &told);
    check("by its flag", &monitors(world.path(), &["check", "--monitors", "monitors.yaml"]), 0, &told);
    let stack = monitors(world.path(), &["check", "monitors.yaml", "--stack"]);
    check("of a stack", &stack, 1, &["line 2: defaults: reports_uri: belongs to the stack"]);

    rewrite(&world, "    catalog_uri:", "    catalogue_uri:");
    rewrite(&world, "enabled: false", "enabled: off");
    let broken = monitors(world.path(), &["check", "monitors.yaml"]);
    check(
        "broken",
        &broken,
        1,
        &["InvalidDocument: ", "line 12: lists: \"catalogue_uri\"", "line 17: paused: enabled: \"off\""],
    );
    let lines = String::from_utf8_lossy(&broken.stderr).lines().count();
    assert_eq!(lines, 3, "a mistake a line: {}", said(&broken));
    let json = monitors(world.path(), &["check", "monitors.yaml", "--json"]);
    let first: Value = serde_json::Deserializer::from_slice(&json.stderr)
        .into_iter()
        .next()
        .expect("an error")
        .expect("JSON");
    assert_eq!(first["error_type"], "InvalidDocument");

    check("no file", &monitors(world.path(), &["check", "none.yaml"]), 1, &["ObjectNotFound", "none.yaml"]);
}

#[test]
fn two_replays_of_one_endpoint_are_warned_of() {
    let world = world("30");
    let twice = "    replay: sagemaker\n    validation_set_uri: sessions.jsonl\n  - name: lists-too\n    monitor: diversity\n    endpoint_name: news\n    catalog_uri: catalog.json\n    replay: sagemaker\n    validation_set_uri: sessions.jsonl";
    rewrite(&world, "    replay: none", twice);
    let told = ["warning: lists (line 9), lists-too (line 15) replay against news and take turns"];
    check("twice", &monitors(world.path(), &["check", "monitors.yaml"]), 0, &told);
}

/// A document without a mistake may still ask for a monitor that judges nothing.
#[test]
fn a_monitor_that_would_judge_nothing_is_warned_of() {
    let world = world("30");
    rewrite(&world, "    baseline_constraints_uri: constraints.json\n", "");
    let told =
        ["warning: ages (line 4) would judge nothing: neither baselines_uri nor baseline_constraints_uri"];
    let checked = monitors(world.path(), &["check", "monitors.yaml"]);
    check("no baseline", &checked, 0, &told);
    assert!(
        !said(&checked).contains("paused (line"),
        "one that is paused may be told later: {}",
        said(&checked)
    );
    let checked = monitors(world.path(), &["check", "monitors.yaml", "--json"]);
    let told: Value =
        serde_json::from_slice(&checked.stdout).unwrap_or_else(|_| panic!("{}", said(&checked)));
    assert_eq!(told["warnings"].as_array().map(Vec::len), Some(1));
}

#[test]
fn a_monitor_is_shown_with_where_each_setting_is_said() {
    let world = world("30");
    let output = monitors(world.path(), &["show", "lists", "monitors.yaml", "--json"]);
    let told: Value = serde_json::from_slice(&output.stdout).unwrap_or_else(|_| panic!("{}", said(&output)));
    let setting =
        |name: &str| (told["settings"][name]["value"].clone(), told["settings"][name]["said_in"].clone());
    assert_eq!(setting("catalog_uri"), (json!("catalog.json"), json!("line 12")));
    assert_eq!(setting("variant_name"), (json!("AllTraffic"), json!("line 2")));
    assert_eq!(setting("min_diversity"), (json!("4"), json!("default")));
    assert_eq!(setting("validation_set_uri"), (Value::Null, json!("not set")));
    check(
        "as a table",
        &monitors(world.path(), &["show", "lists", "monitors.yaml"]),
        0,
        &["lists: diversity", "catalog_uri"],
    );
    check(
        "another name",
        &monitors(world.path(), &["show", "list", "monitors.yaml"]),
        1,
        &["lists is probably meant"],
    );
}

/// An hourly monitor and its day of two hours, on a folder.
#[test]
fn a_day_of_kept_hours_is_judged_beside_its_hours() {
    let daily = "
  - name: two-hours
    monitor: data-quality
    endpoint_name: ages
    every: day
    at_hour: 11
    of: ages
    window: PT2H
    baseline_constraints_uri: constraints.json
";
    let world = world("7");
    let document = format!("{}{daily}", DOCUMENT.trim_end());
    fs::write(world.path().join("monitors.yaml"), document).expect("a document");
    let shown = bellwether(world.path(), &["monitors", "show", "two-hours", "monitors.yaml"]);
    assert!(said(&shown).contains("-PT3H") && said(&shown).contains("-PT1H"), "{}", said(&shown));
    for at in ["2026-10-31T09:00:00Z", "2026-10-31T10:00:00Z"] {
        run_at(&world, at, &["--monitor", "ages"]);
    }
    fs::remove_dir_all(world.path().join("cap/ages")).expect("captures that are gone");
    let judged = run_at(&world, "2026-10-31T11:00:00Z", &["--monitor", "two-hours"]);
    assert_eq!(judged.status.code(), Some(0), "{}", said(&judged));
    let execution = fs::read(world.path().join("reports/ages/two-hours/2026/10/31/11/execution.json"));
    let execution: Value = serde_json::from_slice(&execution.expect("a verdict")).expect("JSON");
    assert_eq!(execution["capture"]["used"], 60);
    assert_eq!(execution["window"]["start"], "2026-10-31T08:00:00Z");
    // A day later there is no run of the hours: that is no quiet day.
    let missing = run_at(&world, "2026-11-01T11:00:00Z", &["--monitor", "two-hours"]);
    assert_eq!(missing.status.code(), Some(3), "{}", said(&missing));
    assert!(said(&missing).contains("2 of 2 hours of ages"), "{}", said(&missing));
}
