//! An analysis is never violated by the rows it was made of, through the bytes of its file.

use proptest::prelude::*;

use super::*;

/// Group, stratum, truth and answer.
type Raw = (&'static str, &'static str, i64, i64);

fn problem() -> BiasProblem {
    BiasProblem {
        features: vec!["sex".to_owned(), "town".to_owned(), "age".to_owned()],
        label: "hired".to_owned(),
        positive: vec![ConfigValue::Integer(1)],
        facets: vec![Facet { name: "sex".to_owned(), feature: 0, values: Vec::new() }],
        group: Some(1),
        flip_test_rows: 0,
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn what_was_measured_is_kept_by_the_same_rows(raw in prop::collection::vec(
        (prop::sample::select(vec!["f", "m", "x"]), prop::sample::select(vec!["a", "b"]), 0..2_i64, 0..2_i64), 41..120),
        min_group in 0..3_u64, seed in any::<u64>())
    {
        let mut rows = BiasRows::new(&problem());
        for (sex, town, truth, answer) in raw as Vec<Raw> {
            let cells = [BiasCell::Text(sex), BiasCell::Text(town), BiasCell::Integer(30)];
            rows.push(&cells, BiasCell::Integer(truth), BiasCell::Integer(answer)).expect("a whole row");
        }
        let Ok(measured) = measure(&rows) else { return Ok(()) };
        let file = analysis(&measured).to_bytes().expect("finite");
        let baseline = BiasAnalysis::parse("analysis.json", &file).expect("what we wrote");
        prop_assert_eq!(&baseline, &analysis(&measured));
        for (di, confidence) in [
            (DiRule::Abs, Confidence::None),
            (DiRule::IdealOne, Confidence::None),
            (DiRule::Abs, Confidence::NormalBootstrap),
        ] {
            let judgement = evaluate(Ok(&measured), &baseline, BiasRule { di, confidence, min_group, seed });
            let evaluated = &judgement;
            prop_assert_eq!(&evaluated.violated, &vec![]);
            let valued: usize = measured.facets[0].groups.iter().map(|group| group.metrics().filter(|(_, v)| v.is_ok()).count()).sum();
            prop_assert_eq!(evaluated.held.len() + evaluated.not_evaluable.len(), valued);
        }
    }
}
