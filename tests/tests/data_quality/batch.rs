//! Windows of batch transform jobs: manifests, and what they name, judged as an endpoint's records of the same rows are.

use super::traffic::{RUN, Row, baseline, healthy, monitored, prepared};
use crate::harness::{Harness, nine};
use bellwether_contract::capture::LeftOut;
use bellwether_contract::execution::Status;
use bellwether_pipeline::monitors::data_quality::DataQuality;
use serde_json::json;

const HOUR: &str = "2026/10/31/08";

/// A site that watches jobs, with a baseline.
async fn watching(site: Harness) -> Harness {
    let site = monitored(site).with("CAPTURE_KIND", "batch-transform");
    baseline(&site).await;
    site
}

/// One side of a job: its objects, and the manifest that names them by this prefix.
async fn side(site: &Harness, side: &str, prefix: &str, objects: &[(&str, String)]) {
    for (name, text) in objects {
        site.put(&format!("capture/data/{side}/{name}"), text.clone()).await;
    }
    let names = objects.iter().map(|(name, _)| json!(name));
    let manifest: Vec<_> = std::iter::once(json!({"prefix": prefix})).chain(names).collect();
    site.put(&format!("capture/{side}/{HOUR}/m-1.jsonl"), json!(manifest).to_string()).await;
}

fn lines(rows: &[Row], of: impl Fn(usize, &Row) -> String) -> String {
    rows.iter().enumerate().map(|(n, row)| of(n, row) + "\n").collect()
}

/// A job over two objects. It gives each answer an id, as `GenerateInferenceId` asks it to.
async fn job(site: &Harness, rows: &[Row], answered: usize) {
    let prefix = |side: &str| match site.is_bucket() {
        true => format!("{}/capture/data/{side}/", site.uri()),
        false => format!("data/{side}/"),
    };
    let (first, second) = rows.split_at(rows.len() / 2);
    let request = |_: usize, (_, input): &Row| input.clone();
    let answer = |n: usize, (output, _): &Row| {
        format!("{output},00000000-0000-4000-8000-{n:012},2026-10-31T08:10:00Z")
    };
    let of_second = |n: usize, row: &Row| answer(n + first.len(), row);
    let requests = [("a.csv", lines(first, request)), ("b.csv", lines(second, request))];
    let answers = [("a.csv.out", lines(first, answer)), ("b.csv.out", lines(&second[..answered], of_second))];
    side(site, "input", &prefix("input"), &requests).await;
    let objects = if answered == 0 { &answers[..1] } else { &answers };
    side(site, "output", &prefix("output"), objects).await;
}

#[tokio::test]
async fn a_job_is_judged_as_the_same_rows_of_an_endpoint_are() {
    let rows: Vec<Row> = (0..100).map(healthy).collect();
    let endpoint = prepared(Harness::folder(), rows.clone()).await;
    endpoint.run_twice_as::<DataQuality>(&nine()).await;
    let expected = endpoint.json(&format!("{RUN}/statistics.json")).await;
    for site in Harness::both().await {
        let site = watching(site).await;
        job(&site, &rows, 50).await;
        let run = site.run_twice_as::<DataQuality>(&nine()).await;
        assert_eq!(run.execution.monitoring_execution_status, Status::Completed, "{:?}", run.execution);
        assert_eq!(site.json(&format!("{RUN}/statistics.json")).await, expected);
        let capture = run.execution.capture.expect("what was read");
        assert_eq!((capture.files, capture.lines, capture.used, capture.no_id), (4, 100, 100, 0));
    }
}

#[tokio::test]
async fn what_a_job_did_not_answer_and_what_no_manifest_names_is_told() {
    let rows: Vec<Row> = (0..100).map(healthy).collect();
    // The second object has no answer.
    let site = watching(Harness::folder()).await;
    job(&site, &rows, 0).await;
    let run = site.run_twice_as::<DataQuality>(&nine()).await;
    assert_eq!(run.execution.monitoring_execution_status, Status::CompletedWithViolations);
    assert_eq!(run.execution.violations, 1, "{:?}", run.execution.judged);
    assert_eq!(run.execution.judged[0].check.to_string(), "capture_side_check");

    // Nothing was ever captured; then a quiet hour beside one of another day.
    let site = watching(Harness::folder()).await;
    site.put("capture/elsewhere", "x").await;
    let run = site.run_as::<DataQuality>(&nine()).await.expect("a run");
    assert_eq!(run.execution.monitoring_execution_status, Status::Inconclusive);
    assert!(run.execution.exit_message.contains("no batch transform job was ever captured"));
    let site = watching(Harness::folder()).await;
    site.put("capture/input/2026/10/30/08/m-1.jsonl", "[{\"prefix\":\"data/input/\"},\"a.csv\"]").await;
    let run = site.run_as::<DataQuality>(&nine()).await.expect("a run");
    assert_eq!(run.execution.monitoring_execution_status, Status::CompletedNoData);
}

/// A line too few, too many or blank must not shift the pairs: every answer would stand beside another's request.
#[tokio::test]
async fn answers_are_paired_with_their_lines_or_not_at_all() {
    let rows: Vec<Row> = (0..100).map(healthy).collect();
    let (inputs, answers) = (lines(&rows, |_, row| row.1.clone()), lines(&rows, |_, row| row.0.clone()));
    let without_first = answers.split_once('\n').map(|(_, rest)| rest.to_owned()).expect("lines");
    for (request, answer, used, row_count) in [
        (inputs.clone(), format!("\n{answers}"), 100, 0),
        (inputs.clone(), without_first, 0, 100),
        (format!("name,of,columns\n{inputs}"), answers.clone(), 0, 101),
        (inputs, String::new(), 0, 100),
    ] {
        let site = watching(Harness::folder()).await;
        side(&site, "input", "data/input/", &[("a.csv", request)]).await;
        side(&site, "output", "data/output/", &[("a.csv.out", answer)]).await;
        let run = site.run_as::<DataQuality>(&nine()).await.expect("a run");
        let capture = run.execution.capture.expect("what was read");
        let uneven = capture.left_out.get(&LeftOut::RowCount).copied().unwrap_or_default();
        assert_eq!((capture.used, uneven), (used, row_count));
        let is_judged = run.execution.monitoring_execution_status == Status::Completed;
        assert_eq!(is_judged, row_count == 0, "{}", run.execution.exit_message);
    }
}

#[tokio::test]
async fn two_requests_of_one_name_and_an_answer_are_an_error_that_names_both_manifests() {
    let rows: Vec<Row> = (0..20).map(healthy).collect();
    let site = watching(Harness::folder()).await;
    job(&site, &rows, 10).await;
    site.put(&format!("capture/input/{HOUR}/m-2.jsonl"), "[{\"prefix\":\"data/again/\"},\"a.csv\"]").await;
    let error = site.run_as::<DataQuality>(&nine()).await.expect_err("an error").to_string();
    assert!(error.contains("m-1.jsonl") && error.contains("m-2.jsonl"), "{error}");

    // Two jobs that read one object: each answer with it.
    let site = watching(Harness::folder()).await;
    job(&site, &rows, 10).await;
    let again = lines(&rows[..10], |_, row| row.0.clone());
    site.put("capture/data/again/a.csv.out", again).await;
    site.put(&format!("capture/output/{HOUR}/m-2.jsonl"), "[{\"prefix\":\"data/again/\"},\"a.csv.out\"]")
        .await;
    let run = site.run_as::<DataQuality>(&nine()).await.expect("a run");
    assert_eq!(run.execution.capture.expect("what was read").used, 30);
}

#[tokio::test]
async fn manifests_in_folders_that_are_no_hour_are_no_quiet_hour() {
    for (place, told) in [("2026/10/31/m.jsonl", "yyyy/mm/dd/hh"), ("2026/10/31/8/m.jsonl", "yyyy/mm/dd/hh")]
    {
        let site = watching(Harness::folder()).await;
        site.put(&format!("capture/input/{place}"), "[{\"prefix\":\"data/input/\"},\"a.csv\"]").await;
        let error = site.run_as::<DataQuality>(&nine()).await.expect_err("an error").to_string();
        assert!(error.contains(told), "{error}");
    }
}

#[tokio::test]
async fn a_manifest_that_leads_astray_is_an_error_and_no_quiet_hour() {
    for (manifest, error_type, told) in [
        ("{}", "MalformedInput", "a manifest is"),
        ("", "MalformedInput", "a manifest is"),
        ("[{\"prefix\":\"s3://else/where/\"},\"a.csv\"]", "MalformedInput", "copy it there"),
        ("[{\"prefix\":\"data/input/\"},\"gone.csv\"]", "ObjectNotFound", "gone.csv"),
        ("[{\"prefix\":\"../\"},\"secret\"]", "AccessRefused", ".."),
    ] {
        let site = watching(Harness::folder()).await;
        site.put(&format!("capture/input/{HOUR}/m-1.jsonl"), manifest).await;
        let error = site.run_as::<DataQuality>(&nine()).await.expect_err("an error");
        assert!(error.to_string().contains(told), "{manifest}: {error}");
        assert_eq!(error.error_type(), error_type, "{manifest}: {error}");
    }
}
