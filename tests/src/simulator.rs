//! A simulated model endpoint: scripted answers and latency, and a record of the pressure that it felt.
//!
//! It serves `/invocations` and `/ping` by itself, or stands behind the embedded AWS's InvokeEndpoint. It computes no
//! recommendations: what to answer is the script's.

use std::io;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use tokio::time::Instant;

use crate::answer::Answer;
use crate::http::{Request, Server, lock, pause};

/// How the endpoint behaves: an answer for every request, exceptions in order, and a latency.
pub struct Script {
    answer: Box<dyn Fn(&Request) -> Answer + Send + Sync>,
    exceptions: Vec<Exception>,
    latency: Box<dyn Fn(Arrival) -> Duration + Send + Sync>,
}

struct Exception {
    when: Box<dyn Fn(Arrival) -> bool + Send + Sync>,
    answer: Answer,
}

/// A request's place among the others.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Arrival {
    /// Counted from 1.
    pub number: u64,
    /// Requests being answered, this one included.
    pub in_flight: usize,
}

impl Script {
    /// Every request is answered so, at once.
    pub fn answering(answer: impl Fn(&Request) -> Answer + Send + Sync + 'static) -> Self {
        Self { answer: Box::new(answer), exceptions: Vec::new(), latency: Box::new(|_| Duration::ZERO) }
    }

    /// Every request gets this answer, at once.
    #[must_use]
    pub fn always(answer: Answer) -> Self {
        Self::answering(move |_| answer.clone())
    }

    /// How long an answer takes, given the request's place among the others.
    ///
    /// `|_| Duration::from_millis(16)` is a fixed latency; one that grows with the number in flight is a queue.
    #[must_use]
    pub fn latency(self, latency: impl Fn(Arrival) -> Duration + Send + Sync + 'static) -> Self {
        Self { latency: Box::new(latency), ..self }
    }

    /// Requests that arrive so get this instead. The first exception that applies wins.
    #[must_use]
    pub fn except(mut self, when: impl Fn(Arrival) -> bool + Send + Sync + 'static, answer: Answer) -> Self {
        self.exceptions.push(Exception { when: Box::new(when), answer });
        self
    }

    fn play(&self, request: &Request, arrival: Arrival) -> Answer {
        match self.exceptions.iter().find(|exception| (exception.when)(arrival)) {
            Some(exception) => exception.answer.clone(),
            None => (self.answer)(request),
        }
    }
}

/// One request as the endpoint saw it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Seen {
    pub arrival: Arrival,
    /// Since the simulator was made.
    pub at: Duration,
    pub content_type: Option<String>,
    pub accept: Option<String>,
    /// `X-Amzn-SageMaker-Inference-Id`
    pub inference_id: Option<String>,
    /// `X-Amzn-SageMaker-Target-Variant`
    pub target_variant: Option<String>,
    pub body: bytes::Bytes,
    /// Status of the scripted answer.
    pub status: u16,
}

/// A running endpoint; its clones share script and record.
#[derive(Clone)]
pub struct EndpointSimulator {
    script: Arc<Script>,
    log: Arc<Mutex<Log>>,
    since: Instant,
}

#[derive(Default)]
struct Log {
    seen: Vec<Seen>,
    arrived: u64,
    in_flight: usize,
    series: Vec<(Duration, usize)>,
}

impl EndpointSimulator {
    #[must_use]
    pub fn new(script: Script) -> Self {
        Self { script: Arc::new(script), log: Arc::default(), since: Instant::now() }
    }

    /// Serves `/invocations` and `/ping` on a port, or a free one, until the server is dropped.
    ///
    /// # Errors
    /// The port is taken.
    pub async fn serve(&self, port: Option<u16>) -> io::Result<Server> {
        let endpoint = self.clone();
        Server::start(port, move |request| {
            let endpoint = endpoint.clone();
            async move {
                match (request.method().as_str(), request.uri().path()) {
                    ("POST", "/invocations") => endpoint.invoke(request).await,
                    ("GET", "/ping") => Answer::new(200, "text/plain", ""),
                    _ => Answer::status(404),
                }
            }
        })
        .await
    }

    /// Answers one invocation after its latency. The request counts as in flight until the answer is ready.
    pub async fn invoke(&self, request: Request) -> Answer {
        let flight = Flight::begin(self);
        let mut answer = self.script.play(&request, flight.arrival);
        self.note(&request, flight.arrival, answer.status);
        let delay = std::mem::take(&mut answer.delay) + (self.script.latency)(flight.arrival);
        pause(delay).await;
        answer
    }

    fn note(&self, request: &Request, arrival: Arrival, status: u16) {
        let header =
            |name: &str| request.headers().get(name).and_then(|v| v.to_str().ok()).map(str::to_owned);
        let seen = Seen {
            arrival,
            at: self.since.elapsed(),
            content_type: header("content-type"),
            accept: header("accept"),
            inference_id: header("x-amzn-sagemaker-inference-id"),
            target_variant: header("x-amzn-sagemaker-target-variant"),
            body: request.body().clone(),
            status,
        };
        lock(&self.log).seen.push(seen);
    }

    /// Every invocation so far, in order of arrival.
    #[must_use]
    pub fn seen(&self) -> Vec<Seen> {
        lock(&self.log).seen.clone()
    }

    /// The greatest number of requests that were in flight at once.
    #[must_use]
    pub fn max_in_flight(&self) -> usize {
        lock(&self.log).series.iter().map(|(_, in_flight)| *in_flight).max().unwrap_or(0)
    }

    /// The number in flight after each arrival and each departure, with its time since the simulator was made.
    #[must_use]
    pub fn in_flight_series(&self) -> Vec<(Duration, usize)> {
        lock(&self.log).series.clone()
    }
}

/// Keeps the count honest even when the client goes away and the answer's future is dropped.
struct Flight<'a> {
    endpoint: &'a EndpointSimulator,
    arrival: Arrival,
}

impl<'a> Flight<'a> {
    fn begin(endpoint: &'a EndpointSimulator) -> Self {
        let mut log = lock(&endpoint.log);
        log.arrived += 1;
        log.in_flight += 1;
        let arrival = Arrival { number: log.arrived, in_flight: log.in_flight };
        log.series.push((endpoint.since.elapsed(), arrival.in_flight));
        Self { endpoint, arrival }
    }
}

impl Drop for Flight<'_> {
    fn drop(&mut self) {
        let mut log = lock(&self.endpoint.log);
        log.in_flight -= 1;
        let in_flight = log.in_flight;
        log.series.push((self.endpoint.since.elapsed(), in_flight));
    }
}
