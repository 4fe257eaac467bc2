//! Shapes, against texts of real files and of the developer guide.

use super::*;
use crate::json::from_slice;

mod config;

fn text(bytes: Vec<u8>) -> String {
    String::from_utf8(bytes).expect("UTF-8")
}

/// Values of a real baseline of 2024, with an infinity, an integer 0 and an error of smclarify 0.5.
const ANALYSIS: &str = r#"{
    "version": "1.0",
    "post_training_bias_metrics": {
        "label": "Target",
        "facets": {
            "Sex": [
                {
                    "value_or_threshold": "0",
                    "metrics": [
                        {
                            "name": "AD",
                            "description": "Accuracy Difference (AD)",
                            "value": -0.15156641604010024
                        },
                        {
                            "name": "CDDPL",
                            "description": "Conditional Demographic Disparity in Predicted Labels (CDDPL)",
                            "value": null,
                            "error": "Group variable is empty or not provided"
                        },
                        {
                            "name": "DCA",
                            "description": "Difference in Conditional Acceptance (DCA)",
                            "value": 0
                        },
                        {
                            "name": "TE",
                            "description": "Treatment Equality (TE)",
                            "value": "-Infinity"
                        }
                    ]
                }
            ],
            "Age": []
        },
        "label_value_or_threshold": "1"
    },
    "pre_training_bias_metrics": {
        "label": "Target",
        "facets": {},
        "label_value_or_threshold": "1",
        "of_tomorrow": 1e-05
    },
    "explanations": {
        "kernel_shap": 2.0
    }
}"#;

#[test]
fn an_analysis_is_read_and_written_back_unchanged() {
    let analysis = BiasAnalysis::parse("analysis.json", ANALYSIS.as_bytes()).expect("an analysis");
    assert_eq!(text(analysis.to_bytes().expect("finite")), ANALYSIS);
    let stages: Vec<&str> = analysis.stages().map(|(stage, _)| stage.dimension()).collect();
    assert_eq!(stages, ["Post-Training", "Pre-training"]);
    let metrics =
        &analysis.stages().next().expect("a block").1.facets.get("Sex").expect("a facet")[0].metrics;
    let values: Vec<Option<f64>> = metrics.iter().map(|metric| metric.value.map(BiasNumber::value)).collect();
    assert_eq!(values, [Some(-0.151_566_416_040_100_24), None, Some(0.0), Some(f64::NEG_INFINITY)]);
    assert_eq!(metrics[2].value, Some(BiasNumber::INTEGER_ZERO));
}

#[test]
fn what_is_no_baseline_is_refused_with_what_to_name() {
    for (file, reason) in [
        (
            "{\"version\": \"1.0\"}",
            "post_training_bias_metrics is missing; name the analysis.json of a bias baseline",
        ),
        (
            "{\"version\": \"1.0\", \"explanations\": {}}",
            "it holds explanations and no bias metrics; name the analysis.json of a bias baseline",
        ),
        (
            "[]",
            "the file is a list; write an object: {\"version\": \"1.0\", \"post_training_bias_metrics\": {...}}",
        ),
        ("{}", "version is missing; it is required"),
    ] {
        let error = BiasAnalysis::parse("b.json", file.as_bytes()).expect_err(file).to_string();
        assert!(error.ends_with(reason), "{file}: {error}");
    }
    let broken = ANALYSIS.replace("-0.15156641604010024", "\"none\"");
    let error = BiasAnalysis::parse("b.json", broken.as_bytes()).expect_err("a text").to_string();
    assert!(error.contains("is \"none\", a text; write a number, \"Infinity\""), "{error}");
}

/// Texts of a real run of 2024, in the developer guide's order of keys.
const VIOLATIONS: &str = r#"{
    "version": "1.0",
    "violations": [
        {
            "facet": "Sex",
            "facet_value": "0",
            "metric_name": "TE",
            "constraint_check_type": "bias_drift_check",
            "description": "Metric value Infinity doesn't meet the baseline constraint requirement 2.916666666666667"
        },
        {
            "feature_name": "capture",
            "constraint_check_type": "capture_corrupt_check",
            "description": "2 packed files of 3 could not be read to their end"
        }
    ]
}"#;

#[test]
fn violations_are_read_and_written_back_unchanged() {
    let file: BiasViolations = from_slice("violations", VIOLATIONS.as_bytes()).expect("violations");
    assert_eq!(text(file.to_bytes().expect("finite")), VIOLATIONS);
    assert_eq!(file.violations[0].constraint_check_type.as_str(), BIAS_DRIFT_CHECK);
    let quiet = BiasViolations::new(Vec::new()).to_bytes().expect("finite");
    assert_eq!(text(quiet), "{\n    \"version\": \"1.0\",\n    \"violations\": []\n}");
}

#[test]
fn evidence_survives_its_file() {
    let evidence = BiasEvidence {
        facet: "Sex".to_owned(),
        facet_value: "0".to_owned(),
        metric_name: "TE".to_owned(),
        value: BiasNumber::from(f64::INFINITY),
        constraint: BiasNumber::from(2.5),
        groups: GroupSizes { facet: 2, rest: 3, ..GroupSizes::default() },
        interval: Some(BootstrapInterval { low: -0.5, high: 1e-9, samples: 1000 }),
    };
    let bytes = crate::json::to_vec(&evidence).expect("finite");
    assert_eq!(from_slice::<BiasEvidence>("evidence", &bytes).expect("what we wrote"), evidence);
}
