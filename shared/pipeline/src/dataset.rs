//! The profile of a dataset: a file, or all files below a prefix, read as a stream.
//!
//! It judges nothing and writes nothing. Files are profiled alone, one after the other, and merged in the order of their
//! keys. The columns of one CSV file are spread over the cores of the machine, which changes no byte of the result.
//! Memory does not grow with the number of rows.
//!
//! Below a prefix, files without bytes are passed over, and so is what Spark passes over: names that begin with `_` or
//! `.`, such as `_SUCCESS`. A record that cannot be read is counted by its reason and sampled.

mod delimited_file;
mod files;
mod format;
mod hints;
mod json_lines;
mod left_out;
mod rows;
mod spread;

pub use bellwether_analysis::delimited::{DELIMITER, Dialect};
pub use bellwether_analysis::selection::Selection;
pub use format::{Description, Format};
pub use hints::FirstRecord;
pub use left_out::{HeaderRows, LeftOutRecords};
pub use rows::{Row, RowsRead, each_row, with_header_of};

use crate::RunError;
use crate::progress::{Step, Watcher};
use aws_sdk_s3::Client;
use bellwether_analysis::flat_json::JsonLines;
use bellwether_analysis::suggest::suggest;
use bellwether_analysis::table::TableProfile;
use bellwether_contract::ContractError;
use bellwether_contract::capture::LeftOut;
use bellwether_contract::constraints::Constraints;
use bellwether_contract::statistics::Statistics;
use bellwether_storage::{Location, StorageError, Store};
use delimited_file::DelimitedFiles;
use files::File;
pub(crate) use files::is_hidden;
use std::num::NonZero;
use std::sync::Arc;
use std::thread::available_parallelism;

/// Above this share of its records the dataset is not what it was said to be.
pub const MOST_LEFT_OUT: f64 = 0.5;
/// Above this share it must be said that records were left out.
pub const WORTH_SAYING: f64 = 0.01;
/// Somebody who watches hears of every so many bytes.
const TELL_BYTES: u64 = 1024 * 1024;

/// A dataset as it was read.
#[derive(Debug, Default)]
pub struct Profiled {
    /// Columns and rows.
    pub table: TableProfile,
    /// What is no row.
    pub left_out: LeftOutRecords,
    /// Rows that repeat their file's header: dropped, and no records.
    pub header_rows: HeaderRows,
    /// NaN, infinities and numbers beyond a double in JSON: read as numbers that are missing.
    pub non_finite: u64,
    /// What hints are made of.
    pub first_record: FirstRecord,
    /// Files read.
    pub files: u64,
    /// Their size.
    pub size_bytes: u64,
}

/// Profiles the object at a location, or the objects below it.
///
/// # Errors
/// `Storage` where it cannot be read, with `NotFound` where there is nothing; `Malformed` for a file that is packed, and for a
/// quote that is never closed; `HeaderUnusable`, `HeadersDiffer`, `MostlyLeftOut`, `NoRows`.
pub async fn profile(
    location: &Location,
    s3: Option<&Client>,
    description: &Description,
    watcher: Watcher<'_>,
) -> Result<Profiled, RunError> {
    profile_of(location, s3, description, &|_| true, watcher).await
}

/// The same of those objects alone whose keys are wanted.
///
/// # Errors
/// As [`profile()`].
pub async fn profile_of(
    location: &Location,
    s3: Option<&Client>,
    description: &Description,
    is_wanted: &(dyn Fn(&str) -> bool + Sync),
    watcher: Watcher<'_>,
) -> Result<Profiled, RunError> {
    let threads = available_parallelism().map_or(1, NonZero::get);
    let (store, mut files) = files::files(location, s3).await?;
    files.retain(|file| is_wanted(&file.key));
    profile_on(threads, location, (store, files), description, watcher).await
}

/// The objects of a dataset: its store, and their keys in order.
///
/// # Errors
/// `Storage` where it cannot be read, with `NotFound` where there is nothing.
pub async fn objects(location: &Location, s3: Option<&Client>) -> Result<(Store, Vec<String>), RunError> {
    let (store, files) = files::files(location, s3).await?;
    if files.is_empty() {
        return Err(StorageError::NotFound { uri: location.to_string() }.into());
    }
    Ok((store, files.into_iter().map(|file| file.key).collect()))
}

/// As [`profile`], on so many threads beside the one that reads; on one there is none beside.
async fn profile_on(
    threads: usize,
    location: &Location,
    (store, files): (Store, Vec<File>),
    description: &Description,
    watcher: Watcher<'_>,
) -> Result<Profiled, RunError> {
    if files.is_empty() {
        return Err(StorageError::NotFound { uri: location.to_string() }.into());
    }
    let count = files.len() as u64;
    let mut reading = Reading::new(&files, description.sample_payloads, watcher);
    let selection = &description.selection;
    let table = match description.format {
        Format::Csv { header, dialect, delimiter } => {
            let selection = Arc::new(selection.clone());
            let alike = DelimitedFiles { header, dialect, delimiter, selection, threads, columns: None };
            delimited(alike, files, &store, &mut reading).await?
        }
        Format::JsonLines => json_lines(selection, files, &store, &mut reading).await?,
    };
    reading.into_profiled(table, count).usable(location)
}

async fn delimited(
    mut alike: DelimitedFiles,
    files: Vec<File>,
    store: &Store,
    reading: &mut Reading<'_>,
) -> Result<TableProfile, RunError> {
    let mut table: Option<TableProfile> = None;
    for file in files {
        let later = alike.read(file.open(store).await?, reading).await?;
        match &mut table {
            Some(table) => table.merge(&later),
            None => table = Some(later),
        }
    }
    Ok(table.unwrap_or_default())
}

async fn json_lines(
    selection: &Selection,
    files: Vec<File>,
    store: &Store,
    reading: &mut Reading<'_>,
) -> Result<TableProfile, RunError> {
    let mut rows = JsonLines::selecting(selection.clone());
    for file in files {
        let empty = JsonLines::selecting(selection.clone());
        let later = json_lines::read(file.open(store).await?, empty, reading).await?;
        reading.left_out.count_more(LeftOut::TooManyColumns, rows.merge(&later));
    }
    Ok(rows.finish())
}

/// How far the reading is, and what it left out.
struct Reading<'w> {
    left_out: LeftOutRecords,
    header_rows: HeaderRows,
    non_finite: u64,
    first_record: Option<FirstRecord>,
    done_bytes: u64,
    told_bytes: u64,
    total_bytes: u64,
    watcher: Watcher<'w>,
}

impl<'w> Reading<'w> {
    fn new(files: &[File], sample_payloads: bool, watcher: Watcher<'w>) -> Self {
        Self {
            left_out: LeftOutRecords::new(sample_payloads),
            header_rows: HeaderRows::default(),
            non_finite: 0,
            first_record: None,
            done_bytes: 0,
            told_bytes: 0,
            total_bytes: files.iter().map(|file| file.size_bytes).sum(),
            watcher,
        }
    }

    fn into_profiled(self, table: TableProfile, files: u64) -> Profiled {
        Profiled {
            table,
            left_out: self.left_out,
            header_rows: self.header_rows,
            non_finite: self.non_finite,
            first_record: self.first_record.unwrap_or_default(),
            files,
            size_bytes: self.total_bytes,
        }
    }

    fn pass(&mut self, size_bytes: u64) {
        self.done_bytes += size_bytes;
        if self.done_bytes - self.told_bytes >= TELL_BYTES {
            self.told_bytes = self.done_bytes;
            (self.watcher)(Step::Dataset { done_bytes: self.done_bytes, total_bytes: self.total_bytes });
        }
    }
}

impl Profiled {
    /// Rows, and what is none.
    pub fn records(&self) -> u64 {
        self.table.rows() + self.left_out.count()
    }

    /// Share of the records that were left out, 0 to 1; 0 of none.
    pub fn share_left_out(&self) -> f64 {
        share_of(self.left_out.count(), self.records())
    }

    /// What was seen, and the constraints that it suggests.
    pub fn suggest(&self) -> (Statistics, Constraints) {
        let statistics = self.table.observe().statistics;
        let constraints = suggest(&statistics);
        (statistics, constraints)
    }

    /// The profile, if it says anything about the dataset.
    fn usable(self, location: &Location) -> Result<Self, RunError> {
        usable(location, self.table.rows(), &self.left_out).map(|()| self)
    }
}

/// Whether the rows say anything about the dataset.
fn usable(location: &Location, rows: u64, left_out: &LeftOutRecords) -> Result<(), RunError> {
    let (dataset, records) = (location.to_string(), rows + left_out.count());
    let share = share_of(left_out.count(), records);
    if share > MOST_LEFT_OUT {
        let LeftOutRecords { by_reason, samples, .. } = left_out.clone();
        let first = samples.into_iter().next().map(Box::new);
        return Err(RunError::MostlyLeftOut { dataset, records, by_reason, first });
    }
    if rows == 0 {
        return Err(RunError::NoRows { dataset });
    }
    if share > WORTH_SAYING {
        let reasons = crate::error::counts(&left_out.by_reason);
        tracing::warn!(dataset, records, left_out = reasons, "records of the dataset were left out");
    }
    Ok(())
}

fn share_of(part: u64, all: u64) -> f64 {
    if all == 0 { 0.0 } else { part as f64 / all as f64 }
}

/// A file that is packed would be left out record by record.
fn refuse_packed(object: &str, first_bytes: &[u8]) -> Result<(), ContractError> {
    if first_bytes.starts_with(&[0x1f, 0x8b]) {
        return Err(ContractError::malformed(object, "is gzip; unpack it, datasets are read as text"));
    }
    if first_bytes.starts_with(b"PAR1") {
        return Err(ContractError::malformed(
            object,
            "is Parquet; say so (--format parquet), or write it as CSV or JSON Lines",
        ));
    }
    Ok(())
}

#[cfg(test)]
mod tests;
