//! One CSV file of a dataset.
//!
//! Bytes are fetched where waiting is allowed, and read into rows on a thread of their own; how the columns of those are
//! filled is `spread`'s business.

use super::files::OpenFile;
use super::left_out::LeftOutRecords;
use super::spread::Spread;
use super::{Reading, refuse_packed};
use crate::RunError;
use bellwether_analysis::delimited::{Block, Delimited, Dialect};
use bellwether_analysis::table::TableProfile;
use bytes::Bytes;
use std::panic::resume_unwind;
use tokio::sync::mpsc;
use tokio::task::spawn_blocking;

/// Chunks that wait to be read.
const CHUNKS_AHEAD: usize = 2;

/// How the files of a dataset are read.
#[derive(Debug, Clone)]
pub(super) struct DelimitedFiles {
    pub(super) header: bool,
    pub(super) dialect: Dialect,
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
        let pass = Pass::new(self.clone(), object);
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
        Ok(read.table)
    }
}

/// What one file gave.
struct Read {
    columns: Option<Columns>,
    table: TableProfile,
    left_out: LeftOutRecords,
}

/// One file under way.
struct Pass {
    files: DelimitedFiles,
    object: String,
    spread: Option<(Columns, Spread)>,
    left_out: LeftOutRecords,
}

impl Pass {
    fn new(files: DelimitedFiles, object: String) -> Self {
        Self { files, object, spread: None, left_out: LeftOutRecords::default() }
    }

    fn read(mut self, mut chunks: mpsc::Receiver<Bytes>) -> Result<Read, RunError> {
        let DelimitedFiles { header, dialect, columns, .. } = &self.files;
        let mut delimited = if *header {
            Delimited::with_header(*dialect, &self.object)
        } else {
            Delimited::without_header(*dialect, columns.as_ref().map(|columns| columns.names.len()))
        };
        let mut blocks = Vec::new();
        while let Some(chunk) = chunks.blocking_recv() {
            if self.spread.is_none() {
                refuse_packed(&self.object, &chunk)?;
            }
            delimited.push(&chunk, &mut |block| blocks.push(block))?;
            self.take(&mut blocks, delimited.names())?;
        }
        let names = delimited.finish(&mut |block| blocks.push(block))?;
        self.take(&mut blocks, names.as_deref())?;
        self.finish(names)
    }

    fn take(&mut self, blocks: &mut Vec<Block>, names: Option<&[String]>) -> Result<(), RunError> {
        for Block { rows, left_out } in blocks.drain(..) {
            for record in &left_out {
                self.left_out.add(&self.object, record.line, record.reason, &record.excerpt);
            }
            if rows.is_empty() {
                continue;
            }
            if self.spread.is_none() {
                let names = names.map_or_else(|| by_position(rows.width()), <[String]>::to_vec);
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
        self.spread = Some((columns, Spread::new(table, self.files.threads)));
        Ok(())
    }

    fn finish(mut self, names: Option<Vec<String>>) -> Result<Read, RunError> {
        if let (None, Some(names)) = (&self.spread, names) {
            self.begin(names)?;
        }
        let (columns, table) = match self.spread {
            Some((columns, spread)) => (Some(columns), spread.finish()),
            None => (None, TableProfile::default()),
        };
        Ok(Read { columns, table, left_out: self.left_out })
    }
}

impl Columns {
    fn agree_with(&self, first: &Self) -> Result<(), RunError> {
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

/// The names that Spark gives where there are none.
fn by_position(width: usize) -> Vec<String> {
    (0..width).map(|column| format!("_c{column}")).collect()
}
