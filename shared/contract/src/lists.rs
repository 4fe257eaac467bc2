//! Lists of recommendations on file: the run's own `recommendations.jsonl.gz`, and answers recorded elsewhere.
//!
//! It does not compress, and it does not know what is in a recorded answer: only whose it is.

use crate::json::non_finite::mended;
use crate::sessions::{MAX_BODY_BYTES, MAX_SESSIONS};
use crate::{ContractError, json};
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;
use std::borrow::Cow;

/// Largest file of lists that is read, uncompressed. Neither has it more lines than a validation set has sessions, nor a
/// line more bytes than an endpoint answers with: what is read of a line takes several times its length.
pub const MAX_LISTS_BYTES: u64 = 256 * 1024 * 1024;

/// One list of this hour's replay: a line of `recommendations.jsonl`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RecommendationList {
    /// The session that was replayed.
    pub session_id: String,
    /// Item ids in the order of the answer, cut after the first k.
    pub recommendations: Vec<String>,
}

/// A recorded answer: a line of a lists file.
#[derive(Debug)]
pub struct RecordedAnswer<'a> {
    /// The session that was answered.
    pub session_id: String,
    /// JSON text: the whole line, read like a response, or `recommendations` alone where that is a list of bare ids.
    pub answer: Cow<'a, str>,
    /// Numbers of the line that no double holds: null in the answer.
    pub non_finite: u64,
}

/// Lists as lines of JSON, in the order given.
pub fn write_lists(lists: &[RecommendationList]) -> Result<Vec<u8>, serde_json::Error> {
    let mut out = Vec::new();
    for list in lists {
        serde_json::to_writer(&mut out, list)?;
        out.push(b'\n');
    }
    Ok(out)
}

/// Reads a run's own lists.
pub fn parse_lists(name: &str, text: &str) -> Result<Vec<RecommendationList>, ContractError> {
    lines(name, text)
        .map(|line| {
            let (number, line) = line?;
            serde_json::from_str(line)
                .map_err(|error| ContractError::at(name, number, json::in_words(&error)))
        })
        .collect()
}

#[derive(Deserialize)]
struct Whose<'a> {
    session_id: String,
    #[serde(borrow, default)]
    recommendations: Option<&'a RawValue>,
}

impl<'a> Whose<'a> {
    fn answered_in(self, line: &'a str) -> (String, &'a str) {
        let bare = self.recommendations.map(RawValue::get).filter(|list| is_bare(list));
        (self.session_id, bare.unwrap_or(line))
    }
}

/// Whose answer a line is, and the answer; numbers in it that are none are null.
fn recorded(line: &str) -> Result<RecordedAnswer<'_>, serde_json::Error> {
    let error = match serde_json::from_str::<Whose<'_>>(line) {
        Ok(whose) => {
            let (session_id, answer) = whose.answered_in(line);
            return Ok(RecordedAnswer { session_id, answer: Cow::Borrowed(answer), non_finite: 0 });
        }
        Err(error) => error,
    };
    let Some((line, non_finite)) = mended(line, &error) else { return Err(error) };
    let (session_id, answer) = serde_json::from_str::<Whose<'_>>(&line)?.answered_in(&line);
    Ok(RecordedAnswer { session_id, answer: Cow::Owned(answer.to_owned()), non_finite })
}

/// Reads recorded answers. Each line must be a JSON object with a `session_id`; what else it holds is read later.
pub fn parse_recorded<'a>(name: &str, text: &'a str) -> Result<Vec<RecordedAnswer<'a>>, ContractError> {
    let mut answers: Vec<RecordedAnswer<'a>> = Vec::new();
    let mut seen = std::collections::HashSet::new();
    for line in lines(name, text) {
        let (number, line) = line?;
        let answer = recorded(line).map_err(|error| {
            let form = "each line is {\"session_id\": \"...\", \"recommendations\": [...]}";
            ContractError::at(name, number, format!("{}; {form}", json::in_words(&error)))
        })?;
        if !seen.insert(answer.session_id.clone()) {
            let reason =
                format!("session_id {:?} occurs twice; keep one answer a session", answer.session_id);
            return Err(ContractError::at(name, number, reason));
        }
        answers.push(answer);
    }
    if answers.is_empty() {
        return Err(ContractError::malformed(name, "the file holds no recorded answer"));
    }
    Ok(answers)
}

/// Whether a list holds ids themselves rather than objects: `["a", 1]`.
fn is_bare(list: &str) -> bool {
    let inside = list.trim_start().strip_prefix('[').map(str::trim_start);
    inside.is_some_and(|inside| !inside.starts_with(['{', '[', ']']))
}

fn lines<'t>(name: &str, text: &'t str) -> impl Iterator<Item = Result<(u64, &'t str), ContractError>> {
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    let filled = (1..).zip(text.lines()).filter(|(_, line)| !line.trim().is_empty());
    filled.enumerate().map(move |(index, (number, line))| {
        if index >= MAX_SESSIONS {
            let reason = format!("more than {MAX_SESSIONS} lists; a validation set has no more sessions");
            return Err(ContractError::at(name, number, reason));
        }
        if line.len() > MAX_BODY_BYTES {
            let reason =
                format!("a list of {} bytes; an endpoint answers with {MAX_BODY_BYTES} at most", line.len());
            return Err(ContractError::at(name, number, reason));
        }
        Ok((number, line))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lists_survive_a_write_and_a_read() {
        let lists = vec![
            RecommendationList { session_id: "a".into(), recommendations: vec!["1".into(), "\"2\n".into()] },
            RecommendationList { session_id: "b".into(), recommendations: vec![] },
        ];
        let bytes = write_lists(&lists).unwrap();
        assert_eq!(parse_lists("lists", std::str::from_utf8(&bytes).unwrap()).unwrap(), lists);
    }

    #[test]
    fn recorded_answers_are_whole_lines_or_bare_lists() {
        let text = "{\"session_id\":\"a\",\"recommendations\":[{\"item_id\":1}]}\n\n{\"session_id\":\"b\",\"recommendations\": [ \"x\", 2]}\n{\"session_id\":\"c\",\"recommendations\":[]}";
        let answers = parse_recorded("lists", text).unwrap();
        assert_eq!(answers[0].answer, "{\"session_id\":\"a\",\"recommendations\":[{\"item_id\":1}]}");
        assert_eq!(answers[1].answer, "[ \"x\", 2]");
        assert_eq!(answers[2].answer, "{\"session_id\":\"c\",\"recommendations\":[]}");
    }

    #[test]
    fn a_mark_in_front_and_numbers_that_are_none_cost_no_list() {
        let text = "\u{feff}{\"session_id\":\"a\",\"recommendations\":[{\"item_id\":\"NaN\",\"score\":NaN}]}\n{\"session_id\":\"b\",\"recommendations\":[\"x\"],\"score\":-Infinity}";
        let answers = parse_recorded("lists", text).unwrap();
        assert!(answers[0].answer.contains(r#"{"item_id":"NaN","score":null}"#), "{}", answers[0].answer);
        assert_eq!(answers[1].answer, "[\"x\"]");
        assert_eq!((answers[0].non_finite, answers[1].non_finite), (1, 1));
        assert_eq!(
            parse_lists("lists", "\u{feff}{\"session_id\":\"a\",\"recommendations\":[]}").unwrap().len(),
            1
        );
    }

    #[test]
    fn more_or_longer_lists_than_there_can_be_are_refused() {
        let answer = |n: usize| format!("{{\"session_id\":\"{n}\",\"recommendations\":[]}}\n");
        let most: String = (0..MAX_SESSIONS).map(answer).collect();
        assert_eq!(parse_recorded("lists", &most).unwrap().len(), MAX_SESSIONS);
        assert_eq!(parse_lists("lists", &most).unwrap().len(), MAX_SESSIONS);
        let longest = "\"\",".repeat(MAX_BODY_BYTES / 3);
        let long = format!("{{\"session_id\":\"a\",\"recommendations\":[{longest}\"\"]}}");
        let many = format!("{most}{}", answer(MAX_SESSIONS));
        for (text, says) in
            [(many, "lists, line 5001: more than 5000 lists"), (long, "lists, line 1: a list of 62")]
        {
            for error in [parse_recorded("lists", &text).err(), parse_lists("lists", &text).err()] {
                let error = error.unwrap().to_string();
                assert!(error.contains(says), "{error}");
            }
        }
    }

    #[test]
    fn broken_lists_name_the_line() {
        let cases = [
            ("", "lists: the file holds no recorded answer"),
            ("{\"session_id\":\"a\"}\n{\"session_id\":\"b\",", "lists, line 2:"),
            (
                "{\"session_id\":\"a\"}\n{\"session_id\":\"a\"}",
                "lists, line 2: session_id \"a\" occurs twice",
            ),
        ];
        for (text, expected) in cases {
            let error = parse_recorded("lists", text).unwrap_err().to_string();
            assert!(error.contains(expected), "{error}");
        }
    }
}
