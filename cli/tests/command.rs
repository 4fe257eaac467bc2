//! The command as a process: exit codes, what it prints, and that flags and environment mean the same.
//!
//! It lies here and not among the stories because cargo builds the command for the tests of its own package.

use bellwether_contract::execution::{Execution, Status};
use bellwether_pipeline::monitors::diversity::DiversitySettings;
use bellwether_pipeline::settings::Settings;
use serde_json::json;
use std::collections::BTreeMap;
use std::path::Path;
use std::process::{Command, Output};
use tempfile::TempDir;

const RUN: &str = "reports/recommender-prod/diversity-hourly/2026/10/31/09";

/// A process without any setting in its environment but those given.
fn bellwether(arguments: &[&str], environment: &BTreeMap<&str, String>) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_bellwether"));
    command.env_clear().args(arguments).envs(environment);
    command.output().expect("the command runs")
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8(bytes.to_vec()).expect("UTF-8")
}

/// Inputs in a folder, and the settings of a run over them.
struct Hour {
    folder: TempDir,
    settings: BTreeMap<&'static str, String>,
}

impl Hour {
    /// Ten sessions, the first of them answered by ten items from so many categories.
    fn new(categories: usize, answered: usize) -> Self {
        let folder = tempfile::tempdir().expect("a folder can be made");
        let path = |name: &str| folder.path().join(name).display().to_string();
        let settings = BTreeMap::from([
            ("ENDPOINT_NAME", "recommender-prod".to_owned()),
            ("VARIANT_NAME", "AllTraffic".to_owned()),
            ("SCHEDULE_NAME", "diversity-hourly".to_owned()),
            ("VALIDATION_SET_URI", path("sessions.jsonl")),
            ("CATALOG_URI", path("catalog.json")),
            ("REPORTS_URI", path("reports")),
            ("REPLAY", format!("lists:{}", path("lists.jsonl"))),
        ]);
        let item = |place: usize| format!("i{place}");
        let catalog: BTreeMap<String, String> =
            (0..10).map(|place| (item(place), format!("c{}", place.min(categories - 1)))).collect();
        let list: Vec<String> = (0..10).map(item).collect();
        let lines = |line: &dyn Fn(usize) -> serde_json::Value, number| -> String {
            (0..number).map(|n| format!("{}\n", line(n))).collect()
        };
        let session = |n: usize| json!({"session_id": format!("s{n}"), "features": {"reader": n}});
        let answer = |n: usize| json!({"session_id": format!("s{n}"), "recommendations": list});
        let hour = Self { settings, folder };
        hour.write("catalog.json", &json!(catalog).to_string());
        hour.write("sessions.jsonl", &lines(&session, 10));
        hour.write("lists.jsonl", &lines(&answer, answered));
        hour
    }

    fn with(mut self, name: &'static str, value: &str) -> Self {
        self.settings.insert(name, value.to_owned());
        self
    }

    fn write(&self, name: &str, text: &str) {
        std::fs::write(self.folder.path().join(name), text).expect("a file");
    }

    /// Every setting as the flag that the table names.
    fn by_flags(&self, more: &[&str]) -> Output {
        let arguments = self.arguments(more);
        bellwether(&arguments.iter().map(String::as_str).collect::<Vec<_>>(), &BTreeMap::new())
    }

    fn arguments(&self, more: &[&str]) -> Vec<String> {
        let flag = |name: &str| {
            let variable = DiversitySettings::VARIABLES
                .iter()
                .find(|variable| variable.name == name)
                .expect("a setting");
            format!("--{}", variable.flag)
        };
        let flags = self.settings.iter().flat_map(|(name, value)| match value.strip_prefix("lists:") {
            Some(lists) => ["--replay-from".to_owned(), lists.to_owned()],
            None => [flag(name), value.clone()],
        });
        let is_timed = more.contains(&"--at");
        let at = ["--at", "2026-10-31T09:10:00Z"].into_iter().filter(|_| !is_timed);
        let command = std::iter::once("diversity-check").chain(at).map(str::to_owned);
        command.chain(flags).chain(more.iter().map(|word| (*word).to_owned())).collect()
    }

    fn report(&self, name: &str) -> Vec<u8> {
        std::fs::read(self.folder.path().join(RUN).join(name))
            .unwrap_or_else(|error| panic!("{name}: {error}"))
    }

    fn has_reports(&self) -> bool {
        std::fs::read_dir(self.folder.path().join("reports"))
            .is_ok_and(|mut entries| entries.next().is_some())
    }
}

#[test]
fn the_exit_code_follows_the_verdict() {
    let cases = [
        (6, 10, 0, Status::Completed),
        (2, 10, 2, Status::CompletedWithViolations),
        (6, 8, 3, Status::Inconclusive),
    ];
    for (categories, answered, code, status) in cases {
        let hour = Hour::new(categories, answered);
        let printed = hour.by_flags(&["--json"]);
        assert_eq!(printed.status.code(), Some(code), "{}", text(&printed.stderr));
        assert_eq!(text(&printed.stderr), "", "progress is for a terminal");
        let execution: Execution = serde_json::from_slice(&printed.stdout).expect("JSON");
        assert_eq!(execution.monitoring_execution_status, status);
        assert_eq!(
            text(&printed.stdout).trim_end(),
            text(&hour.report("execution.json")),
            "as it is on disk"
        );

        let again = hour.by_flags(&[]);
        let table = text(&again.stdout);
        assert_eq!(again.status.code(), Some(code), "a tick that comes twice: {}", text(&again.stderr));
        for part in ["top10_category_diversity_mean", &status.to_string(), RUN] {
            assert!(table.contains(part), "{part} is not in {table}");
        }
        assert_eq!(table.contains("VIOLATION"), status == Status::CompletedWithViolations, "{table}");
    }
}

#[test]
fn an_hour_without_data_is_exit_0() {
    let mut hour = Hour::new(6, 10);
    hour.settings.remove("REPLAY");
    let capture = hour.folder.path().join("capture");
    // The endpoint was captured before, so that this hour is a quiet one.
    let before = capture.join("recommender-prod/AllTraffic/2026/10/30/08");
    std::fs::create_dir_all(&before).expect("a folder");
    std::fs::write(before.join("00-00-000-x.jsonl"), "").expect("a file");
    let hour = hour.with("CAPTURE_URI", &capture.display().to_string());
    let output = hour.by_flags(&["--no-replay", "--json"]);
    assert_eq!(output.status.code(), Some(0), "{}", text(&output.stderr));
    let execution: Execution = serde_json::from_slice(&output.stdout).expect("JSON");
    assert_eq!(execution.monitoring_execution_status, Status::CompletedNoData);
}

#[test]
fn an_hour_that_cannot_be_judged_is_exit_1_with_the_reason_on_stderr() {
    let hour = Hour::new(6, 10);
    hour.write("sessions.jsonl", "not a session\n");
    let output = hour.by_flags(&["--json"]);
    assert_eq!((output.status.code(), text(&output.stdout)), (Some(1), String::new()));
    let told = text(&output.stderr);
    assert!(told.contains("MalformedInput") && told.contains("sessions.jsonl, line 1"), "{told}");
    assert!(!hour.has_reports());
}

#[test]
fn a_usage_error_is_exit_1_because_2_means_violations() {
    let hour = Hour::new(6, 10);
    let cases: [(&[&str], &str); 5] = [
        (&["--no-such-flag"], "--no-such-flag"),
        (&["--no-replay"], "--no-replay"),
        (&["--top-k", "0"], "TOP_K"),
        (&["--capture", "http://x/y"], "CAPTURE_URI"),
        (&["--endpoint-name", "../x"], "--endpoint-name"),
    ];
    for (more, says) in cases {
        let output = hour.by_flags(more);
        let told = text(&output.stderr);
        assert_eq!(output.status.code(), Some(1), "{more:?}: {told}");
        assert!(told.contains(says), "{more:?}: {told}");
    }
    let when = ["diversity-check", "--at", "yesterday"];
    for arguments in [&[][..], &["no-such-command"], &["diversity-check"], &when] {
        let output = bellwether(arguments, &BTreeMap::new());
        assert_eq!(output.status.code(), Some(1), "{arguments:?}");
        assert_eq!(text(&output.stdout), "", "{arguments:?}");
    }
    assert!(!hour.has_reports());
}

#[test]
fn each_flag_reads_the_functions_environment() {
    let hour = || Hour::new(6, 10).with("MIN_DIVERSITY", "6.5").with("TOP_K", "7");
    let (by_flags, by_environment) = (hour(), hour());
    assert_eq!(by_flags.by_flags(&[]).status.code(), Some(2));
    let arguments = ["diversity-check", "--at", "2026-10-31T09:00:00Z"];
    let output = bellwether(&arguments, &by_environment.settings);
    assert_eq!(output.status.code(), Some(2), "{}", text(&output.stderr));
    for file in ["statistics.json", "constraints.json", "constraint_violations.json"] {
        assert_eq!(text(&by_flags.report(file)), text(&by_environment.report(file)), "{file}");
    }
    let constraints = text(&by_flags.report("constraints.json"));
    assert!(
        constraints.contains("top7_category_diversity_mean_floor") && constraints.contains("6.5"),
        "{constraints}"
    );
}

#[test]
fn metrics_go_to_the_file_of_the_container_contract_where_a_folder_is_named() {
    let hour = Hour::new(6, 10);
    let folder = hour.folder.path().join("metrics");
    let folder = folder.display().to_string();
    for _ in 0..2 {
        assert_eq!(hour.by_flags(&["--metrics-dir", &folder]).status.code(), Some(0));
    }
    let lines = std::fs::read_to_string(Path::new(&folder).join("cloudwatch_metrics.jsonl")).expect("a file");
    let completed = lines.lines().filter(|line| line.contains("\"run_completed\"")).count();
    assert_eq!(completed, 2, "one for each dimension set, and none for the second run");
}

/// The metric file of a run: every line of it, each of which is JSON.
fn metric_lines(path: &Path) -> Vec<serde_json::Value> {
    let text = std::fs::read_to_string(path).expect("a file");
    assert!(text.is_empty() || text.ends_with('\n'), "a torn line: {text:?}");
    text.lines()
        .map(|line| serde_json::from_str(line).unwrap_or_else(|error| panic!("{error}: {line}")))
        .collect()
}

/// The file may grow to 64 KiB, 128 blocks of POSIX: where the signal for that is ignored the disk is full, and where it is not the process is
/// killed, both in the middle of a line.
#[test]
fn the_metric_file_holds_no_torn_line_after_a_full_disk_or_a_kill() {
    const LIMIT_BYTES: usize = 64 * 1_024;
    let whole = {
        let hour = Hour::new(6, 10);
        let folder = hour.folder.path().join("metrics");
        assert_eq!(hour.by_flags(&["--metrics-dir", &folder.display().to_string()]).status.code(), Some(0));
        metric_lines(&folder.join("cloudwatch_metrics.jsonl"))
    };
    for (prelude, is_killed, room) in
        [("trap '' XFSZ; ", false, 700), ("", true, 700), ("", true, 1), ("trap '' XFSZ; ", false, 0)]
    {
        let hour = Hour::new(6, 10);
        let folder = hour.folder.path().join("metrics");
        let file = folder.join("cloudwatch_metrics.jsonl");
        std::fs::create_dir(&folder).expect("a folder");
        let older = format!("{{\"older\":\"{}\"}}\n", "x".repeat(LIMIT_BYTES - room - 13));
        assert_eq!(older.len(), LIMIT_BYTES - room);
        std::fs::write(&file, &older).expect("a file");

        let more = ["--metrics-dir".to_owned(), folder.display().to_string()];
        let arguments = hour.arguments(&more.each_ref().map(String::as_str));
        let script = format!("{prelude}ulimit -f 128; exec \"$0\" \"$@\"");
        let mut limited = Command::new("sh");
        limited.args(["-c", &script, env!("CARGO_BIN_EXE_bellwether")]).args(&arguments).env_clear();
        let output = limited.output().expect("a shell runs");
        let told = text(&output.stderr);
        assert_eq!(output.status.code(), if is_killed { None } else { Some(1) }, "{told}");
        if !is_killed {
            assert!(told.contains("MetricsFile"), "{told}");
            assert_eq!(
                std::fs::read_to_string(&file).expect("a file"),
                older,
                "a full disk leaves nothing behind"
            );
        }
        // The same tick comes again when there is room.
        for _ in 0..2 {
            let again = hour.by_flags(&more.each_ref().map(String::as_str));
            assert_eq!(again.status.code(), Some(0), "{}", text(&again.stderr));
            let lines = metric_lines(&file);
            assert_eq!(lines.len(), whole.len() + 1, "{prelude}, {room}: no point is lost or there twice");
            assert_eq!(lines[1..], whole);
        }
    }
}

#[test]
fn executions_that_cannot_be_read_hide_no_other_and_are_exit_1() {
    let hour = Hour::new(2, 10);
    for at in ["07", "08", "09", "10"] {
        let at = format!("2026-10-31T{at}:10:00Z");
        assert_eq!(hour.by_flags(&["--at", &at]).status.code(), Some(2), "a collapsed hour");
    }
    let reports = hour.folder.path().join("reports").display().to_string();
    let list = |more: &[&str]| {
        let of = ["executions", "--reports", &reports, "--endpoint-name", "recommender-prod", "--schedule"];
        bellwether(&[&of[..], &["diversity-hourly"], more].concat(), &BTreeMap::new())
    };
    for name in [".DS_Store", "2026/.keep", "2026/10/31/11/notes.txt", "2026/10/31/x/execution.json"] {
        let path = hour.folder.path().join("reports/recommender-prod/diversity-hourly").join(name);
        std::fs::create_dir_all(path.parent().expect("a folder")).expect("a folder");
        std::fs::write(path, "foreign").expect("a file");
    }
    let whole = list(&[]);
    assert_eq!(
        (whole.status.code(), text(&whole.stderr).as_str()),
        (Some(0), ""),
        "foreign files are no runs"
    );
    let run =
        |at: &str, name: &str| format!("reports/recommender-prod/diversity-hourly/2026/10/31/{at}/{name}");
    hour.write(&run("07", "execution.json"), "{\"version\":");
    hour.write(&run("08", "constraint_violations.json"), "[");

    let table = list(&[]);
    assert_eq!(table.status.code(), Some(1), "{}", text(&table.stdout));
    assert!(
        text(&table.stderr).starts_with("2 of 4 runs cannot be read, or not all of it"),
        "{}",
        text(&table.stderr)
    );
    let printed = text(&table.stdout);
    assert!(printed.contains("unreadable") && printed.contains("MalformedInput"), "{printed}");
    assert_eq!(printed.matches("CompletedWithViolations").count(), 3, "{printed}");

    let json = list(&["--json"]);
    assert_eq!(json.status.code(), Some(1));
    let rows: Vec<serde_json::Value> = serde_json::from_slice(&json.stdout).expect("JSON");
    let said: Vec<_> = rows
        .iter()
        .map(|row| {
            (
                row["monitoring_execution_status"].as_str(),
                row["error_type"].as_str(),
                row["violated"].is_array(),
            )
        })
        .collect();
    let (violated, broken) = (Some("CompletedWithViolations"), Some("MalformedInput"));
    assert_eq!(
        said,
        [(None, broken, false), (violated, broken, false), (violated, None, true), (violated, None, true)]
    );
    for (row, name) in [(&rows[0], "07/execution.json"), (&rows[1], "08/constraint_violations.json")] {
        assert!(row["error"].as_str().is_some_and(|error| error.contains(name)), "{row}");
    }
}

#[test]
fn the_help_names_every_flag_and_every_exit_code() {
    let output = bellwether(&["diversity-check", "--help"], &BTreeMap::new());
    assert_eq!(output.status.code(), Some(0));
    let help = text(&output.stdout);
    let flags = DiversitySettings::VARIABLES
        .iter()
        .filter(|variable| variable.name != "REPLAY")
        .map(|variable| variable.flag);
    let more =
        ["at", "replay-from", "endpoint-url", "sagemaker", "no-replay", "metrics-dir", "reopen", "json"];
    let named: Vec<&str> = help.split_whitespace().collect();
    for flag in flags.chain(more) {
        assert!(named.contains(&format!("--{flag}").as_str()), "--{flag} is not in\n{help}");
    }
    for code in ["0  completed", "1  failed", "2  completed with violations", "3  inconclusive"] {
        assert!(help.contains(code), "{help}");
    }
}

#[test]
fn the_demo_catches_the_collapsed_hour_and_says_where_everything_lies() {
    let folder = tempfile::tempdir().expect("a folder");
    let place = folder.path().display().to_string();
    let output = bellwether(&["demo", "--output", &place], &BTreeMap::new());
    let (stdout, stderr) = (text(&output.stdout), text(&output.stderr));
    assert_eq!(output.status.code(), Some(0), "{stdout}{stderr}");
    assert!(stdout.contains("VIOLATION") && stdout.contains(&place), "{stdout}");
}

/// What a terminal would obey, what would forge a line of ours, and what would turn the direction of reading.
const HOSTILE: &str = "\u{1b}[2J\u{1b}[31mred\u{9b}2J\u{7}\r\nCompleted: all is well\u{202e}\u{2066}\u{feff}";

/// Nothing that was printed steers a terminal, and no line is the one that the text would forge.
fn is_harmless(output: &Output) -> String {
    let printed = format!("{}{}", text(&output.stdout), text(&output.stderr));
    let steers = |character: char| {
        (character.is_control() && character != '\n') || "\u{202e}\u{2066}\u{feff}".contains(character)
    };
    assert!(!printed.contains(steers), "{printed:?}");
    // What goes on below its beginning is indented by four blanks at least, and so no line of ours.
    let is_ours = |line: &str| line.len() - line.trim_start().len() < 4;
    let forged = |line: &str| line.trim().starts_with("Completed: all is well");
    assert!(!printed.lines().any(|line| is_ours(line) && forged(line)), "{printed}");
    printed
}

#[test]
fn no_text_of_a_report_steers_the_terminal() {
    let hour = Hour::new(2, 10);
    assert_eq!(hour.by_flags(&[]).status.code(), Some(2));
    let edit = |name: &str, edit: &dyn Fn(&mut serde_json::Value)| {
        let mut file = serde_json::from_slice(&hour.report(name)).expect("JSON");
        edit(&mut file);
        hour.write(&format!("{RUN}/{name}"), &file.to_string());
    };
    edit("execution.json", &|file| {
        // Who can write here can also say that no file was committed: otherwise they would be restored.
        file["files"] = json!([]);
        file["exit_message"] = json!(format!("CompletedWithViolations: {HOSTILE}"));
        file["not_evaluable"] = json!({HOSTILE: HOSTILE});
        file["replay"]["unanswered"] = json!({HOSTILE: 1});
        file["metrics"][0]["name"] = json!(HOSTILE);
        file["warnings"] = json!([HOSTILE]);
        file["judged"][0]["metric_name"] = json!(HOSTILE);
        file["judged"][0]["check"] = json!(HOSTILE);
    });
    edit("constraint_violations.json", &|file| {
        let violations = file["violations"].as_array_mut().expect("violations");
        violations[0]["description"] = json!(HOSTILE);
        violations
            .push(json!({"feature_name": HOSTILE, "constraint_check_type": HOSTILE, "description": HOSTILE}));
    });
    edit("statistics.json", &|file| file["recommendation_metrics"][HOSTILE] = json!({"value": 1.5}));
    edit("constraints.json", &|file| {
        let limit = json!({"threshold": 1.0, "comparison_operator": "LessThanThreshold"});
        file["recommendation_constraints"][HOSTILE] = limit;
    });

    let reports = hour.folder.path().join("reports").display().to_string();
    let mut list = vec!["executions", "--reports", &reports, "--endpoint-name", "recommender-prod"];
    list.extend(["--schedule", "diversity-hourly"]);
    let listed = is_harmless(&bellwether(&list, &BTreeMap::new()));
    assert!(listed.contains("[31mred"), "{listed}");
    list.push("--json");
    is_harmless(&bellwether(&list, &BTreeMap::new()));

    let table = is_harmless(&hour.by_flags(&[]));
    assert!(table.contains("VIOLATION \u{fffd}[2J\u{fffd}[31mred"), "{table}");

    let json = hour.by_flags(&["--json"]);
    is_harmless(&json);
    let told: serde_json::Value = serde_json::from_slice(&json.stdout).expect("JSON");
    assert_eq!(
        told["exit_message"],
        json!(format!("CompletedWithViolations: {HOSTILE}")),
        "for programs it is exact"
    );
}

#[test]
fn no_error_that_quotes_an_input_steers_the_terminal() {
    let quoted = json!(HOSTILE).to_string();
    let cases = [
        ("catalog.json", format!("{{{quoted}: \"a\", {quoted}: \"b\"}}")),
        ("lists.jsonl", format!("{{\"session_id\": {quoted}}}\n")),
        ("sessions.jsonl", format!("{{\"session_id\": {quoted}, \"features\": 1}}\n").repeat(2)),
    ];
    for (name, file) in cases {
        let hour = Hour::new(6, 10);
        hour.write(name, &file);
        let output = hour.by_flags(&[]);
        assert_eq!(output.status.code(), Some(1));
        let told = is_harmless(&output);
        assert!(told.contains("MalformedInput") && told.contains(name), "{told}");
    }
    let hour = Hour::new(6, 10);
    for (flag, value) in
        [("--catalog", HOSTILE), ("--capture", "s3://b/\u{1b}[2J"), ("--endpoint-name", HOSTILE)]
    {
        let output = hour.by_flags(&[flag, value]);
        assert_eq!(output.status.code(), Some(1), "{flag}");
        is_harmless(&output);
    }
}

/// A violating hour's report, and the command that routes it.
fn route(hour: &Hour, more: &[&str], environment: &BTreeMap<&str, String>) -> Output {
    let report = hour.folder.path().join(RUN).join("constraint_violations.json").display().to_string();
    let arguments: Vec<&str> =
        ["route", "--report", &report].into_iter().chain(more.iter().copied()).collect();
    bellwether(&arguments, environment)
}

const LINE: &str = "top10_category_diversity_mean_floor";

#[test]
fn looking_at_a_report_changes_nothing_whatever_topic_is_set() {
    let hour = Hour::new(2, 10);
    assert_eq!(hour.by_flags(&[]).status.code(), Some(2));
    let topic = "arn:aws:sns:eu-west-1:123456789012:model-violations";
    let set = BTreeMap::from([("TOPIC_ARN", topic.to_owned())]);
    for (more, environment) in [
        (&[][..], BTreeMap::new()),
        (&["--dry-run"], BTreeMap::new()),
        (&["--topic", topic], BTreeMap::new()),
        (&[], set),
        (&["--state", "no/such/folder"], BTreeMap::new()),
    ] {
        let looked = route(&hour, more, &environment);
        let printed = text(&looked.stdout);
        assert_eq!(looked.status.code(), Some(0), "{}", text(&looked.stderr));
        assert!(printed.starts_with("Subject: CRITICAL: ") && printed.contains(LINE), "{printed}");
        let last = printed.lines().last().expect("a line");
        assert!(
            last.starts_with("After what was routed before, --deliver would tell \"CRITICAL: "),
            "{last}"
        );
        assert!(last.ends_with("Nothing was sent or remembered."), "{last}");
        let routing = hour.folder.path().join("reports-state/routing");
        assert!(!routing.exists(), "{more:?}");
    }
}

#[test]
fn what_was_delivered_is_remembered_and_what_could_not_be_printed_is_not() {
    let hour = Hour::new(2, 10);
    assert_eq!(hour.by_flags(&[]).status.code(), Some(2));
    let report = hour.folder.path().join(RUN).join("constraint_violations.json");
    if let Ok(full) = std::fs::OpenOptions::new().write(true).open("/dev/full") {
        let mut command = Command::new(env!("CARGO_BIN_EXE_bellwether"));
        command.env_clear().args(["route", "--deliver", "--report"]).arg(&report).stdout(full);
        let failed = command.output().expect("the command runs");
        assert_eq!(failed.status.code(), Some(1));
        assert!(text(&failed.stderr).contains("NotPrinted"), "{}", text(&failed.stderr));
        let looked = text(&route(&hour, &[], &BTreeMap::new()).stdout);
        assert!(
            looked.lines().last().expect("a line").contains("A message waits for the next --deliver"),
            "{looked}"
        );
    }
    let told = text(&route(&hour, &["--deliver"], &BTreeMap::new()).stdout);
    assert!(told.starts_with("Subject: CRITICAL: ") && told.contains(LINE), "{told}");
    let again = text(&route(&hour, &["--deliver"], &BTreeMap::new()).stdout);
    assert_eq!(again, "Nothing to tell: this verdict was routed before.\n");
    let looked = text(&route(&hour, &[], &BTreeMap::new()).stdout);
    assert!(looked.starts_with("Subject: CRITICAL: "), "as the first of its schedule: {looked}");
    assert!(looked.contains("would tell nothing, as this verdict was routed before"), "{looked}");
}
