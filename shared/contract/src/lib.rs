//! What the files say: the published shapes of data capture, baselines, reports and metrics, and the keys they lie under.
//!
//! This crate reads and writes values. It does no I/O, keeps no opinion on the numbers, and sets no default that
//! changes a verdict.

#![warn(missing_docs)]
#![cfg_attr(not(test), warn(clippy::disallowed_methods, clippy::disallowed_types))]

pub mod baseline;
pub mod capture;
pub mod catalog;
pub mod constraints;
pub mod container;
pub mod error;
pub mod evaluation;
pub mod evidence;
pub mod execution;
pub mod explained;
pub mod ground_truth;
pub mod json;
pub mod judged;
pub mod keys;
mod kind;
pub mod layout;
pub mod lease;
pub mod lists;
pub mod manifest;
pub mod metrics;
pub mod misspelt;
pub mod model_bias;
pub mod model_explainability;
pub mod model_quality;
pub mod named;
pub mod names;
pub mod notification;
pub mod parts;
pub mod plan;
pub mod printable;
pub mod room;
pub mod routing;
pub mod sessions;
pub mod shape;
pub mod statistics;
pub mod text;
pub mod told;
pub mod trigger;
pub mod violations;
pub mod watched;
pub mod window;
mod written;

pub use error::ContractError;
pub use jiff::Timestamp;
