//! Constraints suggested from X are never violated by X.

use proptest::prelude::*;

use super::*;

/// One cell as it reaches a profile.
#[derive(Debug, Clone)]
pub(super) enum Cell {
    Missing,
    Text(String),
    Number(String),
    Truth(bool),
}

fn text(words: &'static [&'static str]) -> BoxedStrategy<Cell> {
    prop::sample::select(words).prop_map(|word| Cell::Text(word.to_owned())).boxed()
}

/// One kind of cell; a column is made of one or two of them.
fn kind() -> impl Strategy<Value = BoxedStrategy<Cell>> {
    prop::sample::select(vec![
        Just(Cell::Missing).boxed(),
        (-50..50_i64).prop_map(|whole| Cell::Text(whole.to_string())).boxed(),
        any::<i64>().prop_map(|whole| Cell::Number(whole.to_string())).boxed(),
        (-1e3..1e3_f64).prop_map(|number| Cell::Number(number.to_string())).boxed(),
        any::<f64>()
            .prop_filter("JSON has no other", |number| number.is_finite())
            .prop_map(|number| Cell::Number(format!("{number:e}")))
            .boxed(),
        text(&["NaN", "inf", "-Infinity", "nan", "null", "", " 1", "1.", ".5", "NullValue"]),
        text(&["123456789012345678901234567890", "-99999999999999999999", "- 5", "1e999", "-0", "-0.0", "0"]),
        text(&["gold", "silver", "bronze", "ünïcode", "a, b", "say \"hi\"", "\u{FFFD}"]),
        text(&["true", "false", "True"]),
        any::<bool>().prop_map(Cell::Truth).boxed(),
        (0..2_000_u32).prop_map(|id| Cell::Text(format!("id-{id}"))).boxed(),
        ".{0,12}".prop_map(Cell::Text).boxed(),
    ])
}

fn column(rows: usize) -> impl Strategy<Value = Vec<Cell>> {
    let mixed = (kind(), kind(), prop::sample::select(vec![0, 0, 1, 50]));
    mixed.prop_flat_map(move |(most, few, percent)| {
        let cell = prop_oneof![100 - percent => most, percent => few];
        prop::collection::vec(cell, rows)
    })
}

pub(super) fn table() -> impl Strategy<Value = Vec<Vec<Cell>>> {
    (prop_oneof![0..4_usize, 0..400_usize], 0..5_usize)
        .prop_flat_map(|(rows, columns)| prop::collection::vec(column(rows), columns))
}

pub(super) fn profiled(columns: &[Vec<Cell>]) -> Observed {
    let mut table = TableProfile::with_columns((0..columns.len()).map(|place| format!("c{place}")));
    for (place, cells) in columns.iter().enumerate() {
        let feature = table.feature_mut(place);
        for cell in cells {
            match cell {
                Cell::Missing => {}
                Cell::Text(text) => feature.push_text(text.as_bytes()),
                Cell::Number(token) => feature.push_number(token.as_bytes()),
                Cell::Truth(truth) => feature.push_boolean(*truth),
            }
        }
    }
    table.end_rows(columns.first().map_or(0, |cells| cells.len() as u64));
    table.observe()
}

/// Both methods, both ways of comparing texts, through the bytes of both files.
fn check(observed: &Observed) -> Result<(), TestCaseError> {
    let bytes = bellwether_contract::json::to_vec(&observed.statistics).expect("finite");
    let baseline: Statistics = from_slice("statistics.json", &bytes).expect("statistics");
    prop_assert_eq!(&baseline, &observed.statistics);
    let mut constraints = suggest(&baseline);
    for method in ["LInfinity", "ChiSquared"] {
        for comparison in [Comparison::AsConfigured, Comparison::Simple, Comparison::Deequ] {
            let evaluation = evaluate(observed, Some(&baseline), &constraints, comparison);
            prop_assert_eq!(found(&evaluation), Vec::<String>::new(), "{} {:?}", method, comparison);
            prop_assert!(evaluation.distances.iter().all(|(_, distance)| *distance == 0.0));
            prop_assert_eq!(found(&evaluate(observed, None, &constraints, comparison)), Vec::<String>::new());
        }
        let distribution = constraints
            .monitoring_config
            .as_mut()
            .and_then(|config| config.distribution_constraints.as_mut());
        distribution.expect("the default configuration").categorical_drift_method =
            Some(bellwether_contract::constraints::CategoricalDriftMethod::ChiSquared);
    }
    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(256))]

    #[test]
    fn what_was_suggested_from_a_table_is_kept_by_it(columns in table()) {
        check(&profiled(&columns))?;
    }

    /// A bound is never below the truth: with the domain made of a part of the values, the share inside is known.
    #[test]
    fn a_column_is_never_blamed_for_more_than_is_outside(
        cells in prop::collection::vec((0..400_u32, any::<bool>()), 1..800),
        domain in 1..200_u32,
        threshold in 0.0..1.0_f64,
    ) {
        let mut table = TableProfile::with_columns(["x".to_owned()]);
        for (value, native) in &cells {
            if *native {
                table.feature_mut(0).push_number(value.to_string().as_bytes());
            } else {
                table.feature_mut(0).push_text(format!("{value}").as_bytes());
            }
            table.end_rows(1);
        }
        let domains: Vec<_> = (0..domain).map(|value| format!("\"{value}\"")).collect();
        let required = requiring(&format!(
            r#"{{"name": "x", "inferred_type": "String", "string_constraints": {{"domains": [{}],
                "monitoring_config_overrides": {{"domain_content_threshold": {threshold}}}}}}}"#,
            domains.join(",")
        ));
        let inside = cells.iter().filter(|(value, _)| *value < domain).count() as f64 / cells.len() as f64;
        let blamed = !judged(&table.observe(), &required).constraints.violations().is_empty();
        prop_assert!(!blamed || inside < threshold, "{} inside, {} wanted", inside, threshold);
    }
}

#[test]
fn tables_without_columns_or_rows_keep_it_too() {
    for observed in [Observed::default(), observe(&[("a", &[]), ("b", &[])]), of_rows(3, &[("a", &[])])] {
        check(&observed).expect("no violation");
    }
}
