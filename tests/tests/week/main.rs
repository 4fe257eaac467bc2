//! A simulated week, many times: whatever ticks, endpoint, catalogue and captures do, every window after the schedule's
//! first ends with exactly one execution, the router never goes back in time, and the heartbeat tells silence.
//!
//! The clock is virtual; pipeline, router, alarm definitions, stores and HTTP are real. A week follows from its seed, which
//! is printed where one fails: `WEEK_SEED=17 cargo test --test week` lives that one again.

mod place;
mod plan;
mod story;
mod truth;

use futures::stream::{StreamExt, iter};
use place::Place;
use std::future::Future;
use std::ops::Range;
use story::Story;

const IN_FOLDERS: Range<u64> = 0..200;
const IN_BUCKETS: Range<u64> = 1_000..1_002;
/// Weeks that are lived side by side: most of their time is spent waiting for files and answers.
const AT_ONCE: usize = 8;

#[tokio::test(flavor = "multi_thread")]
async fn every_week_in_a_folder_ends_whole() {
    live(IN_FOLDERS, |seed| async move { Story::new(seed, Place::folder().await).live().await }).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn every_week_in_a_bucket_ends_whole() {
    live(IN_BUCKETS, |seed| async move { Story::new(seed, Place::bucket().await).live().await }).await;
}

/// Lives the weeks of these seeds, or of the one that the environment names.
async fn live<F: Future<Output = ()> + Send + 'static>(seeds: Range<u64>, week: impl Fn(u64) -> F) {
    let one = std::env::var("WEEK_SEED").ok().map(|seed| seed.parse().expect("WEEK_SEED is a number"));
    let seeds = one.map_or(seeds, |seed| seed..seed + 1);
    let weeks = iter(seeds).map(|seed| {
        let lived = tokio::spawn(week(seed));
        async move { (seed, lived.await) }
    });
    let ended: Vec<_> = weeks.buffer_unordered(AT_ONCE).collect().await;
    let failed: Vec<u64> =
        ended.into_iter().filter(|(_, lived)| lived.is_err()).map(|(seed, _)| seed).collect();
    let first = failed.first().copied().unwrap_or_default();
    assert!(
        failed.is_empty(),
        "seeds {failed:?} failed; WEEK_SEED={first} cargo test --test week shows one alone"
    );
}
