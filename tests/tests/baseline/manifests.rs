//! Manifests that cannot be used: a named error, nothing half-written, the pointer unmoved.

use super::model::{
    both, current, deliver, delivered, handle, manifest, prepared, publish, put_manifest, shelf,
};
use crate::harness::recommender::recorded;
use crate::harness::{BUCKET, Harness, assert_same};
use bellwether_tests::local::events::created;
use serde_json::{Value, json};

/// A site with v1 in force and a sound manifest of v2, which each case spoils.
async fn sites() -> [Harness; 2] {
    let sites = both().await;
    for site in &sites {
        publish(site, "v1", "2026-10-31T07:00:00Z", 6).await;
        delivered(site, "v1").await;
        publish(site, "v2", "2026-10-31T08:00:00Z", 7).await;
    }
    sites
}

/// The error of v2's event, after a look at what was written: nothing.
async fn refused(site: &Harness, kind: &str, said: &[&str]) {
    let before = shelf(site).await;
    let (found, message) = deliver(site, "v2").await.expect_err(kind);
    assert_eq!(found, kind, "{message}");
    for text in said {
        assert!(message.contains(text), "{text:?} is not in: {message}");
    }
    assert_same(&shelf(site).await, &before);
    assert_eq!(current(site).await, "v1");
}

/// v2's manifest with a field set, or taken out.
fn with(site: &Harness, field: &str, value: Value) -> Value {
    let mut manifest = manifest(site, "v2", "2026-10-31T08:00:00Z");
    let fields = manifest.as_object_mut().expect("an object");
    match value {
        Value::Null => fields.remove(field),
        value => fields.insert(field.to_owned(), value),
    };
    manifest
}

#[tokio::test]
async fn a_field_that_is_missing_or_wrong_is_named_with_the_object() {
    let cases = [
        ("model_version", Value::Null, "MalformedInput", "model_version is missing; it is required"),
        ("model_version", json!("a/b"), "MalformedInput", "model version \"a/b\" is not valid"),
        ("model_version", json!(".."), "MalformedInput", "model version \"..\" is not valid"),
        ("model_version", json!("v2/../v1"), "MalformedInput", "is not valid"),
        ("model_version", json!("v3"), "ManifestMismatch", "model_version is \"v3\" and must be \"v2\""),
        (
            "endpoint_name",
            json!("other"),
            "ManifestMismatch",
            "endpoint_name is \"other\" and must be \"recommender-prod\"",
        ),
        ("endpoint_name", json!("../x"), "MalformedInput", "endpoint name \"../x\" is not valid"),
        ("target_variant", Value::Null, "MalformedInput", "target_variant is missing; it is required"),
        (
            "created_at",
            json!("31.10.2026"),
            "MalformedInput",
            "created_at is \"31.10.2026\"; write an instant such as",
        ),
        ("recommendations", Value::Null, "NothingToMeasure", "names no recommendations"),
        ("recommendations", json!("http://x/y"), "MalformedInput", "recommendations: "),
    ];
    for site in sites().await {
        for (field, value, kind, said) in &cases {
            put_manifest(&site, "v2", &with(&site, field, value.clone())).await;
            refused(&site, kind, &[said, "models/v2/manifest.json"]).await;
        }
    }
}

#[tokio::test]
async fn a_manifest_that_is_cut_short_empty_or_huge_is_refused_unread() {
    for site in sites().await {
        let whole = manifest(&site, "v2", "2026-10-31T08:00:00Z").to_string();
        for (length, why) in [
            (0, "is empty"),
            (1, "cut short"),
            (whole.len() / 2, "cut short"),
            (whole.len() - 1, "cut short"),
        ] {
            site.put("models/v2/manifest.json", &whole[..length]).await;
            refused(&site, "MalformedInput", &[why, "a manifest is {"]).await;
        }
        let huge = format!("{{\"model_version\": \"{}\"}}", "v".repeat(50 << 20));
        site.put("models/v2/manifest.json", huge).await;
        refused(&site, "ObjectTooLarge", &["models/v2/manifest.json", "1048576 bytes"]).await;
    }
}

#[tokio::test]
async fn lists_that_cannot_be_used_are_named() {
    for site in sites().await {
        let lists = "models/v2/lists.jsonl";
        let stranger = recorded([7; 10]) + "{\"session_id\":\"stranger\",\"recommendations\":[\"c0-0\"]}\n";
        site.put(lists, stranger).await;
        refused(&site, "MalformedInput", &[lists, "\"stranger\" is not in the validation set"]).await;
        let text = recorded([7; 10]);
        site.put(lists, &text[..text.len() - 20]).await;
        refused(&site, "MalformedInput", &[lists, "line 10"]).await;
        site.put(lists, "").await;
        refused(&site, "MalformedInput", &[lists, "holds no recorded answer"]).await;
        site.put(lists, recorded([7; 9])).await;
        refused(&site, "TooFewAnswers", &["9 of 10 sessions", "not_recorded"]).await;
        let missing = format!("{}/models/v2/none.jsonl", site.uri());
        put_manifest(&site, "v2", &with(&site, "recommendations", json!(missing))).await;
        refused(&site, "ObjectNotFound", &["none.jsonl"]).await;
    }
}

#[tokio::test]
async fn lists_in_a_bucket_that_is_not_there_and_paths_of_the_functions_machine_are_refused() {
    let [_, site] = sites().await;
    put_manifest(&site, "v2", &with(&site, "recommendations", json!("s3://elsewhere/lists.jsonl"))).await;
    refused(&site, "LocationNotFound", &["s3://elsewhere/lists.jsonl"]).await;
    put_manifest(&site, "v2", &with(&site, "recommendations", json!("/proc/self/environ"))).await;
    refused(&site, "MalformedInput", &["/proc/self/environ is no s3:// URI"]).await;
}

#[tokio::test]
async fn an_object_that_is_no_manifest_below_the_models_starts_nothing() {
    let site = prepared(Harness::bucket().await).await;
    publish(&site, "v1", "2026-10-31T07:00:00Z", 6).await;
    let function = site.start("baseline");
    for key in [
        "models/manifest.json",
        "models/a/b/manifest.json",
        "models/../manifest.json",
        "models/v1/manifest.json.bak",
        "models-old/v1/manifest.json",
        "elsewhere/v1/manifest.json",
        "models//manifest.json",
        "models/v1\n/manifest.json",
    ] {
        let (kind, message) = handle(&function, created(BUCKET, key)).await.expect_err(key);
        assert_eq!(kind, "NotAManifest", "{message}");
        assert!(message.contains("s3://monitoring/models/{model-version}/manifest.json"), "{message}");
        assert!(!message.contains('\n'), "{message}");
    }
    let mut elsewhere = created(BUCKET, "models/v1/manifest.json");
    elsewhere["detail"]["bucket"]["name"] = json!("another");
    assert_eq!(handle(&function, elsewhere).await.expect_err("another bucket").0, "NotAManifest");
    assert_eq!(
        handle(&function, created(BUCKET, "models/v7/manifest.json")).await.expect_err("gone").0,
        "ObjectNotFound"
    );
    assert_eq!(handle(&function, json!({"hello": 1})).await.expect_err("no event").0, "MalformedInput");
    assert_eq!(shelf(&site).await.len(), 0);
}
