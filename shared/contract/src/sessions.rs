//! The validation set: held-out sessions whose requests are replayed each hour.
//!
//! JSON Lines, `{"session_id": "...", "features": <request>}`. A JSON value is sent as it is written, as
//! `application/json`; a string is sent verbatim, as `text/csv`. It sends nothing.

use crate::{ContractError, json, text};
use serde::Deserialize;
use serde_json::value::RawValue;
use std::collections::HashSet;

/// Most sessions of a validation set.
pub const MAX_SESSIONS: usize = 5_000;
/// Largest request body that SageMaker accepts, and the largest answer that is read.
pub const MAX_BODY_BYTES: usize = 6_291_456;
/// Largest validation set file that is read.
pub const MAX_VALIDATION_SET_BYTES: u64 = 256 * 1024 * 1024;

/// A held-out session, ready to be sent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Session {
    /// Unique in its validation set.
    pub session_id: String,
    /// The request body.
    pub body: Vec<u8>,
    /// `application/json` or `text/csv`.
    pub content_type: &'static str,
}

#[derive(Deserialize)]
struct Line<'a> {
    session_id: String,
    #[serde(borrow)]
    features: &'a RawValue,
}

/// Reads a validation set; `name` is used in errors, with the line.
pub fn parse_sessions(name: &str, bytes: &[u8]) -> Result<Vec<Session>, ContractError> {
    let bytes = text::without_mark(bytes);
    let mut sessions = Vec::new();
    let mut ids = HashSet::new();
    for (number, line) in (1..).zip(bytes.split(|byte| *byte == b'\n')) {
        if line.iter().all(u8::is_ascii_whitespace) {
            continue;
        }
        let session = parse_session(name, number, line)?;
        if !ids.insert(session.session_id.clone()) {
            let reason = format!("session_id {:?} occurs twice; ids must be unique", session.session_id);
            return Err(ContractError::at(name, number, reason));
        }
        if sessions.len() == MAX_SESSIONS {
            return Err(ContractError::at(
                name,
                number,
                format!("more than {MAX_SESSIONS} sessions; draw a sample"),
            ));
        }
        sessions.push(session);
    }
    if sessions.is_empty() {
        return Err(ContractError::malformed(
            name,
            "the validation set is empty; it needs at least one session",
        ));
    }
    Ok(sessions)
}

fn parse_session(name: &str, number: u64, line: &[u8]) -> Result<Session, ContractError> {
    let wrong = |reason: String| ContractError::at(name, number, reason);
    let Line { session_id, features } = serde_json::from_slice(line).map_err(|error| {
        let why = json::in_words(&error);
        wrong(format!("{why}; each line is {{\"session_id\": \"...\", \"features\": <request>}}"))
    })?;
    if session_id.is_empty() {
        return Err(wrong("session_id is empty".to_owned()));
    }
    let (body, content_type) = if features.get().starts_with('"') {
        let text: String =
            serde_json::from_str(features.get()).map_err(|error| wrong(json::in_words(&error)))?;
        (text.into_bytes(), "text/csv")
    } else {
        (features.get().as_bytes().to_vec(), "application/json")
    };
    if body.len() > MAX_BODY_BYTES {
        return Err(wrong(format!(
            "the request of session {session_id:?} has {} bytes; SageMaker accepts {MAX_BODY_BYTES}",
            body.len()
        )));
    }
    Ok(Session { session_id, body, content_type })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_value_is_sent_as_written_and_a_string_verbatim() {
        let text = b"{\"session_id\":\"a\",\"features\":{\"x\": 1.50}}\n\n{\"features\":\"1,\\\"2\\\"\\n\",\"session_id\":\"b\"}";
        let sessions = parse_sessions("set", text).unwrap();
        assert_eq!(sessions[0].body, br#"{"x": 1.50}"#);
        assert_eq!(sessions[0].content_type, "application/json");
        assert_eq!(sessions[1].body, b"1,\"2\"\n");
        assert_eq!(sessions[1].content_type, "text/csv");
    }

    #[test]
    fn broken_sets_name_the_file_and_the_line() {
        let good = r#"{"session_id":"a","features":1}"#;
        let numbered: String =
            (0..5_001).map(|id| format!("{{\"session_id\":\"{id}\",\"features\":1}}\n")).collect();
        let large = format!("{{\"session_id\":\"a\",\"features\":\"{}\"}}", "x".repeat(MAX_BODY_BYTES + 1));
        let cases = [
            (String::new(), "set: the validation set is empty"),
            ("\n \n".to_owned(), "set: the validation set is empty"),
            (format!("{good}\n{{\"session_id\":\"b\",\"feat"), "set, line 2:"),
            (format!("{good}\n\n{good}"), "set, line 3: session_id \"a\" occurs twice"),
            (r#"{"session_id":"a"}"#.to_owned(), "set, line 1: features is missing; it is required"),
            (r#"{"session_id":"","features":1}"#.to_owned(), "set, line 1: session_id is empty"),
            (numbered, "set, line 5001: more than 5000 sessions"),
            (large, "set, line 1: the request of session \"a\" has 6291457 bytes"),
        ];
        for (text, expected) in cases {
            let error = parse_sessions("set", text.as_bytes()).unwrap_err().to_string();
            assert!(error.contains(expected), "{error}");
        }
    }
}
