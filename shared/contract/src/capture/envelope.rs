//! What is wrong with a line that is no captured record: told by names of fields and kinds of values.
//!
//! It is asked about broken lines only, and reads each once more.

use super::{LeftOut, Rejected};
use crate::json;
use crate::shape::{Kind, Shape, of_json};
use serde::Deserialize;
use serde_json::value::RawValue;

const RECORD: &str = "a captured record: {\"captureData\": {...}, \"eventMetadata\": {...}}";
const METADATA: &str =
    "eventMetadata with an inferenceTime such as 2026-10-31T08:30:19Z, and an eventId that is a text";

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Envelope<'a> {
    #[serde(borrow, default)]
    capture_data: Option<&'a RawValue>,
    #[serde(borrow, default)]
    event_metadata: Option<&'a RawValue>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Metadata<'a> {
    #[serde(borrow, default)]
    event_id: Option<&'a RawValue>,
    #[serde(borrow, default)]
    inference_time: Option<&'a RawValue>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Sides<'a> {
    #[serde(borrow, default)]
    endpoint_input: Option<&'a RawValue>,
    #[serde(borrow, default)]
    endpoint_output: Option<&'a RawValue>,
    #[serde(borrow, default)]
    batch_transform_output: Option<&'a RawValue>,
}

/// Why a line is none, after the library said `error`.
pub(super) fn fault(line: &[u8], error: &serde_json::Error) -> Rejected {
    let Ok(text) = std::str::from_utf8(line) else {
        return LeftOut::Json.because(RECORD, "bytes that are not UTF-8");
    };
    if !error.is_data() {
        return LeftOut::Json.because(RECORD, json::why(error));
    }
    let kind = Kind::of(text);
    if is_manifest(text) {
        let expected = "the captured files themselves; a manifest only names them";
        let found = "not a captured record but a list: the manifest of a batch transform job";
        return LeftOut::BatchManifest.because(expected, found);
    }
    let Some(Envelope { capture_data, event_metadata }) = parsed(text) else {
        return LeftOut::NotARecord.because(RECORD, format!("not a captured record but {kind}"));
    };
    match (capture_data, event_metadata) {
        (None, _) => LeftOut::NotARecord.because(RECORD, format!("no captureData, but {}", of_json(text))),
        (_, None) => LeftOut::NoMetadata.because(METADATA, "no eventMetadata"),
        (Some(data), Some(metadata)) => {
            metadata_fault(metadata.get()).unwrap_or_else(|| sides_fault(data.get()))
        }
    }
}

/// `[{"prefix": "s3://..."}, "a.csv", ...]`
fn is_manifest(text: &str) -> bool {
    let behind = |text: &str, token: &str| text.trim_ascii_start().strip_prefix(token).map(str::to_owned);
    // No more than the beginning is looked at.
    let start: String = text.chars().take(200).collect();
    behind(&start, "[")
        .and_then(|rest| behind(&rest, "{"))
        .is_some_and(|rest| behind(&rest, "\"prefix\"").is_some())
}

fn parsed<'a, T: Deserialize<'a>>(text: &'a str) -> Option<T> {
    // A list would be taken for the fields in their order.
    (Kind::of(text) == Kind::Object).then(|| serde_json::from_str(text).ok()).flatten()
}

fn metadata_fault(text: &str) -> Option<Rejected> {
    let because = |found: String| Some(LeftOut::NoMetadata.because(METADATA, found));
    let Some(Metadata { event_id, inference_time }) = parsed(text) else {
        return because(format!("eventMetadata is {}", of_json(text)));
    };
    for (name, value) in [("eventId", event_id), ("inferenceTime", inference_time)] {
        match value.map(|value| Kind::of(value.get())) {
            // A record without an id is one all the same.
            None | Some(Kind::Null) if name == "eventId" => {}
            None => return because(format!("eventMetadata without {name}")),
            Some(Kind::Text) => {}
            Some(kind) => return because(format!("{name} is {kind}")),
        }
    }
    let time = inference_time.and_then(|time| serde_json::from_str::<jiff::Timestamp>(time.get()).ok());
    if time.is_none() { because("inferenceTime is a text that is no time".to_owned()) } else { None }
}

fn sides_fault(text: &str) -> Rejected {
    let Some(Sides { endpoint_input, endpoint_output, batch_transform_output }) = parsed(text) else {
        return LeftOut::NotARecord.because(RECORD, format!("captureData is {}", of_json(text)));
    };
    let sides = [
        ("endpointInput", endpoint_input),
        ("endpointOutput", endpoint_output),
        ("batchTransformOutput", batch_transform_output),
    ];
    let broken = sides
        .into_iter()
        .find_map(|(name, side)| Some((name, side?.get())).filter(|(_, side)| !is_side(side)));
    match broken {
        Some((name, side)) if !has_encoding(side) => LeftOut::Encoding
            .because("CSV, JSON or BASE64 as `encoding`", format!("{name} without `encoding`")),
        Some((name, side)) => LeftOut::NotARecord.because(RECORD, format!("{name} is {}", of_json(side))),
        None => LeftOut::NotARecord.because(RECORD, format!("captureData is {}", of_json(text))),
    }
}

fn is_side(text: &str) -> bool {
    Kind::of(text) == Kind::Null || parsed::<super::Side<'_>>(text).is_some()
}

/// Whether there is one, or no object in which one could be missed.
fn has_encoding(side: &str) -> bool {
    #[derive(Deserialize)]
    struct Encoded<'a> {
        #[serde(borrow, default)]
        encoding: Option<&'a RawValue>,
    }
    let is_object = Shape::of(side).is_some_and(|shape| shape.kind == Kind::Object);
    !is_object || parsed::<Encoded<'_>>(side).is_none_or(|side| side.encoding.is_some())
}

#[cfg(test)]
mod tests {
    use super::super::CaptureRecord;
    use super::*;

    #[test]
    fn a_line_that_is_no_record_is_told_apart_by_what_is_missing() {
        let metadata = |rest: &str| format!(r#"{{"captureData":{{}},"eventMetadata":{rest}}}"#);
        let side = |side: &str| {
            format!(
                r#"{{"captureData":{{"endpointInput":{side}}},"eventMetadata":{{"eventId":"a","inferenceTime":"2026-10-31T08:30:19Z"}}}}"#
            )
        };
        let cases = [
            ("{\"captureData\":".to_owned(), LeftOut::Json, "EOF while parsing"),
            ("[]".to_owned(), LeftOut::NotARecord, "not a captured record but a list"),
            ("0.5".to_owned(), LeftOut::NotARecord, "not a captured record but a number"),
            (
                r#" [ {"prefix":"s3://bucket/in/"},"a.csv"]"#.to_owned(),
                LeftOut::BatchManifest,
                "not a captured record but a list",
            ),
            (
                r#"{"age":31}"#.to_owned(),
                LeftOut::NotARecord,
                "no captureData, but an object of `age` (a number)",
            ),
            (r#"{"captureData":{}}"#.to_owned(), LeftOut::NoMetadata, "no eventMetadata"),
            (metadata("[1]"), LeftOut::NoMetadata, "eventMetadata is a list of 1"),
            (metadata("{}"), LeftOut::NoMetadata, "eventMetadata without inferenceTime"),
            (metadata(r#"{"eventId":"a"}"#), LeftOut::NoMetadata, "eventMetadata without inferenceTime"),
            (
                metadata(r#"{"eventId":"a","inferenceTime":"a secret"}"#),
                LeftOut::NoMetadata,
                "inferenceTime is a text that is no time",
            ),
            (
                metadata(r#"{"eventId":null,"inferenceTime":""}"#),
                LeftOut::NoMetadata,
                "inferenceTime is a text that is no time",
            ),
            (metadata(r#"{"eventId":7,"inferenceTime":""}"#), LeftOut::NoMetadata, "eventId is a number"),
            (side("[1]"), LeftOut::NotARecord, "endpointInput is a list of 1"),
            (side(r#"{"data":"x"}"#), LeftOut::Encoding, "endpointInput without `encoding`"),
        ];
        for (line, reason, found) in cases {
            let rejected = CaptureRecord::from_line(line.as_bytes()).unwrap_err();
            let detail = rejected.detail.expect("a line that cannot be read is explained");
            assert_eq!(rejected.reason, reason, "{line}");
            assert!(detail.found.contains(found), "{line}: {}", detail.found);
            assert!(!detail.found.contains("secret"), "{}", detail.found);
        }
        let rejected = CaptureRecord::from_line(b"\xff\xfe").unwrap_err();
        assert_eq!(rejected.reason, LeftOut::Json);
    }
}
