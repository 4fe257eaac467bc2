//! Where the story takes place: the settings of every part, as folders below one root, the document of the one monitor, and the
//! alarms of both templates.
//!
//! It makes nothing and runs nothing.

use bellwether_alarms::template::Template;
use bellwether_alarms::{AlarmError, Alarms};
use bellwether_newsroom::{ENDPOINT, SCHEDULE, VARIANT};
use bellwether_pipeline::document::{Document, DocumentError, Holder};
use serde_json::json;
use std::collections::BTreeMap;
use std::path::Path;

/// What the evaluator calls a stack.
pub(super) const STACK: &str = "bellwether";

/// The namespace that the metric file stands for.
pub(super) const NAMESPACE: &str = "Bellwether";

/// A setting by its environment name; `url` is the endpoint's.
pub(super) fn variable(root: &Path, url: &str, name: &str) -> Option<String> {
    let below = |path: &str| root.join(path).display().to_string();
    Some(match name {
        "ENDPOINT_NAME" => ENDPOINT.to_owned(),
        "VARIANT_NAME" => VARIANT.to_owned(),
        "SCHEDULE_NAME" => SCHEDULE.to_owned(),
        "STACK_NAME" => STACK.to_owned(),
        "VALIDATION_SET_URI" => below("inputs/sessions.jsonl"),
        "CATALOG_URI" => below("inputs/catalog.json"),
        "MODELS_URI" => below("models"),
        "BASELINES_URI" => below("baselines"),
        "REPORTS_URI" => below("reports"),
        "REPLAY" => url.to_owned(),
        _ => return None,
    })
}

/// The document whose one monitor, of this kind, checks the newsroom.
pub(super) fn document(root: &Path, url: &str, monitor: &str) -> Result<Document, DocumentError> {
    let setting = |name: &str| variable(root, url, name);
    let entry = json!({
        "name": SCHEDULE, "monitor": monitor, "endpoint_name": ENDPOINT, "variant_name": VARIANT,
        "validation_set_uri": setting("VALIDATION_SET_URI"), "catalog_uri": setting("CATALOG_URI"),
        "baselines_uri": setting("BASELINES_URI"), "replay": setting("REPLAY"),
    });
    let document = json!({"version": 1, "monitors": [entry]}).to_string();
    Document::read("the newsroom's monitors", document.as_bytes(), Holder::Command(&setting))
}

/// The alarms of a stack, and this newsroom's own beside them.
pub(super) fn alarms() -> Result<Alarms, AlarmError> {
    let given = |parameters: &[(&str, &str)]| -> BTreeMap<String, String> {
        parameters.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect()
    };
    let stack = given(&[("InputsBucket", "newsroom"), ("ReportsBucket", "newsroom")]);
    let own = given(&[
        ("EndpointName", ENDPOINT),
        ("VariantName", VARIANT),
        ("DiversityScheduleName", SCHEDULE),
        ("DiversityNamespace", NAMESPACE),
    ]);
    let of_the_endpoint = Template::of_an_endpoint()?.alarms(&own)?;
    Ok(Template::embedded()?.alarms(&stack)?.beside(of_the_endpoint))
}
