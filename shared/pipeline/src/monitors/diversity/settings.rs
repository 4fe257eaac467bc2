//! The settings of the diversity check.
//!
//! It opens nothing. Every mistake is found before the first byte is read, and all are told together.

use crate::monitor::MonitorSettings;
use crate::replay::Source;
use crate::settings::declared::settings;
use crate::settings::values::by_their_text;
use crate::settings::{CompletenessSettings, MonitoringSchedule};
use bellwether_analysis::monitors::diversity::Limits;
use bellwether_analysis::recommendations::RecommendationsPath;
use bellwether_contract::names::EndpointName;
use bellwether_storage::Location;
use jiff::SignedDuration;

settings! {
    /// Settings of the diversity check that were understood.
    pub struct DiversitySettings {
        @schedule: MonitoringSchedule = "What every scheduled monitor is told.";
        @completeness: CompletenessSettings = "How much of the traffic should be captured.";
        @limits: Limits = "What lists must satisfy.";
        /// Data capture, the folder above {endpoint}/{variant}
        CAPTURE_URI "capture" "URI" (optional) judged(set) => capture: Location;
        /// Held-out sessions as JSON Lines: {session_id, features}
        VALIDATION_SET_URI "validation-set" "URI" (optional) => validation_set: Location;
        /// Item to category, as a JSON object or as CSV item_id,category
        CATALOG_URI "catalog" "URI" (required) => catalog: Location;
        /// Baselines; without one only the floor is judged
        BASELINES_URI "baselines" "URI" (optional) judged(set) => baselines: Location;
        /// Who answers the replay: sagemaker, none, lists:URI, or http(s)://host/invocations
        REPLAY "replay" "SOURCE" (or default) judged => replay: Source;
        /// JMESPath from a response to its item ids
        RECOMMENDATIONS_PATH "recommendations-path" "EXPR" ("recommendations[].item_id") judged
            => path: RecommendationsPath;
        /// A replay says nothing about a window that ended longer ago
        REPLAY_MAX_AGE "replay-max-age" "DURATION" ("PT90M") => replay_max_age: SignedDuration;
        /// Most calls in flight at a time, 1 to 20
        REPLAY_CONCURRENCY "replay-concurrency" "N" ("20") in 1.0..=20.0 => replay_concurrency: usize;
    }
    check(reader) {
        let is_replayed = replay.as_ref().is_some_and(|replay| *replay != Source::None);
        if is_replayed && validation_set.as_ref().is_none_or(Option::is_none) {
            reader.mistake("VALIDATION_SET_URI (--validation-set) is missing: a replay needs held-out sessions");
        }
        let is_captured = capture.as_ref().is_some_and(Option::is_some);
        if !is_captured && completeness.as_ref().is_some_and(|it| it.is_judged.0) {
            reader.mistake("CAPTURE_URI (--capture) is missing: CAPTURE_COMPLETENESS asks how much was captured");
        }
        if !is_replayed && !is_captured {
            reader.mistake("CAPTURE_URI (--capture) and REPLAY are both absent: there is nothing to measure");
        }
    }
}

by_their_text!(RecommendationsPath);

impl MonitorSettings for DiversitySettings {
    fn schedule(&self) -> &MonitoringSchedule {
        &self.schedule
    }

    fn replays(&self) -> Option<&EndpointName> {
        matches!(self.replay, Source::SageMaker | Source::Http(_)).then_some(&self.schedule.endpoint)
    }
}

#[cfg(test)]
mod tests;
