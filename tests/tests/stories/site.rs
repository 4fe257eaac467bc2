//! Where a story takes place: one root, a folder or a bucket, with inputs, reports and state below it.
//!
//! It judges nothing; it writes what goes in, runs the check, and reads back what came out without Bellwether's own
//! storage code.

use bellwether_contract::execution::Execution;
use bellwether_contract::trigger::Trigger;
use bellwether_contract::window::{Interval, Window};
use bellwether_pipeline::RunError;
use bellwether_pipeline::clients::Clients;
use bellwether_pipeline::commit::Committed;
use bellwether_pipeline::metrics::Sink;
use bellwether_pipeline::monitor::{Brought, Form, Monitor, MonitorSettings, Scope};
use bellwether_pipeline::monitors::diversity::DiversitySettings;
use bellwether_pipeline::monitors::diversity::{Diversity, DiversityCheck};
use bellwether_pipeline::progress::nobody;
use bellwether_pipeline::scheduled::{Invocation, Scheduled};
use bellwether_pipeline::settings::Settings;
use bellwether_pipeline::settings::SettingsError;
use bellwether_tests::answer::Answer;
use bellwether_tests::aws::EmbeddedAws;
use bellwether_tests::http::Server;
use bellwether_tests::simulator::{EndpointSimulator, Script};
use jiff::{SignedDuration, Timestamp};
use serde_json::Value;
use sha2::{Digest, Sha256};
use std::collections::BTreeMap;
use std::path::Path;
use tempfile::TempDir;

pub(crate) const BUCKET: &str = "monitoring";
pub(crate) const RUN: &str = "reports/recommender-prod/diversity-hourly/2026/10/31/09";

/// Every file below the root, by its path there.
pub(crate) type Tree = BTreeMap<String, Vec<u8>>;

enum Root {
    Folder(TempDir),
    Bucket(Box<EmbeddedAws>),
}

pub(crate) struct Site {
    root: Root,
    variables: BTreeMap<&'static str, String>,
}

impl Site {
    /// A site in a folder, with the settings that every story shares.
    pub(crate) fn folder() -> Self {
        Self::at(Root::Folder(tempfile::tempdir().expect("a folder can be made")))
    }

    /// A site in a bucket of an embedded AWS, whose clients retry nothing.
    pub(crate) async fn bucket() -> Self {
        let aws = EmbeddedAws::start(None).await.expect("the embedded AWS starts");
        aws.create_bucket(BUCKET).await.expect("a bucket can be made");
        Self::at(Root::Bucket(Box::new(aws))).with("METRICS_NAMESPACE", "Bellwether")
    }

    /// One of each.
    pub(crate) async fn both() -> [Self; 2] {
        [Self::folder(), Self::bucket().await]
    }

    fn at(root: Root) -> Self {
        Self { root, variables: BTreeMap::new() }
            .with("ENDPOINT_NAME", "recommender-prod")
            .with("VARIANT_NAME", "AllTraffic")
            .with("SCHEDULE_NAME", "diversity-hourly")
            .with("VALIDATION_SET_URI", "{root}/inputs/sessions.jsonl")
            .with("CATALOG_URI", "{root}/inputs/catalog.json")
            .with("REPORTS_URI", "{root}/reports")
            .with("REPLAY", "lists:{root}/inputs/lists.jsonl")
    }

    /// Sets a variable; `{root}` in it stands for the site's own URI.
    pub(crate) fn with(mut self, name: &'static str, value: &str) -> Self {
        self.set(name, value);
        self
    }

    pub(crate) fn set(&mut self, name: &'static str, value: &str) {
        self.variables.insert(name, value.replace("{root}", &self.uri()));
    }

    pub(crate) fn uri(&self) -> String {
        match &self.root {
            Root::Folder(folder) => folder.path().display().to_string(),
            Root::Bucket(_) => format!("s3://{BUCKET}"),
        }
    }

    pub(crate) fn variable(&self, name: &str) -> Option<String> {
        self.variables.get(name).cloned()
    }

    /// The AWS of a site in a bucket.
    pub(crate) fn aws(&self) -> &EmbeddedAws {
        match &self.root {
            Root::Bucket(aws) => aws,
            Root::Folder(_) => panic!("this story takes place in a folder"),
        }
    }

    pub(crate) fn is_bucket(&self) -> bool {
        matches!(self.root, Root::Bucket(_))
    }

    pub(crate) async fn put(&self, key: &str, bytes: impl Into<Vec<u8>>) {
        let bytes = bytes.into();
        match &self.root {
            Root::Folder(folder) => {
                let path = folder.path().join(key);
                std::fs::create_dir_all(path.parent().expect("a key below the root")).expect("a folder");
                std::fs::write(path, bytes).expect("a file");
            }
            Root::Bucket(aws) => aws.put(BUCKET, key, bytes).await.expect("an object"),
        }
    }

    /// Removes what lies at a key.
    pub(crate) async fn delete(&self, key: &str) {
        match &self.root {
            Root::Folder(folder) => std::fs::remove_file(folder.path().join(key)).expect("a file"),
            Root::Bucket(aws) => {
                aws.s3().delete_object().bucket(BUCKET).key(key).send().await.expect("an object");
            }
        }
    }

    /// Everything below the root, hidden and unfinished files included.
    pub(crate) async fn tree(&self) -> Tree {
        match &self.root {
            Root::Folder(folder) => {
                let mut tree = Tree::new();
                walk(folder.path(), folder.path(), &mut tree);
                tree
            }
            Root::Bucket(aws) => aws.tree(BUCKET).await.expect("the objects of the bucket"),
        }
    }

    pub(crate) async fn json(&self, key: &str) -> Value {
        let tree = self.tree().await;
        let bytes = tree.get(key).unwrap_or_else(|| panic!("no {key} in {:?}", tree.keys()));
        serde_json::from_slice(bytes).unwrap_or_else(|error| panic!("{key}: {error}"))
    }

    pub(crate) fn settings(&self) -> Result<DiversitySettings, SettingsError> {
        DiversitySettings::read(|name| self.variable(name))
    }

    /// The check as a process of its own would make it.
    pub(crate) fn check(&self) -> Result<DiversityCheck, RunError> {
        self.monitor()
    }

    /// A monitor as a process of its own would make it.
    pub(crate) fn monitor<M: Monitor>(&self) -> Result<Scheduled<M>, RunError> {
        let settings = M::Settings::read(|name| self.variable(name)).expect("settings");
        let (clients, sink) = match &self.root {
            Root::Folder(folder) => (None, Sink::Directory(folder.path().join("metrics"))),
            Root::Bucket(aws) => {
                let clients = Clients::new(&aws.sdk_config());
                let sink = Sink::cloudwatch(&clients, settings.schedule().metrics_namespace.as_ref());
                (Some(clients), sink)
            }
        };
        Scheduled::new(settings, clients, sink)
    }

    pub(crate) async fn run(&self, invocation: &Invocation) -> Result<Committed, RunError> {
        self.run_as::<Diversity>(invocation).await
    }

    pub(crate) async fn run_as<M: Monitor>(&self, invocation: &Invocation) -> Result<Committed, RunError> {
        self.monitor::<M>()?.run(invocation, &nobody).await
    }

    pub(crate) async fn run_twice(&self, invocation: &Invocation) -> Committed {
        self.run_twice_as::<Diversity>(invocation).await
    }

    /// A container to which the capture is brought must make the very files of the run that a function made.
    pub(crate) async fn assert_as_in_a_container<M: Monitor>(&self, run: &str, invocation: &Invocation) {
        let interval = Interval::from(invocation.trigger.window);
        let brought = Brought { interval, scope: Scope::Variant, form: Form::Captured };
        let monitor = self.monitor::<M>().expect("a monitor");
        let made = Box::pin(monitor.judge_brought(invocation, brought, None, &nobody))
            .await
            .unwrap_or_else(|error| panic!("{}", error.chain()));
        let tree = self.tree().await;
        let judged = ["analysis.json", "statistics.json", "constraints.json", "constraint_violations.json"];
        let files = made.report.files().iter().filter(|(file, _)| judged.contains(&file.name()));
        let mut count = 0;
        for (file, bytes) in files {
            let theirs = tree.get(&format!("{run}/{}", file.name()));
            assert!(theirs.is_some_and(|theirs| *bytes == theirs.as_slice()), "{} differs", file.name());
            count += 1;
        }
        assert!(count >= 2, "statistics or an analysis, and violations");
    }

    /// Runs twice. The second run must change no byte, call no endpoint and send no metric.
    pub(crate) async fn run_twice_as<M: Monitor>(&self, invocation: &Invocation) -> Committed {
        let first = self.run_as::<M>(invocation).await.unwrap_or_else(|error| panic!("{}", error.chain()));
        assert!(first.made_here);
        let (tree, sent) = (self.tree().await, self.sent());
        let second = self.run_as::<M>(invocation).await.unwrap_or_else(|error| panic!("{}", error.chain()));
        assert!(!second.made_here);
        assert_eq!(second.execution, first.execution);
        assert_same(&self.tree().await, &tree);
        assert_eq!(self.sent(), sent, "calls to the endpoint and to CloudWatch");
        first
    }

    /// What left the site, where an AWS counts it.
    fn sent(&self) -> Option<(Option<u64>, usize)> {
        let Root::Bucket(aws) = &self.root else { return None };
        Some((aws.requests().get("sagemaker:InvokeEndpoint").copied(), aws.metrics().len()))
    }
}

fn walk(root: &Path, folder: &Path, tree: &mut Tree) {
    for entry in std::fs::read_dir(folder).expect("a folder") {
        let path = entry.expect("an entry").path();
        if path.is_dir() {
            walk(root, &path, tree);
        } else {
            let key = path.strip_prefix(root).expect("below the root").to_str().expect("UTF-8");
            tree.insert(key.to_owned(), std::fs::read(&path).expect("a file"));
        }
    }
}

/// Compares names first, so that a failure says which file is new and not what all of them hold.
pub(crate) fn assert_same(now: &Tree, before: &Tree) {
    assert_eq!(now.keys().collect::<Vec<_>>(), before.keys().collect::<Vec<_>>());
    for (key, bytes) in before {
        assert!(now[key] == *bytes, "{key} has changed");
    }
}

/// Has six to nine judged by what the runs of another schedule kept.
pub(crate) async fn judge_hours<M: Monitor>(site: &mut Site, schedule: &str, of: &str) -> Execution {
    site.set("SCHEDULE_NAME", schedule);
    site.set("WINDOW", "PT3H");
    site.set("OF", of);
    let mut tick = tick("2026-10-31T09:10:00Z");
    tick.trigger.window =
        Window::new(time("2026-10-31T06:00:00Z"), time("2026-10-31T09:00:00Z")).expect("a window");
    site.run_as::<M>(&tick).await.expect("a verdict").execution
}

/// The folder holds the files that its execution.json names, with their digests: the work of one attempt.
pub(crate) fn assert_whole(tree: &Tree, run: &str, execution: &Execution) {
    let mut names: Vec<_> =
        execution.files.iter().map(|file| format!("{run}/{}", file.name.name())).collect();
    names.push(format!("{run}/execution.json"));
    names.sort();
    let is_again = |key: &&str| key.contains("/revision-") && !run.contains("/revision-");
    let there: Vec<_> = below(tree, run).into_iter().filter(|key| !is_again(key)).collect();
    assert_eq!(there, names);
    assert!(execution.files.len() >= 3, "statistics, constraints, violations");
    for file in &execution.files {
        let bytes = &tree[&format!("{run}/{}", file.name.name())];
        let digest: String = Sha256::digest(bytes).iter().map(|byte| format!("{byte:02x}")).collect();
        let (found, named) = ((digest, bytes.len() as u64), (file.sha256.clone(), file.size_bytes));
        assert_eq!(found, named, "{}", file.name.name());
    }
    let on_disk: Execution = serde_json::from_slice(&tree[&format!("{run}/execution.json")]).expect("JSON");
    assert_eq!(on_disk, *execution);
}

/// The files below a folder of the root.
pub(crate) fn below<'t>(tree: &'t Tree, folder: &str) -> Vec<&'t str> {
    tree.keys().map(String::as_str).filter(|key| key.starts_with(&format!("{folder}/"))).collect()
}

pub(crate) fn time(text: &str) -> Timestamp {
    text.parse().unwrap_or_else(|error| panic!("{text}: {error}"))
}

/// The hour that ends at 09:00, judged ten minutes later.
pub(crate) fn nine() -> Invocation {
    tick("2026-10-31T09:10:00Z")
}

/// An hourly tick, served at once.
pub(crate) fn tick(scheduled: &str) -> Invocation {
    let now = time(scheduled);
    let window = Window::ending_at(now, SignedDuration::from_hours(1)).expect("a window");
    Invocation {
        trigger: Trigger { window, reopen: false },
        now,
        began: tokio::time::Instant::now(),
        deadline: None,
        request_id: "story".to_owned(),
        memory_mb: None,
    }
}

/// A validation set of so many sessions.
pub(crate) fn sessions(number: usize) -> String {
    (0..number).map(|n| format!("{{\"session_id\":\"s{n}\",\"features\":{{\"reader\":{n}}}}}\n")).collect()
}

/// A catalogue of ten categories with ten items each: `c3-7` is in `c3`.
pub(crate) fn ten_categories() -> String {
    let items = (0..100).map(|n| format!("\"c{}-{}\":\"c{}\"", n / 10, n % 10, n / 10));
    format!("{{{}}}", items.collect::<Vec<_>>().join(","))
}

/// A list of ten items from so many of the ten categories.
pub(crate) fn list_of(categories: usize) -> Vec<String> {
    (0..10).map(|place| format!("c{}-{place}", place.min(categories - 1))).collect()
}

/// Recorded answers of `s0`, `s1`, ...: one list for each number of categories.
pub(crate) fn recorded(categories: impl IntoIterator<Item = usize>) -> String {
    let line = |(n, categories)| {
        let list = serde_json::to_string(&list_of(categories)).expect("a list of texts");
        format!("{{\"session_id\":\"s{n}\",\"recommendations\":{list}}}\n")
    };
    categories.into_iter().enumerate().map(line).collect()
}

/// A site whose replay goes to a simulated endpoint: over HTTP in a folder, through InvokeEndpoint in a bucket.
pub(crate) struct Live {
    pub(crate) site: Site,
    pub(crate) endpoint: EndpointSimulator,
    _server: Option<Server>,
}

impl Live {
    /// So many sessions over ten categories, and an endpoint that follows the script.
    pub(crate) async fn start(site: Site, number: usize, script: Script) -> Self {
        let endpoint = EndpointSimulator::new(script);
        site.put("inputs/catalog.json", ten_categories()).await;
        site.put("inputs/sessions.jsonl", sessions(number)).await;
        if site.is_bucket() {
            site.aws().register_endpoint("recommender-prod", &endpoint);
            return Self { site: site.with("REPLAY", "sagemaker"), endpoint, _server: None };
        }
        let server = endpoint.serve(None).await.expect("a free port");
        let site = site.with("REPLAY", &format!("{}/invocations", server.url()));
        Self { site, endpoint, _server: Some(server) }
    }

    /// The same story over HTTP and through InvokeEndpoint.
    pub(crate) async fn both(number: usize, script: impl Fn() -> Script) -> [Self; 2] {
        let [folder, bucket] = Site::both().await;
        [Self::start(folder, number, script()).await, Self::start(bucket, number, script()).await]
    }
}

/// An endpoint that answers every request with a list of six categories.
pub(crate) fn healthy() -> Script {
    let answer = Answer::recommendations(&list_of(6));
    Script::answering(move |_| answer.clone())
}
