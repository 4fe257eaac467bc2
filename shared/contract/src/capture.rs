//! One line of data capture, borrowed from the line: payloads are neither copied nor decoded until somebody asks.
//!
//! It reads one record, and of that what is measured: `mode`, `eventVersion` and `customAttributes` are passed over. Which
//! records belong to a window is decided elsewhere (the analysis crate).
//!
//! Source: data-capture files as SageMaker writes them (event version "0"), the batch-transform and merged
//! ground-truth variants included.

mod batch;
mod compact;
mod envelope;
mod left_out;
mod words;

pub use batch::{BatchManifest, batch_record};
pub use left_out::{Detail, LeftOut, LeftOutKind, Rejected};

use crate::shape::Kind;
use base64::Engine;
use serde::{Deserialize, Deserializer};
use serde_json::value::RawValue;
use sha2::{Digest, Sha256};
use std::borrow::Cow;

/// The prefix that marks the monitor's own calls in `inferenceId`.
pub const REPLAY_PREFIX: &str = "replay-";

/// Text borrowed from the line where it holds no escape, owned otherwise.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(transparent)]
pub struct Text<'a>(#[serde(borrow)] Cow<'a, str>);

impl std::ops::Deref for Text<'_> {
    type Target = str;

    fn deref(&self) -> &str {
        &self.0
    }
}

/// One captured request and response.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct CaptureRecord<'a> {
    /// The two sides.
    #[serde(borrow)]
    pub capture_data: CaptureData<'a>,
    /// Who, when.
    #[serde(borrow)]
    pub event_metadata: EventMetadata<'a>,
    /// Present in merged ground-truth records only.
    #[serde(borrow, default)]
    pub ground_truth_data: Option<Box<Side<'a>>>,
}

/// The sides of a record; each may be missing.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct CaptureData<'a> {
    /// The request.
    #[serde(borrow, default)]
    pub endpoint_input: Option<Side<'a>>,
    /// The response of an endpoint.
    #[serde(borrow, default)]
    pub endpoint_output: Option<Side<'a>>,
    /// The response of a batch transform, in merged records.
    #[serde(borrow, default)]
    pub batch_transform_output: Option<Box<Side<'a>>>,
}

/// Identity and time of a record.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct EventMetadata<'a> {
    /// Generated for each request; a UUID in every file that SageMaker writes, and perhaps nothing in others'.
    #[serde(borrow, default)]
    pub event_id: Option<Text<'a>>,
    /// The caller's own id; the monitor's own calls begin with [`REPLAY_PREFIX`].
    #[serde(borrow, default)]
    pub inference_id: Option<Text<'a>>,
    /// UTC, to the second.
    pub inference_time: jiff::Timestamp,
}

/// How `data` is written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Encoding {
    /// Delimited text.
    Csv,
    /// A JSON document inside the JSON string.
    Json,
    /// The fallback for content types that the capture configuration does not list.
    Base64,
    /// A spelling that the contract does not know.
    Other(String),
}

impl<'de> Deserialize<'de> for Encoding {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Text::deserialize(deserializer).map(|text| Self::of(&text))
    }
}

impl Encoding {
    fn of(text: &str) -> Self {
        match text {
            "CSV" => Self::Csv,
            "JSON" => Self::Json,
            "BASE64" => Self::Base64,
            other => Self::Other(other.chars().take(40).collect()),
        }
    }
}

/// One side of a record.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Side<'a> {
    /// Media type, perhaps with parameters; null or absent in some files.
    #[serde(borrow, default)]
    pub observed_content_type: Option<Text<'a>>,
    /// The payload as the line writes it, a JSON string that is still escaped; whatever value stands there in its place.
    #[serde(borrow, default, deserialize_with = "as_written")]
    pub data: Option<&'a str>,
    /// How to read `data`.
    pub encoding: Encoding,
}

fn as_written<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<&'de str>, D::Error> {
    Option::<&RawValue>::deserialize(deserializer).map(|value| value.map(RawValue::get))
}

/// A decoded payload, without trailing line ends.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Payload<'a> {
    /// Delimited text.
    Csv(Cow<'a, str>),
    /// JSON text, not parsed yet.
    Json(Cow<'a, str>),
}

/// Whether a content type names delimited text: the media type alone, in any case.
pub fn is_csv(content_type: &str) -> bool {
    has_media_type(content_type, "text/csv")
}

const EVENT_STREAM: &str = "text/event-stream";

fn has_media_type(content_type: &str, wanted: &str) -> bool {
    // The name first: almost always it is another one, and where it ends is not looked for.
    let Some((media, rest)) = content_type.trim_start().split_at_checked(wanted.len()) else { return false };
    media.eq_ignore_ascii_case(wanted) && matches!(rest.trim_start().bytes().next(), None | Some(b';'))
}

impl<'a> CaptureRecord<'a> {
    /// Reads one line.
    ///
    /// # Errors
    /// What is wrong with the envelope; the payloads are not looked at.
    pub fn from_line(line: &'a [u8]) -> Result<Self, Rejected> {
        // UTF-8 is checked once for the line; by slice it would be checked for each of its strings.
        let record = match std::str::from_utf8(line) {
            Ok(line) => match compact::read(line) {
                Some(record) => return Ok(record),
                None => serde_json::from_str(line),
            },
            Err(_) => serde_json::from_slice(line),
        };
        record.map_err(|error| envelope::fault(line, &error))
    }

    /// The response, of an endpoint or of a batch transform.
    pub fn output(&self) -> Option<&Side<'a>> {
        self.capture_data.endpoint_output.as_ref().or(self.capture_data.batch_transform_output.as_deref())
    }

    /// Whether this is one of the monitor's own calls.
    pub fn is_replay(&self) -> bool {
        self.event_metadata.inference_id.as_ref().is_some_and(|id| id.starts_with(REPLAY_PREFIX))
    }

    /// The event id as its [`id_number`]; `None` without one as well.
    pub fn event_number(&self) -> Option<u128> {
        id_number(self.event_metadata.event_id.as_deref()?)
    }

    /// Time and payloads as 128 bits of their SHA-256: equal for a record and its copy, in whatever letters and encoding.
    pub fn content_number(&self) -> u128 {
        let mut hash = Sha256::new();
        hash.update(self.event_metadata.inference_time.as_nanosecond().to_be_bytes());
        for side in [self.capture_data.endpoint_input.as_ref(), self.output()] {
            let text = match side.map(Side::payload) {
                Some(Ok(Payload::Csv(text) | Payload::Json(text))) => text,
                _ => side.and_then(|side| side.data).unwrap_or_default().into(),
            };
            hash.update((text.len() as u64).to_be_bytes());
            hash.update(text.as_bytes());
        }
        first_bits(&hash.finalize())
    }
}

/// The same line with a time, where its metadata tell none, as those of records that were merged after a batch transform job;
/// `None` for every other line.
#[must_use]
pub fn with_time(line: &[u8], time: jiff::Timestamp) -> Option<String> {
    let mut record: serde_json::Value = serde_json::from_slice(line).ok()?;
    let metadata = record.get_mut("eventMetadata")?.as_object_mut()?;
    if metadata.contains_key("inferenceTime") {
        return None;
    }
    metadata.insert("inferenceTime".to_owned(), time.to_string().into());
    Some(record.to_string())
}

/// An id as 128 bits: a UUID as it is, any other text by its SHA-256. `None` for what names no record: a blank text, and the nil UUID.
#[must_use]
pub fn id_number(id: &str) -> Option<u128> {
    let number = match uuid::Uuid::try_parse(id) {
        Ok(uuid) => uuid.as_u128(),
        Err(_) if id.trim().is_empty() => 0,
        Err(_) => first_bits(&Sha256::digest(id)),
    };
    (number != 0).then_some(number)
}

fn first_bits(hash: &[u8]) -> u128 {
    hash.iter().take(16).fold(0, |number, byte| number << 8 | u128::from(*byte))
}

impl<'a> Side<'a> {
    /// Decodes the payload. Borrowed where the text needs no unescaping.
    ///
    /// # Errors
    /// Why there is no text of a known kind.
    pub fn payload(&self) -> Result<Payload<'a>, Rejected> {
        let content_type = self.observed_content_type.as_deref().unwrap_or_default();
        if has_media_type(content_type, EVENT_STREAM) {
            return Err(event_stream());
        }
        let text = self.text()?;
        match &self.encoding {
            Encoding::Csv => Ok(Payload::Csv(trimmed(text))),
            Encoding::Json => Ok(Payload::Json(trimmed(text))),
            Encoding::Base64 => decoded_base64(&text, content_type),
            Encoding::Other(other) => {
                let found = format!("`encoding` is {}", crate::shape::name(other));
                Err(LeftOut::Encoding.because("CSV, JSON or BASE64 as `encoding`", found))
            }
        }
    }

    fn text(&self) -> Result<Cow<'a, str>, Rejected> {
        const EXPECTED: &str = "the payload as a JSON text in `data`";
        let no_data = || LeftOut::NotARecord.because(EXPECTED, "a side without `data`");
        let raw = self.data.ok_or_else(no_data)?;
        if let Some(text) = without_escapes(raw) {
            return Ok(Cow::Borrowed(text));
        }
        if let Some(text) = without_code_points(raw) {
            return Ok(Cow::Owned(text));
        }
        Text::deserialize(&mut serde_json::Deserializer::from_str(raw)).map(|text| text.0).map_err(|_| {
            match Kind::of(raw) {
                Kind::Text => LeftOut::Encoding.because("Unicode", "`data` holds half of a surrogate pair"),
                kind => LeftOut::NotARecord.because(EXPECTED, format!("`data` is {kind}")),
            }
        })
    }
}

/// BASE64 hides the kind of the payload: the content type decides, and JSON is assumed where it says nothing.
fn decoded_base64<'a>(text: &str, content_type: &str) -> Result<Payload<'a>, Rejected> {
    let not_base64 = |_| LeftOut::Base64.because("BASE64 in `data`, as `encoding` says", "other characters");
    let bytes = base64::engine::general_purpose::STANDARD.decode(text.trim_end()).map_err(not_base64)?;
    let not_text = |_| LeftOut::Encoding.because("a payload in UTF-8", "bytes that are not UTF-8");
    let decoded = trimmed(Cow::Owned(String::from_utf8(bytes).map_err(not_text)?));
    Ok(if is_csv(content_type) { Payload::Csv(decoded) } else { Payload::Json(decoded) })
}

/// A payload that is not JSON, for the error that the JSON library gave: its words hold no value.
#[must_use]
pub fn not_json(text: &str, error: &serde_json::Error) -> Rejected {
    // Events may be captured as JSON too, where the capture lists their content type so.
    if ["data:", "event:", "id:", "retry:"].iter().any(|field| text.starts_with(field)) {
        return event_stream();
    }
    LeftOut::Json.because("JSON", crate::json::why(error))
}

fn event_stream() -> Rejected {
    LeftOut::EventStream
        .because("an answer in one piece, as JSON or CSV", "server-sent events (text/event-stream)")
}

/// The content of a JSON string that holds no escape but the line feed it may end in, which goes.
fn without_escapes(raw: &str) -> Option<&str> {
    let text = raw.strip_prefix('"')?.strip_suffix('"')?;
    let text = text.strip_suffix("\\n").unwrap_or(text);
    (!text.contains('\\')).then_some(text)
}

/// The content of a JSON string whose escapes are single letters, as those of a JSON payload are: copied eight bytes at a time,
/// where the library copies from one escape to the next. `None` for a string with `\\u`, which the library reads.
fn without_code_points(raw: &str) -> Option<String> {
    let text = raw.strip_prefix('"')?.strip_suffix('"')?;
    let mut unescaped = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let Some((word, behind)) = rest.split_first_chunk() {
        // What is copied too much is taken back: a copy of eight bytes is one instruction.
        unescaped.extend_from_slice(word);
        let Some(plain) = words::first_backslash(*word) else {
            rest = behind;
            continue;
        };
        unescaped.truncate(unescaped.len() - word.len() + plain);
        let escape = rest.get(plain + 1)?;
        unescaped.push(escaped(*escape)?);
        rest = &rest[plain + 2..];
    }
    let mut bytes = rest.iter();
    while let Some(&byte) = bytes.next() {
        unescaped.push(if byte == b'\\' { escaped(*bytes.next()?)? } else { byte });
    }
    String::from_utf8(unescaped).ok()
}

/// What the letter behind a backslash stands for.
fn escaped(letter: u8) -> Option<u8> {
    match letter {
        b'n' => Some(b'\n'),
        b'r' => Some(b'\r'),
        b't' => Some(b'\t'),
        b'b' => Some(8),
        b'f' => Some(12),
        b'"' | b'\\' | b'/' => Some(letter),
        _ => None,
    }
}

/// A payload without the byte order mark before it and the line ends behind it.
fn trimmed(text: Cow<'_, str>) -> Cow<'_, str> {
    const MARK: char = '\u{feff}';
    let length = text.trim_end_matches(['\n', '\r']).len();
    match text {
        Cow::Borrowed(text) => Cow::Borrowed(text[..length].strip_prefix(MARK).unwrap_or(&text[..length])),
        Cow::Owned(mut text) => {
            text.truncate(length);
            if text.starts_with(MARK) {
                text.drain(..MARK.len_utf8());
            }
            Cow::Owned(text)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn line(output: &str) -> String {
        format!(
            r#"{{"captureData":{{"endpointInput":{{"observedContentType":"text/csv","mode":"INPUT","data":"1,2","encoding":"CSV"}},"endpointOutput":{output}}},"eventMetadata":{{"eventId":"842e7fc2-2954-4a6e-b12a-a1f6d42fddbb","inferenceId":"web-1","customAttributes":["a=1"],"inferenceTime":"2026-10-31T08:30:19Z"}},"eventVersion":"0"}}"#
        )
    }

    fn payload(output: &str) -> Result<String, LeftOut> {
        let line = line(output);
        let record = CaptureRecord::from_line(line.as_bytes()).map_err(|rejected| rejected.reason)?;
        let payload =
            record.output().ok_or(LeftOut::NoOutput)?.payload().map_err(|rejected| rejected.reason)?;
        Ok(match payload {
            Payload::Csv(text) => format!("csv {text}"),
            Payload::Json(text) => format!("json {text}"),
        })
    }

    #[test]
    fn every_encoding_is_decoded_and_trailing_line_ends_go() {
        let cases = [
            (
                r#"{"observedContentType":"application/json","mode":"OUTPUT","data":"{\"a\":1}\n","encoding":"JSON"}"#,
                Ok(r#"json {"a":1}"#),
            ),
            (
                r#"{"observedContentType":"text/csv; charset=utf-8","mode":"OUTPUT","data":"1,2\r\n","encoding":"CSV"}"#,
                Ok("csv 1,2"),
            ),
            (
                r#"{"observedContentType":"text/html; charset=utf-8","mode":"OUTPUT","data":"eyJhIjoxfQ==","encoding":"BASE64"}"#,
                Ok(r#"json {"a":1}"#),
            ),
            (
                r#"{"observedContentType":"TEXT/CSV;charset=utf-8","mode":"OUTPUT","data":"MSwyCg==","encoding":"BASE64"}"#,
                Ok("csv 1,2"),
            ),
            (
                r#"{"observedContentType":null,"mode":"OUTPUT","data":"[1]","encoding":"JSON"}"#,
                Ok("json [1]"),
            ),
            (r#"{"data":"[1]","encoding":"JSON"}"#, Ok("json [1]")),
            (r#"{"data":"1\\n2\n","encoding":"CSV"}"#, Ok("csv 1\\n2")),
            (r#"{"data":"1,2\\n","encoding":"CSV"}"#, Ok("csv 1,2\\n")),
            (r#"{"data":"\n","encoding":"CSV"}"#, Ok("csv ")),
            (r#"{"data":"!!not base64!!","encoding":"BASE64"}"#, Err(LeftOut::Base64)),
            (r#"{"data":"/w==","encoding":"BASE64"}"#, Err(LeftOut::Encoding)),
            (r#"{"data":"x","encoding":"XML"}"#, Err(LeftOut::Encoding)),
            (r#"{"data":{"a":1},"encoding":"JSON"}"#, Err(LeftOut::NotARecord)),
            (r#"{"encoding":"JSON"}"#, Err(LeftOut::NotARecord)),
            (r#"{"data":"x"}"#, Err(LeftOut::Encoding)),
            (
                r#"{"observedContentType":"text/event-stream; charset=utf-8","data":"ZGF0YTogMQ==","encoding":"BASE64"}"#,
                Err(LeftOut::EventStream),
            ),
            (
                r#"{"observedContentType":"text/event-stream","data":"data: 1","encoding":"CSV"}"#,
                Err(LeftOut::EventStream),
            ),
            // A byte order mark, as `\u` escape, as its bytes, and behind BASE64.
            (r#"{"data":"\ufeff20,x\n","encoding":"CSV"}"#, Ok("csv 20,x")),
            ("{\"data\":\"\u{feff}[1]\",\"encoding\":\"JSON\"}", Ok("json [1]")),
            (
                r#"{"observedContentType":"text/csv","data":"77u/MSwyCg==","encoding":"BASE64"}"#,
                Ok("csv 1,2"),
            ),
            ("null", Err(LeftOut::NoOutput)),
            (r#"{"data":"x","encod"#, Err(LeftOut::Json)),
        ];
        for (output, expected) in cases {
            assert_eq!(payload(output), expected.map(str::to_owned), "{output}");
        }
    }

    #[test]
    fn the_line_is_borrowed_where_nothing_but_the_line_feed_at_the_end_is_escaped() {
        let line = line(r#"{"data":"1,2\n","encoding":"CSV"}"#);
        let record = CaptureRecord::from_line(line.as_bytes()).unwrap();
        assert!(matches!(record.output().unwrap().payload(), Ok(Payload::Csv(Cow::Borrowed("1,2")))));
        assert!(matches!(&record.event_metadata.event_id, Some(Text(Cow::Borrowed(_)))));
        assert!(matches!(&record.event_metadata.inference_id, Some(Text(Cow::Borrowed("web-1")))));
        assert_eq!(record.event_number(), Some(0x842e_7fc2_2954_4a6e_b12a_a1f6_d42f_ddbb));
    }

    #[test]
    fn what_names_no_record_is_no_id() {
        let nil = "00000000-0000-0000-0000-000000000000";
        let ids = [r#""eventId":"842e7fc2-2954-4a6e-b12a-a1f6d42fddbb","#, ""];
        for (other, is_none) in [
            ("".to_owned(), true),
            (r#""eventId":null,"#.to_owned(), true),
            (r#""eventId":"","#.to_owned(), true),
            (r#""eventId":" \t","#.to_owned(), true),
            (format!(r#""eventId":"{nil}","#), true),
            (r#""eventId":"0","#.to_owned(), false),
            (r#""eventId":"null","#.to_owned(), false),
        ] {
            let line = line("null").replace(ids[0], &other);
            let record = CaptureRecord::from_line(line.as_bytes()).unwrap();
            assert_eq!(record.event_number().is_none(), is_none, "{line}");
        }
    }

    #[test]
    fn a_copy_has_the_same_content_and_nothing_else_has() {
        let number = |line: &str| {
            CaptureRecord::from_line(line.as_bytes()).map(|record| record.content_number()).unwrap()
        };
        let one = line(r#"{"data":"1","encoding":"CSV"}"#);
        assert_eq!(number(&one), number(&one.replace("842e7fc2", "00000000")), "whatever its id is");
        for (part, other) in [("08:30:19Z", "08:30:20Z"), ("1,2", "1,3"), (r#""data":"1""#, r#""data":"2""#)]
        {
            assert_ne!(number(&one), number(&one.replacen(part, other, 1)), "{part}");
        }
        for copy in [r#"{"data":"\u0031\n","encoding":"CSV"}"#, r#"{"data":"MQ==","encoding":"BASE64"}"#] {
            assert_eq!(number(&one), number(&line(copy)), "{copy}");
        }
    }

    #[test]
    fn escapes_are_read_as_the_library_reads_them() {
        let letters = r#""\"a\\b\/\b\f\n\r\tc\\n é""#;
        for raw in [letters, r#""\u00e9\ud83d\ude00\n""#, r#""\\""#, r#""""#, r#""\n""#, r#""\\n\n""#] {
            let expected: String = serde_json::from_str(raw).unwrap();
            let line = line(&format!(r#"{{"data":{raw},"encoding":"CSV"}}"#));
            let record = CaptureRecord::from_line(line.as_bytes()).unwrap();
            let text = record.output().unwrap().text().unwrap();
            assert_eq!(text.trim_end_matches('\n'), expected.trim_end_matches('\n'), "{raw}");
        }
        assert_eq!(without_code_points(letters), Some("\"a\\b/\u{8}\u{c}\n\r\tc\\n é".to_owned()));
        assert_eq!(payload(r#"{"data":"\ud800","encoding":"CSV"}"#), Err(LeftOut::Encoding));
    }

    proptest::proptest! {
        #[test]
        fn any_text_is_unescaped_as_the_library_does(text in "[a-zé\\\\\"/\n\t\u{8}]{0,40}") {
            let raw = serde_json::to_string(&text).unwrap();
            proptest::prop_assert_eq!(without_code_points(&raw), Some(text));
        }
    }

    #[test]
    fn batch_and_ground_truth_records_are_read() {
        let line = r#"{"captureData":{"batchTransformOutput":{"data":"0.5","encoding":"CSV"}},"groundTruthData":{"data":"1","encoding":"CSV"},"eventMetadata":{"eventId":"not a uuid","inferenceTime":"2026-10-31T08:30:19Z"},"eventVersion":"0"}"#;
        let record = CaptureRecord::from_line(line.as_bytes()).unwrap();
        assert_eq!(record.output().unwrap().payload(), Ok(Payload::Csv("0.5".into())));
        assert!(record.ground_truth_data.is_some());
        assert_ne!(record.event_number(), id_number("another"));
    }
}
