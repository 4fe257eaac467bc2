//! What was seen of a table: its statistics, and the counts of cells by type that the file has no place for.
//!
//! A plain value between profiling and evaluating. It adds up counts and computes nothing else.
//!
//! ```
//! use bellwether_analysis::observed::TypeCounts;
//!
//! // 2,000 cells of a column of whole numbers, seven of which hold a fraction and 23 nothing.
//! let cells = TypeCounts { integral: 1_970, fractional: 7, missing: 23, ..TypeCounts::default() };
//! assert_eq!(cells.present(), 1_977);
//! ```

use bellwether_contract::statistics::Statistics;

/// Cells of one column, counted by what each looks like on its own.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct TypeCounts {
    /// Numbers with a fraction or an exponent.
    pub fractional: u64,
    /// Whole numbers.
    pub integral: u64,
    /// `true` and `false`.
    pub boolean: u64,
    /// Everything else that is a value.
    pub string: u64,
    /// Cells without a value.
    pub missing: u64,
}

impl TypeCounts {
    /// Cells with a value.
    #[must_use]
    pub fn present(&self) -> u64 {
        self.fractional + self.integral + self.boolean + self.string
    }

    /// Adds other cells.
    pub(crate) fn add(&mut self, others: &Self) {
        self.fractional += others.fractional;
        self.integral += others.integral;
        self.boolean += others.boolean;
        self.string += others.string;
        self.missing += others.missing;
    }
}

/// What was seen of a table.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Observed {
    /// The file.
    pub statistics: Statistics,
    /// Cells by type, one entry a feature of the file, in its order.
    pub types: Vec<TypeCounts>,
}
