//! A stack at work: events go to the functions that they are for, and what fails is tried again as Lambda does.
//!
//! It judges nothing. What the stack asks AWS for goes over HTTP; the way from the dispatcher to a monitor's function, and from a
//! report to the router, is played here.

use crate::functions::{Environment, context, named};
use crate::incident::stage::line;
use bellwether_alarms::Alarms;
use bellwether_pipeline::clients::Clients;
use bellwether_tests::aws::EmbeddedAws;
use futures::stream::{StreamExt, iter};
use jiff::Timestamp;
use lambda_runtime::LambdaEvent;
use serde_json::{Value, json};
use std::collections::{BTreeMap, BTreeSet};

pub(crate) const BUCKET: &str = "stack";
pub(crate) const NAME: &str = "bellwether-prod";
pub(crate) const NAMESPACE: &str = "Bellwether";
/// Attempts at an event before it is handed over to the dead-letter queue.
const ATTEMPTS: u32 = 3;
/// Functions at work at a time.
const AT_ONCE: usize = 4;

pub(crate) struct Stack {
    pub(crate) aws: EmbeddedAws,
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

impl Stack {
    /// A stack without a document. Its topics are there, and nothing else.
    pub(crate) async fn new() -> Self {
        let aws = EmbeddedAws::start(None).await.expect("a free port");
        aws.create_bucket(BUCKET).await.expect("a bucket");
        let topic = |name: &'static str| {
            let create = aws.sns().create_topic().name(name);
            async move { create.send().await.expect("a topic").topic_arn.expect("an ARN") }
        };
        let (violations, paging) = (topic("violations").await, topic("paging").await);
        for function in ["diversity-check", "data-quality"] {
            aws.register_function(function);
        }
        Self { aws, violations, paging, routed: BTreeSet::new(), invoked: 0 }
    }

    pub(crate) async fn put(&self, key: &str, bytes: impl Into<Vec<u8>>) {
        self.aws.put(BUCKET, key, bytes.into()).await.expect("an object");
    }

    /// Uploads the document, as a person does who changes it.
    pub(crate) async fn document(&self, text: &str) {
        self.put("monitors.yaml", text.replace("{root}", &format!("s3://{BUCKET}"))).await;
    }

    /// What the template gives a function.
    fn environment(&self, function: &str) -> Environment {
        let root = format!("s3://{BUCKET}");
        let of_all = [
            ("MONITORS_URI", format!("{root}/monitors.yaml")),
            ("REPORTS_URI", format!("{root}/reports")),
            ("STATE_URI", format!("{root}/reports-state")),
            ("STACK_NAME", NAME.to_owned()),
            ("STACK_METRICS_NAMESPACE", NAMESPACE.to_owned()),
        ];
        let own = match function {
            "dispatch" => {
                vec![("MONITOR_FUNCTIONS", "diversity=diversity-check,data-quality=data-quality".to_owned())]
            }
            "violation-router" => {
                vec![("TOPIC_ARN", self.violations.clone()), ("PAGING_TOPIC_ARN", self.paging.clone())]
            }
            _ => vec![("METRICS_NAMESPACE", format!("{NAMESPACE}/{function}"))],
        };
        of_all.into_iter().chain(own).map(|(name, value)| (name.to_owned(), value)).collect()
    }

    /// One attempt at an event, at a cold start.
    pub(crate) async fn invoke(&self, function: &str, event: Value, now: Timestamp) -> Result<Value, String> {
        let clients = Clients::new(&self.aws.sdk_config());
        let event = LambdaEvent::new(event, context("8f507cfc-example"));
        let answer = (named(function).invoke)(self.environment(function), clients, event, now).await;
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
        let started = self.aws.invoked_after(self.invoked);
        self.invoked += started.len();
        let runs = iter(started).map(|started| {
            let stack = &*self;
            async move {
                let name = started.event["monitor"].as_str().expect("a name").to_owned();
                (name, stack.deliver(&started.function, &started.event, now).await)
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
        for key in self.keys("reports/").await {
            if key.ends_with("/constraint_violations.json") && self.routed.insert(key.clone()) {
                let event = json!({"detail-type": "Object Created", "source": "aws.s3",
                    "detail": {"bucket": {"name": BUCKET}, "object": {"key": key}}});
                self.deliver("violation-router", &event, now).await.0.expect("a routed report");
            }
        }
    }

    /// Shows the alarms what was published since so many requests, and lets them look a minute later. The requests so far.
    pub(crate) fn alarmed(&self, alarms: &mut Alarms, seen: usize, scheduled: Timestamp) -> usize {
        let puts = self.aws.metrics_after(seen);
        for put in &puts {
            put.metric_data.iter().for_each(|datum| alarms.record(&put.namespace, &line(datum)));
        }
        alarms.evaluate(scheduled + jiff::SignedDuration::from_mins(11));
        seen + puts.len()
    }

    pub(crate) async fn keys(&self, prefix: &str) -> Vec<String> {
        let (s3, mut keys) = (self.aws.s3(), Vec::new());
        let mut pages = s3.list_objects_v2().bucket(BUCKET).prefix(prefix).into_paginator().send();
        while let Some(page) = pages.next().await {
            let page = page.expect("a page");
            keys.extend(page.contents().iter().filter_map(|object| object.key().map(str::to_owned)));
        }
        keys
    }

    pub(crate) async fn json(&self, key: &str) -> Value {
        let object = self.aws.s3().get_object().bucket(BUCKET).key(key).send().await.expect("an object");
        let bytes = object.body.collect().await.expect("bytes").into_bytes();
        serde_json::from_slice(&bytes).expect("JSON")
    }

    /// The points of the stack itself by name, each with its hour, in the order in which they were sent.
    pub(crate) fn points(&self, name: &str) -> Vec<(Timestamp, f64)> {
        let metrics = self.aws.metrics();
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
    format!("2026-10-{text}:00:00Z").parse().expect("an hour")
}
