use bellwether_contract::json::from_slice;

use super::*;
use crate::suggest::suggest;
use crate::table::TableProfile;

mod churn;
mod domain;
mod drift;
mod judged;
mod law;
mod settings;
mod types;
mod unchecked;

/// A column: values with how often each occurs. Cells short of the rows are missing.
type Cells<'a> = &'a [(&'a str, u64)];

fn observe(columns: &[(&str, Cells<'_>)]) -> Observed {
    let longest = columns.iter().map(|(_, cells)| cells.iter().map(|(_, count)| count).sum()).max();
    of_rows(longest.unwrap_or(0), columns)
}

fn of_rows(rows: u64, columns: &[(&str, Cells<'_>)]) -> Observed {
    let mut table = TableProfile::with_columns(columns.iter().map(|(name, _)| (*name).to_owned()));
    for (place, (_, cells)) in columns.iter().enumerate() {
        for (text, count) in *cells {
            (0..*count).for_each(|_| table.feature_mut(place).push_text(text.as_bytes()));
        }
    }
    table.end_rows(rows);
    table.observe()
}

fn constraints(text: &str) -> Constraints {
    from_slice("constraints.json", text.as_bytes()).expect("constraints")
}

/// Constraints of the columns that are given as JSON objects.
fn requiring(features: &str) -> Constraints {
    constraints(&format!(r#"{{"version": 0.0, "features": [{features}]}}"#))
}

/// Without a baseline.
fn judged(observed: &Observed, constraints: &Constraints) -> Evaluation {
    evaluate(observed, None, constraints, Comparison::default())
}

/// `feature: check: description` of every violation.
fn found(evaluation: &Evaluation) -> Vec<String> {
    let line = |violation: &bellwether_contract::violations::Violation| {
        let feature = violation.feature_name.as_deref().unwrap_or_default();
        format!("{feature}: {}: {}", violation.constraint_check_type, violation.description)
    };
    evaluation.constraints.violations().iter().map(line).collect()
}

fn reason<'e>(evaluation: &'e Evaluation, key: &str) -> &'e str {
    evaluation.constraints.not_evaluable.get(key).map_or("", String::as_str)
}

// The numbers and words of AWS's own run of 2022-04-18: 1,970 of 1,977 cells, and 0 of 1,977.
#[test]
fn types_are_judged_in_the_words_of_the_container() {
    let observed =
        observe(&[("Account Length", &[("128", 1_970), ("1.5", 7)]), ("Churn", &[("0.01", 1_977)])]);
    let evaluation = judged(
        &observed,
        &requiring(
            r#"{"name": "Account Length", "inferred_type": "Integral"}, {"name": "Churn", "inferred_type": "Integral"}"#,
        ),
    );
    assert_eq!(
        found(&evaluation),
        [
            "Account Length: data_type_check: Data type match requirement is not met. Expected data type: Integral, \
             Expected match: 100.0%. Observed: Only 99.64592817400101% of data is Integral.",
            "Churn: data_type_check: Data type match requirement is not met. Expected data type: Integral, \
             Expected match: 100.0%. Observed: Only 0.0% of data is Integral.",
        ]
    );
}

#[test]
fn every_expected_type_takes_what_it_takes() {
    let cells: &[(&str, Cells<'_>)] = &[
        ("whole", &[("1", 4)]),
        ("fraction", &[("1.5", 4)]),
        ("both", &[("1", 2), ("1e3", 2)]),
        ("truth", &[("true", 4)]),
        ("text", &[("x", 4)]),
        ("odd", &[("1", 3), ("x", 1)]),
        ("nothing", &[]),
    ];
    let observed = observe(cells);
    for (expected, violated) in [
        ("Integral", &["fraction", "both", "truth", "text", "odd"][..]),
        ("Fractional", &["truth", "text", "odd"]),
        ("String", &["whole", "fraction", "both"]),
        ("Boolean", &[]),
        ("Unknown", &[]),
    ] {
        let features: Vec<_> = cells
            .iter()
            .map(|(name, _)| format!(r#"{{"name": "{name}", "inferred_type": "{expected}"}}"#))
            .collect();
        let evaluation = judged(&observed, &requiring(&features.join(",")));
        let found = evaluation.constraints.violations();
        let names: Vec<_> = found.iter().filter_map(|found| found.feature_name.as_deref()).collect();
        assert_eq!(names, violated, "{expected}");
    }
}

#[test]
fn completeness_is_judged_in_the_words_of_older_reports() {
    let least = |completeness: &str| {
        let feature =
            format!(r#"{{"name": "a", "inferred_type": "Integral", "completeness": {completeness}}}"#);
        let other = r#"{"name": "b", "inferred_type": "Integral"}"#;
        let observed = observe(&[("a", &[("1", 3)]), ("b", &[("1", 4)])]);
        found(&judged(&observed, &requiring(&format!("{feature}, {other}"))))
    };
    assert_eq!(
        least("1.0"),
        ["a: completeness_check: Value: 0.75 does not meet the constraint requirement! "]
    );
    assert_eq!(least("0.75"), [""; 0], "equal to its limit");
    assert_eq!(least("0.5"), [""; 0]);
    let empty = of_rows(3, &[("a", &[])]);
    let required = requiring(r#"{"name": "a", "inferred_type": "Integral", "completeness": 1.0}"#);
    assert_eq!(
        found(&judged(&empty, &required)),
        ["a: completeness_check: Value: 0.0 does not meet the constraint requirement! "],
        "without a cell its type is not judged"
    );
}

#[test]
fn another_number_of_columns_ends_all_further_checks() {
    let all: Vec<String> = (0..9)
        .map(|at| format!(r#"{{"name": "c{at}", "inferred_type": "Integral", "completeness": 1.0}}"#))
        .collect();
    let names: Vec<String> = (0..10).map(|at| format!("c{at}")).collect();
    let data = |columns: usize| {
        let cells: Vec<(&str, Cells<'_>)> =
            names[..columns].iter().map(|name| (name.as_str(), &[("x", 1)][..])).collect();
        judged(&observe(&cells), &requiring(&all.join(",")))
    };
    let missing = data(8);
    assert_eq!(
        found(&missing),
        [
            "Missing columns: missing_column_check: There are missing columns in current dataset. Number of columns in \
          current dataset: 8, Number of columns in baseline constraints: 9"
        ]
    );
    assert_eq!(missing.constraints.not_evaluable.len(), 9);
    assert_eq!(reason(&missing, "c0"), "the number of columns differs, and further checks end with that");
    assert_eq!(
        found(&data(10)),
        [
            "Extra columns: extra_column_check: There are extra columns in current dataset. Number of columns in current \
          dataset: 10, Number of columns in baseline constraints: 9"
        ]
    );
    assert_eq!(data(9).constraints.violations().len(), 9, "equal numbers: every column is judged");
}

#[test]
fn a_renamed_column_is_a_missing_one() {
    let required = requiring(
        r#"{"name": "a", "inferred_type": "Integral", "completeness": 1.0}, {"name": "b", "inferred_type": "String",
            "completeness": 0.0}"#,
    );
    let evaluation = judged(&observe(&[("A", &[("1", 2)]), ("B", &[("x", 2)])]), &required);
    assert_eq!(
        found(&evaluation),
        ["a: completeness_check: Value: 0.0 does not meet the constraint requirement! "],
        "b requires no value"
    );
    assert_eq!(reason(&evaluation, "a"), "the data have no column of that name");
    assert_eq!(reason(&evaluation, "b"), "the data have no column of that name");
}

#[test]
fn of_a_column_that_the_constraints_name_twice_the_first_entry_counts() {
    let twice = requiring(
        r#"{"name": "a", "inferred_type": "Integral"}, {"name": "a", "inferred_type": "String", "completeness": 1.0}"#,
    );
    let evaluation = judged(&observe(&[("a", &[("1", 2)])]), &twice);
    assert_eq!(found(&evaluation), [""; 0]);
    assert_eq!(
        reason(&evaluation, "a.constraints"),
        "the constraints name \"a\" more than once, and the first counts"
    );
}

#[test]
fn of_a_column_that_the_data_hold_twice_the_first_counts() {
    let mut twice = observe(&[("a", &[("1", 4)]), ("b", &[("x", 4)])]);
    twice.statistics.features[1].name = "a".to_owned();
    let required = requiring(r#"{"name": "a", "inferred_type": "Integral", "completeness": 1.0}"#);
    assert_eq!(found(&judged(&twice, &required)), [""; 0], "neither a second column nor its texts");
}

#[test]
fn without_rows_or_columns_to_judge_nothing_is_violated() {
    let required = requiring(r#"{"name": "a", "inferred_type": "Integral", "completeness": 1.0}"#);
    let no_row = judged(&of_rows(0, &[]), &required);
    assert_eq!((found(&no_row).len(), reason(&no_row, "features")), (0, "there is no row"));
    let other = constraints(r#"{"version": 0.0, "binary_classification_constraints": {}}"#);
    let evaluation = judged(&observe(&[("a", &[("1", 2)])]), &other);
    assert_eq!(found(&evaluation), [""; 0]);
    assert_eq!(reason(&evaluation, "features"), "the constraints name no column");
}

#[test]
fn violations_come_in_the_order_of_the_constraints_and_of_the_checks() {
    let before = observe(&[("z", &[("1", 200)]), ("a", &[("x", 100), ("y", 100)])]);
    let now = of_rows(220, &[("a", &[("x", 1), ("w", 199)]), ("z", &[("1.5", 200)])]);
    let evaluation =
        evaluate(&now, Some(&before.statistics), &suggest(&before.statistics), Comparison::default());
    let checks: Vec<_> = evaluation
        .constraints
        .violations()
        .iter()
        .map(|found| {
            format!("{} {}", found.feature_name.as_deref().unwrap_or_default(), found.constraint_check_type)
        })
        .collect();
    assert_eq!(
        checks,
        [
            "z data_type_check",
            "z completeness_check",
            "a completeness_check",
            "a categorical_values_check",
            "a baseline_drift_check"
        ]
    );
}
