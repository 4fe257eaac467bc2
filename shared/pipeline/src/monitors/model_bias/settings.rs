//! The settings of the model-bias monitor.
//!
//! It opens nothing. Every mistake is found before the first byte is read, and all are told together.

use crate::monitor::MonitorSettings;
use crate::settings::declared::settings;
use crate::settings::values::words;
use crate::settings::{CompletenessSettings, LabelSettings, MonitoringSchedule, ProfilesSettings};
use bellwether_analysis::attribute::Attribute;
use bellwether_analysis::model_bias::PredictedBy;
use bellwether_analysis::monitors::model_bias::{Confidence, DiRule};
use bellwether_storage::Location;

settings! {
    /// How features, answers and labels are read: of a window, and of the dataset that a baseline is made of.
    pub struct BiasAnswerSettings {
        /// Where the features of each row stand in JSON; without it where the analysis configuration says, or the whole row
        FEATURES_ATTRIBUTE "features-attribute" "ATTRIBUTE" (optional) judged => features: Attribute;
        /// Where an answer says the predicted label: a cell of CSV by its place from 0, or a path of JSON
        INFERENCE_ATTRIBUTE "inference-attribute" "ATTRIBUTE" (optional) judged => inference: Attribute;
        /// Where an answer says the score of the positive label; beside INFERENCE_ATTRIBUTE the list of scores, where that is a list of labels: the one of the highest score is predicted. Without both, the answer's first value is the score
        PROBABILITY_ATTRIBUTE "probability-attribute" "ATTRIBUTE" (optional) judged => probability: Attribute;
        /// A score above it is the positive label, 1
        PROBABILITY_THRESHOLD "probability-threshold" "SHARE" ("0.5") judged in 0.0..=1.0 => probability_threshold: f64;
        /// Where ground truth says the label; without it where the analysis configuration says, or its only value
        GROUND_TRUTH_ATTRIBUTE "ground-truth-attribute" "ATTRIBUTE" (optional) judged => truth: Attribute;
        /// Most rows of which the flip test is made; of more it is not evaluated, of 0 never
        FLIP_TEST_ROWS "flip-test-rows" "ROWS" ("50000") judged in 0.0..=2000000.0 => flip_test_rows: usize;
    }
}

settings! {
    /// Settings of the model-bias monitor that were understood.
    pub struct ModelBiasSettings {
        @schedule: MonitoringSchedule = "What every scheduled monitor is told.";
        @completeness: CompletenessSettings = "How much of the traffic should be captured.";
        @profiles: ProfilesSettings = "Whose kept profiles are judged in the place of captures.";
        @labels: LabelSettings = "Labels, which come later than the answers.";
        @answers: BiasAnswerSettings = "How features, answers and labels are read.";
        /// Data capture, the folder above {endpoint}/{variant}
        CAPTURE_URI "capture" "URI" (required) => capture: Location;
        /// analysis_config.json: which column is the label, which the facets, which of their values are meant
        ANALYSIS_CONFIG_URI "analysis-config" "URI" (required) judged => analysis_config: Location;
        /// Baselines; without any, the window is measured and nothing is judged
        BASELINES_URI "baselines" "URI" (optional) judged(set) => baselines: Location;
        /// analysis.json of the baseline, SageMaker Clarify's or one of suggest-baseline, instead of the one in force below BASELINES_URI
        BASELINE_CONSTRAINTS_URI "baseline-constraints" "URI" (optional) judged => constraints: Location;
        /// Where a disparate impact is fair: abs (at 0, as the built-in monitor has it) or ideal_one (at 1)
        DI_RULE "di-rule" "RULE" ("abs") judged => di: DiRule;
        /// Whether chance is allowed for: none (the value alone, as the built-in monitor) or normal_bootstrap (a violation only where the whole interval is beyond)
        CONFIDENCE "confidence" "HOW" ("none") judged => confidence: Confidence;
        /// Rows that both sides must have to be judged, the group and the rest
        MIN_GROUP "min-group" "ROWS" ("0") judged in 0.0..=2000000.0 => min_group: usize;
    }
    check(reader) {
        let is_set = |location: &Option<Option<Location>>| location.as_ref().is_some_and(Option::is_some);
        if is_set(&constraints) && is_set(&baselines) {
            reader.mistake(
                "BASELINE_CONSTRAINTS_URI and BASELINES_URI both say where the baseline lies; keep one",
            );
        }
    }
}

words!(DiRule { "abs" => Self::Abs, "ideal_one" => Self::IdealOne });
words!(Confidence { "none" => Self::None, "normal_bootstrap" => Self::NormalBootstrap });

impl BiasAnswerSettings {
    /// How an answer says its label.
    #[must_use]
    pub fn predicted_by(&self) -> PredictedBy {
        let threshold = self.probability_threshold;
        match (self.inference.clone(), self.probability.clone()) {
            (Some(labels), Some(scores)) => PredictedBy::Likeliest { labels, scores },
            (Some(attribute), None) => PredictedBy::Label(attribute),
            (None, attribute) => PredictedBy::Score { attribute: attribute.unwrap_or_default(), threshold },
        }
    }
}

impl MonitorSettings for ModelBiasSettings {
    fn schedule(&self) -> &MonitoringSchedule {
        &self.schedule
    }

    fn judges_nothing(&self) -> Option<&'static str> {
        let has_a_baseline = self.constraints.is_some() || self.baselines.is_some();
        (!has_a_baseline).then_some("neither baselines_uri nor baseline_constraints_uri is set")
    }
}
