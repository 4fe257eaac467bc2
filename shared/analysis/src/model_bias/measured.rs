//! What was measured: metrics of each group against the rest, and the counts they were made of.

use bellwether_contract::model_bias::{BiasNumber, GroupSizes};

use super::metrics::{BIAS_MEASURES, BiasMeasure, Outcome};
use super::tally::{Cells, Strata, Tally};
use super::typing::GroupedBy;

/// All metrics of a window or a baseline.
#[derive(Debug, Clone, PartialEq)]
pub struct MeasuredBias {
    /// The label's name.
    pub label: String,
    /// Which labels are positive: `1`, `a,b` or `(0.5, 0.9]`.
    pub label_value_or_threshold: String,
    /// In the order of the configuration.
    pub facets: Vec<MeasuredFacet>,
    /// Rows with a label and an answer.
    pub rows: u64,
    /// Where the container would have ended otherwise.
    pub notes: Vec<String>,
}

/// A column that tells groups apart.
#[derive(Debug, Clone, PartialEq)]
pub struct MeasuredFacet {
    /// Its name.
    pub name: String,
    /// How its groups are told; one by a threshold is a single one.
    pub grouped_by: GroupedBy,
    /// One, or one for each value.
    pub groups: Vec<MeasuredGroup>,
}

/// A group against the rest.
#[derive(Debug, Clone, PartialEq)]
pub struct MeasuredGroup {
    /// Who belongs to it: `0`, `m,x` or `(100, 225]`.
    pub value_or_threshold: String,
    /// How many rows there are.
    pub sizes: GroupSizes,
    pub(super) outcomes: Vec<Outcome>,
    pub(super) cells: Cells,
    pub(super) strata: Strata,
    pub(super) flip_test: Result<(), String>,
}

impl MeasuredGroup {
    pub(super) fn of(
        value_or_threshold: String,
        cells: Cells,
        strata: Strata,
        flip_test: Result<(), String>,
    ) -> Self {
        let tally = Tally::of(&cells.cells, &cells.counts, &strata, &flip_test);
        let outcomes = BIAS_MEASURES.iter().map(|measure| (measure.compute)(&tally)).collect();
        let (facet, rest) = (tally.facet, tally.rest);
        let sizes = GroupSizes {
            facet: facet.all() as u64,
            facet_positive_labels: facet.label(true) as u64,
            facet_positive_predictions: facet.predicted(true) as u64,
            rest: rest.all() as u64,
            rest_positive_labels: rest.label(true) as u64,
            rest_positive_predictions: rest.predicted(true) as u64,
        };
        Self { value_or_threshold, sizes, outcomes, cells, strata, flip_test }
    }

    /// Every metric with its value, or the container's words why there is none.
    pub fn metrics(&self) -> impl Iterator<Item = (&'static BiasMeasure, Result<BiasNumber, &str>)> {
        BIAS_MEASURES
            .iter()
            .zip(&self.outcomes)
            .map(|(measure, outcome)| (measure, outcome.as_ref().copied().map_err(String::as_str)))
    }

    /// The metric of that short name; `None` of a name that is no metric.
    #[must_use]
    pub fn metric(&self, name: &str) -> Option<Result<BiasNumber, &str>> {
        self.metrics().find(|(measure, _)| measure.name == name).map(|(_, outcome)| outcome)
    }
}
