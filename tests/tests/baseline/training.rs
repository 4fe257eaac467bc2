//! Training datasets: a manifest that names rows leaves statistics, constraints and a pointer for the data-quality monitor.

use super::generation::sha256;
use super::model::{NOW, both, handle, manifest, put_manifest, shelf};
use crate::harness::recommender::recorded;
use crate::harness::{BUCKET, Harness, assert_same, below, nine, time};
use bellwether_contract::names::ModelVersion;
use bellwether_pipeline::monitors::data_quality::DataQuality;
use bellwether_pipeline::progress::nobody;
use bellwether_tests::local::events::created;
use serde_json::{Value, json};

const SHELF: &str = "baselines/recommender-prod/AllTraffic";

/// Forty rows of an age from 20 to 59 and one of two plans.
fn rows() -> String {
    let row = |n: usize| format!("{},{}\n", 20 + n, ["basic", "plus"][n % 2]);
    format!("age,plan\n{}", (0..40).map(row).collect::<String>())
}

/// The manifest of a version that names rows and no lists.
fn of_rows(site: &Harness, version: &str, created_at: &str) -> Value {
    let mut manifest = manifest(site, version, created_at);
    manifest.as_object_mut().expect("an object").remove("recommendations");
    manifest["training_dataset"] = json!({
        "uri": format!("{}/models/{version}/train.csv", site.uri()),
        "format": {"csv": {"header": true}},
    });
    manifest
}

async fn publish(site: &Harness, version: &str, created_at: &str) {
    site.put(&format!("models/{version}/train.csv"), rows()).await;
    put_manifest(site, version, &of_rows(site, version, created_at)).await;
}

/// Delivers a version's event; what became of its training dataset.
async fn deliver(site: &Harness, version: &str) -> Result<Value, String> {
    if site.is_bucket() {
        let event = created(BUCKET, &format!("models/{version}/manifest.json"));
        let answer =
            handle(&site.start("baseline"), event).await.map_err(|(kind, text)| format!("{kind}: {text}"))?;
        let training = answer["baselines"][0]["training"].clone();
        return Ok(json!([training["outcome"], training["current"]]));
    }
    let version = version.parse().expect("a version");
    match site.baselines().generate(&version, time(NOW), None, &nobody).await {
        Ok(made) => {
            let training = made.data_quality.expect("a training dataset");
            let current = training.standing.in_force(&training.baseline.model_version);
            Ok(json!([training.outcome, current]))
        }
        Err(error) => Err(format!("{}: {}", error.error_type(), error.chain())),
    }
}

/// Neither sessions nor catalogue: nothing here is a recommender.
async fn without_lists() -> Vec<Harness> {
    let bare =
        |site: Harness| site.with("VALIDATION_SET_URI", "").with("CATALOG_URI", "").with("REPLAY", "none");
    both().await.into_iter().map(bare).collect()
}

#[tokio::test]
async fn rows_alone_make_a_baseline_once_and_a_hand_that_edits_it_is_respected() {
    for site in without_lists().await {
        publish(&site, "v1", "2026-10-31T07:00:00Z").await;
        assert_eq!(deliver(&site, "v1").await, Ok(json!(["made", "v1"])));
        let statistics = site.json(&format!("{SHELF}/v1/data-quality/statistics.json")).await;
        assert_eq!(statistics["dataset"]["item_count"], 40);
        // 20 to 59: mean 39.5.
        assert_eq!(statistics["features"][0]["numerical_statistics"]["mean"], 39.5);
        let constraints = site.json(&format!("{SHELF}/v1/data-quality/constraints.json")).await;
        assert_eq!(constraints["features"][1]["string_constraints"]["domains"], json!(["basic", "plus"]));
        let pointer = site.json(&format!("{SHELF}/current-data-quality.json")).await;
        assert_eq!(pointer["model_version"], "v1");
        assert!(!site.tree().await.contains_key(&format!("{SHELF}/current.json")), "no list was measured");

        let edited = format!("{SHELF}/v1/data-quality/constraints.json");
        site.put(&edited, "{\"version\": 0.0, \"features\": []}").await;
        let before = shelf(&site).await;
        assert_eq!(deliver(&site, "v1").await, Ok(json!(["unchanged", "v1"])));
        assert_same(&shelf(&site).await, &before);
    }
}

/// Ages from `youngest` on, forty of them; from sixty on the plan is another.
async fn publish_ages(site: &Harness, youngest: usize) {
    let plan = |n: usize| {
        if n.is_multiple_of(2) {
            "basic"
        } else if youngest < 60 {
            "plus"
        } else {
            "senior"
        }
    };
    let rows: String = (0..40).map(|n| format!("{},{}\n", youngest + n, plan(n))).collect();
    site.put(&format!("models/v1/of_{youngest}.csv"), format!("age,plan\n{rows}")).await;
    let mut manifest = of_rows(site, "v1", "2026-10-31T07:00:00Z");
    manifest["training_dataset"]["uri"] = json!(format!("{}/models/v1/of_{youngest}.csv", site.uri()));
    put_manifest(site, "v1", &manifest).await;
}

async fn mean_age(site: &Harness) -> Value {
    let statistics = site.json(&format!("{SHELF}/v1/data-quality/statistics.json")).await;
    statistics["features"][0]["numerical_statistics"]["mean"].clone()
}

/// Forty records of people of that age, captured in the hour before nine.
async fn capture_ages(site: &Harness, age: usize) {
    let record = |n: usize| {
        json!({
            "captureData": {"endpointInput": {"observedContentType": "text/csv", "mode": "INPUT",
                "data": format!("{},{}", age + n, ["basic", "plus"][n % 2]), "encoding": "CSV"}},
            "eventMetadata": {"eventId": format!("00000000-0000-4000-8000-{n:012}"),
                "inferenceTime": format!("2026-10-31T08:{n:02}:00Z")},
            "eventVersion": "0",
        })
    };
    let key = "capture/recommender-prod/AllTraffic/2026/10/31/08/40-00-000-0b7bfd33-c8a7-4adf-a09a-98fd0af79974.jsonl";
    site.put(key, (0..40).map(|n| format!("{}\n", record(n))).collect::<String>()).await;
}

/// What was judged by is what was read: the edit, and not what was suggested.
#[tokio::test]
async fn a_run_names_each_file_that_it_judged_by_edits_included() {
    for site in without_lists().await {
        publish_ages(&site, 20).await;
        deliver(&site, "v1").await.expect("a baseline");
        let constraints = format!("{SHELF}/v1/data-quality/constraints.json");
        let mut edited = site.json(&constraints).await;
        edited["features"][0]["completeness"] = json!(0.5);
        site.put(&constraints, edited.to_string()).await;
        let site = site
            .with("CAPTURE_URI", "{root}/capture")
            .with("SCHEDULE_NAME", "data-quality-hourly")
            .with("CAPTURE_INDEX_NAMES", "endpointInput");
        capture_ages(&site, 20).await;
        let run = site.run_twice_as::<DataQuality>(&nine()).await;
        assert_eq!(run.execution.baseline.as_ref().map(ModelVersion::as_str), Some("v1"));
        let tree = site.tree().await;
        let created = site.json(&format!("{SHELF}/current-data-quality.json")).await["created_at"].clone();
        let files = ["constraints", "statistics"].map(|role| {
            let key = format!("{SHELF}/v1/data-quality/{role}.json");
            let (uri, sha256) = (format!("{}/{key}", site.uri()), sha256(&tree[&key]));
            json!({"uri": uri, "role": role, "version": "v1", "model_created_at": created, "sha256": sha256})
        });
        let expected = json!(files);
        assert_eq!(json!(run.execution.baselines), expected);
    }
}

/// A manifest that is set to A, to B and back to A ends at A's statistics, and people of A's ages are what they were.
#[tokio::test]
async fn a_manifest_set_back_to_what_it_was_has_its_own_statistics_again() {
    for site in without_lists().await {
        for (youngest, outcome, mean) in
            [(20, "made", 39.5), (60, "replaced", 79.5), (20, "replaced", 39.5), (60, "replaced", 79.5)]
        {
            publish_ages(&site, youngest).await;
            for outcome in [outcome, "unchanged"] {
                assert_eq!(deliver(&site, "v1").await, Ok(json!([outcome, "v1"])), "{youngest}");
                assert_eq!(mean_age(&site).await, mean, "{youngest}");
            }
        }
        publish_ages(&site, 20).await;
        deliver(&site, "v1").await.expect("a baseline");
        let site = site
            .with("CAPTURE_URI", "{root}/capture")
            .with("SCHEDULE_NAME", "data-quality-hourly")
            .with("CAPTURE_INDEX_NAMES", "endpointInput");
        capture_ages(&site, 20).await;
        let run = site.run_twice_as::<DataQuality>(&nine()).await;
        assert_eq!(run.execution.exit_message, "Completed: Job completed successfully with no violations.");
    }
}

#[tokio::test]
async fn a_hands_edit_stays_until_the_manifest_changes_and_a_slow_attempts_files_are_no_edit() {
    for site in without_lists().await {
        let constraints = format!("{SHELF}/v1/data-quality/constraints.json");
        let statistics = format!("{SHELF}/v1/data-quality/statistics.json");
        publish_ages(&site, 20).await;
        deliver(&site, "v1").await.expect("a baseline");
        let first = site.tree().await;
        publish_ages(&site, 60).await;
        deliver(&site, "v1").await.expect("a baseline");
        let second = shelf(&site).await;
        assert_ne!(second[&constraints], first[&constraints]);
        // A slow attempt at the first manifest writes its files over those of the second, and dies.
        for key in [&constraints, &statistics] {
            site.put(key, first[key].clone()).await;
        }
        assert_eq!(deliver(&site, "v1").await, Ok(json!(["unchanged", "v1"])));
        assert_same(&shelf(&site).await, &second);
        // A hand edits; somebody else spoils the statistics, which nobody edits.
        let edited = "{\"version\": 0.0, \"features\": []}";
        site.put(&constraints, edited).await;
        site.put(&statistics, "{}").await;
        deliver(&site, "v1").await.expect("a baseline");
        let tree = shelf(&site).await;
        assert_eq!(tree[&constraints], edited.as_bytes());
        assert_eq!(tree[&statistics], second[&statistics]);
        // The state expires: the edit stays, and so does a report that is whole.
        for key in below(&site.tree().await, "baselines-state/staged-baselines") {
            site.delete(key).await;
        }
        deliver(&site, "v1").await.expect("a baseline");
        assert_eq!(shelf(&site).await[&constraints], edited.as_bytes());
        site.delete(&statistics).await;
        let error = deliver(&site, "v1").await.expect_err("nowhere to restore it from");
        assert!(error.starts_with("StageExpired") && error.contains("publish the manifest again"), "{error}");
        // The manifest changes: a baseline of its own, whatever was edited.
        publish_ages(&site, 20).await;
        assert_eq!(deliver(&site, "v1").await, Ok(json!(["replaced", "v1"])));
        assert_eq!(shelf(&site).await[&constraints], first[&constraints]);
    }
}

#[tokio::test]
async fn a_newer_version_comes_into_force_and_an_older_one_is_kept() {
    for site in without_lists().await {
        publish(&site, "v2", "2026-10-31T08:00:00Z").await;
        publish(&site, "v1", "2026-10-31T07:00:00Z").await;
        publish(&site, "v3", "2026-10-31T09:00:00Z").await;
        assert_eq!(deliver(&site, "v2").await, Ok(json!(["made", "v2"])));
        assert_eq!(deliver(&site, "v1").await, Ok(json!(["made", "v2"])));
        assert_eq!(deliver(&site, "v3").await, Ok(json!(["made", "v3"])));
        let mut changed = of_rows(&site, "v3", "2026-10-31T09:00:00Z");
        changed["owner"] = json!("ranking");
        put_manifest(&site, "v3", &changed).await;
        assert_eq!(deliver(&site, "v3").await, Ok(json!(["replaced", "v3"])));
    }
}

#[tokio::test]
async fn rows_and_lists_make_a_baseline_each() {
    for site in both().await {
        publish(&site, "v1", "2026-10-31T07:00:00Z").await;
        let mut manifest = of_rows(&site, "v1", "2026-10-31T07:00:00Z");
        manifest["recommendations"] = json!(format!("{}/models/v1/lists.jsonl", site.uri()));
        site.put("models/v1/lists.jsonl", recorded([5; 10])).await;
        put_manifest(&site, "v1", &manifest).await;
        assert_eq!(deliver(&site, "v1").await, Ok(json!(["made", "v1"])));
        let tree = site.tree().await;
        for key in
            ["v1/diversity_baseline.json", "current.json", "v1/data-quality/data_quality_baseline.json"]
        {
            assert!(tree.contains_key(&format!("{SHELF}/{key}")), "{key}");
        }
    }
}

#[tokio::test]
async fn a_dataset_that_cannot_be_used_is_named_and_leaves_nothing() {
    let cases: [(Value, &str); 5] = [
        (json!({"uri": "{root}/models/v1/nowhere.csv", "format": {"csv": {}}}), "ObjectNotFound"),
        (
            json!({"uri": "{root}/models/v1/train.csv", "format": {"parquet": {}}}),
            "Parquet is read by the command alone",
        ),
        (json!({"uri": "{root}/models/v1/train.csv", "format": {"xml": {}}}), "MalformedInput"),
        (json!({"uri": "{root}/models/v1/train.csv", "format": {"json": {"lines": true}}}), "MostlyLeftOut"),
        (json!({"uri": "{root}/models/v1/twice.csv", "format": {"csv": {"header": true}}}), "HeaderUnusable"),
    ];
    for site in without_lists().await {
        publish(&site, "v1", "2026-10-31T07:00:00Z").await;
        site.put("models/v1/twice.csv", "age,age\n1,2\n").await;
        for (dataset, expected) in &cases {
            let mut manifest = of_rows(&site, "v1", "2026-10-31T07:00:00Z");
            let uri = dataset["uri"].as_str().expect("a text").replace("{root}", &site.uri());
            manifest["training_dataset"] = json!({"uri": uri, "format": dataset["format"]});
            put_manifest(&site, "v1", &manifest).await;
            let error = deliver(&site, "v1").await.expect_err(expected);
            assert!(error.contains(expected), "{expected}: {error}");
            assert!(shelf(&site).await.is_empty(), "{expected}");
        }
    }
}
