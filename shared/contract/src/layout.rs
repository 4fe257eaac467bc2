//! Which layout a file of ours has: what says that it has one that is not known is refused, never read as if it were known.
//!
//! A later Bellwether may move a field; read by this one, the file would seem to lack it. It says nothing about SageMaker's
//! own files: their `version` names no layout of ours.

use serde::de::{Deserializer, Error};
use serde::{Deserialize, Serialize};
use serde_json::Value;

/// The layout of a file that says none: the first. It is not written.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct FirstLayout;

impl FirstLayout {
    /// Its number.
    pub const VERSION: u32 = 1;
}

/// Characters of a version that are quoted.
const MOST_SHOWN: usize = 40;

impl<'de> Deserialize<'de> for FirstLayout {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        known(deserializer).map(|_| Self)
    }
}

/// Reads a layout version. Whatever is not the first is refused by name.
pub(crate) fn known<'de, D: Deserializer<'de>>(deserializer: D) -> Result<u32, D::Error> {
    let found = Value::deserialize(deserializer)?;
    if found.as_u64() == Some(u64::from(FirstLayout::VERSION)) {
        return Ok(FirstLayout::VERSION);
    }
    let (newest, found) =
        (FirstLayout::VERSION, found.to_string().chars().take(MOST_SHOWN).collect::<String>());
    Err(D::Error::custom(format!(
        "layout version {found} is not known, this Bellwether reads version {newest}; update it, or correct the file"
    )))
}

#[cfg(test)]
mod tests {
    use crate::baseline::{CurrentBaseline, DatasetBaseline, DiversityBaseline};
    use crate::execution::Execution;
    use crate::json::{from_slice, to_vec};
    use crate::lease::ReplayLease;
    use serde::{Serialize, de::DeserializeOwned};
    use serde_json::{Value, json};

    /// The file as it is, with the version that is written or none, and what is told of every other one.
    fn check<T: DeserializeOwned + Serialize>(object: &str, file: &Value, written: Option<u64>) {
        let with = |version: Value| {
            let mut file = file.clone();
            file["version"] = version;
            from_slice::<T>(object, file.to_string().as_bytes())
        };
        let again = to_vec(&with(json!(1)).unwrap()).unwrap();
        let again: Value = serde_json::from_slice(&again).unwrap();
        assert_eq!(again.get("version").and_then(Value::as_u64), written, "{object}");
        for (version, told) in [
            (json!(0), "version 0"),
            (json!(2), "version 2"),
            (json!(1.5), "version 1.5"),
            (json!("1"), "version \"1\""),
            (json!(null), "version null"),
        ] {
            let error = with(version).err().map(|error| error.to_string()).unwrap_or_default();
            assert!(error.starts_with(object), "{error}");
            assert!(error.contains(told) && error.contains("reads version 1; update it"), "{error}");
        }
    }

    #[test]
    fn a_layout_that_is_not_known_is_refused_by_name_in_every_file() {
        let pointer = json!({"model_version": "v1", "created_at": "2027-10-31T07:00:00Z"});
        check::<CurrentBaseline>("current.json", &pointer, None);
        let of = |more: Value| {
            let mut file = json!({"model_version": "v1", "created_at": "2027-10-31T07:00:00Z",
                "endpoint_name": "e", "target_variant": "v", "files": []});
            file.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
            file
        };
        let lists = of(json!({"top_k": 10, "sessions": 1, "answered": 1, "recommendation_metrics": {}}));
        check::<DiversityBaseline>("diversity_baseline.json", &lists, None);
        let rows = of(json!({"rows": 1, "columns": 1, "manifest_digest": "ab"}));
        check::<DatasetBaseline>("data_quality_baseline.json", &rows, None);
        let execution = json!({"monitor": "diversity", "endpoint_name": "e", "variant_name": "v",
            "monitoring_schedule_name": "s",
            "window": {"start": "2026-10-31T08:00:00Z", "end": "2026-10-31T09:00:00Z"},
            "configuration_digest": "ab", "monitoring_execution_status": "Completed", "exit_message": "",
            "violations": 0, "not_evaluable": {}, "metrics": [], "digest": "ab", "files": [],
            "attempt": {"bellwether_version": "1", "request_id": "r", "started_at": "2026-10-31T09:10:00Z",
                "duration_seconds": 1.0, "endpoint_calls": 0, "endpoint_retries": 0, "most_in_flight": 0}});
        check::<Execution>("execution.json", &execution, Some(1));
        let lease = json!({"owner": "s", "until": "2026-10-31T09:25:00Z"});
        check::<ReplayLease>("lease.json", &lease, Some(1));
    }
}
