//! What the router does not take: other objects, other runs' files, files that are not what they should be.

use crate::harness::time;
use crate::routing::{BUCKET, Routing, at};
use bellwether_tests::local::events::created;
use lambda_runtime::Diagnostic;
use serde_json::json;

const NOW: &str = "2026-10-31T13:10:00Z";
const FOLDER: &str = "reports/newsroom-prod/diversity-hourly/2026/10/31/13";

/// The refusal of an event, twice the same, and nothing sent or written for it.
async fn refused(routing: &Routing, bucket: &str, key: &str) -> Diagnostic {
    let writes = routing.harness.aws().requests().get("s3:PutObject").copied();
    let error = routing.handle(created(bucket, key), time(NOW)).await.unwrap_err();
    let again = routing.handle(created(bucket, key), time(NOW)).await.unwrap_err();
    assert_eq!(error.error_message, again.error_message);
    assert_eq!(routing.harness.aws().published().len(), 0, "{key}");
    assert_eq!(routing.harness.aws().requests().get("s3:PutObject").copied(), writes, "{key}");
    error
}

#[tokio::test]
async fn keys_that_are_no_runs_final_name() {
    let routing = Routing::open().await;
    let hour = at(13).mean(2.0);
    routing.publish(&hour).await;
    let reads = routing.harness.aws().requests().get("s3:GetObject").copied();
    for key in [
        "reports/../reports/newsroom-prod/diversity-hourly/2026/10/31/13/constraint_violations.json",
        "reports/newsroom-prod/../diversity-hourly/2026/10/31/13/constraint_violations.json",
        "reports-state/staged/newsroom-prod/diversity-hourly/2026/10/31/13/ab12/constraint_violations.json",
        "reports/staged/newsroom-prod/diversity-hourly/2026/10/31/13/ab12/constraint_violations.json",
        "reports/newsroom-prod/diversity-hourly/2026/10/31/13/revision-3/constraint_violations.json",
        "reports/newsroom-prod/diversity-hourly/2026/10/31/13/revision-1/constraint_violations.json",
        "reports/newsroom-prod/diversity-hourly/2026/10/31/13/statistics.json",
        "reports/newsroom-prod/diversity-hourly/2026/10/31/13/execution.json",
        "reports/newsroom-prod/diversity-hourly/2026/10/31/25/constraint_violations.json",
        "reports/newsroom-prod/diversity-hourly/2026/10/31/13/constraint_violations.json ",
        "newsroom-prod/diversity-hourly/2026/10/31/13/constraint_violations.json",
        "reportsnewsroom-prod/diversity-hourly/2026/10/31/13/constraint_violations.json",
        "reports/new\u{1b}[31msroom/diversity-hourly/2026/10/31/13/constraint_violations.json",
        "constraint_violations.json",
        "",
    ] {
        let error = refused(&routing, BUCKET, key).await;
        assert_eq!(error.error_type, "NotAReport", "{key}");
        assert!(error.error_message.contains(&key.escape_debug().to_string()), "{}", error.error_message);
        assert!(!error.error_message.contains('\u{1b}'));
    }
    let error = refused(&routing, "another", &hour.key()).await;
    assert_eq!(error.error_type, "NotAReport");
    assert!(error.error_message.contains("s3://another/"), "{}", error.error_message);
    assert_eq!(
        routing.harness.aws().requests().get("s3:GetObject").copied(),
        reads,
        "nothing was read for them"
    );
}

#[tokio::test]
async fn a_report_that_cannot_be_parsed_is_named_and_never_tried_within() {
    for (file, text) in [
        ("constraint_violations.json", "{\"violations\" : [ {"),
        ("constraint_violations.json", "[]"),
        ("constraint_violations.json", ""),
        ("execution.json", "{}"),
    ] {
        let routing = Routing::open().await;
        let hour = at(13).mean(2.0);
        routing.publish(&hour).await;
        routing.harness.put(&format!("{FOLDER}/{file}"), text).await;
        let error = refused(&routing, BUCKET, &hour.key()).await;
        assert_eq!(error.error_type, "MalformedInput");
        let named = format!("s3://{BUCKET}/{FOLDER}/{file}");
        assert!(error.error_message.contains(&named), "{}", error.error_message);
    }
}

#[tokio::test]
async fn violations_that_were_not_committed_or_lie_in_another_runs_folder() {
    let routing = Routing::open().await;
    let hour = at(13).mean(2.0);
    routing.publish(&hour).await;
    routing.harness.put(&hour.key(), "{\"violations\" : [ ]}").await;
    let error = refused(&routing, BUCKET, &hour.key()).await;
    assert!(error.error_message.contains("is not the file that execution.json committed"));

    routing.publish(&at(12).mean(2.0)).await;
    let get = async |key: String| {
        let object = routing.harness.aws().s3().get_object().bucket(BUCKET).key(key).send().await.unwrap();
        object.body.collect().await.unwrap().into_bytes()
    };
    let other = get(format!("{}/12/execution.json", &FOLDER[..FOLDER.len() - 3])).await;
    routing.harness.put(&format!("{FOLDER}/execution.json"), other).await;
    let error = refused(&routing, BUCKET, &hour.key()).await;
    assert!(error.error_message.contains("is of another run than its folder"), "{}", error.error_message);
}

#[tokio::test]
async fn a_report_without_its_execution_and_a_state_that_is_broken() {
    let routing = Routing::open().await;
    let hour = at(13).mean(2.0);
    let error = refused(&routing, BUCKET, &hour.key()).await;
    assert_eq!(error.error_type, "ObjectNotFound");
    routing.publish(&hour).await;
    routing.harness.put("reports-state/routing/newsroom-prod/AllTraffic/diversity-hourly.json", "{").await;
    let error = refused(&routing, BUCKET, &hour.key()).await;
    assert!(
        error.error_message.contains("reports-state/routing/newsroom-prod/AllTraffic/diversity-hourly.json")
    );
}

#[tokio::test]
async fn events_of_another_kind() {
    let routing = Routing::open().await;
    for event in
        [json!({}), json!([]), json!({"detail-type": "Object Deleted", "detail": {}}), json!({"Records": 1})]
    {
        let error = routing.handle(event.clone(), time(NOW)).await.unwrap_err();
        assert_eq!(error.error_type, "MalformedInput", "{event}");
    }
    let test = json!({"Service": "Amazon S3", "Event": "s3:TestEvent", "Bucket": BUCKET});
    assert_eq!(routing.handle(test, time(NOW)).await.unwrap(), json!({"routed": []}));
}

/// What is not looked at cannot stop a message.
#[tokio::test]
async fn numbers_come_from_the_commit_and_not_from_the_other_files() {
    let routing = Routing::open().await;
    let hour = at(13).mean(2.0);
    routing.publish(&hour).await;
    for file in ["statistics.json", "constraints.json"] {
        routing.harness.put(&format!("{FOLDER}/{file}"), "nothing").await;
    }
    routing.event(&hour, time(NOW)).await.unwrap();
    assert_eq!(routing.harness.queue()[0]["payload"]["custom_details"]["violations"][0]["value"], 2.0);
}

#[tokio::test]
async fn a_window_that_has_not_ended_and_a_state_of_another_layout() {
    let routing = Routing::open().await;
    let hour = at(13).mean(2.0);
    routing.publish(&hour).await;
    let error = routing.event(&hour, time("2026-10-31T12:54:59Z")).await.unwrap_err();
    assert_eq!(error.error_type, "WindowNotEnded");
    assert!(error.error_message.contains("2026-10-31T13:00:00Z"), "{}", error.error_message);
    let state = json!({"version": 4, "endpoint_name": "newsroom-prod", "variant_name": "AllTraffic",
        "monitoring_schedule_name": "diversity-hourly"});
    let key = "reports-state/routing/newsroom-prod/AllTraffic/diversity-hourly.json";
    routing.harness.put(key, state.to_string()).await;
    let error = refused(&routing, BUCKET, &hour.key()).await;
    assert!(error.error_message.contains("version is 4"), "{}", error.error_message);
    routing.harness.put(key, state.to_string().replace('4', "1")).await;
    routing.event(&hour, time("2026-10-31T12:55:00Z")).await.unwrap();
    assert_eq!(routing.harness.queue().len(), 1);
}
