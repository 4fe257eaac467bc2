//! One verdict per window: commits whose answer is lost, and windows that are opened again.

use crate::harness::recommender::{healthy, recorded};
use crate::harness::{Harness, RUN, Tree, assert_whole, below, nine};
use aws_sdk_s3::config::retry::RetryConfig;
use bellwether_contract::constraints::Constraints;
use bellwether_contract::execution::{Execution, Status};
use bellwether_contract::statistics::Statistics;
use bellwether_pipeline::clients::Clients;
use bellwether_pipeline::commit::Committed;
use bellwether_pipeline::metrics::Sink;
use bellwether_pipeline::monitors::diversity::DiversityCheck;
use bellwether_pipeline::progress::nobody;
use bellwether_pipeline::report::Report;
use bellwether_tests::answer::Answer;
use bellwether_tests::faults::Fault;

fn stages(tree: &Tree) -> usize {
    let staged = below(tree, "reports-state/staged");
    staged.into_iter().filter(|key| key.ends_with("/statistics.json")).count()
}

async fn recorded_hour(site: Harness) -> Harness {
    site.put_lists([6; 10]).await;
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
            let site = recorded_hour(Harness::bucket().await).await;
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
async fn a_window_is_opened_again_once_and_its_points_are_not_sent_twice() {
    for site in Harness::both().await {
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
    let site = recorded_hour(Harness::folder()).await;
    let mut reopened = nine();
    reopened.trigger.reopen = true;
    let committed = site.run(&reopened).await.expect("a verdict");
    assert_eq!((committed.run.revision, committed.execution.supersedes), (1, None));
}

#[tokio::test]
async fn a_window_may_be_opened_again_under_other_settings() {
    let mut site = recorded_hour(Harness::folder()).await;
    let first = site.run_twice(&nine()).await;
    site.set("MIN_DIVERSITY", "8");
    let mut reopened = nine();
    reopened.trigger.reopen = true;
    let second = site.run_twice(&reopened).await;
    assert_eq!(second.execution.supersedes.as_deref(), Some(first.execution.digest.as_str()));
    assert_eq!(second.execution.monitoring_execution_status, Status::CompletedWithViolations);
}

/// A window has one verdict: a tick that comes under other settings completes it, and whoever asks sees by what it was made.
#[tokio::test]
async fn a_tick_under_other_settings_finds_the_verdict_and_leaves_it() {
    for site in Harness::both().await {
        let mut site = recorded_hour(site).await;
        let first = site.run_twice(&nine()).await;
        let before = site.tree().await;
        site.set("MIN_DIVERSITY", "8");
        let found = site.run(&nine()).await.unwrap_or_else(|error| panic!("{}", error.chain()));
        assert!(!found.made_here);
        assert_eq!(found.execution, first.execution);
        crate::harness::assert_same(&site.tree().await, &before);
        let mut again = nine();
        again.trigger.reopen = true;
        let second = site.run(&again).await.expect("a verdict").execution;
        assert_ne!(second.configuration_digest, first.execution.configuration_digest);
    }
}

#[tokio::test]
async fn a_quiet_live_hour_leaves_the_same_bytes_when_it_comes_twice() {
    for live in Harness::both_replaying(10, healthy).await {
        live.run_twice(&nine()).await;
        assert_eq!(live.model().seen().len(), 10, "a tick that came twice calls nobody twice");
    }
}

/// Removes everything below a folder.
async fn clear(site: &Harness, folder: &str) {
    for key in below(&site.tree().await, folder) {
        site.delete(key).await;
    }
}

/// The same number of bytes, one of them another.
fn altered(bytes: &[u8]) -> Vec<u8> {
    let mut bytes = bytes.to_vec();
    if let Some(last) = bytes.last_mut() {
        *last ^= 1;
    }
    bytes
}

#[tokio::test]
async fn a_report_file_that_is_gone_or_other_comes_back_with_the_next_tick() {
    for site in Harness::both().await {
        let site = recorded_hour(site).await;
        let execution = site.run_twice(&nine()).await.execution;
        let whole = site.tree().await;
        for file in &execution.files {
            let key = format!("{RUN}/{}", file.name.name());
            let longer = [whole[&key].as_slice(), b"\n"].concat();
            for other in [None, Some(altered(&whole[&key])), Some(longer), Some(Vec::new())] {
                match other {
                    None => site.delete(&key).await,
                    Some(bytes) => site.put(&key, bytes).await,
                }
                let made_here = site.run(&nine()).await.expect("a verdict").made_here;
                assert!(!made_here);
                crate::harness::assert_same(&site.tree().await, &whole);
            }
        }
    }
}

#[tokio::test]
async fn staged_bytes_that_are_other_than_committed_are_refused_by_name() {
    for site in Harness::both().await {
        let site = recorded_hour(site).await;
        let execution = site.run(&nine()).await.expect("a verdict").execution;
        let file = execution.files.iter().find(|file| file.name.name() == "statistics.json").expect("a file");
        let (name, digest) = (format!("{RUN}/statistics.json"), &execution.digest);
        let stage =
            format!("{}/{digest}/statistics.json", RUN.replacen("reports", "reports-state/staged", 1));
        let tree = site.tree().await;
        for bytes in [altered(&tree[&stage]), [tree[&stage].as_slice(), b" "].concat()] {
            site.delete(&name).await;
            site.put(&stage, bytes).await;
            let error = site.run(&nine()).await.expect_err("other bytes");
            assert_eq!(error.error_type(), "StageAltered");
            let text = error.to_string();
            assert!(text.contains(&stage) && text.contains(&file.sha256), "{text}");
            assert!(text.contains("its SHA-256 is") && text.contains("--reopen"), "{text}");
            assert!(!site.tree().await.contains_key(&name), "it is not published");
            // Mended, all is well.
            site.put(&stage, tree[&stage].clone()).await;
            site.run(&nine()).await.expect("a verdict");
            let mut now = site.tree().await;
            now.retain(|key, _| !key.starts_with("reports-state/attempts/"));
            crate::harness::assert_same(&now, &tree);
        }
    }
}

#[tokio::test]
async fn a_stage_may_expire_where_the_report_is_complete_and_is_missed_where_it_is_not() {
    for site in Harness::both().await {
        let site = recorded_hour(site).await;
        let first = site.run(&nine()).await.expect("a verdict").execution;
        clear(&site, "reports-state/staged").await;
        assert_eq!(site.run(&nine()).await.expect("a verdict").execution, first);
        site.delete(&format!("{RUN}/constraints.json")).await;
        let error = site.run(&nine()).await.expect_err("nowhere to restore it from");
        assert_eq!(error.error_type(), "StageExpired");
        let told = bellwether_pipeline::error::Told::from(&error);
        assert!(told.object.ends_with(&format!("{RUN}/constraints.json")), "{told}");
        assert!(told.message.contains("reports-state/staged/"), "{told}");
        assert_eq!(told.remedy, "judge the window again with --reopen, or {\"reopen\": true}");
        // What the remedy says works.
        let mut again = nine();
        again.trigger.reopen = true;
        let second = site.run(&again).await.expect("a verdict");
        assert_whole(&site.tree().await, &format!("{RUN}/revision-2"), &second.execution);
    }
}

/// It would block its window: whoever comes by would find it and could not read it.
#[tokio::test]
async fn a_verdict_that_is_too_large_to_be_read_is_neither_staged_nor_committed() {
    for site in Harness::both().await {
        let site = recorded_hour(site).await;
        let Committed { run, execution, .. } = site.run(&nine()).await.expect("a verdict");
        site.delete(&format!("{RUN}/execution.json")).await;
        let before = site.tree().await;
        let report = Report::of_baseline(&Statistics::default(), &Constraints::default()).expect("a report");
        let commit = async |warning: usize| {
            let (digest, warnings) = ("another".to_owned(), vec!["x".repeat(warning)]);
            let execution = Execution { digest, warnings, ..execution.clone() };
            let check = site.check().expect("a check");
            check.ledger().commit(&run, &report, execution).await
        };
        let most = usize::try_from(Execution::MAX_BYTES).expect("a length");
        let error = commit(most).await.expect_err("more than is read");
        assert_eq!(error.error_type(), "MalformedInput");
        let text = error.chain();
        assert!(text.contains("execution.json") && text.contains("judge fewer columns at a time"), "{text}");
        crate::harness::assert_same(&site.tree().await, &before);
        // What is committed is read again.
        let (_, made_here) = commit(most - 16 * 1024).await.expect("as much as is read");
        assert!(made_here);
        let found = site.run(&nine()).await.expect("a verdict");
        assert_eq!((found.made_here, found.execution.digest.as_str()), (false, "another"));
    }
}
