//! `bellwether merge` as a process: hours that the command judged, merged by the command, against a window that it judged as a whole.

use serde_json::{Value, json};
use std::path::Path;
use std::process::{Command, Output};
use tempfile::TempDir;

fn bellwether(folder: &Path, arguments: &[&str]) -> Output {
    let settings = [("ENDPOINT_NAME", "churn"), ("REPORTS_URI", "reports"), ("VARIANT_NAME", "AllTraffic")];
    let mut command = Command::new(env!("CARGO_BIN_EXE_bellwether"));
    command.env_clear().current_dir(folder).envs(settings).args(arguments);
    command.output().expect("the command runs")
}

/// A folder with captures of two hours, the first of which was judged on its own, and both as one window.
fn judged(second_hour_too: bool) -> TempDir {
    let folder = tempfile::tempdir().expect("a folder can be made");
    for (hour, rows) in [("07", 300), ("08", 200)] {
        let place = folder.path().join(format!("capture/churn/AllTraffic/2026/10/31/{hour}"));
        std::fs::create_dir_all(&place).expect("a folder");
        let lines: String = (0..rows).map(|n| line(hour, n)).collect();
        std::fs::write(place.join("07-04-840-0b7bfd33-c8a7-4adf-a09a-98fd0af79974.jsonl"), lines)
            .expect("a file");
    }
    let ends = if second_hour_too { &["08", "09"][..] } else { &["08"] };
    for end in ends {
        judge(folder.path(), &format!("2026-10-31T{end}:00:00Z"), "hourly", "PT1H");
    }
    judge(folder.path(), "2026-10-31T09:00:00Z", "whole", "PT2H");
    folder
}

fn line(hour: &str, n: usize) -> String {
    let side = |data: String| json!({"observedContentType": "text/csv", "data": data, "encoding": "CSV"});
    let record = json!({
        "captureData": {"endpointInput": side(format!("{},plan-{}", n % 50, n % 3)), "endpointOutput": side(format!("{}", n as f64 / 7.0))},
        "eventMetadata": {"eventId": format!("{hour}-{n}"), "inferenceTime": format!("2026-10-31T{hour}:{:02}:00Z", n % 60)},
        "eventVersion": "0"
    });
    format!("{record}\n")
}

/// Without a baseline an hour is inconclusive, and its profile is kept all the same.
fn judge(folder: &Path, at: &str, schedule: &str, window: &str) {
    let arguments =
        ["data-quality", "--at", at, "--schedule", schedule, "--capture", "capture", "--window", window];
    let ended = bellwether(folder, &arguments);
    assert_eq!(ended.status.code(), Some(3), "{}", String::from_utf8_lossy(&ended.stderr));
}

fn merge(folder: &Path, more: &[&str]) -> Output {
    let hours = ["--from", "2026-10-31T07:00:00Z", "--to", "2026-10-31T09:00:00Z"];
    bellwether(folder, &[&["merge", "--schedule", "hourly", "--output", "day"], &hours[..], more].concat())
}

fn file(folder: &Path, name: &str) -> Value {
    let bytes = std::fs::read(folder.join(name)).unwrap_or_else(|error| panic!("{name}: {error}"));
    serde_json::from_slice(&bytes).expect("JSON")
}

/// Nothing of a few values is approximate, so that only the last digits of moments may differ.
#[test]
fn two_hours_are_the_window_of_both() {
    let folder = judged(true);
    let ended = merge(folder.path(), &[]);
    let told = String::from_utf8(ended.stdout).expect("UTF-8");
    assert_eq!(ended.status.code(), Some(0), "{told}{}", String::from_utf8_lossy(&ended.stderr));
    assert!(told.contains("2 windows of data-quality, 500 records; 0 hours missing"), "{told}");
    let merged = file(folder.path(), "day/statistics.json");
    let whole = file(folder.path(), "reports/churn/whole/2026/10/31/09/statistics.json");
    assert_eq!(merged["dataset"], whole["dataset"]);
    for (merged, whole) in merged["features"]
        .as_array()
        .expect("columns")
        .iter()
        .zip(whole["features"].as_array().expect("columns"))
    {
        for part in ["name", "inferred_type", "string_statistics"] {
            assert_eq!(merged[part], whole[part]);
        }
        let numbers = |file: &Value, name: &str| file["numerical_statistics"][name].clone();
        for part in ["common", "min", "max", "approximate_num_distinct_values", "distribution"] {
            assert_eq!(numbers(merged, part), numbers(whole, part), "{part}");
        }
        for part in ["sum", "mean", "std_dev"] {
            let (merged, whole) = (numbers(merged, part).as_f64(), numbers(whole, part).as_f64());
            let is_near = |(merged, whole): (f64, f64)| (merged - whole).abs() <= 1e-12 * whole.abs();
            assert!(merged.zip(whole).is_none_or(is_near), "{part}: {merged:?} and {whole:?}");
        }
    }
    // Again, the same; and a file that says something else is not lost.
    assert_eq!(merge(folder.path(), &[]).status.code(), Some(0));
    std::fs::write(folder.path().join("day/statistics.json"), "{}").expect("a file");
    let refused = merge(folder.path(), &[]);
    assert_eq!(refused.status.code(), Some(1));
    assert!(String::from_utf8_lossy(&refused.stderr).contains("FileDiffers"));
    assert_eq!(merge(folder.path(), &["--overwrite"]).status.code(), Some(0));
}

#[test]
fn a_missing_hour_is_told_and_ends_with_three() {
    let folder = judged(false);
    let ended = merge(folder.path(), &["--json"]);
    assert_eq!(ended.status.code(), Some(3));
    let told: Value = serde_json::from_slice(&ended.stdout).expect("JSON");
    assert_eq!(told, file(folder.path(), "day/merge.json"));
    assert_eq!(told["missing"][0]["start_time"], "2026-10-31T08:00:00Z");
    assert_eq!(told["windows"][0]["records"], 300);
    let text = String::from_utf8(merge(folder.path(), &[]).stdout).expect("UTF-8");
    assert!(text.contains("1 hour missing") && text.contains("MISSING, 2026-10-31 08:00"), "{text}");

    let nothing = bellwether(
        folder.path(),
        &[
            "merge",
            "--schedule",
            "other",
            "--output",
            "none",
            "--from",
            "2026-10-31T07:00:00Z",
            "--to",
            "2026-10-31T09:00:00Z",
        ],
    );
    assert_eq!(nothing.status.code(), Some(3));
    assert!(!folder.path().join("none/statistics.json").exists());
    let halves = bellwether(
        folder.path(),
        &[
            "merge",
            "--schedule",
            "hourly",
            "--output",
            "none",
            "--from",
            "2026-10-31T07:30:00Z",
            "--to",
            "2026-10-31T09:00:00Z",
        ],
    );
    assert_eq!(halves.status.code(), Some(1));
    assert!(String::from_utf8_lossy(&halves.stderr).contains("whole hours"));
}
