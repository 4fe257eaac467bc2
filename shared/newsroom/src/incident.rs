//! The incident that Bellwether exists for, as a script: what happens in the sample newsroom, hour by hour, and an
//! endpoint whose model can be swapped.
//!
//! It runs nothing and judges nothing: a test plays it on an embedded AWS, `bellwether demo --incident` on folders.

use super::server::Server;
use super::{ENDPOINT, Model, Newsroom, VARIANT};
use axum::extract;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::post;
use bytes::Bytes;
use jiff::{SignedDuration, Timestamp};
use serde_json::{Value, json};
use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// Length of a healthy week.
pub const WEEK: i64 = 7 * 24;
/// Held-out sessions: fewer than the newsroom has, so that a week is told in seconds.
const SESSIONS: usize = 60;
/// Minutes after the hour at which the schedule ticks.
const MINUTE: SignedDuration = SignedDuration::from_mins(10);
const HOUR: SignedDuration = SignedDuration::from_hours(1);

/// The hour of the bad deployment, at whose half the collapsed model goes live.
const DEPLOYMENT: &str = "2026-10-31T12:00:00Z";
/// Last hour of the story.
const END: &str = "2026-11-01T00:00:00Z";
/// Scheduled hours whose tick arrives twice at once.
const DOUBLED: [&str; 3] = ["2026-10-30T18:00:00Z", "2026-10-31T13:00:00Z", "2026-10-31T15:00:00Z"];
/// Scheduled hours whose tick never arrives.
const LOST: [&str; 2] = ["2026-10-31T04:00:00Z", "2026-10-31T18:00:00Z"];
/// Scheduled hours whose tick arrives so late that the next one was there before.
const LATE: [&str; 2] = ["2026-10-31T07:00:00Z", "2026-10-31T20:00:00Z"];
const LATENESS: SignedDuration = SignedDuration::from_mins(75);

/// A model version of the newsroom.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ModelRelease {
    /// Its name, as in the models' folders.
    pub name: &'static str,
    /// When it was made.
    pub created_at: &'static str,
}

/// The version that serves from the beginning.
pub const V1: ModelRelease = ModelRelease { name: "v1", created_at: "2026-10-24T07:00:00Z" };
/// The version whose deployment goes wrong: the lists that its training recorded were fine.
pub const V2: ModelRelease = ModelRelease { name: "v2", created_at: "2026-10-31T11:30:00Z" };

/// One thing that happens.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Moment {
    /// When.
    pub at: Timestamp,
    /// What.
    pub what: What,
}

/// What happens.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum What {
    /// The training pipeline publishes a version with its recorded lists.
    Publish(ModelRelease),
    /// A version goes live, and behaves like this model.
    Deploy(ModelRelease, Model),
    /// The endpoint begins to fail a part of its requests, or stops failing.
    Failing(bool),
    /// A scheduled tick arrives, so many times at once.
    Tick {
        /// The scheduled time that it carries.
        scheduled: Timestamp,
        /// How often it is delivered.
        times: usize,
    },
    /// A scheduled tick that never arrives.
    Lost {
        /// The scheduled time that it would have carried.
        scheduled: Timestamp,
    },
    /// A person puts an earlier baseline in force again.
    Activate(ModelRelease),
}

/// The whole story, in order, after this many healthy hours.
pub fn script(healthy_hours: i64) -> Vec<Moment> {
    let deployment = instant(DEPLOYMENT);
    let first = deployment - SignedDuration::from_hours(healthy_hours - 1);
    let begin = first - HOUR;
    let on = |text: &str, what| Moment { at: instant(text), what };
    let mut moments = vec![
        Moment { at: begin, what: What::Publish(V1) },
        Moment { at: begin, what: What::Deploy(V1, Model::Healthy) },
        on("2026-10-31T11:40:00Z", What::Publish(V2)),
        on("2026-10-31T12:30:00Z", What::Deploy(V2, Model::Collapsed)),
        on("2026-10-31T16:05:00Z", What::Failing(true)),
        on("2026-10-31T16:40:00Z", What::Failing(false)),
        on("2026-10-31T21:30:00Z", What::Deploy(V1, Model::Healthy)),
        on("2026-10-31T21:35:00Z", What::Activate(V1)),
    ];
    let hours = std::iter::successors(Some(first), |hour| Some(*hour + HOUR));
    moments.extend(hours.take_while(|hour| *hour <= instant(END)).map(tick));
    moments.sort_by_key(|moment| moment.at);
    moments
}

fn tick(hour: Timestamp) -> Moment {
    let is_one_of = |hours: &[&str]| hours.iter().any(|text| instant(text) == hour);
    let scheduled = hour + MINUTE;
    if is_one_of(&LOST) {
        return Moment { at: scheduled, what: What::Lost { scheduled } };
    }
    let times = if is_one_of(&DOUBLED) { 2 } else { 1 };
    let at = if is_one_of(&LATE) { scheduled + LATENESS } else { scheduled };
    Moment { at, what: What::Tick { scheduled, times } }
}

fn instant(text: &str) -> Timestamp {
    text.parse().unwrap_or(Timestamp::UNIX_EPOCH)
}

/// The validation set of the story, as JSON Lines.
pub fn sessions_jsonl(newsroom: &Newsroom) -> Vec<u8> {
    newsroom
        .sessions_jsonl()
        .split_inclusive(|byte| *byte == b'\n')
        .take(SESSIONS)
        .flatten()
        .copied()
        .collect()
}

/// Lists that a healthy training run recorded for the validation set, as JSON Lines.
pub fn training_lists(newsroom: &Newsroom) -> Vec<u8> {
    let list = |line: &[u8]| {
        let session: Value = serde_json::from_slice(line).unwrap_or_default();
        let answer = newsroom.answer(Model::Healthy, &session["features"]);
        let items = answer["recommendations"].as_array().map(Vec::as_slice).unwrap_or_default();
        let ids: Vec<&Value> = items.iter().map(|item| &item["item_id"]).collect();
        json!({"session_id": session["session_id"], "recommendations": ids}).to_string() + "\n"
    };
    sessions_jsonl(newsroom)
        .split(|byte| *byte == b'\n')
        .filter(|line| !line.is_empty())
        .map(list)
        .collect::<String>()
        .into_bytes()
}

/// `manifest.json` of a version whose recorded lists lie at this URI.
pub fn manifest(version: ModelRelease, lists: &str) -> Value {
    json!({
        "model_version": version.name,
        "created_at": version.created_at,
        "endpoint_name": ENDPOINT,
        "target_variant": VARIANT,
        "deployed": false,
        "recommendations": lists,
    })
}

/// The endpoint: whichever model is live answers, or fails a part of its requests.
#[derive(Debug, Clone)]
pub struct Live {
    newsroom: Arc<Newsroom>,
    state: Arc<Mutex<State>>,
}

#[derive(Debug)]
struct State {
    model: Model,
    failing: bool,
    /// A model is deterministic: each answer is computed once.
    healthy: HashMap<Vec<u8>, Vec<u8>>,
    collapsed: HashMap<Vec<u8>, Vec<u8>>,
}

impl Live {
    /// An endpoint with the healthy model.
    pub fn new(newsroom: Arc<Newsroom>) -> Self {
        let (healthy, collapsed) = (HashMap::new(), HashMap::new());
        let state = State { model: Model::Healthy, failing: false, healthy, collapsed };
        Self { newsroom, state: Arc::new(Mutex::new(state)) }
    }

    /// Puts a model behind the endpoint.
    pub fn deploy(&self, model: Model) {
        self.lock().model = model;
    }

    /// Lets the model fail for about a quarter of its requests, always the same ones, or stop doing so.
    pub fn fail(&self, failing: bool) {
        self.lock().failing = failing;
    }

    /// The answer to a request's bytes; `None` where the model fails.
    pub fn answer(&self, request: &[u8]) -> Option<Vec<u8>> {
        let mut state = self.lock();
        let unlucky = request.iter().map(|byte| usize::from(*byte)).sum::<usize>() % 4 == 0;
        if state.failing && unlucky {
            return None;
        }
        let model = state.model;
        let known = match model {
            Model::Healthy => &mut state.healthy,
            Model::Collapsed => &mut state.collapsed,
        };
        if let Some(answer) = known.get(request) {
            return Some(answer.clone());
        }
        let features = serde_json::from_slice(request).ok()?;
        let answer = self.newsroom.answer(model, &features).to_string().into_bytes();
        known.insert(request.to_vec(), answer.clone());
        Some(answer)
    }

    /// Serves this endpoint on loopback; a model's failure is SageMaker's 424.
    pub async fn serve(&self) -> std::io::Result<Server> {
        async fn invocations(live: extract::State<Live>, request: Bytes) -> Response {
            let json = [(header::CONTENT_TYPE, "application/json")];
            match live.answer(&request) {
                Some(answer) => (json, answer).into_response(),
                None => StatusCode::FAILED_DEPENDENCY.into_response(),
            }
        }
        Server::serve(post(invocations).with_state(self.clone())).await
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        // Nothing here can leave the state half-changed.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_hour_ticks_once_is_doubled_is_late_or_is_lost() {
        let moments = script(WEEK);
        assert!(moments.is_sorted_by_key(|moment| moment.at));
        let mut hours: Vec<Timestamp> = moments
            .iter()
            .filter_map(|moment| match moment.what {
                What::Tick { scheduled, .. } | What::Lost { scheduled } => Some(scheduled),
                _ => None,
            })
            .collect();
        hours.sort();
        assert_eq!(hours.len(), 168 + 12);
        assert!(hours.windows(2).all(|pair| pair[1].duration_since(pair[0]) == HOUR));
        let count = |is: &dyn Fn(&Moment) -> bool| moments.iter().filter(|moment| is(moment)).count();
        assert_eq!(count(&|moment| matches!(moment.what, What::Tick { times: 2, .. })), 3);
        assert_eq!(count(&|moment| matches!(moment.what, What::Lost { .. })), 2);
        assert_eq!(
            count(
                &|moment| matches!(moment.what, What::Tick { scheduled, .. } if scheduled + HOUR < moment.at)
            ),
            2
        );
        assert!(matches!(moments[0].what, What::Publish(V1)));
    }

    #[test]
    fn a_short_story_has_the_same_incident() {
        let is_incident = |moment: &&Moment| moment.at >= instant(DEPLOYMENT);
        let (short, long) = (script(24), script(WEEK));
        assert!(short.iter().filter(is_incident).eq(long.iter().filter(is_incident)));
        assert_eq!(long.len() - short.len(), 144);
    }

    #[test]
    fn a_failing_endpoint_fails_more_than_a_tenth_and_less_than_half() {
        let newsroom = Arc::new(Newsroom::new(2026));
        let live = Live::new(Arc::clone(&newsroom));
        let sessions = sessions_jsonl(&newsroom);
        let requests: Vec<Vec<u8>> = sessions
            .split(|byte| *byte == b'\n')
            .filter(|line| !line.is_empty())
            .map(|line| serde_json::from_slice::<Value>(line).unwrap()["features"].to_string().into_bytes())
            .collect();
        assert_eq!(requests.len(), SESSIONS);
        let answered = || requests.iter().filter(|request| live.answer(request).is_some()).count();
        assert_eq!(answered(), SESSIONS);
        live.fail(true);
        assert!((SESSIONS / 2..SESSIONS * 17 / 20).contains(&answered()), "{}", answered());
        let before = {
            live.fail(false);
            live.answer(&requests[0])
        };
        live.deploy(Model::Collapsed);
        assert_ne!(live.answer(&requests[0]), before);
    }

    #[test]
    fn the_recorded_lists_are_those_of_the_healthy_model() {
        let newsroom = Newsroom::new(2026);
        let lists = training_lists(&newsroom);
        let first: Value =
            serde_json::from_slice(lists.split(|byte| *byte == b'\n').next().unwrap()).unwrap();
        assert_eq!(first["session_id"], "s0000");
        assert_eq!(first["recommendations"].as_array().unwrap().len(), 10);
        assert!(first["recommendations"][0].is_string());
        assert_eq!(lists.split(|byte| *byte == b'\n').count(), SESSIONS + 1);
    }
}
