//! A folder of inputs, the real command on it, and what it said.

pub(crate) mod server;

use serde_json::{Value, json};
use std::fs;
use std::io::Write;
use std::path::Path;
use std::process::{Command, Output};
use tempfile::TempDir;

pub(crate) const AT: &str = "2026-10-31T09:00:00Z";
pub(crate) const HOUR: &str = "cap/ep/AllTraffic/2026/10/31/08/15-00-000-a.jsonl";

/// A file that is not in the repository. Where it is absent, that is said aloud.
pub(crate) fn data(name: &str) -> Option<String> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../shared/data").join(name);
    let text = fs::read_to_string(&path).ok();
    if text.is_none() {
        // Past the harness, which keeps the words of a passing test to itself.
        let _ = writeln!(std::io::stderr(), "SKIPPED: {} is absent", path.display());
    }
    text
}

pub(crate) fn bellwether(folder: &Path, arguments: &[&str]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_bellwether"));
    command.env_clear().env("COLUMNS", "400").current_dir(folder).args(arguments);
    command.output().expect("the command runs")
}

pub(crate) fn said(output: &Output) -> String {
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    format!("{}{}", text(&output.stdout), text(&output.stderr))
}

/// The exit code, and everything that the words must hold.
pub(crate) fn check(what: &str, output: &Output, code: i32, parts: &[&str]) {
    let said = said(output);
    assert_eq!(output.status.code(), Some(code), "{what}: {said}");
    parts.iter().for_each(|part| assert!(said.contains(part), "{what}: {part} in {said}"));
}

/// A page of a baseline that says all of this.
pub(crate) fn is_a_page(folder: &Path, name: &str, parts: &[&str]) {
    let page = fs::read_to_string(folder.join(name)).expect("a page");
    assert!(page.contains("<title>BASELINE · ") && !page.contains("<script"), "{page}");
    parts.iter().for_each(|part| assert!(page.contains(part), "{part} is not in {page}"));
}

pub(crate) fn folder(files: &[(&str, String)]) -> TempDir {
    let folder = tempfile::tempdir().expect("a folder can be made");
    for (name, text) in files {
        let path = folder.path().join(name);
        fs::create_dir_all(path.parent().expect("a folder")).expect("a folder can be made");
        fs::write(path, text).expect("a file");
    }
    folder
}

/// So many records with these sides.
pub(crate) fn records(number: usize, sides: impl Fn(usize) -> Value) -> String {
    let line = |n| {
        json!({"captureData": sides(n), "eventVersion": "0",
            "eventMetadata": {"eventId": format!("{n:08}-0000-4000-8000-000000000000"), "inferenceTime": "2026-10-31T08:15:00Z"}})
    };
    (0..number).map(|n| format!("{}\n", line(n))).collect()
}

pub(crate) fn csv(text: &str) -> Value {
    json!({"observedContentType": "text/csv", "data": text, "encoding": "CSV"})
}
