//! What becomes of an hour: quiet, changed, empty, without a baseline, of other encodings.

use super::traffic::{RUN, Row, baseline, capture, healthy, monitored, prepared, record, with_sides};
use crate::harness::{Harness, assert_same, below, nine};
use bellwether_contract::capture::LeftOut;
use bellwether_contract::execution::Status;
use bellwether_pipeline::monitors::data_quality::DataQuality;
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

/// The violations of the run as (column, check, description).
async fn violations(site: &Harness) -> Vec<[String; 3]> {
    let report = site.json(&format!("{RUN}/constraint_violations.json")).await;
    let text = |violation: &Value, field: &str| violation[field].as_str().expect("a text").to_owned();
    let entries = report["violations"].as_array().expect("a list");
    let fields = ["feature_name", "constraint_check_type", "description"];
    entries.iter().map(|violation| fields.map(|field| text(violation, field))).collect()
}

#[tokio::test]
async fn a_quiet_hour_violates_nothing_and_lays_out_the_containers_files() {
    for site in Harness::both().await {
        let site = prepared(site, (0..300).map(healthy)).await;
        let run = site.run_twice_as::<DataQuality>(&nine()).await;
        assert_eq!(run.execution.monitoring_execution_status, Status::Completed);
        assert_eq!(run.execution.exit_message, "Completed: Job completed successfully with no violations.");
        assert_eq!(run.execution.not_evaluable.keys().collect::<Vec<_>>(), ["num_constraints"]);
        assert_eq!(run.execution.warnings, [""; 0]);
        let lines = run.execution.capture.expect("captured lines");
        assert_eq!((lines.lines, lines.used), (300, 300));
        let tree = site.tree().await;
        let files: Vec<_> =
            below(&tree, RUN).iter().map(|key| key.rsplit('/').next().unwrap_or("")).collect();
        // Files that the settings name are of no version, and are known all the same.
        let named = |role: &str| {
            let key = format!("baseline/{role}.json");
            let sha256: String =
                Sha256::digest(&tree[&key]).iter().map(|byte| format!("{byte:02x}")).collect();
            json!({"uri": format!("{}/{key}", site.uri()), "role": role, "sha256": sha256})
        };
        let execution = site.json(&format!("{RUN}/execution.json")).await;
        assert_eq!(execution["baselines"], json!([named("constraints"), named("statistics")]));
        assert_eq!(execution.get("baseline"), None);
        let expected = [
            "cloudwatch_metrics.jsonl",
            "constraint_violations.json",
            "constraints.json",
            "evaluation.json",
            "execution.json",
            "report.html",
            "statistics.json",
        ];
        assert_eq!(files, expected);
        let statistics = site.json(&format!("{RUN}/statistics.json")).await;
        assert_eq!(statistics["dataset"]["item_count"], 300);
        // 30 of 300 incomes are missing; ages 20 to 69, six times each: mean 44.5.
        let feature = |place: usize| &statistics["features"][place];
        assert_eq!(
            feature(3)["numerical_statistics"]["common"],
            json!({"num_present": 270, "num_missing": 30})
        );
        assert_eq!(feature(1)["numerical_statistics"]["mean"], 44.5);
        assert_eq!(
            feature(2)["string_statistics"]["distribution"]["categorical"]["buckets"][0]["count"],
            100
        );
    }
}

/// 60 ages are texts; every income is missing; a fourth of the plans is a new one; scores are 0.9 and more.
fn changed(n: usize) -> Row {
    let age = if n.is_multiple_of(5) { "unknown".to_owned() } else { (20 + n % 50).to_string() };
    let plan = if n.is_multiple_of(4) { "trial" } else { ["basic", "plus", "family"][n % 3] };
    (format!("0.9{:02}", n % 100), format!("{age},{plan},"))
}

#[tokio::test]
async fn a_changed_hour_is_told_column_by_column_in_the_containers_words() {
    for site in Harness::both().await {
        let site = prepared(site, (0..300).map(changed)).await;
        let run = site.run_twice_as::<DataQuality>(&nine()).await;
        assert_eq!(run.execution.monitoring_execution_status, Status::CompletedWithViolations);
        let found = violations(&site).await;
        let told = |column: &str, check: &str| {
            let of = |violation: &&[String; 3]| violation[0] == column && violation[1] == check;
            found.iter().find(of).map(|violation| violation[2].as_str())
        };
        assert_eq!(
            told("age", "data_type_check"),
            Some(
                "Data type match requirement is not met. Expected data type: Integral, Expected match: 100.0%. \
                 Observed: Only 80.0% of data is Integral."
            )
        );
        assert_eq!(told("age", "baseline_drift_check"), None, "a failed type check silences the drift check");
        let not_met = "Value: 0.0 does not meet the constraint requirement! ";
        assert_eq!(told("income", "completeness_check"), Some(not_met));
        let of_plan = "Value: 0.75 does not meet the constraint requirement! ";
        assert_eq!(told("plan", "categorical_values_check"), Some(of_plan));
        let drifted = told("score", "baseline_drift_check").expect("scores have moved");
        // Baseline: 0.00 to 0.49, so every score of the hour lies above: distance 1 - 1.8 sqrt(900 / 180000).
        let distance = 1.0 - 1.8 * (900.0_f64 / 180_000.0).sqrt();
        assert_eq!(drifted, format!("Baseline drift distance: {distance} exceeds threshold: 0.1"));
        assert_eq!(run.execution.violations, found.len() as u64);
    }
}

#[tokio::test]
async fn columns_that_come_or_go_end_the_evaluation() {
    for (row, feature, check, description) in [
        (
            "1,basic",
            "Missing columns",
            "missing_column_check",
            "There are missing columns in current dataset. Number of columns in current dataset: 3, Number of \
             columns in baseline constraints: 4",
        ),
        (
            "1,basic,1.5,9",
            "Extra columns",
            "extra_column_check",
            "There are extra columns in current dataset. Number of columns in current dataset: 5, Number of \
             columns in baseline constraints: 4",
        ),
    ] {
        let site = prepared(Harness::folder(), (0..20).map(|_| ("0.5".to_owned(), row.to_owned()))).await;
        site.run_twice_as::<DataQuality>(&nine()).await;
        assert_eq!(violations(&site).await, [[feature, check, description].map(str::to_owned)]);
    }
}

/// The same rows as CSV, as JSON, as JSON beside CSV, as BASE64 and out of nested JSON give the same statistics.
#[tokio::test]
async fn encodings_do_not_change_what_a_column_is() {
    // JSON columns come in the order of their names; every row has an income, so that no key is ever absent.
    let rows: Vec<Row> = (0..60).map(|n| healthy(n - n % 10)).collect();
    let cells = |(output, input): &Row| -> Vec<String> {
        [output.as_str()].into_iter().chain(input.split(',')).map(str::to_owned).collect()
    };
    let number = |text: &str| serde_json::from_str::<Value>(text).expect("a number");
    let json_input = |row: &Row| {
        let cells = cells(row);
        json!({"age": number(&cells[1]), "plan": cells[2], "income": number(&cells[3])})
    };
    let side = |data: String, encoding: &str, kind: &str| json!({"observedContentType": kind, "data": data, "encoding": encoding});
    let base64 = |text: &str| {
        use base64::Engine;
        base64::engine::general_purpose::STANDARD.encode(text)
    };
    let as_csv = |n: usize, row: &Row| record(n, row);
    let mixed = |n: usize, row: &Row| {
        let input = side(json_input(row).to_string(), "JSON", "application/json");
        with_sides(n, &input, &side(row.0.clone(), "CSV", "text/csv"))
    };
    let hidden = |n: usize, row: &Row| {
        let input = side(base64(&row.1), "BASE64", "text/csv");
        with_sides(n, &input, &side(row.0.clone(), "CSV", "text/csv"))
    };
    let nested = |n: usize, row: &Row| {
        let input = json!({"instances": [{"who": json_input(row)}]}).to_string();
        let output = json!({"predictions": [{"score": number(&row.0)}]}).to_string();
        with_sides(n, &side(input, "JSON", "application/json"), &side(output, "JSON", "application/json"))
    };
    let paths = json!({
        "output": {"score": "predictions[0].score"},
        "input": {"age": "instances[0].who.age", "plan": "instances[0].who.plan", "income": "instances[0].who.income"},
    });
    let mut seen: Vec<Vec<Value>> = Vec::new();
    type Encode<'e> = &'e dyn Fn(usize, &Row) -> Value;
    for (encode, declared) in
        [(&as_csv as Encode<'_>, None), (&mixed, None), (&hidden, None), (&nested, Some(&paths))]
    {
        let mut site = monitored(Harness::folder());
        baseline(&site).await;
        if let Some(paths) = declared {
            site.put("paths.json", paths.to_string()).await;
            site.set("PATHS_URI", "{root}/paths.json");
        }
        let records: Vec<Value> = rows.iter().enumerate().map(|(n, row)| encode(n, row)).collect();
        capture(&site, &records).await;
        let run = site.run_twice_as::<DataQuality>(&nine()).await;
        assert_eq!(run.execution.capture.expect("lines").used, 60);
        let statistics = site.json(&format!("{RUN}/statistics.json")).await;
        let mut features = statistics["features"].as_array().expect("a list").clone();
        features.sort_by_key(|feature| feature["name"].to_string());
        seen.push(features);
    }
    for other in &seen[1..] {
        assert_eq!(other, &seen[0]);
    }
}

#[tokio::test]
async fn the_baseline_in_force_is_found_by_its_pointer_and_named_in_the_execution() {
    let mut site = prepared(Harness::folder(), (0..30).map(healthy)).await;
    let tree = site.tree().await;
    site.set("BASELINE_STATISTICS_URI", "");
    site.set("BASELINE_CONSTRAINTS_URI", "");
    site.set("BASELINES_URI", "{root}/baselines");
    for file in ["statistics.json", "constraints.json"] {
        let key = format!("baselines/churn-prod/AllTraffic/v7/data-quality/{file}");
        site.put(&key, tree[&format!("baseline/{file}")].clone()).await;
    }
    let pointer = json!({"model_version": "v7", "created_at": "2026-10-30T07:00:00Z"});
    site.put("baselines/churn-prod/AllTraffic/current-data-quality.json", pointer.to_string()).await;
    let run = site.run_twice_as::<DataQuality>(&nine()).await;
    assert_eq!(run.execution.baseline.map(|version| version.to_string()), Some("v7".to_owned()));
    assert_eq!(run.execution.monitoring_execution_status, Status::Completed);
}

/// The order of the records changes no verdict, no count and no histogram.
#[tokio::test]
async fn the_order_of_the_records_changes_no_verdict() {
    let mut reports = Vec::new();
    for turn in [0, 17] {
        let rows = (0..300).map(|n| changed((n + turn * 7) % 300));
        let site = prepared(Harness::folder(), rows).await;
        site.run_twice_as::<DataQuality>(&nine()).await;
        reports.push(violations(&site).await);
    }
    assert_eq!(reports[0], reports[1]);
}

#[tokio::test]
async fn an_hour_of_which_most_cannot_be_read_is_failed_and_some_is_a_violation() {
    let hour = |broken: usize| async move {
        let site = prepared(Harness::folder(), []).await;
        let good = (broken..100).map(|n| record(n, &healthy(n)));
        let cut = (0..broken).map(|n| {
            let side = json!({"data": "1,2\n3,4", "encoding": "CSV"});
            with_sides(n, &side, &json!({"data": "0.5", "encoding": "CSV"}))
        });
        capture(&site, &good.chain(cut).collect::<Vec<_>>()).await;
        let run = site.run_twice_as::<DataQuality>(&nine()).await;
        (site, run)
    };
    let (site, run) = hour(10).await;
    assert_eq!(run.execution.monitoring_execution_status, Status::CompletedWithViolations);
    assert_eq!(run.execution.capture.expect("lines").left_out[&LeftOut::RowCount], 10);
    let told = violations(&site).await;
    let corrupt = "Metric capture_corrupt_share with 0.1 was GreaterThanThreshold '0.01'";
    assert_eq!(told.last().map(|violation| violation[2].as_str()), Some(corrupt));
    let (_, run) = hour(60).await;
    assert_eq!(run.execution.monitoring_execution_status, Status::Failed);
}

#[tokio::test]
async fn a_folder_and_a_bucket_hold_the_same_bytes() {
    let mut trees = Vec::new();
    for site in Harness::both().await {
        let site = prepared(site, (0..100).map(changed)).await;
        site.run_twice_as::<DataQuality>(&nine()).await;
        let mut tree = site.tree().await;
        // Both name the baseline by its place.
        let names_places = |key: &str| key.ends_with("execution.json") || key.ends_with("report.html");
        tree.retain(|key, _| key.starts_with(RUN) && !names_places(key));
        trees.push(tree);
    }
    assert_same(&trees[0], &trees[1]);
}
