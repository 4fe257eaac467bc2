//! Versions that are measured by asking the endpoint.

use super::model::{SHELF, current, deliver, delivered, manifest, put_manifest, shelf};
use crate::harness::recommender::healthy;
use crate::harness::{Harness, assert_same};
use bellwether_tests::answer::Answer;
use serde_json::{Value, json};

async fn live(number: usize, script: impl Fn() -> bellwether_tests::simulator::Script) -> [Harness; 2] {
    Harness::both_replaying(number, script).await.map(|mut live| {
        live.set("MODELS_URI", "{root}/models");
        live.set("BASELINES_URI", "{root}/baselines");
        live
    })
}

fn deployed(live: &Harness) -> Value {
    let mut manifest = manifest(live, "v2", "2026-10-31T07:00:00Z");
    manifest["deployed"] = json!(true);
    manifest.as_object_mut().expect("an object").remove("recommendations");
    manifest
}

#[tokio::test]
async fn a_deployed_version_is_replayed_under_a_baselines_own_prefix() {
    for live in live(20, healthy).await {
        let mut manifest = deployed(&live);
        manifest["target_variant"] = json!("Canary");
        put_manifest(&live, "v2", &manifest).await;
        assert_eq!(delivered(&live, "v2").await, (json!("made"), json!("current")));
        let seen = live.model().seen();
        let mut ids: Vec<_> = seen.iter().filter_map(|seen| seen.inference_id.clone()).collect();
        ids.sort();
        let mut expected: Vec<_> = (0..20).map(|index| format!("replay-baseline-{index}")).collect();
        expected.sort();
        assert_eq!(ids, expected);
        assert!(seen.iter().all(|seen| seen.target_variant.as_deref() == Some("Canary")));
        let baseline = SHELF.replace("AllTraffic", "Canary") + "/v2/diversity_baseline.json";
        assert_eq!(live.json(&baseline).await["answered"], json!(20));

        let before = live.tree().await;
        assert_eq!(delivered(&live, "v2").await, (json!("unchanged"), json!("current")));
        assert_eq!(live.model().seen().len(), 20, "a second delivery asks nobody");
        assert_same(&live.tree().await, &before);
    }
}

#[tokio::test]
async fn a_version_that_is_not_deployed_is_not_measured_by_the_model_before_it() {
    for live in live(20, healthy).await {
        let mut manifest = deployed(&live);
        manifest["deployed"] = json!(false);
        put_manifest(&live, "v2", &manifest).await;
        let (kind, message) = deliver(&live, "v2").await.expect_err("nothing to measure");
        assert_eq!(kind, "NothingToMeasure", "{message}");
        assert!(
            message.contains("the model before it") && message.contains("models/v2/manifest.json"),
            "{message}"
        );
        assert_eq!(live.model().seen().len(), 0);
        assert_eq!(shelf(&live).await.len(), 0);
    }
}

#[tokio::test]
async fn below_95_percent_answered_there_is_no_baseline_and_from_there_on_there_is() {
    for (refused, made) in [(1, true), (2, false)] {
        let script =
            || healthy().except(move |arrival| arrival.number <= refused, Answer::model_error(500, "no"));
        for live in live(20, script).await {
            put_manifest(&live, "v2", &deployed(&live)).await;
            match deliver(&live, "v2").await {
                Ok(_) => {
                    assert!(made);
                    assert_eq!(current(&live).await, "v2");
                }
                Err((kind, message)) => {
                    assert!(!made && kind == "TooFewAnswers", "{kind}: {message}");
                    assert!(
                        message.contains("18 of 20 sessions") && message.contains("model_error"),
                        "{message}"
                    );
                    assert_eq!(shelf(&live).await.len(), 0);
                }
            }
        }
    }
}
