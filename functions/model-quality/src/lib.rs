//! The hourly model-quality monitor as a Lambda function.

/// What one process makes at cold start.
pub type Function = bellwether_serve::Hourly<bellwether_pipeline::monitors::model_quality::ModelQuality>;
