//! Baselines where monitors come out of a document: whose settings a manifest is measured by, and which documents are refused.

use super::model::{NOW, SHELF, prepared, publish};
use crate::harness::{BUCKET, Harness, time};
use bellwether_tests::local::events::created;
use serde_json::Value;

const DOCUMENT: &str = "\
version: 1
monitors:
  - name: lists
    monitor: diversity
    endpoint_name: recommender-prod
    variant_name: AllTraffic
    catalog_uri: {root}/inputs/catalog.json
    validation_set_uri: {root}/inputs/sessions.jsonl
    baselines_uri: {root}/baselines
    replay: sagemaker
    top_k: 5
  - name: other
    monitor: diversity
    endpoint_name: another-prod
    variant_name: AllTraffic
    catalog_uri: {root}/inputs/another.json
    capture_uri: {root}/capture
    replay: none
";

async fn site() -> Harness {
    let site = prepared(Harness::bucket().await).await;
    publish(&site, "v2", "2026-10-31T07:00:00Z", 5).await;
    site
}

/// What the function of a stack answers to the manifest, by this document.
async fn made(site: &Harness, document: &str) -> Result<Value, (String, String)> {
    site.put("monitors.yaml", site.located(document)).await;
    // A stack's environment says nothing of any endpoint.
    let environment = [
        ("MONITORS_URI", "{root}/monitors.yaml"),
        ("MODELS_URI", "{root}/models"),
        ("BASELINES_URI", "{root}/baselines"),
    ];
    let event = created(BUCKET, "models/v2/manifest.json");
    let answer = site.start_with("baseline", &environment).handle(event, time(NOW)).await;
    answer.map_err(|diagnostic| (diagnostic.error_type, diagnostic.error_message))
}

#[tokio::test]
async fn a_version_is_measured_by_the_entry_of_its_endpoint() {
    let site = site().await;
    made(&site, DOCUMENT).await.expect("a baseline");
    let baseline = site.json(&format!("{SHELF}/v2/diversity_baseline.json")).await;
    assert_eq!(baseline["top_k"], 5);
    // Whether a monitor is paused says nothing about the model.
    let paused = DOCUMENT.replacen("    top_k: 5\n", "    top_k: 5\n    enabled: false\n", 1);
    made(&site, &paused).await.expect("the same baseline");
}

#[tokio::test]
async fn a_document_that_does_not_say_by_what_is_refused_with_the_line() {
    let site = site().await;
    let twice = DOCUMENT.to_owned()
        + &DOCUMENT[DOCUMENT.find("  - name: lists").expect("an entry")
            ..DOCUMENT.find("  - name: other").expect("one")]
            .replace("name: lists", "name: again")
            .replace("top_k: 5", "top_k: 7");
    for (document, told) in [
        (
            DOCUMENT.replace("recommender-prod", "renamed-prod"),
            "line 1: no entry watches recommender-prod/AllTraffic",
        ),
        (
            DOCUMENT.replace("{root}/baselines", "{root}/elsewhere"),
            "line 3: lists: baselines_uri is s3://monitoring/elsewhere",
        ),
        (twice, "line 19: again: top_k is \"7\", and \"5\" in lists"),
        (DOCUMENT.replace("version: 1", "version: 2"), "line 1: version: must be 1"),
    ] {
        let (error_type, message) = made(&site, &document).await.expect_err(told);
        assert_eq!(error_type, "InvalidDocument", "{message}");
        assert!(message.contains(told), "{told}: {message}");
        assert!(!site.tree().await.keys().any(|key| key.starts_with("baselines/")), "{told}");
    }
}
