//! What is wrong with a text that is no ground-truth record: told by names of fields and kinds of values.
//!
//! It is asked about broken records only, and reads each once more.

use crate::capture::{LeftOut, Rejected, Side};
use crate::json;
use crate::shape::{Kind, of_json};
use serde::Deserialize;
use serde_json::value::RawValue;

pub(super) const RECORD: &str =
    "a ground-truth record: {\"groundTruthData\": {...}, \"eventMetadata\": {\"eventId\": \"...\"}}";
const METADATA: &str =
    "eventMetadata with an eventId: the captured inferenceId, else the captured eventId, as a text";

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Envelope<'a> {
    #[serde(borrow, default)]
    ground_truth_data: Option<&'a RawValue>,
    #[serde(borrow, default)]
    event_metadata: Option<&'a RawValue>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Metadata<'a> {
    #[serde(borrow, default)]
    event_id: Option<&'a RawValue>,
}

#[derive(Deserialize)]
struct Encoded<'a> {
    #[serde(borrow, default)]
    encoding: Option<&'a RawValue>,
}

/// Why a text is no record, after the library said `error`.
pub(super) fn of(text: &str, error: &serde_json::Error) -> Rejected {
    if let Err(syntax) = serde_json::from_str::<serde::de::IgnoredAny>(text) {
        return LeftOut::Json.because(RECORD, json::why(&syntax));
    }
    // Such as a field that comes twice.
    let otherwise = || LeftOut::NotARecord.because(RECORD, json::why(error));
    let Some(Envelope { ground_truth_data, event_metadata }) = parsed(text) else {
        return match Kind::of(text) {
            Kind::Object => otherwise(),
            kind => LeftOut::NotARecord.because(RECORD, format!("not a ground-truth record but {kind}")),
        };
    };
    let Some(side) = ground_truth_data.map(RawValue::get) else {
        return LeftOut::NotARecord.because(RECORD, format!("no groundTruthData, but {}", of_json(text)));
    };
    let Some(metadata) = event_metadata.map(RawValue::get) else {
        return LeftOut::NoMetadata.because(METADATA, "no eventMetadata");
    };
    metadata_fault(metadata).or_else(|| side_fault(side)).unwrap_or_else(otherwise)
}

/// A record whose id names none.
pub(super) fn blank_id() -> Rejected {
    LeftOut::NoMetadata.because(METADATA, "eventId is blank, or the nil UUID")
}

fn parsed<'a, T: Deserialize<'a>>(text: &'a str) -> Option<T> {
    // A list would be taken for the fields in their order.
    (Kind::of(text) == Kind::Object).then(|| serde_json::from_str(text).ok()).flatten()
}

fn metadata_fault(metadata: &str) -> Option<Rejected> {
    let because = |found: String| Some(LeftOut::NoMetadata.because(METADATA, found));
    let Some(Metadata { event_id }) = parsed(metadata) else {
        return because(format!("eventMetadata is {}", of_json(metadata)));
    };
    match event_id.map(|id| Kind::of(id.get())) {
        Some(Kind::Text) => None,
        Some(kind) => because(format!("eventId is {kind}")),
        None => because("eventMetadata without eventId".to_owned()),
    }
}

fn side_fault(side: &str) -> Option<Rejected> {
    if parsed::<Side<'_>>(side).is_some() {
        return None;
    }
    if parsed::<Encoded<'_>>(side).is_some_and(|side| side.encoding.is_none()) {
        let found = "groundTruthData without `encoding`";
        return Some(LeftOut::Encoding.because("CSV, JSON or BASE64 as `encoding`", found));
    }
    Some(LeftOut::NotARecord.because(RECORD, format!("groundTruthData is {}", of_json(side))))
}
