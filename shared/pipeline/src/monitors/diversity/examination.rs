//! What a doctor finds of this monitor: its catalogue, its baseline, and whether somebody answers a session.
//!
//! It asks the endpoint once, with the first session of the validation set, and never again.

use super::{Diversity, InForce, inputs};
use crate::RunError;
use crate::baseline::Absence;
use crate::doctor::{Diagnosis, Health};
use crate::replay::endpoint::{CallFailure, Endpoint};
use crate::replay::{CALL_TIMEOUT, Source};
use bellwether_contract::capture::{Payload, REPLAY_PREFIX};
use bellwether_storage::Location;

const BASELINE: &str = "baseline";
const CATALOGUE: &str = "catalogue";
const ENDPOINT: &str = "endpoint";

impl Diversity {
    /// Its inputs, and the one call.
    pub(super) async fn looked_over(&self) -> Vec<Diagnosis> {
        let mut diagnoses = vec![self.of_catalogue().await, self.of_baseline().await];
        match (&self.settings.validation_set, &self.settings.replay) {
            (Some(sessions), Source::SageMaker | Source::Http(_)) => {
                diagnoses.push(self.of_endpoint(sessions).await);
            }
            (Some(_), Source::Recorded(lists)) => diagnoses.push(self.of_lists(lists).await),
            _ => {}
        }
        diagnoses
    }

    async fn of_catalogue(&self) -> Diagnosis {
        let location = &self.settings.catalog;
        match inputs::catalog(location, self.s3()).await {
            Ok(_) => Diagnosis::ok(CATALOGUE, format!("{location} can be read")),
            Err(error) => Diagnosis::failed(CATALOGUE, &error),
        }
    }

    async fn of_baseline(&self) -> Diagnosis {
        match self.baseline().await {
            Ok(InForce::Known(judging)) => {
                Diagnosis::ok(BASELINE, format!("lists of version {}", judging.baseline.model_version))
            }
            // Nobody asked for one.
            Ok(InForce::Absent(absence @ Absence::NotSet(_))) => Diagnosis::ok(BASELINE, absence.to_string()),
            Ok(InForce::Absent(absence)) => {
                let found = format!("{absence}: only the floor would be judged");
                Diagnosis::of(Health::Warning, BASELINE, found, "make one with `bellwether baseline`")
            }
            Err(error) => Diagnosis::failed(BASELINE, &error),
        }
    }

    async fn of_lists(&self, lists: &Location) -> Diagnosis {
        match inputs::lists_text(lists, self.s3()).await {
            Ok(_) => {
                Diagnosis::ok(ENDPOINT, format!("is not asked: {lists} can be read, and answers for it"))
            }
            Err(error) => Diagnosis::failed(ENDPOINT, &error),
        }
    }

    /// One session's call. Its inference id begins as those of a replay do, so that no monitor measures it.
    async fn of_endpoint(&self, location: &Location) -> Diagnosis {
        let sessions = match inputs::sessions(location, self.s3()).await {
            Ok(sessions) => sessions,
            Err(error) => return Diagnosis::failed(ENDPOINT, &error),
        };
        let (Some(endpoint), Some(session)) = (&self.endpoint, sessions.first()) else {
            let found = "nobody is signed in to call it";
            return Diagnosis::of(Health::NotChecked, ENDPOINT, found, "sign in to AWS");
        };
        let inference_id = format!("{REPLAY_PREFIX}doctor-0");
        let called = tokio::time::timeout(CALL_TIMEOUT, endpoint.invoke(session, &inference_id)).await;
        match called.unwrap_or(Err(CallFailure::Transient("timeout"))) {
            Ok(answer) => self.of_answer(endpoint, &answer),
            Err(failure) => of_failure(endpoint, failure),
        }
    }

    fn of_answer(&self, endpoint: &Endpoint, answer: &Payload<'_>) -> Diagnosis {
        match self.settings.path.ids(answer) {
            Ok(list) => {
                let found =
                    format!("{} answered a session with {} items", endpoint.address(), list.ids.len());
                Diagnosis::ok(ENDPOINT, found)
            }
            Err(rejected) => {
                let why = rejected.detail.map_or_else(|| rejected.reason.to_string(), |detail| detail.found);
                let found =
                    format!("{} answered a session, and the answer holds no list: {why}", endpoint.address());
                Diagnosis::of(
                    Health::Problem,
                    ENDPOINT,
                    found,
                    "set recommendations_path to where the ids are",
                )
            }
        }
    }
}

fn of_failure(endpoint: &Endpoint, failure: CallFailure) -> Diagnosis {
    let of = |health, what: &str, remedy| {
        Diagnosis::of(health, ENDPOINT, format!("{} {what}", endpoint.address()), remedy)
    };
    match failure {
        CallFailure::Overload => {
            of(Health::NotChecked, "is busy, and was not pressed", "look again in a quieter minute")
        }
        CallFailure::Transient(reason) => of(
            Health::Problem,
            &format!("did not answer a session ({reason})"),
            "look at its log, and try again",
        ),
        CallFailure::Unanswered(reason) => {
            let what = format!("refused a session ({reason})");
            of(Health::Problem, &what, "send it what the validation set holds, and read its log")
        }
        CallFailure::Unreachable(source) => Diagnosis::failed(
            ENDPOINT,
            &RunError::EndpointUnreachable { endpoint: endpoint.address(), source },
        ),
        CallFailure::Fatal(error) => Diagnosis::failed(ENDPOINT, &error),
    }
}
