//! Baselines of what moves answers: of a dataset for which the model is asked, and of an analysis that a manifest names.

use super::traffic::{both, live};
use crate::harness::{Harness, nine, time};
use bellwether_contract::execution::Status;
use bellwether_pipeline::RunError;
use bellwether_pipeline::dataset::{Dialect, Format};
use bellwether_pipeline::monitors::model_explainability::{
    AskingSettings, Extent, ModelExplainability, SuggestedReasons, suggest,
};
use bellwether_pipeline::progress::nobody;
use bellwether_pipeline::settings::Settings;
use bellwether_tests::local::reasons::{Unit, baseline, configuration, rows, script};
use serde_json::{Value, json};

const SHELF: &str = "baselines/credit-prod/AllTraffic";

/// Explains a dataset of a folder's site by its model server.
async fn suggested(
    site: &Harness,
    format: Format,
    text: &str,
    extent: Extent,
) -> Result<SuggestedReasons, RunError> {
    site.put("dataset.txt", text).await;
    let at = |name: &str| format!("{}/{name}", site.uri()).parse().expect("a location");
    let url = site.variable("EXPLAINED_MODEL_URL").expect("a server");
    let asking = AskingSettings::read(|name| (name == "EXPLAINED_MODEL_URL").then(|| url.clone()));
    let asking = asking.expect("settings");
    suggest(&at("dataset.txt"), None, format, &at("analysis_config.json"), &asking, extent, &nobody).await
}

fn csv(header: bool) -> Format {
    Format::Csv { header, dialect: Dialect::Rfc4180, delimiter: b',' }
}

const ALL: Extent = Extent { rows: usize::MAX, row_budget: 1_000_000 };

#[tokio::test]
async fn rows_say_the_same_however_they_are_written_down() {
    let site = live(Harness::folder(), Unit::Cents, script()).await;
    let expected: Value = serde_json::from_slice(&baseline().await.expect("a baseline")).expect("JSON");
    let text = rows(0..300, Unit::Cents);
    let (header, without) = text.split_once('\n').expect("a header");
    let lines: String = without.lines().map(|line| format!("{{\"features\":[{line}]}}\n")).collect();
    let turned: String =
        text.lines().map(|line| line.rsplit(',').collect::<Vec<_>>().join(",") + "\n").collect();
    let mut paths = configuration();
    paths["features"] = json!("features");
    for (name, format, rows, config) in [
        ("with a header", csv(true), text.as_str(), configuration()),
        ("columns in another order", csv(true), &turned, configuration()),
        ("without a header", csv(false), without, configuration()),
        ("lists", Format::JsonLines, &lines, paths),
    ] {
        site.put("analysis_config.json", config.to_string()).await;
        let found = suggested(&site, format, rows, ALL)
            .await
            .unwrap_or_else(|error| panic!("{name}: {}", error.chain()));
        let found: Value =
            serde_json::from_slice(&found.explanation.analysis.to_bytes().expect("finite")).expect("JSON");
        assert_eq!(found, expected, "{name}");
    }
    site.put("analysis_config.json", configuration().to_string()).await;
    let some = suggested(&site, csv(true), &text, Extent { rows: 50, ..ALL }).await.expect("a baseline");
    assert_eq!((some.summary.rows, some.summary.explained_rows), (300, 50));
    let other = format!("{}\n{without}", header.replace("age", "shoe_size"));
    let error = suggested(&site, csv(true), &other, ALL).await.expect_err("a column is missing");
    assert!(error.chain().contains("has no column `age`; its columns: `savings_cents`"), "{}", error.chain());
}

#[tokio::test]
async fn an_analysis_that_a_manifest_names_is_what_the_next_hour_is_judged_by() {
    for site in both(Unit::Euros).await {
        let site = site
            .with("MODELS_URI", "{root}/models")
            .with("BASELINES_URI", "{root}/baselines")
            .with("VALIDATION_SET_URI", "")
            .with("CATALOG_URI", "")
            .with("BASELINE_CONSTRAINTS_URI", "");
        let theirs = baseline().await.expect("a baseline");
        site.put("models/v7/explanations/analysis.json", theirs.clone()).await;
        let manifest = json!({
            "model_version": "v7",
            "created_at": "2026-10-31T07:00:00Z",
            "endpoint_name": "credit-prod",
            "target_variant": "AllTraffic",
            "explainability_analysis": format!("{}/models/v7/explanations/analysis.json", site.uri()),
        });
        site.put("models/v7/manifest.json", manifest.to_string()).await;
        let version = "v7".parse().expect("a version");
        let made = site.baselines().generate(&version, time("2026-10-31T07:10:00Z"), None, &nobody).await;
        let made = made.unwrap_or_else(|error| panic!("{}", error.chain()));
        assert_eq!(made.model_explainability.expect("a baseline").baseline.columns, Some(6));
        let pointer = site.json(&format!("{SHELF}/current-model-explainability.json")).await;
        assert_eq!(pointer["model_version"], "v7");
        let tree = site.tree().await;
        assert_eq!(tree[&format!("{SHELF}/v7/model-explainability/analysis.json")], theirs, "as it is");

        let made = site.run_twice_as::<ModelExplainability>(&nine()).await.execution;
        assert_eq!(made.monitoring_execution_status, Status::CompletedWithViolations);
        assert_eq!(made.baseline.map(|version| version.to_string()), Some("v7".to_owned()));
        let read: Vec<&str> =
            made.baselines.iter().map(|file| file.uri.rsplit('/').next().unwrap_or_default()).collect();
        assert_eq!(read, ["analysis.json", "analysis_config.json"]);
    }
}
