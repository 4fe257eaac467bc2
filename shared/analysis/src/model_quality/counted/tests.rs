//! What holds of counts: they measure what their rows measure, however windows are grouped.

use super::*;
use crate::model_quality::{Answer, Draws, measure};
use crate::monitors::model_quality::statistics;
use crate::partial::tests::each_changed;
use crate::partial::{decode, encode};
use bellwether_contract::json::to_vec;
use proptest::prelude::*;

/// Truth, label and score of a row.
type Raw = (&'static str, &'static str, f64);

fn raw() -> impl Strategy<Value = Vec<Raw>> {
    let label = || prop::sample::select(vec!["0", "1", "1.0", "b", "a", "17"]);
    let score =
        prop_oneof![(0..=20_u32).prop_map(|step| f64::from(step) / 20.0), 0.0..1.0_f64, -5e3..5e3_f64];
    prop::collection::vec((label(), label(), score), 0..300)
}

fn rows(problem: &Problem, raw: &[Raw], first: usize) -> LabelledRows {
    let mut rows = LabelledRows::new(problem);
    for (place, (truth, label, score)) in raw.iter().enumerate() {
        let draws = Draws::of(7, &format!("e{}", place + first), 0);
        let answer = Answer { label: Some(label), scores: &[*score] };
        // Texts are no numbers: such rows are left out of every way alike.
        let _ = rows.push(truth, &answer, draws);
    }
    rows
}

/// Each window as it was written and read again.
fn windows(problem: &Problem, raw: &[Raw], cuts: &[usize]) -> Vec<CountedAnswers> {
    let ends = cuts.iter().copied().chain([raw.len()]);
    let starts = std::iter::once(0).chain(cuts.iter().copied());
    let of = |(start, end): (usize, usize)| {
        let counted = CountedAnswers::of(&mut rows(problem, &raw[start..end], start));
        let bytes = encode(&counted).expect("small");
        let read: CountedAnswers = decode(&bytes).expect("what was written");
        assert_eq!(encode(&read).expect("small"), bytes);
        read
    };
    starts.zip(ends).map(of).collect()
}

fn merged(windows: &[CountedAnswers]) -> CountedAnswers {
    let (first, later) = windows.split_first().expect("a window");
    let mut all = first.clone();
    for window in later {
        assert_eq!(all.differs(window), None);
        all.merge(window);
    }
    all
}

fn file(measured: &MeasuredQuality) -> Vec<u8> {
    to_vec(&statistics(Some(measured), None, None)).expect("JSON")
}

fn problems() -> [Problem; 4] {
    [Problem::binary(false, true), Problem::binary(true, true), Problem::multiclass(), Problem::regression()]
}

proptest! {
    #[test]
    fn hours_that_are_merged_are_the_week_of_all_rows(raw in raw(), cuts in prop::collection::vec(any::<prop::sample::Index>(), 3)) {
        let mut cuts: Vec<usize> = cuts.iter().map(|cut| cut.index(raw.len() + 1)).collect();
        cuts.sort_unstable();
        for problem in problems() {
            let windows = windows(&problem, &raw, &cuts);
            let week = merged(&windows);
            // In any grouping, the same bytes.
            let grouped = merged(&[merged(&windows[..2]), merged(&windows[2..])]);
            let right = merged(&[windows[0].clone(), merged(&windows[1..])]);
            let bytes = encode(&week).expect("small");
            prop_assert!(encode(&grouped).expect("small") == bytes && encode(&right).expect("small") == bytes);
            prop_assert_eq!(file(&week.measure()), file(&grouped.measure()));
            let (ours, whole) = (week.measure(), measure(&mut rows(&problem, &raw, 0)));
            prop_assert_eq!(ours.rows, whole.rows);
            prop_assert_eq!(&ours.confusion, &whole.confusion);
            let names: Vec<&str> = ours.metrics.iter().map(|(name, _)| name).collect();
            prop_assert_eq!(&names, &whole.metrics.iter().map(|(name, _)| name).collect::<Vec<_>>());
            for name in names {
                let (value, expected) = (ours.metrics.get(name).unwrap(), whole.metrics.get(name).unwrap());
                match (name, value.value, expected.value) {
                    ("auc", Ok(value), Ok(expected)) => {
                        let within = ours.from_bins.unwrap() + 1e-12;
                        prop_assert!((value - expected).abs() <= within, "{value} {expected} {within}");
                    }
                    ("au_prc", Ok(_), Ok(_)) => {}
                    ("mae" | "mse" | "rmse" | "r2", Ok(value), Ok(expected)) => {
                        prop_assert!((value - expected).abs() <= 1e-12 * expected.abs().max(1.0), "{name} {value} {expected}");
                    }
                    // Rates are exact, and so are their deviations over the same draws.
                    _ => prop_assert_eq!(value, expected, "{}", name),
                }
            }
        }
    }

    #[test]
    fn the_counts_of_one_window_measure_what_its_rows_measure(raw in raw()) {
        for problem in [Problem::multiclass(), Problem::regression()] {
            let mut rows = rows(&problem, &raw, 0);
            prop_assert_eq!(file(&CountedAnswers::of(&mut rows).measure()), file(&measure(&mut rows)));
        }
        // Scores of twentieths have a bin each: nothing is approximate.
        let few: Vec<Raw> = raw.iter().map(|(t, l, s)| (*t, *l, (s.abs() * 20.0).round() % 20.0 / 20.0)).collect();
        let mut rows = rows(&Problem::binary(false, true), &few, 0);
        let counted = CountedAnswers::of(&mut rows).measure();
        prop_assert_eq!(&counted.metrics, &measure(&mut rows).metrics);
        prop_assert_eq!(&counted.roc, &measure(&mut rows).roc);
    }
}

#[test]
fn windows_of_other_questions_are_refused_and_so_are_too_many_labels() {
    let of = |problem: &Problem, labels: std::ops::Range<usize>| {
        let mut rows = LabelledRows::new(problem);
        for label in labels {
            let label = format!("l{label}");
            rows.push(&label, &Answer::label(&label), Draws::default()).unwrap();
        }
        CountedAnswers::of(&mut rows)
    };
    let first = of(&Problem::multiclass(), 0..600);
    assert!(first.differs(&of(&Problem::multiclass(), 600..1_100)).unwrap().contains("1,000"));
    assert_eq!(first.differs(&of(&Problem::multiclass(), 400..1_000)), None);
    let threshold = Problem::binary(true, false).with_threshold(0.7);
    let other = of(&Problem::binary(true, false), 0..2).differs(&of(&threshold, 0..2)).unwrap();
    assert!(other.contains("threshold"), "{other}");
}

/// Whatever a byte becomes, it is read or refused.
#[test]
fn changed_bytes_are_no_panic() {
    for problem in problems() {
        let raw: Vec<Raw> =
            (0..40).map(|n| (["0", "1"][n % 2], ["1", "0", "0"][n % 3], n as f64 / 40.0)).collect();
        let counted = CountedAnswers::of(&mut rows(&problem, &raw, 0));
        let bytes = encode(&counted).unwrap();
        each_changed(&bytes, |changed| {
            if let Ok(mut read) = decode::<CountedAnswers>(changed)
                && read.differs(&counted).is_none()
            {
                read.merge(&counted);
                let _ = file(&read.measure());
            }
        });
    }
}
