//! What a monitor gathers from captured records, one by one, in a form that can be split and merged.
//!
//! It reads no file and filters nothing; which records belong to a window is decided before.

use bellwether_contract::capture::{CaptureRecord, LeftOut};

/// Gathers captured records. Merging is associative, with [`RecordProfile::empty`] as its identity.
pub trait RecordProfile: Send {
    /// The same profile without a record.
    #[must_use]
    fn empty(&self) -> Self;

    /// Adds one record, or says why it is not measured; then nothing of it was added.
    ///
    /// # Errors
    /// The reason, which the caller counts.
    fn add(&mut self, record: &CaptureRecord<'_>) -> Result<(), LeftOut>;

    /// Adds what a later part of the window gathered.
    fn merge(&mut self, later: &Self);
}
