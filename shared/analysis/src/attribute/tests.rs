use super::*;
use proptest::prelude::*;
use serde_json::{Value, json};

fn attribute(written: &str) -> Attribute {
    if written.is_empty() { Attribute::default() } else { written.parse().unwrap() }
}

type Texts<'t> = Result<&'t [Option<&'t str>], LeftOut>;

fn check(written: &str, payload: &Payload<'_>, expected: Texts<'_>) {
    let values = attribute(written).values(payload);
    let texts = values.as_ref().map(|values| values.texts().collect::<Vec<_>>());
    let texts = texts.map_err(|rejected| rejected.reason);
    assert_eq!(texts.as_deref().map_err(|reason| *reason), expected, "{written:?} of {payload:?}");
}

#[test]
fn every_row_of_csv_has_a_value() {
    let cases: [(&str, &str, Texts<'_>); 10] = [
        ("", "1", Ok(&[Some("1")])),
        ("", "1,0.9\n0,0.2", Ok(&[Some("1"), Some("0")])),
        ("1", "1, 0.90\r\n0,", Ok(&[Some("0.90"), None])),
        ("0", "\"a,b\",c", Ok(&[Some("a,b")])),
        ("", "", Ok(&[None])),
        ("2", "1,0.9", Err(LeftOut::PathValues)),
        ("label", "1", Err(LeftOut::CsvWithPaths)),
        ("$.label", "1", Err(LeftOut::CsvWithPaths)),
        ("", "1\n2,3", Err(LeftOut::RaggedRows)),
        ("", "\"1", Err(LeftOut::UnclosedQuote)),
    ];
    for (written, text, expected) in cases {
        check(written, &Payload::Csv(text.into()), expected);
    }
}

#[test]
fn every_row_of_json_has_a_value() {
    let labels = r#"{"instances":[{"label":0},{"label":1.50},{},{"label":null},{"label":""}]}"#;
    let cases: [(&str, &str, Texts<'_>); 30] = [
        ("", "1", Ok(&[Some("1")])),
        ("", r#""a\u00fc""#, Ok(&[Some("aü")])),
        ("", "[1, true, null]", Ok(&[Some("1"), Some("true"), None])),
        ("", "[[1, 0.9], [0, 0.2]]", Ok(&[Some("1"), Some("0")])),
        ("", "null", Ok(&[None])),
        ("", "[]", Ok(&[])),
        ("", r#"{"label":1}"#, Err(LeftOut::PathValues)),
        ("", "{", Err(LeftOut::Json)),
        ("", "", Err(LeftOut::Json)),
        ("0", "0.7", Ok(&[Some("0.7")])),
        ("1", "0.7", Err(LeftOut::PathValues)),
        ("1", "[1, 0.9]", Ok(&[Some("0.9")])),
        ("1", " [ [1, 0.9], [0] ]", Ok(&[Some("0.9"), None])),
        ("0", r#"[{"label":1}]"#, Err(LeftOut::PathValues)),
        ("0", r#"{"label":1}"#, Err(LeftOut::PathValues)),
        ("label", r#"{"label":1}"#, Ok(&[Some("1")])),
        ("label", r#"{"label":1,"label":"b"}"#, Ok(&[Some("b")])),
        ("label", r#"{"label":[1,0]}"#, Ok(&[Some("1"), Some("0")])),
        ("label", r#"{"other":[1,0]}"#, Ok(&[None])),
        ("label", r#"{"label":{"a":1}}"#, Err(LeftOut::PathValues)),
        ("label", r#"{"label":[[1]]}"#, Err(LeftOut::PathValues)),
        ("$", "[1]", Ok(&[Some("1")])),
        ("$.instances[*].label", labels, Ok(&[Some("0"), Some("1.50"), None, None, None])),
        ("instances[].label", labels, Ok(&[Some("0"), Some("1.50"), None, None, None])),
        ("instances[?label].label", labels, Ok(&[Some("0"), Some("1.5")])),
        ("instances[-1].label", labels, Ok(&[None])),
        ("length(instances)", labels, Ok(&[Some("5")])),
        ("length(instances[0].label)", labels, Err(LeftOut::PathValues)),
        ("a[]", r#"{"a":[[1,2],3]}"#, Ok(&[Some("1"), Some("2"), Some("3")])),
        ("score", r#"{"score":NaN}"#, Ok(&[None])),
    ];
    for (written, text, expected) in cases {
        check(written, &Payload::Json(text.into()), expected);
    }
}

#[test]
fn a_number_beyond_a_double_is_missing_and_counted() {
    for text in ["[NaN, 1]", "[1e400, 1]"] {
        let values = Attribute::default().values(&Payload::Json(text.into())).unwrap();
        assert_eq!((values.numbers().collect::<Vec<_>>(), values.non_finite), (vec![None, Some(1.0)], 1));
        let (mut room, mut rows) = (Values::default(), TypedRows::default());
        Attribute::default().read_rows(&Payload::Json(text.into()), &[], &mut room, &mut rows).unwrap();
        assert_eq!((rows.rows(), rows.non_finite), (1, 1), "{text}");
    }
}

#[test]
fn texts_of_digits_are_numbers_and_other_words_are_none() {
    let text = r#"["0.5", " 1e-3 ", "NaN", "inf", "yes", true, null, 2]"#;
    let values = Attribute::default().values(&Payload::Json(text.into())).unwrap();
    let numbers: Vec<_> = values.numbers().collect();
    assert_eq!(numbers, [Some(0.5), Some(0.001), None, None, None, None, None, Some(2.0)]);
}

#[test]
fn each_row_may_be_a_list_of_numbers() {
    type Rows<'t> = Result<&'t [Option<&'t [f64]>], LeftOut>;
    let json = |text: &'static str| Payload::Json(text.into());
    let csv = |text: &'static str| Payload::Csv(text.into());
    let both: Rows<'_> = Ok(&[Some(&[0.1, 0.9]), Some(&[0.8, 0.2])]);
    let cases: [(&str, Payload<'_>, Rows<'_>); 14] = [
        ("", json("[0.1, 0.9]"), Ok(&[Some(&[0.1, 0.9])])),
        ("", json("[[0.1, 0.9], [0.8, 0.2]]"), both),
        ("p", json(r#"{"p":[[0.1,0.9],["0.8",0.2]]}"#), both),
        ("$.r[*].p", json(r#"{"r":[{"p":[0.1,0.9]},{"p":[0.8,0.2]}]}"#), both),
        ("r[?p].p", json(r#"{"r":[{"p":[0.1,0.9]},{},{"p":[0.8,0.2]}]}"#), both),
        ("1", json("[[1,[0.1,0.9]],[0,[0.8,0.2]]]"), both),
        ("1", csv("1,\"[0.1,0.9]\"\n0,\"[0.8, 0.2]\""), both),
        ("r[].p", json(r#"{"r":[{"p":[0.1,null]},{"p":[]},{}]}"#), Ok(&[None, None, None])),
        ("", csv("0.7"), Ok(&[Some(&[0.7])])),
        ("", csv(""), Ok(&[None])),
        ("", csv("\"[0.1 0.9]\""), Err(LeftOut::PathValues)),
        ("", json("[[[1]]]"), Err(LeftOut::PathValues)),
        ("p", json(r#"{"p":{"a":1}}"#), Err(LeftOut::PathValues)),
        ("p", csv("1"), Err(LeftOut::CsvWithPaths)),
    ];
    for (written, payload, expected) in cases {
        let lists = attribute(written).lists(&payload).map_err(|rejected| rejected.reason);
        let rows = lists.as_ref().map(|lists| lists.iter().collect::<Vec<_>>()).map_err(|reason| *reason);
        assert_eq!(rows.as_deref().map_err(|reason| *reason), expected, "{written:?} of {payload:?}");
    }
}

#[test]
fn the_first_row_of_csv_that_repeats_the_names_is_passed_over() {
    let names = ["label", "score"].map(str::to_owned);
    let mut values = Values::default();
    let csv = Payload::Csv("label,score\n1,0.9".into());
    attribute("1").read(&csv, &names, &mut values).unwrap();
    assert_eq!((values.texts().collect::<Vec<_>>(), values.header_rows), (vec![Some("0.9")], 1));
    attribute("1").read(&csv, &[], &mut values).unwrap();
    assert_eq!((values.rows(), values.header_rows, values.begins_like_names), (2, 0, true));
}

#[test]
fn an_object_without_a_name_is_no_row_of_nulls() {
    let names = ["age", "plan"].map(str::to_owned);
    let (mut room, mut rows) = (Values::default(), TypedRows::default());
    let told = |read: Result<(), Rejected>| {
        read.map_err(|rejected| (rejected.reason, rejected.detail.expect("words").found))
    };
    for (written, text, expected) in [
        ("", r#"{"features":{"age":1,"plan":"a"}}"#, Err("`the first cell` yields an object without `age`")),
        ("features", r#"{"features":{"age":1}}"#, Err("`features` yields an object without `plan`")),
        ("r[]", r#"{"r":[{"age":1,"plan":2},{"plan":2}]}"#, Err("`r[]` yields an object without `age`")),
        ("features", r#"{"features":{"plan":null,"age":null,"more":[]}}"#, Ok(1)),
    ] {
        let read = attribute(written).read_rows(&Payload::Json(text.into()), &names, &mut room, &mut rows);
        let expected = expected.map_err(|found| (LeftOut::PathValues, found.to_owned()));
        assert_eq!(told(read).map(|()| rows.rows()), expected, "{written:?} of {text}");
        assert!(expected.is_ok() || rows.rows() == 0);
    }
}

#[test]
fn a_fault_leaves_nothing_and_tells_no_value() {
    let mut values = attribute("a").values(&Payload::Json(r#"{"a":1}"#.into())).unwrap();
    let broken = Payload::Json(r#"{"a":[1,{"a secret":"a secret"}]}"#.into());
    let found = attribute("a").read(&broken, &[], &mut values).unwrap_err().detail.unwrap().found;
    assert_eq!((values.rows(), found.as_str()), (0, "`a` yields an object"));
}

#[test]
fn an_attribute_is_written_as_it_was_read_and_a_broken_one_is_told_with_an_example() {
    for written in ["0", "12", "$.a[*].b", "a[].b", "@"] {
        assert_eq!(attribute(written).to_string(), written);
    }
    for broken in ["", "a[", "$..a", "99999999999999999999999"] {
        let error = broken.parse::<Attribute>().unwrap_err().to_string();
        assert!(error.contains("predictions[].label"), "{error}");
    }
}

fn documents() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i32>().prop_map(Value::from),
        "[a-c\"\\\\]{0,2}".prop_map(Value::from),
    ];
    leaf.prop_recursive(5, 40, 4, |inner| {
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
        path in prop::sample::select(vec!["r[].i", "r[*].i", "r", "@", "[].i", "[*]", "r[]", "b.r[].i", "r[].i.b", "b.r", "r[0]", "r[0].b[].i", "r[].i[0]", "r[][1]"]),
        is_list: bool,
    ) {
        let plain = attribute(path);
        let Place::Path(of) = &plain.0 else { panic!("{path} is a place") };
        prop_assert!(of.route.is_some(), "{} is not plain", path);
        let by_library = Attribute(Place::Path(Box::new(Path { route: None, ..(**of).clone() })));
        let text = document.to_string();
        let payload = Payload::Json(text.as_str().into());
        if is_list {
            let [quick, library] = [&plain, &by_library].map(|attribute| attribute.lists(&payload).map(|lists| format!("{lists:?}")));
            prop_assert_eq!(quick, library);
        } else {
            let [quick, library] = [&plain, &by_library].map(|attribute| {
                attribute.values(&payload).map(|values| values.texts().map(|text| text.map(str::to_owned)).collect::<Vec<_>>())
            });
            prop_assert_eq!(quick, library);
        }
    }

    #[test]
    fn no_payload_stops_the_reader(text in "[\\[\\]{}\",:0-9a\\\\ \n]{0,30}", written in prop::sample::select(vec!["", "0", "1", "a", "a[].b", "a[?b]"])) {
        for payload in [Payload::Csv(text.as_str().into()), Payload::Json(text.as_str().into())] {
            let (values, lists) = (attribute(written).values(&payload), attribute(written).lists(&payload));
            prop_assert!(values.is_err() || values.unwrap().rows() <= text.len() + 1);
            prop_assert!(lists.is_err() || lists.unwrap().rows() <= text.len() + 1);
        }
    }
}
