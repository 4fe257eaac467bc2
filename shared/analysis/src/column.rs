//! The profile of a column of numbers: what `statistics.json` says about it.
//!
//! It joins counts, moments, the sketch and the number of distinct values. It does not read cells or decide a
//! column's type: the caller brings numbers, and says which cells had none.
//!
//! ```
//! use bellwether_analysis::column::NumericProfile;
//!
//! let mut column = NumericProfile::default();
//! [1.0, 2.0, f64::NAN].into_iter().for_each(|value| column.push(value));
//! assert_eq!((column.num_present(), column.num_missing()), (2, 1), "NaN is missing");
//! assert_eq!(column.moments().mean(), Some(1.5));
//! ```

mod partial;

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
    numbers: Numbers,
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

    /// Adds a cell without a value.
    pub fn push_missing(&mut self) {
        self.missing += 1;
    }

    fn admit(&mut self, value: f64) -> bool {
        let admitted = self.numbers.push(value);
        self.missing += u64::from(!admitted);
        admitted
    }

    /// Adds the cells of another part. Counts, extremes and distinct values do not depend on how a column was split;
    /// moments do in their last digits, buckets within the error of the sketch. An empty part changes no bit.
    pub fn merge(&mut self, other: &Self) {
        self.numbers.merge(&other.numbers);
        self.distinct.merge(&other.distinct);
        self.missing += other.missing;
    }

    /// Cells with a value.
    #[must_use]
    pub fn num_present(&self) -> u64 {
        self.moments().count()
    }

    /// Cells without.
    #[must_use]
    pub fn num_missing(&self) -> u64 {
        self.missing
    }

    /// Count, sum, mean, spread and extremes.
    #[must_use]
    pub fn moments(&self) -> &Moments {
        &self.numbers.moments
    }

    /// The sketch.
    #[must_use]
    pub fn sketch(&self) -> &Sketch {
        &self.numbers.sketch
    }

    /// The column's entry in `statistics.json`. Without any value its type is Unknown and it has its counts only.
    #[must_use]
    pub fn finish(&self, name: impl Into<String>, inferred_type: InferredType) -> FeatureStatistics {
        let common =
            Common { num_present: self.num_present(), num_missing: self.missing, unknown: Unknown::new() };
        let mut feature = FeatureStatistics { name: name.into(), ..FeatureStatistics::default() };
        if self.num_present() == 0 {
            feature.common = Some(common);
        } else {
            feature.inferred_type = inferred_type;
            feature.numerical_statistics = Some(self.numbers.finish(common, &self.distinct));
        }
        feature
    }
}

/// Columns that are filled side by side. The moments of a column are one long chain of divisions; a core follows several
/// chains at once.
pub(crate) const SIDE_BY_SIDE: usize = 4;

/// The numbers of a column, without the cells that hold none; the default is the identity of [`Numbers::merge`].
#[derive(Debug, Clone, Default)]
pub(crate) struct Numbers {
    moments: Moments,
    sketch: Sketch,
}

impl Numbers {
    /// Adds a number; `false` where it is NaN or infinite, which changes nothing.
    #[inline]
    pub(crate) fn push(&mut self, value: f64) -> bool {
        if !value.is_finite() {
            return false;
        }
        self.moments.push(value);
        self.sketch.push(value);
        true
    }

    /// Adds the finite values that wait for some columns, and forgets them there.
    pub(crate) fn settle(columns: &mut [(&mut Self, &mut Vec<f64>)]) {
        let (groups, rest) = columns.as_chunks_mut::<SIDE_BY_SIDE>();
        for group in groups {
            let group = group.each_mut().map(|(numbers, waiting)| (&mut numbers.moments, waiting.as_slice()));
            Moments::push_side_by_side(group);
        }
        for (numbers, waiting) in rest {
            Moments::push_side_by_side([(&mut numbers.moments, waiting)]);
        }
        for (numbers, waiting) in columns {
            numbers.sketch.extend(waiting);
            waiting.clear();
        }
    }

    /// Adds the numbers of another part.
    pub(crate) fn merge(&mut self, other: &Self) {
        self.moments.merge(&other.moments);
        self.sketch.merge(&other.sketch);
    }

    /// How many there are.
    pub(crate) fn count(&self) -> u64 {
        self.moments.count()
    }

    /// What the file says of them; of no numbers it has neither mean, spread, extremes nor distribution.
    pub(crate) fn finish(&self, common: Common, distinct: &DistinctCounter) -> NumericalStatistics {
        NumericalStatistics {
            completeness: Some(completeness(&common)),
            common,
            mean: self.moments.mean(),
            sum: self.moments.sum(),
            std_dev: self.moments.std_dev(),
            min: self.moments.min(),
            max: self.moments.max(),
            approximate_num_distinct_values: Some(distinct.estimate()),
            distribution: self.distribution(),
            unknown: Unknown::new(),
        }
    }

    /// Absent of no numbers, and where max - min leaves the range of f64: such a column has no ten buckets.
    fn distribution(&self) -> Option<NumericalDistribution> {
        let (min, max) = self.moments.min().zip(self.moments.max())?;
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
pub(crate) fn completeness(common: &Common) -> f64 {
    match common.num_present + common.num_missing {
        0 => 1.0,
        cells => common.num_present as f64 / cells as f64,
    }
}

#[cfg(test)]
mod tests;
