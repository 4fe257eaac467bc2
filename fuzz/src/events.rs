//! Events: what an event names is a legal key or hour, spelt as the contract spells it, and survives being written.

use bellwether_contract::keys::{Key, ReportFile, RunFolder, manifest_version};
use bellwether_contract::notification::ObjectCreated;
use bellwether_contract::window::{Offsets, Window};
use bellwether_events::{objects_created, trigger};
use jiff::SignedDuration;
use serde_json::{Value, json};

/// S3's word of new objects, by EventBridge or by the classic notification.
pub fn s3_event(bytes: &[u8]) {
    let Ok(event) = serde_json::from_slice::<Value>(bytes) else {
        return;
    };
    let Ok(created) = objects_created(&event) else {
        return;
    };
    let records: Vec<Value> = created.iter().map(record).collect();
    let again = objects_created(&json!({ "Records": records })).expect("a notification of the same objects");
    assert_eq!(again, created);
    created.iter().for_each(|object| is_ours_or_nothing(&object.key));
}

/// The classic notification of an object, every byte of its key encoded.
fn record(object: &ObjectCreated) -> Value {
    let key: String = object.key.bytes().map(|byte| format!("%{byte:02X}")).collect();
    json!({"eventName": "ObjectCreated:Put", "s3": {"bucket": {"name": object.bucket}, "object": {"key": key}}})
}

fn is_ours_or_nothing(key: &str) {
    if let Ok(run) = RunFolder::from_violations_key(key) {
        assert_eq!(Key::Report(&run, ReportFile::ConstraintViolations).to_string(), key);
        stays_in_its_folder(key);
        let execution = Key::Execution(&run).to_string();
        assert_eq!(RunFolder::from_execution_key(&execution), Some(run));
    }
    if let Some(version) = manifest_version(key) {
        assert_eq!(Key::Manifest(&version).to_string(), key);
        stays_in_its_folder(key);
    }
}

pub(super) fn stays_in_its_folder(key: &str) {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-._/".contains(&byte);
    assert!(key.bytes().all(plain) && key.len() <= 1_024, "{key:?}");
    assert!(key.split('/').all(|part| !part.is_empty() && !part.contains("..")), "{key:?}");
}

/// A tick, or a window by hand.
pub fn scheduler_event(bytes: &[u8]) {
    let Ok(event) = serde_json::from_slice::<Value>(bytes) else {
        return;
    };
    for hours in [1, 24, 168] {
        if let Ok(read) = trigger(&event, Offsets::of_length(SignedDuration::from_hours(hours))) {
            names_whole_hours(read.window);
            let written = json!({"window": read.window, "reopen": read.reopen});
            let again = trigger(&written, Offsets::default()).expect("the same window by hand");
            assert_eq!(again, read);
        }
    }
}

fn names_whole_hours(window: Window) {
    let hours: Vec<_> = window.hours().collect();
    assert!((1..=168).contains(&hours.len()));
    assert!(hours.iter().all(|hour| window.contains(*hour) && hour.as_second() % 3_600 == 0));
    assert!(!window.contains(window.end()));
    assert_eq!(hours.last(), Some(&(window.end() - SignedDuration::from_hours(1))));
    assert_eq!(window.label().len(), 10, "yyyymmddHH: {}", window.label());
    let name = |text: &str| text.parse().expect("a name");
    let run = RunFolder::of(&name("endpoint"), &"schedule".parse().expect("a name"), &window);
    for run in [run.reopened(), run.earlier(SignedDuration::from_hours(1)), run] {
        let key = Key::Execution(&run).to_string();
        stays_in_its_folder(&key);
        assert_eq!(RunFolder::from_execution_key(&key), Some(run), "{key}");
    }
}
