//! scikit-learn's numbers, and what it raises on.

use super::*;
use crate::engine;

#[test]
fn the_order_is_compared_as_scikit_learn_compares_it() {
    let Some(file) = engine::data("clarify/ndcg/cases.json") else { return };
    let cases = engine::json(&file);
    let mut compared = 0;
    for case in cases.as_array().expect("cases") {
        let of = |name: &str| -> Vec<f64> { serde_json::from_value(case[name].clone()).expect("numbers") };
        let found = ndcg(&of("baseline"), &of("live"));
        match (case["name"].as_str().expect("a name"), case["ndcg_sklearn"].as_f64()) {
            // Where theirs raises or alarms, ours says that it is the same, or that there is nothing to compare with.
            ("single", None) => assert_eq!(found, Some(1.0)),
            ("zero_baseline", Some(_)) => assert_eq!(found, None),
            (name, Some(expected)) => {
                let found = found.expect(name);
                assert!((found - expected).abs() < 1e-12, "{name}: {found} {expected}");
                compared += 1;
            }
            (name, None) => panic!("{name} has no number"),
        }
    }
    assert_eq!(compared, 6);
}

#[test]
fn a_median_below_zero_counts_by_its_distance_from_it() {
    assert_eq!(ndcg(&[-0.7, 0.5, 0.05], &[-0.7, 0.5, 0.05]), Some(1.0));
    assert_eq!(ndcg(&[-0.7, 0.5, 0.05], &[0.1, -0.2, 0.7]), ndcg(&[0.7, 0.5, 0.05], &[0.1, 0.2, 0.7]));
    assert_eq!(ndcg(&[0.3, 0.0], &[0.0, 0.0]), Some(0.5 * (1.0 + 1.0 / 3.0_f64.log2()) * 1.0));
}

#[test]
fn values_of_which_no_double_holds_the_sum_have_an_order_too() {
    assert_eq!(ndcg(&[1e308, 1e308, -1e308], &[3.0, 2.0, 1.0]), Some(1.0));
    assert_eq!(ndcg(&[f64::MAX, 1e308], &[f64::MAX, 1e308]), Some(1.0));
}

#[test]
fn the_features_that_moved_farthest_are_named_first() {
    let names = ["a", "b", "c", "d", "e", "f", "g"];
    let moves = moved(&names, &[7.0, 6.0, 5.0, 4.0, 3.0, 2.0, 1.0], &[0.5, 6.0, 5.0, 4.0, 3.0, 2.0, 7.0], 5);
    let told: Vec<String> = moves.iter().map(ToString::to_string).collect();
    assert_eq!(told, ["a fell from 1 to 7", "g rose from 7 to 1"]);
    let moves = moved(&names[..3], &[3.0, 2.0, 1.0], &[1.0, 3.0, 2.0], 2);
    let told: Vec<String> = moves.iter().map(ToString::to_string).collect();
    assert_eq!(told, ["a fell from 1 to 3", "b rose from 2 to 1"]);
    assert_eq!(moved(&names[..2], &[2.0, 1.0], &[20.0, 10.0], 5), []);
    // Of those that moved as far, the ones that fell.
    let moves = moved(&names[..4], &[4.0, 3.0, 2.0, 1.0], &[3.0, 4.0, 1.0, 2.0], 4);
    let told: Vec<String> = moves.iter().map(ToString::to_string).collect();
    assert_eq!(
        told,
        ["a fell from 1 to 2", "c fell from 3 to 4", "b rose from 2 to 1", "d rose from 4 to 3"]
    );
}
