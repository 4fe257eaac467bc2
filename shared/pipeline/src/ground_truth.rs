//! The labels of a window: the files of its hours, read in the order of their keys.
//!
//! A label is known by the hour in which it was collected. It joins nothing and judges nothing; what a record of labels is, and
//! which of two counts, is the analysis crate's business.

use crate::RunError;
use crate::captures::{Kind, count_kind, is_packed, kind, oversize};
use bellwether_analysis::ground_truth::Labels;
use bellwether_contract::capture::Rejected;
use bellwether_contract::execution::{BrokenLine, GroundTruthSummary};
use bellwether_contract::keys::Key;
use bellwether_contract::window::{Interval, truncate};
use bellwether_storage::{Content, Entry, Lines, StorageError, Store};
use jiff::Timestamp;

/// Which labels.
#[derive(Debug, Clone, Copy)]
pub struct Hours {
    /// The first hour.
    pub from: Timestamp,
    /// The first hour that is not read.
    pub until: Timestamp,
}

/// Labels as they were read.
#[derive(Debug)]
pub struct GroundTruth {
    /// The labels by the id of their record.
    pub labels: Labels,
    /// What became of the files; of the join it says nothing yet.
    pub summary: GroundTruthSummary,
    /// Why there is no label at all, where there is none.
    pub absent: Option<String>,
}
