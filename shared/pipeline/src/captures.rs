//! The window's captured traffic, read as a stream: one file after the other in the order of their keys.
//!
//! Memory does not grow with the window. A line that cannot be read is counted by its reason and sampled; it neither
//! ends the hour nor vanishes. What a record is worth is the analysis crate's business.

mod batch;
mod beside;
mod files;
mod widths;

pub use widths::FirstWidths;

use crate::RunError;
use crate::monitor::{Brought, Form};
use crate::progress::{Step, Watcher};
use bellwether_analysis::records::{Noted, RecordProfile};
use bellwether_analysis::window_filter::WindowFilter;
use bellwether_contract::capture::{CaptureRecord, LeftOut, Rejected, with_time};
use bellwether_contract::execution::{BrokenLine, CaptureSummary, LinePlace};
use bellwether_contract::json::non_finite::with_nulls;
use bellwether_contract::names::{EndpointName, VariantName};
use bellwether_contract::printable;
use bellwether_contract::window::{Interval, Window};
use bellwether_storage::{Content, Lines, MAX_LINE_BYTES, StorageError, Store};
use files::{CaptureFile, Files};
pub(crate) use files::{Kind, count_kind, is_packed, kind};
use futures::stream::{StreamExt, TryStreamExt};
use jiff::{SignedDuration, Timestamp};
use std::collections::BTreeMap;
use std::future::Future;

/// Records of a window's end are flushed into the next hour's folder for this long.
pub const LATE_FLUSH: SignedDuration = SignedDuration::from_mins(10);
/// The same for a window that is judged once more, or an hour or more after its end: the whole of the next hour.
pub const LATE_FLUSH_REOPENED: SignedDuration = SignedDuration::from_hours(1);

/// Files whose download begins before their turn.
const OPENED_AHEAD: usize = 4;
/// Earlier windows whose late records are counted one by one, the newest ones: two days of hours. The others' records are
/// outside the window, as these are.
const MOST_LATE_WINDOWS: usize = 48;

/// For how long of the next hour's folder a window is read. One that is judged later than at its end finds that hour complete.
pub(crate) fn late_flush(window: &Window, is_reopened: bool) -> SignedDuration {
    if is_reopened || window.lag() >= LATE_FLUSH_REOPENED { LATE_FLUSH_REOPENED } else { LATE_FLUSH }
}

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
    /// What was brought here of them, where that is read and not their folders.
    pub brought: Option<Brought>,
    /// Of what it is.
    pub kind: CaptureKind,
    /// How often the schedule's windows come.
    pub cadence: SignedDuration,
    /// How long after the window's end files of the next hour's folder are still read.
    pub late_flush: SignedDuration,
    /// Whether samples of broken lines may show how those begin.
    pub sample_payloads: bool,
}

/// Of what data capture is.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum CaptureKind {
    /// Of an endpoint's requests and responses.
    #[default]
    Endpoint,
    /// Of what batch transform jobs read and wrote.
    BatchTransform,
}

impl Traffic<'_> {
    fn is_of_jobs(&self) -> bool {
        self.kind == CaptureKind::BatchTransform && self.brought.is_none()
    }

    /// Whether its records bring their labels.
    pub(crate) fn brings_labels(&self) -> bool {
        self.brought.is_some_and(|brought| brought.form == Form::Labelled)
    }

    /// Which records count.
    pub(crate) fn interval(&self) -> Interval {
        self.brought.map_or_else(|| self.window.into(), |brought| brought.interval)
    }
}

/// What a window's traffic came to.
#[derive(Debug)]
pub struct Captured<P> {
    /// What was gathered.
    pub profile: P,
    /// What became of the lines.
    pub lines: CaptureSummary,
    /// What may be the window's and was not read, or why lines that are not there prove nothing; `None` where all was read,
    /// or the window was quiet.
    pub unread: Option<String>,
    /// Records of the window, each once: whether or not they can be measured, the monitor's own calls included.
    pub seen: u64,
    /// Where records of different widths stand.
    pub first_widths: FirstWidths,
}

/// How much there is to read of a window.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct CaptureVolume {
    /// Capture files.
    pub files: u64,
    /// Their bytes.
    pub size_bytes: u64,
    /// Those of them that are packed.
    pub packed_bytes: u64,
}

/// Looks how much there is to read, without reading it.
///
/// # Errors
/// As [`read()`].
pub async fn volume(traffic: Traffic<'_>) -> Result<CaptureVolume, RunError> {
    if traffic.is_of_jobs() {
        return batch::volume(traffic).await;
    }
    let files = Files::of(traffic).await?;
    files.why_unread(traffic).await?;
    let bytes = |is_wanted: fn(&str) -> bool| {
        files
            .read
            .iter()
            .map(|file| &file.entry)
            .filter(|entry| is_wanted(&entry.key))
            .map(|entry| entry.size_bytes)
            .sum()
    };
    let (size_bytes, packed_bytes) = (bytes(|_| true), bytes(is_packed));
    Ok(CaptureVolume { files: files.read.len() as u64, size_bytes, packed_bytes })
}

/// Something that is done after each file, with what was gathered so far.
pub trait AfterFile<P>: Send {
    /// Does it. Whatever it takes out of the profile is not there for later files.
    ///
    /// # Errors
    /// It cannot be done, and the reading ends.
    fn after(&mut self, profile: &mut P) -> impl Future<Output = Result<(), RunError>> + Send;
}

/// Nothing is done.
impl<P: Send> AfterFile<P> for () {
    async fn after(&mut self, _: &mut P) -> Result<(), RunError> {
        Ok(())
    }
}

/// Reads the window into a profile.
///
/// # Errors
/// A location that holds nothing at all: it is more likely misspelt than quiet. Captured lines of the window in folders that
/// are not those of data capture: they would be left out without a word.
pub async fn read<P: RecordProfile>(
    traffic: Traffic<'_>,
    profile: P,
    watcher: Watcher<'_>,
) -> Result<Captured<P>, RunError> {
    read_with(traffic, profile, (), watcher).await
}

/// The same, with something to be done after each file.
///
/// # Errors
/// As [`read()`], and what is done.
pub async fn read_with<P: RecordProfile>(
    traffic: Traffic<'_>,
    profile: P,
    mut after: impl AfterFile<P>,
    watcher: Watcher<'_>,
) -> Result<Captured<P>, RunError> {
    if traffic.is_of_jobs() {
        let pairs = batch::pairs(traffic).await?;
        let unread = batch::why_unread(traffic, &pairs).await?;
        let (total, mut reading) = (pairs.len() as u64, Reading::new(traffic, profile));
        for (done, pair) in (1..).zip(pairs) {
            reading.pair(pair).await?;
            after.after(&mut reading.profile).await?;
            watcher(Step::Captures { done, total });
        }
        return Ok(reading.finish(unread));
    }
    let files = Files::of(traffic).await?;
    let unread = files.why_unread(traffic).await?;
    let total = files.read.len() as u64;
    let mut reading = Reading::new(traffic, profile);
    reading.summary.files_passed_over = files.passed_over;
    let mut opened = futures::stream::iter(files.read)
        .map(|file| async move { traffic.store.read(&file.entry.key).await.map(|chunks| (file, chunks)) })
        .buffered(OPENED_AHEAD);
    while let Some((file, chunks)) = opened.try_next().await? {
        let key = &file.entry.key;
        let chunks = if is_packed(key) { chunks.unpacked(traffic.store.uri(key)) } else { chunks };
        reading.file(&file, Lines::new(chunks)).await?;
        after.after(&mut reading.profile).await?;
        watcher(Step::Captures { done: reading.summary.files, total });
    }
    Ok(reading.finish(unread))
}

/// Why a line is not measured.
enum Unmeasured {
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

struct Reading<'t, P> {
    traffic: Traffic<'t>,
    filter: WindowFilter,
    profile: P,
    /// What copies are read into.
    copies: P,
    first_widths: FirstWidths,
    summary: CaptureSummary,
    seen: u64,
}

impl<'t, P: RecordProfile> Reading<'t, P> {
    fn new(traffic: Traffic<'t>, profile: P) -> Self {
        Self {
            traffic,
            filter: WindowFilter::new(traffic.interval()),
            copies: profile.empty(),
            profile,
            first_widths: FirstWidths::default(),
            summary: CaptureSummary::default(),
            seen: 0,
        }
    }

    /// Each file is profiled alone and merged in key order, so that the result does not depend on who reads it.
    async fn file(&mut self, file: &CaptureFile, mut lines: Lines) -> Result<(), RunError> {
        let is_of_another = file.is_of_another;
        self.begin_file();
        self.summary.files += 1;
        self.summary.size_bytes += file.entry.size_bytes;
        let mut profile = self.profile.empty();
        let mut number = 0;
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
        self.profile.merge(&profile);
        Ok(())
    }

    fn begin_file(&mut self) {
        self.filter.next_file();
        self.copies = self.profile.empty();
    }

    /// Counts a line by what became of it.
    fn tell(&mut self, measured: Result<Noted, Rejected>, file: &CaptureFile, line: u64, bytes: &[u8]) {
        self.summary.lines += 1;
        match measured {
            Ok(noted) => self.count(noted, file, line, bytes),
            Err(rejected) => self.leave_out(file, line, rejected, bytes),
        }
    }

    fn line(&mut self, file: &CaptureFile, bytes: &[u8], profile: &mut P) -> Result<Noted, Unmeasured> {
        let rejected = match CaptureRecord::from_line(bytes) {
            Ok(record) => return self.record(file, &record, profile),
            Err(rejected) => rejected,
        };
        let mended = match rejected.reason {
            // Python writes NaN beside the payload as well as in it.
            LeftOut::Json => std::str::from_utf8(bytes).ok().and_then(with_nulls),
            // Records that were merged after a batch transform job have no time: whoever merged them
            // chose the window, unless their folder tells another hour.
            LeftOut::NoMetadata if self.traffic.brings_labels() && !file.is_of_another => {
                with_time(bytes, self.traffic.interval().start()).map(|text| (text, 0))
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
        let Traffic { window, cadence, brought, .. } = &self.traffic;
        if brought.is_none() && matches!(measured, Ok(_) | Err(Unmeasured::Elsewhere)) {
            let missed_by = file.missed_by(window, *cadence, record.event_metadata.inference_time);
            missed_by.for_each(|scheduled| count_late(&mut self.summary.late, scheduled));
        }
        measured
    }

    /// How many records of the window a line tells of. A copy is none; the monitor's own calls are told apart before the window is.
    fn records_in(&self, measured: &Result<Noted, Unmeasured>, record: &CaptureRecord<'_>) -> u64 {
        match measured {
            Ok(noted) => 1 + noted.no_copies,
            Err(Unmeasured::Here(rejected)) if rejected.reason != LeftOut::Duplicate => {
                u64::from(self.traffic.interval().contains(record.event_metadata.inference_time))
            }
            Err(_) => 0,
        }
    }

    fn count(&mut self, noted: Noted, file: &CaptureFile, line: u64, bytes: &[u8]) {
        let Noted { non_finite, header_rows, width, no_id, no_copies } = noted;
        let Traffic { store, sample_payloads, .. } = self.traffic;
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
            let text = self.traffic.sample_payloads.then_some(bytes);
            let object = || file.uri(self.traffic.store);
            BrokenLine::sample(&mut self.summary.samples, rejected, line, object, text);
        }
    }

    fn finish(mut self, unread: Option<String>) -> Captured<P> {
        self.summary.duplicates_found = self.filter.scope();
        let Self { profile, summary: lines, first_widths, seen, .. } = self;
        Captured { profile, lines, unread, seen, first_widths }
    }
}

/// What came of a packed file: `3 lines, and then: corrupt deflate stream`. A library's words about bytes hold none.
pub(crate) fn cut_after(lines: u64, error: &std::io::Error) -> String {
    let lines = match lines {
        0 => "no line".to_owned(),
        1 => "1 line".to_owned(),
        lines => format!("{lines} lines"),
    };
    format!("{lines}, and then: {}", printable::line(&error.to_string()))
}

pub(crate) fn oversize(length_bytes: u64) -> Rejected {
    let most = MAX_LINE_BYTES >> 20;
    LeftOut::Oversize
        .because(format!("a line of {most} MiB at most"), format!("a line of {length_bytes} bytes"))
}

/// Counts a late record of the window whose run was scheduled then.
fn count_late(late: &mut BTreeMap<Timestamp, u64>, scheduled: Timestamp) {
    *late.entry(scheduled).or_insert(0) += 1;
    if late.len() > MOST_LATE_WINDOWS {
        late.pop_first();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn late_records_of_the_newest_windows_are_counted_in_whatever_order_they_come() {
        let end = |hour: i64| Timestamp::from_second(3_600 * (490_000 + hour)).unwrap();
        for step in [1, 7, 99] {
            let mut late = BTreeMap::new();
            (0..200).for_each(|n| count_late(&mut late, end(n * step % 100)));
            assert_eq!(late, (52..100).map(|hour| (end(hour), 2)).collect());
        }
    }
}
