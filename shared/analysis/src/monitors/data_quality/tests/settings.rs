use super::*;

/// An override of one column in each spelling and at each place.
const PLACES: [&str; 4] = [
    r#""monitoringConfigOverrides": {OVERRIDES}"#,
    r#""monitoring_config_overrides": {OVERRIDES}"#,
    r#""string_constraints": {"monitoringConfigOverrides": {OVERRIDES}}"#,
    r#""string_constraints": {"monitoring_config_overrides": {OVERRIDES}}"#,
];

fn overridden(place: &str, overrides: &str, global: &str) -> Constraints {
    let place = place.replace("OVERRIDES", overrides);
    constraints(&format!(
        r#"{{"features": [{{"name": "a", "inferred_type": "Integral", "completeness": 1.0, {place}}},
            {{"name": "b", "inferred_type": "Integral", "completeness": 1.0}}], "monitoring_config": {{{global}}}}}"#
    ))
}

/// Of ten rows, two columns with nine whole numbers and a fraction, drifted from the baseline.
fn run(constraints: &Constraints) -> Vec<String> {
    let before = observe(&[("a", &[("1", 500)]), ("b", &[("1", 500)])]);
    let cells: Cells<'_> = &[("1", 400), ("2", 50), ("1.5", 50)];
    let now = observe(&[("a", cells), ("b", cells)]);
    let evaluation = evaluate(&now, Some(&before.statistics), constraints, Comparison::Simple);
    let check = |violation: &bellwether_contract::violations::Violation| {
        format!(
            "{} {}",
            violation.feature_name.as_deref().unwrap_or_default(),
            violation.constraint_check_type
        )
    };
    evaluation.constraints.violations().iter().map(check).collect()
}

#[test]
fn overrides_hold_in_every_spelling_and_for_their_column_alone() {
    for place in PLACES {
        for (overrides, expected) in [
            (r#""evaluate_constraints": "Disabled""#, &["b data_type_check"][..]),
            (r#""datatype_check_threshold": 0.9"#, &["a baseline_drift_check", "b data_type_check"]),
            (
                r#""datatype_check_threshold": 0.9, "distribution_constraints": {"comparison_threshold": 0.3}"#,
                &["b data_type_check"],
            ),
            (
                r#""datatype_check_threshold": 0.9, "distribution_constraints": {"perform_comparison": "Disabled"}"#,
                &["b data_type_check"],
            ),
            (r#""emit_metrics": "Disabled""#, &["a data_type_check", "b data_type_check"]),
        ] {
            assert_eq!(run(&overridden(place, overrides, "")), expected, "{place} {overrides}");
        }
    }
}

#[test]
fn what_an_override_does_not_say_is_said_for_all_columns() {
    let global =
        r#""datatype_check_threshold": 0.9, "distribution_constraints": {"comparison_threshold": 0.3}"#;
    for place in PLACES {
        assert_eq!(run(&overridden(place, "", global)), [""; 0]);
        let lower = r#""distribution_constraints": {"comparison_threshold": 0.15}"#;
        assert_eq!(run(&overridden(place, lower, global)), ["a baseline_drift_check"]);
        let strict = r#""datatype_check_threshold": 1.0"#;
        assert_eq!(run(&overridden(place, strict, global)), ["a data_type_check"]);
    }
}

#[test]
fn all_columns_can_be_switched_off_and_one_of_them_on_again() {
    let off = r#""evaluate_constraints": "Disabled""#;
    for place in PLACES {
        assert_eq!(run(&overridden(place, "", off)), [""; 0]);
        let on = r#""evaluate_constraints": "Enabled""#;
        assert_eq!(run(&overridden(place, on, off)), ["a data_type_check"]);
    }
    let silent =
        r#""datatype_check_threshold": 0.9, "distribution_constraints": {"perform_comparison": "Disabled"}"#;
    assert_eq!(run(&overridden(PLACES[0], "", silent)), [""; 0]);
}

#[test]
fn a_domain_threshold_can_be_lowered() {
    let required = |threshold: f64| {
        requiring(&format!(
            r#"{{"name": "t", "inferred_type": "String", "string_constraints": {{"domains": ["x"],
                "monitoring_config_overrides": {{"domain_content_threshold": {threshold}}}}}}}"#
        ))
    };
    let now = observe(&[("t", &[("x", 9), ("y", 1)])]);
    assert_eq!(judged(&now, &required(0.9)).constraints.violations().len(), 0);
    assert_eq!(judged(&now, &required(0.95)).constraints.violations().len(), 1);
}

#[test]
fn what_is_switched_off_is_named_and_not_judged() {
    let now = observe(&[("a", &[("1.5", 2)]), ("b", &[("1.5", 2)])]);
    let off = judged(&now, &overridden(PLACES[0], "", r#""evaluate_constraints": "Disabled""#));
    assert_eq!((off.constraints.judged(), off.constraints.not_evaluable.len()), (0, 2));
    for column in ["a", "b"] {
        assert_eq!(reason(&off, column), "evaluate_constraints is Disabled for it");
    }
    let one = judged(&now, &overridden(PLACES[0], r#""evaluate_constraints": "disabled""#, ""));
    assert_eq!(reason(&one, "a"), "evaluate_constraints is Disabled for it");
    assert_eq!(one.constraints.violations().len(), 1, "b is judged");
    // A comparison that is switched off is not asked for.
    let global =
        r#""distribution_constraints": {"perform_comparison": "Disabled"}, "datatype_check_threshold": 0.0"#;
    let silent = judged(&now, &overridden(PLACES[0], "", global));
    assert_eq!(silent.constraints.not_evaluable.len(), 0);
    assert_eq!(silent.constraints.held.len(), 4, "types and completeness of both");
}

#[test]
fn the_number_of_columns_is_judged_by_what_holds_for_all() {
    let now = observe(&[("a", &[("1", 2)])]);
    let count = |global: &str| judged(&now, &overridden(PLACES[0], "", global));
    assert_eq!(count("").constraints.violations().len(), 1);
    let off = count(r#""evaluate_constraints": "Disabled""#);
    assert_eq!(off.constraints.judged(), 0);
    assert_eq!(off.constraints.not_evaluable.keys().collect::<Vec<_>>(), ["a", "b"]);
}
