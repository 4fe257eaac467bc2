//! The page of a run of every monitor: it says what was judged, whoever judged it, and a browser is told what it is.

use super::world::World;
use crate::functions::{FUNCTIONS, Function};
use bellwether_contract::evaluation::{CheckOutcome, Evaluations};
use bellwether_contract::execution::Execution;
use bellwether_contract::json::from_slice;
use bellwether_contract::keys::{RunFolder, content_type};
use bellwether_pipeline::monitors::TABLE;
use bellwether_tests::local::BUCKET;

/// A run of each monitor: its execution, its checks, its page.
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

/// What stands behind a name in the table of all checks.
fn row<'p>(page: &'p str, of: &str) -> Option<&'p str> {
    let (_, evidence) = page.split_once("Limits as they were applied")?;
    let (_, row) = evidence.split_once(&format!("<bdi>{of}</bdi>"))?;
    row.split("</tr>").next()
}

#[tokio::test]
async fn every_judged_number_of_every_monitor_is_on_its_page() {
    let runs = runs().await;
    assert_eq!(runs.len(), TABLE.len());
    for (name, world, run) in runs {
        let tree = world.tree().await;
        let file = |file: &str| &tree[&format!("reports/{run}/{file}")];
        let evaluation: Evaluations = from_slice("evaluation.json", file("evaluation.json")).expect(name);
        let execution: Execution = from_slice("execution.json", file("execution.json")).expect(name);
        let page = String::from_utf8(file("report.html").clone()).expect("UTF-8");
        let (mut judged, mut violated) = (0, 0);
        for check in &evaluation.checks {
            let Some(numbers) = &check.judged else {
                let reason = check.reason.as_deref().expect("a reason");
                let told: String =
                    reason.chars().take_while(|character| !"\"<>&".contains(*character)).collect();
                assert!(page.contains(told.trim_end()), "{name}, {}: {reason}", check.name);
                continue;
            };
            let subjects = [numbers.metric_name.as_deref(), numbers.feature_name.as_deref()];
            let row = subjects.into_iter().flatten().find_map(|of| row(&page, of));
            let both =
                || Some(format!("{} {}", numbers.feature_name.as_ref()?, numbers.metric_name.as_ref()?));
            let row = row.or_else(|| self::row(&page, &both()?));
            let row = row.unwrap_or_else(|| panic!("{name}: {} has no row", check.name));
            let (value, limit) = numbers.told();
            assert!(
                row.contains(&value) && row.contains(&limit),
                "{name}, {}: {value}, {limit}: {row}",
                check.name
            );
            judged += 1;
            violated += usize::from(check.outcome == CheckOutcome::Violated);
        }
        assert_eq!(violated as u64, execution.violations, "{name}");
        assert!(judged > 0, "{name}: nothing was judged");
        for entry in &execution.judged {
            let (value, _) = entry.told();
            let (_, findings) = page.split_once("id=\"findings\"").expect("findings");
            let (findings, _) = findings.split_once("id=\"unjudged\"").expect("findings end");
            assert!(findings.contains(&format!("<b class=\"bad\">{value}</b>")), "{name}: {value}");
        }
        assert!(page.len() < 100_000, "{name}: {} bytes", page.len());
        let others: Vec<_> =
            execution.files.iter().filter(|file| file.name.name() != "report.html").collect();
        assert_eq!(others.len() + 1, execution.files.len(), "{name}");
        for file in others {
            assert!(page.contains(&file.sha256), "{name}: {}", file.name.name());
        }
        assert!(!page.contains(&execution.attempt.request_id), "{name}: the attempt is on the page");
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
