//! How far the order of importance is the baseline's, and which features moved in it.
//!
//! ```text
//! DCG  = sum over places i from 1 of  gain of the feature at place i / log2(i + 1)
//! nDCG = DCG of the live order / DCG of the baseline's own order
//! ```
//!
//! Gains are the distances of the baseline's values from zero; the live order is by the same of the window, greatest first. Features
//! that are tied there share the mean of their gains. From 0 to 1, 1 for the same order. Of one feature it is 1. Where the baseline's
//! values are all zero there is no order to compare with, and no number.
//!
//! Source: SageMaker developer guide, "Feature attribution drift"; scikit-learn's `ndcg_score`, which ties as this does, raises on one
//! feature and on negative gains, and gives 0 where the baseline is all zero.
//!
//! Blind spot: it hears nothing of values that shrink or grow together.
//!
//! ```
//! use bellwether_analysis::model_explainability::ndcg;
//!
//! let score = ndcg(&[0.70, 0.50, 0.05], &[0.10, 0.20, 0.70]).expect("an order");
//! assert!((score - 0.6876396241226224).abs() < 1e-12);
//! assert_eq!(ndcg(&[0.0, 0.0], &[1.0, 2.0]), None);
//! ```

use bellwether_contract::model_explainability::RankMove;
use std::cmp::Reverse;

/// How far the live order is the baseline's; feature by feature. `None` where the baseline has no order.
#[must_use]
pub fn ndcg(baseline: &[f64], live: &[f64]) -> Option<f64> {
    if baseline.iter().all(|gain| *gain == 0.0) {
        return None;
    }
    let score = gained(baseline, live) / gained(baseline, baseline);
    if score.is_finite() {
        return Some(score);
    }
    // Gains of which no double holds the sum.
    let greatest = baseline.iter().map(|gain| gain.abs()).fold(0.0, f64::max);
    let shares: Vec<f64> = baseline.iter().map(|gain| gain / greatest).collect();
    Some(gained(&shares, live) / gained(&shares, &shares))
}

fn gained(gains: &[f64], order: &[f64]) -> f64 {
    let places = by_importance(order);
    let ties = places.chunk_by(|one, other| order[*one].abs() == order[*other].abs());
    let (mut sum, mut place) = (0.0, 0_usize);
    for tied in ties {
        let gain = tied.iter().map(|feature| gains[*feature].abs()).sum::<f64>() / tied.len() as f64;
        let discounts: f64 = (place..place + tied.len()).map(|place| 1.0 / ((place + 2) as f64).log2()).sum();
        sum += gain * discounts;
        place += tied.len();
    }
    sum
}

/// The features, the most important first; tied ones in their order.
fn by_importance(values: &[f64]) -> Vec<usize> {
    let mut places: Vec<usize> = (0..values.len()).collect();
    places.sort_by(|one, other| values[*other].abs().total_cmp(&values[*one].abs()));
    places
}

/// Features whose place in the order changed, those that moved farthest first, at most so many; of two that moved as far the one that
/// fell, then the one that was more important.
#[must_use]
pub fn moved(names: &[&str], baseline: &[f64], live: &[f64], most: usize) -> Vec<RankMove> {
    let rank = |values: &[f64]| {
        let mut ranks = vec![0_u64; values.len()];
        (1..).zip(by_importance(values)).for_each(|(rank, feature)| ranks[feature] = rank);
        ranks
    };
    let (before, now) = (rank(baseline), rank(live));
    let moves = names.iter().zip(before.into_iter().zip(now));
    let moves = moves.map(|(name, (baseline_rank, rank))| RankMove {
        feature_name: (*name).to_owned(),
        baseline_rank,
        rank,
    });
    let mut moves: Vec<RankMove> = moves.filter(|moved| moved.places() > 0).collect();
    moves.sort_by_key(|moved| {
        (Reverse(moved.places()), moved.rank < moved.baseline_rank, moved.baseline_rank)
    });
    moves.truncate(most);
    moves
}
