//! What is asked about one row: itself, then combinations of its values with those of the baseline.

use super::coalitions::{Pair, least_samples, paired};
use super::exact::shapley;
use super::kernel::fit;
use super::problem::{ExplainedRow, ExplanationProblem};
use crate::random::Random;
use bellwether_contract::model_explainability::FeatureValue;

/// The combinations of one row, in the order in which they are asked.
#[derive(Debug, Clone)]
pub(super) struct RowPlan {
    /// Features in which the row differs from the baseline.
    varying: Vec<usize>,
    combinations: Combinations,
}

#[derive(Debug, Clone)]
enum Combinations {
    /// All but the row itself and the baseline.
    Every,
    /// One, then its opposite.
    Pairs(Vec<Pair>),
}

impl RowPlan {
    pub(super) fn new(problem: &ExplanationProblem, row: &ExplainedRow, samples: u64) -> Self {
        let varying = problem.varying(&row.values);
        let combinations = match Self::is_sampled(varying.len(), samples) {
            true => {
                let mut random = Random::new(problem.seed ^ row.seed);
                Combinations::Pairs(paired(varying.len(), samples, &mut random))
            }
            false => Combinations::Every,
        };
        Self { varying, combinations }
    }

    /// Most combinations that are asked of a row that differs in so many features; `None` where nothing is asked at all.
    pub(super) fn combinations(features: usize, samples: u64) -> Option<u64> {
        match features {
            0 => None,
            features if Self::is_sampled(features, samples) => Some(samples / 2 * 2),
            features => Some(all_combinations(features)),
        }
    }

    /// Fewest combinations by which a row that differs in so many features is explained: all, where a fit needs more.
    pub(super) fn least(features: usize) -> u64 {
        all_combinations(features).min(least_samples(features))
    }

    /// Whether not all combinations are asked.
    fn is_sampled(features: usize, samples: u64) -> bool {
        all_combinations(features) > samples.max(least_samples(features))
    }

    /// Combinations, without the row itself.
    fn count(&self) -> usize {
        match &self.combinations {
            Combinations::Every => {
                usize::try_from(all_combinations(self.varying.len())).unwrap_or(usize::MAX)
            }
            Combinations::Pairs(pairs) => 2 * pairs.len(),
        }
    }

    /// Rows that the model is asked.
    pub(super) fn rows(&self, bases: usize) -> usize {
        if self.varying.is_empty() { 0 } else { 1 + self.count() * bases }
    }

    /// The row that is asked at a place.
    pub(super) fn row(
        &self,
        problem: &ExplanationProblem,
        explained: &ExplainedRow,
        place: usize,
    ) -> Vec<FeatureValue> {
        let Some(place) = place.checked_sub(1) else { return explained.values.clone() };
        let (combination, base) = (place / problem.baseline.len(), place % problem.baseline.len());
        let mut row = problem.baseline[base].clone();
        for (player, &feature) in self.varying.iter().enumerate() {
            if self.has(combination, player) {
                row[feature].clone_from(&explained.values[feature]);
            }
        }
        row
    }

    /// Whether a combination has a feature, by its place among those that vary.
    fn has(&self, combination: usize, player: usize) -> bool {
        match &self.combinations {
            Combinations::Every => (combination + 1) >> player & 1 == 1,
            Combinations::Pairs(pairs) => {
                pairs[combination / 2].members[player] == combination.is_multiple_of(2)
            }
        }
    }

    /// The values of all features and their errors, of the answers to the row (`own`), to the baseline (`expected`) and to each
    /// combination.
    pub(super) fn explained(&self, features: usize, expected: f64, own: f64, answers: &[f64]) -> RowValues {
        let mut values = RowValues { values: vec![0.0; features], errors: vec![0.0; features] };
        let (found, errors) = match &self.combinations {
            _ if self.varying.is_empty() => return values,
            Combinations::Every => {
                let game: Vec<f64> =
                    std::iter::once(expected).chain(answers.iter().copied()).chain([own]).collect();
                (shapley(&game), Vec::new())
            }
            Combinations::Pairs(pairs) => {
                let differences: Vec<f64> = answers.chunks(2).map(|pair| pair[0] - pair[1]).collect();
                // The class of single features is asked whole, so that there is one answer.
                let fit = fit(pairs, &differences, own - expected);
                fit.map(|fit| (fit.values, fit.errors)).unwrap_or_default()
            }
        };
        for (player, &feature) in self.varying.iter().enumerate() {
            values.values[feature] = found.get(player).copied().unwrap_or_default();
            values.errors[feature] = errors.get(player).copied().unwrap_or_default();
        }
        values
    }
}

/// The values of one row, by feature.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct RowValues {
    pub(super) values: Vec<f64>,
    pub(super) errors: Vec<f64>,
}

/// All but the whole and nothing; the greatest number of what is too many to count.
fn all_combinations(features: usize) -> u64 {
    let all =
        u32::try_from(features).ok().and_then(|features| 1_u64.checked_shl(features)).unwrap_or(u64::MAX);
    all.saturating_sub(2)
}
