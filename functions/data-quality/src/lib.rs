//! The hourly data-quality monitor as a Lambda function.

/// What one process makes at cold start.
pub type Function = bellwether_serve::Hourly<bellwether_pipeline::monitors::data_quality::DataQuality>;
