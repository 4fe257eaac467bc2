//! Hours of the model-quality monitor: captured answers and labels that come later in, a report out, over real folders and real
//! HTTP.
//!
//! What the metrics are is proved in the analysis crate against other people's numbers; here counts are made by hand.

mod baseline;
mod estimate;
mod hour;
mod labels;
mod lambda;
mod late;
mod merged;
mod newsroom;
pub(crate) mod traffic;
mod week;
