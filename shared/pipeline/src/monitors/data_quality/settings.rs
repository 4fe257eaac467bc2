//! The settings of the data-quality monitor.
//!
//! It opens nothing. Every mistake is found before the first byte is read, and all are told together.

use crate::monitor::MonitorSettings;
use crate::settings::declared::{Value, settings};
use crate::settings::values::words;
use crate::settings::{CompletenessSettings, MonitoringSchedule, ProfilesSettings};
use bellwether_analysis::captured_rows::{Batched, Sides};
use bellwether_analysis::monitors::data_quality::Comparison;
use bellwether_storage::Location;
use std::collections::BTreeSet;

settings! {
    /// Settings of the data-quality monitor that were understood.
    pub struct DataQualitySettings {
        @schedule: MonitoringSchedule = "What every scheduled monitor is told.";
        @completeness: CompletenessSettings = "How much of the traffic should be captured.";
        @profiles: ProfilesSettings = "Whose kept profiles are judged in the place of captures.";
        /// Data capture, the folder above {endpoint}/{variant}
        CAPTURE_URI "capture" "URI" (required) => capture: Location;
        /// Baselines; without any, statistics are written and nothing is judged
        BASELINES_URI "baselines" "URI" (optional) judged(set) => baselines: Location;
        /// statistics.json of the baseline, instead of the one in force below BASELINES_URI
        BASELINE_STATISTICS_URI "baseline-statistics" "URI" (optional) judged => statistics: Location;
        /// constraints.json of the baseline, instead of the one in force below BASELINES_URI
        BASELINE_CONSTRAINTS_URI "baseline-constraints" "URI" (optional) judged => constraints: Location;
        /// Declared columns: JSON paths, selection, renames, markers of missing values, sampling
        PATHS_URI "paths" "URI" (optional) judged => paths: Location;
        /// Which sides of a captured record are columns
        CAPTURE_INDEX_NAMES "capture-index-names" "SIDES" ("endpointInput,endpointOutput") judged => sides: Sides;
        /// A record of several CSV rows: explode counts each, container takes it as one cell, as the built-in does
        BATCHED_RECORDS "batched-records" "HOW" ("explode") judged => batched: Batched;
        /// Distances: configured (as the constraints say), simple, robust, or deequ (the engine's own, flaws included)
        COMPARISON "comparison" "METHOD" ("configured") judged => comparison: Comparison;
        /// Columns whose metrics go to CloudWatch too, separated by commas, or * for all; each column is 22 custom metrics on the bill, $6.60 a month at the list price
        FEATURE_METRICS "feature-metrics" "NAMES" (or default) => feature_metrics: BTreeSet<String>;
    }
    check(reader) {
        let is_set = |location: &Option<Option<Location>>| location.as_ref().is_some_and(Option::is_some);
        if is_set(&statistics) && !is_set(&constraints) {
            reader.mistake(
                "BASELINE_CONSTRAINTS_URI (--baseline-constraints) is missing: statistics alone require nothing",
            );
        }
        if is_set(&constraints) && is_set(&baselines) {
            reader.mistake(
                "BASELINE_CONSTRAINTS_URI and BASELINES_URI both say where the baseline lies; keep one",
            );
        }
    }
}

words!(Batched { "explode" => Self::Explode, "container" => Self::SingleCell });
words!(Comparison {
    "configured" => Self::AsConfigured,
    "simple" => Self::Simple,
    "robust" => Self::Robust,
    "deequ" => Self::Deequ,
});

/// The contract's words, in any order.
impl Value for Sides {
    fn understood(text: &str) -> Result<Self, String> {
        let words: BTreeSet<&str> = text.split(',').map(str::trim).collect();
        match words.into_iter().collect::<Vec<_>>()[..] {
            ["endpointInput", "endpointOutput"] => Ok(Self::Both),
            ["endpointOutput"] => Ok(Self::Output),
            ["endpointInput"] => Ok(Self::Input),
            _ => Err(format!("{text:?} is not endpointInput, endpointOutput or both, separated by a comma")),
        }
    }

    fn spelt(&self) -> String {
        let text = match self {
            Self::Both => "endpointInput,endpointOutput",
            Self::Output => "endpointOutput",
            Self::Input => "endpointInput",
        };
        text.to_owned()
    }
}

/// The files of a baseline, wherever they lie.
#[derive(Debug, Clone, Copy)]
pub struct NamedBaseline<'s> {
    /// What columns must satisfy.
    pub constraints: &'s Location,
    /// What distributions are compared with; without it none is.
    pub statistics: Option<&'s Location>,
}

impl DataQualitySettings {
    /// A baseline that is named file by file.
    pub fn named(&self) -> Option<NamedBaseline<'_>> {
        let constraints = self.constraints.as_ref()?;
        Some(NamedBaseline { constraints, statistics: self.statistics.as_ref() })
    }
}

impl MonitorSettings for DataQualitySettings {
    fn schedule(&self) -> &MonitoringSchedule {
        &self.schedule
    }

    fn judges_nothing(&self) -> Option<&'static str> {
        let has_a_baseline = self.named().is_some() || self.baselines.is_some();
        (!has_a_baseline).then_some("neither baselines_uri nor baseline_constraints_uri is set")
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::settings::{Settings, SettingsError};

    fn read(changes: &[(&str, &str)]) -> Result<DataQualitySettings, SettingsError> {
        let usual = [
            ("ENDPOINT_NAME", "churn-prod"),
            ("VARIANT_NAME", "AllTraffic"),
            ("SCHEDULE_NAME", "data-quality-hourly"),
            ("CAPTURE_URI", "s3://capture/data"),
            ("REPORTS_URI", "s3://reports/model-monitor"),
        ];
        DataQualitySettings::read(|name| {
            let value = |pairs: &[(&str, &str)]| {
                pairs.iter().find(|(known, _)| *known == name).map(|(_, value)| (*value).to_owned())
            };
            value(changes).or_else(|| value(&usual))
        })
    }

    #[test]
    fn a_baseline_is_named_in_one_way() {
        assert!(read(&[]).unwrap().named().is_none());
        let named = [("BASELINE_CONSTRAINTS_URI", "s3://b/constraints.json")];
        assert!(read(&named).unwrap().named().unwrap().statistics.is_none());
        let statistics = [("BASELINE_STATISTICS_URI", "s3://b/statistics.json")];
        assert!(read(&statistics).unwrap_err().to_string().contains("statistics alone require nothing"));
        let both = [named[0], ("BASELINES_URI", "s3://b/baselines")];
        assert!(read(&both).unwrap_err().to_string().contains("keep one"));
    }

    #[test]
    fn all_mistakes_are_told_together() {
        let error = read(&[
            ("CAPTURE_URI", ""),
            ("CAPTURE_INDEX_NAMES", "endpointInput,groundTruth"),
            ("BATCHED_RECORDS", "maybe"),
            ("COMPARISON", "exact"),
            ("WINDOW", "PT30M"),
        ])
        .unwrap_err();
        for name in ["CAPTURE_URI", "CAPTURE_INDEX_NAMES", "BATCHED_RECORDS", "COMPARISON", "WINDOW"] {
            assert!(error.mistakes.iter().any(|mistake| mistake.starts_with(name)), "{name} in {error}");
        }
    }

    #[test]
    fn a_configuration_is_spelt_in_the_words_of_its_settings() {
        let settings = read(&[("COMPARISON", "deequ")]).unwrap();
        assert_eq!(
            settings.configuration(),
            "NO_DATA_POLICY=ok\nCAPTURE_COMPLETENESS=false\nSAMPLING_PERCENTAGE=100\nBASELINES_URI=false\nCAPTURE_INDEX_NAMES=endpointInput,endpointOutput\n\
             BATCHED_RECORDS=explode\nCOMPARISON=deequ\n"
        );
    }
}
