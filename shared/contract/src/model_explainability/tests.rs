//! Shapes, against texts of real files and of the developer guide.

use super::*;

mod config;

fn text(bytes: Vec<u8>) -> String {
    String::from_utf8(bytes).expect("UTF-8")
}

/// A real baseline of 2023, shortened.
const ANALYSIS: &str = r#"{
    "version": "1.0",
    "explanations": {
        "kernel_shap": {
            "label0": {
                "global_shap_values": {
                    "Age": 0.05966147427879835,
                    "fnlwgt": 1e-05,
                    "Sex": 0.03201881160113639
                },
                "expected_value": 0.250623226165771
            }
        }
    }
}"#;

#[test]
fn an_analysis_is_read_and_written_back_unchanged() {
    let analysis = ExplanationAnalysis::parse("analysis.json", ANALYSIS.as_bytes()).expect("an analysis");
    assert_eq!(text(analysis.to_bytes().expect("finite")), ANALYSIS);
    let (label, explained) = analysis.labels().next().expect("one output");
    assert_eq!((label, explained.expected_value), ("label0", Some(0.250_623_226_165_771)));
}

#[test]
fn what_is_no_baseline_is_refused_with_what_to_name() {
    for (file, reason) in [
        (
            "{\"version\": \"1.0\"}",
            "explanations is missing; name the analysis.json of an explainability baseline",
        ),
        (
            "{\"version\": \"1.0\", \"post_training_bias_metrics\": {}}",
            "it holds post_training_bias_metrics and no explanations; name the analysis.json of an explainability baseline",
        ),
        (
            "{\"version\": \"1.0\", \"explanations\": {\"kernel_shap\": {}}}",
            "explanations.kernel_shap is empty; name the analysis.json of an explainability baseline",
        ),
        (
            "{\"version\": \"1.0\", \"explanations\": {\"kernel_shap\": {\"label0\": {\"global_shap_values\": {}}}}}",
            "explanations.kernel_shap.label0.global_shap_values is empty; name the analysis.json of an explainability baseline",
        ),
        (
            "{\"version\": \"1.0\", \"explanations\": {\"pdp\": 1}}",
            "explanations.kernel_shap is missing; it is required",
        ),
    ] {
        let error = ExplanationAnalysis::parse("b.json", file.as_bytes()).expect_err(file).to_string();
        assert!(error.ends_with(reason), "{file}: {error}");
    }
}

/// The violation of a real run of 2021.
const VIOLATIONS: &str = r#"{
    "version": "1.0",
    "violations": [
        {
            "label": "label0",
            "metric_name": "shap",
            "constraint_check_type": "feature_attribution_drift_check",
            "description": "Feature attribution drift 0.7639720923277322 exceeds threshold 0.9"
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
    let file: ExplanationViolations =
        crate::json::from_slice("violations", VIOLATIONS.as_bytes()).expect("violations");
    assert_eq!(text(file.to_bytes().expect("finite")), VIOLATIONS);
    assert_eq!(file.violations[0].constraint_check_type.as_str(), ATTRIBUTION_DRIFT_CHECK);
}

#[test]
fn a_summary_survives_its_file() {
    let label = ExplainedLabel {
        ndcg: Some(0.76),
        moved: vec![RankMove { feature_name: "Age".to_owned(), baseline_rank: 1, rank: 9 }],
        global: [("Age", GlobalValue { value: 0.5, standard_error: 0.0, row_error: 0.25 })]
            .into_iter()
            .collect(),
    };
    let summary = ExplanationSummary {
        method: ExplanationMethod::KernelShap,
        rows: 1_000,
        explained_rows: 200,
        baseline_rows: 1,
        num_samples: Some(100),
        rows_asked: 20_201,
        note: None,
        labels: [("label0", label)].into_iter().collect(),
    };
    let bytes = crate::json::to_vec(&summary).expect("finite");
    assert!(text(bytes.clone()).contains(r#""method" : "kernel_shap""#));
    assert_eq!(crate::json::from_slice::<ExplanationSummary>("s", &bytes).expect("what we wrote"), summary);
    assert_eq!(summary.labels.get("label0").expect("one").moved[0].to_string(), "Age fell from 1 to 9");
}
