//! What holds of any records in any order.

use super::*;
use crate::monitors::model_quality::statistics;
use crate::partial::tests::again;
use crate::records::Portable;
use bellwether_contract::json::to_vec;
use bellwether_contract::model_quality::{CalibrationMap, ClassCalibration, Decides, ProblemType};
use bellwether_contract::named::Named;
use bellwether_contract::statistics::Unknown;
use proptest::prelude::*;

#[test]
fn every_answer_counts_for_the_estimate_labelled_or_not() {
    let join = Join::new(labels("", &[truth("a", "1", "CSV")]), Problem::binary(false, true));
    let calibration = as_they_come();
    let mut records = LabelledRecords::estimating(join.clone(), &calibration).unwrap();
    for (id, data) in [("a", "0.9"), ("b", "0.75"), ("c", "0.25\n\n2"), ("a", "0.5\n0.5"), ("d", "[")] {
        let encoding = if data == "[" { "JSON" } else { "CSV" };
        assert_eq!(add(&mut records, &captured(id, "", data, encoding)).is_ok(), data != "[");
    }
    let left_out = [(LeftOutRow::MissingScore, 1), (LeftOutRow::ScoreNotAProbability, 1)];
    assert_eq!(records.counts().scores_left_out, BTreeMap::from(left_out));
    let estimates = records.estimates().unwrap();
    // (0.9 + 0.75 + 0.75 + 0.5 + 0.5) / 5
    let accuracy = estimates.metrics.get("accuracy").unwrap().value;
    assert!(
        estimates.rows == 5 && accuracy.is_ok_and(|accuracy| (accuracy - 0.68).abs() < 1e-12),
        "{accuracy:?}"
    );
    assert_eq!((records.counts().labelled, LabelledRecords::new(join).estimates()), (2, None));
    // Of another problem.
    let other = Join::new(Labels::default(), Problem::regression());
    assert!(LabelledRecords::estimating(other, &calibration).is_err());
}

/// Scores that are probabilities.
fn as_they_come() -> Calibration {
    let class = ClassCalibration {
        label: "1".to_owned(),
        map: CalibrationMap::Identity,
        expected_calibration_error: None,
    };
    Calibration {
        problem_type: ProblemType::BinaryClassification,
        decision: Decides::Score,
        probability_threshold: Some(0.5),
        n_baseline: 100,
        classes: vec![class],
        sampling_errors: Named::default(),
        unknown: Unknown::default(),
    }
}

/// Captured ids with their answers, some of them twice or in several rows; and labels of some ids.
fn streams() -> impl Strategy<Value = (Vec<(u8, String)>, BTreeMap<u8, String>)> {
    let rows = || {
        prop::sample::select(vec!["1", "0", "1\n0", "0\n0", "1\n1\n0", "", "x", "NaN"])
            .prop_map(str::to_owned)
    };
    let scores = prop::sample::select(vec!["0.9", "0.25\n0.5", "0.5000001\n1e-9\n1"]).prop_map(str::to_owned);
    let answers = prop_oneof![rows(), scores];
    (prop::collection::vec((0_u8..30, answers), 0..60), prop::collection::btree_map(0_u8..30, rows(), 0..30))
}

/// `statistics.json` of a window.
fn files(records: LabelledRecords) -> Vec<u8> {
    let estimates = records.estimates();
    let measured = measure(&mut records.into_rows().unwrap());
    to_vec(&statistics(Some(&measured), estimates.as_ref(), None)).unwrap()
}

proptest! {
    #[test]
    fn neither_the_order_nor_the_parts_change_what_is_joined((answers, of_truth) in streams(), at in any::<prop::sample::Index>(), also in any::<prop::sample::Index>()) {
        let lines: Vec<String> = answers.iter().enumerate().map(|(n, (id, data))| captured(&format!("e{n}"), &format!("i{id}"), data, "CSV")).collect();
        let truths: Vec<String> = of_truth.iter().map(|(id, data)| truth(&format!("i{id}"), data, "CSV")).collect();
        let reversed: Vec<String> = truths.iter().rev().cloned().collect();
        let [first, second] = [truths, reversed].map(|truths| {
            Arc::new(Join { seed: 7, ..Join::new(labels("", &truths), Problem::binary(false, true)) })
        });
        let calibration = as_they_come();
        let gather = |join: &Arc<Join>, lines: &mut dyn Iterator<Item = &String>| {
            let mut records = LabelledRecords::estimating(Arc::clone(join), &calibration).unwrap();
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
    fn parts_that_were_written_merge_into_the_same_bytes((answers, of_truth) in streams(), at in any::<prop::sample::Index>(), kind in 0_usize..3) {
        let lines: Vec<String> = answers.iter().enumerate().map(|(n, (id, data))| captured(&format!("e{n}"), &format!("i{id}"), data, "CSV")).collect();
        let truths: Vec<String> = of_truth.iter().map(|(id, data)| truth(&format!("i{id}"), data, "CSV")).collect();
        let problem = [Problem::binary(false, true), Problem::multiclass(), Problem::regression()][kind].clone();
        let join = Arc::new(Join { seed: 7, ..Join::new(labels("", &truths), problem) });
        let calibration = as_they_come();
        let none = if kind == 0 { LabelledRecords::estimating(join, &calibration).unwrap() } else { LabelledRecords::new(join) };
        let none = none.keeping_merged();
        let parts = lines.split_at(at.index(lines.len() + 1));
        let [first, second] = [parts.0, parts.1].map(|part| {
            let mut records = none.clone();
            part.iter().for_each(|line| drop(add(&mut records, line)));
            records
        });
        let (mut whole, mut read) = (first.clone(), again(&first));
        whole.merge(&second);
        read.merge(&again(&second));
        prop_assert_eq!(told(&read), told(&whole));
        prop_assert_eq!(files(read.clone()), files(whole.clone()));
        prop_assert_eq!(read.take_merged(), whole.take_merged());
        // Of another problem, and of labels that are not there.
        let bytes = whole.encode().unwrap();
        let other = Join::new(labels("", &[]), Problem::binary(true, false));
        prop_assert!(LabelledRecords::new(other).decode(&bytes).is_err());
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
