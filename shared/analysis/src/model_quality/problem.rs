//! What is asked of a model, and what it answered to one row.

mod partial;

use bellwether_contract::model_quality::{Decides, ProblemType};

use super::labels::normalised;

/// POSITIVE_LABEL, where nothing else is said.
pub const POSITIVE_LABEL: &str = "1";
/// PROBABILITY_THRESHOLD, where nothing else is said: an answer is positive strictly above it.
pub const PROBABILITY_THRESHOLD: f64 = 0.5;

/// What is asked of a model, and how its answers are read.
#[derive(Debug, Clone, PartialEq)]
pub struct Problem {
    /// What kind of answer the model gives.
    pub problem_type: ProblemType,
    /// The label of two that counts as positive, normalised; meaningless for other problems.
    pub positive_label: String,
    /// Whether the model answers a label itself. Otherwise its scores decide.
    pub answers_labels: bool,
    /// Whether it answers scores: one, or one a label in the order of `score_labels`.
    pub answers_scores: bool,
    /// Of two labels: an answer is positive where its score is strictly above.
    pub threshold: f64,
    /// Which label each score is of; may be empty where there is one score.
    pub score_labels: Vec<String>,
}

impl Problem {
    /// A number.
    #[must_use]
    pub fn regression() -> Self {
        Self::new(ProblemType::Regression, true, false)
    }

    /// One of two labels; `answers_labels` with an inference attribute, `answers_scores` with a probability attribute. With
    /// neither every row is left out.
    #[must_use]
    pub fn binary(answers_labels: bool, answers_scores: bool) -> Self {
        Self::new(ProblemType::BinaryClassification, answers_labels, answers_scores)
    }

    /// One of several labels, which the model answers itself.
    #[must_use]
    pub fn multiclass() -> Self {
        Self::new(ProblemType::MulticlassClassification, true, false)
    }

    /// The same with one score a label, in the order of `labels`.
    #[must_use]
    pub fn with_score_labels<S: AsRef<str>>(mut self, labels: impl IntoIterator<Item = S>) -> Self {
        self.score_labels = labels.into_iter().map(|label| normalised(label.as_ref()).into_owned()).collect();
        self.answers_scores = true;
        self
    }

    /// The same with another positive label.
    #[must_use]
    pub fn with_positive_label(mut self, label: &str) -> Self {
        self.positive_label = normalised(label).into_owned();
        self
    }

    /// The same with another threshold.
    #[must_use]
    pub fn with_threshold(mut self, threshold: f64) -> Self {
        self.threshold = threshold;
        self
    }

    /// How a row's answer is decided.
    #[must_use]
    pub fn decides(&self) -> Decides {
        if self.answers_labels { Decides::InferenceAttribute } else { Decides::Score }
    }

    fn new(problem_type: ProblemType, answers_labels: bool, answers_scores: bool) -> Self {
        Self {
            problem_type,
            positive_label: POSITIVE_LABEL.to_owned(),
            answers_labels,
            answers_scores,
            threshold: PROBABILITY_THRESHOLD,
            score_labels: Vec::new(),
        }
    }
}

/// What a model answered to one row.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct Answer<'a> {
    /// The predicted label or number, as it was written.
    pub label: Option<&'a str>,
    /// Its scores; empty where there is none.
    pub scores: &'a [f64],
}

impl<'a> Answer<'a> {
    /// A label or a number without scores.
    #[must_use]
    pub fn label(label: &'a str) -> Self {
        Self { label: Some(label), scores: &[] }
    }

    /// Scores without a label.
    #[must_use]
    pub fn scores(scores: &'a [f64]) -> Self {
        Self { label: None, scores }
    }
}
