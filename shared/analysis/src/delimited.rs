//! From the bytes of a CSV file to rows of cells, chunk by chunk.
//!
//! It does not fetch bytes, classify cells or decide what happens to a record that it leaves out: that one is handed
//! over with its line, its reason and its beginning. The rows do not depend on how the bytes were cut into chunks.
//!
//! Cells are separated by commas; lines end in LF, CR LF or CR, the last one in nothing perhaps. A byte order mark is
//! skipped, and so are blank lines. Spaces belong to their cell. An empty cell is missing, `""` is an empty text.
//!
//! | | [`Dialect::Rfc4180`] | [`Dialect::Spark`] |
//! |---|---|---|
//! | `"a ""b"""` | `a "b"` | `"a ""b"""`, as it stands, up to the next comma |
//! | `"a \"b\""` | `a \b\""` | `a "b"` |
//! | line end between quotes | belongs to the cell | ends the record |
//! | a line of spaces | one cell | blank |
//!
//! A quote that does not open its cell is an ordinary byte in both. Where one is never closed, the record goes on, to
//! the end of the line (Spark) or of the file (RFC 4180), and has the wrong number of cells most of the time.
//!
//! A record is left out where it is above 16 MiB (`oversize`: reading goes on behind a following line end), not UTF-8
//! (`encoding`), or of another number of cells than the rest or of more than a table has columns (`schema`).

mod commas;
mod header;
mod lines;
mod records;
mod rows;

use bellwether_contract::capture::LeftOut;

pub(crate) use commas::each_comma;
pub use header::{HeaderError, HeaderFault};
use lines::Lines;
use records::{Header, Records};
pub use rows::Rows;

/// Most bytes of a record, line ends included.
pub const MAX_RECORD_BYTES: usize = 16 * 1024 * 1024;
/// A block is handed over when it has so many bytes; a few blocks fit the fast memory of a core.
pub const BLOCK_BYTES: usize = 256 * 1024;
/// Or when it has so many records left out.
const BLOCK_LEFT_OUT: usize = 1_024;
/// Enough for an excerpt of 120 characters.
const EXCERPT_BYTES: usize = 480;
const DELIMITER: u8 = b',';
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
}

/// A record that is no row.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LeftOutRecord {
    /// Line of its beginning, counted from 1.
    pub line: u64,
    /// `Oversize`, `Encoding` or `Schema`.
    pub reason: LeftOut,
    /// The first bytes of its first line.
    pub excerpt: Vec<u8>,
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

    fn new(dialect: Dialect, header: Header, width: Option<usize>) -> Self {
        Self { lines: Lines::default(), records: Records::new(dialect, header, width) }
    }

    /// Reads the next bytes and hands over the blocks that they fill.
    ///
    /// # Errors
    /// The header has a fault. Nothing is read behind it.
    pub fn push(&mut self, chunk: &[u8], emit: &mut impl FnMut(Block)) -> Result<(), HeaderError> {
        let records = &mut self.records;
        self.lines.push(chunk, &mut |line| records.line(&line, emit));
        records.fault()
    }

    /// Reads the end of the file and hands over the last block. The names of the columns, where a header gave them.
    ///
    /// # Errors
    /// The header has a fault or is not there.
    pub fn finish(mut self, emit: &mut impl FnMut(Block)) -> Result<Option<Vec<String>>, HeaderError> {
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
