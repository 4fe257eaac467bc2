use super::*;
use crate::json::{from_slice, to_vec};

fn read(text: &str) -> Statistics {
    from_slice("statistics.json", text.as_bytes()).expect("statistics")
}

fn survives(text: &str) {
    assert_eq!(String::from_utf8(to_vec(&read(text)).expect("finite")).expect("UTF-8"), text);
}

/// Written by hand from the developer guide's schema and the layout of the container's files.
const PUBLISHED: &str = r#"{
  "version" : 0.0,
  "dataset" : {
    "item_count" : 2333
  },
  "features" : [ {
    "name" : "Night Mins",
    "inferred_type" : "Fractional",
    "numerical_statistics" : {
      "common" : {
        "num_present" : 2333,
        "num_missing" : 0
      },
      "mean" : 201.38859837119588,
      "sum" : 469839.6,
      "std_dev" : 50.62796091,
      "min" : 23.2,
      "max" : 395.0,
      "distribution" : {
        "kll" : {
          "buckets" : [ {
            "lower_bound" : 23.2,
            "upper_bound" : 60.379999999999995,
            "count" : 7.0
          }, {
            "lower_bound" : 60.379999999999995,
            "upper_bound" : 97.56,
            "count" : 1.4402689218907343E10
          } ],
          "sketch" : {
            "parameters" : {
              "c" : 0.64,
              "k" : 2048.0
            },
            "data" : [ [ 254.7, 9.9E-4, 0.001 ], [ 103.0 ], [ ] ]
          }
        }
      }
    }
  }, {
    "name" : "State",
    "inferred_type" : "String",
    "string_statistics" : {
      "common" : {
        "num_present" : 2300,
        "num_missing" : 33
      },
      "distinct_count" : 53.0,
      "distribution" : {
        "categorical" : {
          "buckets" : [ {
            "value" : "O\"H",
            "count" : 5
          } ]
        }
      }
    }
  }, {
    "name" : "Empty",
    "inferred_type" : "Unknown",
    "common" : {
      "num_present" : 0,
      "num_missing" : 2333
    }
  } ]
}"#;

/// Newer containers add two fields; a diversity run adds its aggregates.
const NEWER: &str = r#"{
  "version" : 0.0,
  "dataset" : {
    "item_count" : 2
  },
  "features" : [ {
    "name" : "top10_category_diversity",
    "inferred_type" : "Integral",
    "numerical_statistics" : {
      "common" : {
        "num_present" : 1,
        "num_missing" : 1
      },
      "mean" : 5.0,
      "sum" : 5.0,
      "std_dev" : 0.0,
      "min" : 5.0,
      "max" : 5.0,
      "approximate_num_distinct_values" : 1,
      "completeness" : 0.5,
      "distribution" : {
        "kll" : {
          "buckets" : [ ]
        }
      }
    }
  } ],
  "recommendation_metrics" : {
    "top10_category_diversity_mean" : {
      "value" : 5.0
    },
    "item_gini" : {
      "value" : 0.25,
      "standard_deviation" : 0.01
    }
  }
}"#;

#[test]
fn the_published_layout_is_read_and_written_back_unchanged() {
    survives(PUBLISHED);
}

#[test]
fn newer_fields_and_recommendation_metrics_are_read_and_written_back_unchanged() {
    survives(NEWER);
    let statistics = read(NEWER);
    let metrics = statistics.recommendation_metrics.expect("metrics");
    assert_eq!(metrics.get("item_gini").map(|metric| metric.value), Some(0.25));
}

#[test]
fn counts_are_found_whatever_the_type() {
    let statistics = read(PUBLISHED);
    let counts = |name: &str| {
        let common = statistics.feature(name).and_then(FeatureStatistics::counts).expect("counts");
        (common.num_present, common.num_missing)
    };
    assert_eq!(counts("Night Mins"), (2333, 0));
    assert_eq!(counts("State"), (2300, 33));
    assert_eq!(counts("Empty"), (0, 2333));
}

#[test]
fn unknown_fields_survive_at_every_depth() {
    survives(
        r#"{
  "version" : 0.0,
  "dataset" : {
    "item_count" : 1,
    "z" : null
  },
  "features" : [ {
    "name" : "f",
    "inferred_type" : "Boolean",
    "numerical_statistics" : {
      "common" : {
        "num_present" : 1,
        "num_missing" : 0,
        "y" : [ 1, 2.5, "x" ]
      },
      "distribution" : {
        "histogram" : { }
      }
    },
    "image_statistics" : {
      "b" : 1,
      "a" : 2
    }
  } ],
  "anything" : true
}"#,
    );
    let statistics = read(PUBLISHED);
    assert_eq!(statistics.feature("Empty").map(|f| f.inferred_type.clone()), Some(InferredType::Unknown));
}

#[test]
fn other_spellings_of_the_same_numbers_are_read() {
    let text = r#"{"version": 0, "dataset": {"item_count": 3.0}, "features": [{"name": "a", "inferred_type": "Integral",
            "numerical_statistics": {"common": {"num_present": 3.0, "num_missing": 0}, "mean": 1, "sum": null,
            "distribution": {"kll": {"buckets": [{"lower_bound": 0, "upper_bound": 1, "count": 3}]}}}}]}"#;
    let statistics = read(text);
    assert_eq!(statistics.dataset.item_count, 3);
    let numbers = statistics.features[0].numerical_statistics.as_ref().expect("numbers");
    assert_eq!((numbers.mean, numbers.sum), (Some(1.0), None));
}

#[test]
fn a_file_without_its_dataset_is_refused_by_name_and_line() {
    let error =
        from_slice::<Statistics>("s3://b/statistics.json", b"{\n\"features\": []\n}").expect_err("broken");
    assert_eq!(
        error.to_string(),
        "s3://b/statistics.json, line 3: column 1: dataset is missing; a statistics.json has {\"dataset\": {\"item_count\": ...}, \"features\": [...]}"
    );
}

/// Of a text with many values neither container writes counts by value; the newer one writes its completeness.
#[test]
fn texts_of_many_values_are_read_and_written_back_unchanged() {
    let text = r#"{
  "version" : 0.0,
  "dataset" : {
    "item_count" : 2477
  },
  "features" : [ {
    "name" : "Phone",
    "inferred_type" : "String",
    "string_statistics" : {
      "common" : {
        "num_present" : 2477,
        "num_missing" : 0
      },
      "distinct_count" : 2477.0
    }
  }, {
    "name" : "Id",
    "inferred_type" : "String",
    "string_statistics" : {
      "common" : {
        "num_present" : 2000,
        "num_missing" : 477
      },
      "distinct_count" : 1893.0,
      "completeness" : 0.8074283407347599
    }
  }, {
    "name" : "Flag",
    "inferred_type" : "Boolean",
    "string_statistics" : {
      "common" : {
        "num_present" : 2477,
        "num_missing" : 0
      },
      "distinct_count" : 2.0,
      "completeness" : 1.0,
      "distribution" : {
        "categorical" : {
          "buckets" : [ {
            "value" : "true",
            "count" : 1400
          }, {
            "value" : "false",
            "count" : 1077
          } ]
        }
      }
    }
  } ]
}"#;
    survives(text);
    let statistics = read(text);
    let phone = statistics.feature("Phone").and_then(|feature| feature.string_statistics.as_ref());
    assert_eq!(phone.map(|texts| (texts.completeness, texts.distribution.is_none())), Some((None, true)));
}
