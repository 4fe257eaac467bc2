//! One CSV file of a dataset.
//!
//! Bytes are fetched where waiting is allowed, and read into rows on a thread of their own; how the columns of those are
//! filled is `spread`'s business.

use super::files::OpenFile;
use super::hints::FirstRecord;
use super::left_out::{HeaderRows, LeftOutRecords};
use super::spread::Spread;
use super::{Reading, refuse_packed};
use crate::RunError;
use bellwether_analysis::delimited::{Block, Delimited, Dialect, FileError, Rows, reads_like_names};
use bellwether_analysis::selection::Selection;
use bellwether_analysis::table::TableProfile;
use bellwether_contract::ContractError;
use bytes::Bytes;
use std::panic::resume_unwind;
use std::sync::Arc;
use tokio::sync::mpsc;
use tokio::task::spawn_blocking;

/// Chunks that wait to be read.
const CHUNKS_AHEAD: usize = 2;

/// How the files of a dataset are read.
#[derive(Debug, Clone)]
pub(super) struct DelimitedFiles {
    pub(super) header: bool,
    pub(super) dialect: Dialect,
    pub(super) delimiter: u8,
    pub(super) selection: Arc<Selection>,
    pub(super) threads: usize,
    /// The columns of the first file, as soon as it was read.
    pub(super) columns: Option<Columns>,
}

/// The columns of a file.
#[derive(Debug, Clone)]
pub(super) struct Columns {
    object: String,
    names: Vec<String>,
}

impl DelimitedFiles {
    /// Reads the next file. Its columns must be those of the first one.
    pub(super) async fn read(
        &mut self,
        file: OpenFile,
        reading: &mut Reading<'_>,
    ) -> Result<TableProfile, RunError> {
        let OpenFile { object, mut chunks } = file;
        let (send, received) = mpsc::channel(CHUNKS_AHEAD);
        let pass = Pass::new(self.clone(), object, reading.left_out.of_a_file());
        let pass = spawn_blocking(move || pass.read(received));
        while let Some(chunk) = chunks.next().await? {
            let size_bytes = chunk.len() as u64;
            if send.send(chunk).await.is_err() {
                // The reader has found a fault and tells it below.
                break;
            }
            reading.pass(size_bytes);
        }
        drop(send);
        let read = pass.await.unwrap_or_else(|panic| resume_unwind(panic.into_panic()))?;
        self.columns = self.columns.take().or(read.columns);
        reading.left_out.append(read.left_out);
        reading.header_rows.append(read.header_rows);
        reading.first_record = reading.first_record.take().or(read.first_record);
        Ok(read.table)
    }
}

/// What one file gave.
struct Read {
    columns: Option<Columns>,
    table: TableProfile,
    left_out: LeftOutRecords,
    header_rows: HeaderRows,
    first_record: Option<FirstRecord>,
}

/// One file under way.
struct Pass {
    files: DelimitedFiles,
    object: String,
    spread: Option<(Columns, Spread)>,
    left_out: LeftOutRecords,
    header_rows: HeaderRows,
    first_record: Option<FirstRecord>,
}

impl Pass {
    fn new(files: DelimitedFiles, object: String, left_out: LeftOutRecords) -> Self {
        Self { files, object, spread: None, left_out, header_rows: HeaderRows::default(), first_record: None }
    }

    fn read(mut self, mut chunks: mpsc::Receiver<Bytes>) -> Result<Read, RunError> {
        let mut delimited = self.delimited();
        let mut blocks = Vec::new();
        while let Some(chunk) = chunks.blocking_recv() {
            if self.spread.is_none() {
                refuse_packed(&self.object, &chunk)?;
            }
            delimited
                .push(&chunk, &mut |block| blocks.push(block))
                .map_err(|error| fault(&self.object, error))?;
            self.take(&mut blocks, delimited.names())?;
        }
        let finished = delimited.finish(&mut |block| blocks.push(block));
        let names = finished.map_err(|error| fault(&self.object, error))?;
        self.take(&mut blocks, names.as_deref())?;
        self.finish(names)
    }

    fn delimited(&self) -> Delimited {
        let DelimitedFiles { header, dialect, delimiter, columns, .. } = &self.files;
        let delimited = if *header {
            Delimited::with_header(*dialect, &self.object)
        } else {
            Delimited::without_header(*dialect, columns.as_ref().map(|columns| columns.names.len()))
        };
        delimited.separated_by(*delimiter)
    }

    fn take(&mut self, blocks: &mut Vec<Block>, names: Option<&[String]>) -> Result<(), RunError> {
        for Block { rows, left_out, header_rows } in blocks.drain(..) {
            for record in left_out {
                self.left_out.add(&self.object, record.line, record.rejected, &record.excerpt);
            }
            self.header_rows.add(&self.object, &header_rows);
            if rows.is_empty() {
                continue;
            }
            if self.spread.is_none() {
                self.first_record = Some(first_record(&rows, names));
                let names = names.map_or_else(|| self.by_position(rows.width()), <[String]>::to_vec);
                self.begin(names)?;
            }
            if let Some((_, spread)) = &mut self.spread {
                spread.push(rows);
            }
        }
        Ok(())
    }

    fn begin(&mut self, names: Vec<String>) -> Result<(), RunError> {
        let columns = Columns { object: self.object.clone(), names };
        if let Some(first) = &self.files.columns {
            columns.agree_with(first)?;
        }
        let table = TableProfile::with_columns(columns.names.iter().cloned());
        let missing = self.files.selection.missing_texts(&columns.names);
        self.spread = Some((columns, Spread::new(table, missing, self.files.threads)));
        Ok(())
    }

    /// The names of columns without a header: those that are declared, and behind them those that Spark gives.
    fn by_position(&self, width: usize) -> Vec<String> {
        let declared = self.files.selection.columns().unwrap_or_default();
        let name = |column| declared.get(column).cloned().unwrap_or_else(|| format!("_c{column}"));
        (0..width).map(name).collect()
    }

    fn finish(mut self, names: Option<Vec<String>>) -> Result<Read, RunError> {
        if let (None, Some(names)) = (&self.spread, names) {
            self.begin(names)?;
        }
        let (columns, table) = match self.spread {
            Some((columns, spread)) => {
                let table = spread.finish().kept(|name| self.files.selection.name_of(name), &columns.names);
                (Some(columns), table)
            }
            None => (None, TableProfile::default()),
        };
        let Self { left_out, header_rows, first_record, .. } = self;
        Ok(Read { columns, table, left_out, header_rows, first_record })
    }
}

/// Why a file cannot be read on, as an error of the run.
pub(super) fn fault(object: &str, error: FileError) -> RunError {
    match error {
        FileError::Header(error) => error.into(),
        FileError::UnclosedQuote { line } => ContractError::at(object, line, error.to_string()).into(),
    }
}

impl Columns {
    /// The columns of a file; those of one without a header are known by their number alone.
    pub(super) fn of(object: &str, width: usize, names: Option<&[String]>) -> Self {
        let by_position = || (0..width).map(|column| format!("_c{column}")).collect();
        Self { object: object.to_owned(), names: names.map_or_else(by_position, <[String]>::to_vec) }
    }

    pub(super) fn width(&self) -> usize {
        self.names.len()
    }

    pub(super) fn agree_with(&self, first: &Self) -> Result<(), RunError> {
        if self.names == first.names {
            return Ok(());
        }
        let differs = self.names.iter().zip(&first.names).take_while(|(ours, theirs)| ours == theirs).count();
        Err(RunError::HeadersDiffer {
            object: self.object.clone(),
            first: first.object.clone(),
            column: differs + 1,
            ours: self.names.get(differs).cloned(),
            theirs: first.names.get(differs).cloned(),
        })
    }
}

fn first_record(rows: &Rows, names: Option<&[String]>) -> FirstRecord {
    let cell = |column| rows.cell(0, column);
    let text = |cell: &[u8]| String::from_utf8_lossy(cell).into_owned();
    match names {
        Some(names) => FirstRecord {
            only_cell: names.first().filter(|_| names.len() == 1).cloned(),
            reads_like_names: false,
        },
        None => FirstRecord {
            only_cell: cell(0).filter(|_| rows.width() == 1).map(text),
            reads_like_names: reads_like_names((0..rows.width()).map(cell)),
        },
    }
}
