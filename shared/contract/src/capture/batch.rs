//! What a batch transform job with data capture leaves: manifests that name objects, and lines of those as captured records.
//!
//! It opens no object. Which line of an answer belongs to which line of a request is the reader's business: both have as many.
//!
//! | an answer | its id |
//! |---|---|
//! | JSON with `SageMakerInferenceId` | that; it and `SageMakerInferenceTime` are no columns, and go |
//! | CSV whose last two cells are a UUID and a time | that UUID; both cells go |
//! | any other | none: the place of the line stands for it |
//!
//! Source: SageMaker developer guide, "Capture data from batch transform job" (`GenerateInferenceId`).

use super::{LeftOut, Rejected};
use crate::ContractError;
use crate::json::why;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;
use serde_json::{Value, json};
use std::borrow::Cow;
use std::collections::BTreeMap;

const ID: &str = "SageMakerInferenceId";
const TIME: &str = "SageMakerInferenceTime";

/// The objects of one side of a job.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct BatchManifest {
    /// What stands before each name.
    pub prefix: String,
    /// Their names.
    pub names: Vec<String>,
}

impl BatchManifest {
    /// The manifests of a file: lists, on one line or on many.
    ///
    /// # Errors
    /// A text that is none.
    ///
    /// ```
    /// use bellwether_contract::capture::BatchManifest;
    /// let read = BatchManifest::parse("m.jsonl", br#"[{"prefix": "s3://bucket/in/"}, "a.csv", "b.csv"]"#)?;
    /// assert_eq!((read[0].prefix.as_str(), read[0].names.len()), ("s3://bucket/in/", 2));
    /// # Ok::<(), bellwether_contract::ContractError>(())
    /// ```
    pub fn parse(object: &str, bytes: &[u8]) -> Result<Vec<Self>, ContractError> {
        let wrong = |found: String| {
            let remedy = "a manifest is [{\"prefix\": \"s3://bucket/prefix/\"}, \"name\", ...]";
            ContractError::malformed(object, format!("{found}; {remedy}"))
        };
        let lists = serde_json::Deserializer::from_slice(bytes).into_iter::<Vec<Value>>();
        let manifest = |list: Result<Vec<Value>, serde_json::Error>| {
            let list = list.map_err(|error| wrong(why(&error)))?;
            let (first, names) = list.split_first().ok_or_else(|| wrong("an empty list".to_owned()))?;
            let prefix = first["prefix"].as_str().ok_or_else(|| wrong("no prefix".to_owned()))?;
            let name = |name: &Value| name.as_str().map(str::to_owned);
            let names: Option<Vec<String>> = names.iter().map(name).collect();
            let names = names.ok_or_else(|| wrong("a name that is no text".to_owned()))?;
            Ok(Self { prefix: prefix.to_owned(), names })
        };
        let manifests: Vec<Self> = lists.map(manifest).collect::<Result<_, _>>()?;
        if manifests.is_empty() { Err(wrong("nothing".to_owned())) } else { Ok(manifests) }
    }
}

/// A line of a request and the line that answers it, as a line of data capture; `place` stands for an id where the answer has none.
///
/// # Errors
/// A line that is no text.
///
/// ```
/// use bellwether_contract::capture::{CaptureRecord, Payload, batch_record};
/// let hour = "2024-01-19T19:00:00Z".parse()?;
/// let answer = b"0.91,94bcc22a-0462-4bd1-92c9-b46a5aaec1aa,2024-01-19T19:25:34Z";
/// let line = batch_record(Some(b"31,2"), Some(answer), hour, "a.csv, line 1").expect("texts");
/// let record = CaptureRecord::from_line(line.as_bytes()).expect("a record");
/// assert_eq!(record.output().expect("an answer").payload(), Ok(Payload::Csv("0.91".into())));
/// assert_eq!(record.event_metadata.event_id.as_deref(), Some("94bcc22a-0462-4bd1-92c9-b46a5aaec1aa"));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn batch_record(
    request: Option<&[u8]>,
    answer: Option<&[u8]>,
    hour: Timestamp,
    place: &str,
) -> Result<String, Rejected> {
    let (answer, id) = match answer.map(text).transpose()? {
        Some(answer) => {
            let (answer, id) = without_id(answer);
            (Some(answer), id)
        }
        None => (None, None),
    };
    let side = |text: &str| json!({"data": text, "encoding": if is_json(text) { "JSON" } else { "CSV" }});
    let mut sides = serde_json::Map::new();
    if let Some(request) = request.map(text).transpose()? {
        sides.insert("endpointInput".to_owned(), side(request));
    }
    if let Some(answer) = answer {
        sides.insert("endpointOutput".to_owned(), side(&answer));
    }
    let id = id.as_deref().unwrap_or(place);
    let metadata = json!({"eventId": id, "inferenceTime": hour});
    Ok(json!({"captureData": sides, "eventMetadata": metadata, "eventVersion": "0"}).to_string())
}

fn text(line: &[u8]) -> Result<&str, Rejected> {
    std::str::from_utf8(line)
        .map_err(|_| LeftOut::Encoding.because("a line in UTF-8", "bytes that are not UTF-8"))
}

fn is_json(text: &str) -> bool {
    text.trim_ascii_start().starts_with(['{', '['])
}

/// An answer without the id that the job gave it.
fn without_id(answer: &str) -> (Cow<'_, str>, Option<String>) {
    let found = if is_json(answer) { of_json(answer) } else { of_csv(answer) };
    found.map_or((Cow::Borrowed(answer), None), |(answer, id)| (answer, Some(id)))
}

fn of_json(answer: &str) -> Option<(Cow<'_, str>, String)> {
    let mut fields: BTreeMap<String, &RawValue> = serde_json::from_str(answer).ok()?;
    let id = String::deserialize(&mut serde_json::Deserializer::from_str(fields.remove(ID)?.get())).ok()?;
    fields.remove(TIME);
    Some((serde_json::to_string(&fields).ok()?.into(), id))
}

fn of_csv(answer: &str) -> Option<(Cow<'_, str>, String)> {
    let (rest, time) = answer.trim_end().rsplit_once(',')?;
    let (cells, id) = rest.rsplit_once(',')?;
    let [id, time] = [id, time].map(|cell| cell.trim().trim_matches('"'));
    let are_added = uuid::Uuid::try_parse(id).is_ok() && time.parse::<Timestamp>().is_ok();
    are_added.then(|| (cells.into(), id.to_owned()))
}

#[cfg(test)]
mod tests {
    use super::super::{CaptureRecord, Payload};
    use super::*;

    #[test]
    fn an_answer_is_told_from_the_id_that_the_job_gave_it() {
        let id = "94bcc22a-0462-4bd1-92c9-b46a5aaec1aa";
        let json =
            format!(r#"{{"{ID}":"{id}","{TIME}":"2024-01-19T19:25:34Z","SageMakerOutput":{{"p":1e5}}}}"#);
        let csv = |cells: &str| format!("{cells},{id},2024-01-19T19:25:34Z");
        for (answer, payload, event_id) in [
            (json, Payload::Json(r#"{"SageMakerOutput":{"p":1e5}}"#.into()), id),
            (csv("1,0.9"), Payload::Csv("1,0.9".into()), id),
            (format!("1,{id}"), Payload::Csv(format!("1,{id}").into()), "p"),
            ("0.9".to_owned(), Payload::Csv("0.9".into()), "p"),
            (r#"[{"p":1}]"#.to_owned(), Payload::Json(r#"[{"p":1}]"#.into()), "p"),
            ("{\"cut".to_owned(), Payload::Json("{\"cut".into()), "p"),
        ] {
            let line = batch_record(None, Some(answer.as_bytes()), Timestamp::UNIX_EPOCH, "p").unwrap();
            let record = CaptureRecord::from_line(line.as_bytes()).unwrap();
            assert_eq!(record.output().unwrap().payload().unwrap(), payload, "{answer}");
            assert_eq!(record.event_metadata.event_id.as_deref(), Some(event_id), "{answer}");
            assert!(record.capture_data.endpoint_input.is_none());
        }
        assert!(batch_record(Some(b"\xff"), None, Timestamp::UNIX_EPOCH, "p").is_err());
    }

    #[test]
    fn a_manifest_is_a_list_on_one_line_or_on_many_and_nothing_else() {
        let many = b"[{\"prefix\":\"s3://b/in/\"},\n \"a.csv\"]\n[{\"prefix\":\"s3://b/x/\"}]\n";
        let read = BatchManifest::parse("m", many).unwrap();
        assert_eq!(read.len(), 2);
        assert_eq!(read[0].names, ["a.csv"]);
        for text in ["", "\n", "{}", "[]", "[{\"prefix\":1}]", "[{\"prefix\":\"x\"},1]", "[\"a\"]", "x"] {
            let error = BatchManifest::parse("m.jsonl", text.as_bytes()).unwrap_err().to_string();
            assert!(error.starts_with("m.jsonl: ") && error.contains("a manifest is"), "{error}");
        }
    }
}
