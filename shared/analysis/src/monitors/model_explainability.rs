//! Model explainability: does the model still decide for the same reasons?
//!
//! Answers can stay as they were while what moves them is another: a column that changed its unit, a pipeline that fills in zeros. What
//! moves answers is in [`crate::model_explainability`]; here [`analysis`] lays it out as the file that a baseline is, too, [`evaluate`]
//! compares the order of the features with the baseline's, [`violations`] makes the file of what is found, and [`points`] names what
//! is published. Nothing here asks a model.
//!
//! | rule | violated when |
//! |---|---|
//! | `feature_attribution_drift_check`, of each output of the model | nDCG < threshold, 0.9 as the built-in monitor |
//!
//! nDCG equal to the threshold is kept. Outputs belong together by their names, and where there is one on each side by their place: a
//! job whose `predictor.label` leads to a score names its output by the first score. A baseline whose values are all 0 asks for
//! nothing. Features that only one side has make an output not evaluable: another model is no drift. So does a window whose values
//! are all 0: a model that heeds nothing it is sent has no order that could be kept.
//!
//! Source: SageMaker developer guide, "Monitor Feature Attribution Drift"; a violation of a real run of 2021, whose score lies between
//! those of sampled replays in this direction and far above them in the other.
//!
//! Blind spots: the order says nothing of the size of values, and little of the last features in it; a sample of rows moves features
//! that matter alike past each other, which costs little in the score, and [`GlobalValue::row_error`] says by how much.
//!
//! ```
//! use bellwether_analysis::monitors::model_explainability::{THRESHOLD, evaluate, violations};
//! use bellwether_contract::model_explainability::{ExplanationAnalysis, LabelExplanation};
//!
//! let analysis = |values: [f64; 3]| {
//!     let label = LabelExplanation {
//!         global_shap_values: ["amount", "age", "plan"].into_iter().zip(values).collect(),
//!         expected_value: None,
//!         unknown: Default::default(),
//!     };
//!     ExplanationAnalysis::new([("label0", label)].into_iter().collect())
//! };
//! let baseline = analysis([0.70, 0.50, 0.05]);
//! let judgement = evaluate(Ok(&analysis([0.10, 0.20, 0.70])), &baseline, THRESHOLD, 200);
//! let file = violations(&judgement.violated);
//! assert_eq!(file.violations[0].label.as_deref(), Some("label0"));
//! assert_eq!(
//!     file.violations[0].description,
//!     "Feature attribution drift 0.6876396241226223 exceeds threshold 0.9"
//! );
//! assert_eq!(judgement.violated[0].judged.moved[0].to_string(), "amount fell from 1 to 3");
//! assert_eq!(evaluate(Ok(&baseline), &baseline, THRESHOLD, 200).held.len(), 1);
//! ```

use bellwether_contract::constraints::ComparisonOperator;
use bellwether_contract::judged::Judged;
use bellwether_contract::model_bias::python_repr;
use bellwether_contract::model_explainability::{
    ExplainedLabel, ExplanationAnalysis, ExplanationConfig, ExplanationViolation, ExplanationViolations,
    GlobalValue, LabelExplanation, SHAP,
};
use bellwether_contract::named::Named;
use bellwether_contract::shape::name;
use bellwether_contract::statistics::Unknown;
use bellwether_contract::violations::CheckType;

use crate::model_explainability::{Explained, moved, ndcg};
use crate::verdict::{Evaluated, Violated};

/// Below it the order has drifted, as the built-in monitor has it.
pub const THRESHOLD: f64 = 0.9;
/// Features that are named where the order has drifted.
pub const MOST_MOVED: usize = 5;

/// `analysis.json` of a window; that of a baseline is what windows are held against.
#[must_use]
pub fn analysis(
    config: &ExplanationConfig,
    explained: &Explained,
    global: &[Vec<GlobalValue>],
) -> ExplanationAnalysis {
    let names = config.feature_names();
    let label = |(output, values): (usize, &Vec<GlobalValue>)| {
        let values = names.iter().map(String::as_str).zip(values.iter().map(|global| global.value));
        let explanation = LabelExplanation {
            global_shap_values: values.collect(),
            expected_value: explained.expected.get(output).copied(),
            unknown: Unknown::new(),
        };
        (config.label_name(output), explanation)
    };
    ExplanationAnalysis::new((0..).zip(global).map(label).collect())
}

/// Why an analysis makes no baseline: no window can be held against what has no order.
#[must_use]
pub fn no_baseline(analysis: &ExplanationAnalysis) -> Option<&'static str> {
    analysis.labels().all(|(_, label)| is_still(&label.global_shap_values)).then_some(
        "no feature moved any answer of the model: every value is 0, and such a baseline asks for nothing; see that the model heeds what \
         it is sent, and that rows differ from methods.shap.baseline",
    )
}

/// Holds the analysis of a window, or the reason why there is none, against the baseline's. The values rest on so many rows.
#[must_use]
pub fn evaluate(
    live: Result<&ExplanationAnalysis, &str>,
    baseline: &ExplanationAnalysis,
    threshold: f64,
    rows: u64,
) -> Evaluated {
    let mut evaluated = Evaluated::default();
    for (label, before) in baseline.labels() {
        let pair = live.map_err(str::to_owned).and_then(|live| Compared::of(label, before, live, baseline));
        let check =
            Judged { feature_name: Some(label.to_owned()), ..judged(0.0, threshold, rows) }.check_name();
        match pair {
            Err(reason) => drop(evaluated.not_evaluable.insert(check, reason)),
            Ok(compared) => match compared.score() {
                None => drop(evaluated.unchecked.insert(check, NO_ORDER.to_owned())),
                Some(score) => {
                    let is_violated = score < threshold;
                    let moved = if is_violated { compared.moved() } else { Vec::new() };
                    let judged = Judged {
                        feature_name: Some(label.to_owned()),
                        moved,
                        ..judged(score, threshold, rows)
                    };
                    if is_violated {
                        let (score, threshold) = (python_repr(score), python_repr(threshold));
                        let description =
                            format!("Feature attribution drift {score} exceeds threshold {threshold}");
                        evaluated.violated.push(Violated { judged, description });
                    } else {
                        evaluated.held.insert(check, judged);
                    }
                }
            },
        }
    }
    evaluated.warnings.extend(live.ok().and_then(|live| outputs_beyond(live, baseline)));
    evaluated
}

const NO_LIVE_ORDER: &str = "no feature moved any answer of this window: every value is 0, and there is no order to compare; see that the \
     model heeds what it is sent, and that rows differ from methods.shap.baseline";
const NO_ORDER: &str = "every value of the baseline is 0: there is no order to compare with";

fn judged(score: f64, threshold: f64, rows: u64) -> Judged {
    Judged::new(CheckType::AttributionDrift, score, threshold, ComparisonOperator::LessThanThreshold, rows)
}

/// What to say of outputs that nothing is held against.
fn outputs_beyond(live: &ExplanationAnalysis, baseline: &ExplanationAnalysis) -> Option<String> {
    let (ours, theirs) = (live.labels().count(), baseline.labels().count());
    (ours > theirs)
        .then(|| format!("the model has {ours} outputs and the baseline {theirs}: the others are not judged"))
}

/// Whether no feature moved an answer.
fn is_still(values: &Named<f64>) -> bool {
    values.iter().all(|(_, value)| *value == 0.0)
}

/// The values of one output, feature by feature of the baseline.
struct Compared<'c> {
    names: Vec<&'c str>,
    before: Vec<f64>,
    now: Vec<f64>,
}

impl<'c> Compared<'c> {
    fn of(
        label: &str,
        before: &'c LabelExplanation,
        live: &ExplanationAnalysis,
        baseline: &ExplanationAnalysis,
    ) -> Result<Self, String> {
        let is_alone = live.labels().count() == 1 && baseline.labels().count() == 1;
        let now = live.labels().find(|(name, _)| *name == label || is_alone).map(|(_, label)| label);
        let now = now.ok_or_else(|| format!("the model has no output {} in this window", name(label)))?;
        let (before, now) = (&before.global_shap_values, &now.global_shap_values);
        if is_still(now) && !is_still(before) {
            return Err(NO_LIVE_ORDER.to_owned());
        }
        if let Some((more, _)) = now.iter().find(|(feature, _)| before.get(feature).is_none()) {
            return Err(format!(
                "the baseline has no feature {}: it is of another configuration; make a new one",
                name(more)
            ));
        }
        let value = |feature: &str| {
            now.get(feature).copied().ok_or_else(|| {
                format!(
                    "the configuration names no feature {}, which the baseline has; make a new one",
                    name(feature)
                )
            })
        };
        Ok(Self {
            names: before.iter().map(|(feature, _)| feature).collect(),
            before: before.iter().map(|(_, value)| *value).collect(),
            now: before.iter().map(|(feature, _)| value(feature)).collect::<Result<_, _>>()?,
        })
    }

    fn score(&self) -> Option<f64> {
        ndcg(&self.before, &self.now)
    }

    fn moved(&self) -> Vec<bellwether_contract::model_explainability::RankMove> {
        moved(&self.names, &self.before, &self.now, MOST_MOVED)
    }
}

/// The block of `execution.json` about each output: its values with their errors, and where there is a baseline how far the order is
/// that one's and which features moved most.
#[must_use]
pub fn explained_labels(
    analysis: &ExplanationAnalysis,
    global: &[Vec<GlobalValue>],
    baseline: Option<&ExplanationAnalysis>,
) -> Named<ExplainedLabel> {
    let is_alone = analysis.labels().count() == 1;
    let label = |((label, explained), values): ((&str, &LabelExplanation), &Vec<GlobalValue>)| {
        let compared = baseline.and_then(|baseline| {
            let (theirs, before) = baseline.labels().find(|(theirs, _)| *theirs == label || is_alone)?;
            Compared::of(theirs, before, analysis, baseline).ok()
        });
        let names = explained.global_shap_values.iter().map(|(feature, _)| feature);
        let scored = compared.and_then(|compared| Some((compared.score()?, compared)));
        let explained = ExplainedLabel {
            ndcg: scored.as_ref().map(|(score, _)| *score),
            moved: scored.as_ref().map(|(_, compared)| compared.moved()).unwrap_or_default(),
            global: names.zip(values.iter().copied()).collect(),
        };
        (label.to_owned(), explained)
    };
    analysis.labels().zip(global).map(label).collect()
}

/// `constraint_violations.json`: those of a verdict, which has others beside ours, such as captures that could not be read.
#[must_use]
pub fn violations(violated: &[Violated]) -> ExplanationViolations {
    let one = |violated: &Violated| {
        let entry = violated.violation();
        let is_ours = entry.constraint_check_type == CheckType::AttributionDrift;
        ExplanationViolation {
            label: entry.feature_name.clone().filter(|_| is_ours),
            feature_name: entry.feature_name.filter(|_| !is_ours),
            metric_name: if is_ours { Some(SHAP.to_owned()) } else { entry.metric_name },
            constraint_check_type: entry.constraint_check_type,
            description: entry.description,
            unknown: entry.unknown,
        }
    };
    ExplanationViolations::new(violated.iter().map(one).collect())
}

/// A number as CloudWatch is told it, with its dimensions but those of the schedule.
#[derive(Debug, Clone, PartialEq)]
pub struct ExplanationPoint {
    /// `feature_Age`, `ExpectedValue`
    pub name: String,
    /// Its value.
    pub value: f64,
    /// Dimension `Label`.
    pub label: String,
    /// Dimension `ValueType`.
    pub value_type: &'static str,
}

/// Dimension `ExplainabilityMethod` of every point, whichever method found the values: they are estimates of the same.
pub const EXPLAINABILITY_METHOD: &str = "KernelShap";

/// What CloudWatch is told, by the container's names.
#[must_use]
pub fn points(analysis: &ExplanationAnalysis) -> Vec<ExplanationPoint> {
    let mut points = Vec::new();
    for (label, explained) in analysis.labels() {
        let point = |name: String, value: f64, value_type: &'static str| ExplanationPoint {
            name,
            value,
            label: label.to_owned(),
            value_type,
        };
        let values = explained.global_shap_values.iter();
        points.extend(
            values.map(|(feature, value)| point(format!("feature_{feature}"), *value, "GlobalShapValues")),
        );
        points.extend(
            explained.expected_value.map(|value| point("ExpectedValue".to_owned(), value, "ExpectedValue")),
        );
    }
    points
}

#[cfg(test)]
mod tests;
