use super::*;
use bellwether_contract::json::to_vec;

use crate::table::TableProfile;

/// Statistics of columns given as values with how often each occurs; cells short of the longest column are missing.
fn statistics(columns: &[(&str, &[(&str, u64)])]) -> Statistics {
    let mut table = TableProfile::with_columns(columns.iter().map(|(name, _)| (*name).to_owned()));
    for (place, (_, cells)) in columns.iter().enumerate() {
        for (text, count) in *cells {
            (0..*count).for_each(|_| table.feature_mut(place).push_text(text.as_bytes()));
        }
    }
    let rows = columns.iter().map(|(_, cells)| cells.iter().map(|(_, count)| count).sum()).max();
    table.end_rows(rows.unwrap_or(0));
    table.observe().statistics
}

/// Layout and defaults: the container's own file.
#[test]
fn the_whole_file_of_a_baseline() {
    let suggested = suggest(&statistics(&[
        ("Churn", &[("0", 6), ("1", 2)]),
        ("Change", &[("-0.5", 4), ("3", 2)]),
        ("State", &[("OH", 5), ("NJ", 3)]),
        ("Nothing", &[]),
    ]));
    let text = String::from_utf8(to_vec(&suggested).expect("finite")).expect("UTF-8");
    assert_eq!(
        text,
        r#"{
  "version" : 0.0,
  "features" : [ {
    "name" : "Churn",
    "inferred_type" : "Integral",
    "completeness" : 1.0,
    "num_constraints" : {
      "is_non_negative" : true
    }
  }, {
    "name" : "Change",
    "inferred_type" : "Fractional",
    "completeness" : 0.75,
    "num_constraints" : {
      "is_non_negative" : false
    }
  }, {
    "name" : "State",
    "inferred_type" : "String",
    "completeness" : 1.0,
    "string_constraints" : {
      "domains" : [ "OH", "NJ" ]
    }
  }, {
    "name" : "Nothing",
    "inferred_type" : "Unknown",
    "completeness" : 0.0
  } ],
  "monitoring_config" : {
    "evaluate_constraints" : "Enabled",
    "emit_metrics" : "Enabled",
    "datatype_check_threshold" : 1.0,
    "domain_content_threshold" : 1.0,
    "distribution_constraints" : {
      "perform_comparison" : "Enabled",
      "comparison_threshold" : 0.1,
      "comparison_method" : "Robust",
      "categorical_comparison_threshold" : 0.1,
      "categorical_drift_method" : "LInfinity"
    }
  }
}"#
    );
}

fn domain(cells: &[(&str, u64)]) -> Option<Vec<String>> {
    suggest(&statistics(&[("x", cells)]))
        .features
        .remove(0)
        .string_constraints
        .and_then(|texts| texts.domains)
}

#[test]
fn a_domain_is_suggested_where_at_most_a_tenth_of_its_values_was_seen_once() {
    let names = ["a", "b", "c", "d", "e", "f", "g", "h", "i", "j"];
    let seen = |singletons: usize, values: usize| -> Vec<(&str, u64)> {
        (0..values).map(|at| (names[at], if at < singletons { 1 } else { 2 })).collect()
    };
    assert_eq!(domain(&seen(1, 10)).map(|domain| domain.len()), Some(10));
    assert_eq!(domain(&seen(1, 9)), None);
    assert_eq!(domain(&seen(2, 10)), None);
    assert_eq!(domain(&[("only", 1)]), None);
    assert_eq!(domain(&[("only", 2)]), Some(vec!["only".to_owned()]));
    assert_eq!(domain(&[("1", 20), ("2", 20)]), None, "numbers get none");
    assert_eq!(domain(&[("true", 3), ("false", 2)]).map(|domain| domain.len()), Some(2), "written as String");
}

#[test]
fn domains_are_in_the_order_of_the_buckets() {
    let statistics =
        statistics(&[("x", &[("gold", 3), ("silver", 2), ("bronze", 9), ("lead", 4), ("tin", 2)])]);
    let categorical = statistics.features[0].string_statistics.clone().and_then(|texts| texts.distribution);
    let buckets = categorical.and_then(|found| found.categorical).expect("counts by value").buckets;
    let domain = suggest(&statistics).features.remove(0).string_constraints.and_then(|texts| texts.domains);
    assert_eq!(domain, Some(buckets.into_iter().map(|bucket| bucket.value).collect()));
}

#[test]
fn texts_of_too_many_values_get_no_domain() {
    let names: Vec<String> = (0..400).map(|at| format!("id-{at}")).collect();
    let cells: Vec<_> = names.iter().map(|name| (name.as_str(), 3)).collect();
    assert_eq!(domain(&cells), None);
}

#[test]
fn of_no_row_no_completeness_is_required() {
    let suggested = suggest(&statistics(&[("x", &[])]));
    assert_eq!(suggested.features[0].completeness, None);
    assert_eq!(suggest(&Statistics::default()).features, []);
}

#[test]
fn zero_is_not_negative_and_neither_is_its_twin() {
    for (cell, expected) in [("0", true), ("-0.0", true), ("-0.001", false), ("-1", false)] {
        let suggested = suggest(&statistics(&[("x", &[(cell, 2)])]));
        let numbers = suggested.features[0].num_constraints.as_ref().expect("a column of numbers");
        assert_eq!(numbers.is_non_negative, Some(expected), "{cell}");
    }
}
