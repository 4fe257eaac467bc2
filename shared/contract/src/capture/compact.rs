//! A record in compact JSON, as SageMaker writes it: no space between the tokens, no escape in a name or an id.
//!
//! It reads nothing else and finds no fault: every other line, broken ones too, is for the JSON library. What it does read,
//! the library would read alike; it is quicker because it knows how little there is to find.

use super::words::{first_quote_or_backslash, has_control};
use super::{CaptureData, CaptureRecord, Encoding, EventMetadata, Side, Text};
use serde_json::value::RawValue;
use std::borrow::Cow;

/// Reads a line; `None` where it is anything else.
pub(super) fn read(line: &str) -> Option<CaptureRecord<'_>> {
    let (mut capture_data, mut event_metadata, mut ground_truth_data) = (None, None, None);
    // Neither between the tokens nor inside a string.
    if has_control(line.as_bytes()) {
        return None;
    }
    let mut rest = Rest(line);
    rest.each_field(|rest, name| match name {
        "captureData" => once(&mut capture_data, rest.capture_data()?),
        "eventMetadata" => once(&mut event_metadata, rest.event_metadata()?),
        "groundTruthData" => once(&mut ground_truth_data, Box::new(rest.side()?)),
        _ => rest.skip(),
    })?;
    let (capture_data, event_metadata) = (capture_data?, event_metadata?);
    rest.0.is_empty().then_some(CaptureRecord { capture_data, event_metadata, ground_truth_data })
}

/// What is still to be read of a line.
struct Rest<'a>(&'a str);

impl<'a> Rest<'a> {
    /// Passes over what has to come next.
    fn pass(&mut self, literal: &str) -> Option<()> {
        self.0 = self.0.strip_prefix(literal)?;
        Some(())
    }

    /// Reads an object that is not empty: `read` is called with each name where its value begins, and reads that.
    fn each_field(&mut self, mut read: impl FnMut(&mut Self, &str) -> Option<()>) -> Option<()> {
        self.pass("{")?;
        loop {
            let name = self.plain()?;
            self.pass(":")?;
            read(self, name)?;
            if self.pass("}").is_some() {
                return Some(());
            }
            self.pass(",")?;
        }
    }

    fn capture_data(&mut self) -> Option<CaptureData<'a>> {
        let (mut endpoint_input, mut endpoint_output, mut batch_transform_output) = (None, None, None);
        self.each_field(|rest, name| match name {
            "endpointInput" => once(&mut endpoint_input, rest.side()?),
            "endpointOutput" => once(&mut endpoint_output, rest.side()?),
            "batchTransformOutput" => once(&mut batch_transform_output, Box::new(rest.side()?)),
            _ => rest.skip(),
        })?;
        Some(CaptureData { endpoint_input, endpoint_output, batch_transform_output })
    }

    fn side(&mut self) -> Option<Side<'a>> {
        let (mut observed_content_type, mut data, mut encoding) = (None, None, None);
        self.each_field(|rest, name| match name {
            "observedContentType" => once(&mut observed_content_type, rest.optional_text()?),
            "data" => once(&mut data, rest.string()?),
            "encoding" => once(&mut encoding, Encoding::of(rest.plain()?)),
            _ => rest.skip(),
        })?;
        let observed_content_type = observed_content_type.flatten();
        Some(Side { observed_content_type, data, encoding: encoding? })
    }

    fn event_metadata(&mut self) -> Option<EventMetadata<'a>> {
        let (mut event_id, mut inference_id, mut inference_time) = (None, None, None);
        self.each_field(|rest, name| match name {
            "eventId" => once(&mut event_id, rest.optional_text()?),
            "inferenceId" => once(&mut inference_id, rest.optional_text()?),
            "inferenceTime" => once(&mut inference_time, rest.plain()?.parse().ok()?),
            _ => rest.skip(),
        })?;
        let (event_id, inference_id) = (event_id.flatten(), inference_id.flatten());
        Some(EventMetadata { event_id, inference_id, inference_time: inference_time? })
    }

    fn optional_text(&mut self) -> Option<Option<Text<'a>>> {
        match self.pass("null") {
            Some(()) => Some(None),
            None => self.plain().map(|plain| Some(text(plain))),
        }
    }

    fn skip(&mut self) -> Option<()> {
        if self.plain().is_none() {
            self.any()?;
        }
        Some(())
    }

    /// A string without an escape.
    fn plain(&mut self) -> Option<&'a str> {
        let inside = self.0.strip_prefix('"')?;
        let (plain, rest) = inside.split_at_checked(memchr::memchr2(b'"', b'\\', inside.as_bytes())?)?;
        self.0 = rest.strip_prefix('"')?;
        Some(plain)
    }

    /// Any string, as it is written.
    fn string(&mut self) -> Option<&'a str> {
        let (string, rest) = self.0.split_at_checked(string_length(self.0.as_bytes())?)?;
        self.0 = rest;
        Some(string)
    }

    /// Passes over any value, which the library looks through.
    fn any(&mut self) -> Option<()> {
        let mut values = serde_json::Deserializer::from_str(self.0).into_iter::<&RawValue>();
        values.next()?.ok()?;
        self.0 = self.0.get(values.byte_offset()..)?;
        Some(())
    }
}

/// The length of the string that begins here, its quotes included; `None` where it is never closed, or an escape is none.
fn string_length(text: &[u8]) -> Option<usize> {
    let mut rest = text.strip_prefix(b"\"")?;
    loop {
        let (found, behind) = from_quote_or_backslash(rest)?.split_first()?;
        match found {
            b'"' => return Some(text.len() - behind.len()),
            _ => rest = behind_escape(behind)?,
        }
    }
}

/// From the first quote or backslash on.
fn from_quote_or_backslash(mut text: &[u8]) -> Option<&[u8]> {
    while let Some((word, behind)) = text.split_first_chunk() {
        match first_quote_or_backslash(*word) {
            Some(place) => return text.get(place..),
            None => text = behind,
        }
    }
    let place = text.iter().position(|byte| matches!(byte, b'"' | b'\\'))?;
    text.get(place..)
}

/// Behind the escape whose backslash stands before this.
fn behind_escape(text: &[u8]) -> Option<&[u8]> {
    match text.split_first()? {
        (b'"' | b'\\' | b'/' | b'b' | b'f' | b'n' | b'r' | b't', behind) => Some(behind),
        (b'u', behind) => {
            let (digits, behind) = behind.split_first_chunk::<4>()?;
            digits.iter().all(u8::is_ascii_hexdigit).then_some(behind)
        }
        _ => None,
    }
}

fn text(plain: &str) -> Text<'_> {
    Text(Cow::Borrowed(plain))
}

/// Notes a value; `None` where there is one already.
fn once<T>(place: &mut Option<T>, value: T) -> Option<()> {
    place.replace(value).is_none().then_some(())
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
    fn usual_lines_are_read_as_the_library_reads_them() {
        let usual = [
            ("", ""),
            (r#""inferenceId":"web-1","#, ""),
            (r#""inferenceId":"web-1","#, r#""inferenceId":null,"customAttributes":["a=1"],"#),
            (r#""eventId":"842e7fc2-2954-4a6e-b12a-a1f6d42fddbb","#, ""),
            (r#""842e7fc2-2954-4a6e-b12a-a1f6d42fddbb""#, "null"),
            (r#""mode":"INPUT","#, ""),
            (
                r#""eventVersion":"0"}"#,
                r#""eventVersion":"0","groundTruthData":{"data":"1","encoding":"CSV"}}"#,
            ),
            (r#""endpointOutput""#, r#""batchTransformOutput""#),
            (
                r#""inferenceId":"web-1","inferenceTime":"2026-10-31T08:30:19Z""#,
                r#""inferenceTime":"2026-10-31T08:30:19Z","inferenceId":"web-1""#,
            ),
        ];
        for (part, other) in usual {
            let line = LINE.replacen(part, other, 1);
            assert!(read(&line).is_some(), "{line}");
            same(&line);
        }
    }

    #[test]
    fn everything_else_is_left_to_the_library() {
        for (part, other) in [
            (r#"{"captureData""#, r#"{ "captureData""#),
            ("web-1", r"web\u002d1"),
            ("web-1", "web\t1"),
            ("eventId", r"event\u0049d"),
            ("08:30:19Z", "25:30:19Z"),
            (r#""1,2\n""#, "12"),
            (r#""1,2\n""#, "null"),
            (r#""1,2\n""#, r#""\x""#),
            (r#""1,2\n""#, r#""\u12g4""#),
            (r#""1,2\n""#, r#""1,2\""#),
            (r#","encoding":"CSV""#, ""),
            (r#""encoding":"CSV""#, r#""encoding":"CSV","encoding":"CSV""#),
            (r#""inferenceId":"web-1""#, r#""eventId":"web-1""#),
            (r#""inferenceId":"web-1","#, ","),
            (r#""eventVersion":"0"}"#, r#""eventVersion":"0"} "#),
            (r#""eventVersion":"0"}"#, r#""eventVersion":0x}"#),
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
        fn a_string_ends_where_the_library_ends_it(
            parts in prop::collection::vec(prop::sample::select(r#"\ \\ \" " \u \u00e9 \ud83d \uD8 u 00fG n \/ \b \q é 12345678 abc"#.split(' ').collect::<Vec<_>>()), 0..24),
        ) {
            let text = format!("\"{}\",\"b\":1", parts.concat());
            let mut library = serde_json::Deserializer::from_str(&text).into_iter::<&RawValue>();
            let length = library.next().and_then(Result::ok).map(|value| value.get().len());
            prop_assert_eq!(string_length(text.as_bytes()), length, "{}", text);
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
