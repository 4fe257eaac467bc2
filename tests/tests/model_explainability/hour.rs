//! What becomes of an hour: explained as ever, a feature whose unit changed upstream, without a baseline.

use super::traffic::{RUN, both, live};
use crate::harness::{Harness, below, nine};
use bellwether_analysis::suggest::suggest;
use bellwether_analysis::table::TableProfile;
use bellwether_contract::execution::Status;
use bellwether_contract::json::to_vec;
use bellwether_contract::model_explainability::ExplanationMethod;
use bellwether_contract::violations::Violations;
use bellwether_pipeline::monitors::data_quality::DataQuality;
use bellwether_pipeline::monitors::model_explainability::ModelExplainability;
use bellwether_pipeline::route::finding::findings;
use bellwether_tests::local::reasons::{ENDPOINT, Unit, WEIGHTS, features};

#[tokio::test]
async fn an_hour_as_ever_is_explained_and_laid_out_as_the_container_does() {
    for site in both(Unit::Cents).await {
        let made = site.run_twice_as::<ModelExplainability>(&nine()).await.execution;
        assert_eq!(made.monitoring_execution_status, Status::Completed, "{}", made.exit_message);
        assert_eq!(
            made.held,
            [
                "capture.capture_corrupt_check",
                "capture.capture_side_check",
                "capture.no_data_check",
                "capture_corrupt_share",
                "label0.feature_attribution_drift_check"
            ]
        );
        let found = made.explanation.expect("values");
        assert_eq!((found.method, found.rows, found.explained_rows), (ExplanationMethod::Exact, 400, 200));
        let seen = site.model().seen();
        let asked: usize = seen.iter().map(|call| String::from_utf8_lossy(&call.body).lines().count()).sum();
        assert_eq!(asked as u64, found.rows_asked);
        assert!(
            seen.iter().all(|call| call
                .inference_id
                .as_deref()
                .is_some_and(|id| id.starts_with("replay-2026103109-")))
        );
        assert!(
            seen.iter()
                .all(|call| call.accept.as_deref() == Some("text/csv") && call.target_variant.is_none())
        );
        let label = found.labels.get("label0").expect("one output");
        assert!(label.ndcg.expect("a baseline") > 0.99, "{label:?}");
        assert!(label.global.iter().all(|(_, value)| value.standard_error == 0.0 && value.row_error > 0.0));
        let tree = site.tree().await;
        let files: Vec<_> =
            below(&tree, RUN).iter().map(|key| key.rsplit('/').next().unwrap_or_default()).collect();
        let expected = [
            "analysis.json",
            "constraint_violations.json",
            "evaluation.json",
            "execution.json",
            "report.html",
        ];
        assert_eq!(files, expected);
        let analysis = site.json(&format!("{RUN}/analysis.json")).await;
        let values = &analysis["explanations"]["kernel_shap"]["label0"];
        assert_eq!(values["expected_value"], 0.5, "the usual person's score");
        let names: Vec<&String> = values["global_shap_values"].as_object().expect("values").keys().collect();
        assert_eq!(names.len(), WEIGHTS.len());
        let report = site.json(&format!("{RUN}/constraint_violations.json")).await;
        assert_eq!(report, serde_json::json!({"version": "1.0", "violations": []}));
    }
}

/// Cents for euros: the model has learned savings in cents, and whoever calls it begins to send euros.
#[tokio::test]
async fn a_feature_whose_unit_changed_is_seen_in_the_data_and_named_by_what_fell_in_rank() {
    for site in both(Unit::Euros).await {
        let made = site.run_twice_as::<ModelExplainability>(&nine()).await.execution;
        assert_eq!(
            made.monitoring_execution_status,
            Status::CompletedWithViolations,
            "{}",
            made.exit_message
        );
        let report = site.json(&format!("{RUN}/constraint_violations.json")).await;
        let violation = &report["violations"][0];
        assert_eq!(
            (violation["label"].as_str(), violation["metric_name"].as_str()),
            (Some("label0"), Some("shap"))
        );
        let judged = &made.judged[0];
        let text = format!("Feature attribution drift {} exceeds threshold 0.9", judged.value);
        assert_eq!(violation["description"].as_str(), Some(text.as_str()));
        assert_eq!(judged.moved[0].to_string(), "savings_cents fell from 1 to 6");

        // What the on-call hears of it.
        let violations: Violations = serde_json::from_value(report).expect("a report");
        let told = findings(&made, &violations.violations)[0].line(60);
        assert!(
            told.starts_with("label0, feature_attribution_drift: 0.")
                && told.contains("savings_cents fell from 1 to 6"),
            "{told}"
        );

        let columns = data_quality(site).await;
        let made = columns.run_twice_as::<DataQuality>(&nine()).await.execution;
        let features: Vec<_> =
            made.judged.iter().filter_map(|judged| judged.feature_name.as_deref()).collect();
        assert_eq!(features, ["savings_cents"], "{}", made.exit_message);
    }
}

/// The data-quality monitor of the same traffic, by a baseline of the same rows.
async fn data_quality(site: Harness) -> Harness {
    let mut table = TableProfile::with_columns(WEIGHTS.map(|(name, _)| name.to_owned()));
    for n in 0..600 {
        for (column, value) in features(n, Unit::Cents).into_iter().enumerate() {
            table.feature_mut(column).push_text(value.to_string().as_bytes());
        }
        table.end_rows(1);
    }
    let statistics = table.observe().statistics;
    site.put("columns/statistics.json", to_vec(&statistics).expect("finite")).await;
    site.put("columns/constraints.json", to_vec(&suggest(&statistics)).expect("finite")).await;
    site.with("SCHEDULE_NAME", "columns-hourly")
        .with("CAPTURE_INDEX_NAMES", "endpointInput")
        .with("BASELINE_CONSTRAINTS_URI", "{root}/columns/constraints.json")
        .with("BASELINE_STATISTICS_URI", "{root}/columns/statistics.json")
}

#[tokio::test]
async fn without_a_baseline_a_window_is_explained_and_nothing_is_judged() {
    let site = live(Harness::folder(), Unit::Cents, bellwether_tests::local::reasons::script()).await;
    let site = site.with("BASELINE_CONSTRAINTS_URI", "");
    let made = site.run_twice_as::<ModelExplainability>(&nine()).await.execution;
    assert_eq!(made.monitoring_execution_status, Status::Inconclusive, "{}", made.exit_message);
    assert!(made.not_evaluable["baseline"].contains("neither BASELINES_URI nor BASELINE_CONSTRAINTS_URI"));
    assert_eq!(made.explanation.expect("values").explained_rows, 200);
}

#[tokio::test]
async fn an_hour_without_a_record_asks_nobody() {
    let site = live(Harness::folder(), Unit::Cents, bellwether_tests::local::reasons::script()).await;
    site.capture(ENDPOINT, super::traffic::start(), []).await;
    site.put("capture/credit-prod/AllTraffic/2026/10/31/07/x.jsonl", "").await;
    let made = site.run_twice_as::<ModelExplainability>(&nine()).await.execution;
    assert_eq!(made.monitoring_execution_status, Status::CompletedNoData, "{}", made.exit_message);
    assert_eq!((site.model().seen().len(), made.explanation), (0, None));
}
