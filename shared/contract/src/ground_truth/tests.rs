use super::*;
use crate::capture::{CaptureRecord, Payload};
use proptest::prelude::*;

fn record(data: &str, encoding: &str, id: &str) -> String {
    format!(
        r#"{{"groundTruthData":{{"data":{data},"encoding":{encoding}}},"eventMetadata":{{"eventId":{id}}},"eventVersion":"0"}}"#
    )
}

/// Each record of a line: its id and payload, or the reason and what was found.
fn read(line: &[u8]) -> Vec<Result<(String, String), (LeftOut, String)>> {
    let mut read = Vec::new();
    each_record(line, |record| {
        let payload = record.and_then(|record| {
            let text = match record.ground_truth_data.payload()? {
                Payload::Csv(text) => format!("csv {text}"),
                Payload::Json(text) => format!("json {text}"),
            };
            Ok((record.id().to_owned(), text))
        });
        read.push(payload.map_err(|rejected| {
            (rejected.reason, rejected.detail.map(|detail| detail.found).unwrap_or_default())
        }));
    });
    read
}

#[test]
fn every_encoding_is_decoded() {
    for (data, encoding, expected) in [
        (r#""1""#, "CSV", "csv 1"),
        (r#""{\"label\": 1}\n""#, "JSON", r#"json {"label": 1}"#),
        // {"label":1}
        (r#""eyJsYWJlbCI6MX0=""#, "BASE64", r#"json {"label":1}"#),
    ] {
        let line = record(data, &format!("\"{encoding}\""), r#""7""#);
        assert_eq!(read(line.as_bytes()), [Ok(("7".to_owned(), expected.to_owned()))], "{line}");
    }
}

#[test]
fn a_line_may_hold_a_list_and_a_broken_record_leaves_out_itself_alone() {
    let [first, blank, second] = [r#""a""#, r#""  ""#, r#""b""#].map(|id| record(r#""1""#, r#""CSV""#, id));
    let line = format!("\u{feff} [{first},{blank}, {second}]\r\n");
    let read = read(line.as_bytes());
    let ids: Vec<_> = read
        .iter()
        .map(|record| record.as_ref().map(|(id, _)| id.as_str()).map_err(|(reason, _)| *reason))
        .collect();
    assert_eq!(ids, [Ok("a"), Err(LeftOut::NoMetadata), Ok("b")]);
}

#[test]
fn a_line_without_a_record_is_none() {
    for line in ["", "  \r\n", "[]"] {
        assert_eq!(read(line.as_bytes()), [], "{line:?}");
    }
}

#[test]
fn what_is_no_record_is_told_by_names_and_kinds() {
    let labels = r#""groundTruthData":{"data":"a secret","encoding":"CSV"}"#;
    for (line, reason, found) in [
        ("{\"groundTruthData\":".to_owned(), LeftOut::Json, "EOF while parsing"),
        ("[{\"a\":1}".to_owned(), LeftOut::Json, "EOF while parsing"),
        ("1".to_owned(), LeftOut::NotARecord, "not a ground-truth record but a number"),
        ("[[1]]".to_owned(), LeftOut::NotARecord, "not a ground-truth record but a list"),
        (
            r#"{"label":1}"#.to_owned(),
            LeftOut::NotARecord,
            "no groundTruthData, but an object of `label` (a number)",
        ),
        (
            r#"{"groundTruthData":null,"eventMetadata":{"eventId":"a"}}"#.to_owned(),
            LeftOut::NotARecord,
            "no groundTruthData, but an object",
        ),
        (format!("{{{labels}}}"), LeftOut::NoMetadata, "no eventMetadata"),
        (format!(r#"{{{labels},"eventMetadata":null}}"#), LeftOut::NoMetadata, "no eventMetadata"),
        (format!(r#"{{{labels},"eventMetadata":{{}}}}"#), LeftOut::NoMetadata, "without eventId"),
        (record(r#""1""#, r#""CSV""#, "7"), LeftOut::NoMetadata, "eventId is a number"),
        (record(r#""1""#, r#""CSV""#, "null"), LeftOut::NoMetadata, "without eventId"),
        (record(r#""1""#, r#""CSV""#, r#""\t""#), LeftOut::NoMetadata, "eventId is blank"),
        (
            record(r#""1""#, r#""CSV""#, r#""00000000-0000-0000-0000-000000000000""#),
            LeftOut::NoMetadata,
            "nil UUID",
        ),
        (record(r#""a secret""#, r#""XML""#, r#""7""#), LeftOut::Encoding, "`encoding` is `XML`"),
        (record("1", r#""CSV""#, r#""7""#), LeftOut::NotARecord, "`data` is a number"),
        (record(r#""?""#, r#""BASE64""#, r#""7""#), LeftOut::Base64, "other characters"),
        (
            r#"{"groundTruthData":{"data":"1"},"eventMetadata":{"eventId":"a"}}"#.to_owned(),
            LeftOut::Encoding,
            "groundTruthData without `encoding`",
        ),
        (
            r#"{"groundTruthData":{"encoding":"CSV"},"eventMetadata":{"eventId":"a"}}"#.to_owned(),
            LeftOut::NotARecord,
            "a side without `data`",
        ),
        (
            r#"{"groundTruthData":"a secret","eventMetadata":{"eventId":"a"}}"#.to_owned(),
            LeftOut::NotARecord,
            "groundTruthData is a text",
        ),
        (
            format!(r#"{{{labels},{labels},"eventMetadata":{{"eventId":"a"}}}}"#),
            LeftOut::NotARecord,
            "duplicate field",
        ),
    ] {
        let [Err((told, words))] = &read(line.as_bytes())[..] else { panic!("{line} is a record") };
        assert_eq!(*told, reason, "{line}: {words}");
        assert!(words.contains(found), "{line}: {words}");
        assert!(!words.contains("secret"), "{words}");
    }
    assert_eq!(read(b"\xff\xfe")[0].as_ref().unwrap_err().0, LeftOut::Json);
}

proptest! {
    #[test]
    fn an_id_has_the_number_that_a_captured_record_has_by_it(id in prop_oneof![".{0,12}", "[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-8[0-9a-f]{3}-[0-9a-f]{12}"]) {
        let id_json = serde_json::to_string(&id).unwrap();
        let line = format!(r#"{{"captureData":{{}},"eventMetadata":{{"eventId":{id_json},"inferenceTime":"2026-10-31T08:30:19Z"}}}}"#);
        prop_assert_eq!(CaptureRecord::from_line(line.as_bytes()).unwrap().event_number(), id_number(&id));
    }

    #[test]
    fn no_line_stops_the_reader(line in prop::collection::vec(any::<u8>(), 0..60)) {
        read(&line);
    }
}
