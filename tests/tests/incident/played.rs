//! Everything that takes part in the story: an embedded AWS, the document of one monitor, the four functions as Lambda calls
//! them, the points that CloudWatch got, and the queue of a subscriber.
//!
//! It asserts nothing about the story and decides nothing in it.

use crate::harness::functions::{LONGEST, Started, context, sample};
use crate::harness::{Harness, time};
use bellwether_contract::metrics::MetricLine;
use bellwether_newsroom::incident::{
    Live, ModelRelease, Moment, What, manifest, sessions_jsonl, training_lists,
};
use bellwether_newsroom::{ENDPOINT, Newsroom, SCHEDULE, VARIANT};
use bellwether_pipeline::baseline::{Standing, activate};
use bellwether_pipeline::route::Caller;
use bellwether_pipeline::settings::baseline::ActivationSettings;
use bellwether_tests::answer::Answer;
use bellwether_tests::local::events::{created, moved};
use bellwether_tests::simulator::Script;
use futures::future::join_all;
use jiff::Timestamp;
use lambda_runtime::Context;
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::sync::Arc;

const BUCKET: &str = "newsroom";
const SETTINGS: [(&str, &str); 9] = [
    // What a person says who puts a baseline in force.
    ("ENDPOINT_NAME", ENDPOINT),
    ("VARIANT_NAME", VARIANT),
    ("MONITORS_URI", "{root}/inputs/monitors.yaml"),
    ("MONITOR_FUNCTIONS", "diversity=DiversityCheck"),
    // What the evaluator calls a stack.
    ("STACK_NAME", "bellwether"),
    ("MODELS_URI", "{root}/models"),
    ("BASELINES_URI", "{root}/baselines"),
    ("REPORTS_URI", "{root}/reports"),
    ("METRICS_NAMESPACE", "Bellwether"),
];

pub(crate) struct Incident {
    pub(crate) harness: Harness,
    newsroom: Arc<Newsroom>,
    live: Live,
    dispatch: Started,
    check: Started,
    baseline: Started,
    router: Started,
    puts_seen: usize,
    invocations: u64,
    /// What the check answered for each scheduled time, one entry a tick.
    pub(crate) verdicts: BTreeMap<Timestamp, Vec<Value>>,
    /// The points that CloudWatch got: when, in which namespace, and the point.
    pub(crate) points: Vec<(Timestamp, String, MetricLine)>,
    /// The queue of a subscriber of the violations topic: when each message came, and its body.
    pub(crate) queue: Vec<(Timestamp, Value)>,
}

impl Incident {
    /// The stack is deployed; nothing has happened.
    pub(crate) async fn set_up() -> Self {
        let mut harness = Harness::without_settings(BUCKET).await.with_all(&SETTINGS);
        harness.set("TOPIC_ARN", &harness.aws().create_topic("violations").await.expect("a topic"));
        let newsroom = Arc::new(Newsroom::new(2026));
        let live = Live::new(Arc::clone(&newsroom));
        harness.serve(ENDPOINT, script(live.clone())).await;
        harness.aws().register_function("DiversityCheck");
        harness.put("inputs/catalog.json", newsroom.catalog_json()).await;
        harness.put("inputs/sessions.jsonl", sessions_jsonl(&newsroom)).await;
        harness.put("inputs/monitors.yaml", harness.located(&document())).await;
        Self {
            dispatch: harness.start("dispatch"),
            check: harness.start("diversity-check"),
            baseline: harness.start("baseline"),
            router: harness.start("violation-router"),
            puts_seen: 0,
            invocations: 0,
            verdicts: BTreeMap::new(),
            points: Vec::new(),
            queue: Vec::new(),
            harness,
            newsroom,
            live,
        }
    }

    /// Lets one thing happen.
    pub(crate) async fn play(&mut self, moment: Moment) {
        match moment.what {
            What::Publish(version) => self.publish(version, moment.at).await,
            What::Deploy(_, model) => self.live.deploy(model),
            What::Failing(failing) => self.live.fail(failing),
            What::Tick { scheduled, times } => self.tick(scheduled, times, moment.at).await,
            What::Lost { .. } => {}
            What::Activate(version) => self.activate(version, moment.at).await,
        }
    }

    /// The training pipeline writes lists and manifest; S3's event starts the baseline function.
    pub(crate) async fn publish(&mut self, version: ModelRelease, at: Timestamp) {
        let (lists, key) = (
            format!("models/{}/recommendations.jsonl", version.name),
            format!("models/{}/manifest.json", version.name),
        );
        self.harness.put(&lists, training_lists(&self.newsroom)).await;
        let manifest = manifest(version, &format!("s3://{BUCKET}/{lists}"));
        self.harness.put(&key, manifest.to_string()).await;
        let context = self.context();
        self.baseline.handle_in(context, created(BUCKET, &key), at).await.expect("a baseline");
    }

    /// The scheduler's ticks, all at once; what the dispatcher starts; then S3's events of what was published.
    async fn tick(&mut self, scheduled: Timestamp, times: usize, at: Timestamp) {
        let seen = self.harness.aws().invoked_after(0).len();
        let events = (0..times).map(|turn| (self.context(), tick(scheduled, turn))).collect();
        at_once(&self.dispatch, events, at).await;
        let started = self.harness.aws().invoked_after(seen);
        assert_eq!(started.len(), times, "{scheduled}");
        let events = started.into_iter().map(|started| (self.context(), started.event)).collect();
        let answers = at_once(&self.check, events, at).await;
        let key =
            format!("reports/{}/constraint_violations.json", answers[0]["run"].as_str().expect("a run"));
        let events = (0..times).map(|_| (self.context(), created(BUCKET, &key))).collect();
        at_once(&self.router, events, at).await;
        self.verdicts.insert(scheduled, answers);
        self.collect(at);
    }

    /// Notes when points and messages came; the subscriber gets the body that queues get.
    fn collect(&mut self, at: Timestamp) {
        let aws = self.harness.aws();
        for put in aws.metrics_after(self.puts_seen) {
            let lines = put.metric_data.iter().map(|datum| (at, put.namespace.clone(), datum.line()));
            self.points.extend(lines);
            self.puts_seen += 1;
        }
        let heard = aws.published_after(self.queue.len());
        let topic = self.harness.variable("TOPIC_ARN").expect("a topic");
        assert!(heard.iter().all(|sent| sent.topic_arn == topic));
        self.queue.extend(heard.iter().map(|sent| (at, sent.in_queue())));
    }

    /// `bellwether baseline --activate VERSION`
    async fn activate(&self, version: ModelRelease, at: Timestamp) {
        let settings: ActivationSettings = self.harness.settings().expect("settings");
        let version = version.name.parse().expect("a version");
        let invocation = Caller { now: at, request_id: "by-hand".to_owned() };
        let clients = self.harness.clients();
        let activated = activate(&settings, clients.as_ref(), &version, &invocation).await;
        let activated = activated.expect("a baseline");
        assert_eq!(activated.diversity.expect("lists").standing, Standing::Current);
    }

    /// Every invocation has an id of its own.
    fn context(&mut self) -> Context {
        self.invocations += 1;
        context(&format!("00000000-0000-0000-0000-{:012}", self.invocations), LONGEST)
    }
}

/// Hands events to one process at the same moment: all of them end well.
async fn at_once(function: &Started, events: Vec<(Context, Value)>, at: Timestamp) -> Vec<Value> {
    let events = events.into_iter().map(|(context, event)| function.handle_in(context, event, at));
    let answers = join_all(events).await.into_iter();
    answers.map(|answer| answer.unwrap_or_else(|error| panic!("{at}: {error:?}"))).collect()
}

fn script(live: Live) -> Script {
    let answer = move |body: &[u8]| match live.answer(body) {
        Some(answer) => Answer::new(200, "application/json", answer),
        None => Answer::model_error(500, "no candidates"),
    };
    Script::answering(move |request| answer(request.body()))
}

fn document() -> String {
    let entry = json!({
        "name": SCHEDULE, "monitor": "diversity", "endpoint_name": ENDPOINT, "variant_name": VARIANT,
        "validation_set_uri": "{root}/inputs/sessions.jsonl", "catalog_uri": "{root}/inputs/catalog.json",
        "baselines_uri": "{root}/baselines", "replay": "sagemaker",
    });
    json!({"version": 1, "monitors": [entry]}).to_string()
}

/// The scheduler's tick; repeated, the same hour as a classic scheduled event.
fn tick(scheduled: Timestamp, turn: usize) -> Value {
    let name = if turn == 0 { "dispatch-scheduler" } else { "diversity-check-scheduled-event" };
    let in_the_sample = time("2026-10-31T09:10:00Z");
    moved(sample(name), scheduled.duration_since(in_the_sample))
}
