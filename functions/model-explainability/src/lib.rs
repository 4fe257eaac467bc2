//! The hourly model-explainability monitor as a Lambda function.

/// What one process makes at cold start.
pub type Function =
    bellwether_serve::Hourly<bellwether_pipeline::monitors::model_explainability::ModelExplainability>;
