//! What is violated, what is not evaluable, what is published: small windows.

use bellwether_contract::judged::Judged;
use bellwether_contract::model_bias::{BIAS_DRIFT_CHECK, BiasNumber};
use bellwether_contract::violations::CheckType;

use super::*;

/// Rows of a facet's value, truth and answer, so many times each.
fn window(values: &[ConfigValue], rows: &[(BiasCell<'_>, i64, i64, usize)]) -> MeasuredBias {
    let problem = BiasProblem {
        features: vec!["f".to_owned()],
        label: "y".to_owned(),
        positive: vec![ConfigValue::Integer(1)],
        facets: vec![Facet { name: "f".to_owned(), feature: 0, values: values.to_vec() }],
        group: None,
        flip_test_rows: 0,
    };
    let mut all = BiasRows::new(&problem);
    for (value, truth, answer, count) in rows {
        for _ in 0..*count {
            all.push(&[*value], BiasCell::Integer(*truth), BiasCell::Integer(*answer)).expect("a whole row");
        }
    }
    measure(&all).expect("no reason to stop")
}

fn text(text: &str) -> ConfigValue {
    ConfigValue::Text(text.to_owned())
}

const M: BiasCell<'_> = BiasCell::Text("m");
const F: BiasCell<'_> = BiasCell::Text("f");

/// Of a hundred men fifty are accepted, of a hundred women so many.
fn hired(women: usize) -> MeasuredBias {
    window(&[text("f")], &[(M, 1, 1, 50), (M, 0, 0, 50), (F, 1, 1, women), (F, 0, 0, 100 - women)])
}

/// One constraint.
fn limit(facet_value: &str, metric: &str, value: Option<f64>) -> BiasAnalysis {
    let value = value.map_or("null".to_owned(), |value| BiasNumber::from(value).to_string());
    let value = if value.contains("Infinity") { format!("{value:?}") } else { value };
    let file = format!(
        r#"{{"version": "1.0", "post_training_bias_metrics": {{"label": "y", "facets": {{"f": [{{"value_or_threshold":
        "{facet_value}", "metrics": [{{"name": "{metric}", "description": "", "value": {value}}}]}}]}},
        "label_value_or_threshold": "1"}}}}"#
    );
    BiasAnalysis::parse("limits", file.as_bytes()).expect("a constraint")
}

fn judged(measured: &MeasuredBias, limits: &BiasAnalysis, rule: BiasRule) -> Evaluated {
    evaluate(Ok(measured), limits, rule)
}

/// Whether a check was held against a value.
fn checked(evaluated: &Evaluated, name: &str) -> bool {
    evaluated.held.contains_key(name) || evaluated.violated.iter().any(|one| one.judged.check_name() == name)
}

fn is_violated(measured: &MeasuredBias, metric: &str, limit_value: f64, rule: BiasRule) -> bool {
    let judgement = judged(measured, &limit("f", metric, Some(limit_value)), rule);
    assert_eq!(judgement.judged(), 1, "{:?}", judgement.not_evaluable);
    !judgement.violated.is_empty()
}

#[test]
fn a_metric_is_violated_where_it_is_farther_from_zero_than_the_baseline() {
    let rule = BiasRule::default();
    let window = hired(20);
    for (metric, value, violated) in [
        ("DPPL", 0.3, false),
        ("DPPL", 0.29, true),
        ("DPPL", -0.29, true),
        ("DPPL", -0.31, false),
        ("DPPL", 0.0, true),
        // A ratio of 0.4: nearer to zero than 0.5 is, and farther from one.
        ("DI", 0.5, false),
        ("DI", 0.3, true),
        ("DI", f64::INFINITY, false),
        // Without one wrong answer: nothing is not beyond nothing.
        ("TE", 0.0, false),
    ] {
        assert_eq!(is_violated(&window, metric, value, rule), violated, "{metric} against {value}");
    }
    let fair_at_one = BiasRule { di: DiRule::IdealOne, ..rule };
    for (value, violated) in [(0.5, true), (0.3, false), (2.0, true), (3.0, false), (0.0, false), (1.0, true)]
    {
        assert_eq!(is_violated(&window, "DI", value, fair_at_one), violated, "0.4 against {value}");
    }
}

/// A baseline without a difference, against 0.45 of 0.5: within chance.
#[test]
fn chance_is_allowed_for_where_that_is_asked_for() {
    let certain = BiasRule { confidence: Confidence::NormalBootstrap, seed: 3, ..BiasRule::default() };
    assert!(is_violated(&hired(45), "DPPL", 0.0, BiasRule::default()));
    assert!(!is_violated(&hired(45), "DPPL", 0.0, certain));
    assert!(is_violated(&hired(20), "DPPL", 0.0, certain));
    assert!(is_violated(&hired(20), "DI", 1.0, BiasRule { di: DiRule::IdealOne, ..certain }));
    let kept = judged(&hired(45), &limit("f", "DPPL", Some(0.01)), certain);
    let held: &Judged = &kept.held["f=f DPPL"];
    assert_eq!((held.value, held.limit), (0.0, 0.01), "the interval reaches over zero");
}

#[test]
fn few_rows_on_a_side_judge_nothing() {
    let window = window(&[text("f")], &[(M, 1, 1, 50), (M, 0, 0, 50), (F, 1, 1, 3), (F, 0, 1, 4)]);
    let rule = BiasRule { min_group: 10, ..BiasRule::default() };
    let judgement = judged(&window, &analysis(&hired(50)), rule);
    let evaluated = &judgement;
    assert_eq!(
        evaluated.not_evaluable["f=f DPPL"],
        "f=f has 7 rows and the rest 100, fewer than MIN_GROUP, which is 10"
    );
    let aside: Vec<String> = evaluated.violated_aside.iter().map(|found| found.judged.check_name()).collect();
    assert_eq!(
        (aside, evaluated.judged()),
        (vec!["f=f GE".to_owned()], 0),
        "which is of all rows, and compares nobody"
    );
    let rule = BiasRule { min_group: 7, ..rule };
    assert!(super::evaluate(Ok(&window), &analysis(&hired(50)), rule).judged() > 10);
}

#[test]
fn what_has_no_value_is_told_in_the_containers_words() {
    let nobody = window(&[text("f")], &[(M, 1, 1, 50), (M, 0, 0, 50)]);
    let judgement = judged(&nobody, &analysis(&hired(50)), BiasRule::default());
    let told = &judgement.not_evaluable;
    assert_eq!(told["f=f DCA"], "DCO: Facet set is empty");
    assert_eq!(told["f=f CI"], "CI: facet set is empty. Check that x[facet] has non-zero length.");
    assert!(!told.contains_key("f=f CDDL"), "null on both sides");
    assert_eq!(told["f=f"], "0 rows are in the group and 100 beside it: nobody is compared");
    assert_eq!(judgement.held_aside.keys().collect::<Vec<_>>(), ["f=f GE"]);
    assert_eq!(judgement.judged(), 0, "what has a value without a group judges nothing");
    let without = judged(&hired(50), &limit("f", "DPPL", None), BiasRule::default());
    assert_eq!(without.not_evaluable["f=f DPPL"], "the baseline has no value of it: it is null there");
    let other = judged(&hired(50), &limit("f", "DPPLL", Some(1.0)), BiasRule::default());
    assert_eq!(other.not_evaluable["f=f DPPLL"], "DPPLL is no metric of bias; DPPL is probably meant");
    let nothing = evaluate(Err("no label came"), &analysis(&hired(50)), BiasRule::default());
    assert!(nothing.not_evaluable.values().all(|why| why == "no label came"));
    assert_eq!((nothing.judged(), nothing.not_evaluable.len()), (0, 18));
}

/// The greatest value of a window is in the text of a group by a threshold; the check's name is the baseline's.
#[test]
fn a_group_by_a_threshold_is_the_baselines_whatever_its_greatest_value() {
    let of = |greatest: i64, old: i64| {
        let ages: Vec<(BiasCell<'_>, i64, i64, usize)> = (0..40)
            .map(|place| {
                let age = if place < 30 { 20 + place } else { greatest };
                let answer = if place < 20 { 1 } else { i64::from(place < 20 + old) };
                (BiasCell::Integer(age), 1 - answer, answer, 2)
            })
            .collect();
        window(&[ConfigValue::Integer(39)], &ages)
    };
    let (baseline, hour) = (analysis(&of(225, 10)), of(232, 5));
    let judgement = judged(&hour, &baseline, BiasRule::default());
    let found = violations(&judgement.violated);
    let entry = found.violations.iter().find(|one| one.metric_name.as_deref() == Some("DPPL")).expect("one");
    assert_eq!((entry.facet.as_deref(), entry.facet_value.as_deref()), (Some("f"), Some("(39, 232]")));
    assert!(checked(&judgement, "f=(39, 225] DPPL"));

    // A baseline of values is none of numbers, nor the other way round.
    let few = judged(&hour, &limit("40", "DPPL", Some(0.1)), BiasRule::default());
    assert_eq!(
        few.not_evaluable["f=40 DPPL"],
        "the baseline compares f with the value 40, and this window has the numbers (39, 232]: in so few rows, or among \
         fractions, values are read as numbers"
    );
    let texts = judged(&hired(50), &limit("(0, 1]", "DPPL", Some(0.1)), BiasRule::default());
    assert_eq!(
        texts.not_evaluable["f=(0, 1] DPPL"],
        "the baseline reads f as numbers, (0, 1], and this window as values, f"
    );
    let absent = judged(&hired(50), &limit("x", "DPPL", Some(0.1)), BiasRule::default());
    assert_eq!(absent.not_evaluable["f=x DPPL"], "no row of the window has the value x");
}

#[test]
fn each_value_of_a_facet_is_judged_by_its_text_in_whatever_order_they_came() {
    let of = |order: &[BiasCell<'_>]| {
        let rows: Vec<_> = order.iter().flat_map(|value| [(*value, 1, 1, 30), (*value, 0, 0, 30)]).collect();
        window(&[], &rows)
    };
    let baseline = analysis(&of(&[M, F, BiasCell::Text("x")]));
    let judgement = judged(&of(&[BiasCell::Text("x"), M]), &baseline, BiasRule::default());
    assert!(checked(&judgement, "f=x DPPL") && checked(&judgement, "f=m DPPL"));
    assert_eq!(judgement.not_evaluable["f=f DPPL"], "no row of the window has the value f");
}

#[test]
fn an_infinity_violates_and_its_numbers_can_be_written() {
    let tilted =
        window(&[text("f")], &[(M, 1, 1, 50), (M, 0, 1, 2), (F, 1, 0, 9), (F, 0, 0, 40), (M, 0, 0, 9)]);
    let judgement = judged(&tilted, &limit("f", "TE", Some(2.5)), BiasRule::default());
    let [found] = judgement.violated.as_slice() else { panic!("one") };
    assert_eq!(
        found.description,
        "Metric value Infinity doesn't meet the baseline constraint requirement 2.5"
    );
    assert_eq!((found.judged.value, found.judged.limit, found.judged.n), (INFINITE, 2.5, 110));
    bellwether_contract::json::to_vec(&found.judged).expect("finite");
    let point =
        points(&analysis(&tilted)).into_iter().find(|point| point.name == "bias_metric_TE").expect("TE");
    assert_eq!(
        point,
        BiasPoint {
            name: "bias_metric_TE".to_owned(),
            value: INFINITE,
            stage: "Post-Training",
            label: "y".to_owned(),
            label_value: "1".to_owned(),
            facet: "f".to_owned(),
            facet_value: "f".to_owned(),
        }
    );
    assert_eq!(points(&analysis(&tilted)).len(), 18, "no group variable, and no flip test");
}

/// Those of the captured lines have no facet.
#[test]
fn a_violation_of_the_verdict_is_written_beside_ours() {
    let judgement = judged(&hired(20), &limit("f", "DPPL", Some(0.1)), BiasRule::default());
    let mut all = judgement.violated.clone();
    let capture = CheckType::CaptureCorrupt;
    let operator = bellwether_contract::constraints::ComparisonOperator::GreaterThanThreshold;
    all.push(Violated {
        judged: Judged {
            feature_name: Some("capture".to_owned()),
            ..Judged::new(capture.clone(), 1.0, 0.0, operator, 1)
        },
        description: "1 file".to_owned(),
    });
    let file = violations(&all);
    assert_eq!(file.violations[0].constraint_check_type.as_str(), BIAS_DRIFT_CHECK);
    assert_eq!(file.violations[0].feature_name, None);
    assert_eq!(file.violations[1].constraint_check_type, capture);
    assert_eq!(
        (&file.violations[1].facet, file.violations[1].feature_name.as_deref()),
        (&None, Some("capture"))
    );
}

#[test]
fn other_positive_labels_than_the_baselines_are_told() {
    let mut baseline = limit("f", "DPPL", Some(0.1));
    if let Some(block) = &mut baseline.post_training_bias_metrics {
        block.label_value_or_threshold = "0".to_owned();
    }
    let judgement = judged(&hired(50), &baseline, BiasRule::default());
    assert_eq!(judgement.judged(), 0);
    assert_eq!(
        judgement.not_evaluable["f=f DPPL"],
        "positive labels are \"1\" in this window and \"0\" in the baseline: make the baseline with this configuration"
    );
}

/// A second facet, or a value that nobody had, is no healthy one.
#[test]
fn what_the_baseline_knows_nothing_of_is_not_evaluated() {
    let judgement = judged(&hired(50), &limit("m", "DPPL", Some(0.1)), BiasRule::default());
    assert_eq!(judgement.not_evaluable["f=f"], "the baseline has no such group");
    assert_eq!(judgement.not_evaluable["pre_training_bias_metrics"], "the baseline has none");
    let mut baseline = analysis(&hired(50));
    baseline.post_training_bias_metrics = None;
    let judgement = judged(&hired(50), &baseline, BiasRule::default());
    assert_eq!(judgement.not_evaluable["post_training_bias_metrics"], "the baseline has none");
}
