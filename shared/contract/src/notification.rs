//! S3's word that objects were created: EventBridge's `Object Created`, and the classic notification with its records.
//!
//! It says which objects; whether they are ours to read is the reader's question.

use crate::ContractError;
use serde::Deserialize;
use serde_json::Value;

/// An object that was created.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ObjectCreated {
    /// The bucket.
    pub bucket: String,
    /// The whole key, as the object is called.
    pub key: String,
}

#[derive(Deserialize)]
struct Event {
    #[serde(rename = "detail-type")]
    detail_type: Option<String>,
    detail: Option<Entity>,
    #[serde(rename = "Records")]
    records: Option<Vec<Record>>,
    /// `s3:TestEvent`, sent once when a classic notification is set up.
    #[serde(rename = "Event")]
    test: Option<String>,
}

#[derive(Deserialize)]
struct Record {
    #[serde(rename = "eventName", default)]
    event_name: String,
    s3: Option<Entity>,
}

#[derive(Deserialize)]
struct Entity {
    bucket: Bucket,
    object: Object,
}

#[derive(Deserialize)]
struct Bucket {
    name: String,
}

#[derive(Deserialize)]
struct Object {
    key: String,
}

/// Longest bucket and key that S3 has, with `s3://` and the slash.
const LONGEST_URI: usize = 5 + 63 + 1 + 1_024;

impl ObjectCreated {
    /// The object's URI for people: printable, and no longer than S3 has any.
    pub fn shown(&self) -> String {
        let uri = format!("s3://{}/{}", self.bucket, self.key);
        let shown: String = uri.chars().take(LONGEST_URI).flat_map(char::escape_debug).collect();
        if uri.chars().nth(LONGEST_URI).is_some() { format!("{shown}...") } else { shown }
    }

    /// Every object that an event tells of, in its order. EventBridge writes keys as they are; the classic
    /// notification writes them URL-encoded, a space as `+`. S3's test event tells of none.
    ///
    /// # Errors
    /// [`ContractError::Malformed`] for any other event, and for a record that is not of a created object.
    pub fn parse(event: &Value) -> Result<Vec<Self>, ContractError> {
        let parsed = Event::deserialize(event).map_err(|error| wrong(&error.to_string()))?;
        match parsed {
            Event { detail_type: Some(kind), detail: Some(entity), .. } if kind == "Object Created" => {
                Ok(vec![Self { bucket: entity.bucket.name, key: entity.object.key }])
            }
            Event { records: Some(records), .. } => records.into_iter().map(Self::of_record).collect(),
            Event { test: Some(test), .. } if test == "s3:TestEvent" => Ok(Vec::new()),
            Event { detail_type: Some(kind), .. } => Err(wrong(&format!("its detail-type is {kind:?}"))),
            _ => Err(wrong("it names no object")),
        }
    }

    fn of_record(record: Record) -> Result<Self, ContractError> {
        let name = &record.event_name;
        let entity = record.s3.filter(|_| name.trim_start_matches("s3:").starts_with("ObjectCreated:"));
        let entity = entity.ok_or_else(|| wrong(&format!("a record is of {name:?}")))?;
        let encoded = entity.object.key;
        let key =
            decoded(&encoded).ok_or_else(|| wrong(&format!("the key {encoded:?} is not URL-encoded")))?;
        Ok(Self { bucket: entity.bucket.name, key })
    }
}

fn wrong(reason: &str) -> ContractError {
    const FORMS: &str =
        "send EventBridge's \"Object Created\" of S3, or S3's own notification of ObjectCreated:*";
    ContractError::malformed("event", format!("{reason}; {FORMS}"))
}

/// A key from its URL-encoded form: `+` is a space, `%2B` a plus.
fn decoded(text: &str) -> Option<String> {
    let mut bytes = text.bytes();
    let mut key = Vec::with_capacity(text.len());
    let digit = |byte: Option<u8>| char::from(byte?).to_digit(16);
    while let Some(byte) = bytes.next() {
        key.push(match byte {
            b'+' => b' ',
            b'%' => u8::try_from(digit(bytes.next())? * 16 + digit(bytes.next())?).ok()?,
            byte => byte,
        });
    }
    String::from_utf8(key).ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn created(bucket: &str, key: &str) -> ObjectCreated {
        ObjectCreated { bucket: bucket.to_owned(), key: key.to_owned() }
    }

    fn record(name: &str, key: &str) -> Value {
        json!({"eventSource": "aws:s3", "eventName": name,
            "s3": {"bucket": {"name": "b", "arn": "arn:aws:s3:::b"}, "object": {"key": key, "size": 3}}})
    }

    #[test]
    fn eventbridge_writes_keys_as_they_are() {
        let event = json!({"version": "0", "detail-type": "Object Created", "source": "aws.s3",
            "detail": {"version": "0", "bucket": {"name": "b"}, "object": {"key": "a b+c%2F/é.json", "size": 1}}});
        assert_eq!(ObjectCreated::parse(&event).unwrap(), [created("b", "a b+c%2F/é.json")]);
    }

    #[test]
    fn the_classic_notification_encodes_keys_and_may_hold_several() {
        let event = json!({"Records": [
            record("ObjectCreated:Put", "a+b%2Bc%252F/%C3%A9.json"),
            record("s3:ObjectCreated:CompleteMultipartUpload", "plain/key.json"),
        ]});
        let expected = [created("b", "a b+c%2F/é.json"), created("b", "plain/key.json")];
        assert_eq!(ObjectCreated::parse(&event).unwrap(), expected);
        assert_eq!(ObjectCreated::parse(&json!({"Records": []})).unwrap(), []);
        let test = json!({"Service": "Amazon S3", "Event": "s3:TestEvent", "Bucket": "b"});
        assert_eq!(ObjectCreated::parse(&test).unwrap(), []);
    }

    #[test]
    fn other_events_are_refused_with_the_forms_that_work() {
        let events = [
            json!({}),
            json!([]),
            json!(null),
            json!({"detail-type": "Object Deleted", "detail": {"bucket": {"name": "b"}, "object": {"key": "k"}}}),
            json!({"detail-type": "Object Created", "detail": {"bucket": {"name": "b"}}}),
            json!({"detail-type": "Object Created"}),
            json!({"Records": [record("ObjectRemoved:Delete", "k")]}),
            json!({"Records": [record("ObjectCreated:Put", "half%2")]}),
            json!({"Records": [record("ObjectCreated:Put", "%zz")]}),
            json!({"Records": [record("ObjectCreated:Put", "%ff")]}),
            json!({"Records": [{"eventName": "ObjectCreated:Put"}]}),
            json!({"Records": [{}]}),
            json!({"Event": "s3:Other"}),
        ];
        for event in events {
            let error = ObjectCreated::parse(&event).unwrap_err().to_string();
            assert!(error.starts_with("event: ") && error.contains("Object Created"), "{event}: {error}");
        }
    }
}
