//! smclarify's own values of 17 small data sets: `clarify/smclarify-cases/cases.json`.

use super::*;
use crate::model_bias::column::Resolved;
use crate::model_bias::flip_test::{FlipColumn, flips};
use crate::model_bias::rows::Feature;
use crate::model_bias::tally::{Cells, Strata, TallyCell};

/// The metrics of a case. They were asked of smclarify's metrics one by one, so that labels are truth values already and nothing
/// stops without a positive answer.
fn measured(case: &Value) -> MeasuredGroup {
    let one = |value: &Value| value.as_i64() == Some(1);
    let all = |name: &str| -> Vec<bool> { column(case, name).iter().map(one).collect() };
    let (facet, labels, predicted) = (all("facet"), all("label"), all("pred"));
    let names: Vec<&String> = case["features"].as_object().expect("features").keys().collect();
    let features: Vec<Feature> = names
        .iter()
        .map(|name| {
            let mut numbers = crate::model_bias::numbers::NumberColumn::default();
            column(&case["features"], name).iter().for_each(|value| numbers.push(cell(value), true));
            Feature::Numbers(numbers)
        })
        .collect();
    let columns: Vec<FlipColumn<'_>> =
        features.iter().filter_map(|feature| FlipColumn::of(feature, None::<&Resolved<'_>>)).collect();
    let is_split = facet.contains(&true) && facet.contains(&false);
    let flips = if is_split { flips(&columns, &facet, &predicted).expect("numbers") } else { Vec::new() };

    let groups: Vec<&str> =
        column(case, "group").iter().map(|value| value.as_str().expect("a text")).collect();
    let mut strata = groups.clone();
    strata.sort_unstable();
    strata.dedup();
    let cells = Cells::of((0..facet.len()).map(|row| {
        (
            TallyCell {
                stratum: groups
                    .get(row)
                    .and_then(|group| strata.binary_search(group).ok())
                    .unwrap_or_default() as u32,
                is_facet: facet[row],
                label: labels[row],
                predicted: predicted[row],
                flip: flips.get(row).copied().unwrap_or_default(),
            },
            1,
        )
    }));
    let strata = match strata.len() {
        0 => Strata::None("Group variable is empty or not provided".to_owned()),
        count => Strata::Some { count, has_missing: false },
    };
    MeasuredGroup::of("1".to_owned(), cells, strata, Ok(()))
}

/// KL and JS hang on the platform's logarithm; GE is added up row by row there.
const UP_TO_THE_LAST_DIGIT: [&str; 3] = ["KL", "JS", "GE"];

#[test]
fn seventeen_data_sets_have_the_values_and_errors_of_smclarify() {
    let Some(path) = engine::data("clarify/smclarify-cases/cases.json") else { return };
    let cases = engine::json(&path);
    let cases = cases.as_array().expect("cases");
    let mut compared = 0;
    for case in cases {
        let (name, measured) = (&case["name"], measured(case));
        for (measure, ours) in measured.metrics() {
            let theirs = expected(&case["expected"][measure.name]);
            compared += 1;
            match (ours, theirs) {
                (Err(ours), Err(theirs)) => assert_eq!(ours, theirs, "{name} {}", measure.name),
                (Ok(ours), Ok(theirs)) => {
                    let (a, b) = (ours.value(), theirs.value());
                    assert!(a == b || (a - b).abs() <= 1e-12, "{name} {}: {a}, not {b}", measure.name);
                    if !UP_TO_THE_LAST_DIGIT.contains(&measure.name) {
                        assert_eq!(ours, theirs, "{name} {}: to the last digit, 0 and 0.0", measure.name);
                    }
                }
                (ours, theirs) => panic!("{name} {}: {ours:?}, not {theirs:?}", measure.name),
            }
        }
    }
    assert_eq!((cases.len(), compared), (17, 17 * 21));
}
