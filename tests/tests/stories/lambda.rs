//! The function as Lambda calls it, on an embedded AWS, and the same window as a run in a folder.

use crate::harness::functions::{self, Started, named};
use crate::harness::{Harness, assert_same, nine, time};
use bellwether_contract::catalog::Catalog;
use bellwether_newsroom::{ENDPOINT, Model, Newsroom, SCHEDULE, VARIANT};
use bellwether_pipeline::monitors::diversity::{Diversity, names};
use bellwether_tests::answer::Answer;
use bellwether_tests::recorded::MetricDatum;
use bellwether_tests::simulator::{EndpointSimulator, Script};
use diversity_check::Function;
use serde_json::{Value, json};
use std::collections::{BTreeMap, BTreeSet};

const HOUR: &str = "2026-10-31T08:00:00Z";
const REPORT: &str = "reports/newsroom-prod/diversity-hourly/2026/10/31/09";

async fn handle(function: &Started, payload: Value) -> functions::Answer {
    function.handle(payload, time("2026-10-31T09:10:00Z")).await
}

/// The newsroom's healthy hour: inputs, captures, and the endpoint that serves it.
struct Hour {
    newsroom: Newsroom,
    /// Each session's request and answer.
    answers: BTreeMap<String, Value>,
}

impl Hour {
    fn new() -> Self {
        let newsroom = Newsroom::new(2026);
        let sessions = String::from_utf8(newsroom.sessions_jsonl()).expect("UTF-8");
        let answer = |line: &str| {
            let session: Value = serde_json::from_str(line).expect("JSON");
            let request = session["features"].clone();
            (request.to_string(), newsroom.answer(Model::Healthy, &request))
        };
        Self { answers: sessions.lines().map(answer).collect(), newsroom }
    }

    async fn prepare(&self, site: Harness) -> Harness {
        for (key, bytes) in self.newsroom.files(&[(time(HOUR), Model::Healthy)]) {
            site.put(&key, bytes).await;
        }
        site.with("CAPTURE_URI", "{root}/capture")
            .with("ENDPOINT_NAME", ENDPOINT)
            .with("VARIANT_NAME", VARIANT)
            .with("SCHEDULE_NAME", SCHEDULE)
    }

    fn endpoint(&self) -> EndpointSimulator {
        let answers = self.answers.clone();
        EndpointSimulator::new(Script::answering(move |request| {
            let request = std::str::from_utf8(request.body()).expect("UTF-8");
            answers.get(request).map_or_else(|| Answer::status(400), Answer::json)
        }))
    }

    /// Distinct sections of each session's list, ascending.
    fn replayed_sections(&self) -> Vec<f64> {
        let catalog = self.newsroom.catalog();
        let mut distinct: Vec<f64> = self.answers.values().map(|answer| sections(&catalog, answer)).collect();
        distinct.sort_by(f64::total_cmp);
        distinct
    }

    fn captured_mean(&self) -> f64 {
        let catalog = self.newsroom.catalog();
        let files = self.newsroom.capture(Model::Healthy, time(HOUR), 7);
        let lines = files.iter().flat_map(|(_, bytes)| bytes.split(|byte| *byte == b'\n'));
        let distinct: Vec<f64> = lines
            .filter(|line| !line.is_empty())
            .map(|line| {
                let record: Value = serde_json::from_slice(line).expect("JSON");
                let data = record["captureData"]["endpointOutput"]["data"].as_str().expect("a text");
                sections(&catalog, &serde_json::from_str(data).expect("JSON"))
            })
            .collect();
        distinct.iter().sum::<f64>() / distinct.len() as f64
    }
}

fn sections(catalog: &Catalog, answer: &Value) -> f64 {
    let items = answer["recommendations"].as_array().expect("a list");
    let ids = items.iter().map(|item| item["item_id"].as_str().expect("an id"));
    ids.filter_map(|id| catalog.categories_of(id)).flatten().collect::<BTreeSet<_>>().len() as f64
}

#[tokio::test(flavor = "multi_thread")]
async fn a_window_gives_the_same_bytes_as_lambda_and_in_a_folder_and_coming_again_changes_nothing() {
    let hour = Hour::new();
    let lambda = hour.prepare(Harness::bucket().await).await.with("REPLAY", "sagemaker");
    let endpoint = hour.endpoint();
    lambda.aws().register_endpoint(ENDPOINT, &endpoint);
    let events = named("diversity-check").samples();
    assert_eq!(events.len(), 3, "one of each kind that the function understands");

    let function = lambda.start_as::<Function>();
    let answer = handle(&function, events[0].clone()).await.unwrap_or_else(|error| panic!("{error:?}"));
    let expected = json!({
        "run": "newsroom-prod/diversity-hourly/2026/10/31/09",
        "monitoring_execution_status": "Completed",
        "exit_message": "Completed: Job completed successfully with no violations.",
        "violations": 0,
    });
    assert_eq!(answer, expected);
    let tree = lambda.tree().await;
    assert_eq!(endpoint.seen().len(), 500);
    // The same hour by every kind of event, warm and from a cold start.
    for (number, event) in events.iter().cycle().take(6).enumerate() {
        let fresh = lambda.start_as::<Function>();
        let function = if number < 3 { &function } else { &fresh };
        assert_eq!(handle(function, event.clone()).await.expect("a verdict"), expected);
        assert_same(&lambda.tree().await, &tree);
    }
    assert_eq!((endpoint.seen().len(), lambda.aws().metrics().len()), (500, 1));

    let server = hour.endpoint();
    let serving = server.serve(None).await.expect("a free port");
    let url = format!("{}/invocations", serving.url());
    let folder = hour.prepare(Harness::folder()).await.with("REPLAY", &url);
    folder.run_twice(&nine()).await;
    assert_eq!(server.seen().len(), 500, "a tick that came twice calls nobody twice");
    let in_folder = folder.tree().await;
    for file in
        ["statistics.json", "constraints.json", "constraint_violations.json", "recommendations.jsonl.gz"]
    {
        let key = format!("{REPORT}/{file}");
        assert!(!tree[&key].is_empty() && tree[&key] == in_folder[&key], "{file} differs");
    }
    folder.assert_as_in_a_container::<Diversity>(REPORT, &nine()).await;
    compare_metrics(&lambda, &hour);
}

/// All names under both dimension sets, stamped with the start of the hour, and the values counted here.
fn compare_metrics(site: &Harness, hour: &Hour) {
    let requests = site.aws().metrics();
    assert_eq!(requests[0].namespace, "Bellwether");
    let data = &requests[0].metric_data;
    let sets: [&[(&str, &str)]; 2] = [
        &[("EndpointName", ENDPOINT), ("VariantName", VARIANT), ("MonitoringSchedule", SCHEDULE)],
        &[("Endpoint", ENDPOINT), ("MonitoringSchedule", SCHEDULE)],
    ];
    let expected = expected_points(hour);
    let names = BTreeSet::from_iter(names(10));
    assert_eq!(expected.keys().map(|name| (*name).to_owned()).collect::<BTreeSet<_>>(), names);
    assert_eq!(data.len(), 2 * names.len());
    for set in sets {
        let of_set: BTreeMap<&str, &MetricDatum> = data
            .iter()
            .filter(|datum| {
                datum.dimensions.len() == set.len()
                    && set.iter().all(|(name, value)| datum.dimension(name) == Some(value))
            })
            .map(|datum| (datum.metric_name.as_str(), datum))
            .collect();
        assert_eq!(of_set.len(), names.len(), "{set:?}");
        for (name, datum) in of_set {
            assert_eq!(datum.timestamp, Some(time(HOUR).as_second() as f64), "{name}");
            let (value, values, counts) = &expected[name];
            assert_eq!((&datum.values, &datum.counts), (values, counts), "{name}");
            match (datum.value, value) {
                (Some(sent), Some(value)) => assert!((sent - value).abs() < 1e-12, "{name} {sent} {value}"),
                (sent, value) => assert_eq!(sent, *value, "{name}"),
            }
        }
    }
}

/// A metric's value, or its values and their counts.
type Point = (Option<f64>, Vec<f64>, Vec<f64>);

fn expected_points(hour: &Hour) -> BTreeMap<&'static str, Point> {
    let distinct = hour.replayed_sections();
    let mut histogram: BTreeMap<u64, f64> = BTreeMap::new();
    distinct.iter().for_each(|value| *histogram.entry(*value as u64).or_default() += 1.0);
    // Percentile 5 of 500, type 7: rank 0.05 x 499 = 24.95 from 0.
    let p5 = distinct[24] + 0.95 * (distinct[25] - distinct[24]);
    let plain = |value: f64| (Some(value), Vec::new(), Vec::new());
    let values = histogram.keys().map(|value| *value as f64).collect();
    BTreeMap::from([
        ("top10_category_diversity", (None, values, histogram.into_values().collect())),
        ("top10_category_diversity_mean", plain(distinct.iter().sum::<f64>() / 500.0)),
        ("top10_category_diversity_min", plain(distinct[0])),
        ("top10_category_diversity_p5", plain(p5)),
        ("captured_category_diversity_mean", plain(hour.captured_mean())),
        ("violations", plain(0.0)),
        ("violations_warning", plain(0.0)),
        ("window_read", plain(1.0)),
        ("monitor_blind", plain(0.0)),
        ("replay_answered", plain(500.0)),
        ("replay_failed", plain(0.0)),
        ("replay_degraded", plain(0.0)),
        ("replay_incomplete", plain(0.0)),
        ("run_completed", plain(1.0)),
    ])
}

#[tokio::test]
async fn errors_leave_the_function_under_their_stable_names() {
    let hour = Hour::new();
    let site = hour.prepare(Harness::bucket().await).await.with("REPLAY", "sagemaker");
    let function = site.start_as::<Function>();
    let before = site.tree().await;
    for payload in [json!({}), json!([1]), json!({"scheduled_time": "<aws.scheduler.scheduled-time>"})] {
        let error = handle(&function, payload.clone()).await.expect_err("an event that names no hour");
        assert_eq!(error.error_type, "MalformedInput", "{payload}");
        assert!(error.error_message.contains("scheduled_time"), "{}", error.error_message);
    }
    assert_same(&site.tree().await, &before);
    let error = handle(&function, json!({"scheduled_time": HOUR})).await.expect_err("no such endpoint");
    assert_eq!(error.error_type, "EndpointNotFound");
    assert!(error.error_message.contains("newsroom-prod/AllTraffic"), "{}", error.error_message);
}
