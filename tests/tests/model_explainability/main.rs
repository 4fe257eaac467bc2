//! Hours of the model-explainability monitor: captured requests, a model that is asked over real HTTP and through InvokeEndpoint, a
//! report out.
//!
//! What values are is proved in the analysis crate against other people's numbers; here a creditor's model is small enough to be
//! explained by hand.

mod asked;
mod baseline;
mod hour;
mod lambda;
mod newsroom;
mod refused;
pub(crate) mod traffic;
