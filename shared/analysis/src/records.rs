//! What a monitor gathers from captured records, one by one, in a form that can be split and merged.
//!
//! It reads no file and filters nothing; which records belong to a window is decided before.

use crate::partial::PartialError;
use bellwether_contract::capture::{CaptureRecord, Rejected};

/// Gathers captured records. Merging is associative, with [`RecordProfile::empty`] as its identity.
pub trait RecordProfile: Send {
    /// The same profile without a record.
    #[must_use]
    fn empty(&self) -> Self;

    /// Adds one record, or says why it is not measured; then nothing of it was added.
    ///
    /// # Errors
    /// The reason, which the caller counts.
    fn add(&mut self, record: &CaptureRecord<'_>) -> Result<Noted, Rejected>;

    /// Adds what a later part of the window gathered.
    fn merge(&mut self, later: &Self);
}

/// A profile that another machine takes up again: what it gathered goes as bytes, how it reads records does not.
pub trait Portable: RecordProfile + Sized {
    /// What was gathered so far.
    ///
    /// # Errors
    /// [`PartialError::TooLarge`].
    fn encode(&self) -> Result<Vec<u8>, PartialError>;

    /// A profile of these settings with what was gathered elsewhere, for instance to be merged into this one.
    ///
    /// # Errors
    /// Why the bytes are none of these settings.
    fn decode(&self, bytes: &[u8]) -> Result<Self, PartialError>;
}

/// What is to be told of a record that is measured.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Noted {
    /// Numbers that no double holds: NaN, infinities and numbers beyond its range, which are missing in JSON; in CSV these last
    /// ones alone.
    pub non_finite: u64,
    /// Rows of CSV that repeat the names of the columns: dropped.
    pub header_rows: u64,
    /// Cells of a row of it, where they are known by their places.
    pub width: Option<usize>,
    /// Records that no id of their own tells apart from others: this one, and those before it that this one shows to be such.
    pub no_id: u64,
    /// Records that were left out as copies before this one showed that their id names none: measured with it, whose equals
    /// they are.
    pub no_copies: u64,
}
