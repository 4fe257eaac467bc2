//! The measures of a replay at the level of the run: a small case that any NumPy repeats, and hours side by side.

use crate::harness::{Harness, RUN, nine, tick};
use bellwether_contract::execution::Status;
use bellwether_contract::metrics::MetricValue;
use bellwether_contract::window::Window;
use bellwether_pipeline::commit::Committed;
use serde_json::Value;
use std::collections::BTreeMap;

/// Within the last digits of a double: two tools may add in another order.
pub(crate) fn assert_close(name: &str, ours: &Value, expected: f64) {
    let ours = ours.as_f64().unwrap_or_else(|| panic!("{name} has no value"));
    assert!((ours - expected).abs() <= 1e-12, "{name} is {ours} and should be {expected}");
}

/// Lists by their number of categories, as the sketch in statistics.json and as the metric hold them.
pub(crate) fn histograms(statistics: &Value, committed: &Committed) -> [BTreeMap<String, u64>; 2] {
    let kll = &statistics["features"][0]["numerical_statistics"]["distribution"]["kll"];
    let levels = kll["sketch"]["data"].as_array().expect("levels of a sketch");
    assert_eq!(levels.len(), 1, "a sketch of so few values holds them all");
    let mut of_sketch = BTreeMap::new();
    for value in levels[0].as_array().expect("values") {
        *of_sketch.entry(format!("{}", value.as_f64().expect("a number"))).or_insert(0) += 1;
    }
    let point = &committed.execution.metrics[0];
    let MetricValue::Distribution { values, counts } = &point.value else { panic!("{point:?}") };
    let of_metric = values.iter().zip(counts).map(|(value, count)| (format!("{value}"), *count as u64));
    [of_sketch, of_metric.collect()]
}

/// Made by `small/expected.py`, which says how.
#[tokio::test]
async fn a_small_hour_has_the_numbers_that_numpy_has() {
    let expected: Value = serde_json::from_str(include_str!("small/expected.json")).expect("JSON");
    for site in Harness::both().await {
        let site = site.with("TOP_K", "5");
        site.put("inputs/catalog.json", include_str!("small/catalog.json")).await;
        site.put("inputs/sessions.jsonl", include_str!("small/sessions.jsonl")).await;
        // The hour before, for the turnover: only five of the sessions were answered in it.
        site.put("inputs/lists.jsonl", include_str!("small/earlier.jsonl")).await;
        let before = site.run(&tick("2026-10-31T08:10:00Z")).await.expect("a run");
        assert_eq!(before.execution.monitoring_execution_status, Status::Inconclusive);
        site.put("inputs/lists.jsonl", include_str!("small/lists.jsonl")).await;
        let committed = site.run_twice(&nine()).await;

        let statistics = site.json(&format!("{RUN}/statistics.json")).await;
        let metrics = statistics["recommendation_metrics"].as_object().expect("metrics");
        let of_numpy = expected["metrics"].as_object().expect("metrics");
        for (name, value) in of_numpy {
            assert_close(name, &metrics[name]["value"], value.as_f64().expect("a number"));
        }
        assert_eq!(metrics.len(), of_numpy.len(), "{:?}", metrics.keys());
        let histogram: BTreeMap<String, u64> =
            serde_json::from_value(expected["histogram"].clone()).expect("counts");
        assert_eq!(histograms(&statistics, &committed), [histogram.clone(), histogram]);
        assert_eq!(statistics["dataset"]["item_count"], 12);
        assert_eq!(committed.execution.monitoring_execution_status, Status::Completed);
    }
}

/// By hand: s0 keeps 2 of 4 different items (1 - 2/4), s1 keeps none (1), s2 keeps all in another order (0); s3 was not
/// answered before and does not count. The mean is 1.5 / 3.
#[tokio::test]
async fn turnover_compares_with_the_lists_of_the_hour_before() {
    for site in Harness::both().await {
        let site = site.with("TOP_K", "3").with("MIN_DIVERSITY", "1");
        site.put("inputs/catalog.json", crate::harness::recommender::ten_categories()).await;
        site.put("inputs/sessions.jsonl", crate::harness::recommender::sessions(4)).await;
        let before = r#"{"session_id":"s0","recommendations":["c0-0","c1-0","c2-0","c9-9"]}
{"session_id":"s1","recommendations":["c3-0","c4-0","c5-0"]}
{"session_id":"s2","recommendations":["c6-0","c7-0","c8-0"]}"#;
        site.put("inputs/lists.jsonl", before).await;
        let first = site.run(&tick("2026-10-31T08:10:00Z")).await.expect("a run").execution;
        let reason = &first.not_evaluable["list_turnover"];
        assert!(reason.contains("2026/10/31/07/recommendations.jsonl.gz"), "{reason}");

        let now = r#"{"session_id":"s0","recommendations":["c1-0","c0-0","c2-1","c2-0"]}
{"session_id":"s1","recommendations":["c3-1","c4-1","c5-1"]}
{"session_id":"s2","recommendations":["c8-0","c6-0","c7-0"]}
{"session_id":"s3","recommendations":["c8-0","c6-0","c7-0"]}"#;
        site.put("inputs/lists.jsonl", now).await;
        let second = site.run_twice(&nine()).await.execution;
        let statistics = site.json(&format!("{RUN}/statistics.json")).await;
        assert_close("list_turnover", &statistics["recommendation_metrics"]["list_turnover"]["value"], 0.5);
        assert!(!second.not_evaluable.contains_key("list_turnover"));
    }
}

/// What is broken in the report of the hour before is no fault of this hour.
#[tokio::test]
async fn lists_of_the_hour_before_that_cannot_be_read_cost_the_turnover_alone() {
    for site in Harness::both().await {
        site.put("inputs/catalog.json", crate::harness::recommender::ten_categories()).await;
        site.put("inputs/sessions.jsonl", crate::harness::recommender::sessions(10)).await;
        site.put("inputs/lists.jsonl", crate::harness::recommender::recorded([6; 10])).await;
        site.run(&tick("2026-10-31T08:10:00Z")).await.expect("a run");
        let name = "reports/recommender-prod/diversity-hourly/2026/10/31/08/recommendations.jsonl.gz";
        let whole = site.tree().await[name].clone();
        let broken = [whole[..whole.len() / 2].to_vec(), b"{\"session_id\":".to_vec(), b"\xff\xfe".to_vec()];
        for (schedule, bytes) in ["cut", "half-a-line", "no-text"].into_iter().zip(broken) {
            site.put(&name.replace("diversity-hourly", schedule), bytes).await;
        }
        let mut site = site;
        for schedule in ["cut", "half-a-line", "no-text"] {
            site.set("SCHEDULE_NAME", schedule);
            let execution = site.run_twice(&nine()).await.execution;
            assert_eq!(execution.monitoring_execution_status, Status::Completed, "{schedule}");
            let reason = &execution.not_evaluable["list_turnover"];
            let (what, object) =
                ("the lists of the hour before cannot be read", &format!("/{schedule}/2026/10/31/08/"));
            assert!(reason.contains(what) && reason.contains(object.as_str()), "{reason}");
            assert!(!execution.metrics.iter().any(|point| point.name == "list_turnover"));
        }
    }
}

/// The schedule's run before is six hours away; whatever somebody judged an hour ago is not compared with.
#[tokio::test]
async fn turnover_of_longer_windows_compares_with_the_schedules_run_before() {
    for site in Harness::both().await {
        let site = site.with("WINDOW", "PT6H");
        site.put("inputs/catalog.json", crate::harness::recommender::ten_categories()).await;
        site.put("inputs/sessions.jsonl", crate::harness::recommender::sessions(4)).await;
        let six_hours = |end: &str| {
            let mut invocation = tick(end);
            let length = jiff::SignedDuration::from_hours(6);
            invocation.trigger.window = Window::ending_at(invocation.now, length).expect("a window");
            invocation
        };
        for (end, categories, expected) in [
            ("2026-10-31T03:10:00Z", 6, None),
            ("2026-10-31T08:10:00Z", 2, None),
            ("2026-10-31T09:10:00Z", 6, Some(0.0)),
        ] {
            site.put("inputs/lists.jsonl", crate::harness::recommender::recorded([categories; 4])).await;
            let run = site.run_twice(&six_hours(end)).await;
            let statistics = site.json(&format!("reports/{}/statistics.json", run.run)).await;
            let turnover = &statistics["recommendation_metrics"]["list_turnover"]["value"];
            assert_eq!(turnover.as_f64(), expected, "{end}");
            let reason = run.execution.not_evaluable.get("list_turnover");
            let is_named =
                reason.is_some_and(|reason| reason.starts_with("no lists of the window before at "));
            assert_eq!(is_named, expected.is_none(), "{reason:?}");
        }
    }
}
