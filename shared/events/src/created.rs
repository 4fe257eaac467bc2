//! S3's word that objects were created: EventBridge's `Object Created`, and the classic notification with its records.

use crate::lenient;
use aws_lambda_events::event::eventbridge::EventBridgeEvent;
use aws_lambda_events::event::s3::{S3Entity, S3EventRecord};
use bellwether_contract::ContractError;
use bellwether_contract::notification::ObjectCreated;
use serde_json::Value;

/// Every object that an event tells of, in its order. EventBridge writes keys as they are; the classic notification writes
/// them URL-encoded, a space as `+`. S3's test event tells of none.
///
/// # Errors
/// [`ContractError::Malformed`] for any other event, and for a record that is not of a created object.
pub fn objects_created(event: &Value) -> Result<Vec<ObjectCreated>, ContractError> {
    if let Some(records) = event.get("Records") {
        let records = records.as_array().ok_or_else(|| wrong("its Records are no list"))?;
        return records.iter().map(of_record).collect();
    }
    match (event["detail-type"].as_str(), event["Event"].as_str()) {
        (Some("Object Created"), _) => of_eventbridge(event).map(|object| vec![object]),
        (Some(kind), _) => Err(wrong(&format!("its detail-type is {kind:?}"))),
        // Sent once when a classic notification is set up.
        (None, Some("s3:TestEvent")) => Ok(Vec::new()),
        _ => Err(wrong("it names no object")),
    }
}

/// The detail has no type in `aws_lambda_events`. Its bucket and its object are those of a record.
fn of_eventbridge(event: &Value) -> Result<ObjectCreated, ContractError> {
    let event: EventBridgeEvent = lenient(event).map_err(|error| wrong(&error.to_string()))?;
    let (bucket, key) = named(&lenient(&event.detail).map_err(|error| wrong(&error.to_string()))?)?;
    Ok(ObjectCreated { bucket, key })
}

fn of_record(record: &Value) -> Result<ObjectCreated, ContractError> {
    let record: S3EventRecord = lenient(record).map_err(|error| wrong(&error.to_string()))?;
    let name = record.event_name.unwrap_or_default();
    if !name.trim_start_matches("s3:").starts_with("ObjectCreated:") {
        return Err(wrong(&format!("a record is of {name:?}")));
    }
    let (bucket, encoded) = named(&record.s3)?;
    let key = decoded(&encoded).ok_or_else(|| wrong(&format!("the key {encoded:?} is not URL-encoded")))?;
    Ok(ObjectCreated { bucket, key })
}

fn named(entity: &S3Entity) -> Result<(String, String), ContractError> {
    let (bucket, key) = (entity.bucket.name.clone(), entity.object.key.clone());
    bucket.zip(key).ok_or_else(|| wrong("it names no bucket or no key"))
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
        assert_eq!(objects_created(&event).unwrap(), [created("b", "a b+c%2F/é.json")]);
    }

    #[test]
    fn the_classic_notification_encodes_keys_and_may_hold_several() {
        let event = json!({"Records": [
            record("ObjectCreated:Put", "a+b%2Bc%252F/%C3%A9.json"),
            record("s3:ObjectCreated:CompleteMultipartUpload", "plain/key.json"),
        ]});
        let expected = [created("b", "a b+c%2F/é.json"), created("b", "plain/key.json")];
        assert_eq!(objects_created(&event).unwrap(), expected);
        assert_eq!(objects_created(&json!({"Records": []})).unwrap(), []);
        let test = json!({"Service": "Amazon S3", "Event": "s3:TestEvent", "Bucket": "b"});
        assert_eq!(objects_created(&test).unwrap(), []);
    }

    #[test]
    fn what_a_hand_made_event_leaves_out_is_not_missed() {
        let short = json!({"detail-type": "Object Created", "detail": {"bucket": {"name": "b"}, "object": {"key": "k"}}});
        assert_eq!(objects_created(&short).unwrap(), [created("b", "k")]);
        let short = json!({"Records": [{"eventName": "ObjectCreated:Put", "s3": {"bucket": {"name": "b"}, "object": {"key": "k"}}}]});
        assert_eq!(objects_created(&short).unwrap(), [created("b", "k")]);
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
            json!({"Records": {}}),
            json!({"Records": ["ObjectCreated:Put"]}),
            json!({"Records": [{"eventName": "ObjectCreated:Put", "s3": {"bucket": {"name": 7}, "object": {"key": "k"}}}]}),
            json!({"detail-type": "Object Created", "detail": {"bucket": {"name": "b"}, "object": {"key": ["k"]}}}),
            json!({"Event": "s3:Other"}),
        ];
        for event in events {
            let error = objects_created(&event).unwrap_err().to_string();
            assert!(error.starts_with("event: ") && error.contains("Object Created"), "{event}: {error}");
        }
    }
}
