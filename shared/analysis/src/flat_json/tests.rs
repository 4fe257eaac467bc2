use super::*;
use proptest::prelude::*;
use serde_json::{Map, Value, json};

/// A table in words, a column a line: its values, each as often as it came, by class, and the cells without a value.
pub(crate) fn shown(table: &TableProfile) -> Vec<String> {
    let column = |(name, feature): (&String, &crate::feature::FeatureProfile)| {
        let mut values: Vec<String> = feature
            .histogram("x", table.rows())
            .expect("few values")
            .iter()
            .flat_map(|bucket| std::iter::repeat_n(bucket.value.clone(), bucket.count as usize))
            .collect();
        values.sort();
        let types = feature.types(table.rows());
        let class = match (types.fractional, types.integral, types.boolean, types.string) {
            (0, 0, 0, 0) => "nothing",
            (_, 0, 0, 0) => "fractional",
            (0, _, 0, 0) => "integral",
            (0, 0, _, 0) => "boolean",
            (0, 0, 0, _) => "string",
            _ => "mixed",
        };
        format!("{name}: {class} [{}] and {} missing", values.join(" "), types.missing)
    };
    table.names().iter().zip(table.features()).map(column).collect()
}

fn read(lines: &[&str]) -> (TableProfile, Vec<Option<LeftOut>>) {
    let mut table = JsonLines::default();
    let faults =
        lines.iter().map(|line| table.add(line.as_bytes()).err().map(|rejected| rejected.reason)).collect();
    (table.finish(), faults)
}

#[test]
fn columns_are_sorted_and_cells_are_what_they_are_in_json() {
    let (table, faults) = read(&[
        r#"{"b": 1.50, "a": "x", "d": true}"#,
        r#" {"b":-2e3 , "a":"1","c":null,"d":false} "#,
        r#"{"e":"","a":"\u00e9\n","b":0.5}"#,
    ]);
    assert_eq!(faults, [None, None, None]);
    let expected = [
        "a: mixed [1 x é\n] and 0 missing",
        "b: fractional [-2e3 0.5 1.50] and 0 missing",
        "c: nothing [] and 3 missing",
        "d: boolean [false true] and 1 missing",
        "e: string [] and 2 missing",
    ];
    assert_eq!(shown(&table), expected);
}

#[test]
fn a_key_that_comes_twice_is_one_cell_and_the_last_one_counts() {
    let (table, _) = read(&[r#"{"a":1,"b":2,"a":3}"#, r#"{"b":4,"a":5,"\u0061":null}"#]);
    assert_eq!(shown(&table), ["a: integral [3] and 1 missing", "b: integral [2 4] and 0 missing"]);
}

#[test]
fn what_is_not_a_flat_object_is_left_out_and_leaves_no_column_behind() {
    let deep = format!("{{\"new\":{}{}}}", "[".repeat(1_000_000), "]".repeat(1_000_000));
    let deep_cut = format!("{{\"new\":{}", "{\"a\":".repeat(1_000_000));
    let cases = [
        (r#"{"a":1,"new":{"b":1}}"#, LeftOut::NotFlat),
        (r#"{"a":1,"new":[1]}"#, LeftOut::NotFlat),
        (r#"[0.1,0.2]"#, LeftOut::NotAnObject),
        (r#"[{"new":1}]"#, LeftOut::NotAnObject),
        ("0.1", LeftOut::NotAnObject),
        ("null", LeftOut::NotAnObject),
        (r#"{"new":1}{"new":2}"#, LeftOut::RowCount),
        (r#"{"new":1"#, LeftOut::Json),
        (r#"{"new":1} x"#, LeftOut::Json),
        (r#"{"new":01}"#, LeftOut::Json),
        (r#"{"new":NaNs}"#, LeftOut::Json),
        ("{\"new\":\"\u{1}\"}", LeftOut::Json),
        ("", LeftOut::Json),
        (&deep, LeftOut::NotFlat),
        (&deep_cut, LeftOut::Json),
    ];
    for (line, reason) in cases {
        let (table, faults) = read(&[r#"{"a":1}"#, line]);
        assert_eq!(faults, [None, Some(reason)], "{line:.80}");
        assert_eq!(shown(&table), ["a: integral [1] and 0 missing"], "{line:.80}");
    }
    let mut table = JsonLines::default();
    assert_eq!(table.add(b"{\"a\":\"\xff\"}").map_err(|rejected| rejected.reason), Err(LeftOut::Json));
}

#[test]
fn columns_beyond_the_cap_are_refused_and_known_ones_still_count() {
    let object = |keys: std::ops::Range<usize>| {
        let object: Map<String, Value> = keys.map(|key| (format!("k{key}"), json!(1))).collect();
        Value::from(object).to_string()
    };
    let mut table = JsonLines::default();
    assert_eq!(table.add(object(0..4_096).as_bytes()), Ok(0));
    let refused = table.add(object(4_095..4_097).as_bytes()).map_err(|rejected| rejected.reason);
    assert_eq!(refused, Err(LeftOut::TooManyColumns));
    assert_eq!(table.add(object(10..20).as_bytes()), Ok(0));
    let mut other = JsonLines::default();
    assert_eq!(other.add(object(4_096..4_097).as_bytes()), Ok(0));
    assert_eq!(table.merge(&other), 1, "a record is lost and told");
    assert_eq!(table.merge(&table.clone()), 0);
    // Of a part that was merged itself all records are told: 2 + 3, neither 2 * 3 nor the first alone.
    let objects = |records: usize| {
        let mut part = JsonLines::default();
        (0..records).for_each(|_| assert_eq!(part.add(object(4_096..4_097).as_bytes()), Ok(0)));
        part
    };
    let mut merged = objects(2);
    assert_eq!(merged.merge(&objects(3)), 0);
    assert_eq!(table.merge(&merged), 5);
    let table = table.finish();
    assert_eq!((table.names().len(), table.rows()), (4_096, 4));
}

#[test]
fn numbers_that_are_none_are_missing_and_their_words_in_texts_stay() {
    let mut table = JsonLines::default();
    assert_eq!(table.add(br#"{"a":NaN,"b":"NaN","c":-Infinity}"#), Ok(2));
    assert_eq!(table.add(br#"{"a":1,"b":"x","c":2}"#), Ok(0));
    let expected =
        ["a: integral [1] and 1 missing", "b: string [NaN x] and 0 missing", "c: integral [2] and 1 missing"];
    assert_eq!(shown(&table.finish()), expected);
}

#[test]
fn a_row_of_training_data_is_read_as_its_traffic_is() {
    let declared = json!({
        "output": {"score": "predictions[].score"}, "input": {"age": "instances[].age"},
        "rename": {"score": "y"}, "missing": {"age": ["-1"]}
    });
    let selection = Selection::parse("columns.json", declared.to_string().as_bytes()).unwrap();
    let mut table = JsonLines::selecting(selection);
    for line in [
        // In the form of a request beside a response, and with columns that have their names already.
        r#"{"instances":[{"age":31},{"age":-1}],"predictions":[{"score":0.5},{"score":0.25}],"id":7}"#,
        r#"{"age":40,"score":1.5}"#,
    ] {
        assert_eq!(table.add(line.as_bytes()), Ok(0), "{line}");
    }
    let uneven = br#"{"instances":[{"age":31}],"predictions":[{"score":0.5},{"score":0.25}]}"#;
    assert_eq!(table.add(uneven).unwrap_err().reason, LeftOut::PathValues);
    let expected = ["age: integral [31 40] and 1 missing", "y: fractional [0.25 0.5 1.5] and 0 missing"];
    assert_eq!(shown(&table.finish()), expected);
}

fn objects() -> impl Strategy<Value = Vec<String>> {
    let value = prop_oneof![
        Just(json!(null)),
        any::<bool>().prop_map(Value::from),
        (-5i64..5).prop_map(Value::from),
        (-5.0..5.0).prop_map(|number: f64| json!(number)),
        "[a1é\"]{0,3}".prop_map(Value::from),
    ];
    let object = prop::collection::vec(("[a-d]", value), 0..5)
        .prop_map(|cells| Value::from(cells.into_iter().collect::<Map<_, _>>()).to_string());
    prop::collection::vec(object, 0..12)
}

proptest! {
    #[test]
    fn parts_merge_into_the_whole(lines in objects(), at in 0usize..12) {
        let at = at.min(lines.len());
        let of = |lines: &[String]| {
            let mut table = JsonLines::default();
            lines.iter().for_each(|line| assert_eq!(table.add(line.as_bytes()), Ok(0)));
            table
        };
        let mut parts = of(&lines[..at]);
        prop_assert_eq!(parts.merge(&of(&lines[at..])), 0);
        prop_assert_eq!(shown(&parts.finish()), shown(&of(&lines).finish()));
    }

    #[test]
    fn any_text_is_read_or_refused(text in any::<Vec<u8>>()) {
        let _ = JsonLines::default().add(&text);
    }
}
