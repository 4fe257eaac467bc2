//! Captured traffic of the sample newsroom, as many records as a benchmark asks for.
//!
//! The shape is that of a real endpoint's capture: a history with ratings in, ten items with scores out, about 1 kB a
//! line. Requests and answers repeat after 500 sessions; ids and times never do.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use bellwether::newsroom::{Model, Newsroom};
use bellwether_contract::window::Window;
use fastrand::Rng;
use jiff::{SignedDuration, Timestamp};
use serde_json::{Value, json};
use std::fmt;
use std::io::{self, Write};

/// How the payloads are captured.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Shape {
    /// Every record as JSON.
    Json,
    /// Every third record as BASE64, as it is where a content type is missing in the capture's configuration.
    AThirdBase64,
    /// As JSON, and lists of two items: half a kilobyte a record.
    Short,
}

impl fmt::Display for Shape {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(match self {
            Self::Json => "json",
            Self::AThirdBase64 => "a third base64",
            Self::Short => "short",
        })
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
    sides: Vec<String>,
    rng: Rng,
    written: usize,
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

    /// So many lines, without their ends.
    pub(crate) fn lines(mut self, count: usize) -> Vec<Vec<u8>> {
        let line = |_| {
            let mut line = Vec::new();
            self.write(&mut line).expect("memory takes every write");
            line.pop();
            line
        };
        (0..count).map(line).collect()
    }
}

fn sides(newsroom: &Newsroom, shape: Shape, number: usize, features: &Value, rng: &mut Rng) -> Value {
    let read = features["history"].as_array().map_or(0, Vec::len);
    let ratings: Vec<f64> = (0..read).map(|_| f64::from(rng.u8(2..=10)) / 2.0).collect();
    let mut answer = newsroom.answer(Model::Healthy, features);
    if let (Shape::Short, Some(list)) = (shape, answer["recommendations"].as_array_mut()) {
        list.truncate(2);
    }
    let answer = answer.to_string();
    let (data, encoding) = match shape {
        Shape::AThirdBase64 if number % 3 == 0 => (STANDARD.encode(answer), "BASE64"),
        _ => (answer, "JSON"),
    };
    let mut input = json!({ "history": features["history"] });
    if shape != Shape::Short {
        input["ratings"] = json!(ratings);
    }
    json!({
        "endpointInput": {"observedContentType": "application/json", "mode": "INPUT", "data": input.to_string(), "encoding": "JSON"},
        "endpointOutput": {"observedContentType": "application/json; charset=utf-8", "mode": "OUTPUT", "data": data, "encoding": encoding},
    })
}

pub(crate) fn uuid(rng: &mut Rng) -> String {
    let text = format!("{:032x}", rng.u128(..));
    format!("{}-{}-4{}-a{}-{}", &text[..8], &text[8..12], &text[13..16], &text[17..20], &text[20..])
}
