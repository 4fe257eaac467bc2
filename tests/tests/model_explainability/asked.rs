//! How the model is asked: politely, in the layout of the configuration, and to its end or not at all.

use super::traffic::{RUN, live};
use crate::harness::{Harness, nine};
use bellwether_contract::execution::Status;
use bellwether_contract::model_explainability::ExplanationMethod;
use bellwether_pipeline::monitors::model_explainability::ModelExplainability;
use bellwether_tests::answer::Answer;
use bellwether_tests::local::reasons::{Unit, configuration, score, script};
use bellwether_tests::simulator::Script;
use serde_json::{Value, json};
use std::time::Duration;

#[tokio::test]
async fn requests_ramp_up_as_a_replay_does_and_hold_a_thousand_rows_at_most() {
    let script = script().latency(|_| Duration::from_millis(3));
    let site = live(Harness::folder(), Unit::Cents, script).await;
    let site = site.with("EXPLAINED_ROWS", "400").with("REPLAY_CONCURRENCY", "3");
    let made = site.run_as::<ModelExplainability>(&nine()).await.expect("a run").execution;
    assert_eq!(made.monitoring_execution_status, Status::Completed, "{}", made.exit_message);
    let seen = site.model().seen();
    let rows = seen.iter().map(|call| String::from_utf8_lossy(&call.body).lines().count());
    assert_eq!(rows.max(), Some(1_000));
    for call in &seen {
        // Two in flight, one more for every 20 answers.
        let answered = (call.arrival.number as usize - call.arrival.in_flight) / 20;
        assert!(call.arrival.in_flight <= (2 + answered).min(3), "{:?}", call.arrival);
    }
    assert_eq!(made.attempt.endpoint_calls as usize, seen.len());
}

#[tokio::test]
async fn a_request_that_is_turned_away_is_asked_again_and_changes_no_value() {
    let values = |script: Script| async move {
        let site = live(Harness::folder(), Unit::Cents, script).await;
        let made = site.run_as::<ModelExplainability>(&nine()).await.expect("a run").execution;
        assert_eq!(made.monitoring_execution_status, Status::Completed, "{}", made.exit_message);
        (site.json(&format!("{RUN}/analysis.json")).await, made.attempt.endpoint_retries)
    };
    let (undisturbed, none) = values(script()).await;
    let (again, some) = values(script().except(|arrival| arrival.number == 3, Answer::status(429))).await;
    assert_eq!((none, some), (0, 1));
    assert_eq!(undisturbed, again);
}

#[tokio::test]
async fn a_window_that_is_not_explained_to_its_end_is_inconclusive_and_says_how_far_it_came() {
    for (answer, told) in [
        (Answer::status(503), "overload"),
        // One, or two where both that are in flight fail before the first is heard.
        (Answer::status(424), " model_error"),
        (Answer::new(200, "text/csv", "0.5"), "answers to 1 (expected: answers to 1000 rows)"),
        (Answer::json(&json!({"detail": "warming up"})), "yields an object"),
    ] {
        let broken = script().except(|arrival| arrival.number >= 2, answer);
        let site = live(Harness::folder(), Unit::Cents, broken).await;
        let made = site.run_twice_as::<ModelExplainability>(&nine()).await.execution;
        assert_eq!(made.monitoring_execution_status, Status::Inconclusive, "{told}: {}", made.exit_message);
        let reason = &made.not_evaluable["explanations"];
        assert!(reason.contains("of 200 rows were explained") && reason.contains(told), "{told}: {reason}");
        assert_eq!((made.explanation, made.constraints_judged), (None, 0));
        assert!(site.model().seen().len() < 20, "it is left alone: {}", site.model().seen().len());
    }
}

#[tokio::test]
async fn a_budget_that_is_too_small_for_all_combinations_asks_some_and_says_how_sure_it_is() {
    let site = live(Harness::folder(), Unit::Cents, script()).await;
    let site = site.with("EXPLAINED_ROWS", "100").with("ROW_BUDGET", "4200");
    let made = site.run_twice_as::<ModelExplainability>(&nine()).await.execution;
    assert_eq!(made.monitoring_execution_status, Status::Completed, "{}", made.exit_message);
    let found = made.explanation.expect("values");
    assert_eq!((found.method, found.num_samples), (ExplanationMethod::KernelShap, Some(40)));
    let rows: usize =
        site.model().seen().iter().map(|call| String::from_utf8_lossy(&call.body).lines().count()).sum();
    assert!(rows <= 4_200 && rows as u64 <= found.rows_asked, "{rows} of {}", found.rows_asked);
    let label = found.labels.get("label0").expect("one output");
    assert!(label.global.iter().any(|(_, value)| value.standard_error > 0.0), "{label:?}");

    let site = site.with("SCHEDULE_NAME", "another").with("ROW_BUDGET", "500");
    let made = site.run_as::<ModelExplainability>(&nine()).await.expect("a run").execution;
    assert_eq!(made.monitoring_execution_status, Status::Inconclusive);
    let told = "a budget of 500 rows leaves 3 combinations for each of 100 rows";
    assert!(made.exit_message.contains(told), "{}", made.exit_message);
}

#[tokio::test]
async fn json_is_asked_and_answered_by_the_templates_of_the_configuration() {
    let answer = |body: &[u8]| -> Value {
        let request: Value = serde_json::from_slice(body).expect("JSON");
        let of = |record: &Value| {
            let row: Vec<f64> = serde_json::from_value(record["features"].clone()).expect("numbers");
            json!({"score": score(&row), "id": record["age"]})
        };
        json!({"predictions": request["instances"].as_array().expect("records").iter().map(of).collect::<Vec<_>>()})
    };
    let script = Script::answering(move |request| Answer::json(&answer(request.body())));
    let site = live(Harness::folder(), Unit::Cents, script).await;
    let mut config = configuration();
    config["predictor"] = json!({
        "content_type": "application/json",
        "accept_type": "application/json",
        "content_template": "{\"instances\":$records}",
        "record_template": "{\"features\":$features,\"age\":\"${age}\"}",
        "label": "predictions[].score",
        "label_headers": ["pays back"],
    });
    site.put("analysis_config.json", config.to_string()).await;
    let made = site.run_twice_as::<ModelExplainability>(&nine()).await.execution;
    assert_eq!(made.monitoring_execution_status, Status::Completed, "{}", made.exit_message);
    assert!(site.model().seen()[0].body.starts_with(b"{\"instances\":[{\"features\":[0.0,50.0,"));
    let analysis = site.json(&format!("{RUN}/analysis.json")).await;
    assert!(analysis["explanations"]["kernel_shap"]["pays back"].is_object(), "{analysis}");
}

#[tokio::test]
async fn a_linear_model_is_explained_without_a_question() {
    let site = live(Harness::folder(), Unit::Cents, script()).await;
    let mut config = configuration();
    let weights = bellwether_tests::local::reasons::WEIGHTS;
    let coefficients: serde_json::Map<String, Value> =
        weights.iter().map(|(name, weight)| ((*name).to_owned(), json!(weight))).collect();
    // The sum of the usual person is 0.
    config["linear"] = json!({"coefficients": coefficients, "intercept": -2.2, "link": "logit"});
    site.put("analysis_config.json", config.to_string()).await;
    let made = site.run_twice_as::<ModelExplainability>(&nine()).await.execution;
    assert_eq!(made.monitoring_execution_status, Status::Completed, "{}", made.exit_message);
    assert_eq!((site.model().seen().len(), made.explanation.expect("values").rows_asked), (0, 0));
}
