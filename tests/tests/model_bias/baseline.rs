//! Baselines of groups: a manifest that names rows with labels and answers leaves an analysis and a pointer, and the next hour is judged
//! by it.

use super::traffic::{label_hour, prepared};
use crate::harness::{Harness, nine, time};
use bellwether_contract::execution::Status;
use bellwether_pipeline::monitors::model_bias::ModelBias;
use bellwether_pipeline::progress::nobody;
use bellwether_tests::local::groups::{configuration, person, validation_set};
use serde_json::{Value, json};

const SHELF: &str = "baselines/loans-prod/AllTraffic";

async fn publish(site: &Harness, dataset: &Value, rows: String) {
    site.put("models/v7/validation.csv", rows).await;
    site.put("models/v7/analysis_config.json", configuration().to_string()).await;
    let manifest = json!({
        "model_version": "v7",
        "created_at": "2026-10-31T07:00:00Z",
        "endpoint_name": "loans-prod",
        "target_variant": "AllTraffic",
        "bias_dataset": dataset,
    });
    site.put("models/v7/manifest.json", manifest.to_string()).await;
}

async fn generate(site: &Harness) -> Result<u64, String> {
    let version = "v7".parse().expect("a version");
    let made = site.baselines().generate(&version, time("2026-10-31T07:10:00Z"), None, &nobody).await;
    let made = made.map_err(|error| error.chain())?;
    Ok(made.model_bias.ok_or("no baseline of groups")?.baseline.rows)
}

fn dataset(site: &Harness, more: &Value) -> Value {
    let mut dataset = json!({
        "uri": format!("{}/models/v7/validation.csv", site.uri()),
        "format": {"csv": {"header": true}},
        "analysis_config": format!("{}/models/v7/analysis_config.json", site.uri()),
    });
    dataset.as_object_mut().expect("an object").extend(more.as_object().cloned().unwrap_or_default());
    dataset
}

fn with_models(site: Harness) -> Harness {
    site.with("MODELS_URI", "{root}/models")
        .with("BASELINES_URI", "{root}/baselines")
        .with("VALIDATION_SET_URI", "")
        .with("CATALOG_URI", "")
        .with("BASELINE_CONSTRAINTS_URI", "")
}

#[tokio::test]
async fn a_version_whose_manifest_names_rows_is_what_the_next_hour_is_judged_by() {
    for site in Harness::both().await {
        let site = with_models(prepared(site, 20).await);
        publish(&site, &dataset(&site, &json!({})), validation_set(0..4_000)).await;
        assert_eq!(generate(&site).await, Ok(4_000));
        let pointer = site.json(&format!("{SHELF}/current-model-bias.json")).await;
        assert_eq!(pointer["model_version"], "v7");
        let analysis = site.json(&format!("{SHELF}/v7/model-bias/analysis.json")).await;
        let group = &analysis["post_training_bias_metrics"]["facets"]["sex"][0];
        let approved = |sex: &str| {
            let of = |all: bool| {
                (0..4_000).filter(|n| person(*n).sex == sex && (all || person(*n).is_among(50))).count()
            };
            of(false) as f64 / of(true) as f64
        };
        let parity = group["metrics"].as_array().expect("metrics").iter().find(|it| it["name"] == "DPPL");
        assert_eq!(parity.expect("DPPL")["value"], approved("m") - approved("f"));

        label_hour(&site, 8, 8, 0..600).await;
        let made = site.run_twice_as::<ModelBias>(&nine()).await.execution;
        assert_eq!(made.monitoring_execution_status, Status::CompletedWithViolations);
        assert_eq!(made.baseline.map(|version| version.to_string()), Some("v7".to_owned()));
        let read: Vec<&str> =
            made.baselines.iter().map(|file| file.uri.rsplit('/').next().unwrap_or_default()).collect();
        assert_eq!(read, ["analysis.json", "analysis_config.json"]);
    }
}

/// Rows of CSV without a header, and of JSON Lines flat or in lists, are the same rows.
#[tokio::test]
async fn rows_say_the_same_however_they_are_written_down() {
    let analysis = async |format: Value, rows: String, config: Value| {
        let site = with_models(prepared(Harness::folder(), 50).await);
        publish(&site, &dataset(&site, &json!({"format": format})), rows).await;
        site.put("models/v7/analysis_config.json", config.to_string()).await;
        assert_eq!(generate(&site).await, Ok(500));
        site.json(&format!("{SHELF}/v7/model-bias/analysis.json")).await
    };
    let text = validation_set(0..500);
    let expected = analysis(json!({"csv": {"header": true}}), text.clone(), configuration()).await;
    let cells = |line: &str| line.split(',').map(str::to_owned).collect::<Vec<_>>();
    let row = |line: &str, flat: bool| {
        let cells = cells(line);
        let number = |place: usize| cells[place].parse::<i64>().expect("a number");
        match flat {
            true => {
                json!({"sex": cells[0], "age": number(1), "income": number(2), "repaid": number(3), "approved": number(4)})
            }
            false => {
                json!({"row": [cells[0], number(1), number(2)], "truth": number(3), "answer": {"approved": number(4)}})
            }
        }
    };
    let lines =
        |flat: bool| text.lines().skip(1).map(|line| format!("{}\n", row(line, flat))).collect::<String>();
    let without = text.split_once('\n').expect("a header").1.to_owned();
    let mut headers = configuration();
    headers["headers"] = json!(["sex", "age", "income", "repaid", "approved"]);
    let mut paths = configuration();
    paths["features"] = json!("row");
    paths["label"] = json!("truth");
    paths["predicted_label"] = json!("answer.approved");
    let json_lines = json!({"json": {"lines": true}});
    for (name, format, rows, config) in [
        ("without a header", json!({"csv": {"header": false}}), without, headers),
        ("flat", json_lines.clone(), lines(true), configuration()),
        ("lists", json_lines, lines(false), paths),
    ] {
        assert_eq!(analysis(format, rows, config).await, expected, "{name}");
    }
}

#[tokio::test]
async fn what_a_manifest_says_wrongly_is_named() {
    for (more, told) in [
        (json!({"inference_attribute": "given"}), &["has no column `given`", "`repaid`, `approved`"][..]),
        (json!({"ground_truth_attribute": "paid"}), &["has no column `paid`"]),
        (json!({"probability_threshold": 1.5}), &["PROBABILITY_THRESHOLD"]),
        (
            json!({"probability_attribute": "sex"}),
            &["analysis_config.json", "facet[0]", "\"sex\", which is no feature"],
        ),
        (json!({"analysis_config": "{root}/nothing.json"}), &["nothing.json"]),
    ] {
        let site = with_models(prepared(Harness::folder(), 50).await);
        publish(&site, &dataset(&site, &more), validation_set(0..4_000)).await;
        let error = generate(&site).await.expect_err("a manifest that cannot be used");
        for part in told {
            assert!(error.contains(part), "{more}: {part} in {error}");
        }
    }
}
