use super::*;
use crate::route::finding::tests::{of_column, of_metric};
use bellwether_contract::json::from_slice;
use bellwether_contract::names::ModelVersion;
use bellwether_contract::violations::CheckType;

pub(crate) fn execution(status: &str, message: &str) -> Execution {
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
    let description = format!("Metric {metric} with {value:?} was LessThanThreshold '{limit:?}'");
    Finding { description, ..of_metric("top10_category_diversity", &metric, value, limit) }
}

/// A column with a missing value, one that drifted over few values, and too few columns.
fn columns() -> Vec<Finding> {
    let mut drift = of_column("Day Mins", CheckType::BaselineDrift, 0.301_234, 0.1);
    let judged = drift.judged.as_mut().unwrap();
    (judged.n, judged.baseline_n) = (60, Some(5_000));
    vec![
        of_column("age", CheckType::Completeness, 0.8, 1.0),
        drift,
        of_column("Missing columns", CheckType::MissingColumn, 19.0, 20.0),
    ]
}

fn findings() -> Vec<Finding> {
    vec![finding("mean_floor", 1.512, 4.0), finding("mean", 1.512, 6.12), finding("p5", 1.0, 5.0)]
}

fn news(kind: NewsKind) -> News {
    News {
        kind,
        since: Some("2026-10-31T12:00:00Z".parse().unwrap()),
        windows: 2,
        silent: 0,
        added: Vec::new(),
        gone: Vec::new(),
        unproven: Vec::new(),
        lapsed: Vec::new(),
        open: true,
        severity: Severity::Critical,
        worst: Severity::Critical,
        checks: Default::default(),
    }
}

fn told(execution: &Execution, run: &RunFolder, findings: &[Finding], news: &News) -> Message {
    told_with(None, execution, run, findings, news)
}

fn told_with(
    page: Option<&str>,
    execution: &Execution,
    run: &RunFolder,
    findings: &[Finding],
    news: &News,
) -> Message {
    let notice = MessageParts {
        run,
        execution,
        findings,
        news,
        report: "s3://ml-reports/model-monitor/recommender-prod/diversity-hourly/2026/10/31/14",
        page,
        runbook: Some("https://wiki.example.com/runbooks/diversity"),
        remind_after: SignedDuration::from_hours(6),
    };
    let told = message(notice, 0);
    within_limits(&told);
    let behind = message(notice, 1);
    assert_eq!((&told.message_id, &told.subject), (&behind.message_id, &behind.subject));
    assert!(size_bytes(&behind) <= size_bytes(&told).max(MOST_BYTES_BEHIND));
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

/// Whoever reads only a subject, a text message, or PagerDuty's fields knows what broke, and by how much.
fn names_the_worst(message: &Message, name: &str, value: &str, limit: &str) {
    let details = message.body["payload"]["custom_details"]["violations"][0]["line"].as_str().unwrap();
    let summary = message.body["payload"]["summary"].as_str().unwrap();
    for form in [&message.subject, &message.text, summary, details] {
        for word in [name, value, limit] {
            assert!(form.contains(word), "{word} in {form}");
        }
    }
}

/// It stands in the text before the runbook, and is the first link that PagerDuty shows.
#[test]
fn the_page_of_a_run_is_a_link() {
    let execution = execution("CompletedWithViolations", "Job completed successfully with 3 violations.");
    let page = "https://console.aws.amazon.com/s3/object/ml-reports?region=eu-west-1&prefix=x%2Freport.html";
    let told = told_with(Some(page), &execution, &run(1), &findings(), &news(NewsKind::Announced));
    let lines: Vec<&str> = told.text.lines().filter(|line| line.contains("http")).collect();
    assert_eq!(lines.len(), 2, "{lines:?}");
    assert!(lines[0].starts_with("Page") && lines[0].ends_with(page), "{lines:?}");
    assert_eq!(told.body["links"][0], json!({"href": page, "text": "Page"}));
    assert_eq!(told.body["links"][1]["text"], "Runbook");
}

#[test]
fn an_announcement() {
    let execution = execution("CompletedWithViolations", "Job completed successfully with 3 violations.");
    let mut news = News { windows: 1, ..news(NewsKind::Announced) };
    news.added = findings().into_iter().map(|finding| finding.violated).collect();
    let message = told(&execution, &run(1), &findings(), &news);
    names_the_worst(&message, "top10_category_diversity_mean_floor", "1.512", "limit 4.0");
    snapshot("announced", &message);
}

#[test]
fn an_announcement_of_columns() {
    let mut execution = execution("CompletedWithViolations", "Job completed successfully with 3 violations.");
    execution.identity.monitor = "data-quality".to_owned();
    for worst in 0..3 {
        let mut findings = columns();
        findings.rotate_left(worst);
        let mut news = News { windows: 1, severity: Severity::Warning, ..news(NewsKind::Announced) };
        news.worst = Severity::Warning;
        let message = told(&execution, &run(1), &findings, &news);
        let [age, drift, missing] = [
            ("age, completeness", "0.8", "baseline 1.0"),
            ("Day Mins, baseline_drift", "0.3012", "limit 0.1 (only 60 values)"),
            ("Missing columns, missing_column", "19", "baseline 20"),
        ];
        let (name, value, limit) = [age, drift, missing][worst];
        names_the_worst(&message, name, value, limit);
        if worst == 0 {
            snapshot("columns", &message);
        }
    }
}

/// The longest name that fits nowhere leaves room for the numbers, and the target is what is cut.
#[test]
fn a_subject_keeps_the_numbers_whatever_a_column_is_called() {
    let execution = execution("CompletedWithViolations", "x");
    let news = news(NewsKind::Announced);
    let long = of_column(&"wide ".repeat(60), CheckType::Completeness, 0.8, 1.0);
    let message = told(&execution, &run(1), &[long], &news);
    assert!(message.subject.contains("completeness: 0.8, baseline 1.0"), "{}", message.subject);
}

/// SNS cuts nothing: what is too long is shortened where it says least.
#[test]
fn a_subject_keeps_the_hour_and_the_reason_whatever_the_endpoint_is_called() {
    let mut run_of = execution("CompletedWithViolations", "x");
    let blind =
        "Inconclusive: nothing was judged: baseline: no baseline at s3://ml-baselines-eu-west-1/models.";
    let mut not_judged = execution("Inconclusive", blind);
    for endpoint in ["e", "recommender-prod", &"endpoint-of-the-newsroom-".repeat(2), &"a".repeat(63)] {
        let name = endpoint.trim_end_matches('-');
        run_of.identity.endpoint_name = name.parse().unwrap();
        not_judged.identity.endpoint_name = name.parse().unwrap();
        for found in
            [findings(), columns(), vec![of_column(&"a_b".repeat(40), CheckType::Completeness, 0.8, 1.0)]]
        {
            let numbers = ["1.512, limit 4.0", "0.8, baseline 1.0"];
            for (kind, hour) in [
                (NewsKind::Earlier, Some("31 Oct 14:00Z")),
                (NewsKind::Correction, Some("31 Oct 14Z")),
                (NewsKind::Announced, None),
                (NewsKind::Reminder, None),
            ] {
                let subject = told(&run_of, &run(1), &found, &news(kind)).subject;
                assert!(subject.contains("CRITICAL"), "{subject}");
                assert!(numbers.iter().any(|numbers| subject.contains(numbers)), "{subject}");
                let iso = run(1).hour.to_string();
                assert!(
                    hour.is_none_or(|hour| subject.contains(hour) || subject.contains(&iso)),
                    "{subject}"
                );
                assert!(subject.contains(&format!("on {}", &name[..name.len().min(2)])), "{subject}");
            }
        }
        let subject = told(&not_judged, &run(1), &[], &news(NewsKind::NotJudged)).subject;
        assert!(subject.contains("no baseline at s3://ml-ba"), "{subject}");
        let changed = News { added: vec![findings()[0].violated.clone()], ..news(NewsKind::Changed) };
        let subject = told(&run_of, &run(1), &columns(), &changed).subject;
        assert!(subject.ends_with(": 1 new, 0 gone"), "{subject}");
    }
}

#[test]
fn a_changed_set() {
    let execution = execution("CompletedWithViolations", "Job completed successfully with 1 violations.");
    let [floor, mean, p5] = <[Finding; 3]>::try_from(findings()).unwrap();
    let news = News {
        silent: 2,
        severity: Severity::Warning,
        added: vec![p5.violated.clone()],
        gone: vec![floor.violated],
        unproven: vec![mean.violated],
        ..news(NewsKind::Changed)
    };
    snapshot("changed", &told(&execution, &run(1), &[p5], &news));
}

#[test]
fn a_reminder() {
    let execution = execution("CompletedWithViolations", "Job completed successfully with 3 violations.");
    let news = News { windows: 7, silent: 5, ..news(NewsKind::Reminder) };
    snapshot("reminder", &told(&execution, &run(1), &findings(), &news));
}

#[test]
fn a_reminder_in_an_hour_that_found_nothing_names_what_is_open() {
    let execution = execution("Inconclusive", "Inconclusive: nothing was judged: there is no row.");
    let unproven = findings().into_iter().map(|finding| finding.violated).collect();
    let message = told(&execution, &run(1), &[], &News { unproven, ..news(NewsKind::Reminder) });
    assert!(
        message.subject.starts_with(
            "CRITICAL: still top10_category_diversity_mean_floor and 2 more, not evaluated now, on "
        ),
        "{}",
        message.subject
    );
    snapshot("unproven", &message);
}

#[test]
fn a_resolution() {
    let execution = execution("Completed", "Job completed successfully with no violations.");
    let gone = findings().into_iter().map(|finding| finding.violated).collect();
    let checks = ["LessThanThreshold".to_owned(), "capture_side_check".to_owned()].into();
    let news = News { gone, checks, open: false, ..news(NewsKind::Resolved) };
    let message = told(&execution, &run(1), &[], &news);
    assert_eq!(message.body["event_action"], "resolve");
    snapshot("resolved", &message);
}

#[test]
fn what_is_no_longer_judged_is_not_said_to_be_well() {
    let execution = execution("Completed", "Job completed successfully with no violations.");
    let lapsed = findings().into_iter().map(|finding| finding.violated).collect();
    let message =
        told(&execution, &run(1), &[], &News { lapsed, open: false, ..news(NewsKind::NoLongerJudged) });
    assert_eq!(message.body["event_action"], "resolve");
    assert!(!message.text.contains("within"), "{}", message.text);
    snapshot("no_longer_judged", &message);
}

#[test]
fn an_earlier_hour() {
    let execution = execution("CompletedWithViolations", "Job completed successfully with 3 violations.");
    let added = findings().into_iter().map(|finding| finding.violated).collect();
    let message = told(&execution, &run(1), &findings(), &News { added, ..news(NewsKind::Earlier) });
    assert_eq!(message.body["event_action"], "trigger");
    names_the_worst(&message, "top10_category_diversity_mean_floor", "1.512", "limit 4.0");
    snapshot("earlier", &message);
}

#[test]
fn what_is_not_judged_is_an_incident_of_its_own() {
    let text = "Inconclusive: nothing was judged: baseline: no baseline at s3://ml/baselines.";
    let blind = execution("Inconclusive", text);
    let news = News { severity: Severity::Info, worst: Severity::Info, ..news(NewsKind::NotJudged) };
    let begun = told(&blind, &run(1), &[], &news);
    assert_eq!(
        (&begun.body["event_action"], &begun.body["payload"]["severity"]),
        (&json!("trigger"), &json!("info"))
    );
    assert!(begun.body["payload"]["summary"].as_str().unwrap().contains("no baseline at s3://ml/baselines"));
    snapshot("not_judged", &begun);
    let execution = execution("Completed", "Job completed successfully with no violations.");
    let over = told(&execution, &run(1), &[], &News { kind: NewsKind::JudgedAgain, open: false, ..news });
    assert_eq!((&over.body["event_action"], &over.dedup_key), (&json!("resolve"), &begun.dedup_key));
    assert_ne!(over.dedup_key, dedup_key(&execution.identity, NewsKind::Resolved));
    snapshot("judged_again", &over);
}

#[test]
fn a_correction() {
    let mut execution = execution("Completed", "Job completed successfully with no violations.");
    execution.supersedes = Some("d0".to_owned());
    let gone = vec![finding("mean_floor", 1.512, 4.0).violated];
    let news = News { gone, open: false, ..news(NewsKind::Correction) };
    snapshot("correction", &told(&execution, &run(2), &[], &news));
}

#[test]
fn a_correction_that_finds_a_violation_says_so() {
    let execution = execution("CompletedWithViolations", "Job completed successfully with 3 violations.");
    let message = told(&execution, &run(2), &findings(), &news(NewsKind::Correction));
    assert_eq!(message.body["event_action"], "trigger");
    names_the_worst(&message, "top10_category_diversity_mean_floor", "1.512", "limit 4.0");
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
            let check = if n % 4 == 0 { CheckType::Completeness } else { CheckType::BaselineDrift };
            of_column(&format!("feature_{n}"), check, 0.2, 0.1)
        })
        .collect();
    let mut news = news(NewsKind::Announced);
    (news.severity, news.worst) = (Severity::Warning, Severity::Warning);
    news.added = violations.iter().map(|finding| finding.violated.clone()).collect();
    let execution = execution("CompletedWithViolations", "Job completed successfully with 10000 violations.");
    let message = told(&execution, &run(1), &violations, &news);
    assert_eq!(
        message.subject,
        "WARNING: feature_0, completeness: 0.2, baseline 0.1, and 9,999 more on recommender-prod/AllTraffic"
    );
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
            rest: None,
        };
        let findings: Vec<Finding> = (0..1_000)
            .map(|n| Finding {
                violated: violated(n),
                severity: Severity::Info,
                description: word.repeat(10_000),
                judged: of_column("x", CheckType::Completeness, f64::MAX, -f64::MAX).judged,
            })
            .collect();
        let lists: Vec<ViolatedConstraint> = (0..1_000).map(violated).collect();
        let (added, gone, unproven) = (lists.clone(), lists.clone(), lists.clone());
        let news = News { added, gone, unproven, lapsed: lists, ..news(NewsKind::Changed) };
        let message = told(&execution, &run(2), &findings, &news);
        assert!(message.attributes.check.len() <= MOST_CHECKS);
    }
}

#[test]
fn an_id_is_one_messages_own() {
    let execution = execution("CompletedWithViolations", "x");
    let id = |run: &RunFolder, kind| told(&execution, run, &findings(), &news(kind)).message_id;
    assert_eq!(id(&run(1), NewsKind::Announced), id(&run(1), NewsKind::Announced));
    let mut ids = vec![
        id(&run(1), NewsKind::Announced),
        id(&run(1), NewsKind::Reminder),
        id(&run(2), NewsKind::Announced),
    ];
    ids.dedup();
    assert_eq!(ids.len(), 3);
}
