//! Metrics, types and laws.

use bellwether_contract::model_bias::{BiasNumber, ConfigValue};
use serde_json::Value;

use super::*;
use crate::engine;

mod cases;
mod joined;
mod laws;
mod outside;
mod typed;

/// A value of JSON as a cell.
fn cell(value: &Value) -> BiasCell<'_> {
    match value {
        Value::Bool(truth) => BiasCell::Truth(*truth),
        Value::String(text) => BiasCell::Text(text),
        Value::Number(number) => match number.as_i64() {
            Some(integer) => BiasCell::Integer(integer),
            None => BiasCell::Double(number.as_f64().expect("a number")),
        },
        _ => BiasCell::Missing,
    }
}

fn listed(values: &Value) -> Vec<ConfigValue> {
    match values {
        Value::Null => Vec::new(),
        values => serde_json::from_value(values.clone()).expect("values"),
    }
}

fn column<'v>(case: &'v Value, name: &str) -> &'v [Value] {
    case[name].as_array().map(Vec::as_slice).unwrap_or_default()
}

/// A value as the files of the data write it, or the error.
fn expected(outcome: &Value) -> Result<BiasNumber, String> {
    match outcome["error"].as_str() {
        Some(error) => Err(error.to_owned()),
        None => Ok(serde_json::from_value(outcome["value"].clone()).expect("a number")),
    }
}
