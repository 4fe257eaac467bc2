use super::*;
use crate::json::{from_slice, to_vec};

fn read(text: &str) -> Constraints {
    from_slice("constraints.json", text.as_bytes()).expect("constraints")
}

fn survives(text: &str) {
    assert_eq!(String::from_utf8(to_vec(&read(text)).expect("finite")).expect("UTF-8"), text);
}

/// Written by hand from the developer guide's schema with the defaults of the container's files.
#[test]
fn the_published_layout_is_read_and_written_back_unchanged() {
    survives(
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
    "name" : "State",
    "inferred_type" : "String",
    "completeness" : 0.9858551221603086,
    "string_constraints" : {
      "domains" : [ "OH", "NJ" ]
    }
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
}"#,
    );
}

#[test]
fn recommendation_constraints_stand_beside_features() {
    let text = r#"{
  "version" : 0.0,
  "features" : [ ],
  "recommendation_constraints" : {
    "top10_category_diversity_p5" : {
      "threshold" : 5.0,
      "comparison_operator" : "LessThanThreshold"
    },
    "item_gini" : {
      "threshold" : 0.9,
      "comparison_operator" : "GreaterThanThreshold",
      "why" : "concentration"
    }
  }
}"#;
    survives(text);
    let limits = read(text).recommendation_constraints.expect("limits");
    let p5 = limits.get("top10_category_diversity_p5").expect("p5");
    assert_eq!((p5.threshold, p5.comparison_operator.as_str()), (5.0, "LessThanThreshold"));
}

#[test]
fn overrides_are_read_in_both_spellings_and_keep_theirs() {
    let text = r#"{
  "version" : 0.0,
  "features" : [ {
    "name" : "a",
    "inferred_type" : "Fractional",
    "string_constraints" : {
      "monitoring_config_overrides" : {
        "evaluate_constraints" : "Disabled"
      }
    },
    "monitoringConfigOverrides" : {
      "datatype_check_threshold" : 0.9
    }
  }, {
    "name" : "b",
    "inferred_type" : "Unknown",
    "monitoring_config_overrides" : { }
  } ]
}"#;
    survives(text);
    let constraints = read(text);
    let a: Vec<_> = constraints.features[0].overrides().collect();
    assert_eq!(a[0].datatype_check_threshold, Some(0.9));
    assert_eq!(a[1].evaluate_constraints, Some(Switch::Disabled));
    assert_eq!(constraints.features[1].overrides().count(), 1);
}

#[test]
fn fields_of_other_writers_survive() {
    survives(
        r#"{
  "version" : 0.0,
  "features" : [ {
    "name" : "a",
    "inferred_type" : "Boolean",
    "num_constraints" : {
      "upper" : 3
    },
    "tags" : [ "x" ]
  } ],
  "monitoring_config" : {
    "emit_metrics" : "Disabled",
    "distribution_constraints" : {
      "comparion_method" : "Robust"
    }
  },
  "binary_classification_constraints" : {
    "auc" : {
      "threshold" : 0.9395127993393898,
      "comparison_operator" : "LessThanThreshold"
    }
  }
}"#,
    );
}

/// What the SDK's `set_monitoring` makes of a suggested file: overrides inside `string_constraints`, after the domains
/// and for columns of numbers as well.
#[test]
fn a_file_that_the_sdk_has_switched_columns_off_in_survives() {
    let text = r#"{
  "version" : 0.0,
  "features" : [ {
    "name" : "Account Length",
    "inferred_type" : "Integral",
    "completeness" : 1.0,
    "num_constraints" : {
      "is_non_negative" : true
    },
    "string_constraints" : {
      "monitoring_config_overrides" : {
        "evaluate_constraints" : "Disabled"
      }
    }
  }, {
    "name" : "State",
    "inferred_type" : "String",
    "completeness" : 1.0,
    "string_constraints" : {
      "domains" : [ "OH", "NJ" ],
      "monitoring_config_overrides" : {
        "evaluate_constraints" : "Enabled"
      }
    }
  }, {
    "name" : "Area",
    "inferred_type" : "String",
    "completeness" : 1.0,
    "string_constraints" : {
      "domains" : [ ]
    }
  } ]
}"#;
    survives(text);
    let features = read(text).features;
    let switches = |at: usize| -> Vec<_> {
        features[at].overrides().filter_map(|config| config.evaluate_constraints.clone()).collect()
    };
    assert_eq!((switches(0), switches(1)), (vec![Switch::Disabled], vec![Switch::Enabled]));
    let empty = features[2].string_constraints.as_ref().and_then(|texts| texts.domains.as_deref());
    assert_eq!(empty, Some(&[][..]), "an empty list is not an absent one");
}

/// By the developer guide: any part of the configuration, under its own spelling, after the constraints.
#[test]
fn overrides_of_the_developer_guide_survive_with_all_they_may_hold() {
    survives(
        r#"{
  "version" : 0.0,
  "features" : [ {
    "name" : "State",
    "inferred_type" : "String",
    "completeness" : 1.0,
    "string_constraints" : {
      "domains" : [ "OH" ]
    },
    "monitoringConfigOverrides" : {
      "emit_metrics" : "Disabled",
      "datatype_check_threshold" : 0.9,
      "domain_content_threshold" : 0.8,
      "distribution_constraints" : {
        "perform_comparison" : "Disabled",
        "categorical_drift_method" : "ChiSquared"
      }
    }
  } ]
}"#,
    );
}

/// Configurations of older containers and fixtures: no categorical fields, a misspelt one, two that are gone.
#[test]
fn configurations_of_older_writers_survive() {
    let text = r#"{
  "version" : 0.0,
  "features" : [ {
    "name" : "a",
    "inferred_type" : "Fractional",
    "completeness" : 1.0,
    "num_constraints" : {
      "is_non_negative" : true
    }
  } ],
  "monitoring_config" : {
    "evaluate_constraints" : "Enabled",
    "emit_metrics" : "Enabled",
    "datatype_check_threshold" : 1.0,
    "domain_content_threshold" : 1.0,
    "distribution_constraints" : {
      "perform_comparison" : "Enabled",
      "comparison_threshold" : 0.1,
      "comparion_method" : "Simple",
      "enable_comparisons" : true,
      "min_domain_mass" : 1.0
    }
  }
}"#;
    survives(text);
    let config = read(text).monitoring_config.and_then(|config| config.distribution_constraints);
    let config = config.expect("how distributions are compared");
    assert_eq!((config.comparison_method, config.categorical_comparison_threshold), (None, None));
    assert_eq!(config.unknown.len(), 3);
}

mod written_by_hand;
