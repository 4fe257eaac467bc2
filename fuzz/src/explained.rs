//! Files of explanations: what was read is written, and whatever they say, a few rows can be explained by them and held against them.

use bellwether_analysis::model_explainability::{
    ExplainedRow, ExplanationProblem, explained_here, features_attribute, global_values,
};
use bellwether_analysis::monitors::model_explainability::{
    THRESHOLD, analysis, evaluate, points, violations,
};
use bellwether_contract::json::to_vec;
use bellwether_contract::model_explainability::{
    BaselineRow, ExplanationAnalysis, ExplanationConfig, FeatureValue, ShapBaseline,
};

/// Most features whose rows are made.
const MOST_FEATURES: usize = 40;
/// Rows that a model which the file tells is asked.
const ROW_BUDGET: u64 = 500;

/// `analysis_config.json`.
pub fn explanation_config(bytes: &[u8]) {
    let Ok(config) = ExplanationConfig::parse("the file", bytes) else { return };
    let written = to_vec(&config).expect("JSON holds no number that JSON cannot hold");
    assert_eq!(
        ExplanationConfig::parse("the file, written", &written).expect("what was written reads"),
        config
    );
    let names = config.feature_names();
    if names.len() > MOST_FEATURES {
        return;
    }
    let row: Vec<FeatureValue> =
        (0..names.len()).map(|place| FeatureValue::of_cell(&place.to_string())).collect();
    let template = config.request_template().expect("it was read");
    let body = template.body([&row[..], &row[..]].into_iter(), &names);
    std::str::from_utf8(&body).expect("a request is text");
    let rows = match config.baseline().expect("it was read") {
        ShapBaseline::Rows(rows) => rows,
        ShapBaseline::File(_) => vec![BaselineRow::Values(row.clone())],
    };
    let Ok(path) = features_attribute(&config) else { return };
    let Ok(problem) = ExplanationProblem::new(&config, &rows, &path, 7) else { return };
    let rows = [ExplainedRow { values: row, seed: 1 }];
    let Some(model) = &config.linear else { return };
    let Ok((plan, explained)) = explained_here(model, &problem, &rows, ROW_BUDGET) else { return };
    assert!(plan.rows_asked <= ROW_BUDGET);
    let Ok(global) = global_values(&problem, &explained, 1) else { return };
    let found = analysis(&config, &explained, &global);
    let Ok(file) = found.to_bytes() else { return };
    assert_eq!(ExplanationAnalysis::parse("the analysis", &file).expect("what we wrote"), found);
    assert!(evaluate(Ok(&found), &found, THRESHOLD, 1).violated.is_empty(), "the same order is kept");
}

/// `analysis.json` of a baseline.
pub fn explanation_analysis(bytes: &[u8]) {
    let Ok(baseline) = ExplanationAnalysis::parse("the file", bytes) else { return };
    let written = baseline.to_bytes().expect("JSON holds no number that JSON cannot hold");
    assert_eq!(
        ExplanationAnalysis::parse("the file, written", &written).expect("what was written reads"),
        baseline
    );
    assert!(points(&baseline).iter().all(|point| point.value.is_finite()));
    for live in [Ok(&baseline), Err("nobody answered")] {
        let evaluated = evaluate(live, &baseline, THRESHOLD, 200);
        violations(&evaluated.violated).to_bytes().expect("violations are JSON");
        to_vec(&evaluated.held.into_values().collect::<Vec<_>>()).expect("finite");
    }
}
