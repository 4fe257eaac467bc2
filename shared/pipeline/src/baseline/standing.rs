//! What became of a manifest, and whether the hourly check judges by its baseline.
//!
//! It moves no pointer and sends no message.

use super::training::Trained;
use super::{pointer, shelf};
use crate::RunError;
use crate::report::digest;
use bellwether_analysis::monitors::diversity::feature_name;
use bellwether_contract::ContractError;
use bellwether_contract::baseline::DiversityBaseline;
use bellwether_contract::names::{EndpointName, ModelVersion, VariantName};
use bellwether_storage::Store;
use jiff::Timestamp;
use serde::Serialize;

/// What became of the lists of a manifest.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Generated {
    /// What was done.
    pub outcome: Outcome,
    /// What follows for the hourly check.
    pub standing: Standing,
    /// URI of the `diversity_baseline.json`.
    pub object: String,
    /// The baseline that counts, whoever made it.
    pub baseline: DiversityBaseline,
}

/// What became of a version's manifest: of its training dataset, and of its lists.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Made {
    /// Absent where the manifest names no training dataset.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub training: Option<Trained>,
    /// Absent where there is a training dataset and no list.
    #[serde(flatten)]
    pub lists: Option<Generated>,
}

/// What was done about a version's baseline.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Outcome {
    /// The version had none.
    Made,
    /// Its manifest had changed.
    Replaced,
    /// It was there, made from the same manifest.
    Unchanged,
}

/// Whether the hourly check judges by a baseline.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Standing {
    /// It does.
    Current,
    /// It judges by another one: a newer version's, or the one that was put in force by hand.
    Kept {
        /// The version in force.
        current: ModelVersion,
    },
    /// It does not, and the on-call must hear of it.
    BelowFloor(BelowFloor),
}

/// A baseline that is itself below the floor: kept, not put in force, to be announced as a violation.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct BelowFloor {
    /// The endpoint.
    pub endpoint_name: EndpointName,
    /// Its variant.
    pub target_variant: VariantName,
    /// The version that is too uniform.
    pub model_version: ModelVersion,
    /// When its model was made.
    pub created_at: Timestamp,
    /// `top10_category_diversity_mean`, for the k of the baseline.
    pub metric_name: String,
    /// What was measured.
    pub mean: f64,
    /// What is required.
    pub floor: f64,
    /// The version in force, if there is one; this version itself where its manifest changed after it was.
    pub current: Option<ModelVersion>,
    /// URI of the `diversity_baseline.json`.
    pub object: String,
    /// The same for the same baseline, however often its event comes: what a message's id may be derived from.
    pub digest: String,
}

/// What is to be announced of a baseline, if it is below the floor.
pub(super) async fn below_floor(
    store: &Store,
    baseline: &DiversityBaseline,
    floor: f64,
) -> Result<Option<BelowFloor>, RunError> {
    let object = shelf::uri(store, baseline);
    let metric_name = format!("{}_mean", feature_name(baseline.top_k as usize));
    let metric = baseline.recommendation_metrics.get(&metric_name);
    let mean =
        metric.ok_or_else(|| ContractError::malformed(&object, format!("holds no {metric_name}")))?.value;
    if mean >= floor {
        return Ok(None);
    }
    let current = pointer::current(store, &baseline.endpoint_name, &baseline.target_variant).await?;
    Ok(Some(BelowFloor {
        endpoint_name: baseline.endpoint_name.clone(),
        target_variant: baseline.target_variant.clone(),
        model_version: baseline.model_version.clone(),
        created_at: baseline.created_at,
        metric_name,
        mean,
        floor,
        current: current.map(|current| current.model_version),
        object,
        digest: digest(&baseline.files),
    }))
}
