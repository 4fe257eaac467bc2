//! Rows that were brought in the place of captured records, as those of a batch transform job are.
//!
//! Each row counts as a line of the window: there is no time in it, and whoever brought it chose the window. What lies in the folders
//! of another hour or another endpoint is not the window's: it is told, and not judged.

use super::DataQuality;
use crate::RunError;
use crate::captures::{Captured, FirstWidths, Traffic, hour_in};
use crate::dataset::{Description, Format, Profiled, is_hidden, profile_of};
use crate::monitor::Scope;
use crate::progress::Watcher;
use bellwether_analysis::captured_rows::Columns;
use bellwether_analysis::observed::Observed;
use bellwether_analysis::table::TableProfile;
use bellwether_contract::execution::CaptureSummary;
use bellwether_contract::keys::Key;
use bellwether_storage::StorageError;

/// Files that were brought.
#[derive(Debug, Default)]
struct Files {
    /// Those that the window is made of, empty ones among them.
    ours: u64,
    /// Those of them that hold anything.
    filled: u64,
    /// Those that are left alone.
    others: u64,
}

impl Files {
    /// Why there is nothing to read: no file of ours was brought at all.
    fn why_unread(&self, traffic: &Traffic<'_>) -> Option<String> {
        let remedy = "check what the job brings there";
        (self.ours + self.others == 0)
            .then(|| format!("no file lies below {}; {remedy}", traffic.store.location()))
    }

    fn warning(&self, traffic: &Traffic<'_>) -> Option<String> {
        let location = traffic.store.location();
        (self.others > 0).then(|| {
            format!(
                "{} files below {location} are of other hours or endpoints and were not judged; bring the window's alone",
                self.others
            )
        })
    }
}

/// The folder of what is judged.
fn root(traffic: &Traffic<'_>) -> String {
    match traffic.brought.map(|brought| brought.scope) {
        None | Some(Scope::All) => String::new(),
        Some(Scope::Endpoint) => Key::CapturedEndpoint(traffic.endpoint).to_string(),
        Some(Scope::Variant) => Key::CapturedVariant(traffic.endpoint, traffic.variant).to_string(),
    }
}

impl DataQuality {
    pub(super) async fn rows(
        &self,
        format: Format,
        traffic: Traffic<'_>,
        columns: Columns,
        watcher: Watcher<'_>,
    ) -> Result<(Captured<Observed>, Option<String>), RunError> {
        let Columns { baseline, selection, .. } = columns;
        let selection = selection.or_columns(baseline.unwrap_or_default());
        let sample_payloads = self.settings.schedule.sample_payloads;
        let description = Description { format, selection, sample_payloads };
        let (root, interval) = (root(&traffic), traffic.interval());
        let is_ours = |key: &str| {
            let is_now = |hour| interval.hours().any(|own| own == hour);
            key.starts_with(&root) && hour_in(key).is_none_or(is_now)
        };
        let files = self.brought_files(&is_ours).await?;
        let s3 = self.clients.as_ref().map(|clients| &clients.s3);
        let profiled = match files.filled {
            0 => None,
            _ => some(profile_of(&self.capture.location(), s3, &description, &is_ours, watcher).await)?,
        };
        let lines = profiled
            .as_ref()
            .map_or_else(|| CaptureSummary { files: files.ours, ..CaptureSummary::default() }, lines);
        let seen = lines.lines;
        let profile = profiled.map_or_else(TableProfile::default, |profiled| profiled.table).observe();
        let (unread, warning) = (files.why_unread(&traffic), files.warning(&traffic));
        Ok((Captured { profile, lines, unread, seen, first_widths: FirstWidths::default() }, warning))
    }

    /// Counts what lies there. A folder that is not there is an empty one.
    async fn brought_files(&self, is_ours: &impl Fn(&str) -> bool) -> Result<Files, RunError> {
        let entries = match self.capture.list("").await {
            Err(StorageError::NoSuchLocation { .. }) => Vec::new(),
            entries => entries?,
        };
        let mut files = Files::default();
        for entry in entries.iter().filter(|entry| !is_hidden(&entry.key)) {
            match is_ours(&entry.key) {
                true => {
                    files.ours += 1;
                    files.filled += u64::from(entry.size_bytes > 0);
                }
                false => files.others += 1,
            }
        }
        Ok(files)
    }
}

/// Files without a row are a window without data.
fn some(profiled: Result<Profiled, RunError>) -> Result<Option<Profiled>, RunError> {
    match profiled {
        Err(RunError::NoRows { .. }) => Ok(None),
        profiled => profiled.map(Some),
    }
}

fn lines(profiled: &Profiled) -> CaptureSummary {
    CaptureSummary {
        files: profiled.files,
        size_bytes: profiled.size_bytes,
        lines: profiled.records(),
        used: profiled.table.rows(),
        left_out: profiled.left_out.by_reason.clone(),
        non_finite: profiled.non_finite,
        header_rows: profiled.header_rows.count,
        samples: profiled.left_out.samples.clone(),
        ..CaptureSummary::default()
    }
}
