//! The pages that are opened: runs of every monitor in each way in which a run ends, tables from one column to two thousand, names
//! that mean harm, and schedules over time. All are drawn by whole runs.

mod answers;
mod columns;
mod groups;
mod lists;
mod reasons;

use super::Page;
use super::inspection::Limits;
use super::series::series;
use crate::site::{Site, nine};
use bellwether_contract::execution::Status;
use bellwether_pipeline::monitor::Monitor;
use bellwether_pipeline::monitors::TABLE;
use bellwether_pipeline::scheduled::Invocation;

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

/// All of them.
pub(super) async fn all() -> Vec<Page> {
    let mut pages = Vec::new();
    pages.extend(columns::ended().await);
    pages.extend(answers::ended().await);
    pages.extend(groups::ended().await);
    pages.extend(reasons::ended().await);
    pages.extend(lists::ended().await);
    let of: Vec<_> = pages.iter().filter_map(|page| page.of).collect();
    for monitor in TABLE {
        for status in ENDINGS {
            assert!(
                of.contains(&(monitor.name, status)),
                "no page of {} that ends as {status}",
                monitor.name
            );
        }
    }
    pages.extend(columns::wide().await);
    pages.extend(over_time().await);
    pages
}

/// Runs the hour that ends at nine and takes its page.
async fn page<M: Monitor>(site: &Site, name: &str, status: Status) -> Page {
    page_at::<M>(site, name, status, &nine()).await
}

async fn page_at<M: Monitor>(site: &Site, name: &str, status: Status, invocation: &Invocation) -> Page {
    let made = site.run_as::<M>(invocation).await.unwrap_or_else(|error| panic!("{name}: {}", error.chain()));
    let found = made.execution.monitoring_execution_status;
    let told = || format!("ended otherwise than as {status}: {}", made.execution.exit_message);
    let tree = site.tree().await;
    let key = format!("reports/{}/report.html", made.run);
    Page {
        name: name.to_owned(),
        html: String::from_utf8(tree[&key].clone()).expect("UTF-8"),
        of: Some((M::NAME, status)),
        is_violated: status == Status::CompletedWithViolations,
        limits: OF_A_RUN,
        unexpected: (found != status).then(told),
    }
}

/// The file of the hour's capture, as every story names it.
const CAPTURED: &str = "07-04-840-0b7bfd33-c8a7-4adf-a09a-98fd0af79974.jsonl";
/// Lines that no capture writes.
const UNREADABLE: &str = "{\"captureData\": {\"endpointInput\"\n";

/// The same site with an hour of other captured lines.
async fn captured(site: Site, lines: &str) -> Site {
    let endpoint = site.variable("ENDPOINT_NAME").expect("a name");
    site.put(&format!("capture/{endpoint}/AllTraffic/2026/10/31/08/{CAPTURED}"), lines).await;
    site
}

/// A fortnight that had everything, a quiet one, an hour, and nothing.
async fn over_time() -> Vec<Page> {
    let fortnight = format!("{}xx?xx xxx{}!.0..f....{}", ".".repeat(120), ".".repeat(48), ".".repeat(140));
    let mut pages = Vec::new();
    for (name, plan) in [
        ("a fortnight with everything", fortnight.as_str()),
        ("a quiet fortnight", &".".repeat(336)),
        ("a bad fortnight", &"x".repeat(336)),
        ("one hour", "x"),
        ("hours that nobody judged", "? ? 0 f"),
        ("hours that cannot be read", "!!!"),
        ("no run", ""),
    ] {
        pages.push(series(name, plan).await);
    }
    pages.push(super::series::of_many().await);
    pages
}
