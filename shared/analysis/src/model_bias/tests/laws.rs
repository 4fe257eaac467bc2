//! Order and parts of the rows change nothing, and the flip test is the one that a search of all rows makes.

use proptest::prelude::*;

use super::*;
use crate::attribute::Attribute;
use crate::ground_truth::Labels;
use crate::monitors::model_bias::analysis;
use crate::partial::tests::again;
use crate::records::RecordProfile;

/// Group, stratum, one number of few values and one of many, truth and answer.
type Raw = (Option<&'static str>, i64, i64, f64, i64, i64);

fn raw(rows: std::ops::Range<usize>) -> impl Strategy<Value = Vec<Raw>> {
    let sex = prop::sample::select(vec![Some("f"), Some("f"), Some("m"), Some("m"), Some("x"), None]);
    prop::collection::vec((sex, 0..9_i64, 0..3_i64, -1e3..1e3_f64, 0..2_i64, 0..2_i64), rows)
}

fn problem(values: &[&str], flip_test_rows: u64) -> BiasProblem {
    BiasProblem {
        features: ["sex", "town", "few", "many"].map(str::to_owned).to_vec(),
        label: "hired".to_owned(),
        positive: vec![ConfigValue::Integer(1)],
        facets: vec![Facet {
            name: "sex".to_owned(),
            feature: 0,
            values: values.iter().map(|value| ConfigValue::Text((*value).to_owned())).collect(),
        }],
        group: Some(1),
        flip_test_rows,
    }
}

fn rows(problem: &BiasProblem, raw: &[Raw]) -> BiasRows {
    let mut rows = BiasRows::new(problem);
    for (sex, town, few, many, truth, answer) in raw {
        let sex = sex.map_or(BiasCell::Missing, BiasCell::Text);
        let cells = [sex, BiasCell::Integer(*town), BiasCell::Integer(*few), BiasCell::Double(*many)];
        rows.push(&cells, BiasCell::Integer(*truth), BiasCell::Integer(*answer)).expect("a whole row");
    }
    rows
}

/// A number of the order that `seed` makes.
fn shuffled(raw: &[Raw], seed: u64) -> Vec<Raw> {
    let mut keyed: Vec<(u64, &Raw)> = (0_u64..)
        .zip(raw)
        .map(|(place, row)| (crate::hll::hash(&[seed.to_le_bytes(), place.to_le_bytes()].concat()), row))
        .collect();
    keyed.sort_by_key(|(key, _)| *key);
    keyed.into_iter().map(|(_, row)| *row).collect()
}

/// The flip test by a search of all rows: five of at least ten neighbours, the earlier of two that are equally far.
fn flips_by_hand(raw: &[Raw]) -> Option<f64> {
    let is_facet = |row: &Raw| row.0 == Some("f");
    let point = |row: &Raw| [row.1 as f64, row.2 as f64, row.3];
    let rest: Vec<&Raw> = raw.iter().filter(|row| !is_facet(row)).collect();
    let facet: Vec<&Raw> = raw.iter().filter(|row| is_facet(row)).collect();
    if rest.is_empty() || facet.is_empty() {
        return None;
    }
    let flip = |row: &&Raw| {
        let distance = |other: &Raw| {
            let pairs = point(other).into_iter().zip(point(row));
            pairs.fold(0.0, |sum, (x, q)| sum + (q - x) * (q - x))
        };
        let mut near: Vec<(f64, usize)> =
            rest.iter().enumerate().map(|(place, other)| (distance(other), place)).collect();
        near.sort_by(|a, b| a.partial_cmp(b).expect("finite"));
        near.truncate(if rest.len() > 9 { 5 } else { 1 });
        let votes = near.iter().filter(|(_, place)| rest[*place].5 == 1).count();
        row.5 - i64::from(2 * votes > near.len())
    };
    Some(facet.iter().map(flip).sum::<i64>() as f64 / facet.len() as f64)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn the_order_of_rows_changes_no_metric_but_the_flip_test(raw in raw(41..150), seed in any::<u64>()) {
        let problem = problem(&["f"], 0);
        let (ours, theirs) = (measure(&rows(&problem, &raw)), measure(&rows(&problem, &shuffled(&raw, seed))));
        prop_assert_eq!(ours, theirs);
    }

    /// Cut anywhere, put together again in the order of the rows: the same, to the order of the groups and the flip test.
    #[test]
    fn merged_parts_are_the_whole(raw in raw(0..150), cuts in (0.0..1.0_f64, 0.0..1.0_f64), limit in 0..200_u64) {
        let problem = problem(&[], limit);
        let mut cuts = [cuts.0, cuts.1].map(|cut| (cut * raw.len() as f64) as usize);
        cuts.sort_unstable();
        let parts = [&raw[..cuts[0]], &raw[cuts[0]..cuts[1]], &raw[cuts[1]..]];
        let [first, second, third] = parts.map(|part| rows(&problem, part));
        let (mut left, mut right) = (first.clone(), second.clone());
        left.merge(&second).expect("few rows");
        left.merge(&third).expect("few rows");
        right.merge(&third).expect("few rows");
        let mut all = first;
        all.merge(&right).expect("few rows");
        let whole = measure(&rows(&problem, &raw));
        prop_assert_eq!(&measure(&left), &whole);
        prop_assert_eq!(&measure(&all), &whole);
    }

    #[test]
    fn parts_that_were_written_merge_into_the_same_bytes(raw in raw(0..150), cut in 0.0..1.0_f64, limit in 0..200_u64) {
        let problem = problem(&[], limit);
        let (first, second) = raw.split_at((cut * raw.len() as f64) as usize);
        let [first, second] = [first, second].map(|part| {
            let predicted = PredictedBy::Label(Attribute::default());
            BiasAnswers::holding(rows(&problem, part), Attribute::default(), predicted).join(Labels::default())
        });
        let (mut whole, mut read) = (first.clone(), again(&first));
        whole.merge(&second);
        read.merge(&again(&second));
        let measured = [&read, &whole].map(|records| measure(records.answered().gathered()));
        prop_assert_eq!(&measured[0], &measured[1]);
        if let [Ok(read), Ok(whole)] = measured {
            prop_assert_eq!(analysis(&read).to_bytes().expect("JSON"), analysis(&whole).to_bytes().expect("JSON"));
        }
    }

    #[test]
    fn the_flip_test_is_that_of_a_search_of_all_rows(raw in raw(2..120)) {
        let Ok(measured) = measure(&rows(&problem(&["f"], FLIP_TEST_ROWS), &raw)) else { return Ok(()) };
        let value = measured.facets[0].groups[0].metric("FT").expect("a metric");
        prop_assert_eq!(value.ok().map(BiasNumber::value), flips_by_hand(&raw));
    }

    /// A group and all others change places: differences change their sign, and sums of both stay.
    #[test]
    fn a_group_and_the_rest_mirror_each_other(mut raw in raw(41..150)) {
        raw.iter_mut().for_each(|row| row.0 = if row.0 == Some("f") { row.0 } else { Some("m") });
        let of = |value: &str| {
            let measured = measure(&rows(&problem(&[value], 0), &raw)).ok()?;
            measured.facets.into_iter().next()?.groups.into_iter().next()
        };
        let (Some(women), Some(men)) = (of("f"), of("m")) else { return Ok(()) };
        for name in ["CI", "DPL", "DPPL", "AD", "RD", "SD", "DAR", "DRR", "TE", "DCA", "DCR"] {
            let values = [&women, &men].map(|group| group.metric(name).expect("a metric"));
            match values {
                [Ok(ours), Ok(theirs)] => prop_assert_eq!(ours.value(), -theirs.value(), "{}", name),
                [ours, theirs] => prop_assert!(ours.is_err() && theirs.is_err(), "{}", name),
            }
        }
        for name in ["JS", "LP", "TVD", "KS", "GE"] {
            let values = [&women, &men].map(|group| group.metric(name).expect("a metric").ok().map(BiasNumber::value));
            prop_assert!(values[0].is_some() == values[1].is_some(), "{}", name);
            if let [Some(ours), Some(theirs)] = values {
                prop_assert!((ours - theirs).abs() < 1e-12, "{}: {} and {}", name, ours, theirs);
            }
        }
    }
}

#[test]
fn above_its_limit_the_flip_test_says_so_and_keeps_no_number() {
    let raw: Vec<Raw> = (0..50)
        .map(|place| {
            (Some(if place % 2 == 0 { "f" } else { "m" }), place, 0, 1.0, (place % 3) & 1, place & 1)
        })
        .collect();
    let all = rows(&problem(&["f"], 49), &raw);
    let measured = measure(&all).expect("no reason to stop");
    assert_eq!(
        measured.facets[0].groups[0].metric("FT"),
        Some(Err(
            "FlipTest is made of at most 49 rows, by FLIP_TEST_ROWS, and there are 50; sample, or raise it"
        ))
    );
    let kept = all.features.iter().map(|feature| match feature {
        crate::model_bias::rows::Feature::Numbers(column) => column.values().len(),
        crate::model_bias::rows::Feature::Values(_) => 0,
    });
    assert_eq!(kept.sum::<usize>(), 0);
    assert!(
        measure(&rows(&problem(&["f"], 50), &raw)).expect("no reason").facets[0].groups[0]
            .metric("FT")
            .expect("FT")
            .is_ok()
    );
}

#[test]
fn a_row_that_is_not_whole_is_left_out_with_its_reason() {
    let problem = problem(&["f"], 0);
    let mut rows = BiasRows::new(&problem);
    let cells = [BiasCell::Text("f"), BiasCell::Missing, BiasCell::Missing, BiasCell::Missing];
    let one = BiasCell::Integer(1);
    for (features, truth, answer, reason) in [
        (&cells[..], BiasCell::Missing, one, LeftOutBiasRow::MissingTruth),
        (&cells[..], one, BiasCell::Written("nan"), LeftOutBiasRow::MissingPrediction),
        (&cells[..], BiasCell::Double(f64::NAN), one, LeftOutBiasRow::MissingTruth),
        (&cells[1..], one, one, LeftOutBiasRow::FeatureCount),
    ] {
        assert_eq!(rows.push(features, truth, answer), Err(reason), "{}", reason.as_str());
        assert!(!reason.ends_the_run());
    }
    assert!(rows.is_empty());
    assert_eq!(measure(&rows), Err("there is no row".to_owned()));
    let other = BiasRows::new(&BiasProblem { label: "other".to_owned(), ..problem });
    assert_eq!(rows.merge(&other), Err(LeftOutBiasRow::OtherProblem));
}

#[test]
fn values_too_many_to_be_groups_are_refused_with_what_to_do() {
    let texts: Vec<String> = (0..=MOST_GROUPS).map(|place| format!("v{place}")).collect();
    let mut rows = BiasRows::new(&problem(&[], 0));
    for text in texts.iter().cycle().take(texts.len() * 2) {
        let cells = [BiasCell::Text(text), BiasCell::Missing, BiasCell::Missing, BiasCell::Missing];
        rows.push(&cells, BiasCell::Integer(1), BiasCell::Integer(1)).expect("a whole row");
    }
    let error =
        "sex has 101 values, and at most 100 are a group each; name those that matter in value_or_threshold";
    assert_eq!(measure(&rows), Err(error.to_owned()));
}
