//! The rows of a window or a baseline: what is looked at value by value, and numbers for the flip test.

mod partial;

use std::collections::HashMap;

use super::cell::{BiasCell, Known, read};
use super::column::ValueColumn;
use super::numbers::NumberColumn;
use super::problem::BiasProblem;

/// Why counted rows have no flip test.
const NO_SINGLE_ROWS: &str = "the flip test looks at row by row, and windows are merged by counts; judge their hours, or the day's captures";

/// Most rows that are held, 16 bytes each and 4 for every facet more. More are a reason to sample.
pub const MOST_BIAS_ROWS: u64 = 2_000_000;

/// Why a row is left out.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum LeftOutBiasRow {
    /// The truth is missing.
    MissingTruth,
    /// The answer is missing.
    MissingPrediction,
    /// The score that the answer follows from is no number.
    ScoreNotANumber,
    /// That score is no probability: below 0 or above 1.
    ScoreNotAProbability,
    /// Another number of features than there are columns.
    FeatureCount,
    /// Another number of labels than the record has answers.
    RowCount,
    /// More rows than [`MOST_BIAS_ROWS`]: the run cannot go on, and should sample.
    TooManyRows,
    /// Rows of another problem.
    OtherProblem,
}

impl LeftOutBiasRow {
    /// Every reason.
    pub const ALL: &[Self] = &[
        Self::MissingTruth,
        Self::MissingPrediction,
        Self::ScoreNotANumber,
        Self::ScoreNotAProbability,
        Self::FeatureCount,
        Self::RowCount,
        Self::TooManyRows,
        Self::OtherProblem,
    ];

    /// The word by which such rows are counted.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::MissingTruth => "missing_truth",
            Self::MissingPrediction => "missing_prediction",
            Self::ScoreNotANumber => "score_not_a_number",
            Self::ScoreNotAProbability => "score_not_a_probability",
            Self::FeatureCount => "feature_count",
            Self::RowCount => "row_count",
            Self::TooManyRows => "too_many_rows",
            Self::OtherProblem => "other_problem",
        }
    }

    /// Whether not only the row but the run is at fault: what is held no longer stands for all rows.
    #[must_use]
    pub fn ends_the_run(self) -> bool {
        matches!(self, Self::TooManyRows | Self::OtherProblem)
    }
}

/// A feature's column.
#[derive(Debug, Clone)]
pub(super) enum Feature {
    /// A facet, or the group variable.
    Values(ValueColumn),
    Numbers(NumberColumn),
}

/// Rows with labels and answers.
///
/// The order of pushes and merges changes no count, no metric and no verdict but two: where every value of a facet is a group,
/// groups stand in the order in which they first appeared; and of neighbours that are equally far the flip test asks the earlier
/// row.
#[derive(Debug, Clone)]
pub struct BiasRows {
    problem: BiasProblem,
    pub(super) features: Vec<Feature>,
    pub(super) labels: ValueColumn,
    pub(super) predicted: ValueColumn,
    rows: u64,
    /// Whether the numbers of the flip test are held.
    keeps_numbers: bool,
    /// How many rows each of those that are held stands for; one each where this is not there.
    times: Option<Vec<u64>>,
}

impl BiasRows {
    /// No row yet.
    #[must_use]
    pub fn new(problem: &BiasProblem) -> Self {
        let feature = |place: usize| match problem.is_looked_at(place) {
            true => Feature::Values(ValueColumn::default()),
            false => Feature::Numbers(NumberColumn::default()),
        };
        Self {
            features: (0..problem.features.len()).map(feature).collect(),
            problem: problem.clone(),
            labels: ValueColumn::default(),
            predicted: ValueColumn::default(),
            rows: 0,
            keeps_numbers: problem.flip_test_rows > 0,
            times: None,
        }
    }

    /// The same rows without the numbers of the flip test, each only once of those that nothing else tells apart. They stand in the order in
    /// which the first of each came, and so do values.
    pub(super) fn counted(&self) -> Self {
        let columns: Vec<&[u32]> = self.value_columns().map(ValueColumn::raw_places).collect();
        let mut places: HashMap<Vec<u32>, usize> = HashMap::new();
        let (mut first, mut times) = (Vec::new(), Vec::new());
        for row in 0..self.held() {
            let place =
                *places.entry(columns.iter().map(|column| column[row]).collect()).or_insert(first.len());
            if place == first.len() {
                first.push(row);
                times.push(0);
            }
            times[place] += self.times(row);
        }
        let feature = |feature: &Feature| match feature {
            Feature::Values(column) => Feature::Values(column.of_rows(&first)),
            Feature::Numbers(_) => Feature::Numbers(NumberColumn::default()),
        };
        Self {
            problem: BiasProblem { flip_test_rows: 0, ..self.problem.clone() },
            features: self.features.iter().map(feature).collect(),
            labels: self.labels.of_rows(&first),
            predicted: self.predicted.of_rows(&first),
            rows: self.rows,
            keeps_numbers: false,
            times: Some(times),
        }
    }

    /// The columns that are looked at value by value.
    fn value_columns(&self) -> impl Iterator<Item = &ValueColumn> + Clone {
        let of_features = self.features.iter().filter_map(|feature| match feature {
            Feature::Values(column) => Some(column),
            Feature::Numbers(_) => None,
        });
        [&self.labels, &self.predicted].into_iter().chain(of_features)
    }

    /// How many rows are held.
    fn held(&self) -> usize {
        self.labels.raw_places().len()
    }

    /// How many rows a held one stands for.
    pub(super) fn times(&self, row: usize) -> u64 {
        self.times.as_ref().map_or(1, |times| times.get(row).copied().unwrap_or_default())
    }

    /// Whether each row is held by itself, or why not.
    pub(super) fn are_single(&self) -> Result<(), String> {
        self.times.as_ref().map_or(Ok(()), |_| Err(NO_SINGLE_ROWS.to_owned()))
    }

    /// Takes a row in: its features in the order of the problem's, its truth and the model's answer.
    ///
    /// # Errors
    /// Why the row is left out; nothing of it is kept then.
    pub fn push(
        &mut self,
        features: &[BiasCell<'_>],
        truth: BiasCell<'_>,
        predicted: BiasCell<'_>,
    ) -> Result<(), LeftOutBiasRow> {
        if self.rows >= MOST_BIAS_ROWS {
            return Err(LeftOutBiasRow::TooManyRows);
        }
        if features.len() != self.features.len() {
            return Err(LeftOutBiasRow::FeatureCount);
        }
        if is_missing(truth) {
            return Err(LeftOutBiasRow::MissingTruth);
        }
        if is_missing(predicted) {
            return Err(LeftOutBiasRow::MissingPrediction);
        }
        self.rows += 1;
        self.labels.push(truth);
        self.predicted.push(predicted);
        for (column, cell) in self.features.iter_mut().zip(features) {
            match column {
                Feature::Values(column) => column.push(*cell),
                Feature::Numbers(column) => column.push(*cell, self.keeps_numbers),
            }
        }
        if self.keeps_numbers {
            self.drop_useless_numbers();
        }
        Ok(())
    }

    /// Numbers of too many rows, or beside a column of texts, make no flip test.
    fn drop_useless_numbers(&mut self) {
        let has_texts = |feature: &Feature| matches!(feature, Feature::Numbers(column) if column.has_texts());
        if self.keeps_numbers
            && (self.rows > self.problem.flip_test_rows || self.features.iter().any(has_texts))
        {
            self.keeps_numbers = false;
        }
        if !self.keeps_numbers {
            for feature in &mut self.features {
                if let Feature::Numbers(column) = feature
                    && !column.values().is_empty()
                {
                    column.drop_values();
                }
            }
        }
    }

    /// Puts the rows of another part behind these.
    ///
    /// # Errors
    /// Where both together are too many, or of another problem; nothing is taken in then.
    pub fn merge(&mut self, other: &Self) -> Result<(), LeftOutBiasRow> {
        if self.problem != other.problem || self.times.is_some() != other.times.is_some() {
            return Err(LeftOutBiasRow::OtherProblem);
        }
        if (self.held() + other.held()) as u64 > MOST_BIAS_ROWS {
            return Err(LeftOutBiasRow::TooManyRows);
        }
        if let (Some(times), Some(more)) = (&mut self.times, &other.times) {
            times.extend_from_slice(more);
        }
        self.rows += other.rows;
        self.labels.merge(&other.labels);
        self.predicted.merge(&other.predicted);
        self.keeps_numbers &= other.keeps_numbers;
        for pair in self.features.iter_mut().zip(&other.features) {
            match pair {
                (Feature::Values(column), Feature::Values(more)) => column.merge(more),
                (Feature::Numbers(column), Feature::Numbers(more)) => column.merge(more),
                _ => {}
            }
        }
        self.drop_useless_numbers();
        Ok(())
    }

    /// How many rows there are.
    #[must_use]
    pub fn len(&self) -> u64 {
        self.rows
    }

    /// Whether there is none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.rows == 0
    }

    /// What is asked of them.
    #[must_use]
    pub fn problem(&self) -> &BiasProblem {
        &self.problem
    }
}

fn is_missing(cell: BiasCell<'_>) -> bool {
    match cell {
        BiasCell::Missing => true,
        BiasCell::Double(number) => number.is_nan(),
        BiasCell::Written(text) => read(text) == Known::Missing,
        _ => false,
    }
}
