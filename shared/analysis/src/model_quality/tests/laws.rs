//! What holds for any rows: neither their order nor how they are split changes what is measured.

use bellwether_contract::model_quality::Calibration;
use proptest::prelude::*;

use super::*;

/// The area is the share of pairs in which the positive row has the greater score, ties counting half: counted pair by pair.
#[test]
fn the_area_is_of_all_scores_though_the_curve_is_thinned() {
    let mut random = crate::random::Random::new(9);
    let drawn: Vec<(bool, f64)> = (0..3_000)
        .map(|_| (random.below(3) == 0, random.below(100_000) as f64 / 100_000.0))
        .map(|(truth, score)| (truth, if truth { score.sqrt() } else { score }))
        .collect();
    let mut rows = LabelledRows::new(&Problem::binary(false, true));
    for (place, (truth, score)) in (0..).zip(&drawn) {
        push(&mut rows, place, if *truth { "1" } else { "0" }, &Answer::scores(&[*score]));
    }
    let measured = measure(&mut rows);
    let scores = |of: bool| drawn.iter().filter(move |(truth, _)| *truth == of).map(|(_, score)| *score);
    let halves: u32 = scores(true)
        .flat_map(|positive| scores(false).map(move |negative| (positive, negative)))
        .map(|(positive, negative)| 2 * u32::from(positive > negative) + u32::from(positive == negative))
        .sum();
    let pairs = scores(true).count() * scores(false).count();
    assert_close(measured.value("auc").expect("a value"), f64::from(halves) / 2.0 / pairs as f64, "auc");
    let (roc, curve) = (measured.roc.expect("a curve"), measured.precision_recall.expect("a curve"));
    assert_eq!((roc.true_positive_rates.len(), roc.false_positive_rates.len()), (MOST_POINTS, MOST_POINTS));
    assert_eq!((curve.precisions.len(), curve.recalls.len()), (MOST_POINTS, MOST_POINTS));
    assert_eq!((roc.true_positive_rates[0], roc.true_positive_rates[MOST_POINTS - 1]), (0.0, 1.0));
    assert_eq!((curve.recalls[0], curve.recalls[MOST_POINTS - 1]), (0.0, 1.0));
}

/// A row before it is read: truth, label, score.
type Raw = (String, String, f64);

fn labels() -> impl Strategy<Value = Vec<Raw>> {
    let label = || prop::sample::select(vec!["0", "1", "1.0", "0.0", "b", "a"]);
    let score = prop_oneof![(0..=20_u32).prop_map(|step| f64::from(step) / 20.0), 0.0..1.0_f64];
    let row = (label(), label(), score);
    prop::collection::vec(row.prop_map(|(t, a, s)| (t.to_owned(), a.to_owned(), s)), 0..400)
}

fn numbers() -> impl Strategy<Value = Vec<Raw>> {
    let number = || prop_oneof![-1e3..1e3_f64, -1e-3..1e-3_f64, Just(0.0), -1e12..1e12_f64];
    let row = (number(), number());
    prop::collection::vec(row.prop_map(|(t, a)| (t.to_string(), a.to_string(), 0.0)), 0..400)
}

fn take(rows: &mut LabelledRows, raw: &[Raw], places: impl IntoIterator<Item = usize>) {
    for place in places {
        let (truth, label, score) = &raw[place];
        push(rows, place as u32, truth, &Answer { label: Some(label), scores: &[*score] });
    }
}

/// Whole in one order, and shuffled, split at two places and merged from the right.
fn both_ways(problem: &Problem, raw: &[Raw], order: &[usize], cuts: (usize, usize)) -> [MeasuredQuality; 2] {
    let mut whole = LabelledRows::new(problem);
    take(&mut whole, raw, 0..raw.len());
    let (first, second) = (cuts.0.min(cuts.1).min(raw.len()), cuts.0.max(cuts.1).min(raw.len()));
    let parts = [&order[..first], &order[first..second], &order[second..]].map(|part| {
        let mut rows = LabelledRows::new(problem);
        take(&mut rows, raw, part.iter().copied());
        rows
    });
    let [mut a, mut b, c] = parts;
    b.merge(&c).expect("the same problem");
    a.merge(&b).expect("the same problem");
    [measure(&mut whole), measure(&mut a)]
}

fn shuffled(raw: Vec<Raw>) -> impl Strategy<Value = (Vec<Raw>, Vec<usize>, (usize, usize))> {
    let order: Vec<usize> = (0..raw.len()).collect();
    let cuts = (0..=raw.len(), 0..=raw.len());
    (Just(raw), Just(order).prop_shuffle(), cuts)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(128))]

    #[test]
    fn labels_in_any_order_and_any_parts_measure_the_same_to_the_last_bit(
        (raw, order, cuts) in labels().prop_flat_map(shuffled)
    ) {
        for problem in [Problem::binary(false, true), Problem::binary(true, true), Problem::binary(true, false), Problem::multiclass()] {
            let [whole, parts] = both_ways(&problem, &raw, &order, cuts);
            prop_assert_eq!(whole, parts);
        }
    }

    #[test]
    fn numbers_in_any_order_and_any_parts_measure_the_same_to_the_last_bit(
        (raw, order, cuts) in numbers().prop_flat_map(shuffled)
    ) {
        let [whole, parts] = both_ways(&Problem::regression(), &raw, &order, cuts);
        prop_assert_eq!(whole, parts);
    }

    #[test]
    fn counts_add_up_and_rates_lie_between_0_and_1(raw in labels()) {
        for problem in [Problem::binary(false, true), Problem::multiclass()] {
            let mut rows = LabelledRows::new(&problem);
            take(&mut rows, &raw, 0..raw.len());
            let measured = measure(&mut rows);
            let matrix = measured.confusion.as_ref().expect("a matrix");
            let cells = matrix.iter().flat_map(|(_, row)| row.iter().map(|(_, count)| *count));
            prop_assert_eq!(cells.sum::<u64>(), raw.len() as u64);
            for (name, measure) in measured.metrics.iter() {
                let value = measure.value.unwrap_or(0.0);
                prop_assert!((0.0..=1.0 + 1e-12).contains(&value), "{} is {}", name, value);
            }
        }
    }

}

proptest! {
    // Two hundred samples of every baseline: a quarter of the cases says as much.
    #![proptest_config(ProptestConfig::with_cases(24))]

    #[test]
    fn a_histogram_of_any_order_and_any_parts_has_the_same_bits(
        (raw, order, cuts) in labels().prop_flat_map(shuffled)
    ) {
        let problem = Problem::binary(true, true);
        let mut rows = LabelledRows::new(&problem);
        take(&mut rows, &raw, 0..raw.len());
        let Ok(calibration) = calibrate(&mut rows, 1) else { return Ok(()) };
        let of = |places: &[usize]| {
            let mut histogram = ScoreHistogram::new(&problem, &calibration).expect("the same problem");
            for place in places {
                let (_, label, score) = &raw[*place];
                histogram.push(&Answer { label: Some(label), scores: &[*score] }).expect("a probability");
            }
            histogram
        };
        let cut = cuts.0.min(raw.len());
        let (mut first, second) = (of(&order[..cut]), of(&order[cut..]));
        first.merge(&second).expect("the same problem");
        let places: Vec<usize> = (0..raw.len()).collect();
        prop_assert_eq!(first.estimates(), of(&places).estimates());
    }

    #[test]
    fn a_calibration_does_not_depend_on_the_order_and_survives_its_file(
        (raw, order, _) in labels().prop_flat_map(shuffled)
    ) {
        let problem = Problem::binary(false, true);
        let learned = |places: &[usize]| {
            let mut rows = LabelledRows::new(&problem);
            take(&mut rows, &raw, places.iter().copied());
            calibrate(&mut rows, 7)
        };
        let places: Vec<usize> = (0..raw.len()).collect();
        let calibration = learned(&places);
        prop_assert_eq!(&calibration, &learned(&order));
        if let Ok(calibration) = calibration {
            let bytes = bellwether_contract::json::to_vec(&calibration).expect("finite");
            let read: Calibration = bellwether_contract::json::from_slice("calibration", &bytes).expect("a file");
            prop_assert_eq!(read, calibration);
        }
    }
}
