//! A baseline that is one analysis.json, of whichever kind: the one that is named, or the one in force.
//!
//! It judges nothing, and does not know what an analysis says.

use super::in_force::{Absence, InForce, ReadFile, in_force};
use super::kind::BaselineKind;
use crate::RunError;
use crate::settings::{MonitoringSchedule, hex};
use aws_sdk_s3::Client;
use bellwether_contract::ContractError;
use bellwether_contract::execution::{BaselineFile, BaselineRole};
use bellwether_contract::keys::{BaselineObject, ReportFile};
use bellwether_contract::names::ModelVersion;
use bellwether_storage::{Location, Store};
use sha2::{Digest, Sha256};

/// What a window is held against.
#[derive(Debug)]
pub struct BaselineAnalysis<A> {
    /// The version it is of, where it was found as the one in force.
    pub version: Option<ModelVersion>,
    /// What may be.
    pub analysis: A,
    file: BaselineFile,
}

/// Where a monitor looks for its baseline.
#[derive(Debug, Clone, Copy)]
pub(crate) struct BaselinePlaces<'m> {
    pub(crate) named: Option<&'m Location>,
    pub(crate) baselines: Option<&'m Store>,
    pub(crate) schedule: &'m MonitoringSchedule,
    pub(crate) s3: Option<&'m Client>,
}

impl<A> BaselineAnalysis<A> {
    /// The baseline that is named or in force, or why there is none; `parse` takes the file's name and its bytes.
    ///
    /// # Errors
    /// A file that cannot be read, or is none.
    pub(crate) async fn find<K: BaselineKind>(
        places: BaselinePlaces<'_>,
        parse: fn(&str, &[u8]) -> Result<A, ContractError>,
    ) -> Result<InForce<Self>, RunError> {
        let BaselinePlaces { named, baselines, schedule, s3 } = places;
        let (version, read) = match (named, baselines) {
            (Some(named), _) => (None, ReadFile::named(BaselineRole::Analysis, named, s3).await?),
            (None, Some(store)) => match in_force::<K>(store, &schedule.endpoint, &schedule.variant).await? {
                InForce::Absent(absence) => return Ok(InForce::Absent(absence)),
                InForce::Known(found) => {
                    let read = found.file(BaselineObject::File(ReportFile::Analysis)).await?;
                    (Some(found.version), read)
                }
            },
            (None, None) => {
                return Ok(InForce::Absent(Absence::NotSet(
                    "neither BASELINES_URI nor BASELINE_CONSTRAINTS_URI is set",
                )));
            }
        };
        let analysis = parse(&read.file.uri, &read.bytes)?;
        Ok(InForce::Known(Self { version, analysis, file: read.file }))
    }

    /// The files that a window is judged by: what may be, and what is asked.
    pub(crate) fn files(&self, asked: &[BaselineFile]) -> Vec<BaselineFile> {
        std::iter::once(&self.file).chain(asked).cloned().collect()
    }

    /// SHA-256 over the digests of all of them.
    pub(crate) fn digest(&self, asked: &[BaselineFile]) -> String {
        let mut digest = Sha256::new();
        self.files(asked).iter().for_each(|file| digest.update(&file.sha256));
        hex(&digest.finalize())
    }
}
