//! Kernel SHAP: the values that fit the answers to some combinations best, and how far others would move them.
//!
//! ```text
//! phi = argmin  sum over pairs of  w (d - a phi)^2   with  sum(phi) = v(all) - v(none)
//! d   = v(z) - v(opposite of z),  a_i = 1 where z has feature i, -1 elsewhere
//! ```
//!
//! That is the weighted fit of v(z) to the sum of the values in z, of which a combination and its opposite together leave the
//! difference alone. With H = sum of w a a', r = d - a phi and P the inverse of H on changes that leave the sum, one draw k of K moves
//! the values by g_k = (w / draws) P a r / (1 - leverage), and
//!
//! ```text
//! error_i^2 = K / (K - 1)  sum over draws of (g_ki - mean of g_i)^2
//! ```
//!
//! Source: Lundberg and Lee (2017), Covert and Lee (2021); the error is the sandwich of H. White (1980) with the leverage of a draw
//! taken out, as a jackknife has it. Of a game that is a sum the fit is exact and the error 0.
//!
//! Blind spot: of few draws the error is itself uncertain, by about a tenth of it for 50.

use super::coalitions::Pair;

/// Values and their errors.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Fit {
    pub(super) values: Vec<f64>,
    pub(super) errors: Vec<f64>,
}

/// Fits the differences of the pairs; `total` is what the values add up to. `None` where the pairs leave more than one answer.
pub(super) fn fit(pairs: &[Pair], differences: &[f64], total: f64) -> Option<Fit> {
    let features = pairs.first()?.members.len();
    let inverse = Inverse::of(pairs, features)?;
    let mut moments = vec![0.0; features];
    for (pair, difference) in pairs.iter().zip(differences) {
        add(&mut moments, pair, pair.weight * difference);
    }
    let mut values = inverse.projected(&moments);
    values
        .iter_mut()
        .zip(&inverse.of_ones)
        .for_each(|(value, one)| *value += total * one / inverse.sum_of_ones);
    let errors = errors(pairs, differences, &values, &inverse);
    Some(Fit { values, errors })
}

fn errors(pairs: &[Pair], differences: &[f64], values: &[f64], inverse: &Inverse) -> Vec<f64> {
    let draws: f64 = pairs.iter().map(|pair| f64::from(pair.draws)).sum();
    let (mut sums, mut squares) = (vec![0.0; values.len()], vec![0.0; values.len()]);
    for (pair, difference) in pairs.iter().zip(differences).filter(|(pair, _)| pair.draws > 0) {
        let times = f64::from(pair.draws);
        let residual = difference - product(pair, values);
        let mut row = vec![0.0; values.len()];
        add(&mut row, pair, pair.weight / times);
        let moved = inverse.projected(&row);
        // A draw that alone decides a value says nothing of how sure that is.
        let leverage = product(pair, &moved).min(0.99);
        for ((sum, square), moved) in sums.iter_mut().zip(&mut squares).zip(moved) {
            let moved = moved * residual / (1.0 - leverage);
            *sum += times * moved;
            *square += times * moved * moved;
        }
    }
    let error = |(sum, square): (&f64, &f64)| {
        let spread = (square - sum * sum / draws).max(0.0);
        if draws > 1.0 { (spread * draws / (draws - 1.0)).sqrt() } else { 0.0 }
    };
    sums.iter().zip(&squares).map(error).collect()
}

/// Adds a times a factor.
fn add(sums: &mut [f64], pair: &Pair, factor: f64) {
    for (sum, member) in sums.iter_mut().zip(&pair.members) {
        *sum += if *member { factor } else { -factor };
    }
}

/// a times a vector.
fn product(pair: &Pair, vector: &[f64]) -> f64 {
    pair.members.iter().zip(vector).map(|(member, value)| if *member { *value } else { -*value }).sum()
}

/// The inverse of H + 11', by which changes that leave the sum are found as by that of H.
struct Inverse {
    /// Lower triangle of Cholesky's factor, row by row.
    factor: Vec<Vec<f64>>,
    of_ones: Vec<f64>,
    sum_of_ones: f64,
}

impl Inverse {
    fn of(pairs: &[Pair], features: usize) -> Option<Self> {
        let mut matrix = vec![vec![1.0; features]; features];
        for pair in pairs {
            for (row, sums) in matrix.iter_mut().enumerate() {
                let factor = if pair.members[row] { pair.weight } else { -pair.weight };
                add(&mut sums[..=row], pair, factor);
            }
        }
        let factor = cholesky(matrix)?;
        let mut inverse = Self { factor, of_ones: Vec::new(), sum_of_ones: 0.0 };
        inverse.of_ones = inverse.solved(&vec![1.0; features]);
        inverse.sum_of_ones = inverse.of_ones.iter().sum();
        Some(inverse)
    }

    /// P times a vector.
    fn projected(&self, vector: &[f64]) -> Vec<f64> {
        let mut solved = self.solved(vector);
        let excess = solved.iter().sum::<f64>() / self.sum_of_ones;
        solved.iter_mut().zip(&self.of_ones).for_each(|(value, one)| *value -= excess * one);
        solved
    }

    fn solved(&self, vector: &[f64]) -> Vec<f64> {
        let mut solved = vector.to_vec();
        for row in 0..solved.len() {
            let known: f64 =
                self.factor[row][..row].iter().zip(&solved).map(|(one, other)| one * other).sum();
            solved[row] = (solved[row] - known) / self.factor[row][row];
        }
        for row in (0..solved.len()).rev() {
            let known: f64 =
                (row + 1..solved.len()).map(|below| self.factor[below][row] * solved[below]).sum();
            solved[row] = (solved[row] - known) / self.factor[row][row];
        }
        solved
    }
}

/// The lower triangle L with L L' = the matrix, of which the lower triangle is read; `None` where it has no inverse.
fn cholesky(mut matrix: Vec<Vec<f64>>) -> Option<Vec<Vec<f64>>> {
    /// Rounding leaves no smaller share of what a direction was.
    const LEAST: f64 = 1e-12;
    for row in 0..matrix.len() {
        let (above, below) = matrix.split_at_mut(row);
        let current = &mut below[0];
        let whole = current[row];
        for column in 0..row {
            let known: f64 =
                above[column][..column].iter().zip(&current[..column]).map(|(one, other)| one * other).sum();
            current[column] = (current[column] - known) / above[column][column];
        }
        let known: f64 = current[..row].iter().map(|value| value * value).sum();
        let left = whole - known;
        if left <= LEAST * whole || !left.is_finite() {
            return None;
        }
        current[row] = left.sqrt();
    }
    Some(matrix)
}

#[cfg(test)]
mod tests {
    use super::super::coalitions::paired;
    use super::super::exact::shapley;
    use super::*;
    use crate::random::Random;

    fn game(features: usize, worth: impl Fn(&[bool]) -> f64) -> Vec<f64> {
        let members =
            |coalition: usize| (0..features).map(|place| coalition >> place & 1 == 1).collect::<Vec<_>>();
        (0..1 << features).map(|coalition| worth(&members(coalition))).collect()
    }

    fn fitted(pairs: &[Pair], game: &[f64]) -> Option<Fit> {
        let place = |members: &[bool]| {
            members.iter().enumerate().map(|(place, member)| usize::from(*member) << place).sum::<usize>()
        };
        let all = game.len() - 1;
        let difference = |pair: &Pair| game[place(&pair.members)] - game[all ^ place(&pair.members)];
        let differences: Vec<f64> = pairs.iter().map(difference).collect();
        fit(pairs, &differences, game[all] - game[0])
    }

    fn curved(members: &[bool]) -> f64 {
        let sum: f64 =
            (1..).zip(members).map(|(place, member)| f64::from(place) * f64::from(u8::from(*member))).sum();
        (sum / 4.0 - 3.0).tanh() + if members[0] && members[3] { 0.5 } else { 0.0 }
    }

    /// With every combination in it, the fit is the Shapley value: Lundberg and Lee's theorem 2.
    #[test]
    fn of_all_combinations_the_fit_is_the_shapley_value() {
        let game = game(6, curved);
        let pairs = paired(6, 1_000, &mut Random::new(0));
        assert_eq!((pairs.len(), pairs.iter().map(|pair| pair.draws).sum::<u32>()), (31, 0));
        let fit = fitted(&pairs, &game).expect("one answer");
        for (value, exact) in fit.values.iter().zip(shapley(&game)) {
            assert!((value - exact).abs() < 1e-12, "{value} {exact}");
        }
        assert_eq!(fit.errors, [0.0; 6]);
    }

    #[test]
    fn of_a_sum_few_draws_are_enough_and_the_error_is_nothing() {
        let game = game(12, |members| members.iter().filter(|member| **member).count() as f64 - 3.0);
        let fit = fitted(&paired(12, 60, &mut Random::new(5)), &game).expect("one answer");
        assert!(fit.values.iter().all(|value| (value - 1.0).abs() < 1e-12), "{:?}", fit.values);
        assert!(fit.errors.iter().all(|error| *error < 1e-12), "{:?}", fit.errors);
    }

    #[test]
    fn the_values_add_up_and_lie_within_their_errors() {
        let game = game(12, curved);
        let exact = shapley(&game);
        let (mut within, mut all) = (0, 0);
        for seed in 0..40 {
            let fit = fitted(&paired(12, 120, &mut Random::new(seed)), &game).expect("one answer");
            assert!((fit.values.iter().sum::<f64>() - (game[4_095] - game[0])).abs() < 1e-12);
            for ((value, error), exact) in fit.values.iter().zip(&fit.errors).zip(&exact) {
                within += u32::from((value - exact).abs() <= 2.0 * error);
                all += 1;
            }
        }
        assert!(f64::from(within) / f64::from(all) > 0.93, "{within} of {all}");
    }

    #[test]
    fn pairs_that_leave_more_than_one_answer_give_none() {
        let one = |members: [bool; 3]| Pair { members: members.to_vec(), weight: 1.0, draws: 1 };
        let pairs = [one([true, false, false]), one([true, false, false])];
        assert_eq!(fit(&pairs, &[1.0, 1.0], 1.0), None);
        assert!(fit(&[], &[], 1.0).is_none());
    }
}
