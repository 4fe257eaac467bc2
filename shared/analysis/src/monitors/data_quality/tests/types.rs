//! Columns of text that became something else.

use super::*;

const NUMBERS_ONLY: &str = "Data type match requirement is not met. Expected data type: String, Expected match: 100.0%. \
                            Observed: Only 0.0% of data is String.";

fn plan(domains: &str) -> Constraints {
    requiring(&format!(r#"{{"name": "plan", "inferred_type": "String"{domains}}}"#))
}

fn of_type(evaluation: &Evaluation) -> Vec<String> {
    let violated = evaluation.constraints.violated.iter();
    let of_type = violated.filter(|found| found.judged.check == CheckType::DataType);
    of_type.map(|found| found.description.clone()).collect()
}

// The words and the number of a report of AWS's own container of 2021-08-03.
#[test]
fn a_column_of_text_without_a_single_text_is_a_violation_in_the_words_of_the_container() {
    let texts = r#", "string_constraints": {"domains": ["gold", "7"]}"#;
    for (now, constraints, violated) in [
        (&[("1", 3), ("2.5", 2)][..], "", true),
        (&[("1", 3)], texts, true),
        (&[("true", 3)], texts, true),
        (&[("true", 2), ("1", 1)], texts, true),
        // Some texts make a column of text.
        (&[("1", 300), ("x", 1)], texts, false),
        (&[("x", 3)], "", false),
        // It was numbers or truth values before.
        (&[("1", 3)], r#", "string_constraints": {"domains": ["true", "7"]}"#, false),
        (&[("true", 3)], "", false),
        (&[("1", 3)], r#", "string_constraints": {"domains": []}"#, true),
    ] {
        let evaluation = judged(&observe(&[("plan", now)]), &plan(constraints));
        let expected = if violated { vec![NUMBERS_ONLY.to_owned()] } else { Vec::new() };
        assert_eq!(of_type(&evaluation), expected, "{now:?} {constraints}");
    }
}

#[test]
fn without_a_domain_the_baselines_values_say_what_the_column_was() {
    for (before, now, violated) in [
        (&[("a", 1), ("b", 1)][..], &[("true", 5)][..], true),
        (&[("true", 1), ("false", 1)], &[("true", 5)], false),
        (&[("true", 1), ("1", 1)], &[("1", 5)], false),
    ] {
        let baseline = observe(&[("plan", before)]).statistics;
        let evaluation =
            evaluate(&observe(&[("plan", now)]), Some(&baseline), &plan(""), Comparison::default());
        assert_eq!(!of_type(&evaluation).is_empty(), violated, "{before:?} {now:?}");
        let suppressed =
            reason(&evaluation, "plan.baseline_drift_check") == "the type check of this column failed";
        assert_eq!(suppressed, violated);
    }
}

#[test]
fn its_threshold_and_its_cells_are_those_of_any_type_check() {
    let off = constraints(
        r#"{"features": [{"name": "plan", "inferred_type": "String"}],
            "monitoring_config": {"datatype_check_threshold": 0.0}}"#,
    );
    let numbers = observe(&[("plan", &[("1", 40)])]);
    assert_eq!(of_type(&judged(&numbers, &off)), [""; 0]);
    let found = judged(&numbers, &plan(""));
    let numbers = &found.constraints.violated[0].judged;
    assert_eq!((numbers.value, numbers.limit, numbers.n), (0.0, 1.0, 40));
    let empty = judged(&of_rows(3, &[("plan", &[])]), &plan(""));
    assert_eq!(reason(&empty, "plan.data_type_check"), "it has no value in this run");
}
