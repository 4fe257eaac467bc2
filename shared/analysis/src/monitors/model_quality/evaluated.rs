//! Values and estimates held against their thresholds.

use bellwether_contract::constraints::ComparisonOperator;
use bellwether_contract::json::double;
use bellwether_contract::judged::{Judged, Severity};
use bellwether_contract::model_quality::{Threshold, Thresholds};

use super::names::{ESTIMATED, reported_name, unmeasured};
use crate::model_quality::{Estimated, Estimates, Measure, MeasuredQuality};
use crate::verdict::{Evaluated, Violated};

/// An estimate violates a threshold only where it lies beyond by so many of its sampling errors.
pub const ESTIMATE_ERRORS: f64 = 3.0;

/// Estimates whose sampling errors cover what is realised even where traffic has changed (docs/estimates.md). The others tell, and wake
/// nobody.
const TRUSTED: [&str; 3] = ["accuracy", "auc", "f1"];

/// The constraint that the built-in container writes and never reports.
const NEVER_REPORTED: &str = "f0_5";

/// Where the built-in container differs from what it documents, whether we do.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Parity {
    /// Leave `f0_5` unjudged, as the container does.
    pub leaves_out_f0_5: bool,
}

/// Holds what was measured, or says why nothing was, and what was estimated, if that was asked for, against the thresholds.
///
/// Names in the result are those of the violations: [`reported_name`] of a metric, and `estimated_{metric}` of an estimate. An
/// estimate is [`Judged`] with its bound as limit, which lies [`ESTIMATE_ERRORS`] beyond the threshold; the text names the
/// threshold. What could not be estimated at all stands under `estimates`.
#[must_use]
pub fn evaluate(
    measured: Result<&MeasuredQuality, &str>,
    estimates: Option<Result<&Estimates, &str>>,
    limits: &Thresholds,
    parity: Parity,
) -> Evaluated {
    let mut evaluated = Evaluated::default();
    for (name, limit) in limits.iter() {
        if parity.leaves_out_f0_5 && name == NEVER_REPORTED {
            evaluated
                .unchecked
                .insert(name.to_owned(), "left out, as the built-in container does".to_owned());
            continue;
        }
        of_measured(&mut evaluated, measured, name, limit);
        if let Some(Ok(estimates)) = estimates {
            of_estimate(&mut evaluated, estimates, name, limit);
        }
    }
    if let Ok(measured) = measured {
        evaluated.warnings.extend(measured.warnings.iter().cloned());
    }
    if let Some(Err(reason)) = estimates {
        evaluated.not_evaluable.insert("estimates".to_owned(), reason.to_owned());
    }
    evaluated
}

fn of_measured(
    evaluated: &mut Evaluated,
    measured: Result<&MeasuredQuality, &str>,
    name: &str,
    limit: &Threshold,
) {
    let reported = reported_name(name);
    let held = match measured {
        Err(reason) => Err(reason.to_owned()),
        Ok(measured) => match measured.metrics.get(name) {
            None => Err(unmeasured(name, measured.problem_type)),
            Some(measure) => held(measure, limit)
                .and_then(|held| decidable(held, measured.from_bins.filter(|_| name == "auc")))
                .map(|held| held.map(|held| (measured.rows, held))),
        },
    };
    match held {
        Ok(None) => {}
        Err(reason) => drop(evaluated.not_evaluable.insert(reported.to_owned(), reason)),
        Ok(Some((rows, Held { value, threshold, deviation, .. }))) => {
            let judged = judged(reported, value, threshold, limit, rows);
            if violates(value, threshold, &limit.comparison_operator) {
                let description = description(reported, value, deviation, limit, threshold);
                evaluated.violated.push(Violated { judged, description });
            } else {
                evaluated.held.insert(reported.to_owned(), judged);
            }
        }
    }
}

/// An estimate that was made of the metric; of one that has none nothing is asked twice.
fn of_estimate(evaluated: &mut Evaluated, estimates: &Estimates, name: &str, limit: &Threshold) {
    let Some(estimate) = estimates.metrics.get(name) else { return };
    let reported = format!("{ESTIMATED}{name}");
    match held_estimate(estimate, limit) {
        Ok(None) => {}
        Err(reason) => drop(evaluated.not_evaluable.insert(reported, reason)),
        Ok(Some(Held { value, threshold, deviation, bound })) => {
            let severity = if TRUSTED.contains(&name) { Severity::Warning } else { Severity::Info };
            let judged = Judged { severity, ..judged(&reported, value, bound, limit, estimates.rows) };
            if violates(value, bound, &limit.comparison_operator) {
                let description = description(&reported, value, deviation, limit, threshold);
                evaluated.violated.push(Violated { judged, description });
            } else {
                evaluated.held_aside.insert(reported, judged);
            }
        }
    }
}

/// A value with a threshold.
struct Held {
    value: f64,
    threshold: f64,
    deviation: Option<f64>,
    /// Beyond this an estimate is a violation.
    bound: f64,
}

/// The value and its threshold, nothing where neither is there, or which of the two is missing.
fn held(measure: &Measure, limit: &Threshold) -> Result<Option<Held>, String> {
    match (measure.value, limit.threshold) {
        (Ok(value), Some(threshold)) => {
            let deviation = measure.standard_deviation;
            Ok(Some(Held { value, threshold, deviation, bound: threshold }))
        }
        (Err(reason), Some(_)) => Err(reason.as_str().to_owned()),
        (Ok(_), None) => Err(NO_THRESHOLD.to_owned()),
        (Err(_), None) => Ok(None),
    }
}

/// The same, unless the value is off by so much that nobody knows on which side of the threshold it lies.
fn decidable(held: Option<Held>, within: Option<f64>) -> Result<Option<Held>, String> {
    match (held, within) {
        (Some(Held { value, threshold, .. }), Some(within))
            if within > 0.0 && (value - threshold).abs() <= within =>
        {
            let [value, within, threshold] = [value, within, threshold].map(double);
            Err(format!(
                "of scores in bins it is {value}, off by {within} at most, and its threshold is {threshold}"
            ))
        }
        (held, _) => Ok(held),
    }
}

const NO_THRESHOLD: &str = "the baseline has no value of it: its threshold is null";

/// A sampling error below this is rounding: samples that all say the same.
const LEAST_ERROR: f64 = 1e-9;

fn held_estimate(estimate: &Estimated, limit: &Threshold) -> Result<Option<Held>, String> {
    let measure = Measure { value: estimate.value, standard_deviation: estimate.sampling_error };
    let Some(held) = held(&measure, limit)? else { return Ok(None) };
    let error = held.deviation.filter(|error| *error > LEAST_ERROR);
    let error = error.ok_or("the baseline tells no sampling error of it")?;
    let slack = ESTIMATE_ERRORS * error;
    let bound = match limit.comparison_operator {
        ComparisonOperator::LessThanThreshold => held.threshold - slack,
        ComparisonOperator::GreaterThanThreshold => held.threshold + slack,
    };
    Ok(Some(Held { bound, ..held }))
}

fn violates(value: f64, threshold: f64, operator: &ComparisonOperator) -> bool {
    match operator {
        ComparisonOperator::LessThanThreshold => value < threshold,
        ComparisonOperator::GreaterThanThreshold => value > threshold,
    }
}

fn judged(name: &str, value: f64, bound: f64, limit: &Threshold, rows: u64) -> Judged {
    let comparison = limit.comparison_operator.clone();
    Judged {
        metric_name: Some(name.to_owned()),
        ..Judged::new(comparison.clone().into(), value, bound, comparison, rows)
    }
}

/// `Metric f2 with 0.1375728862973761 +/- 0.003627554789531606 was LessThanThreshold '0.625'`.
fn description(name: &str, value: f64, deviation: Option<f64>, limit: &Threshold, threshold: f64) -> String {
    let (value, threshold) = (double(value), double(threshold));
    let deviation = deviation.map_or_else(String::new, |deviation| format!(" +/- {}", double(deviation)));
    format!("Metric {name} with {value}{deviation} was {} '{threshold}'", limit.comparison_operator)
}
