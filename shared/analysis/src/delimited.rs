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

mod header;
mod lines;
mod rows;

use bellwether_contract::capture::LeftOut;
use csv_core::ReadFieldResult;
use memchr::memchr;

pub use header::{HeaderError, HeaderFault};
use lines::{Line, Lines};
pub use rows::Rows;

use crate::table::MAX_COLUMNS;

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

    /// Reads the end of the file and hands over the last block.
    ///
    /// # Errors
    /// The header has a fault or is not there.
    pub fn finish(mut self, emit: &mut impl FnMut(Block)) -> Result<(), HeaderError> {
        let records = &mut self.records;
        self.lines.finish(&mut |line| records.line(&line, emit));
        records.finish(emit);
        records.fault()
    }

    /// The names of the columns, as soon as the header was read.
    #[must_use]
    pub fn names(&self) -> Option<&[String]> {
        match &self.records.header {
            Header::Read(names) => Some(names),
            _ => None,
        }
    }
}

#[derive(Debug)]
enum Header {
    None,
    Awaited(String),
    Read(Vec<String>),
    Faulty(HeaderError),
}

/// A record of several lines, or one that may become so.
#[derive(Debug)]
struct Open {
    line: u64,
    size_bytes: usize,
    excerpt: Vec<u8>,
    /// The next byte is the first of a cell.
    cell_begins: bool,
    /// The cell began with a quote.
    quoted: bool,
}

#[derive(Debug)]
struct Records {
    dialect: Dialect,
    header: Header,
    width: Option<usize>,
    rows: Rows,
    left_out: Vec<LeftOutRecord>,
    quotes: csv_core::Reader,
    open: Option<Open>,
}

impl Records {
    fn new(dialect: Dialect, header: Header, width: Option<usize>) -> Self {
        let quotes = csv_core::ReaderBuilder::new().delimiter(DELIMITER).quote(QUOTE).build();
        Self { dialect, header, width, rows: Rows::default(), left_out: Vec::new(), quotes, open: None }
    }

    fn line(&mut self, line: &Line<'_>, emit: &mut impl FnMut(Block)) {
        if matches!(self.header, Header::Faulty(_)) {
            return;
        }
        if line.oversize {
            self.leave_out_oversize(line);
        } else if let Some(open) = self.open.take() {
            self.go_on(open, line);
        } else if !self.is_blank(line.text) {
            self.begin(line);
        }
        let is_full = self.rows.size_bytes() >= BLOCK_BYTES || self.left_out.len() >= BLOCK_LEFT_OUT;
        if is_full && self.open.is_none() {
            self.emit(emit);
        }
    }

    fn is_blank(&self, text: &[u8]) -> bool {
        match self.dialect {
            Dialect::Rfc4180 => text.is_empty(),
            // Java's trim.
            Dialect::Spark => text.iter().all(|&byte| byte <= b' '),
        }
    }

    fn begin(&mut self, line: &Line<'_>) {
        if memchr(QUOTE, line.text).is_none() {
            self.rows.push_plain(line.text);
            return self.end_record(line.number, line.text);
        }
        match self.dialect {
            Dialect::Spark => {
                self.push_spark(line.text);
                self.end_record(line.number, line.text);
            }
            Dialect::Rfc4180 => {
                let excerpt = excerpt(line.text);
                let open =
                    Open { line: line.number, size_bytes: 0, excerpt, cell_begins: true, quoted: false };
                self.go_on(open, line);
            }
        }
    }

    /// Reads one more line of a record with quotes.
    fn go_on(&mut self, mut open: Open, line: &Line<'_>) {
        open.size_bytes += line.text.len() + line.end.len();
        if open.size_bytes > MAX_RECORD_BYTES {
            self.open = Some(open);
            return self.leave_out_oversize(line);
        }
        for part in [line.text, line.end] {
            if self.read_quoted(&mut open, part) {
                return self.end_record(open.line, &open.excerpt);
            }
        }
        self.open = Some(open);
    }

    /// Whether the record ends in these bytes, which it then does with their last one.
    fn read_quoted(&mut self, open: &mut Open, mut bytes: &[u8]) -> bool {
        while let Some(&first) = bytes.first() {
            if std::mem::take(&mut open.cell_begins) {
                open.quoted = first == QUOTE;
            }
            let (result, read) = self.rows.push_part(bytes.len(), |room| self.quotes.read_field(bytes, room));
            bytes = &bytes[read..];
            if let ReadFieldResult::Field { record_end } = result {
                self.rows.end_cell(std::mem::take(&mut open.quoted));
                open.cell_begins = true;
                if record_end {
                    return true;
                }
            }
        }
        false
    }

    /// A record of the dialect Spark with a quote in it.
    fn push_spark(&mut self, text: &[u8]) {
        let mut rest = Some(text);
        while let Some(text) = rest {
            rest = match quoted_cell(text) {
                Some(end) => {
                    self.rows.push_escaped(&text[1..end]);
                    text.get(end + 2..)
                }
                None => {
                    let end = raw_end(text);
                    self.rows.push_raw(&text[..end]);
                    text.get(end + 1..)
                }
            };
        }
    }

    /// Keeps what was pushed since the last record as a row, or leaves it out.
    fn end_record(&mut self, line: u64, text: &[u8]) {
        let cells = self.rows.new_cells();
        let fault = if !self.rows.is_new_text() {
            Some(LeftOut::Encoding)
        } else if cells > MAX_COLUMNS || *self.width.get_or_insert(cells) != cells {
            Some(LeftOut::Schema)
        } else {
            None
        };
        match fault {
            Some(reason) => self.leave_out(line, reason, excerpt(text)),
            None => self.rows.keep(cells),
        }
        if let (Header::Awaited(object), None) = (&self.header, fault) {
            self.header = match header::names(&self.rows) {
                Ok(names) => Header::Read(names),
                Err(fault) => Header::Faulty(HeaderError { object: object.clone(), line, fault }),
            };
            self.rows = Rows::default();
        }
    }

    fn leave_out_oversize(&mut self, line: &Line<'_>) {
        // The reader of quotes stands in the middle of the record.
        self.quotes.reset();
        match self.open.take() {
            Some(open) => self.leave_out(open.line, LeftOut::Oversize, open.excerpt),
            None => self.leave_out(line.number, LeftOut::Oversize, excerpt(line.text)),
        }
    }

    fn leave_out(&mut self, line: u64, reason: LeftOut, excerpt: Vec<u8>) {
        self.rows.forget();
        if let Header::Awaited(object) = &self.header {
            let fault = match reason {
                LeftOut::Schema => HeaderFault::TooWide,
                reason => HeaderFault::Unreadable(reason),
            };
            self.header = Header::Faulty(HeaderError { object: object.clone(), line, fault });
        } else {
            self.left_out.push(LeftOutRecord { line, reason, excerpt });
        }
    }

    fn emit(&mut self, emit: &mut impl FnMut(Block)) {
        let next = self.rows.next_block();
        let rows = std::mem::replace(&mut self.rows, next);
        emit(Block { rows, left_out: std::mem::take(&mut self.left_out) });
    }

    fn finish(&mut self, emit: &mut impl FnMut(Block)) {
        if let Some(open) = self.open.take() {
            // The end of the file ends the record too.
            self.rows.push_part(0, |room| self.quotes.read_field(&[], room));
            self.rows.end_cell(open.quoted);
            self.end_record(open.line, &open.excerpt);
        }
        if let Header::Awaited(object) = &self.header {
            let fault = HeaderFault::Absent;
            self.header = Header::Faulty(HeaderError { object: object.clone(), line: 1, fault });
        }
        if self.rows.len() > 0 || !self.left_out.is_empty() {
            self.emit(emit);
        }
    }

    fn fault(&self) -> Result<(), HeaderError> {
        match &self.header {
            Header::Faulty(error) => Err(error.clone()),
            _ => Ok(()),
        }
    }
}

/// Where the closing quote of a cell in Spark's quotes stands; `None` where it is not in quotes, never closed, or has a
/// quote inside that is not escaped.
fn quoted_cell(text: &[u8]) -> Option<usize> {
    if text.first() != Some(&QUOTE) {
        return None;
    }
    let mut from = 1;
    loop {
        let quote = from + memchr(QUOTE, &text[from..])?;
        if text[quote - 1] != ESCAPE {
            let closes = matches!(text.get(quote + 1), None | Some(&DELIMITER));
            return closes.then_some(quote);
        }
        from = quote + 1;
    }
}

/// Where a cell ends that stands for itself: at the next comma, behind the quote that made it so.
fn raw_end(text: &[u8]) -> usize {
    let mut from = 0;
    if text.first() == Some(&QUOTE) {
        let inner = (1..text.len()).find(|&at| text[at] == QUOTE && text[at - 1] != ESCAPE);
        from = inner.unwrap_or(text.len());
    }
    memchr(DELIMITER, &text[from..]).map_or(text.len(), |comma| from + comma)
}

fn excerpt(text: &[u8]) -> Vec<u8> {
    text[..text.len().min(EXCERPT_BYTES)].to_vec()
}

#[cfg(test)]
mod tests;
