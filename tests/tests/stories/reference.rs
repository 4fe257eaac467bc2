//! Runs over reference data that other tools have measured: `../shared/data` beside the repository, where it is there.

use super::measures::{assert_close, histograms};
use crate::harness::{Harness, tick};
use bellwether_contract::capture::LeftOut;
use bellwether_contract::execution::Status;
use bellwether_pipeline::commit::Committed;
use serde_json::Value;
use std::collections::BTreeMap;
use std::io::Write;
use std::path::{Path, PathBuf};

fn reference(folder: &str) -> Option<PathBuf> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../shared/data").join(folder);
    if path.exists() {
        return Some(path);
    }
    // Past the harness, which keeps the words of a passing test to itself.
    let _ = writeln!(
        std::io::stderr(),
        "SKIPPED: {} is absent, the reference numbers were not compared",
        path.display()
    );
    None
}

fn expected(folder: &Path) -> Value {
    let bytes = std::fs::read(folder.join("expected.json")).expect("expected.json");
    serde_json::from_slice(&bytes).expect("JSON")
}

/// A folder whose replay are the recorded lists of one of the models.
fn site(replay: &Path, model: &str) -> Harness {
    let path = |name: &str| replay.join(name).display().to_string();
    Harness::folder()
        .with("VALIDATION_SET_URI", &path("sessions.jsonl"))
        .with("CATALOG_URI", &path("catalog.json"))
        .with("REPLAY", &format!("lists:{}", path(&format!("responses/{model}.jsonl"))))
}

async fn report(site: &Harness, committed: &Committed, file: &str) -> Value {
    site.json(&format!("reports/{}/{file}", committed.run)).await
}

/// NumPy's name of each number, and the run's.
const DISTINCT_CATEGORIES: [(&str, &str); 7] = [
    ("mean", "mean"),
    ("min", "min"),
    ("max", "max"),
    ("p5", "p5"),
    ("p50", "p50"),
    ("std_dev_population", "std_dev"),
    ("share_below_4", "share_below"),
];
const TOGETHER: [(&str, &str); 7] = [
    ("category_coverage", "category_coverage"),
    ("catalogue_coverage", "catalogue_coverage"),
    ("item_entropy_bits", "item_entropy"),
    ("category_entropy_bits", "category_entropy"),
    ("item_gini", "item_gini"),
    ("personalisation", "personalisation"),
    ("intra_list_category_diversity", "intra_list_diversity"),
];

#[tokio::test]
async fn three_models_over_movielens_have_the_numbers_that_numpy_has() {
    let Some(folder) = reference("replay-movielens") else { return };
    let expected = expected(&folder);
    for model in ["baseline", "current", "collapsed"] {
        let site = site(&folder, model);
        let committed = site.run_twice(&tick("2027-10-31T09:10:00Z")).await;
        let statistics = report(&site, &committed, "statistics.json").await;
        compare_model(&statistics, &committed, &expected[model]);
        let violated: Vec<String> = violated(&report(&site, &committed, "constraint_violations.json").await);
        let (status, names): (_, &[&str]) = match model {
            "collapsed" => (Status::CompletedWithViolations, &["top10_category_diversity_mean_floor"]),
            _ => (Status::Completed, &[]),
        };
        assert_eq!(committed.execution.monitoring_execution_status, status, "{model}");
        assert_eq!(violated, names, "{model}");
    }
}

fn compare_model(statistics: &Value, committed: &Committed, expected: &Value) {
    let metrics = &statistics["recommendation_metrics"];
    let number = |value: &Value| value.as_f64().expect("a number");
    let lists = &expected["distinct_categories"];
    for (theirs, ours) in DISTINCT_CATEGORIES {
        let name = format!("top10_category_diversity_{ours}");
        assert_close(&name, &metrics[&name]["value"], number(&lists[theirs]));
    }
    for (theirs, ours) in TOGETHER {
        assert_close(ours, &metrics[ours]["value"], number(&expected[theirs]));
    }
    let column = &statistics["features"][0]["numerical_statistics"];
    for (theirs, ours) in
        [("mean", "mean"), ("min", "min"), ("max", "max"), ("std_dev_population", "std_dev")]
    {
        assert_close(ours, &column[ours], number(&lists[theirs]));
    }
    assert_eq!(column["common"]["num_present"], expected["sessions"]);
    assert_eq!(column["common"]["num_missing"], 0);
    let histogram: BTreeMap<String, u64> =
        serde_json::from_value(lists["histogram"].clone()).expect("counts");
    assert_eq!(histograms(statistics, committed), [histogram.clone(), histogram]);
    // Every number of the expectation has been compared: a new one must be named above.
    let names = |value: &Value| value.as_object().map_or(0, serde_json::Map::len);
    assert_eq!((names(lists), names(expected)), (DISTINCT_CATEGORIES.len() + 1, TOGETHER.len() + 3));
}

/// The checks and metrics of a report's violations.
fn violated(report: &Value) -> Vec<String> {
    let violations = report["violations"].as_array().expect("a list");
    violations
        .iter()
        .map(|violation| violation["metric_name"].as_str().unwrap_or_default().to_owned())
        .collect()
}

#[tokio::test]
async fn an_hour_of_captured_movielens_is_counted_by_reason_and_measured() {
    let (Some(capture), Some(replay)) = (reference("capture-movielens"), reference("replay-movielens"))
    else {
        return;
    };
    let expected = expected(&capture);
    let site = site(&replay, "baseline").with("CAPTURE_URI", &capture.display().to_string());
    let committed = site.run_twice(&tick("2027-10-31T09:10:00Z")).await;
    let execution = &committed.execution;
    assert_eq!(
        serde_json::json!([execution.identity.window.start(), execution.identity.window.end()]),
        expected["window"]
    );

    let lines = execution.capture.as_ref().expect("captured lines");
    let count = |name: &str| expected["counts"][name].as_u64().expect("a count");
    let left_out = [
        (LeftOut::Json, count("malformed")),
        (LeftOut::Base64, count("undecodable")),
        (LeftOut::Duplicate, count("duplicate")),
        (LeftOut::OutsideWindow, count("outside_window")),
        (LeftOut::Replay, count("replay")),
        (LeftOut::NoOutput, count("no_output")),
    ];
    assert_eq!(lines.left_out, BTreeMap::from(left_out));
    assert_eq!((lines.lines, lines.used), (count("lines"), count("used")));
    assert_eq!(
        (lines.short_lists, lines.lists_with_unknown_items),
        (count("short_list"), count("unknown_items"))
    );
    assert_eq!(lines.samples.len(), 13, "every broken line is sampled");

    let statistics = report(&site, &committed, "statistics.json").await;
    for (name, value) in expected["captured_distinct_categories"].as_object().expect("numbers") {
        let name = format!("captured_category_diversity_{}", name.replace("share_below_4", "share_below"));
        assert_eq!(statistics["recommendation_metrics"][&name]["value"].as_f64(), value.as_f64(), "{name}");
    }
    let violations = report(&site, &committed, "constraint_violations.json").await;
    assert_eq!(violations["violations"].as_array().map(Vec::len), Some(1));
    assert_eq!(violations["violations"][0]["constraint_check_type"], "capture_corrupt_check");
    assert_eq!(execution.monitoring_execution_status, Status::CompletedWithViolations);
}
