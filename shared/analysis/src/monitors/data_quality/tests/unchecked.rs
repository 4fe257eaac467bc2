//! Limits without a check.

use super::*;
use std::collections::BTreeMap;

fn limits(columns: &[&str], config: &str) -> BTreeMap<String, String> {
    let feature = |(at, limits): (usize, &&str)| {
        format!(r#"{{"name": "c{at}", "inferred_type": "Integral", "num_constraints": {{{limits}}}}}"#)
    };
    let features: Vec<_> = columns.iter().enumerate().map(feature).collect();
    let constraints = constraints(&format!(
        r#"{{"features": [{}], "monitoring_config": {{{config}}}}}"#,
        features.join(", ")
    ));
    let names: Vec<String> = (0..columns.len()).map(|at| format!("c{at}")).collect();
    let cells: Vec<(&str, Cells<'_>)> = names.iter().map(|name| (name.as_str(), &[("-5", 3)][..])).collect();
    let evaluation = judged(&observe(&cells), &constraints);
    assert_eq!(found(&evaluation), [""; 0], "they have no check type");
    assert!(evaluation.constraints.not_evaluable.keys().all(|key| key != "num_constraints"));
    evaluation.constraints.unchecked
}

#[test]
fn limits_written_by_hand_are_named_by_column_and_the_suggested_one_once() {
    let by_hand = r#""is_non_negative": true, "min_value": 18, "max_value": 100"#;
    let suggested = r#""is_non_negative": true"#;
    let none = r#""is_non_negative": false, "min_value": null"#;
    let told = limits(&[by_hand, suggested, r#""max": 3"#, none, suggested], "");
    let expected = [
        ("c0.num_constraints", "is_non_negative, min_value, max_value are not checks of this monitor"),
        ("c2.num_constraints", "max is not a check of this monitor"),
        ("num_constraints", "is_non_negative is not a check of this monitor; 2 columns have it"),
    ];
    let expected: Vec<_> =
        expected.iter().map(|(key, text)| ((*key).to_owned(), (*text).to_owned())).collect();
    assert_eq!(told.into_iter().collect::<Vec<_>>(), expected);
    assert_eq!(limits(&[none], "").len(), 0);
    assert_eq!(limits(&[by_hand], r#""evaluate_constraints": "Disabled""#).len(), 0, "it is not asked for");
}
