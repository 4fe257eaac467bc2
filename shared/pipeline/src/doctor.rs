//! A monitor looked over before its first night: whether it could read, judge and be heard.
//!
//! It looks and writes nothing. What was seen becomes diagnoses in [`findings`], which is pure; what a monitor alone knows of
//! (its baseline, its columns, whom it asks) it tells itself ([`Monitor::examine`]).

mod called;
mod diagnosis;
pub mod findings;

pub(crate) use called::of_failure;
pub use diagnosis::{Diagnosis, Health};

use crate::RunError;
use crate::captures::{self, CaptureVolume, Captured, Traffic};
use crate::clients::Clients;
use crate::document::DocumentEntry;
use crate::merge::{Asked, each_kept};
use crate::monitor::{Monitor, MonitorSettings};
use crate::progress::nobody;
use crate::settings::{CompletenessSettings, MonitoringSchedule};
use bellwether_analysis::captured_kinds::CapturedKinds;
use bellwether_analysis::completeness::{Completeness, Uncounted};
use bellwether_contract::ContractError;
use bellwether_contract::keys::Key;
use bellwether_contract::names::ScheduleName;
use bellwether_contract::window::{Window, truncate};
use bellwether_storage::{Location, StorageError, Store};
use findings::{Neighbours, SeenTraffic, of_capture, of_completeness, of_events, of_hours, of_size};
use jiff::{SignedDuration, Timestamp};

const AN_HOUR: SignedDuration = SignedDuration::from_hours(1);
/// Names of neighbours that are told.
const MOST_NEIGHBOURS: usize = 10;

/// What is asked of a monitor.
#[derive(Debug, Clone, Copy)]
pub struct Checkup {
    /// The window looked at is the last one that was due by then.
    pub at: Timestamp,
    /// Calls to the variant in the hour that ended last by then, where somebody counted them. Otherwise CloudWatch is asked, if the
    /// monitor's runs ask it.
    pub invocations: Option<u64>,
}

/// What a monitor came to.
#[derive(Debug, Clone)]
pub struct Examined {
    /// The window that was looked at.
    pub window: Window,
    /// A check each, in the order of a run.
    pub diagnoses: Vec<Diagnosis>,
}

/// Looks a document's monitor over.
///
/// # Errors
/// A window that none is, or a location that cannot be opened: nothing was looked at.
pub async fn examine<M: Monitor>(
    entry: &DocumentEntry,
    settings: M::Settings,
    clients: Option<Clients>,
    checkup: Checkup,
) -> Result<Examined, RunError> {
    let schedule = settings.schedule().clone();
    let window = schedule.offsets().window(entry.every.last_due(checkup.at))?;
    let places = Places::of(entry, &schedule, clients.as_ref())?;
    let mut diagnoses = vec![place("reports", &places.reports).await, place("state", &places.state).await];
    diagnoses.extend(events(&places.reports).await);
    let end = truncate(checkup.at);
    let hour = Window::new(end - AN_HOUR, end)?;
    let of: Option<ScheduleName> = entry.lookup("OF").map(|text| text.parse()).transpose()?;
    // Of kept hours no capture is read but the last one's, to see what is coming.
    let judged = window;
    let window = if of.is_some() { hour } else { window };
    if let Some(of) = of {
        diagnoses.push(kept_hours(of, &schedule, &places, judged).await);
    }
    let mut read = None;
    if let Some(store) = &places.capture {
        let of_traffic = of_traffic(schedule.traffic_of(store, window)).await;
        diagnoses.extend(of_traffic.diagnoses);
        read = of_traffic.read;
    }
    let is_judgeable = read.as_ref().is_some_and(|captured| captured.profile.records > 0);
    diagnoses.extend(M::new(settings, clients.clone())?.examine(is_judgeable.then_some(window)).await);
    let asked: CompletenessSettings =
        entry.settings().map_err(|error| ContractError::malformed(entry.name.as_str(), error.to_string()))?;
    let calls = match checkup.invocations {
        Some(calls) => Some(Ok(calls as f64)),
        None => asked.calls(&schedule, clients.as_ref(), hour).await,
    };
    if let Some(calls) = calls {
        let is_read = hour.start() == window.start() && hour.end() == window.end();
        let read = match &places.capture {
            Some(store) if !is_read => of_traffic(schedule.traffic_of(store, hour)).await.read,
            _ => read,
        };
        let seen = read.map(|captured| captured.seen);
        diagnoses.push(captured_of(calls, hour, seen, asked.sampling_percentage));
    }
    Ok(Examined { window: judged, diagnoses })
}

/// Where the monitor writes, and what it reads, opened and not looked at.
struct Places {
    reports: Store,
    state: Store,
    capture: Option<Store>,
}

impl Places {
    fn of(
        entry: &DocumentEntry,
        schedule: &MonitoringSchedule,
        clients: Option<&Clients>,
    ) -> Result<Self, RunError> {
        let s3 = clients.map(|clients| &clients.s3);
        let capture: Option<Location> = entry.lookup("CAPTURE_URI").map(|text| text.parse()).transpose()?;
        Ok(Self {
            reports: Store::new(&schedule.reports, s3)?,
            state: Store::new(&schedule.state, s3)?,
            capture: capture.map(|location| Store::new(&location, s3)).transpose()?,
        })
    }
}

/// Whether the hours of a window kept what is to be judged.
async fn kept_hours(
    of: ScheduleName,
    schedule: &MonitoringSchedule,
    places: &Places,
    window: Window,
) -> Diagnosis {
    let asked = Asked { endpoint: schedule.endpoint.clone(), schedule: of, hours: window.into() };
    let mut kept = 0;
    let found = each_kept(&places.reports, &places.state, &asked, |_| {
        kept += 1;
        Ok(Ok(()))
    });
    match found.await {
        Ok(missing) => of_hours(&asked.schedule, window, kept, &missing),
        Err(error) => Diagnosis::failed("hours", &error),
    }
}

/// How much of an hour's calls was captured, if its files were read.
fn captured_of(
    calls: Result<f64, Uncounted>,
    hour: Window,
    seen: Option<u64>,
    sampling_percentage: f64,
) -> Diagnosis {
    match seen {
        Some(seen) => of_completeness(&Completeness { seen, calls, sampling_percentage }),
        None => {
            let found = format!("the captured files from {hour} were not read");
            Diagnosis::of(
                Health::NotChecked,
                "completeness",
                found,
                "set capture_uri, or mend what keeps them from being read",
            )
        }
    }
}

/// Whether a place can be read. A folder need not be there: the first run makes it.
async fn place(check: &'static str, store: &Store) -> Diagnosis {
    let location = store.location();
    match (store.holds_anything().await, store) {
        (Ok(false), Store::Folder(_)) => {
            Diagnosis::ok(check, format!("{location} is not there yet; the first run makes it"))
        }
        (Ok(_), _) => Diagnosis::ok(check, format!("{location} can be listed")),
        (Err(error), _) => Diagnosis::failed(check, &error.into()),
    }
}

/// Whether anybody hears of reports; `None` where they lie in a folder.
async fn events(reports: &Store) -> Option<Diagnosis> {
    let bucket = reports.location().to_string();
    match reports.tells_event_bridge().await {
        Ok(is_told) => is_told.map(|is_told| of_events(&bucket, is_told)),
        Err(error) => Some(Diagnosis::failed("events", &error.into())),
    }
}

/// What was seen of a window.
struct OfTraffic {
    diagnoses: Vec<Diagnosis>,
    read: Option<Captured<CapturedKinds>>,
}

/// What lies in the window: its size first, because what no function could read is not read here either.
async fn of_traffic(traffic: Traffic<'_>) -> OfTraffic {
    let not_checked = |check, found: &str| Diagnosis::of(Health::NotChecked, check, found, "mend that first");
    let volume = match captures::volume(traffic).await {
        Ok(volume) => volume,
        Err(error) => {
            let size = not_checked("size", "the captured files could not be listed");
            return OfTraffic { diagnoses: vec![Diagnosis::failed("capture", &error), size], read: None };
        }
    };
    let size = of_size(volume);
    if size.health == Health::Problem {
        let capture = not_checked("capture", "the window is too large to be read");
        return OfTraffic { diagnoses: vec![capture, size], read: None };
    }
    match kinds(traffic).await {
        Ok(captured) => {
            let capture = told(traffic, volume, &captured).await;
            OfTraffic { diagnoses: vec![capture, size], read: Some(captured) }
        }
        Err(error) => OfTraffic { diagnoses: vec![Diagnosis::failed("capture", &error), size], read: None },
    }
}

async fn kinds(traffic: Traffic<'_>) -> Result<Captured<CapturedKinds>, RunError> {
    captures::read(traffic, CapturedKinds::default(), &nobody).await
}

async fn told(traffic: Traffic<'_>, volume: CaptureVolume, captured: &Captured<CapturedKinds>) -> Diagnosis {
    let neighbours = match volume.files {
        0 => neighbours(traffic).await.unwrap_or_default(),
        _ => Neighbours::default(),
    };
    let Captured { profile, lines, unread, .. } = captured;
    let (window, unread) = (traffic.window, unread.as_deref());
    of_capture(SeenTraffic { window, lines, kinds: profile, unread, neighbours: &neighbours })
}

/// Who else was captured in the same place.
async fn neighbours(traffic: Traffic<'_>) -> Result<Neighbours, StorageError> {
    let first = |mut names: Vec<String>| {
        names.truncate(MOST_NEIGHBOURS);
        names
    };
    let variants = traffic.store.folders(&Key::CapturedEndpoint(traffic.endpoint).to_string()).await?;
    Ok(Neighbours { endpoints: first(traffic.store.folders("").await?), variants: first(variants) })
}
