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
                Err(ours) => assert_eq!(ours, error, "{name}"),
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
