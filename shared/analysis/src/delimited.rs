//! From the bytes of a CSV file to rows of cells, chunk by chunk.
//!
//! It does not fetch bytes, classify cells or decide what happens to a record that it leaves out: that one is handed
//! over with its line, its reason and its beginning. The rows do not depend on how the bytes were cut into chunks.
//!
//! Cells are separated by commas, or by another byte of ASCII; lines end in LF, CR LF or CR, the last one in nothing perhaps. A byte order mark is
//! skipped, and so are blank lines. Spaces belong to their cell. An empty cell is missing, and so is `""`, as
//! Spark 3.3.4 and pandas read it: writers that quote every cell write a number that is not there so.
//!
//! | | [`Dialect::Rfc4180`] | [`Dialect::Spark`] |
//! |---|---|---|
//! | `"a ""b"""` | `a "b"` | `"a ""b"""`, as it stands, up to the next comma |
//! | `"a \"b\""` | `a \b\""` | `a "b"` |
//! | line end between quotes | belongs to the cell | ends the record |
//! | a line of spaces | one cell | blank |
//!
//! | a row equal to the header | is dropped and told, with two columns or more | is a row |
//!
//! A quote that does not open its cell is an ordinary byte in both. Where one is never closed, Spark's record ends with the
//! line. By RFC 4180 all the rest of the file would be one cell: that is an error with the line in which the quote opened, at
//! the end of the file or after 16 MiB.
//!
//! A record is left out where its line is above 16 MiB (`oversize`), not UTF-8 (`encoding`), of another number of cells than
//! the rest (`ragged_rows`) or of more than a table has columns (`too_many_columns`).

mod header;
mod lines;
mod records;
mod text;

use bellwether_contract::capture::Rejected;

pub use crate::cells::Rows;

pub use header::{HeaderError, HeaderFault, reads_like_names};
use lines::Lines;
use records::{Header, Records};
pub(crate) use text::CsvText;

/// Most bytes of a record, line ends included.
pub const MAX_RECORD_BYTES: usize = 16 * 1024 * 1024;
/// A block is handed over when it has so many bytes; a few blocks fit the fast memory of a core.
pub const BLOCK_BYTES: usize = 256 * 1024;
/// Or when it has so many records left out.
const BLOCK_LEFT_OUT: usize = 1_024;
/// Enough for an excerpt of 120 characters.
const EXCERPT_BYTES: usize = 480;
/// What separates cells where nothing else was said.
pub const DELIMITER: u8 = b',';
const QUOTE: u8 = b'"';
const ESCAPE: u8 = b'\\';

/// How quotes are read.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Dialect {
    /// RFC 4180, lenient as the crate `csv` is.
    #[default]
    Rfc4180,
    /// As Spark 3.3 reads CSV without options, which is how the container reads it.
    Spark,
}

/// Rows, and the records left out among them.
#[derive(Debug, Default)]
pub struct Block {
    /// In order.
    pub rows: Rows,
    /// In order.
    pub left_out: Vec<LeftOutRecord>,
    /// Lines of the rows that repeat the header and were dropped.
    pub header_rows: Vec<u64>,
}

/// A record that is no row.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LeftOutRecord {
    /// Line of its beginning, counted from 1.
    pub line: u64,
    /// `Oversize`, `Encoding`, `RaggedRows` or `TooManyColumns`, in words too.
    pub rejected: Rejected,
    /// The first bytes of its first line.
    pub excerpt: Vec<u8>,
}

/// Why a file cannot be read on.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum FileError {
    /// The first record does not name the columns.
    #[error(transparent)]
    Header(#[from] HeaderError),
    /// All that follows would be one cell.
    #[error(
        "a quote is opened in line {line} and never closed, so that all rows behind it would be one cell; close or double it, \
         or read as Spark does (--csv-dialect spark), where a quote ends with its line"
    )]
    UnclosedQuote {
        /// Where the quote stands, counted from 1.
        line: u64,
    },
}

/// A CSV file that is being read.
#[derive(Debug)]
pub struct Delimited {
    lines: Lines,
    records: Records,
}

impl Delimited {
    /// A file whose first record names the columns; `object` is the file's own name, for the error.
    #[must_use]
    pub fn with_header(dialect: Dialect, object: &str) -> Self {
        Self::new(dialect, Header::Awaited(object.to_owned()), None)
    }

    /// A file without such a record; without a width it is that of the first record that can be read.
    #[must_use]
    pub fn without_header(dialect: Dialect, width: Option<usize>) -> Self {
        Self::new(dialect, Header::None, width)
    }

    /// The same file with another byte of ASCII between its cells.
    #[must_use]
    pub fn separated_by(mut self, delimiter: u8) -> Self {
        self.records.separate_by(delimiter);
        self
    }

    fn new(dialect: Dialect, header: Header, width: Option<usize>) -> Self {
        Self { lines: Lines::default(), records: Records::new(dialect, header, width) }
    }

    /// Reads the next bytes and hands over the blocks that they fill.
    ///
    /// # Errors
    /// The header has a fault, or a quote has no end. Nothing is read behind it.
    pub fn push(&mut self, chunk: &[u8], emit: &mut impl FnMut(Block)) -> Result<(), FileError> {
        let records = &mut self.records;
        self.lines.push(chunk, &mut |line| records.line(&line, emit));
        records.fault()
    }

    /// Reads the end of the file and hands over the last block. The names of the columns, where a header gave them.
    ///
    /// # Errors
    /// The header has a fault or is not there, or a quote has no end.
    pub fn finish(mut self, emit: &mut impl FnMut(Block)) -> Result<Option<Vec<String>>, FileError> {
        let records = &mut self.records;
        self.lines.finish(&mut |line| records.line(&line, emit));
        records.finish(emit);
        records.fault()?;
        Ok(self.records.into_names())
    }

    /// The names of the columns, as soon as the header was read.
    #[must_use]
    pub fn names(&self) -> Option<&[String]> {
        self.records.names()
    }
}

#[cfg(test)]
mod tests;
