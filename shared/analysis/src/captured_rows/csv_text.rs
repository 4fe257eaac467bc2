//! The payload of a record as rows of cells: a line or a few of RFC 4180, without a header.
//!
//! It names no column. Files of CSV are read elsewhere, as a stream.
//!
//! An empty cell is missing, `""` is an empty text, as in files (`delimited`). A line ends in `\n`, `\r\n` or `\r`; an empty line is a row of one empty cell. A quote opens a quoted cell at the cell's
//! beginning only. Rows that differ in width, and a quoted cell without an end, are [`LeftOut::Schema`].

use bellwether_contract::capture::LeftOut;

/// Cells of equally wide rows.
#[derive(Debug)]
pub(super) struct CsvText<'t> {
    cells: Cells<'t>,
    width: usize,
    rows: usize,
}

#[derive(Debug)]
enum Cells<'t> {
    /// A row without a quote: its cells lie between its commas.
    Line(&'t [u8]),
    /// The cells without their quotes one after the other, where each ends, and which are empty and yet texts.
    Parsed { text: Vec<u8>, ends: Vec<usize>, empty_texts: Vec<usize> },
}

impl<'t> CsvText<'t> {
    /// Reads a payload, which ends in no line end.
    pub(super) fn read(text: &'t str) -> Result<Self, LeftOut> {
        let text = text.as_bytes();
        if memchr::memchr3(b'"', b'\n', b'\r', text).is_none() {
            let commas = memchr::memchr_iter(b',', text).count();
            return Ok(Self { cells: Cells::Line(text), width: commas + 1, rows: 1 });
        }
        Parser::default().parse(text)
    }

    /// Cells of each row.
    pub(super) fn width(&self) -> usize {
        self.width
    }

    /// Rows, at least one.
    pub(super) fn rows(&self) -> usize {
        self.rows
    }

    /// The only row, if its cells lie between its commas.
    pub(super) fn line(&self) -> Option<&'t [u8]> {
        match self.cells {
            Cells::Line(line) => Some(line),
            Cells::Parsed { .. } => None,
        }
    }

    /// The cells of a row, by position; `None` is missing.
    pub(super) fn each_cell(&self, row: usize, mut cell: impl FnMut(usize, Option<&[u8]>)) {
        match &self.cells {
            Cells::Line(text) => {
                let cells = text.split(|byte| *byte == b',').enumerate();
                cells.for_each(|(position, text)| cell(position, (!text.is_empty()).then_some(text)));
            }
            Cells::Parsed { text, ends, empty_texts } => {
                let first = row * self.width;
                let mut begin = if first == 0 { 0 } else { ends[first - 1] };
                for (position, &end) in ends[first..first + self.width].iter().enumerate() {
                    let is_text = begin < end || empty_texts.binary_search(&(first + position)).is_ok();
                    cell(position, is_text.then_some(&text[begin..end]));
                    begin = end;
                }
            }
        }
    }
}

#[derive(Default)]
struct Parser {
    text: Vec<u8>,
    ends: Vec<usize>,
    empty_texts: Vec<usize>,
    width: Option<usize>,
    rows: usize,
}

impl Parser {
    fn parse<'t>(mut self, text: &[u8]) -> Result<CsvText<'t>, LeftOut> {
        let mut rest = text;
        loop {
            rest = match self.cell(rest)? {
                [b',', rest @ ..] => rest,
                [b'\r', b'\n', rest @ ..] | [b'\r' | b'\n', rest @ ..] => {
                    self.end_row()?;
                    rest
                }
                _ => break,
            };
        }
        self.end_row()?;
        let width = self.width.unwrap_or_default();
        let cells = Cells::Parsed { text: self.text, ends: self.ends, empty_texts: self.empty_texts };
        Ok(CsvText { cells, width, rows: self.rows })
    }

    /// Takes a cell, and returns what stands behind it: a comma, a line end or nothing.
    fn cell<'r>(&mut self, mut rest: &'r [u8]) -> Result<&'r [u8], LeftOut> {
        let (begin, is_quoted) = (self.text.len(), rest.starts_with(b"\""));
        while let [b'"', quoted @ ..] = rest {
            let length = quoted.iter().position(|byte| *byte == b'"').ok_or(LeftOut::Schema)?;
            self.text.extend_from_slice(&quoted[..length]);
            rest = &quoted[length + 1..];
            match rest {
                // A doubled quote stands for one, and the quoted text goes on behind it.
                [b'"', ..] => self.text.push(b'"'),
                _ => break,
            }
        }
        let length = rest.iter().position(|byte| matches!(byte, b',' | b'\n' | b'\r')).unwrap_or(rest.len());
        self.text.extend_from_slice(&rest[..length]);
        if is_quoted && self.text.len() == begin {
            self.empty_texts.push(self.ends.len());
        }
        self.ends.push(self.text.len());
        Ok(&rest[length..])
    }

    fn end_row(&mut self) -> Result<(), LeftOut> {
        self.rows += 1;
        let width = *self.width.get_or_insert(self.ends.len());
        if self.ends.len() == width * self.rows { Ok(()) } else { Err(LeftOut::Schema) }
    }
}
