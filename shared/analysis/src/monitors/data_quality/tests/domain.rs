use super::*;

const STATE: &str =
    r#"{"name": "State", "inferred_type": "String", "string_constraints": {"domains": ["OH", "NJ"]}}"#;
const OUTSIDE: &str = "State: categorical_values_check: Value:";

#[test]
fn values_are_held_against_their_domain() {
    for (cells, expected) in [
        (&[("OH", 5), ("NJ", 1)][..], None),
        // 1 / 111: the number in the words of an older report.
        (&[("OH", 1), ("XX", 110)], Some("0.009009009009009009")),
        (&[("oh", 2)], Some("0.0")),
        (&[], None),
    ] {
        let evaluation = judged(&of_rows(111, &[("State", cells)]), &requiring(STATE));
        let expected: Vec<_> = expected
            .iter()
            .map(|share| format!("{OUTSIDE} {share} does not meet the constraint requirement! "))
            .collect();
        assert_eq!(found(&evaluation), expected, "{cells:?}");
    }
}

#[test]
fn a_flood_of_new_values_does_not_pass_for_want_of_counts() {
    let names: Vec<String> = (0..300).map(|at| format!("new-{at}")).collect();
    let mut cells: Vec<_> = names.iter().map(|name| (name.as_str(), 1)).collect();
    cells.push(("OH", 700));
    let evaluation = judged(&observe(&[("State", &cells)]), &requiring(STATE));
    let text = found(&evaluation).remove(0);
    let share = text.strip_prefix(OUTSIDE).and_then(|rest| rest.strip_prefix(" at most ")).expect("a bound");
    let share: f64 = share.split(' ').next().and_then(|number| number.parse().ok()).expect("a number");
    assert!((0.7..1.0).contains(&share), "the truth is 0.7, and {share} bounds it");
}

#[test]
fn cells_of_a_class_that_the_domain_lacks_are_outside_without_counts() {
    let numbers = observe(&[("State", &[("1", 30), ("2", 70)])]);
    let outside = format!("{OUTSIDE} 0.0 does not meet the constraint requirement! ");
    assert!(found(&judged(&numbers, &requiring(STATE))).contains(&outside));
    // A column with a number among its domains can be numbers for an hour.
    let codes =
        r#"{"name": "State", "inferred_type": "String", "string_constraints": {"domains": ["1", "2", "x"]}}"#;
    let evaluation = judged(&numbers, &requiring(codes));
    assert!(!found(&evaluation).iter().any(|found| found.starts_with(OUTSIDE)));
    assert_eq!(
        reason(&evaluation, "State.categorical_values_check"),
        "its values were not counted one by one, and what is known does not decide"
    );
}

#[test]
fn an_empty_domain_is_named_and_not_guessed() {
    let empty = r#"{"name": "State", "inferred_type": "String", "string_constraints": {"domains": []}}"#;
    let evaluation = judged(&observe(&[("State", &[("OH", 3)])]), &requiring(empty));
    assert_eq!(found(&evaluation), [""; 0]);
    assert_eq!(reason(&evaluation, "State.categorical_values_check"), "its list of domains is empty");
}

#[test]
fn a_number_and_its_text_are_one_value_of_the_domain() {
    let names: Vec<String> = (0..150).map(|at| at.to_string()).collect();
    let mut table = TableProfile::with_columns(["x".to_owned()]);
    for name in &names {
        table.feature_mut(0).push_text(name.as_bytes());
        table.feature_mut(0).push_number(name.as_bytes());
        table.end_rows(2);
    }
    let domains: Vec<_> = names.iter().map(|name| format!("{name:?}")).collect();
    let required = requiring(&format!(
        r#"{{"name": "x", "inferred_type": "String", "string_constraints": {{"domains": [{}]}}}}"#,
        domains.join(",")
    ));
    let observed = table.observe();
    let numbers = observed.statistics.features[0].numerical_statistics.as_ref();
    assert!(numbers.and_then(|numbers| numbers.approximate_num_distinct_values) > Some(250), "counted twice");
    assert_eq!(found(&judged(&observed, &required)), [""; 0]);
}

#[test]
fn what_stands_for_any_bytes_bounds_nothing() {
    let lossy = r#"{"name": "x", "inferred_type": "String", "string_constraints": {"domains": ["\uFFFD"]}}"#;
    let mut table = TableProfile::with_columns(["x".to_owned()]);
    // 256 texts cut short within a character, each of which reads as the one of the domain.
    for at in 0..=u8::MAX {
        table.feature_mut(0).push_text(&[0xE1 + at / 64, 0x80 + at % 64]);
        table.end_rows(1);
    }
    let evaluation = judged(&table.observe(), &requiring(lossy));
    assert_eq!(found(&evaluation), [""; 0]);
}
