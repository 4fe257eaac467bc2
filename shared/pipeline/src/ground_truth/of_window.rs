//! The labels of a monitor's windows: which hours of them a run reads, and when a window that waited for them is worth another look.
//!
//! It knows no monitor and computes no metric.

use super::{GroundTruth, Hours, holds_any, read};
use crate::RunError;
use crate::captures::Traffic;
use crate::monitor::{LateLook, RunRequest};
use crate::settings::{GroundTruthHours, LabelSettings};
use bellwether_analysis::attribute::Attribute;
use bellwether_analysis::ground_truth::{Labels, Sample};
use bellwether_analysis::labelled_records::{Answered, JoinedRecords, LeftOutOfRows};
use bellwether_contract::execution::{CaptureSummary, GroundTruthSummary};
use bellwether_contract::window::{Window, truncate};
use bellwether_storage::Store;
use jiff::Timestamp;

/// From this share of labelled records on a window is judged once more as soon as it is reached.
const ENOUGH_LABELLED: f64 = 0.9;
/// How much the share must have grown where the last look comes.
const GROWN: f64 = 0.01;

/// Where a monitor's labels lie, and how they are read.
#[derive(Debug, Clone, Copy)]
pub struct WindowLabels<'m> {
    /// Where.
    pub store: &'m Store,
    /// What the monitor was told of them.
    pub settings: &'m LabelSettings,
    /// Whether samples of broken lines may show how those begin.
    pub sample_payloads: bool,
}

impl WindowLabels<'_> {
    /// The hours whose labels a run reads. A second verdict reads what came until now.
    #[must_use]
    pub fn hours(self, request: RunRequest<'_>) -> Hours {
        let window = request.invocation.trigger.window;
        let is_again = request.run.revision > 1 && self.settings.hours == GroundTruthHours::Scheduled;
        let until = if is_again { truncate(request.listed_at()) } else { self.until(window) };
        Hours { from: window.start(), until: until.max(window.end()) }
    }

    /// The first hour whose labels the first verdict of a window does not read.
    #[must_use]
    pub fn until(self, window: Window) -> Timestamp {
        match self.settings.hours {
            GroundTruthHours::Window => window.end(),
            GroundTruthHours::Scheduled => window.scheduled(),
        }
    }

    /// Reads the labels of some hours, of traffic that does not bring its own; `attribute` is where in a record they stand.
    ///
    /// # Errors
    /// As [`read`](super::read()).
    pub async fn read(
        self,
        hours: Hours,
        attribute: Attribute,
        traffic: &Traffic<'_>,
    ) -> Result<GroundTruth, RunError> {
        let labels = Labels::new(attribute).sampled(Sample::of(self.settings.sample));
        if traffic.brings_labels() {
            let summary =
                GroundTruthSummary { ground_truth_until: hours.until, ..GroundTruthSummary::default() };
            return Ok(GroundTruth { labels: labels.brought(), summary, digest: String::new() });
        }
        let mut truth = read(self.store, hours, labels, self.sample_payloads).await?;
        let counts = truth.labels.counts();
        (truth.summary.truth_records, truth.summary.doubled, truth.summary.corrected) =
            (counts.records, counts.doubled, counts.corrected);
        Ok(truth)
    }

    /// The hours to read where labels came since a window was judged.
    ///
    /// # Errors
    /// A listing that fails.
    pub async fn since(self, look: LateLook<'_>) -> Result<Option<Hours>, RunError> {
        let Some(then) = &look.before.labelling.ground_truth else { return Ok(None) };
        // Of the window's hours alone everything was read.
        if self.settings.hours == GroundTruthHours::Window {
            return Ok(None);
        }
        let until = truncate(look.now);
        let since = Hours { from: then.ground_truth_until, until };
        let came = holds_any(self.store, since).await?;
        Ok(came.then_some(Hours { from: look.window.start(), until }))
    }
}

/// Whether so many more records are labelled now than when the window was judged that it is worth a second verdict.
#[must_use]
pub fn has_grown(look: LateLook<'_>, now: &GroundTruthSummary) -> bool {
    let then = look.before.labelling.ground_truth.as_ref().map_or(0.0, GroundTruthSummary::coverage);
    let coverage = now.coverage();
    coverage >= ENOUGH_LABELLED && coverage > then || look.is_last && coverage >= then + GROWN
}

/// Notes what came of the join.
pub fn note_joined<A: Answered>(
    summary: &mut GroundTruthSummary,
    records: &JoinedRecords<A>,
    lines: &CaptureSummary,
) {
    let counts = records.counts();
    (summary.captured, summary.labelled, summary.rows) = (counts.captured, counts.labelled, counts.rows);
    let left_out = counts.rows_left_out.iter();
    summary.rows_left_out = left_out.map(|(reason, rows)| (reason.as_str().to_owned(), *rows)).collect();
    summary.truth_unmatched = records.truth_unmatched();
    if records.bring_labels() {
        (summary.files, summary.truth_records) = (lines.files, counts.labelled);
    }
}
