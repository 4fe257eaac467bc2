//! The settings of the model-quality monitor.
//!
//! It opens nothing. Every mistake is found before the first byte is read, and all are told together.

use crate::monitor::MonitorSettings;
use crate::settings::declared::{Value, settings};
use crate::settings::values::{by_their_text, words};
use crate::settings::{CompletenessSettings, LabelSettings, MonitoringSchedule, ProfilesSettings};
use bellwether_analysis::attribute::Attribute;
use bellwether_analysis::model_quality::{Problem, normalised};
use bellwether_contract::model_quality::ProblemType;
use bellwether_storage::Location;
use std::collections::BTreeSet;

settings! {
    /// How answers and labels are read, and what they mean: of a window, and of the dataset that a baseline is made of.
    pub struct AnswerSettings {
        /// What the model decides: Regression, BinaryClassification or MulticlassClassification
        PROBLEM_TYPE "problem-type" "TYPE" (required) judged => problem_type: ProblemType;
        /// Where an answer says the predicted label or value: a cell of CSV by its place from 0, or a path of JSON
        INFERENCE_ATTRIBUTE "inference-attribute" "ATTRIBUTE" (optional) judged => inference: Attribute;
        /// Where an answer says the score of the positive class, or, of several classes, the list of their scores
        PROBABILITY_ATTRIBUTE "probability-attribute" "ATTRIBUTE" (optional) judged => probability: Attribute;
        /// Of several classes: the labels of the scores in their order, separated by commas
        LABEL_HEADERS "label-headers" "LABELS" (optional) judged => label_headers: LabelHeaders;
        /// A score above it is the positive class, where no predicted label is read, 0 to 1
        PROBABILITY_THRESHOLD "probability-threshold" "SHARE" ("0.5") judged in 0.0..=1.0 => probability_threshold: f64;
        /// Where ground truth says the label; without it, its only value
        GROUND_TRUTH_ATTRIBUTE "ground-truth-attribute" "ATTRIBUTE" (optional) judged => truth: Attribute;
        /// The label of the positive class of a binary classification
        POSITIVE_LABEL "positive-label" "LABEL" ("1") judged => positive_label: String;
    }
    check(reader) {
        let is_set = |attribute: &Option<Option<Attribute>>| attribute.as_ref().is_some_and(Option::is_some);
        let has_headers = label_headers.as_ref().is_some_and(Option::is_some);
        let is_binary = problem_type == Some(ProblemType::BinaryClassification);
        if is_set(&probability) && problem_type == Some(ProblemType::Regression) {
            reader.mistake("PROBABILITY_ATTRIBUTE (--probability-attribute) is of classifications; remove it");
        }
        if problem_type == Some(ProblemType::MulticlassClassification) && is_set(&probability) != has_headers {
            reader.mistake(
                "PROBABILITY_ATTRIBUTE (--probability-attribute) and LABEL_HEADERS (--label-headers) of several classes belong \
                 together: set both or neither",
            );
        }
        if has_headers && problem_type.is_some_and(|problem| problem != ProblemType::MulticlassClassification) {
            reader.mistake("LABEL_HEADERS (--label-headers) is of MulticlassClassification alone; remove it");
        }
        for (variable, flag) in [(&PROBABILITY_THRESHOLD, "probability-threshold"), (&POSITIVE_LABEL, "positive-label")] {
            if problem_type.is_some() && !is_binary && reader.is_given(variable) {
                reader.mistake(format!("{} (--{flag}) is of BinaryClassification alone; remove it", variable.name));
            }
        }
        if is_binary && !is_set(&probability) && !is_set(&inference) {
            reader.mistake(
                "INFERENCE_ATTRIBUTE (--inference-attribute) and PROBABILITY_ATTRIBUTE (--probability-attribute) are both missing: \
                 say where an answer has the label, the score or both",
            );
        }
    }
}

settings! {
    /// Settings of the model-quality monitor that were understood.
    pub struct ModelQualitySettings {
        @schedule: MonitoringSchedule = "What every scheduled monitor is told.";
        @completeness: CompletenessSettings = "How much of the traffic should be captured.";
        @profiles: ProfilesSettings = "Whose kept profiles are judged in the place of captures.";
        @labels: LabelSettings = "Labels, which come later than the answers.";
        @answers: AnswerSettings = "How answers and labels are read.";
        /// Data capture, the folder above {endpoint}/{variant}
        CAPTURE_URI "capture" "URI" (required) => capture: Location;
        /// Baselines; without any, statistics are written and nothing is judged
        BASELINES_URI "baselines" "URI" (optional) judged(set) => baselines: Location;
        /// constraints.json of the baseline, instead of the one in force below BASELINES_URI
        BASELINE_CONSTRAINTS_URI "baseline-constraints" "URI" (optional) judged => constraints: Location;
        /// statistics.json of the baseline, beside BASELINE_CONSTRAINTS_URI; read to see that it is one
        BASELINE_STATISTICS_URI "baseline-statistics" "URI" (optional) judged => statistics: Location;
        /// calibration.json of the baseline, beside BASELINE_CONSTRAINTS_URI; without it nothing is estimated
        BASELINE_CALIBRATION_URI "baseline-calibration" "URI" (optional) judged => calibration: Location;
        /// Estimates of the newest hour before its labels come: calibrated (where the baseline has a calibration) or none
        ESTIMATE "estimate" "HOW" ("calibrated") judged => estimate: EstimateBy;
        /// Where labelled records go as the built-in monitor merges them, below merge/ there; without it nowhere
        MERGED_URI "merged" "URI" (optional) => merged: Location;
        /// Which constraints are judged: all, or container (the built-in container never judges f0_5)
        JUDGED_METRICS "judged-metrics" "WHICH" ("all") judged => judged_metrics: JudgedMetrics;
    }
    check(reader) {
        let is_set = |location: &Option<Option<Location>>| location.as_ref().is_some_and(Option::is_some);
        if (is_set(&statistics) || is_set(&calibration)) && !is_set(&constraints) {
            reader.mistake(
                "BASELINE_CONSTRAINTS_URI (--baseline-constraints) is missing: statistics and a calibration alone require nothing",
            );
        }
        if is_set(&constraints) && is_set(&baselines) {
            reader.mistake(
                "BASELINE_CONSTRAINTS_URI and BASELINES_URI both say where the baseline lies; keep one",
            );
        }
    }
}

/// Whether performance is estimated before labels come.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum EstimateBy {
    /// From calibrated scores.
    Calibrated,
    /// Not at all.
    None,
}

/// Which constraints are judged.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum JudgedMetrics {
    /// Every one.
    All,
    /// Those that the built-in container reports.
    Container,
}

/// The labels of scores, in their order.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LabelHeaders(pub Vec<String>);

impl Value for LabelHeaders {
    fn understood(text: &str) -> Result<Self, String> {
        let labels: Vec<String> = text.split(',').map(|label| label.trim().to_owned()).collect();
        let known: BTreeSet<_> = labels.iter().map(|label| normalised(label)).collect();
        if labels.len() < 2 || known.len() < labels.len() || labels.iter().any(String::is_empty) {
            return Err(format!("{text:?} is not two different labels or more, separated by commas"));
        }
        Ok(Self(labels))
    }

    fn spelt(&self) -> String {
        self.0.join(",")
    }
}

words!(ProblemType {
    "Regression" => Self::Regression,
    "BinaryClassification" => Self::BinaryClassification,
    "MulticlassClassification" => Self::MulticlassClassification,
});
words!(EstimateBy { "calibrated" => Self::Calibrated, "none" => Self::None });
words!(JudgedMetrics { "all" => Self::All, "container" => Self::Container });
by_their_text!(Attribute);

impl AnswerSettings {
    /// What is asked of the model, and how its answers are read.
    #[must_use]
    pub fn problem(&self) -> Problem {
        match self.problem_type {
            ProblemType::Regression => Problem::regression(),
            ProblemType::MulticlassClassification => match &self.label_headers {
                Some(LabelHeaders(labels)) => Problem {
                    answers_labels: self.inference.is_some(),
                    ..Problem::multiclass().with_score_labels(labels)
                },
                None => Problem::multiclass(),
            },
            ProblemType::BinaryClassification => {
                Problem::binary(self.inference.is_some(), self.probability.is_some())
                    .with_positive_label(&self.positive_label)
                    .with_threshold(self.probability_threshold)
            }
        }
    }
}

/// The files of a baseline, wherever they lie.
#[derive(Debug, Clone, Copy)]
pub struct NamedAnswersBaseline<'s> {
    /// What the metrics must satisfy.
    pub constraints: &'s Location,
    /// What they were.
    pub statistics: Option<&'s Location>,
    /// How scores become probabilities; without it nothing is estimated.
    pub calibration: Option<&'s Location>,
}

impl ModelQualitySettings {
    /// A baseline that is named file by file.
    pub fn named(&self) -> Option<NamedAnswersBaseline<'_>> {
        let constraints = self.constraints.as_ref()?;
        Some(NamedAnswersBaseline {
            constraints,
            statistics: self.statistics.as_ref(),
            calibration: self.calibration.as_ref(),
        })
    }
}

impl MonitorSettings for ModelQualitySettings {
    fn schedule(&self) -> &MonitoringSchedule {
        &self.schedule
    }

    fn judges_nothing(&self) -> Option<&'static str> {
        let has_a_baseline = self.constraints.is_some() || self.baselines.is_some();
        (!has_a_baseline).then_some("neither baselines_uri nor baseline_constraints_uri is set")
    }
}
