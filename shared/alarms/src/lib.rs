//! CloudWatch's alarm rules, small: what the template's alarms say of given metric points, at a given time.
//!
//! It sends nothing and asks no clock. It knows what this project's template uses: metric alarms on one metric with
//! `Average`, `Minimum` or `Maximum`, M out of N, the four treatments of missing data, sliding windows and wall-clock
//! windows in UTC, warm-up, and composite alarms. It knows no percentiles, no metric mathematics, no anomaly bands, no
//! actions and no action suppressors.
//!
//! Sources, all in the Amazon CloudWatch User Guide and its API reference: "Alarm evaluation", "Configuring how
//! CloudWatch alarms treat missing data" ([`verdict`]), "Alarm evaluation window" and "Alarm warm-up periods" ([`metric`]),
//! and `AlarmRule` of `PutCompositeAlarm` ([`rule`]).

pub mod metric;
pub mod rule;
mod stack;
pub mod template;
pub mod verdict;

use bellwether_contract::metrics::{MetricLine, StatisticValues};
use jiff::Timestamp;
use metric::MetricAlarm;
use rule::Rule;
use serde::Deserialize;
use std::fmt;

/// What an alarm says.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum State {
    /// Within the threshold.
    Ok,
    /// Outside the threshold.
    Alarm,
    /// Just made, or not enough data.
    InsufficientData,
}

impl fmt::Display for State {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.pad(match self {
            Self::Ok => "OK",
            Self::Alarm => "ALARM",
            Self::InsufficientData => "INSUFFICIENT_DATA",
        })
    }
}

/// An alarm changed its state.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Change {
    /// When it was evaluated.
    pub at: Timestamp,
    /// Which alarm: its logical id in the template.
    pub alarm: String,
    /// What it said before.
    pub from: State,
    /// What it says now.
    pub to: State,
}

/// Why alarms cannot be read out of a template.
#[derive(Debug, thiserror::Error)]
pub enum AlarmError {
    /// The text is no YAML.
    #[error("the template is not YAML")]
    Yaml(#[from] saphyr::ScanError),
    /// A part of the template is not what CloudFormation or this reader understands.
    #[error("{place}: {reason}")]
    Template {
        /// The resource, parameter or condition.
        place: String,
        /// What is wrong, and what would be understood.
        reason: String,
    },
}

impl AlarmError {
    pub(crate) fn at(place: impl Into<String>, reason: impl Into<String>) -> Self {
        Self::Template { place: place.into(), reason: reason.into() }
    }
}

/// The alarms of one stack, with their states and the points that they have seen.
#[derive(Debug, Clone)]
pub struct Alarms {
    metric: Vec<Watched>,
    composite: Vec<Composite>,
}

#[derive(Debug, Clone)]
struct Watched {
    alarm: MetricAlarm,
    state: State,
    points: Vec<(Timestamp, StatisticValues)>,
    warmth: Warmth,
}

/// How far an alarm's warm-up is.
#[derive(Debug, Clone, Copy)]
enum Warmth {
    Unmade,
    Since(Timestamp),
    Over,
}

#[derive(Debug, Clone)]
struct Composite {
    name: String,
    rule: Rule,
    state: State,
}

impl Alarms {
    /// Newly made alarms: all have insufficient data.
    pub fn new(metric: Vec<MetricAlarm>, composite: Vec<(String, Rule)>) -> Self {
        let state = State::InsufficientData;
        let watched = |alarm| Watched { alarm, state, points: Vec::new(), warmth: Warmth::Unmade };
        let composed = |(name, rule)| Composite { name, rule, state };
        Self {
            metric: metric.into_iter().map(watched).collect(),
            composite: composite.into_iter().map(composed).collect(),
        }
    }

    /// Those of another template beside these.
    #[must_use]
    pub fn beside(mut self, other: Self) -> Self {
        self.metric.extend(other.metric);
        self.composite.extend(other.composite);
        self
    }

    /// A point that was published: one value, or the summary of many. The order of points does not matter.
    pub fn record(&mut self, namespace: &str, line: &MetricLine) {
        let Some(samples) = samples(line) else { return };
        let watching = self.metric.iter_mut().filter(|watched| watched.alarm.watches(namespace, line));
        watching.for_each(|watched| watched.points.push((line.timestamp, samples)));
    }

    /// Evaluates every alarm on the points recorded so far. CloudWatch does so once a minute.
    pub fn evaluate(&mut self, now: Timestamp) -> Vec<Change> {
        let mut changes = Vec::new();
        for Watched { alarm, state, points, warmth } in &mut self.metric {
            if warmth.lasts(alarm, points, now) {
                continue;
            }
            let to = alarm.evaluate(points, now, *state);
            changes.extend(change(now, &alarm.name, state, to));
        }
        // A composite may stand on another: as many rounds as there are composites settle them all.
        for _ in 0..self.composite.len() {
            for turn in 0..self.composite.len() {
                let holds = self.composite[turn].rule.holds(&|name| self.state(name));
                let Composite { name, state, .. } = &mut self.composite[turn];
                let to = if holds { State::Alarm } else { State::Ok };
                changes.extend(change(now, name, state, to));
            }
        }
        changes
    }

    /// What an alarm says; `None` where there is none of that name.
    pub fn state(&self, name: &str) -> Option<State> {
        let metric = self.metric.iter().find(|watched| watched.alarm.name == name);
        let composite = || self.composite.iter().find(|composite| composite.name == name);
        metric.map(|watched| watched.state).or_else(|| composite().map(|composite| composite.state))
    }

    /// Names of all alarms, metric alarms first.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        let metric = self.metric.iter().map(|watched| watched.alarm.name.as_str());
        metric.chain(self.composite.iter().map(|composite| composite.name.as_str()))
    }

    /// The same alarms, looking back for this many periods beyond N where points are missing: the number is CloudWatch's
    /// own and not published ([`verdict::SPARE_PERIODS`]), so a story may be told under more than one.
    #[must_use]
    pub fn with_spare_periods(mut self, spare_periods: usize) -> Self {
        self.metric.iter_mut().for_each(|watched| watched.alarm.spare_periods = spare_periods);
        self
    }

    /// The metric alarms' definitions.
    pub fn definitions(&self) -> impl Iterator<Item = &MetricAlarm> {
        self.metric.iter().map(|watched| &watched.alarm)
    }
}

impl Warmth {
    /// Whether an alarm is not evaluated yet. Once it was, it always is.
    fn lasts(
        &mut self,
        alarm: &MetricAlarm,
        points: &[(Timestamp, StatisticValues)],
        now: Timestamp,
    ) -> bool {
        let made = match *self {
            Self::Unmade => now,
            Self::Since(made) => made,
            Self::Over => return false,
        };
        let lasts = alarm.is_warming_up(points, made, now);
        *self = if lasts { Self::Since(made) } else { Self::Over };
        lasts
    }
}

fn samples(line: &MetricLine) -> Option<StatisticValues> {
    let one = |value| StatisticValues { sample_count: 1.0, sum: value, minimum: value, maximum: value };
    line.statistic_values.or_else(|| line.value.map(one))
}

fn change(at: Timestamp, alarm: &str, state: &mut State, to: State) -> Option<Change> {
    let from = std::mem::replace(state, to);
    (from != to).then(|| Change { at, alarm: alarm.to_owned(), from, to })
}

#[cfg(test)]
mod tests;
