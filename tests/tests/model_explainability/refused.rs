//! Configurations and baselines that are none, each by name.

use super::traffic::live;
use crate::harness::{Harness, nine};
use bellwether_contract::execution::Status;
use bellwether_pipeline::monitors::model_explainability::ModelExplainability;
use bellwether_tests::local::reasons::{Unit, configuration, script};
use serde_json::{Value, json};

#[tokio::test]
async fn a_hostile_configuration_gets_a_named_error_and_asks_nobody() {
    let site = live(Harness::folder(), Unit::Cents, script()).await;
    let deep = "[".repeat(100_000);
    let edited = |edit: &dyn Fn(&mut Value)| {
        let mut config = configuration();
        edit(&mut config);
        config.to_string()
    };
    for (config, told) in [
        (edited(&|config| config["headers"] = json!(["a"])), "has 6 values, and headers names 1 features"),
        (edited(&|config| config["features"] = json!("instances[?")), "features: \"instances[?\" is neither"),
        (edited(&|config| config["methods"]["shap"]["baseline"] = json!("nowhere.csv")), "nowhere.csv"),
        (
            edited(&|config| config["predictor"]["content_type"] = json!("image/png")),
            "predictor.content_type is \"image/png\"",
        ),
        (deep, "the file is a list; write an object"),
        ("\u{0}".to_owned(), "analysis_config.json, line 1"),
    ] {
        site.put("analysis_config.json", config).await;
        let error = site.run_as::<ModelExplainability>(&nine()).await.expect_err(told);
        assert!(error.chain().contains(told), "{told}: {}", error.chain());
    }
    assert_eq!(site.model().seen().len(), 0);
}

#[tokio::test]
async fn a_baseline_of_another_configuration_judges_nothing_and_says_so() {
    let site = live(Harness::folder(), Unit::Cents, script()).await;
    let analysis = json!({"version": "1.0", "explanations": {"kernel_shap": {"label0": {
        "global_shap_values": {"savings_cents": 0.5, "shoe_size": 0.25}, "expected_value": 0.5}}}});
    site.put("baseline/analysis.json", analysis.to_string()).await;
    let made = site.run_twice_as::<ModelExplainability>(&nine()).await.execution;
    assert_eq!(made.monitoring_execution_status, Status::Inconclusive, "{}", made.exit_message);
    let told = &made.not_evaluable["label0.feature_attribution_drift_check"];
    assert!(told.starts_with("the baseline has no feature `income`"), "{told}");
}

#[tokio::test]
async fn nobody_who_answers_is_told_and_never_healthy() {
    let site = live(Harness::folder(), Unit::Cents, script()).await;
    let site = site.with("EXPLAINED_MODEL_URL", "");
    let made = site.run_as::<ModelExplainability>(&nine()).await.expect("a run").execution;
    assert_eq!(made.monitoring_execution_status, Status::Inconclusive);
    assert!(made.exit_message.contains("nobody is named who answers"), "{}", made.exit_message);
    let site =
        site.with("EXPLAINED_MODEL_URL", "http://127.0.0.1:1/invocations").with("SCHEDULE_NAME", "other");
    let error = site.run_as::<ModelExplainability>(&nine()).await.expect_err("nobody is there");
    assert_eq!(error.error_type(), "EndpointUnreachable");
}
