//! What holds of counts: they measure what their rows measure, but for the flip test, however windows are grouped.

use super::*;
use crate::model_bias::{BiasCell, BiasProblem, Facet, measure};
use crate::partial::tests::each_changed;
use crate::partial::{decode, encode};
use bellwether_contract::model_bias::{ConfigValue, GroupSizes};
use proptest::prelude::*;

/// Group, stratum, a number that is looked at by the flip test alone, truth and answer.
type Raw = (Option<&'static str>, i64, f64, i64, i64);

fn raw() -> impl Strategy<Value = Vec<Raw>> {
    let sex = prop::sample::select(vec![Some("f"), Some("m"), Some("x"), None]);
    prop::collection::vec((sex, 0..4_i64, -1e3..1e3_f64, 0..2_i64, 0..2_i64), 1..120)
}

fn problem(values: &[&str], flip_test_rows: u64) -> BiasProblem {
    let values = values.iter().map(|value| ConfigValue::Text((*value).to_owned())).collect();
    let age = Facet { name: "town".to_owned(), feature: 1, values: vec![ConfigValue::Integer(1)] };
    BiasProblem {
        features: ["sex", "town", "income"].map(str::to_owned).to_vec(),
        label: "hired".to_owned(),
        positive: vec![ConfigValue::Integer(1)],
        facets: vec![Facet { name: "sex".to_owned(), feature: 0, values }, age],
        group: Some(1),
        flip_test_rows,
    }
}

fn rows(problem: &BiasProblem, raw: &[Raw]) -> BiasRows {
    let mut rows = BiasRows::new(problem);
    for (sex, town, income, truth, answer) in raw {
        let cells = [
            sex.map_or(BiasCell::Missing, BiasCell::Text),
            BiasCell::Integer(*town),
            BiasCell::Double(*income),
        ];
        rows.push(&cells, BiasCell::Integer(*truth), BiasCell::Integer(*answer)).expect("a whole row");
    }
    rows
}

fn window(problem: &BiasProblem, raw: &[Raw]) -> CountedGroups {
    let counted = CountedGroups::of(&rows(problem, raw));
    let bytes = encode(&counted).expect("small");
    let read: CountedGroups = decode(&bytes).expect("what was written");
    assert_eq!(encode(&read).expect("small"), bytes);
    read
}

fn merged(windows: &[CountedGroups]) -> CountedGroups {
    let (first, later) = windows.split_first().expect("a window");
    let mut all = first.clone();
    for window in later {
        assert_eq!(all.differs(window), None);
        all.merge(window);
    }
    all
}

/// Every group with its sizes and its metrics, without the flip test, which counts do not have.
type Told = Vec<(String, String, GroupSizes, Vec<(&'static str, Result<String, String>)>)>;

fn told(rows: &BiasRows) -> Result<Told, String> {
    let measured = measure(rows)?;
    let mut told = Told::new();
    for facet in &measured.facets {
        for group in &facet.groups {
            let metrics = group.metrics().filter(|(measure, _)| measure.name != "FT");
            let metrics = metrics.map(|(measure, outcome)| {
                let value = outcome.map(|value| format!("{:?}", value.value())).map_err(str::to_owned);
                (measure.name, value)
            });
            told.push((facet.name.clone(), group.value_or_threshold.clone(), group.sizes, metrics.collect()));
        }
    }
    Ok(told)
}

proptest! {
    #[test]
    fn hours_that_are_merged_are_the_week_of_all_rows(raw in raw(), cuts in prop::collection::vec(any::<prop::sample::Index>(), 3)) {
        let mut cuts: Vec<usize> = cuts.iter().map(|cut| cut.index(raw.len() + 1)).collect();
        cuts.sort_unstable();
        for values in [&["f"][..], &["f", "x"], &[]] {
            let problem = problem(values, 1_000);
            let parts = [&raw[..cuts[0]], &raw[cuts[0]..cuts[1]], &raw[cuts[1]..cuts[2]], &raw[cuts[2]..]];
            let windows = parts.map(|part| window(&problem, part));
            let week = merged(&windows);
            let bytes = encode(&week).expect("small");
            for grouped in [
                merged(&[merged(&windows[..2]), merged(&windows[2..])]),
                merged(&[windows[0].clone(), merged(&windows[1..])]),
                window(&problem, &raw),
            ] {
                prop_assert_eq!(&encode(&grouped).expect("small"), &bytes);
            }
            let whole = rows(&problem, &raw);
            prop_assert_eq!(week.rows().len(), whole.len());
            prop_assert_eq!(told(week.rows()), told(&whole));
        }
    }
}

#[test]
fn the_flip_test_of_counts_is_absent_with_its_reason() {
    let raw: Vec<Raw> = (0..60)
        .map(|n| ([Some("f"), Some("m")][n % 2], 1, n as f64, (n / 3 % 2) as i64, (n / 2 % 2) as i64))
        .collect();
    let problem = problem(&["f"], 1_000);
    let of = |rows: &BiasRows| {
        let group = measure(rows).unwrap().facets[0].groups[0].clone();
        group.metric("FT").expect("a metric").map(|value| value.value()).map_err(str::to_owned)
    };
    assert!(of(&rows(&problem, &raw)).is_ok());
    assert!(of(window(&problem, &raw).rows()).unwrap_err().contains("merged by counts"));
    let other = BiasProblem { label: "paid".to_owned(), ..problem.clone() };
    assert!(window(&problem, &raw).differs(&window(&other, &raw)).is_some());
}

/// Whatever a byte becomes, it is read or refused.
#[test]
fn changed_bytes_are_no_panic() {
    let raw: Vec<Raw> = (0..30)
        .map(|n| ([Some("f"), None][n % 2], n as i64 % 3, 0.0, n as i64 % 2, n as i64 / 5 % 2))
        .collect();
    let counted = window(&problem(&[], 0), &raw);
    let bytes = encode(&counted).unwrap();
    each_changed(&bytes, |changed| {
        if let Ok(mut read) = decode::<CountedGroups>(changed)
            && read.differs(&counted).is_none()
        {
            read.merge(&counted);
            let _ = measure(read.rows());
        }
    });
}
