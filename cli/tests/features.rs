//! Features that move a model's answers through the whole command: a baseline by asking a model server, an hour held against it.

use crate::world::server::model_server;
use crate::world::{AT, HOUR, bellwether, check, csv, folder, is_a_page, records};
use std::fs;
use std::path::Path;
use std::process::Output;

const CONFIG: &str = r#"{"headers": ["savings", "age"], "methods": {"shap": {"baseline": [[0, 40]]}},
    "predictor": {"content_type": "text/csv", "label_headers": ["credit"]}}"#;

/// Savings and age of the n-th person.
fn person(n: usize) -> (usize, usize) {
    (1 + n * 7 % 50, 20 + n * 11 % 41)
}

fn score(row: &str) -> String {
    let cells: Vec<f64> = row.split(',').map(|cell| cell.parse().expect("a number")).collect();
    (0.02 * cells[0] + 0.005 * cells[1]).to_string()
}

fn judge(world: &Path, schedule: &str, more: &[&str]) -> Output {
    let of_the_hour = [
        "model-explainability",
        "--at",
        AT,
        "--endpoint-name",
        "ep",
        "--variant",
        "AllTraffic",
        "--capture",
        "cap",
        "--reports",
        "rep",
        "--analysis-config",
        "config.json",
        "--baseline-constraints",
        "base/analysis.json",
        "--schedule",
        schedule,
    ];
    bellwether(world, &[&of_the_hour[..], more].concat())
}

#[test]
fn a_feature_that_moves_no_answer_any_more_is_named_with_its_places() {
    let rows: String = (0..200).map(|n| format!("{},{}\n", person(n).0, person(n).1)).collect();
    let captured = |divisor: usize| {
        records(300, |n| {
            let (savings, age) = person(n);
            serde_json::json!({"endpointInput": csv(&format!("{},{age}", savings as f64 / divisor as f64)), "endpointOutput": csv("0.5")})
        })
    };
    let world = folder(&[
        (HOUR, captured(1)),
        ("validation.csv", format!("savings,age\n{rows}")),
        ("config.json", CONFIG.to_owned()),
    ]);
    let url = model_server("text/csv", |body| body.lines().map(score).collect::<Vec<_>>().join("\n"));
    let suggest = |config: &str, more: &[&str]| {
        let words = [
            "suggest-baseline",
            "model-explainability",
            "--input",
            "validation.csv",
            "--format",
            "csv",
            "--header",
            "--analysis-config",
            config,
            "--output",
            "base",
        ];
        bellwether(world.path(), &[&words[..], more].concat())
    };
    let told =
        ["200 of 200 rows against 1 of the baseline, exact", "credit", "savings", "1 request to the model"];
    check("the baseline", &suggest("config.json", &["--endpoint-url", &url]), 0, &told);
    check("again", &suggest("config.json", &["--endpoint-url", &url, "--html", "base.html"]), 0, &told);
    is_a_page(world.path(), "base.html", &["200 rows measured", "savings", "rank 1"]);
    check("nobody answers", &suggest("config.json", &[]), 1, &["nobody is named who answers"]);
    check("no configuration", &suggest("validation.csv", &["--endpoint-url", &url]), 1, &["validation.csv"]);
    let whom = ["--sagemaker"];
    check("whom", &suggest("config.json", &whom), 1, &["--explained-endpoint-name"]);

    let asked = ["--endpoint-url", url.as_str()];
    check("as ever", &judge(world.path(), "calm", &asked), 0, &["Completed", "like the baseline: 1 of 1"]);
    fs::write(world.path().join(HOUR), captured(100)).expect("a file");
    let told =
        ["credit, feature_attribution_drift_check: 0.", "savings fell from 1 to 2", "age rose from 2 to 1"];
    check("in another unit", &judge(world.path(), "cents", &asked), 2, &told);
    let same = ["--sagemaker", "--explained-endpoint-name", "ep"];
    check(
        "the monitored endpoint",
        &judge(world.path(), "other", &same),
        1,
        &["ep is the monitored endpoint"],
    );
}

#[test]
fn a_doctor_tells_whether_a_linear_model_takes_the_rows_of_its_baseline() {
    let linear = |row: &str| {
        CONFIG.replace("\"predictor\"", "\"linear\": {\"coefficients\": {\"savings\": 0.02, \"age\": 0.005}, \"intercept\": 0, \"link\": \"identity\"},\n    \"predictor\"")
            .replace("[[0, 40]]", row)
    };
    let captured = records(100, |n| {
        let (savings, age) = person(n);
        serde_json::json!({"endpointInput": csv(&format!("{savings},{age}")), "endpointOutput": csv("0.5")})
    });
    let values = r#"{"global_shap_values": {"savings": 0.3, "age": 0.1}, "expected_value": 0.5}"#;
    let document = "version: 1\nmonitors:\n  - {name: reasons, monitor: model-explainability, endpoint_name: ep, variant_name: AllTraffic, \
        capture_uri: cap, analysis_config_uri: config.json, baseline_constraints_uri: analysis.json}\n";
    let world = folder(&[
        (HOUR, captured),
        ("config.json", linear("[[0, 40]]")),
        (
            "analysis.json",
            format!(r#"{{"version": "1.0", "explanations": {{"kernel_shap": {{"credit": {values}}}}}}}"#),
        ),
        ("monitors.yaml", document.to_owned()),
    ]);
    let doctor = || {
        bellwether(world.path(), &["doctor", "--monitors", "monitors.yaml", "--reports", "rep", "--at", AT])
    };
    check("numbers", &doctor(), 0, &["the model is linear, as the configuration says, and is not asked"]);
    fs::write(world.path().join("config.json"), linear("[[\"much\", 40]]")).expect("a file");
    check(
        "a word",
        &doctor(),
        2,
        &["\"savings\" is no number in a row", "correct linear in the configuration"],
    );
}
