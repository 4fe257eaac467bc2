//! The law: every check that constraints ask for is violated, held or told as not evaluable, and never two of these.

use std::collections::BTreeMap;

use bellwether_contract::capture::{CaptureRecord, LeftOut};
use bellwether_contract::constraints::{
    DistributionConstraints, MonitoringConfig, StringConstraints, Switch,
};
use bellwether_contract::execution::CaptureSummary;
use bellwether_contract::statistics::InferredType;
use proptest::prelude::*;
use serde_json::json;

use super::law::{Cell, profiled, table};
use super::*;
use crate::captured_rows::{CapturedRows, Columns};
use crate::records::RecordProfile;
use crate::verdict::tests::keeps_the_law;
use crate::verdict::{Coverage, NoDataPolicy};

fn switch() -> impl Strategy<Value = Option<Switch>> {
    prop_oneof![4 => Just(None), 2 => Just(Some(Switch::Enabled)), 1 => Just(Some(Switch::Disabled))]
}

fn config() -> impl Strategy<Value = Option<MonitoringConfig>> {
    let parts = (switch(), switch(), prop::option::of(0.0..=1.0_f64), prop::option::of(0.0..=1.0_f64));
    prop::option::of(parts.prop_map(|(evaluates, compares, types, distance)| MonitoringConfig {
        evaluate_constraints: evaluates,
        datatype_check_threshold: types,
        distribution_constraints: Some(DistributionConstraints {
            perform_comparison: compares,
            comparison_threshold: distance,
            ..DistributionConstraints::default()
        }),
        ..MonitoringConfig::default()
    }))
}

/// Constraints of columns `c0` and on: one is of another name now and then, and then the data lack it.
fn feature(place: usize) -> impl Strategy<Value = FeatureConstraints> {
    let name = prop_oneof![8 => Just(format!("c{place}")), 1 => Just(format!("gone{place}"))];
    let inferred_type = prop::sample::select(vec![
        InferredType::Integral,
        InferredType::Fractional,
        InferredType::String,
        InferredType::Boolean,
        InferredType::Unknown,
    ]);
    let domains = prop::option::of(prop::collection::vec("[a-c1]|true|gold", 0..4));
    let parts = (name, inferred_type, prop::option::of(0.0..=1.0_f64), domains, config());
    parts.prop_map(|(name, inferred_type, completeness, domains, overrides)| FeatureConstraints {
        name,
        inferred_type,
        completeness,
        string_constraints: domains
            .map(|domains| StringConstraints { domains: Some(domains), ..StringConstraints::default() }),
        monitoring_config_overrides: overrides,
        ..FeatureConstraints::default()
    })
}

fn constraints_of(columns: usize) -> impl Strategy<Value = Constraints> {
    // Mostly as many as the data have.
    let count = prop_oneof![6 => Just(columns), 1 => 0..=columns + 1];
    let features = count.prop_flat_map(|count| (0..count).map(feature).collect::<Vec<_>>());
    (features, config()).prop_map(|(features, monitoring_config)| Constraints {
        features,
        monitoring_config,
        ..Constraints::default()
    })
}

/// A baseline of which sketches and buckets may be gone or somebody else's.
fn baseline() -> impl Strategy<Value = Option<Statistics>> {
    let spoilt = (table(), 0..4_u8).prop_map(|(columns, spoil)| {
        let mut statistics = profiled(&columns).statistics;
        let numbers =
            statistics.features.iter_mut().filter_map(|column| column.numerical_statistics.as_mut());
        for kll in numbers.filter_map(|numbers| numbers.distribution.as_mut()?.kll.as_mut()) {
            match spoil {
                0 => {}
                1 => kll.sketch = None,
                2 => kll.buckets.clear(),
                _ => {
                    kll.sketch.as_mut().expect("a sketch").data = vec![vec![0.0, 1.0]];
                    kll.buckets.truncate(3);
                }
            }
        }
        statistics
    });
    prop::option::weighted(0.8, spoilt)
}

/// Which checks constraints ask for; `None` where it depends on what the column was.
fn asked(feature: &FeatureConstraints, settings: &Settings<'_>) -> [(CheckType, Option<bool>); 4] {
    let of_type = match feature.inferred_type {
        InferredType::Integral | InferredType::Fractional => Some(true),
        InferredType::String => None,
        InferredType::Boolean | InferredType::Unknown => Some(false),
    };
    let has_domains = feature.string_constraints.as_ref().is_some_and(|texts| texts.domains.is_some());
    [
        (CheckType::DataType, of_type),
        (CheckType::Completeness, Some(feature.completeness.is_some())),
        (CheckType::CategoricalValues, Some(has_domains)),
        (CheckType::BaselineDrift, Some(settings.compares())),
    ]
}

/// In how many of the three places a check is told.
fn places(evaluation: &Evaluation, feature: &str, check: &CheckType) -> usize {
    let Evaluated { violated, held, not_evaluable, .. } = &evaluation.constraints;
    let is_it = |found: &&Violated| {
        found.judged.feature_name.as_deref() == Some(feature) && found.judged.check == *check
    };
    let key = check_key(feature, check);
    violated.iter().filter(is_it).count()
        + usize::from(held.contains_key(&key))
        + usize::from(not_evaluable.contains_key(&key))
}

fn every_check_is_told(
    observed: &Observed,
    constraints: &Constraints,
    evaluation: &Evaluation,
) -> Result<(), TestCaseError> {
    let Evaluated { violated, not_evaluable, .. } = &evaluation.constraints;
    let ends = |check: CheckType| violated.iter().any(|found| found.judged.check == check);
    let is_ended = ends(CheckType::MissingColumn) || ends(CheckType::ExtraColumn);
    if observed.statistics.dataset.item_count == 0 || constraints.features.is_empty() {
        prop_assert_eq!(evaluation.constraints.judged(), 0);
        prop_assert!(not_evaluable.contains_key("features"));
        return Ok(());
    }
    for feature in &constraints.features {
        let settings = Settings::of(feature, constraints.monitoring_config.as_ref());
        let is_there = observed.statistics.feature(&feature.name).is_some();
        let is_asked = settings.evaluates() && !is_ended;
        // A column of which nothing is judged is told by its name.
        prop_assert_eq!(
            not_evaluable.contains_key(&feature.name),
            !is_asked || !is_there,
            "{}",
            feature.name
        );
        for (check, wanted) in asked(feature, &settings) {
            let places = places(evaluation, &feature.name, &check);
            match wanted.filter(|_| is_asked && is_there) {
                Some(wanted) => prop_assert_eq!(places, usize::from(wanted), "{} {}", feature.name, check),
                None => prop_assert!(places <= 1),
            }
            prop_assert!(is_asked || places == 0);
        }
    }
    Ok(())
}

fn hour() -> impl Strategy<Value = (Vec<Vec<Cell>>, Constraints, Option<Statistics>)> {
    table().prop_flat_map(|columns| {
        let count = columns.len();
        (Just(columns), constraints_of(count), baseline())
    })
}

/// One captured line, and how it should end: measured, or left out by a reason.
fn line() -> impl Strategy<Value = (String, Option<LeftOut>)> {
    let record = |output: serde_json::Value, input: serde_json::Value| {
        json!({"captureData": {"endpointInput": input, "endpointOutput": output}, "eventVersion": "0",
            "eventMetadata": {"eventId": "842e7fc2-2954-4a6e-b12a-a1f6d42fddbb", "inferenceTime": "2026-10-31T08:30:19Z"}})
        .to_string()
    };
    let side = |data: String| json!({"data": data, "encoding": "CSV"});
    let cells = ("[0-9]{0,2}", "[ab]|[0-9]");
    prop_oneof![
        6 => cells.prop_map(move |(age, plan)| (record(side("0.5".to_owned()), side(format!("{age},{plan}"))), None)),
        2 => Just((record(serde_json::Value::Null, side("1,a".to_owned())), Some(LeftOut::NoOutput))),
        1 => Just((record(side("0.5".to_owned()), serde_json::Value::Null), Some(LeftOut::NoInput))),
        1 => Just(("{\"captureData\"".to_owned(), Some(LeftOut::Json))),
    ]
}

/// What a run makes of lines: the table, and what became of each of them.
fn measured(lines: &[(String, Option<LeftOut>)]) -> (Observed, CaptureSummary) {
    let names = ["score", "age", "plan"].map(str::to_owned).to_vec();
    let mut rows = CapturedRows::new(Columns { baseline: Some(names), ..Columns::default() });
    let mut summary = CaptureSummary::default();
    for (line, reason) in lines {
        summary.lines += 1;
        let is_read = CaptureRecord::from_line(line.as_bytes()).is_ok_and(|record| rows.add(&record).is_ok());
        match reason {
            None if is_read => summary.used += 1,
            Some(reason) if !is_read => *summary.left_out.entry(*reason).or_insert(0) += 1,
            _ => panic!("{line} should end as {reason:?}"),
        }
    }
    (rows.finish().0.observe(), summary)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(96))]

    #[test]
    fn every_check_of_every_column_is_judged_or_told((columns, constraints, baseline) in hour()) {
        let observed = profiled(&columns);
        for comparison in [Comparison::AsConfigured, Comparison::Deequ] {
            let evaluation = evaluate(&observed, baseline.as_ref(), &constraints, comparison);
            every_check_is_told(&observed, &constraints, &evaluation)?;
        }
    }

    #[test]
    fn never_healthy_of_columns_that_were_not_judged(
        lines in prop::collection::vec(line(), 0..60),
        constraints in constraints_of(3),
        baseline in baseline(),
        no_data in prop::sample::select(vec![NoDataPolicy::Ok, NoDataPolicy::Violate]),
    ) {
        let (observed, summary) = measured(&lines);
        prop_assert_eq!(observed.statistics.dataset.item_count, summary.used);
        let mut names = BTreeMap::from([("c0", "score"), ("c1", "age"), ("c2", "plan")]);
        let mut constraints = constraints;
        for feature in &mut constraints.features {
            feature.name = names.remove(feature.name.as_str()).unwrap_or("gone").to_owned();
        }
        let evaluation = evaluate(&observed, baseline.as_ref(), &constraints, Comparison::default());
        let judged = evaluation.constraints.judged();
        let window = Coverage {
            lines: Some(&summary),
            unread: None,
            replayed: false,
            no_data,
            has_constraints: true,
            other_side: "judge the other side",
            completeness: None,
        };
        let verdict = window.conclude(evaluation.constraints, BTreeMap::new());
        keeps_the_law(&verdict, Some(&summary))?;
        prop_assert_eq!(verdict.constraints_judged, judged);
    }
}
