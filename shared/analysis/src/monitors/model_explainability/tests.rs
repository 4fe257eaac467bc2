//! The rule, its names and its texts.

use super::*;
use crate::verdict::{Coverage, NoDataPolicy};
use bellwether_contract::execution::{CaptureSummary, Status};
use std::collections::BTreeMap;

fn analysis_of(labels: &[(&str, &[(&str, f64)])]) -> ExplanationAnalysis {
    let label = |(label, values): &(&str, &[(&str, f64)])| {
        let explanation = LabelExplanation {
            global_shap_values: values.iter().copied().collect(),
            expected_value: Some(0.25),
            unknown: Unknown::new(),
        };
        ((*label).to_owned(), explanation)
    };
    ExplanationAnalysis::new(labels.iter().map(label).collect())
}

const BASELINE: &[(&str, f64)] = &[("a", 0.70), ("b", 0.50), ("c", 0.05)];
const DRIFTED: &[(&str, f64)] = &[("a", 0.10), ("b", 0.20), ("c", 0.70)];
const CHECK: &str = "label0.feature_attribution_drift_check";

#[test]
fn a_score_below_the_threshold_is_a_violation_and_one_at_it_is_none() {
    let baseline = analysis_of(&[("label0", BASELINE)]);
    let live = analysis_of(&[("label0", DRIFTED)]);
    let score =
        crate::model_explainability::ndcg(&[0.70, 0.50, 0.05], &[0.10, 0.20, 0.70]).expect("an order");
    for (threshold, violated) in [(0.9, true), (score, false), (score + 1e-12, true), (0.0, false)] {
        let evaluated = evaluate(Ok(&live), &baseline, threshold, 200);
        assert_eq!(
            (evaluated.violated.len(), evaluated.held.len()),
            (usize::from(violated), usize::from(!violated))
        );
    }
    let evaluated = evaluate(Ok(&live), &baseline, THRESHOLD, 200);
    let judged = &evaluated.violated[0].judged;
    assert_eq!((judged.value, judged.limit, judged.n), (score, 0.9, 200));
    assert_eq!(judged.check_name(), CHECK);
    let moved: Vec<String> = judged.moved.iter().map(ToString::to_string).collect();
    assert_eq!(moved, ["a fell from 1 to 3", "c rose from 3 to 1"]);
}

#[test]
fn the_file_names_the_output_and_keeps_what_others_found() {
    let evaluated = evaluate(
        Ok(&analysis_of(&[("label0", DRIFTED)])),
        &analysis_of(&[("label0", BASELINE)]),
        THRESHOLD,
        200,
    );
    let lines = CaptureSummary {
        lines: 100,
        used: 98,
        left_out: BTreeMap::from([(bellwether_contract::capture::LeftOut::Json, 2)]),
        ..CaptureSummary::default()
    };
    let coverage = Coverage {
        lines: Some(&lines),
        unread: None,
        replayed: false,
        no_data: NoDataPolicy::Ok,
        has_constraints: true,
        other_side: "capture the request",
        completeness: None,
    };
    let verdict = coverage.conclude(evaluated, BTreeMap::new());
    assert_eq!(verdict.status, Status::CompletedWithViolations);
    let bytes = violations(&verdict.violated).to_bytes().expect("finite");
    let text = String::from_utf8(bytes).expect("UTF-8");
    // Their last digit is of another order of summation.
    let ours = r#"        {
            "label": "label0",
            "metric_name": "shap",
            "constraint_check_type": "feature_attribution_drift_check",
            "description": "Feature attribution drift 0.6876396241226223 exceeds threshold 0.9"
        },
        {
            "feature_name": "capture","#;
    assert!(text.contains(ours), "{text}");
}

#[test]
fn one_output_is_compared_whatever_it_is_called_and_several_by_their_names() {
    // The name of the only output of a real job is its first score.
    let odd = analysis_of(&[("0.7956783771514893", BASELINE)]);
    let evaluated = evaluate(Ok(&analysis_of(&[("label0", DRIFTED)])), &odd, THRESHOLD, 200);
    assert_eq!(evaluated.violated[0].judged.feature_name.as_deref(), Some("0.7956783771514893"));
    let two = analysis_of(&[("yes", BASELINE), ("no", BASELINE)]);
    let evaluated = evaluate(Ok(&analysis_of(&[("no", DRIFTED), ("maybe", BASELINE)])), &two, THRESHOLD, 200);
    assert_eq!(evaluated.violated.len(), 1);
    assert_eq!(
        evaluated.not_evaluable.get("yes.feature_attribution_drift_check").map(String::as_str),
        Some("the model has no output `yes` in this window")
    );
    let more = evaluate(Ok(&two), &analysis_of(&[("yes", BASELINE)]), THRESHOLD, 200);
    assert_eq!(more.warnings, ["the model has 2 outputs and the baseline 1: the others are not judged"]);
}

#[test]
fn what_cannot_be_compared_is_not_judged_and_says_why() {
    let live = analysis_of(&[("label0", DRIFTED)]);
    for (baseline, told) in [
        (&[("a", 0.7), ("b", 0.5)][..], "the baseline has no feature `c`: it is of another configuration"),
        (&[("a", 0.7), ("b", 0.5), ("c", 0.1), ("d", 0.1)], "the configuration names no feature `d`"),
    ] {
        let evaluated = evaluate(Ok(&live), &analysis_of(&[("label0", baseline)]), THRESHOLD, 200);
        assert_eq!((evaluated.judged(), evaluated.unchecked.len()), (0, 0));
        assert!(evaluated.not_evaluable[CHECK].starts_with(told), "{evaluated:?}");
    }
    let nothing =
        evaluate(Err("not every row was answered"), &analysis_of(&[("label0", BASELINE)]), THRESHOLD, 0);
    assert_eq!(nothing.not_evaluable[CHECK], "not every row was answered");
    let zero = analysis_of(&[("label0", &[("a", 0.0), ("b", 0.0), ("c", 0.0)])]);
    let evaluated = evaluate(Ok(&live), &zero, THRESHOLD, 200);
    assert_eq!((evaluated.judged(), evaluated.not_evaluable.len()), (0, 0));
    assert_eq!(evaluated.unchecked[CHECK], NO_ORDER);
}

#[test]
fn a_window_in_which_nothing_moved_an_answer_has_no_order_and_is_not_judged() {
    let (before, still) = (analysis_of(&[("label0", BASELINE)]), [("a", 0.0), ("b", -0.0), ("c", 0.0)]);
    let live = analysis_of(&[("label0", &still)]);
    let evaluated = evaluate(Ok(&live), &before, 0.0, 200);
    assert_eq!((evaluated.judged(), evaluated.unchecked.len()), (0, 0));
    assert!(evaluated.not_evaluable[CHECK].starts_with("no feature moved any answer"), "{evaluated:?}");
    let half = analysis_of(&[("label0", BASELINE), ("label1", &still)]);
    assert_eq!([&before, &half, &live].map(|it| no_baseline(it).is_some()), [false, false, true]);
    let value = GlobalValue { value: 0.0, standard_error: 0.0, row_error: 0.0 };
    for baseline in [&before, &live] {
        let labels =
            explained_labels(&analysis_of(&[("label0", DRIFTED)]), &[vec![value; 3]], Some(baseline));
        let told = explained_labels(&live, &[vec![value; 3]], Some(baseline));
        let told = told.get("label0").expect("an output");
        assert_eq!((told.ndcg, told.moved.len()), (None, 0));
        let moved = &labels.get("label0").expect("an output").moved;
        assert_eq!(moved.is_empty(), std::ptr::eq(baseline, &live), "{moved:?}");
    }
}

#[test]
fn what_is_published_has_the_containers_names() {
    let points = points(&analysis_of(&[("label0", BASELINE)]));
    let told: Vec<(&str, f64, &str)> =
        points.iter().map(|point| (point.name.as_str(), point.value, point.value_type)).collect();
    assert_eq!(
        told,
        [
            ("feature_a", 0.70, "GlobalShapValues"),
            ("feature_b", 0.50, "GlobalShapValues"),
            ("feature_c", 0.05, "GlobalShapValues"),
            ("ExpectedValue", 0.25, "ExpectedValue"),
        ]
    );
}

#[test]
fn the_summary_has_each_value_with_its_errors_and_what_moved() {
    let value = |value| GlobalValue { value, standard_error: 0.01, row_error: 0.02 };
    let live = analysis_of(&[("label0", DRIFTED)]);
    let global = [vec![value(0.10), value(0.20), value(0.70)]];
    let labels = explained_labels(&live, &global, Some(&analysis_of(&[("other", BASELINE)])));
    let label = labels.get("label0").expect("one");
    assert!(label.ndcg.is_some_and(|score| (score - 0.687_639_624_122_622_4).abs() < 1e-12), "{label:?}");
    assert_eq!(label.moved.len(), 2);
    assert_eq!(label.global.get("c"), Some(&value(0.70)));
    let alone = explained_labels(&live, &global, None);
    assert_eq!(alone.get("label0").expect("one").ndcg, None);
}
