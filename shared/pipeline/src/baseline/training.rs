//! The data-quality baseline of a model version: its training dataset, profiled, and the constraints suggested by it.
//!
//! Stage, commit, publish, move the pointer, as for lists. There is no floor to fall below. Constraints that were published once
//! may be edited where they stand, and stay so until the manifest changes.

use super::shelf::Shelf;
use super::{Outcome, ROUNDS, Read, pointer};
use crate::dataset::{Format, Profiled, profile};
use crate::progress::Watcher;
use crate::report::Report;
use crate::{RunError, swap};
use aws_sdk_s3::Client;
use bellwether_contract::baseline::DataQualityBaseline;
use bellwether_contract::keys::Key;
use bellwether_contract::layout::FirstLayout;
use bellwether_contract::manifest::Manifest;
use bellwether_contract::names::ModelVersion;
use bellwether_storage::Location;
use jiff::Timestamp;
use serde::Serialize;

/// A training dataset, where it lies and how it is written.
#[derive(Debug)]
pub(super) struct Training {
    pub(super) dataset: Location,
    pub(super) format: Format,
}

/// What became of a version's training dataset.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Trained {
    /// What was done.
    pub outcome: Outcome,
    /// URI of the `data_quality_baseline.json`.
    pub object: String,
    /// The version whose baseline is in force.
    pub current: ModelVersion,
    /// The baseline that counts, whoever made it.
    pub baseline: DataQualityBaseline,
}

/// Keeps the baseline of a dataset, or completes what an earlier attempt left undone.
pub(super) async fn keep(
    shelf: &Shelf,
    read: &Read,
    training: &Training,
    s3: Option<&Client>,
    watcher: Watcher<'_>,
) -> Result<Trained, RunError> {
    let Manifest { endpoint_name, target_variant, model_version, .. } = &read.manifest;
    let key = Key::DataQualityBaseline(endpoint_name, target_variant, model_version).to_string();
    let mut drafted = None;
    for round in 0..ROUNDS {
        let (committed, state): (Option<DataQualityBaseline>, _) =
            swap::read(&shelf.baselines, &key, DataQualityBaseline::MAX_BYTES).await?.unzip();
        let outcome = match committed {
            Some(baseline) if baseline.manifest_digest == read.digest => {
                return conclude(shelf, baseline, Outcome::Unchanged, read.now).await;
            }
            Some(_) => Outcome::Replaced,
            None => Outcome::Made,
        };
        let (draft, report) = match drafted.take() {
            Some(drafted) => drafted,
            None => draft(read, &profile(&training.dataset, s3, &training.format.into(), watcher).await?)?,
        };
        let baseline = DataQualityBaseline::clone(&draft).after(committed.as_ref());
        if shelf.commit(&baseline, &report, state.as_ref()).await? {
            return conclude(shelf, baseline, outcome, read.now).await;
        }
        drafted = Some((draft, report));
        swap::pause(round).await;
    }
    Err(RunError::Contended { object: shelf.baselines.uri(&key) })
}

fn draft(read: &Read, profiled: &Profiled) -> Result<(DataQualityBaseline, Report), RunError> {
    let (statistics, constraints) = profiled.suggest();
    let report = Report::of_baseline(&statistics, &constraints)?;
    let Manifest { endpoint_name, target_variant, model_version, created_at, .. } = &read.manifest;
    let baseline = DataQualityBaseline {
        layout: FirstLayout,
        model_version: model_version.clone(),
        created_at: *created_at,
        endpoint_name: endpoint_name.clone(),
        target_variant: target_variant.clone(),
        rows: statistics.dataset.item_count,
        columns: statistics.features.len() as u64,
        manifest_digest: read.digest.clone(),
        files: report.committed(),
        generation: 0,
        superseded: Vec::new(),
    };
    Ok((baseline, report))
}

/// After the commit: files under their final names, then the pointer.
async fn conclude(
    shelf: &Shelf,
    baseline: DataQualityBaseline,
    outcome: Outcome,
    now: Timestamp,
) -> Result<Trained, RunError> {
    let baseline = shelf.publish(baseline).await?;
    let DataQualityBaseline { endpoint_name, target_variant, .. } = &baseline;
    let key = Key::CurrentDataQuality(endpoint_name, target_variant).to_string();
    let current = pointer::advance_to(&shelf.baselines, &key, &baseline.age(), now).await?.model_version;
    let object = shelf.uri(&baseline);
    Ok(Trained { outcome, object, current, baseline })
}
