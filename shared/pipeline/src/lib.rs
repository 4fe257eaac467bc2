//! One run, start to end: it owns every effect and their order. Stage, commit, publish, announce.
//!
//! There is no arithmetic here: what the numbers mean is in the analysis crate, where bytes lie in the storage crate,
//! what the files say in the contract crate.

pub mod baseline;
pub mod captures;
pub mod clients;
mod clock;
pub mod commit;
pub mod contained;
pub mod dataset;
pub mod deadline;
pub mod dispatch;
pub mod doctor;
pub mod document;
pub mod error;
pub mod executions;
pub mod ground_truth;
pub mod inputs;
mod invocations;
pub mod machine;
pub mod merge;
pub mod meter;
pub mod metrics;
pub mod monitor;
pub mod monitors;
mod persistence;
pub mod progress;
mod publication;
pub mod redrawn;
pub mod replay;
pub mod report;
pub mod route;
pub mod scheduled;
pub mod settings;
mod swap;
pub mod timeline;

pub use error::RunError;
