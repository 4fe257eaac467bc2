//! The monitors: one file each, and the table that says which there are.
//!
//! A monitor is three verbs over plain values: its statistics, its constraints, and what of them is violated.

pub mod data_quality;
pub mod diversity;

/// Every scheduled monitor, by the name of its function's folder; a test demands the rest of each by these names.
pub const MONITORS: [&str; 2] = ["data-quality", "diversity-check"];
