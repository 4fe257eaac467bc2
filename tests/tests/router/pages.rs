//! Who is woken: each incident whose violation persists, once, by the topic that pages.

use crate::harness::time;
use crate::routing::{PAGES, Routing, TOPIC, at};
use bellwether_contract::execution::Status;
use bellwether_contract::violations::{CheckType, Violation};
use bellwether_contract::window::Offsets;
use bellwether_tests::answer::Answer;
use bellwether_tests::faults::Fault;
use bellwether_tests::recorded::Publish;
use jiff::SignedDuration;

const BAD: f64 = 2.0;
const WELL: f64 = 6.5;

async fn routing() -> Routing {
    Routing::with(&[("PAGING_TOPIC_ARN", PAGES)]).await
}

fn sent_to(routing: &Routing, topic: &str) -> Vec<Publish> {
    routing.harness.aws().published().into_iter().filter(|sent| sent.topic_arn == topic).collect()
}

/// The hours of which somebody was paged.
fn paged(routing: &Routing) -> Vec<String> {
    let hour = |sent: &Publish| sent.in_queue()["payload"]["timestamp"].as_str().unwrap()[8..13].to_owned();
    let pages = sent_to(routing, PAGES);
    let is_page =
        |sent: &Publish| sent.attributes.get("persists") == Some(&("String".to_owned(), "true".to_owned()));
    assert!(pages.iter().all(is_page));
    assert!(!sent_to(routing, TOPIC).iter().any(|sent| sent.attributes.contains_key("persists")));
    pages.iter().map(hour).collect()
}

/// A page for a warning does not use up the one for a collapse.
#[tokio::test]
async fn an_incident_that_comes_to_matter_more_pages_once_more() {
    let routing = routing().await;
    let incomplete = || Violation {
        feature_name: Some("age".to_owned()),
        metric_name: None,
        constraint_check_type: CheckType::Completeness,
        description: "age".to_owned(),
        unknown: Default::default(),
    };
    for hour in [9, 10, 11] {
        routing.tell(at(hour).mean(WELL).with(vec![incomplete()])).await.unwrap();
    }
    assert_eq!(paged(&routing), ["31T10"]);
    // Below the floor is critical.
    for hour in [12, 13, 14] {
        routing.tell(at(hour).mean(BAD).with(vec![incomplete()])).await.unwrap();
    }
    assert_eq!(paged(&routing), ["31T10", "31T12"]);
    let severity = |page: &Publish| page.in_queue()["payload"]["severity"].clone();
    let severities: Vec<_> = sent_to(&routing, PAGES).iter().map(severity).collect();
    assert_eq!(severities, ["warning", "critical"]);
}

#[tokio::test]
async fn each_incident_that_persists_pages_once_behind_an_alarm_that_rings_already() {
    let routing = routing().await;
    let hours = [
        (9, WELL, &[][..]),
        (10, BAD, &[]),
        (11, BAD, &["31T11"]),
        (12, BAD, &["31T11"]),
        (13, WELL, &["31T11"]),
        (14, WELL, &["31T11"]),
        (15, BAD, &["31T11"]),
        (16, WELL, &["31T11"]),
        (17, BAD, &["31T11", "31T17"]),
        (18, WELL, &["31T11", "31T17"]),
        // Another incident, and the violation before it is no more than two runs ago.
        (19, BAD, &["31T11", "31T17", "31T19"]),
        (20, BAD, &["31T11", "31T17", "31T19"]),
    ];
    for (hour, mean, expected) in hours {
        let answer = routing.tell(at(hour).mean(mean)).await.unwrap();
        assert_eq!(paged(&routing), expected, "{hour}");
        assert_eq!(
            answer["routed"][0]["run"],
            format!("newsroom-prod/diversity-hourly/2026/10/31/{hour:02}")
        );
    }
    let (page, announced) = (&sent_to(&routing, PAGES)[0], &sent_to(&routing, TOPIC)[0]);
    assert!(
        page.subject
            .as_deref()
            .unwrap()
            .starts_with("CRITICAL, persists: top10_category_diversity_mean_floor")
    );
    let (page, announced) = (page.in_queue(), announced.in_queue());
    assert_eq!(
        (&page["dedup_key"], &page["event_action"]),
        (&announced["dedup_key"], &announced["event_action"])
    );
    assert_eq!(page["payload"]["custom_details"]["kind"], "persists");
    assert_eq!(page["payload"]["custom_details"]["windows_with_violations"], 2);
    assert!(page["text"].as_str().unwrap().contains("This page comes once for an incident"), "{page}");
}

#[tokio::test]
async fn information_and_hours_that_were_not_judged_page_nobody() {
    let routing = routing().await;
    let broken = || Violation {
        feature_name: Some("capture".to_owned()),
        metric_name: None,
        constraint_check_type: CheckType::CaptureCorrupt,
        description: "capture".to_owned(),
        unknown: Default::default(),
    };
    for hour in 8..11 {
        routing.tell(at(hour).mean(WELL).with(vec![broken()])).await.unwrap();
    }
    routing.tell(at(11).mean(BAD)).await.unwrap();
    routing.tell(at(12).status(Status::Inconclusive)).await.unwrap();
    routing.tell(at(13).status(Status::Failed)).await.unwrap();
    routing.tell(at(14).mean(BAD)).await.unwrap();
    assert_eq!(paged(&routing), [""; 0]);
    routing.tell(at(15).status(Status::Inconclusive)).await.unwrap();
    routing.tell(at(16).mean(BAD)).await.unwrap();
    assert_eq!(paged(&routing), ["31T16"], "what is between them does not end it");
}

#[tokio::test]
async fn runs_that_follow_each_other_are_those_of_the_schedule_in_whatever_order_they_come() {
    let daily = Offsets { start: SignedDuration::from_hours(-24), end: SignedDuration::ZERO };
    let of_days = routing().await;
    of_days.tell(at(0).mean(BAD).looking_back(daily)).await.unwrap();
    of_days.tell(at(24).mean(BAD).looking_back(daily)).await.unwrap();
    assert_eq!(paged(&of_days).len(), 1);

    let routing = routing().await;
    routing.tell(at(14).mean(BAD)).await.unwrap();
    assert_eq!(paged(&routing), [""; 0]);
    for _ in 0..2 {
        routing.tell_late(at(13).mean(BAD), 1).await.unwrap();
        assert_eq!(paged(&routing), ["31T13"]);
    }
}

#[tokio::test]
async fn a_window_that_was_judged_again_counts_as_it_is_now() {
    let routing = routing().await;
    routing.tell(at(13).mean(BAD)).await.unwrap();
    routing.tell(at(13).mean(WELL).second()).await.unwrap();
    routing.tell(at(14).mean(BAD)).await.unwrap();
    assert_eq!(paged(&routing), [""; 0]);
    routing.tell(at(15).mean(WELL)).await.unwrap();
    routing.tell(at(15).mean(BAD).second()).await.unwrap();
    assert_eq!(paged(&routing), ["31T15"]);
}

#[tokio::test]
async fn a_topic_that_refuses_keeps_nothing_back_from_the_other() {
    let routing = routing().await;
    let refuses = |nth| Fault::before("sns:Publish", Answer::status(500)).nth(nth);
    routing.harness.aws().inject(refuses(1));
    routing.tell(at(10).mean(BAD)).await.unwrap_err();
    routing.harness.aws().clear_faults();
    // The page first, then what waits for the others.
    routing.harness.aws().inject(refuses(2));
    routing.tell(at(11).mean(BAD)).await.unwrap_err();
    assert_eq!((paged(&routing), sent_to(&routing, TOPIC).len()), (vec!["31T11".to_owned()], 0));
    routing.harness.aws().clear_faults();
    routing.tell(at(12).mean(WELL)).await.unwrap();
    assert_eq!((paged(&routing).len(), sent_to(&routing, TOPIC).len()), (1, 2));

    routing.tell(at(16).mean(BAD)).await.unwrap();
    routing.harness.aws().inject(refuses(1));
    let error = routing.tell(at(17).mean(4.5)).await.unwrap_err();
    assert!(error.error_message.contains(PAGES), "{}", error.error_message);
    assert_eq!((paged(&routing).len(), sent_to(&routing, TOPIC).len()), (1, 4));
    routing.harness.aws().clear_faults();
    // It is over, and was to be told all the same.
    routing.tell(at(18).mean(WELL)).await.unwrap();
    assert_eq!(paged(&routing), ["31T11", "31T17"]);
    // However long a message waits, none of the others goes to the topic that pages.
    routing.harness.aws().inject(Fault::before("sns:Publish", Answer::status(500)));
    routing.tell(at(20).mean(BAD)).await.unwrap_err();
    routing.harness.aws().clear_faults();
    routing.tell(at(50).mean(WELL)).await.unwrap();
    assert_eq!(paged(&routing).len(), 2);
}

#[tokio::test]
async fn a_crash_repeats_that_page_and_no_other_and_doubled_events_none() {
    let routing = routing().await;
    routing.tell(at(12).mean(BAD)).await.unwrap();
    let hour = at(13).mean(BAD);
    routing.publish(&hour).await;
    let now = time("2026-10-31T13:10:00Z");
    let crash = routing.harness.aws().inject(Fault::after("sns:Publish", |_| Answer::hang()).nth(1));
    tokio::select! {
        ended = routing.event(&hour, now) => panic!("{ended:?}"),
        () = crash.first() => {}
    }
    for minutes in [2, 3, 4] {
        routing.event(&hour, now + SignedDuration::from_mins(minutes)).await.unwrap();
    }
    let pages = sent_to(&routing, PAGES);
    assert_eq!((pages.len(), pages[0].in_queue()), (2, pages[1].in_queue()));
    routing.tell(at(14).mean(BAD)).await.unwrap();
    assert_eq!(sent_to(&routing, PAGES).len(), 2);
}

#[tokio::test]
async fn nobody_is_paged_without_a_topic_and_one_that_comes_later_hears_of_what_persists() {
    let routing = Routing::open().await;
    for hour in 10..13 {
        routing.tell(at(hour).mean(BAD)).await.unwrap();
    }
    assert_eq!((paged(&routing).len(), sent_to(&routing, TOPIC).len()), (0, 1));
    let routing = routing.deployed(&[("PAGING_TOPIC_ARN", PAGES)]);
    routing.tell(at(13).mean(BAD)).await.unwrap();
    assert_eq!(paged(&routing), ["31T13"]);
}

#[tokio::test]
async fn one_topic_may_be_both_and_is_filtered_by_the_attribute() {
    let routing = Routing::with(&[("PAGING_TOPIC_ARN", TOPIC)]).await;
    for hour in [10, 11, 12] {
        routing.tell(at(hour).mean(BAD)).await.unwrap();
    }
    let persists = |sent: &Publish| sent.attributes.contains_key("persists");
    assert_eq!(sent_to(&routing, TOPIC).iter().map(persists).collect::<Vec<_>>(), [false, true]);
}
