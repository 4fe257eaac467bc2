use super::*;

const METHODS: &str =
    r#"{"name": "n", "inferred_type": "Integral"}, {"name": "t", "inferred_type": "String"}"#;

fn configured(distribution: &str) -> Constraints {
    constraints(&format!(
        r#"{{"features": [{METHODS}], "monitoring_config": {{"distribution_constraints": {{{distribution}}}}}}}"#
    ))
}

/// Three values from 80/10/10 to 10/10/80, and two texts from 3/1 to 2/2.
fn moved() -> (Statistics, Observed) {
    let before = observe(&[("n", &[("1", 800), ("2", 100), ("3", 100)]), ("t", &[("x", 750), ("y", 250)])]);
    let now = observe(&[("n", &[("1", 100), ("2", 100), ("3", 800)]), ("t", &[("x", 500), ("y", 500)])]);
    (before.statistics, now)
}

fn compared(constraints: &Constraints, comparison: Comparison) -> Evaluation {
    let (before, now) = moved();
    evaluate(&now, Some(&before), constraints, comparison)
}

// By hand: 0.7 and 0.25; robust takes 1.8 * sqrt(2000 / 10^6) = 0.0804984471899924 off.
#[test]
fn distances_are_those_of_the_method() {
    let [n, t] = ["n", "t"].map(str::to_owned);
    for (distribution, comparison, expected) in [
        ("", Comparison::AsConfigured, [0.619_501_552_810_007_6, 0.169_501_552_810_007_6]),
        (r#""comparison_method": "Simple""#, Comparison::AsConfigured, [0.7, 0.25]),
        (r#""comparison_method": "Robust""#, Comparison::Simple, [0.7, 0.25]),
        (
            r#""comparison_method": "Simple""#,
            Comparison::Robust,
            [0.619_501_552_810_007_6, 0.169_501_552_810_007_6],
        ),
        (r#""comparison_method": "Simple""#, Comparison::Deequ, [0.0, 0.25]),
    ] {
        let evaluation = compared(&configured(distribution), comparison);
        let (names, distances): (Vec<_>, Vec<_>) = evaluation.distances.iter().cloned().unzip();
        assert_eq!(names, [n.clone(), t.clone()]);
        for (ours, expected) in distances.iter().zip(expected) {
            assert!((ours - expected).abs() < 1e-12, "{distribution} {comparison:?}: {distances:?}");
        }
        assert!(
            evaluation.constraints.not_evaluable.is_empty(),
            "{:?}",
            evaluation.constraints.not_evaluable
        );
    }
}

#[test]
fn a_distance_above_its_threshold_is_told_in_the_words_that_consumers_look_for() {
    let text = |distribution: &str| found(&compared(&configured(distribution), Comparison::Simple));
    assert_eq!(
        text(""),
        [
            "n: baseline_drift_check: Baseline drift distance: 0.7000000000000001 exceeds threshold: 0.1",
            "t: baseline_drift_check: Baseline drift distance: 0.25 exceeds threshold: 0.1"
        ]
    );
    assert_eq!(
        text(r#""comparison_threshold": 0.8, "categorical_comparison_threshold": 0.25"#),
        [""; 0],
        "a distance equal to its threshold violates nothing"
    );
    assert_eq!(text(r#""comparison_threshold": 0.8"#).len(), 1);
    assert_eq!(text(r#""categorical_comparison_threshold": 0.3"#).len(), 1);
}

/// Three of a thousand values: what robust comparison takes off for so few would eat any distance.
#[test]
fn counts_by_value_that_do_not_add_up_are_not_that_columns() {
    let (mut before, now) = moved();
    let texts = before.features[1].string_statistics.as_mut().unwrap();
    let buckets = &mut texts.distribution.as_mut().unwrap().categorical.as_mut().unwrap().buckets;
    (buckets[0].count, buckets[1].count) = (2, 1);
    for distribution in ["", r#""categorical_drift_method": "ChiSquared""#] {
        let evaluation = evaluate(&now, Some(&before), &configured(distribution), Comparison::default());
        assert_eq!(
            evaluation.constraints.not_evaluable["t.baseline_drift_check"],
            "the counts by value of its baseline hold 3 of 1000 values"
        );
    }
}

// SciPy 1.17.1: chi2.sf of 1000 * (0.25^2 / 0.75 + 0.25^2 / 0.25) at one degree of freedom.
#[test]
fn the_chi_squared_test_is_told_as_a_p_value() {
    let evaluation = compared(&configured(r#""categorical_drift_method": "ChiSquared""#), Comparison::Simple);
    let text = found(&evaluation).pop().expect("a violation");
    let p_value = text
        .strip_prefix("t: baseline_drift_check: Baseline drift p-value: ")
        .and_then(|rest| rest.strip_suffix(" is below threshold: 0.1"))
        .and_then(|number| number.parse::<f64>().ok())
        .expect("a p-value");
    assert!((p_value / 1.806_316_233_094_12e-74 - 1.0).abs() < 1e-11, "{p_value:e}");
    assert_eq!(evaluation.distances.len(), 1, "a p-value is no distance");
}

#[test]
fn a_failed_type_check_suppresses_the_drift_check_of_its_column_alone() {
    let (before, _) = moved();
    let now = observe(&[("n", &[("1", 1), ("9.5", 999)]), ("t", &[("x", 500), ("y", 500)])]);
    let evaluation = evaluate(&now, Some(&before), &configured(""), Comparison::default());
    let found = evaluation.constraints.violations();
    let checks: Vec<_> = found.iter().map(|found| found.constraint_check_type.as_str()).collect();
    assert_eq!(checks, ["data_type_check", "baseline_drift_check"]);
    assert_eq!(evaluation.distances.len(), 1);
    assert_eq!(reason(&evaluation, "n.baseline_drift_check"), "the type check of this column failed");
}

#[test]
fn missing_cells_move_a_distribution_of_texts() {
    let before = observe(&[("t", &[("x", 1_000)])]);
    let now = of_rows(1_000, &[("t", &[("x", 500)])]);
    let required = requiring(r#"{"name": "t", "inferred_type": "String"}"#);
    let evaluation = evaluate(&now, Some(&before.statistics), &required, Comparison::Simple);
    assert_eq!(evaluation.distances, [("t".to_owned(), 0.5)]);
    let none = of_rows(1_000, &[("t", &[])]);
    let evaluation = evaluate(&none, Some(&before.statistics), &required, Comparison::Simple);
    assert_eq!(evaluation.distances, [("t".to_owned(), 1.0)], "none at all");
}

#[test]
fn what_cannot_be_compared_is_named() {
    let names: Vec<String> = (0..400).map(|at| format!("id-{at}")).collect();
    let many: Vec<_> = names.iter().map(|name| (name.as_str(), 1)).collect();
    let both = |before: Cells<'_>, now: Cells<'_>, expected: &str| {
        let required = requiring(&format!(r#"{{"name": "x", "inferred_type": "{expected}"}}"#));
        let (before, now) = (of_rows(500, &[("x", before)]), of_rows(500, &[("x", now)]));
        let evaluation = evaluate(&now, Some(&before.statistics), &required, Comparison::default());
        assert_eq!((found(&evaluation).len(), evaluation.distances.len()), (0, 0));
        reason(&evaluation, "x.baseline_drift_check").to_owned()
    };
    let few: Cells<'_> = &[("a", 3)];
    assert_eq!(both(&many, few, "String"), "its baseline statistics have no counts by value");
    assert_eq!(both(few, &many, "String"), "its values in this run were not counted one by one");
    assert_eq!(both(&[("1", 9)], &[], "Integral"), "it has no value in this run");
    let huge: Cells<'_> = &[("1e308", 1), ("-1e308", 1)];
    assert_eq!(both(&[("1", 9)], huge, "Fractional"), "its values in this run have no sketch");
    assert_eq!(both(few, &[("1", 9)], "Integral"), "its baseline statistics have no sketch");
    assert_eq!(both(&[], few, "Unknown"), "the baseline has no value of it");
    let alone = evaluate(
        &observe(&[("n", &[("1", 1)]), ("t", &[("x", 1)])]),
        Some(&Statistics::default()),
        &configured(""),
        Comparison::default(),
    );
    assert_eq!(reason(&alone, "n.baseline_drift_check"), "there are no baseline statistics of it");
}

/// Statistics of a column of numbers whose sketch or buckets are replaced.
fn with_kll(observed: &Observed, edit: impl Fn(&mut bellwether_contract::statistics::Kll)) -> Statistics {
    let mut statistics = observed.statistics.clone();
    let numbers = statistics.features[0].numerical_statistics.as_mut().expect("numbers");
    edit(numbers.distribution.as_mut().and_then(|found| found.kll.as_mut()).expect("a sketch"));
    statistics
}

fn spread(from: u64) -> Observed {
    let names: Vec<String> = (0..1_000).map(|at| (from + at % 500).to_string()).collect();
    let cells: Vec<_> = names.iter().map(|name| (name.as_str(), 1)).collect();
    observe(&[("n", &cells)])
}

const NUMBERS: &str = r#"{"name": "n", "inferred_type": "Integral"}"#;

// 300 of 500 values are moved beyond the end: 0.6, less 1.8 * sqrt(2000 / 10^6) = 0.0804984471899924.
#[test]
fn a_sketch_that_is_not_the_columns_is_told_and_the_buckets_are_compared() {
    let (before, now) = (spread(0), spread(300));
    for (edit, told) in [
        (
            &(|kll: &mut bellwether_contract::statistics::Kll| {
                kll.sketch.as_mut().expect("a sketch").data = vec![vec![0.0, 1.0]];
            }) as &dyn Fn(&mut bellwether_contract::statistics::Kll),
            "its baseline sketch holds 2 of 1000 values",
        ),
        (&|kll| kll.sketch = None, "its baseline statistics have no sketch"),
        (&|kll| kll.sketch.as_mut().expect("a sketch").data.clear(), "its baseline sketch has no item"),
    ] {
        let baseline = with_kll(&before, edit);
        let evaluation = evaluate(&now, Some(&baseline), &requiring(NUMBERS), Comparison::default());
        let found = &evaluation.constraints.violated[0];
        assert!((found.judged.value - 0.519_501_552_810_007_6).abs() < 1e-9, "{}", found.judged.value);
        assert_eq!((found.judged.n, found.judged.baseline_n), (1_000, Some(1_000)));
        let warning = format!("n.baseline_drift_check: {told}; compared by its 10 buckets");
        assert_eq!(evaluation.constraints.warnings, [warning]);
        // Without buckets of all its values there is nothing to compare.
        for spoil in [
            &(|kll: &mut bellwether_contract::statistics::Kll| kll.buckets.clear())
                as &dyn Fn(&mut bellwether_contract::statistics::Kll),
            &|kll| kll.buckets[4].count = 500.0,
            &|kll| kll.buckets.iter_mut().for_each(|bucket| bucket.count = 0.0),
            &|kll| kll.buckets.swap(2, 3),
        ] {
            let baseline = with_kll(&before, |kll| {
                edit(kll);
                spoil(kll);
            });
            let evaluation = evaluate(&now, Some(&baseline), &requiring(NUMBERS), Comparison::Simple);
            assert_eq!(reason(&evaluation, "n.baseline_drift_check"), told);
            assert_eq!((evaluation.distances.len(), evaluation.constraints.warnings.len()), (0, 0));
        }
    }
}

#[test]
fn a_sketch_may_lack_one_value_of_a_hundred_and_no_more() {
    let now = spread(0);
    for (missing, expected) in
        [(0, ""), (10, ""), (11, "its baseline sketch holds 989 of 1000 values; compared by its 10 buckets")]
    {
        let baseline = with_kll(&now, |kll| {
            kll.sketch.as_mut().expect("a sketch").data[0].truncate(1_000 - missing);
        });
        let evaluation = evaluate(&now, Some(&baseline), &requiring(NUMBERS), Comparison::default());
        let told = evaluation.constraints.warnings.first().map_or("", String::as_str);
        assert_eq!(told.trim_start_matches("n.baseline_drift_check: "), expected, "{missing} missing");
    }
}

/// A whole number beyond 64 bits is a value of its column, and no number that could be compared.
#[test]
fn an_hour_of_which_the_sketch_holds_a_part_is_not_compared() {
    let before = observe(&[("n", &[("1", 100)])]);
    let now = observe(&[("n", &[("1", 50), ("123456789012345678901234567890", 50)])]);
    let evaluation = evaluate(&now, Some(&before.statistics), &requiring(NUMBERS), Comparison::default());
    assert_eq!(
        reason(&evaluation, "n.baseline_drift_check"),
        "its sketch in this run holds 50 of 100 values"
    );
}

#[test]
fn few_values_on_a_side_are_told_with_their_numbers() {
    let (before, now) = (observe(&[("n", &[("1", 150)])]), observe(&[("n", &[("2", 60)])]));
    let evaluation = evaluate(&now, Some(&before.statistics), &requiring(NUMBERS), Comparison::default());
    let judged = &evaluation.constraints.violated[0].judged;
    assert_eq!((judged.n, judged.baseline_n), (60, Some(150)));
}
