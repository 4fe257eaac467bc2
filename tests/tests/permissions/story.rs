//! What each function does in its life, the ways that end early included: an object that is not there is asked for
//! as well.
//!
//! It judges no verdict; the stories do. Each step asserts how it ends, so that a path that is cut short is noticed.

use super::audit::Audit;
use super::{answers, columns, groups, reasons};
use bellwether_newsroom::{ENDPOINT, Model, SCHEDULE, VARIANT};
use bellwether_tests::answer::Answer;
use bellwether_tests::faults::Fault;
use bellwether_tests::local::events::created;
use bellwether_tests::recorded::Publish;
use serde_json::{Value, json};

const DIVERSITY: &str = "diversity-check";
const SESSIONS: usize = 20;

/// Whether this stack has a parameter that is not empty.
pub(crate) fn has(audit: &Audit, parameter: &str) -> bool {
    audit.stack.parameter(parameter).is_some_and(|value| !value.is_empty())
}

pub(crate) fn parameter<'a>(audit: &'a Audit, name: &str) -> &'a str {
    audit.stack.parameter(name).unwrap_or_default()
}

/// A key below the prefix that a parameter names; the prefix may be empty.
pub(crate) fn below(audit: &Audit, prefix: &str, key: &str) -> String {
    match parameter(audit, prefix) {
        "" => key.to_owned(),
        prefix => format!("{prefix}/{key}"),
    }
}

/// A second monitor of the same endpoint's lists.
const AGAIN: &str = "lists-again";
/// Where the document of monitors, and what it names, lies below.
const CATALOG: &str = "articles/catalog.json";
const VALIDATION_SET: &str = "held-out/validation.jsonl";

/// A location below the prefix of the stack's inputs.
pub(crate) fn input_uri(audit: &Audit, key: &str) -> String {
    format!("s3://{}/{}", parameter(audit, "InputsBucket"), below(audit, "InputsPrefix", key))
}

pub(crate) async fn put_input(audit: &Audit, key: &str, bytes: impl Into<Vec<u8>>) {
    audit.put("InputsBucket", &below(audit, "InputsPrefix", key), bytes).await;
}

/// Whether monitors of this stack may replay.
pub(crate) fn replays(audit: &Audit) -> bool {
    has(audit, "EndpointArns")
}

/// The document of monitors, with an entry of each kind for the one endpoint.
pub(crate) async fn put_document(audit: &Audit) {
    let (bucket, prefix) = (parameter(audit, "CaptureBucket"), parameter(audit, "CapturePrefix"));
    let captures = format!("s3://{bucket}/{prefix}");
    let lists = |name: &str| {
        json!({
            "name": name, "monitor": "diversity", "catalog_uri": input_uri(audit, CATALOG),
            "validation_set_uri": input_uri(audit, VALIDATION_SET), "baselines_uri": baselines_uri(audit),
            "replay": if replays(audit) { "sagemaker" } else { "none" },
        })
    };
    let [reason, again] = reasons::entries(audit);
    let document = json!({
        "version": 1,
        "defaults": {
            "endpoint_name": ENDPOINT, "variant_name": VARIANT, "capture_uri": captures.trim_end_matches('/'),
        },
        // Two that ask one endpoint take turns.
        "monitors": [
            lists(SCHEDULE), lists(AGAIN), columns::entry(audit), columns::daily(audit), answers::entry(audit), groups::entry(audit),
            reason, again,
        ],
    });
    put_input(audit, "monitors.yaml", document.to_string()).await;
}

pub(crate) fn baselines_uri(audit: &Audit) -> String {
    format!("s3://{}/{}-baselines", parameter(audit, "ReportsBucket"), parameter(audit, "ReportsPrefix"))
}

async fn put_catalog(audit: &Audit) {
    put_input(audit, CATALOG, audit.newsroom.catalog_json()).await;
}

async fn put_sessions(audit: &Audit) {
    let all = String::from_utf8(audit.newsroom.sessions_jsonl()).expect("UTF-8");
    let some: String = all.lines().take(SESSIONS).map(|line| format!("{line}\n")).collect();
    put_input(audit, VALIDATION_SET, some).await;
}

/// The captured traffic of an hour, and so many broken lines.
async fn put_captures(audit: &Audit, hour: &str, broken: usize) {
    let mut files = audit.newsroom.capture(Model::Healthy, hour.parse().expect("a time"), 7);
    files.truncate(2);
    files[0].1.extend(b"{\n".repeat(broken));
    for (name, bytes) in files {
        let key = below(audit, "CapturePrefix", &format!("{ENDPOINT}/{VARIANT}/{name}"));
        audit.put("CaptureBucket", &key, bytes).await;
    }
}

/// What becomes of a tick: the status of the run, or the type of the error.
pub(crate) async fn tick(audit: &mut Audit, folder: &str, at: &str) -> String {
    judge(audit, folder, json!({"scheduled_time": at, "monitor": schedule(folder)}), at).await
}

/// The same of an entry that is named.
pub(crate) async fn tick_of(audit: &mut Audit, folder: &str, monitor: &str, at: &str) -> String {
    judge(audit, folder, json!({"scheduled_time": at, "monitor": monitor}), at).await
}

/// The document's entry of a function's kind.
fn schedule(folder: &str) -> &'static str {
    match folder {
        DIVERSITY => SCHEDULE,
        answers::MODEL_QUALITY => answers::SCHEDULE,
        groups::MODEL_BIAS => groups::SCHEDULE,
        reasons::MODEL_EXPLAINABILITY => reasons::SCHEDULE,
        _ => columns::SCHEDULE,
    }
}

/// The hour from eight on, once more.
pub(crate) async fn reopen(audit: &mut Audit, folder: &str) -> String {
    let window = json!({"start": "2026-10-31T08:00:00Z", "end": "2026-10-31T09:00:00Z"});
    let again = json!({"window": window, "reopen": true, "monitor": schedule(folder)});
    judge(audit, folder, again, "2026-10-31T09:20:00Z").await
}

/// Two hours of an entry that is named, once more.
pub(crate) async fn reopen_day(audit: &mut Audit, folder: &str, monitor: &str) -> String {
    let window = json!({"start": "2026-10-31T07:00:00Z", "end": "2026-10-31T09:00:00Z"});
    let again = json!({"window": window, "reopen": true, "monitor": monitor});
    judge(audit, folder, again, "2026-10-31T10:20:00Z").await
}

async fn judge(audit: &mut Audit, folder: &str, event: Value, now: &str) -> String {
    match audit.invoke(folder, event, now).await {
        Ok(answer) => answer["monitoring_execution_status"].as_str().expect("a status").to_owned(),
        Err(error_type) => error_type,
    }
}

/// The tick of ten: committed and not published, and then the stage is gone.
pub(crate) async fn lose_a_stage(audit: &mut Audit, folder: &str, schedule: &str) {
    let broken = Fault::before("s3:PutObject", Answer::s3_error(503, "SlowDown"));
    audit.aws.inject(broken.at_path(format!("/{ENDPOINT}/{schedule}/2026/10/31/10/evaluation.json")));
    assert_eq!(tick(audit, folder, "2026-10-31T10:10:00Z").await, "StorageUnavailable");
    audit.aws.clear_faults();
    let reports = parameter(audit, "ReportsPrefix");
    audit
        .expire("ReportsBucket", &format!("{reports}-state/staged/{ENDPOINT}/{schedule}/2026/10/31/10/"))
        .await;
    assert_eq!(tick(audit, folder, "2026-10-31T10:10:00Z").await, "StageExpired");
}

pub(crate) async fn diversity_check(audit: &mut Audit) {
    assert_eq!(tick(audit, DIVERSITY, "2026-10-31T08:10:00Z").await, "ObjectNotFound", "no document");
    put_document(audit).await;
    assert_eq!(tick(audit, DIVERSITY, "2026-10-31T08:10:00Z").await, "ObjectNotFound", "no catalogue");
    put_catalog(audit).await;
    assert_eq!(
        tick(audit, DIVERSITY, "2026-10-31T08:10:00Z").await,
        "LocationNotFound",
        "no captures at all"
    );
    for hour in ["2026-10-31T07:00:00Z", "2026-10-31T08:00:00Z", "2026-10-31T09:00:00Z"] {
        put_captures(audit, hour, 0).await;
    }
    if replays(audit) {
        assert_eq!(
            tick(audit, DIVERSITY, "2026-10-31T08:10:00Z").await,
            "ObjectNotFound",
            "no validation set"
        );
    }
    put_sessions(audit).await;
    assert_eq!(
        tick(audit, DIVERSITY, "2026-10-31T08:10:00Z").await,
        "Completed",
        "no baseline, no hour before"
    );
    if has(audit, "ModelsBucket") {
        publish_version(audit, "v1", true, 5).await;
        deliver(audit, "v1").await.expect("a baseline");
    }
    assert_eq!(tick(audit, DIVERSITY, "2026-10-31T09:10:00Z").await, "Completed");
    assert_eq!(tick(audit, DIVERSITY, "2026-10-31T09:10:00Z").await, "Completed", "the same tick again");
    assert_eq!(reopen(audit, DIVERSITY).await, "Completed");
    lose_a_stage(audit, DIVERSITY, SCHEDULE).await;
    give_up_a_window(audit, DIVERSITY, SCHEDULE).await;
}

/// Who is started, and who could be behind.
pub(crate) async fn dispatch(audit: &mut Audit) {
    let no_document = dispatched(audit, "2026-10-31T08:10:00Z").await;
    assert_eq!(no_document, Err("ObjectNotFound".to_owned()), "no document");
    put_document(audit).await;
    for at in ["2026-10-31T08:10:00Z", "2026-10-31T09:10:00Z", "2026-10-31T10:10:00Z"] {
        let mut all = vec![SCHEDULE, AGAIN, columns::SCHEDULE, columns::DAILY, answers::SCHEDULE];
        all.extend([groups::SCHEDULE, reasons::SCHEDULE, reasons::AGAIN]);
        all.retain(|name| *name != columns::DAILY || at.contains("T10"));
        assert_eq!(dispatched(audit, at).await, Ok(json!(all)), "{at}");
    }
    put_catalog(audit).await;
    put_sessions(audit).await;
    put_captures(audit, "2026-10-31T10:00:00Z", 0).await;
    assert_eq!(tick(audit, DIVERSITY, "2026-10-31T11:10:00Z").await, "Completed");
    dispatched(audit, "2026-10-31T11:10:00Z").await.expect("an hour with an execution");
}

async fn dispatched(audit: &mut Audit, at: &str) -> Result<Value, String> {
    let answer = audit.invoke("dispatch", json!({"scheduled_time": at}), at).await?;
    Ok(answer["started"].clone())
}

/// A window without an execution that was tried in vain in three hours, and the tick that gives it up.
pub(crate) async fn give_up_a_window(audit: &mut Audit, folder: &str, schedule: &str) {
    let reports = parameter(audit, "ReportsPrefix").to_owned();
    let run = format!("{reports}-state/attempts/{ENDPOINT}/{schedule}/2026/10/31/11");
    let record = json!({"error_type": "StorageUnavailable", "error": "S3 did not answer"}).to_string();
    for hour in [10, 11, 12] {
        let key = format!("{run}/reconciler-20261031{hour}.json");
        audit.put("ReportsBucket", &key, record.clone()).await;
    }
    let told = tick(audit, folder, "2026-10-31T13:10:00Z").await;
    assert!(told.starts_with("Completed"), "{told}");
    // Removes it, and fails where it is not there.
    let given_up = format!("{reports}/{ENDPOINT}/{schedule}/2026/10/31/11/execution.json");
    audit.expire("ReportsBucket", &given_up).await;
}

/// A version with lists of its own, of so many distinct articles each, or one that is deployed already.
async fn publish_version(audit: &Audit, version: &str, lists: bool, distinct: usize) {
    let bucket = parameter(audit, "ModelsBucket");
    let lists_key = below(audit, "ModelsPrefix", &format!("{version}/lists.jsonl"));
    let day = version.trim_start_matches('v');
    let mut manifest = json!({
        "model_version": version, "created_at": format!("2026-10-{day:0>2}T07:00:00Z"),
        "endpoint_name": ENDPOINT, "target_variant": VARIANT, "deployed": !lists,
    });
    if lists {
        manifest["recommendations"] = json!(format!("s3://{bucket}/{lists_key}"));
    }
    if lists && distinct > 0 {
        // Articles take their sections in turn, so neighbours differ.
        let list: Vec<String> =
            (0..10).map(|place| format!("a{:04}", (place % distinct) + 12 * place)).collect();
        let line = |n| json!({"session_id": format!("s{n:04}"), "recommendations": list}).to_string() + "\n";
        audit.put("ModelsBucket", &lists_key, (0..SESSIONS).map(line).collect::<String>()).await;
    }
    let key = below(audit, "ModelsPrefix", &format!("{version}/manifest.json"));
    audit.put("ModelsBucket", &key, manifest.to_string()).await;
}

/// A version that names rows and no lists; the rows may not be there.
async fn publish_rows(audit: &Audit, version: &str, rows: Option<&str>) {
    let bucket = parameter(audit, "ModelsBucket");
    let key = below(audit, "ModelsPrefix", &format!("{version}/train.csv"));
    if let Some(rows) = rows {
        audit.put("ModelsBucket", &key, rows.to_owned()).await;
    }
    let day = version.trim_start_matches('v');
    let manifest = json!({
        "model_version": version, "created_at": format!("2026-10-{day:0>2}T07:00:00Z"),
        "endpoint_name": ENDPOINT, "target_variant": VARIANT,
        "training_dataset": {"uri": format!("s3://{bucket}/{key}"), "format": {"csv": {"header": true}}},
    });
    let key = below(audit, "ModelsPrefix", &format!("{version}/manifest.json"));
    audit.put("ModelsBucket", &key, manifest.to_string()).await;
}

async fn deliver(audit: &mut Audit, version: &str) -> Result<Value, String> {
    let key = below(audit, "ModelsPrefix", &format!("{version}/manifest.json"));
    let event = created(parameter(audit, "ModelsBucket"), &key);
    let answer = audit.invoke("baseline", event, "2026-10-31T07:00:10Z").await?;
    Ok(answer["baselines"][0]["standing"].clone())
}

/// What was told so far, as far as the version.
fn subjects(audit: &Audit) -> Vec<String> {
    let subject = |sent: &Publish| sent.subject.clone().unwrap_or_default();
    let words = |subject: String| subject.split(' ').take(5).collect::<Vec<_>>().join(" ");
    audit.aws.published().iter().map(subject).map(words).collect()
}

pub(crate) async fn baseline(audit: &mut Audit) {
    let missing = Err("ObjectNotFound".to_owned());
    assert_eq!(deliver(audit, "v1").await, missing, "no manifest");
    put_document(audit).await;
    publish_version(audit, "v1", true, 0).await;
    assert_eq!(deliver(audit, "v1").await, missing, "no catalogue");
    put_catalog(audit).await;
    assert_eq!(deliver(audit, "v1").await, missing, "no validation set");
    put_sessions(audit).await;
    assert_eq!(deliver(audit, "v1").await, missing, "no lists");
    publish_version(audit, "v1", true, 10).await;
    for _ in 0..2 {
        assert_eq!(deliver(audit, "v1").await, Ok(json!("current")));
    }
    if replays(audit) {
        publish_version(audit, "v2", false, 0).await;
        assert_eq!(deliver(audit, "v2").await, Ok(json!("current")));
    }
    publish_version(audit, "v3", true, 1).await;
    for _ in 0..2 {
        let standing = deliver(audit, "v3").await.expect("a baseline that is kept");
        assert_ne!(standing, json!("current"), "below the floor");
    }
    assert_eq!(subjects(audit), ["CRITICAL: baseline of model v3"]);
    // Committed and not published, and then the stage is gone.
    publish_version(audit, "v4", true, 10).await;
    let broken = Fault::before("s3:PutObject", Answer::s3_error(503, "SlowDown"));
    audit.aws.inject(broken.at_path(format!("/{ENDPOINT}/{VARIANT}/v4/statistics.json")));
    assert_eq!(deliver(audit, "v4").await, Err("StorageUnavailable".to_owned()));
    audit.aws.clear_faults();
    let state = format!("{}-baselines-state", parameter(audit, "ReportsPrefix"));
    audit.expire("ReportsBucket", &format!("{state}/staged-baselines/{ENDPOINT}/{VARIANT}/v4/")).await;
    assert_eq!(deliver(audit, "v4").await, Err("StageExpired".to_owned()), "no stage");
    publish_version(audit, "v6", true, 10).await;
    for _ in 0..2 {
        assert_eq!(deliver(audit, "v6").await, Ok(json!("current")));
    }
    assert_eq!(subjects(audit), ["CRITICAL: baseline of model v3", "RESOLVED: baseline of model v3"]);
    publish_rows(audit, "v5", None).await;
    assert_eq!(deliver(audit, "v5").await, missing, "no rows");
    publish_rows(audit, "v5", Some("reader\n1\n2\n")).await;
    for _ in 0..2 {
        assert_eq!(deliver(audit, "v5").await, Ok(Value::Null), "kept, and no list was measured");
    }
}

/// How many messages a run's report brings.
async fn route(audit: &mut Audit, schedule: &str, run: &str) -> Result<usize, String> {
    let reports = parameter(audit, "ReportsPrefix");
    let key = format!("{reports}/{ENDPOINT}/{schedule}/{run}/constraint_violations.json");
    let event = created(parameter(audit, "ReportsBucket"), &key);
    let now = if run.ends_with("/10") { "2026-10-31T10:30:00Z" } else { "2026-10-31T09:30:00Z" };
    let answer = audit.invoke("violation-router", event, now).await?;
    Ok(answer["routed"][0]["sent"].as_array().expect("messages").len())
}

/// Every message that a monitor's hour may bring.
async fn route_all(audit: &mut Audit, folder: &str, schedule: &str) {
    assert_eq!(tick(audit, folder, "2026-10-31T09:10:00Z").await, "CompletedWithViolations");
    assert_eq!(reopen(audit, folder).await, "CompletedWithViolations");
    assert_eq!(route(audit, schedule, "2026/10/31/09").await, Ok(1));
    assert_eq!(route(audit, schedule, "2026/10/31/09").await, Ok(0), "the same event again");
    assert_eq!(
        route(audit, schedule, "2026/10/31/09/revision-2").await,
        Ok(0),
        "an identical verdict corrects nothing"
    );
}

pub(crate) async fn violation_router(audit: &mut Audit) {
    let nothing = Err("ObjectNotFound".to_owned());
    for schedule in [SCHEDULE, columns::SCHEDULE] {
        assert_eq!(route(audit, schedule, "2026/10/31/09").await, nothing, "no report");
    }
    put_document(audit).await;
    put_catalog(audit).await;
    put_sessions(audit).await;
    put_captures(audit, "2026-10-31T08:00:00Z", 20).await;
    route_all(audit, DIVERSITY, SCHEDULE).await;
    columns::prepare_violations(audit).await;
    route_all(audit, columns::DATA_QUALITY, columns::SCHEDULE).await;
    // What stays pages.
    columns::violate_again(audit).await;
    assert_eq!(tick(audit, columns::DATA_QUALITY, "2026-10-31T10:10:00Z").await, "CompletedWithViolations");
    route(audit, columns::SCHEDULE, "2026/10/31/10").await.expect("a second violating hour");
}
