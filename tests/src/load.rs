//! A replay under load, call by call: the real replay against a simulated endpoint that fares well, slows down, is busy
//! for a moment, breaks, and is busy for good.
//!
//! It judges nothing and draws nothing: [`crate::plot`] draws what is recorded here, a test judges it.

use std::fmt::Write;
use std::io;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use bellwether_contract::sessions::Session;
use bellwether_pipeline::RunError;
use bellwether_pipeline::clients::http_client;
use bellwether_pipeline::progress::Step;
use bellwether_pipeline::replay::endpoint::Endpoint;
use bellwether_pipeline::replay::{Plan, replay};

use crate::answer::Answer;
use crate::http::lock;
use crate::simulator::{Arrival, EndpointSimulator, Script};

/// Most calls in flight, the default of `REPLAY_CONCURRENCY`.
pub const CAP: usize = 20;
/// Sessions of the validation set; a tenth of them may be asked again.
pub const SESSIONS: usize = 1_400;

/// How the endpoint fares for a number of its requests.
struct Phase {
    name: &'static str,
    requests: u64,
    latency: Duration,
    status: u16,
}

const fn phase(name: &'static str, requests: u64, latency_ms: u64, status: u16) -> Phase {
    Phase { name, requests, latency: Duration::from_millis(latency_ms), status }
}

const PHASES: [Phase; 7] = [
    phase("healthy", 430, 10, 200),
    phase("slow", 60, 40, 200),
    phase("recovered", 330, 10, 200),
    phase("burst", 4, 10, 503),
    phase("calm", 200, 10, 200),
    phase("broken", 260, 80, 500),
    phase("overloaded", u64::MAX, 10, 429),
];

/// The moment just after a call began or ended.
#[derive(Debug, Clone, PartialEq)]
pub struct Moment {
    /// Since the replay began.
    pub milliseconds: f64,
    /// How the endpoint fared, as far as its latest request goes.
    pub phase: String,
    pub in_flight: usize,
    pub allowed: usize,
    /// Calls made again so far.
    pub retries: u64,
    /// How the call ended; `None` for one that began.
    pub ended: Option<String>,
}

/// A recorded replay.
#[derive(Debug, Clone, PartialEq)]
pub struct Recorded {
    pub moments: Vec<Moment>,
    /// As the endpoint felt it.
    pub most_in_flight: usize,
    /// Sessions without an answer.
    pub unanswered: u64,
}

/// Plays the load once.
///
/// # Errors
/// No port is free, or the replay cannot be made.
pub async fn record() -> Result<Recorded, Box<dyn std::error::Error>> {
    let requests = Arc::new(AtomicU64::new(0));
    let endpoint = EndpointSimulator::new(script(Arc::clone(&requests)));
    let server = endpoint.serve(None).await?;
    let (moments, began) = (Mutex::new(Vec::new()), Instant::now());
    let watcher = |step: Step| {
        let Step::Replay { call, .. } = step else { return };
        lock(&moments).push(Moment {
            milliseconds: (began.elapsed().as_secs_f64() * 1e4).round() / 10.0,
            phase: phase_of(requests.load(Ordering::Relaxed).max(1)).name.to_owned(),
            in_flight: call.in_flight,
            allowed: call.allowed,
            retries: call.retries,
            ended: call.ended.map(str::to_owned),
        });
    };
    let answers = ask(&format!("{}/invocations", server.url()), &watcher).await?;
    let moments = std::mem::take(&mut *lock(&moments));
    Ok(Recorded { moments, most_in_flight: endpoint.max_in_flight(), unanswered: answers })
}

async fn ask(url: &str, watcher: &(dyn Fn(Step) + Send + Sync)) -> Result<u64, Box<dyn std::error::Error>> {
    let endpoint =
        Endpoint::Http { client: http_client()?, url: url.parse()?, variant: Some("AllTraffic".parse()?) };
    let session = Session { session_id: String::new(), body: Vec::new(), content_type: "application/json" };
    let path = "@".parse().map_err(|error| io::Error::other(format!("{error}")))?;
    let plan = Plan { path: &path, k: 10, cap: CAP, deadline: None, prefix: "replay-" };
    let sessions = vec![session; SESSIONS];
    let answers =
        replay(&endpoint, &sessions, plan, watcher).await.map_err(|error: RunError| error.chain())?;
    Ok(answers.unanswered.values().sum())
}

fn script(requests: Arc<AtomicU64>) -> Script {
    let list = Answer::json(&serde_json::json!(["a", "b", "c"]));
    let late = move |arrival: Arrival| {
        requests.fetch_max(arrival.number, Ordering::Relaxed);
        phase_of(arrival.number).latency
    };
    let refusals = [503, 500, 429].into_iter();
    let script = Script::always(list).latency(late);
    refusals.fold(script, |script, status| {
        script.except(move |arrival| phase_of(arrival.number).status == status, Answer::status(status))
    })
}

fn phase_of(request: u64) -> &'static Phase {
    let mut last = 0_u64;
    let in_time = |phase: &&Phase| {
        last = last.saturating_add(phase.requests);
        request <= last
    };
    PHASES.iter().find(in_time).unwrap_or(&PHASES[PHASES.len() - 1])
}

/// The moments as lines of CSV.
#[must_use]
pub fn to_csv(moments: &[Moment]) -> String {
    let mut csv = "milliseconds,phase,in_flight,allowed,retries,outcome\n".to_owned();
    for Moment { milliseconds, phase, in_flight, allowed, retries, ended } in moments {
        let outcome = ended.as_deref().unwrap_or("began");
        let line = writeln!(csv, "{milliseconds},{phase},{in_flight},{allowed},{retries},{outcome}");
        line.unwrap_or_default();
    }
    csv
}

/// Reads what [`to_csv`] wrote.
///
/// # Errors
/// The line that is none.
pub fn from_csv(csv: &str) -> Result<Vec<Moment>, String> {
    csv.lines().skip(1).map(|line| moment(line).ok_or_else(|| line.to_owned())).collect()
}

fn moment(line: &str) -> Option<Moment> {
    let mut cells = line.split(',');
    let moment = Moment {
        milliseconds: cells.next()?.parse().ok()?,
        phase: cells.next()?.to_owned(),
        in_flight: cells.next()?.parse().ok()?,
        allowed: cells.next()?.parse().ok()?,
        retries: cells.next()?.parse().ok()?,
        ended: cells.next().filter(|outcome| *outcome != "began").map(str::to_owned),
    };
    cells.next().is_none().then_some(moment)
}
