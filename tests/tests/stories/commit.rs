//! One verdict per window: racing attempts, answers that get lost, and windows that are opened again.

use crate::site::{
    Live, RUN, Site, Tree, assert_same, below, healthy, list_of, nine, recorded, sessions, ten_categories,
};
use aws_sdk_s3::config::retry::RetryConfig;
use bellwether_contract::execution::{Execution, Status};
use bellwether_pipeline::clients::Clients;
use bellwether_pipeline::commit::Committed;
use bellwether_pipeline::diversity_check::DiversityCheck;
use bellwether_pipeline::metrics::Sink;
use bellwether_pipeline::progress::nobody;
use bellwether_pipeline::scheduled::Invocation;
use bellwether_tests::answer::Answer;
use bellwether_tests::faults::Fault;
use bellwether_tests::simulator::Script;
use futures::future::join_all;
use sha2::{Digest, Sha256};
use std::sync::atomic::{AtomicUsize, Ordering};

const ATTEMPTS: usize = 24;

/// A live model: every answer differs from the one before, so that no two attempts hold the same lists.
fn fickle() -> Script {
    let turn = AtomicUsize::new(0);
    Script::answering(move |_| {
        Answer::recommendations(&list_of(5 + turn.fetch_add(1, Ordering::Relaxed) % 6))
    })
}

#[tokio::test(flavor = "multi_thread")]
async fn of_many_attempts_at_one_window_one_is_committed_and_whole() {
    for live in Live::both(8, fickle).await {
        let attempts = (0..ATTEMPTS).map(|number| {
            let invocation = Invocation { request_id: format!("attempt-{number}"), ..nine() };
            let site = &live.site;
            async move { site.run(&invocation).await }
        });
        let committed: Vec<Committed> =
            join_all(attempts).await.into_iter().collect::<Result<_, _>>().expect("every attempt ends well");
        assert_eq!(committed.iter().filter(|committed| committed.made_here).count(), 1);
        assert!(committed.iter().all(|other| other.execution == committed[0].execution));
        let tree = live.site.tree().await;
        assert_whole(&tree, RUN, &committed[0].execution);
        assert!(stages(&tree) > 1, "the attempts did not differ, so nothing was proved");
        assert_same_points(&live.site, &tree);
        // Late comers find the verdict and change nothing.
        let calls = live.endpoint.seen().len();
        let late = live.site.run(&nine()).await.expect("a verdict");
        assert!(!late.made_here && late.execution == committed[0].execution);
        assert_same(&live.site.tree().await, &tree);
        assert_eq!(live.endpoint.seen().len(), calls);
    }
}

/// The folder holds the five files of one attempt, with the digests that its execution.json names.
pub(crate) fn assert_whole(tree: &Tree, run: &str, execution: &Execution) {
    let names = [
        "constraint_violations.json",
        "constraints.json",
        "execution.json",
        "recommendations.jsonl.gz",
        "statistics.json",
    ];
    let files: Vec<_> = below(tree, run).into_iter().filter(|key| !key.contains("/revision-")).collect();
    let files = if run.contains("/revision-") { below(tree, run) } else { files };
    assert_eq!(files, names.map(|name| format!("{run}/{name}")));
    assert_eq!(execution.files.len(), 4);
    for file in &execution.files {
        let bytes = &tree[&format!("{run}/{}", file.name.name())];
        let digest: String = Sha256::digest(bytes).iter().map(|byte| format!("{byte:02x}")).collect();
        assert_eq!(
            (digest, bytes.len() as u64),
            (file.sha256.clone(), file.size_bytes),
            "{}",
            file.name.name()
        );
    }
    let on_disk: Execution = serde_json::from_slice(&tree[&format!("{run}/execution.json")]).expect("JSON");
    assert_eq!(on_disk, *execution);
}

fn stages(tree: &Tree) -> usize {
    let staged = below(tree, "reports-state/staged");
    staged.into_iter().filter(|key| key.ends_with("/statistics.json")).count()
}

/// A point that is sent again has the same value: alarms cannot tell.
fn assert_same_points(site: &Site, tree: &Tree) {
    if site.is_bucket() {
        let sent = site.aws().metrics();
        assert!(!sent.is_empty() && sent.iter().all(|request| *request == sent[0]));
    } else {
        let lines = String::from_utf8(tree["metrics/cloudwatch_metrics.jsonl"].clone()).expect("UTF-8");
        let lines: Vec<&str> = lines.lines().collect();
        let different: std::collections::BTreeSet<&str> = lines.iter().copied().collect();
        assert!(!different.is_empty() && lines.len().is_multiple_of(different.len()), "{lines:?}");
    }
}

async fn recorded_hour(site: Site) -> Site {
    site.put("inputs/catalog.json", ten_categories()).await;
    site.put("inputs/sessions.jsonl", sessions(10)).await;
    site.put("inputs/lists.jsonl", recorded([6; 10])).await;
    site
}

#[tokio::test]
async fn a_commit_whose_answer_was_lost_is_found_again() {
    let losses: [fn(Answer) -> Answer; 3] = [
        |_| Answer::reset(),
        |_| Answer::s3_error(503, "SlowDown"),
        |_| Answer::s3_error(500, "InternalError"),
    ];
    for loss in losses {
        for tries in [1, 4] {
            let site = recorded_hour(Site::bucket().await).await;
            let strikes =
                site.aws().inject(Fault::after("s3:PutObject", loss).at_path("/execution.json").nth(1));
            let config = site.aws().sdk_config().into_builder();
            let config = config.retry_config(RetryConfig::standard().with_max_attempts(tries)).build();
            let clients = Clients::new(&config);
            let sink = Sink::cloudwatch(&clients, Some("Bellwether".to_owned()));
            let check = DiversityCheck::new(site.settings().expect("settings"), Some(clients), sink)
                .expect("a check");
            let committed =
                check.run(&nine(), &nobody).await.unwrap_or_else(|error| panic!("{}", error.chain()));
            assert_eq!(strikes.count(), 1);
            assert!(committed.made_here, "the verdict that was found is our own");
            let tree = site.tree().await;
            assert_whole(&tree, RUN, &committed.execution);
            assert_eq!((stages(&tree), site.aws().metrics().len()), (1, 1));
        }
    }
}

#[tokio::test]
async fn an_outage_at_the_commit_is_an_error_and_the_next_attempt_makes_the_verdict() {
    let site = recorded_hour(Site::bucket().await).await;
    site.aws()
        .inject(Fault::before("s3:PutObject", Answer::s3_error(503, "SlowDown")).at_path("/execution.json"));
    let error = site.run(&nine()).await.map(|_| ()).expect_err("an outage");
    assert_eq!(error.error_type(), "StorageUnavailable");
    assert_eq!(below(&site.tree().await, "reports"), [""; 0]);
    site.aws().clear_faults();
    let committed = site.run_twice(&nine()).await;
    assert_whole(&site.tree().await, RUN, &committed.execution);
}

#[tokio::test]
async fn metrics_that_were_not_accepted_are_sent_by_the_next_attempt() {
    let site = recorded_hour(Site::bucket().await).await;
    site.aws().inject(Fault::before("monitoring:PutMetricData", Answer::status(503)).nth(1));
    let error = site.run(&nine()).await.map(|_| ()).expect_err("an outage");
    assert_eq!(error.error_type(), "MetricsUnavailable");
    assert!(error.chain().contains("Bellwether"), "{}", error.chain());
    let committed = site.run(&nine()).await.expect("a verdict");
    assert!(!committed.made_here, "the verdict was made, only its points were missing");
    assert_whole(&site.tree().await, RUN, &committed.execution);
    assert_eq!(site.aws().metrics().len(), 1);
    site.run(&nine()).await.expect("a verdict");
    assert_eq!(site.aws().metrics().len(), 1);
}

#[tokio::test]
async fn a_window_is_opened_again_once_and_its_points_are_not_sent_twice() {
    for site in Site::both().await {
        let site = recorded_hour(site).await;
        let first = site.run_twice(&nine()).await;
        let before = site.tree().await;
        site.put("inputs/lists.jsonl", recorded([2; 10])).await;
        let mut reopened = nine();
        reopened.trigger.reopen = true;
        let second = site.run_twice(&reopened).await;
        assert_eq!(first.execution.monitoring_execution_status, Status::Completed);
        assert_eq!(second.execution.monitoring_execution_status, Status::CompletedWithViolations);
        assert_eq!(second.execution.supersedes.as_deref(), Some(first.execution.digest.as_str()));
        let tree = site.tree().await;
        assert_whole(&tree, RUN, &first.execution);
        assert_whole(&tree, &format!("{RUN}/revision-2"), &second.execution);
        for key in before.keys().filter(|key| !key.starts_with("inputs/")) {
            assert!(tree[key] == before[key], "{key} has changed");
        }
        if site.is_bucket() {
            assert_eq!(site.aws().metrics().len(), 1);
        }
        // Whatever is found later, and whoever asks: the second verdict stands, and a plain tick means the first.
        site.put("inputs/lists.jsonl", recorded([9; 10])).await;
        let third = site.run(&reopened).await.expect("a verdict");
        assert!(!third.made_here && third.execution == second.execution);
        assert_eq!(site.run(&nine()).await.expect("a verdict").execution, first.execution);
    }
}

#[tokio::test]
async fn a_window_without_a_verdict_that_is_to_be_opened_again_is_just_judged() {
    let site = recorded_hour(Site::folder()).await;
    let mut reopened = nine();
    reopened.trigger.reopen = true;
    let committed = site.run(&reopened).await.expect("a verdict");
    assert_eq!((committed.run.revision, committed.execution.supersedes), (1, None));
}

#[tokio::test]
async fn a_window_may_be_opened_again_under_other_settings() {
    let mut site = recorded_hour(Site::folder()).await;
    let first = site.run_twice(&nine()).await;
    site.set("MIN_DIVERSITY", "8");
    let mut reopened = nine();
    reopened.trigger.reopen = true;
    let second = site.run_twice(&reopened).await;
    assert_eq!(second.execution.supersedes.as_deref(), Some(first.execution.digest.as_str()));
    assert_eq!(second.execution.monitoring_execution_status, Status::CompletedWithViolations);
}

#[tokio::test]
async fn a_quiet_live_hour_leaves_the_same_bytes_when_it_comes_twice() {
    for live in Live::both(10, healthy).await {
        live.site.run_twice(&nine()).await;
        assert_eq!(live.endpoint.seen().len(), 10, "a tick that came twice calls nobody twice");
    }
}
