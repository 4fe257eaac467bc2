use super::*;
use crate::cells::NamedCells;
use crate::flat_json::NamedRows;
use crate::flat_json::tests::shown;
use bellwether_contract::capture::LeftOut;
use proptest::prelude::*;
use serde_json::{Value, json};

fn selection(file: &Value) -> Selection {
    Selection::parse("selection.json", file.to_string().as_bytes()).unwrap()
}

#[test]
fn a_mistake_is_named_with_the_place_and_the_remedy() {
    let cases = [
        (
            "{\n\"inputs\": {}}",
            "selection.json, line 2: inputs is not known here; write \"output\", \"input\", \"columns\"",
            "an example that is read",
        ),
        (
            "{\"sample\": \"a\"}",
            "selection.json, line 1: sample is \"a\", a text; write a number",
            "an example that is read",
        ),
        (
            "{\"missing\": {\"age\": \"-1\"}}",
            "selection.json, line 1: missing.age is \"-1\", a text; write a list",
            "an example that is read",
        ),
        (
            "{",
            "selection.json, line 1: the file was cut short; write it again, whole",
            "an example that is read",
        ),
        ("", "selection.json, line 1: the file is empty", "an example that is read"),
        ("[]", "selection.json, line 1: not a JSON object", "an example that is read"),
        (r#"{"sample": 0}"#, "sample is a share", "above 0 and at most 1"),
        (r#"{"sample": 1.5}"#, "sample is a share", "such as 0.25"),
        (r#"{"input": {"age": "a["}}"#, r#"input.age: "a[" is not a JMESPath"#, "instances[].age"),
        (r#"{"output": {"a": "x"}, "input": {"a": "y"}}"#, "output.a and input.a", "rename one"),
        (r#"{"select": ["a", "b"], "drop": ["b"]}"#, r#""b" is in select and in drop"#, "take it out"),
        (r#"{"drop": ["a"], "rename": {"a": "b"}}"#, "rename.a", "remove the entry"),
        (r#"{"select": ["b"], "rename": {"a": "b"}}"#, "rename.a", "remove the entry"),
        (
            r#"{"rename": {"a": "c", "b": "c"}}"#,
            r#"rename.b: another column is renamed to "c""#,
            "another name",
        ),
        (r#"{"columns": ["a", "a"]}"#, r#"columns: "a" comes twice"#, "a name of its own"),
    ];
    for (file, place, remedy) in cases {
        let error = Selection::parse("selection.json", file.as_bytes()).unwrap_err().to_string();
        assert!(
            error.contains("selection.json") && error.contains(place) && error.contains(remedy),
            "{error}"
        );
    }
}

#[test]
fn the_example_of_the_documentation_is_read() {
    let example = include_str!("../selection.rs");
    let begin = example.find("```json").unwrap() + 7;
    let end = begin + example[begin..].find("```").unwrap();
    let file: String = example[begin..end].lines().map(|line| line.trim_start_matches("//!")).collect();
    let selection = Selection::parse("example", file.as_bytes()).unwrap();
    assert_eq!(selection.name_of("score"), Some("Churn"));
}

#[test]
fn columns_are_kept_dropped_and_renamed_by_their_first_names() {
    let cases = [
        (json!({}), [Some("a"), Some("b"), Some("c")]),
        (json!({"drop": ["b"]}), [Some("a"), None, Some("c")]),
        (json!({"select": ["b"]}), [None, Some("b"), None]),
        (json!({"rename": {"a": "x"}}), [Some("x"), Some("b"), Some("c")]),
        // What had the name before gives way; two may change places.
        (json!({"rename": {"a": "b"}}), [Some("b"), None, Some("c")]),
        (json!({"rename": {"a": "b", "b": "a"}}), [Some("b"), Some("a"), Some("c")]),
        (json!({"select": ["a"], "rename": {"a": "z"}}), [Some("z"), None, None]),
    ];
    for (file, expected) in cases {
        let selection = selection(&file);
        assert_eq!(["a", "b", "c"].map(|name| selection.name_of(name)), expected, "{file}");
    }
}

#[test]
fn markers_hold_for_their_column_or_for_all() {
    let selection = selection(&json!({"missing": {"a": ["-1"], "*": ["NA", ""]}}));
    let contain = |column: &str, text: &str| selection.markers(column).contain(text.as_bytes());
    assert!(contain("a", "-1") && contain("a", "NA") && contain("b", "NA") && contain("b", ""));
    assert!(!contain("b", "-1") && !contain("a", "-1.0") && !contain("a", "na"));
}

fn sampled(selection: &Selection, id: &str) -> bool {
    let line = format!(
        r#"{{"captureData":{{}},"eventMetadata":{{"eventId":"{id}","inferenceTime":"2026-10-31T08:30:19Z"}}}}"#
    );
    selection.samples(&CaptureRecord::from_line(line.as_bytes()).unwrap())
}

// XXH64 with seed 42 of the ids' 16 bytes, divided by 2^64, written in Python from the specification:
// 0.3962, 0.5753, 0.2255, 0.4534, 0.4235, 0.0576, 0.2863 from the id 1 on; of 9,999 ids 2,465 are below 0.25.
#[test]
fn a_sample_is_the_ids_whose_hash_is_below_the_share() {
    let id = |number: u128| format!("{:08x}-0000-0000-0000-{:012x}", 0, number);
    let of = |share: f64, ids: u128| {
        let selection = selection(&json!({ "sample": share }));
        (1..ids).filter(|number| sampled(&selection, &id(*number))).collect::<Vec<_>>()
    };
    assert_eq!(of(0.3, 8), [3, 6, 7]);
    assert_eq!(of(0.5, 8), [1, 3, 4, 5, 6, 7]);
    assert_eq!(of(0.25, 10_000).len(), 2_465);
    assert_eq!(of(1.0, 8).len(), 7);
    assert!(sampled(&Selection::default(), "no uuid"));
}

#[test]
fn records_without_an_id_are_sampled_one_by_one() {
    let selection = selection(&json!({"sample": 0.25}));
    let is_sampled = |number: &u32| {
        let line = format!(
            r#"{{"captureData":{{"endpointInput":{{"data":"{number}","encoding":"CSV"}}}},"eventMetadata":{{"inferenceTime":"2026-10-31T08:30:19Z"}}}}"#
        );
        selection.samples(&CaptureRecord::from_line(line.as_bytes()).unwrap())
    };
    let sampled = (0..1_000).filter(is_sampled).count();
    assert!((200..300).contains(&sampled), "{sampled} of 1,000");
}

fn read(paths: &[(&str, &str)], payload: &str) -> Result<Vec<String>, LeftOut> {
    let declared = paths.iter().map(|(name, path)| ((*name).to_owned(), (*path).to_owned())).collect();
    let paths = Paths::compile(&declared).unwrap();
    let (mut rows, mut block) = (NamedRows::default(), NamedCells::default());
    let read = paths.read(payload, rows.names_mut(), &mut Vec::new(), &mut block);
    read.map_err(|rejected| rejected.reason)?;
    rows.commit(&Selection::default(), &[&block], block.rows().unwrap_or(1));
    Ok(shown(&rows.into_gathered().into_table()))
}

#[test]
fn a_list_gives_rows_and_a_value_stands_in_each() {
    let payload = r#"{"model": "m", "n": {"deep": 1.50}, "none": null,
        "instances": [{"age": 30, "f": [1, 2]}, {"age": null, "f": [3, 4]}, {"f": [5, 6], "ok": true}],
        "scores": [0.5, null, 1e-3], "nested": [[1, 2], 3], "empty": [], "object": {"a": 1}}"#;
    type Case<'c> = (&'c [(&'c str, &'c str)], Result<&'c [&'c str], LeftOut>);
    let schema = Err(LeftOut::PathValues);
    let cases: &[Case<'_>] = &[
        (&[("d", "n.deep")], Ok(&["d: fractional [1.50] and 0 missing"])),
        (&[("d", "none")], Ok(&["d: nothing [] and 1 missing"])),
        (&[("d", "not.there")], Ok(&["d: nothing [] and 1 missing"])),
        (&[("d", "model.no")], Ok(&["d: nothing [] and 1 missing"])),
        (
            &[("age", "instances[].age"), ("model", "model"), ("ok", "instances[*].ok"), ("score", "scores")],
            Ok(&[
                "age: integral [30] and 2 missing",
                "model: string [m m m] and 0 missing",
                "ok: boolean [true] and 2 missing",
                "score: fractional [0.5 1e-3] and 1 missing",
            ]),
        ),
        (&[("f", "instances[].f[1]")], Ok(&["f: integral [2 4 6] and 0 missing"])),
        (&[("f", "instances[1].f")], Ok(&["f: integral [3 4] and 0 missing"])),
        (
            &[("a", "instances[0].age"), ("b", "instances[0].f[0]")],
            Ok(&["a: integral [30] and 0 missing", "b: integral [1] and 0 missing"]),
        ),
        (&[("x", "instances[9].age")], Ok(&["x: nothing [] and 1 missing"])),
        (&[("x", "nested[]")], Ok(&["x: integral [1 2 3] and 0 missing"])),
        (
            &[("x", "empty"), ("m", "model")],
            Ok(&["m: nothing [] and 0 missing", "x: nothing [] and 0 missing"]),
        ),
        (
            &[("x", "scores[*]"), ("y", "scores[1]"), ("z", "scores")],
            Ok(&[
                "x: fractional [0.5 1e-3] and 1 missing",
                "y: nothing [] and 3 missing",
                "z: fractional [0.5 1e-3] and 1 missing",
            ]),
        ),
        // Through the library.
        (&[("x", "instances[?age].age")], Ok(&["x: integral [30] and 0 missing"])),
        (
            &[("x", "instances[::-1].age"), ("s", "scores")],
            Ok(&["s: fractional [0.5 1e-3] and 1 missing", "x: integral [30] and 2 missing"]),
        ),
        (
            &[("x", "scores[-1]"), ("y", "length(instances)")],
            Ok(&["x: fractional [0.001] and 0 missing", "y: integral [3] and 0 missing"]),
        ),
        (&[("x", "instances[].f | [0]")], Ok(&["x: integral [1 2] and 0 missing"])),
        // No value for a column.
        (&[("x", "object")], schema),
        (&[("x", "instances")], schema),
        (&[("x", "instances[].f")], schema),
        (&[("x", "nested")], schema),
        (&[("x", "nested[*]")], schema),
        (&[("x", "instances[?age]")], schema),
        (&[("x", "abs(model)")], schema),
        // Lists of two lengths.
        (&[("x", "instances[].age"), ("y", "instances[0].f")], schema),
    ];
    for (paths, expected) in cases {
        let expected = expected.map(|rows| rows.iter().map(|row| (*row).to_owned()).collect());
        assert_eq!(read(paths, payload), expected, "{paths:?}");
    }
}

#[test]
fn the_last_of_two_equal_keys_counts() {
    let paths = [("a", "r[*].a"), ("b", "b.c")];
    let payload = r#"{"r":[{"a":1},{"a":1}],"b":{"c":1},"r":[{"a":2,"a":3},{"a":4,"a":null}],"b":{}}"#;
    let expected = ["a: integral [3] and 1 missing", "b: nothing [] and 2 missing"];
    assert_eq!(read(&paths, payload).unwrap(), expected);
}

#[test]
fn broken_and_deep_payloads_are_refused() {
    let deep = format!("{{\"a\":{}1{}}}", "[".repeat(100_000), "]".repeat(100_000));
    for path in ["a", "a[]", "a[*]", "a[0]", "a[?b]", "b"] {
        for payload in ["", "{\"a\":", "<html>", "{\"a\":1}}"] {
            assert_eq!(read(&[("x", path)], payload), Err(LeftOut::Json), "{path} in {payload}");
        }
        let skipped = ["b", "a[0]"].contains(&path);
        assert!(skipped || read(&[("x", path)], &deep).is_err(), "{path}");
    }
}

fn documents() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        (-9i32..9).prop_map(Value::from),
        "[a-c]{1,2}".prop_map(Value::from),
    ];
    leaf.prop_recursive(4, 30, 3, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..4).prop_map(Value::from),
            prop::collection::btree_map("[rib]", inner, 0..4).prop_map(|map| json!(map)),
        ]
    })
}

proptest! {
    #[test]
    fn a_plain_path_is_read_as_the_library_reads_it(
        document in documents(),
        path in prop::sample::select(vec!["r[].i", "r[*].i", "r", "@", "[].i", "[*]", "r[]", "b.r[].i", "r[0].i", "[1]", "r[*].b[0]", "b.r"]),
    ) {
        let library = read(&[("x", &format!("[0] | {path}"))], &format!("[{document}]"));
        prop_assert_eq!(read(&[("x", path)], &document.to_string()), library, "{}", document);
    }
}
