//! AWS's own example against its container's values: `clarify/shap-adult`.

use super::*;
use crate::attribute::Attribute;
use crate::engine;
use bellwether_contract::model_explainability::{ExplanationAnalysis, ExplanationConfig, LinearModel};
use serde_json::Value;
use std::path::Path;

struct Adult {
    problem: ExplanationProblem,
    model: LinearModel,
    rows: Vec<ExplainedRow>,
    exact: Value,
}

fn adult(folder: &Path, most: usize) -> Adult {
    let model = engine::json(&folder.join("model.json"));
    let exact = engine::json(&folder.join("exact-shapley.computed.json"));
    let names = model["features"].as_array().expect("names");
    let coefficients: serde_json::Map<String, Value> = names
        .iter()
        .zip(model["weights_f32"].as_array().expect("weights"))
        .map(|(name, weight)| (name.as_str().expect("a name").to_owned(), weight.clone()))
        .collect();
    let config = serde_json::json!({
        "headers": names,
        "methods": {"shap": {"baseline": [exact["baseline"]], "num_samples": 100}},
        "linear": {"coefficients": coefficients, "intercept": model["bias_f32"], "link": "logit"}
    });
    let config = ExplanationConfig::parse("c", config.to_string().as_bytes()).expect("a configuration");
    let lines = std::fs::read_to_string(folder.join("validation-dataset.jsonl")).expect("rows");
    let row = |(seed, line): (u64, &str)| {
        let line: Value = serde_json::from_str(line).expect("JSON");
        let values = line["features"].as_array().expect("values").iter().cloned().map(FeatureValue::from);
        ExplainedRow { values: values.collect(), seed }
    };
    let bellwether_contract::model_explainability::ShapBaseline::Rows(bases) =
        config.baseline().expect("rows")
    else {
        panic!("rows");
    };
    Adult {
        problem: ExplanationProblem::new(&config, &bases, &Attribute::default(), 42).expect("a problem"),
        model: config.linear.expect("a model"),
        rows: (0..).zip(lines.lines()).take(most).map(row).collect(),
        exact,
    }
}

const RUNS: [&str; 3] = ["A-batch-jsonl", "B-batch-json", "C-endpoint-jsonl"];

/// The values of a real run, in the order of its features, and its expected value.
fn real(folder: &Path, run: &str) -> (Vec<f64>, f64) {
    let object = format!("baseline-analysis.{run}.real.json");
    let analysis = ExplanationAnalysis::parse(&object, &std::fs::read(folder.join(&object)).expect("a file"));
    let analysis = analysis.expect("theirs");
    let (_, label) = analysis.labels().next().expect("one output");
    (label.global_shap_values.iter().map(|(_, value)| *value).collect(), label.expected_value.expect("one"))
}

#[test]
fn the_first_rows_have_the_values_of_enumeration() {
    let Some(folder) = engine::data("clarify/shap-adult") else { return };
    let Adult { problem, model, rows, exact } = adult(&folder, 3);
    let (plan, explained) = explained_here(&model, &problem, &rows, 1 << 20).expect("numbers");
    assert_eq!(plan.method, ExplanationMethod::Exact);
    for (row, expected) in engine::doubles(&exact["first_rows"]).iter().take(3).enumerate() {
        for (value, expected) in explained.values[14 * row..].iter().zip(expected) {
            assert!((value - expected).abs() < 1e-9, "{row}: {value} {expected}");
        }
    }
    for run in RUNS {
        assert!(
            (explained.expected[0] - real(&folder, run).1).abs() < 1e-7,
            "{run}: {}",
            explained.expected[0]
        );
    }
}

/// All 666 rows: `cargo test --release -p bellwether-analysis --lib -- --ignored adult`, a few seconds.
#[test]
#[ignore = "enumerates the combinations of 666 rows"]
fn all_rows_have_the_global_values_of_enumeration_and_the_order_of_the_real_runs() {
    let Some(folder) = engine::data("clarify/shap-adult") else { return };
    let Adult { problem, model, rows, exact } = adult(&folder, usize::MAX);
    assert_eq!(rows.len(), 666);
    let (_, explained) = explained_here(&model, &problem, &rows, u64::MAX).expect("numbers");
    let mut of_mean_abs = Vec::new();
    for (aggregate, name) in [
        (Aggregate::MeanAbs, "global_mean_abs"),
        (Aggregate::MeanSq, "global_mean_sq"),
        (Aggregate::Median, "global_median"),
    ] {
        let problem = ExplanationProblem { aggregate, ..problem.clone() };
        let global = global_values(&problem, &explained, 666).expect("finite").remove(0);
        for (feature, found) in problem.names.iter().zip(&global) {
            let expected = exact[name][feature].as_f64().expect("a number");
            assert!((found.value - expected).abs() < 1e-9, "{name} of {feature}: {} {expected}", found.value);
        }
        if aggregate == Aggregate::MeanAbs {
            of_mean_abs = global.iter().map(|global| global.value).collect();
        }
    }
    for run in RUNS {
        near_the_real_run(&folder, run, &of_mean_abs);
    }
}

/// Kernel SHAP with the 100 combinations of the real runs, on the rows that fit CI.
#[test]
fn sampled_values_have_the_order_of_the_real_runs() {
    let Some(folder) = engine::data("clarify/shap-adult") else { return };
    let Adult { problem, model, rows, .. } = adult(&folder, 666);
    let (plan, explained) = explained_here(&model, &problem, &rows, 90_000).expect("numbers");
    assert_eq!((plan.method, plan.num_samples), (ExplanationMethod::KernelShap, Some(100)));
    let global = global_values(&problem, &explained, 666).expect("finite").remove(0);
    let values: Vec<f64> = global.iter().map(|global| global.value).collect();
    for run in RUNS {
        near_the_real_run(&folder, run, &values);
    }
}

fn near_the_real_run(folder: &Path, run: &str, values: &[f64]) {
    let (real, _) = real(folder, run);
    for (found, real) in values.iter().zip(&real) {
        assert!((found - real).abs() <= 1.5e-3, "{run}: {found} {real}");
    }
    let order = ndcg(&real, values).expect("an order");
    // Past the harness, which keeps the words of a passing test to itself.
    let farthest = values.iter().zip(&real).map(|(one, other)| (one - other).abs()).fold(0.0, f64::max);
    let _ = std::io::Write::write_fmt(
        &mut std::io::stderr(),
        format_args!("{run}: nDCG {order}, farthest value {farthest:.2e}\n"),
    );
    assert!(order >= 0.999, "{run}: {order}");
}
