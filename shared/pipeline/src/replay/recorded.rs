//! Answers recorded earlier in place of an endpoint.

use super::{Answers, Effort, Plan, in_words, read_list};
use bellwether_analysis::recommendations::bare_ids;
use bellwether_contract::ContractError;
use bellwether_contract::capture::{Payload, Rejected};
use bellwether_contract::lists::parse_recorded;
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
    let mut read: Vec<Option<Result<Vec<String>, Rejected>>> = vec![None; sessions.len()];
    for recorded in parse_recorded(name, text)? {
        let place = places.get(recorded.session_id.as_str()).ok_or_else(|| {
            let id = &recorded.session_id;
            ContractError::malformed(name, format!("session_id {id:?} is not in the validation set"))
        })?;
        read[*place] = Some(ids(&recorded.answer, plan));
    }
    let mut unanswered: BTreeMap<String, u64> = BTreeMap::new();
    let mut count = |reason: &str| *unanswered.entry(reason.to_owned()).or_insert(0) += 1;
    let mut unread = None;
    let lists = read
        .into_iter()
        .map(|answer| match answer {
            Some(Ok(list)) => Some(list),
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
    Ok(Answers { lists, unanswered, unread, effort: Effort::default() })
}

fn ids(answer: &str, plan: Plan<'_>) -> Result<Vec<String>, Rejected> {
    if answer.trim_start().starts_with('[') {
        let mut ids = bare_ids(answer)?;
        ids.truncate(plan.k);
        return Ok(ids);
    }
    read_list(&Payload::Json(answer.into()), plan)
}
