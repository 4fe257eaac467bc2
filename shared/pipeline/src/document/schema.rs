//! The JSON Schema of a document, for editors, made of the table of monitors.
//!
//! It is no second reader: what it lets through is still read.

use super::{MAX_MONITORS, OF_THE_STACK, key};
use crate::monitors::{MonitorEntry, TABLE};
use crate::settings::{Allowed, Variable};
use serde_json::{Map, Value, json};

/// The schema.
pub fn schema() -> Value {
    let mut defaults = Map::new();
    for monitor in TABLE {
        defaults.extend(settings(monitor));
    }
    let monitors: Vec<Value> = TABLE.iter().map(entry).collect();
    json!({
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "Bellwether's monitors",
        "description": "Which monitors a stack runs, and their settings.",
        "type": "object",
        "required": ["version", "monitors"],
        "additionalProperties": false,
        "properties": {
            "$schema": {"type": "string"},
            "version": {"const": 1},
            "defaults": {
                "description": "Settings of every monitor that has them; an entry's own ones stand over these.",
                "type": "object",
                "additionalProperties": false,
                "properties": defaults,
            },
            "monitors": {"type": "array", "maxItems": MAX_MONITORS, "items": {"oneOf": monitors}},
        },
    })
}

fn entry(monitor: &MonitorEntry) -> Value {
    let mut properties = Map::new();
    properties.insert("name".into(), described("The monitoring schedule's name", json!({"type": "string"})));
    properties.insert("monitor".into(), json!({"const": monitor.name}));
    properties
        .insert("enabled".into(), described("Whether it runs [default: true]", json!({"type": "boolean"})));
    properties.insert(
        "every".into(),
        described("How often it runs [default: hour]", json!({"enum": ["hour", "day"]})),
    );
    let at_hour = json!({"type": "integer", "minimum": 0, "maximum": 23});
    properties
        .insert("at_hour".into(), described("Of a daily monitor, the hour of UTC [default: 0]", at_hour));
    properties.extend(settings(monitor));
    json!({
        "type": "object",
        "required": ["name", "monitor"],
        "additionalProperties": false,
        "properties": properties,
    })
}

fn settings(monitor: &MonitorEntry) -> impl Iterator<Item = (String, Value)> {
    let said_otherwise = ["SCHEDULE_NAME", "CADENCE"];
    let variables = monitor.variables.iter().filter(move |variable| !said_otherwise.contains(&variable.name));
    variables.map(|variable| (key(variable), setting(variable)))
}

fn setting(variable: &Variable) -> Value {
    let mut help = variable.help.to_owned();
    if let Some(default) = variable.default {
        help.push_str(&format!(" [default: {default}]"));
    }
    if OF_THE_STACK.contains(&variable.name) {
        help.push_str(" (of the command alone: a stack says it itself)");
    }
    let form = match variable.allowed {
        Allowed::Words(["true", "false"]) => json!({"type": "boolean"}),
        Allowed::Words(words) => json!({"enum": words}),
        Allowed::Number(least, most) => json!({"type": "number", "minimum": least, "maximum": most}),
        Allowed::Text => json!({"type": ["string", "number", "array"], "items": {"type": "string"}}),
    };
    described(&help, form)
}

fn described(help: &str, mut form: Value) -> Value {
    form["description"] = json!(help);
    form
}
