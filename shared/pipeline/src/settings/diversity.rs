//! The settings of the diversity check.
//!
//! It opens nothing. Every mistake is found before the first byte is read, and all are told together.

use super::reader::{Reader, SettingsError};
use super::schedule::MonitoringSchedule;
use super::variable::{
    BAND_MEAN_RATIO, BAND_MIN_MARGIN, BAND_P5_MARGIN, BASELINES_URI, CAPTURE_URI, CATALOG_URI, ENDPOINT_NAME,
    METRICS_NAMESPACE, MIN_DIVERSITY, NO_DATA_POLICY, RECOMMENDATIONS_PATH, REPLAY, REPLAY_CONCURRENCY,
    REPLAY_MAX_AGE, REPORTS_URI, SAMPLE_PAYLOADS, SCHEDULE_NAME, STATE_URI, TOP_K, VALIDATION_SET_URI,
    VARIANT_NAME, Variable, WINDOW,
};
use crate::monitor::MonitorSettings;
use crate::replay::Source;
use bellwether_analysis::monitors::diversity::Limits;
use bellwether_analysis::recommendations::RecommendationsPath;
use bellwether_contract::window::parse_duration;
use bellwether_storage::Location;
use jiff::SignedDuration;

/// Every setting.
pub const VARIABLES: &[Variable] = &[
    ENDPOINT_NAME,
    VARIANT_NAME,
    SCHEDULE_NAME,
    CAPTURE_URI,
    VALIDATION_SET_URI,
    CATALOG_URI,
    REPORTS_URI,
    STATE_URI,
    BASELINES_URI,
    REPLAY,
    WINDOW,
    TOP_K,
    MIN_DIVERSITY,
    BAND_MEAN_RATIO,
    BAND_P5_MARGIN,
    BAND_MIN_MARGIN,
    RECOMMENDATIONS_PATH,
    REPLAY_MAX_AGE,
    REPLAY_CONCURRENCY,
    NO_DATA_POLICY,
    METRICS_NAMESPACE,
    SAMPLE_PAYLOADS,
];

/// Settings that were understood.
#[derive(Debug, Clone)]
pub struct DiversitySettings {
    /// What every scheduled monitor is told.
    pub schedule: MonitoringSchedule,
    /// Data capture.
    pub capture: Option<Location>,
    /// Held-out sessions; always there where a replay is made.
    pub validation_set: Option<Location>,
    /// Item to category.
    pub catalog: Location,
    /// Baselines.
    pub baselines: Option<Location>,
    /// Who answers the replay.
    pub replay: Source,
    /// What lists must satisfy.
    pub limits: Limits,
    /// From a response to its ids.
    pub path: RecommendationsPath,
    /// Age above which a replay says nothing about a window.
    pub replay_max_age: SignedDuration,
    /// Cap on calls in flight.
    pub replay_concurrency: usize,
}

impl MonitorSettings for DiversitySettings {
    const VARIABLES: &'static [Variable] = VARIABLES;

    fn read(lookup: impl Fn(&str) -> Option<String>) -> Result<Self, SettingsError> {
        Reader::read(lookup, Self::collect)
    }

    fn schedule(&self) -> &MonitoringSchedule {
        &self.schedule
    }

    fn configuration(&self) -> String {
        let Limits { k, min_diversity, mean_ratio, p5_margin, min_margin } = self.limits;
        format!(
            "k={k} min_diversity={min_diversity} mean_ratio={mean_ratio} p5_margin={p5_margin} min_margin={min_margin} \
             path={} replay={} capture={} baselines={} no_data={:?}",
            self.path,
            self.replay.name(),
            self.capture.is_some(),
            self.baselines.is_some(),
            self.schedule.no_data,
        )
    }

    fn needs_aws(&self) -> bool {
        let Self { schedule, capture, validation_set, catalog, baselines, .. } = self;
        let named = [capture, validation_set, baselines].into_iter().flatten().chain([catalog]);
        let lists = matches!(&self.replay, Source::Recorded(Location::S3 { .. }) | Source::SageMaker);
        lists
            || schedule.needs_aws()
            || named.into_iter().any(|location| matches!(location, Location::S3 { .. }))
    }
}

impl DiversitySettings {
    /// Reads every variable before it gives up on any.
    fn collect<F: Fn(&str) -> Option<String>>(reader: &mut Reader<F>) -> Option<Self> {
        let schedule = reader.schedule();
        let (capture, validation_set) = (reader.value(&CAPTURE_URI), reader.value(&VALIDATION_SET_URI));
        let catalog = reader.value(&CATALOG_URI);
        let baselines = reader.value(&BASELINES_URI);
        let replay = reader.value(&REPLAY).unwrap_or(Source::None);
        let limits = reader.limits();
        let path = reader.value(&RECOMMENDATIONS_PATH);
        let replay_max_age =
            reader.parsed(&REPLAY_MAX_AGE, |text| parse_duration(text).map_err(|error| error.to_string()));
        let replay_concurrency = reader.number(&REPLAY_CONCURRENCY, 1.0, 20.0);
        if replay != Source::None && validation_set.is_none() {
            reader.mistake(
                "VALIDATION_SET_URI (--validation-set) is missing: a replay needs held-out sessions",
            );
        }
        if replay == Source::None && capture.is_none() {
            reader.mistake("CAPTURE_URI (--capture) and REPLAY are both absent: there is nothing to measure");
        }
        Some(Self {
            schedule: schedule?,
            capture,
            validation_set,
            catalog: catalog?,
            baselines,
            replay,
            limits: limits?,
            path: path?,
            replay_max_age: replay_max_age?,
            replay_concurrency: replay_concurrency? as usize,
        })
    }
}

#[cfg(test)]
mod tests;
