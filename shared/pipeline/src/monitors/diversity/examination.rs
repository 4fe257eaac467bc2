//! What a doctor finds of this monitor: its catalogue, its baseline, the lists of captured traffic, and whether somebody answers
//! a session.
//!
//! It asks the endpoint once, with the first session of the validation set, and never again.

use super::{Diversity, DiversitySettings, InForce, inputs};
use crate::baseline::Absence;
use crate::captures::{self, Captured};
use crate::doctor::{Diagnosis, Health, of_failure};
use crate::progress::nobody;
use crate::replay::endpoint::{CallFailure, Endpoint};
use crate::replay::{CALL_TIMEOUT, Source};
use crate::route::text::counted;
use bellwether_analysis::diversity::ListProfile;
use bellwether_analysis::monitors::diversity::CapturedLists;
use bellwether_contract::capture::{Payload, REPLAY_PREFIX};
use bellwether_contract::catalog::Catalog;
use bellwether_contract::execution::CaptureSummary;
use bellwether_contract::window::Window;
use bellwether_storage::Location;
use std::sync::Arc;

const BASELINE: &str = "baseline";
const CATALOGUE: &str = "catalogue";
const ENDPOINT: &str = "endpoint";
const LISTS: &str = "lists";

impl Diversity {
    /// Its inputs, and the one call.
    pub(super) async fn looked_over(&self, window: Option<Window>) -> Vec<Diagnosis> {
        let (catalogue, catalog) = self.of_catalogue().await;
        let mut diagnoses = vec![catalogue, self.of_baseline().await];
        diagnoses.extend(self.of_captured(catalog, window).await);
        match (&self.settings.validation_set, &self.settings.replay) {
            (Some(sessions), Source::SageMaker | Source::Http(_)) => {
                diagnoses.push(self.of_endpoint(sessions).await);
            }
            (Some(_), Source::Recorded(lists)) => diagnoses.push(self.of_lists(lists).await),
            _ => {}
        }
        diagnoses
    }

    async fn of_catalogue(&self) -> (Diagnosis, Option<Arc<Catalog>>) {
        let location = &self.settings.catalog;
        match inputs::catalog(location, self.s3()).await {
            Ok((catalog, _)) => {
                (Diagnosis::ok(CATALOGUE, format!("{location} can be read")), Some(Arc::new(catalog)))
            }
            Err(error) => (Diagnosis::failed(CATALOGUE, &error), None),
        }
    }

    /// The lists of the window's captured traffic, as a run would read them; `None` where none are read.
    async fn of_captured(&self, catalog: Option<Arc<Catalog>>, window: Option<Window>) -> Option<Diagnosis> {
        let store = self.capture.as_ref()?;
        let not_checked = |found: &str, remedy| Some(Diagnosis::of(Health::NotChecked, LISTS, found, remedy));
        let Some(catalog) = catalog else {
            return not_checked("there is no catalogue to look items up in", "mend the catalogue first");
        };
        let Some(window) = window else {
            return not_checked("no record of the window was read", "look again when traffic was captured");
        };
        let DiversitySettings { schedule, path, limits, .. } = &self.settings;
        let lists = CapturedLists::new(path.clone(), catalog, limits.k);
        Some(match captures::read(schedule.traffic_of(store, window), lists, &nobody).await {
            Ok(Captured { profile, mut lines, .. }) => {
                let profile = profile.finish(&mut lines);
                of_captured_lists(&profile, &lines)
            }
            Err(error) => Diagnosis::failed(LISTS, &error),
        })
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
            Err(failure) => {
                let remedy = "send it what the validation set holds, and read its log";
                of_failure(ENDPOINT, endpoint, failure, "a session", remedy)
            }
        }
    }

    fn of_answer(&self, endpoint: &Endpoint, answer: &Payload<'_>) -> Diagnosis {
        match self.settings.path.ids(answer) {
            Ok(list) => {
                let items = list.ids.len();
                let found = format!("{} answered a session with {items} items", endpoint.address());
                if items > 0 {
                    return Diagnosis::ok(ENDPOINT, found);
                }
                let remedy = "ask whether sessions of the validation set may go unanswered: an empty list has no category";
                Diagnosis::of(Health::Warning, ENDPOINT, found, remedy)
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

/// The captured lists: whether there are any, whether they hold items, and whether the catalogue knows those.
fn of_captured_lists(lists: &ListProfile, lines: &CaptureSummary) -> Diagnosis {
    let counts = lines.left_out.iter().map(|(reason, count)| format!("; left out: {count} {reason}"));
    let left_out = counts.collect::<String>();
    if lines.used == 0 {
        let found = format!("no captured answer holds a list{left_out}");
        let remedy =
            "set recommendations_path to where the ids are, and capture the response (docs/reasons.md)";
        return Diagnosis::of(Health::Problem, LISTS, found, remedy);
    }
    let CaptureSummary { used, short_lists, lists_with_unknown_items, .. } = lines;
    let found = format!(
        "{}, {short_lists} shorter than k, {lists_with_unknown_items} with items that the catalogue does not know{left_out}",
        counted(usize::try_from(*used).unwrap_or(usize::MAX), "list")
    );
    if lists.unknown_item_share().is_none() {
        let found = format!("{found}; every list is empty");
        return Diagnosis::of(Health::Problem, LISTS, found, "look at what the endpoint answers");
    }
    let is_corrupt = lines.left_out.iter().any(|(reason, count)| reason.is_corrupt() && *count > 0);
    if lists_with_unknown_items == used || is_corrupt {
        let remedy = "bring the catalogue up to date, and look at docs/reasons.md for what is left out";
        return Diagnosis::of(Health::Warning, LISTS, found, remedy);
    }
    Diagnosis::ok(LISTS, found)
}
