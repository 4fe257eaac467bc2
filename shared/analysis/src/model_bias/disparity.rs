//! Conditional demographic disparity: of each stratum of the group variable, how much more of the rejected than of the accepted
//! belong to the facet's group.
//!
//! ```text
//! CDD  = (1/n) sum_i n_i DD_i        over the strata in sorted order, added as NumPy adds
//! DD_i = facet and negative / negative  -  facet and positive / positive,  each part 0 without such rows
//! ```
//!
//! Range: -1 to 1, 0 where nobody is preferred within a stratum. Rows without a stratum count for nothing. Source: smclarify 0.5,
//! `CDD`. Blind spot: a stratum of a few rows has a disparity of its own however large the noise.

use bellwether_contract::model_bias::BiasNumber;

use super::metrics::Outcome;
use super::sums::{divide, sum};
use super::tally::{Side, Strata, Tally};

pub(super) fn of_labels(tally: &Tally<'_>) -> Outcome {
    disparity(tally, Side::label)
}

pub(super) fn of_predicted(tally: &Tally<'_>) -> Outcome {
    disparity(tally, Side::predicted)
}

fn disparity(tally: &Tally<'_>, rows: fn(&Side, bool) -> f64) -> Outcome {
    let has_missing = match tally.strata {
        Strata::None(reason) => return Err(reason.clone()),
        Strata::Some { has_missing, .. } => *has_missing,
    };
    if rows(&tally.facet, true) + rows(&tally.rest, true) == 0.0 {
        return Err("No positive labels in set".to_owned());
    }
    if rows(&tally.facet, false) + rows(&tally.rest, false) == 0.0 {
        return Err("No negative labels in set".to_owned());
    }
    let share = |[facet, rest]: &[Side; 2], is_positive: bool| {
        divide(rows(facet, is_positive), rows(facet, is_positive) + rows(rest, is_positive))
    };
    let counted = tally.of_strata.len() - usize::from(has_missing);
    let (mut weighted, mut all) = (Vec::with_capacity(tally.of_strata.len()), 0.0);
    // A stratum of none of a sample's rows is not there.
    for stratum in tally.of_strata.iter().take(counted).filter(|[facet, rest]| facet.all() + rest.all() > 0.0)
    {
        let rows = stratum[0].all() + stratum[1].all();
        weighted.push(rows * (share(stratum, false) - share(stratum, true)));
        all += rows;
    }
    if has_missing {
        weighted.push(0.0);
    }
    Ok(BiasNumber::from(divide(sum(&weighted), all)))
}
