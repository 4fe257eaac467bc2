//! What a week is lived with: a root, a live endpoint, the check and the router, in a folder or in a bucket.
//!
//! It draws nothing and judges nothing.

use super::plan::Capture;
use crate::harness::Harness;
use crate::harness::recommender::{captured, list_of, sessions, ten_categories};
use bellwether_contract::keys::Key;
use bellwether_contract::metrics::{METRICS_FILE, MetricLine};
use bellwether_contract::names::{EndpointName, VariantName};
use bellwether_pipeline::monitors::diversity::DiversityCheck;
use bellwether_pipeline::route::Router;
use bellwether_tests::answer::Answer;
use bellwether_tests::http::Server;
use bellwether_tests::recorded::MetricDatum;
use bellwether_tests::simulator::{EndpointSimulator, Script};
use jiff::SignedDuration;
use std::io::{Read, Seek, SeekFrom};
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicU8, Ordering};
use tokio::net::TcpSocket;

pub(crate) const ENDPOINT: &str = "recommender-prod";
pub(crate) const SCHEDULE: &str = "diversity-hourly";
const VARIANT: &str = "AllTraffic";

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

pub(crate) struct Monitored {
    pub(crate) harness: Harness,
    mood: Arc<AtomicU8>,
    /// As the function would be made while the endpoint can be reached, and while it cannot.
    checks: [DiversityCheck; 2],
    pub(crate) router: Router,
    points_read: usize,
    _server: Server,
    /// Bound and never listening: an address where nobody is, and that nobody else gets.
    _nobody: TcpSocket,
}

impl Monitored {
    pub(crate) async fn on(harness: Harness) -> Self {
        let mut harness = harness.with("CAPTURE_URI", "{root}/capture");
        let mood = Arc::new(AtomicU8::new(Mood::Healthy as u8));
        let server = endpoint(Arc::clone(&mood)).serve(None).await.expect("a free port");
        let nobody = TcpSocket::new_v4().expect("a socket");
        nobody.bind(([127, 0, 0, 1], 0).into()).expect("a free port");
        let absent = format!("http://{}", nobody.local_addr().expect("an address"));
        let checks = [server.url(), absent].map(|url| {
            harness.set("REPLAY", &format!("{url}/invocations"));
            harness.check().expect("a check")
        });
        let router = Router::new(harness.settings().expect("settings"), harness.clients().as_ref());
        harness.put("inputs/sessions.jsonl", sessions(2)).await;
        let router = router.expect("a router");
        let monitored =
            Self { harness, mood, checks, router, points_read: 0, _server: server, _nobody: nobody };
        monitored.put_catalog().await;
        monitored
    }

    pub(crate) async fn put_catalog(&self) {
        self.harness.put("inputs/catalog.json", ten_categories()).await;
    }

    pub(crate) async fn remove_catalog(&self) {
        self.harness.delete("inputs/catalog.json").await;
    }

    /// The file of one hour, flushed in its middle.
    pub(crate) async fn put_capture(&self, capture: Capture) {
        let (endpoint, variant): (EndpointName, VariantName) =
            (ENDPOINT.parse().expect("a name"), VARIANT.parse().expect("a name"));
        let begin = capture.window - SignedDuration::from_hours(1);
        let hour = Key::CaptureHour(&endpoint, &variant, begin);
        let at = begin + SignedDuration::from_mins(20);
        let id = format!("00000000-0000-4000-8000-{:012}", begin.as_second());
        let record = captured(1, 6, at, &id);
        let line = if capture.corrupt { "{".to_owned() } else { record.to_string() };
        self.harness.put(&format!("capture/{hour}30-00-000-{id}.jsonl"), line + "\n").await;
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
        if self.harness.is_bucket() {
            let requests = self.harness.aws().metrics_after(self.points_read);
            self.points_read += requests.len();
            let new = requests.iter().flat_map(|request| &request.metric_data);
            return new.map(MetricDatum::line).filter(is_heartbeat).collect();
        }
        let path = PathBuf::from(self.harness.uri()).join("metrics").join(METRICS_FILE);
        let Ok(mut file) = std::fs::File::open(path) else { return Vec::new() };
        file.seek(SeekFrom::Start(self.points_read as u64)).expect("a file that grows");
        let mut text = String::new();
        self.points_read += file.read_to_string(&mut text).expect("UTF-8");
        let new = text.lines().filter(|line| line.contains("window_read"));
        let new = new.map(|line| serde_json::from_str(line).expect("a point"));
        new.filter(is_heartbeat).collect()
    }
}

fn endpoint(mood: Arc<AtomicU8>) -> EndpointSimulator {
    let [healthy, collapsed] = [6, 2].map(|categories| Answer::recommendations(&list_of(categories)));
    EndpointSimulator::new(Script::answering(move |_| match mood.load(Ordering::Relaxed) {
        mood if mood == Mood::Collapsed as u8 => collapsed.clone(),
        mood if mood == Mood::Overloaded as u8 => Answer::status(503),
        _ => healthy.clone(),
    }))
}
