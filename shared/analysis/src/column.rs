//! The profile of a column of numbers: what `statistics.json` says about it.
//!
//! It joins counts, moments, the sketch and the number of distinct values. It does not read cells or decide a
//! column's type: the caller brings numbers, and says which cells had none.

use bellwether_contract::statistics::{
    Common, FeatureStatistics, InferredType, Kll, NumericalDistribution, NumericalStatistics, Unknown,
};

use crate::hll::DistinctCounter;
use crate::kll::Sketch;
use crate::moments::Moments;

/// A column so far; the default is empty and the identity of [`NumericProfile::merge`].
///
/// NaN and infinities count as missing: JSON cannot spell them, and one of them would take mean, sum and spread of the
/// whole column with it.
#[derive(Debug, Clone, Default)]
pub struct NumericProfile {
    moments: Moments,
    sketch: Sketch,
    distinct: DistinctCounter,
    missing: u64,
}

impl NumericProfile {
    /// Adds a number that came as a number; distinct values are told apart by their bits.
    pub fn push(&mut self, value: f64) {
        if self.admit(value) {
            self.distinct.insert_number(value);
        }
    }

    /// Adds a number with the text it was read from; distinct values are told apart by their texts, as the container
    /// does for CSV: `1` and `1.0` are two.
    pub fn push_text(&mut self, value: f64, text: &[u8]) {
        if self.admit(value) {
            self.distinct.insert_text(text);
        }
    }

    /// Adds a cell without a value.
    pub fn push_missing(&mut self) {
        self.missing += 1;
    }

    fn admit(&mut self, value: f64) -> bool {
        if !value.is_finite() {
            self.missing += 1;
            return false;
        }
        self.moments.push(value);
        self.sketch.push(value);
        true
    }

    /// Adds the cells of another part. Counts, extremes and distinct values do not depend on how a column was split;
    /// moments do in their last digits, buckets within the error of the sketch. An empty part changes no bit.
    pub fn merge(&mut self, other: &Self) {
        self.moments.merge(&other.moments);
        self.sketch.merge(&other.sketch);
        self.distinct.merge(&other.distinct);
        self.missing += other.missing;
    }

    /// Cells with a value.
    #[must_use]
    pub fn num_present(&self) -> u64 {
        self.moments.count()
    }

    /// Cells without.
    #[must_use]
    pub fn num_missing(&self) -> u64 {
        self.missing
    }

    /// Count, sum, mean, spread and extremes.
    #[must_use]
    pub fn moments(&self) -> &Moments {
        &self.moments
    }

    /// The sketch.
    #[must_use]
    pub fn sketch(&self) -> &Sketch {
        &self.sketch
    }

    /// The column's entry in `statistics.json`. Without any value its type is Unknown and it has its counts only.
    #[must_use]
    pub fn finish(&self, name: impl Into<String>, inferred_type: InferredType) -> FeatureStatistics {
        let common =
            Common { num_present: self.num_present(), num_missing: self.missing, unknown: Unknown::new() };
        let mut feature = FeatureStatistics { name: name.into(), ..FeatureStatistics::default() };
        match (self.moments.min(), self.moments.max()) {
            (Some(min), Some(max)) => {
                feature.inferred_type = inferred_type;
                feature.numerical_statistics = Some(self.numbers(common, min, max));
            }
            _ => feature.common = Some(common),
        }
        feature
    }

    fn numbers(&self, common: Common, min: f64, max: f64) -> NumericalStatistics {
        NumericalStatistics {
            completeness: Some(completeness(&common)),
            common,
            mean: self.moments.mean(),
            sum: self.moments.sum(),
            std_dev: self.moments.std_dev(),
            min: Some(min),
            max: Some(max),
            approximate_num_distinct_values: Some(self.distinct.estimate()),
            distribution: self.distribution(min, max),
            unknown: Unknown::new(),
        }
    }

    /// Absent where max - min leaves the range of f64: such a column has no ten buckets.
    fn distribution(&self, min: f64, max: f64) -> Option<NumericalDistribution> {
        // The bounds need ten times the width.
        if !((max - min) * 10.0).is_finite() {
            return None;
        }
        let kll = Kll {
            buckets: self.sketch.buckets(min, max),
            sketch: Some(self.sketch.to_contract()),
            unknown: Unknown::new(),
        };
        Some(NumericalDistribution { kll: Some(kll), unknown: Unknown::new() })
    }
}

/// Share of cells with a value, 0 to 1; 1 of no cells.
fn completeness(common: &Common) -> f64 {
    match common.num_present + common.num_missing {
        0 => 1.0,
        cells => common.num_present as f64 / cells as f64,
    }
}

#[cfg(test)]
mod tests;
