//! Rows that were brought in the place of captured records, as those of a batch transform job are.
//!
//! Each row counts as a line of the window: there is no time in it, and whoever brought it chose the window.

use super::DataQuality;
use crate::RunError;
use crate::captures::{Captured, FirstWidths};
use crate::dataset::{Description, Format, Profiled, profile};
use crate::progress::Watcher;
use bellwether_analysis::captured_rows::Columns;
use bellwether_analysis::observed::Observed;
use bellwether_contract::execution::CaptureSummary;

impl DataQuality {
    pub(super) async fn rows(
        &self,
        format: Format,
        columns: Columns,
        watcher: Watcher<'_>,
    ) -> Result<Captured<Observed>, RunError> {
        let Columns { baseline, selection, .. } = columns;
        let selection = selection.or_columns(baseline.unwrap_or_default());
        let sample_payloads = self.settings.schedule.sample_payloads;
        let description = Description { format, selection, sample_payloads };
        let s3 = self.clients.as_ref().map(|clients| &clients.s3);
        let profiled = profile(&self.capture.location(), s3, &description, watcher).await?;
        let (lines, seen) = (lines(&profiled), profiled.records());
        let profile = profiled.table.observe();
        Ok(Captured { profile, lines, unread: None, seen, first_widths: FirstWidths::default() })
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
