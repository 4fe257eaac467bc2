//! What the tests stand on: an embedded AWS and a simulated model endpoint, both over real HTTP on loopback.
//!
//! Nothing of Bellwether is replaced here: the tests run the real pipeline against these.

pub mod answer;
pub mod aws;
mod buckets;
mod chunked;
pub mod executions;
pub mod faults;
pub mod http;
pub mod load;
pub mod local;
pub mod machine;
mod metric_data;
pub mod operation;
pub mod plot;
pub mod recorded;
mod s3;
mod services;
pub mod simulator;
mod topics;
pub mod troubles;
pub mod wide_hours;
