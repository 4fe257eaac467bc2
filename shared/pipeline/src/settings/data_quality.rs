//! The settings of the data-quality monitor.
//!
//! It opens nothing. Every mistake is found before the first byte is read, and all are told together.

use super::reader::{Reader, SettingsError};
use super::schedule::MonitoringSchedule;
use super::variable::{
    self, BASELINE_CONSTRAINTS_URI, BASELINE_STATISTICS_URI, BATCHED_RECORDS, CAPTURE_INDEX_NAMES,
    COMPARISON, ENDPOINT_NAME, FEATURE_METRICS, METRICS_NAMESPACE, NO_DATA_POLICY, PATHS_URI, REPORTS_URI,
    SAMPLE_PAYLOADS, SCHEDULE_NAME, STATE_URI, VARIANT_NAME, Variable, WINDOW,
};
use crate::monitor::MonitorSettings;
use bellwether_analysis::captured_rows::{Batched, Sides};
use bellwether_analysis::monitors::data_quality::Comparison;
use bellwether_storage::Location;
use std::collections::BTreeSet;

const CAPTURE_URI: Variable = Variable { required: true, ..variable::CAPTURE_URI };
const BASELINES_URI: Variable = Variable {
    help: "Baselines; without any, statistics are written and nothing is judged",
    ..variable::BASELINES_URI
};

/// Every setting.
pub const VARIABLES: &[Variable] = &[
    ENDPOINT_NAME,
    VARIANT_NAME,
    SCHEDULE_NAME,
    CAPTURE_URI,
    REPORTS_URI,
    STATE_URI,
    BASELINES_URI,
    BASELINE_STATISTICS_URI,
    BASELINE_CONSTRAINTS_URI,
    PATHS_URI,
    CAPTURE_INDEX_NAMES,
    BATCHED_RECORDS,
    COMPARISON,
    FEATURE_METRICS,
    WINDOW,
    NO_DATA_POLICY,
    METRICS_NAMESPACE,
    SAMPLE_PAYLOADS,
];

/// Settings that were understood.
#[derive(Debug, Clone)]
pub struct DataQualitySettings {
    /// What every scheduled monitor is told.
    pub schedule: MonitoringSchedule,
    /// Data capture.
    pub capture: Location,
    /// Where the baseline in force is looked for.
    pub baselines: Option<Location>,
    /// A baseline that is named file by file.
    pub named: Option<NamedBaseline>,
    /// Declared columns.
    pub paths: Option<Location>,
    /// Which sides of a record are columns.
    pub sides: Sides,
    /// What several rows in one record are.
    pub batched: Batched,
    /// How distances are computed.
    pub comparison: Comparison,
    /// Columns whose metrics go to CloudWatch.
    pub feature_metrics: BTreeSet<String>,
}

/// The files of a baseline, wherever they lie.
#[derive(Debug, Clone)]
pub struct NamedBaseline {
    /// What columns must satisfy.
    pub constraints: Location,
    /// What distributions are compared with; without it none is.
    pub statistics: Option<Location>,
}

impl MonitorSettings for DataQualitySettings {
    const VARIABLES: &'static [Variable] = VARIABLES;

    fn read(lookup: impl Fn(&str) -> Option<String>) -> Result<Self, SettingsError> {
        Reader::read(lookup, Self::collect)
    }

    fn schedule(&self) -> &MonitoringSchedule {
        &self.schedule
    }

    fn configuration(&self) -> String {
        let Self { schedule, baselines, named, paths, sides, batched, comparison, .. } = self;
        let named = named.as_ref().map(|named| (&named.constraints, &named.statistics));
        format!(
            "sides={sides:?} batched={batched:?} comparison={comparison:?} paths={paths:?} baselines={} named={named:?} \
             no_data={:?}",
            baselines.is_some(),
            schedule.no_data,
        )
    }

    fn needs_aws(&self) -> bool {
        let Self { schedule, capture, baselines, named, paths, .. } = self;
        let named = named.iter().flat_map(|named| [Some(&named.constraints), named.statistics.as_ref()]);
        let mut all = named.chain([Some(capture), baselines.as_ref(), paths.as_ref()]).flatten();
        schedule.needs_aws() || all.any(|location| matches!(location, Location::S3 { .. }))
    }
}

impl DataQualitySettings {
    /// Reads every variable before it gives up on any.
    fn collect<F: Fn(&str) -> Option<String>>(reader: &mut Reader<F>) -> Option<Self> {
        let schedule = reader.schedule();
        let (capture, baselines, paths) =
            (reader.value(&CAPTURE_URI), reader.value(&BASELINES_URI), reader.value(&PATHS_URI));
        let (statistics, constraints): (Option<Location>, Option<Location>) =
            (reader.value(&BASELINE_STATISTICS_URI), reader.value(&BASELINE_CONSTRAINTS_URI));
        let sides = reader.parsed(&CAPTURE_INDEX_NAMES, sides);
        let batched = reader.parsed(&BATCHED_RECORDS, batched);
        let comparison = reader.parsed(&COMPARISON, comparison);
        let feature_metrics = reader.parsed(&FEATURE_METRICS, names).unwrap_or_default();
        if statistics.is_some() && constraints.is_none() {
            reader.mistake(
                "BASELINE_CONSTRAINTS_URI (--baseline-constraints) is missing: statistics alone require nothing",
            );
        }
        if constraints.is_some() && baselines.is_some() {
            reader.mistake(
                "BASELINE_CONSTRAINTS_URI and BASELINES_URI both say where the baseline lies; keep one",
            );
        }
        Some(Self {
            schedule: schedule?,
            capture: capture?,
            baselines,
            named: constraints.map(|constraints| NamedBaseline { constraints, statistics }),
            paths,
            sides: sides?,
            batched: batched?,
            comparison: comparison?,
            feature_metrics,
        })
    }
}

/// The contract's words, in any order.
fn sides(text: &str) -> Result<Sides, String> {
    let words: BTreeSet<&str> = text.split(',').map(str::trim).collect();
    match words.into_iter().collect::<Vec<_>>()[..] {
        ["endpointInput", "endpointOutput"] => Ok(Sides::Both),
        ["endpointOutput"] => Ok(Sides::Output),
        ["endpointInput"] => Ok(Sides::Input),
        _ => Err(format!("{text:?} is not endpointInput, endpointOutput or both, separated by a comma")),
    }
}

fn batched(text: &str) -> Result<Batched, String> {
    match text {
        "explode" => Ok(Batched::Explode),
        "container" => Ok(Batched::Container),
        _ => Err(format!("{text:?} is none of explode, container")),
    }
}

fn comparison(text: &str) -> Result<Comparison, String> {
    match text {
        "configured" => Ok(Comparison::AsConfigured),
        "simple" => Ok(Comparison::Simple),
        "robust" => Ok(Comparison::Robust),
        "deequ" => Ok(Comparison::Deequ),
        _ => Err(format!("{text:?} is none of configured, simple, robust, deequ")),
    }
}

fn names(text: &str) -> Result<BTreeSet<String>, String> {
    Ok(text.split(',').map(|name| name.trim().to_owned()).filter(|name| !name.is_empty()).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

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
    fn what_is_read_is_what_the_table_says() {
        crate::settings::reader::assert_reads(VARIABLES, |lookup| DataQualitySettings::read(lookup));
    }

    #[test]
    fn a_baseline_is_named_in_one_way() {
        assert!(read(&[]).unwrap().named.is_none());
        let named = [("BASELINE_CONSTRAINTS_URI", "s3://b/constraints.json")];
        assert!(read(&named).unwrap().named.unwrap().statistics.is_none());
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
    fn the_configuration_follows_what_can_change_a_verdict() {
        let configuration = |changes: &[(&str, &str)]| read(changes).unwrap().configuration();
        assert_eq!(configuration(&[]), configuration(&[("FEATURE_METRICS", "age, income")]));
        assert_ne!(configuration(&[]), configuration(&[("COMPARISON", "deequ")]));
        assert_ne!(configuration(&[]), configuration(&[("CAPTURE_INDEX_NAMES", "endpointInput")]));
    }
}
