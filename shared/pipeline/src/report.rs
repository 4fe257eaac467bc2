//! The report of a run: its files as bytes, their digests, and the execution that names them.
//!
//! Bytes depend on the data and the settings alone; what differs from attempt to attempt is in the `attempt` block.

use crate::publication::digest_of;
use bellwether_contract::ContractError;
use bellwether_contract::execution::{CommittedFile, KeptProfile};
use bellwether_contract::json::to_vec;
use bellwether_contract::keys::ReportFile;
use bellwether_contract::metrics::{MetricPoint, write_points};
use bellwether_contract::violations::{Violation, Violations};
use bellwether_page::Part;
use bellwether_page::baseline::{DrawnBaseline, page};
use bellwether_storage::Location;
use bytes::Bytes;
use serde::Serialize;

/// The files of a report, in the order of publication.
#[derive(Debug, Clone, Default)]
pub struct Report {
    files: Vec<(ReportFile, Bytes)>,
    /// What the records came to: kept beside the report, and no part of it.
    profile: Option<Bytes>,
}

impl Report {
    /// Lays the three files out.
    pub fn new(
        statistics: &impl Serialize,
        constraints: &impl Serialize,
        violations: &[Violation],
    ) -> Result<Self, ContractError> {
        let violations = Violations { violations: violations.to_vec(), ..Violations::default() };
        let report = Self::of_baseline(statistics, constraints)?;
        Ok(report.with(ReportFile::ConstraintViolations, to_vec(&violations)?))
    }

    /// The same with one more file, in its place in the order of publication.
    #[must_use]
    pub fn with(mut self, name: ReportFile, bytes: Vec<u8>) -> Self {
        let place = self.files.partition_point(|(before, _)| *before < name);
        self.files.insert(place, (name, bytes.into()));
        self
    }

    /// The same with the points for which `execution.json` has no room, where there are any.
    pub fn with_points(self, points: &[MetricPoint]) -> Result<Self, ContractError> {
        if points.is_empty() {
            return Ok(self);
        }
        Ok(self.with(ReportFile::MetricPoints, write_points(points)?))
    }

    /// The files beside a baseline: no violations, no lists.
    pub fn of_baseline(
        statistics: &impl Serialize,
        constraints: &impl Serialize,
    ) -> Result<Self, ContractError> {
        let files = vec![
            (ReportFile::Statistics, to_vec(statistics)?.into()),
            (ReportFile::Constraints, to_vec(constraints)?.into()),
        ];
        Ok(Self { files, profile: None })
    }

    /// The same with the profile of its window.
    #[must_use]
    pub fn keeping(self, profile: Option<Vec<u8>>) -> Self {
        Self { profile: profile.map(Bytes::from), ..self }
    }

    /// The profile of its window, if that is kept.
    pub fn profile(&self) -> Option<&Bytes> {
        self.profile.as_ref()
    }

    /// The same as `execution.json` names it.
    pub fn kept_profile(&self) -> Option<KeptProfile> {
        let kept = |bytes: &Bytes| KeptProfile { sha256: digest_of(bytes), size_bytes: bytes.len() as u64 };
        self.profile.as_ref().map(kept)
    }

    /// Files and bytes, in the order of publication.
    pub fn files(&self) -> &[(ReportFile, Bytes)] {
        &self.files
    }

    /// The files as `execution.json` names them.
    pub fn committed(&self) -> Vec<CommittedFile> {
        let file = |(name, bytes): &(ReportFile, Bytes)| CommittedFile {
            name: *name,
            sha256: digest_of(bytes),
            size_bytes: bytes.len() as u64,
        };
        self.files.iter().map(file).collect()
    }

    /// The page of the baseline whose files these are: of so many rows of a dataset, of that kind as people say it.
    #[must_use]
    pub fn page_of_baseline(&self, kind: &str, dataset: &Location, rows: u64, part: &Part) -> String {
        let (dataset, files) = (dataset.to_string(), self.committed());
        page(&DrawnBaseline { kind, dataset: &dataset, rows, files: &files, part })
    }
}

/// SHA-256 over the files' names and digests: equal reports meet in one stage, different ones never touch.
pub fn digest(files: &[CommittedFile]) -> String {
    digest_of_these(files.iter())
}

/// The same without the page, which is drawn of the others and says besides whether a window was judged again: equal where nothing
/// else was found.
pub fn digest_of_findings(files: &[CommittedFile]) -> String {
    digest_of_these(files.iter().filter(|file| file.name != ReportFile::Page))
}

fn digest_of_these<'f>(files: impl Iterator<Item = &'f CommittedFile>) -> String {
    let text: String = files.map(|file| format!("{}  {}\n", file.sha256, file.name.name())).collect();
    digest_of(text.as_bytes())
}
