//! The page of a run of every monitor: it says what was judged, and a browser is told what it is.

use super::world::World;
use crate::functions::{FUNCTIONS, Function};
use crate::page::says_everything;
use bellwether_contract::keys::{RunFolder, content_type};
use bellwether_pipeline::monitors::TABLE;
use bellwether_tests::local::BUCKET;

/// A run of each monitor.
async fn runs() -> Vec<(&'static str, World, RunFolder)> {
    let is_monitor = |function: &&Function| TABLE.iter().any(|monitor| monitor.command == function.name);
    let mut runs = Vec::new();
    for function in FUNCTIONS.iter().filter(is_monitor) {
        let world = World::with_lists_of(2).await;
        world.deliver(function, function.event()).await.expect("a run");
        let tree = world.tree().await;
        let run = tree.keys().find_map(|key| RunFolder::from_execution_key(key.strip_prefix("reports/")?));
        runs.push((function.name, world, run.unwrap_or_else(|| panic!("{}: no run", function.name))));
    }
    runs
}

#[tokio::test]
async fn every_monitor_leaves_a_page_that_says_everything() {
    let runs = runs().await;
    assert_eq!(runs.len(), TABLE.len());
    for (_, world, run) in runs {
        says_everything(&world.tree().await, &format!("reports/{run}"));
    }
}

#[tokio::test]
async fn every_object_of_a_run_is_served_as_what_it_is() {
    for (name, world, run) in runs().await {
        let tree = world.tree().await;
        let mut pages = 0;
        for key in tree.keys().filter(|key| key.contains(&run.to_string())) {
            let head =
                world.aws().s3().head_object().bucket(BUCKET).key(key).send().await.expect("an object");
            assert_eq!(head.content_type(), Some(content_type(key)), "{name}: {key}");
            pages += usize::from(head.content_type() == Some("text/html; charset=utf-8"));
        }
        assert_eq!(pages, 2, "{name}: the stage and the final name");
    }
}
