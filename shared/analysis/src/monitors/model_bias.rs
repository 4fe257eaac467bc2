//! Model bias: does the model still treat groups as alike as it did on the baseline?
//!
//! A model can answer as well as ever and wrong a few; only the same metric of the same groups tells. What is measured of rows is in
//! [`crate::model_bias`]; here [`analysis`] lays it out as the file that a baseline's constraints are, too, [`evaluate`] compares the
//! two, [`violations`] makes the file of what is found, and [`points`] names what is published. Nothing here joins labels with
//! answers.
//!
//! | symbol | is |
//! |---|---|
//! | v | a metric of a group in this window |
//! | c | the same of the baseline |
//! | L, H | ends of the interval: v minus and plus 1.96 bootstrap standard errors |
//!
//! | rule | violated when |
//! |---|---|
//! | as the built-in monitor | abs(v) > abs(c) |
//! | [`DiRule::IdealOne`], of DI | abs(ln v) > abs(ln c) |
//! | [`Confidence::NormalBootstrap`] | v violates, and so does every value from L to H |
//!
//! So a metric that is as far on the other side is kept, and with a baseline of 0 all else violates. An infinity violates; a null on
//! both sides asks for nothing; a null of the window is not evaluable, in the container's words. Under
//! [`BiasRule::min_group`] rows on a side a metric is not evaluated.
//!
//! A group is the baseline's where its text is; a group by a threshold has the window's greatest value in its text, and is the
//! baseline's by its place.
//!
//! Source: violations of the container's real runs, 2021 to 2024, of which all 41 fit the rule; AWS's own example, whose eight
//! violations come out word for word. The developer guide describes the bootstrap rule, and those runs contradict it.
//!
//! Blind spots: the built-in rule takes a DI of 0 for fair, and 1 for far from it; one metric more or less beyond its baseline is
//! chance, in half of all windows as good as the baseline, which is what the interval is for.
//!
//! ```
//! use bellwether_analysis::model_bias::{BiasCell::{Integer, Text}, BiasProblem, BiasRows, Facet, measure};
//! use bellwether_analysis::monitors::model_bias::{BiasRule, analysis, evaluate, violations};
//! use bellwether_contract::model_bias::ConfigValue;
//!
//! let problem = BiasProblem {
//!     features: vec!["sex".to_owned()],
//!     label: "hired".to_owned(),
//!     positive: vec![ConfigValue::Integer(1)],
//!     facets: vec![Facet { name: "sex".to_owned(), feature: 0, values: vec![ConfigValue::Text("f".to_owned())] }],
//!     group: None,
//!     flip_test_rows: 0,
//! };
//! let measured = |hired_women: i64| {
//!     let mut rows = BiasRows::new(&problem);
//!     for place in 0..100 {
//!         rows.push(&[Text("m")], Integer(place % 2), Integer(place % 2)).expect("a row");
//!         rows.push(&[Text("f")], Integer(place % 2), Integer(i64::from(place < hired_women))).expect("a row");
//!     }
//!     measure(&rows).expect("no reason to stop")
//! };
//! let baseline = analysis(&measured(40));
//!
//! let found = evaluate(Ok(&measured(20)), &baseline, BiasRule::default());
//! let file = violations(&found.violated);
//! let parity = file.violations.iter().find(|found| found.metric_name.as_deref() == Some("DPPL")).expect("one");
//! assert_eq!(
//!     parity.description,
//!     "Metric value 0.3 doesn't meet the baseline constraint requirement 0.09999999999999998"
//! );
//! let evidence = found.violated[0].judged.evidence.as_ref().expect("two groups");
//! assert_eq!(evidence.groups.facet, 100);
//! let same = evaluate(Ok(&measured(40)), &baseline, BiasRule::default());
//! assert!(same.violated.is_empty());
//! ```

mod evaluated;
mod matched;
mod rule;

use bellwether_contract::model_bias::{
    BiasAnalysis, BiasMetric, BiasStage, BiasViolation, BiasViolations, FacetEntry, StageMetrics,
};
use bellwether_contract::statistics::Unknown;

use crate::model_bias::{MeasuredBias, MeasuredGroup};
use crate::verdict::Violated;

pub use evaluated::evaluate;
pub use rule::{BiasRule, Confidence, DiRule};

/// What CloudWatch is told of an infinity, as the container does, and what stands for one in `execution.json`.
pub const INFINITE: f64 = 2.348_543e108;

/// Begins the name of a published metric.
pub const POINT_PREFIX: &str = "bias_metric_";

/// `analysis.json` of a window; that of a baseline is its constraints.
#[must_use]
pub fn analysis(measured: &MeasuredBias) -> BiasAnalysis {
    let stage = |stage: BiasStage| {
        let facet = |facet: &crate::model_bias::MeasuredFacet| {
            (facet.name.clone(), facet.groups.iter().map(|group| entry(group, stage)).collect())
        };
        Some(StageMetrics {
            label: measured.label.clone(),
            facets: measured.facets.iter().map(facet).collect(),
            label_value_or_threshold: measured.label_value_or_threshold.clone(),
            unknown: Unknown::new(),
        })
    };
    BiasAnalysis {
        version: BiasAnalysis::VERSION.to_owned(),
        post_training_bias_metrics: stage(BiasStage::PostTraining),
        pre_training_bias_metrics: stage(BiasStage::PreTraining),
        unknown: Unknown::new(),
    }
}

fn entry(group: &MeasuredGroup, stage: BiasStage) -> FacetEntry {
    let metrics =
        group.metrics().filter(|(measure, _)| measure.stage == stage).map(|(measure, outcome)| BiasMetric {
            name: measure.name.to_owned(),
            description: measure.description.to_owned(),
            value: outcome.ok(),
            error: outcome.err().map(str::to_owned),
            unknown: Unknown::new(),
        });
    FacetEntry {
        value_or_threshold: group.value_or_threshold.clone(),
        metrics: metrics.collect(),
        unknown: Unknown::new(),
    }
}

/// `constraint_violations.json`: those of a verdict, which has others beside ours, such as captures that could not be read.
#[must_use]
pub fn violations(violated: &[Violated]) -> BiasViolations {
    let one = |violated: &Violated| {
        let (groups, entry) = (violated.judged.evidence.as_deref(), violated.violation());
        BiasViolation {
            facet: groups.map(|groups| groups.facet.clone()),
            facet_value: groups.map(|groups| groups.facet_value.clone()),
            feature_name: entry.feature_name.filter(|_| groups.is_none()),
            metric_name: groups.map(|groups| groups.metric_name.clone()).or(entry.metric_name),
            constraint_check_type: entry.constraint_check_type,
            description: entry.description,
            unknown: entry.unknown,
        }
    };
    BiasViolations::new(violated.iter().map(one).collect())
}

/// A metric as CloudWatch is told it, with its dimensions but those of the schedule.
#[derive(Debug, Clone, PartialEq)]
pub struct BiasPoint {
    /// `bias_metric_DPPL`
    pub name: String,
    /// Its value; an infinity is [`INFINITE`].
    pub value: f64,
    /// Dimension `BiasStage`.
    pub stage: &'static str,
    /// Dimension `Label`.
    pub label: String,
    /// Dimension `LabelValue`.
    pub label_value: String,
    /// Dimension `Facet`.
    pub facet: String,
    /// Dimension `FacetValue`.
    pub facet_value: String,
}

/// What CloudWatch is told: every metric that has a value.
#[must_use]
pub fn points(analysis: &BiasAnalysis) -> Vec<BiasPoint> {
    let mut points = Vec::new();
    for (stage, block) in analysis.stages() {
        for (facet, entries) in block.facets.iter() {
            for entry in entries {
                let valued = entry.metrics.iter().filter_map(|metric| Some((metric, metric.value?)));
                points.extend(valued.map(|(metric, value)| BiasPoint {
                    name: format!("{POINT_PREFIX}{}", metric.name),
                    value: finite(value.value()),
                    stage: stage.dimension(),
                    label: block.label.clone(),
                    label_value: block.label_value_or_threshold.clone(),
                    facet: facet.to_owned(),
                    facet_value: entry.value_or_threshold.clone(),
                }));
            }
        }
    }
    points
}

/// The number, or what stands for an infinity.
fn finite(value: f64) -> f64 {
    if value.is_infinite() { INFINITE.copysign(value) } else { value }
}

#[cfg(test)]
mod tests;
