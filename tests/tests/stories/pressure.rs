//! The replay on an endpoint that serves readers at the same time: what it sends, how hard it presses, when it stops.

use crate::harness::recommender::healthy;
use crate::harness::{Harness, RUN, nine};
use bellwether_contract::execution::{Execution, ReplaySummary, Status};
use bellwether_pipeline::scheduled::Invocation;
use bellwether_tests::answer::Answer;
use bellwether_tests::simulator::Script;
use serde_json::{Value, json};
use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;
use tokio::time::Instant;

const LATENCY: Duration = Duration::from_millis(5);

async fn judged(live: &Harness, invocation: &Invocation) -> (Execution, ReplaySummary) {
    let committed = live.run(invocation).await.unwrap_or_else(|error| panic!("{}", error.chain()));
    let replay = committed.execution.replay.clone().expect("a replay");
    (committed.execution, replay)
}

fn counts<const N: usize>(counts: [(&str, u64); N]) -> BTreeMap<String, u64> {
    counts.map(|(reason, count)| (reason.to_owned(), count)).into()
}

/// How often each session was asked.
fn asked(live: &Harness) -> BTreeMap<String, u64> {
    let mut asked = BTreeMap::new();
    for seen in live.model().seen() {
        *asked.entry(seen.inference_id.expect("an inference id")).or_insert(0) += 1;
    }
    asked
}

#[tokio::test]
async fn each_session_is_sent_once_to_the_variant_under_an_id_that_marks_it_as_the_monitors_own() {
    for live in Harness::both_replaying(30, healthy).await {
        judged(&live, &nine()).await;
        let expected: BTreeMap<String, u64> =
            (0..30).map(|n| (format!("replay-2026103109-{n}"), 1)).collect();
        assert_eq!(asked(&live), expected);
        let bodies: BTreeSet<_> = live.model().seen().into_iter().map(|seen| seen.body).collect();
        assert_eq!(bodies, (0..30).map(|n| format!("{{\"reader\":{n}}}").into()).collect());
        for seen in live.model().seen() {
            assert_eq!(seen.target_variant.as_deref(), Some("AllTraffic"));
            assert_eq!(seen.content_type.as_deref(), Some("application/json"));
        }
    }
}

#[tokio::test]
async fn the_number_in_flight_begins_at_two_rises_and_never_passes_the_cap() {
    for cap in [1, 4] {
        for mut live in Harness::both_replaying(150, || healthy().latency(|_| LATENCY)).await {
            live.set("REPLAY_CONCURRENCY", &cap.to_string());
            let (execution, replay) = judged(&live, &nine()).await;
            assert_eq!(replay.answered, 150);
            assert_eq!(live.model().max_in_flight(), cap);
            assert_eq!(execution.attempt.most_in_flight, cap as u64);
            let first_40: Vec<_> =
                live.model().seen().iter().take(20).map(|seen| seen.arrival.in_flight).collect();
            assert!(first_40.iter().all(|in_flight| *in_flight <= 2), "{first_40:?}");
        }
    }
}

#[tokio::test]
async fn every_shape_of_overload_is_known_and_five_in_a_row_end_the_replay() {
    let shapes = [Answer::throttled(), Answer::status(429), Answer::status(503), Answer::status(530)];
    for shape in shapes {
        let script = || {
            let shape = shape.clone();
            Script::answering(move |_| shape.clone())
        };
        for live in Harness::both_replaying(100, script).await {
            let (execution, replay) = judged(&live, &nine()).await;
            assert_eq!(execution.monitoring_execution_status, Status::Inconclusive, "{}", shape.status);
            // Two calls were under way at the fourth overload at most, and every session is accounted for.
            let calls = live.model().seen().len();
            assert!((5..=6).contains(&calls), "{calls} calls");
            let reasons: BTreeSet<&str> = replay.unanswered.keys().map(String::as_str).collect();
            assert!(
                reasons.contains("stopped") && reasons.is_subset(&["overload", "stopped"].into()),
                "{reasons:?}"
            );
            assert_eq!(replay.unanswered.values().sum::<u64>(), 100);
            assert!(live.model().max_in_flight() <= 2);
            let report = live.json(&format!("{RUN}/constraint_violations.json")).await;
            assert_eq!(report, json!({"violations": []}), "an endpoint that is busy violates nothing");
        }
    }
}

/// A session may be the fourth at each of its tries: one in a hundred at most, and it is counted.
#[tokio::test]
async fn an_endpoint_with_room_for_three_is_kept_at_its_level_and_answers_nearly_all() {
    for shape in [Answer::throttled(), Answer::status(503)] {
        let script = || healthy().latency(|_| LATENCY).except(|arrival| arrival.in_flight > 3, shape.clone());
        for live in Harness::both_replaying(300, script).await {
            let (execution, replay) = judged(&live, &nine()).await;
            let lost = 300 - replay.answered;
            assert!(lost <= 3, "{lost} of 300 sessions have no answer");
            let told = replay.unanswered.iter().map(|(reason, count)| (reason.as_str(), *count));
            assert!(told.eq((lost > 0).then_some(("overload", lost))), "{:?}", replay.unanswered);
            assert_eq!(execution.monitoring_execution_status, Status::Completed);
            assert!(live.model().max_in_flight() <= 4, "{}", live.model().max_in_flight());
            let turned_away = live.model().seen().iter().filter(|seen| seen.status != 200).count();
            assert!((1..=15).contains(&turned_away), "{turned_away} of 300 calls were turned away");
            assert_eq!(execution.attempt.endpoint_retries + lost, turned_away as u64);
        }
    }
}

#[tokio::test]
async fn failures_are_tried_again_three_times_at_most_and_for_a_tenth_of_the_calls() {
    for live in Harness::both_replaying(60, || Script::always(Answer::status(500))).await {
        let (execution, replay) = judged(&live, &nine()).await;
        assert_eq!(replay.unanswered, counts([("server_error", 60)]));
        assert_eq!((execution.attempt.endpoint_calls, execution.attempt.endpoint_retries), (66, 6));
        assert_eq!(live.model().seen().len(), 66);
        assert!(asked(&live).values().all(|times| *times <= 3), "{:?}", asked(&live));
    }
}

#[tokio::test]
async fn a_fault_on_the_way_is_mended_by_trying_again() {
    let script = || {
        healthy()
            .except(|arrival| arrival.number == 2, Answer::reset())
            .except(|arrival| arrival.number == 4, Answer::recommendations(&["c0-0"]).cut_after(5))
            .except(|arrival| arrival.number == 6, Answer::status(500))
    };
    for live in Harness::both_replaying(40, script).await {
        let (execution, replay) = judged(&live, &nine()).await;
        assert_eq!((replay.answered, replay.unanswered), (40, BTreeMap::new()));
        assert_eq!(execution.attempt.endpoint_retries, 3);
        assert_eq!(execution.monitoring_execution_status, Status::Completed);
    }
}

#[tokio::test]
async fn answers_that_cannot_be_used_are_counted_by_their_reason_and_not_asked_for_again() {
    let broken = [
        (Answer::new(200, "application/json", "<html>busy</html>"), "json"),
        (Answer::new(200, "application/json", b"\xff\xfe".to_vec()), "encoding"),
        (Answer::json(&json!({"items": []})), "no_list"),
        (Answer::json(&json!({"recommendations": [{"score": 0.5}]})), "no_list"),
        (Answer::model_error(500, "no features"), "model_error"),
        (Answer::new(400, "application/json", r#"{"message":"bad"}"#), "rejected"),
    ];
    let script = || {
        broken.iter().zip(1..).fold(healthy(), |script, ((answer, _), number)| {
            script.except(move |arrival| arrival.number == number, answer.clone())
        })
    };
    let reasons = counts([("json", 1), ("encoding", 1), ("no_list", 2), ("model_error", 1), ("rejected", 1)]);
    for (number, status, degraded) in
        [(200, Status::Completed, false), (80, Status::Completed, true), (50, Status::Inconclusive, true)]
    {
        for live in Harness::both_replaying(number, script).await {
            let (execution, replay) = judged(&live, &nine()).await;
            assert_eq!(replay.unanswered, reasons);
            assert_eq!(live.model().seen().len(), number);
            assert_eq!(execution.monitoring_execution_status, status, "{number}: {}", execution.exit_message);
            assert_eq!((replay.degraded, replay.incomplete), (degraded, status == Status::Inconclusive));
            let statistics = live.json(&format!("{RUN}/statistics.json")).await;
            let common = &statistics["features"][0]["numerical_statistics"]["common"];
            assert_eq!((&common["num_present"], &common["num_missing"]), (&json!(number - 6), &json!(6)));
            let has_points = execution.metrics.iter().any(|point| point.name.starts_with("top10"));
            assert_eq!(has_points, status == Status::Completed);
        }
    }
}

#[tokio::test]
async fn short_and_csv_and_empty_lists_are_counted_as_they_are() {
    let script = || {
        healthy()
            .except(|arrival| arrival.number == 1, Answer::recommendations(&["c0-0", "c1-0"]))
            .except(|arrival| arrival.number == 2, Answer::csv("c0-0,c1-0,c2-0"))
            .except(|arrival| arrival.number == 3, Answer::recommendations::<&str>(&[]))
    };
    for live in Harness::both_replaying(10, script).await {
        let (_, replay) = judged(&live, &nine()).await;
        assert_eq!(replay.answered, 10);
        // (2 + 3 + 0 + 7 x 6) / 10
        let statistics = live.json(&format!("{RUN}/statistics.json")).await;
        let mean = &statistics["recommendation_metrics"]["top10_category_diversity_mean"]["value"];
        assert_eq!(mean, &json!(4.7));
    }
}

fn with_time_left(left: Duration) -> Invocation {
    Invocation { deadline: Some(Instant::now() + left), ..nine() }
}

fn assert_out_of_time(execution: &Execution, replay: &ReplaySummary) {
    assert_eq!(execution.monitoring_execution_status, Status::Inconclusive);
    assert_eq!(replay.unanswered.keys().collect::<Vec<_>>(), ["deadline"]);
    assert_eq!(replay.answered + replay.unanswered["deadline"], replay.sessions);
    assert!(execution.metrics.iter().all(|point| !point.name.starts_with("top10")));
    let incomplete =
        execution.metrics.iter().find(|point| point.name == "replay_incomplete").expect("a point");
    assert_eq!(serde_json::to_value(incomplete).expect("JSON")["value"], Value::from(1.0));
}

#[tokio::test]
async fn with_less_than_a_minute_left_no_call_is_begun() {
    for left in [Duration::ZERO, Duration::from_secs(59)] {
        for live in Harness::both_replaying(20, healthy).await {
            let began = Instant::now();
            let (execution, replay) = judged(&live, &with_time_left(left)).await;
            assert_out_of_time(&execution, &replay);
            assert_eq!(live.model().seen().len(), 0);
            assert!(began.elapsed() < Duration::from_secs(5));
        }
    }
}

#[tokio::test]
async fn when_a_minute_is_left_the_replay_ends_with_what_it_has() {
    for live in Harness::both_replaying(5_000, || healthy().latency(|_| Duration::from_millis(50))).await {
        let began = Instant::now();
        let (execution, replay) = judged(&live, &with_time_left(Duration::from_millis(60_500))).await;
        assert_out_of_time(&execution, &replay);
        assert!(replay.answered > 0, "there was time for some");
        assert!(began.elapsed() < Duration::from_secs(5), "{:?}", began.elapsed());
    }
}

/// Paused, the clock jumps to the next timer whenever nothing else is to be done.
#[tokio::test(start_paused = true)]
async fn an_endpoint_that_never_answers_does_not_keep_the_run_from_its_report() {
    for live in Harness::both_replaying(20, || Script::always(Answer::hang())).await {
        let invocation = with_time_left(Duration::from_secs(85));
        let end = invocation.deadline.expect("a deadline");
        let (execution, replay) = judged(&live, &invocation).await;
        assert_out_of_time(&execution, &replay);
        let left = end.duration_since(Instant::now());
        assert!(left >= Duration::from_secs(29), "only {left:?} were left for the report");
    }
}
