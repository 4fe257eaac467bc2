mod churn;
mod laws;

use super::*;
use crate::feature::FeatureProfile;
use crate::flat_json::tests::shown;
use serde_json::{Value, json};

/// A side of a record; `encoding` CSV, JSON or BASE64.
fn side(encoding: &str, data: &str) -> Value {
    json!({"observedContentType": null, "mode": "", "data": data, "encoding": encoding})
}

fn csv(data: &str) -> Value {
    side("CSV", data)
}

fn object(data: &Value) -> Value {
    side("JSON", &data.to_string())
}

/// A record as a line, key order as the service writes it.
fn line(output: &Value, input: &Value) -> String {
    json!({
        "captureData": {"endpointInput": input, "endpointOutput": output},
        "eventMetadata": {"eventId": "842e7fc2-2954-4a6e-b12a-a1f6d42fddbb", "inferenceTime": "2026-10-31T08:30:19Z"},
        "eventVersion": "0"
    })
    .to_string()
}

fn add(rows: &mut CapturedRows, line: &str) -> Result<(), LeftOut> {
    let record = CaptureRecord::from_line(line.as_bytes()).expect("a capture line");
    rows.add(&record).map(|_| ()).map_err(|rejected| rejected.reason)
}

/// What becomes of these records: the table in words, and for each record why nothing of it was counted.
fn read(columns: Columns, records: &[(Value, Value)]) -> (Vec<String>, Vec<Option<LeftOut>>) {
    let mut rows = CapturedRows::new(columns);
    let faults = records.iter().map(|(output, input)| add(&mut rows, &line(output, input)).err()).collect();
    let (table, lost) = rows.finish();
    assert!(lost.is_empty());
    (shown(&table), faults)
}

fn named(names: &[&str]) -> Columns {
    Columns { baseline: Some(names.iter().map(|name| (*name).to_owned()).collect()), ..Columns::default() }
}

fn selecting(columns: Columns, file: &Value) -> Columns {
    let selection = Selection::parse("selection", file.to_string().as_bytes()).expect("a selection");
    Columns { selection, ..columns }
}

/// The table of one record, or why it is left out.
fn one(columns: Columns, output: &Value, input: &Value) -> Result<Vec<String>, LeftOut> {
    let (table, faults) = read(columns, &[(output.clone(), input.clone())]);
    match faults[0] {
        Some(reason) => {
            assert!(table.is_empty(), "nothing of it is counted");
            Err(reason)
        }
        None => Ok(table),
    }
}

fn check(columns: Columns, output: &Value, input: &Value, expected: Result<&[&str], LeftOut>) {
    let expected = expected.map(|rows| rows.iter().map(|row| (*row).to_owned()).collect::<Vec<_>>());
    assert_eq!(one(columns, output, input), expected, "{output} and {input}");
}

#[test]
fn csv_is_positional_the_response_first() {
    let names = ["y", "a", "b"];
    let rows: &[&str] = &[
        "y: fractional [0.5] and 0 missing",
        "a: integral [1] and 0 missing",
        "b: string [x] and 0 missing",
    ];
    check(named(&names), &csv("0.5\n"), &csv("1,x\n"), Ok(rows));
    // Two of the response are as good as two of the request.
    check(named(&names), &csv("0.5,1"), &csv("x"), Ok(rows));
    check(
        named(&names),
        &side("BASE64", "eyJiIjoieCJ9"),
        &csv("0.5,1"),
        Ok(&["a: fractional [0.5] and 0 missing", "b: string [x] and 0 missing"]),
    );
    let mut text = side("BASE64", "MSx4Cg==");
    text["observedContentType"] = json!("text/csv; charset=utf-8");
    check(named(&names), &csv("0.5"), &text, Ok(rows));
    check(
        Columns::default(),
        &csv("0.5"),
        &csv(",\"a,\"\"b\"\"\",\"\""),
        Ok(&[
            "_c0: fractional [0.5] and 0 missing",
            "_c1: nothing [] and 1 missing",
            "_c2: string [a,\"b\"] and 0 missing",
            "_c3: nothing [] and 1 missing",
        ]),
    );
    check(
        named(&["y", "y", "y1"]),
        &csv("1"),
        &csv("2,3,4"),
        Ok(&[
            "y: integral [1] and 0 missing",
            "y1: integral [2] and 0 missing",
            "y12: integral [3] and 0 missing",
            "_c3: integral [4] and 0 missing",
        ]),
    );
    check(
        named(&names),
        &csv(""),
        &csv("1,x"),
        Ok(&["y: nothing [] and 1 missing", "a: integral [1] and 0 missing", "b: string [x] and 0 missing"]),
    );
}

#[test]
fn a_side_alone_is_read_where_it_alone_is_asked_for() {
    let only = |sides| Columns { sides, ..named(&["y", "a"]) };
    check(
        only(Sides::Output),
        &csv("1,2"),
        &Value::Null,
        Ok(&["y: integral [1] and 0 missing", "a: integral [2] and 0 missing"]),
    );
    check(only(Sides::Input), &Value::Null, &csv("1\n3"), Ok(&["y: integral [1 3] and 0 missing"]));
    check(
        only(Sides::Input),
        &csv("broken\n,"),
        &object(&json!({"a": 1})),
        Ok(&["a: integral [1] and 0 missing"]),
    );
    check(only(Sides::Output), &Value::Null, &csv("1"), Err(LeftOut::NoOutput));
    check(only(Sides::Input), &csv("1"), &Value::Null, Err(LeftOut::NoInput));
    check(only(Sides::Both), &csv("1"), &Value::Null, Err(LeftOut::NoInput));
    check(only(Sides::Both), &Value::Null, &Value::Null, Err(LeftOut::NoOutput));
    let batch = json!({
        "captureData": {"batchTransformOutput": csv("1,2")},
        "eventMetadata": {"eventId": "a", "inferenceTime": "2026-10-31T08:30:19Z"}
    });
    assert_eq!(add(&mut CapturedRows::new(only(Sides::Output)), &batch.to_string()), Ok(()));
}

#[test]
fn several_rows_count_where_both_sides_have_as_many() {
    let three: &[&str] = &["y: integral [1 2 3] and 0 missing", "a: string [p q r] and 0 missing"];
    let gap: &[&str] = &["y: integral [1 3] and 1 missing", "a: string [p q r] and 0 missing"];
    let columns = || named(&["y", "a"]);
    check(columns(), &csv("1\n2\n3\n"), &csv("p\nq\nr"), Ok(three));
    check(columns(), &csv("1\r\n2\r\n3\r\n"), &csv("p\rq\r\"r\""), Ok(three));
    check(columns(), &csv("1\n\n3"), &csv("p\nq\nr"), Ok(gap));
    check(columns(), &csv("1\n2"), &csv("p\nq\nr"), Err(LeftOut::RowCount));
    check(columns(), &csv("1"), &csv("p\nq"), Err(LeftOut::RowCount));
    check(columns(), &csv("1\n2"), &csv("p\nq,r"), Err(LeftOut::RaggedRows));
    check(columns(), &csv("1"), &csv("\"p"), Err(LeftOut::UnclosedQuote));
    check(
        columns(),
        &csv("1\n2\n3"),
        &side("JSON", "{\"a\":\"p\"}\n{\"a\":\"q\"}\n{\"a\":\"r\"}\n"),
        Ok(&[three[1], three[0]]),
    );
    check(columns(), &csv("1\n2\n3"), &object(&json!({"a": "p"})), Err(LeftOut::RowCount));
}

#[test]
fn a_batched_record_is_one_cell_where_the_built_in_monitor_is_followed() {
    let columns = || Columns { batched: Batched::SingleCell, ..named(&["y", "a"]) };
    check(columns(), &csv("1\n2"), &csv("3\n4"), Ok(&["y: string [1\n2,3\n4] and 0 missing"]));
    check(columns(), &csv("1\n2"), &csv("3"), Ok(&["y: string [1\n2,3] and 0 missing"]));
    check(columns(), &csv("1"), &csv("3\n4,5"), Ok(&["y: string [1,3\n4,5] and 0 missing"]));
    check(
        columns(),
        &csv("1"),
        &csv("3"),
        Ok(&["y: integral [1] and 0 missing", "a: integral [3] and 0 missing"]),
    );
}

#[test]
fn json_is_read_by_key_and_the_response_wins() {
    let rows: &[&str] =
        &["a: integral [1] and 0 missing", "b: nothing [] and 1 missing", "c: boolean [true] and 0 missing"];
    check(
        named(&["z"]),
        &object(&json!({"b": null, "c": true})),
        &object(&json!({"b": 5, "a": 1})),
        Ok(rows),
    );
    let added = json!({"c": true, "SageMakerInferenceId": "x", "SageMakerInferenceTime": "y", "b": null});
    check(Columns::default(), &object(&added), &object(&json!({"a": 1})), Ok(rows));
    check(
        Columns::default(),
        &object(&json!({"predictions": [{"score": 1}]})),
        &object(&json!({"a": 1})),
        Err(LeftOut::NotFlat),
    );
    check(
        Columns::default(),
        &side("JSON", "[0.1,0.2]"),
        &object(&json!({"a": 1})),
        Err(LeftOut::NotAnObject),
    );
    check(Columns::default(), &side("JSON", "0.1"), &object(&json!({"a": 1})), Err(LeftOut::NotAnObject));
    check(Columns::default(), &side("JSON", "{\"a\":"), &object(&json!({"a": 1})), Err(LeftOut::Json));
    check(Columns::default(), &side("XML", "1"), &object(&json!({"a": 1})), Err(LeftOut::Encoding));
    check(Columns::default(), &side("BASE64", "?"), &object(&json!({"a": 1})), Err(LeftOut::Base64));
}

#[test]
fn csv_beside_json_takes_the_first_or_the_last_names() {
    let names = ["y", "a", "b"];
    check(
        named(&names),
        &csv("1"),
        &object(&json!({"b": 3})),
        Ok(&["b: integral [3] and 0 missing", "y: integral [1] and 0 missing"]),
    );
    check(
        named(&names),
        &object(&json!({"y": 1})),
        &csv("2,3"),
        Ok(&[
            "a: integral [2] and 0 missing",
            "b: integral [3] and 0 missing",
            "y: integral [1] and 0 missing",
        ]),
    );
    check(
        named(&names),
        &object(&json!({"y": 1})),
        &csv(",3"),
        Ok(&[
            "a: nothing [] and 1 missing",
            "b: integral [3] and 0 missing",
            "y: integral [1] and 0 missing",
        ]),
    );
    check(
        Columns::default(),
        &object(&json!({"y": 1})),
        &csv("2,3"),
        Ok(&[
            "_c0: integral [2] and 0 missing",
            "_c1: integral [3] and 0 missing",
            "y: integral [1] and 0 missing",
        ]),
    );
    // More cells than names: the ones beyond show as columns of their own.
    check(
        named(&["y", "a"]),
        &object(&json!({"z": 1})),
        &csv("2,3,4"),
        Ok(&[
            "_c2: integral [4] and 0 missing",
            "a: integral [3] and 0 missing",
            "y: integral [2] and 0 missing",
            "z: integral [1] and 0 missing",
        ]),
    );
}

#[test]
fn positional_and_named_records_of_a_window_meet_by_name() {
    let records = [
        (csv("1"), csv("2,3")),
        (object(&json!({"y": 4})), object(&json!({"b": 5, "c": 6}))),
        (csv("7"), object(&json!({"a": 8, "b": 9}))),
    ];
    let (table, faults) = read(named(&["y", "b", "a"]), &records);
    assert_eq!(faults, [None; 3]);
    let expected = [
        "y: integral [1 4 7] and 0 missing",
        "b: integral [2 5 9] and 0 missing",
        "a: integral [3 8] and 1 missing",
        "c: integral [6] and 2 missing",
    ];
    assert_eq!(table, expected);
}

#[test]
fn declared_preprocessing_is_done_to_every_kind_of_record() {
    let file = json!({
        "columns": ["score", "id", "age", "income"],
        "drop": ["id"],
        "rename": {"score": "y"},
        "missing": {"income": ["-1"], "*": ["NA"]}
    });
    let columns = || selecting(named(&["y", "age", "income"]), &file);
    check(
        columns(),
        &csv("0.5"),
        &csv("7,NA,-1"),
        Ok(&[
            "y: fractional [0.5] and 0 missing",
            "age: nothing [] and 1 missing",
            "income: nothing [] and 1 missing",
        ]),
    );
    check(
        columns(),
        &csv("0.5"),
        &object(&json!({"id": 7, "age": -1, "income": -1})),
        Ok(&[
            "age: integral [-1] and 0 missing",
            "income: nothing [] and 1 missing",
            "y: fractional [0.5] and 0 missing",
        ]),
    );
    let paths = json!({
        "output": {"score": "predictions[0].score"},
        "input": {"age": "instances[].age", "model": "model"},
        "rename": {"score": "y"}
    });
    let columns = || selecting(Columns::default(), &paths);
    let nested = object(&json!({"predictions": [{"score": 0.5}]}));
    let instances = object(&json!({"model": "m", "instances": [{"age": 1}, {"age": null}, {"age": 3}]}));
    check(
        columns(),
        &nested,
        &instances,
        Ok(&[
            "age: integral [1 3] and 1 missing",
            "model: string [m m m] and 0 missing",
            "y: fractional [0.5 0.5 0.5] and 0 missing",
        ]),
    );
    check(columns(), &nested, &csv("1"), Err(LeftOut::CsvWithPaths));
    check(
        columns(),
        &nested,
        &object(&json!({"instances": [{"age": {"years": 1}}]})),
        Err(LeftOut::PathValues),
    );
}

#[test]
fn a_record_that_is_not_in_the_sample_is_told_as_that() {
    let columns = selecting(Columns::default(), &json!({"sample": 1e-9}));
    check(columns, &csv("1"), &csv("2"), Err(LeftOut::NotSampled));
    assert!(!LeftOut::NotSampled.is_corrupt() && !LeftOut::NoInput.is_corrupt());
}

#[test]
fn the_width_with_most_rows_counts_in_any_order_of_the_records() {
    let wide = (csv("1"), csv("2,3"));
    let narrow = (csv("4"), csv("5"));
    let finish = |names: &[&str], records: &[&(Value, Value)]| {
        let mut rows = CapturedRows::new(named(names));
        records.iter().for_each(|(output, input)| add(&mut rows, &line(output, input)).unwrap());
        let (table, lost) = rows.finish();
        (table.names().len(), table.rows(), lost)
    };
    let lost = |records| BTreeMap::from([(LeftOut::OtherWidth, records)]);
    assert_eq!(finish(&[], &[&narrow, &wide, &wide]), (3, 2, lost(1)));
    assert_eq!(finish(&["y", "a"], &[&wide, &wide, &narrow]), (3, 2, lost(1)));
    // Ties: the baseline's width, then the smaller.
    assert_eq!(finish(&["y", "a", "b"], &[&narrow, &wide]), (3, 1, lost(1)));
    assert_eq!(finish(&[], &[&wide, &narrow]), (2, 1, lost(1)));
    // Rows decide, records are told.
    let batch = (csv("1\n2\n3"), csv("4\n5\n6"));
    assert_eq!(finish(&["y", "a", "b"], &[&wide, &wide, &batch]), (2, 3, lost(2)));
}

#[test]
fn widths_beyond_the_cap_are_left_out_at_once_but_never_the_baselines() {
    let mut rows = CapturedRows::new(named(&["y"; 30]));
    let record = |width: usize| line(&csv("1"), &csv(&vec!["1"; width - 1].join(",")));
    for width in 2..10 {
        assert_eq!(add(&mut rows, &record(width)), Ok(()), "{width}");
    }
    assert_eq!(add(&mut rows, &record(10)), Err(LeftOut::OtherWidth));
    assert_eq!(add(&mut rows, &record(30)), Ok(()));
    assert_eq!(add(&mut rows, &record(9)), Ok(()));
    assert_eq!(add(&mut CapturedRows::default(), &record(4_097)), Err(LeftOut::TooManyColumns));
    let mut part = rows.empty();
    assert_eq!(add(&mut part, &record(11)), Ok(()));
    rows.merge(&part);
    let (table, lost) = rows.finish();
    assert_eq!((table.rows(), lost), (2, BTreeMap::from([(LeftOut::OtherWidth, 9)])));
}

#[test]
fn what_parts_have_lost_is_added_up_and_nothing_lost_is_not_told() {
    let part = |records: &[(usize, usize)]| {
        let mut rows = CapturedRows::new(named(&["y"; 30]));
        for &(width, times) in records {
            let record = line(&csv("1"), &csv(&vec!["1"; width - 1].join(",")));
            (0..times).for_each(|_| add(&mut rows, &record).unwrap());
        }
        rows
    };
    let lost = |parts: &[CapturedRows]| {
        let mut whole = part(&[]);
        parts.iter().for_each(|part| whole.merge(part));
        let (table, lost) = whole.finish();
        (table.rows(), lost.get(&LeftOut::OtherWidth).copied())
    };
    assert_eq!(lost(&[part(&[(3, 2)]), part(&[(3, 3)])]), (5, None));
    // Three parts of the narrower width: 2 + 3 + 4 records, beside 10.
    let narrow = [part(&[(2, 2)]), part(&[(2, 3)]), part(&[(3, 10), (2, 4)])];
    assert_eq!(lost(&narrow), (10, Some(9)));
    // No room for a width in the whole, in two parts that had it: 8 of the others, and 2 + 3.
    let widths: Vec<_> = (2..10).map(|width| (width, 1)).chain([(30, 2)]).collect();
    let beyond = [part(&widths), part(&[(11, 2)]), part(&[(11, 3)])];
    assert_eq!(lost(&beyond), (2, Some(13)));
    // A part that had lost records already tells them on.
    let mut inner = part(&widths);
    inner.merge(&part(&[(12, 4)]));
    assert_eq!(lost(&[part(&[(11, 1)]), inner]), (2, Some(1 + 7 + 1 + 4)));
}

#[test]
fn hostile_payloads_are_refused_and_leave_nothing() {
    let deep = "[".repeat(200_000);
    let object = format!("{{\"a\":{deep}");
    let whole = format!("{{\"a\":{deep}{}}}", "]".repeat(200_000));
    let paths = || selecting(Columns::default(), &json!({"output": {"x": "a[]"}, "input": {"y": "a[?b]"}}));
    for payload in [&deep, &object, &whole] {
        for columns in [Columns::default(), paths()] {
            assert!(one(columns, &side("JSON", payload), &csv("1")).is_err());
        }
    }
    let quotes = "\"".repeat(99_999);
    check(Columns::default(), &csv("1"), &csv(&quotes), Err(LeftOut::UnclosedQuote));
    let cells = ",".repeat(1_000_000);
    check(Columns::default(), &csv("1"), &csv(&cells), Err(LeftOut::TooManyColumns));
    check(Columns::default(), &side("JSON", "{}"), &csv(&cells), Err(LeftOut::TooManyColumns));
}

/// What is said of a record that is left out.
fn said(columns: Columns, output: &Value, input: &Value) -> (LeftOut, String) {
    let text = line(output, input);
    let record = CaptureRecord::from_line(text.as_bytes()).expect("a capture line");
    let rejected = CapturedRows::new(columns).add(&record).expect_err("a record that is left out");
    (rejected.reason, rejected.detail.expect("a record that cannot be read is explained").found)
}

#[test]
fn a_record_that_cannot_be_read_is_told_by_what_came_and_without_a_value() {
    let paths = || {
        selecting(
            Columns::default(),
            &json!({"input": {"a": "instances[][0]", "b": "instances[][1]"}, "output": {"score": "predictions"}}),
        )
    };
    let nested = |key: &str| object(&json!({key: [{"features": ["a secret"]}]}));
    for (columns, output, input, reason, found) in [
        (
            Columns::default(),
            nested("predictions"),
            nested("instances"),
            LeftOut::NotFlat,
            "`instances` is not a single value: declare columns (--paths); it is a list",
        ),
        (
            Columns::default(),
            csv("0.5"),
            csv("a,b\n1,2"),
            LeftOut::HeaderInPayload,
            "the request has 2 rows and the response 1; the first row of the request reads like names of columns",
        ),
        (
            Columns::default(),
            csv("score\n0.5"),
            csv("1,2"),
            LeftOut::HeaderInPayload,
            "the request has 1 row and the response 2; the first row of the response reads like names of columns",
        ),
        (
            Columns::default(),
            csv("0.5"),
            csv("3,b\n1,2"),
            LeftOut::RowCount,
            "the request has 2 rows and the response 1",
        ),
        (
            Columns::default(),
            side("BASE64", "MC41"),
            csv("1,2"),
            LeftOut::NotAnObject,
            "a number instead of an object: declare columns (--paths)",
        ),
        (
            paths(),
            object(&json!({"predictions": [0.1, 0.2]})),
            object(&json!({"instances": [[1, 2], [3, 4]]})),
            LeftOut::PathValues,
            "`a` yields 0 values and `score` 2",
        ),
        (
            paths(),
            object(&json!({"predictions": {"a": 1}})),
            object(&json!({"instances": []})),
            LeftOut::PathValues,
            "`score` yields an object where a single value should be",
        ),
        (paths(), object(&json!({"predictions": 1})), csv("1,2"), LeftOut::CsvWithPaths, "CSV"),
        (
            Columns::default(),
            csv("1"),
            side("JSON", "data: {\"a\":1}\n\n"),
            LeftOut::EventStream,
            "server-sent events (text/event-stream)",
        ),
    ] {
        assert_eq!(said(columns, &output, &input), (reason, found.to_owned()), "{output} and {input}");
    }
}

#[test]
fn numbers_that_are_none_are_missing_and_counted_by_either_walk() {
    let of = |payload: &str, columns: Columns| {
        let mut rows = CapturedRows::new(columns);
        let line = line(&csv("1"), &side("JSON", payload));
        let noted = rows.add(&CaptureRecord::from_line(line.as_bytes()).unwrap()).unwrap();
        (shown(&rows.finish().0), noted.non_finite)
    };
    let rows = |first: &str| {
        [
            "_c0: integral [1] and 0 missing",
            first,
            "b: string [NaN] and 0 missing",
            "c: nothing [] and 1 missing",
        ]
        .map(str::to_owned)
        .to_vec()
    };
    for payload in [
        r#"{"a":NaN,"b":"NaN","c":-Infinity}"#,
        r#"{"a":1e400,"b":"NaN","c":-1E+400}"#,
        r#"{"a":1e400,"b":"NaN","c":NaN}"#,
    ] {
        assert_eq!(of(payload, Columns::default()), (rows("a: nothing [] and 1 missing"), 2), "{payload}");
        for path in ["a", "[a][0]"] {
            let declared = json!({"input": {"a": path, "b": "b", "c": "c"}});
            assert_eq!(
                of(payload, selecting(Columns::default(), &declared)),
                (rows("a: nothing [] and 1 missing"), 2),
                "{path} of {payload}"
            );
        }
    }
}

// The engine takes such a cell for a present number: the profile stays its own.
#[test]
fn a_number_of_csv_beyond_a_double_is_counted_and_stays_a_cell() {
    let of = |output: Value, input: &str| {
        let mut rows = CapturedRows::new(named(&["y", "a", "b"]));
        let line = line(&output, &csv(input));
        let noted = rows.add(&CaptureRecord::from_line(line.as_bytes()).unwrap()).unwrap();
        let (table, _) = rows.finish();
        let present: Vec<_> = table.features().iter().map(FeatureProfile::present).collect();
        (present, noted.non_finite)
    };
    let digits = "9".repeat(400);
    for (input, non_finite) in [
        ("1e400,-1e400", 2),
        ("\"1e400\", 1e400", 2),
        (&format!("{digits},1"), 1),
        ("1e308,1e-400", 0),
        ("- 1e400,1e400x", 0),
        ("NaN,Infinity", 0),
    ] {
        assert_eq!(of(csv("1"), input), (vec![1; 3], non_finite), "{input}");
        assert_eq!(of(object(&json!({"y": 1})), input), (vec![1; 3], non_finite), "{input} beside JSON");
    }
}

#[test]
fn a_header_whose_names_are_known_is_dropped_and_its_record_counts() {
    let noted = |columns: Columns, output: &Value, input: &Value| {
        let mut rows = CapturedRows::new(columns);
        let line = line(output, input);
        let noted = rows.add(&CaptureRecord::from_line(line.as_bytes()).unwrap()).unwrap();
        (shown(&rows.finish().0), noted.header_rows)
    };
    let rows =
        ["y: integral [1] and 0 missing", "a: integral [2] and 0 missing", "b: integral [3] and 0 missing"];
    let rows = rows.map(str::to_owned).to_vec();
    assert_eq!(noted(named(&["y", "a", "b"]), &csv("1"), &csv("a,\"b\"\n2,3")), (rows.clone(), 1));
    let (mut by_name, header_rows) =
        noted(named(&["y", "a", "b"]), &object(&json!({"y": 1})), &csv("a,b\n2,3"));
    by_name.rotate_right(1);
    assert_eq!((by_name, header_rows), (rows, 1));
    // One name alone may be a value.
    let (table, header_rows) = noted(named(&["y", "a"]), &csv("1\n1"), &csv("a\n2"));
    assert_eq!((table[1].as_str(), header_rows), ("a: mixed [2 a] and 0 missing", 0));
}
