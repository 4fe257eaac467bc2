//! Captured traffic of the sample newsroom, as many records as a benchmark asks for.
//!
//! The shape is that of a real endpoint's capture: a history with ratings in, ten items with scores out, about 1 kB a
//! line. Requests and answers repeat after 500 sessions; ids and times never do.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use bellwether_contract::window::Window;
use bellwether_newsroom::{Model, Newsroom};
use fastrand::Rng;
use jiff::{SignedDuration, Timestamp};
use serde_json::{Value, json};
use std::fmt;
use std::io::{self, Write};
use std::sync::Arc;

/// How records are captured.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Shape {
    pub(crate) name: &'static str,
    /// Items in a list; 10 at most.
    pub(crate) items: usize,
    /// Every so many records the answer is captured as BASE64, as it is where the capture's configuration does not
    /// list its content type.
    pub(crate) base64_every: Option<usize>,
}

impl fmt::Display for Shape {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(self.name)
    }
}

/// The hour in which all of it happened.
pub(crate) fn window() -> Window {
    let start: Timestamp = "2026-10-31T08:00:00Z".parse().expect("a constant that is a time");
    Window::new(start, start + SignedDuration::from_hours(1)).expect("a whole hour")
}

pub(crate) fn newsroom() -> Newsroom {
    Newsroom::new(2026)
}

/// Records without end, the same ones for the same shape.
pub(crate) struct Traffic {
    /// `captureData` of every session.
    pub(crate) sides: Arc<[String]>,
    pub(crate) rng: Rng,
    pub(crate) written: usize,
}

impl Traffic {
    pub(crate) fn new(newsroom: &Newsroom, shape: Shape) -> Self {
        let mut rng = Rng::with_seed(11);
        let sessions = newsroom.sessions_jsonl();
        let sessions = serde_json::Deserializer::from_slice(&sessions).into_iter::<Value>();
        let sides = (0..).zip(sessions).map(|(number, session)| {
            let session = session.expect("the newsroom writes JSON");
            sides(newsroom, shape, number, &session["features"], &mut rng).to_string()
        });
        Self { sides: sides.collect(), rng, written: 0 }
    }

    /// Writes one line, its end included.
    pub(crate) fn write(&mut self, out: &mut impl Write) -> io::Result<()> {
        let sides = &self.sides[self.written % self.sides.len()];
        self.written += 1;
        let at = window().start() + SignedDuration::from_secs(self.rng.i64(0..3_600));
        writeln!(
            out,
            r#"{{"captureData":{sides},"eventMetadata":{{"eventId":"{}","inferenceTime":"{at}","inferenceId":"web-{:08x}"}},"eventVersion":"0"}}"#,
            uuid(&mut self.rng),
            self.rng.u32(..)
        )
    }
}

fn sides(newsroom: &Newsroom, shape: Shape, number: usize, features: &Value, rng: &mut Rng) -> Value {
    let rating = |_: &Value| f64::from(rng.u8(2..=10)) / 2.0;
    let ratings: Vec<f64> = features["history"].as_array().into_iter().flatten().map(rating).collect();
    let input = json!({ "history": features["history"], "ratings": ratings });
    let mut answer = newsroom.answer(Model::Healthy, features);
    if let Some(list) = answer["recommendations"].as_array_mut() {
        list.truncate(shape.items);
    }
    let (data, encoding) = match shape.base64_every {
        Some(every) if number.is_multiple_of(every) => (STANDARD.encode(answer.to_string()), "BASE64"),
        _ => (answer.to_string(), "JSON"),
    };
    json!({
        "endpointInput": {"observedContentType": "application/json", "mode": "INPUT", "data": input.to_string(), "encoding": "JSON"},
        "endpointOutput": {"observedContentType": "application/json; charset=utf-8", "mode": "OUTPUT", "data": data, "encoding": encoding},
    })
}

pub(crate) fn uuid(rng: &mut Rng) -> String {
    let text = format!("{:032x}", rng.u128(..));
    format!("{}-{}-4{}-a{}-{}", &text[..8], &text[8..12], &text[13..16], &text[17..20], &text[20..])
}
