//! The window's captured traffic, read as a stream: files are merged in the order of their keys into parts, and parts into the
//! window, however many files are read at once.
//!
//! Memory does not grow with the window. A line that cannot be read is counted by its reason and sampled; it neither
//! ends the hour nor vanishes. What a record is worth is the analysis crate's business.

mod batch;
mod beside;
mod files;
mod partial;
mod parts;
mod reading;
mod turns;
mod widths;

pub use parts::{HandedOver, Job, Plans, WindowReader, read_or_share};
pub use widths::FirstWidths;

use crate::RunError;
use crate::monitor::{Brought, Form};
use crate::progress::{Step, Watcher};
use bellwether_analysis::records::RecordProfile;
use bellwether_contract::capture::{LeftOut, Rejected};
use bellwether_contract::execution::CaptureSummary;
use bellwether_contract::names::{EndpointName, VariantName};
use bellwether_contract::parts::Cut;
use bellwether_contract::printable;
use bellwether_contract::window::{Interval, Window};
use bellwether_storage::{MAX_LINE_BYTES, Store};
use files::Files;
pub(crate) use files::{Kind, count_kind, hour_in, is_packed, kind};
use futures::stream::{BoxStream, TryStreamExt};
use jiff::SignedDuration;
use reading::{Piece, Reading};
use sha2::{Digest, Sha256};
use std::collections::BTreeMap;
use std::future::Future;
use tokio::time::Instant;
use turns::Turn;

/// Records of a window's end are flushed into the next hour's folder for this long.
pub const LATE_FLUSH: SignedDuration = SignedDuration::from_mins(10);
/// The same for a window that is judged once more, or an hour or more after its end: the whole of the next hour.
pub const LATE_FLUSH_REOPENED: SignedDuration = SignedDuration::from_hours(1);

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
    /// How many of its files are read at once; of this no byte depends.
    pub threads: usize,
    /// Where it is cut into parts.
    pub cut: Cut,
    /// Who reads it.
    pub reader: WindowReader<'t>,
    /// When the time of this run ends, where it does: a wide window may take longer.
    pub deadline: Option<Instant>,
    /// SHA-256 over what its records are read by beside the settings ([`Traffic::by`]).
    pub inputs: [u8; 32],
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
    /// The same, whose records are read by these inputs beside the settings: parts that were read by others are of no use.
    #[must_use]
    pub fn by<'i>(self, inputs: impl IntoIterator<Item = &'i str>) -> Self {
        let mut digest = Sha256::new();
        for input in inputs {
            digest.update((input.len() as u64).to_le_bytes());
            digest.update(input);
        }
        Self { inputs: digest.finalize().into(), ..self }
    }

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
pub async fn read<P: RecordProfile + 'static>(
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
pub async fn read_with<P: RecordProfile + 'static>(
    traffic: Traffic<'_>,
    profile: P,
    after: impl AfterFile<P>,
    watcher: Watcher<'_>,
) -> Result<Captured<P>, RunError> {
    read_listed(traffic, Listing::of(traffic).await?, profile, after, watcher).await
}

async fn read_listed<P: RecordProfile + 'static>(
    traffic: Traffic<'_>,
    listing: Listing,
    profile: P,
    mut after: impl AfterFile<P>,
    watcher: Watcher<'_>,
) -> Result<Captured<P>, RunError> {
    let Listing { pieces, passed_over, unread } = listing;
    let sizes_bytes: Vec<u64> = pieces.iter().map(Piece::size_bytes).collect();
    let (parts, is_wide) = (traffic.cut.parts(&sizes_bytes), traffic.cut.is_wide(&sizes_bytes));
    if let Some(deadline) = traffic.deadline.filter(|_| is_wide) {
        warn_of_time(sizes_bytes.iter().sum(), deadline);
    }
    let (mut done, total) = (0, pieces.len() as u64);
    let mut reading = Reading::new(traffic.into(), &profile);
    reading.summary.files_passed_over = passed_over;
    let (mut turns, mut whole) = (Turn::each(&reading, pieces, traffic.threads), None);
    for part in parts {
        if is_wide {
            reading.next_part();
        }
        let mut each = || {
            done += 1;
            watcher(Step::Captures { done, total });
        };
        let gathered = folded(&mut reading, &mut turns, part.len(), &mut after, &mut each).await?;
        whole = Some(merged(whole, gathered));
    }
    Ok(reading.finish(whole.unwrap_or(profile), unread))
}

/// Where the time of a function ends while it reads, nothing of it is told any more: so this is, before.
fn warn_of_time(size_bytes: u64, deadline: Instant) {
    /// What a function reads at the least, whatever its memory.
    const BYTES_PER_SECOND: u64 = 75_000_000;
    tracing::warn!(
        size_bytes,
        seconds_expected = size_bytes / BYTES_PER_SECOND,
        seconds_left = deadline.saturating_duration_since(Instant::now()).as_secs(),
        "this function reads a window above 8 GiB by itself, and its time may end before; let parts of it be read side by side (ScaleOut in the template), or give shorter windows"
    );
}

/// The next files as one part: each is profiled alone, and they are merged in their order.
async fn folded<P: RecordProfile + 'static>(
    reading: &mut Reading<P>,
    turns: &mut BoxStream<'static, Result<Turn<P>, RunError>>,
    files: usize,
    after: &mut impl AfterFile<P>,
    each: &mut (impl FnMut() + Send),
) -> Result<P, RunError> {
    let mut gathered = reading.empty();
    for _ in 0..files {
        let Some(turn) = turns.try_next().await? else { break };
        gathered.merge(&turn.taken(reading).await?);
        after.after(&mut gathered).await?;
        each();
    }
    Ok(gathered)
}

/// Parts in their order as one. The first is the whole as long as it is the only one.
fn merged<P: RecordProfile>(parts: Option<P>, next: P) -> P {
    let Some(mut parts) = parts else { return next };
    parts.merge(&next);
    parts
}

/// What is read of a window.
struct Listing {
    /// In the order of keys.
    pieces: Vec<Piece>,
    /// What is not, by its ending.
    passed_over: BTreeMap<String, u64>,
    unread: Option<String>,
}

impl Listing {
    async fn of(traffic: Traffic<'_>) -> Result<Self, RunError> {
        if traffic.is_of_jobs() {
            let pairs = batch::pairs(traffic).await?;
            let unread = batch::why_unread(traffic, &pairs).await?;
            let pieces = pairs.into_iter().map(Piece::Pair).collect();
            return Ok(Self { pieces, passed_over: BTreeMap::new(), unread });
        }
        let files = Files::of(traffic).await?;
        let unread = files.why_unread(traffic).await?;
        let Files { read, passed_over, .. } = files;
        Ok(Self { pieces: read.into_iter().map(Piece::File).collect(), passed_over, unread })
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
