//! `bellwether report` as a person calls it: pages over time of a schedule and of a document, the page of one run, and what is told of
//! what cannot be drawn.

use crate::world::{self, HOUR, bellwether, check, csv, folder, records, said};
use serde_json::{Value, json};
use std::fs;
use std::path::Path;
use std::process::Output;
use tempfile::TempDir;

const SCHEDULE: [&str; 6] = ["--reports", "reports", "--endpoint-name", "ep", "--schedule", "s"];
const RUN: &str = "reports/ep/s/2026/10/31/09";

/// An hour of thirty records against a baseline that expects something else, judged.
fn judged() -> TempDir {
    let limits = json!({"version": 0, "features": [
        {"name": "_c0", "inferred_type": "Integral", "completeness": 1.0},
        {"name": "_c1", "inferred_type": "String", "completeness": 1.0}]});
    let sides = |n: usize| json!({"endpointInput": csv(&format!("{n}")), "endpointOutput": csv("0.5")});
    let place = folder(&[(HOUR, records(30, sides)), ("limits.json", limits.to_string())]);
    let output = bellwether(
        place.path(),
        &[
            "data-quality",
            "--at",
            world::AT,
            "--endpoint-name",
            "ep",
            "--variant",
            "AllTraffic",
            "--schedule",
            "s",
            "--capture",
            "cap",
            "--reports",
            "reports",
            "--baseline-constraints",
            "limits.json",
        ],
    );
    assert_eq!(output.status.code(), Some(2), "{}", said(&output));
    place
}

fn report(place: &Path, more: &[&str]) -> Output {
    bellwether(place, &[&["report"][..], &SCHEDULE, more].concat())
}

fn read(place: &Path, file: &str) -> String {
    fs::read_to_string(place.join(file)).unwrap_or_else(|error| panic!("{file}: {error}"))
}

#[test]
fn a_page_over_time_leads_to_the_pages_of_its_runs() {
    let place = judged();
    let output = report(place.path(), &["--output", "out/index.html", "--to", "2026-10-31T12:00:00Z"]);
    check("report", &output, 0, &["NO RUN", "1 violated", "out/index.html"]);
    let page = read(place.path(), "out/index.html");
    for part in [
        "<title>NO RUN",
        "href=\"../reports/ep/s/2026/10/31/09/report.html\"",
        "2 without a run",
        "1 violated",
    ] {
        assert!(page.contains(part), "{part} is not in {page}");
    }
    assert!(place.path().join("out/../reports/ep/s/2026/10/31/09/report.html").is_file());
    let again = report(place.path(), &["--output", "again.html", "--to", "2026-10-31T12:00:00Z", "--json"]);
    let told: Value = serde_json::from_slice(&again.stdout).expect("JSON");
    let schedule = &told["schedules"][0];
    assert_eq!((&schedule["runs"], &schedule["counts"]["violated"]), (&json!(1), &json!(1)), "{told:#}");
    assert_eq!(told["size_bytes"], json!(read(place.path(), "again.html").len()));
}

#[test]
fn runs_that_are_due_by_the_clock_and_not_there_are_told_without_being_asked() {
    let place = judged();
    let output = report(place.path(), &["--output", "index.html"]);
    check("report", &output, 0, &["NO RUN", "that were due since 2026-10-31 09:00 UTC are missing"]);
}

#[test]
fn a_run_that_cannot_be_read_is_on_the_page_and_in_the_exit_code() {
    let place = judged();
    fs::write(place.path().join(RUN).join("evaluation.json"), "{").expect("a file");
    let output = report(place.path(), &["--output", "index.html"]);
    check("numbers", &output, 1, &["evaluation.json"]);
    assert!(read(place.path(), "index.html").contains("their numbers cannot be read"));
    fs::write(place.path().join(RUN).join("execution.json"), "{").expect("a file");
    let output = report(place.path(), &["--output", "index.html"]);
    check("verdict", &output, 1, &["execution.json"]);
    let page = read(place.path(), "index.html");
    assert!(page.contains("1 unreadable") && page.contains("execution.json"), "{page}");
}

#[test]
fn no_run_is_a_page_that_says_so() {
    let place = folder(&[("reports/.keep", String::new())]);
    check("report", &report(place.path(), &["--output", "index.html"]), 0, &["NO RUN", "There is no run"]);
    assert!(read(place.path(), "index.html").contains("There is no run of this schedule"));
}

#[test]
fn a_document_is_one_page_with_what_is_broken_and_without_what_is_paused() {
    let place = judged();
    let document = "version: 1\ndefaults:\n  reports_uri: reports\n  capture_uri: cap\n  variant_name: AllTraffic\nmonitors:\n\
                    - {name: s, monitor: data-quality, endpoint_name: ep, baseline_constraints_uri: limits.json}\n\
                    - {name: other, monitor: data-quality, endpoint_name: ep, baseline_constraints_uri: limits.json}\n\
                    - {name: paused, monitor: data-quality, endpoint_name: ep, enabled: false, baseline_constraints_uri: limits.json}\n\
                    - {name: broken, monitor: data-qualty, endpoint_name: ep}\n";
    fs::write(place.path().join("monitors.yaml"), document).expect("a file");
    let output = bellwether(place.path(), &["report", "--monitors", "monitors.yaml", "--output", "all.html"]);
    check("report", &output, 1, &["broken", "paused, and not drawn: paused", "all.html"]);
    let page = read(place.path(), "all.html");
    for part in ["3 monitors", "not known", "There is no run of this schedule", "id=\"m0\"", "id=\"m1\""] {
        assert!(page.contains(part), "{part} is not in {page}");
    }
    assert!(!page.contains("<bdi>paused</bdi>"));
}

#[test]
fn a_run_without_a_page_gets_one_from_its_files() {
    let place = judged();
    let with = |name: &str| bellwether(place.path(), &["report", "--run", RUN, "--output", name]);
    check("report", &with("one.html"), 0, &["one.html"]);
    let page = read(place.path(), "one.html");
    assert!(page.contains("<title>VIOLATED") && page.contains("evaluation.json"), "{page}");
    with("two.html");
    assert_eq!(page, read(place.path(), "two.html"));
}

#[test]
fn what_cannot_be_drawn_is_refused_with_a_remedy() {
    let place = judged();
    let of_schedule = |more: &[&'static str]| [&["report"][..], &SCHEDULE, more].concat();
    let to = |more: &[&'static str]| [&["report", "--output", "x.html"][..], more].concat();
    for (arguments, parts) in [
        (to(&[]), ["is not given", "--monitors"]),
        (to(&["--run", "reports/ep"]), ["--run", "is no folder of a run"]),
        (to(&["--run", "reports/ep/s/2026/10/31/10"]), ["NotFound", "execution.json"]),
        (to(&["--run", RUN, "--from", world::AT]), ["--from", "cannot be used with"]),
        (of_schedule(&["--output", "limits.json/x.html"]), ["OutputFailed", "limits.json"]),
        (
            of_schedule(&["--output", "x.html", "--report-base", "javascript:alert(1)"]),
            ["--report-base", "https://"],
        ),
    ] {
        check(&format!("{arguments:?}"), &bellwether(place.path(), &arguments), 1, &parts);
        assert!(!place.path().join("x.html").exists(), "{arguments:?}");
    }
}
