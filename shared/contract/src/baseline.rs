//! The diversity baseline of a model version, and the pointer to the one in force.
//!
//! It sets no threshold: the acceptable band is the analysis crate's.

use crate::names::{EndpointName, ModelVersion, VariantName};
use crate::{named::Named, statistics::Metric};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

/// `current.json`: which model version's baseline is in force for an endpoint's variant.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CurrentBaseline {
    /// The version whose folder holds the baseline.
    pub model_version: ModelVersion,
    /// When the model was made; a later one is newer.
    pub created_at: Timestamp,
}

/// `diversity_baseline.json`: what the lists of one model version measured.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct DiversityBaseline {
    /// The version that was measured.
    pub model_version: ModelVersion,
    /// When the model was made.
    pub created_at: Timestamp,
    /// The endpoint it is meant for.
    pub endpoint_name: EndpointName,
    /// The variant it is meant for.
    pub target_variant: VariantName,
    /// Length of the lists that were measured: a baseline speaks only about runs of the same k.
    pub top_k: u32,
    /// Sessions in the validation set.
    pub sessions: u64,
    /// Sessions that were answered.
    pub answered: u64,
    /// The aggregates, under the names that `statistics.json` uses.
    pub recommendation_metrics: Named<Metric>,
}
