//! Hours of the model-bias monitor: captured requests and answers, and labels that come later in, a report out, over real folders and
//! real HTTP.
//!
//! What the metrics are is proved in the analysis crate against other people's numbers, and AWS's own example runs through the command
//! (cli/tests/groups.rs); here counts are made by hand.

mod baseline;
mod batch;
mod hostile;
mod hour;
mod lambda;
mod late;
mod merged;
mod newsroom;
mod told;
pub(crate) mod traffic;
mod week;
