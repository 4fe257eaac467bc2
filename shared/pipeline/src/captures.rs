//! The window's captured traffic, read as a stream: one file after the other in the order of their keys.
//!
//! Memory does not grow with the window. A line that cannot be read is counted by its reason and sampled; it neither
//! ends the hour nor vanishes. What a record is worth is the analysis crate's business.

mod files;

use crate::RunError;
use crate::progress::{Step, Watcher};
use bellwether_analysis::records::{Noted, RecordProfile};
use bellwether_analysis::window_filter::WindowFilter;
use bellwether_contract::capture::{CaptureRecord, LeftOut, Rejected};
use bellwether_contract::execution::{BrokenLine, CaptureSummary};
use bellwether_contract::names::{EndpointName, VariantName};
use bellwether_contract::window::Window;
use bellwether_storage::{Content, Entry, Lines, StorageError, Store};
use files::{Files, is_packed};
use futures::stream::{StreamExt, TryStreamExt};
use jiff::SignedDuration;

/// Records of a window's end are flushed into the next hour's folder for this long.
pub const LATE_FLUSH: SignedDuration = SignedDuration::from_mins(10);
/// The same for a window that is judged once more: the whole of the next hour.
pub const LATE_FLUSH_REOPENED: SignedDuration = SignedDuration::from_hours(1);
/// Files whose download begins before their turn.
const OPENED_AHEAD: usize = 4;

/// Which traffic.
#[derive(Debug, Clone, Copy)]
pub struct Traffic<'t> {
    /// Data capture.
    pub store: &'t Store,
    /// The endpoint.
    pub endpoint: &'t EndpointName,
    /// Its variant.
    pub variant: &'t VariantName,
    /// The hours.
    pub window: Window,
    /// How long after the window's end files of the next hour's folder are still read.
    pub late_flush: SignedDuration,
    /// Whether samples of broken lines may show how those begin.
    pub sample_payloads: bool,
}

/// What a window's traffic came to.
#[derive(Debug)]
pub struct Captured<P> {
    /// What was gathered.
    pub profile: P,
    /// What became of the lines.
    pub lines: CaptureSummary,
    /// Why lines that are not there prove nothing; `None` where they were read, or the window was quiet.
    pub unread: Option<String>,
}

/// Reads the window into a profile.
///
/// # Errors
/// A location that holds nothing at all, or whose folders are not those of data capture: it is more likely misspelt than
/// quiet.
pub async fn read<P: RecordProfile>(
    traffic: Traffic<'_>,
    profile: P,
    watcher: Watcher<'_>,
) -> Result<Captured<P>, RunError> {
    let files = Files::of(traffic).await?;
    let unread = files.why_unread(traffic).await?;
    let total = files.read.len() as u64;
    let mut reading = Reading::new(traffic, profile);
    reading.summary.files_passed_over = files.passed_over;
    let mut opened = futures::stream::iter(files.read)
        .map(|entry| async move { traffic.store.read(&entry.key).await.map(|chunks| (entry, chunks)) })
        .buffered(OPENED_AHEAD);
    while let Some((entry, chunks)) = opened.try_next().await? {
        let chunks =
            if is_packed(&entry.key) { chunks.unpacked(traffic.store.uri(&entry.key)) } else { chunks };
        reading.file(&entry, Lines::new(chunks)).await?;
        watcher(Step::Captures { done: reading.summary.files, total });
    }
    let (profile, lines) = reading.finish();
    Ok(Captured { profile, lines, unread })
}

struct Reading<'t, P> {
    traffic: Traffic<'t>,
    filter: WindowFilter,
    profile: P,
    summary: CaptureSummary,
}

impl<'t, P: RecordProfile> Reading<'t, P> {
    fn new(traffic: Traffic<'t>, profile: P) -> Self {
        Self {
            traffic,
            filter: WindowFilter::new(traffic.window),
            profile,
            summary: CaptureSummary::default(),
        }
    }

    /// Each file is profiled alone and merged in key order, so that the result does not depend on who reads it.
    async fn file(&mut self, entry: &Entry, mut lines: Lines) -> Result<(), RunError> {
        self.filter.next_file();
        self.summary.files += 1;
        self.summary.size_bytes += entry.size_bytes;
        let mut profile = self.profile.empty();
        let mut number = 0;
        loop {
            let line = match lines.next().await {
                Ok(Some(line)) => line,
                Ok(None) => break,
                // What was read of the file stays; how much is lost nobody knows.
                Err(StorageError::Unpackable { .. }) => {
                    self.summary.lines += 1;
                    self.leave_out(entry, number + 1, LeftOut::Gzip.into(), &[]);
                    break;
                }
                Err(error) => return Err(error.into()),
            };
            number = line.number;
            self.summary.lines += 1;
            let measured = match line.content {
                Content::Bytes(bytes) => self.line(bytes, &mut profile).map_err(|rejected| (rejected, bytes)),
                Content::Oversize { .. } => Err((LeftOut::Oversize.into(), &[][..])),
            };
            match measured {
                Ok(noted) => self.count(noted),
                Err((rejected, bytes)) => self.leave_out(entry, line.number, rejected, bytes),
            }
        }
        self.profile.merge(&profile);
        Ok(())
    }

    fn line(&mut self, bytes: &[u8], profile: &mut P) -> Result<Noted, Rejected> {
        let record = CaptureRecord::from_line(bytes)?;
        self.filter.admit(&record)?;
        profile.add(&record)
    }

    fn count(&mut self, Noted { non_finite, header_rows }: Noted) {
        self.summary.used += 1;
        self.summary.non_finite += non_finite;
        self.summary.header_rows += header_rows;
    }

    fn leave_out(&mut self, entry: &Entry, line: u64, rejected: Rejected, bytes: &[u8]) {
        *self.summary.left_out.entry(rejected.reason).or_insert(0) += 1;
        if rejected.reason.is_corrupt() {
            let text = self.traffic.sample_payloads.then_some(bytes);
            let object = || self.traffic.store.uri(&entry.key);
            BrokenLine::sample(&mut self.summary.samples, rejected, line, object, text);
        }
    }

    fn finish(mut self) -> (P, CaptureSummary) {
        self.summary.duplicates_found = self.filter.scope();
        (self.profile, self.summary)
    }
}
