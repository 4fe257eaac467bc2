//! The profile of a column of any cells: what they are, how many differ, and their numbers or their values.
//!
//! It reads cells one by one. It does not read files, and does not know of missing cells: those are the rows that
//! brought no cell.
//!
//! Type of a column, by the classes of its cells (`cell`; Deequ 2.0.2, `DataTypeHistogram`):
//!
//! ```text
//! no cell                                        Unknown
//! any String, or Boolean together with numbers   String
//! any Boolean                                    Boolean
//! any Fractional                                 Fractional
//! else                                           Integral
//! ```
//!
//! A single odd cell makes a column String, and nothing makes it anything else afterwards. A cell without a number
//! (`- 5`, an integer beyond i64, `1e999`) is present and has its class; moments and sketch are of the others.
//!
//! Two texts of numbers that are one number are two distinct values; the mean is of the three numbers:
//!
//! ```
//! use bellwether_analysis::feature::FeatureProfile;
//! use bellwether_contract::statistics::InferredType;
//!
//! let mut column = FeatureProfile::default();
//! ["1", "1.0", "4"].into_iter().for_each(|cell| column.push_text(cell.as_bytes()));
//! assert_eq!(column.inferred_type(), InferredType::Fractional);
//!
//! // Five rows: two of them brought no cell.
//! let numbers = column.finish("x", 5).numerical_statistics.expect("a column of numbers");
//! assert_eq!((numbers.common.num_present, numbers.common.num_missing), (3, 2));
//! assert_eq!((numbers.mean, numbers.approximate_num_distinct_values), (Some(2.0), Some(3)));
//!
//! column.push_text(b"n/a");
//! assert_eq!(column.inferred_type(), InferredType::String);
//! ```

mod partial;

use std::borrow::Cow;

use bellwether_contract::statistics::{
    Categorical, CategoricalBucket, CategoricalDistribution, Common, FeatureStatistics, InferredType,
    StringStatistics, Unknown,
};

use crate::cell::{Cell, Class};
use crate::column::{Numbers, SIDE_BY_SIDE, completeness};
use crate::hll::DistinctCounter;
use crate::observed::TypeCounts;
use crate::values::{Counted, Values};

/// Most distinct values, by estimate, of a column with a histogram. Source: Deequ, `lowCardinalityHistogramThreshold`.
pub const MAX_HISTOGRAM_VALUES: u64 = 120;
/// Whether a column of `true` and `false` is written as String. The engine has a type Boolean, the documented file
/// has not.
pub const BOOLEAN_AS_STRING: bool = true;

/// Rows of a table after which the numbers of its columns are added, side by side. The numbers of a column that is filled
/// by itself are added twice as rarely.
pub(crate) const ROWS_AT_A_TIME: usize = 128;

/// A column so far; the default is empty and the identity of [`FeatureProfile::merge`].
#[derive(Debug, Clone, Default)]
pub struct FeatureProfile {
    /// Of all cells together, if there is one. It is found anew where a value is met for the first time, and at no other
    /// cell.
    class: Option<Class>,
    distinct: DistinctCounter,
    /// Empty as soon as the column is String: it will never be asked for them.
    numbers: Numbers,
    /// Further numbers, in their order. Added together with those of other columns they take less time.
    waiting: Vec<f64>,
    values: Values,
}

impl FeatureProfile {
    /// Adds a text that is present, of a CSV file or a JSON string: `1` and `1.0` are distinct.
    #[inline]
    pub fn push_text(&mut self, cell: &[u8]) {
        let number = self.count_text(cell);
        self.push(number);
    }

    /// Adds a native JSON number, as it is written: `1.0` and `1.00` are one distinct value, though two in a histogram.
    pub fn push_number(&mut self, token: &[u8]) {
        let number = match self.values.find(token) {
            Some(value) => {
                value.count += 1;
                let number = value.cell.number;
                if !std::mem::replace(&mut value.counted.number, true) {
                    self.count_distinct_number(token, number);
                }
                number
            }
            None => {
                let number = self.meet(token, Counted { text: false, number: true });
                self.count_distinct_number(token, number);
                number
            }
        };
        self.push(number);
    }

    /// Adds a native JSON boolean.
    pub fn push_boolean(&mut self, value: bool) {
        self.push_text(if value { b"true" } else { b"false" });
    }

    /// Adds the numbers that wait in some columns, side by side. It only saves time: nobody can see whether numbers wait.
    pub fn settle<'f>(columns: impl IntoIterator<Item = &'f mut Self>) {
        let columns = columns.into_iter().filter_map(|feature| {
            if feature.is_text() {
                feature.waiting.clear();
            }
            (!feature.waiting.is_empty()).then_some((&mut feature.numbers, &mut feature.waiting))
        });
        Numbers::settle(&mut columns.collect::<Vec<_>>());
    }

    /// Adds a block of rows: to each column, told by its place, the texts of its present cells. Some columns at a time, because
    /// their cells lie side by side in memory.
    pub(crate) fn push_rows<'c>(
        columns: &mut [(usize, &mut Self)],
        rows: usize,
        cell: impl Fn(usize, usize) -> Option<&'c [u8]>,
    ) {
        for first in (0..rows).step_by(ROWS_AT_A_TIME) {
            for columns in columns.chunks_mut(SIDE_BY_SIDE) {
                for row in first..rows.min(first + ROWS_AT_A_TIME) {
                    for (column, feature) in &mut *columns {
                        if let Some(text) = cell(row, *column) {
                            feature.push_text(text);
                        }
                    }
                }
                Self::settle(columns.iter_mut().map(|(_, feature)| &mut **feature));
            }
        }
    }

    /// Counts a text, whose number is returned and not added yet.
    #[inline]
    fn count_text(&mut self, cell: &[u8]) -> Option<f64> {
        match self.values.find(cell) {
            Some(value) => {
                value.count += 1;
                let number = value.cell.number;
                // What the distinct counter has counted once it need not count again.
                if !value.counted.text {
                    value.counted.text = true;
                    self.count_distinct_text(cell);
                }
                number
            }
            None => {
                self.count_distinct_text(cell);
                self.meet(cell, Counted { text: true, number: false })
            }
        }
    }

    // This and the next are kept out of the loop over values that are known.
    #[inline(never)]
    fn count_distinct_text(&mut self, cell: &[u8]) {
        self.distinct.insert_text(cell);
    }

    /// Takes in a cell whose value is not known.
    #[inline(never)]
    fn meet(&mut self, cell: &[u8], counted: Counted) -> Option<f64> {
        let known = Cell::of(cell);
        self.values.insert(cell, 1, known, counted);
        self.infer(Some(known.class));
        known.number
    }

    fn count_distinct_number(&mut self, token: &[u8], number: Option<f64>) {
        match number {
            Some(number) => self.distinct.insert_number(number),
            None => self.distinct.insert_text(token),
        }
    }

    #[inline]
    fn push(&mut self, number: Option<f64>) {
        let Some(number) = number else { return };
        if self.waiting.len() < self.waiting.capacity() {
            self.waiting.push(number);
        } else {
            self.push_with_room(number);
        }
    }

    #[cold]
    fn push_with_room(&mut self, number: f64) {
        Self::settle([&mut *self]);
        self.waiting.reserve_exact(2 * ROWS_AT_A_TIME);
        self.waiting.push(number);
    }

    /// Takes in that there are cells that make a column of a class.
    fn infer(&mut self, cells: Option<Class>) {
        let class = joined(self.class, cells);
        if class == self.class {
            return;
        }
        self.class = class;
        if self.is_text() {
            self.numbers = Numbers::default();
            self.waiting = Vec::new();
        }
    }

    /// Whether the cells make a column of texts, whatever may follow.
    fn is_text(&self) -> bool {
        self.class == Some(Class::String)
    }

    /// Adds the cells of a later part. Types, counts, distinct values and histogram do not depend on how a column was
    /// split; moments do in their last digits, buckets within the error of the sketch. An empty part changes no bit.
    pub fn merge(&mut self, later: &Self) {
        self.distinct.merge(&later.distinct);
        self.values.merge(&later.values);
        self.infer(later.class);
        if !self.is_text() {
            Self::settle([&mut *self]);
            self.numbers.merge(&later.settled());
        }
    }

    /// All numbers; a column of texts has none.
    fn settled(&self) -> Cow<'_, Numbers> {
        let mut numbers = Cow::Borrowed(&self.numbers);
        if !self.waiting.is_empty() && !self.is_text() {
            Numbers::settle(&mut [(numbers.to_mut(), &mut self.waiting.clone())]);
        }
        numbers
    }

    /// Cells with a value.
    #[must_use]
    pub fn present(&self) -> u64 {
        self.values.types().present()
    }

    /// Cells by class, in a table of that many rows.
    #[must_use]
    pub fn types(&self, rows: u64) -> TypeCounts {
        let types = self.values.types();
        TypeCounts { missing: rows.saturating_sub(types.present()), ..types }
    }

    /// The type of the column by the rule above; Boolean stays Boolean here.
    #[must_use]
    pub fn inferred_type(&self) -> InferredType {
        match self.class {
            None => InferredType::Unknown,
            Some(Class::Fractional) => InferredType::Fractional,
            Some(Class::Integral) => InferredType::Integral,
            Some(Class::Boolean) => InferredType::Boolean,
            Some(Class::String) => InferredType::String,
        }
    }

    /// Exact counts by value, where the estimate of distinct values is at most [`MAX_HISTOGRAM_VALUES`] and their bytes
    /// could be kept; in the container's order, which depends on the column's name and on whether cells of the table's rows
    /// are missing. The engine has them of columns of numbers as well; the file has them of texts only.
    #[must_use]
    pub fn histogram(&self, name: &str, rows: u64) -> Option<Vec<CategoricalBucket>> {
        if self.distinct.estimate() > MAX_HISTOGRAM_VALUES {
            return None;
        }
        let bucket = |(text, count): (&[u8], u64)| CategoricalBucket {
            value: String::from_utf8_lossy(text).into_owned(),
            count,
            unknown: Unknown::new(),
        };
        let has_missing = self.types(rows).missing > 0;
        Some(self.values.counts(name, has_missing)?.into_iter().map(bucket).collect())
    }

    /// The column's entry in `statistics.json`, in a table of that many rows.
    #[must_use]
    pub fn finish(&self, name: &str, rows: u64) -> FeatureStatistics {
        let types = self.types(rows);
        let common =
            Common { num_present: types.present(), num_missing: types.missing, unknown: Unknown::new() };
        let mut feature = FeatureStatistics {
            name: name.to_owned(),
            inferred_type: self.inferred_type(),
            ..FeatureStatistics::default()
        };
        match feature.inferred_type {
            InferredType::Integral | InferredType::Fractional => {
                feature.numerical_statistics = Some(self.settled().finish(common, &self.distinct));
            }
            InferredType::Unknown => feature.common = Some(common),
            _ => feature.string_statistics = Some(self.texts(common, name, rows)),
        }
        if BOOLEAN_AS_STRING && feature.inferred_type == InferredType::Boolean {
            feature.inferred_type = InferredType::String;
        }
        feature
    }

    fn texts(&self, common: Common, name: &str, rows: u64) -> StringStatistics {
        let distribution = self.histogram(name, rows).map(|buckets| CategoricalDistribution {
            categorical: Some(Categorical { buckets, unknown: Unknown::new() }),
            unknown: Unknown::new(),
        });
        StringStatistics {
            distinct_count: Some(self.distinct.estimate() as f64),
            completeness: Some(completeness(&common)),
            common,
            distribution,
            unknown: Unknown::new(),
        }
    }
}

/// The class of a column of which some cells make one class and the others another.
fn joined(some: Option<Class>, others: Option<Class>) -> Option<Class> {
    let (Some(one), Some(other)) = (some, others) else { return some.or(others) };
    Some(match (one, other) {
        _ if one == other => one,
        (Class::Integral | Class::Fractional, Class::Integral | Class::Fractional) => Class::Fractional,
        _ => Class::String,
    })
}

#[cfg(test)]
mod tests;
