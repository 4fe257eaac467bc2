//! Many events at once, in any order, more often than once.

use super::model::{CURRENT, NOW, SHELF, both, current, handle, manifest, publish, put_manifest, shelf};
use crate::harness::recommender::recorded;
use crate::harness::{BUCKET, Harness, below, time};
use bellwether_contract::baseline::{CurrentBaseline, DiversityBaseline};
use bellwether_contract::constraints::Constraints;
use bellwether_contract::json::from_slice;
use bellwether_contract::statistics::Statistics;
use bellwether_pipeline::progress::nobody;
use bellwether_tests::faults::Fault;
use bellwether_tests::local::events::created;
use fastrand::Rng;
use futures::future::join_all;
use std::sync::Arc;
use std::time::Duration;

/// Delivers every version's event three times, all at once, in the order of a seed.
async fn deliver_all(site: &Harness, versions: &[String], seed: u64) {
    let mut events: Vec<&String> = versions.iter().chain(versions).chain(versions).collect();
    Rng::with_seed(seed).shuffle(&mut events);
    if site.is_bucket() {
        let function = Arc::new(site.start("baseline"));
        let deliveries = events.into_iter().map(|version| {
            let (function, event) =
                (function.clone(), created(BUCKET, &format!("models/{version}/manifest.json")));
            tokio::spawn(async move { handle(&function, event).await.map(|_| ()) })
        });
        for delivery in join_all(deliveries).await {
            delivery.expect("nobody panics").unwrap_or_else(|(kind, message)| panic!("{kind}: {message}"));
        }
        return;
    }
    let baselines = Arc::new(site.baselines());
    let deliveries = events.into_iter().map(|version| {
        let (baselines, version) = (baselines.clone(), version.parse().expect("a version"));
        tokio::spawn(async move { baselines.generate(&version, time(NOW), None, &nobody).await.map(|_| ()) })
    });
    for delivery in join_all(deliveries).await {
        delivery.expect("nobody panics").unwrap_or_else(|error| panic!("{}", error.chain()));
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn of_24_events_for_8_versions_the_newest_is_in_force_and_each_has_one_baseline() {
    for seed in 0..3 {
        for site in both().await {
            // The names are not in the order of time: version 5 is the newest.
            let versions: Vec<String> = (0..8).map(|number| format!("2026.10-{number}")).collect();
            for (number, version) in versions.iter().enumerate() {
                let minute = (number + 2) % 8 * 7;
                publish(&site, version, &format!("2026-10-31T07:{minute:02}:00Z"), 4 + number % 6).await;
            }
            deliver_all(&site, &versions, seed).await;
            assert_eq!(current(&site).await, "2026.10-5", "seed {seed}");
            let tree = shelf(&site).await;
            let pointer: CurrentBaseline = from_slice(CURRENT, &tree[CURRENT]).expect("a pointer");
            assert_eq!(pointer.newest(), pointer.newest.clone().expect("the newest is known"));
            assert_eq!(tree.len(), 1 + 3 * versions.len(), "{:?}", tree.keys());
            for (number, version) in versions.iter().enumerate() {
                let folder = format!("{SHELF}/{version}");
                assert_eq!(below(&tree, &folder).len(), 3);
                let file = |name: &str| &tree[&format!("{folder}/{name}")];
                let baseline: DiversityBaseline =
                    from_slice(version, file("diversity_baseline.json")).expect("a baseline");
                let mean = baseline.recommendation_metrics.get("top10_category_diversity_mean");
                assert_eq!(mean.expect("a mean").value, (4 + number % 6) as f64);
                from_slice::<Statistics>(version, file("statistics.json")).expect("statistics");
                from_slice::<Constraints>(version, file("constraints.json")).expect("constraints");
            }
        }
    }
}

/// A delivery that had read the first manifest, and was held up until the second one's baseline was in force.
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn an_attempt_that_read_the_manifest_long_ago_leaves_its_successors_baseline() {
    let [_, site] = both().await;
    let function = site.start("baseline");
    for read in 1..=2 {
        let version = format!("v{read}");
        publish(&site, &version, "2026-10-31T07:00:00Z", 5).await;
        let (path, late) = (format!("{version}/manifest.json"), Duration::from_secs(2));
        let read_long_ago =
            Fault::after("s3:GetObject", move |answer| answer.delayed(late)).at_path(&path).nth(read);
        let held_up = site.aws().inject(read_long_ago);
        let versions = [version.clone()];
        let successor = async {
            held_up.first().await;
            publish(&site, &version, "2026-10-31T07:10:00Z", 8).await;
            deliver_all(&site, &versions, 1).await;
        };
        let (first, ()) =
            tokio::join!(handle(&function, created(BUCKET, &format!("models/{path}"))), successor);
        first.unwrap_or_else(|(kind, message)| panic!("{kind}: {message}"));
        let tree = shelf(&site).await;
        let commit = format!("{SHELF}/{version}/diversity_baseline.json");
        let baseline: DiversityBaseline = from_slice(&commit, &tree[&commit]).expect("a baseline");
        assert_eq!(baseline.created_at.to_string(), "2026-10-31T07:10:00Z", "reading {read}");
    }
}

/// Two manifests of one version, and two deliveries for each: the second manifest has the last word, in all files.
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_manifest_that_changes_under_way_leaves_no_mixture() {
    for site in both().await {
        publish(&site, "v2", "2026-10-31T07:00:00Z", 5).await;
        let versions = ["v2".to_owned()];
        let mut second = manifest(&site, "v2", "2026-10-31T07:10:00Z");
        second["recommendations"] = format!("{}/models/v2/again.jsonl", site.uri()).into();
        site.put("models/v2/again.jsonl", recorded([8; 10])).await;
        let overwrite = async {
            tokio::task::yield_now().await;
            put_manifest(&site, "v2", &second).await;
            deliver_all(&site, &versions, 2).await;
        };
        tokio::join!(deliver_all(&site, &versions, 1), overwrite);
        let tree = shelf(&site).await;
        let baseline: DiversityBaseline =
            from_slice("v2", &tree[&format!("{SHELF}/v2/diversity_baseline.json")]).expect("a baseline");
        let statistics: Statistics =
            from_slice("v2", &tree[&format!("{SHELF}/v2/statistics.json")]).expect("statistics");
        assert_eq!(statistics.recommendation_metrics, Some(baseline.recommendation_metrics.clone()));
        assert_eq!(
            baseline.recommendation_metrics.get("top10_category_diversity_mean").expect("a mean").value,
            8.0
        );
        let pointer: CurrentBaseline = from_slice(CURRENT, &tree[CURRENT]).expect("a pointer");
        assert_eq!(pointer.created_at, baseline.created_at);
    }
}
