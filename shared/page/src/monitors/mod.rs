//! What each monitor alone can show, a file each. Nobody else names a monitor.

pub mod data_quality;
pub mod diversity;
mod judged;
pub mod model_bias;
pub mod model_explainability;
pub mod model_quality;

pub use judged::Checks;
