//! What holds of any records in any order.

use super::*;
use proptest::prelude::*;

/// Captured ids with their answers, some of them twice or in several rows; and labels of some ids.
fn streams() -> impl Strategy<Value = (Vec<(u8, String)>, BTreeMap<u8, String>)> {
    let rows =
        || prop::sample::select(vec!["1", "0", "1\n0", "0\n0", "1\n1\n0", "", "x"]).prop_map(str::to_owned);
    (prop::collection::vec((0_u8..30, rows()), 0..60), prop::collection::btree_map(0_u8..30, rows(), 0..30))
}

proptest! {
    #[test]
    fn neither_the_order_nor_the_parts_change_what_is_joined((answers, of_truth) in streams(), at in any::<prop::sample::Index>(), also in any::<prop::sample::Index>()) {
        let lines: Vec<String> = answers.iter().enumerate().map(|(n, (id, data))| captured(&format!("e{n}"), &format!("i{id}"), data, "CSV")).collect();
        let truths: Vec<String> = of_truth.iter().map(|(id, data)| truth(&format!("i{id}"), data, "CSV")).collect();
        let reversed: Vec<String> = truths.iter().rev().cloned().collect();
        let [first, second] = [truths, reversed].map(|truths| Arc::new(Join { seed: 7, ..join(labels("", &truths)) }));
        let gather = |join: &Arc<Join>, lines: &mut dyn Iterator<Item = &String>| {
            let mut records = LabelledRecords::new(Arc::clone(join));
            lines.for_each(|line| drop(add(&mut records, line)));
            records
        };
        let whole = gather(&first, &mut lines.iter());
        prop_assert_eq!(told(&whole), told(&gather(&second, &mut lines.iter().rev())));

        let (one, two) = (at.index(lines.len() + 1), also.index(lines.len() + 1));
        let parts = [&lines[..one.min(two)], &lines[one.min(two)..one.max(two)], &lines[one.max(two)..]];
        let [left, middle, right] = parts.map(|part| gather(&first, &mut part.iter()));
        let (mut from_left, mut behind) = (left.clone(), middle.clone());
        from_left.merge(&middle);
        from_left.merge(&right);
        behind.merge(&right);
        let mut from_right = left.empty();
        from_right.merge(&left);
        from_right.merge(&behind);
        prop_assert_eq!(told(&from_left), told(&whole));
        prop_assert_eq!(told(&from_right), told(&whole));
    }

    #[test]
    fn every_row_of_a_record_with_ground_truth_is_counted_once((answers, of_truth) in streams()) {
        let truths: Vec<String> = of_truth.iter().map(|(id, data)| truth(&format!("{id}"), data, "CSV")).collect();
        let mut records = LabelledRecords::new(join(labels("", &truths)));
        let (mut captured_records, mut rows_met) = (0, 0);
        for (id, data) in &answers {
            if add(&mut records, &captured(&format!("{id}"), "", data, "CSV")).is_ok() {
                captured_records += 1;
                rows_met += of_truth.get(id).map_or(0, |_| data.split('\n').count() as u64);
            }
        }
        let counts = records.counts();
        prop_assert_eq!(counts.captured, captured_records);
        prop_assert_eq!(counts.rows + counts.rows_left_out.values().sum::<u64>(), rows_met);
        prop_assert!(counts.labelled <= counts.captured && counts.rows <= counts.captured_rows);
    }
}
