//! The newsroom's traffic as columns, for the data-quality monitor.
//!
//! It declares them and makes the rows that a healthy model was trained on. What is read of a capture is not decided here.

use bellwether_newsroom::{Model, Newsroom};
use serde_json::{Value, json};

/// Declared columns of a request and its answer, a JMESPath expression each; in the order of the rows.
const INPUT: [(&str, &str); 1] = [("articles_read", "length(history)")];
const OUTPUT: [(&str, &str); 2] =
    [("first_score", "recommendations[0].score"), ("last_score", "recommendations[9].score")];

/// The file that declares the columns.
pub(super) fn paths() -> Vec<u8> {
    let side = |columns: &[(&str, &str)]| -> Value { columns.iter().copied().collect() };
    json!({"input": side(&INPUT), "output": side(&OUTPUT)}).to_string().into_bytes()
}

/// What a healthy model answers each session of the validation set, as a CSV file with a header.
pub(super) fn training_rows(newsroom: &Newsroom) -> Vec<u8> {
    let names = INPUT.iter().chain(&OUTPUT).map(|(name, _)| *name).collect::<Vec<_>>().join(",");
    let row = |session: Value| {
        let request = &session["features"];
        let answer = newsroom.answer(Model::Healthy, request);
        let articles = request["history"].as_array().map_or(0, Vec::len);
        let score = |place: usize| &answer["recommendations"][place]["score"];
        format!("{articles},{},{}\n", score(0), score(9))
    };
    let sessions = newsroom.sessions_jsonl();
    let sessions = serde_json::Deserializer::from_slice(&sessions).into_iter::<Value>();
    (names + "\n" + &sessions.flatten().map(row).collect::<String>()).into_bytes()
}
