//! Lambda's runtime API on loopback: it hands out events one by one and notes when they are asked for and answered.
//!
//! It knows nothing of the function behind it, and every answer but an error is a good one.

use bellwether_tests::answer::Answer;
use bellwether_tests::http::{Request, Server};
use serde_json::Value;
use std::collections::VecDeque;
use std::error::Error;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};
use tokio::sync::mpsc;

/// How long a process may take for all its events.
const PATIENCE: Duration = Duration::from_secs(60);
const FUNCTION_SECONDS: u64 = 300;

/// A runtime API with events to give.
pub(crate) struct RuntimeApi {
    server: Server,
    notes: mpsc::UnboundedReceiver<Note>,
    events: usize,
}

/// When things happened.
pub(crate) struct Times {
    pub(crate) first_request: Instant,
    /// From each event's delivery to its answer.
    pub(crate) invocations: Vec<Duration>,
}

enum Note {
    Asked(Instant),
    Answered(Instant),
    Failed(String),
}

impl RuntimeApi {
    pub(crate) async fn serve(events: Vec<Value>) -> std::io::Result<Self> {
        let count = events.len();
        let events = Arc::new(Mutex::new(VecDeque::from(events)));
        let (sender, notes) = mpsc::unbounded_channel();
        let server = Server::start(None, move |request| {
            let (answer, note) = answer(&request, &events);
            // Nobody listens any more once all events are answered.
            let _ = sender.send(note);
            async move { answer }
        })
        .await?;
        Ok(Self { server, notes, events: count })
    }

    /// What the process needs to find this API.
    pub(crate) fn environment(&self) -> [(&'static str, String); 4] {
        let url = self.server.url();
        [
            ("AWS_LAMBDA_RUNTIME_API", url.trim_start_matches("http://").to_owned()),
            ("AWS_LAMBDA_FUNCTION_NAME", "diversity-check".to_owned()),
            ("AWS_LAMBDA_FUNCTION_MEMORY_SIZE", "256".to_owned()),
            ("AWS_LAMBDA_FUNCTION_VERSION", "$LATEST".to_owned()),
        ]
    }

    /// Waits until every event is answered.
    pub(crate) async fn times(&mut self) -> Result<Times, Box<dyn Error>> {
        let mut asked = Vec::new();
        let mut invocations = Vec::new();
        while invocations.len() < self.events {
            match tokio::time::timeout(PATIENCE, self.notes.recv()).await?.ok_or("the API has ended")? {
                Note::Asked(at) => asked.push(at),
                Note::Answered(at) => invocations.push(at - *asked.last().ok_or("answered before asked")?),
                Note::Failed(reason) => return Err(reason.into()),
            }
        }
        Ok(Times { first_request: *asked.first().ok_or("there were no events")?, invocations })
    }
}

fn answer(request: &Request, events: &Mutex<VecDeque<Value>>) -> (Answer, Note) {
    let now = Instant::now();
    let path = request.uri().path();
    if path.ends_with("/invocation/next") {
        let event = events.lock().unwrap_or_else(PoisonError::into_inner).pop_front();
        return (event.map_or_else(Answer::hang, |event| delivery(&event)), Note::Asked(now));
    }
    let note = if path.ends_with("/response") {
        Note::Answered(now)
    } else {
        Note::Failed(format!("{path}: {}", String::from_utf8_lossy(request.body())))
    };
    (Answer::new(202, "application/json", ""), note)
}

fn delivery(event: &Value) -> Answer {
    let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    let deadline = now.as_millis() + u128::from(FUNCTION_SECONDS) * 1_000;
    Answer::json(event)
        .header("lambda-runtime-aws-request-id", "4bf4a5d8-0000-4000-8000-000000000000")
        .header("lambda-runtime-deadline-ms", &deadline.to_string())
        .header(
            "lambda-runtime-invoked-function-arn",
            "arn:aws:lambda:us-east-1:000000000000:function:diversity-check",
        )
        .header("lambda-runtime-trace-id", "Root=1-00000000-000000000000000000000000;Sampled=0")
}
