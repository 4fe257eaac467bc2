use proptest::prelude::*;

use super::*;

fn of(values: impl IntoIterator<Item = f64>) -> Sketch {
    let mut sketch = Sketch::default();
    values.into_iter().for_each(|value| sketch.push(value));
    sketch
}

fn sizes(sketch: &Sketch) -> Vec<usize> {
    sketch.to_contract().data.iter().map(Vec::len).collect()
}

fn items(sketch: &Sketch) -> Vec<Vec<f64>> {
    sketch.to_contract().data
}

fn counts(sketch: &Sketch, min: f64, max: f64) -> Vec<f64> {
    sketch.buckets(min, max).iter().map(|bucket| bucket.count).collect()
}

// Sizes of the sketches in two baselines of AWS's container: 23,432 and 2,333 rows.
#[test]
fn level_sizes_are_those_of_the_container() {
    assert_eq!(sizes(&of((0..23_432).map(f64::from))), [266, 1093, 2127, 1, 779]);
    assert_eq!(sizes(&of((0..2_333).map(f64::from))), [283, 1025]);
}

#[test]
fn keys_sort_as_doubles_do_and_lead_back_to_them() {
    let ascending = [f64::NEG_INFINITY, -1.5, -0.0, 0.0, f64::MIN_POSITIVE, 1.0, f64::MAX, f64::NAN];
    assert!(ascending.map(key).is_sorted());
    assert!(ascending.iter().all(|&double| value(key(double)).to_bits() == double.to_bits()));
}

#[test]
fn capacities_shrink_to_four() {
    assert_eq!((0..6).map(capacity).collect::<Vec<_>>(), [2050, 1314, 842, 540, 346, 222]);
    assert_eq!(capacity(100), 4);
}

// By hand: 2,051 values compact to every second of the first 2,050; the last one stays.
#[test]
fn the_first_compaction_keeps_even_places_and_the_last_arrival() {
    let sketch = of((0..2_051).rev().map(f64::from));
    let data = items(&sketch);
    assert_eq!(data[0], [0.0]);
    assert_eq!(data[1], (0..1025).map(|i| f64::from(1 + 2 * i)).collect::<Vec<_>>());
}

#[test]
fn equal_values_lie_in_the_last_bucket() {
    let sketch = of([7.0; 5]);
    assert_eq!(counts(&sketch, 7.0, 7.0), [0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 5.0]);
}

// By hand.
#[test]
fn a_value_on_a_bound_belongs_to_the_bucket_above() {
    let sketch = of([0.0, 1.0, 1.0, 2.0, 9.0, 10.0]);
    assert_eq!(counts(&sketch, 0.0, 10.0), [1.0, 2.0, 1.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 2.0]);
}

// The bound 60.379999999999995 stands in AWS's own file for min 23.2, max 395.0.
#[test]
fn bounds_are_computed_from_left_to_right() {
    let bounds: Vec<_> =
        of([23.2, 395.0]).buckets(23.2, 395.0).iter().map(|bucket| bucket.upper_bound).collect();
    assert_eq!(bounds[0], 60.379_999_999_999_995);
    assert_eq!(bounds[9], 395.0);
}

#[test]
fn values_without_an_order_do_not_break_it() {
    let sketch = of((0..5_000).map(|i| if i % 3 == 0 { f64::NAN } else { f64::from(i) }));
    assert_eq!(sketch.count(), 5_000);
    assert_eq!(sketch.buckets(0.0, 5_000.0).len(), 10);
}

fn stream() -> impl Strategy<Value = Vec<f64>> {
    (0..9_000_usize, any::<u64>(), 1..2_000_u64).prop_map(|(length, seed, distinct)| {
        let mut state = seed;
        (0..length)
            .map(|_| {
                state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
                ((state >> 33) % distinct) as f64
            })
            .collect()
    })
}

/// Greatest distance between the sketch's ranks and the true ones, as a share of all values.
fn error(sketch: &Sketch, values: &[f64]) -> f64 {
    let mut sorted = values.to_vec();
    sorted.sort_unstable_by(f64::total_cmp);
    let ranks = Ranks::of(sketch);
    let worst = sorted.iter().map(|&value| {
        let truth = sorted.partition_point(|&other| other <= value) as u64;
        ranks.inclusive(value).abs_diff(truth)
    });
    worst.max().unwrap_or(0) as f64 / (sorted.len().max(1) as f64)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    #[test]
    fn values_many_at_a_time_are_values_one_by_one(values in stream(), flags: bool, piece in 1..3_000_usize) {
        let values: Vec<f64> = values.iter().map(|value| if flags { f64::from(*value > 0.0) } else { *value }).collect();
        let mut many = Sketch::default();
        values.chunks(piece).for_each(|values| many.extend(values));
        prop_assert_eq!(items(&many), items(&of(values)));
    }

    #[test]
    fn keys_of_two_values_are_sorted_and_others_left(mut keys in prop::collection::vec(-1..2_i64, 0..200)) {
        let (mut sorted, given) = (keys.clone(), keys.clone());
        sorted.sort_unstable();
        let few = sorted.iter().collect::<std::collections::BTreeSet<_>>().len() <= 2;
        prop_assert_eq!(sort_two(&mut keys), few);
        prop_assert_eq!(keys, if few { sorted } else { given });
    }

    #[test]
    fn weights_add_up_to_the_number_of_values(values in stream(), at in 0..9_000_usize) {
        let (left, right) = values.split_at(at.min(values.len()));
        let mut merged = of(left.iter().copied());
        merged.merge(&of(right.iter().copied()));
        prop_assert_eq!(merged.count(), values.len() as u64);
        prop_assert_eq!(of(values.iter().copied()).count(), values.len() as u64);
    }

    #[test]
    fn merging_nothing_changes_no_item(values in stream()) {
        let whole = of(values);
        let (mut left, mut right) = (whole.clone(), Sketch::default());
        left.merge(&Sketch::default());
        right.merge(&whole);
        prop_assert_eq!(items(&left), items(&whole));
        prop_assert_eq!(items(&right), items(&whole));
    }

    #[test]
    fn ranks_of_a_stream_and_of_its_merged_parts_are_near_the_truth(values in stream(), at in 0..9_000_usize) {
        let (left, right) = values.split_at(at.min(values.len()));
        let mut merged = of(left.iter().copied());
        merged.merge(&of(right.iter().copied()));
        prop_assert!(error(&merged, &values) <= 0.005);
        prop_assert!(error(&of(values.iter().copied()), &values) <= 0.005);
    }

    #[test]
    fn row_order_changes_no_count(values in stream(), turn in 0..9_000_usize) {
        let mut turned = values.clone();
        turned.rotate_left(turn.min(values.len()));
        let total = |sketch: &Sketch| counts(sketch, 0.0, 2_000.0).iter().sum::<f64>();
        prop_assert_eq!(total(&of(values)), total(&of(turned)));
    }
}
