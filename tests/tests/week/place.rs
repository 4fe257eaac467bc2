//! Where a week takes place: stores, a live endpoint, the check, the router and the points, on folders or in a bucket.
//!
//! It draws nothing and judges nothing.

use super::plan::Capture;
use bellwether_contract::keys::Key;
use bellwether_contract::metrics::{METRICS_FILE, MetricLine};
use bellwether_contract::names::{EndpointName, VariantName};
use bellwether_newsroom::capture_record;
use bellwether_pipeline::clients::Clients;
use bellwether_pipeline::metrics::Sink;
use bellwether_pipeline::monitors::diversity::DiversityCheck;
use bellwether_pipeline::monitors::diversity::DiversitySettings;
use bellwether_pipeline::route::Router;
use bellwether_pipeline::settings::Settings;
use bellwether_pipeline::settings::router::RouterSettings;
use bellwether_storage::Store;
use bellwether_tests::answer::Answer;
use bellwether_tests::aws::EmbeddedAws;
use bellwether_tests::http::Server;
use bellwether_tests::simulator::{EndpointSimulator, Script};
use jiff::{SignedDuration, Timestamp};
use serde_json::{Value, json};
use std::io::{Read, Seek, SeekFrom};
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicU8, Ordering};
use tempfile::TempDir;
use tokio::net::TcpSocket;

pub(crate) const ENDPOINT: &str = "recommender-prod";
pub(crate) const SCHEDULE: &str = "diversity-hourly";
const VARIANT: &str = "AllTraffic";
const BUCKET: &str = "week";
const SESSIONS: usize = 2;

/// What the endpoint does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(u8)]
pub(crate) enum Mood {
    Healthy,
    Collapsed,
    Overloaded,
    /// Nobody is there.
    Unreachable,
}

pub(crate) struct Place {
    root: Root,
    pub(crate) reports: Store,
    inputs: Store,
    mood: Arc<AtomicU8>,
    /// As the function would be made while the endpoint can be reached, and while it cannot.
    checks: [DiversityCheck; 2],
    pub(crate) router: Router,
    points_read: usize,
    _server: Server,
    /// Bound and never listening: an address where nobody is, and that nobody else gets.
    _nobody: TcpSocket,
}

enum Root {
    Folder(TempDir),
    Bucket(Box<EmbeddedAws>),
}

impl Place {
    /// In a folder, in memory where the machine has such a place.
    pub(crate) async fn folder() -> Self {
        let memory = Path::new("/dev/shm");
        let folder = if memory.is_dir() { tempfile::tempdir_in(memory) } else { tempfile::tempdir() };
        Self::open(Root::Folder(folder.expect("a folder"))).await
    }

    /// In a bucket of an embedded AWS, with CloudWatch beside it.
    pub(crate) async fn bucket() -> Self {
        let aws = EmbeddedAws::start(None).await.expect("the embedded AWS starts");
        aws.create_bucket(BUCKET).await.expect("a bucket");
        Self::open(Root::Bucket(Box::new(aws))).await
    }

    async fn open(root: Root) -> Self {
        let mood = Arc::new(AtomicU8::new(Mood::Healthy as u8));
        let server = endpoint(Arc::clone(&mood)).serve(None).await.expect("a free port");
        let nobody = TcpSocket::new_v4().expect("a socket");
        nobody.bind(([127, 0, 0, 1], 0).into()).expect("a free port");
        let absent = format!("http://{}", nobody.local_addr().expect("an address"));
        let (uri, clients) = match &root {
            Root::Folder(folder) => (folder.path().display().to_string(), None),
            Root::Bucket(aws) => (format!("s3://{BUCKET}"), Some(Clients::new(&aws.sdk_config()))),
        };
        let store = |name: &str| {
            let location = format!("{uri}/{name}").parse().expect("a location");
            Store::new(&location, clients.as_ref().map(|clients| &clients.s3)).expect("a store")
        };
        let (reports, inputs) = (store("reports"), store("inputs"));
        inputs.create_if_folder().await.expect("a folder");
        let checks = [server.url(), absent].map(|url| check(&root, &uri, &url, clients.clone()));
        let settings = RouterSettings::read(|name| variable(&uri, "", name)).expect("settings");
        let router = Router::new(settings, clients.as_ref()).expect("a router");
        let place = Self {
            root,
            reports,
            inputs,
            mood,
            checks,
            router,
            points_read: 0,
            _server: server,
            _nobody: nobody,
        };
        place.put_catalog().await;
        let session = |n| format!("{{\"session_id\":\"s{n}\",\"features\":{{\"reader\":{n}}}}}\n");
        place.put("sessions.jsonl", (0..SESSIONS).map(session).collect()).await;
        place
    }

    async fn put(&self, key: &str, text: String) {
        self.inputs.put(key, text.into()).await.expect("a written object");
    }

    pub(crate) async fn put_catalog(&self) {
        let items: Vec<String> = (0..10).map(|n| format!("\"c{n}\":\"c{n}\"")).collect();
        self.put("catalog.json", format!("{{{}}}", items.join(","))).await;
    }

    pub(crate) async fn remove_catalog(&self) {
        match &self.root {
            Root::Folder(folder) => {
                std::fs::remove_file(folder.path().join("inputs/catalog.json")).expect("a catalogue");
            }
            Root::Bucket(aws) => {
                let remove = aws.s3().delete_object().bucket(BUCKET).key("inputs/catalog.json");
                remove.send().await.expect("a removed object");
            }
        }
    }

    /// The file of one hour, flushed in its middle.
    pub(crate) async fn put_capture(&self, capture: Capture) {
        let (endpoint, variant): (EndpointName, VariantName) =
            (ENDPOINT.parse().expect("a name"), VARIANT.parse().expect("a name"));
        let begin = capture.window - SignedDuration::from_hours(1);
        let hour = Key::CaptureHour(&endpoint, &variant, begin);
        let items: Vec<Value> = list_of(6).into_iter().map(|id| json!({ "item_id": id })).collect();
        let at = begin + SignedDuration::from_mins(20);
        let id = format!("00000000-0000-4000-8000-{:012}", begin.as_second());
        let record = capture_record(&json!({"reader": 1}), &json!({ "recommendations": items }), at, &id);
        let line = if capture.corrupt { "{".to_owned() } else { record.to_string() };
        self.put(&format!("capture/{hour}30-00-000-{id}.jsonl"), line + "\n").await;
    }

    pub(crate) fn set_mood(&self, mood: Mood) {
        self.mood.store(mood as u8, Ordering::Relaxed);
    }

    pub(crate) fn check(&self) -> &DiversityCheck {
        &self.checks[usize::from(self.mood.load(Ordering::Relaxed) == Mood::Unreachable as u8)]
    }

    /// Values of `window_read` that were published since the last time, by the time they are stamped with.
    pub(crate) fn new_heartbeats(&mut self) -> Vec<MetricLine> {
        let is_heartbeat = |line: &MetricLine| line.metric_name == "window_read";
        match &self.root {
            Root::Folder(folder) => {
                let path = folder.path().join("metrics").join(METRICS_FILE);
                let Ok(mut file) = std::fs::File::open(path) else { return Vec::new() };
                file.seek(SeekFrom::Start(self.points_read as u64)).expect("a file that grows");
                let mut text = String::new();
                self.points_read += file.read_to_string(&mut text).expect("UTF-8");
                let new = text.lines().filter(|line| line.contains("window_read"));
                let new: Vec<MetricLine> =
                    new.map(|line| serde_json::from_str(line).expect("a point")).collect();
                new.into_iter().filter(is_heartbeat).collect()
            }
            Root::Bucket(aws) => {
                let requests = aws.metrics_after(self.points_read);
                let new = requests.iter().flat_map(|request| &request.metric_data);
                let new: Vec<MetricLine> = new.map(line).filter(is_heartbeat).collect();
                self.points_read += requests.len();
                new
            }
        }
    }
}

/// A point of the API as a line of the metric file, as far as a single number goes.
fn line(datum: &bellwether_tests::recorded::MetricDatum) -> MetricLine {
    let dimensions: Vec<Value> =
        datum.dimensions.iter().map(|of| json!({"Name": of.name, "Value": of.value})).collect();
    let at = Timestamp::from_second(datum.timestamp.expect("a stamped point") as i64).expect("a time");
    let line = json!({"MetricName": datum.metric_name, "Timestamp": at, "Dimensions": dimensions,
        "Value": datum.value, "Unit": "None"});
    serde_json::from_value(line).expect("a line")
}

fn check(root: &Root, uri: &str, url: &str, clients: Option<Clients>) -> DiversityCheck {
    let settings = DiversitySettings::read(|name| variable(uri, url, name)).expect("settings");
    let sink = match (root, &clients) {
        (Root::Bucket(_), Some(clients)) => Sink::cloudwatch(clients, Some("Bellwether".to_owned())),
        (Root::Folder(folder), _) => Sink::Directory(folder.path().join("metrics")),
        (Root::Bucket(_), None) => Sink::Nowhere,
    };
    DiversityCheck::new(settings, clients, sink).expect("a check")
}

fn variable(uri: &str, url: &str, name: &str) -> Option<String> {
    Some(match name {
        "ENDPOINT_NAME" => ENDPOINT.to_owned(),
        "VARIANT_NAME" => VARIANT.to_owned(),
        "SCHEDULE_NAME" => SCHEDULE.to_owned(),
        "VALIDATION_SET_URI" => format!("{uri}/inputs/sessions.jsonl"),
        "CATALOG_URI" => format!("{uri}/inputs/catalog.json"),
        "CAPTURE_URI" => format!("{uri}/inputs/capture"),
        "REPORTS_URI" => format!("{uri}/reports"),
        "REPLAY" => format!("{url}/invocations"),
        _ => return None,
    })
}

/// A list of ten items from so many categories.
fn list_of(categories: usize) -> Vec<String> {
    (0..10).map(|place| format!("c{}", place % categories)).collect()
}

fn endpoint(mood: Arc<AtomicU8>) -> EndpointSimulator {
    let [healthy, collapsed] = [6, 2].map(|categories| Answer::recommendations(&list_of(categories)));
    EndpointSimulator::new(Script::answering(move |_| match mood.load(Ordering::Relaxed) {
        mood if mood == Mood::Collapsed as u8 => collapsed.clone(),
        mood if mood == Mood::Overloaded as u8 => Answer::status(503),
        _ => healthy.clone(),
    }))
}
