//! A record in the very layout in which SageMaker writes it, read without looking for its keys.
//!
//! It reads nothing else and finds no fault: every other line, broken ones too, is for the JSON library. What it does read
//! the library would read alike; that takes it half the time, most of which goes into finding out which key comes next.
//!
//! ```text
//! {"captureData":{"endpointInput":SIDE,"endpointOutput":SIDE},
//!  "eventMetadata":{"eventId":TEXT[,"inferenceId":TEXT],"inferenceTime":TEXT},"eventVersion":TEXT}
//! SIDE = {"observedContentType":TEXT or null,"mode":TEXT,"data":any JSON string,"encoding":TEXT}
//! TEXT = a JSON string without an escape; there is no space between all these
//! ```

use super::{CaptureData, CaptureRecord, Encoding, EventMetadata, Side, Text};
use serde_json::value::RawValue;
use std::borrow::Cow;

/// Reads a line; `None` where its layout is another.
pub(super) fn read(line: &str) -> Option<CaptureRecord<'_>> {
    let mut rest = Rest(line);
    rest.pass(r#"{"captureData":{"endpointInput":"#)?;
    let input = rest.side()?;
    rest.pass(r#","endpointOutput":"#)?;
    let output = rest.side()?;
    rest.pass(r#"},"eventMetadata":{"eventId":"#)?;
    let event_id = rest.text()?;
    let inference_id = rest.pass(r#","inferenceId":"#).map(|()| rest.text());
    rest.pass(r#","inferenceTime":"#)?;
    let inference_time = rest.text()?.parse().ok()?;
    rest.pass(r#"},"eventVersion":"#)?;
    rest.text()?;
    rest.pass("}")?;
    rest.0.is_empty().then_some(())?;
    Some(CaptureRecord {
        capture_data: CaptureData {
            endpoint_input: Some(input),
            endpoint_output: Some(output),
            batch_transform_output: None,
        },
        event_metadata: EventMetadata {
            event_id,
            inference_id: match inference_id {
                Some(id) => Some(id?),
                None => None,
            },
            inference_time,
        },
        ground_truth_data: None,
    })
}

/// What is still to be read of a line.
struct Rest<'a>(&'a str);

impl<'a> Rest<'a> {
    /// Passes over what has to come next.
    fn pass(&mut self, literal: &str) -> Option<()> {
        self.0 = self.0.strip_prefix(literal)?;
        Some(())
    }

    fn side(&mut self) -> Option<Side<'a>> {
        self.pass(r#"{"observedContentType":"#)?;
        let observed_content_type = match self.pass("null") {
            Some(()) => None,
            None => Some(self.text()?),
        };
        self.pass(r#","mode":"#)?;
        self.text()?;
        self.pass(r#","data":"#)?;
        let data = Some(self.string()?);
        self.pass(r#","encoding":"#)?;
        let encoding = Encoding::of(&self.text()?);
        self.pass("}")?;
        Some(Side { observed_content_type, data, encoding })
    }

    fn text(&mut self) -> Option<Text<'a>> {
        let inside = self.0.strip_prefix('"')?;
        let end = memchr::memchr2(b'"', b'\\', inside.as_bytes())?;
        let (text, rest) = (inside.get(..end)?, inside.get(end..)?);
        let is_plain = text.bytes().all(|byte| byte >= b' ');
        self.0 = rest.strip_prefix('"').filter(|_| is_plain)?;
        Some(Text(Cow::Borrowed(text)))
    }

    /// Any JSON string, which the library looks through.
    fn string(&mut self) -> Option<&'a RawValue> {
        let mut values = serde_json::Deserializer::from_str(self.0).into_iter();
        let string: &RawValue = values.next()?.ok()?;
        self.0 = self.0.get(values.byte_offset()..)?;
        string.get().starts_with('"').then_some(string)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use serde_json::json;

    const LINE: &str = r#"{"captureData":{"endpointInput":{"observedContentType":"text/csv","mode":"INPUT","data":"1,2\n","encoding":"CSV"},"endpointOutput":{"observedContentType":null,"mode":"OUTPUT","data":"{\"a\":\"ü\"}","encoding":"JSON"}},"eventMetadata":{"eventId":"842e7fc2-2954-4a6e-b12a-a1f6d42fddbb","inferenceId":"web-1","inferenceTime":"2026-10-31T08:30:19Z"},"eventVersion":"0"}"#;

    fn same(line: &str) {
        if let Some(quick) = read(line) {
            let thorough = serde_json::from_str::<CaptureRecord<'_>>(line);
            assert_eq!(format!("{quick:?}"), format!("{:?}", thorough.expect("a record to the library too")));
        }
    }

    #[test]
    fn the_usual_line_is_read_as_the_library_reads_it() {
        assert!(read(LINE).is_some());
        same(LINE);
        let without_id = LINE.replace(r#""inferenceId":"web-1","#, "");
        assert!(read(&without_id).is_some());
        same(&without_id);
    }

    #[test]
    fn every_other_layout_is_left_to_the_library() {
        for (part, other) in [
            (r#""mode":"INPUT","#, ""),
            (r#"{"captureData""#, r#"{ "captureData""#),
            ("web-1", r"web\u002d1"),
            ("web-1", "web\t1"),
            ("08:30:19Z", "25:30:19Z"),
            (r#""1,2\n""#, "12"),
            (r#""1,2\n""#, "null"),
            (r#""1,2\n""#, r#""\x""#),
            (r#""eventVersion":"0"}"#, r#""eventVersion":"0"} "#),
            (
                r#""eventVersion":"0"}"#,
                r#""eventVersion":"0","groundTruthData":{"data":"1","encoding":"CSV"}}"#,
            ),
            (r#""inferenceId":"web-1","#, r#""inferenceId":null,"#),
        ] {
            let line = LINE.replace(part, other);
            assert_ne!(line, LINE, "{part}");
            assert!(read(&line).is_none(), "{line}");
        }
    }

    proptest! {
        #[test]
        fn whatever_the_texts_are_the_library_agrees(texts in prop::array::uniform6(".{0,12}"), escaped: bool, time in 0_i64..4_000_000_000) {
            let [content, mode, data, encoding, id, version] = texts.map(|text| {
                // As it is, which may break the JSON, or as the library writes it.
                if escaped { json!(text).to_string() } else { format!("\"{text}\"") }
            });
            let side = format!(r#"{{"observedContentType":{content},"mode":{mode},"data":{data},"encoding":{encoding}}}"#);
            let time = jiff::Timestamp::from_second(time).expect("a time");
            same(&format!(r#"{{"captureData":{{"endpointInput":{side},"endpointOutput":{side}}},"eventMetadata":{{"eventId":{id},"inferenceTime":"{time}"}},"eventVersion":{version}}}"#));
        }

        #[test]
        fn a_cut_or_changed_line_is_read_alike_or_not_at_all(at in 0..LINE.len(), byte in 0_u8..128, cut: bool) {
            let mut line = LINE.as_bytes().to_vec();
            if cut { line.truncate(at) } else { line[at] = byte }
            if let Ok(line) = str::from_utf8(&line) {
                same(line);
            }
        }
    }
}
