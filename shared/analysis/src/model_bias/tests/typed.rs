//! smclarify's own groups of 22 columns: `clarify/smclarify-cases/typing-cases.json`.

use super::*;

fn measured(case: &Value) -> Result<MeasuredBias, String> {
    let problem = BiasProblem {
        features: vec!["facet".to_owned()],
        label: "label".to_owned(),
        positive: listed(&case["label_values"]),
        facets: vec![Facet { name: "facet".to_owned(), feature: 0, values: listed(&case["facet_values"]) }],
        group: None,
        flip_test_rows: FLIP_TEST_ROWS,
    };
    let mut rows = BiasRows::new(&problem);
    let (labels, answers) = (column(case, "label"), column(case, "pred"));
    for ((facet, label), answer) in column(case, "facet").iter().zip(labels).zip(answers) {
        rows.push(&[cell(facet)], cell(label), cell(answer)).expect("a whole row");
    }
    measure(&rows)
}

/// Where the container stops and we compare labels with the listed values instead.
const DEVIATIONS: [&str; 2] = [
    "float 0/1 label value 1 (continuous, threshold==max)",
    "int binary label, 40 rows -> continuous -> fails",
];

#[test]
fn twenty_two_columns_are_grouped_as_smclarify_groups_them() {
    let Some(path) = engine::data("clarify/smclarify-cases/typing-cases.json") else { return };
    let cases = engine::json(&path);
    let (mut compared, mut deviations) = (0, Vec::new());
    for case in cases.as_array().expect("cases") {
        compared += 1;
        let (name, ours) = (case["name"].as_str().expect("a name"), measured(case));
        if let Some(error) = case["result"]["error"].as_str() {
            let error = error.strip_prefix("ValueError: ").expect("its type");
            match ours {
                Err(ours) => assert!(ours.starts_with(&format!("{error}; ")), "{name}: {ours}"),
                Ok(ours) => {
                    assert_eq!(ours.notes.len(), 1, "{name}");
                    assert_eq!(ours.label_value_or_threshold, "1", "{name}");
                    deviations.push(name);
                }
            }
            continue;
        }
        let ours = ours.expect(name);
        assert_eq!(ours.notes, Vec::<String>::new(), "{name}");
        assert_eq!(ours.label_value_or_threshold, case["label_value_or_threshold"], "{name}");
        let theirs = column(case, "result");
        assert_eq!(ours.facets[0].groups.len(), theirs.len(), "{name}");
        for (group, theirs) in ours.facets[0].groups.iter().zip(theirs) {
            assert_eq!(group.value_or_threshold, theirs["value_or_threshold"], "{name}");
            let value = group.metric("DPPL").expect("a metric").ok().map(BiasNumber::value);
            assert_eq!(value, theirs["DPPL"].as_f64(), "{name}");
        }
    }
    assert_eq!((compared, deviations.as_slice()), (22, &DEVIATIONS[..]));
}

/// Python compares no text with a number, so that the container has no disparity either.
#[test]
fn a_group_variable_of_texts_and_numbers_tells_why_it_tells_nothing() {
    let problem = BiasProblem {
        features: vec!["sex".to_owned(), "town".to_owned()],
        label: "y".to_owned(),
        positive: vec![ConfigValue::Integer(1)],
        facets: vec![Facet {
            name: "sex".to_owned(),
            feature: 0,
            values: vec![ConfigValue::Text("f".to_owned())],
        }],
        group: Some(1),
        flip_test_rows: 0,
    };
    let mut rows = BiasRows::new(&problem);
    for row in 0..60_i64 {
        let town = if row % 3 == 0 { BiasCell::Integer(7) } else { BiasCell::Text("seven") };
        let sex = BiasCell::Text(if row % 2 == 0 { "f" } else { "m" });
        rows.push(&[sex, town], BiasCell::Integer(row % 2), BiasCell::Integer(row / 2 % 2)).expect("a row");
    }
    let measured = measure(&rows).expect("positive labels");
    let disparity = measured.facets[0].groups[0].metric("CDDL").expect("a metric");
    assert_eq!(disparity.err(), Some("'<' not supported between instances of 'str' and 'float'"));
}
