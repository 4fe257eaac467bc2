//! Schedules over time, made of two genuine runs: one that held and one that was violated, each put into many hours.

use super::Page;
use super::inspection::Limits;
use crate::data_quality::traffic::{healthy, prepared};
use crate::harness::{Harness, nine, time};
use crate::model_quality::traffic;
use bellwether_page::index::{Untold, page, page_of_many};
use bellwether_pipeline::executions::Query;
use bellwether_pipeline::monitor::Monitor;
use bellwether_pipeline::monitors::data_quality::DataQuality;
use bellwether_pipeline::monitors::model_quality::ModelQuality;
use bellwether_pipeline::timeline::{Timeline, timeline};
use bellwether_storage::Store;
use jiff::{SignedDuration, Timestamp};
use serde_json::{Value, json};
use std::path::Path;
use tokio::sync::OnceCell;

/// What a page may take; a sheet more for so many hours that are listed because they were not within their limits.
const LIMITS: Limits = Limits { bytes: 200 * 1_024, printed: 14 };
const LISTED_ON_A_SHEET: usize = 24;
/// The hour of the first run.
const FIRST: &str = "2026-10-18T13:00:00Z";

/// What a run wrote.
#[derive(Clone)]
pub(super) struct Files {
    execution: Value,
    evaluation: String,
}

impl Files {
    fn name(&self, field: &str) -> &str {
        self.execution[field].as_str().expect("a name")
    }
}

/// A run that held, and one that was violated.
pub(super) type Genuine = &'static [Files; 2];

async fn of_run<M: Monitor>(site: Harness) -> Files {
    let run = Box::pin(site.run_as::<M>(&nine())).await.expect("a run").run;
    let execution = site.json(&format!("reports/{run}/execution.json")).await;
    let evaluation = site.json(&format!("reports/{run}/evaluation.json")).await.to_string();
    Files { execution, evaluation }
}

/// Of columns.
pub(super) async fn columns() -> Genuine {
    static RUNS: OnceCell<[Files; 2]> = OnceCell::const_new();
    let run = async |row: fn(usize) -> crate::data_quality::traffic::Row| {
        of_run::<DataQuality>(prepared(Harness::folder(), (0..300).map(row)).await).await
    };
    RUNS.get_or_init(|| async { [run(healthy).await, run(super::pages::changed).await] }).await
}

/// Of answers, whose metrics are aggregates.
pub(super) async fn answers() -> Genuine {
    static RUNS: OnceCell<[Files; 2]> = OnceCell::const_new();
    let run = async |wrong: u8| {
        let site = traffic::prepared(Harness::folder()).await;
        traffic::label_hour(&site, 8, 8, (0..600).map(|n| (n, wrong ^ traffic::label(n)))).await;
        of_run::<ModelQuality>(site).await
    };
    RUNS.get_or_init(|| async { [run(0).await, run(1).await] }).await
}

/// A schedule whose hours are letters: `.` held, `x` violated, `?` inconclusive, `0` without data, `f` failed, `!` unreadable, a blank
/// without a run. In the second half another baseline is in force.
fn written(root: &Path, of: Genuine, plan: &str) -> Timestamp {
    let [held, violated] = of;
    let first = time(FIRST);
    for (number, letter) in plan.chars().enumerate().filter(|(_, letter)| *letter != ' ') {
        let hour = first + SignedDuration::from_hours(number as i64);
        let folder = root.join(of[0].name("endpoint_name")).join(of[0].name("monitoring_schedule_name"));
        let folder = folder.join(hour.strftime("%Y/%m/%d/%H").to_string());
        std::fs::create_dir_all(&folder).expect("a folder");
        let files = if letter == 'x' { violated } else { held };
        let mut execution = files.execution.clone();
        execution["window"] = json!({ "start": hour - SignedDuration::from_hours(1), "end": hour });
        execution["baseline"] = json!(if number * 2 < plan.len() { "v1" } else { "v2" });
        let ended = match letter {
            '?' => Some(("Inconclusive", "no baseline is in force")),
            '0' => Some(("CompletedNoData", "no record was captured")),
            'f' => Some(("Failed", "all 1,203 lines cannot be read")),
            _ => None,
        };
        if let Some((status, message)) = ended {
            execution["monitoring_execution_status"] = json!(status);
            execution["exit_message"] = json!(format!("{status}: {message}"));
        }
        let text = if letter == '!' { "{\"version\": 1".to_owned() } else { execution.to_string() };
        std::fs::write(folder.join("execution.json"), text).expect("a file");
        std::fs::write(folder.join("evaluation.json"), &files.evaluation).expect("a file");
    }
    first + SignedDuration::from_hours(plan.len() as i64)
}

async fn read(root: &Path, of: Genuine, plan: &str) -> Timeline {
    let end = written(root, of, plan);
    let store = Store::new(&root.display().to_string().parse().expect("a place"), None).expect("a store");
    store.create_if_folder().await.expect("a folder");
    let asked = Query {
        endpoint: of[0].name("endpoint_name").parse().expect("a name"),
        schedule: of[0].name("monitoring_schedule_name").parse().expect("a name"),
        from: None,
        to: None,
    };
    timeline(&store, &asked, end).await.expect("a timeline")
}

/// Its page.
pub(super) async fn series(name: &str, of: Genuine, plan: &str) -> Page {
    let folder = tempfile::tempdir().expect("a folder");
    let read = read(folder.path(), of, plan).await;
    let schedule = read.schedule(&|run| Some(format!("../{run}/report.html")));
    let html = page(&schedule);
    let has_aggregates = of[0].execution["aggregates"].is_object() && plan.contains('.');
    assert_eq!(html.contains("id=\"aggregates\""), has_aggregates, "{name}");
    assert_eq!(
        html,
        page(&read.schedule(&|run| Some(format!("../{run}/report.html")))),
        "{name}: same input, same bytes"
    );
    let listed = plan.chars().filter(|letter| *letter != '.').count();
    let limits = Limits { printed: LIMITS.printed + listed / LISTED_ON_A_SHEET, ..LIMITS };
    Page { name: name.to_owned(), html, of: None, is_violated: false, limits, unexpected: Vec::new() }
}

/// Four schedules on one page, and two monitors of which nothing can be told.
pub(super) async fn of_many() -> Page {
    let folder = tempfile::tempdir().expect("a folder");
    let mut read = Vec::new();
    for (number, plan) in ["......", "..xx?x", "..0 ..", "!"].into_iter().enumerate() {
        read.push(self::read(&folder.path().join(number.to_string()), columns().await, plan).await);
    }
    let schedules: Vec<_> = read.iter().map(|read| read.schedule(&|_| None)).collect();
    let untold = ["churn", "</title><script>alert(1)</script>"].map(|name| Untold {
        name: name.to_owned(),
        why: "line 7: \"capture_url\" is no setting of any monitor; capture_uri is probably meant".to_owned(),
    });
    let html = page_of_many("monitors.yaml", &schedules, &untold);
    Page {
        name: "many schedules".to_owned(),
        html,
        of: None,
        is_violated: false,
        limits: LIMITS,
        unexpected: Vec::new(),
    }
}
