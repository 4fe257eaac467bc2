//! A hundred monitors over three ticks: each has its own outcome and its own retries, each violation is announced for its own
//! schedule, and each that persists pages once.

use super::deployment::{BUCKET, Deployment, NAME, Ticked, hour};
use super::traffic::{baseline, catalog, lists, rows, without_ages};
use crate::data_quality::traffic::healthy;
use bellwether_alarms::State;
use bellwether_alarms::template::Template;
use bellwether_tests::answer::Answer;
use bellwether_tests::faults::Fault;
use bellwether_tests::recorded::Publish;
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};
use std::time::Instant;

/// Ninety that are well: eighty of columns and ten of lists.
const OF_COLUMNS: usize = 80;
const OF_LISTS: usize = 10;
const VIOLATING: usize = 5;
const WITHOUT_DATA: usize = 3;
const TICKS: [&str; 3] = ["31T09", "31T10", "31T11"];

fn named(kind: &str, count: usize) -> Vec<String> {
    (0..count).map(|number| format!("{kind}-{number:02}")).collect()
}

fn document() -> String {
    let mut text =
        "version: 1\ndefaults: {capture_uri: '{root}/capture', variant_name: AllTraffic}\nmonitors:\n"
            .to_owned();
    let mut add = |name: &str, endpoint: &str, rest: &str| {
        text.push_str(&format!("  - {{name: {name}, endpoint_name: {endpoint}, {rest}}}\n"));
    };
    const COLUMNS: &str =
        "monitor: data-quality, baseline_constraints_uri: '{root}/baseline/constraints.json'";
    for name in [named("well", OF_COLUMNS), named("bad", VIOLATING), named("quiet", WITHOUT_DATA)].concat() {
        add(&name, &name, COLUMNS);
    }
    for name in named("lists", OF_LISTS) {
        add(&name, &name, "monitor: diversity, catalog_uri: '{root}/catalog.json', replay: none");
    }
    add("broken", "well-00", "monitor: data-quality, baseline_constrains_uri: x");
    add("unjudged", "well-00", "monitor: data-quality, baselines_uri: '{root}/baselines'");
    text
}

/// The traffic of the hours that the ticks judge. One endpoint begins to violate an hour after the others.
async fn prepare(deployment: &Deployment) {
    baseline(deployment).await;
    catalog(deployment).await;
    deployment.document(&document()).await;
    // They were asked something once: a place without any capture would be nobody's.
    for endpoint in named("quiet", WITHOUT_DATA) {
        rows(deployment, &endpoint, hour("31T01"), healthy).await;
    }
    for start in ["31T08", "31T09", "31T10"] {
        let is_first = start == "31T08";
        for endpoint in named("well", OF_COLUMNS) {
            rows(deployment, &endpoint, hour(start), healthy).await;
        }
        for (number, endpoint) in named("bad", VIOLATING).iter().enumerate() {
            let is_late = number == VIOLATING - 1 && is_first;
            rows(deployment, endpoint, hour(start), if is_late { healthy } else { without_ages }).await;
        }
        for endpoint in named("lists", OF_LISTS) {
            lists(deployment, &endpoint, hour(start)).await;
        }
    }
}

/// Of the stack that the template makes.
fn parameters() -> BTreeMap<String, String> {
    let given = [("AWS::StackName", NAME), ("InputsBucket", BUCKET), ("ReportsBucket", BUCKET)];
    given.map(|(name, value)| (name.to_owned(), value.to_owned())).into()
}

/// How many runs ended so, of this tick.
fn statuses(ticked: &Ticked) -> BTreeMap<String, usize> {
    let mut counted = BTreeMap::new();
    for answer in ticked.answers.values() {
        *counted.entry(answer["monitoring_execution_status"].to_string()).or_default() += 1;
    }
    counted
}

/// Schedules that messages of a topic are about, by whether they say that a violation persists.
fn told(published: &[Publish], topic: &str) -> BTreeSet<String> {
    let of_topic = published.iter().filter(|message| message.topic_arn == topic);
    of_topic
        .map(|message| {
            let attribute = |name: &str| message.attributes.get(name).map_or("", |(_, value)| value.as_str());
            let persists = if attribute("persists") == "true" { " persists" } else { "" };
            let by_protocol: Value = serde_json::from_str(&message.message).expect("a message by protocol");
            let body: Value =
                serde_json::from_str(by_protocol["sqs"].as_str().expect("a body")).expect("JSON");
            let kind = body["payload"]["custom_details"]["kind"].as_str().expect("a kind");
            format!("{} {kind}{persists}", attribute("schedule"))
        })
        .collect()
}

#[tokio::test]
async fn a_hundred_monitors_have_a_hundred_outcomes() {
    let mut deployment = Deployment::new().await;
    prepare(&deployment).await;
    let mut alarms =
        Template::embedded().and_then(|template| template.alarms(&parameters())).expect("alarms");
    let (began, mut seen, mut puts) = (Instant::now(), 0, 0);
    // One monitor's captures cannot be listed at first: it is tried again, and no other is.
    let unlucky = "well-07";
    let struck = deployment.harness.aws().inject(
        Fault::before("s3:ListObjectsV2", Answer::s3_error(503, "SlowDown"))
            .at_path(format!("capture%2F{unlucky}%2F"))
            .nth(1),
    );
    for (turn, at) in TICKS.into_iter().enumerate() {
        let ticked = deployment.tick(hour(at)).await;
        assert!(ticked.dead.is_empty(), "{at}: {:?}", ticked.dead);
        let dispatched = ticked.dispatched.as_ref().expect("an answer");
        assert_eq!(dispatched["started"].as_array().map(Vec::len), Some(99), "all but the broken one");
        for (name, attempts) in &ticked.attempts {
            let expected = if name == unlucky && turn == 0 { 2 } else { 1 };
            assert_eq!(*attempts, expected, "{name} at {at}");
        }
        let violating = VIOLATING - usize::from(turn == 0);
        let expected = [
            ("\"Completed\"", OF_COLUMNS + OF_LISTS + VIOLATING - violating),
            ("\"CompletedNoData\"", WITHOUT_DATA),
            ("\"CompletedWithViolations\"", violating),
            ("\"Inconclusive\"", 1),
        ];
        assert_eq!(
            statuses(&ticked),
            expected.map(|(status, count)| (status.to_owned(), count)).into(),
            "{at}"
        );
        for (name, answer) in &ticked.answers {
            assert!(
                answer["run"].as_str().is_some_and(|run| run.contains(name.as_str())),
                "{name}: {answer}"
            );
        }
        let published = deployment.harness.aws().published_after(seen);
        seen += published.len();
        let [announced, paged] =
            [&deployment.violations, &deployment.paging].map(|topic| told(&published, topic));
        check_messages(turn, &announced, &paged);
        puts = deployment.alarmed(&mut alarms, puts, hour(at));
        // One flag for all that persist, and one for the broken entry; that the dispatcher lives is known from its points.
        let is_in_alarm = ["PersistsAlarm", "BehindAlarm", "HeartbeatAlarm", "PagingAlarm"]
            .map(|name| alarms.state(name).expect("an alarm") == State::Alarm);
        let expected = if turn == 0 { [false; 4] } else { [true, true, false, true] };
        assert_eq!(is_in_alarm, expected, "{at}");
    }
    assert_eq!(struck.count(), 1);
    let of = |name| deployment.points(name).into_iter().map(|(_, value)| value).collect::<Vec<_>>();
    // The broken entry is behind at once; the one without a baseline would be after a day.
    assert_eq!(of("monitors_behind"), [1.0; 3]);
    assert_eq!(of("monitors_total"), [100.0; 3]);
    let persists = deployment.points("violation_persists");
    let hours = ["31T08", "31T09", "31T10"].map(|at| {
        let of_hour = persists.iter().filter(|(stamp, _)| *stamp == hour(at));
        (of_hour.clone().count(), of_hour.filter(|(_, value)| *value == 1.0).count())
    });
    assert_eq!(hours, [(99, 0), (99, VIOLATING - 1), (99, VIOLATING)]);
    tell_the_price(&deployment, began).await;
}

/// At first four are announced; then those persist and a fifth begins; then that one persists behind an alarm that is there already.
fn check_messages(turn: usize, announced: &BTreeSet<String>, paged: &BTreeSet<String>) {
    let each = |numbers: std::ops::Range<usize>, what: &str| -> BTreeSet<String> {
        numbers.map(|number| format!("bad-{number:02} {what}")).collect()
    };
    let not_judged = BTreeSet::from(["unjudged not_judged".to_owned()]);
    let (first, second) = match turn {
        0 => (&each(0..4, "announced") | &not_judged, BTreeSet::new()),
        1 => (each(4..5, "announced"), each(0..4, "persists")),
        _ => (BTreeSet::new(), each(4..5, "persists")),
    };
    let paged: BTreeSet<String> = paged
        .iter()
        .map(|told| {
            let (schedule, rest) = told.split_once(' ').expect("a kind");
            assert!(rest.ends_with(" persists"), "{told}");
            format!("{schedule} persists")
        })
        .collect();
    assert_eq!((announced, &paged), (&first, &second), "tick {turn}");
}

/// What Lambda would ask for it: the functions' own estimates, of the time that they took here, unoptimised.
async fn tell_the_price(deployment: &Deployment, began: Instant) {
    let (mut runs, mut seconds, mut usd) = (0, 0.0, 0.0);
    for key in deployment.harness.keys("reports/").await.iter().filter(|key| key.ends_with("/execution.json"))
    {
        let attempt = deployment.harness.json(key).await["attempt"].clone();
        runs += 1;
        seconds += attempt["duration_seconds"].as_f64().expect("a duration");
        usd += attempt["estimated_cost_usd"].as_f64().expect("a price");
    }
    assert_eq!(runs, 99 * TICKS.len());
    // Shown with --nocapture.
    eprintln!(
        "{runs} runs of 99 monitors in {} s here; {seconds:.1} s of functions of 1,024 MB, {usd:.6} USD in all",
        began.elapsed().as_secs()
    );
}
