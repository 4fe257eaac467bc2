//! A payload of CSV as rows of cells: a line or a few of RFC 4180.
//!
//! It names no column. Files of CSV are read as a stream (`records`).
//!
//! An empty cell is missing, `""` too, as in files (`delimited`). A line ends in `\n`, `\r\n` or `\r`; an empty line is a row
//! of one empty cell. A quote opens a quoted cell at the cell's beginning only. Rows that differ in width are
//! [`LeftOut::RaggedRows`], a quoted cell without an end is [`LeftOut::UnclosedQuote`].

use super::reads_like_names;
use crate::cell::Class;
use bellwether_contract::capture::{LeftOut, Rejected};
use bellwether_contract::json::non_finite::is_beyond_a_double;

/// Cells of equally wide rows.
#[derive(Debug)]
pub(crate) struct CsvText<'t> {
    cells: Cells<'t>,
    width: usize,
    rows: usize,
    /// Rows in front that are passed over.
    skipped: usize,
}

#[derive(Debug)]
enum Cells<'t> {
    /// A row without a quote: its cells lie between its commas.
    Line(&'t [u8]),
    /// The cells without their quotes one after the other, and where each ends.
    Parsed { text: Vec<u8>, ends: Vec<usize> },
}

impl<'t> CsvText<'t> {
    /// Reads a payload, which ends in no line end.
    pub(crate) fn read(text: &'t str) -> Result<Self, Rejected> {
        let text = text.as_bytes();
        if memchr::memchr3(b'"', b'\n', b'\r', text).is_none() {
            let commas = memchr::memchr_iter(b',', text).count();
            return Ok(Self { cells: Cells::Line(text), width: commas + 1, rows: 1, skipped: 0 });
        }
        Parser::default().parse(text)
    }

    /// Cells of each row.
    pub(crate) fn width(&self) -> usize {
        self.width
    }

    /// Rows.
    pub(crate) fn rows(&self) -> usize {
        self.rows - self.skipped
    }

    /// The only row, if its cells lie between its commas.
    pub(crate) fn line(&self) -> Option<&'t [u8]> {
        match self.cells {
            Cells::Line(line) => Some(line),
            Cells::Parsed { .. } => None,
        }
    }

    /// The cells of a row, by position; `None` is missing.
    pub(crate) fn each_cell(&self, row: usize, mut cell: impl FnMut(usize, Option<&[u8]>)) {
        let mut present = |position, text: &[u8]| cell(position, (!text.is_empty()).then_some(text));
        match &self.cells {
            Cells::Line(text) => {
                let cells = text.split(|byte| *byte == b',').enumerate();
                cells.for_each(|(position, text)| present(position, text));
            }
            Cells::Parsed { text, ends } => {
                let first = (row + self.skipped) * self.width;
                let mut begin = if first == 0 { 0 } else { ends[first - 1] };
                for (position, &end) in ends[first..first + self.width].iter().enumerate() {
                    present(position, &text[begin..end]);
                    begin = end;
                }
            }
        }
    }

    /// Cells that are numbers and that no double holds, `1e400`. Their columns keep them: to the engine they are present, and
    /// its cast makes an infinity of them that leaves the column without a mean. So they are told and change no profile, and
    /// in a dataset, whose profile is all that is asked for, nobody counts them.
    pub(crate) fn non_finite(&self) -> u64 {
        if let Cells::Line(line) = self.cells
            && !is_long_or_has_exponents(line)
        {
            return 0;
        }
        let mut found = 0;
        let is_one = |cell: &[u8]| is_beyond_a_double(cell.trim_ascii_start()) && Class::of(cell).is_number();
        for row in 0..self.rows() {
            self.each_cell(row, |_, cell| found += u64::from(cell.is_some_and(is_one)));
        }
        found
    }

    /// Passes over the first of several rows where it repeats the names of its columns, which are at least two.
    pub(crate) fn skip_header(&mut self, names: &[String]) -> bool {
        if self.rows() < 2 || self.width < 2 || names.len() != self.width {
            return false;
        }
        let mut same = true;
        self.each_cell(0, |position, cell| same &= cell == Some(names[position].as_bytes()));
        self.skipped += usize::from(same);
        same
    }

    /// Whether the first of several rows reads like the names of columns, and the next one does not.
    pub(crate) fn begins_like_names(&self) -> bool {
        let reads_like_names = |row| {
            let mut cells: Vec<Option<Vec<u8>>> = Vec::new();
            self.each_cell(row, |_, cell| cells.push(cell.map(<[u8]>::to_vec)));
            reads_like_names(cells.iter().map(Option::as_deref))
        };
        self.rows() > 1 && reads_like_names(0) && !reads_like_names(1)
    }
}

/// Whether a number of the line may be beyond a double; most lines are short and have no exponent.
fn is_long_or_has_exponents(line: &[u8]) -> bool {
    line.len() > 300 || memchr::memchr2(b'e', b'E', line).is_some()
}

#[derive(Default)]
struct Parser {
    text: Vec<u8>,
    ends: Vec<usize>,
    width: Option<usize>,
    rows: usize,
}

impl Parser {
    fn parse<'t>(mut self, text: &[u8]) -> Result<CsvText<'t>, Rejected> {
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
        let cells = Cells::Parsed { text: self.text, ends: self.ends };
        Ok(CsvText { cells, width, rows: self.rows, skipped: 0 })
    }

    /// Takes a cell, and returns what stands behind it: a comma, a line end or nothing.
    fn cell<'r>(&mut self, mut rest: &'r [u8]) -> Result<&'r [u8], Rejected> {
        while let [b'"', quoted @ ..] = rest {
            let Some(length) = quoted.iter().position(|byte| *byte == b'"') else {
                let found = format!("a quote opened in row {} and never closed", self.rows + 1);
                return Err(LeftOut::UnclosedQuote.because("CSV with closed quotes", found));
            };
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
        self.ends.push(self.text.len());
        Ok(&rest[length..])
    }

    fn end_row(&mut self) -> Result<(), Rejected> {
        let before = self.width.unwrap_or_default() * self.rows;
        let cells = self.ends.len() - before;
        let width = *self.width.get_or_insert(cells);
        self.rows += 1;
        if cells == width {
            return Ok(());
        }
        let found = format!("cells in row 1: {width}, in row {}: {cells}", self.rows);
        Err(LeftOut::RaggedRows.because("rows of CSV with the same number of cells", found))
    }
}
