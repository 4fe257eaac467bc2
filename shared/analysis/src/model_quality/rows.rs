//! Labelled rows: what was right beside what was answered, as few bytes a row as will do.

mod partial;

use bellwether_contract::model_quality::ProblemType;

use super::decided::{decided, number, predicted};
use super::draws::Draws;
use super::labels::{Labels, is_missing};
use super::problem::{Answer, Problem};
use super::scores::ClassScores;

/// Most rows that are held: 160 MB of labels, 240 MB of numbers. More are a reason to sample.
pub const MOST_LABELLED_ROWS: usize = 10_000_000;

/// An answer by score that is not positive. It stands for the other label, whose text only the truth knows.
pub(super) const NEGATIVE: u16 = u16::MAX;

/// Why a row is left out.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum LeftOutRow {
    /// The truth is empty.
    MissingTruth,
    /// The answer has no label or number.
    MissingPrediction,
    /// The answer has no score.
    MissingScore,
    /// The truth of a regression is no finite number.
    TruthNotANumber,
    /// The answer of a regression is no finite number.
    PredictionNotANumber,
    /// A score is no finite number.
    ScoreNotANumber,
    /// A score is below 0 or above 1: it is no probability.
    ScoreNotAProbability,
    /// Another number of scores than labels.
    ScoreCount,
    /// The answer is none of the labels of which there are scores.
    LabelWithoutScore,
    /// Another number of labels than the record has answers.
    RowCount,
    /// More distinct labels than [`MOST_LABELS`](super::MOST_LABELS): the run cannot go on.
    TooManyLabels,
    /// More rows than [`MOST_LABELLED_ROWS`]: the run cannot go on.
    TooManyRows,
    /// Rows of another problem.
    OtherProblem,
}

impl LeftOutRow {
    /// Every reason.
    pub const ALL: &[Self] = &[
        Self::MissingTruth,
        Self::MissingPrediction,
        Self::MissingScore,
        Self::TruthNotANumber,
        Self::PredictionNotANumber,
        Self::ScoreNotANumber,
        Self::ScoreNotAProbability,
        Self::ScoreCount,
        Self::LabelWithoutScore,
        Self::RowCount,
        Self::TooManyLabels,
        Self::TooManyRows,
        Self::OtherProblem,
    ];

    /// The word by which such rows are counted.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::MissingTruth => "missing_truth",
            Self::MissingPrediction => "missing_prediction",
            Self::MissingScore => "missing_score",
            Self::TruthNotANumber => "truth_not_a_number",
            Self::PredictionNotANumber => "prediction_not_a_number",
            Self::ScoreNotANumber => "score_not_a_number",
            Self::ScoreNotAProbability => "score_not_a_probability",
            Self::ScoreCount => "score_count",
            Self::LabelWithoutScore => "label_without_score",
            Self::RowCount => "row_count",
            Self::TooManyLabels => "too_many_labels",
            Self::TooManyRows => "too_many_rows",
            Self::OtherProblem => "other_problem",
        }
    }

    /// Whether not only the row but the run is at fault: what is held no longer stands for all rows.
    #[must_use]
    pub fn ends_the_run(self) -> bool {
        matches!(self, Self::TooManyLabels | Self::TooManyRows | Self::OtherProblem)
    }
}

/// A row of labels: 16 bytes.
#[derive(Debug, Clone, Copy)]
pub(super) struct LabelRow {
    /// Zero where there are no scores.
    pub(super) score: f64,
    pub(super) truth: u16,
    pub(super) answer: u16,
    pub(super) draws: Draws,
}

/// A row of numbers: 24 bytes.
#[derive(Debug, Clone, Copy)]
pub(super) struct NumberRow {
    pub(super) truth: f64,
    pub(super) answer: f64,
    pub(super) draws: Draws,
}

#[derive(Debug, Clone)]
pub(super) enum Kept {
    Numbers(Vec<NumberRow>),
    Labels(Labels, Vec<LabelRow>, ClassScores),
}

/// The labelled rows of a window or a baseline.
///
/// The order of pushes and merges changes nothing of what is measured: rows are put into one order before anything is
/// summed.
#[derive(Debug, Clone)]
pub struct LabelledRows {
    problem: Problem,
    kept: Kept,
}

impl LabelledRows {
    /// No row yet.
    #[must_use]
    pub fn new(problem: &Problem) -> Self {
        let mut labels = Labels::default();
        let kept = match problem.problem_type {
            ProblemType::Regression => Kept::Numbers(Vec::new()),
            ProblemType::BinaryClassification => {
                labels.intern(&problem.positive_label);
                Kept::Labels(labels, Vec::new(), ClassScores::default())
            }
            ProblemType::MulticlassClassification => Kept::Labels(labels, Vec::new(), ClassScores::default()),
        };
        Self { problem: problem.clone(), kept }
    }

    /// The same for a baseline that is to be calibrated: of several labels the scores are kept, too, 8 bytes each.
    #[must_use]
    pub fn keeping_scores(problem: &Problem) -> Self {
        let mut rows = Self::new(problem);
        let is_one_of_many = problem.problem_type == ProblemType::MulticlassClassification;
        if let Kept::Labels(_, _, scores) = &mut rows.kept
            && is_one_of_many
            && problem.answers_scores
        {
            scores.width = problem.score_labels.len();
        }
        rows
    }

    /// Takes a row in: its truth and the model's answer as they were written.
    ///
    /// # Errors
    /// Why the row is left out; nothing of it is kept then.
    pub fn push(&mut self, truth: &str, answer: &Answer<'_>, draws: Draws) -> Result<(), LeftOutRow> {
        if self.len() >= MOST_LABELLED_ROWS {
            return Err(LeftOutRow::TooManyRows);
        }
        if is_missing(truth) {
            return Err(LeftOutRow::MissingTruth);
        }
        let given = answer.scores;
        match &mut self.kept {
            Kept::Numbers(rows) => {
                let answer = predicted(answer)?;
                let truth = number(truth).ok_or(LeftOutRow::TruthNotANumber)?;
                let answer = number(answer).ok_or(LeftOutRow::PredictionNotANumber)?;
                rows.push(NumberRow { truth, answer, draws });
            }
            Kept::Labels(labels, rows, scores) => {
                let (score, decided) = decided(&self.problem, answer)?;
                let answer = match decided {
                    Some(label) => labels.intern(label).ok_or(LeftOutRow::TooManyLabels)?,
                    None => NEGATIVE,
                };
                let truth = labels.intern(truth).ok_or(LeftOutRow::TooManyLabels)?;
                scores.push(given)?;
                rows.push(LabelRow { score, truth, answer, draws });
            }
        }
        Ok(())
    }

    /// Takes the rows of another part in.
    ///
    /// # Errors
    /// Where both together are too many, or of another problem; nothing is taken in then.
    pub fn merge(&mut self, other: &Self) -> Result<(), LeftOutRow> {
        if self.problem != other.problem {
            return Err(LeftOutRow::OtherProblem);
        }
        if self.len() + other.len() > MOST_LABELLED_ROWS {
            return Err(LeftOutRow::TooManyRows);
        }
        match (&mut self.kept, &other.kept) {
            (Kept::Numbers(rows), Kept::Numbers(others)) => rows.extend_from_slice(others),
            (Kept::Labels(labels, rows, scores), Kept::Labels(names, others, more)) => {
                let mut all = labels.clone();
                let new: Option<Vec<u16>> = names.names().iter().map(|name| all.intern(name)).collect();
                let new = new.ok_or(LeftOutRow::TooManyLabels)?;
                scores.merge(more)?;
                *labels = all;
                rows.extend(others.iter().map(|row| row.renumbered(&new)));
            }
            _ => return Err(LeftOutRow::OtherProblem),
        }
        Ok(())
    }

    /// How many rows there are.
    #[must_use]
    pub fn len(&self) -> usize {
        match &self.kept {
            Kept::Numbers(rows) => rows.len(),
            Kept::Labels(_, rows, _) => rows.len(),
        }
    }

    /// Whether there is none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// What was asked of the model.
    #[must_use]
    pub fn problem(&self) -> &Problem {
        &self.problem
    }

    /// The rows in their one order: labels numbered by text, and the greatest score first.
    pub(super) fn sorted(&mut self) -> (&Problem, &Kept) {
        match &mut self.kept {
            Kept::Numbers(rows) => rows.sort_unstable_by(|a, b| {
                let truths = a.truth.total_cmp(&b.truth);
                truths.then(a.answer.total_cmp(&b.answer)).then(a.draws.cmp(&b.draws))
            }),
            Kept::Labels(labels, rows, scores) => {
                let (new, sorted) = labels.sorted();
                *labels = sorted;
                rows.iter_mut().for_each(|row| *row = row.renumbered(&new));
                if scores.width == 0 { rows.sort_unstable_by(LabelRow::order) } else { scores.sort(rows) }
            }
        }
        (&self.problem, &self.kept)
    }
}

impl LabelRow {
    pub(super) fn order(&self, other: &Self) -> std::cmp::Ordering {
        let labels = |row: &Self| (row.truth, row.answer, row.draws);
        other.score.total_cmp(&self.score).then_with(|| labels(self).cmp(&labels(other)))
    }

    fn renumbered(self, new: &[u16]) -> Self {
        let of = |label: u16| new.get(usize::from(label)).copied().unwrap_or(label);
        Self { truth: of(self.truth), answer: of(self.answer), ..self }
    }
}
