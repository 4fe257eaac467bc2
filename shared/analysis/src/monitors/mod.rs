//! The monitors, one file each.
//!
//! A monitor is three verbs over plain values: its statistics, its constraints, and what of them is violated.

pub mod data_quality;
pub mod diversity;
pub mod model_bias;
pub mod model_explainability;
pub mod model_quality;
