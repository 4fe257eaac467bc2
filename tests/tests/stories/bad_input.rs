//! Input that cannot be judged: each case has its own stable error, names the object, and leaves nothing final behind.

use crate::harness::recommender::{healthy, recorded, sessions};
use crate::harness::{BUCKET, Harness, RUN, below, nine};
use bellwether_contract::execution::Status;
use bellwether_pipeline::monitors::diversity::DiversitySettings;
use bellwether_serve::Function as _;
use bellwether_tests::answer::Answer;
use bellwether_tests::simulator::{EndpointSimulator, Script};
use diversity_check::Function;
use serde_json::{Value, json};
use std::net::TcpListener;

enum Change {
    Put(&'static str, String),
    Set(&'static str, &'static str),
}
use Change::{Put, Set};

#[derive(Clone, Copy, PartialEq)]
enum Place {
    Anywhere,
    Folder,
    Bucket,
}

/// What is wrong, where that can be, the error's stable type, and what its text must name.
type Case = (Change, Place, &'static str, &'static [&'static str]);

fn cases() -> Vec<Case> {
    use Place::{Anywhere, Bucket, Folder};
    let twenty = sessions(20);
    let lines: Vec<&str> = twenty.lines().collect();
    let broken_17 =
        [&lines[..16], &[r#"{"session_id":"s16","features":{"read"#], &lines[17..]].concat().join("\n");
    let twice = format!("{twenty}{}\n", lines[3]);
    let large = format!("{{\"session_id\":\"big\",\"features\":\"{}\"}}", "x".repeat(6_291_457));
    let (sessions, catalog, lists) = ("inputs/sessions.jsonl", "inputs/catalog.json", "inputs/lists.jsonl");
    let pointer = "baselines/recommender-prod/AllTraffic/current.json";
    vec![
        (
            Set("CATALOG_URI", "s3://no-such-bucket/c.json"),
            Bucket,
            "LocationNotFound",
            &["s3://no-such-bucket/c.json", "does not exist"],
        ),
        (
            Set("VALIDATION_SET_URI", "s3://no-such-bucket/v"),
            Bucket,
            "LocationNotFound",
            &["s3://no-such-bucket/v"],
        ),
        (Set("CAPTURE_URI", "s3://no-such-bucket/c"), Bucket, "LocationNotFound", &["s3://no-such-bucket/c"]),
        (
            Set("BASELINES_URI", "s3://no-such-bucket/b"),
            Bucket,
            "LocationNotFound",
            &["s3://no-such-bucket/b"],
        ),
        (Set("REPORTS_URI", "s3://no-such-bucket/r"), Bucket, "LocationNotFound", &["s3://no-such-bucket/r"]),
        (
            Set("CATALOG_URI", "{root}/no-such-folder/c.json"),
            Folder,
            "LocationNotFound",
            &["no-such-folder/c.json", "does not exist"],
        ),
        (
            Set("CAPTURE_URI", "{root}/no-such-prefix"),
            Anywhere,
            "LocationNotFound",
            &["{root}/no-such-prefix", "does not exist"],
        ),
        (
            Set("CATALOG_URI", "{root}/inputs/no-such.json"),
            Anywhere,
            "ObjectNotFound",
            &["{root}/inputs/no-such.json"],
        ),
        (
            Set("VALIDATION_SET_URI", "{root}/inputs/no-such"),
            Anywhere,
            "ObjectNotFound",
            &["{root}/inputs/no-such"],
        ),
        (
            Set("REPLAY", "lists:{root}/inputs/no-such"),
            Anywhere,
            "ObjectNotFound",
            &["{root}/inputs/no-such"],
        ),
        (
            Put(sessions, String::new()),
            Anywhere,
            "MalformedInput",
            &["sessions.jsonl", "is empty; it needs at least one session"],
        ),
        (
            Put(sessions, twice),
            Anywhere,
            "MalformedInput",
            &["sessions.jsonl, line 21", "\"s3\" occurs twice; ids must be unique"],
        ),
        (
            Put(sessions, broken_17),
            Anywhere,
            "MalformedInput",
            &["sessions.jsonl, line 17", "each line is {\"session_id\""],
        ),
        (
            Put(sessions, large),
            Anywhere,
            "MalformedInput",
            &["sessions.jsonl, line 1", "6291457 bytes", "SageMaker accepts 6291456"],
        ),
        (
            Put(catalog, "<html>Not Found</html>".into()),
            Anywhere,
            "MalformedInput",
            &["catalog.json, line 1", "a catalogue is a JSON object"],
        ),
        (
            Put(catalog, "{\"a\": \"b\",\n\"c\": 7}".into()),
            Anywhere,
            "MalformedInput",
            &["catalog.json, line 2", "a catalogue is a JSON object"],
        ),
        (
            Put(lists, recorded([6; 21])),
            Anywhere,
            "MalformedInput",
            &["lists.jsonl", "\"s20\" is not in the validation set"],
        ),
        (
            Put(lists, format!("{}not JSON\n", recorded([6; 3]))),
            Anywhere,
            "MalformedInput",
            &["lists.jsonl, line 4", "each line is"],
        ),
        (
            Put(pointer, "{}".into()),
            Anywhere,
            "MalformedInput",
            &["AllTraffic/current.json", "model_version"],
        ),
        (
            Put(pointer, r#"{"model_version":"v7","created_at":"2026-10-30T07:00:00Z"}"#.into()),
            Anywhere,
            "ObjectNotFound",
            &["AllTraffic/v7/diversity_baseline.json"],
        ),
        (
            Set("REPLAY", "sagemaker"),
            Bucket,
            "EndpointNotFound",
            &["recommender-prod/AllTraffic", "check the endpoint and variant names and the region"],
        ),
    ]
}

/// Twenty sessions with recorded lists, and a place for baselines: an hour that would complete.
async fn good(site: Harness) -> Harness {
    site.put_lists([6; 20]).await;
    site.put("baselines/README", "none yet").await;
    site.with("BASELINES_URI", "{root}/baselines")
}

#[tokio::test]
async fn every_bad_input_is_refused_by_name_and_leaves_nothing_final() {
    for (change, place, error_type, says) in cases() {
        for site in Harness::both().await {
            if place == if site.is_bucket() { Place::Folder } else { Place::Bucket } {
                continue;
            }
            let mut site = good(site).await;
            match &change {
                Put(key, bytes) => site.put(key, bytes.as_bytes()).await,
                Set(name, value) => site.set(name, value),
            }
            refused(&site, error_type, says).await;
        }
    }
}

/// The run is an error, twice; no report and no stage is written; each attempt that can be is on record.
async fn refused(site: &Harness, error_type: &str, says: &[&str]) {
    for _ in 0..2 {
        let error = site.run(&nine()).await.map(|_| ()).expect_err(error_type);
        let text = error.chain();
        assert_eq!(error.error_type(), error_type, "{text}");
        for part in says {
            let part = part.replace("{root}", &site.uri());
            assert!(text.contains(&part), "{part:?} is not in {text:?}");
        }
    }
    let tree = site.tree().await;
    assert_eq!(below(&tree, "reports"), [""; 0]);
    assert_eq!(below(&tree, "metrics"), [""; 0]);
    if site.is_bucket() {
        assert_eq!(site.aws().metrics(), []);
    }
    let recorded = below(&tree, "reports-state");
    if site.variable("REPORTS_URI").is_some_and(|uri| uri.starts_with(&site.uri())) {
        let attempt = "reports-state/attempts/recommender-prod/diversity-hourly/2026/10/31/09/20261031T091000Z-story.json";
        assert_eq!(recorded, [attempt]);
        let record: Value = serde_json::from_slice(&tree[attempt]).expect("JSON");
        assert_eq!(record["error_type"], error_type);
    } else {
        assert_eq!(recorded, [""; 0]);
    }
}

#[tokio::test]
async fn the_hour_that_the_bad_inputs_spoil_would_complete() {
    for site in Harness::both().await {
        let committed = good(site).await.run_twice(&nine()).await;
        assert_eq!(committed.execution.monitoring_execution_status, Status::Completed);
    }
}

#[tokio::test]
async fn a_model_server_that_is_not_there_is_told_from_a_path_that_is_not() {
    let nobody =
        TcpListener::bind("127.0.0.1:0").and_then(|listener| listener.local_addr()).expect("a free port");
    let server = EndpointSimulator::new(healthy()).serve(None).await.expect("a free port");
    let refusing = Script::always(Answer::status(403));
    let refusing = EndpointSimulator::new(refusing).serve(None).await.expect("a free port");
    let cases = [
        (format!("http://{nobody}/invocations"), "EndpointUnreachable", "check that it is running"),
        (format!("{}/elsewhere", server.url()), "EndpointNotFound", "HTTP 404"),
        (format!("{}/invocations", refusing.url()), "EndpointRefused", "HTTP 403"),
    ];
    for (url, error_type, says) in cases {
        // Even a set too small for five failures in a row.
        for number in [1, 20] {
            let site = good(Harness::folder()).await.with("REPLAY", &url);
            site.put("inputs/sessions.jsonl", sessions(number)).await;
            refused(&site, error_type, &[&url, says]).await;
        }
    }
}

#[tokio::test]
async fn answers_without_the_expected_path_are_broken_and_not_empty_lists() {
    for body in [json!({"items": [{"item_id": "c0-0"}]}), json!({"recommendations": [{"id": "c0-0"}]})] {
        let answer = Answer::json(&body);
        let script = || {
            let answer = answer.clone();
            Script::always(answer)
        };
        for live in Harness::both_replaying(20, script).await {
            let execution = live.run_twice(&nine()).await.execution;
            assert_eq!(execution.monitoring_execution_status, Status::Inconclusive);
            let replay = execution.replay.as_ref().expect("a replay");
            assert_eq!(replay.unanswered, [("no_list".to_owned(), 20)].into());
            assert!(replay.incomplete && replay.answered == 0);
            let warning = execution.warnings.first().expect("the wrong path is told");
            assert!(warning.contains("recommendations[].item_id") && warning.contains("a list"), "{warning}");
            assert!(execution.metrics.iter().all(|point| !point.name.starts_with("top10")));
            let violations = live.json(&format!("{RUN}/constraint_violations.json")).await;
            assert_eq!(violations, json!({"violations": []}));
        }
    }
}

#[tokio::test]
async fn an_answer_above_six_megabytes_is_one_session_without_an_answer() {
    let script = || healthy().except(|arrival| arrival.number == 3, Answer::oversize());
    for live in Harness::both_replaying(24, script).await {
        let execution = live.run_twice(&nine()).await.execution;
        assert_eq!(execution.monitoring_execution_status, Status::Completed);
        let replay = execution.replay.as_ref().expect("a replay");
        assert_eq!((replay.answered, replay.unanswered.clone()), (23, [("oversize".to_owned(), 1)].into()));
        assert_eq!(live.model().seen().len(), 24, "asking again would only give the same");
    }
}

#[tokio::test]
async fn names_and_places_that_would_leave_their_folder_are_refused_before_anything_is_read() {
    let cases = [
        ("ENDPOINT_NAME", "../recommender-prod", "endpoint name \"../recommender-prod\" is not valid"),
        ("ENDPOINT_NAME", "a/b", "endpoint name"),
        ("VARIANT_NAME", "..", "variant name"),
        ("SCHEDULE_NAME", "../../x", "monitoring schedule name"),
        ("STATE_URI", "{root}/reports/state", "lies inside"),
        ("STATE_URI", "{root}/reports", "lies inside"),
        ("REPLAY", "ftp://127.0.0.1/invocations", "is none of sagemaker"),
        ("RECOMMENDATIONS_PATH", "recommendations[", "is not a JMESPath expression"),
    ];
    for (name, value, says) in cases {
        for site in Harness::both().await {
            let site = good(site).await.with(name, value);
            let before = site.tree().await;
            let text = site.settings::<DiversitySettings>().expect_err(value).to_string();
            assert!(text.contains(name) && text.contains(says), "{text}");
            if site.is_bucket() {
                let clients = site.aws().clients();
                let told = Function::new(|name| site.variable(name), clients).map(|_| ()).expect_err(value);
                assert_eq!(told.to_string(), text, "the function tells the same");
            }
            crate::harness::assert_same(&site.tree().await, &before);
        }
    }
}

#[tokio::test]
async fn a_window_that_has_a_verdict_of_another_monitor_is_left_alone() {
    let cases = [
        ("VARIANT_NAME", "Canary", ["recommender-prod/AllTraffic", "recommender-prod/Canary"]),
        ("WINDOW", "PT2H", ["2026-10-31T08:00:00Z to", "2026-10-31T07:00:00Z to"]),
    ];
    for (name, value, says) in cases {
        for site in Harness::both().await {
            let mut site = good(site).await;
            site.run_twice(&nine()).await;
            let before = site.tree().await;
            site.set(name, value);
            let mut again = nine();
            if name == "WINDOW" {
                let length = jiff::SignedDuration::from_hours(2);
                again.trigger.window =
                    bellwether_contract::window::Window::ending_at(again.now, length).expect("a window");
            }
            let error = site.run(&again).await.map(|_| ()).expect_err(value);
            assert_eq!(error.error_type(), "WindowTaken");
            let text = error.chain();
            let object = format!(
                "{}/{RUN}/execution.json",
                if site.is_bucket() { format!("s3://{BUCKET}") } else { site.uri() }
            );
            assert!(text.contains(&object), "{text}");
            says.iter().for_each(|part| assert!(text.contains(part), "{part:?} is not in {text:?}"));
            crate::harness::assert_same(&site.tree().await, &before);
        }
    }
}
