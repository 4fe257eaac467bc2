//! The baselines of a model version, and the pointer to the one in force, the same for every kind of them.
//!
//! It sets no threshold: the acceptable band is the analysis crate's.

use crate::execution::CommittedFile;
use crate::keys::ReportFile;
use crate::layout::FirstLayout;
use crate::names::{EndpointName, ModelVersion, VariantName};
use crate::{named::Named, statistics::Metric};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

/// `current.json`: which model version's baseline is in force for an endpoint's variant.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CurrentBaseline {
    /// Layout of this file.
    #[serde(rename = "version", default, skip_serializing)]
    pub layout: FirstLayout,
    /// The version whose folder holds the baseline.
    pub model_version: ModelVersion,
    /// When the model was made.
    pub created_at: Timestamp,
    /// The newest version that was ever in force here. After a roll-back it is not the one in force, and its event,
    /// delivered once more, must not undo that. Absent in a pointer that was written by hand.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub newest: Option<ModelAge>,
    /// Since when this version is in force. Absent in a pointer that was written by hand, or before this was kept.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub in_force_since: Option<Timestamp>,
}

/// What makes a model version newer: a later creation, ties by name.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct ModelAge {
    /// When the model was made. First in the order.
    pub created_at: Timestamp,
    /// The version.
    pub model_version: ModelVersion,
}

impl CurrentBaseline {
    /// A pointer to a version that is in force and the newest.
    pub fn to(age: ModelAge) -> Self {
        let (model_version, created_at) = (age.model_version.clone(), age.created_at);
        Self { layout: FirstLayout, model_version, created_at, newest: Some(age), in_force_since: None }
    }

    /// The version in force.
    pub fn in_force(&self) -> ModelAge {
        ModelAge { created_at: self.created_at, model_version: self.model_version.clone() }
    }

    /// The newest version that was ever in force.
    pub fn newest(&self) -> ModelAge {
        self.newest.clone().unwrap_or_else(|| self.in_force())
    }
}

/// `diversity_baseline.json`: what the lists of one model version measured.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct DiversityBaseline {
    /// Layout of this file.
    #[serde(rename = "version", default, skip_serializing)]
    pub layout: FirstLayout,
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
    /// SHA-256 of the manifest, in hexadecimal: the same manifest leaves the baseline as it is. Absent in a baseline
    /// that was written by hand.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub manifest_digest: Option<String>,
    /// The files that belong to it.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub files: Vec<CommittedFile>,
}

/// `data_quality_baseline.json` and `model_quality_baseline.json`: what the dataset of one model version was. Its files stand
/// beside it, and may be edited there.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct DatasetBaseline {
    /// Layout of this file.
    #[serde(rename = "version", default, skip_serializing)]
    pub layout: FirstLayout,
    /// The version.
    pub model_version: ModelVersion,
    /// When the model was made.
    pub created_at: Timestamp,
    /// The endpoint it is meant for.
    pub endpoint_name: EndpointName,
    /// The variant it is meant for.
    pub target_variant: VariantName,
    /// Rows of the dataset.
    pub rows: u64,
    /// Its columns, where they were profiled.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub columns: Option<u64>,
    /// SHA-256 of the manifest, in hexadecimal: the same manifest leaves the baseline as it is.
    pub manifest_digest: String,
    /// The files that belong to it, as they were suggested; the constraints may be edited afterwards.
    pub files: Vec<CommittedFile>,
    /// How many commits of the same version it replaced: a manifest that is set back to an earlier text is a commit of its
    /// own.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub generation: u64,
    /// SHA-256 of the constraints that those suggested, the newest first, at most [`DatasetBaseline::MOST_SUPERSEDED`]:
    /// where one of them lies under the final name, no hand has edited it.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub superseded: Vec<String>,
}

impl DatasetBaseline {
    /// Earlier suggestions that are remembered.
    pub const MOST_SUPERSEDED: usize = 16;

    /// The same as what follows `earlier`.
    #[must_use]
    pub fn after(self, earlier: Option<&Self>) -> Self {
        let Some(earlier) = earlier else { return self };
        let latest = earlier.constraints().map(|file| file.sha256.clone());
        let mut superseded: Vec<String> = Vec::new();
        for digest in latest.into_iter().chain(earlier.superseded.iter().cloned()) {
            if superseded.len() < Self::MOST_SUPERSEDED && !superseded.contains(&digest) {
                superseded.push(digest);
            }
        }
        Self { generation: earlier.generation.saturating_add(1), superseded, ..self }
    }

    /// The constraints as they were suggested.
    pub fn constraints(&self) -> Option<&CommittedFile> {
        self.files.iter().find(|file| file.name == ReportFile::Constraints)
    }
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde calls it so")]
fn is_zero(count: &u64) -> bool {
    *count == 0
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::json::from_slice;

    fn age(created_at: &str, version: &str) -> ModelAge {
        ModelAge { created_at: created_at.parse().unwrap(), model_version: version.parse().unwrap() }
    }

    #[test]
    fn newer_is_later_and_ties_go_by_name() {
        let ordered = [
            age("2027-10-31T07:00:00Z", "v9"),
            age("2027-10-31T07:00:01Z", "v1"),
            age("2027-10-31T07:00:01Z", "v10"),
            age("2027-10-31T07:00:01Z", "v2"),
        ];
        assert!(ordered.is_sorted_by(|one, other| one < other));
    }

    #[test]
    fn a_pointer_written_by_hand_is_its_own_newest() {
        let text = br#"{"model_version": "v1", "created_at": "2027-10-31T07:00:00Z"}"#;
        let pointer: CurrentBaseline = from_slice("current.json", text).unwrap();
        assert_eq!(pointer.newest(), age("2027-10-31T07:00:00Z", "v1"));
        assert_eq!(CurrentBaseline::to(pointer.newest()).newest(), pointer.newest());
    }
}
