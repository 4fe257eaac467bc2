//! What the command prints: errors in one line or as JSON, tables that fit, the hour that is meant where none is said.

use serde_json::{Value, json};
use std::process::{Command, Output};
use tempfile::TempDir;

const OF_LISTS: [&str; 7] =
    ["diversity-check", "--endpoint-name", "e", "--variant", "v", "--schedule", "lists"];
const OF_COLUMNS: [&str; 7] =
    ["data-quality", "--endpoint-name", "e", "--variant", "v", "--schedule", "columns"];
const NINE: [&str; 2] = ["--at", "2026-10-31T09:00:00Z"];

/// A folder with the inputs of both monitors: the working directory of the command.
struct Place(TempDir);

impl Place {
    fn new() -> Self {
        let place = Self(tempfile::tempdir().expect("a folder"));
        let item = |n: usize| format!("i{n}");
        let catalog: serde_json::Map<String, Value> =
            (0..10).map(|n| (item(n), json!(format!("c{}", n.min(5))))).collect();
        let lines =
            |line: &dyn Fn(usize) -> Value| (0..10).map(|n| format!("{}\n", line(n))).collect::<String>();
        let list: Vec<String> = (0..10).map(item).collect();
        place.write("catalog.json", &json!(catalog).to_string());
        place.write(
            "sessions.jsonl",
            &lines(&|n| json!({"session_id": format!("s{n}"), "features": {"reader": n}})),
        );
        place.write(
            "lists.jsonl",
            &lines(&|n| json!({"session_id": format!("s{n}"), "recommendations": list})),
        );
        let rows: String = (0..300).map(|n| format!("{},{}\n", n % 50, ["free", "basic"][n % 2])).collect();
        place.write(
            "train.csv",
            &format!("a_column_of_numbers_with_a_long_name_that_takes_much_room,plan\n{rows}"),
        );
        place.write("capture/e/v/2026/10/31/08/00-00-000-a.jsonl", &captured(300));
        let made = place.run(&[
            "profile",
            "--input",
            "train.csv",
            "--format",
            "csv",
            "--header",
            "--output",
            "base",
        ]);
        assert_eq!(made.status.code(), Some(0), "{}", text(&made.stderr));
        place
    }

    fn write(&self, name: &str, text: &str) {
        let path = self.0.path().join(name);
        std::fs::create_dir_all(path.parent().expect("a folder")).expect("folders");
        std::fs::write(path, text).expect("a file");
    }

    fn run(&self, arguments: &[&str]) -> Output {
        self.run_at(arguments, "")
    }

    /// With so many columns; none means that nobody says how many.
    fn run_at(&self, arguments: &[&str], columns: &str) -> Output {
        let mut command = Command::new(env!("CARGO_BIN_EXE_bellwether"));
        command.env_clear().current_dir(self.0.path()).args(arguments);
        if !columns.is_empty() {
            command.env("COLUMNS", columns);
        }
        command.output().expect("the command runs")
    }

    fn lists(&self, more: &[&str]) -> Output {
        let inputs =
            ["--validation-set", "sessions.jsonl", "--catalog", "catalog.json", "--reports", "reports"];
        self.run(&[&OF_LISTS[..], &inputs, &["--replay-from", "lists.jsonl"], more].concat())
    }
}

/// An hour of records: numbers that have moved, and a column of texts.
fn captured(records: usize) -> String {
    let record = |n: usize| {
        let side = |mode: &str, data: String| json!({"observedContentType": "text/csv", "mode": mode, "data": data, "encoding": "CSV"});
        let row = format!("{},{}", 20 + n % 50, ["free", "basic"][n % 2]);
        json!({
            "captureData": {"endpointInput": side("INPUT", row), "endpointOutput": side("OUTPUT", "1".into())},
            "eventMetadata": {"eventId": format!("00000000-0000-4000-8000-{n:012}"), "inferenceTime": "2026-10-31T08:00:01Z"},
            "eventVersion": "0",
        })
    };
    (0..records).map(|n| format!("{}\n", record(n))).collect()
}

const COLUMNS: [&str; 10] = [
    "--capture",
    "capture",
    "--reports",
    "reports",
    "--baseline-statistics",
    "base/statistics.json",
    "--baseline-constraints",
    "base/constraints.json",
    "--capture-index-names",
    "endpointInput",
];

fn text(bytes: &[u8]) -> String {
    String::from_utf8(bytes.to_vec()).expect("UTF-8")
}

/// Where a run of the schedule says that its window ends.
fn window_end(output: &Output) -> String {
    assert_eq!(output.status.code(), Some(0), "{}", text(&output.stderr));
    let execution: Value = serde_json::from_slice(&output.stdout).expect("JSON");
    execution["window"]["end"].as_str().expect("an instant").to_owned()
}

#[test]
fn every_error_is_one_line_of_four_parts_and_the_same_in_json() {
    let place = Place::new();
    place.write("broken.json", "{");
    place.write("models/v1/manifest.json", "{}");
    place.write("broken/routing/e/v/lists.json", r#"{"version": "2", "endpoint_name": "e"}"#);
    assert_eq!(place.lists(&[&NINE[..], &["--min-diversity", "7"]].concat()).status.code(), Some(2));
    for (link, target) in [("nowhere", "gone"), ("inside", "reports/e")] {
        std::os::unix::fs::symlink(place.0.path().join(target), place.0.path().join(link)).expect("a link");
    }
    let report = "reports/e/lists/2026/10/31/09/constraint_violations.json";
    let listed =
        |endpoint| ["executions", "--reports", "reports", "--endpoint-name", endpoint, "--schedule", "lists"];
    let lists = |more: &[&'static str]| [&OF_LISTS[..], &NINE, more].concat();
    let columns = |more: &[&'static str]| [&OF_COLUMNS[..], &NINE, &COLUMNS[..4], more].concat();
    let given = ["--catalog", "catalog.json", "--reports", "r", "--validation-set", "sessions.jsonl"];
    let cases: Vec<(Vec<&str>, &str)> = vec![
        (vec!["no-such-command"], "UsageError"),
        (lists(&["--no-such-flag"]), "UsageError"),
        (lists(&["--top-k"]), "UsageError"),
        ([lists(&given), vec!["--at", "yesterday"]].concat()[2..].to_vec(), "UsageError"),
        (lists(&given), "UsageError"),
        (lists(&["--no-replay"]), "InvalidSettings"),
        ([lists(&given), vec!["--no-replay", "--top-k", "0", "--window", "x"]].concat(), "InvalidSettings"),
        ([lists(&given), vec!["--replay-from", "gone.jsonl"]].concat(), "ObjectNotFound"),
        (
            [lists(&given[2..]), vec!["--catalog", "broken.json", "--replay-from", "lists.jsonl"]].concat(),
            "MalformedInput",
        ),
        (
            columns(&["--baseline-statistics", "gone.json", "--baseline-constraints", "gone.json"]),
            "ObjectNotFound",
        ),
        (
            columns(&["--baseline-statistics", "broken.json", "--baseline-constraints", "broken.json"]),
            "MalformedInput",
        ),
        (columns(&["--comparison", "best"]), "InvalidSettings"),
        (vec!["profile", "--input", "train.csv", "--format", "csv"], "UsageError"),
        (vec!["profile", "--input", "gone.csv", "--format", "csv", "--output", "o"], "ObjectNotFound"),
        (vec!["profile", "--input", "train.csv", "--format", "csv", "--output", "base"], "FileDiffers"),
        (vec!["profile", "--input", "s3:x", "--format", "csv", "--output", "o"], "AccessRefused"),
        (vec!["profile", "--input", "x", "--format", "json", "--header", "--output", "o"], "UsageError"),
        (
            vec!["executions", "--reports", "gone", "--endpoint-name", "e", "--schedule", "s"],
            "LocationNotFound",
        ),
        (vec!["executions", "--reports", "r", "--endpoint-name", "../e", "--schedule", "s"], "InvalidName"),
        (vec!["route", "--report", "train.csv"], "NotAReport"),
        (vec!["route", "--test", "--topic", "oncall"], "UsageError"),
        (vec!["baseline", "--manifest", "models/v1/manifest.json"], "InvalidSettings"),
        (
            vec![
                "baseline",
                "--manifest",
                "train.csv",
                "--catalog",
                "catalog.json",
                "--baselines",
                "b",
                "--validation-set",
                "sessions.jsonl",
            ],
            "NotAManifest",
        ),
        (
            vec![
                "baseline",
                "--activate",
                "v9",
                "--endpoint-name",
                "e",
                "--variant",
                "v",
                "--baselines",
                "base",
            ],
            "ObjectNotFound",
        ),
        (vec!["demo", "--output", "/dev/null/x"], "OutputFailed"),
        ([&listed("e")[..], &["--from", "yesterday"]].concat(), "UsageError"),
        // A link that leads nowhere, and one that leads where the state must not be.
        (
            lists(&[
                "--catalog",
                "catalog.json",
                "--reports",
                "nowhere",
                "--validation-set",
                "sessions.jsonl",
                "--replay-from",
                "lists.jsonl",
            ]),
            "AccessRefused",
        ),
        (vec!["route", "--report", report, "--state", "inside"], "InvalidSettings"),
        (vec!["route", "--report", report, "--state", "broken"], "MalformedInput"),
    ];
    for (arguments, error_type) in cases {
        let output = place.run(&arguments);
        let (line, printed) = (text(&output.stderr), text(&output.stdout));
        assert_eq!((output.status.code(), printed.as_str()), (Some(1), ""), "{arguments:?}: {line}");
        assert_eq!(line.lines().count(), 1, "{arguments:?}: {line}");
        let as_json = place.run(&[&arguments[..], &["--json"]].concat());
        let told: Value = serde_json::from_slice(&as_json.stderr)
            .unwrap_or_else(|error| panic!("{arguments:?}: {error}: {}", text(&as_json.stderr)));
        let part = |name: &str| told[name].as_str().filter(|text| !text.is_empty()).map(str::to_owned);
        let [Some(kind), Some(object), Some(message), Some(remedy)] =
            ["error_type", "object", "message", "remedy"].map(part)
        else {
            panic!("{arguments:?}: a part is missing: {told}")
        };
        assert_eq!(kind, error_type, "{arguments:?}: {line}");
        assert_eq!(line.trim_end(), format!("{kind}: {object}: {message}; {remedy}"), "{arguments:?}");
        let is_doubled = kind == "UsageError" && message.contains("; ");
        assert!(!is_doubled && !remedy.contains("try again later"), "{arguments:?}: {line}");
        for raw in ["u32", "EOF", "invalid type", "parse"] {
            assert!(!line.contains(raw), "{arguments:?}: {raw} in {line}");
        }
        assert_eq!((as_json.status.code(), text(&as_json.stdout).as_str()), (Some(1), ""), "{arguments:?}");
    }
}

#[test]
fn what_is_wrong_with_a_place_or_a_time_is_said_with_what_to_do() {
    let place = Place::new();
    place.write("st/routing/e/v/lists.json", r#"{"version": "2"}"#);
    assert_eq!(place.lists(&[&NINE[..], &["--min-diversity", "7"]].concat()).status.code(), Some(2));
    let report = "reports/e/lists/2026/10/31/09/constraint_violations.json";
    let link = |link: &str, target: &str| {
        std::os::unix::fs::symlink(place.0.path().join(target), place.0.path().join(link)).expect("a link");
    };
    link("nowhere", "gone");
    link("inside", "reports");
    let told = |arguments: &[&str]| text(&place.run(arguments).stderr);
    let run = ["profile", "--input", "train.csv", "--format", "csv", "--header", "--output", "nowhere"];
    for (arguments, parts) in [
        (&run[..], ["AccessRefused: ", "nowhere is a symbolic link that leads nowhere; mend or remove it"]),
        (&["route", "--report", report, "--state", "inside/x"], ["STATE_URI: ", "inside/x leads to "]),
        (
            &["route", "--report", report, "--state", "st"],
            [
                "version is \"2\", a text; write a whole number from 0",
                "remove the object to forget what was told",
            ],
        ),
        (
            &["executions", "--reports", "r", "--endpoint-name", "e", "--schedule", "s", "--from", "x"],
            ["'x'", "is no time; write an instant with its time zone such as 2026-10-31T09:00:00Z"],
        ),
        (
            &["route", "--test", "--topic", "oncall"],
            ["\"oncall\" is not a topic's ARN; use one like arn:", "model-violations\n"],
        ),
    ] {
        let line = told(arguments);
        for part in parts {
            assert!(line.contains(part), "{arguments:?}: {part} is not in {line}");
        }
    }
    // What waits for a command is told in words.
    let delivered = place.run(&["route", "--report", report, "--deliver", "--state", "told"]);
    assert_eq!(delivered.status.code(), Some(0), "{}", text(&delivered.stderr));
    let state = place.0.path().join("told/routing/e/v/lists.json");
    let mut queue: Value = serde_json::from_slice(&std::fs::read(&state).expect("a state")).expect("JSON");
    let look = text(&place.run(&["route", "--report", report, "--json"]).stdout);
    let look: Value = serde_json::from_str(&look).expect("JSON");
    queue["outbox"] = json!([{"message": look["messages"][0], "owner": "o", "lease_until": "2026-10-31T09:00:00Z",
        "outlet": "printed", "queued_at": "2026-10-31T09:00:00Z"}]);
    std::fs::write(&state, queue.to_string()).expect("a file");
    let look = text(&place.run(&["route", "--report", report, "--state", "told"]).stdout);
    assert!(look.contains("A message waits for the next --deliver without a topic: \"CRITICAL"), "{look}");
}

#[test]
fn a_schedule_says_why_nothing_was_judged() {
    let place = Place::new();
    let run = [&OF_COLUMNS[..], &NINE, &COLUMNS[..4]].concat();
    assert_eq!(place.run(&run).status.code(), Some(3));
    let listed = ["executions", "--reports", "reports", "--endpoint-name", "e", "--schedule", "columns"];
    let table = text(&place.run_at(&listed, "200").stdout);
    assert!(table.contains("Inconclusive") && table.contains("0; nothing was judged: baseline: "), "{table}");
}

#[test]
fn help_wraps_at_80_columns_on_a_wide_terminal_too() {
    let place = Place::new();
    for columns in ["", "200"] {
        for command in
            ["", "diversity-check", "data-quality", "baseline", "profile", "route", "executions", "demo"]
        {
            let arguments: Vec<&str> =
                [command, "--help"].into_iter().filter(|word| !word.is_empty()).collect();
            let help = text(&place.run_at(&arguments, columns).stdout);
            assert!(help.lines().count() > 10, "{help}");
            for line in help.lines().filter(|line| !line.starts_with("Usage: ")) {
                let is_word = !line.trim().contains(' ');
                assert!(line.chars().count() <= 80 || is_word, "{command} at {columns:?}: {line:?}");
            }
        }
    }
}

#[test]
fn a_violation_of_a_column_with_a_long_name_fits_the_terminal() {
    let place = Place::new();
    let name = format!("{}{}", "part_of_a_name_".repeat(5), "x".repeat(80));
    let limits = json!({"version": 0.0, "features": [
        {"name": name, "inferred_type": "Integral", "completeness": 1.0},
        {"name": "plan", "inferred_type": "String", "completeness": 1.0}]});
    place.write("limits.json", &limits.to_string());
    let sides = ["--capture-index-names", "endpointInput", "--baseline-constraints", "limits.json"];
    let long = [&OF_COLUMNS[..], &NINE, &COLUMNS[..4], &sides].concat();
    // Texts where numbers are wanted: the column of the long name is violated.
    place.write(
        "capture/e/v/2026/10/31/08/00-00-000-a.jsonl",
        &captured(300).replace("\"data\":\"", "\"data\":\"x"),
    );
    let printed = text(&place.run(&long).stdout);
    assert!(printed.contains("VIOLATION\n    part_of_a_name_"), "{printed}");
    printed.lines().filter(|line| !line.contains('/')).for_each(|line| {
        assert!(line.chars().count() <= 80, "{line:?} in\n{printed}");
    });
}

/// The whole story twice: as a person and as a program reads it.
#[test]
fn an_incident_is_told_within_its_frame_and_as_json() {
    let place = Place::new();
    let folder =
        place.0.path().join("a-folder-with-a-name-that-is-long-enough-to-be-in-the-way-of-the-frame");
    let folder = folder.display().to_string();
    let printed = text(&place.run(&["demo", "--incident", "--output", &folder]).stdout);
    let story = printed.split("\nEverything lies in").next().unwrap_or_default();
    for line in story.lines() {
        assert!(line.chars().count() <= 80, "{line:?}");
    }
    let quoted = story.lines().skip_while(|line| !line.contains("| CRITICAL"));
    let frame: Vec<&str> = quoted.take_while(|line| line.trim_start().starts_with('|')).collect();
    assert!(frame.len() > 10 && frame.iter().any(|line| line.contains("Message ")), "{frame:#?}");

    let output = place.run(&["demo", "--incident", "--json", "--output", "story"]);
    assert_eq!(output.status.code(), Some(0), "{}", text(&output.stderr));
    let told: Value = serde_json::from_slice(&output.stdout).expect("JSON");
    let events = told["events"].as_array().expect("events");
    let subjects: Vec<&str> = events
        .iter()
        .filter_map(|event| event["messages"].as_array())
        .flatten()
        .filter_map(|message| message["subject"].as_str())
        .collect();
    assert!(subjects.first().is_some_and(|subject| subject.starts_with("CRITICAL: ")), "{subjects:?}");
    assert!(subjects.last().is_some_and(|subject| subject.starts_with("RESOLVED: ")), "{subjects:?}");
    let has = |field: &str| events.iter().any(|event| !event[field].is_null());
    assert!(has("execution") && has("what") && has("alarm"), "{told:#}");
    let at: Vec<&str> = events.iter().filter_map(|event| event["at"].as_str()).collect();
    assert!(at.len() == events.len() && at.is_sorted());
}

#[test]
fn tables_fit_the_terminal_and_end_in_no_blanks() {
    let place = Place::new();
    let listed =
        |schedule| vec!["executions", "--reports", "reports", "--endpoint-name", "e", "--schedule", schedule];
    let lists =
        [&OF_LISTS[..], &NINE, &["--validation-set", "sessions.jsonl", "--catalog", "catalog.json"]].concat();
    let commands = [
        [&lists[..], &["--reports", "reports", "--replay-from", "lists.jsonl", "--min-diversity", "7"]]
            .concat(),
        [&OF_COLUMNS[..], &NINE, &COLUMNS].concat(),
        listed("lists"),
        listed("columns"),
        vec!["profile", "--input", "train.csv", "--format", "csv", "--header", "--output", "base"],
        vec!["demo", "--output", "demo"],
    ];
    for (columns, width) in [("", 80), ("50", 50), ("80", 80), ("120", 120)] {
        for command in &commands {
            let output = place.run_at(command, columns);
            let printed = text(&output.stdout);
            assert!(printed.lines().count() > 1, "{command:?}: {}", text(&output.stderr));
            for line in printed.lines() {
                let is_word = !line.trim().contains(' ');
                assert!(
                    line.chars().count() <= width || is_word,
                    "{command:?} at {width}: {line:?}\n{printed}"
                );
                assert_eq!(line, line.trim_end(), "{command:?} at {width}");
            }
        }
    }
}

#[test]
fn without_a_time_the_last_hour_that_ended_ten_minutes_ago_is_judged() {
    let place = Place::new();
    // The hour may turn between two calls: then the second is tried again.
    let last = || {
        let now = jiff::Timestamp::now().as_second() - 600;
        jiff::Timestamp::from_second(now - now.rem_euclid(3_600)).expect("an hour").to_string()
    };
    let before = last();
    let ends = [window_end(&place.lists(&["--json"])), window_end(&place.lists(&["--json", "--at", "last"]))];
    let after = last();
    for end in &ends {
        assert!([&before, &after].contains(&end), "{end} is neither {before} nor {after}");
    }
    assert!(before != after || ends[0] == ends[1]);
    let again = text(&place.lists(&["--at", "last"]).stdout);
    assert!(before != last() || again.contains("judged before: that verdict stands"), "{again}");
}

#[test]
fn a_verdict_under_other_settings_stands_and_says_so() {
    let place = Place::new();
    let run = |more: &[&str]| place.lists(&[&NINE[..], more].concat());
    let told = |output: Output| (output.status.code(), text(&output.stdout), text(&output.stderr));
    let (code, printed, _) = told(run(&["--min-diversity", "7"]));
    assert_eq!(code, Some(2), "six categories are below seven: {printed}");
    assert!(
        printed.contains("VIOLATION top10_category_diversity_mean_floor: 6, at least 7 (critical, n 10)"),
        "{printed}"
    );

    let (code, printed, _) = told(run(&[]));
    assert_eq!(code, Some(2), "the verdict that was found");
    assert!(
        printed.contains("judged with other settings: configuration ") && printed.contains("--reopen"),
        "{printed}"
    );
    let (code, printed, stderr) = told(run(&["--json"]));
    assert_eq!(code, Some(2));
    assert!(serde_json::from_str::<Value>(&printed).is_ok(), "{printed}");
    assert!(stderr.starts_with("judged with other settings: configuration "), "{stderr}");

    let (code, printed, _) = told(run(&["--reopen"]));
    assert_eq!(code, Some(0), "judged anew: {printed}");
    assert!(!printed.contains("judged with") && !printed.contains("judged before"), "{printed}");
    let (code, printed, _) = told(run(&["--reopen"]));
    assert_eq!(code, Some(0));
    assert!(printed.contains("re-opened before: a window is re-opened once"), "{printed}");
    let (code, _, stderr) = told(run(&["--reopen", "--json"]));
    assert_eq!((code, stderr.starts_with("re-opened before: ")), (Some(0), true), "{stderr}");
}

#[test]
fn an_hour_of_columns_tells_what_was_judged_and_how_far_it_has_moved() {
    let place = Place::new();
    let run = [&OF_COLUMNS[..], &NINE, &COLUMNS].concat();
    let printed = text(&place.run(&run).stdout);
    for part in [
        "data-quality of e/v",
        "measured: 300 rows of 2 columns",
        "furthest from the baseline",
        "captured: 300 of 300 lines in 1 file used",
    ] {
        assert!(printed.contains(part), "{part} is not in\n{printed}");
    }
    assert!(printed.lines().any(|line| line.starts_with("  judged: ") && !line.contains(" 0 ")), "{printed}");
    // 20 of 50 values lie beyond the baseline's: the distance is at least 0.4.
    let moved = printed.lines().position(|line| line.contains("furthest")).expect("a table");
    let lines: Vec<&str> = printed.lines().skip(moved + 1).take(2).collect();
    assert!(lines[0].contains("numbers") && lines[1].contains("plan"), "the furthest first: {lines:?}");
    let listed = ["executions", "--reports", "reports", "--endpoint-name", "e", "--schedule", "columns"];
    let table = text(&place.run(&listed).stdout);
    let header: Vec<&str> = table
        .lines()
        .next()
        .expect("a header")
        .split("  ")
        .filter(|word| !word.is_empty())
        .map(str::trim)
        .collect();
    assert_eq!(header, ["window end, UTC", "status", "records", "judged", "violations"]);
}

#[test]
fn a_schedule_of_lists_is_listed_with_its_mean_and_floor() {
    let place = Place::new();
    assert_eq!(place.lists(&[&NINE[..], &["--min-diversity", "7"]].concat()).status.code(), Some(2));
    let listed = ["executions", "--reports", "reports", "--endpoint-name", "e", "--schedule", "lists"];
    let table = text(&place.run(&listed).stdout);
    let row: Vec<&str> = table.lines().nth(1).expect("a row").split_whitespace().collect();
    assert_eq!(row[..6], ["2026-10-31", "09:00", "CompletedWithViolations", "6", "7", "10/10"], "{table}");
}

#[test]
fn what_is_judged_stands_first_and_reasons_are_bounded() {
    let place = Place::new();
    let printed = text(&place.lists(&NINE).stdout);
    let table = printed.lines().skip_while(|line| !line.starts_with("  metric")).skip(1);
    let judged: Vec<bool> =
        table.take_while(|line| !line.is_empty()).map(|line| line.contains("at least")).collect();
    assert!(judged[0] && judged.is_sorted_by(|one, other| one >= other), "{printed}");
    let run = place.0.path().join("reports/e/lists/2026/10/31/09/execution.json");
    let mut execution: Value = serde_json::from_slice(&std::fs::read(&run).expect("a run")).expect("JSON");
    let reasons: serde_json::Map<String, Value> =
        (0..30).map(|n| (format!("column {n}"), json!(format!("reason {n}")))).collect();
    execution["not_evaluable"] = json!(reasons);
    execution["warnings"] = json!(["`treshold` is probably `threshold`"]);
    std::fs::write(&run, execution.to_string()).expect("a file");
    let again = place.lists(&NINE);
    let printed = text(&again.stdout);
    assert_eq!(printed.matches("not evaluated:").count(), 9, "{printed}");
    assert!(printed.contains("not evaluated: and 22 more in execution.json"), "{printed}");
    assert_eq!(text(&again.stderr), "warning: `treshold` is probably `threshold`\n");
}
