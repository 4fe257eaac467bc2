//! Parquet files as lines of JSON: the rows in their order, each an object of its columns.
//!
//! It opens no path and knows no monitor. Everything behind it reads the lines as it reads any JSON Lines.
//!
//! | column | in a line |
//! |---|---|
//! | null | `null` |
//! | boolean | `true`, `false` |
//! | whole numbers, signed and unsigned, and decimals | the number, a decimal with the digits of its scale |
//! | floating numbers | the number, shortest form; NaN and infinities as such, which readers count as missing numbers |
//! | text, enumerations, JSON, and bytes without a type that are UTF-8 | a text |
//! | dates, times and timestamps, INT96 among them | a text: `2026-10-31`, `08:15:00`, `2026-10-31 08:15:00`, fractions where there are any |
//! | UUID | a text |
//! | nested or repeated columns, BSON, intervals, and other bytes | refused by name |
//!
//! Pages are packed by snappy, gzip or not at all; another codec is refused by name.
//!
//! A file that somebody broke on purpose may claim 2 GiB for a page, and may make the crate below panic: whoever reads files of
//! strangers does so in a process of its own.
#![warn(missing_docs)]

mod column;
mod line;
mod shape;

use bellwether_contract::ContractError;
use column::Values;
use line::Line;
use parquet::file::reader::{ChunkReader, FileReader, SerializedFileReader};
use shape::Column;

/// Rows that are held at a time.
const BATCH: usize = 4_096;
/// Most rows of a file: a few bytes can claim as many nulls as they like.
const MOST_ROWS: i64 = 1_000_000_000;

/// Hands every row of a file to `take`, as a line of JSON without its end; `object` is what the file is called.
///
/// # Errors
/// A file that is none, holds what is not read, or breaks off; whatever `take` says.
pub fn each_line<E: From<ContractError>>(
    object: &str,
    file: impl ChunkReader + 'static,
    take: &mut dyn FnMut(&[u8]) -> Result<(), E>,
) -> Result<u64, E> {
    let wrong = |reason: String| ContractError::malformed(object, reason);
    let broken = |error: parquet::errors::ParquetError| wrong(format!("{error}; write the file again"));
    let file = SerializedFileReader::new(file).map_err(broken)?;
    let columns = shape::columns(file.metadata().file_metadata().schema_descr()).map_err(wrong)?;
    if file.metadata().file_metadata().num_rows() > MOST_ROWS {
        return Err(wrong(format!("has more than {MOST_ROWS} rows; write several files")).into());
    }
    let (mut rows, mut line) = (0, Line::default());
    for group in 0..file.num_row_groups() {
        shape::packed(file.metadata().row_group(group)).map_err(wrong)?;
        let group = file.get_row_group(group).map_err(broken)?;
        let mut readers = Vec::new();
        for place in 0..columns.len() {
            readers.push(group.get_column_reader(place).map_err(broken)?);
        }
        loop {
            let mut batch = Vec::new();
            for (reader, column) in readers.iter_mut().zip(&columns) {
                batch.push(Values::read(reader, column, BATCH).map_err(&wrong)?);
            }
            let count = batch.first().map_or(0, Values::len);
            if batch.iter().any(|values| values.len() != count) {
                return Err(wrong(
                    "its columns have different numbers of rows; write the file again".to_owned(),
                )
                .into());
            }
            if count == 0 {
                break;
            }
            rows += count as u64;
            if rows > MOST_ROWS.unsigned_abs() {
                return Err(wrong(format!("has more than {MOST_ROWS} rows; write several files")).into());
            }
            each_of(&columns, batch, count, &mut line, take)?;
        }
    }
    Ok(rows)
}

fn each_of<E>(
    columns: &[Column],
    batch: Vec<Values>,
    count: usize,
    line: &mut Line,
    take: &mut dyn FnMut(&[u8]) -> Result<(), E>,
) -> Result<(), E> {
    let mut columns: Vec<_> = columns.iter().zip(batch.into_iter().map(Values::into_iter)).collect();
    for _ in 0..count {
        line.begin();
        for (column, values) in &mut columns {
            line.push(&column.key, values.next().flatten().as_ref());
        }
        take(line.end())?;
    }
    Ok(())
}

#[cfg(test)]
mod tests;
