//! The monitoring hour of AWS's introduction, as a run: the report must be the one that the container wrote.
//!
//! The endpoint got the 120 rows of one file and then the 334 of another in a loop, 1,977 records in the window, of which the
//! first row of each file is deliberately bad: 7 records.

use super::traffic::{capture, monitored, record};
use crate::harness::{Harness, nine};
use bellwether_analysis::delimited::{Delimited, Dialect};
use bellwether_analysis::suggest::suggest;
use bellwether_analysis::table::TableProfile;
use bellwether_contract::json::to_vec;
use bellwether_pipeline::monitors::data_quality::DataQuality;
use serde_json::Value;
use std::collections::BTreeMap;
use std::path::Path;

const RUN: &str = "reports/churn-prod/data-quality-hourly/2026/10/31/09";

fn shared(name: &str) -> Option<String> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../shared/data/churn").join(name);
    let text = std::fs::read_to_string(&path).ok();
    if text.is_none() {
        // Past the harness, which keeps the words of a passing test to itself.
        use std::io::Write as _;
        let _ =
            writeln!(std::io::stderr(), "SKIPPED: {} is absent, the hour was not rebuilt", path.display());
    }
    text
}

fn profiled(csv: &str) -> TableProfile {
    let mut file = Delimited::with_header(Dialect::Rfc4180, "training");
    let mut blocks = Vec::new();
    file.push(csv.as_bytes(), &mut |block| blocks.push(block)).expect("a header");
    let names = file.names().expect("a header").to_vec();
    file.finish(&mut |block| blocks.push(block)).expect("an end");
    let mut table = TableProfile::with_columns(names);
    blocks.iter().for_each(|block| table.push_rows(&block.rows));
    table
}

#[tokio::test]
async fn the_hour_of_the_introduction_is_reported_as_the_container_reported_it() {
    let (Some(once), Some(again), Some(training)) = (
        shared("test_sample.csv"),
        shared("test-dataset-input-cols.csv"),
        shared("training-dataset-with-header.csv"),
    ) else {
        return;
    };
    let site = monitored(Harness::folder());
    let statistics = profiled(&training).observe().statistics;
    site.put("baseline/statistics.json", to_vec(&statistics).expect("finite")).await;
    site.put("baseline/constraints.json", to_vec(&suggest(&statistics)).expect("finite")).await;
    let requests = once.lines().chain(again.lines().cycle()).take(1_977);
    let answered = requests.enumerate().map(|(n, request)| {
        let probability = (n * 37 % 1_000) as f64 / 1_000.0 + 0.000_5;
        record(n, &(probability.to_string(), request.to_owned()))
    });
    capture(&site, &answered.collect::<Vec<Value>>()).await;

    let run = site.run_twice_as::<DataQuality>(&nine()).await;

    assert_eq!(
        run.execution.exit_message,
        "CompletedWithViolations: Job completed successfully with 60 violations."
    );
    let report = site.json(&format!("{RUN}/constraint_violations.json")).await;
    let mut texts: BTreeMap<(&str, &str), usize> = BTreeMap::new();
    for violation in report["violations"].as_array().expect("a list") {
        let text = |field: &str| violation[field].as_str().expect("a text");
        let of = if text("feature_name") == "Churn" { "Churn" } else { "an input" };
        assert_eq!(text("constraint_check_type"), "data_type_check");
        *texts.entry((of, text("description"))).or_default() += 1;
    }
    let input = "Data type match requirement is not met. Expected data type: Integral, Expected match: 100.0%. \
                 Observed: Only 99.64592817400101% of data is Integral.";
    let output = "Data type match requirement is not met. Expected data type: Integral, Expected match: 100.0%. \
                  Observed: Only 0.0% of data is Integral.";
    assert_eq!(texts, BTreeMap::from([(("an input", input), 59), (("Churn", output), 1)]));
}
