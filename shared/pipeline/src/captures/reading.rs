//! One file after the other, line by line: what becomes of each, and what the window gathers of it.
//!
//! It knows no order of files and merges none.

use super::batch::Pair;
use super::files::{CaptureFile, is_packed};
use super::widths::FirstWidths;
use super::{Captured, Traffic, cut_after, oversize};
use crate::RunError;
use bellwether_analysis::records::{Noted, RecordProfile};
use bellwether_analysis::window_filter::WindowFilter;
use bellwether_contract::capture::{CaptureRecord, LeftOut, Rejected, with_time};
use bellwether_contract::execution::{BrokenLine, CaptureSummary, LinePlace};
use bellwether_contract::json::non_finite::with_nulls;
use bellwether_contract::window::{Interval, Window};
use bellwether_storage::{Chunks, Content, Lines, StorageError, Store};
use jiff::SignedDuration;
use std::sync::Arc;

/// What is read in one go, and profiled alone.
#[derive(Debug)]
pub(super) enum Piece {
    /// A file of data capture.
    File(CaptureFile),
    /// What a batch transform job read and what it answered.
    Pair(Pair),
}

impl Piece {
    /// Its bytes, as the window's listing tells them; 0 where a manifest names it, which tells none.
    pub(super) fn size_bytes(&self) -> u64 {
        match self {
            Self::File(file) => file.entry.size_bytes,
            Self::Pair(_) => 0,
        }
    }

    /// Its bytes on their way, where it is one file.
    pub(super) async fn open(&self, store: &Store) -> Result<Option<Chunks>, StorageError> {
        match self {
            Self::File(file) => store.read(&file.entry.key).await.map(Some),
            Self::Pair(_) => Ok(None),
        }
    }
}

/// Why a line is not measured.
pub(super) enum Unmeasured {
    /// It tells no time: nobody knows whose it is.
    Unread(Rejected),
    /// It is a record of another window.
    Elsewhere,
    /// It is a record of this one.
    Here(Rejected),
}

impl From<Unmeasured> for Rejected {
    fn from(unmeasured: Unmeasured) -> Self {
        match unmeasured {
            Unmeasured::Unread(rejected) | Unmeasured::Here(rejected) => rejected,
            Unmeasured::Elsewhere => LeftOut::OutsideWindow.into(),
        }
    }
}

/// What whoever reads a window must know of it.
#[derive(Debug)]
pub(super) struct Known {
    pub(super) store: Store,
    window: Window,
    interval: Interval,
    cadence: SignedDuration,
    is_brought: bool,
    brings_labels: bool,
    sample_payloads: bool,
}

impl From<Traffic<'_>> for Known {
    fn from(traffic: Traffic<'_>) -> Self {
        let Traffic { store, window, cadence, brought, sample_payloads, .. } = traffic;
        Self {
            store: store.clone(),
            window,
            interval: traffic.interval(),
            cadence,
            is_brought: brought.is_some(),
            brings_labels: traffic.brings_labels(),
            sample_payloads,
        }
    }
}

/// A window that is being read, or a file of it that is read ahead of its turn.
#[derive(Debug)]
pub(super) struct Reading<P> {
    known: Arc<Known>,
    filter: WindowFilter,
    empty: P,
    /// What copies are read into.
    copies: P,
    first_widths: FirstWidths,
    pub(super) summary: CaptureSummary,
    seen: u64,
}

impl<P: RecordProfile> Reading<P> {
    pub(super) fn new(known: Known, profile: &P) -> Self {
        let filter = WindowFilter::new(known.interval);
        Self::filtered(Arc::new(known), filter, profile)
    }

    fn filtered(known: Arc<Known>, filter: WindowFilter, profile: &P) -> Self {
        let (empty, copies) = (profile.empty(), profile.empty());
        let (first_widths, summary) = (FirstWidths::default(), CaptureSummary::default());
        Self { known, filter, empty, copies, first_widths, summary, seen: 0 }
    }

    /// Of a file that is read as if it were the window's first.
    pub(super) fn ahead(&self) -> Self {
        Self::filtered(Arc::clone(&self.known), self.filter.ahead(), &self.empty)
    }

    /// Takes over what a file came to that was read ahead, if it would have come to the same behind those before it.
    pub(super) fn admit(&mut self, file: Self) -> bool {
        self.begin_file();
        if !self.filter.admit(&file.filter) {
            return false;
        }
        self.summary.merge(file.summary);
        self.first_widths.merge(file.first_widths);
        self.seen += file.seen;
        true
    }

    /// Tells that another part of a wide window begins.
    pub(super) fn next_part(&mut self) {
        self.note_scope();
        self.filter.next_part();
    }

    fn note_scope(&mut self) {
        self.summary.duplicates_found = self.summary.duplicates_found.max(self.filter.scope());
    }

    pub(super) fn known(&self) -> &Arc<Known> {
        &self.known
    }

    pub(super) fn empty(&self) -> P {
        self.empty.empty()
    }

    /// Each file is profiled alone and merged in key order, so that the result does not depend on who reads it.
    pub(super) async fn piece(&mut self, piece: &Piece, chunks: Option<Chunks>) -> Result<P, RunError> {
        self.begin_file();
        match (piece, chunks) {
            (Piece::File(file), Some(chunks)) => self.file(file, chunks).await,
            (Piece::File(file), None) => {
                let chunks = self.known.store.read(&file.entry.key).await?;
                self.file(file, chunks).await
            }
            (Piece::Pair(pair), _) => self.pair(pair).await,
        }
    }

    async fn file(&mut self, file: &CaptureFile, chunks: Chunks) -> Result<P, RunError> {
        let (is_of_another, key) = (file.is_of_another, &file.entry.key);
        let chunks = if is_packed(key) { chunks.unpacked(self.known.store.uri(key)) } else { chunks };
        let (mut lines, mut profile, mut number) = (Lines::new(chunks), self.empty(), 0);
        self.summary.files += 1;
        self.summary.size_bytes += file.entry.size_bytes;
        loop {
            let line = match lines.next().await {
                Ok(Some(line)) => line,
                Ok(None) => break,
                Err(StorageError::Unpackable { .. }) if is_of_another => break,
                // What was read of the file stays; how much is lost nobody knows.
                Err(StorageError::Unpackable { source, .. }) => {
                    self.summary.lines += 1;
                    let cut = LeftOut::Gzip.because("gzip, whole to its end", cut_after(number, &source));
                    self.leave_out(file, number + 1, cut, &[]);
                    break;
                }
                Err(error) => return Err(error.into()),
            };
            number = line.number;
            let (measured, bytes) = match line.content {
                Content::Bytes(bytes) => (self.line(file, bytes, &mut profile), bytes),
                Content::Oversize { length_bytes } => {
                    (Err(Unmeasured::Unread(oversize(length_bytes))), &[][..])
                }
            };
            let measured = match measured {
                Err(Unmeasured::Unread(_) | Unmeasured::Elsewhere) if is_of_another => continue,
                measured => measured.map_err(Rejected::from),
            };
            self.tell(measured, file, line.number, bytes);
        }
        Ok(profile)
    }

    fn begin_file(&mut self) {
        self.filter.next_file();
        self.copies = self.empty();
    }

    /// Counts a line by what became of it.
    pub(super) fn tell(
        &mut self,
        measured: Result<Noted, Rejected>,
        file: &CaptureFile,
        line: u64,
        bytes: &[u8],
    ) {
        self.summary.lines += 1;
        match measured {
            Ok(noted) => self.count(noted, file, line, bytes),
            Err(rejected) => self.leave_out(file, line, rejected, bytes),
        }
    }

    pub(super) fn line(
        &mut self,
        file: &CaptureFile,
        bytes: &[u8],
        profile: &mut P,
    ) -> Result<Noted, Unmeasured> {
        let rejected = match CaptureRecord::from_line(bytes) {
            Ok(record) => return self.record(file, &record, profile),
            Err(rejected) => rejected,
        };
        let mended = match rejected.reason {
            // Python writes NaN beside the payload as well as in it.
            LeftOut::Json => std::str::from_utf8(bytes).ok().and_then(with_nulls),
            // Records that were merged after a batch transform job have no time: whoever merged them
            // chose the window, unless their folder tells another hour.
            LeftOut::NoMetadata if self.known.brings_labels && !file.is_of_another => {
                with_time(bytes, self.known.interval.start()).map(|text| (text, 0))
            }
            _ => None,
        };
        match mended.as_ref().map(|(text, words)| (CaptureRecord::from_line(text.as_bytes()), words)) {
            Some((Ok(record), words)) => {
                let noted = self.record(file, &record, profile)?;
                Ok(Noted { non_finite: noted.non_finite + words, ..noted })
            }
            _ => Err(Unmeasured::Unread(rejected)),
        }
    }

    fn record(
        &mut self,
        file: &CaptureFile,
        record: &CaptureRecord<'_>,
        profile: &mut P,
    ) -> Result<Noted, Unmeasured> {
        let measured = self.filter.measure(record, profile, &mut self.copies).map_err(|rejected| {
            let is_elsewhere = rejected.reason == LeftOut::OutsideWindow;
            if is_elsewhere { Unmeasured::Elsewhere } else { Unmeasured::Here(rejected) }
        });
        self.seen += self.records_in(&measured, record);
        // A record of this window is one of earlier ones too, where they overlap.
        let Known { window, cadence, is_brought, .. } = &*self.known;
        if !is_brought && matches!(measured, Ok(_) | Err(Unmeasured::Elsewhere)) {
            let missed_by = file.missed_by(window, *cadence, record.event_metadata.inference_time);
            missed_by.for_each(|scheduled| self.summary.count_late(scheduled, 1));
        }
        measured
    }

    /// How many records of the window a line tells of. A copy is none; the monitor's own calls are told apart before the window is.
    fn records_in(&self, measured: &Result<Noted, Unmeasured>, record: &CaptureRecord<'_>) -> u64 {
        match measured {
            Ok(noted) => 1 + noted.no_copies,
            Err(Unmeasured::Here(rejected)) if rejected.reason != LeftOut::Duplicate => {
                u64::from(self.known.interval.contains(record.event_metadata.inference_time))
            }
            Err(_) => 0,
        }
    }

    fn count(&mut self, noted: Noted, file: &CaptureFile, line: u64, bytes: &[u8]) {
        let Noted { non_finite, header_rows, width, no_id, no_copies } = noted;
        let Known { store, sample_payloads, .. } = &*self.known;
        self.summary.used += 1 + no_copies;
        if let Some(copies) = self.summary.left_out.remove(&LeftOut::Duplicate).filter(|all| *all > no_copies)
        {
            self.summary.left_out.insert(LeftOut::Duplicate, copies - no_copies);
        }
        self.summary.no_id += no_id;
        self.summary.non_finite += non_finite;
        if non_finite > 0 && self.summary.first_non_finite.is_none() {
            self.summary.first_non_finite = Some(LinePlace { object: file.uri(store), line });
        }
        if let Some(width) = width {
            let text = sample_payloads.then_some(bytes);
            let sample = || BrokenLine::of(LeftOut::OtherWidth.into(), line, file.uri(store), text);
            self.first_widths.note(width, sample);
        }
        self.summary.header_rows += header_rows;
    }

    fn leave_out(&mut self, file: &CaptureFile, line: u64, rejected: Rejected, bytes: &[u8]) {
        *self.summary.left_out.entry(rejected.reason).or_insert(0) += 1;
        if rejected.reason.is_corrupt() {
            let text = self.known.sample_payloads.then_some(bytes);
            let object = || file.uri(&self.known.store);
            BrokenLine::sample(&mut self.summary.samples, rejected, line, object, text);
        }
    }

    pub(super) fn finish(mut self, profile: P, unread: Option<String>) -> Captured<P> {
        self.note_scope();
        let Self { summary: lines, first_widths, seen, .. } = self;
        Captured { profile, lines, unread, seen, first_widths }
    }
}
