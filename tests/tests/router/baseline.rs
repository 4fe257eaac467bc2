//! A baseline below the floor is announced once, however many find it, and its end is told once.

use crate::harness::time;
use crate::routing::{Routing, TOPIC};
use bellwether_contract::keys::BaselineFolder;
use bellwether_contract::routing::{Attributes, Message};
use bellwether_pipeline::route::Caller;
use bellwether_pipeline::route::baseline::{BelowFloor, End, Notice, Notified};
use bellwether_pipeline::route::outbox::Outlet;
use bellwether_storage::Store;
use bellwether_tests::answer::Answer;
use bellwether_tests::faults::Fault;
use futures::future::join_all;
use jiff::SignedDuration;

fn below(version: &str, digest: &str) -> BelowFloor {
    BelowFloor {
        kind: BaselineFolder::of_the_version("diversity"),
        endpoint_name: "newsroom-prod".parse().unwrap(),
        target_variant: "AllTraffic".parse().unwrap(),
        model_version: version.parse().unwrap(),
        created_at: time("2026-10-31T07:00:00Z"),
        metric_name: "top10_category_diversity_mean".to_owned(),
        value: 1.5,
        limit: 4.0,
        meaning: "The model recommends too uniformly on the validation set.",
        current: None,
        object: format!("s3://newsroom/baselines/{version}/diversity_baseline.json"),
        digest: digest.to_owned(),
    }
}

fn notice_of<'n>(below: &'n BelowFloor, state: &'n Store, outlet: &'n Outlet) -> Notice<'n> {
    Notice { kind: below.kind, state, outlet, of: below.of() }
}

/// Looks at the notice of a version: announces it, or ends it.
async fn look(
    routing: &Routing,
    below: &BelowFloor,
    end: Option<End<'_>>,
    after: SignedDuration,
) -> Notified {
    let outlet = Outlet::new(Some(&routing.harness.aws().clients()), Some(TOPIC.parse().unwrap()));
    let now = time("2026-10-31T13:00:00Z") + after;
    let invocation = Caller { now, request_id: "the-same".to_owned() };
    let state = routing.harness.store("baselines-state");
    let notice = notice_of(below, &state, &outlet);
    match end {
        None => notice.announce(below, &invocation).await.unwrap(),
        Some(end) => notice.settle(|_| Some(end), &invocation).await.unwrap(),
    }
}

async fn tell(routing: &Routing, below: &BelowFloor, after: SignedDuration) -> bool {
    !look(routing, below, None, after).await.sent.is_empty()
}

async fn end(routing: &Routing, below: &BelowFloor, end: End<'_>) -> Vec<Message> {
    look(routing, below, Some(end), SignedDuration::from_hours(2)).await.sent
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn once_a_baseline() {
    let routing = Routing::open().await;
    let (v8, at_once) = (below("v8", "d1"), SignedDuration::ZERO);
    let told = join_all((0..30).map(|_| tell(&routing, &v8, at_once))).await;
    assert_eq!(told.into_iter().filter(|told| *told).count(), 1);
    assert!(!tell(&routing, &v8, SignedDuration::from_hours(1)).await);
    assert!(tell(&routing, &below("v8", "d2"), at_once).await, "its manifest was changed");
    assert!(tell(&routing, &below("v9", "d3"), at_once).await);
    let keys: Vec<_> = routing.harness.queue().iter().map(|body| body["dedup_key"].clone()).collect();
    let (v8, v9) = ("newsroom-prod/AllTraffic/baseline/v8", "newsroom-prod/AllTraffic/baseline/v9");
    assert_eq!(keys, [v8, v8, v9], "each version is an incident of its own");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn the_end_is_told_once_and_what_falls_below_again_is_news() {
    let routing = Routing::open().await;
    let (v8, v9) = (below("v8", "d1"), "v9".parse().unwrap());
    assert!(end(&routing, &v8, End::Itself).await.is_empty(), "nothing was announced");
    tell(&routing, &v8, SignedDuration::ZERO).await;
    let ended = join_all((0..30).map(|_| end(&routing, &v8, End::Newer(&v9)))).await;
    assert_eq!(ended.iter().map(Vec::len).sum::<usize>(), 1);
    assert!(!tell(&routing, &v8, SignedDuration::from_hours(3)).await, "the same event again");
    assert!(
        tell(&routing, &below("v8", "d2"), SignedDuration::from_hours(3)).await,
        "its manifest was changed"
    );
    assert_eq!(end(&routing, &v8, End::Itself).await.len(), 1);
    assert!(tell(&routing, &below("v8", "d1"), SignedDuration::from_hours(4)).await, "it was good meanwhile");
    let queue = routing.harness.queue();
    let actions: Vec<_> = queue.iter().map(|body| body["event_action"].as_str().unwrap()).collect();
    assert_eq!(actions, ["trigger", "resolve", "trigger", "resolve", "trigger"]);
    let mut ids: Vec<_> = queue.iter().map(|body| body["message_id"].to_string()).collect();
    ids.sort_unstable();
    ids.dedup();
    assert_eq!(ids.len(), queue.len(), "no two messages have one id");
    assert!(queue.iter().all(|body| body["payload"]["severity"] == "critical"), "{queue:?}");
}

#[tokio::test]
async fn the_end_waits_behind_the_beginning_that_the_topic_refused() {
    let routing = Routing::open().await;
    let (v8, v9) = (below("v8", "d1"), "v9".parse().unwrap());
    routing.harness.aws().inject(Fault::before("sns:Publish", Answer::status(500)));
    let outlet = Outlet::new(Some(&routing.harness.aws().clients()), Some(TOPIC.parse().unwrap()));
    let state = routing.harness.store("baselines-state");
    let notice = notice_of(&v8, &state, &outlet);
    let invocation = Caller { now: time("2026-10-31T13:00:00Z"), request_id: "r".to_owned() };
    let error = notice.announce(&v8, &invocation).await.unwrap_err();
    assert_eq!(error.error_type(), "NotificationUnavailable");
    let error = notice.settle(|_| Some(End::Newer(&v9)), &invocation).await.unwrap_err();
    assert_eq!(error.error_type(), "NotificationUnavailable");
    routing.harness.aws().clear_faults();
    let nobody = Outlet::Printed(|_| panic!("it waits for the topic"));
    let by_hand = Notice { outlet: &nobody, ..notice };
    let told = by_hand.settle(|_| None, &invocation).await.unwrap();
    let waiting: Vec<&str> = told.waiting.iter().map(|waiting| waiting.message.subject.as_str()).collect();
    let (begin, end) = (
        "CRITICAL: baseline of model v8 is below the floor on newsroom-prod/AllTraffic",
        "RESOLVED: baseline of model v8 is superseded by that of v9 on newsroom-prod/AllTraffic",
    );
    assert_eq!((told.sent.len(), waiting), (0, vec![begin, end]));
    assert_eq!(notice.settle(|_| None, &invocation).await.unwrap().sent.len(), 2);
    assert_eq!(routing.harness.subjects(), [begin, end]);
    let attributes: Vec<Attributes> =
        told.waiting.into_iter().map(|waiting| waiting.message.attributes).collect();
    assert_eq!(
        Attributes { status: attributes[0].status.clone(), ..attributes[1].clone() },
        attributes[0],
        "every filter but that of the status hears both"
    );
}

#[tokio::test]
async fn a_crash_repeats_the_same_message() {
    let routing = Routing::open().await;
    let v8 = below("v8", "d1");
    let crash = routing.harness.aws().inject(Fault::after("sns:Publish", |_| Answer::hang()).nth(1));
    tokio::select! {
        told = tell(&routing, &v8, SignedDuration::ZERO) => panic!("{told}"),
        () = crash.first() => {}
    }
    assert!(tell(&routing, &v8, SignedDuration::from_secs(61)).await);
    assert!(!tell(&routing, &v8, SignedDuration::from_secs(122)).await);
    let queue = routing.harness.queue();
    assert_eq!((queue.len(), &queue[0]), (2, &queue[1]));
}
