//! Metrics of the answers, and of the labels beside them.
//!
//! With p1_g = rows of a group with a positive answer, p0_g = the others, TP to TN by label and answer, d = the facet's group and
//! a = the rest; `/` is 0 of 0 by 0, and infinite of anything else by 0:
//!
//! | metric | definition | range | at zero |
//! |---|---|---|---|
//! | DPPL | p1_a / n_a - p1_d / n_d | -1 to 1 | equal shares |
//! | DI | (p1_d / n_d) / (p1_a / n_a) | 0 to infinity | nobody of the group is accepted; equal shares are at 1 |
//! | DCA | y1_a / p1_a - y1_d / p1_d | any | equal |
//! | DCR | y0_d / p0_d - y0_a / p0_a | any | equal |
//! | SD | TN_d / y0_d - TN_a / y0_a | -1 to 1 | equal |
//! | RD | TP_a / y1_a - TP_d / y1_d | -1 to 1 | equal |
//! | DAR | TP_a / p1_a - TP_d / p1_d | -1 to 1 | equal |
//! | DRR | TN_d / p0_d - TN_a / p0_a | -1 to 1 | equal |
//! | AD | (TP_a + TN_a) / n_a - (TP_d + TN_d) / n_d | -1 to 1 | equal |
//! | TE | FN_d / FP_d - FN_a / FP_a | any | equal |
//! | FT | (flips to negative - flips to positive) / n_d | -1 to 1 | as many of each |
//! | GE | sum((b / m)^2 - 1) / 2n, b = answer - label + 1, m = mean b | 0 up | all answers are right |
//!
//! Two infinite sides that are equal differ by 0, which is the integer for DCA, DCR, SD, RD, DAR and DRR. GE knows no groups.
//! Source: smclarify 0.5, `posttraining.py` and `common.py`, in its order of operations; GE is added up by b = 0, 1, 2.

use bellwether_contract::model_bias::BiasNumber;

use super::metrics::Outcome;
use super::pretraining::difference_in_shares;
use super::sums::divide;
use super::tally::{Side, Tally};

pub(super) fn difference_in_predicted(tally: &Tally<'_>) -> Outcome {
    difference_in_shares(tally, |side| side.predicted(true))
}

pub(super) fn disparate_impact(tally: &Tally<'_>) -> Outcome {
    let share = |side: &Side| side.predicted(true) / side.all();
    if tally.rest.all() == 0.0 {
        return Err("Negated facet set is empty".to_owned());
    }
    if tally.facet.all() == 0.0 {
        return Err("Facet set is empty".to_owned());
    }
    Ok(BiasNumber::from(divide(share(&tally.facet), share(&tally.rest))))
}

/// A rate of the first less that of the second. `name` begins the container's words; `zero` is what two equal infinities give.
fn difference(
    tally: &Tally<'_>,
    name: &str,
    [first, second]: [&Side; 2],
    zero: BiasNumber,
    rate: impl Fn(&Side) -> f64,
) -> Outcome {
    if tally.facet.all() == 0.0 {
        return Err(format!("{name}Facet set is empty"));
    }
    if tally.rest.all() == 0.0 {
        return Err(format!("{name}Negated Facet set is empty"));
    }
    let (first, second) = (rate(first), rate(second));
    if first == second && first == f64::INFINITY {
        return Ok(zero);
    }
    Ok(BiasNumber::from(first - second))
}

const INTEGER: BiasNumber = BiasNumber::INTEGER_ZERO;

pub(super) fn conditional_acceptance(tally: &Tally<'_>) -> Outcome {
    let rate = |side: &Side| divide(side.label(true), side.predicted(true));
    difference(tally, "DCO: ", [&tally.rest, &tally.facet], INTEGER, rate)
}

pub(super) fn conditional_rejection(tally: &Tally<'_>) -> Outcome {
    let rate = |side: &Side| divide(side.label(false), side.predicted(false));
    difference(tally, "DCO: ", [&tally.facet, &tally.rest], INTEGER, rate)
}

pub(super) fn specificity(tally: &Tally<'_>) -> Outcome {
    let rate = |side: &Side| divide(side.of(false, false), side.label(false));
    difference(tally, "DLA: ", [&tally.facet, &tally.rest], INTEGER, rate)
}

pub(super) fn recall(tally: &Tally<'_>) -> Outcome {
    let rate = |side: &Side| divide(side.of(true, true), side.label(true));
    difference(tally, "DLA: ", [&tally.rest, &tally.facet], INTEGER, rate)
}

pub(super) fn acceptance_rates(tally: &Tally<'_>) -> Outcome {
    let rate = |side: &Side| divide(side.of(true, true), side.predicted(true));
    difference(tally, "DLR: ", [&tally.rest, &tally.facet], INTEGER, rate)
}

pub(super) fn rejection_rates(tally: &Tally<'_>) -> Outcome {
    let rate = |side: &Side| divide(side.of(false, false), side.predicted(false));
    difference(tally, "DLR: ", [&tally.facet, &tally.rest], INTEGER, rate)
}

pub(super) fn accuracy(tally: &Tally<'_>) -> Outcome {
    let rate = |side: &Side| divide(side.of(true, true) + side.of(false, false), side.all());
    difference(tally, "", [&tally.rest, &tally.facet], BiasNumber::from(0.0), rate)
}

pub(super) fn treatment_equality(tally: &Tally<'_>) -> Outcome {
    let rate = |side: &Side| divide(side.of(true, false), side.of(false, true));
    difference(tally, "", [&tally.facet, &tally.rest], BiasNumber::from(0.0), rate)
}

pub(super) fn flip_test(tally: &Tally<'_>) -> Outcome {
    if tally.facet.all() == 0.0 {
        return Err("Facet set is empty".to_owned());
    }
    if tally.rest.all() == 0.0 {
        return Err("Negated Facet set is empty".to_owned());
    }
    let flips = tally.flips.map_err(str::to_owned)?;
    Ok(BiasNumber::from(divide(flips, tally.facet.all())))
}

pub(super) fn generalized_entropy(tally: &Tally<'_>) -> Outcome {
    let of = |label, predicted| tally.facet.of(label, predicted) + tally.rest.of(label, predicted);
    let rows = [of(true, false), of(true, true) + of(false, false), of(false, true)];
    let all: f64 = rows.iter().sum();
    if all == 0.0 {
        return Err("dataset must be non-empty".to_owned());
    }
    let mean = (rows[1] + 2.0 * rows[2]) / all;
    if mean == 0.0 {
        return Err("All predicted labels are false negatives. There should be at least one prediction that is not false \
                    negative."
            .to_owned());
    }
    let term = |benefit: f64| {
        let ratio = benefit / mean;
        ratio * ratio - 1.0
    };
    let sum = rows[0] * term(0.0) + rows[1] * term(1.0) + rows[2] * term(2.0);
    Ok(BiasNumber::from(sum / (all * 2.0)))
}
