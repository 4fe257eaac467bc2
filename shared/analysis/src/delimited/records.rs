//! From lines to records, and from records to rows or to what is left out.
//!
//! It holds one record at most. A record without a quote is cut at its commas; what is between quotes is read by the
//! crate `csv-core`, or Spark's way.

use bellwether_contract::capture::{LeftOut, Rejected};
use csv_core::ReadFieldResult;
use memchr::memchr;

use super::header::{self, HeaderError, HeaderFault};
use super::lines::Line;
use super::{
    BLOCK_BYTES, BLOCK_LEFT_OUT, Block, DELIMITER, Dialect, ESCAPE, EXCERPT_BYTES, FileError, LeftOutRecord,
    MAX_RECORD_BYTES, QUOTE,
};
use crate::cells::{MAX_COLUMNS, Rows};

/// Given to the reader of quotes at once: room for so much is cleared for every cell.
const PART_BYTES: usize = 256;

#[derive(Debug)]
pub(super) enum Header {
    None,
    Awaited(String),
    Read(Vec<String>),
}

/// A record of several lines, or one that may become so.
#[derive(Debug)]
struct Open {
    line: u64,
    size_bytes: usize,
    excerpt: Vec<u8>,
    /// The next byte is the first of a cell.
    cell_begins: bool,
    /// The line in which the cell began with a quote.
    quote: Option<u64>,
}

#[derive(Debug)]
pub(super) struct Records {
    dialect: Dialect,
    delimiter: u8,
    header: Header,
    width: Option<usize>,
    rows: Rows,
    left_out: Vec<LeftOutRecord>,
    header_rows: Vec<u64>,
    quotes: csv_core::Reader,
    open: Option<Open>,
    /// Nothing is read behind it.
    fault: Option<FileError>,
}

impl Records {
    pub(super) fn new(dialect: Dialect, header: Header, width: Option<usize>) -> Self {
        Self {
            dialect,
            delimiter: DELIMITER,
            header,
            width,
            rows: Rows::default(),
            left_out: Vec::new(),
            header_rows: Vec::new(),
            quotes: reader_of_quotes(DELIMITER),
            open: None,
            fault: None,
        }
    }

    pub(super) fn separate_by(&mut self, delimiter: u8) {
        self.delimiter = delimiter;
        self.quotes = reader_of_quotes(delimiter);
    }

    pub(super) fn line(&mut self, line: &Line<'_>, emit: &mut impl FnMut(Block)) {
        if self.fault.is_some() {
            return;
        }
        if let Some(open) = self.open.take() {
            self.go_on(open, line);
        } else if line.oversize {
            self.leave_out(line.number, LeftOut::Oversize.into(), excerpt(line.text));
        } else if !self.is_blank(line.text) {
            self.begin(line);
        }
        let left_out = self.left_out.len() + self.header_rows.len();
        let is_full = self.rows.size_bytes() >= BLOCK_BYTES || left_out >= BLOCK_LEFT_OUT;
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
            self.rows.push_plain(line.text, self.delimiter);
            return self.end_record(line.number, line.text);
        }
        match self.dialect {
            Dialect::Spark => {
                self.push_spark(line.text);
                self.end_record(line.number, line.text);
            }
            Dialect::Rfc4180 => {
                let excerpt = excerpt(line.text);
                let open = Open { line: line.number, size_bytes: 0, excerpt, cell_begins: true, quote: None };
                self.go_on(open, line);
            }
        }
    }

    /// Reads one more line of a record with quotes.
    fn go_on(&mut self, mut open: Open, line: &Line<'_>) {
        open.size_bytes += line.text.len() + line.end.len();
        if line.oversize || open.size_bytes > MAX_RECORD_BYTES + line.end.len() {
            return self.unclosed(&open);
        }
        for part in [line.text, line.end] {
            if self.read_quoted(&mut open, part, line.number) {
                return self.end_record(open.line, &open.excerpt);
            }
        }
        self.open = Some(open);
    }

    fn unclosed(&mut self, open: &Open) {
        self.rows.forget();
        self.fault = Some(FileError::UnclosedQuote { line: open.quote.unwrap_or(open.line) });
    }

    /// Whether the record ends in these bytes, which it then does with their last one.
    fn read_quoted(&mut self, open: &mut Open, mut bytes: &[u8], line: u64) -> bool {
        while let Some(&first) = bytes.first() {
            if std::mem::take(&mut open.cell_begins) {
                open.quote = (first == QUOTE).then_some(line);
            }
            let part = &bytes[..bytes.len().min(PART_BYTES)];
            let (result, read) = self.rows.push_part(part.len(), |room| self.quotes.read_field(part, room));
            bytes = &bytes[read..];
            if let ReadFieldResult::Field { record_end } = result {
                self.rows.end_cell();
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
            rest = match quoted_cell(text, self.delimiter) {
                Some(end) => {
                    self.rows.push_bytes(unescaped(&text[1..end]));
                    text.get(end + 2..)
                }
                None => {
                    let end = raw_end(text, self.delimiter);
                    self.rows.push_raw(&text[..end]);
                    text.get(end + 1..)
                }
            };
        }
    }

    /// Keeps what was pushed since the last record as a row, or leaves it out.
    fn end_record(&mut self, line: u64, text: &[u8]) {
        let cells = self.rows.new_cells();
        if let Some(rejected) = self.refused(cells) {
            return self.leave_out(line, rejected, excerpt(text));
        }
        if self.repeats_header() {
            self.rows.forget();
            return self.header_rows.push(line);
        }
        self.rows.keep(cells);
        if let Header::Awaited(object) = &self.header {
            match header::names(&self.rows) {
                Ok(names) => self.header = Header::Read(names),
                Err(fault) => self.fault = Some(HeaderError { object: object.clone(), line, fault }.into()),
            }
            self.rows = Rows::default();
        }
    }

    fn refused(&mut self, cells: usize) -> Option<Rejected> {
        if !self.rows.is_new_text() {
            return Some(LeftOut::Encoding.because("UTF-8", "bytes that are not UTF-8"));
        }
        if cells > MAX_COLUMNS {
            let found = format!("a row of more than {MAX_COLUMNS} cells");
            return Some(LeftOut::TooManyColumns.because("a table of at most 4,096 columns", found));
        }
        let width = *self.width.get_or_insert(cells);
        (width != cells).then(|| {
            let expected = format!("rows of {} as the first", counted(width));
            LeftOut::RaggedRows.because(expected, format!("a row of {}", counted(cells)))
        })
    }

    /// Whether the record is the header once more, as where files were joined. One name alone may be a value.
    fn repeats_header(&self) -> bool {
        let Header::Read(names) = &self.header else { return false };
        self.dialect == Dialect::Rfc4180 && names.len() > 1 && self.rows.is_new(names)
    }

    fn leave_out(&mut self, line: u64, rejected: Rejected, excerpt: Vec<u8>) {
        self.rows.forget();
        if let Header::Awaited(object) = &self.header {
            let fault = match rejected.reason {
                LeftOut::TooManyColumns => HeaderFault::TooWide,
                reason => HeaderFault::Unreadable(reason),
            };
            self.fault = Some(HeaderError { object: object.clone(), line, fault }.into());
        } else {
            self.left_out.push(LeftOutRecord { line, rejected, excerpt });
        }
    }

    fn emit(&mut self, emit: &mut impl FnMut(Block)) {
        let next = self.rows.next_block();
        let rows = std::mem::replace(&mut self.rows, next);
        let left_out = std::mem::take(&mut self.left_out);
        emit(Block { rows, left_out, header_rows: std::mem::take(&mut self.header_rows) });
    }

    pub(super) fn finish(&mut self, emit: &mut impl FnMut(Block)) {
        if let Some(mut open) = self.open.take() {
            // A line end ends the record, unless it stands between quotes.
            let line = open.line;
            if self.read_quoted(&mut open, b"\n", line) {
                self.end_record(open.line, &open.excerpt);
            } else {
                self.unclosed(&open);
            }
        }
        if let (Header::Awaited(object), None) = (&self.header, &self.fault) {
            let fault = HeaderFault::Absent;
            self.fault = Some(HeaderError { object: object.clone(), line: 1, fault }.into());
        }
        if !self.rows.is_empty() || !self.left_out.is_empty() || !self.header_rows.is_empty() {
            self.emit(emit);
        }
    }

    pub(super) fn names(&self) -> Option<&[String]> {
        match &self.header {
            Header::Read(names) => Some(names),
            _ => None,
        }
    }

    pub(super) fn into_names(self) -> Option<Vec<String>> {
        match self.header {
            Header::Read(names) => Some(names),
            _ => None,
        }
    }

    pub(super) fn fault(&self) -> Result<(), FileError> {
        self.fault.clone().map_or(Ok(()), Err)
    }
}

fn reader_of_quotes(delimiter: u8) -> csv_core::Reader {
    let mut quotes = csv_core::ReaderBuilder::new().delimiter(delimiter).quote(QUOTE).build();
    begin_within_the_file(&mut quotes);
    quotes
}

fn counted(cells: usize) -> String {
    if cells == 1 { "1 cell".to_owned() } else { format!("{cells} cells") }
}

/// Tells the reader of quotes that the file has begun: it passes over a byte order mark in front of the first bytes that it
/// is given, and those are of the first record with a quote, wherever that stands.
fn begin_within_the_file(quotes: &mut csv_core::Reader) {
    quotes.read_field(b"\n", &mut [0; 8]);
}

/// Where the closing quote of a cell in Spark's quotes stands; `None` where it is not in quotes, never closed, or has a
/// quote inside that is not escaped.
fn quoted_cell(text: &[u8], delimiter: u8) -> Option<usize> {
    if text.first() != Some(&QUOTE) {
        return None;
    }
    let mut from = 1;
    loop {
        let quote = from + memchr(QUOTE, &text[from..])?;
        if text[quote - 1] != ESCAPE {
            let closes = text.get(quote + 1).is_none_or(|byte| *byte == delimiter);
            return closes.then_some(quote);
        }
        from = quote + 1;
    }
}

/// What stood between Spark's quotes: a backslash before a quote goes.
fn unescaped(text: &[u8]) -> impl Iterator<Item = u8> {
    let behind = text.iter().skip(1).map(Some).chain([None]);
    let is_kept = |(byte, next): &(&u8, Option<&u8>)| **byte != ESCAPE || *next != Some(&QUOTE);
    text.iter().zip(behind).filter(is_kept).map(|(byte, _)| *byte)
}

/// Where a cell ends that stands for itself: at the next comma, behind the quote that made it so.
fn raw_end(text: &[u8], delimiter: u8) -> usize {
    let mut from = 0;
    if text.first() == Some(&QUOTE) {
        let inner = (1..text.len()).find(|&at| text[at] == QUOTE && text[at - 1] != ESCAPE);
        from = inner.unwrap_or(text.len());
    }
    memchr(delimiter, &text[from..]).map_or(text.len(), |place| from + place)
}

fn excerpt(text: &[u8]) -> Vec<u8> {
    text[..text.len().min(EXCERPT_BYTES)].to_vec()
}
