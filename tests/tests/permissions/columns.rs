//! What the data-quality function does in its life, with a small table of two columns.
//!
//! It judges no verdict, like the stories beside it.

use super::story::{
    baselines_uri, below, give_up_a_window, has, input_uri, lose_a_stage, parameter, put_document, put_input,
    reopen, reopen_day, tick, tick_of,
};
use super::world::World;
use bellwether_analysis::suggest::suggest;
use bellwether_analysis::table::TableProfile;
use bellwether_contract::json::to_vec;
use bellwether_newsroom::{ENDPOINT, VARIANT};
use serde_json::{Value, json};

pub(crate) const DATA_QUALITY: &str = "data-quality";
pub(crate) const SCHEDULE: &str = "columns-hourly";
pub(crate) const DAILY: &str = "columns-daily";
const ROWS: usize = 40;
const DECLARED: &str = "declared/selection.json";
const CONSTRAINTS: &str = "job/constraints.json";
const STATISTICS: &str = "job/statistics.json";

/// Whether the stack follows the baselines that it makes, or the files of a SageMaker job.
fn follows_baselines(world: &World) -> bool {
    has(world, "ModelsBucket")
}

/// Its entry in the document.
pub(crate) fn entry(world: &World) -> Value {
    if follows_baselines(world) {
        return json!({
            "name": SCHEDULE, "monitor": "data-quality", "baselines_uri": baselines_uri(world),
            "paths_uri": input_uri(world, DECLARED),
        });
    }
    json!({
        "name": SCHEDULE, "monitor": "data-quality",
        "baseline_constraints_uri": input_uri(world, CONSTRAINTS),
        "baseline_statistics_uri": input_uri(world, STATISTICS),
    })
}

/// An entry that judges two of its hours by what they kept.
pub(crate) fn daily(world: &World) -> Value {
    let mut daily = entry(world);
    for (key, value) in
        [("name", DAILY), ("of", SCHEDULE), ("every", "day"), ("window", "PT2H"), ("at_hour", "10")]
    {
        daily[key] = json!(value);
    }
    daily
}

/// An hour of records whose age is this text, or a number where there is none.
pub(crate) async fn put_records(world: &World, hour: &str, age: Option<&str>) {
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
    world.put("CaptureBucket", &below(world, "CapturePrefix", &name), lines).await;
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
async fn put_baseline(world: &mut World, is_noticed: bool) {
    let [constraints, statistics] = baseline();
    if !follows_baselines(world) {
        for (key, bytes) in [(CONSTRAINTS, constraints), (STATISTICS, statistics)] {
            if is_noticed {
                assert_eq!(
                    tick(world, DATA_QUALITY, "2026-10-31T08:10:00Z").await,
                    "ObjectNotFound",
                    "{key}"
                );
            }
            put_input(world, key, bytes).await;
        }
        return;
    }
    let prefix = format!("{}-baselines", parameter(world, "ReportsPrefix"));
    let at = |name: &str| format!("{prefix}/{ENDPOINT}/{VARIANT}/{name}");
    let pointer = json!({"model_version": "v1", "created_at": "2026-10-01T07:00:00Z"}).to_string();
    world.put("ReportsBucket", &at("current-data-quality.json"), pointer).await;
    world.put("ReportsBucket", &at("v1/data-quality/constraints.json"), constraints).await;
    world.put("ReportsBucket", &at("v1/data-quality/statistics.json"), statistics).await;
}

async fn put_declared(world: &World) {
    if follows_baselines(world) {
        put_input(world, DECLARED, r#"{"missing": {"age": ["-1"]}}"#).await;
    }
}

pub(crate) async fn data_quality(world: &mut World) {
    assert_eq!(tick(world, DATA_QUALITY, "2026-10-31T08:10:00Z").await, "ObjectNotFound", "no document");
    put_document(world).await;
    if follows_baselines(world) {
        let told = tick(world, DATA_QUALITY, "2026-10-31T08:10:00Z").await;
        assert_eq!(told, "ObjectNotFound", "no declared columns");
        put_declared(world).await;
    }
    if !follows_baselines(world) {
        put_baseline(world, true).await;
    }
    let told = tick(world, DATA_QUALITY, "2026-10-31T08:10:00Z").await;
    assert_eq!(told, "LocationNotFound", "no captures at all");
    for hour in ["07", "08", "09"] {
        put_records(world, hour, None).await;
    }
    let judged = if follows_baselines(world) { "Inconclusive" } else { "Completed" };
    assert_eq!(
        tick(world, DATA_QUALITY, "2026-10-31T08:10:00Z").await,
        judged,
        "no baseline, or one by name"
    );
    put_baseline(world, false).await;
    assert_eq!(tick(world, DATA_QUALITY, "2026-10-31T09:10:00Z").await, "Completed");
    assert_eq!(tick(world, DATA_QUALITY, "2026-10-31T09:10:00Z").await, "Completed", "the same tick again");
    // The first hour had no baseline, and so no names of columns.
    let kept = tick_of(world, DATA_QUALITY, DAILY, "2026-10-31T10:10:00Z").await;
    assert_eq!(kept, judged, "kept hours");
    let profiles = format!("{}-state/profiles/{ENDPOINT}/{SCHEDULE}/", parameter(world, "ReportsPrefix"));
    world.expire("ReportsBucket", &profiles).await;
    let again = reopen_day(world, DATA_QUALITY, DAILY).await;
    assert_eq!(again, "Inconclusive", "hours whose profiles are gone");
    assert_eq!(reopen(world, DATA_QUALITY).await, "Completed");
    lose_a_stage(world, DATA_QUALITY, SCHEDULE).await;
    give_up_a_window(world, DATA_QUALITY, SCHEDULE).await;
}

/// All that an hour needs whose ages are texts.
pub(crate) async fn prepare_violations(world: &mut World) {
    put_declared(world).await;
    put_baseline(world, false).await;
    // What the lists were captured in.
    world.expire("CaptureBucket", &below(world, "CapturePrefix", &format!("{ENDPOINT}/{VARIANT}/"))).await;
    put_records(world, "08", Some("unknown")).await;
}

/// The hour after it, alike.
pub(crate) async fn violate_again(world: &World) {
    put_records(world, "09", Some("unknown")).await;
}
