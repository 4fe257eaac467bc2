//! The baseline of data quality: constraints, statistics, and the model version they are of.
//!
//! It judges nothing.

use super::NamedBaseline;
use crate::settings::hex;
use crate::{RunError, inputs};
use aws_sdk_s3::Client;
use bellwether_contract::baseline::{CurrentBaseline, DiversityBaseline};
use bellwether_contract::constraints::{Constraints, Switch};
use bellwether_contract::json::from_slice;
use bellwether_contract::keys::{Key, ReportFile};
use bellwether_contract::names::{EndpointName, ModelVersion, VariantName};
use bellwether_contract::statistics::Statistics;
use bellwether_storage::{Location, Store};
use bytes::Bytes;
use sha2::{Digest, Sha256};

/// Largest baseline file that is read: a column of numbers takes some 20 kB of statistics.
const MAX_BYTES: u64 = 128 * 1024 * 1024;

/// What the window is held against.
#[derive(Debug)]
pub(super) struct Baseline {
    /// The version it is of, where it was found as the one in force.
    pub(super) version: Option<ModelVersion>,
    /// SHA-256 over the bytes of its files.
    pub(super) digest: String,
    /// What columns must satisfy.
    pub(super) constraints: Constraints,
    /// What distributions are compared with.
    pub(super) statistics: Option<Statistics>,
    /// Keys of the constraints that are probably misspelt.
    pub(super) doubtful: Vec<String>,
}

impl Baseline {
    /// A baseline whose files are named.
    pub(super) async fn named(named: NamedBaseline<'_>, s3: Option<&Client>) -> Result<Self, RunError> {
        let constraints = read(named.constraints, s3).await?;
        let statistics = match named.statistics {
            Some(location) => Some(read(location, s3).await?),
            None => None,
        };
        Self::of(None, &constraints, statistics.as_ref())
    }

    /// Files with the names under which they are told of.
    fn of(
        version: Option<ModelVersion>,
        constraints: &(String, Bytes),
        statistics: Option<&(String, Bytes)>,
    ) -> Result<Self, RunError> {
        let mut digest = Sha256::new();
        let files = [Some(constraints), statistics];
        files.into_iter().flatten().for_each(|(_, bytes)| digest.update(Sha256::digest(bytes)));
        let (limits, doubtful) = Constraints::of_columns(&constraints.0, &constraints.1)?;
        Ok(Self {
            version,
            digest: hex(&digest.finalize()),
            constraints: limits,
            statistics: statistics.map(|(name, bytes)| Statistics::of_columns(name, bytes)).transpose()?,
            doubtful: doubtful.iter().map(|key| format!("{}: {key}", constraints.0)).collect(),
        })
    }

    /// The baseline in force, or why there is none. A version in force whose files are gone is an error.
    pub(super) async fn in_force(
        store: &Store,
        endpoint: &EndpointName,
        variant: &VariantName,
    ) -> Result<Result<Self, String>, RunError> {
        let key = Key::CurrentDataQuality(endpoint, variant).to_string();
        let Some(pointer) = inputs::optional(store.get(&key, DiversityBaseline::MAX_BYTES).await)? else {
            return Ok(Err(format!("no baseline at {}", store.uri(&key))));
        };
        let pointer: CurrentBaseline = from_slice(&store.uri(&key), &pointer)?;
        let version = pointer.model_version;
        let constraints =
            file(store, &Key::DataQualityFile(endpoint, variant, &version, ReportFile::Constraints)).await?;
        let statistics =
            file(store, &Key::DataQualityFile(endpoint, variant, &version, ReportFile::Statistics)).await?;
        Self::of(Some(version), &constraints, Some(&statistics)).map(Ok)
    }

    /// The columns, in order: names for cells that come without any.
    pub(super) fn column_names(&self) -> Vec<String> {
        self.constraints.features.iter().map(|feature| feature.name.clone()).collect()
    }

    /// Whether the constraints want metrics of columns.
    pub(super) fn emits_metrics(&self) -> bool {
        let switch =
            self.constraints.monitoring_config.as_ref().and_then(|config| config.emit_metrics.as_ref());
        switch != Some(&Switch::Disabled)
    }
}

async fn read(location: &Location, s3: Option<&Client>) -> Result<(String, Bytes), RunError> {
    Ok((location.to_string(), inputs::object(location, s3, MAX_BYTES).await?))
}

async fn file(store: &Store, key: &Key<'_>) -> Result<(String, Bytes), RunError> {
    let key = key.to_string();
    Ok((store.uri(&key), store.get(&key, MAX_BYTES).await?))
}
