//! What kind of answer a model gives.

use std::str::FromStr;

use crate::ContractError;
use crate::written::{Found, Written, words};

words! {
    /// What kind of answer a model gives, in SageMaker's spelling; read in any letter case.
    #[derive(Copy, Hash, PartialOrd, Ord)]
    ProblemType {
        /// A number.
        Regression,
        /// One of two labels, or the probability of one.
        BinaryClassification,
        /// One of several labels.
        MulticlassClassification,
    }
}

impl ProblemType {
    /// What the blocks of its files begin with: `binary_classification`.
    #[must_use]
    pub fn prefix(self) -> &'static str {
        match self {
            Self::Regression => "regression",
            Self::BinaryClassification => "binary_classification",
            Self::MulticlassClassification => "multiclass_classification",
        }
    }
}

impl FromStr for ProblemType {
    type Err = ContractError;

    fn from_str(text: &str) -> Result<Self, ContractError> {
        let found = Found::Text(text);
        let refused =
            || ContractError::malformed("problem type", format!("is {found}; {}", Self::remedy(found)));
        Self::of(found).ok_or_else(refused)
    }
}
