//! A stack at work: its functions, with the environment that the template gives them, on an embedded AWS.
//!
//! What a function asks AWS for is heard; what the story itself puts there is not.

use super::need;
use super::policy::Request;
use super::stack::{Function, Stack};
use crate::harness::functions::named;
use crate::harness::time;
use bellwether_newsroom::{ENDPOINT, Model, Newsroom};
use bellwether_tests::answer::Answer;
use bellwether_tests::aws::EmbeddedAws;
use bellwether_tests::simulator::{EndpointSimulator, Script};
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};

pub(crate) struct Audit {
    pub(crate) aws: EmbeddedAws,
    pub(crate) newsroom: Newsroom,
    pub(crate) stack: Stack,
    functions: BTreeMap<String, Function>,
    heard: BTreeMap<String, BTreeSet<Request>>,
}

impl Audit {
    /// Buckets, topic and endpoint are there; the buckets are empty.
    pub(crate) async fn new(parameters: &[(&str, &str)]) -> Self {
        let (aws, stack) = (EmbeddedAws::start(None).await.expect("a free port"), Stack::new(parameters));
        for (_, bucket) in parameters.iter().filter(|(name, _)| name.ends_with("Bucket")) {
            aws.create_bucket(bucket).await.expect("a bucket");
        }
        for topic in ["ViolationsTopic", "AlarmTopic"] {
            aws.create_topic(topic).await.expect("a topic");
        }
        let newsroom = Newsroom::new(2026);
        let answering = newsroom.clone();
        let answer = move |body: &[u8]| {
            let request: Value = serde_json::from_slice(body).expect("JSON");
            Answer::json(&answering.answer(Model::Healthy, &request))
        };
        let script = Script::answering(move |request| answer(request.body()));
        aws.register_endpoint(ENDPOINT, &EndpointSimulator::new(script));
        let functions = stack.functions();
        functions.values().for_each(|function| aws.register_function(&function.id));
        let machines =
            functions.values().filter_map(|it| it.environment().remove("WINDOW_STATE_MACHINE_ARN"));
        machines.for_each(|machine| aws.register_machine(machine));
        Self { aws, newsroom, stack, functions, heard: BTreeMap::new() }
    }

    /// What this function asked for.
    pub(crate) fn heard(&self, folder: &str) -> BTreeSet<Request> {
        self.heard.get(folder).cloned().unwrap_or_default()
    }

    /// Hands an event to a function at its cold start, and hears what it asks for. An error is its type.
    pub(crate) async fn invoke(&mut self, folder: &str, event: Value, now: &str) -> Result<Value, String> {
        let before = (self.aws.served().len(), self.aws.metrics().len(), self.aws.published().len());
        let started = self.aws.started().len();
        let function = &self.functions[folder];
        let mut environment = function.environment();
        environment.insert("AWS_LAMBDA_FUNCTION_NAME".to_owned(), function.id.clone());
        let answer = (named(folder).start)(&environment, self.aws.clients()).handle(event, time(now)).await;
        let (served, metrics, published) = (self.aws.served(), self.aws.metrics(), self.aws.published());
        let calls = served[before.0..].iter().flat_map(|served| need::of_call(served, &self.stack));
        let points = metrics[before.1..].iter().map(need::of_metrics);
        let messages = published[before.2..].iter().flat_map(|sent| need::of_message(sent, &self.stack));
        let heard = self.heard.entry(folder.to_owned()).or_default();
        heard.extend(calls.chain(points).chain(messages));
        heard.extend(self.aws.started()[started..].iter().map(need::of_start));
        answer.map_err(|diagnostic| diagnostic.error_type)
    }

    fn parameter(&self, name: &str) -> String {
        self.stack.parameter(name).unwrap_or_else(|| panic!("no {name}")).to_owned()
    }

    /// Writes what a person or another program would: an object in the bucket that this parameter names.
    pub(crate) async fn put(&self, bucket: &str, key: &str, bytes: impl Into<Vec<u8>>) {
        self.aws.put(&self.parameter(bucket), key, bytes.into()).await.expect("an object");
    }

    /// Removes every object whose key begins so, as a lifecycle rule does.
    pub(crate) async fn expire(&self, bucket: &str, prefix: &str) {
        let (s3, bucket) = (self.aws.s3(), self.parameter(bucket));
        let listed = s3.list_objects_v2().bucket(&bucket).prefix(prefix).send().await.expect("a listing");
        assert!(!listed.contents().is_empty(), "nothing lies at {prefix}");
        for key in listed.contents().iter().filter_map(|object| object.key()) {
            s3.delete_object().bucket(&bucket).key(key).send().await.expect("it was there");
        }
    }
}
