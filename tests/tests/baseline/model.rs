//! A model's versions on a site: their manifests and lists, and the events that tell of them.

use crate::harness::functions::{LONGEST, Started, context};
use crate::harness::recommender::recorded;
use crate::harness::{BUCKET, Harness, Tree, time};
use bellwether_pipeline::progress::nobody;
use bellwether_tests::local::events::created;
use serde_json::{Value, json};

pub(crate) const SHELF: &str = "baselines/recommender-prod/AllTraffic";
/// What time it is for the function.
pub(crate) const NOW: &str = "2026-10-31T09:00:10Z";
pub(crate) const CURRENT: &str = "baselines/recommender-prod/AllTraffic/current.json";

/// Ten sessions over ten categories, no baseline yet, and an hour that would be healthy without one.
pub(crate) async fn prepared(site: Harness) -> Harness {
    site.put_lists([5; 10]).await;
    site.with("MODELS_URI", "{root}/models").with("BASELINES_URI", "{root}/baselines")
}

pub(crate) async fn both() -> [Harness; 2] {
    let [folder, bucket] = Harness::both().await;
    [prepared(folder).await, prepared(bucket).await]
}

/// The manifest of a version with lists at training time.
pub(crate) fn manifest(site: &Harness, version: &str, created_at: &str) -> Value {
    json!({
        "model_version": version,
        "created_at": created_at,
        "endpoint_name": "recommender-prod",
        "target_variant": "AllTraffic",
        "deployed": false,
        "recommendations": format!("{}/models/{version}/lists.jsonl", site.uri()),
    })
}

/// Publishes a version whose lists have so many categories each.
pub(crate) async fn publish(site: &Harness, version: &str, created_at: &str, categories: usize) {
    site.put(&format!("models/{version}/lists.jsonl"), recorded([categories; 10])).await;
    put_manifest(site, version, &manifest(site, version, created_at)).await;
}

pub(crate) async fn put_manifest(site: &Harness, version: &str, manifest: &Value) {
    site.put(&format!("models/{version}/manifest.json"), manifest.to_string()).await;
}

/// What became of an event: the function's answer, or its error type and message.
pub(crate) async fn handle(function: &Started, event: Value) -> Result<Value, (String, String)> {
    let context = context(&format!("request-{}", fastrand::u64(..)), LONGEST);
    let answer = function.handle_in(context, event, time(NOW)).await;
    answer.map_err(|diagnostic| (diagnostic.error_type, diagnostic.error_message))
}

/// Delivers a version's event. What was done and where the baseline stands: `("made", "current")`.
pub(crate) async fn deliver(site: &Harness, version: &str) -> Result<(Value, Value), (String, String)> {
    if site.is_bucket() {
        let event = created(BUCKET, &format!("models/{version}/manifest.json"));
        let answer = handle(&site.start("baseline"), event).await?;
        let made = &answer["baselines"][0];
        return Ok((made["outcome"].clone(), made["standing"].clone()));
    }
    let version = version.parse().expect("a version");
    match site.baselines().generate(&version, time(NOW), None, &nobody).await {
        Ok(made) => {
            let made = made.diversity.expect("a baseline of lists");
            Ok((json!(made.outcome), json!(made.standing)))
        }
        Err(error) => Err((error.error_type().to_owned(), error.chain())),
    }
}

pub(crate) async fn delivered(site: &Harness, version: &str) -> (Value, Value) {
    deliver(site, version).await.unwrap_or_else(|(kind, message)| panic!("{kind}: {message}"))
}

/// The version in force.
pub(crate) async fn current(site: &Harness) -> String {
    site.json(CURRENT).await["model_version"].as_str().expect("a version").to_owned()
}

/// Baselines and their pointer: what must be equal however it came about.
pub(crate) async fn shelf(site: &Harness) -> Tree {
    let mut tree = site.tree().await;
    // The lock of a folder's swaps, which stays and holds nothing.
    tree.retain(|key, _| key.starts_with("baselines/") && !key.contains("/.bellwether-put-lock"));
    tree
}
