//! Shapes, against texts of real files and of the developer guide.

use super::*;
use crate::constraints::ComparisonOperator;
use crate::json::{from_slice, to_vec};

fn text<T: serde::Serialize>(value: &T) -> String {
    String::from_utf8(to_vec(value).expect("finite")).expect("UTF-8")
}

fn rewritten<T: serde::de::DeserializeOwned + serde::Serialize>(of: &str) -> String {
    text(&from_slice::<T>("file", of.as_bytes()).expect("a file"))
}

#[test]
fn problem_types_are_spelt_as_sagemaker_spells_them() {
    for (word, problem, prefix) in [
        ("Regression", ProblemType::Regression, "regression"),
        ("BinaryClassification", ProblemType::BinaryClassification, "binary_classification"),
        ("MulticlassClassification", ProblemType::MulticlassClassification, "multiclass_classification"),
    ] {
        assert_eq!((word.parse().ok(), problem.prefix()), (Some(problem), prefix));
        assert_eq!(text(&problem), format!("\"{word}\""));
        assert_eq!(word.to_lowercase().parse().ok(), Some(problem));
    }
    assert_eq!(
        "Ranking".parse::<ProblemType>().map_err(|error| error.to_string()),
        Err("problem type: is \"Ranking\"; write \"Regression\", \"BinaryClassification\" or \"MulticlassClassification\"".to_owned())
    );
}

const STATISTICS: &str = r#"{
  "version" : 0.0,
  "dataset" : {
    "item_count" : 4,
    "start_time" : "2024-10-23T08:00:00Z",
    "end_time" : "2024-10-23T09:00:00Z",
    "evaluation_time" : "2024-10-23T09:00:00Z"
  },
  "binary_classification_metrics" : {
    "confusion_matrix" : {
      "0" : {
        "0" : 1,
        "1" : 2
      },
      "1" : {
        "0" : 0,
        "1" : 1
      }
    },
    "recall" : {
      "value" : 1.0,
      "standard_deviation" : null
    },
    "receiver_operating_characteristic_curve" : {
      "false_positive_rates" : [ 0.0, 0.5, 1.0 ],
      "true_positive_rates" : [ 0.0, 1.0, 1.0 ]
    },
    "precision_recall_curve" : {
      "precisions" : [ 1.0, 1.0 ],
      "recalls" : [ 0.0, 1.0 ]
    },
    "auc" : {
      "value" : null,
      "standard_deviation" : 5.092682820403929E-4
    },
    "of_tomorrow" : [ 1, "x" ]
  },
  "estimated_binary_classification_metrics" : {
    "auc" : {
      "value" : 0.9,
      "sampling_error" : 0.01
    }
  },
  "mine" : true
}"#;

#[test]
fn statistics_are_read_and_written_back_unchanged() {
    assert_eq!(rewritten::<ModelQualityStatistics>(STATISTICS), STATISTICS);
    let statistics: ModelQualityStatistics = from_slice("file", STATISTICS.as_bytes()).expect("statistics");
    let metrics = statistics.metrics(ProblemType::BinaryClassification).expect("a block");
    assert!(matches!(metrics.get("confusion_matrix"), Some(MetricEntry::Confusion(_))));
    assert!(matches!(metrics.get("receiver_operating_characteristic_curve"), Some(MetricEntry::Roc(_))));
    assert!(matches!(metrics.get("precision_recall_curve"), Some(MetricEntry::PrecisionRecall(_))));
    assert!(matches!(metrics.get("of_tomorrow"), Some(MetricEntry::Other(_))));
    assert_eq!(metrics.get("auc").and_then(MetricEntry::metric).map(|auc| auc.value), Some(None));
    assert_eq!(statistics.metrics(ProblemType::Regression), None);
}

/// The developer guide's example of 2020 writes the text NaN and whole numbers.
#[test]
fn a_nan_of_older_files_is_a_missing_number() {
    let of = |value: &str| {
        let text = format!(
            r#"{{"dataset": {{"item_count": 4.0}}, "regression_metrics": {{"mae": {{"standard_deviation": "NaN", "value": {value}}}}}}}"#
        );
        let statistics: ModelQualityStatistics = from_slice("file", text.as_bytes()).expect("statistics");
        let metrics = statistics.metrics(ProblemType::Regression).expect("a block");
        metrics.get("mae").and_then(MetricEntry::metric).cloned().expect("a metric")
    };
    for (written, value) in
        [("1", Some(1.0)), ("\"NaN\"", None), ("null", None), ("2.5e-3", Some(0.0025)), ("-1", Some(-1.0))]
    {
        assert_eq!((of(written).value, of(written).standard_deviation), (value, None), "{written}");
    }
}

const CONSTRAINTS: &str = r#"{
  "version" : 0.0,
  "binary_classification_constraints" : {
    "recall" : {
      "threshold" : 0.5714285714285714,
      "comparison_operator" : "LessThanThreshold"
    },
    "false_positive_rate" : {
      "threshold" : 0.0002,
      "comparison_operator" : "GreaterThanThreshold"
    },
    "true_negative_rate" : {
      "threshold" : null,
      "comparison_operator" : "LessThanThreshold",
      "additional_properties" : null
    }
  }
}"#;

#[test]
fn constraints_are_written_in_plain_decimals_and_read_back_unchanged() {
    assert_eq!(rewritten::<ModelQualityConstraints>(CONSTRAINTS), CONSTRAINTS);
    assert_eq!(rewritten::<ModelQualityConstraints>(&CONSTRAINTS.replace("0.0002", "2.0E-4")), CONSTRAINTS);
    assert_eq!(
        rewritten::<ModelQualityConstraints>(&CONSTRAINTS.replacen("null", "\"NaN\"", 1)),
        CONSTRAINTS
    );
    let constraints =
        ModelQualityConstraints::parse("file", CONSTRAINTS.as_bytes(), ProblemType::BinaryClassification);
    let constraints = constraints.expect("constraints");
    let limits = constraints.of(ProblemType::BinaryClassification).expect("a block");
    let rate = limits.get("false_positive_rate").expect("a limit");
    assert_eq!(
        (rate.threshold, &rate.comparison_operator),
        (Some(2e-4), &ComparisonOperator::GreaterThanThreshold)
    );
}

#[test]
fn a_slip_in_edited_constraints_is_told_by_its_place() {
    let told = |text: &str, problem: ProblemType| {
        ModelQualityConstraints::parse("c.json", text.as_bytes(), problem).expect_err("a slip").to_string()
    };
    let of = |limit: &str| {
        told(&format!(r#"{{"regression_constraints": {{"mae": {limit}}}}}"#), ProblemType::Regression)
    };
    assert_eq!(
        of(r#"{"threshold": "3", "comparison_operator": "LessThanThreshold"}"#),
        "c.json, line 1: regression_constraints.mae.threshold is \"3\", a text; write a number or null"
    );
    assert_eq!(
        of(r#"{"threshold": 3, "comparison_operator": "Below"}"#),
        "c.json, line 1: regression_constraints.mae.comparison_operator is \"Below\"; write \"LessThanThreshold\" or \"GreaterThanThreshold\""
    );
    assert_eq!(
        told(CONSTRAINTS, ProblemType::Regression),
        "c.json: these are constraints for BinaryClassification; name one with regression_constraints, or another problem type"
    );
    assert_eq!(
        told(r#"{"features": []}"#, ProblemType::Regression),
        "c.json: regression_constraints is missing; name one with regression_constraints, or another problem type"
    );
}

#[test]
fn a_calibration_is_read_and_written_back_unchanged() {
    let file = r#"{
  "problem_type" : "BinaryClassification",
  "decision" : "score",
  "probability_threshold" : 0.5,
  "n_baseline" : 201,
  "classes" : [ {
    "label" : "1",
    "map" : {
      "isotonic" : {
        "scores" : [ 0.1, 0.9 ],
        "probabilities" : [ 0.0, 1.0 ]
      }
    },
    "expected_calibration_error" : {
      "before" : 0.04,
      "after" : 0.02
    }
  }, {
    "label" : "2",
    "map" : "identity"
  } ],
  "sampling_errors" : {
    "auc" : 0.01
  }
}"#;
    assert_eq!(rewritten::<Calibration>(file), file);
}
