//! `bellwether monitors skeleton` and `monitors import` as processes: descriptions in, a document out, the rest on standard error.

use std::io::Write;
use std::process::{Command, Output, Stdio};

const ENDPOINTS: &str = include_str!("../src/document/fixtures/endpoints.json");
const UNWATCHED: &str = include_str!("../src/document/fixtures/endpoints-unwatched.json");
const SCHEDULE: &str = include_str!("../src/document/fixtures/daily-with-scripts.json");
const BATCH: &str = include_str!("../src/document/fixtures/batch-transform.json");

fn monitors(name: &str, input: &str) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_bellwether"));
    command.env_clear().args(["monitors", name]).stdin(Stdio::piped());
    command.stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut process = command.spawn().expect("the command starts");
    process.stdin.take().expect("a pipe").write_all(input.as_bytes()).expect("it reads");
    process.wait_with_output().expect("it ends")
}

fn text(bytes: &[u8]) -> &str {
    std::str::from_utf8(bytes).expect("UTF-8")
}

#[test]
fn a_document_comes_out_and_what_it_does_not_hold_is_counted_beside_it() {
    let output = monitors("skeleton", &[ENDPOINTS, UNWATCHED].concat());
    assert_eq!(output.status.code(), Some(0), "{output:?}");
    assert!(
        text(&output.stdout).starts_with(include_str!("../src/document/fixtures/endpoints.yaml").trim_end())
    );
    let told: Vec<&str> = text(&output.stderr).lines().collect();
    assert_eq!(told.len(), 8, "{told:?}");
    assert_eq!(told[7], "6 monitors drafted: comments say what is left to do");

    let output = monitors("import", &[SCHEDULE, BATCH].concat());
    assert_eq!(output.status.code(), Some(0), "{output:?}");
    let told: Vec<&str> = text(&output.stderr).lines().collect();
    assert!(told[0].starts_with("no entry for schedule batch-daily: "), "{told:?}");
    let last =
        "2 monitors drafted, 2 of them disabled, 26 values not carried over: comments say what is left to do";
    assert_eq!(told[1], last);
}

#[test]
fn where_nothing_can_be_drafted_it_fails_with_a_remedy_and_prints_nothing() {
    for (name, input, told) in [
        ("skeleton", UNWATCHED, "NothingDrafted: standard input: no entry for uncaptured: "),
        ("skeleton", "", "NothingDrafted: standard input: no endpoint was described; pipe in"),
        ("import", BATCH, "NothingDrafted: standard input: no entry for schedule batch-daily: "),
        ("import", " ", "NothingDrafted: standard input: no monitoring schedule was described; pipe in"),
        ("import", "{\"MonitoringScheduleSummaries\": []}", "MalformedInput: standard input, document 1: "),
        ("import", "MonitoringSchedules", "MalformedInput: standard input, document 1: it is no JSON"),
        ("nothing", "", "UsageError: nothing: "),
    ] {
        let output = monitors(name, input);
        assert_eq!((output.status.code(), output.stdout.len()), (Some(1), 0), "{output:?}");
        let stderr = text(&output.stderr);
        assert!(stderr.starts_with(told) && stderr.lines().count() == 1, "{stderr}");
    }
}
