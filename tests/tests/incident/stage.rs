//! Everything that takes part in the story: an embedded AWS, the document of one monitor, the four functions as Lambda calls
//! them, the points that CloudWatch got, and the queue of a subscriber.
//!
//! It asserts nothing about the story and decides nothing in it.

use crate::functions::context;
use bellwether_contract::metrics::{Dimension, MetricLine, MetricPoint, MetricValue, Unit};
use bellwether_newsroom::incident::{
    Live, ModelRelease, Moment, What, manifest, sessions_jsonl, training_lists,
};
use bellwether_newsroom::{ENDPOINT, Newsroom, SCHEDULE, VARIANT};
use bellwether_pipeline::baseline::{Standing, activate};
use bellwether_pipeline::clients::Clients;
use bellwether_pipeline::route::Caller;
use bellwether_pipeline::settings::Settings;
use bellwether_pipeline::settings::baseline::ActivationSettings;
use bellwether_serve::Function as _;
use bellwether_tests::answer::Answer;
use bellwether_tests::aws::EmbeddedAws;
use bellwether_tests::local::events::moved;
use bellwether_tests::recorded::MetricDatum;
use bellwether_tests::simulator::{EndpointSimulator, Script};
use futures::future::join_all;
use jiff::Timestamp;
use lambda_runtime::LambdaEvent;
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;

const BUCKET: &str = "newsroom";
const NAMESPACE: &str = "Bellwether";
/// What the evaluator calls a stack.
const STACK: &str = "bellwether";

/// The stage with everybody on it.
pub(crate) struct Stage {
    aws: EmbeddedAws,
    clients: Clients,
    topic: String,
    newsroom: Arc<Newsroom>,
    live: Live,
    dispatch: dispatch::Function,
    check: diversity_check::Function,
    baseline: baseline::Function,
    router: violation_router::Function,
    puts_seen: usize,
    invocations: u64,
    /// What the check answered for each scheduled time, one entry a tick.
    pub(crate) verdicts: BTreeMap<Timestamp, Vec<Value>>,
    /// The points that CloudWatch got: when, in which namespace, and the point.
    pub(crate) points: Vec<(Timestamp, String, MetricLine)>,
    /// The queue of a subscriber of the violations topic: when each message came, and its body.
    pub(crate) queue: Vec<(Timestamp, Value)>,
}

impl Stage {
    /// The stack is deployed; nothing has happened.
    pub(crate) async fn set_up() -> Self {
        let aws = EmbeddedAws::start(None).await.expect("a free port");
        aws.create_bucket(BUCKET).await.expect("a bucket");
        let topic = aws.sns().create_topic().name("violations").send().await.expect("a topic");
        let topic = topic.topic_arn.expect("a name");
        let newsroom = Arc::new(Newsroom::new(2026));
        let live = Live::new(Arc::clone(&newsroom));
        aws.register_endpoint(ENDPOINT, &endpoint(live.clone()));
        let clients = Clients::new(&aws.sdk_config());
        let lookup = |name: &str| variable(&topic, name);
        aws.register_function("DiversityCheck");
        let stage = Self {
            dispatch: dispatch::Function::new(lookup, clients.clone()).expect("the dispatcher"),
            check: diversity_check::Function::new(lookup, clients.clone()).expect("the check"),
            baseline: baseline::Function::new(lookup, clients.clone()).expect("the baseline function"),
            router: violation_router::Function::new(lookup, clients.clone()).expect("the router"),
            puts_seen: 0,
            invocations: 0,
            verdicts: BTreeMap::new(),
            points: Vec::new(),
            queue: Vec::new(),
            aws,
            clients,
            topic,
            newsroom,
            live,
        };
        stage.put("inputs/catalog.json", stage.newsroom.catalog_json()).await;
        stage.put("inputs/sessions.jsonl", sessions_jsonl(&stage.newsroom)).await;
        stage.put("inputs/monitors.yaml", document().into_bytes()).await;
        stage
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
        self.put(&lists, training_lists(&self.newsroom)).await;
        let manifest = manifest(version, &format!("s3://{BUCKET}/{lists}"));
        self.put(&key, manifest.to_string().into_bytes()).await;
        let event = self.invocation(created("baseline-object-created", &key, at));
        self.baseline.handle(event, at).await.expect("a baseline");
    }

    /// The scheduler's ticks, all at once; what the dispatcher starts; then S3's events of what was published.
    async fn tick(&mut self, scheduled: Timestamp, times: usize, at: Timestamp) {
        let seen = self.aws.invoked_after(0).len();
        let events: Vec<_> = (0..times).map(|turn| self.invocation(tick(scheduled, turn))).collect();
        for dispatched in join_all(events.into_iter().map(|event| self.dispatch.handle(event, at))).await {
            dispatched.expect("a dispatched hour");
        }
        let started = self.aws.invoked_after(seen);
        assert_eq!(started.len(), times, "{scheduled}");
        let events: Vec<_> = started.into_iter().map(|started| self.invocation(started.event)).collect();
        let answers = join_all(events.into_iter().map(|event| self.check.handle(event, at))).await;
        let answers: Vec<Value> = answers.into_iter().map(|answer| answer.expect("a verdict")).collect();
        let key =
            format!("reports/{}/constraint_violations.json", answers[0]["run"].as_str().expect("a run"));
        let events: Vec<_> = (0..times)
            .map(|_| self.invocation(created("violation-router-object-created", &key, at)))
            .collect();
        let routed = join_all(events.into_iter().map(|event| self.router.handle(event, at))).await;
        routed.into_iter().for_each(|routed| drop(routed.expect("a routed report")));
        self.verdicts.insert(scheduled, answers);
        self.collect(at);
    }

    /// Notes when points and messages came; the subscriber gets the body that queues get.
    fn collect(&mut self, at: Timestamp) {
        for put in &self.aws.metrics()[self.puts_seen..] {
            let lines = put.metric_data.iter().map(|datum| (at, put.namespace.clone(), line(datum)));
            self.points.extend(lines);
            self.puts_seen += 1;
        }
        for publish in &self.aws.published()[self.queue.len()..] {
            assert_eq!(publish.topic_arn, self.topic);
            let by_protocol: Value = serde_json::from_str(&publish.message).expect("a message by protocol");
            let body = by_protocol["sqs"].as_str().expect("a body for queues");
            self.queue.push((at, serde_json::from_str(body).expect("JSON")));
        }
    }

    /// `bellwether baseline --activate VERSION`
    async fn activate(&self, version: ModelRelease, at: Timestamp) {
        let settings = ActivationSettings::read(|name| variable(&self.topic, name)).expect("settings");
        let version = version.name.parse().expect("a version");
        let invocation = Caller { now: at, request_id: "by-hand".to_owned() };
        let activated =
            activate(&settings, Some(&self.clients), &version, &invocation).await.expect("a baseline");
        assert_eq!(activated.diversity.expect("lists").standing, Standing::Current);
    }

    fn invocation(&mut self, payload: Value) -> LambdaEvent<Value> {
        self.invocations += 1;
        LambdaEvent::new(payload, context(&format!("00000000-0000-0000-0000-{:012}", self.invocations)))
    }

    async fn put(&self, key: &str, bytes: Vec<u8>) {
        self.aws.put(BUCKET, key, bytes).await.expect("a written object");
    }

    /// An object, as JSON; `None` where there is none.
    pub(crate) async fn json(&self, key: &str) -> Option<Value> {
        let object = self.aws.s3().get_object().bucket(BUCKET).key(key).send().await.ok()?;
        let bytes = object.body.collect().await.expect("a whole object").into_bytes();
        Some(serde_json::from_slice(&bytes).expect("JSON"))
    }
}

fn endpoint(live: Live) -> EndpointSimulator {
    let answer = move |body: &[u8]| match live.answer(body) {
        Some(answer) => Answer::new(200, "application/json", answer),
        None => Answer::model_error(500, "no candidates"),
    };
    EndpointSimulator::new(Script::answering(move |request| answer(request.body())))
}

fn variable(topic: &str, name: &str) -> Option<String> {
    let below = |path: &str| format!("s3://{BUCKET}/{path}");
    Some(match name {
        // What a person says who puts a baseline in force.
        "ENDPOINT_NAME" => ENDPOINT.to_owned(),
        "VARIANT_NAME" => VARIANT.to_owned(),
        "MONITORS_URI" => below("inputs/monitors.yaml"),
        "MONITOR_FUNCTIONS" => "diversity=DiversityCheck".to_owned(),
        "STACK_NAME" => STACK.to_owned(),
        "MODELS_URI" => below("models"),
        "BASELINES_URI" => below("baselines"),
        "REPORTS_URI" => below("reports"),
        "METRICS_NAMESPACE" => NAMESPACE.to_owned(),
        "TOPIC_ARN" => topic.to_owned(),
        _ => return None,
    })
}

fn document() -> String {
    let below = |path: &str| format!("s3://{BUCKET}/{path}");
    let entry = json!({
        "name": SCHEDULE, "monitor": "diversity", "endpoint_name": ENDPOINT, "variant_name": VARIANT,
        "validation_set_uri": below("inputs/sessions.jsonl"), "catalog_uri": below("inputs/catalog.json"),
        "baselines_uri": below("baselines"), "replay": "sagemaker",
    });
    json!({"version": 1, "monitors": [entry]}).to_string()
}

fn sample(name: &str) -> Value {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../events").join(format!("{name}.json"));
    serde_json::from_slice(&std::fs::read(path).expect("a sample event")).expect("JSON")
}

/// The scheduler's tick; repeated, the same hour as a classic scheduled event.
fn tick(scheduled: Timestamp, turn: usize) -> Value {
    let name = if turn == 0 { "dispatch-scheduler" } else { "diversity-check-scheduled-event" };
    let in_the_sample: Timestamp = "2026-10-31T09:10:00Z".parse().expect("an instant");
    moved(sample(name), scheduled.duration_since(in_the_sample))
}

/// S3's word that this object was created.
fn created(name: &str, key: &str, at: Timestamp) -> Value {
    let mut event = sample(name);
    event["time"] = at.to_string().into();
    event["detail"]["bucket"]["name"] = BUCKET.into();
    event["detail"]["object"]["key"] = key.into();
    event
}

/// A point of the API as a line of the metric file.
pub(crate) fn line(datum: &MetricDatum) -> MetricLine {
    let value = match datum.value {
        Some(value) => MetricValue::Value { value },
        None => MetricValue::Distribution { values: datum.values.clone(), counts: datum.counts.clone() },
    };
    let point = MetricPoint {
        name: datum.metric_name.clone(),
        unit: Unit::None,
        timestamp: None,
        dimensions: Vec::new(),
        value,
    };
    let seconds = datum.timestamp.expect("a stamped point");
    let dimensions = datum.dimensions.iter().cloned();
    let dimensions: Vec<Dimension> =
        dimensions.map(|dimension| Dimension { name: dimension.name, value: dimension.value }).collect();
    point.line(Timestamp::from_second(seconds as i64).expect("a time"), &dimensions)
}
