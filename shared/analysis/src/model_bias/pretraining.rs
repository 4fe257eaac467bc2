//! Metrics of the labels alone.
//!
//! With n_g = rows of a group, y1_g = those of it with a positive label, P_g = (y0_g / n_g, y1_g / n_g), d = the facet's group and
//! a = the rest:
//!
//! | metric | definition | range | at zero |
//! |---|---|---|---|
//! | CI | (n_a - n_d) / (n_a + n_d) | -1 to 1 | equally many |
//! | DPL | y1_a / n_a - y1_d / n_d | -1 to 1 | equal shares |
//! | KL | sum P_a ln(P_a / P_d) | any | equal shares |
//! | JS | (sum P_a ln(P_a / P) + sum P_d ln(P_d / P)) / 2, P = (P_a + P_d) / 2 | 0 to ln 2 | equal shares |
//! | LP | sqrt(sum (P_a - P_d)^2) | 0 to sqrt 2 | equal shares |
//! | TVD | sum abs(P_a - P_d) / 2 | 0 to 1 | equal shares |
//! | KS | max abs(P_a - P_d) | 0 to 1 | equal shares |
//!
//! Sums of KL to KS are over labels that occur in both groups: where they share one alone, these metrics are of that one. Source:
//! smclarify 0.5, `pretraining.py`, in its order of operations.

use bellwether_contract::model_bias::BiasNumber;

use super::metrics::Outcome;
use super::tally::{Side, Tally};

pub(super) fn class_imbalance(tally: &Tally<'_>) -> Outcome {
    let (facet, rest) = (tally.facet.all(), tally.rest.all());
    if rest == 0.0 {
        return Err("CI: negated facet set is empty. Check that x[~facet] has non-zero length.".to_owned());
    }
    if facet == 0.0 {
        return Err("CI: facet set is empty. Check that x[facet] has non-zero length.".to_owned());
    }
    Ok(BiasNumber::from((rest - facet) / (facet + rest)))
}

pub(super) fn difference_in_labels(tally: &Tally<'_>) -> Outcome {
    difference_in_shares(tally, |side| side.label(true))
}

/// DPL of labels, DPPL of answers.
pub(super) fn difference_in_shares(tally: &Tally<'_>, positive: fn(&Side) -> f64) -> Outcome {
    if tally.rest.all() == 0.0 {
        return Err("Negative facet set is empty.".to_owned());
    }
    if tally.facet.all() == 0.0 {
        return Err("Facet set is empty.".to_owned());
    }
    let share = |side: &Side| positive(side) / side.all();
    Ok(BiasNumber::from(share(&tally.rest) - share(&tally.facet)))
}

/// Shares of a label in the rest and in the facet's group.
type Shares = (f64, f64);

/// Of the labels that both have, the negative one first.
fn shared(tally: &Tally<'_>) -> Result<Vec<Shares>, String> {
    let shares = |label: bool| {
        let (rest, facet) = (tally.rest.label(label), tally.facet.label(label));
        (rest > 0.0 && facet > 0.0).then(|| (rest / tally.rest.all(), facet / tally.facet.all()))
    };
    let shared: Vec<Shares> = [false, true].into_iter().filter_map(shares).collect();
    if shared.is_empty() {
        return Err("No instance of common facet found, dataset may be too small".to_owned());
    }
    Ok(shared)
}

fn summed(tally: &Tally<'_>, term: impl Fn(&Shares) -> f64) -> Result<f64, String> {
    Ok(shared(tally)?.iter().map(term).fold(0.0, |sum, term| sum + term))
}

pub(super) fn kullback_leibler(tally: &Tally<'_>) -> Outcome {
    summed(tally, |(a, d)| a * (a / d).ln()).map(BiasNumber::from)
}

pub(super) fn jensen_shannon(tally: &Tally<'_>) -> Outcome {
    let middle = |(a, d): &Shares| 0.5 * (a + d);
    let of_rest = summed(tally, |shares| shares.0 * (shares.0 / middle(shares)).ln())?;
    let of_facet = summed(tally, |shares| shares.1 * (shares.1 / middle(shares)).ln())?;
    Ok(BiasNumber::from(0.5 * (of_rest + of_facet)))
}

pub(super) fn lp_norm(tally: &Tally<'_>) -> Outcome {
    // Squares are added without rounding them first, as NumPy's BLAS does.
    let squares = shared(tally)?.iter().fold(0.0_f64, |sum, (a, d)| (a - d).mul_add(a - d, sum));
    Ok(BiasNumber::from(squares.sqrt()))
}

pub(super) fn total_variation(tally: &Tally<'_>) -> Outcome {
    summed(tally, |(a, d)| (a - d).abs()).map(|sum| BiasNumber::from(0.5 * sum))
}

pub(super) fn kolmogorov_smirnov(tally: &Tally<'_>) -> Outcome {
    let greatest = shared(tally)?.iter().map(|(a, d)| (a - d).abs()).fold(0.0, f64::max);
    Ok(BiasNumber::from(greatest))
}
