//! The hourly model-bias monitor as a Lambda function.

/// What one process makes at cold start.
pub type Function = bellwether_serve::Hourly<bellwether_pipeline::monitors::model_bias::ModelBias>;
