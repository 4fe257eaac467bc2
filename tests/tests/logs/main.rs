//! What the functions write into their log: one structured line for each run, and never what readers asked or were shown.
//!
//! Every input holds a word that must not come out: in items, categories, features, broken lines, and in what an ill
//! container echoes. The log is read at its lowest level. The id of a session may be told, or nobody would find its line.

mod process;

use crate::harness::Harness;
use bellwether_tests::answer::Answer;
use bellwether_tests::faults::Fault;
use bellwether_tests::local::events::created;
use bellwether_tests::simulator::{EndpointSimulator, Script};
use process::log;
use serde_json::{Value, json};

const SECRET: &str = "zq7secret";
const BUCKET: &str = "newsroom";
const TOPIC: &str = "arn:aws:sns:us-east-1:000000000000:violations";

struct Scene {
    site: Harness,
    window: (jiff::Timestamp, jiff::Timestamp),
}

impl Scene {
    /// The hour that has just ended, since a process asks the clock.
    async fn set() -> Self {
        let site = Harness::without_settings(BUCKET).await;
        site.aws().create_topic("violations").await.expect("a topic");
        let end = bellwether_contract::window::truncate(jiff::Timestamp::now());
        Self { site, window: (end - jiff::SignedDuration::from_hours(1), end) }
    }

    async fn put(&self, key: &str, body: impl Into<Vec<u8>>) {
        self.site.put(key, body).await;
    }

    fn serve(&self, answer: Answer) {
        let endpoint = EndpointSimulator::new(Script::always(answer));
        self.site.aws().register_endpoint("recommender-prod", &endpoint);
    }

    async fn put_inputs(&self) {
        let items: serde_json::Map<String, Value> =
            (0..10).map(|n| (item(n), json!(format!("{SECRET}-category-{n}")))).collect();
        self.put("inputs/catalog.json", json!(items).to_string()).await;
        let session = |n| json!({"session_id": format!("session-{n}"), "features": {"history": [item(n)]}});
        self.put("inputs/sessions.jsonl", (0..20).map(|n| format!("{}\n", session(n))).collect::<String>())
            .await;
        let (start, _) = self.window;
        let side = |data: Value| json!({"observedContentType": "application/json", "mode": "INPUT", "data": data.to_string(), "encoding": "JSON"});
        let record = |n: usize| {
            json!({"captureData": {"endpointInput": side(json!({"history": item(n)})), "endpointOutput": side(list())},
                "eventMetadata": {"eventId": format!("00000000-0000-4000-8000-{n:012}"), "inferenceTime": start.to_string()},
                "eventVersion": "0"})
        };
        let mut lines: String = (0..50).map(|n| format!("{}\n", record(n))).collect();
        lines.push_str(&format!("{{\"{SECRET}-broken\n"));
        let hour = start.strftime("%Y/%m/%d/%H");
        self.put(&format!("capture/recommender-prod/AllTraffic/{hour}/05-00-000-x.jsonl"), lines).await;
    }

    fn environment(&self) -> Vec<(&'static str, String)> {
        let below = |name: &str| format!("s3://{BUCKET}/{name}");
        let settings = [
            ("ENDPOINT_NAME", "recommender-prod".to_owned()),
            ("VARIANT_NAME", "AllTraffic".to_owned()),
            ("SCHEDULE_NAME", "hourly".to_owned()),
            ("CAPTURE_URI", below("capture")),
            ("VALIDATION_SET_URI", below("inputs/sessions.jsonl")),
            ("CATALOG_URI", below("inputs/catalog.json")),
            ("REPORTS_URI", below("reports")),
            ("BASELINES_URI", below("baselines")),
            ("MODELS_URI", below("models")),
            ("REPLAY", "sagemaker".to_owned()),
            ("REPLAY_MAX_AGE", "PT999H".to_owned()),
            ("METRICS_NAMESPACE", "Bellwether".to_owned()),
            ("TOPIC_ARN", TOPIC.to_owned()),
        ];
        self.site.aws().environment().into_iter().chain(settings).collect()
    }

    /// The window that ended so many hours before the one that has captures.
    fn hour(&self, before: i64) -> Value {
        let by = jiff::SignedDuration::from_hours(before);
        json!({"window": {"start": self.window.0 - by, "end": self.window.1 - by}})
    }

    /// The one line of each event: its level and its fields.
    async fn lines(&self, function: &str, events: Vec<Value>) -> Vec<(String, Value)> {
        let count = events.len();
        let (log, text) = log(function, &self.environment(), events).await;
        let leaks: Vec<&str> = text.lines().filter(|line| line.contains(SECRET)).take(3).collect();
        assert!(leaks.is_empty(), "{function} wrote what nobody may read: {leaks:#?}");
        let of_runs = log.into_iter().filter(|line| !line["fields"]["duration_seconds"].is_null());
        let of_runs: Vec<(String, Value)> = of_runs
            .map(|line| (line["level"].as_str().expect("a level").to_owned(), line["fields"].clone()))
            .collect();
        assert_eq!(of_runs.len(), count, "{function}: {of_runs:#?}");
        of_runs
    }
}

fn item(number: usize) -> String {
    format!("{SECRET}-item-{}", number % 10)
}

fn list() -> Value {
    json!({"recommendations": (0..10).map(|n| json!({"item_id": item(n)})).collect::<Vec<_>>()})
}

/// Names that must be there and say something.
fn check(fields: &Value, names: &[&str]) {
    for name in names.iter().chain(&["duration_seconds", "estimated_cost_usd", "message"]) {
        let said = match &fields[*name] {
            Value::Null => false,
            Value::String(text) => !text.is_empty(),
            _ => true,
        };
        assert!(said, "{name} is missing: {fields:#}");
    }
    assert!(
        fields["estimated_cost_usd"].as_f64().is_some_and(|cost| cost > 0.0 && cost < 0.01),
        "{fields:#}"
    );
}

/// What, when and how it ended; how many is each function's own.
const OF_A_RUN: [&str; 6] = ["monitor", "run", "window_start", "window_end", "status", "violations"];

fn check_failure(line: &(String, Value), error_type: &str) {
    let (level, fields) = line;
    assert_eq!((level.as_str(), &fields["error_type"]), ("ERROR", &json!(error_type)), "{fields:#}");
    check(fields, &["object"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_check_tells_one_line_and_no_payload() {
    let scene = Scene::set().await;
    scene.put_inputs().await;
    scene.serve(Answer::json(&list()));
    let lines = scene
        .lines("diversity-check", vec![scene.hour(0), scene.hour(0), json!({"what": SECRET.len()})])
        .await;
    for (level, fields) in &lines[..2] {
        assert_eq!(level, "INFO");
        check(fields, &OF_A_RUN);
        check(fields, &["captured_lines", "captured_used", "replay_answered", "replay_unanswered"]);
        assert_eq!((&fields["monitor"], &fields["captured_lines"]), (&json!("diversity"), &json!(51)));
        assert_eq!(
            (&fields["replay_answered"], &fields["status"]),
            (&json!(20), &json!("CompletedWithViolations"))
        );
    }
    check_failure(&lines[2], "MalformedInput");
    // A container that is ill tells what it was asked.
    scene.serve(Answer::model_error(400, &format!("cannot read {SECRET}-feature")));
    let lines = scene.lines("diversity-check", vec![scene.hour(1)]).await;
    assert_eq!(lines[0].1["status"], "Inconclusive");
    scene.serve(Answer::validation_error(&format!("no such model, asked for {SECRET}-feature")));
    scene.lines("diversity-check", vec![scene.hour(2)]).await;
    // Inputs that cannot be read, or are of another shape.
    for sessions in
        [format!("{{\"session_id\":\"s\",\"features\":{SECRET}}}\n"), format!("\"{SECRET}-feature\"\n")]
    {
        scene.put("inputs/sessions.jsonl", sessions).await;
        check_failure(&scene.lines("diversity-check", vec![scene.hour(3)]).await[0], "MalformedInput");
    }
    for catalog in [
        format!("{{\"item\": {SECRET}}}"),
        format!("{{\"item\": {{\"{SECRET}\": 1}}}}"),
        format!("{{\"item\": [[\"{SECRET}\"]]}}"),
    ] {
        scene.put("inputs/catalog.json", catalog).await;
        check_failure(&scene.lines("diversity-check", vec![scene.hour(3)]).await[0], "MalformedInput");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_data_quality_monitor_tells_one_line_and_no_payload() {
    let scene = Scene::set().await;
    scene.put_inputs().await;
    let lines = scene.lines("data-quality", vec![scene.hour(0)]).await;
    check(&lines[0].1, &OF_A_RUN);
    check(&lines[0].1, &["captured_lines", "captured_used"]);
}

/// A function whose time ends while it reads tells nothing any more: so the warning comes before.
#[tokio::test(flavor = "multi_thread")]
async fn a_wide_window_that_one_function_reads_is_warned_of_before_and_after() {
    let scene = Scene::set().await;
    scene.put_inputs().await;
    let of_ten_gibibytes = Fault::after("s3:ListObjectsV2", |answer| answer.listing_each_as(10 << 30));
    scene.site.aws().inject(of_ten_gibibytes.at_path("capture"));
    let (log, text) = log("data-quality", &scene.environment(), vec![scene.hour(0)]).await;
    let warned = |words: &str| {
        let says = |line: &Value| line["fields"]["message"].as_str().is_some_and(|it| it.contains(words));
        log.iter().position(|line| line["level"] == "WARN" && says(line))
    };
    let before = warned("this function reads a window above 8 GiB by itself");
    let before = before.unwrap_or_else(|| panic!("{text}"));
    let fields = &log[before]["fields"];
    assert_eq!((&fields["size_bytes"], &fields["seconds_expected"]), (&json!(10_u64 << 30), &json!(143)));
    assert!(fields["seconds_left"].is_u64());
    let after = warned("one function read 10737418240 bytes by itself").unwrap_or_else(|| panic!("{text}"));
    let verdict =
        log.iter().position(|line| line["fields"]["status"].is_string()).expect("a line of the run");
    assert!(before < verdict && verdict < after);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_baseline_tells_one_line_and_no_payload() {
    let scene = Scene::set().await;
    scene.put_inputs().await;
    let manifest = |version: &str| {
        json!({"model_version": version, "created_at": "2026-10-31T07:00:00Z", "endpoint_name": "recommender-prod",
            "target_variant": "AllTraffic", "deployed": false,
            "recommendations": format!("s3://{BUCKET}/models/{version}/lists.jsonl")})
    };
    let ids: Vec<String> = (0..10).map(item).collect();
    let line = |n| json!({"session_id": format!("session-{n}"), "recommendations": ids}).to_string() + "\n";
    scene.put("models/v1/lists.jsonl", (0..20).map(line).collect::<String>()).await;
    scene.put("models/v2/lists.jsonl", format!("{{\"session_id\": {SECRET}}}\n")).await;
    scene.put("models/v3/lists.jsonl", (0..10).map(line).collect::<String>()).await;
    let wrong = json!({"session_id": [format!("{SECRET}-item")], "recommendations": ids}).to_string() + "\n";
    scene.put("models/v4/lists.jsonl", wrong).await;
    let mut events = Vec::new();
    for version in ["v1", "v2", "v3", "v4"] {
        scene.put(&format!("models/{version}/manifest.json"), manifest(version).to_string()).await;
        events.push(created(BUCKET, &format!("models/{version}/manifest.json")));
    }
    let lines = scene.lines("baseline", events).await;
    assert_eq!(lines[0].0, "INFO");
    check(&lines[0].1, &["object", "model_version", "created_at", "outcome", "sessions", "answered"]);
    check_failure(&lines[1], "MalformedInput");
    check_failure(&lines[2], "TooFewAnswers");
    check_failure(&lines[3], "MalformedInput");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_router_tells_one_line_and_no_payload() {
    let scene = Scene::set().await;
    scene.put_inputs().await;
    scene.serve(Answer::json(&list()));
    scene.lines("diversity-check", vec![scene.hour(0)]).await;
    let run = |before| {
        let end = scene.window.1 - jiff::SignedDuration::from_hours(before);
        format!("reports/recommender-prod/hourly/{}", end.strftime("%Y/%m/%d/%H"))
    };
    scene.put(&format!("{}/execution.json", run(1)), format!("{{\"{SECRET}\": {SECRET}}}")).await;
    let report = |before| created(BUCKET, &format!("{}/constraint_violations.json", run(before)));
    let lines = scene.lines("violation-router", vec![report(0), report(1), report(2)]).await;
    assert_eq!(lines[0].0, "INFO");
    check(&lines[0].1, &OF_A_RUN);
    assert_eq!(lines[0].1["messages_sent"], 1, "{:#}", lines[0].1);
    check_failure(&lines[1], "MalformedInput");
    check_failure(&lines[2], "ObjectNotFound");
}

#[tokio::test(flavor = "multi_thread")]
async fn settings_that_cannot_be_used_are_told_in_one_line() {
    for function in ["baseline", "data-quality", "diversity-check", "violation-router"] {
        let (log, _) = log(function, &[("AWS_REGION", "us-east-1".to_owned())], Vec::new()).await;
        let told: Vec<&Value> = log.iter().filter(|line| line["level"] == "ERROR").collect();
        assert_eq!(told.len(), 1, "{function}: {told:#?}");
        assert_eq!(told[0]["fields"]["error_type"], bellwether_serve::CONFIGURATION_ERROR);
    }
}
