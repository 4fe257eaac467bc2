//! Shapley values of a game whose every coalition is known.
//!
//! ```text
//! phi_i = sum over S without i of  |S|! (M - |S| - 1)! / M!  (v(S + i) - v(S))
//! ```
//!
//! Source: L. S. Shapley, "A value for n-person games" (1953). Their sum is v(all) - v(none). A player who changes nothing has 0;
//! players who do the same have the same. Of no player there is no value, of one it is v(all) - v(none).

/// The value of each player; `game` is v of each coalition, whose members are the bits of its place.
pub(super) fn shapley(game: &[f64]) -> Vec<f64> {
    let players = game.len().max(1).ilog2() as usize;
    let weights = weights(players);
    (0..players).map(|player| value(player, game, &weights)).collect()
}

fn value(player: usize, game: &[f64], weights: &[f64]) -> f64 {
    let member = 1_usize << player;
    let without = (0..game.len()).filter(|coalition| coalition & member == 0);
    without
        .map(|coalition| {
            weights[coalition.count_ones() as usize] * (game[coalition | member] - game[coalition])
        })
        .sum()
}

/// |S|! (M - |S| - 1)! / M!, by the size of S.
fn weights(players: usize) -> Vec<f64> {
    let mut weight = 1.0 / players as f64;
    let mut weights = Vec::with_capacity(players);
    for size in 0..players {
        weights.push(weight);
        weight *= (size + 1) as f64 / (players - size).saturating_sub(1).max(1) as f64;
    }
    weights
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The glove game: two have a left glove, one the right one, and a pair is worth 1: 1/6, 1/6, 4/6 (Shapley's own example).
    #[test]
    fn the_glove_game_has_its_known_values() {
        let worth = |coalition: usize| f64::from(u8::from(coalition & 0b100 != 0 && coalition & 0b011 != 0));
        let game: Vec<f64> = (0..8).map(worth).collect();
        for (value, expected) in shapley(&game).into_iter().zip([1.0 / 6.0, 1.0 / 6.0, 4.0 / 6.0]) {
            assert!((value - expected).abs() < 1e-15, "{value}");
        }
    }

    #[test]
    fn of_few_players_the_values_are_the_differences() {
        assert_eq!(shapley(&[0.5]), [] as [f64; 0]);
        assert_eq!(shapley(&[0.5, 2.0]), [1.5]);
        assert_eq!(shapley(&[0.0, 1.0, 2.0, 5.0]), [2.0, 3.0]);
    }
}
