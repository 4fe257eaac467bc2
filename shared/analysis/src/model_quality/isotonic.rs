//! Isotonic regression: the probabilities that rise with the score and lie nearest to the labels.
//!
//! ```text
//! minimise sum over scores s of w_s (y_s - f(s))^2 with f not falling;  w_s rows have the score s, y_s is their share of ones
//! ```
//!
//! Rows of one score are averaged first. Then neighbours that fall are pooled by weight until none does. Between the ends of
//! the pools the function is linear, outside it is constant. Nothing is rounded but the last division: the counts are whole.
//!
//! Source: Ayer et al., Annals of Mathematical Statistics 26 (1955) 641-647; the knots are those of scikit-learn's
//! `IsotonicRegression(out_of_bounds="clip")`.

use bellwether_contract::model_quality::CalibrationMap;

/// Rows of one score; of predictions in the place of scores where an error is computed.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Group {
    pub(super) score: f64,
    pub(super) rows: f64,
    pub(super) positives: f64,
}

/// Neighbouring scores of one probability.
#[derive(Debug, Clone, Copy)]
struct Pool {
    first: f64,
    last: f64,
    rows: f64,
    positives: f64,
}

impl Pool {
    /// Whether the share of ones here is at least that of the next pool.
    fn is_not_below(&self, next: &Self) -> bool {
        self.positives * next.rows >= next.positives * self.rows
    }
}

/// Gathers rows that come with rising scores.
pub(super) fn groups(rows: impl IntoIterator<Item = (f64, bool)>) -> Vec<Group> {
    let mut groups: Vec<Group> = Vec::new();
    for (score, is_positive) in rows {
        let positives = f64::from(u8::from(is_positive));
        match groups.last_mut().filter(|last| last.score == score) {
            Some(last) => {
                last.rows += 1.0;
                last.positives += positives;
            }
            None => groups.push(Group { score, rows: 1.0, positives }),
        }
    }
    groups
}

/// The function that fits groups of rising scores best.
pub(super) fn fit(groups: &[Group]) -> CalibrationMap {
    let mut pools: Vec<Pool> = Vec::new();
    for group in groups {
        let (rows, positives) = (group.rows, group.positives);
        let mut pool = Pool { first: group.score, last: group.score, rows, positives };
        while let Some(before) = pools.pop_if(|before| before.is_not_below(&pool)) {
            pool.first = before.first;
            pool.rows += before.rows;
            pool.positives += before.positives;
        }
        pools.push(pool);
    }
    let (mut scores, mut probabilities) = (Vec::new(), Vec::new());
    for pool in pools {
        let ends = if pool.first < pool.last { &[pool.first, pool.last][..] } else { &[pool.first] };
        scores.extend_from_slice(ends);
        probabilities.extend(ends.iter().map(|_| pool.positives / pool.rows));
    }
    CalibrationMap::Isotonic { scores, probabilities }
}

/// The probability of a score, 0 to 1. A file that somebody edited may hold anything: what has no knot is the score itself.
pub(super) fn probability(map: &CalibrationMap, score: f64) -> f64 {
    let CalibrationMap::Isotonic { scores, probabilities } = map else { return score.clamp(0.0, 1.0) };
    let knot = |place: usize| Some((*scores.get(place)?, *probabilities.get(place)?));
    let above = scores.partition_point(|knot| *knot <= score);
    let probability = match (above.checked_sub(1).and_then(knot), knot(above)) {
        (Some((x0, y0)), Some((x1, y1))) => y0 + (score - x0) * (y1 - y0) / (x1 - x0),
        (Some((_, last)), None) => last,
        (None, Some((_, first))) => first,
        (None, None) => score,
    };
    if probability.is_nan() { score.clamp(0.0, 1.0) } else { probability.clamp(0.0, 1.0) }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// By hand: 0.4 has (1 + 0) / 2, which is above the 0 of 0.6; both pool to 1 / 3.
    #[test]
    fn falling_neighbours_are_pooled_by_weight() {
        let groups = groups([(0.2, false), (0.4, true), (0.4, false), (0.6, false), (0.8, true)]);
        let map = fit(&groups);
        assert_eq!(
            map,
            CalibrationMap::Isotonic {
                scores: vec![0.2, 0.4, 0.6, 0.8],
                probabilities: vec![0.0, 1.0 / 3.0, 1.0 / 3.0, 1.0]
            }
        );
        for (score, expected) in [(0.0, 0.0), (0.3, 1.0 / 6.0), (0.5, 1.0 / 3.0), (0.8, 1.0), (1.0, 1.0)] {
            assert!((probability(&map, score) - expected).abs() < 1e-15, "{score}");
        }
    }

    #[test]
    fn an_edited_map_never_leaves_0_to_1() {
        let map = |scores: &[f64], probabilities: &[f64]| CalibrationMap::Isotonic {
            scores: scores.to_vec(),
            probabilities: probabilities.to_vec(),
        };
        for map in [
            map(&[], &[]),
            map(&[0.5, 0.5], &[0.1, 7.0]),
            map(&[0.9, 0.1], &[-3.0]),
            CalibrationMap::Identity,
        ] {
            for score in [0.0, 0.1, 0.5, 0.9, 1.0] {
                assert!((0.0..=1.0).contains(&probability(&map, score)), "{map:?} {score}");
            }
        }
    }
}
