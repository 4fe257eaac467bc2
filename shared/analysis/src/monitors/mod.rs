//! The monitors: one file each, and the table that says which there are.
//!
//! A monitor is three verbs over plain values: its statistics, its constraints, and what of them is violated.

pub mod data_quality;
pub mod diversity;

/// Every scheduled monitor: the name of its function's folder, and that of its file here. A test demands the rest of each
/// by these names.
pub const MONITORS: [(&str, &str); 2] = [("data-quality", "data_quality"), ("diversity-check", "diversity")];
