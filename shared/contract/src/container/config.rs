//! What SageMaker writes into `/opt/ml/config` of a job: its environment once more, and on how many machines it runs.
//!
//! It opens no file.

use crate::ContractError;
use crate::json::why;
use crate::shape;
use serde::Deserialize;
use serde_json::{Map, Value};
use std::collections::BTreeMap;

/// The variables of `Environment` in `processingjobconfig.json`; none where it has no such key.
///
/// # Errors
/// A text that is no JSON object, or a variable that is no text.
///
/// ```
/// use bellwether_contract::container::config_variables;
/// let read = config_variables("c.json", br#"{"Environment": {"output_path": "/opt/ml/processing/output"}}"#)?;
/// assert_eq!(read["output_path"], "/opt/ml/processing/output");
/// assert!(config_variables("c.json", b"{}")?.is_empty());
/// # Ok::<(), bellwether_contract::ContractError>(())
/// ```
pub fn config_variables(object: &str, bytes: &[u8]) -> Result<BTreeMap<String, String>, ContractError> {
    let config = read(object, bytes)?;
    let environment = match config.get("Environment") {
        None | Some(Value::Null) => return Ok(BTreeMap::new()),
        Some(Value::Object(environment)) => environment,
        Some(other) => {
            let found = shape::of_json(&other.to_string());
            return Err(wrong(object, format!("Environment is {found}, and not an object of texts")));
        }
    };
    let variable = |(name, value): (&String, &Value)| match value {
        Value::String(text) => Ok((name.clone(), text.clone())),
        other => {
            let found = shape::of_json(&other.to_string());
            Err(wrong(object, format!("Environment.{} is {found}, and not a text", shape::name(name))))
        }
    };
    environment.iter().map(variable).collect()
}

/// How many machines `hosts` of `resourceconfig.json` names; 1 where it has no such key.
///
/// # Errors
/// A text that is no JSON object, or hosts that are no list.
///
/// ```
/// use bellwether_contract::container::hosts;
/// assert_eq!(hosts("r.json", br#"{"current_host": "algo-1", "hosts": ["algo-1", "algo-2"]}"#)?, 2);
/// # Ok::<(), bellwether_contract::ContractError>(())
/// ```
pub fn hosts(object: &str, bytes: &[u8]) -> Result<usize, ContractError> {
    match read(object, bytes)?.get("hosts") {
        None | Some(Value::Null) => Ok(1),
        Some(Value::Array(hosts)) => Ok(hosts.len()),
        Some(other) => {
            Err(wrong(object, format!("hosts is {}, and not a list", shape::of_json(&other.to_string()))))
        }
    }
}

fn read(object: &str, bytes: &[u8]) -> Result<Map<String, Value>, ContractError> {
    let value: Value = serde_json::from_slice(bytes).map_err(|error| wrong(object, why(&error)))?;
    let found = shape::of_json(&value.to_string()).to_string();
    Map::deserialize(value).map_err(|_| wrong(object, format!("is {found}, and not an object")))
}

fn wrong(object: &str, reason: String) -> ContractError {
    ContractError::malformed(
        object,
        format!("{reason}; SageMaker writes this file when the job starts, so leave the folder to it"),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_broken_config_is_told_by_what_was_found() {
        for (text, found) in [
            ("", "EOF"),
            ("[]", "is an empty list"),
            ("\"x\"", "is a text"),
            (r#"{"Environment": ["a"]}"#, "Environment is a list"),
            (r#"{"Environment": {"output_path": 7}}"#, "`output_path` is a number"),
        ] {
            let error = config_variables("/opt/ml/config/c.json", text.as_bytes()).unwrap_err().to_string();
            assert!(error.starts_with("/opt/ml/config/c.json: ") && error.contains(found), "{error}");
        }
        assert_eq!(hosts("r", b"{}").unwrap(), 1);
        assert!(hosts("r", br#"{"hosts": 2}"#).unwrap_err().to_string().contains("hosts is a number"));
    }
}
