//! The pages that are opened: runs of every monitor as they end, tables from one column to two thousand, names that mean harm, and
//! schedules over time. All are drawn by whole runs.

use super::Page;
use super::inspection::Limits;
use super::series::series;
use crate::data_quality::traffic as columns;
use crate::model_bias::traffic as groups;
use crate::model_explainability::traffic::Live as Reasons;
use crate::model_quality::traffic as answers;
use crate::site::{Live, Site, healthy, nine};
use bellwether_contract::execution::Status;
use bellwether_pipeline::monitor::Monitor;
use bellwether_pipeline::monitors::data_quality::DataQuality;
use bellwether_pipeline::monitors::diversity::Diversity;
use bellwether_pipeline::monitors::model_bias::ModelBias;
use bellwether_pipeline::monitors::model_explainability::ModelExplainability;
use bellwether_pipeline::monitors::model_quality::ModelQuality;
use bellwether_tests::answer::Answer;
use bellwether_tests::local::reasons::{Unit, script};
use bellwether_tests::simulator::Script;
use serde_json::{Value, json};

/// What a page of a run may take.
const OF_A_RUN: Limits = Limits { bytes: 100 * 1_024, printed: 16 };
/// Whatever comes.
const OF_MANY_COLUMNS: Limits = Limits { bytes: 512 * 1_024, printed: 80 };

/// All of them.
pub(super) async fn all() -> Vec<Page> {
    let mut pages = Vec::new();
    pages.extend(of_columns().await);
    pages.extend(of_wide_tables().await);
    pages.extend(of_answers().await);
    pages.extend(of_groups().await);
    pages.extend(of_reasons().await);
    pages.extend(of_lists().await);
    pages.extend(over_time().await);
    pages
}

/// Runs the hour that ends at nine and takes its page.
async fn page<M: Monitor>(site: &Site, name: &str, status: Status, limits: Limits) -> Page {
    let made = site.run_as::<M>(&nine()).await.unwrap_or_else(|error| panic!("{name}: {}", error.chain()));
    let found = made.execution.monitoring_execution_status;
    let told = || format!("ended otherwise than as {status}: {}", made.execution.exit_message);
    let unexpected = (found != status).then(told);
    let tree = site.tree().await;
    let key = format!("reports/{}/report.html", made.run);
    let html = String::from_utf8(tree[&key].clone()).expect("UTF-8");
    Page {
        name: name.to_owned(),
        html,
        is_violated: status == Status::CompletedWithViolations,
        limits,
        unexpected,
    }
}

/// A changed hour: other types, other values, nothing where something was.
pub(super) fn changed(n: usize) -> columns::Row {
    let age = if n.is_multiple_of(5) { "unknown".to_owned() } else { (20 + n % 50).to_string() };
    let plan = if n.is_multiple_of(4) { "trial" } else { ["basic", "plus", "family"][n % 3] };
    (format!("0.9{:02}", n % 100), format!("{age},{plan},"))
}

async fn of_columns() -> Vec<Page> {
    use columns::{capture, monitored, prepared, record};
    let page =
        async |site: Site, name: &str, status| page::<DataQuality>(&site, name, status, OF_A_RUN).await;
    let quiet = prepared(Site::folder(), (0..300).map(columns::healthy)).await;
    let moved = prepared(Site::folder(), (0..300).map(changed)).await;
    let one = prepared(Site::folder(), (0..1).map(columns::healthy)).await;
    let empty = prepared(Site::folder(), []).await;
    let broken = prepared(Site::folder(), []).await;
    let cut = json!({"data": "1,2\n3,4", "encoding": "CSV"});
    let records: Vec<Value> = (0..20).map(|n| columns::with_sides(n, &cut, &cut)).collect();
    capture(&broken, &records).await;
    let blind =
        monitored(Site::folder()).with("BASELINE_STATISTICS_URI", "").with("BASELINE_CONSTRAINTS_URI", "");
    let blind = blind.with("BASELINES_URI", "{root}/baselines");
    capture(&blind, &(0..30).map(|n| record(n, &columns::healthy(n))).collect::<Vec<_>>()).await;
    vec![
        page(quiet, "columns, healthy", Status::Completed).await,
        page(moved, "columns, violated", Status::CompletedWithViolations).await,
        page(one, "columns, one row", Status::Completed).await,
        page(empty, "columns, no data", Status::CompletedNoData).await,
        page(broken, "columns, failed", Status::Failed).await,
        page(blind, "columns, no baseline", Status::Inconclusive).await,
    ]
}

/// Names that would run, break out, turn the direction, or never end.
const HOSTILE: [&str; 6] = [
    "\"><script>alert(1)</script>",
    "<img src=x onerror=alert(2)>",
    "</title></style><script>alert(3)</script>",
    "total\u{202e}evil\u{2066}",
    "\u{1b}[2J\u{1b}[31mred\u{7}",
    "javascript:alert(4)//' onload='alert(5)",
];

/// So many columns with names of one's choice, every one of them changed.
async fn wide(names: &[String]) -> Site {
    let row = |value: &dyn Fn(usize) -> Value| -> Value {
        names
            .iter()
            .enumerate()
            .map(|(n, name)| (name.clone(), value(n)))
            .collect::<serde_json::Map<_, _>>()
            .into()
    };
    let rows: Vec<Value> = (0..12).map(|r| row(&|n| json!(1_000 + (n + r) % 7))).collect();
    let site = columns::monitored(Site::folder())
        .with("CAPTURE_INDEX_NAMES", "endpointInput")
        .with("BASELINE_STATISTICS_URI", "");
    let features: Vec<Value> = names
        .iter()
        .map(|name| json!({"name": name, "inferred_type": "String", "completeness": 1.0}))
        .collect();
    site.put("baseline/constraints.json", json!({"version": 0, "features": features}).to_string()).await;
    let side = |row: &Value| json!({"data": row.to_string(), "encoding": "JSON"});
    let records: Vec<Value> = rows
        .iter()
        .enumerate()
        .map(|(n, row)| columns::with_sides(n, &side(row), &json!({"data": "{}", "encoding": "JSON"})))
        .collect();
    columns::capture(&site, &records).await;
    site
}

async fn of_wide_tables() -> Vec<Page> {
    let mut pages = Vec::new();
    for (columns, limits) in [(1, OF_A_RUN), (15, OF_A_RUN), (500, OF_MANY_COLUMNS), (2_000, OF_MANY_COLUMNS)]
    {
        let names: Vec<String> =
            (0..columns).map(|n| format!("customer_account_history_feature_{n:04}")).collect();
        let name = format!("{columns} columns");
        pages.push(
            page::<DataQuality>(&wide(&names).await, &name, Status::CompletedWithViolations, limits).await,
        );
    }
    let long = ["x".repeat(600), "日本".repeat(150)];
    let names: Vec<String> = HOSTILE.map(str::to_owned).into_iter().chain(long).collect();
    pages.push(
        page::<DataQuality>(&wide(&names).await, "hostile names", Status::CompletedWithViolations, OF_A_RUN)
            .await,
    );
    pages
}

async fn of_answers() -> Vec<Page> {
    use answers::{label, label_hour, prepared};
    let page =
        async |site: Site, name: &str, status| page::<ModelQuality>(&site, name, status, OF_A_RUN).await;
    let right = prepared(Site::folder()).await;
    label_hour(&right, 8, 8, (0..600).map(|n| (n, label(n)))).await;
    let wrong = prepared(Site::folder()).await;
    label_hour(&wrong, 8, 8, (0..600).map(|n| (n, 1 - label(n)))).await;
    let unlabelled = prepared(Site::folder()).await;
    vec![
        page(right, "answers, healthy", Status::Completed).await,
        page(wrong, "answers, violated", Status::CompletedWithViolations).await,
        page(unlabelled, "answers, no label", Status::Inconclusive).await,
    ]
}

async fn of_groups() -> Vec<Page> {
    use groups::{capture, label_hour, monitored, prepared};
    let page = async |site: Site, name: &str, status| page::<ModelBias>(&site, name, status, OF_A_RUN).await;
    let fair = prepared(Site::folder(), 50).await;
    let unfair = prepared(Site::folder(), 20).await;
    let blind = monitored(Site::folder())
        .with("BASELINE_CONSTRAINTS_URI", "")
        .with("BASELINES_URI", "{root}/baselines");
    blind.put("analysis_config.json", bellwether_tests::local::groups::configuration().to_string()).await;
    capture(&blind, 8, 50).await;
    for site in [&fair, &unfair, &blind] {
        label_hour(site, 8, 8, 0..600).await;
    }
    vec![
        page(fair, "groups, healthy", Status::Completed).await,
        page(unfair, "groups, violated", Status::CompletedWithViolations).await,
        page(blind, "groups, no baseline", Status::Inconclusive).await,
    ]
}

async fn of_reasons() -> Vec<Page> {
    let mut pages = Vec::new();
    for (unit, name, status) in [
        (Unit::Cents, "reasons, healthy", Status::Completed),
        (Unit::Euros, "reasons, violated", Status::CompletedWithViolations),
    ] {
        let live = Reasons::start(Site::folder(), unit, script()).await;
        pages.push(page::<ModelExplainability>(&live.site, name, status, OF_A_RUN).await);
    }
    pages
}

async fn of_lists() -> Vec<Page> {
    let page_of =
        async |site: Site, name: &str, status| page::<Diversity>(&site, name, status, OF_A_RUN).await;
    let page =
        async |live: Live, name: &str, status| page::<Diversity>(&live.site, name, status, OF_A_RUN).await;
    let same = Answer::recommendations(&crate::site::list_of(1));
    let collapsed = Script::answering(move |_| same.clone());
    let quiet = Site::folder()
        .with("REPLAY", "none")
        .with("VALIDATION_SET_URI", "")
        .with("CAPTURE_URI", "{root}/capture");
    quiet.put("inputs/catalog.json", crate::site::ten_categories()).await;
    quiet.put("capture/recommender-prod/AllTraffic/2026/10/30/08/x.jsonl", "").await;
    vec![
        page(Live::start(Site::folder(), 60, healthy()).await, "lists, healthy", Status::Completed).await,
        page(
            Live::start(Site::folder(), 60, collapsed).await,
            "lists, violated",
            Status::CompletedWithViolations,
        )
        .await,
        page_of(quiet, "lists, no data", Status::CompletedNoData).await,
    ]
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
