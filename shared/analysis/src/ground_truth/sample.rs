//! A share of the ids, the same of both sides of a join.
//!
//! An id is in the sample where XXH64 (seed 42) of its 16 bytes, most significant first, is below the share of 2^64, as a
//! [`Selection`](crate::selection::Selection) takes a captured record by its `eventId`. Here it is the id by which records are joined.

use crate::hll::hash;

/// Which ids are measured; all of them by default.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Sample(Option<u64>);

impl Sample {
    /// A share above 0; all ids from 1 on.
    #[must_use]
    pub fn of(share: f64) -> Self {
        // Scaling by a power of two is exact.
        Self((share < 1.0).then_some((share * 2f64.powi(64)) as u64))
    }

    /// Whether an id is in the sample.
    #[must_use]
    pub fn keeps(self, id: u128) -> bool {
        self.0.is_none_or(|limit| hash(&id.to_be_bytes()) < limit)
    }
}
