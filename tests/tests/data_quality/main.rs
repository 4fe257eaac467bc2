//! Hours of the data-quality monitor: captured records and a baseline in, a report out, over real folders and real HTTP.
//!
//! Expected numbers and texts are counted by hand, or are what AWS's container reported on the same data.

mod batch;
mod churn;
mod completeness;
mod doctor;
mod document;
mod hour;
mod judged_hours;
mod lambda;
mod many_columns;
mod many_points;
mod merged;
mod newsroom;
mod outcomes;
mod refused;
pub(crate) mod traffic;
mod unread;
