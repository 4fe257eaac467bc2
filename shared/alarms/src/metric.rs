//! A metric alarm: which points it watches, how they become data points, and when those breach.
//!
//! Source: Amazon CloudWatch User Guide, "Alarm evaluation window". A sliding window ends at the minute of the
//! evaluation; a wall-clock window is made of complete clock hours (minutes, days, weeks), so that a point counts from
//! the end of its hour on. "Alarm warm-up periods": a new alarm may wait for its first points.

use super::State;
use super::verdict::{MissingData, SPARE_PERIODS, verdict};
use bellwether_contract::metrics::{Dimension, MetricLine, StatisticValues};
use jiff::{SignedDuration, Timestamp};
use serde::Deserialize;

/// One metric alarm.
#[derive(Debug, Clone, PartialEq)]
pub struct MetricAlarm {
    /// Its logical id in the template.
    pub name: String,
    /// What it watches, and when it goes off.
    pub properties: Properties,
    /// How many periods beyond `EvaluationPeriods` are looked at where points are missing.
    pub spare_periods: usize,
}

/// The properties of `AWS::CloudWatch::Alarm` that decide its state; the others are an error, not a guess.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub struct Properties {
    /// Namespace of the metric.
    pub namespace: String,
    /// The metric.
    pub metric_name: String,
    /// Exactly these dimensions.
    #[serde(default)]
    pub dimensions: Vec<Dimension>,
    /// How the points of a period become one.
    pub statistic: Statistic,
    /// How that one is compared to the threshold.
    pub comparison_operator: AlarmComparison,
    /// The threshold.
    pub threshold: f64,
    /// Length of a period in seconds.
    pub period: u32,
    /// N.
    pub evaluation_periods: usize,
    /// M; N where it is not given.
    pub datapoints_to_alarm: Option<usize>,
    /// What stands in for missing points.
    #[serde(default)]
    pub treat_missing_data: MissingData,
    /// Where the periods' bounds fall.
    #[serde(default)]
    pub evaluation_window: EvaluationWindow,
    /// How long a new alarm waits for its first points.
    pub warm_up_configuration: Option<WarmUp>,
}

/// How long a new alarm says nothing. It ends early where every period of the evaluation window has its point.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct WarmUp {
    /// Its length in minutes.
    #[serde(rename = "WarmUpPeriodDurationInMinutes")]
    pub minutes: u32,
}

/// How the points of a period become one number.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
pub enum Statistic {
    /// Their mean, each value weighted by its count.
    Average,
    /// The least.
    Minimum,
    /// The greatest.
    Maximum,
    /// Their sum.
    Sum,
    /// How many there are.
    SampleCount,
}

/// When a data point breaches.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[expect(clippy::enum_variant_names, reason = "spelt as CloudWatch spells them")]
pub enum AlarmComparison {
    /// `<`
    LessThanThreshold,
    /// `<=`
    LessThanOrEqualToThreshold,
    /// `>`
    GreaterThanThreshold,
    /// `>=`
    GreaterThanOrEqualToThreshold,
}

/// Where the periods' bounds fall.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize)]
#[serde(try_from = "Windows")]
pub enum EvaluationWindow {
    /// The window ends at the minute of the evaluation.
    #[default]
    Sliding,
    /// The window ends at the last bound of a clock period, in UTC.
    WallClock,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
struct Windows {
    sliding_window: Option<SlidingWindow>,
    wall_clock_window: Option<WallClockWindow>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct SlidingWindow {}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
struct WallClockWindow {
    timezone: Option<String>,
}

impl TryFrom<Windows> for EvaluationWindow {
    type Error = String;

    fn try_from(windows: Windows) -> Result<Self, String> {
        match (windows.sliding_window, windows.wall_clock_window) {
            (Some(SlidingWindow {}), None) => Ok(Self::Sliding),
            (None, Some(WallClockWindow { timezone })) => match timezone.as_deref() {
                None | Some("UTC") => Ok(Self::WallClock),
                Some(other) => Err(format!("time zone {other} is not understood, UTC is")),
            },
            _ => Err("EvaluationWindow takes one of SlidingWindow and WallClockWindow".to_owned()),
        }
    }
}

/// Seconds from the start of a calendar week to that of 1970, a Thursday.
const MONDAY_TO_THURSDAY: i64 = 3 * 86_400;
const WEEK: i64 = 7 * 86_400;

impl MetricAlarm {
    /// An alarm of these properties; the error is one sentence.
    pub fn new(name: &str, properties: Properties) -> Result<Self, String> {
        let (n, period) = (properties.evaluation_periods, i64::from(properties.period));
        let m = properties.datapoints_to_alarm.unwrap_or(n);
        if m == 0 || m > n {
            return Err(format!("DatapointsToAlarm {m} is not in 1 to EvaluationPeriods {n}"));
        }
        let clock = [60, 300, 3_600, 86_400, WEEK].contains(&period);
        match properties.evaluation_window {
            EvaluationWindow::WallClock if !clock => {
                Err(format!("a wall-clock window of {period} s: use 60, 300, 3600, 86400 or 604800"))
            }
            EvaluationWindow::Sliding if period == 0 || period % 60 != 0 => {
                Err(format!("Period {period} is no multiple of 60 s"))
            }
            _ => Ok(Self { name: name.to_owned(), properties, spare_periods: SPARE_PERIODS }),
        }
    }

    /// Whether a point is this alarm's: name, namespace and exactly its dimensions, in any order.
    pub fn watches(&self, namespace: &str, line: &MetricLine) -> bool {
        let own = &self.properties.dimensions;
        self.properties.metric_name == line.metric_name
            && self.properties.namespace == namespace
            && own.len() == line.dimensions.len()
            && own.iter().all(|dimension| line.dimensions.contains(dimension))
    }

    /// The state at `now`, on the points given, whose order does not matter.
    pub fn evaluate(&self, points: &[(Timestamp, StatisticValues)], now: Timestamp, current: State) -> State {
        let breaches =
            |value: f64| self.properties.comparison_operator.breaches(value, self.properties.threshold);
        let data: Vec<Option<bool>> =
            self.data_points(points, now).into_iter().map(|value| value.map(breaches)).collect();
        let n = self.properties.evaluation_periods;
        let m = self.properties.datapoints_to_alarm.unwrap_or(n);
        verdict(&data, m, n, self.properties.treat_missing_data, current)
    }

    /// Whether an alarm that was made at `made` still waits for its first points at `now`.
    pub fn is_warming_up(
        &self,
        points: &[(Timestamp, StatisticValues)],
        made: Timestamp,
        now: Timestamp,
    ) -> bool {
        let Some(WarmUp { minutes }) = self.properties.warm_up_configuration else { return false };
        let newest = self.data_points(points, now).split_off(self.spare_periods);
        now < made + SignedDuration::from_mins(i64::from(minutes)) && newest.contains(&None)
    }

    /// The data points of the evaluation range, oldest first; `None` where a period has no point.
    pub fn data_points(&self, points: &[(Timestamp, StatisticValues)], now: Timestamp) -> Vec<Option<f64>> {
        let period = i64::from(self.properties.period);
        let count = self.properties.evaluation_periods + self.spare_periods;
        let newest_end = self.newest_end(now.as_second());
        let oldest_start = newest_end - count as i64 * period;
        let recent: Vec<_> =
            points.iter().filter(|(at, _)| (oldest_start..newest_end).contains(&at.as_second())).collect();
        let data_point = |back: usize| {
            let end = newest_end - back as i64 * period;
            let inside = recent.iter().filter(|(at, _)| (end - period..end).contains(&at.as_second()));
            self.properties.statistic.of(inside.map(|(_, samples)| samples))
        };
        (0..count).rev().map(data_point).collect()
    }

    /// End of the newest period, exclusive.
    fn newest_end(&self, now: i64) -> i64 {
        let period = i64::from(self.properties.period);
        let offset = if period == WEEK { MONDAY_TO_THURSDAY } else { 0 };
        match self.properties.evaluation_window {
            EvaluationWindow::Sliding => now - now.rem_euclid(60),
            EvaluationWindow::WallClock => now - (now + offset).rem_euclid(period),
        }
    }
}

impl Statistic {
    /// Over one period; `None` where it has no point.
    fn of<'p>(self, points: impl Iterator<Item = &'p StatisticValues>) -> Option<f64> {
        let all = points.copied().reduce(|one, other| StatisticValues {
            sample_count: one.sample_count + other.sample_count,
            sum: one.sum + other.sum,
            minimum: one.minimum.min(other.minimum),
            maximum: one.maximum.max(other.maximum),
        })?;
        Some(match self {
            Self::Average => all.sum / all.sample_count,
            Self::Minimum => all.minimum,
            Self::Maximum => all.maximum,
            Self::Sum => all.sum,
            Self::SampleCount => all.sample_count,
        })
    }
}

impl AlarmComparison {
    fn breaches(self, value: f64, threshold: f64) -> bool {
        match self {
            Self::LessThanThreshold => value < threshold,
            Self::LessThanOrEqualToThreshold => value <= threshold,
            Self::GreaterThanThreshold => value > threshold,
            Self::GreaterThanOrEqualToThreshold => value >= threshold,
        }
    }
}
