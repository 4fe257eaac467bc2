//! Monitors looked over before their first night, as a person does it in a folder.

use crate::world::{AT, bellwether, check, csv, folder, records, said};
use serde_json::{Value, json};
use std::fs::{self, File};
use std::process::Output;
use tempfile::TempDir;

const DOCUMENT: &str = "\
version: 1
defaults: {capture_uri: cap, variant_name: AllTraffic}
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
const CONSTRAINTS: &str =
    r#"{"version": 0.0, "features": [{"name": "age", "inferred_type": "Integral", "completeness": 1.0}]}"#;
const AGES: &str = "cap/ages/AllTraffic/2026/10/31/08/15-00-000-a.jsonl";

fn world() -> TempDir {
    let rows = records(200, |_| json!({"endpointInput": csv("30")}));
    let list = json!({"recommendations": [{"item_id": "a"}, {"item_id": "b"}]}).to_string();
    let lists = records(60, |_| {
        json!({"endpointInput": csv("1"),
            "endpointOutput": {"observedContentType": "application/json", "data": list, "encoding": "JSON"}})
    });
    folder(&[
        ("monitors.yaml", DOCUMENT.to_owned()),
        ("constraints.json", CONSTRAINTS.to_owned()),
        ("catalog.json", json!({"a": "x", "b": "y"}).to_string()),
        ("sessions.jsonl", "{\"session_id\": \"s\", \"features\": 1}\n".to_owned()),
        (AGES, rows),
        ("cap/news/AllTraffic/2026/10/31/08/15-00-000-a.jsonl", lists),
    ])
}

/// The world after a change of its document.
fn changed(from: &str, to: &str) -> TempDir {
    let world = world();
    assert!(DOCUMENT.contains(from), "{from}");
    fs::write(world.path().join("monitors.yaml"), DOCUMENT.replacen(from, to, 1)).expect("a document");
    world
}

fn doctor(world: &TempDir, more: &[&str]) -> Output {
    let asked = ["doctor", "--monitors", "monitors.yaml", "--reports", "reports"];
    let at: &[&str] = if more.contains(&"--at") { &[] } else { &["--at", AT] };
    bellwether(world.path(), &[&asked, at, more].concat())
}

/// How each check of a monitor ended, and what was found.
fn checks(world: &TempDir, monitor: &str, more: &[&str]) -> Vec<(String, String, String)> {
    let output = doctor(world, &[&["--json", "--monitor", monitor], more].concat());
    let told: Value = serde_json::from_slice(&output.stdout).unwrap_or_else(|_| panic!("{}", said(&output)));
    let checks = told["monitors"][0]["checks"].as_array().cloned().unwrap_or_default();
    let is_well = checks.iter().all(|check| check["health"] == "ok");
    assert_eq!(output.status.code(), Some(if is_well { 0 } else { 2 }), "{told:#}");
    let text = |check: &Value, key: &str| check[key].as_str().unwrap_or_default().to_owned();
    checks
        .iter()
        .map(|check| {
            let has_remedy = !text(check, "remedy").is_empty();
            assert_eq!(
                has_remedy,
                check["health"] != "ok",
                "a remedy where something is to be done: {check}"
            );
            (text(check, "check"), text(check, "health"), text(check, "found"))
        })
        .collect()
}

/// A check ended so, and its words hold this.
fn ended(world: &TempDir, (monitor, more): (&str, &[&str]), expected: &[(&str, &str, &str)]) {
    let checks = checks(world, monitor, more);
    for (check, health, part) in expected {
        let found = checks.iter().find(|(name, ..)| name == check);
        let (_, is, found) = found.unwrap_or_else(|| panic!("no {check} in {checks:#?}"));
        assert_eq!(is, health, "{check}: {found}");
        assert!(found.contains(part), "{check}: {part} in {found}");
    }
}

#[test]
fn healthy_monitors_are_well_and_nothing_is_written() {
    let world = world();
    let output = doctor(&world, &[]);
    let told = [
        "ages: data-quality of ages/AllTraffic, 2026-10-31T08:00:00Z to 2026-10-31T09:00:00Z",
        "1 file, 200 lines from 2026-10-31T08:00:00Z to 2026-10-31T09:00:00Z: request CSV (text/csv) 200, response none",
        "request CSV (text/csv) 60, response JSON (application/json) 60",
        "1 column of named files, and no statistics: no distance is compared",
        "1 column, 1 in the baseline",
        "BASELINES_URI is not set; only the floor is judged",
        "2 monitors: 13 ok",
        "paused, and not looked at: paused",
    ];
    check("healthy", &output, 0, &told);
    assert!(!world.path().join("reports").exists() && !world.path().join("reports-state").exists());
    // Whoever asks for a paused monitor by name wants to know.
    ended(
        &world,
        ("paused", &[]),
        &[("baseline", "problem", "nothing judged"), ("capture", "ok", "200 lines")],
    );
    check("a wrong name", &doctor(&world, &["--monitor", "age"]), 1, &["ages is probably meant"]);
}

#[test]
fn lines_fit_a_terminal_of_80_columns() {
    let world = changed("endpoint_name: ages", "endpoint_name: elsewhere");
    let mut command = std::process::Command::new(env!("CARGO_BIN_EXE_bellwether"));
    command.env_clear().env("COLUMNS", "80").current_dir(world.path());
    command.args(["doctor", "--monitors", "monitors.yaml", "--reports", "reports", "--at", AT]);
    let output = command.output().expect("the command runs");
    let said = said(&output);
    assert!(said.contains("not checked") && said.lines().all(|line| line.chars().count() <= 80), "{said}");
}

#[test]
fn where_nothing_was_captured_it_is_told_what_is_there() {
    let expected: &[_] = &[
        ("capture", "problem", "endpoint elsewhere was never captured"),
        ("capture", "problem", "endpoints there: ages, news"),
        ("size", "not checked", "nothing was captured"),
        ("columns", "not checked", "no record of the window was read"),
        ("baseline", "ok", ""),
    ];
    ended(&changed("endpoint_name: ages", "endpoint_name: elsewhere"), ("ages", &[]), expected);
    let expected: &[_] = &[("capture", "problem", "variants of the endpoint there: AllTraffic")];
    let variant = "endpoint_name: ages\n    variant_name: blue";
    ended(&changed("endpoint_name: ages", variant), ("ages", &[]), expected);
    let expected: &[_] = &[("capture", "warning", "though this variant was captured before")];
    ended(&world(), ("ages", &["--at", "2026-10-31T12:00:00Z"]), expected);
    let expected: &[_] = &[("capture", "problem", "its bucket or folder does not exist")];
    ended(&changed("capture_uri: cap", "capture_uri: nowhere"), ("ages", &[]), expected);
}

#[test]
fn columns_and_baseline_are_looked_at() {
    let world = world();
    let write = |text: &str| fs::write(world.path().join("constraints.json"), text).expect("a file");
    write(&CONSTRAINTS.replace("}]}", "}, {\"name\": \"plan\", \"inferred_type\": \"String\"}]}"));
    ended(
        &world,
        ("ages", &[]),
        &[("baseline", "ok", "2 columns"), ("columns", "problem", "missing: `plan`")],
    );
    fs::write(world.path().join(AGES), records(60, |_| json!({"endpointInput": csv("30,x,y")})))
        .expect("a file");
    ended(&world, ("ages", &[]), &[("columns", "problem", "more: `_c2`")]);
    fs::write(world.path().join(AGES), records(60, |_| json!({"endpointOutput": csv("30")})))
        .expect("a file");
    ended(
        &world,
        ("ages", &[]),
        &[("columns", "problem", "left out: 60 no_input"), ("capture", "ok", "request none")],
    );
    write("{\"features\": [");
    let expected: &[_] = &[("baseline", "problem", "constraints.json"), ("columns", "not checked", "")];
    ended(&world, ("ages", &[]), expected);
    fs::remove_file(world.path().join("constraints.json")).expect("a file");
    ended(&world, ("ages", &[]), &[("baseline", "problem", "there is no such object")]);
    let without = changed("    baseline_constraints_uri: constraints.json\n", "");
    ended(
        &without,
        ("ages", &[]),
        &[("baseline", "problem", "nothing judged"), ("columns", "not checked", "")],
    );
}

#[test]
fn captured_lists_are_read_as_a_run_would_read_them() {
    let well: &[_] =
        &[("lists", "ok", "60 lists, 60 shorter than k, 0 with items that the catalogue does not")];
    ended(&world(), ("lists", &[]), well);
    let elsewhere = changed("replay: none", "replay: none\n    recommendations_path: items[].id");
    let none: &[_] = &[("lists", "problem", "no captured answer holds a list; left out: 60 no_list")];
    ended(&elsewhere, ("lists", &[]), none);
    let news = "cap/news/AllTraffic/2026/10/31/08/15-00-000-a.jsonl";
    let world = world();
    let lists = fs::read_to_string(world.path().join(news)).expect("a file");
    fs::write(world.path().join("catalog.json"), r#"{"c": "x"}"#).expect("a catalogue");
    ended(&world, ("lists", &[]), &[("lists", "warning", "60 with items that the catalogue does not")]);
    let requests = records(60, |_| json!({"endpointInput": csv("1")}));
    fs::write(world.path().join(news), requests).expect("a file");
    ended(&world, ("lists", &[]), &[("lists", "problem", "60 no_output")]);
    let list = r#"{\"recommendations\": [{\"item_id\": \"a\"}, {\"item_id\": \"b\"}]}"#;
    let list =
        if lists.contains(list) { list.to_owned() } else { list.replace(": ", ":").replace(", ", ",") };
    assert!(lists.contains(&list), "{}", &lists[..400]);
    fs::write(world.path().join(news), lists.replace(&list, r#"{\"recommendations\": []}"#)).expect("a file");
    ended(&world, ("lists", &[]), &[("lists", "problem", "every list is empty")]);
}

#[test]
fn an_endpoint_that_is_down_is_a_problem() {
    // Nobody listens on the port of nothing.
    let replay = "replay: http://127.0.0.1:1/invocations\n    validation_set_uri: sessions.jsonl";
    let expected: &[_] = &[("endpoint", "problem", "no call reached it"), ("catalogue", "ok", "")];
    ended(&changed("replay: none", replay), ("lists", &[]), expected);
    let recorded = "replay: lists:nowhere.jsonl\n    validation_set_uri: sessions.jsonl";
    ended(&changed("replay: none", recorded), ("lists", &[]), &[("endpoint", "problem", "nowhere.jsonl")]);
}

#[test]
fn a_window_that_no_function_can_read_is_not_read_here_either() {
    let world = world();
    // A file that is long, and takes no room.
    let large = File::create(world.path().join(AGES)).expect("a file");
    large.set_len(100_000_000_000).expect("a sparse file");
    let expected: &[_] = &[
        ("size", "problem", "100000 MB, takes about 1000 of 900 s"),
        ("capture", "not checked", "too large to be read"),
        ("columns", "not checked", ""),
        ("completeness", "not checked", "were not read"),
    ];
    ended(&world, ("ages", &["--invocations", "200"]), expected);
}

#[test]
fn completeness_is_of_the_calls_that_somebody_counted() {
    let world = world();
    let of = |calls| -> &'static [&'static str] {
        match calls {
            200 => &["--invocations", "200"],
            400 => &["--invocations", "400"],
            _ => &["--invocations", "99"],
        }
    };
    ended(&world, ("ages", of(200)), &[("completeness", "ok", "100 %")]);
    let half = "50 % of what should be captured is there: 200 records of 400 calls at 100 %";
    ended(&world, ("ages", of(400)), &[("completeness", "problem", half)]);
    ended(&world, ("ages", of(99)), &[("completeness", "not checked", "100.0 are needed")]);
    let sampled = changed("capture_index_names", "sampling_percentage: 50\n    capture_index_names");
    ended(&sampled, ("ages", of(400)), &[("completeness", "ok", "200 records of 400 calls at 50 %")]);
    // The calls are of an hour, whatever the window is.
    let daily = changed("capture_index_names", "every: day\n    at_hour: 9\n    capture_index_names");
    ended(&daily, ("ages", of(400)), &[("completeness", "problem", "200 records of 400 calls")]);
    check("of whom?", &doctor(&world, &["--invocations", "9"]), 1, &["--monitor"]);
}

#[test]
fn own_calls_are_captured_calls() {
    let world = world();
    let calls = records(100, |_| json!({"endpointInput": csv("30")}));
    let own = calls.replace("\"eventId\":\"", "\"inferenceId\":\"replay-1-1\",\"eventId\":\"f");
    let readers = fs::read_to_string(world.path().join(AGES)).expect("a file");
    fs::write(world.path().join(AGES), readers + &own).expect("a file");
    let all = "300 records of 300 calls";
    ended(&world, ("ages", &["--invocations", "300"]), &[("completeness", "ok", all)]);
}

#[test]
fn a_broken_entry_is_a_problem_and_stops_no_other() {
    let world = changed("catalog_uri:", "catalogue_uri:");
    let told = ["\"catalogue_uri\" is no setting of diversity", "ages: data-quality of", "1 problem"];
    check("broken", &doctor(&world, &[]), 2, &told);
    check("by name", &doctor(&world, &["--monitor", "lists"]), 1, &["InvalidDocument"]);
    fs::write(world.path().join("monitors.yaml"), "version: 1\nmonitors: []\n").expect("a document");
    check("nobody", &doctor(&world, &[]), 2, &["nothing was checked"]);
    fs::write(world.path().join("monitors.yaml"), "version: 2\n").expect("a document");
    check("no document", &doctor(&world, &[]), 1, &["InvalidDocument"]);
}
