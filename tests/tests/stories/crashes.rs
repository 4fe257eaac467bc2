//! A crash after every single side effect, followed by a retry, ends in the same final state.

use crate::commit::assert_whole;
use crate::site::{RUN, Site, Tree, nine, recorded, sessions, ten_categories};
use bellwether_contract::execution::Execution;
use bellwether_tests::answer::Answer;
use bellwether_tests::faults::Fault;

async fn site() -> Site {
    let site = Site::bucket().await;
    site.put("inputs/catalog.json", ten_categories()).await;
    site.put("inputs/sessions.jsonl", sessions(10)).await;
    site.put("inputs/lists.jsonl", recorded([6, 5, 7, 6, 5, 7, 6, 5, 7, 2])).await;
    site
}

/// What is compared: the bytes under the final names, and of execution.json all but the attempt.
fn final_state(tree: &Tree) -> Tree {
    let mut reports: Tree = tree
        .iter()
        .filter(|(key, _)| key.starts_with("reports/"))
        .map(|(key, bytes)| (key.clone(), bytes.clone()))
        .collect();
    let key = format!("{RUN}/execution.json");
    let mut execution: Execution = serde_json::from_slice(&reports[&key]).expect("JSON");
    execution.attempt = Default::default();
    reports.insert(key, serde_json::to_vec(&execution).expect("JSON"));
    reports
}

#[tokio::test]
async fn a_crash_after_any_side_effect_and_a_retry_end_in_the_same_state() {
    let undisturbed = site().await;
    undisturbed.run(&nine()).await.expect("a verdict");
    let expected = final_state(&undisturbed.tree().await);
    let points = undisturbed.aws().metrics();
    let (mut crashes, tick) = (0, nine());
    for effect in 1.. {
        let site = site().await;
        // The effect has happened, but its answer never comes: dropping the run is the crash.
        let strikes = site.aws().inject(Fault::after_side_effect(|_| Answer::hang()).nth(effect));
        tokio::select! {
            () = strikes.first() => crashes += 1,
            ended = site.run(&tick) => {
                ended.expect("a run that met no fault");
                break;
            }
        }
        site.aws().clear_faults();
        let committed = site.run(&tick).await.unwrap_or_else(|error| panic!("{effect}: {}", error.chain()));
        let tree = site.tree().await;
        assert_whole(&tree, RUN, &committed.execution);
        assert!(final_state(&tree) == expected, "after effect {effect}");
        let sent = site.aws().metrics();
        assert!(
            (1..=2).contains(&sent.len()) && sent.iter().all(|request| *request == points[0]),
            "{effect}"
        );
    }
    // Four staged files, the commit, four published files, their mark, the points, their mark.
    assert_eq!(crashes, 12);
}
