use super::*;
use crate::observed::Observed;
use proptest::prelude::*;

fn values() -> impl Strategy<Value = String> {
    prop_oneof![
        Just(String::new()),
        (-9i32..9).prop_map(|n| n.to_string()),
        (-9.0..9.0).prop_map(|n: f64| n.to_string()),
        Just("x".to_owned())
    ]
}

/// Records of all kinds, some of them broken, of three widths.
fn records() -> impl Strategy<Value = Vec<String>> {
    let cells = prop::collection::vec(values(), 1..4);
    let object = prop::collection::btree_map("[a-c]", -9i32..9, 0..4);
    let some_side = prop_oneof![
        4 => cells.prop_map(|cells| csv(&cells.join(","))),
        2 => object.prop_map(|cells| super::object(&json!(cells))),
        1 => Just(csv("1\n2")),
        1 => Just(side("JSON", "{\"d\":[1]}")),
        1 => Just(Value::Null),
    ];
    prop::collection::vec(
        (some_side.clone(), some_side).prop_map(|(output, input)| line(&output, &input)),
        0..40,
    )
}

fn prototype() -> CapturedRows {
    CapturedRows::new(named(&["y", "a", "b"]))
}

fn of(lines: &[String]) -> CapturedRows {
    let mut rows = prototype();
    lines.iter().for_each(|line| {
        let _ = add(&mut rows, line);
    });
    rows
}

/// The same counts, types and histograms; moments within 1e-12 of their scale. Names are compared apart from their order,
/// which follows the first record of a kind only where positional and named columns meet.
fn same(left: CapturedRows, right: CapturedRows) -> Result<(), TestCaseError> {
    let ((left, left_lost), (right, right_lost)) = (left.finish(), right.finish());
    prop_assert_eq!(left_lost, right_lost);
    prop_assert_eq!(left.names(), right.names());
    prop_assert_eq!(shown(&left), shown(&right));
    let (left, right): (Observed, Observed) = (left.observe(), right.observe());
    prop_assert_eq!(left.types, right.types);
    for (left, right) in left.statistics.features.iter().zip(&right.statistics.features) {
        prop_assert_eq!(&left.inferred_type, &right.inferred_type);
        let (Some(left), Some(right)) = (&left.numerical_statistics, &right.numerical_statistics) else {
            continue;
        };
        prop_assert_eq!((left.min, left.max), (right.min, right.max));
        prop_assert_eq!(left.approximate_num_distinct_values, right.approximate_num_distinct_values);
        for (left, right) in [(left.mean, right.mean), (left.std_dev, right.std_dev)] {
            prop_assert!(left.zip(right).is_some_and(|(left, right)| (left - right).abs() <= 1e-12 * 9.0));
        }
    }
    Ok(())
}

proptest! {
    #[test]
    fn the_order_of_the_records_changes_no_count(
        (lines, shuffled) in records().prop_flat_map(|lines| (Just(lines.clone()), Just(lines).prop_shuffle())),
    ) {
        same(of(&lines), of(&shuffled))?;
    }

    #[test]
    fn parts_merge_into_the_whole(lines in records(), first in 0usize..40, second in 0usize..40) {
        let (first, second) = (first.min(second).min(lines.len()), first.max(second).min(lines.len()));
        let (a, b, c) = (of(&lines[..first]), of(&lines[first..second]), of(&lines[second..]));
        let mut left = prototype();
        [&a, &b, &c].into_iter().for_each(|part| left.merge(part));
        let mut tail = b.clone();
        tail.merge(&c);
        let mut right = a;
        right.merge(&tail);
        right.merge(&right.empty());
        same(left.clone(), right)?;
        same(left, of(&lines))?;
    }
}
