//! What the numbers mean: profiles, constraints and verdicts as pure functions between plain values.
//!
//! Same input, same bytes. There is no clock, no randomness, no environment, no log and no I/O in here; the manifest
//! shows that none could be.

#![warn(missing_docs)]
#![cfg_attr(not(test), warn(clippy::disallowed_methods, clippy::disallowed_types))]

pub mod attribute;
pub mod captured_kinds;
pub mod captured_rows;
pub mod cell;
mod cells;
pub mod column;
pub mod completeness;
pub mod delimited;
pub mod diversity;
pub mod drift;
#[cfg(test)]
mod engine;
pub mod feature;
pub mod flat_json;
pub mod ground_truth;
pub mod hll;
mod id_map;
mod json_path;
pub mod kll;
pub mod label_coverage;
pub mod labelled_records;
pub mod model_bias;
pub mod model_explainability;
pub mod model_quality;
pub mod moments;
pub mod monitors;
pub mod observed;
pub mod partial;
mod random;
pub mod recommendations;
pub mod records;
mod repeats;
pub mod selection;
pub mod suggest;
pub mod table;
mod trie;
mod values;
pub mod verdict;
pub mod window_filter;
