//! However many files of a window are read at once, the bytes are the same: whatever lies in it, whoever measures it.
//!
//! Generated windows hold copies of records within files and across them, ids that many records share, records without any, lines
//! that cannot be read, and records of another hour.

use crate::harness::{Harness, Tree, nine};
use crate::stories::capture::record as list_record;
use crate::{data_quality, model_bias, model_explainability, model_quality};
use bellwether_analysis::captured_rows::{CapturedRows, Columns};
use bellwether_contract::parts::Cut;
use bellwether_pipeline::RunError;
use bellwether_pipeline::captures::{self, CaptureKind, Captured, LATE_FLUSH, Traffic, WindowReader};
use bellwether_pipeline::monitor::Monitor;
use bellwether_pipeline::monitors::data_quality::DataQuality;
use bellwether_pipeline::monitors::diversity::Diversity;
use bellwether_pipeline::monitors::model_bias::ModelBias;
use bellwether_pipeline::monitors::model_explainability::ModelExplainability;
use bellwether_pipeline::monitors::model_quality::ModelQuality;
use bellwether_pipeline::progress::nobody;
use bellwether_storage::Store;
use bellwether_tests::local::{groups, reasons};
use jiff::SignedDuration;
use proptest::prelude::*;
use proptest::test_runner::{Config, TestRunner};
use serde_json::{Value, json};
use std::fmt::Debug;
use std::future::Future;
use std::path::Path;
use tokio::runtime::{Builder, Runtime};

const THREADS: [&str; 3] = ["1", "2", "4"];
const SHARED: &str = "842e7fc2-2954-4a6e-b12a-a1f6d42fddbb";
/// Records of a monitor that windows are made of.
const RECORDS: usize = 700;

/// How a record comes.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Way {
    Whole,
    NoId,
    OfASharedId,
    Cut,
    BrokenPayload,
    Elsewhere,
    Replayed,
}

/// A file: records by their numbers.
pub(crate) type File = Vec<(usize, Way)>;

fn way() -> impl Strategy<Value = Way> {
    prop_oneof![
        12 => Just(Way::Whole),
        1 => Just(Way::NoId),
        1 => Just(Way::OfASharedId),
        1 => Just(Way::Cut),
        1 => Just(Way::BrokenPayload),
        1 => Just(Way::Elsewhere),
        1 => Just(Way::Replayed),
    ]
}

/// Some files share no record with others, as most do; in the rest anything may come again.
pub(crate) fn window() -> impl Strategy<Value = Vec<File>> {
    let apart = |file: usize| {
        let line = (0..50_usize, prop_oneof![20 => Just(Way::Whole), 1 => way()]);
        prop::collection::vec(line.prop_map(move |(n, way)| (200 + 50 * file + n, way)), 0..50)
    };
    let mixed = || prop::collection::vec((0..60_usize, way()), 0..40);
    let files = (0..10).map(|file| prop_oneof![2 => apart(file), 1 => mixed()]).collect::<Vec<_>>();
    (files, 0..11_usize).prop_map(|(mut files, count)| {
        files.truncate(count);
        files
    })
}

fn line(record: &Value, way: Way) -> String {
    let mut record = record.clone();
    let metadata = &mut record["eventMetadata"];
    match way {
        Way::NoId => drop(metadata.as_object_mut().expect("metadata").remove("eventId")),
        Way::OfASharedId => metadata["eventId"] = json!(SHARED),
        Way::Elsewhere => metadata["inferenceTime"] = json!("2026-10-31T07:59:59Z"),
        Way::Replayed => metadata["inferenceId"] = json!("replay-2026103109-4"),
        Way::BrokenPayload => record["captureData"]["endpointOutput"]["encoding"] = json!("XML"),
        Way::Whole | Way::Cut => {}
    }
    let text = record.to_string();
    let kept = if matches!(way, Way::Cut) { text.len() / 2 } else { text.len() };
    format!("{}\n", text.get(..kept).unwrap_or(&text))
}

/// A captured hour of a monitor, which is made anew for every window.
pub(crate) struct Hour {
    pub(crate) site: Harness,
    endpoint: &'static str,
    records: Vec<Value>,
}

impl Hour {
    fn folder(&self) -> String {
        format!("capture/{}/AllTraffic/2026/10/31/08", self.endpoint)
    }

    pub(crate) async fn capture(&self, window: &[File]) {
        // So that the hour is none of a variant that was never captured.
        let earlier = format!("capture/{}/AllTraffic/2026/10/31/07/00-00-000-x.jsonl", self.endpoint);
        self.site.put(&earlier, "").await;
        for key in self.site.tree().await.into_keys().filter(|key| key.starts_with(&self.folder())) {
            self.site.delete(&key).await;
        }
        for (number, file) in window.iter().enumerate() {
            let lines: String = file.iter().map(|(n, way)| line(&self.records[*n], *way)).collect();
            self.site.put(&format!("{}/{number:02}-00-000-x.jsonl", self.folder()), lines).await;
        }
    }

    /// What a run on so many threads leaves behind, without what differs from attempt to attempt.
    async fn report<M: Monitor>(&mut self, threads: &'static str) -> Tree {
        self.site.set("THREADS", threads);
        let made = async |site: &Harness| site.run_as::<M>(&nine()).await.map(|_| ());
        self.report_of(&format!("on-{threads}"), made).await
    }

    /// What runs leave behind that have their reports at a place of their own, without what differs from attempt to attempt.
    pub(crate) async fn report_of(
        &mut self,
        place: &str,
        runs: impl AsyncFnOnce(&Harness) -> Result<(), RunError>,
    ) -> Tree {
        self.site.set("REPORTS_URI", &format!("{{root}}/{place}/reports"));
        if self.site.variable("MERGED_URI").is_some() {
            self.site.set("MERGED_URI", &format!("{{root}}/{place}/merged"));
        }
        runs(&self.site).await.unwrap_or_else(|error| panic!("{}", error.chain()));
        let (reports, merged) = (format!("{place}/reports/"), format!("{place}/merged/"));
        let mut report = Tree::new();
        for (key, bytes) in self.site.tree().await {
            if !key.starts_with(&format!("{place}/")) {
                continue;
            }
            self.site.delete(&key).await;
            if key.starts_with(&reports) || key.starts_with(&merged) {
                let bytes = if key.ends_with("/execution.json") { without_attempt(&bytes) } else { bytes };
                report.insert(key[format!("{place}/").len()..].to_owned(), bytes);
            }
        }
        report
    }
}

fn without_attempt(execution: &[u8]) -> Vec<u8> {
    let mut execution: Value = serde_json::from_slice(execution).expect("JSON");
    execution.as_object_mut().expect("an object").remove("attempt").expect("an attempt");
    format!("{execution:#}").into_bytes()
}

pub(crate) fn runtime() -> Runtime {
    Builder::new_multi_thread().worker_threads(4).enable_all().build().expect("a runtime")
}

/// Holds for many windows.
pub(crate) fn for_windows<S: Strategy>(cases: u32, given: &S, holds: impl Fn(S::Value))
where
    S::Value: Debug,
{
    let config = Config { cases, failure_persistence: None, ..Config::default() };
    let ran = TestRunner::new(config).run(given, |window| {
        holds(window);
        Ok(())
    });
    ran.unwrap_or_else(|error| panic!("{error}"));
}

fn alike<M: Monitor>(hour: impl Future<Output = Hour>) {
    let runtime = runtime();
    let hour = tokio::sync::Mutex::new(runtime.block_on(hour));
    for_windows(24, &window(), |window| {
        runtime.block_on(async {
            let mut hour = hour.lock().await;
            hour.capture(&window).await;
            let alone = hour.report::<M>(THREADS[0]).await;
            assert!(alone.len() >= 4, "{:?}", alone.keys());
            for threads in &THREADS[1..] {
                crate::harness::assert_same(&hour.report::<M>(threads).await, &alone);
            }
        });
    });
}

fn records(record: impl Fn(usize) -> Value) -> Vec<Value> {
    (0..RECORDS).map(record).collect()
}

pub(crate) async fn of_columns() -> Hour {
    of_columns_at(Harness::folder()).await
}

pub(crate) async fn of_columns_at(site: Harness) -> Hour {
    use data_quality::traffic;
    let site = traffic::monitored(site);
    traffic::baseline(&site).await;
    let records = records(|n| traffic::record(n, &traffic::healthy(n)));
    Hour { site, endpoint: "churn-prod", records }
}

pub(crate) async fn of_lists() -> Hour {
    let site = Harness::folder().with("CAPTURE_URI", "{root}/capture").with("REPLAY", "none");
    site.put("inputs/catalog.json", crate::harness::recommender::ten_categories()).await;
    let at = |n: usize| format!("2026-10-31T08:{:02}:{:02}Z", n / 60, n % 60);
    let records = records(|n| list_record(n as u64, &at(n), 1 + n % 10));
    Hour { site, endpoint: "recommender-prod", records }
}

pub(crate) async fn of_labelled_answers() -> Hour {
    use model_quality::traffic;
    let site = traffic::monitored(Harness::folder());
    traffic::baseline(&site).await;
    traffic::label_hour(&site, 8, 8, (0..RECORDS).step_by(2).map(|n| (n, traffic::label(n)))).await;
    let csv = |n| traffic::csv(&traffic::score(n).to_string());
    let records = records(|n| traffic::record(8, n, &traffic::id(8, n), &csv(n)));
    Hour { site, endpoint: "churn-prod", records }
}

pub(crate) async fn of_groups() -> Hour {
    use model_bias::traffic;
    let site = traffic::with_baseline(Harness::folder()).await;
    traffic::label_hour(&site, 8, 8, (0..RECORDS).step_by(2)).await;
    let records = records(|n| groups::record(traffic::start(8), n, 40));
    Hour { site, endpoint: "loans-prod", records }
}

/// On the runtime on which its model answers.
pub(crate) async fn of_reasons() -> Hour {
    use model_explainability::traffic::{live, start};
    let site = live(Harness::folder(), reasons::Unit::Cents, reasons::script()).await;
    let records = records(|n| reasons::record(start(), n, reasons::Unit::Cents));
    Hour { site: site.with("EXPLAINED_ROWS", "20"), endpoint: reasons::ENDPOINT, records }
}

#[test]
fn columns_are_the_same_on_all_cores() {
    alike::<DataQuality>(of_columns());
}

#[test]
fn lists_are_the_same_on_all_cores() {
    alike::<Diversity>(of_lists());
}

#[test]
fn labelled_answers_and_their_merged_records_are_the_same_on_all_cores() {
    alike::<ModelQuality>(async {
        let Hour { site, endpoint, records } = of_labelled_answers().await;
        Hour { site: site.with("MERGED_URI", "{root}/merged"), endpoint, records }
    });
}

#[test]
fn groups_are_the_same_on_all_cores() {
    alike::<ModelBias>(of_groups());
}

#[test]
fn reasons_are_the_same_on_all_cores() {
    let runtime = runtime();
    let hour = runtime.block_on(of_reasons());
    alike::<ModelExplainability>(async { hour });
}

/// What a window comes to.
async fn read(root: &Path, threads: usize, cut: Cut) -> String {
    let (endpoint, variant) = ("churn-prod".parse().expect("a name"), "AllTraffic".parse().expect("a name"));
    let traffic = Traffic {
        store: &Store::Folder(root.join("capture")),
        endpoint: &endpoint,
        variant: &variant,
        window: nine().trigger.window,
        brought: None,
        kind: CaptureKind::Endpoint,
        cadence: SignedDuration::from_hours(1),
        late_flush: LATE_FLUSH,
        sample_payloads: true,
        threads,
        cut,
        reader: WindowReader::ThisRun,
        deadline: None,
        inputs: [0; 32],
    };
    let read = captures::read(traffic, CapturedRows::new(Columns::default()), &nobody).await;
    let Captured { profile, lines, unread, seen, first_widths } = read.expect("a window");
    let (table, lost) = profile.finish();
    format!("{:?} {lost:?} {lines:?} {unread:?} {seen} {first_widths:?}", table.observe())
}

/// Parts of a few files, some of them of wide windows: duplicates are looked for in each alone.
#[test]
fn parts_are_the_same_on_all_cores() {
    let runtime = runtime();
    let site = Harness::folder();
    let root = std::path::PathBuf::from(site.uri());
    let records = records(|n| data_quality::traffic::record(n, &data_quality::traffic::healthy(n)));
    let hour = Hour { site, endpoint: "churn-prod", records };
    let cut =
        (prop_oneof![Just(0), Just(9_000), Just(40_000)], prop_oneof![Just(0), Just(30_000), Just(u64::MAX)]);
    let given =
        (window(), cut.prop_map(|(part_bytes, wide_bytes)| Cut { part_bytes, wide_bytes, ..Cut::default() }));
    for_windows(60, &given, |(window, cut)| {
        runtime.block_on(async {
            hour.capture(&window).await;
            let alone = read(&root, 1, cut).await;
            for threads in [2, 4] {
                assert!(read(&root, threads, cut).await == alone, "{threads} threads, {cut:?}");
            }
            let is_wide = cut.wide_bytes == 0 && window.iter().any(|file| !file.is_empty());
            assert!(!is_wide || alone.contains("InPart"), "{alone}");
        });
    });
}
