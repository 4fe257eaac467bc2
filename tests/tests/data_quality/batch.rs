//! Windows of batch transform jobs: manifests, and what they name, judged as an endpoint's records of the same rows are.

use super::traffic::{RUN, Row, baseline, healthy, monitored, prepared};
use crate::site::{Site, nine};
use bellwether_contract::execution::Status;
use bellwether_pipeline::monitors::data_quality::DataQuality;
use serde_json::json;

const HOUR: &str = "2026/10/31/08";

/// A site that watches jobs, with a baseline.
async fn watching(site: Site) -> Site {
    let site = monitored(site).with("CAPTURE_KIND", "batch-transform");
    baseline(&site).await;
    site
}

/// One side of a job: its objects, and the manifest that names them by this prefix.
async fn side(site: &Site, side: &str, prefix: &str, objects: &[(&str, String)]) {
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
async fn job(site: &Site, rows: &[Row], answered: usize) {
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
    side(site, "output", &prefix("output"), &answers).await;
}

#[tokio::test]
async fn a_job_is_judged_as_the_same_rows_of_an_endpoint_are() {
    let rows: Vec<Row> = (0..100).map(healthy).collect();
    let endpoint = prepared(Site::folder(), rows.clone()).await;
    endpoint.run_twice_as::<DataQuality>(&nine()).await;
    let expected = endpoint.json(&format!("{RUN}/statistics.json")).await;
    for site in Site::both().await {
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
    // Half of the second object's lines have no answer.
    let site = watching(Site::folder()).await;
    job(&site, &rows, 25).await;
    let run = site.run_twice_as::<DataQuality>(&nine()).await;
    assert_eq!(run.execution.monitoring_execution_status, Status::CompletedWithViolations);
    assert_eq!(run.execution.violations, 1, "{:?}", run.execution.judged);
    assert_eq!(run.execution.judged[0].check.to_string(), "capture_side_check");

    // Nothing was ever captured; then a quiet hour beside one of another day.
    let site = watching(Site::folder()).await;
    site.put("capture/elsewhere", "x").await;
    let run = site.run_as::<DataQuality>(&nine()).await.expect("a run");
    assert_eq!(run.execution.monitoring_execution_status, Status::Inconclusive);
    assert!(run.execution.exit_message.contains("no batch transform job was ever captured"));
    let site = watching(Site::folder()).await;
    site.put("capture/input/2026/10/30/08/m-1.jsonl", "[{\"prefix\":\"data/input/\"},\"a.csv\"]").await;
    let run = site.run_as::<DataQuality>(&nine()).await.expect("a run");
    assert_eq!(run.execution.monitoring_execution_status, Status::CompletedNoData);
}

#[tokio::test]
async fn a_manifest_that_leads_astray_is_an_error_and_no_quiet_hour() {
    for (manifest, error_type, told) in [
        ("{}", "MalformedInput", "a manifest is"),
        ("[{\"prefix\":\"s3://else/where/\"},\"a.csv\"]", "MalformedInput", "copy it there"),
        ("[{\"prefix\":\"data/input/\"},\"gone.csv\"]", "ObjectNotFound", "gone.csv"),
        ("[{\"prefix\":\"../\"},\"secret\"]", "AccessRefused", ".."),
    ] {
        let site = watching(Site::folder()).await;
        site.put(&format!("capture/input/{HOUR}/m-1.jsonl"), manifest).await;
        let error = site.run_as::<DataQuality>(&nine()).await.expect_err("an error");
        assert!(error.to_string().contains(told), "{manifest}: {error}");
        assert_eq!(error.error_type(), error_type, "{manifest}: {error}");
    }
}
