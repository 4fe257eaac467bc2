//! From lines to records, and from records to rows or to what is left out.
//!
//! It holds one record at most. A record without a quote is cut at its commas; what is between quotes is read by the
//! crate `csv-core`, or Spark's way.

use bellwether_contract::capture::LeftOut;
use csv_core::ReadFieldResult;
use memchr::memchr;

use super::header::{self, HeaderError, HeaderFault};
use super::lines::Line;
use super::{
    BLOCK_BYTES, BLOCK_LEFT_OUT, Block, DELIMITER, Dialect, ESCAPE, EXCERPT_BYTES, LeftOutRecord,
    MAX_RECORD_BYTES, QUOTE, Rows,
};
use crate::table::MAX_COLUMNS;

/// Given to the reader of quotes at once: room for so much is cleared for every cell.
const PART_BYTES: usize = 256;

#[derive(Debug)]
pub(super) enum Header {
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
pub(super) struct Records {
    dialect: Dialect,
    header: Header,
    width: Option<usize>,
    rows: Rows,
    left_out: Vec<LeftOutRecord>,
    quotes: csv_core::Reader,
    open: Option<Open>,
}

impl Records {
    pub(super) fn new(dialect: Dialect, header: Header, width: Option<usize>) -> Self {
        let mut quotes = csv_core::ReaderBuilder::new().delimiter(DELIMITER).quote(QUOTE).build();
        begin_within_the_file(&mut quotes);
        Self { dialect, header, width, rows: Rows::default(), left_out: Vec::new(), quotes, open: None }
    }

    pub(super) fn line(&mut self, line: &Line<'_>, emit: &mut impl FnMut(Block)) {
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
            let part = &bytes[..bytes.len().min(PART_BYTES)];
            let (result, read) = self.rows.push_part(part.len(), |room| self.quotes.read_field(part, room));
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
        begin_within_the_file(&mut self.quotes);
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

    pub(super) fn finish(&mut self, emit: &mut impl FnMut(Block)) {
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
        if !self.rows.is_empty() || !self.left_out.is_empty() {
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

    pub(super) fn fault(&self) -> Result<(), HeaderError> {
        match &self.header {
            Header::Faulty(error) => Err(error.clone()),
            _ => Ok(()),
        }
    }
}

/// Tells the reader of quotes that the file has begun: it passes over a byte order mark in front of the first bytes that it
/// is given, and those are of the first record with a quote, wherever that stands.
fn begin_within_the_file(quotes: &mut csv_core::Reader) {
    quotes.read_field(b"\n", &mut [0; 8]);
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
