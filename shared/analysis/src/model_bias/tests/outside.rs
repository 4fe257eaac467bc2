//! smclarify's own analyses of random columns: `outside.json`, made by smclarify 0.5 (024329d1), pandas 1.5.3 and scikit-learn 1.5.2
//! through `bias_report`. Facets, labels and strata are of every type, the listed values often of another one.

use super::*;
use crate::partial::OfWindow;

const CASES: &str = include_str!("outside.json");

fn measured(case: &Value) -> Result<MeasuredBias, String> {
    measure(&rows(case, 0..column(case, "facet").len()))
}

/// Some rows of a case, as an hour has some of a day's.
fn rows(case: &Value, places: std::ops::Range<usize>) -> BiasRows {
    let names = ["facet", "x", "z", "group"];
    let has_group = case["group"].is_array();
    let features = &names[..if has_group { 4 } else { 3 }];
    let problem = BiasProblem {
        features: features.iter().map(|name| (*name).to_owned()).collect(),
        label: "label".to_owned(),
        positive: listed(&case["label_values"]),
        facets: vec![Facet { name: "facet".to_owned(), feature: 0, values: listed(&case["facet_values"]) }],
        group: has_group.then_some(3),
        flip_test_rows: FLIP_TEST_ROWS,
    };
    let mut rows = BiasRows::new(&problem);
    let (x, z) = (column(&case["features"], "x"), column(&case["features"], "z"));
    let (facet, group) = (column(case, "facet"), column(case, "group"));
    for row in places {
        let mut cells = vec![cell(&facet[row]), cell(&x[row]), cell(&z[row])];
        cells.extend(group.get(row).map(cell));
        rows.push(&cells, cell(&column(case, "label")[row]), cell(&column(case, "pred")[row]))
            .expect("a whole row");
    }
    rows
}

/// Three windows of each case, merged: what is measured, or why nothing is, is as before, but for the flip test.
#[test]
fn merged_windows_are_analysed_as_smclarify_analyses_their_rows() {
    let cases: Vec<Value> = serde_json::from_str(CASES).expect("cases");
    let mut compared = 0;
    for (place, case) in cases.iter().enumerate() {
        let all = column(case, "facet").len();
        let hour = |from: usize, to: usize| CountedGroups::of(&rows(case, from..to));
        let mut day = hour(0, all / 3);
        for later in [hour(all / 3, all / 2), hour(all / 2, all)] {
            assert_eq!(day.differs(&later), None);
            day.merge(&later);
        }
        let (ours, theirs) = (measure(day.rows()), measured(case));
        assert_eq!(ours.as_ref().err(), theirs.as_ref().err(), "{place}");
        let (Ok(ours), Ok(theirs)) = (ours, theirs) else { continue };
        assert_eq!(
            (&ours.label_value_or_threshold, ours.rows, &ours.notes),
            (&theirs.label_value_or_threshold, theirs.rows, &theirs.notes),
            "{place}"
        );
        for (ours, theirs) in ours.facets[0].groups.iter().zip(&theirs.facets[0].groups) {
            assert_eq!(
                (&ours.value_or_threshold, ours.sizes),
                (&theirs.value_or_threshold, theirs.sizes),
                "{place}"
            );
            for ((measure, ours), (_, theirs)) in ours.metrics().zip(theirs.metrics()) {
                if measure.name != "FT" {
                    assert_eq!(format!("{ours:?}"), format!("{theirs:?}"), "{place} {}", measure.name);
                    compared += 1;
                }
            }
        }
    }
    assert!(compared > 1_500, "{compared}");
}

/// Whether two outcomes are one: numbers to 1e-12, errors word for word as far as ours go.
fn is_same(ours: Result<BiasNumber, &str>, theirs: &Value) -> bool {
    match (ours, theirs.as_f64(), theirs.as_str()) {
        (Ok(ours), Some(theirs), _) => (ours.value() - theirs).abs() <= 1e-12,
        (Ok(ours), None, Some(theirs)) => ours.value().is_infinite() && ours.to_string() == theirs,
        // scikit-learn says more than that.
        (Err(ours @ "Input X contains NaN."), None, Some(theirs)) => theirs.starts_with(ours),
        (Err(ours), None, Some(theirs)) => ours == theirs,
        _ => false,
    }
}

#[test]
fn random_columns_are_analysed_as_smclarify_analyses_them() {
    let cases: Vec<Value> = serde_json::from_str(CASES).expect("cases");
    let (mut compared, mut stopped, mut deviations) = (0, 0, 0);
    for (place, case) in cases.iter().enumerate() {
        let (ours, theirs) = (measured(case), &case["result"]);
        if let Some(error) = theirs["error"].as_str() {
            let (kind, error) = error.split_once(": ").expect("a type");
            match ours {
                Ok(ours) => {
                    assert!(error.starts_with("No Label values"), "{place}: {error}");
                    assert_eq!(deviations_of(&ours), 1, "{place}");
                    deviations += 1;
                }
                // It stumbles over its own error there.
                Err(_) if kind == "UnboundLocalError" => stopped += 1,
                Err(ours) => {
                    assert!(ours.starts_with(&format!("{error}; ")), "{place}: {ours}");
                    stopped += 1;
                }
            }
            continue;
        }
        let ours = ours.unwrap_or_else(|error| panic!("{place}: {error}"));
        assert_eq!(ours.label_value_or_threshold, theirs["label_text"], "{place}");
        assert_eq!(deviations_of(&ours), 0, "{place}");
        for stage in ["pre", "post"] {
            let theirs = column(theirs, stage);
            assert_eq!(ours.facets[0].groups.len(), theirs.len(), "{place}");
            for (group, theirs) in ours.facets[0].groups.iter().zip(theirs) {
                assert_eq!(group.value_or_threshold, theirs["value_or_threshold"], "{place}");
                for (name, theirs) in theirs["metrics"].as_object().expect("metrics") {
                    let ours = group.metric(name).expect("a metric");
                    assert!(is_same(ours, theirs), "{place} {name}: {ours:?}, not {theirs}");
                    compared += 1;
                }
            }
        }
    }
    assert_eq!((cases.len(), compared, stopped, deviations), (148, 1554, 59, 23));
}

/// What is said of rows without a group is no deviation.
fn deviations_of(measured: &MeasuredBias) -> usize {
    measured.notes.iter().filter(|note| !note.contains(" rows have no ")).count()
}
