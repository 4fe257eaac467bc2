//! A model's versions on a site: their manifests and lists, and the events that tell of them.

use crate::site::{BUCKET, Site, Tree, recorded, sessions, ten_categories, time};
use baseline::Function;
use bellwether_pipeline::baseline::Baselines;
use bellwether_pipeline::clients::Clients;
use bellwether_pipeline::progress::nobody;
use bellwether_pipeline::settings::Settings;
use bellwether_pipeline::settings::baseline::BaselineSettings;
use bellwether_serve::Function as _;
use lambda_runtime::{Context, LambdaEvent};
use serde_json::{Value, json};
use std::time::{Duration, SystemTime};

pub(crate) const SHELF: &str = "baselines/recommender-prod/AllTraffic";
/// What time it is for the function.
pub(crate) const NOW: &str = "2026-10-31T09:00:10Z";
pub(crate) const CURRENT: &str = "baselines/recommender-prod/AllTraffic/current.json";

/// Ten sessions over ten categories, no baseline yet, and an hour that would be healthy without one.
pub(crate) async fn prepared(site: Site) -> Site {
    site.put("inputs/catalog.json", ten_categories()).await;
    site.put("inputs/sessions.jsonl", sessions(10)).await;
    site.put("inputs/lists.jsonl", recorded([5; 10])).await;
    site.with("MODELS_URI", "{root}/models").with("BASELINES_URI", "{root}/baselines")
}

pub(crate) async fn both() -> [Site; 2] {
    let [folder, bucket] = Site::both().await;
    [prepared(folder).await, prepared(bucket).await]
}

/// The manifest of a version with lists at training time.
pub(crate) fn manifest(site: &Site, version: &str, created_at: &str) -> Value {
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
pub(crate) async fn publish(site: &Site, version: &str, created_at: &str, categories: usize) {
    site.put(&format!("models/{version}/lists.jsonl"), recorded([categories; 10])).await;
    put_manifest(site, version, &manifest(site, version, created_at)).await;
}

pub(crate) async fn put_manifest(site: &Site, version: &str, manifest: &Value) {
    site.put(&format!("models/{version}/manifest.json"), manifest.to_string()).await;
}

/// The function as a process of its own would make it.
pub(crate) fn function(site: &Site) -> Function {
    let clients = Clients::new(&site.aws().sdk_config());
    let lookup = |name: &str| match name {
        "REPLAY" => site.variable(name).filter(|source| !source.starts_with("lists:")),
        name => site.variable(name),
    };
    Function::new(lookup, clients).expect("a function")
}

/// The same without Lambda and AWS.
pub(crate) fn baselines(site: &Site) -> Baselines {
    let lookup = |name: &str| match name {
        "REPLAY" => site.variable(name).filter(|source| !source.starts_with("lists:")),
        name => site.variable(name),
    };
    let settings = BaselineSettings::read(lookup).expect("settings");
    Baselines::new(settings, None).expect("baselines")
}

/// EventBridge's word that a key was created, made of the sample event.
pub(crate) fn created(key: &str) -> Value {
    let mut event = sample("baseline-object-created");
    event["detail"]["bucket"]["name"] = json!(BUCKET);
    event["detail"]["object"]["key"] = json!(key);
    event
}

pub(crate) fn sample(name: &str) -> Value {
    let path = format!("{}/../events/{name}.json", env!("CARGO_MANIFEST_DIR"));
    let text = std::fs::read(&path).unwrap_or_else(|error| panic!("{path}: {error}"));
    serde_json::from_slice(&text).unwrap_or_else(|error| panic!("{path}: {error}"))
}

/// What became of an event: the function's answer, or its error type and message.
pub(crate) async fn handle(function: &Function, event: Value) -> Result<Value, (String, String)> {
    let mut context = Context::default();
    let end = SystemTime::now() + Duration::from_secs(900);
    let end = end.duration_since(SystemTime::UNIX_EPOCH).expect("a time after 1970");
    context.deadline = u64::try_from(end.as_millis()).expect("milliseconds");
    context.request_id = format!("request-{}", fastrand::u64(..));
    let answer = function.handle(LambdaEvent::new(event, context), time(NOW)).await;
    answer.map_err(|diagnostic| (diagnostic.error_type, diagnostic.error_message))
}

/// Delivers a version's event. What was done and where the baseline stands: `("made", "current")`.
pub(crate) async fn deliver(site: &Site, version: &str) -> Result<(Value, Value), (String, String)> {
    if site.is_bucket() {
        let event = created(&format!("models/{version}/manifest.json"));
        let answer = handle(&function(site), event).await?;
        let made = &answer["baselines"][0];
        return Ok((made["outcome"].clone(), made["standing"].clone()));
    }
    let version = version.parse().expect("a version");
    match baselines(site).generate(&version, time(NOW), None, &nobody).await {
        Ok(made) => {
            let made = made.diversity.expect("a baseline of lists");
            Ok((json!(made.outcome), json!(made.standing)))
        }
        Err(error) => Err((error.error_type().to_owned(), error.chain())),
    }
}

pub(crate) async fn delivered(site: &Site, version: &str) -> (Value, Value) {
    deliver(site, version).await.unwrap_or_else(|(kind, message)| panic!("{kind}: {message}"))
}

/// The version in force.
pub(crate) async fn current(site: &Site) -> String {
    site.json(CURRENT).await["model_version"].as_str().expect("a version").to_owned()
}

/// Baselines and their pointer: what must be equal however it came about.
pub(crate) async fn shelf(site: &Site) -> Tree {
    let mut tree = site.tree().await;
    // The lock of a folder's swaps, which stays and holds nothing.
    tree.retain(|key, _| key.starts_with("baselines/") && !key.contains("/.bellwether-put-lock"));
    tree
}
