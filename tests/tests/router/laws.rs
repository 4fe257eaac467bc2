//! What was found is told, and what is told is true: outages, outlets that take turns, windows that overtake each other, and
//! checks that were not made.

use crate::harness::time;
use crate::routing::{HOUR, Routing, at};
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
    routing: &Routing,
    hour: &str,
    printer: fn(&Message) -> std::io::Result<()>,
) -> Result<Routed, String> {
    let lookup = |name: &str| (name == "REPORTS_URI").then(|| "s3://newsroom/reports".to_owned());
    let settings = RouterSettings::read(lookup).unwrap();
    let router = Router::new(settings, Some(&routing.harness.aws().clients()))
        .unwrap()
        .with_outlet(Outlet::Printed(printer));
    let key = format!("newsroom-prod/diversity-hourly/2026/10/31/{hour}/constraint_violations.json");
    let run = RunFolder::from_violations_key(&key).unwrap();
    let now = time("2026-10-31T00:11:00Z") + HOUR * hour.parse::<i32>().unwrap();
    let invocation = Caller { now, request_id: "by-hand".to_owned() };
    router.route(&run, &invocation).await.map_err(|error| error.error_type().to_owned())
}

#[tokio::test]
async fn every_violating_hour_is_heard_in_its_order_after_an_outage_of_the_topic() {
    let routing = Routing::open().await;
    routing.harness.aws().inject(Fault::before("sns:Publish", Answer::status(500)));
    for hour in [at(13).mean(4.5), at(14).mean(2.0)] {
        let error = routing.tell(hour).await.unwrap_err();
        assert_eq!(error.error_type, "NotificationUnavailable");
    }
    routing.harness.aws().clear_faults();
    routing.tell(at(15).mean(6.5)).await.unwrap();
    let subjects = routing.harness.subjects();
    assert_eq!(subjects.len(), 3, "{subjects:#?}");
    assert!(
        subjects[0].starts_with("WARNING: top10_category_diversity_p5, LessThanThreshold: 3.5, limit 5.0"),
        "{subjects:#?}"
    );
    assert!(subjects[1].starts_with("CRITICAL: top10_category_diversity_mean_floor: 2.0"), "{subjects:#?}");
    assert!(subjects[2].starts_with("RESOLVED"), "{subjects:#?}");
    assert_eq!(
        routing.harness.queue()[2]["payload"]["severity"],
        "critical",
        "who heard the beginning hears the end"
    );
}

#[tokio::test]
async fn what_waits_for_the_topic_is_not_printed_and_what_waits_for_a_printer_is_not_sent() {
    let routing = Routing::open().await;
    routing.harness.aws().inject(Fault::before("sns:Publish", Answer::status(500)));
    routing.tell(at(13).mean(2.0)).await.unwrap_err();
    routing.publish(&at(14).mean(6.5)).await;
    let full = |_: &Message| Err(std::io::Error::other("no space left on device"));
    assert_eq!(print(&routing, "14", full).await.unwrap_err(), "NotPrinted");
    let printed = print(&routing, "14", |_| Ok(())).await.unwrap();
    let subjects: Vec<&str> = printed.sent.iter().map(|message| message.subject.as_str()).collect();
    assert_eq!(subjects, ["RESOLVED: diversity is within its limits on newsroom-prod/AllTraffic"]);
    assert_eq!(print(&routing, "14", full).await.unwrap().sent.len(), 0, "printed once");
    routing.harness.aws().clear_faults();
    routing.tell(at(15).mean(6.5)).await.unwrap();
    let subjects = routing.harness.subjects();
    assert!(subjects.len() == 1 && subjects[0].starts_with("CRITICAL: top10"), "{subjects:#?}");
}

#[tokio::test]
async fn a_topic_that_is_gone_hands_its_messages_to_another_after_a_day() {
    let gone = Routing::with(&[("TOPIC_ARN", "arn:aws:sns:us-east-1:000000000000:gone")]).await;
    gone.tell(at(1).mean(2.0)).await.unwrap_err();
    let routing = gone.deployed(&[]);
    routing.tell(at(2).mean(2.0)).await.unwrap();
    assert_eq!(routing.harness.subjects().len(), 0);
    routing.tell(at(26).mean(2.0)).await.unwrap();
    let subjects = routing.harness.subjects();
    assert!(subjects.len() == 2 && subjects[1].starts_with("CRITICAL: still"), "{subjects:#?}");
}

#[tokio::test]
async fn a_violating_hour_that_a_healthy_one_overtook_is_told_and_its_end_too() {
    let routing = Routing::open().await;
    routing.tell(at(8).mean(6.5)).await.unwrap();
    routing.tell_late(at(7).mean(2.0), 1).await.unwrap();
    routing.tell(at(9).mean(6.5)).await.unwrap();
    let subjects = routing.harness.subjects();
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
    let routing = Routing::open().await;
    routing.tell(at(1).mean(2.0)).await.unwrap();
    for hour in 2..=24 {
        routing.tell(at(hour).mean(6.5).unseen()).await.unwrap();
    }
    assert!(
        routing.harness.subjects().iter().all(|subject| subject.starts_with("CRITICAL: ")),
        "{:#?}",
        routing.harness.subjects()
    );
    routing.tell(at(25).mean(6.5).unseen()).await.unwrap();
    routing.tell(at(26).mean(6.5).unseen()).await.unwrap();
    let last = routing.harness.queue().pop().unwrap();
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
    let routing = Routing::open().await;
    let hour = at(13).mean(2.0);
    routing.publish(&hour).await;
    routing.harness.aws().inject(Fault::before("sns:Publish", Answer::status(503)).nth(1));
    routing.event(&hour, time("2026-10-31T13:10:00Z")).await.unwrap_err();
    let key = "reports-state/routing/newsroom-prod/AllTraffic/diversity-hourly.json";
    let store = routing.harness.store("reports-state");
    let state = store.get(&key["reports-state/".len()..], 1_000_000).await.unwrap();
    let mut state: serde_json::Value = serde_json::from_slice(&state).unwrap();
    state["outbox"][0]["owner"] = "somebody".into();
    state["outbox"][0]["lease_until"] = "2027-10-31T13:10:00Z".into();
    routing.harness.put(key, state.to_string()).await;
    routing.event(&hour, time("2026-10-31T13:10:00Z") + SignedDuration::from_mins(1)).await.unwrap();
    assert_eq!(routing.harness.queue().len(), 1);
}

/// Their windows overlap, and one that is judged a day later ends before all of them: what is newer is what was scheduled later.
#[tokio::test]
async fn windows_of_one_schedule_are_routed_in_the_order_of_their_scheduled_hours() {
    let day = Offsets { start: HOUR * -24, end: SignedDuration::ZERO };
    let day_before = Offsets { start: HOUR * -48, end: HOUR * -24 };
    for offsets in [day, day_before] {
        let routing = Routing::open().await;
        routing.tell(at(13).mean(2.0).looking_back(offsets)).await.unwrap();
        routing.tell(at(15).mean(6.5).looking_back(offsets)).await.unwrap();
        routing.tell_late(at(14).mean(2.5).looking_back(offsets), 2).await.unwrap();
        routing.tell(at(17).mean(6.5).looking_back(offsets)).await.unwrap();
        let subjects = routing.harness.subjects();
        assert_eq!(subjects.len(), 4, "{subjects:#?}");
        let kinds: Vec<_> = routing
            .harness
            .queue()
            .iter()
            .map(|told| told["payload"]["custom_details"]["kind"].clone())
            .collect();
        assert_eq!(kinds, ["announced", "resolved", "earlier", "resolved"]);
        let announced = &routing.harness.queue()[0];
        assert_eq!(announced["payload"]["timestamp"], "2026-10-31T13:00:00Z");
        let text = announced["text"].as_str().unwrap();
        let window = offsets.window(time("2026-10-31T13:00:00Z")).unwrap().to_string();
        assert!(text.contains(&window), "{window} in {text}");
        let end = offsets.window(time("2026-10-31T14:00:00Z")).unwrap().end();
        assert!(
            routing.harness.queue()[2]["text"].as_str().unwrap().contains(&format!("window to {end}")),
            "{end}"
        );
        // What lies at another hour than its own says is of another run.
        let mut files = at(18).mean(2.0).looking_back(offsets).files();
        files.iter_mut().for_each(|(key, _)| *key = key.replace("/31/18/", "/31/19/"));
        for (key, bytes) in files {
            routing.harness.put(&key, bytes).await;
        }
        let error = routing.event(&at(19), time("2026-10-31T19:10:00Z")).await.unwrap_err();
        assert_eq!(error.error_type, "MalformedInput");
    }
}
