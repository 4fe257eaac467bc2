//! The violation router as Lambda calls it, on an embedded AWS: what is told, how often, and what is refused.

#![expect(clippy::unwrap_used, reason = "a test may stop at the first surprise, in its helpers too")]

mod baseline;
mod delivery;
mod laws;
mod model;
mod pages;
mod refused;
mod runs;

use crate::harness::functions::named;
use crate::harness::time;
use crate::routing::{BUCKET, Routing, at};
use bellwether_contract::execution::Status;
use bellwether_contract::violations::{CheckType, Violation};
use bellwether_pipeline::route::message::test_message;
use bellwether_pipeline::route::outbox::Outlet;
use bellwether_pipeline::settings::router::TopicArn;
use bellwether_tests::local::events::created;
use serde_json::{Value, json};

#[tokio::test]
async fn an_incident_is_told_from_its_beginning_to_its_end() {
    let routing = Routing::with(&[("RUNBOOK_URL", "https://wiki.example.com/diversity")]).await;
    let told = [
        (at(12).mean(6.5), None),
        (
            at(13).mean(2.0),
            Some("CRITICAL: top10_category_diversity_mean_floor: 2.0, limit 4.0 on newsroom-prod/AllTraffic"),
        ),
        (at(14).mean(1.5), None),
        (
            at(15).status(Status::Inconclusive),
            Some("INFO: diversity is not judged on newsroom-prod/AllTraffic: 0 violations."),
        ),
        (at(16).status(Status::CompletedNoData), None),
        (at(17).status(Status::Failed), None),
        (at(18).mean(1.5), Some("JUDGED AGAIN: diversity on newsroom-prod/AllTraffic")),
        (
            at(19).mean(1.5),
            Some(
                "CRITICAL: still top10_category_diversity_mean_floor: 1.5, limit 4.0 on newsroom-prod/AllTraffic",
            ),
        ),
        (
            at(20).mean(4.5),
            Some(
                "WARNING: top10_category_diversity_p5: 3.5, limit 5.0 on newsroom-prod/AllTraffic: 0 new, 1 gone",
            ),
        ),
        (at(21).mean(6.5), Some("RESOLVED: diversity is within its limits on newsroom-prod/AllTraffic")),
        (at(22).mean(6.5), None),
    ];
    let mut expected = Vec::new();
    for (hour, subject) in told {
        routing.tell(hour).await.unwrap();
        expected.extend(subject);
        let begins = |(told, expected): (&String, &&str)| told.starts_with(expected.trim_end_matches('.'));
        let subjects = routing.harness.subjects();
        assert!(
            subjects.len() == expected.len() && subjects.iter().zip(&expected).all(begins),
            "{subjects:#?}"
        );
    }
    let about = |key: &str| -> Vec<Value> {
        routing.harness.queue().into_iter().filter(|body| body["dedup_key"] == key).collect()
    };
    let actions = |queue: &[Value]| -> Vec<String> {
        queue.iter().map(|body| body["event_action"].as_str().unwrap().to_owned()).collect()
    };
    let queue = about("newsroom-prod/AllTraffic/diversity-hourly");
    assert_eq!(actions(&queue), ["trigger", "trigger", "trigger", "resolve"]);
    let judging = about("newsroom-prod/AllTraffic/diversity-hourly/not-judged");
    assert_eq!(
        (actions(&judging), queue.len() + judging.len()),
        (vec!["trigger".to_owned(), "resolve".to_owned()], 6)
    );
    let worst = &queue[0]["payload"]["custom_details"]["violations"][0];
    assert_eq!((&worst["value"], &worst["limit"]), (&json!(2.0), &json!(4.0)));
    assert_eq!(queue[1]["payload"]["custom_details"]["since"], "2026-10-31T12:00:00Z");
    assert_eq!(queue[1]["payload"]["custom_details"]["silent_windows"], 2);
    assert_eq!(queue[0]["links"][0]["href"], "https://wiki.example.com/diversity");
}

#[tokio::test]
async fn filters_can_tell_messages_apart_and_people_get_text() {
    let routing = Routing::open().await;
    routing.tell(at(13).mean(2.0)).await.unwrap();
    let sent = &routing.harness.aws().published()[0];
    let attributes: Vec<_> = sent.attributes.iter().map(|(name, value)| (name.as_str(), value)).collect();
    let text = |value: &str| ("String".to_owned(), value.to_owned());
    assert_eq!(
        attributes,
        [
            ("check", &("String.Array".to_owned(), "[\"LessThanThreshold\"]".to_owned())),
            ("endpoint", &text("newsroom-prod")),
            ("monitor", &text("diversity")),
            ("schedule", &text("diversity-hourly")),
            ("severity", &text("critical")),
            ("status", &text("CompletedWithViolations")),
            ("variant", &text("AllTraffic")),
        ]
    );
    let email = sent.for_protocol("email").unwrap();
    assert_eq!(sent.for_protocol("sms"), Some(email.clone()), "the default is for people too");
    assert!(
        email.contains(
            "s3://newsroom/reports/newsroom-prod/diversity-hourly/2026/10/31/13/constraint_violations.json"
        ),
        "{email}"
    );
    let line = "top10_category_diversity_mean_floor, LessThanThreshold: 2.0, limit 4.0";
    assert!(email.contains(line), "{email}");
    let body = sent.in_queue();
    assert!(body["payload"]["summary"].as_str().unwrap().contains(line), "{body}");
    assert_eq!(body["payload"]["custom_details"]["violations"][0]["line"], line);
    assert!(sent.subject.as_deref().unwrap().contains("mean_floor: 2.0, limit 4.0"), "{:?}", sent.subject);
    assert_eq!(sent.in_queue()["text"], email.as_str());
}

#[tokio::test]
async fn windows_that_come_twice_or_late_move_nothing_and_a_violating_one_of_the_last_day_is_told_once() {
    let routing = Routing::open().await;
    routing.tell(at(14).mean(2.0)).await.unwrap();
    routing.tell_late(at(13).mean(6.5), 1).await.unwrap();
    routing.tell(at(14).mean(2.0)).await.unwrap();
    assert_eq!(routing.harness.subjects().len(), 1);
    for _ in 0..2 {
        routing.tell_late(at(12).mean(1.0), 2).await.unwrap();
        assert_eq!(routing.harness.subjects().len(), 2);
    }
    let earlier = &routing.harness.queue()[1];
    assert_eq!(earlier["payload"]["custom_details"]["kind"], "earlier");
    assert_eq!(
        (&earlier["event_action"], &earlier["payload"]["severity"]),
        (&json!("trigger"), &json!("critical"))
    );
    let old = routing.tell_late(at(-11).mean(1.0), 25).await.unwrap();
    assert_eq!(old["routed"][0]["silence"], "older");
    routing.tell(at(15).mean(2.0)).await.unwrap();
    assert_eq!(routing.harness.subjects().len(), 2, "{:?}", routing.harness.subjects());
    routing.tell(at(16).mean(6.5)).await.unwrap();
    assert_eq!(routing.harness.subjects().len(), 3);
}

#[tokio::test]
async fn a_window_that_was_judged_again_is_corrected_once() {
    let routing = Routing::open().await;
    routing.tell(at(13).mean(2.0)).await.unwrap();
    for _ in 0..3 {
        routing.tell(at(13).mean(6.5).second()).await.unwrap();
    }
    let subjects = routing.harness.subjects();
    assert_eq!(
        subjects[1..],
        ["CORRECTION: 2026-10-31T13:00:00Z is now Completed on newsroom-prod/AllTraffic"]
    );
    let correction = &routing.harness.queue()[1];
    assert_eq!(correction["event_action"], "resolve");
    assert_eq!(
        correction["payload"]["custom_details"]["report"],
        "s3://newsroom/reports/newsroom-prod/diversity-hourly/2026/10/31/13/revision-2/constraint_violations.json"
    );
    routing.tell(at(14).mean(6.5)).await.unwrap();
    assert_eq!(routing.harness.subjects().len(), 2, "the incident was closed by the correction");
}

#[tokio::test]
async fn ten_thousand_violations_are_one_readable_message() {
    let routing = Routing::open().await;
    let violation = |n: usize| Violation {
        feature_name: Some(format!("feature_{n}")),
        metric_name: None,
        constraint_check_type: CheckType::BaselineDrift,
        description: format!("Baseline drift distance of feature_{n}: {}", "0.2 exceeds 0.1; ".repeat(20)),
        unknown: Default::default(),
    };
    routing.tell(at(13).mean(2.0).with((0..9_998).map(violation).collect())).await.unwrap();
    let sent = &routing.harness.aws().published()[0];
    let subject = sent.subject.as_deref().unwrap();
    assert!(
        subject.starts_with("CRITICAL: top10_category_diversity_mean_floor: 2.0, limit 4.0, 9,999 more on "),
        "{subject}"
    );
    let attributes: usize =
        sent.attributes.iter().map(|(name, (kind, value))| name.len() + kind.len() + value.len()).sum();
    assert!(sent.message.len() + attributes <= 256 * 1024, "{} bytes", sent.message.len());
    let email = sent.for_protocol("email").unwrap();
    assert!(email.contains("9,980 more violations in the report: 9980 baseline_drift_check"), "{email}");
    assert!(email.len() < 16_000 && email.lines().count() < 50, "{email}");
    assert_eq!(sent.in_queue()["payload"]["custom_details"]["violations_total"], 10_000);
    routing.tell(at(14).mean(2.0).with((0..9_998).map(violation).collect())).await.unwrap();
    assert_eq!(routing.harness.subjects().len(), 1, "the same ten thousand are the same news");
}

#[tokio::test]
async fn the_policy_decides_how_much_missing_data_matters() {
    let violation = |check: CheckType| Violation {
        feature_name: Some("capture".to_owned()),
        metric_name: None,
        constraint_check_type: check,
        description: "capture".to_owned(),
        unknown: Default::default(),
    };
    for (check, severity) in [(CheckType::NoData, "warning"), (CheckType::CaptureCorrupt, "info")] {
        let routing = Routing::open().await;
        routing.tell(at(13).mean(6.5).with(vec![violation(check)])).await.unwrap();
        assert_eq!(routing.harness.aws().published()[0].attributes["severity"].1, severity);
    }
}

#[tokio::test]
async fn the_sample_events_are_of_a_report_and_are_routed() {
    for event in named("violation-router").samples() {
        let routing = Routing::open().await;
        routing.publish(&at(9).mean(2.0)).await;
        let answer = routing.handle(event, time("2026-10-31T09:11:00Z")).await.unwrap();
        let routed = &answer["routed"][0];
        assert_eq!(routed["run"], "newsroom-prod/diversity-hourly/2026/10/31/09");
        assert_eq!(routed["sent"][0]["message_id"], routing.harness.queue()[0]["message_id"]);
    }
}

#[tokio::test]
async fn one_event_may_tell_of_several_reports_and_one_bad_record_stops_no_other() {
    let routing = Routing::open().await;
    let (first, second) = (at(13).mean(2.0), at(14).mean(6.5));
    routing.publish(&first).await;
    routing.publish(&second).await;
    let record = |key: &str| json!({"eventName": "ObjectCreated:Put", "s3": {"bucket": {"name": BUCKET}, "object": {"key": key}}});
    let event =
        json!({"Records": [record(&first.key()), record("reports/notes.txt"), record(&second.key())]});
    let error = routing.handle(event, time("2026-10-31T14:10:00Z")).await.unwrap_err();
    assert!(error.error_message.contains("s3://newsroom/reports/notes.txt"), "{}", error.error_message);
    assert_eq!(routing.harness.subjects().len(), 2);
    let nothing = routing.handle(created(BUCKET, &second.key()), time("2026-10-31T14:11:00Z")).await.unwrap();
    assert_eq!(nothing["routed"][0]["silence"], "known");
}

#[tokio::test]
async fn a_test_message_reaches_the_topic_and_says_what_it_is() {
    let routing = Routing::open().await;
    let message = test_message(crate::routing::TOPIC, time("2026-10-31T13:00:00Z"));
    let topic: TopicArn = crate::routing::TOPIC.parse().unwrap();
    Outlet::new(Some(&routing.harness.aws().clients()), Some(topic)).send(&message).await.unwrap();
    let sent = &routing.harness.aws().published()[0];
    assert_eq!(sent.subject.as_deref(), Some("TEST: Bellwether reaches this subscription"));
    assert_eq!(sent.attributes["status"].1, "test");
    let body = sent.in_queue();
    assert_eq!(
        (&body["payload"]["severity"], &body["dedup_key"]),
        (&json!("info"), &json!("bellwether/test"))
    );
}
