use super::*;
use crate::selection::Selection;
use bellwether_contract::capture::CaptureRecord;
use proptest::prelude::*;

/// `{"label":1}`
const BASE64: &str = "eyJsYWJlbCI6MX0=";

fn record(id: &str, data: &str, encoding: &str) -> String {
    let data = serde_json::to_string(data).unwrap();
    format!(
        r#"{{"groundTruthData":{{"data":{data},"encoding":"{encoding}"}},"eventMetadata":{{"eventId":"{id}"}},"eventVersion":"0"}}"#
    )
}

fn add(labels: &mut Labels, line: &str) -> Result<u64, LeftOut> {
    let mut reason = None;
    let taken = labels.add_line(line.as_bytes(), &mut |rejected| reason = Some(rejected.reason)).unwrap();
    reason.map_or(Ok(taken), Err)
}

fn table(attribute: &str) -> Labels {
    if attribute.is_empty() { Labels::default() } else { Labels::new(attribute.parse().unwrap()) }
}

fn texts(labels: &Labels, id: &str) -> Option<Vec<String>> {
    let rows = labels.of(id_number(id)?)?;
    Some(rows.texts().map(|text| text.unwrap_or("-").to_owned()).collect())
}

#[test]
fn labels_come_in_every_encoding_and_number() {
    type Case = (&'static str, &'static str, &'static str, Result<&'static [&'static str], LeftOut>);
    let cases: [Case; 11] = [
        ("", "1", "CSV", Ok(&["1"])),
        ("", "1\n0\n", "CSV", Ok(&["1", "0"])),
        ("1", "x,0.50", "CSV", Ok(&["0.50"])),
        ("", "", "CSV", Ok(&["-"])),
        ("label", r#"{"label": 1}"#, "JSON", Ok(&["1"])),
        ("$.label", BASE64, "BASE64", Ok(&["1"])),
        ("instances[].label", r#"{"instances":[{"label":0},{"label":1},{}]}"#, "JSON", Ok(&["0", "1", "-"])),
        ("", "[]", "JSON", Ok(&[])),
        ("label", "1", "CSV", Err(LeftOut::CsvWithPaths)),
        ("", r#"{"label": 1}"#, "JSON", Err(LeftOut::PathValues)),
        ("label", "{", "JSON", Err(LeftOut::Json)),
    ];
    for (attribute, data, encoding, expected) in cases {
        let mut labels = table(attribute);
        let added = add(&mut labels, &record("a", data, encoding));
        assert_eq!(added, expected.map(|_| 1), "{data}");
        assert_eq!(
            texts(&labels, "a"),
            expected.ok().map(|rows| rows.iter().map(|row| (*row).to_owned()).collect()),
            "{data}"
        );
    }
}

#[test]
fn the_later_record_of_an_id_counts_and_the_others_are_told() {
    let mut labels = Labels::default();
    for line in [
        record("a", "1", "CSV"),
        record("b", "1", "CSV"),
        record("a", "1", "CSV"),
        record("a", "0\n1", "CSV"),
    ] {
        assert_eq!(add(&mut labels, &line), Ok(1));
    }
    let expected = TruthCounts { records: 2, rows: 3, corrected: 1, doubled: 1, ..TruthCounts::default() };
    assert_eq!((labels.counts(), texts(&labels, "a").unwrap().len()), (&expected, 2));
    // Back to one row, and a broken one that changes nothing.
    assert_eq!(add(&mut labels, &record("a", "0", "CSV")), Ok(1));
    assert_eq!(add(&mut labels, &record("a", "0", "XML")), Err(LeftOut::Encoding));
    assert_eq!(texts(&labels, "a"), Some(vec!["0".to_owned()]));
    assert_eq!((labels.counts().rows, labels.counts().corrected), (2, 2));
}

#[test]
fn a_file_of_one_list_is_taken_but_for_its_broken_records() {
    let mut labels = Labels::default();
    let line = format!("[{},{},7]", record("a", "1", "CSV"), record(" ", "1", "CSV"));
    let mut reasons = Vec::new();
    let taken = labels.add_line(line.as_bytes(), &mut |rejected| reasons.push(rejected.reason));
    assert_eq!((taken, reasons), (Ok(1), vec![LeftOut::NoMetadata, LeftOut::NotARecord]));
    assert_eq!(
        labels.counts().left_out,
        BTreeMap::from([(LeftOut::NoMetadata, 1), (LeftOut::NotARecord, 1)])
    );
}

#[test]
fn a_record_too_many_says_to_sample() {
    let limits = [(2, 9, 9, "2 records"), (9, 2, 9, "2 rows"), (9, 9, 2, "2 bytes of labels")];
    for (records, rows, label_bytes, says) in limits {
        let mut labels = Labels::with_limits(records, rows, label_bytes);
        for id in ["a", "b", "a"] {
            assert_eq!(add(&mut labels, &record(id, id, "CSV")), Ok(1), "again is not more");
        }
        let error = labels.add_line(record("c", "c", "CSV").as_bytes(), &mut |_| {}).unwrap_err().to_string();
        assert!(error.contains(says) && error.contains("sample"), "{error}");
    }
}

proptest! {
    #[test]
    fn the_order_of_records_of_different_ids_changes_nothing(
        records in prop::collection::btree_map("[a-z]{1,3}", "[01]{1}|0\n1|[0-9]{1,3}", 0..40).prop_map(|map| map.into_iter().collect::<Vec<_>>()),
        shuffled in any::<prop::sample::Index>(),
    ) {
        let (mut first, mut second) = (Labels::default(), Labels::default());
        let begin = if records.is_empty() { 0 } else { shuffled.index(records.len()) };
        for (id, data) in &records {
            add(&mut first, &record(id, data, "CSV")).unwrap();
        }
        for (id, data) in records[begin..].iter().rev().chain(&records[..begin]) {
            add(&mut second, &record(id, data, "CSV")).unwrap();
        }
        prop_assert_eq!(first.counts(), second.counts());
        for (id, data) in &records {
            prop_assert_eq!(texts(&first, id), texts(&second, id));
            let rows: Vec<_> = data.split('\n').map(str::to_owned).collect();
            prop_assert_eq!(texts(&first, id), Some(rows));
        }
    }

    #[test]
    fn a_sample_is_that_of_a_selection(id in "[a-z0-9]{1,8}", share in 0.001_f64..1.5) {
        let share = share.min(1.0);
        let selection = Selection::parse("columns.json", format!("{{\"sample\": {share}}}").as_bytes()).unwrap();
        let line = format!(r#"{{"captureData":{{}},"eventMetadata":{{"eventId":"{id}","inferenceTime":"2026-10-31T08:30:19Z"}}}}"#);
        let captured = CaptureRecord::from_line(line.as_bytes()).unwrap();
        let number = id_number(&id).unwrap();
        prop_assert_eq!(Sample::of(share).keeps(number), selection.samples(&captured));
        let mut labels = Labels::default().sampled(Sample::of(share));
        add(&mut labels, &record(&id, "1", "CSV")).unwrap();
        prop_assert_eq!(labels.of(number).is_some(), selection.samples(&captured));
        prop_assert_eq!(labels.counts().left_out.contains_key(&LeftOut::NotSampled), !selection.samples(&captured));
    }

    #[test]
    fn a_record_that_is_met_twice_counts_once(numbers in prop::collection::vec(0_u32..300, 0..100), at in any::<prop::sample::Index>()) {
        let note = |numbers: &[u32]| numbers.iter().fold(Matched::default(), |mut matched, number| { matched.note(*number); matched });
        let whole = note(&numbers);
        prop_assert_eq!(whole.count(), numbers.iter().collect::<std::collections::BTreeSet<_>>().len() as u64);
        let (first, second) = numbers.split_at(if numbers.is_empty() { 0 } else { at.index(numbers.len()) });
        let mut merged = note(first);
        merged.merge(&note(second));
        merged.merge(&whole);
        prop_assert_eq!(merged, whole);
    }
}
