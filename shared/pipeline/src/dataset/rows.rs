//! The rows of a dataset, one after the other, for who needs them whole.
//!
//! It profiles no column. What is no row is counted by its reason, as where columns are profiled.

use super::delimited_file::{Columns, fault};
use super::files::OpenFile;
use super::{Format, LeftOutRecords, Reading, files, refuse_packed, usable};
use crate::RunError;
use crate::progress::Watcher;
use aws_sdk_s3::Client;
use bellwether_analysis::delimited::{Block, Delimited, Dialect, Rows};
use bellwether_contract::capture::{LeftOut, Rejected};
use bellwether_storage::{Content, Lines, Location, StorageError};

/// A row as it was written down.
#[derive(Debug, Clone, Copy)]
pub enum Row<'r> {
    /// Cells of CSV.
    Cells {
        /// The block that it stands in.
        rows: &'r Rows,
        /// Its place there.
        row: usize,
        /// The names of its columns, where a header gave them.
        names: Option<&'r [String]>,
    },
    /// A line of JSON.
    Json(&'r [u8]),
}

/// What came of the rows.
#[derive(Debug, Default)]
pub struct RowsRead {
    /// Rows that were taken.
    pub rows: u64,
    /// What was not.
    pub left_out: LeftOutRecords,
    /// Files read.
    pub files: u64,
    /// Their size.
    pub size_bytes: u64,
}

/// Hands every row of the object at a location, or of the objects below it, to `take`, which says why it takes none.
///
/// # Errors
/// As [`profile`](super::profile()).
pub async fn each_row(
    location: &Location,
    s3: Option<&Client>,
    format: Format,
    watcher: Watcher<'_>,
    take: &mut (impl FnMut(Row<'_>) -> Result<(), Rejected> + Send),
) -> Result<RowsRead, RunError> {
    let (store, files) = files::files(location, s3).await?;
    if files.is_empty() {
        return Err(StorageError::NotFound { uri: location.to_string() }.into());
    }
    let count = files.len() as u64;
    let (mut reading, mut rows, mut columns) = (Reading::new(&files, false, watcher), 0, None);
    for file in files {
        let file = file.open(&store).await?;
        rows += match format {
            Format::Csv { header, dialect, delimiter } => {
                let how = Delimiting { header, dialect, delimiter };
                cells(file, how, &mut columns, &mut reading, take).await?
            }
            Format::JsonLines => objects(file, &mut reading, take).await?,
        };
    }
    usable(location, rows, &reading.left_out)?;
    Ok(RowsRead { rows, left_out: reading.left_out, files: count, size_bytes: reading.total_bytes })
}

/// How CSV is written down of which nobody knows whether its first record is these headers: it is, where the file says so.
///
/// # Errors
/// A dataset that cannot be read.
pub async fn with_header_of(
    location: &Location,
    format: Format,
    headers: &[String],
) -> Result<Format, RunError> {
    let Format::Csv { header: false, dialect, delimiter } = format else { return Ok(format) };
    let first = first_record(location, dialect, delimiter).await?;
    let is_one = |cell: &String| headers.iter().any(|header| header == cell.trim());
    let header = !first.is_empty() && first.iter().all(is_one);
    Ok(Format::Csv { header, dialect, delimiter })
}

/// The cells of the first record; none of a dataset without one.
async fn first_record(location: &Location, dialect: Dialect, delimiter: u8) -> Result<Vec<String>, RunError> {
    let (store, files) = files::files(location, None).await?;
    let Some(file) = files.into_iter().next() else { return Ok(Vec::new()) };
    let OpenFile { object, mut chunks } = file.open(&store).await?;
    let mut delimited = Delimited::without_header(dialect, None).separated_by(delimiter);
    let mut blocks = Vec::new();
    while blocks.iter().all(|block: &Block| block.rows.is_empty()) {
        let Some(chunk) = chunks.next().await? else { break };
        delimited.push(&chunk, &mut |block| blocks.push(block)).map_err(|error| fault(&object, error))?;
    }
    // Of a broken end whoever reads the rows tells.
    let _ = delimited.finish(&mut |block| blocks.push(block));
    let rows = blocks.iter().map(|block| &block.rows).find(|rows| !rows.is_empty());
    let cell =
        |rows: &Rows, column| String::from_utf8_lossy(rows.cell(0, column).unwrap_or_default()).into_owned();
    Ok(rows.map(|rows| (0..rows.width()).map(|column| cell(rows, column)).collect()).unwrap_or_default())
}

#[derive(Clone, Copy)]
struct Delimiting {
    header: bool,
    dialect: Dialect,
    delimiter: u8,
}

async fn cells(
    file: OpenFile,
    Delimiting { header, dialect, delimiter }: Delimiting,
    columns: &mut Option<Columns>,
    reading: &mut Reading<'_>,
    take: &mut (impl FnMut(Row<'_>) -> Result<(), Rejected> + Send),
) -> Result<u64, RunError> {
    let OpenFile { object, mut chunks } = file;
    let width = columns.as_ref().map(Columns::width);
    let delimited = match header {
        true => Delimited::with_header(dialect, &object),
        false => Delimited::without_header(dialect, width),
    };
    let mut delimited = delimited.separated_by(delimiter);
    let (mut blocks, mut taken, mut is_first) = (Vec::new(), 0, true);
    while let Some(chunk) = chunks.next().await? {
        if std::mem::take(&mut is_first) {
            refuse_packed(&object, &chunk)?;
        }
        delimited.push(&chunk, &mut |block| blocks.push(block)).map_err(|error| fault(&object, error))?;
        for block in blocks.drain(..) {
            taken += rows_of(&object, &block, delimited.names(), columns, reading, take)?;
        }
        reading.pass(chunk.len() as u64);
    }
    let names = delimited.finish(&mut |block| blocks.push(block)).map_err(|error| fault(&object, error))?;
    for block in blocks {
        taken += rows_of(&object, &block, names.as_deref(), columns, reading, take)?;
    }
    Ok(taken)
}

fn rows_of(
    object: &str,
    block: &Block,
    names: Option<&[String]>,
    columns: &mut Option<Columns>,
    reading: &mut Reading<'_>,
    take: &mut impl FnMut(Row<'_>) -> Result<(), Rejected>,
) -> Result<u64, RunError> {
    let Block { rows, left_out, header_rows } = block;
    reading.header_rows.add(object, header_rows);
    for record in left_out {
        reading.left_out.add(object, record.line, record.rejected.clone(), &record.excerpt);
    }
    if !rows.is_empty() {
        let ours = Columns::of(object, rows.width(), names);
        match columns {
            Some(first) => ours.agree_with(first)?,
            None => *columns = Some(ours),
        }
    }
    let mut taken = 0;
    for row in 0..rows.len() {
        match take(Row::Cells { rows, row, names }) {
            Ok(()) => taken += 1,
            // A block does not say in which line a row stands.
            Err(rejected) => reading.left_out.count_more(rejected.reason, 1),
        }
    }
    Ok(taken)
}

async fn objects(
    file: OpenFile,
    reading: &mut Reading<'_>,
    take: &mut (impl FnMut(Row<'_>) -> Result<(), Rejected> + Send),
) -> Result<u64, RunError> {
    let OpenFile { object, chunks } = file;
    let (mut lines, mut taken) = (Lines::new(chunks), 0);
    while let Some(line) = lines.next().await? {
        let (made, text, length_bytes) = match line.content {
            Content::Bytes(text) => {
                if line.number == 1 {
                    refuse_packed(&object, text)?;
                }
                (take(Row::Json(text)), text, text.len() as u64)
            }
            Content::Oversize { length_bytes } => (Err(LeftOut::Oversize.into()), &[][..], length_bytes),
        };
        match made {
            Ok(()) => taken += 1,
            Err(rejected) => reading.left_out.add(&object, line.number, rejected, text),
        }
        reading.pass(length_bytes + 1);
    }
    Ok(taken)
}
