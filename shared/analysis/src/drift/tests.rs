use std::collections::BTreeMap;

use bellwether_contract::statistics::{CategoricalBucket, KllParameters, KllSketch, Unknown};
use proptest::prelude::*;
use serde_json::Value;

use super::*;
use crate::engine;
use crate::kll::Sketch;

fn sketch(data: Vec<Vec<f64>>) -> KllSketch {
    KllSketch { parameters: KllParameters::default(), data, unknown: Unknown::new() }
}

fn buckets(counts: &[(&str, u64)]) -> Vec<CategoricalBucket> {
    let bucket = |&(value, count): &(&str, u64)| CategoricalBucket {
        value: value.to_owned(),
        count,
        unknown: Unknown::new(),
    };
    counts.iter().map(bucket).collect()
}

fn close(ours: f64, expected: f64, relative: f64, what: &str) {
    assert!((ours - expected).abs() <= relative * expected.abs(), "{what}: {ours:e}, expected {expected:e}");
}

// Numbers.

// By hand: CDFs 1/4 .. 1 over 1 to 4 against 2 to 5 (also the first test of Deequ's KLLDistanceTest).
#[test]
fn distances_of_two_small_sketches() {
    for (current, baseline, expected) in [
        (vec![vec![1.0, 2.0, 3.0, 4.0]], vec![vec![2.0, 3.0, 4.0, 5.0]], 0.25),
        (vec![vec![4.0, 1.0, 3.0, 2.0]], vec![vec![1.0, 2.0, 3.0, 4.0]], 0.0),
        (vec![vec![1.0, 2.0]], vec![vec![3.0, 4.0, 5.0]], 1.0),
        (vec![vec![7.0]], vec![vec![7.0, 7.0, 7.0]], 0.0),
        // One item of level 1 weighs two.
        (vec![vec![1.0], vec![2.0]], vec![vec![1.0, 2.0]], 1.0 / 2.0 - 1.0 / 3.0),
        (vec![vec![-0.0, 0.0]], vec![vec![0.0, -0.0, -0.0]], 0.0),
        // Repeats count: three quarters against one quarter at 1.
        (vec![vec![1.0, 1.0, 1.0, 2.0]], vec![vec![1.0, 2.0, 2.0, 2.0]], 0.5),
    ] {
        let distance = numerical(&sketch(current.clone()), &sketch(baseline.clone())).expect("items");
        assert_eq!(distance.simple, expected, "{current:?} {baseline:?}");
    }
}

#[test]
fn the_engine_forgets_repeats() {
    let current = sketch(vec![vec![1.0, 1.0, 1.0, 2.0]]);
    let baseline = sketch(vec![vec![1.0, 2.0, 2.0, 2.0]]);
    let distance = numerical_of_deequ(&current, &baseline).expect("items");
    assert_eq!(distance, Distance { simple: 0.0, current: 2.0, baseline: 2.0 });
    // The last weight in the order of the levels survives: 1 weighs 2 here, 2 weighs 1.
    let levels = sketch(vec![vec![1.0, 2.0], vec![1.0]]);
    let distance = numerical_of_deequ(&levels, &baseline).expect("items");
    assert_eq!(distance, Distance { simple: 2.0 / 3.0 - 0.5, current: 3.0, baseline: 2.0 });
    // Both zeros are one value.
    let zeros = sketch(vec![vec![0.0], vec![-0.0]]);
    assert_eq!(numerical_of_deequ(&zeros, &zeros).map(|distance| distance.current), Some(2.0));
}

#[test]
fn sketches_without_items_and_of_impossible_height_have_no_distance() {
    let one = sketch(vec![vec![1.0]]);
    let mut high = vec![Vec::new(); 64];
    high.push(vec![1.0]);
    for other in [sketch(vec![]), sketch(vec![vec![], vec![]]), sketch(high)] {
        assert_eq!(numerical(&one, &other), None);
        assert_eq!(numerical_of_deequ(&other, &one), None);
    }
    let mut full = vec![Vec::new(); 63];
    full.push(vec![1.0, 2.0]);
    assert_eq!(numerical(&one, &sketch(full)), None, "two times 2^63 is beyond a count");
}

// Python: 1 - 1.8 * sqrt((60 + 9999) / (60 * 9999)); the second is the correction of AWS's own example.
#[test]
fn robust_takes_the_sampling_error_off() {
    let robust = |simple, current, baseline| Distance { simple, current, baseline }.robust();
    close(robust(1.0, 60.0, 9_999.0), 0.766_924_835_235_292_7, 1e-8, "small window");
    close(robust(0.0878, 1_977.0, 2_333.0), 0.0328, 2e-3, "churn");
    assert_eq!(robust(0.0, 10.0, 10.0), 0.0);
    assert_eq!(robust(1.0, 3.0, 1e12), 0.0);
    assert!(robust(1.0, 4.0, 1e12) > 0.0);
}

fn column() -> impl Strategy<Value = KllSketch> {
    let cell = prop_oneof![(0..20_i32).prop_map(f64::from), -1e9..1e9_f64];
    prop::collection::vec(cell, 1..4_000).prop_map(|cells| {
        let mut sketch = Sketch::default();
        cells.into_iter().for_each(|cell| sketch.push(cell));
        sketch.to_contract()
    })
}

/// The definition, word for word.
fn by_definition(one: &KllSketch, other: &KllSketch) -> f64 {
    let items = |sketch: &KllSketch| -> Vec<(f64, f64)> {
        let levels = sketch.data.iter().zip(0..);
        levels.flat_map(|(level, height)| level.iter().map(move |&item| (item, 2_f64.powi(height)))).collect()
    };
    let (left, right) = (items(one), items(other));
    let below = |items: &[(f64, f64)], x: f64| -> f64 {
        let weight = |keep: &dyn Fn(f64) -> bool| -> f64 {
            items.iter().filter(|item| keep(item.0)).map(|item| item.1).sum()
        };
        weight(&|item| item <= x) / weight(&|_| true)
    };
    let all = left.iter().chain(&right).map(|item| item.0);
    all.map(|x| (below(&left, x) - below(&right, x)).abs()).fold(0.0, f64::max)
}

/// What the file has of a sketch's values: ten buckets.
fn ten_buckets(cells: &[f64]) -> (KllSketch, Vec<bellwether_contract::statistics::NumericalBucket>) {
    let mut sketch = Sketch::default();
    cells.iter().for_each(|cell| sketch.push(*cell));
    let least = cells.iter().copied().fold(f64::INFINITY, f64::min);
    let most = cells.iter().copied().fold(f64::NEG_INFINITY, f64::max);
    (sketch.to_contract(), sketch.buckets(least, most))
}

// By hand: ten values a bucket; half of the values lie beyond the last bound, then all of them, then below the first.
#[test]
fn distances_at_the_bounds_of_buckets() {
    let cells: Vec<f64> = (0..=100).map(f64::from).collect();
    let (own, buckets) = ten_buckets(&cells);
    let moved = |by: f64| ten_buckets(&cells.iter().map(|cell| cell + by).collect::<Vec<_>>()).0;
    let simple = |sketch: &KllSketch| numerical_by_buckets(sketch, &buckets).map(|distance| distance.simple);
    assert_eq!(simple(&own), Some(0.0));
    close(simple(&moved(50.0)).expect("buckets"), 50.0 / 101.0, 1e-12, "half");
    assert_eq!(simple(&moved(101.0)), Some(1.0));
    assert_eq!(simple(&moved(-101.0)), Some(1.0));
    close(
        simple(&moved(0.5)).expect("buckets"),
        1.0 / 101.0,
        1e-12,
        "the last value alone leaves its bucket",
    );
    let distance = numerical_by_buckets(&moved(50.0), &buckets).expect("buckets");
    assert_eq!((distance.current, distance.baseline), (101.0, 101.0));
    assert_eq!(numerical_by_buckets(&own, &[]), None);
    assert_eq!(numerical_by_buckets(&sketch(vec![]), &buckets), None);
}

#[test]
fn a_sketch_weighs_what_it_speaks_for() {
    assert_eq!(weight(&sketch(vec![vec![1.0; 3], vec![], vec![1.0; 2]])), Some(11));
    assert_eq!(weight(&sketch(vec![])), Some(0));
    let mut high = vec![Vec::new(); 64];
    high.push(vec![1.0]);
    assert_eq!(weight(&sketch(high)), None);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(32))]

    #[test]
    fn buckets_never_see_more_than_sketches_and_nothing_in_their_own(
        before in prop::collection::vec(-1e3..1e3_f64, 1..3_000),
        now in prop::collection::vec(-2e3..2e3_f64, 1..3_000),
    ) {
        let ((before, buckets), (now, _)) = (ten_buckets(&before), ten_buckets(&now));
        let by_sketch = numerical(&now, &before).expect("items").simple;
        let by_buckets = numerical_by_buckets(&now, &buckets).expect("buckets").simple;
        // Rounding may put the last bound below the greatest value, which is then in no bucket.
        let one_value = 1.0 / (before.data.iter().zip(0..).map(|(level, height)| level.len() << height).sum::<usize>() as f64) + 1e-12;
        prop_assert!((0.0..=by_sketch + one_value).contains(&by_buckets), "{} of {}", by_buckets, by_sketch);
        let itself = numerical_by_buckets(&before, &buckets).expect("buckets").simple;
        prop_assert!(itself <= one_value, "{}", itself);
    }

    #[test]
    fn distances_are_symmetric_bounded_and_zero_to_oneself(one in column(), other in column()) {
        for measure in [numerical, numerical_of_deequ] {
            let there = measure(&one, &other).expect("items");
            let back = measure(&other, &one).expect("items");
            prop_assert_eq!((there.simple, there.current), (back.simple, back.baseline));
            prop_assert!((0.0..=1.0).contains(&there.simple) && (0.0..=there.simple).contains(&there.robust()));
            prop_assert_eq!(measure(&one, &one).expect("items").simple, 0.0);
        }
    }

    #[test]
    fn the_gap_that_is_drawn_is_the_distance_that_is_judged(one in column(), other in column()) {
        let [now, before] = [&one, &other].map(|sketch| Cumulative::of(sketch).expect("items"));
        let gap = now.gap(&before);
        prop_assert_eq!(gap.size, numerical(&one, &other).expect("items").simple);
        prop_assert_eq!((now.up_to(gap.at) - before.up_to(gap.at)).abs(), gap.size);
        let (least, most) = (now.quantile(0.0), now.quantile(1.0));
        prop_assert_eq!((now.below(least), now.up_to(most)), (0.0, 1.0));
        prop_assert!(now.quantile(0.5) >= least && now.up_to(now.quantile(0.5)) >= 0.5);
    }

    #[test]
    fn the_walk_finds_what_the_definition_says(
        one in prop::collection::vec(prop::collection::vec((0..9_i32).prop_map(f64::from), 1..8), 1..4),
        other in prop::collection::vec(prop::collection::vec((0..9_i32).prop_map(f64::from), 1..8), 1..4),
    ) {
        let (one, other) = (sketch(one), sketch(other));
        prop_assert_eq!(numerical(&one, &other).expect("items").simple, by_definition(&one, &other));
    }

    #[test]
    fn categorical_distances_are_symmetric_bounded_and_zero_to_oneself(
        one in prop::collection::vec(1..50_u64, 1..6),
        other in prop::collection::vec(1..50_u64, 1..6),
        missing in (0..9_u64, 0..9_u64),
    ) {
        let names = ["a", "b", "c", "d", "e", "f"];
        let of = |counts: &[u64]| buckets(&names.into_iter().zip(counts.iter().copied()).collect::<Vec<_>>());
        let (one, other) = (of(&one), of(&other));
        let (one, other) = (Categories::new(&one, missing.0), Categories::new(&other, missing.1));
        let there = categorical(&one, &other).expect("cells");
        prop_assert_eq!(there.simple, categorical(&other, &one).expect("cells").simple);
        prop_assert!((0.0..=1.0).contains(&there.simple));
        prop_assert_eq!(categorical(&one, &one).expect("cells").simple, 0.0);
        if let Ok(test) = chi_squared(&one, &one) {
            prop_assert!(test.statistic < 1e-20 && (0.999..=1.0).contains(&test.p_value), "{:?}", test);
        }
    }
}

// Texts. Counts and results of Deequ's KLLDistanceTest, unless said otherwise.

const FIVE: &[(&str, u64)] = &[("a", 10), ("b", 20), ("c", 25), ("d", 10), ("e", 5)];

#[test]
fn categorical_distances_as_the_engine_has_them() {
    for (baseline, expected) in [
        ([("a", 11), ("b", 20), ("c", 25), ("d", 10), ("e", 10)], 0.060_150_375_939_849_62),
        ([("f", 11), ("a", 20), ("c", 25), ("d", 10), ("e", 10)], 0.285_714_285_714_285_7),
    ] {
        let (one, other) = (buckets(FIVE), buckets(&baseline));
        let distance = categorical(&Categories::new(&one, 0), &Categories::new(&other, 0)).expect("cells");
        assert_eq!((distance.simple, distance.robust()), (expected, 0.0));
    }
}

// By hand.
#[test]
fn a_missing_cell_is_a_value_and_no_text_is_mistaken_for_it() {
    let (some, odd) = (buckets(&[("a", 6)]), buckets(&[("a", 6), ("NullValue", 2)]));
    let distance =
        |one: &Categories<'_>, other: &Categories<'_>| categorical(one, other).map(|found| found.simple);
    assert_eq!(distance(&Categories::new(&some, 2), &Categories::new(&some, 0)), Some(0.25));
    assert_eq!(distance(&Categories::new(&some, 2), &Categories::new(&odd, 0)), Some(0.25));
    assert_eq!(distance(&Categories::new(&[], 3), &Categories::new(&some, 0)), Some(1.0));
    assert_eq!(distance(&Categories::new(&[], 0), &Categories::new(&some, 0)), None);
    assert_eq!(distance(&Categories::new(&some, 0), &Categories::new(&[], 0)), None);
}

#[test]
fn chi_squared_as_the_engine_has_it() {
    let six = [("a", 207), ("b", 20), ("c", 25), ("d", 14), ("e", 25), ("g", 13)];
    let test = |current: &[(&str, u64)], baseline: &[(&str, u64)]| {
        let (current, baseline) = (buckets(current), buckets(baseline));
        chi_squared(&Categories::new(&current, 0), &Categories::new(&baseline, 0))
    };
    let whole = [("a", 223), ("b", 20), ("c", 25), ("d", 12), ("e", 13), ("f", 15)];
    for (what, current, baseline, statistic, p_value) in [
        (
            "missing bins",
            &six[..],
            &whole[..],
            Some(28.175_042_782_458_068),
            Some(3.364_019_129_847_850_6e-5),
        ),
        ("no merge", &six[..5], &whole[..5], None, Some(0.013_227_994_814_265_176)),
        (
            "merged after scaling",
            &[("a", 100), ("b", 20), ("c", 25), ("d", 10), ("e", 5), ("f", 2)],
            &[("a", 100), ("b", 22), ("c", 25), ("d", 5), ("e", 13), ("f", 2)],
            Some(8.789_790_456_457_125),
            None,
        ),
        (
            "merged",
            &[("a", 100), ("b", 40), ("c", 30), ("d", 10)],
            &[("a", 100), ("b", 40), ("c", 30), ("e", 4)],
            Some(0.387_543_252_595_156_26),
            None,
        ),
        (
            "two merged",
            &[("a", 100), ("b", 4), ("c", 3), ("d", 27)],
            &[("a", 100), ("b", 4), ("c", 3), ("d", 34)],
            Some(1.150_790_166_812_992_5),
            None,
        ),
        (
            "small, but few",
            &[("a", 100), ("b", 4), ("c", 3), ("d", 27), ("e", 20), ("f", 20), ("g", 20), ("h", 20)],
            &[("a", 100), ("b", 2), ("c", 1), ("d", 34), ("e", 20), ("f", 20), ("g", 20), ("h", 20)],
            Some(6.827_423_492_761_593),
            None,
        ),
        ("one side short", &[("a", 30)], &[("a", 20), ("b", 20)], None, Some(4.320_463_053_986_145_5e-8)),
        // SciPy 1.17.1: chisquare([30, 50, 20], [40, 45, 15]).
        (
            "three",
            &[("a", 30), ("b", 50), ("c", 20)],
            &[("a", 400), ("b", 450), ("c", 150)],
            Some(4.722_222_222_222_222),
            Some(0.094_315_370_099_703),
        ),
    ] {
        let found = test(current, baseline).expect(what);
        if let Some(expected) = statistic {
            close(found.statistic, expected, 1e-14, what);
        }
        if let Some(expected) = p_value {
            // Absolute: the engine takes its p-values from 1, so that small ones lack digits.
            assert!((found.p_value - expected).abs() < 1e-15, "{what}: {:e}", found.p_value);
        }
    }
    for (current, baseline, reason) in [
        (
            &[("a", 100), ("b", 4), ("c", 3)][..],
            &[("a", 100), ("b", 4), ("c", 3)][..],
            Untestable::TooFewCategories,
        ),
        (&[("a", 10), ("b", 20)], &[("b", 20)], Untestable::TooFewCategories),
        (&[("a", 15), ("b", 20)], &[("c", 20), ("d", 20)], Untestable::NothingKnown),
        (&[], &[("c", 20), ("d", 20)], Untestable::NothingKnown),
        (&[("a", 20)], &[], Untestable::NothingKnown),
    ] {
        assert_eq!(test(current, baseline), Err(reason), "{current:?} {baseline:?}");
    }
}

#[test]
fn a_baseline_of_very_many_values_is_tested_in_no_time() {
    let names: Vec<String> = (0..200_000).map(|at| at.to_string()).collect();
    let cells: Vec<_> = names.iter().map(|name| (name.as_str(), 1)).collect();
    let cells = buckets(&cells);
    let all = Categories::new(&cells, 0);
    assert_eq!(chi_squared(&all, &all).map(|test| test.statistic), Ok(0.0));
}

// SciPy 1.17.1: chi2.sf(x, df).
const CHANCES: [(u32, f64, f64); 13] = [
    (1, 0.5, 0.479_500_122_186_953_37),
    (1, 3.841_458_820_694_124, 0.049_999_999_999_999_89),
    (1, 30.0, 4.320_463_057_827_495_5e-8),
    (2, 1.0, 0.606_530_659_712_633_4),
    (3, 0.01, 0.999_734_834_941_344_4),
    (5, 11.07, 0.050_009_618_622_405_425),
    (5, 200.0, 2.840_622_898_641_553_4e-41),
    (19, 19.0, 0.456_836_125_591_962_24),
    (119, 150.0, 0.028_729_309_365_612_504),
    (119, 60.0, 0.999_998_678_999_260_9),
    (119, 700.0, 4.450_076_343_093_902_6e-83),
    (1, 1_400.0, 2.101_014_516_264_400_3e-306),
    (1, 1e-12, 0.999_999_202_115_439_2),
];

#[test]
fn chances_of_the_chi_squared_distribution() {
    for (degrees, statistic, expected) in CHANCES {
        close(
            super::chi_squared::p_value(statistic, degrees),
            expected,
            2e-12,
            &format!("df {degrees}, x {statistic}"),
        );
    }
    assert_eq!(super::chi_squared::p_value(0.0, 3), 1.0);
    assert_eq!(super::chi_squared::p_value(f64::INFINITY, 3), 0.0);
}

// Against Deequ 2.0.2 and the true distances of its sketches, where they are at hand.

#[test]
fn every_distance_of_the_engine_and_every_true_one() {
    let Some(path) = engine::data("deequ-oracle/expected.json") else { return };
    let oracle = engine::json(&path);
    let (mut compared, mut numeric) = (0, 0);
    for (name, expected) in oracle["distance"].as_object().expect("distances") {
        let (baseline, current) = (&oracle["baseline"][name], &oracle["current"][name]);
        compared += 1;
        if expected["kind"] == "numerical" {
            let (now, before) = (sketch_of(current), sketch_of(baseline));
            compare(name, numerical_of_deequ(&now, &before), expected);
            compare(name, numerical(&now, &before), &oracle["true_distance"][name]);
            numeric += 1;
        } else {
            let (now, before) = (histogram_of(current), histogram_of(baseline));
            compare(name, categorical(&values(&now), &values(&before)), expected);
        }
    }
    assert_eq!((compared, numeric), (22, 13));
}

fn compare(name: &str, distance: Option<Distance>, expected: &Value) {
    let distance = distance.expect(name);
    assert_eq!(Some(distance.simple), expected["simple"].as_f64(), "{name}: simple");
    assert_eq!(Some(distance.robust()), expected["robust"].as_f64(), "{name}: robust");
}

fn sketch_of(column: &Value) -> KllSketch {
    sketch(engine::doubles(&column["kll"]["data"]))
}

fn histogram_of(column: &Value) -> (Vec<CategoricalBucket>, u64) {
    let mut counts: BTreeMap<String, u64> =
        serde_json::from_value(column["histogram"].clone()).expect("counts");
    let missing = counts.remove("NullValue").unwrap_or(0);
    (buckets(&counts.iter().map(|(value, count)| (value.as_str(), *count)).collect::<Vec<_>>()), missing)
}

fn values((buckets, missing): &(Vec<CategoricalBucket>, u64)) -> Categories<'_> {
    Categories::new(buckets, *missing)
}
