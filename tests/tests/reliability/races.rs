//! Many attempts at once: one commit, one announcement, no mixture of two, and nothing of another window is touched.

use super::functions;
use super::newsroom::{Newsroom, final_names};
use crate::harness::functions::{FUNCTIONS, Function, named};
use crate::harness::recommender::list_of;
use crate::harness::{Harness, RUN, Tree, assert_same, assert_whole, nine, time};
use bellwether_contract::execution::Execution;
use bellwether_pipeline::scheduled::Invocation;
use bellwether_tests::answer;
use bellwether_tests::local::BUCKET;
use bellwether_tests::local::events::created;
use bellwether_tests::simulator::Script;
use futures::future::join_all;
use jiff::Timestamp;
use serde_json::{Value, json};
use std::sync::atomic::{AtomicUsize, Ordering};

const ATTEMPTS: usize = 24;
const ROUNDS: usize = 20;
/// Of what takes long and has been raced in another shape.
const FEW_ROUNDS: usize = 3;
const DAY: &str = "reports/newsroom-prod/diversity-hourly/2026/10/31";

/// A live model: every answer differs from the one before, so that no two attempts hold the same lists. All of them
/// are too uniform.
fn fickle() -> Script {
    let turn = AtomicUsize::new(0);
    Script::answering(move |_| {
        answer::Answer::recommendations(&list_of(1 + turn.fetch_add(1, Ordering::Relaxed) % 3))
    })
}

/// As many deliveries of one event, all at the same moment. All of them end well.
async fn at_once(newsroom: &Newsroom, function: &Function, event: &Value, now: Timestamp) {
    let deliveries = (0..ATTEMPTS).map(|_| newsroom.deliver_at(function, event.clone(), now));
    let ended: Result<Vec<_>, _> = join_all(deliveries).await.into_iter().collect();
    ended.unwrap_or_else(|error| panic!("{}: {error:?}", function.name));
}

/// How many different reports of one run were staged.
fn stages(tree: &Tree) -> usize {
    tree.keys().filter(|key| key.contains("/staged") && key.ends_with("/statistics.json")).count()
}

/// Every committed run is the work of one attempt.
fn assert_nothing_is_torn(tree: &Tree) {
    for (key, bytes) in tree.iter().filter(|(key, _)| key.ends_with("/execution.json")) {
        let execution: Execution = serde_json::from_slice(bytes).expect("JSON");
        assert_whole(tree, key.trim_end_matches("/execution.json"), &execution);
    }
}

/// How many different reports were staged, and whether the attempts asked the model themselves.
async fn race(function_under_test: &Function) -> (usize, bool) {
    let newsroom = Newsroom::with_endpoint(fickle()).await.ready_for(function_under_test).await;
    let (told, asked) = (newsroom.messages().len(), questions(&newsroom));
    at_once(&newsroom, function_under_test, &function_under_test.event(), newsroom.later()).await;
    let tree = newsroom.harness.tree().await;
    assert_nothing_is_torn(&tree);
    for event in newsroom.report_events().await {
        at_once(&newsroom, named("violation-router"), &event, newsroom.later()).await;
    }
    let messages = newsroom.messages();
    let news = functions::news(function_under_test);
    assert_eq!((told, messages.len()), (0, news), "{}: {messages:#?}", function_under_test.name);
    assert!(messages.values().all(|(_, times)| *times == 1), "{}", function_under_test.name);
    assert!(newsroom.metrics().0.len() <= 1, "{}: the points of two attempts", function_under_test.name);
    // Late comers find what was done and change nothing.
    newsroom.deliver(function_under_test, function_under_test.event()).await.expect("a late comer");
    assert_same(&final_names(&newsroom.harness.tree().await), &final_names(&tree));
    assert_eq!(newsroom.messages(), messages);
    (stages(&tree), asked < questions(&newsroom))
}

/// Calls of the model so far.
fn questions(newsroom: &Newsroom) -> u64 {
    newsroom.harness.aws().requests().get("sagemaker:InvokeEndpoint").copied().unwrap_or_default()
}

#[tokio::test(flavor = "multi_thread")]
async fn of_many_deliveries_at_once_one_is_committed_and_one_message_is_sent() {
    for function_under_test in FUNCTIONS {
        let (mut staged, mut asked) = (0, false);
        let rounds = if function_under_test.name == "diversity-check" { ROUNDS } else { FEW_ROUNDS };
        for _ in 0..rounds {
            let (stages, questions) = race(function_under_test).await;
            (staged, asked) = (staged + stages, questions);
        }
        assert!(!asked || staged > rounds, "the attempts did not differ, so nothing was proved");
    }
}

/// The same without Lambda and AWS: files and their locks.
#[tokio::test(flavor = "multi_thread")]
async fn of_many_attempts_in_a_folder_one_is_committed_and_whole() {
    for _ in 0..ROUNDS {
        let live = Harness::on_disk().replaying(8, fickle()).await;
        let attempts = (0..ATTEMPTS).map(|number| {
            let invocation = Invocation { request_id: format!("attempt-{number}"), ..nine() };
            let site = &live;
            async move { site.run(&invocation).await }
        });
        let committed: Result<Vec<_>, _> = join_all(attempts).await.into_iter().collect();
        let committed = committed.expect("every attempt ends well");
        assert_eq!(committed.iter().filter(|committed| committed.made_here).count(), 1);
        assert!(committed.iter().all(|other| other.execution == committed[0].execution));
        let tree = live.tree().await;
        assert_whole(&tree, RUN, &committed[0].execution);
        assert!(stages(&tree) > 1, "the attempts did not differ, so nothing was proved");
        let lines = String::from_utf8(tree["metrics/cloudwatch_metrics.jsonl"].clone()).expect("UTF-8");
        let lines: Vec<&str> = lines.lines().collect();
        let different: std::collections::BTreeSet<&str> = lines.iter().copied().collect();
        assert!(!different.is_empty() && lines.len().is_multiple_of(different.len()), "{lines:?}");
        let late = live.run(&nine()).await.expect("a verdict");
        assert!(!late.made_here && late.execution == committed[0].execution);
        assert_same(&live.tree().await, &tree);
    }
}

fn of_windows(ends: &[&str], tree: &Tree) -> Tree {
    let mut names = final_names(tree);
    let is_of = |key: &str, end: &&str| key.starts_with(&format!("{DAY}/{end}/"));
    names.retain(|key, _| ends.iter().any(|end| is_of(key, end)));
    names
}

fn tick(end: &str) -> Value {
    json!({ "scheduled_time": format!("2026-10-31T{end}:10:00Z") })
}

/// What two windows leave. Between them lies an hour: a run reads the lists of the hour before. The later tick may judge
/// that hour too, after its own: that is the reconciler's, and not looked at here.
async fn windows(ends: &[&str]) -> Newsroom {
    let newsroom = Newsroom::with_lists_of(2).await;
    let check = named("diversity-check");
    let races = ends.iter().map(|end| {
        let (event, now) = (tick(end), time(&format!("2026-10-31T{end}:10:00Z")));
        let newsroom = &newsroom;
        async move { at_once(newsroom, check, &event, now).await }
    });
    join_all(races).await;
    newsroom
}

#[tokio::test(flavor = "multi_thread")]
async fn two_windows_at_once_end_as_each_would_alone() {
    let mut alone = Tree::new();
    let mut points = Vec::new();
    for end in ["09", "11"] {
        let newsroom = windows(&[end]).await;
        alone.extend(of_windows(&[end], &newsroom.harness.tree().await));
        points.extend(newsroom.metrics().0);
    }
    for _ in 0..FEW_ROUNDS {
        let newsroom = windows(&["09", "11"]).await;
        let tree = newsroom.harness.tree().await;
        assert_nothing_is_torn(&tree);
        assert_same(&of_windows(&["09", "11"], &tree), &alone);
        let sent = newsroom.metrics().0;
        assert!(sent.len() <= 3 && points.iter().all(|point| sent.contains(point)));
        for end in ["09", "11"] {
            let key = format!("{DAY}/{end}/constraint_violations.json");
            let now = time("2026-10-31T11:11:00Z");
            newsroom
                .deliver_at(named("violation-router"), created(BUCKET, &key), now)
                .await
                .expect("a report");
        }
        assert_eq!(newsroom.messages().len(), 1, "the second window has the same violations: no news");
    }
}
