//! A simulated week, many times: whatever ticks, endpoint, catalogue and captures do, every window after the schedule's
//! first ends with exactly one execution, the router never goes back in time, and the heartbeat tells silence.
//!
//! The clock is virtual; pipeline, router, alarm definitions, stores and HTTP are real. A week follows from its seed, which
//! is printed where one fails: `WEEK_SEED=17 cargo test --test all week::` lives that one again.

mod monitored;
mod plan;
mod story;
mod truth;

use crate::harness::Harness;
use futures::stream::{StreamExt, iter};
use monitored::Monitored;
use std::future::Future;
use std::io::Write;
use std::ops::Range;
use story::Story;

/// What `.ci/run long` lives (`WEEKS=200`), and what a run lives that is not told.
const ALL_IN_FOLDERS: u64 = 200;
const FEW_IN_FOLDERS: u64 = 20;
const IN_BUCKETS: Range<u64> = 1_000..1_001;
/// Weeks that are lived side by side: most of their time is spent waiting for files and answers.
const AT_ONCE: usize = 8;

#[tokio::test(flavor = "multi_thread")]
async fn every_week_in_a_folder_ends_whole() {
    live(0..in_folders(), |seed| async move {
        Story::new(seed, Monitored::on(Harness::folder()).await).live().await
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn every_week_in_a_bucket_ends_whole() {
    live(IN_BUCKETS, |seed| async move {
        Story::new(seed, Monitored::on(Harness::bucket().await).await).live().await
    })
    .await;
}

/// How many weeks are lived in folders. Fewer than all of them is said where nobody can miss it.
fn in_folders() -> u64 {
    let weeks = std::env::var("WEEKS").ok();
    let weeks = weeks.map_or(FEW_IN_FOLDERS, |text| text.parse().expect("WEEKS is a number"));
    if weeks < ALL_IN_FOLDERS {
        let told = format!(
            "SHORTENED: {weeks} of {ALL_IN_FOLDERS} weeks in folders; WEEKS={ALL_IN_FOLDERS} lives all"
        );
        writeln!(std::io::stderr(), "{told}").expect("standard error");
    }
    weeks
}

/// Lives the weeks of these seeds, or of those that the environment names: `17`, or `17..40`.
async fn live<F: Future<Output = ()> + Send + 'static>(seeds: Range<u64>, week: impl Fn(u64) -> F) {
    let named = std::env::var("WEEK_SEED").ok().map(|text| {
        let (first, end) = text.split_once("..").unwrap_or((&text, ""));
        let number = |text: &str| text.parse::<u64>().expect("WEEK_SEED is a number, or two as in 0..200");
        number(first)..if end.is_empty() { number(first) + 1 } else { number(end) }
    });
    let seeds = named.unwrap_or(seeds);
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
        "seeds {failed:?} failed; WEEK_SEED={first} cargo test --test all week:: shows one alone"
    );
}
