//! Metrics held against those of the baseline.

use bellwether_contract::constraints::ComparisonOperator;
use bellwether_contract::judged::Judged;
use bellwether_contract::misspelt::meant;
use bellwether_contract::model_bias::{
    BIAS_DRIFT_CHECK, BiasAnalysis, BiasEvidence, BiasMetric, BiasNumber, BootstrapInterval, FacetEntry,
    StageMetrics,
};
use bellwether_contract::violations::CheckType;
use std::collections::BTreeMap;

use super::matched;
use super::rule::{BiasRule, Confidence};
use crate::model_bias::{
    BIAS_MEASURES, BOOTSTRAP_SAMPLES, BiasMeasure, GroupedBy, MeasuredBias, MeasuredFacet, MeasuredGroup,
};
use crate::verdict::{Evaluated, Violated};

/// Holds what was measured, or says why nothing was, against the analysis of a baseline.
///
/// A check is called `Sex=0 DPPL`, by the baseline's text of the group, which no window changes. Values and limits are distances from
/// fair, so that the greater one is the worse; an infinite one is [`INFINITE`](super::INFINITE). What stands behind a violation is its
/// evidence.
#[must_use]
pub fn evaluate(
    measured: Result<&MeasuredBias, &str>,
    constraints: &BiasAnalysis,
    rule: BiasRule,
) -> Evaluated {
    let mut evaluated = Evaluated::default();
    for (_, block) in constraints.stages() {
        let unlike = measured.ok().and_then(|measured| other_labels(measured, block));
        let measured = unlike.as_deref().map_or(measured, Err);
        for (facet, entries) in block.facets.iter() {
            for (place, entry) in entries.iter().enumerate() {
                judge_entry(&mut evaluated, measured, facet, (entry, place), rule);
            }
        }
    }
    if let Ok(measured) = measured {
        evaluated.not_evaluable.extend(lacking(measured, constraints));
        evaluated.warnings.extend(measured.notes.iter().cloned());
    }
    evaluated.warnings.dedup();
    evaluated
}

/// Why nothing is comparable where the baseline took other labels for positive.
fn other_labels(measured: &MeasuredBias, block: &StageMetrics) -> Option<String> {
    let (ours, theirs) = (&measured.label_value_or_threshold, &block.label_value_or_threshold);
    let number = |text: &str| text.parse::<f64>().ok();
    let is_same = ours == theirs
        || number(ours).is_some_and(|ours| number(theirs) == Some(ours))
        || matched::threshold(ours).is_some_and(|ours| matched::threshold(theirs) == Some(ours));
    (!is_same).then(|| {
        format!("positive labels are {ours:?} in this window and {theirs:?} in the baseline: make the baseline with this configuration")
    })
}

/// What the window has and the baseline has nothing of, by name, and why that is not evaluated.
fn lacking(measured: &MeasuredBias, constraints: &BiasAnalysis) -> BTreeMap<String, String> {
    let stages = [
        ("post_training_bias_metrics", constraints.post_training_bias_metrics.is_none()),
        ("pre_training_bias_metrics", constraints.pre_training_bias_metrics.is_none()),
    ];
    let stages = stages.into_iter().filter(|(_, is_missing)| *is_missing);
    let stages = stages.map(|(name, _)| (name.to_owned(), "the baseline has none".to_owned()));
    stages.chain(measured.facets.iter().flat_map(|facet| lacking_of(facet, constraints))).collect()
}

fn lacking_of(facet: &MeasuredFacet, constraints: &BiasAnalysis) -> Vec<(String, String)> {
    let entries = constraints.stages().flat_map(|(_, block)| block.facets.iter());
    let entries: Vec<&FacetEntry> =
        entries.filter(|(name, _)| **name == facet.name).flat_map(|(_, entries)| entries).collect();
    if entries.is_empty() {
        return vec![(facet.name.clone(), "the baseline has no such facet".to_owned())];
    }
    if facet.grouped_by == GroupedBy::Threshold {
        return Vec::new();
    }
    let is_known = |text: &str| entries.iter().any(|entry| entry.value_or_threshold == text);
    let new = facet.groups.iter().map(|group| &group.value_or_threshold).filter(|text| !is_known(text));
    new.map(|text| (format!("{}={text}", facet.name), "the baseline has no such group".to_owned())).collect()
}

/// A metric of the window that has a value, and the baseline's.
struct Pair<'m> {
    name: String,
    measure: &'static BiasMeasure,
    group: &'m MeasuredGroup,
    value: BiasNumber,
    constraint: BiasNumber,
    /// Whether there are people on both sides, and enough of them. What has a value without them compares nobody.
    compares: bool,
}

fn judge_entry(
    evaluated: &mut Evaluated,
    measured: Result<&MeasuredBias, &str>,
    facet_name: &str,
    (entry, place): (&FacetEntry, usize),
    rule: BiasRule,
) {
    let found = measured.map_err(str::to_owned).and_then(|measured| {
        let facet = matched::facet(measured, facet_name)?;
        Ok((facet, matched::group(facet, entry, place)?))
    });
    if let Ok((_, MeasuredGroup { sizes, .. })) = &found
        && sizes.facet.min(sizes.rest) == 0
    {
        let reason =
            format!("{} rows are in the group and {} beside it: nobody is compared", sizes.facet, sizes.rest);
        evaluated.not_evaluable.insert(format!("{facet_name}={}", entry.value_or_threshold), reason);
    }
    let mut pairs = Vec::new();
    for metric in &entry.metrics {
        let name = format!("{facet_name}={} {}", entry.value_or_threshold, metric.name);
        let pair = match &found {
            Ok((facet, group)) => pair(&name, facet, group, metric, rule.min_group),
            Err(reason) => metric.value.map_or(Ok(None), |_| Err(reason.clone())),
        };
        match pair {
            Ok(Some(pair)) => pairs.push(pair),
            Ok(None) => {}
            Err(reason) => drop(evaluated.not_evaluable.insert(name, reason)),
        }
    }
    judge(evaluated, facet_name, &pairs, rule);
}

/// Judges the metrics of one group. Intervals are made of those alone that are beyond by their value.
fn judge(evaluated: &mut Evaluated, facet: &str, pairs: &[Pair<'_>], rule: BiasRule) {
    let is_beyond = |pair: &&Pair<'_>| {
        let (value, limit) = pair.distances(rule, None);
        value > limit
    };
    let beyond: Vec<&BiasMeasure> = pairs.iter().filter(is_beyond).map(|pair| pair.measure).collect();
    let intervals = match pairs.first() {
        Some(pair) => pair.group.intervals(&beyond, facet, rule.seed),
        None => Vec::new(),
    };
    let mut intervals = intervals.into_iter();
    for pair in pairs {
        let interval = if is_beyond(&pair) { intervals.next() } else { None };
        judge_one(evaluated, facet, pair, interval, rule);
    }
}

fn judge_one(
    evaluated: &mut Evaluated,
    facet: &str,
    pair: &Pair<'_>,
    interval: Option<Result<BootstrapInterval, usize>>,
    rule: BiasRule,
) {
    let interval = match interval {
        Some(Err(samples)) if rule.confidence == Confidence::NormalBootstrap => {
            drop(evaluated.not_evaluable.insert(pair.name.clone(), pair.without_interval(samples)));
            return;
        }
        other => other.and_then(Result::ok),
    };
    let heeded = interval.filter(|_| rule.confidence == Confidence::NormalBootstrap);
    let (value, limit) = pair.distances(rule, heeded);
    let judged = pair.judged(facet, value, limit);
    if value > limit {
        let judged = Judged { evidence: Some(Box::new(pair.evidence(facet, interval))), ..judged };
        let violated = if pair.compares { &mut evaluated.violated } else { &mut evaluated.violated_aside };
        violated.push(Violated { judged, description: pair.description() });
    } else {
        let held = if pair.compares { &mut evaluated.held } else { &mut evaluated.held_aside };
        held.insert(pair.name.clone(), judged);
    }
}

/// The metric in window and baseline; nothing where neither has a value.
///
/// # Errors
/// Where one of the two has none, the name is no metric, or too few rows stand behind it.
fn pair<'m>(
    name: &str,
    facet: &MeasuredFacet,
    group: &'m MeasuredGroup,
    metric: &BiasMetric,
    min_group: u64,
) -> Result<Option<Pair<'m>>, String> {
    let Some(measure) = BIAS_MEASURES.iter().find(|measure| measure.name == metric.name) else {
        return Err(no_metric(&metric.name));
    };
    let value = group.metric(measure.name).unwrap_or(Err("it was not measured"));
    let (value, constraint) = match (value, metric.value) {
        (Ok(value), Some(constraint)) => (value, constraint),
        (Err(reason), Some(_)) => return Err(reason.to_owned()),
        (Ok(_), None) => return Err("the baseline has no value of it: it is null there".to_owned()),
        (Err(_), None) => return Ok(None),
    };
    let sizes = group.sizes;
    let least = sizes.facet.min(sizes.rest);
    if least < min_group && !measure.is_of_all_rows {
        return Err(format!(
            "{}={} has {} rows and the rest {}, fewer than MIN_GROUP, which is {min_group}",
            facet.name, group.value_or_threshold, sizes.facet, sizes.rest
        ));
    }
    let compares = least > 0 && least >= min_group;
    Ok(Some(Pair { name: name.to_owned(), measure, group, value, constraint, compares }))
}

fn no_metric(name: &str) -> String {
    let known = meant(name, BIAS_MEASURES.iter().map(|measure| measure.name), 1);
    let hint = known.map_or_else(String::new, |known| format!("; {known} is probably meant"));
    format!("{name} is no metric of bias{hint}")
}

impl Pair<'_> {
    /// How far value, or interval, and constraint are from fair.
    fn distances(&self, rule: BiasRule, interval: Option<BootstrapInterval>) -> (f64, f64) {
        let (value, constraint) = (self.value.value(), self.constraint.value());
        let (low, high) = interval.map_or((value, value), |interval| (interval.low, interval.high));
        let distance = |low, high| rule.distance(self.measure, low, high);
        (distance(low, high), distance(constraint, constraint))
    }

    fn judged(&self, facet: &str, value: f64, limit: f64) -> Judged {
        let check = CheckType::named(BIAS_DRIFT_CHECK);
        let rows = self.group.sizes.facet + self.group.sizes.rest;
        let (value, limit) = (super::finite(value), super::finite(limit));
        Judged {
            feature_name: Some(facet.to_owned()),
            metric_name: Some(self.name.clone()),
            ..Judged::new(check, value, limit, ComparisonOperator::GreaterThanThreshold, rows)
        }
    }

    fn evidence(&self, facet: &str, interval: Option<BootstrapInterval>) -> BiasEvidence {
        BiasEvidence {
            facet: facet.to_owned(),
            facet_value: self.group.value_or_threshold.clone(),
            metric_name: self.measure.name.to_owned(),
            value: self.value,
            constraint: self.constraint,
            groups: self.group.sizes,
            interval,
        }
    }

    fn without_interval(&self, samples: usize) -> String {
        if self.value.value().is_infinite() {
            return format!("it is {}, and no interval can be made around that", self.value);
        }
        format!(
            "only {samples} of {BOOTSTRAP_SAMPLES} bootstrap samples have a finite value of it: no interval can be made"
        )
    }

    /// `Metric value -0.14 doesn't meet the baseline constraint requirement 0.0`.
    fn description(&self) -> String {
        let (value, constraint) = (self.value, self.constraint);
        format!("Metric value {value} doesn't meet the baseline constraint requirement {constraint}")
    }
}
