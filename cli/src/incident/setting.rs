//! Where the story takes place: the settings of every part, as folders below one root, and the template's alarms.
//!
//! It makes nothing and runs nothing.

use bellwether_alarms::template::Template;
use bellwether_alarms::{AlarmError, Alarms};
use bellwether_newsroom::{ENDPOINT, SCHEDULE, VARIANT};
use std::collections::BTreeMap;
use std::path::Path;

/// The namespace that the metric file stands for.
pub(super) const NAMESPACE: &str = "Bellwether";

/// A setting by its environment name; `url` is the endpoint's.
pub(super) fn variable(root: &Path, url: &str, name: &str) -> Option<String> {
    let below = |path: &str| root.join(path).display().to_string();
    Some(match name {
        "ENDPOINT_NAME" => ENDPOINT.to_owned(),
        "VARIANT_NAME" => VARIANT.to_owned(),
        "SCHEDULE_NAME" => SCHEDULE.to_owned(),
        "VALIDATION_SET_URI" => below("inputs/sessions.jsonl"),
        "CATALOG_URI" => below("inputs/catalog.json"),
        "MODELS_URI" => below("models"),
        "BASELINES_URI" => below("baselines"),
        "REPORTS_URI" => below("reports"),
        "REPLAY" => url.to_owned(),
        _ => return None,
    })
}

/// The alarms of a stack for this newsroom.
pub(super) fn alarms() -> Result<Alarms, AlarmError> {
    let given = [
        ("EndpointName", ENDPOINT),
        ("VariantName", VARIANT),
        ("ScheduleName", SCHEDULE),
        ("MetricsNamespace", NAMESPACE),
    ];
    let given = given.map(|(name, value)| (name.to_owned(), value.to_owned()));
    Template::embedded()?.alarms(&BTreeMap::from(given))
}
