//! Answers recorded earlier in place of an endpoint.

use super::{Answer, Answers, Effort, Plan, first, in_words};
use bellwether_analysis::recommendations::{ItemIds, bare_ids};
use bellwether_contract::ContractError;
use bellwether_contract::capture::Payload;
use bellwether_contract::lists::{RecordedAnswer, parse_recorded};
use bellwether_contract::sessions::Session;
use std::collections::{BTreeMap, HashMap};

/// The recorded lists of the sessions, in the order of the validation set. A session without a recorded answer is
/// `not_recorded`; an answer for a session that the set does not hold is an error.
pub fn recorded_answers(
    name: &str,
    text: &str,
    sessions: &[Session],
    plan: Plan<'_>,
) -> Result<Answers, ContractError> {
    let places: HashMap<&str, usize> =
        sessions.iter().enumerate().map(|(place, session)| (session.session_id.as_str(), place)).collect();
    let mut read: Vec<Option<Answer>> = vec![None; sessions.len()];
    for recorded in parse_recorded(name, text)? {
        let place = places.get(recorded.session_id.as_str()).ok_or_else(|| {
            let id = &recorded.session_id;
            ContractError::malformed(name, format!("session_id {id:?} is not in the validation set"))
        })?;
        read[*place] = Some(ids(&recorded, plan));
    }
    let mut unanswered: BTreeMap<String, u64> = BTreeMap::new();
    let mut count = |reason: &str| *unanswered.entry(reason.to_owned()).or_insert(0) += 1;
    let (mut unread, mut non_finite) = (None, 0);
    let lists = read
        .into_iter()
        .map(|answer| match answer {
            Some(Ok(list)) => {
                non_finite += list.non_finite;
                Some(list.ids)
            }
            Some(Err(rejected)) => {
                unread = unread.take().or_else(|| in_words(&rejected));
                count(rejected.reason.as_str());
                None
            }
            None => {
                count("not_recorded");
                None
            }
        })
        .collect();
    Ok(Answers { lists, unanswered, unread, non_finite, effort: Effort::default() })
}

fn ids(RecordedAnswer { answer, non_finite, .. }: &RecordedAnswer<'_>, plan: Plan<'_>) -> Answer {
    let list = if answer.trim_start().starts_with('[') {
        bare_ids(answer)?
    } else {
        plan.path.ids(&Payload::Json(answer.as_ref().into()))?
    };
    Ok(first(ItemIds { non_finite: list.non_finite + non_finite, ..list }, plan))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_that_are_none_are_counted_of_the_lists_that_were_read() {
        let session = |id: &str| Session {
            session_id: id.to_owned(),
            body: Vec::new(),
            content_type: "application/json",
        };
        let sessions = ["a", "b", "c", "d"].map(session);
        let path = "recommendations[].item_id".parse().unwrap();
        let plan = Plan { path: &path, k: 1, cap: 1, deadline: None, prefix: "" };
        let text = r#"{"session_id":"a","recommendations":["x",NaN,"y",-Infinity]}
            {"session_id":"b","recommendations":[{"item_id":"x","score":NaN}]}
            {"session_id":"c","recommendations":["x",1e400]}
            {"session_id":"d","recommendations":[NaN]}"#;
        let answers = recorded_answers("lists", text, &sessions, plan).unwrap();
        let x = Some(vec!["x".to_owned()]);
        assert_eq!(answers.lists, [x.clone(), x.clone(), x, None]);
        assert_eq!(answers.non_finite, 4, "of the lists with an id");
    }
}
