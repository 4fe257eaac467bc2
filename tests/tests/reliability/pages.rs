//! The page of a run of every monitor: it says what was judged, and a browser is told what it is.

use super::newsroom::Newsroom;
use crate::harness::functions::{FUNCTIONS, Function};
use crate::page::says_everything;
use bellwether_contract::execution::Execution;
use bellwether_contract::keys::{RunFolder, content_type};
use bellwether_pipeline::monitors::TABLE;
use bellwether_pipeline::redrawn::page_of_a_run;
use bellwether_storage::Store;
use bellwether_tests::local::BUCKET;

/// A run of each monitor.
async fn runs() -> Vec<(&'static str, Newsroom, RunFolder)> {
    let is_monitor = |function: &&Function| TABLE.iter().any(|monitor| monitor.command == function.name);
    let mut runs = Vec::new();
    for function in FUNCTIONS.iter().filter(is_monitor) {
        let newsroom = Newsroom::with_lists_of(2).await;
        newsroom.deliver(function, function.event()).await.expect("a run");
        let tree = newsroom.harness.tree().await;
        let run = tree.keys().find_map(|key| RunFolder::from_execution_key(key.strip_prefix("reports/")?));
        runs.push((function.name, newsroom, run.unwrap_or_else(|| panic!("{}: no run", function.name))));
    }
    runs
}

#[tokio::test]
async fn every_monitor_leaves_a_page_that_says_everything() {
    let runs = runs().await;
    assert_eq!(runs.len(), TABLE.len());
    for (_, newsroom, run) in runs {
        says_everything(&newsroom.harness.tree().await, &format!("reports/{run}"));
    }
}

/// For a run whose page was lost, or that was made before pages were.
#[tokio::test]
async fn the_page_of_a_run_is_drawn_again_from_its_files() {
    for (name, newsroom, run) in runs().await {
        let s3 = newsroom.harness.aws().s3();
        let reports = Store::new(&format!("s3://{BUCKET}/reports").parse().expect("a place"), Some(&s3));
        let reports = reports.expect("a store");
        let again = page_of_a_run(&reports, Some(&s3), &run).await;
        let again = again.unwrap_or_else(|error| panic!("{name}: {}", error.chain()));
        let tree = newsroom.harness.tree().await;
        let page = String::from_utf8(tree[&format!("reports/{run}/report.html")].clone()).expect("UTF-8");
        // All but what the monitor drew of its memory, and the settings.
        for part in ["findings", "unjudged", "read"] {
            assert_eq!(section(&again, part), section(&page, part), "{name}: {part}");
        }
        let measured = section(&again, "measured");
        assert!(!measured.contains("Nothing beside the checks"), "{name}: {measured}");
        assert!(!measured.contains("What is missing here"), "{name}: {measured}");
        // Another baseline than the run was judged by is not drawn beside it.
        for (key, _) in tree.iter().filter(|(key, _)| key.contains("baseline")) {
            let put = s3.put_object().bucket(BUCKET).key(key).body(b"{}".to_vec().into());
            put.send().await.expect("an object");
        }
        let beside = page_of_a_run(&reports, Some(&s3), &run).await.expect("a page");
        let execution: Execution =
            serde_json::from_slice(&tree[&format!("reports/{run}/execution.json")]).expect("JSON");
        let is_told = section(&beside, "measured").contains("it is another file than it was then");
        assert_eq!(is_told, execution.baselines.iter().any(|file| file.uri.contains("baseline")), "{name}");
    }
}

fn section<'p>(page: &'p str, id: &str) -> &'p str {
    let (_, rest) = page.split_once(&format!("<h2 id=\"{id}\">")).unwrap_or_else(|| panic!("no {id}"));
    rest.split("</section>").next().unwrap_or_default()
}

#[tokio::test]
async fn every_object_of_a_run_is_served_as_what_it_is() {
    for (name, newsroom, run) in runs().await {
        let tree = newsroom.harness.tree().await;
        let mut pages = 0;
        for key in tree.keys().filter(|key| key.contains(&run.to_string())) {
            let head = newsroom
                .harness
                .aws()
                .s3()
                .head_object()
                .bucket(BUCKET)
                .key(key)
                .send()
                .await
                .expect("an object");
            assert_eq!(head.content_type(), Some(content_type(key)), "{name}: {key}");
            pages += usize::from(head.content_type() == Some("text/html; charset=utf-8"));
        }
        assert_eq!(pages, 2, "{name}: the stage and the final name");
    }
}
