//! Captured records as rows: whose features are read from where, and what is left out by which word.

use bellwether_contract::capture::{CaptureRecord, LeftOut};
use bellwether_contract::model_bias::BiasConfig;
use serde_json::json;

use super::*;
use crate::attribute::Attribute;
use crate::ground_truth::Labels;
use crate::records::RecordProfile;

fn problem() -> BiasProblem {
    let config = json!({"headers": ["sex", "age", "hired"], "label": "hired", "label_values_or_threshold": [1, 7],
        "facet": [{"name_or_index": "sex", "value_or_threshold": ["f"]}]});
    let config = BiasConfig::parse("config", config.to_string().as_bytes()).expect("a configuration");
    BiasProblem::new("config", &config, config.feature_names().expect("headers"), 100).expect("a problem")
}

fn answers(features: &str, inference: &str) -> BiasAnswers {
    let attribute = |text: &str| match text {
        "" => Attribute::default(),
        text => text.parse().expect("an attribute"),
    };
    let predicted = match inference.split_once(" of ") {
        Some((labels, scores)) => {
            PredictedBy::Likeliest { labels: attribute(labels), scores: attribute(scores) }
        }
        None if inference.is_empty() => {
            PredictedBy::Score { attribute: Attribute::default(), threshold: 0.5 }
        }
        None => PredictedBy::Label(attribute(inference)),
    };
    BiasAnswers::new(&problem(), attribute(features), predicted)
}

fn labels(ids: impl Iterator<Item = usize>, data: &str) -> Labels {
    let mut labels = Labels::default();
    for id in ids {
        let line = json!({"groundTruthData": {"data": data, "encoding": "CSV"}, "eventMetadata": {"eventId": format!("r{id}")}});
        labels.add_line(line.to_string().as_bytes(), &mut |_| {}).expect("room");
    }
    labels
}

fn record(id: usize, sides: &Value) -> String {
    let metadata = json!({"eventId": format!("r{id}"), "inferenceTime": "2026-10-31T08:30:19Z"});
    json!({"captureData": sides, "eventMetadata": metadata}).to_string()
}

/// What becomes of a record with two labels: the rows that are measured, or the reason.
fn read(how: (&str, &str), sides: &Value) -> Result<(u64, Vec<&'static str>), LeftOut> {
    let labels = labels(0..1, "1\n0");
    let mut records = answers(how.0, how.1).join(labels);
    let line = record(0, sides);
    let record = CaptureRecord::from_line(line.as_bytes()).expect("a captured record");
    records.add(&record).map_err(|rejected| rejected.reason)?;
    let lost = records.counts().rows_left_out.keys().map(|reason| reason.as_str()).collect();
    Ok((records.counts().rows, lost))
}

#[test]
fn features_and_answers_are_read_from_where_a_record_has_them() {
    let csv = |data: &str| json!({"data": data, "encoding": "CSV"});
    let json_of = |value: Value| json!({"data": value.to_string(), "encoding": "JSON"});
    let both = |input: &Value, output: &Value| json!({"endpointInput": input, "endpointOutput": output});
    let rows = json!({"instances": [{"features": ["f", 31]}, {"features": ["m", null]}]});
    let labelled = json!({"predictions": [{"label": 1}, {"label": 0}]});
    let batch = json!({"instances": rows["instances"], "SageMakerOutput": labelled});
    let (paths, label) = ("instances[*].features", "predictions[*].label");
    let whole = || Ok((2, vec![]));
    for (what, how, sides, expected) in [
        ("CSV", ("", ""), both(&csv("f,31\nm,44"), &csv("0.2\n0.9")), whole()),
        ("names of columns", ("", ""), both(&csv("sex,age\nf,31\nm,44"), &csv("0.2\n0.9")), whole()),
        (
            "other names",
            ("", ""),
            both(&csv("a,b\nf,31\nm,44"), &csv("0.2\n0.9")),
            Err(LeftOut::HeaderInPayload),
        ),
        (
            "lists by a path",
            (paths, label),
            both(&json_of(rows.clone()), &json_of(labelled.clone())),
            whole(),
        ),
        (
            "lists",
            ("", "predictions[*].label"),
            both(&json_of(json!([["f", 31], ["m", 4]])), &json_of(labelled.clone())),
            whole(),
        ),
        (
            "objects",
            ("", label),
            both(
                &json_of(json!([{"age": 3, "sex": "f", "x": 1}, {"sex": "m", "age": null}])),
                &json_of(labelled.clone()),
            ),
            whole(),
        ),
        (
            "an object without a feature",
            ("", label),
            both(&json_of(json!([{"age": 3, "sex": "f"}, {"sex": "m"}])), &json_of(labelled.clone())),
            Err(LeftOut::PathValues),
        ),
        (
            "a batch transform",
            (paths, "SageMakerOutput.predictions[*].label"),
            json!({"batchTransformOutput": json_of(batch)}),
            whole(),
        ),
        ("no request", ("", ""), json!({"endpointOutput": csv("0.2\n0.9")}), Err(LeftOut::NoInput)),
        ("no answer", ("", ""), json!({"endpointInput": csv("f,31\nm,44")}), Err(LeftOut::NoOutput)),
        (
            "a path in CSV",
            (paths, ""),
            both(&csv("f,31\nm,44"), &csv("0.2\n0.9")),
            Err(LeftOut::CsvWithPaths),
        ),
        ("one answer", ("", ""), both(&csv("f,31\nm,44"), &csv("0.2")), Err(LeftOut::RowCount)),
        (
            "nested",
            ("", label),
            both(&json_of(json!([["f", [3]], ["m", 4]])), &json_of(labelled)),
            Err(LeftOut::PathValues),
        ),
        ("three rows", ("", ""), both(&csv("f,1\nm,2\nm,3"), &csv("1\n0\n0")), Ok((0, vec!["row_count"]))),
        (
            "a feature more",
            ("", ""),
            both(&csv("f,31,1\nm,44,1"), &csv("0.2\n0.9")),
            Ok((0, vec!["feature_count"])),
        ),
        ("a word", ("", ""), both(&csv("f,31\nm,44"), &csv("yes\n0.9")), Ok((1, vec!["score_not_a_number"]))),
        (
            "nothing",
            ("", "0"),
            both(&csv("f,31\nm,44"), &csv("\"\"\n1")),
            Ok((1, vec!["missing_prediction"])),
        ),
    ] {
        assert_eq!(read(how, &sides), expected, "{what}");
    }
}

/// Rows that were read of a record of four readers, their DPPL, and what was lost: the first and the third are the group.
fn answered(output: &Value, inference: &str) -> Result<(u64, f64, Vec<&'static str>), LeftOut> {
    let side = |data: &Value| json!({"data": data.to_string(), "encoding": "JSON"});
    let sides = json!({"endpointInput": side(&json!([["f", 1], ["m", 2], ["f", 3], ["m", 4]])), "endpointOutput": side(output)});
    let mut records = answers("", inference).join(labels(0..1, "1\n1\n0\n1"));
    let line = record(0, &sides);
    let record = CaptureRecord::from_line(line.as_bytes()).expect("a captured record");
    records.add(&record).map_err(|rejected| rejected.reason)?;
    let lost = records.counts().rows_left_out.keys().map(|reason| reason.as_str()).collect();
    let measured = measure(records.answered().gathered()).expect("both labels");
    let accepted = measured.facets[0].groups[0].metric("DPPL").expect("a metric").expect("two groups");
    Ok((records.counts().rows, accepted.value(), lost))
}

/// numpy's argmax: the first of several that are highest.
#[test]
fn of_a_list_of_labels_the_one_of_the_highest_score_is_the_answer() {
    let paths = "[].labels of [].scores";
    let row = |labels: Value, scores: Value| json!({"labels": labels, "scores": scores});
    let (no, yes) = (row(json!([1, 0]), json!([0.2, 0.8])), row(json!([0, 1]), json!([0.1, 0.9])));
    let tie = row(json!([1, 0, 2]), json!([0.4, 0.4, 0.2]));
    let text = row(json!(["0", "1"]), json!(["0.25", 0.75]));
    let of = |rows: [&Value; 4]| answered(&json!(rows), paths);
    // DPPL: the rest's share of answers that are 1, less that of the group, which is rows 0 and 2.
    assert_eq!(of([&no, &yes, &no, &yes]), Ok((4, 1.0, vec![])));
    assert_eq!(of([&yes, &no, &yes, &no]), Ok((4, -1.0, vec![])));
    assert_eq!(of([&tie, &text, &no, &no]), Ok((4, 0.0, vec![])));
    // A list in which something is no number says nothing of its row, and of no other.
    for scores in [json!([0.2, null]), json!([0.2, "x"]), Value::Null] {
        let silent = row(if scores.is_null() { Value::Null } else { json!([1, 0]) }, scores);
        assert_eq!(of([&no, &yes, &silent, &yes]), Ok((3, 1.0, vec!["missing_prediction"])));
    }
    let uneven = row(json!([1, 0]), json!([0.2, 0.3, 0.5]));
    assert_eq!(of([&no, &yes, &uneven, &yes]), Err(LeftOut::RowCount));
    // One label a row needs no score, whatever stands there.
    let each = json!({"labels": [0, 1, 0, 1], "scores": [0.9, 0.9, 0.9, 0.9]});
    assert_eq!(answered(&each, "labels of scores"), Ok((4, 1.0, vec![])));
}

/// However a window is cut into files.
#[test]
fn parts_that_are_merged_measure_as_the_whole() {
    let lines: Vec<String> = (0..90)
        .map(|n| {
            let (sex, score) = (if n % 3 == 0 { "f" } else { "m" }, (n * 7 % 10) as f64 / 10.0);
            let side = |data: String| json!({"data": data, "encoding": "CSV"});
            record(n, &json!({"endpointInput": side(format!("{sex},{}", n % 40)), "endpointOutput": side(score.to_string())}))
        })
        .collect();
    let labels = labels((0..90).filter(|n| n % 5 > 0), "1");
    let gather = |lines: &[String]| {
        let mut records = answers("", "").join(labels.clone());
        for line in lines {
            records
                .add(&CaptureRecord::from_line(line.as_bytes()).expect("a captured record"))
                .expect("an answer");
        }
        records
    };
    let whole = gather(&lines);
    assert_eq!((whole.counts().captured, whole.counts().labelled, whole.truth_unmatched()), (90, 72, 0));
    let expected = measure(whole.answered().gathered());
    for cut in [0, 1, 44, 89, 90] {
        let mut records = gather(&lines[..cut]);
        records.merge(&gather(&lines[cut..]));
        assert_eq!(records.counts(), whole.counts(), "{cut}");
        assert_eq!(measure(records.answered().gathered()), expected, "{cut}");
        assert!(records.empty().answered().gathered().is_empty());
    }
}
