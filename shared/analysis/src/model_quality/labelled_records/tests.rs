mod laws;

use super::*;

type JoinCounts = crate::labelled_records::JoinCounts<LeftOutRow>;
use crate::ground_truth::Sample;
use crate::model_quality::measure;
use crate::records::RecordProfile;
use crate::window_filter::WindowFilter;
use bellwether_contract::window::Window;
use std::collections::BTreeMap;

fn json(text: &str) -> String {
    serde_json::to_string(text).unwrap()
}

fn truth(id: &str, data: &str, encoding: &str) -> String {
    let (id, data) = (json(id), json(data));
    format!(
        r#"{{"groundTruthData":{{"data":{data},"encoding":"{encoding}"}},"eventMetadata":{{"eventId":{id}}},"eventVersion":"0"}}"#
    )
}

fn captured(event: &str, inference: &str, data: &str, encoding: &str) -> String {
    let (event, data) = (json(event), json(data));
    let inference =
        if inference.is_empty() { String::new() } else { format!("\"inferenceId\":{},", json(inference)) };
    format!(
        r#"{{"captureData":{{"endpointOutput":{{"observedContentType":"text/csv","data":{data},"encoding":"{encoding}"}}}},"eventMetadata":{{"eventId":{event},{inference}"inferenceTime":"2026-10-31T08:30:19Z"}}}}"#
    )
}

fn labels(attribute: &str, lines: &[String]) -> Labels {
    let mut labels =
        if attribute.is_empty() { Labels::default() } else { Labels::new(attribute.parse().unwrap()) };
    for line in lines {
        labels.add_line(line.as_bytes(), &mut |_| {}).unwrap();
    }
    labels
}

/// Answers labels alone.
fn join(labels: Labels) -> Arc<Join> {
    Arc::new(Join::new(labels, Problem::binary(true, false)))
}

fn add(records: &mut LabelledRecords, line: &str) -> Result<Noted, (LeftOut, String)> {
    let record = CaptureRecord::from_line(line.as_bytes()).unwrap();
    records
        .add(&record)
        .map_err(|rejected| (rejected.reason, rejected.detail.map(|detail| detail.found).unwrap_or_default()))
}

fn of(join: impl Into<Arc<Join>>, lines: &[String]) -> LabelledRecords {
    let mut records = LabelledRecords::new(join);
    for line in lines {
        add(&mut records, line).unwrap();
    }
    records
}

/// Counts and rows, in one order.
fn told(records: &LabelledRecords) -> (JoinCounts, u64, String, Option<Estimates>) {
    let (counts, unmatched) = (records.counts().clone(), records.truth_unmatched());
    let mut rows = records.clone().into_rows().unwrap();
    // This puts them into their order.
    let _ = measure(&mut rows);
    (counts, unmatched, format!("{rows:?}"), records.estimates())
}

fn accuracy(records: LabelledRecords) -> Option<f64> {
    measure(&mut records.into_rows().unwrap()).value("accuracy")
}

#[test]
fn a_record_is_joined_by_its_inference_id_else_by_its_event_id() {
    let truths = ["e1", "i2", "e2", "i3"].map(|id| truth(id, "1", "CSV"));
    let lines =
        [captured("e1", "", "1", "CSV"), captured("e2", "i2", "1", "CSV"), captured("e1", "  ", "1", "CSV")];
    let records = of(join(labels("", &truths)), &lines);
    let expected =
        JoinCounts { captured: 3, captured_rows: 3, labelled: 3, rows: 3, ..JoinCounts::default() };
    assert_eq!((records.counts(), records.truth_unmatched()), (&expected, 2), "e2 and i3 met nobody");
}

#[test]
fn a_record_draws_by_its_event_id_else_by_its_inference_id_else_by_its_content() {
    let draws_by = |line: &str| event_id(&CaptureRecord::from_line(line.as_bytes()).unwrap()).into_owned();
    assert_eq!(draws_by(&captured("e1", "i1", "1", "CSV")), "e1");
    assert_eq!(draws_by(&captured(" ", "i1", "1", "CSV")), "i1");
    let [one, other] = ["1", "2"].map(|data| draws_by(&captured("", "", data, "CSV")));
    assert!(one.len() == 32 && other.len() == 32 && one != other, "{one} {other}");
    assert_eq!(draws_by(&captured("", " ", "1", "CSV")).len(), 32);
}

#[test]
fn records_of_one_inference_id_are_all_kept_and_their_label_is_matched_once() {
    let lines = ["e1", "e2", "e3"].map(|event| captured(event, "i", "1", "CSV"));
    let records = of(join(labels("", &[truth("i", "1", "CSV"), truth("j", "1", "CSV")])), &lines);
    assert_eq!((records.counts().labelled, records.counts().rows, records.truth_unmatched()), (3, 3, 1));
}

#[test]
fn a_record_without_a_label_is_captured_and_not_labelled() {
    let truths = [truth("b", "", "CSV"), truth("c", "1", "CSV")];
    let lines = ["a", "b", "c"].map(|id| captured(id, "", "1", "CSV"));
    let records = of(join(labels("", &truths)), &lines);
    let expected = JoinCounts {
        captured: 3,
        captured_rows: 3,
        labelled: 1,
        rows: 1,
        rows_left_out: BTreeMap::from([(LeftOutRow::MissingTruth, 1)]),
        ..JoinCounts::default()
    };
    assert_eq!(
        (records.counts(), records.truth_unmatched()),
        (&expected, 0),
        "an empty label was met all the same"
    );
    // Not even an id.
    let line = captured("", "", "1", "CSV");
    assert_eq!(of(join(labels("", &truths)), &[line]).counts().labelled, 0);
}

#[test]
fn a_label_that_comes_again_or_late_is_that_of_the_newest() {
    let line = [captured("a", "", "1", "CSV")];
    // The label of the later file, wherever that lies; equal ones are one.
    for (truths, expected) in [(["0", "1"], 1.0), (["1", "0"], 0.0), (["1", "1"], 1.0)] {
        let truths = truths.map(|label| truth("a", label, "CSV"));
        let records = of(join(labels("", &truths)), &line);
        assert_eq!(records.counts().rows, 1);
        assert_eq!(accuracy(records), Some(expected));
    }
}

#[test]
fn answers_and_labels_of_several_rows_are_zipped_whatever_they_are_written_in() {
    let answer = r#"{"predictions":[{"label":1,"p":0.9},{"label":0,"p":0.2},{"label":0,"p":0.7}]}"#;
    // The same as BASE64; as its content type says CSV, it is read as that.
    let answers =
        [(answer, "JSON"), ("1,0.9\n0,0.2\n0,0.7\n", "CSV"), ("MSwwLjkKMCwwLjIKMCwwLjcK", "BASE64")];
    let truths = [
        ("instances[].label", r#"{"instances":[{"label":1},{"label":0},{"label":1}]}"#, "JSON"),
        ("", "[1,0,1]", "JSON"),
        ("", "1\n0\n1", "CSV"),
        ("", "MQowCjE=", "BASE64"),
    ];
    for (data, encoding) in answers {
        for (attribute, of_truth, encoded) in truths {
            // BASE64 without a content type is JSON.
            let line = truth("a", of_truth, encoded)
                .replace(r#""encoding":"BASE64""#, r#""observedContentType":"text/csv","encoding":"BASE64""#);
            let mut join = Join::new(labels(attribute, &[line]), Problem::binary(true, true));
            let [label, score] =
                if encoding == "JSON" { ["$.predictions[*].label", "predictions[].p"] } else { ["0", "1"] };
            (join.inference, join.probability) = (label.parse().unwrap(), score.parse().unwrap());
            let records = of(join.clone(), &[captured("a", "", data, encoding)]);
            assert_eq!((records.counts().captured_rows, records.counts().rows), (3, 3));
            let measured = measure(&mut records.into_rows().unwrap());
            assert_eq!(
                (measured.value("accuracy"), measured.value("auc")),
                (Some(2.0 / 3.0), Some(1.0)),
                "{data} {of_truth}"
            );
        }
    }
}

/// Nobody knows which label is whose, and the captured record is none the worse.
#[test]
fn another_number_of_labels_than_answers_measures_none_of_them() {
    let join = join(labels("", &[truth("two", "1\n0", "CSV"), truth("none", "[]", "JSON")]));
    for (id, data, rows, labelled) in [("two", "1", 1, 1), ("two", "1\n0\n1", 3, 1), ("none", "1", 1, 0)] {
        let mut records = LabelledRecords::new(Arc::clone(&join));
        assert!(add(&mut records, &captured(id, "", data, "CSV")).is_ok(), "{data}");
        let expected = JoinCounts {
            captured: 1,
            captured_rows: rows,
            labelled,
            rows_left_out: [(LeftOutRow::RowCount, rows)].into(),
            ..JoinCounts::default()
        };
        assert_eq!((records.counts(), records.truth_unmatched()), (&expected, 1), "{id} {data}");
    }
}

#[test]
fn labels_and_scores_of_different_numbers_leave_the_record_out() {
    let mut join = Join::new(Labels::default(), Problem::binary(true, true));
    (join.inference, join.probability) = ("l".parse().unwrap(), "s".parse().unwrap());
    let line = captured("a", "", r#"{"l":[1,0],"s":[0.5]}"#, "JSON");
    let (reason, found) = add(&mut LabelledRecords::new(join.clone()), &line).unwrap_err();
    assert_eq!((reason, found.as_str()), (LeftOut::RowCount, "the answer has 2 rows and its scores 1"));
}

#[test]
fn an_answer_that_cannot_be_read_is_told_labelled_or_not() {
    let mut records = LabelledRecords::new(join(labels("", &[truth("a", "1", "CSV")])));
    for id in ["a", "b"] {
        for (data, encoding, reason) in [
            ("{", "JSON", LeftOut::Json),
            ("1", "XML", LeftOut::Encoding),
            ("?", "BASE64", LeftOut::Base64),
            (r#"{"label":1}"#, "JSON", LeftOut::PathValues),
            ("\"1", "CSV", LeftOut::UnclosedQuote),
            ("1\n1,2", "CSV", LeftOut::RaggedRows),
        ] {
            assert_eq!(add(&mut records, &captured(id, "", data, encoding)).unwrap_err().0, reason);
        }
        let line = captured(id, "", "1", "CSV").replace("endpointOutput", "endpointInput");
        assert_eq!(add(&mut records, &line).unwrap_err().0, LeftOut::NoOutput);
    }
    assert_eq!(records.counts(), &JoinCounts::default());
}

#[test]
fn a_row_without_a_value_is_left_out_by_itself_and_counted() {
    let truths = [truth("a", r#"[1,null,0,1,1,1]"#, "JSON")];
    let mut join = Join::new(labels("", &truths), Problem::binary(true, true));
    (join.inference, join.probability) = ("[*].l".parse().unwrap(), "[*].s".parse().unwrap());
    let answer = r#"[{"l":1,"s":0.9},{"l":1,"s":0.9},{"s":0.9},{"l":1},{"l":1,"s":"high"},{"l":1,"s":NaN}]"#;
    let mut records = LabelledRecords::new(join.clone());
    assert_eq!(add(&mut records, &captured("a", "", answer, "JSON")).unwrap().non_finite, 1);
    let expected = [
        (LeftOutRow::MissingTruth, 1),
        (LeftOutRow::MissingPrediction, 1),
        (LeftOutRow::MissingScore, 2),
        (LeftOutRow::ScoreNotANumber, 1),
    ];
    assert_eq!(records.counts().rows_left_out, BTreeMap::from(expected));
    assert_eq!((records.counts().labelled, records.counts().rows), (1, 1));
}

#[test]
fn scores_of_each_class_decide_and_numbers_are_measured() {
    let truths = [truth("a", "[\"x\",\"y\"]", "JSON")];
    let problem = Problem { answers_labels: false, ..Problem::multiclass().with_score_labels(["x", "y"]) };
    let mut join = Join::new(labels("", &truths), problem);
    join.probability = "p".parse().unwrap();
    let records = of(join.clone(), &[captured("a", "", r#"{"p":[[0.7,0.3],[0.6,0.4]]}"#, "JSON")]);
    assert_eq!(accuracy(records), Some(0.5));

    let numbers = Join::new(labels("", &[truth("a", "1.5\n2.5", "CSV")]), Problem::regression());
    let records = of(numbers, &[captured("a", "", "1.0\n2.5", "CSV")]);
    assert_eq!(measure(&mut records.into_rows().unwrap()).value("mae"), Some(0.25));
}

#[test]
fn a_row_of_names_is_passed_over_where_they_are_declared() {
    let mut join = Join::clone(&join(labels("", &[truth("a", "1\n0", "CSV")])));
    join.columns = ["label", "score"].map(str::to_owned).to_vec();
    let mut records = LabelledRecords::new(join.clone());
    let noted = add(&mut records, &captured("a", "", "label,score\n1,0.9\n0,0.2", "CSV")).unwrap();
    assert_eq!((noted.header_rows, records.counts().rows), (1, 2));
}

#[test]
fn both_sides_keep_the_same_ids_of_a_sample() {
    let ids: Vec<String> = (0..400).map(|n| format!("i{n}")).collect();
    let mut labels = Labels::default().sampled(Sample::of(0.25));
    for id in &ids {
        labels.add_line(truth(id, "1", "CSV").as_bytes(), &mut |_| {}).unwrap();
    }
    let held = labels.counts().records;
    let mut records = LabelledRecords::new(join(labels));
    for id in &ids {
        let added = add(&mut records, &captured(&format!("e{id}"), id, "1", "CSV"));
        assert!(added.is_ok() || added == Err((LeftOut::NotSampled, String::new())));
    }
    assert!((50..150).contains(&held), "{held}");
    assert_eq!(
        (records.counts().captured, records.counts().labelled, records.truth_unmatched()),
        (held, held, 0)
    );
}

#[test]
fn a_copy_of_an_event_is_the_windows_business() {
    let hour = Window::new("2026-10-31T08:00:00Z".parse().unwrap(), "2026-10-31T09:00:00Z".parse().unwrap());
    let mut filter = WindowFilter::new(hour.unwrap());
    let mut records = LabelledRecords::new(join(labels("", &[truth("i", "1", "CSV")])));
    let mut copies = records.empty();
    let line = captured("7f3d1c5e-0b7b-4d33-8c8a-7a4adfa09a98", "i", "1", "CSV");
    let record = CaptureRecord::from_line(line.as_bytes()).unwrap();
    let measured = [(); 2].map(|()| filter.measure(&record, &mut records, &mut copies).is_ok());
    assert_eq!((measured, records.counts().rows), ([true, false], 1));
}

#[test]
fn too_many_labels_end_the_run() {
    let truths: Vec<_> = (0..1_001).map(|n| truth(&format!("i{n}"), &format!("l{n}"), "CSV")).collect();
    let lines: Vec<_> = (0..1_001).map(|n| captured(&format!("i{n}"), "", "l0", "CSV")).collect();
    let join = Join::new(labels("", &truths), Problem::multiclass());
    let records = of(join.clone(), &lines);
    assert_eq!(records.fault(), Some(LeftOutRow::TooManyLabels));
    assert_eq!(records.into_rows().unwrap_err(), LeftOutRow::TooManyLabels);
    // The same of two halves, none of which has too many.
    let mut halves = lines.chunks(600).map(|lines| {
        let mut half = LabelledRecords::new(join.clone());
        assert!(lines.iter().all(|line| add(&mut half, line).is_ok()));
        assert_eq!(half.fault(), None);
        half
    });
    let mut whole = halves.next().unwrap();
    whole.merge(&halves.next().unwrap());
    assert_eq!(whole.fault(), Some(LeftOutRow::TooManyLabels));
}
