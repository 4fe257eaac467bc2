//! From a manifest to the hour that is judged by it.

use super::model::{
    SHELF, both, current, delivered, handle, manifest, prepared, publish, put_manifest, shelf,
};
use crate::harness::functions::sample;
use crate::harness::recommender::recorded;
use crate::harness::{BUCKET, Harness, RUN, assert_same, below, nine};
use bellwether_contract::constraints::Constraints;
use bellwether_contract::json::from_slice;
use bellwether_contract::statistics::Statistics;
use bellwether_contract::violations::Violations;
use bellwether_tests::local::events::created;
use serde_json::json;
use sha2::{Digest, Sha256};

pub(crate) fn sha256(bytes: &[u8]) -> String {
    Sha256::digest(bytes).iter().map(|byte| format!("{byte:02x}")).collect()
}

#[tokio::test]
async fn recorded_lists_become_the_baseline_that_the_hourly_check_judges_by() {
    for site in both().await {
        publish(&site, "v2", "2026-10-31T07:00:00Z", 7).await;
        assert_eq!(delivered(&site, "v2").await, (json!("made"), json!("current")));
        let tree = site.tree().await;
        let names = ["constraints.json", "diversity_baseline.json", "statistics.json"];
        assert_eq!(below(&tree, &format!("{SHELF}/v2")), names.map(|name| format!("{SHELF}/v2/{name}")));

        let baseline = site.json(&format!("{SHELF}/v2/diversity_baseline.json")).await;
        let metric = |name: &str| baseline["recommendation_metrics"][name]["value"].as_f64();
        assert_eq!(metric("top10_category_diversity_mean"), Some(7.0));
        assert_eq!((&baseline["answered"], &baseline["top_k"]), (&json!(10), &json!(10)));
        for file in baseline["files"].as_array().expect("files") {
            let bytes = &tree[&format!("{SHELF}/v2/{}", file["name"].as_str().expect("a name"))];
            assert_eq!(file["sha256"], json!(sha256(bytes)));
        }
        let statistics: Statistics =
            from_slice("statistics", &tree[&format!("{SHELF}/v2/statistics.json")]).expect("statistics");
        assert_eq!(statistics.features[0].name, "top10_category_diversity");
        let constraints: Constraints =
            from_slice("constraints", &tree[&format!("{SHELF}/v2/constraints.json")]).expect("constraints");
        let limits = constraints.recommendation_constraints.expect("limits");
        assert_eq!(limits.get("top10_category_diversity_mean").expect("the band").threshold, 0.9 * 7.0);

        // The hour's lists have five categories: above the floor, outside v2's band.
        let hour = site.run(&nine()).await.expect("a verdict").execution;
        assert_eq!(hour.baseline.expect("a baseline").as_str(), "v2");
        let violations: Violations =
            from_slice("violations", &site.tree().await[&format!("{RUN}/constraint_violations.json")])
                .expect("violations");
        let violated: Vec<_> =
            violations.violations.iter().filter_map(|one| one.metric_name.as_deref()).collect();
        let band = ["mean", "p5", "min"].map(|suffix| format!("top10_category_diversity_{suffix}"));
        assert_eq!(violated, band);
        let execution = site.json(&format!("{RUN}/execution.json")).await;
        assert_eq!(execution["baseline"], json!("v2"));
        let commit = format!("{SHELF}/v2/diversity_baseline.json");
        let (uri, sha256) = (format!("{}/{commit}", site.uri()), sha256(&tree[&commit]));
        let created = "2026-10-31T07:00:00Z";
        assert_eq!(
            execution["baselines"],
            json!([{"uri": uri, "role": "lists", "version": "v2", "model_created_at": created, "sha256": sha256}])
        );
        assert_eq!(execution["baseline_digest"], execution["baselines"][0]["sha256"]);
    }
}

#[tokio::test]
async fn a_second_delivery_changes_no_byte() {
    for site in both().await {
        publish(&site, "v2", "2026-10-31T07:00:00Z", 7).await;
        delivered(&site, "v2").await;
        let before = site.tree().await;
        // Lists that were overwritten without a new manifest are not looked at.
        site.put("models/v2/lists.jsonl", recorded([8; 10])).await;
        assert_eq!(delivered(&site, "v2").await, (json!("unchanged"), json!("current")));
        site.put("models/v2/lists.jsonl", recorded([7; 10])).await;
        assert_same(&site.tree().await, &before);
    }
}

#[tokio::test]
async fn a_changed_manifest_replaces_the_baseline_and_all_its_files() {
    for site in both().await {
        publish(&site, "v2", "2026-10-31T07:00:00Z", 7).await;
        delivered(&site, "v2").await;
        publish(&site, "v2", "2026-10-31T07:30:00Z", 8).await;
        assert_eq!(delivered(&site, "v2").await, (json!("replaced"), json!("current")));
        let replaced = shelf(&site).await;

        let fresh = if site.is_bucket() { Harness::bucket().await } else { Harness::folder() };
        let fresh = prepared(fresh).await;
        fresh.put("models/v2/lists.jsonl", recorded([8; 10])).await;
        // The manifest names the lists by the other site's root, so the text, and with it the digest, is the same.
        put_manifest(&fresh, "v2", &manifest(&site, "v2", "2026-10-31T07:30:00Z")).await;
        delivered(&fresh, "v2").await;
        assert_same(&shelf(&fresh).await, &replaced);
    }
}

#[tokio::test]
async fn a_manifest_in_a_folder_may_name_a_file_beside_it() {
    let site = prepared(Harness::folder()).await;
    publish(&site, "v2", "2026-10-31T07:00:00Z", 7).await;
    let mut manifest = manifest(&site, "v2", "2026-10-31T07:00:00Z");
    manifest["recommendations"] = json!("lists.jsonl");
    put_manifest(&site, "v2", &manifest).await;
    assert_eq!(delivered(&site, "v2").await, (json!("made"), json!("current")));
}

#[tokio::test]
async fn both_sample_events_drive_the_function() {
    let site = prepared(Harness::bucket().await).await.with("MODELS_URI", "{root}/models/news + sport");
    for (version, created_at) in [("v2", "2026-10-31T07:00:00Z"), ("v3", "2026-10-31T08:00:00Z")] {
        let folder = format!("models/news + sport/{version}");
        let mut manifest = manifest(&site, version, created_at);
        manifest["recommendations"] = json!(format!("{}/{folder}/lists.jsonl", site.uri()));
        site.put(&format!("{folder}/lists.jsonl"), recorded([6; 10])).await;
        site.put(&format!("{folder}/manifest.json"), manifest.to_string()).await;
    }
    let function = site.start("baseline");
    let ours = |name: &str| {
        let text = sample(name).to_string().replace("\"newsroom\"", "\"monitoring\"");
        serde_json::from_str(&text).expect("JSON")
    };
    let answer = handle(&function, ours("baseline-object-created")).await.expect("v2 is made");
    assert_eq!(answer["baselines"][0]["outcome"], json!("made"));
    assert_eq!(current(&site).await, "v2");
    let answer = handle(&function, ours("baseline-s3-notification")).await.expect("v3 is made");
    let outcomes: Vec<_> =
        answer["baselines"].as_array().expect("two").iter().map(|made| made["outcome"].clone()).collect();
    assert_eq!(outcomes, [json!("unchanged"), json!("made")]);
    assert_eq!(current(&site).await, "v3");
}

#[tokio::test]
async fn one_broken_record_does_not_hold_up_the_others() {
    let site = prepared(Harness::bucket().await).await;
    publish(&site, "v1", "2026-10-31T06:00:00Z", 6).await;
    publish(&site, "v3", "2026-10-31T08:00:00Z", 6).await;
    put_manifest(&site, "v2", &json!({"model_version": "v2"})).await;
    let record = |version: &str| {
        json!({"eventName": "ObjectCreated:Put", "s3": {"bucket": {"name": "monitoring"},
            "object": {"key": format!("models/{version}/manifest.json")}}})
    };
    let event = json!({"Records": [record("v1"), record("v2"), record("v3")]});
    let (kind, message) = handle(&site.start("baseline"), event).await.expect_err("v2 has no baseline");
    assert_eq!(kind, "MalformedInput");
    assert!(message.contains("s3://monitoring/models/v2/manifest.json"), "{message}");
    assert_eq!(current(&site).await, "v3");
    assert!(shelf(&site).await.contains_key(&format!("{SHELF}/v1/diversity_baseline.json")));
    // S3's test event names no object.
    let test = json!({"Service": "Amazon S3", "Event": "s3:TestEvent", "Bucket": "monitoring"});
    assert_eq!(handle(&site.start("baseline"), test).await.expect("nothing to do"), json!({"baselines": []}));
    let other = handle(&site.start("baseline"), created(BUCKET, "models/v1/lists.jsonl"))
        .await
        .expect_err("no manifest");
    assert_eq!(other.0, "NotAManifest");
}
