//! Copies of the sample events in `events/`, moved to another hour.
//!
//! It moves instants, and the folder of the sample hour's run in keys, and nothing else: what kind of event a file
//! holds is not known here, but for the word of S3 that an object was created.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use jiff::{SignedDuration, Timestamp};
use serde_json::Value;

/// The hour that the sample events are about, 2026-10-31 08:00 UTC.
///
/// # Panics
/// Never: the instant is written here.
#[must_use]
pub fn sample_hour() -> Timestamp {
    "2026-10-31T08:00:00Z".parse().expect("an instant in RFC 3339")
}

/// EventBridge's word that an object was created: the sample event, of another object.
///
/// # Panics
/// Never: the sample lies in the repository.
#[must_use]
pub fn created(bucket: &str, key: &str) -> Value {
    let sample = include_str!("../../../events/baseline-object-created.json");
    let mut event: Value = serde_json::from_str(sample).expect("an event");
    event["detail"]["bucket"]["name"] = bucket.into();
    event["detail"]["object"]["key"] = key.into();
    event
}

/// An event, later by a duration.
#[must_use]
pub fn moved(event: Value, by: SignedDuration) -> Value {
    match event {
        Value::String(text) => Value::String(match text.parse::<Timestamp>() {
            Ok(instant) => (instant + by).to_string(),
            Err(_) => text.replace(&folder(sample_hour()), &folder(sample_hour() + by)),
        }),
        Value::Array(items) => items.into_iter().map(|item| moved(item, by)).collect(),
        Value::Object(fields) => fields.into_iter().map(|(name, value)| (name, moved(value, by))).collect(),
        other => other,
    }
}

/// The folder of an hour's run among the reports is named after the hour's end.
fn folder(hour: Timestamp) -> String {
    (hour + SignedDuration::from_hours(1)).strftime("/%Y/%m/%d/%H/").to_string()
}

/// Writes a copy of every event of a folder into its subfolder `local`, moved from the sample hour to `hour`.
/// Returns the copies in the order of their names.
///
/// # Errors
/// The folder cannot be read, an event is not JSON, or a copy cannot be written.
pub fn copy(folder: &Path, hour: Timestamp) -> io::Result<Vec<PathBuf>> {
    let local = folder.join("local");
    fs::create_dir_all(&local)?;
    let mut copies = Vec::new();
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        if path.extension().is_none_or(|extension| extension != "json") {
            continue;
        }
        let event = moved(serde_json::from_slice(&fs::read(&path)?)?, hour.duration_since(sample_hour()));
        let copy = local.join(path.file_name().unwrap_or_default());
        fs::write(&copy, format!("{event:#}\n"))?;
        copies.push(copy);
    }
    copies.sort();
    Ok(copies)
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn instants_and_run_folders_move_and_everything_else_stays() {
        let event = json!({"key": "reports/e/s/2026/10/31/09/execution.json", "window": {"start": "2026-10-31T08:00:00Z", "end": "2026-10-31T09:00:00Z"},
            "scheduled_time": "2026-10-31T09:10:00Z", "id": "53dc4d37", "resources": ["arn:aws:events"], "detail": {}});
        let expected = json!({"key": "reports/e/s/2027/01/01/01/execution.json", "window": {"start": "2027-01-01T00:00:00Z", "end": "2027-01-01T01:00:00Z"},
            "scheduled_time": "2027-01-01T01:10:00Z", "id": "53dc4d37", "resources": ["arn:aws:events"], "detail": {}});
        let hour: Timestamp = "2027-01-01T00:00:00Z".parse().unwrap();
        assert_eq!(moved(event, hour.duration_since(sample_hour())), expected);
    }

    #[test]
    fn only_events_are_copied_and_originals_are_untouched() {
        let folder = tempfile::tempdir().unwrap();
        let original = folder.path().join("tick.json");
        fs::write(&original, r#"{"scheduled_time":"2026-10-31T09:10:00Z"}"#).unwrap();
        fs::write(folder.path().join("notes.txt"), "2026-10-31T09:10:00Z").unwrap();
        let hour = sample_hour() + SignedDuration::from_hours(24);
        let copies = copy(folder.path(), hour).unwrap();
        assert_eq!(copies, [folder.path().join("local/tick.json")]);
        let copied: Value = serde_json::from_slice(&fs::read(&copies[0]).unwrap()).unwrap();
        assert_eq!(copied, json!({"scheduled_time": "2026-11-01T09:10:00Z"}));
        assert_eq!(fs::read(&original).unwrap(), br#"{"scheduled_time":"2026-10-31T09:10:00Z"}"#);
    }
}
