use super::*;
use crate::observed::Observed;
use crate::partial::OfWindow;
use crate::partial::{PartialError, decode, encode};
use bellwether_contract::json::to_vec;
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

/// The files of a window: its statistics, and what was lost.
fn files((table, lost): (TableProfile, BTreeMap<LeftOut, u64>)) -> (Vec<u8>, BTreeMap<LeftOut, u64>) {
    (to_vec(&table.observe().statistics).expect("finite"), lost)
}

fn written(rows: &CapturedRows) -> Vec<u8> {
    rows.encode().expect("small")
}

#[test]
fn a_part_of_other_settings_is_refused() {
    let bytes = written(&of(&[line(&csv("1"), &csv("2,3")), line(&object(&json!({"a": 1})), &Value::Null)]));
    let renamed = json!({"rename": {"a": "z"}});
    let dropped = json!({"drop": ["a"]});
    for other in [
        CapturedRows::new(named(&["y", "a"])),
        CapturedRows::new(named(&["y", "b", "a"])),
        CapturedRows::new(selecting(named(&["y", "a", "b"]), &renamed)),
        CapturedRows::new(selecting(named(&["y", "a", "b"]), &dropped)),
    ] {
        assert!(matches!(other.decode(&bytes), Err(PartialError::OtherSettings(_))));
    }
    assert!(prototype().decode(&bytes).is_ok());
}

/// A width of two of which three cells are counted.
#[test]
fn a_part_whose_width_is_not_that_of_its_columns_is_refused() {
    let mut bytes = written(&of(&[line(&csv("1"), &csv("2,3"))]));
    let wide = bytes.windows(2).position(|pair| pair == [0x83, 3]).expect("a width of three cells");
    assert!(prototype().decode(&bytes).is_ok());
    bytes[wide + 1] = 2;
    let error = prototype().decode(&bytes).expect_err("two are not three").to_string();
    assert!(error.contains("a width of other columns"), "{error}");
}

proptest! {
    #[test]
    fn parts_that_were_written_merge_into_the_same_bytes(lines in records(), first in 0usize..40, second in 0usize..40) {
        let (first, second) = (first.min(second).min(lines.len()), first.max(second).min(lines.len()));
        let parts = [of(&lines[..first]), of(&lines[first..second]), of(&lines[second..])];
        let (mut whole, mut read, mut blind) = (prototype(), prototype(), GatheredRows::default());
        for part in &parts {
            let bytes = written(part);
            let again = prototype().decode(&bytes).expect("what was written");
            prop_assert_eq!(&written(&again), &bytes);
            whole.merge(part);
            read.merge(&again);
            blind.merge(&decode(&bytes).expect("what was written"));
        }
        prop_assert_eq!(&written(&read), &written(&whole));
        prop_assert_eq!(&encode(&blind).expect("small"), &written(&whole));
        // What was read goes on as if it had never been written.
        for line in &lines {
            prop_assert_eq!(add(&mut read, line), add(&mut whole, line));
        }
        prop_assert_eq!(files(read.finish()), files(whole.finish()));
    }

    #[test]
    fn no_bytes_are_too_broken(lines in records(), changed in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..4)) {
        let mut bytes = written(&of(&lines));
        for (at, byte) in changed {
            let at = at.index(bytes.len());
            bytes[at] = byte;
        }
        if let Ok(rows) = decode::<GatheredRows>(&bytes) {
            let mut twice = rows.clone();
            twice.merge(&rows);
            let (table, _) = twice.finish();
            to_vec(&table.observe().statistics).expect("numbers that JSON has");
        }
    }

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
