//! Constraints suggested from X are never violated by X, through the bytes of the file.

use bellwether_contract::json::to_vec;
use proptest::prelude::*;

use super::*;

/// Truth, label and score.
type Raw = (&'static str, &'static str, f64);

fn rows() -> impl Strategy<Value = Vec<Raw>> {
    let label = || prop::sample::select(vec!["0", "1", "1.0", "2", "-1e-9"]);
    let score = prop_oneof![(0..=10_u32).prop_map(|step| f64::from(step) / 10.0), 0.0..1.0_f64];
    prop::collection::vec((label(), label(), score), 0..300)
}

fn problems() -> impl Strategy<Value = Problem> {
    prop::sample::select(vec![
        Problem::regression(),
        Problem::binary(true, false),
        Problem::binary(false, true),
        Problem::binary(true, true),
        Problem::multiclass(),
    ])
}

proptest! {
    #[test]
    fn what_was_suggested_from_rows_is_kept_by_them(problem in problems(), raw in rows()) {
        let mut rows = LabelledRows::new(&problem);
        for (place, (truth, label, score)) in (0..).zip(&raw) {
            let answer = Answer { label: Some(label), scores: &[*score] };
            rows.push(truth, &answer, Draws::of(1, "row", place)).expect("a row");
        }
        let measured = measure(&mut rows);
        let bytes = to_vec(&constraints(&measured)).expect("finite");
        prop_assert!(!bytes.windows(2).any(|pair| pair[0].is_ascii_digit() && pair[1] == b'E'), "no exponent");
        let read = ModelQualityConstraints::parse("constraints.json", &bytes, problem.problem_type).expect("what we wrote");
        let limits = read.of(problem.problem_type).expect("a block");
        let evaluated = evaluate(Ok(&measured), None, limits, Parity::default());
        prop_assert_eq!(evaluated.violations(), vec![]);
        prop_assert_eq!(&evaluated.not_evaluable, &std::collections::BTreeMap::new(), "what is null is null on both sides");
        let valued = limits.iter().filter(|(_, limit)| limit.threshold.is_some()).count();
        prop_assert_eq!(evaluated.held.len(), valued);

        // The statistics survive their file, bit for bit.
        let file = statistics(Some(&measured), None, None);
        let bytes = to_vec(&file).expect("finite");
        let read: ModelQualityStatistics = bellwether_contract::json::from_slice("statistics.json", &bytes).expect("what we wrote");
        prop_assert_eq!(read, file);
    }
}
