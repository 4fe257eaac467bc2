//! What whole runs stand on: a root, which is a folder or a bucket of an embedded AWS, settings by their names, a model that answers, and
//! the functions as Lambda calls them.
//!
//! It judges nothing; it writes what goes in, runs, and reads back what came out without Bellwether's own storage code.

pub(crate) mod functions;
pub(crate) mod recommender;
mod runs;
mod tree;

pub(crate) use runs::{dimensions, judge_hours, nine, tick};
pub(crate) use tree::{Tree, assert_same, assert_whole, below};

use bellwether_pipeline::baseline::Baselines;
use bellwether_pipeline::clients::Clients;
use bellwether_pipeline::settings::{Settings, SettingsError};
use bellwether_storage::Store;
use bellwether_tests::aws::EmbeddedAws;
use bellwether_tests::http::Server;
use bellwether_tests::simulator::{EndpointSimulator, Script};
use functions::{Environment, Started};
use jiff::Timestamp;
use serde_json::Value;
use std::sync::Arc;
use tempfile::TempDir;

/// The bucket of a harness that names no other.
pub(crate) const BUCKET: &str = "monitoring";
/// The folder of the run at nine by the settings that every story shares.
pub(crate) const RUN: &str = "reports/recommender-prod/diversity-hourly/2026/10/31/09";
const SHARED: [(&str, &str); 7] = [
    ("ENDPOINT_NAME", "recommender-prod"),
    ("VARIANT_NAME", "AllTraffic"),
    ("SCHEDULE_NAME", "diversity-hourly"),
    ("VALIDATION_SET_URI", "{root}/inputs/sessions.jsonl"),
    ("CATALOG_URI", "{root}/inputs/catalog.json"),
    ("REPORTS_URI", "{root}/reports"),
    ("REPLAY", "lists:{root}/inputs/lists.jsonl"),
];

enum Root {
    Folder(TempDir),
    Bucket(Arc<EmbeddedAws>, &'static str),
}

/// The site of a story.
pub(crate) struct Harness {
    root: Root,
    variables: Environment,
    model: Option<(EndpointSimulator, Option<Server>)>,
}

impl Harness {
    /// In a folder, with the settings that every story shares.
    pub(crate) fn folder() -> Self {
        Self::at(Root::Folder(temporary_folder())).with_all(&SHARED)
    }

    /// The same on the disk, where those who write at once wait long enough to meet.
    pub(crate) fn on_disk() -> Self {
        Self::at(Root::Folder(tempfile::tempdir().expect("a folder"))).with_all(&SHARED)
    }

    /// In a bucket of an embedded AWS, whose clients retry nothing, with the settings that every story shares.
    pub(crate) async fn bucket() -> Self {
        Self::without_settings(BUCKET).await.with_all(&SHARED).with("METRICS_NAMESPACE", "Bellwether")
    }

    /// One of each.
    pub(crate) async fn both() -> [Self; 2] {
        [Self::folder(), Self::bucket().await]
    }

    /// In a bucket of this name, and nothing is set.
    pub(crate) async fn without_settings(bucket: &'static str) -> Self {
        let aws = EmbeddedAws::start(None).await.expect("the embedded AWS starts");
        aws.create_bucket(bucket).await.expect("a bucket");
        Self::on(Arc::new(aws), bucket)
    }

    /// In a bucket that is there, and nothing is set.
    pub(crate) fn on(aws: Arc<EmbeddedAws>, bucket: &'static str) -> Self {
        Self::at(Root::Bucket(aws, bucket))
    }

    /// The same site apart, on an AWS of its own; the model is the same.
    pub(crate) async fn fork(&self) -> Self {
        let Root::Bucket(aws, bucket) = &self.root else { panic!("this story takes place in a folder") };
        let aws = Arc::new(aws.fork().await.expect("a free port"));
        let model = self.model.as_ref().map(|(model, _)| (model.clone(), None));
        let mut variables = self.variables.clone();
        for (name, value) in aws.environment() {
            variables.entry(name.to_owned()).and_modify(|known| *known = value);
        }
        Self { root: Root::Bucket(aws, bucket), variables, model }
    }

    fn at(root: Root) -> Self {
        Self { root, variables: Environment::new(), model: None }
    }

    /// Sets a variable; `{root}` in it stands for the harness's own URI.
    pub(crate) fn with(mut self, name: &str, value: &str) -> Self {
        self.set(name, value);
        self
    }

    pub(crate) fn with_all(self, variables: &[(&str, &str)]) -> Self {
        variables.iter().fold(self, |harness, (name, value)| harness.with(name, value))
    }

    pub(crate) fn set(&mut self, name: &str, value: &str) {
        self.variables.insert(name.to_owned(), self.located(value));
    }

    pub(crate) fn variable(&self, name: &str) -> Option<String> {
        self.variables.get(name).cloned()
    }

    pub(crate) fn settings<S: Settings>(&self) -> Result<S, SettingsError> {
        S::read(|name| self.variable(name))
    }

    /// A text with the harness's own URI in the place of `{root}`.
    pub(crate) fn located(&self, text: &str) -> String {
        text.replace("{root}", &self.uri())
    }

    pub(crate) fn uri(&self) -> String {
        match &self.root {
            Root::Folder(folder) => folder.path().display().to_string(),
            Root::Bucket(_, bucket) => format!("s3://{bucket}"),
        }
    }

    /// The AWS of a harness in a bucket.
    pub(crate) fn aws(&self) -> &Arc<EmbeddedAws> {
        match &self.root {
            Root::Bucket(aws, _) => aws,
            Root::Folder(_) => panic!("this story takes place in a folder"),
        }
    }

    pub(crate) fn is_bucket(&self) -> bool {
        matches!(self.root, Root::Bucket(..))
    }

    /// None in a folder.
    pub(crate) fn clients(&self) -> Option<Clients> {
        self.is_bucket().then(|| self.aws().clients())
    }

    pub(crate) async fn put(&self, key: &str, bytes: impl Into<Vec<u8>>) {
        let bytes = bytes.into();
        match &self.root {
            Root::Folder(folder) => {
                let path = folder.path().join(key);
                std::fs::create_dir_all(path.parent().expect("a key below the root")).expect("a folder");
                std::fs::write(path, bytes).expect("a file");
            }
            Root::Bucket(aws, bucket) => aws.put(bucket, key, bytes).await.expect("an object"),
        }
    }

    /// Removes what lies at a key.
    pub(crate) async fn delete(&self, key: &str) {
        match &self.root {
            Root::Folder(folder) => std::fs::remove_file(folder.path().join(key)).expect("a file"),
            Root::Bucket(aws, bucket) => {
                aws.s3().delete_object().bucket(*bucket).key(key).send().await.expect("an object");
            }
        }
    }

    /// Everything below the root, hidden and unfinished files included.
    pub(crate) async fn tree(&self) -> Tree {
        match &self.root {
            Root::Folder(folder) => tree::of_folder(folder.path()),
            Root::Bucket(aws, bucket) => aws.tree(bucket).await.expect("the objects of the bucket"),
        }
    }

    /// The keys that begin so.
    pub(crate) async fn keys(&self, prefix: &str) -> Vec<String> {
        let keys = match &self.root {
            Root::Folder(_) => self.tree().await.into_keys().collect(),
            Root::Bucket(aws, bucket) => aws.keys(bucket).await.expect("the keys of the bucket"),
        };
        keys.into_iter().filter(|key| key.starts_with(prefix)).collect()
    }

    pub(crate) async fn json(&self, key: &str) -> Value {
        let bytes = match &self.root {
            Root::Folder(folder) => std::fs::read(folder.path().join(key)),
            Root::Bucket(aws, bucket) => aws.object(bucket, key).await,
        };
        let bytes = bytes.unwrap_or_else(|error| panic!("{key}: {error}"));
        serde_json::from_slice(&bytes).unwrap_or_else(|error| panic!("{key}: {error}"))
    }

    /// What lies below a prefix, as our own code sees it.
    pub(crate) fn store(&self, prefix: &str) -> Store {
        let location = format!("{}/{prefix}", self.uri()).parse().expect("a location");
        Store::new(&location, self.clients().as_ref().map(|clients| &clients.s3)).expect("a store")
    }

    /// Captures records of a variant in the hour that begins then, in one file.
    pub(crate) async fn capture(
        &self,
        endpoint: &str,
        start: Timestamp,
        records: impl IntoIterator<Item = Value>,
    ) {
        let (hour, id) = (start.strftime("%Y/%m/%d/%H"), "0b7bfd33-c8a7-4adf-a09a-98fd0af79974");
        let lines: String = records.into_iter().map(|record| format!("{record}\n")).collect();
        self.put(&format!("capture/{endpoint}/AllTraffic/{hour}/07-04-840-{id}.jsonl"), lines).await;
    }

    /// Lets a model answer: through InvokeEndpoint of this name in a bucket, over HTTP in a folder, where its URL is returned.
    pub(crate) async fn serve(&mut self, name: &str, script: Script) -> Option<String> {
        let model = EndpointSimulator::new(script);
        let server = match &self.root {
            Root::Folder(_) => Some(model.serve(None).await.expect("a free port")),
            Root::Bucket(aws, _) => {
                aws.register_endpoint(name, &model);
                None
            }
        };
        let url = server.as_ref().map(|server| format!("{}/invocations", server.url()));
        self.model = Some((model, server));
        url
    }

    /// The model that answers.
    pub(crate) fn model(&self) -> &EndpointSimulator {
        &self.model.as_ref().expect("a model").0
    }

    /// What a function finds in its environment. It replays against a model or not at all, never lists that somebody recorded.
    pub(crate) fn environment(&self) -> Environment {
        let mut environment = self.variables.clone();
        environment.retain(|name, value| name != "REPLAY" || !value.starts_with("lists:"));
        environment
    }

    /// The cold start of a function, by its folder.
    pub(crate) fn start(&self, function: &str) -> Started {
        (functions::named(function).start)(&self.environment(), self.aws().clients())
    }

    /// The same of a function by its type.
    pub(crate) fn start_as<F: bellwether_serve::Function + 'static>(&self) -> Started {
        Started::of::<F>(&self.environment(), self.aws().clients())
    }

    /// The cold start of a function, where these are all the settings.
    pub(crate) fn start_with(&self, function: &str, variables: &[(&str, &str)]) -> Started {
        let variables = variables.iter().map(|(name, value)| ((*name).to_owned(), self.located(value)));
        (functions::named(function).start)(&variables.collect(), self.aws().clients())
    }

    /// A cold start, and one invocation.
    pub(crate) async fn invoke(&self, function: &str, event: Value, now: &str) -> functions::Answer {
        self.start(function).handle(event, time(now)).await
    }

    /// Who makes baselines, as a process of its own would make it.
    pub(crate) fn baselines(&self) -> Baselines {
        let environment = self.environment();
        let settings = Settings::read(|name| environment.get(name).cloned()).expect("settings");
        Baselines::new(settings, self.clients()).expect("baselines")
    }

    /// The violations of a run as (metric, description).
    pub(crate) async fn violations(&self, run: &str) -> Vec<(String, String)> {
        let report = self.json(&format!("{run}/constraint_violations.json")).await;
        let text = |violation: &Value, field: &str| violation[field].as_str().unwrap_or_default().to_owned();
        let entries = report["violations"].as_array().expect("a list").iter();
        entries.map(|violation| (text(violation, "metric_name"), text(violation, "description"))).collect()
    }

    /// Subjects of what was sent to any topic, in order.
    pub(crate) fn subjects(&self) -> Vec<String> {
        self.aws().published().iter().map(|sent| sent.subject.clone().unwrap_or_default()).collect()
    }

    /// What a queue behind every topic holds.
    pub(crate) fn queue(&self) -> Vec<Value> {
        self.aws().published().iter().map(bellwether_tests::recorded::Publish::in_queue).collect()
    }
}

/// In memory where the machine has room there: whoever writes a file waits until the disk has it, and a week has thousands.
pub(crate) fn temporary_folder() -> TempDir {
    const MEMORY: &str = "/dev/shm";
    let has_room = rustix::fs::statvfs(MEMORY).is_ok_and(|room| room.f_bavail * room.f_frsize >= 1 << 30);
    let folder = if has_room { tempfile::tempdir_in(MEMORY) } else { tempfile::tempdir() };
    folder.expect("a folder")
}

/// When an hour of the day of the stories begins.
pub(crate) fn start(hour: u32) -> Timestamp {
    time(&format!("2026-10-31T{hour:02}:00:00Z"))
}

pub(crate) fn time(text: &str) -> Timestamp {
    text.parse().unwrap_or_else(|error| panic!("{text}: {error}"))
}
