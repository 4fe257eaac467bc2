//! A captured record with its labels, as SageMaker's merge job writes it: one JSON object on a line.
//!
//! It writes the layout of an endpoint's records. Payloads are taken over as they stand in the captured line; labels are written as
//! CSV, a row each, whatever they were read from.

use crate::ground_truth::TruthRows;
use bellwether_contract::capture::{CaptureRecord, Encoding, Side};
use serde::Serialize;
use serde_json::value::RawValue;

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Merged<'r> {
    event_version: &'static str,
    ground_truth_data: Labels,
    capture_data: Sides<'r>,
    event_metadata: Metadata<'r>,
}

#[derive(Serialize)]
struct Labels {
    data: String,
    encoding: &'static str,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Sides<'r> {
    #[serde(skip_serializing_if = "Option::is_none")]
    endpoint_input: Option<Written<'r>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    endpoint_output: Option<Written<'r>>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Written<'r> {
    #[serde(skip_serializing_if = "Option::is_none")]
    data: Option<&'r RawValue>,
    encoding: &'r str,
    mode: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    observed_content_type: Option<&'r str>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Metadata<'r> {
    #[serde(skip_serializing_if = "Option::is_none")]
    event_id: Option<&'r str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    inference_id: Option<&'r str>,
    inference_time: String,
}

/// The merged record, without a line end. What the captured record does not have is not written.
///
/// ```
/// use bellwether_analysis::ground_truth::Labels;
/// use bellwether_analysis::labelled_records::{join_number, merged_record};
/// use bellwether_contract::capture::CaptureRecord;
///
/// let mut labels = Labels::default();
/// labels.add_line(br#"{"groundTruthData":{"data":"1","encoding":"CSV"},"eventMetadata":{"eventId":"7"}}"#, &mut |_| {})?;
/// let line = br#"{"captureData":{"endpointInput":{"observedContentType":"text/csv","mode":"INPUT","data":"31,2\n","encoding":"CSV"},"endpointOutput":{"observedContentType":"text/csv; charset=utf-8","mode":"OUTPUT","data":"0.9","encoding":"CSV"}},"eventMetadata":{"eventId":"842e7fc2-2954-4a6e-b12a-a1f6d42fddbb","inferenceId":"7","inferenceTime":"2026-10-31T08:30:19Z"},"eventVersion":"0"}"#;
/// let record = CaptureRecord::from_line(line).expect("a captured record");
/// let truth = join_number(&record).and_then(|id| labels.of(id)).expect("a label");
/// assert_eq!(
///     merged_record(&record, &truth),
///     r#"{"eventVersion":"0","groundTruthData":{"data":"1","encoding":"CSV"},"captureData":{"endpointInput":{"data":"31,2\n","encoding":"CSV","mode":"INPUT","observedContentType":"text/csv"},"endpointOutput":{"data":"0.9","encoding":"CSV","mode":"OUTPUT","observedContentType":"text/csv; charset=utf-8"}},"eventMetadata":{"eventId":"842e7fc2-2954-4a6e-b12a-a1f6d42fddbb","inferenceId":"7","inferenceTime":"2026-10-31T08:30:19Z"}}"#
/// );
/// # Ok::<(), bellwether_analysis::ground_truth::TooMuchTruth>(())
/// ```
#[must_use]
pub fn merged_record(record: &CaptureRecord<'_>, truth: &TruthRows<'_>) -> String {
    let metadata = &record.event_metadata;
    let input = record.capture_data.endpoint_input.as_ref();
    let merged = Merged {
        event_version: "0",
        ground_truth_data: Labels { data: csv(truth), encoding: "CSV" },
        capture_data: Sides {
            endpoint_input: input.map(|side| written(side, "INPUT")),
            endpoint_output: record.output().map(|side| written(side, "OUTPUT")),
        },
        event_metadata: Metadata {
            event_id: metadata.event_id.as_deref(),
            inference_id: metadata.inference_id.as_deref(),
            inference_time: metadata.inference_time.to_string(),
        },
    };
    serde_json::to_string(&merged).expect("texts alone, which no serializer refuses")
}

fn written<'r>(side: &'r Side<'_>, mode: &'static str) -> Written<'r> {
    let encoding = match &side.encoding {
        Encoding::Csv => "CSV",
        Encoding::Json => "JSON",
        Encoding::Base64 => "BASE64",
        Encoding::Other(other) => other,
    };
    let data = side.data.map(|data| serde_json::from_str(data).expect("it was read from JSON"));
    Written { data, encoding, mode, observed_content_type: side.observed_content_type.as_deref() }
}

/// A label a row, in quotes where CSV needs them.
fn csv(truth: &TruthRows<'_>) -> String {
    let mut text = String::new();
    for (row, label) in truth.texts().enumerate() {
        if row > 0 {
            text.push('\n');
        }
        let label = label.unwrap_or_default();
        if label.contains([',', '"', '\n', '\r']) {
            text.extend(["\"", &label.replace('"', "\"\""), "\""]);
        } else {
            text.push_str(label);
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::super::join_number;
    use super::*;
    use crate::attribute::Attribute;
    use bellwether_contract::capture::{Payload, id_number};
    use bellwether_contract::ground_truth::each_record;
    use proptest::prelude::*;

    #[test]
    fn what_a_record_does_not_have_is_not_written() {
        let mut labels = crate::ground_truth::Labels::default();
        let truth = br#"{"groundTruthData":{"data":"1","encoding":"CSV"},"eventMetadata":{"eventId":"e"}}"#;
        labels.add_line(truth, &mut |_| {}).unwrap();
        let line = br#"{"captureData":{"endpointOutput":{"observedContentType":null,"data":"MQ==","encoding":"BASE64"}},"eventMetadata":{"eventId":"e","inferenceTime":"2026-10-31T08:30:19Z"}}"#;
        let record = CaptureRecord::from_line(line).unwrap();
        let truth = labels.of(join_number(&record).unwrap()).unwrap();
        assert_eq!(
            merged_record(&record, &truth),
            r#"{"eventVersion":"0","groundTruthData":{"data":"1","encoding":"CSV"},"captureData":{"endpointOutput":{"data":"MQ==","encoding":"BASE64","mode":"OUTPUT"}},"eventMetadata":{"eventId":"e","inferenceTime":"2026-10-31T08:30:19Z"}}"#
        );
    }

    proptest! {
        #[test]
        fn a_merged_record_reads_as_the_record_and_as_its_labels(labels_of in prop::collection::vec("[ -~é\n\"]{0,6}", 1..4), data in ".{0,9}", id in "[a-z]{1,5}") {
            let json = |value: &serde_json::Value| value.to_string();
            let trimmed: Vec<Option<String>> = labels_of.iter().map(|label| Some(label.trim_ascii().to_owned()).filter(|label| !label.is_empty())).collect();
            let truth = json(&serde_json::json!({"groundTruthData": {"data": json(&serde_json::json!(labels_of)), "encoding": "JSON"}, "eventMetadata": {"eventId": id}}));
            let mut labels = crate::ground_truth::Labels::default();
            labels.add_line(truth.as_bytes(), &mut |_| {}).unwrap();
            let line = json(&serde_json::json!({"captureData": {"endpointOutput": {"data": data, "encoding": "CSV"}}, "eventMetadata": {"eventId": "e", "inferenceId": id, "inferenceTime": "2026-10-31T08:30:19Z"}}));
            let record = CaptureRecord::from_line(line.as_bytes()).unwrap();
            let merged = merged_record(&record, &labels.of(id_number(&id).unwrap()).unwrap());
            let again = CaptureRecord::from_line(merged.as_bytes()).unwrap();
            prop_assert_eq!(again.content_number(), record.content_number());
            prop_assert_eq!(join_number(&again), join_number(&record));
            let side = again.ground_truth_data.unwrap();
            let Payload::Csv(text) = side.payload().unwrap() else { panic!("labels are CSV") };
            // A last row without a label is taken for a line end.
            if trimmed.last().unwrap().is_some() {
                let values = Attribute::default().values(&Payload::Csv(text)).unwrap();
                let read: Vec<_> = values.texts().map(|text| text.map(str::to_owned)).collect();
                prop_assert_eq!(read, trimmed);
            }
            let mut records = 0;
            each_record(merged.as_bytes(), |record| records += usize::from(record.is_ok()));
            prop_assert_eq!(records, 1);
        }
    }
}
