//! A baseline below the floor is announced once, however many find it.

use crate::desk::{Desk, TOPIC, time};
use bellwether_pipeline::baseline::BelowFloor;
use bellwether_pipeline::route::Invocation;
use bellwether_pipeline::route::baseline::announce;
use bellwether_pipeline::route::outbox::Outlet;
use bellwether_tests::answer::Answer;
use bellwether_tests::faults::Fault;
use futures::future::join_all;
use jiff::SignedDuration;

fn below(version: &str, digest: &str) -> BelowFloor {
    BelowFloor {
        endpoint_name: "newsroom-prod".parse().unwrap(),
        target_variant: "AllTraffic".parse().unwrap(),
        model_version: version.parse().unwrap(),
        metric_name: "top10_category_diversity_mean".to_owned(),
        mean: 1.5,
        floor: 4.0,
        current: None,
        object: format!("s3://newsroom/baselines/{version}/diversity_baseline.json"),
        digest: digest.to_owned(),
    }
}

async fn tell(desk: &Desk, below: &BelowFloor, after: SignedDuration) -> bool {
    let outlet = Outlet::new(Some(&desk.clients()), Some(TOPIC.parse().unwrap()));
    let now = time("2026-10-31T13:00:00Z") + after;
    let invocation = Invocation { now, request_id: "the-same".to_owned() };
    announce(below, &desk.store("baselines-state"), &outlet, &invocation).await.unwrap().is_some()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn once_a_baseline() {
    let desk = Desk::open().await;
    let (v8, at_once) = (below("v8", "d1"), SignedDuration::ZERO);
    let told = join_all((0..30).map(|_| tell(&desk, &v8, at_once))).await;
    assert_eq!(told.into_iter().filter(|told| *told).count(), 1);
    assert!(!tell(&desk, &v8, SignedDuration::from_hours(1)).await);
    assert!(tell(&desk, &below("v8", "d2"), at_once).await, "its manifest was changed");
    assert!(tell(&desk, &below("v9", "d3"), at_once).await);
    let keys: Vec<_> = desk.queue().iter().map(|body| body["dedup_key"].clone()).collect();
    assert_eq!(keys, ["newsroom-prod/AllTraffic/baseline"; 3]);
}

#[tokio::test]
async fn a_crash_repeats_the_same_message() {
    let desk = Desk::open().await;
    let v8 = below("v8", "d1");
    let crash = desk.aws.inject(Fault::after("sns:Publish", |_| Answer::hang()).nth(1));
    tokio::select! {
        told = tell(&desk, &v8, SignedDuration::ZERO) => panic!("{told}"),
        () = crash.first() => {}
    }
    assert!(tell(&desk, &v8, SignedDuration::from_secs(61)).await);
    assert!(!tell(&desk, &v8, SignedDuration::from_secs(122)).await);
    let queue = desk.queue();
    assert_eq!((queue.len(), &queue[0]), (2, &queue[1]));
}
