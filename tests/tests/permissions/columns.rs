//! What the data-quality function does in its life, with a small table of two columns.
//!
//! It judges no verdict, like the stories beside it.

use super::audit::Audit;
use super::story::{
    baselines_uri, below, give_up_a_window, has, input_uri, lose_a_stage, parameter, put_document, put_input,
    reopen, reopen_day, tick, tick_of,
};
use bellwether_analysis::suggest::suggest;
use bellwether_analysis::table::TableProfile;
use bellwether_contract::json::to_vec;
use bellwether_newsroom::{ENDPOINT, VARIANT};
use bellwether_tests::answer::Answer;
use bellwether_tests::executions::Started;
use bellwether_tests::faults::Fault;
use hyper::header::CONTENT_LENGTH;
use regex::Regex;
use serde_json::{Value, json};

pub(crate) const DATA_QUALITY: &str = "data-quality";
pub(crate) const SCHEDULE: &str = "columns-hourly";
pub(crate) const DAILY: &str = "columns-daily";
const ROWS: usize = 40;
const DECLARED: &str = "declared/selection.json";
const CONSTRAINTS: &str = "job/constraints.json";
const STATISTICS: &str = "job/statistics.json";

/// Whether the stack follows the baselines that it makes, or the files of a SageMaker job.
fn follows_baselines(audit: &Audit) -> bool {
    has(audit, "ModelsBucket")
}

/// Its entry in the document.
pub(crate) fn entry(audit: &Audit) -> Value {
    if follows_baselines(audit) {
        return json!({
            "name": SCHEDULE, "monitor": "data-quality", "baselines_uri": baselines_uri(audit),
            "paths_uri": input_uri(audit, DECLARED),
        });
    }
    json!({
        "name": SCHEDULE, "monitor": "data-quality",
        "baseline_constraints_uri": input_uri(audit, CONSTRAINTS),
        "baseline_statistics_uri": input_uri(audit, STATISTICS),
    })
}

/// An entry that judges two of its hours by what they kept.
pub(crate) fn daily(audit: &Audit) -> Value {
    let mut daily = entry(audit);
    for (key, value) in
        [("name", DAILY), ("of", SCHEDULE), ("every", "day"), ("window", "PT2H"), ("at_hour", "10")]
    {
        daily[key] = json!(value);
    }
    daily
}

/// An hour of records whose age is this text, or a number where there is none.
pub(crate) async fn put_records(audit: &Audit, hour: &str, age: Option<&str>) {
    let side = |mode: &str, data: String| json!({"observedContentType": "text/csv", "mode": mode, "data": data, "encoding": "CSV"});
    let record = |n: usize| -> Value {
        let age = age.map_or_else(|| (20 + n % 10).to_string(), str::to_owned);
        json!({
            "captureData": {"endpointInput": side("INPUT", age), "endpointOutput": side("OUTPUT", format!("0.{n}"))},
            "eventMetadata": {"eventId": format!("00000000-0000-4000-8000-{n:012}"), "inferenceTime": format!("2026-10-31T{hour}:20:00Z")},
            "eventVersion": "0",
        })
    };
    let lines: String = (0..ROWS).map(|n| format!("{}\n", record(n))).collect();
    let name = format!(
        "{ENDPOINT}/{VARIANT}/2026/10/31/{hour}/20-00-000-0b7bfd33-c8a7-4adf-a09a-98fd0af79974.jsonl"
    );
    audit.put("CaptureBucket", &below(audit, "CapturePrefix", &name), lines).await;
}

/// Constraints and statistics of rows like those of [`put_records`].
fn baseline() -> [Vec<u8>; 2] {
    let mut table = TableProfile::with_columns(["score".to_owned(), "age".to_owned()]);
    for n in 0..ROWS {
        table.feature_mut(0).push_text(format!("0.{n}").as_bytes());
        table.feature_mut(1).push_text((20 + n % 10).to_string().as_bytes());
        table.end_rows(1);
    }
    let statistics = table.observe().statistics;
    [to_vec(&suggest(&statistics)), to_vec(&statistics)].map(|file| file.expect("finite"))
}

/// The baseline in force, or the named files, whichever the stack follows.
async fn put_baseline(audit: &mut Audit, is_noticed: bool) {
    let [constraints, statistics] = baseline();
    if !follows_baselines(audit) {
        for (key, bytes) in [(CONSTRAINTS, constraints), (STATISTICS, statistics)] {
            if is_noticed {
                assert_eq!(
                    tick(audit, DATA_QUALITY, "2026-10-31T08:10:00Z").await,
                    "ObjectNotFound",
                    "{key}"
                );
            }
            put_input(audit, key, bytes).await;
        }
        return;
    }
    let prefix = format!("{}-baselines", parameter(audit, "ReportsPrefix"));
    let at = |name: &str| format!("{prefix}/{ENDPOINT}/{VARIANT}/{name}");
    let pointer = json!({"model_version": "v1", "created_at": "2026-10-01T07:00:00Z"}).to_string();
    audit.put("ReportsBucket", &at("current-data-quality.json"), pointer).await;
    audit.put("ReportsBucket", &at("v1/data-quality/constraints.json"), constraints).await;
    audit.put("ReportsBucket", &at("v1/data-quality/statistics.json"), statistics).await;
}

async fn put_declared(audit: &Audit) {
    if follows_baselines(audit) {
        put_input(audit, DECLARED, r#"{"missing": {"age": ["-1"]}}"#).await;
    }
}

pub(crate) async fn data_quality(audit: &mut Audit) {
    assert_eq!(tick(audit, DATA_QUALITY, "2026-10-31T08:10:00Z").await, "ObjectNotFound", "no document");
    put_document(audit).await;
    if follows_baselines(audit) {
        let told = tick(audit, DATA_QUALITY, "2026-10-31T08:10:00Z").await;
        assert_eq!(told, "ObjectNotFound", "no declared columns");
        put_declared(audit).await;
    }
    if !follows_baselines(audit) {
        put_baseline(audit, true).await;
    }
    let told = tick(audit, DATA_QUALITY, "2026-10-31T08:10:00Z").await;
    assert_eq!(told, "LocationNotFound", "no captures at all");
    for hour in ["07", "08", "09"] {
        put_records(audit, hour, None).await;
    }
    let judged = if follows_baselines(audit) { "Inconclusive" } else { "Completed" };
    assert_eq!(
        tick(audit, DATA_QUALITY, "2026-10-31T08:10:00Z").await,
        judged,
        "no baseline, or one by name"
    );
    put_baseline(audit, false).await;
    assert_eq!(tick(audit, DATA_QUALITY, "2026-10-31T09:10:00Z").await, "Completed");
    assert_eq!(tick(audit, DATA_QUALITY, "2026-10-31T09:10:00Z").await, "Completed", "the same tick again");
    // The first hour had no baseline, and so no names of columns.
    let kept = tick_of(audit, DATA_QUALITY, DAILY, "2026-10-31T10:10:00Z").await;
    assert_eq!(kept, judged, "kept hours");
    let profiles = format!("{}-state/profiles/{ENDPOINT}/{SCHEDULE}/", parameter(audit, "ReportsPrefix"));
    audit.expire("ReportsBucket", &profiles).await;
    let again = reopen_day(audit, DATA_QUALITY, DAILY).await;
    assert_eq!(again, "Inconclusive", "hours whose profiles are gone");
    assert_eq!(reopen(audit, DATA_QUALITY).await, "Completed");
    lose_a_stage(audit, DATA_QUALITY, SCHEDULE).await;
    give_up_a_window(audit, DATA_QUALITY, SCHEDULE).await;
    hand_over_an_hour(audit).await;
}

/// An hour that S3 tells to be wide: it is planned, a part of it is read, and it is judged by that.
async fn hand_over_an_hour(audit: &mut Audit) {
    put_records(audit, "14", None).await;
    audit.aws.inject(Fault::after("s3:ListObjectsV2", as_wide).at_path("2026%2F10%2F31%2F14%2F"));
    let told = answered(audit, json!({"scheduled_time": "2026-10-31T15:10:00Z", "monitor": SCHEDULE})).await;
    assert_eq!(told["handed_over"]["parts"], 1, "{told}");
    let Started { input, .. } = audit.aws.started().pop().expect("an execution");
    let event = |part: Option<u64>| json!({"monitor": SCHEDULE, "window": input["window"], "reopen": false, "job": input["job"], "part": part});
    let early = audit.invoke(DATA_QUALITY, event(None), "2026-10-31T15:11:00Z").await;
    assert_eq!(early, Err("PartMissing".to_owned()), "no part");
    for _ in 0..2 {
        answered(audit, event(Some(0))).await;
    }
    assert_eq!(answered(audit, event(None)).await["monitoring_execution_status"], "Completed");
    audit.aws.clear_faults();
}

async fn answered(audit: &mut Audit, event: Value) -> Value {
    audit.invoke(DATA_QUALITY, event, "2026-10-31T15:12:00Z").await.expect("an answer")
}

/// As S3 would list files of nine gibibytes.
fn as_wide(mut answer: Answer) -> Answer {
    let text = String::from_utf8(answer.body.to_vec()).expect("a listing");
    let sizes = Regex::new("<Size>[0-9]+</Size>").expect("a pattern");
    answer.body = sizes.replace_all(&text, "<Size>9663676416</Size>").into_owned().into();
    answer.headers.remove(CONTENT_LENGTH);
    answer
}

/// All that an hour needs whose ages are texts.
pub(crate) async fn prepare_violations(audit: &mut Audit) {
    put_declared(audit).await;
    put_baseline(audit, false).await;
    // What the lists were captured in.
    audit.expire("CaptureBucket", &below(audit, "CapturePrefix", &format!("{ENDPOINT}/{VARIANT}/"))).await;
    put_records(audit, "08", Some("unknown")).await;
}

/// The hour after it, alike.
pub(crate) async fn violate_again(audit: &Audit) {
    put_records(audit, "09", Some("unknown")).await;
}
