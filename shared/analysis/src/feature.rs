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

use bellwether_contract::statistics::{
    Categorical, CategoricalBucket, CategoricalDistribution, Common, FeatureStatistics, InferredType,
    StringStatistics, Unknown,
};

use crate::cell::{Cell, Class};
use crate::column::{Numbers, completeness};
use crate::hll::{DistinctCounter, hash};
use crate::observed::TypeCounts;
use crate::values::Values;

/// Most distinct values, by estimate, of a column with a histogram. Source: Deequ, `lowCardinalityHistogramThreshold`.
pub const MAX_HISTOGRAM_VALUES: u64 = 120;
/// Whether a column of `true` and `false` is written as String. The engine has a type Boolean, the documented file
/// has not.
pub const BOOLEAN_AS_STRING: bool = true;

/// A column so far; the default is empty and the identity of [`FeatureProfile::merge`].
#[derive(Debug, Clone, Default)]
pub struct FeatureProfile {
    types: TypeCounts,
    distinct: DistinctCounter,
    /// Empty as soon as the column is String: it will never be asked for them.
    numbers: Numbers,
    values: Values,
}

impl FeatureProfile {
    /// Adds a text that is present, of a CSV file or a JSON string: `1` and `1.0` are distinct.
    pub fn push_text(&mut self, cell: &[u8]) {
        let hash = hash(cell);
        let known = match self.values.find(hash, cell) {
            Some(value) => {
                value.count += 1;
                // What the distinct counter has heard once it need not hear again.
                if !std::mem::replace(&mut value.is_text, true) {
                    self.distinct.insert_hash(hash);
                }
                value.cell
            }
            None => {
                let known = Cell::of(cell);
                self.distinct.insert_hash(hash);
                self.values.insert(hash, cell, 1, known, true);
                known
            }
        };
        self.count(known);
    }

    /// Adds a native JSON number, as it is written: `1.0` and `1.00` are one distinct value, though two in a histogram.
    pub fn push_number(&mut self, token: &[u8]) {
        let hash = hash(token);
        let known = match self.values.find(hash, token) {
            Some(value) => {
                value.count += 1;
                value.cell
            }
            None => {
                let known = Cell::of(token);
                self.values.insert(hash, token, 1, known, false);
                known
            }
        };
        match known.number {
            Some(number) => self.distinct.insert_number(number),
            None => self.distinct.insert_hash(hash),
        }
        self.count(known);
    }

    /// Adds a native JSON boolean.
    pub fn push_boolean(&mut self, value: bool) {
        self.push_text(if value { b"true" } else { b"false" });
    }

    fn count(&mut self, cell: Cell) {
        match cell.class {
            Class::Fractional => self.types.fractional += 1,
            Class::Integral => self.types.integral += 1,
            Class::Boolean => self.types.boolean += 1,
            Class::String => self.types.string += 1,
        }
        if is_text(&self.types) {
            self.forget_numbers();
        } else if let Some(number) = cell.number {
            self.numbers.push(number);
        }
    }

    /// Adds the cells of a later part. Types, counts, distinct values and histogram do not depend on how a column was
    /// split; moments do in their last digits, buckets within the error of the sketch. An empty part changes no bit.
    pub fn merge(&mut self, later: &Self) {
        self.types.fractional += later.types.fractional;
        self.types.integral += later.types.integral;
        self.types.boolean += later.types.boolean;
        self.types.string += later.types.string;
        self.distinct.merge(&later.distinct);
        self.values.merge(&later.values);
        if is_text(&self.types) {
            self.forget_numbers();
        } else {
            self.numbers.merge(&later.numbers);
        }
    }

    fn forget_numbers(&mut self) {
        if !self.numbers.is_empty() {
            self.numbers = Numbers::default();
        }
    }

    /// Cells with a value.
    #[must_use]
    pub fn present(&self) -> u64 {
        self.types.present()
    }

    /// Cells by class, in a table of that many rows.
    #[must_use]
    pub fn types(&self, rows: u64) -> TypeCounts {
        TypeCounts { missing: rows.saturating_sub(self.present()), ..self.types }
    }

    /// The type of the column by the rule above; Boolean stays Boolean here.
    #[must_use]
    pub fn inferred_type(&self) -> InferredType {
        match self.types {
            types if types.present() == 0 => InferredType::Unknown,
            types if is_text(&types) => InferredType::String,
            types if types.boolean > 0 => InferredType::Boolean,
            types if types.fractional > 0 => InferredType::Fractional,
            _ => InferredType::Integral,
        }
    }

    /// Exact counts by value, where the estimate of distinct values is at most [`MAX_HISTOGRAM_VALUES`] and their bytes
    /// could be kept. The engine has them of columns of numbers as well; the file has them of texts only.
    #[must_use]
    pub fn histogram(&self) -> Option<Vec<CategoricalBucket>> {
        if self.distinct.estimate() > MAX_HISTOGRAM_VALUES {
            return None;
        }
        let bucket = |(text, count): (&[u8], u64)| CategoricalBucket {
            value: String::from_utf8_lossy(text).into_owned(),
            count,
            unknown: Unknown::new(),
        };
        Some(self.values.counts()?.into_iter().map(bucket).collect())
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
                feature.numerical_statistics = Some(self.numbers.finish(common, &self.distinct));
            }
            InferredType::Unknown => feature.common = Some(common),
            _ => feature.string_statistics = Some(self.texts(common)),
        }
        if BOOLEAN_AS_STRING && feature.inferred_type == InferredType::Boolean {
            feature.inferred_type = InferredType::String;
        }
        feature
    }

    fn texts(&self, common: Common) -> StringStatistics {
        let distribution = self.histogram().map(|buckets| CategoricalDistribution {
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

/// Whether these cells make a column of texts, whatever may follow.
fn is_text(types: &TypeCounts) -> bool {
    types.string > 0 || (types.boolean > 0 && types.integral + types.fractional > 0)
}

#[cfg(test)]
mod tests;
