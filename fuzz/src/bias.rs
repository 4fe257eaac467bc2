//! Files of bias analyses: what was read is written, and whatever they say, a small window can be measured by them and held against
//! them.

use bellwether_analysis::model_bias::{BiasCell, BiasProblem, BiasRows, MeasuredBias, measure};
use bellwether_analysis::monitors::model_bias::{
    BiasRule, Confidence, DiRule, analysis, evaluate, points, violations,
};
use bellwether_contract::json::to_vec;
use bellwether_contract::model_bias::{BiasAnalysis, BiasConfig};

/// Most features whose rows are made.
const MOST_FEATURES: usize = 40;

/// `analysis_config.json`.
pub fn bias_config(bytes: &[u8]) {
    let Ok(config) = BiasConfig::parse("the file", bytes) else { return };
    let written = to_vec(&config).expect("JSON holds no number that JSON cannot hold");
    assert_eq!(BiasConfig::parse("the file, written", &written).expect("what was written reads"), config);
    let Some(features) = config.feature_names().filter(|names| names.len() <= MOST_FEATURES) else { return };
    let Ok(problem) = BiasProblem::new("the file", &config, features, 100) else { return };
    let Ok(measured) = measure(&rows(&problem)) else { return };
    let baseline = analysis(&measured);
    let file = baseline.to_bytes().expect("finite, or a word");
    assert_eq!(BiasAnalysis::parse("the analysis", &file).expect("what we wrote"), baseline);
    let evaluated = evaluate(Ok(&measured), &baseline, BiasRule::default());
    assert!(evaluated.violated.is_empty(), "what was measured is kept by the same rows");
}

/// `analysis.json` of a baseline.
pub fn bias_analysis(bytes: &[u8]) {
    let Ok(baseline) = BiasAnalysis::parse("the file", bytes) else { return };
    let written = baseline.to_bytes().expect("JSON holds no number that JSON cannot hold");
    let again = BiasAnalysis::parse("the file, written", &written).expect("what was written reads");
    assert_eq!(again, baseline);
    for point in points(&baseline) {
        assert!(point.value.is_finite(), "{}", point.name);
    }
    let measured = window();
    for (di, confidence) in [(DiRule::Abs, Confidence::None), (DiRule::IdealOne, Confidence::None)] {
        let rule = BiasRule { di, confidence, ..BiasRule::default() };
        let evaluated = evaluate(Ok(&measured), &baseline, rule);
        let file = violations(&evaluated.violated);
        assert_eq!(file.violations.len(), evaluated.violated.len());
        file.to_bytes().expect("violations are JSON");
        to_vec(&evaluated.violated.iter().map(|found| &found.judged).collect::<Vec<_>>()).expect("finite");
        let nothing = evaluate(Err("no label came"), &baseline, rule);
        assert_eq!(nothing.judged(), 0);
    }
}

/// Sixty rows, of which every second is the same but for its features.
fn rows(problem: &BiasProblem) -> BiasRows {
    let mut rows = BiasRows::new(problem);
    for row in 0..60_i64 {
        let cell = |place: usize| match (place as i64 + row) % 4 {
            0 => BiasCell::Integer(row % 3),
            1 => BiasCell::Written("m"),
            2 => BiasCell::Double(row as f64 / 7.0),
            _ => BiasCell::Integer(row),
        };
        let cells: Vec<BiasCell<'_>> = (0..problem.features.len()).map(cell).collect();
        let _ = rows.push(&cells, BiasCell::Integer(row % 2), BiasCell::Integer(row / 2 % 2));
    }
    rows
}

/// A window of two groups by a facet that many files name.
fn window() -> MeasuredBias {
    let config =
        br#"{"headers": ["Sex", "Age", "Target"], "label": "Target", "label_values_or_threshold": [1, 2],
        "facet": [{"name_or_index": "Sex", "value_or_threshold": [0, 5]}]}"#;
    let config = BiasConfig::parse("ours", config).expect("a configuration");
    let features = config.feature_names().expect("headers");
    let problem = BiasProblem::new("ours", &config, features, 0).expect("a problem");
    measure(&rows(&problem)).expect("positive labels")
}
