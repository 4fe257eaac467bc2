//! What was found is told, and what is told is true: outages, outlets that take turns, windows that overtake each other, and
//! checks that were not made.

use crate::desk::{Desk, HOUR, at, time};
use bellwether_contract::keys::RunFolder;
use bellwether_contract::routing::Message;
use bellwether_contract::window::Offsets;
use bellwether_pipeline::route::outbox::Outlet;
use bellwether_pipeline::route::{Caller, Routed, Router};
use bellwether_pipeline::settings::Settings;
use bellwether_pipeline::settings::router::RouterSettings;
use bellwether_tests::answer::Answer;
use bellwether_tests::faults::Fault;
use jiff::SignedDuration;

/// The same schedule, routed by a command that prints.
async fn print(
    desk: &Desk,
    hour: &str,
    printer: fn(&Message) -> std::io::Result<()>,
) -> Result<Routed, String> {
    let lookup = |name: &str| (name == "REPORTS_URI").then(|| "s3://newsroom/reports".to_owned());
    let settings = RouterSettings::read(lookup).unwrap();
    let router = Router::new(settings, Some(&desk.clients())).unwrap().with_outlet(Outlet::Printed(printer));
    let key = format!("newsroom-prod/diversity-hourly/2026/10/31/{hour}/constraint_violations.json");
    let run = RunFolder::from_violations_key(&key).unwrap();
    let now = time("2026-10-31T00:11:00Z") + HOUR * hour.parse::<i32>().unwrap();
    let invocation = Caller { now, request_id: "by-hand".to_owned() };
    router.route(&run, &invocation).await.map_err(|error| error.error_type().to_owned())
}

#[tokio::test]
async fn every_violating_hour_is_heard_in_its_order_after_an_outage_of_the_topic() {
    let desk = Desk::open().await;
    desk.aws.inject(Fault::before("sns:Publish", Answer::status(500)));
    for hour in [at(13).mean(4.5), at(14).mean(2.0)] {
        let error = desk.tell(hour).await.unwrap_err();
        assert_eq!(error.error_type, "NotificationUnavailable");
    }
    desk.aws.clear_faults();
    desk.tell(at(15).mean(6.5)).await.unwrap();
    let subjects = desk.subjects();
    assert_eq!(subjects.len(), 3, "{subjects:#?}");
    assert!(
        subjects[0].starts_with("WARNING: top10_category_diversity_p5, LessThanThreshold: 3.5, limit 5.0"),
        "{subjects:#?}"
    );
    assert!(subjects[1].starts_with("CRITICAL: top10_category_diversity_mean_floor: 2.0"), "{subjects:#?}");
    assert!(subjects[2].starts_with("RESOLVED"), "{subjects:#?}");
    assert_eq!(desk.queue()[2]["payload"]["severity"], "critical", "who heard the beginning hears the end");
}

#[tokio::test]
async fn what_waits_for_the_topic_is_not_printed_and_what_waits_for_a_printer_is_not_sent() {
    let desk = Desk::open().await;
    desk.aws.inject(Fault::before("sns:Publish", Answer::status(500)));
    desk.tell(at(13).mean(2.0)).await.unwrap_err();
    desk.publish(&at(14).mean(6.5)).await;
    let full = |_: &Message| Err(std::io::Error::other("no space left on device"));
    assert_eq!(print(&desk, "14", full).await.unwrap_err(), "NotPrinted");
    let printed = print(&desk, "14", |_| Ok(())).await.unwrap();
    let subjects: Vec<&str> = printed.sent.iter().map(|message| message.subject.as_str()).collect();
    assert_eq!(subjects, ["RESOLVED: diversity is within its limits on newsroom-prod/AllTraffic"]);
    assert_eq!(print(&desk, "14", full).await.unwrap().sent.len(), 0, "printed once");
    desk.aws.clear_faults();
    desk.tell(at(15).mean(6.5)).await.unwrap();
    let subjects = desk.subjects();
    assert!(subjects.len() == 1 && subjects[0].starts_with("CRITICAL: top10"), "{subjects:#?}");
}

#[tokio::test]
async fn a_topic_that_is_gone_hands_its_messages_to_another_after_a_day() {
    let gone = Desk::with(&[("TOPIC_ARN", "arn:aws:sns:us-east-1:000000000000:gone")]).await;
    gone.tell(at(1).mean(2.0)).await.unwrap_err();
    let desk = gone.with_topic();
    desk.tell(at(2).mean(2.0)).await.unwrap();
    assert_eq!(desk.subjects().len(), 0);
    desk.tell(at(26).mean(2.0)).await.unwrap();
    let subjects = desk.subjects();
    assert!(subjects.len() == 2 && subjects[1].starts_with("CRITICAL: still"), "{subjects:#?}");
}

#[tokio::test]
async fn a_violating_hour_that_a_healthy_one_overtook_is_told_and_its_end_too() {
    let desk = Desk::open().await;
    desk.tell(at(8).mean(6.5)).await.unwrap();
    desk.tell_late(at(7).mean(2.0), 1).await.unwrap();
    desk.tell(at(9).mean(6.5)).await.unwrap();
    let subjects = desk.subjects();
    assert!(
        subjects[0].starts_with(
            "CRITICAL, 31 Oct 07:00Z: top10_category_diversity_mean_floor: 2.0, limit 4.0 on newsroom-prod"
        ),
        "{subjects:?}"
    );
    assert_eq!(subjects[1..], ["RESOLVED: diversity is within its limits on newsroom-prod/AllTraffic"]);
}

#[tokio::test]
async fn an_hour_that_did_not_make_the_check_resolves_nothing_and_a_day_of_them_says_so() {
    let desk = Desk::open().await;
    desk.tell(at(1).mean(2.0)).await.unwrap();
    for hour in 2..=24 {
        desk.tell(at(hour).mean(6.5).unseen()).await.unwrap();
    }
    assert!(
        desk.subjects().iter().all(|subject| subject.starts_with("CRITICAL: ")),
        "{:#?}",
        desk.subjects()
    );
    desk.tell(at(25).mean(6.5).unseen()).await.unwrap();
    desk.tell(at(26).mean(6.5).unseen()).await.unwrap();
    let last = desk.queue().pop().unwrap();
    assert_eq!(last["payload"]["custom_details"]["kind"], "no_longer_judged");
    assert_eq!(
        (&last["event_action"], &last["payload"]["severity"]),
        (&"resolve".into(), &"critical".into())
    );
    assert_eq!(last["payload"]["timestamp"], "2026-11-01T01:00:00Z");
}

/// A claim by a clock that is far ahead holds nobody back.
#[tokio::test]
async fn a_lease_further_ahead_than_any_that_is_given_is_over() {
    let desk = Desk::open().await;
    let hour = at(13).mean(2.0);
    desk.publish(&hour).await;
    desk.aws.inject(Fault::before("sns:Publish", Answer::status(503)).nth(1));
    desk.event(&hour, time("2026-10-31T13:10:00Z")).await.unwrap_err();
    let key = "reports-state/routing/newsroom-prod/AllTraffic/diversity-hourly.json";
    let store = desk.store("reports-state");
    let state = store.get(&key["reports-state/".len()..], 1_000_000).await.unwrap();
    let mut state: serde_json::Value = serde_json::from_slice(&state).unwrap();
    state["outbox"][0]["owner"] = "somebody".into();
    state["outbox"][0]["lease_until"] = "2027-10-31T13:10:00Z".into();
    desk.put(key, state.to_string()).await;
    desk.event(&hour, time("2026-10-31T13:10:00Z") + SignedDuration::from_mins(1)).await.unwrap();
    assert_eq!(desk.queue().len(), 1);
}

/// Their windows overlap, and one that is judged a day later ends before all of them: what is newer is what was scheduled later.
#[tokio::test]
async fn windows_of_one_schedule_are_routed_in_the_order_of_their_scheduled_hours() {
    let day = Offsets { start: HOUR * -24, end: SignedDuration::ZERO };
    let day_before = Offsets { start: HOUR * -48, end: HOUR * -24 };
    for offsets in [day, day_before] {
        let desk = Desk::open().await;
        desk.tell(at(13).mean(2.0).looking_back(offsets)).await.unwrap();
        desk.tell(at(15).mean(6.5).looking_back(offsets)).await.unwrap();
        desk.tell_late(at(14).mean(2.5).looking_back(offsets), 2).await.unwrap();
        desk.tell(at(17).mean(6.5).looking_back(offsets)).await.unwrap();
        let subjects = desk.subjects();
        assert_eq!(subjects.len(), 4, "{subjects:#?}");
        let kinds: Vec<_> =
            desk.queue().iter().map(|told| told["payload"]["custom_details"]["kind"].clone()).collect();
        assert_eq!(kinds, ["announced", "resolved", "earlier", "resolved"]);
        let announced = &desk.queue()[0];
        assert_eq!(announced["payload"]["timestamp"], "2026-10-31T13:00:00Z");
        let text = announced["text"].as_str().unwrap();
        let window = offsets.window(time("2026-10-31T13:00:00Z")).unwrap().to_string();
        assert!(text.contains(&window), "{window} in {text}");
        let end = offsets.window(time("2026-10-31T14:00:00Z")).unwrap().end();
        assert!(desk.queue()[2]["text"].as_str().unwrap().contains(&format!("window to {end}")), "{end}");
        // What lies at another hour than its own says is of another run.
        let mut files = at(18).mean(2.0).looking_back(offsets).files();
        files.iter_mut().for_each(|(key, _)| *key = key.replace("/31/18/", "/31/19/"));
        for (key, bytes) in files {
            desk.put(&key, bytes).await;
        }
        let error = desk.event(&at(19), time("2026-10-31T19:10:00Z")).await.unwrap_err();
        assert_eq!(error.error_type, "MalformedInput");
    }
}
