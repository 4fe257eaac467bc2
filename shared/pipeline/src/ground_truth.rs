//! The labels of a window: the files of its hours, read in the order of their keys.
//!
//! A label lies in the hour in which it was collected. It joins nothing and judges nothing; what a record of labels is, and which
//! of two counts, is the analysis crate's business.

mod found;
mod of_window;
mod points;

pub(crate) use found::labels_found;
pub use of_window::{WindowLabels, has_grown, note_joined};
pub use points::{LABEL_POINTS, label_points};

use crate::RunError;
use crate::captures::{Kind, count_kind, cut_after, kind, oversize};
use crate::settings::hex;
use bellwether_analysis::ground_truth::Labels;
use bellwether_contract::ContractError;
use bellwether_contract::capture::{LeftOut, Rejected};
use bellwether_contract::execution::{BrokenLine, GroundTruthSummary};
use bellwether_contract::keys::Key;
use bellwether_storage::{Content, Entry, Lines, Location, StorageError, Store};
use jiff::{SignedDuration, Timestamp};
use sha2::{Digest, Sha256};

const HOUR: SignedDuration = SignedDuration::from_hours(1);
/// How files of labels end, before `.gz`. Each team writes its own, so these are more than data capture's; a name without an
/// ending is read too.
const ENDINGS: [&str; 5] = ["jsonl", "json", "jsonlines", "ndjson", "txt"];
const PACKED: &str = ".gz";

/// Which labels: those of the hours from one to another, which is not read.
#[derive(Debug, Clone, Copy)]
pub struct Hours {
    /// The first hour.
    pub from: Timestamp,
    /// The first hour that is not read.
    pub until: Timestamp,
}

impl Hours {
    fn each(self) -> impl Iterator<Item = Timestamp> {
        let hours = std::iter::successors(Some(self.from), |hour| hour.checked_add(HOUR).ok());
        hours.take_while(move |hour| *hour < self.until)
    }
}

/// Labels as they were read.
#[derive(Debug)]
pub struct GroundTruth {
    /// By the id of their record.
    pub labels: Labels,
    /// What became of the files; of the join it says nothing yet.
    pub summary: GroundTruthSummary,
    /// SHA-256 over the files and their lines, in hexadecimal.
    pub digest: String,
}

/// Reads the labels of some hours into a table. Hours without a folder have no labels, and so has a location at which nothing
/// lies: whoever joins them says so.
///
/// # Errors
/// Files that cannot be fetched; more labels than a table holds.
pub async fn read(
    store: &Store,
    hours: Hours,
    mut labels: Labels,
    sample_payloads: bool,
) -> Result<GroundTruth, RunError> {
    let mut summary = GroundTruthSummary { ground_truth_until: hours.until, ..GroundTruthSummary::default() };
    let mut digest = Sha256::new();
    for hour in hours.each() {
        let entries = match store.list(&Key::GroundTruthHour(hour).to_string()).await {
            // Labels may be later than everything else: their bucket must be there, their folder need not.
            Err(StorageError::NoSuchLocation { .. }) if matches!(store.location(), Location::Folder(_)) => {
                Vec::new()
            }
            entries => entries?,
        };
        for entry in entries {
            if holds_labels(&entry) {
                let (summary, digest) = (&mut summary, &mut digest);
                let mut reading = Reading { store, entry: &entry, summary, digest, sample_payloads };
                reading.file(&mut labels).await?;
            } else {
                count_kind(&mut summary.files_passed_over, &entry);
            }
        }
    }
    Ok(GroundTruth { labels, summary, digest: hex(&digest.finalize()) })
}

fn holds_labels(entry: &Entry) -> bool {
    let name = entry.key.rsplit('/').next().unwrap_or_default();
    let ending = name.strip_suffix(PACKED).unwrap_or(name).rsplit_once('.').map(|(_, ending)| ending);
    kind(entry) != Kind::Nothing && ending.is_none_or(|ending| ENDINGS.contains(&ending))
}

/// Whether any file of labels lies in some hours.
///
/// # Errors
/// A listing that fails.
pub async fn holds_any(store: &Store, hours: Hours) -> Result<bool, RunError> {
    for hour in hours.each() {
        if store.first(&Key::GroundTruthHour(hour).to_string()).await?.is_some() {
            return Ok(true);
        }
    }
    Ok(false)
}

/// Why no label was found that may be more than lateness: nothing lies there at all.
///
/// # Errors
/// A location that cannot be asked.
pub async fn why_absent(store: &Store, summary: &GroundTruthSummary) -> Result<Option<String>, RunError> {
    if summary.files > 0 || store.holds_anything().await? {
        return Ok(None);
    }
    let location = store.location();
    Ok(Some(format!(
        "nothing lies below {location}: check GROUND_TRUTH_URI (--ground-truth), the folder above yyyy/mm/dd/hh"
    )))
}

/// A file that is being read.
struct Reading<'r> {
    store: &'r Store,
    entry: &'r Entry,
    summary: &'r mut GroundTruthSummary,
    digest: &'r mut Sha256,
    sample_payloads: bool,
}

impl Reading<'_> {
    async fn file(&mut self, labels: &mut Labels) -> Result<(), RunError> {
        let key = &self.entry.key;
        self.summary.files += 1;
        self.summary.size_bytes += self.entry.size_bytes;
        self.note(key.as_bytes());
        let chunks = self.store.read(key).await?;
        let chunks = if key.ends_with(PACKED) { chunks.unpacked(self.store.uri(key)) } else { chunks };
        let (mut lines, mut number) = (Lines::new(chunks), 0);
        loop {
            let line = match lines.next().await {
                Ok(Some(line)) => line,
                Ok(None) => return Ok(()),
                // What was read of the file stays; how much is lost nobody knows.
                Err(StorageError::Unpackable { source, .. }) => {
                    let cut = LeftOut::Gzip.because("gzip, whole to its end", cut_after(number, &source));
                    self.leave_out(number + 1, cut, &[]);
                    return Ok(());
                }
                Err(error) => return Err(error.into()),
            };
            number = line.number;
            match line.content {
                Content::Bytes(bytes) => {
                    self.note(bytes);
                    let added =
                        labels.add_line(bytes, &mut |rejected| self.leave_out(number, rejected, bytes));
                    added.map_err(|full| ContractError::at(self.store.uri(key), number, full.to_string()))?;
                }
                Content::Oversize { length_bytes } => self.leave_out(number, oversize(length_bytes), &[]),
            }
        }
    }

    fn note(&mut self, bytes: &[u8]) {
        self.digest.update((bytes.len() as u64).to_le_bytes());
        self.digest.update(bytes);
    }

    fn leave_out(&mut self, line: u64, rejected: Rejected, bytes: &[u8]) {
        // One of these may have held all labels of the hour.
        let is_list = rejected.reason == LeftOut::Json && bytes.trim_ascii_start().starts_with(b"[");
        let is_cut = is_list || matches!(rejected.reason, LeftOut::Gzip | LeftOut::Oversize);
        self.summary.files_cut += u64::from(is_cut);
        *self.summary.left_out.entry(rejected.reason).or_insert(0) += 1;
        let text = self.sample_payloads.then_some(bytes);
        let object = || self.store.uri(&self.entry.key);
        BrokenLine::sample(&mut self.summary.samples, rejected, line, object, text);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn files_of_labels_are_known_by_their_names() {
        for (name, expected) in [
            ("labels.jsonl", true),
            ("labels.jsonl.gz", true),
            ("part-00000-9c0e.c000.json", true),
            ("labels.ndjson.gz", true),
            ("labels.jsonlines", true),
            ("labels.txt", true),
            ("part-00000", true),
            ("part-00000.gz", true),
            ("labels.csv", false),
            ("part-00000.snappy.parquet", false),
            ("labels.json.zst", false),
            ("_SUCCESS", false),
            (".part-00000.crc", false),
        ] {
            let entry = Entry { key: format!("2026/10/31/08/{name}"), size_bytes: 9 };
            assert_eq!(holds_labels(&entry), expected, "{name}");
        }
        let marker = Entry { key: "2026/10/31/08/folder_$folder$".to_owned(), size_bytes: 0 };
        assert!(!holds_labels(&marker));
    }
}
