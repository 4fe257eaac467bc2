use super::*;
use crate::route::finding::{Measured, severity};
use bellwether_contract::json::from_slice;
use bellwether_contract::names::ModelVersion;

fn execution(status: &str, message: &str) -> Execution {
    let text = json!({
        "version": 1,
        "monitor": "diversity",
        "endpoint_name": "recommender-prod",
        "variant_name": "AllTraffic",
        "monitoring_schedule_name": "diversity-hourly",
        "window": {"start": "2026-10-31T13:00:00Z", "end": "2026-10-31T14:00:00Z"},
        "configuration_digest": "c0ffee",
        "monitoring_execution_status": status,
        "exit_message": message,
        "violations": 0,
        "not_evaluable": {},
        "metrics": [],
        "digest": "d1",
        "files": [],
        "attempt": {"bellwether_version": "0", "request_id": "r", "started_at": "2026-10-31T14:10:00Z",
            "duration_seconds": 1.0, "endpoint_calls": 0, "endpoint_retries": 0, "most_in_flight": 0},
    });
    let mut execution: Execution = from_slice("execution.json", text.to_string().as_bytes()).unwrap();
    execution.baseline = Some("v7".parse::<ModelVersion>().unwrap());
    execution
}

fn run(revision: u8) -> RunFolder {
    let key = "recommender-prod/diversity-hourly/2026/10/31/14/constraint_violations.json";
    RunFolder { revision, ..RunFolder::from_violations_key(key).unwrap() }
}

fn finding(suffix: &str, value: f64, limit: f64) -> Finding {
    let metric = format!("top10_category_diversity_{suffix}");
    let violated = ViolatedConstraint {
        constraint_check_type: "LessThanThreshold".to_owned(),
        feature_name: Some("top10_category_diversity".to_owned()),
        metric_name: Some(metric.clone()),
    };
    Finding {
        severity: severity(&violated),
        description: format!("Metric {metric} with {value:?} was LessThanThreshold '{limit:?}'"),
        measured: Some(Measured { value, limit }),
        violated,
    }
}

fn findings() -> Vec<Finding> {
    vec![finding("mean_floor", 1.512, 4.0), finding("mean", 1.512, 6.12), finding("p5", 1.0, 5.0)]
}

fn news(kind: Kind) -> News {
    News {
        kind,
        since: Some("2026-10-31T12:00:00Z".parse().unwrap()),
        windows: 2,
        silent: 0,
        added: Vec::new(),
        gone: Vec::new(),
        unproven: Vec::new(),
        open: true,
        severity: Severity::Critical,
    }
}

fn told(execution: &Execution, run: &RunFolder, findings: &[Finding], news: &News) -> Message {
    let told = message(Notice {
        run,
        execution,
        findings,
        news,
        report: "s3://ml-reports/model-monitor/recommender-prod/diversity-hourly/2026/10/31/14",
        runbook: Some("https://wiki.example.com/runbooks/diversity"),
        remind_after: SignedDuration::from_hours(6),
    });
    within_limits(&told);
    told
}

/// The limits of SNS, and what PagerDuty's Events v2 asks for.
fn within_limits(message: &Message) {
    assert!(message.subject.len() < 100 && !message.subject.is_empty(), "{}", message.subject);
    assert!(message.subject.bytes().all(|byte| (b' '..=b'~').contains(&byte)), "{}", message.subject);
    assert!(size_bytes(message) <= MOST_BYTES, "{} bytes", size_bytes(message));
    assert!(
        message.text.chars().all(|character| character == '\n' || !character.is_control()),
        "{}",
        message.text
    );
    let attributes = attributes(&message.attributes);
    assert!(attributes.len() <= 10 && attributes.iter().all(|(_, _, value)| !value.is_empty()));
    let body = &message.body;
    assert!(["trigger", "resolve"].contains(&body["event_action"].as_str().unwrap()));
    assert!(body["dedup_key"].as_str().unwrap().len() <= 255);
    let summary = body["payload"]["summary"].as_str().unwrap();
    assert!((1..=1_024).contains(&summary.len()));
    assert!(["info", "warning", "critical"].contains(&body["payload"]["severity"].as_str().unwrap()));
    assert!(!body["payload"]["source"].as_str().unwrap().is_empty());
    assert_eq!(body["text"], message.text);
    let sent: Value = serde_json::from_str(&sns_message(message)).unwrap();
    assert_eq!((&sent["default"], &sent["email"]), (&json!(message.text), &json!(message.text)));
    for protocol in ["sqs", "http", "https", "lambda"] {
        let inner: Value = serde_json::from_str(sent[protocol].as_str().unwrap()).unwrap();
        assert_eq!(&inner, body);
    }
}

fn snapshot(name: &str, message: &Message) {
    insta::assert_snapshot!(format!("{name}_text"), format!("{}\n\n{}", message.subject, message.text));
    let all = json!({"attributes": message.attributes, "body": message.body});
    insta::assert_snapshot!(format!("{name}_json"), serde_json::to_string_pretty(&all).unwrap());
}

#[test]
fn an_announcement() {
    let execution = execution("CompletedWithViolations", "Job completed successfully with 3 violations.");
    let mut news = News { windows: 1, ..news(Kind::Announced) };
    news.added = findings().into_iter().map(|finding| finding.violated).collect();
    snapshot("announced", &told(&execution, &run(1), &findings(), &news));
}

#[test]
fn a_changed_set() {
    let execution = execution("CompletedWithViolations", "Job completed successfully with 1 violations.");
    let [floor, mean, p5] = <[Finding; 3]>::try_from(findings()).unwrap();
    let news = News {
        silent: 2,
        severity: Severity::Critical,
        added: vec![p5.violated.clone()],
        gone: vec![floor.violated],
        unproven: vec![mean.violated],
        ..news(Kind::Changed)
    };
    snapshot("changed", &told(&execution, &run(1), &[p5], &news));
}

#[test]
fn a_reminder() {
    let execution = execution("CompletedWithViolations", "Job completed successfully with 3 violations.");
    let news = News { windows: 7, silent: 5, ..news(Kind::Reminder) };
    snapshot("reminder", &told(&execution, &run(1), &findings(), &news));
}

#[test]
fn a_resolution() {
    let execution = execution("Completed", "Job completed successfully with no violations.");
    let gone = findings().into_iter().map(|finding| finding.violated).collect();
    let news = News { gone, open: false, ..news(Kind::Resolved) };
    let message = told(&execution, &run(1), &[], &news);
    assert_eq!(message.body["event_action"], "resolve");
    snapshot("resolved", &message);
}

#[test]
fn a_correction() {
    let mut execution = execution("Completed", "Job completed successfully with no violations.");
    execution.supersedes = Some("d0".to_owned());
    let gone = vec![finding("mean_floor", 1.512, 4.0).violated];
    let news = News { gone, open: false, ..news(Kind::Correction) };
    snapshot("correction", &told(&execution, &run(2), &[], &news));
}

#[test]
fn a_test_message() {
    let now = "2026-10-31T14:00:00Z".parse().unwrap();
    let message = test_message("arn:aws:sns:eu-west-1:123456789012:violations", now);
    within_limits(&message);
    snapshot("test", &message);
}

#[test]
fn ten_thousand_violations_are_still_a_message_for_a_person() {
    let violations: Vec<Finding> = (0..10_000)
        .map(|n| {
            let check = if n % 4 == 0 { "completeness_check" } else { "baseline_drift_check" };
            let violated = ViolatedConstraint {
                constraint_check_type: check.to_owned(),
                feature_name: Some(format!("feature_{n}")),
                metric_name: None,
            };
            let description = format!("Baseline drift distance of feature_{n}: 0.2 exceeds threshold: 0.1");
            Finding { severity: Severity::Warning, description, measured: None, violated }
        })
        .collect();
    let mut news = news(Kind::Announced);
    news.severity = Severity::Warning;
    news.added = violations.iter().map(|finding| finding.violated.clone()).collect();
    let execution = execution("CompletedWithViolations", "Job completed successfully with 10000 violations.");
    let message = told(&execution, &run(1), &violations, &news);
    assert_eq!(message.subject, "WARNING: 10,000 diversity violations on recommender-prod/AllTraffic");
    assert!(
        message.text.contains(
            "and 9,980 more violations in the report: 7485 baseline_drift_check, 2495 completeness_check"
        ),
        "{}",
        message.text
    );
    assert!(message.text.lines().count() < 45 && message.text.len() < 4_000, "{}", message.text);
    assert_eq!(message.body["payload"]["custom_details"]["violations"].as_array().unwrap().len(), 20);
    assert_eq!(
        message.attributes.check,
        ["baseline_drift_check", "completeness_check"]
            .map(str::to_owned)
            .into_iter()
            .rev()
            .collect::<Vec<_>>()
    );
}

#[test]
fn the_longest_and_strangest_names_stay_within_the_limits() {
    let long = "a".repeat(63);
    for word in ["\u{1f4a3}", "\"\\", "\u{1b}[31m\n", "\u{202e}", "é"] {
        let mut execution = execution("Failed", &word.repeat(5_000));
        execution.identity.monitor = word.repeat(500);
        execution.identity.endpoint_name = long.parse().unwrap();
        execution.identity.variant_name = long.parse().unwrap();
        execution.identity.monitoring_schedule_name = long.parse().unwrap();
        let violated = |n: usize| ViolatedConstraint {
            constraint_check_type: format!("{n}{}", word.repeat(1_000)),
            feature_name: Some(format!("{n}{}", word.repeat(1_000))),
            metric_name: Some(format!("{n}{}", word.repeat(1_000))),
        };
        let findings: Vec<Finding> = (0..1_000)
            .map(|n| Finding {
                violated: violated(n),
                severity: Severity::Info,
                description: word.repeat(10_000),
                measured: Some(Measured { value: f64::MAX, limit: -f64::MAX }),
            })
            .collect();
        let lists: Vec<ViolatedConstraint> = (0..1_000).map(violated).collect();
        let news = News { added: lists.clone(), gone: lists.clone(), unproven: lists, ..news(Kind::Changed) };
        let message = told(&execution, &run(2), &findings, &news);
        assert!(message.attributes.check.len() <= MOST_CHECKS);
    }
}

#[test]
fn an_id_is_one_messages_own() {
    let execution = execution("CompletedWithViolations", "x");
    let id = |run: &RunFolder, kind| told(&execution, run, &findings(), &news(kind)).message_id;
    assert_eq!(id(&run(1), Kind::Announced), id(&run(1), Kind::Announced));
    let mut ids =
        vec![id(&run(1), Kind::Announced), id(&run(1), Kind::Reminder), id(&run(2), Kind::Announced)];
    ids.dedup();
    assert_eq!(ids.len(), 3);
}
