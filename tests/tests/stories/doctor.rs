//! A monitor that replays, looked over: its endpoint is called once, whatever it answers.

use crate::harness::recommender::healthy;
use crate::harness::{BUCKET, Harness, time};
use bellwether_pipeline::doctor::{Checkup, Diagnosis, Health, examine};
use bellwether_pipeline::document::{Document, Holder};
use bellwether_pipeline::monitors::diversity::Diversity;
use bellwether_tests::answer::Answer;
use bellwether_tests::simulator::Script;

const DOCUMENT: &str = "\
version: 1
monitors:
  - name: lists
    monitor: diversity
    endpoint_name: recommender-prod
    variant_name: AllTraffic
    catalog_uri: s3://monitoring/inputs/catalog.json
    validation_set_uri: s3://monitoring/inputs/sessions.jsonl
    replay: sagemaker
    reports_uri: s3://monitoring/reports
";

/// What is found of the endpoint, and of its completeness where a monitor reads no captures.
async fn endpoint(live: &Harness, document: &str) -> Diagnosis {
    let document =
        Document::read("monitors.yaml", document.as_bytes(), Holder::Onlooker).expect("a document");
    let entry = document.entry("lists").expect("an entry");
    let clients = live.aws().clients();
    let checkup = Checkup { at: time("2026-10-31T09:00:00Z"), invocations: Some(500) };
    let settings = entry.settings().expect("settings");
    let examined = examine::<Diversity>(entry, settings, Some(clients), checkup).await.expect("a diagnosis");
    let of = |check| examined.diagnoses.iter().find(|it| it.check == check).cloned();
    assert_eq!(of("completeness").expect("it was asked for").health, Health::NotChecked);
    of("endpoint").expect("the endpoint is looked at")
}

#[tokio::test]
async fn the_endpoint_is_called_once_whatever_it_answers() {
    assert_eq!(BUCKET, "monitoring");
    for (script, health, part) in [
        (healthy(), Health::Ok, "recommender-prod answered a session with 10 items"),
        (
            Script::always(Answer::json(&serde_json::json!({"items": []}))),
            Health::Problem,
            "the answer holds no list",
        ),
        (Script::always(Answer::throttled()), Health::NotChecked, "is busy, and was not pressed"),
        (Script::always(Answer::status(500)), Health::Problem, "did not answer a session (server_error)"),
        (Script::always(Answer::model_error(400, "no")), Health::Problem, "refused a session (model_error)"),
    ] {
        let live = Harness::bucket().await.replaying(5, script).await;
        let found = endpoint(&live, DOCUMENT).await;
        assert!(found.health == health && found.found.contains(part), "{health}, {part}: {found:#?}");
        let seen = live.model().seen();
        assert_eq!(seen.len(), 1, "one call, and no more");
        assert_eq!(seen[0].inference_id.as_deref(), Some("replay-doctor-0"), "no monitor measures it");
        assert_eq!(seen[0].target_variant.as_deref(), Some("AllTraffic"));
    }
    let live = Harness::bucket().await.replaying(5, healthy()).await;
    let gone = endpoint(&live, &DOCUMENT.replace("recommender-prod", "recommender-gone")).await;
    assert!(gone.health == Health::Problem && gone.found.contains("was not found"), "{gone:#?}");
    assert!(live.model().seen().is_empty());
}
