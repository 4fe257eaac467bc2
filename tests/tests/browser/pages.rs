//! The pages that are opened: runs of every monitor in each way in which a run ends, tables from one column to two thousand, names
//! that mean harm, and schedules over time. All are drawn by whole runs.

mod answers;
mod baselines;
mod columns;
mod groups;
mod kinds;
mod lists;
mod reasons;

use super::Page;
use super::inspection::Limits;
use super::series::series;
use crate::harness::{Harness, nine};
use crate::page::lacks;
use bellwether_contract::execution::{Execution, Status};
use bellwether_pipeline::monitor::Monitor;
use bellwether_pipeline::monitors::TABLE;
use bellwether_pipeline::scheduled::Invocation;
use serde_json::json;
use std::collections::BTreeSet;
use tokio::sync::mpsc::Sender;

pub(super) use columns::changed;

/// What a page of a run may take.
const OF_A_RUN: Limits = Limits { bytes: 100 * 1_024, printed: 16 };
/// Whatever comes.
const OF_MANY_COLUMNS: Limits = Limits { bytes: 512 * 1_024, printed: 80 };
/// Ways in which a run ends.
const ENDINGS: [Status; 5] = [
    Status::Completed,
    Status::CompletedWithViolations,
    Status::CompletedNoData,
    Status::Inconclusive,
    Status::Failed,
];

/// Names that would run, break out, turn the direction, or never end.
const HOSTILE: [&str; 6] = [
    "\"><script>alert(1)</script>",
    "<img src=x onerror=alert(2)>",
    "</title></style><script>alert(3)</script>",
    "total\u{202e}evil\u{2066}",
    "\u{1b}[2J\u{1b}[31mred\u{7}",
    "javascript:alert(4)//' onload='alert(5)",
];

/// JSON in which a name is a hostile one.
fn with_a_hostile(name: &str, json: &str) -> String {
    json.replace(&json!(name).to_string(), &json!(HOSTILE[0]).to_string())
}

/// All of them, as they are made. The largest come early, so that the last ones are soon done.
pub(super) async fn all(made: Sender<Page>) {
    let mut of = BTreeSet::new();
    let mut hand_over = async |pages: Vec<Page>| {
        for page in pages {
            of.extend(page.of.map(|(monitor, status)| (monitor, status.to_string())));
            // Nobody takes them where a browser failed, which is told there.
            let _ = made.send(page).await;
        }
    };
    hand_over(Box::pin(lists::ended()).await).await;
    hand_over(Box::pin(columns::wide()).await).await;
    hand_over(Box::pin(over_time()).await).await;
    hand_over(Box::pin(columns::ended()).await).await;
    hand_over(Box::pin(answers::ended()).await).await;
    hand_over(Box::pin(kinds::ended()).await).await;
    hand_over(Box::pin(groups::ended()).await).await;
    hand_over(Box::pin(reasons::ended()).await).await;
    hand_over(Box::pin(baselines::suggested()).await).await;
    for monitor in TABLE {
        for status in ENDINGS {
            assert!(
                of.contains(&(monitor.name, status.to_string())),
                "no page of {} that ends as {status}",
                monitor.name
            );
        }
    }
}

/// The page of an hour of so little that it may end in any way.
async fn page_of_one<M: Monitor>(site: &Harness, name: &str) -> Page {
    let (page, _) = page_of_any::<M>(site, name, &nine()).await;
    page
}

/// Runs the hour that ends at nine and takes its page.
async fn page<M: Monitor>(site: &Harness, name: &str, status: Status) -> Page {
    page_at::<M>(site, name, status, &nine()).await
}

async fn page_at<M: Monitor>(site: &Harness, name: &str, status: Status, invocation: &Invocation) -> Page {
    let (page, execution) = page_of_any::<M>(site, name, invocation).await;
    let told = || format!("ended otherwise than as {status}: {}", execution.exit_message);
    let mut unexpected = page.unexpected;
    unexpected.extend((execution.monitoring_execution_status != status).then(told));
    Page { of: Some((M::NAME, status)), unexpected, ..page }
}

async fn page_of_any<M: Monitor>(site: &Harness, name: &str, invocation: &Invocation) -> (Page, Execution) {
    // On the heap: unoptimised, a run takes much of a test's stack.
    let made = Box::pin(site.run_as::<M>(invocation))
        .await
        .unwrap_or_else(|error| panic!("{name}: {}", error.chain()));
    let tree = site.tree().await;
    let unexpected = lacks(&tree, &format!("reports/{}", made.run)).into_iter();
    let html = tree[&format!("reports/{}/report.html", made.run)].clone();
    let page = Page {
        name: name.to_owned(),
        html: String::from_utf8(html).expect("UTF-8"),
        of: None,
        is_violated: made.execution.violations > 0,
        limits: OF_A_RUN,
        unexpected: unexpected.map(|lack| format!("it lacks {lack}")).collect(),
    };
    (page, made.execution)
}

/// The file of the hour's capture, as every story names it.
const CAPTURED: &str = "07-04-840-0b7bfd33-c8a7-4adf-a09a-98fd0af79974.jsonl";
/// Lines that no capture writes.
const UNREADABLE: &str = "{\"captureData\": {\"endpointInput\"\n";

/// The same site with an hour of other captured lines.
async fn captured(site: Harness, lines: &str) -> Harness {
    let endpoint = site.variable("ENDPOINT_NAME").expect("a name");
    site.put(&format!("capture/{endpoint}/AllTraffic/2026/10/31/08/{CAPTURED}"), lines).await;
    site
}

/// A fortnight that had everything, a quiet one, an hour, and nothing.
async fn over_time() -> Vec<Page> {
    let fortnight = format!("{}xx?xx xxx{}!.0..f....{}", ".".repeat(120), ".".repeat(48), ".".repeat(140));
    let (columns, mut pages) = (super::series::columns().await, Vec::new());
    for (name, plan) in [
        ("a fortnight with everything", fortnight.as_str()),
        ("a quiet fortnight", &".".repeat(336)),
        ("a bad fortnight", &"x".repeat(336)),
        ("one hour", "x"),
        ("hours that nobody judged", "? ? 0 f"),
        ("hours that cannot be read", "!!!"),
        ("no run", ""),
    ] {
        pages.push(series(name, columns, plan).await);
    }
    let fortnight = format!("{}xxx..x{}? .0..f....{}", ".".repeat(150), ".".repeat(60), ".".repeat(108));
    pages.push(series("a fortnight of answers", super::series::answers().await, &fortnight).await);
    pages.push(super::series::of_many().await);
    pages
}
