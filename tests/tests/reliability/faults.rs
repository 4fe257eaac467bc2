//! `docs/faults.md` is true: every trouble at every place is played, once and for as long as a delivery lasts, and what
//! is seen is what the table says.
//!
//! Clients retry as the deployed ones do, with shorter pauses.

use super::newsroom::{Newsroom, final_names};
use crate::harness::functions::{Answer, Function, named};
use crate::harness::recommender::sessions;
use crate::harness::{Tree, time};
use bellwether_pipeline::clients::retries;
use bellwether_tests::recorded::MetricDatum;
use bellwether_tests::troubles::Trouble;
use futures::stream::{StreamExt, iter};
use serde_json::{Value, json};
use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::path::Path;
use std::time::Duration;
use tokio::runtime::Builder;
use tokio::time::timeout;

const HEADER: [&str; 5] = ["fault", "where", "once", "while it lasts", "the retry after it"];
/// Lambda's longest.
const TIME_LIMIT: Duration = Duration::from_secs(900);

/// A request that a function makes: its name in the table, the function, the operation and a part of the path, and what
/// an error there must name.
type Place = (&'static str, &'static str, &'static str, &'static str, &'static str);

#[rustfmt::skip]
const PLACES: [Place; 20] = [
    ("list captures", "diversity-check", "s3:ListObjectsV2", "prefix=capture", "s3://newsroom/capture/newsroom-prod/AllTraffic/"),
    ("read captures", "diversity-check", "s3:GetObject", "/capture/", "s3://newsroom/capture/newsroom-prod/AllTraffic/2026/10/31/"),
    ("read an input", "diversity-check", "s3:GetObject", "/inputs/catalog.json", "s3://newsroom/inputs/catalog.json"),
    ("look for a verdict", "diversity-check", "s3:GetObject", "/09/execution.json", "2026/10/31/09/execution.json"),
    ("ask the model", "diversity-check", "sagemaker:InvokeEndpoint", "", "newsroom-prod"),
    ("keep a profile", "diversity-check", "s3:PutObject", "/reports-state/profiles/", ""),
    ("stage", "diversity-check", "s3:PutObject", "/reports-state/staged/", "s3://newsroom/reports-state/staged/"),
    ("commit", "diversity-check", "s3:PutObject", "/09/execution.json", "2026/10/31/09/execution.json"),
    ("publish files", "diversity-check", "s3:PutObject", "/09/constraint_violations.json", "2026/10/31/09/constraint_violations.json"),
    ("send metrics", "diversity-check", "monitoring:PutMetricData", "", "Bellwether"),
    ("claim a message", "violation-router", "s3:PutObject", "/reports-state/routing/", "s3://newsroom/reports-state/routing/"),
    ("send a message", "violation-router", "sns:Publish", "", "arn:aws:sns:us-east-1:000000000000:violations"),
    ("move the pointer", "baseline", "s3:PutObject", "/current.json", "s3://newsroom/baselines/newsroom-prod/AllTraffic/current.json"),
    ("read the document", "dispatch", "s3:GetObject", "/inputs/monitors.yaml", "s3://newsroom/inputs/monitors.yaml"),
    ("start a monitor", "dispatch", "lambda:Invoke", "", "data-quality was not started"),
    ("see since when it is watched", "dispatch", "s3:GetObject", "/reports-state/monitors/columns.json", "s3://newsroom/reports-state/monitors/columns.json"),
    ("see how it stands", "dispatch", "s3:GetObject", "/08/execution.json", "/columns/2026/10/31/08/execution.json"),
    ("note who is behind", "dispatch", "s3:PutObject", "/reports-state/monitors/_behind.json", "s3://newsroom/reports-state/monitors/_behind.json"),
    ("list who is watched", "dispatch", "s3:ListObjectsV2", "prefix=reports-state%2Fmonitors", "s3://newsroom/reports-state/monitors/"),
    ("say how all stand", "dispatch", "monitoring:PutMetricData", "", "Bellwether"),
];

/// What was seen of a trouble at a place.
#[derive(Debug, Clone, PartialEq)]
struct Seen {
    once: String,
    lasting: String,
    retry: String,
}

impl fmt::Display for Seen {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "{} | {} | {}", self.once, self.lasting, self.retry)
    }
}

/// A run without troubles.
struct Usual {
    /// Where it can begin.
    ready: Newsroom,
    function: &'static Function,
    answer: Value,
    end: End,
}

/// What counts after a delivery.
#[derive(Debug, Clone, PartialEq)]
struct End {
    names: Tree,
    /// Requests for points, by what they are of: those of the dispatcher come again with what it has found out meanwhile.
    metrics: usize,
    messages: BTreeSet<String>,
    started: BTreeSet<String>,
    watched: Tree,
}

impl End {
    async fn of(newsroom: &Newsroom) -> Self {
        let messages = newsroom.messages().into_keys().collect();
        let tree = newsroom.harness.tree().await;
        let point = |datum: &MetricDatum| (datum.metric_name.clone(), datum.timestamp.map(f64::to_bits));
        let metrics = newsroom.metrics().0;
        let metrics: BTreeSet<Vec<_>> =
            metrics.iter().map(|put| put.metric_data.iter().map(point).collect()).collect();
        let started = newsroom.harness.aws().invoked_after(0);
        let started = started.iter().map(|started| started.event.to_string()).collect();
        let names = final_names(&tree);
        let watched = tree.into_iter().filter(|(key, _)| key.contains("-state/monitors/")).collect();
        Self { names, metrics: metrics.len(), messages, started, watched }
    }
}

/// Lists of two categories: the hour has violations, and the router something to tell. The baseline's lists have six.
/// Where the model's answers get lost, one of them is a twentieth: few enough for a verdict.
async fn newsroom((_, name, operation, ..): Place) -> Newsroom {
    let categories = if name == "baseline" { 6 } else { 2 };
    let newsroom = Newsroom::with_lists_of(categories).await;
    if operation == "sagemaker:InvokeEndpoint" {
        newsroom.harness.put("inputs/sessions.jsonl", sessions(20)).await;
    }
    let newsroom = newsroom.ready_for(named(name)).await;
    if name == "dispatch" {
        // At the third tick it is behind: nobody runs what is started here.
        for tick in ["2026-10-31T07:10:00Z", "2026-10-31T08:10:00Z"] {
            let event = json!({"scheduled_time": tick});
            newsroom.deliver_at(named(name), event, time(tick)).await.expect("a tick");
        }
    }
    newsroom.retrying(retries().with_initial_backoff(Duration::from_millis(1)))
}

async fn deliver(newsroom: &Newsroom, function: &Function) -> Option<Answer> {
    timeout(TIME_LIMIT, newsroom.deliver(function, function.event())).await.ok()
}

impl Usual {
    async fn of(place: Place) -> Self {
        let (ready, function) = (newsroom(place).await, named(place.1));
        let newsroom = ready.fork().await;
        let answer = deliver(&newsroom, function).await.expect("in time").expect("a run without troubles");
        Self { ready, function, answer, end: End::of(&newsroom).await }
    }

    /// What a person sees of a delivery: an error type, or a run that is not as usual, or nothing.
    async fn seen(&self, newsroom: &Newsroom, answer: Option<Answer>, operand: &str) -> String {
        let mut seen = Vec::new();
        match answer {
            None => seen.push("killed by its time limit".to_owned()),
            Some(Err(error)) => {
                assert!(error.error_message.contains(operand), "{operand} is not in {}", error.error_message);
                seen.push(code(&error.error_type));
            }
            Some(Ok(answer)) if answer == self.answer => {}
            Some(Ok(answer)) => seen.push(
                answer["monitoring_execution_status"]
                    .as_str()
                    .map_or_else(|| format!("another answer: {answer}"), code),
            ),
        }
        if self.function.name == "dispatch" {
            let end = End::of(newsroom).await;
            seen.extend((end.started != self.end.started).then(|| "nobody started".to_owned()));
            seen.extend((end.metrics < self.end.metrics).then(|| "no point".to_owned()));
        }
        let tree = newsroom.harness.tree().await;
        seen.extend(unanswered(&tree).iter().map(|reason| code(reason)));
        seen.extend(has_lost_a_profile(&tree).then(|| "a warning".to_owned()));
        if newsroom.messages().values().any(|(_, times)| *times > 1) {
            seen.push("the message more than once".to_owned());
        }
        if seen.is_empty() { "nothing".to_owned() } else { seen.join(", ") }
    }

    async fn once(&self, trouble: Trouble, place: Place) -> String {
        let ((_, _, operation, path, operand), newsroom) = (place, self.ready.fork().await);
        let strikes = newsroom.harness.aws().inject(trouble.at(operation).at_path(path).nth(1));
        let answer = deliver(&newsroom, self.function).await;
        assert_eq!(strikes.count(), 1, "{} at {operation} {path}", trouble.name());
        self.seen(&newsroom, answer, operand).await
    }

    async fn lasting(&self, trouble: Trouble, place: Place) -> (String, String) {
        let ((_, _, operation, path, operand), newsroom) = (place, self.ready.fork().await);
        let before = End::of(&newsroom).await;
        let strikes = newsroom.harness.aws().inject(trouble.at(operation).at_path(path));
        let answer = deliver(&newsroom, self.function).await;
        assert!(strikes.count() > 0, "{} at {operation} {path}", trouble.name());
        newsroom.harness.aws().clear_faults();
        let lasting = self.seen(&newsroom, answer, operand).await;
        (lasting, self.retry(&newsroom, before).await)
    }

    /// Delivers the event once more, now that the trouble is over: what that changed.
    async fn retry(&self, newsroom: &Newsroom, before: End) -> String {
        let (middle, told) = (End::of(newsroom).await, newsroom.harness.aws().published().len());
        deliver(newsroom, self.function).await.expect("in time").expect("the retry ends well");
        let (after, told_now) = (End::of(newsroom).await, newsroom.harness.aws().published().len());
        let did = match () {
            () if told > 0 && told_now > told => "sends the message again",
            () if after == middle => "changes nothing",
            () if middle == before => "does the work",
            () => "completes the work",
        };
        // A verdict that was made under trouble stands; everything else ends as usual.
        if after != self.end {
            assert_eq!((did, &after), ("changes nothing", &middle), "{}", self.function.name);
        }
        did.to_owned()
    }

    async fn play(&self, trouble: Trouble, place: Place) -> Seen {
        let once = self.once(trouble, place).await;
        let (lasting, retry) = self.lasting(trouble, place).await;
        Seen { once, lasting, retry }
    }
}

fn code(word: &str) -> String {
    format!("`{word}`")
}

fn executions(tree: &Tree) -> impl Iterator<Item = Value> {
    let executions = tree.iter().filter(|(key, _)| key.ends_with("/execution.json"));
    executions.map(|(_, bytes)| serde_json::from_slice(bytes).expect("JSON"))
}

/// Whether a committed execution says that its profile is not kept.
fn has_lost_a_profile(tree: &Tree) -> bool {
    executions(tree).any(|execution| execution["attempt"]["profile_not_kept"].is_string())
}

/// Why sessions were not answered, as the committed executions say.
fn unanswered(tree: &Tree) -> BTreeSet<String> {
    let reasons = |execution: Value| {
        let reasons = execution["replay"]["unanswered"].as_object().cloned().unwrap_or_default();
        reasons.into_iter().map(|(reason, _)| reason)
    };
    executions(tree).flat_map(reasons).collect()
}

/// Every trouble at every place where it can occur. One that never ends is played on a clock that jumps.
fn cells(never_ends: bool) -> Vec<(Trouble, Place)> {
    let of_place = |place: Place| Trouble::ALL.map(|trouble| (trouble, place));
    // From the last place on: who swaps what is never as expected tries for twenty seconds, and the others go on meanwhile.
    let mut cells: Vec<_> = PLACES.into_iter().rev().flat_map(of_place).collect();
    cells.retain(|(trouble, (_, _, operation, ..))| {
        trouble.occurs_at(operation) && (*trouble == Trouble::NoAnswer) == never_ends
    });
    cells
}

type Table = BTreeMap<(&'static str, Trouble), Seen>;

async fn observed(cells: Vec<(Trouble, Place)>, at_once: usize) -> Table {
    let mut usual = BTreeMap::new();
    for (_, place) in &cells {
        if !usual.contains_key(place.0) {
            usual.insert(place.0, Usual::of(*place).await);
        }
    }
    let usual = &usual;
    let played = cells.into_iter().map(|(trouble, place)| async move {
        ((place.0, trouble), usual[place.0].play(trouble, place).await)
    });
    iter(played).buffer_unordered(at_once).collect().await
}

/// The rows of every table in the document that has our header. A row may name several faults and several places.
fn documented() -> Table {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs/faults.md");
    let text = std::fs::read_to_string(path).expect("docs/faults.md");
    let mut ours = false;
    let mut table = Table::new();
    for line in text.lines() {
        let Some(row) = line.strip_prefix('|').and_then(|rest| rest.strip_suffix('|')) else {
            ours = false;
            continue;
        };
        let cells: Vec<&str> = row.split('|').map(str::trim).collect();
        if cells == HEADER {
            ours = true;
        } else if ours && !cells[0].starts_with("---") {
            add_row(&mut table, &cells);
        }
    }
    table
}

fn add_row(table: &mut Table, cells: &[&str]) {
    let [faults, places, once, lasting, retry] = cells else { panic!("not five cells: {cells:?}") };
    let seen = Seen { once: (*once).into(), lasting: (*lasting).into(), retry: (*retry).into() };
    for place in places.split(", ") {
        let known = PLACES.iter().find(|(name, ..)| *name == place);
        let (name, ..) = known.unwrap_or_else(|| panic!("no place {place:?}"));
        for fault in faults.split(", ") {
            let trouble = Trouble::ALL.into_iter().find(|trouble| trouble.name() == fault);
            let trouble = trouble.unwrap_or_else(|| panic!("no fault {fault:?}"));
            let earlier = table.insert((name, trouble), seen.clone());
            assert!(earlier.is_none(), "{fault} at {place} stands in two rows");
        }
    }
}

/// Rows of a table, faults with one outcome together.
fn rows(table: &Table) -> String {
    let mut rows = String::new();
    for (place, ..) in PLACES {
        let mut of_place: Vec<(&Seen, Vec<&str>)> = Vec::new();
        for ((_, trouble), seen) in table.iter().filter(|((name, _), _)| *name == place) {
            match of_place.iter_mut().find(|(other, _)| *other == seen) {
                Some((_, faults)) => faults.push(trouble.name()),
                None => of_place.push((seen, vec![trouble.name()])),
            }
        }
        for (seen, faults) in of_place {
            rows.push_str(&format!("| {} | {place} | {seen} |\n", faults.join(", ")));
        }
    }
    rows
}

#[test]
fn every_fault_at_every_place_ends_as_the_document_says() {
    let run = |mut builder: Builder, never_ends, at_once| {
        let runtime = builder.enable_all().build().expect("a runtime");
        runtime.block_on(observed(cells(never_ends), at_once))
    };
    let mut paused = Builder::new_current_thread();
    paused.start_paused(true);
    let mut seen = run(Builder::new_current_thread(), false, 8);
    seen.extend(run(paused, true, 1));
    let documented = documented();
    let differ = |(key, seen): &(&(&'static str, Trouble), &Seen)| documented.get(*key) != Some(*seen);
    let wrong: Table = seen.iter().filter(differ).map(|(key, seen)| (*key, seen.clone())).collect();
    assert!(wrong.is_empty(), "docs/faults.md does not say this:\n{}", rows(&wrong));
    let unknown: Vec<_> = documented.keys().filter(|key| !seen.contains_key(*key)).collect();
    assert!(unknown.is_empty(), "docs/faults.md speaks of what cannot occur: {unknown:?}");
}
