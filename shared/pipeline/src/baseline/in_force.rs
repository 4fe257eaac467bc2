//! The baseline in force of a kind: from its pointer to the files that a window is judged by, each with its digest.
//!
//! It understands none of them.

use super::kind::BaselineKind;
use super::pointer;
use super::shelf::{MAX_COMMIT_BYTES, MAX_FILE_BYTES};
use crate::publication::digest_of;
use crate::{RunError, inputs};
use aws_sdk_s3::Client;
use bellwether_contract::execution::{BaselineFile, BaselineRole};
use bellwether_contract::keys::{BaselineFolder, BaselineObject, BaselineOf, Key};
use bellwether_contract::names::{EndpointName, ModelVersion, VariantName};
use bellwether_storage::{Location, StorageError, Store};
use bytes::Bytes;
use jiff::Timestamp;
use std::fmt;

/// What is in force, or why nothing is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum InForce<T> {
    /// This.
    Known(T),
    /// Nothing.
    Absent(Absence),
}

/// Why there is no baseline to judge by.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Absence {
    /// No setting says where one lies: this sentence says which would.
    NotSet(&'static str),
    /// No version was put in force.
    NoPointer {
        /// Where the pointer would lie.
        uri: String,
    },
    /// There is one, and it does not speak about such a window.
    Unfit(String),
}

impl fmt::Display for Absence {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NotSet(which) => out.write_str(which),
            Self::NoPointer { uri } => write!(out, "no baseline at {uri}"),
            Self::Unfit(why) => out.write_str(why),
        }
    }
}

impl<T> InForce<T> {
    /// What is in force.
    pub fn known(&self) -> Option<&T> {
        match self {
            Self::Known(known) => Some(known),
            Self::Absent(_) => None,
        }
    }

    /// Why nothing is.
    pub fn absence(&self) -> Option<&Absence> {
        match self {
            Self::Known(_) => None,
            Self::Absent(absence) => Some(absence),
        }
    }
}

/// A file of a baseline as it was read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReadFile {
    /// How a run names it that judged by it.
    pub file: BaselineFile,
    /// What it holds.
    pub bytes: Bytes,
}

impl ReadFile {
    /// A file that the settings name.
    ///
    /// # Errors
    /// One that cannot be read.
    pub(crate) async fn named(
        role: BaselineRole,
        location: &Location,
        s3: Option<&Client>,
    ) -> Result<Self, RunError> {
        let bytes = inputs::object(location, s3, MAX_FILE_BYTES).await?;
        let (uri, sha256) = (location.to_string(), digest_of(&bytes));
        let file = BaselineFile { uri, role: Some(role), version: None, in_force_since: None, sha256 };
        Ok(Self { file, bytes })
    }
}

/// The version in force of a kind: the door to its files.
#[derive(Debug)]
pub struct VersionInForce<'b> {
    kind: BaselineFolder,
    baselines: &'b Store,
    endpoint: &'b EndpointName,
    variant: &'b VariantName,
    /// The version.
    pub version: ModelVersion,
    since: Option<Timestamp>,
}

/// Follows the pointer of a kind.
///
/// # Errors
/// A pointer that cannot be read.
pub async fn in_force<'b, K: BaselineKind>(
    baselines: &'b Store,
    endpoint: &'b EndpointName,
    variant: &'b VariantName,
) -> Result<InForce<VersionInForce<'b>>, RunError> {
    let kind = K::FOLDER;
    let pointer = Key::CurrentBaseline { kind, endpoint, variant }.to_string();
    Ok(match pointer::read(baselines, &pointer).await? {
        None => InForce::Absent(Absence::NoPointer { uri: baselines.uri(&pointer) }),
        Some(current) => {
            let (version, since) = (current.model_version, current.in_force_since);
            InForce::Known(VersionInForce { kind, baselines, endpoint, variant, version, since })
        }
    })
}

impl VersionInForce<'_> {
    /// Reads an object of the baseline.
    ///
    /// # Errors
    /// What cannot be read. A version in force whose files are gone is an error, and no absence.
    pub async fn file(&self, at: BaselineObject<'_>) -> Result<ReadFile, RunError> {
        let key = self.key(at);
        let most = if at == BaselineObject::Commit { MAX_COMMIT_BYTES } else { MAX_FILE_BYTES };
        let bytes = self.baselines.get(&key, most).await?;
        let role = match at {
            BaselineObject::File(file) => BaselineRole::of(file),
            _ => BaselineRole::Lists,
        };
        let file = BaselineFile {
            uri: self.baselines.uri(&key),
            role: Some(role),
            version: Some(self.version.clone()),
            in_force_since: self.since,
            sha256: digest_of(&bytes),
        };
        Ok(ReadFile { file, bytes })
    }

    /// Reads an object that is shown, and that nothing is judged by: one that is gone is no error.
    ///
    /// # Errors
    /// What is there and cannot be read.
    pub async fn shown(&self, at: BaselineObject<'_>) -> Result<Option<ReadFile>, RunError> {
        match self.file(at).await {
            Err(RunError::Storage(StorageError::NotFound { .. })) => Ok(None),
            read => read.map(Some),
        }
    }

    fn key(&self, at: BaselineObject<'_>) -> String {
        let Self { kind, endpoint, variant, version, .. } = self;
        Key::Baseline { kind: *kind, of: BaselineOf { endpoint, variant, version }, at }.to_string()
    }
}
