//! What an answer says: its label or number, its score, and the label that its scores make.

use bellwether_contract::model_quality::{Calibration, CalibrationMap, ProblemType};
use std::sync::Arc;

use super::isotonic::probability;
use super::labels::{is_missing, normalised};
use super::problem::{Answer, Problem};
use super::rows::LeftOutRow;

/// The label or number of an answer.
pub(super) fn predicted<'a>(answer: &Answer<'a>) -> Result<&'a str, LeftOutRow> {
    answer.label.filter(|label| !is_missing(label)).ok_or(LeftOutRow::MissingPrediction)
}

/// A finite number, minus zero being zero.
pub(super) fn number(text: &str) -> Option<f64> {
    text.trim().parse::<f64>().ok().filter(|number| number.is_finite()).map(|number| number + 0.0)
}

/// The score of an answer, 0 where there are none, and its label; none is the negative one.
pub(super) fn decided<'p>(
    problem: &'p Problem,
    answer: &Answer<'p>,
) -> Result<(f64, Option<&'p str>), LeftOutRow> {
    let label = if problem.answers_labels { Some(predicted(answer)?) } else { None };
    if !problem.answers_scores {
        return label.map(|label| (0.0, Some(label))).ok_or(LeftOutRow::MissingPrediction);
    }
    check_scores(problem, answer.scores)?;
    if problem.problem_type == ProblemType::BinaryClassification {
        let score = positive_score(problem, answer.scores)? + 0.0;
        let by_score = (score > problem.threshold).then_some(problem.positive_label.as_str());
        return Ok((score, if label.is_some() { label } else { by_score }));
    }
    match label.or_else(|| greatest(problem, answer.scores)) {
        Some(label) => Ok((0.0, Some(label))),
        None => Err(LeftOutRow::MissingPrediction),
    }
}

/// That there are scores, all of them finite, one a label where the labels are known.
fn check_scores(problem: &Problem, scores: &[f64]) -> Result<(), LeftOutRow> {
    let wanted = problem.score_labels.len();
    if scores.is_empty() {
        return Err(LeftOutRow::MissingScore);
    }
    if scores.iter().any(|score| !score.is_finite()) {
        return Err(LeftOutRow::ScoreNotANumber);
    }
    let is_one = wanted == 0 && scores.len() == 1;
    if is_one || scores.len() == wanted { Ok(()) } else { Err(LeftOutRow::ScoreCount) }
}

/// The score of the positive label.
fn positive_score(problem: &Problem, scores: &[f64]) -> Result<f64, LeftOutRow> {
    let place = problem.score_labels.iter().position(|label| *label == problem.positive_label);
    match (scores, place) {
        ([score], _) => Ok(*score),
        (scores, Some(place)) => scores.get(place).copied().ok_or(LeftOutRow::ScoreCount),
        (_, None) => Err(LeftOutRow::ScoreCount),
    }
}

/// The label of the greatest score, the first of equal ones.
fn greatest<'p>(problem: &'p Problem, scores: &[f64]) -> Option<&'p str> {
    let mut best: Option<(f64, &str)> = None;
    for (score, label) in scores.iter().zip(&problem.score_labels) {
        if best.is_none_or(|(most, _)| *score > most) {
            best = Some((*score, label));
        }
    }
    best.map(|(_, label)| label)
}

/// Reads answers without labels as a calibration was learned to read them.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Decider {
    pub(super) problem: Arc<Problem>,
    pub(super) calibration: Arc<Calibration>,
}

/// An answer of several labels: which, and the probability of each; both by the places of the problem's labels.
pub(super) struct Labelled {
    pub(super) answer: usize,
    pub(super) probabilities: Vec<f64>,
}

impl Decider {
    /// Of two labels, one of which has a score.
    pub(super) fn of_two(problem: &Problem, calibration: &Calibration) -> Result<Self, String> {
        let is_of_two = problem.problem_type == ProblemType::BinaryClassification;
        let decider = Self::new(problem, calibration, is_of_two)?;
        let labels: Vec<&str> = calibration.classes.iter().map(|class| class.label.as_str()).collect();
        let threshold = calibration.probability_threshold.is_none_or(|known| known == problem.threshold);
        match labels[..] {
            [label] if label == problem.positive_label && threshold => Ok(decider),
            _ => Err(OF_ANOTHER.to_owned()),
        }
    }

    /// Of several labels, each with a score.
    pub(super) fn of_several(problem: &Problem, calibration: &Calibration) -> Result<Self, String> {
        let is_of_several = problem.problem_type == ProblemType::MulticlassClassification;
        let decider = Self::new(problem, calibration, is_of_several)?;
        let labels = calibration.classes.iter().map(|class| &class.label);
        if labels.eq(&problem.score_labels) { Ok(decider) } else { Err(OF_ANOTHER.to_owned()) }
    }

    fn new(problem: &Problem, calibration: &Calibration, is_of_kind: bool) -> Result<Self, String> {
        if !problem.answers_scores || !is_of_kind {
            return Err("only answers of labels with probabilities can be estimated".to_owned());
        }
        let is_same = calibration.problem_type == problem.problem_type
            && calibration.decision == problem.decides()
            && !calibration.classes.is_empty();
        if !is_same {
            return Err(OF_ANOTHER.to_owned());
        }
        Ok(Self { problem: Arc::new(problem.clone()), calibration: Arc::new(calibration.clone()) })
    }

    /// Score, probability and whether the answer is positive.
    pub(super) fn row(&self, answer: &Answer<'_>) -> Result<(f64, f64, bool), LeftOutRow> {
        check_probabilities(&self.problem, answer.scores)?;
        let (score, label) = decided(&self.problem, answer)?;
        let is_positive = label.is_some_and(|label| normalised(label) == self.problem.positive_label);
        let map = self.calibration.classes.first().map_or(&CalibrationMap::Identity, |class| &class.map);
        Ok((score, probability(map, score), is_positive))
    }

    /// The label and the probabilities, which add up to 1.
    pub(super) fn labelled(&self, answer: &Answer<'_>) -> Result<Labelled, LeftOutRow> {
        check_probabilities(&self.problem, answer.scores)?;
        let label = decided(&self.problem, answer)?.1.map(normalised);
        let place = self.problem.score_labels.iter().position(|known| label.as_deref() == Some(known));
        let maps = self.calibration.classes.iter().map(|class| &class.map);
        let mut probabilities: Vec<f64> =
            maps.zip(answer.scores).map(|(map, score)| probability(map, *score)).collect();
        let (sum, count) = (probabilities.iter().sum::<f64>(), probabilities.len() as f64);
        let share = |p: &mut f64| *p = if sum > 0.0 { *p / sum } else { 1.0 / count };
        probabilities.iter_mut().for_each(share);
        Ok(Labelled { answer: place.ok_or(LeftOutRow::LabelWithoutScore)?, probabilities })
    }
}

const OF_ANOTHER: &str =
    "the calibration was learned with other labels or another rule of decision; make the baseline anew";

/// That all scores are probabilities.
pub(super) fn check_probabilities(problem: &Problem, scores: &[f64]) -> Result<(), LeftOutRow> {
    check_scores(problem, scores)?;
    let are_all = scores.iter().all(|score| (0.0..=1.0).contains(score));
    if are_all { Ok(()) } else { Err(LeftOutRow::ScoreNotAProbability) }
}
