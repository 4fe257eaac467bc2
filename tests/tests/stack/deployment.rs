//! A stack at work: events go to the functions that they are for, and what fails is tried again as Lambda does.
//!
//! It judges nothing. What the stack asks AWS for goes over HTTP; the way from the dispatcher to a monitor's function, and from a
//! report to the router, is played here.

use crate::harness::functions::Started;
use crate::harness::{Harness, time};
use bellwether_alarms::Alarms;
use bellwether_tests::local::events::created;
use futures::stream::{StreamExt, iter};
use jiff::Timestamp;
use serde_json::{Value, json};
use std::collections::{BTreeMap, BTreeSet};

pub(crate) const BUCKET: &str = "stack";
pub(crate) const NAME: &str = "bellwether-prod";
pub(crate) const NAMESPACE: &str = "Bellwether";
/// What the template gives every function.
const OF_ALL: [(&str, &str); 5] = [
    ("MONITORS_URI", "{root}/monitors.yaml"),
    ("REPORTS_URI", "{root}/reports"),
    ("STATE_URI", "{root}/reports-state"),
    ("STACK_NAME", NAME),
    ("STACK_METRICS_NAMESPACE", NAMESPACE),
];
/// Attempts at an event before it is handed over to the dead-letter queue.
const ATTEMPTS: u32 = 3;
/// Functions at work at a time.
const AT_ONCE: usize = 4;

pub(crate) struct Deployment {
    pub(crate) harness: Harness,
    pub(crate) violations: String,
    pub(crate) paging: String,
    routed: BTreeSet<String>,
    invoked: usize,
}

/// What became of a tick.
#[derive(Debug, Default)]
pub(crate) struct Ticked {
    /// What the dispatcher answered, or why it failed every time.
    pub(crate) dispatched: Option<Value>,
    /// What each monitor that was started answered.
    pub(crate) answers: BTreeMap<String, Value>,
    /// Events that failed every time: whose, and with which error type.
    pub(crate) dead: BTreeMap<String, String>,
    /// Attempts at each monitor's event.
    pub(crate) attempts: BTreeMap<String, u32>,
}

impl Deployment {
    /// Without a document. Its topics are there, and nothing else.
    pub(crate) async fn new() -> Self {
        let harness = Harness::without_settings(BUCKET).await;
        let aws = harness.aws();
        let violations = aws.create_topic("violations").await.expect("a topic");
        let paging = aws.create_topic("paging").await.expect("a topic");
        for function in ["diversity-check", "data-quality"] {
            aws.register_function(function);
        }
        Self { harness, violations, paging, routed: BTreeSet::new(), invoked: 0 }
    }

    /// Uploads the document, as a person does who changes it.
    pub(crate) async fn document(&self, text: &str) {
        self.harness.put("monitors.yaml", self.harness.located(text)).await;
    }

    /// A cold start with what the template gives a function.
    fn start(&self, function: &str) -> Started {
        let namespace = format!("{NAMESPACE}/{function}");
        let own: &[_] = match function {
            "dispatch" => &[("MONITOR_FUNCTIONS", "diversity=diversity-check,data-quality=data-quality")],
            "violation-router" => &[("TOPIC_ARN", &self.violations), ("PAGING_TOPIC_ARN", &self.paging)],
            _ => &[("METRICS_NAMESPACE", &namespace)],
        };
        self.harness.start_with(function, &[&OF_ALL, own].concat())
    }

    /// One attempt at an event, at a cold start.
    pub(crate) async fn invoke(&self, function: &str, event: Value, now: Timestamp) -> Result<Value, String> {
        let answer = self.start(function).handle(event, now).await;
        answer.map_err(|diagnostic| diagnostic.error_type)
    }

    /// The same until it succeeds or Lambda gives up: how it ended, and after how many attempts.
    async fn deliver(&self, function: &str, event: &Value, now: Timestamp) -> (Result<Value, String>, u32) {
        let mut last = Err("NotTried".to_owned());
        for attempt in 1..=ATTEMPTS {
            last = self.invoke(function, event.clone(), now).await;
            if last.is_ok() {
                return (last, attempt);
            }
        }
        (last, ATTEMPTS)
    }

    /// The schedule fires, ten minutes after the hour: everything that follows from it, to the messages.
    pub(crate) async fn tick(&mut self, scheduled: Timestamp) -> Ticked {
        let now = scheduled + jiff::SignedDuration::from_mins(10);
        let mut ticked = Ticked::default();
        match self.deliver("dispatch", &json!({"scheduled_time": now}), now).await.0 {
            Ok(answer) => ticked.dispatched = Some(answer),
            Err(error) => drop(ticked.dead.insert("dispatch".to_owned(), error)),
        }
        let started = self.harness.aws().invoked_after(self.invoked);
        self.invoked += started.len();
        let runs = iter(started).map(|started| {
            let deployment = &*self;
            async move {
                let name = started.event["monitor"].as_str().expect("a name").to_owned();
                (name, deployment.deliver(&started.function, &started.event, now).await)
            }
        });
        for (name, (ended, attempts)) in runs.buffered(AT_ONCE).collect::<Vec<_>>().await {
            *ticked.attempts.entry(name.clone()).or_default() += attempts;
            match ended {
                Ok(answer) => drop(ticked.answers.insert(name, answer)),
                Err(error) => drop(ticked.dead.insert(name, error)),
            }
        }
        self.route(now).await;
        ticked
    }

    /// EventBridge tells the router of every new report.
    async fn route(&mut self, now: Timestamp) {
        for key in self.harness.keys("reports/").await {
            if key.ends_with("/constraint_violations.json") && self.routed.insert(key.clone()) {
                self.deliver("violation-router", &created(BUCKET, &key), now)
                    .await
                    .0
                    .expect("a routed report");
            }
        }
    }

    /// Shows the alarms what was published since so many requests, and lets them look a minute later. The requests so far.
    pub(crate) fn alarmed(&self, alarms: &mut Alarms, seen: usize, scheduled: Timestamp) -> usize {
        let puts = self.harness.aws().metrics_after(seen);
        for put in &puts {
            put.metric_data.iter().for_each(|datum| alarms.record(&put.namespace, &datum.line()));
        }
        alarms.evaluate(scheduled + jiff::SignedDuration::from_mins(11));
        seen + puts.len()
    }

    /// The points of the stack itself by name, each with its hour, in the order in which they were sent.
    pub(crate) fn points(&self, name: &str) -> Vec<(Timestamp, f64)> {
        let metrics = self.harness.aws().metrics();
        let data = metrics.iter().filter(|put| put.namespace == NAMESPACE).flat_map(|put| &put.metric_data);
        let of_stack =
            data.filter(|datum| datum.metric_name == name && datum.dimension("Stack") == Some(NAME));
        of_stack
            .map(|datum| {
                assert_eq!(datum.dimensions.len(), 1, "{name} speaks for the stack alone");
                let at = Timestamp::from_second(datum.timestamp.expect("a time") as i64).expect("a time");
                (at, datum.value.expect("a value"))
            })
            .collect()
    }
}

pub(crate) fn hour(text: &str) -> Timestamp {
    time(&format!("2026-10-{text}:00:00Z"))
}
