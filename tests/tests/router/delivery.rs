//! At-least-once on both sides: hours that come together, senders that fail and senders that vanish. Stops at every
//! side effect, and equal events at once, are played in `reliability`.

use crate::harness::time;
use crate::routing::{Routing, at};
use bellwether_tests::answer::Answer;
use bellwether_tests::faults::Fault;
use futures::future::join_all;
use jiff::SignedDuration;
use std::collections::BTreeSet;

const NOW: &str = "2026-10-31T13:10:00Z";
/// Longer than a lease: Lambda repeats a failed event after a minute.
const A_MINUTE: SignedDuration = SignedDuration::from_secs(61);

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn hours_that_come_at_once_and_in_any_order_are_told_each_message_once() {
    let routing = Routing::open().await;
    let hours: Vec<_> = (1..=8).map(|hour| at(hour).mean(if hour % 2 == 1 { 2.0 } else { 6.5 })).collect();
    for hour in &hours {
        routing.publish(hour).await;
    }
    let ended = join_all(hours.iter().rev().chain(&hours).map(|hour| routing.event(hour, time(NOW)))).await;
    assert!(ended.iter().all(Result::is_ok), "{ended:?}");
    let queue = routing.harness.queue();
    let heard: Vec<&str> = queue
        .iter()
        .filter(|body| body["payload"]["custom_details"]["kind"] != "resolved")
        .map(|body| body["payload"]["timestamp"].as_str().unwrap())
        .collect();
    // Of two violating hours that follow each other without a healthy one between them, the second is the same news.
    assert!(
        !heard.is_empty() && heard.iter().all(|hour| hour[11..13].parse::<u8>().unwrap() % 2 == 1),
        "{heard:?}"
    );
    let ids: BTreeSet<String> = queue.iter().map(|body| body["message_id"].to_string()).collect();
    assert_eq!(ids.len(), queue.len(), "each message once");
}

#[tokio::test]
async fn a_crash_between_sending_and_marking_repeats_that_message_and_no_other() {
    let routing = Routing::open().await;
    let hour = at(13).mean(2.0);
    routing.publish(&hour).await;
    let crash = routing.harness.aws().inject(Fault::after("sns:Publish", |_| Answer::hang()).nth(1));
    tokio::select! {
        ended = routing.event(&hour, time(NOW)) => panic!("{ended:?}"),
        () = crash.first() => {}
    }
    assert_eq!(routing.harness.queue().len(), 1);
    let twin = routing.event(&hour, time(NOW)).await.unwrap();
    assert_eq!(
        (twin["routed"][0]["silence"].as_str(), routing.harness.queue().len()),
        (Some("known"), 1),
        "leased"
    );
    routing.event(&hour, time(NOW) + A_MINUTE).await.unwrap();
    routing.event(&hour, time(NOW) + A_MINUTE).await.unwrap();
    routing.tell(at(14).mean(2.0)).await.unwrap();
    let queue = routing.harness.queue();
    assert_eq!(queue.len(), 2);
    assert_eq!(queue[0], queue[1]);
}

#[tokio::test]
async fn what_nobody_sent_is_sent_by_the_next_hour_first() {
    let routing = Routing::open().await;
    let hour = at(13).mean(2.0);
    routing.publish(&hour).await;
    let crash = routing.harness.aws().inject(Fault::before("sns:Publish", Answer::hang()).nth(1));
    tokio::select! {
        ended = routing.event(&hour, time(NOW)) => panic!("{ended:?}"),
        () = crash.first() => {}
    }
    assert_eq!(routing.harness.queue().len(), 0);
    let answer = routing.tell(at(14).mean(6.5)).await.unwrap();
    assert_eq!(answer["routed"][0]["sent"].as_array().unwrap().len(), 2);
    let subjects = routing.harness.subjects();
    assert!(
        subjects[0].starts_with("CRITICAL: top10") && subjects[1].starts_with("RESOLVED"),
        "{subjects:?}"
    );
}

#[tokio::test]
async fn a_topic_that_does_not_answer_is_an_error_and_the_retry_need_not_wait() {
    let routing = Routing::open().await;
    let hour = at(13).mean(2.0);
    routing.publish(&hour).await;
    routing.harness.aws().inject(Fault::before("sns:Publish", Answer::status(503)).nth(1));
    let error = routing.event(&hour, time(NOW)).await.unwrap_err();
    assert_eq!(error.error_type, "NotificationUnavailable", "{}", error.error_message);
    routing.event(&hour, time(NOW) + SignedDuration::from_secs(1)).await.unwrap();
    assert_eq!(routing.harness.queue().len(), 1);
}

#[tokio::test]
async fn a_topic_that_is_gone_is_named() {
    let routing = Routing::with(&[("TOPIC_ARN", "arn:aws:sns:us-east-1:000000000000:gone")]).await;
    let error = routing.tell(at(13).mean(2.0)).await.unwrap_err();
    assert_eq!(error.error_type, "TopicNotFound");
    assert!(error.error_message.contains("arn:aws:sns:us-east-1:000000000000:gone"));
}

/// The first message of a schedule, its repetition, the next one, and an hour without news.
#[tokio::test]
async fn a_message_costs_at_most_two_reads_of_the_state_and_two_writes() {
    let routing = Routing::open().await;
    let on_the_state = |from: usize, operation: &str| {
        let served = routing.harness.aws().served();
        let calls = served[from..].iter().map(|served| &served.call);
        let calls = calls.filter(|call| call.operation == operation && call.path.contains("/routing/"));
        calls.count()
    };
    for (hour, mean, reads, writes) in [(1, 2.0, 1, 2), (2, 6.5, 1, 2), (3, 6.5, 1, 1)] {
        let before = routing.harness.aws().served().len();
        routing.tell(at(hour).mean(mean)).await.unwrap();
        let counted = (on_the_state(before, "s3:GetObject"), on_the_state(before, "s3:PutObject"));
        assert_eq!(counted, (reads, writes), "hour {hour}");
    }
}
