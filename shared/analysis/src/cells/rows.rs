//! A block of rows of equal width: the bytes of all cells in one piece.
//!
//! It does not read quotes; it takes cells, whole or in parts, and forgets a record that turned out to be none.
//!
//! Several threads may each read other columns of a block; rows are in order within each.

use super::delimiters::each_delimiter;
use super::{MAX_COLUMNS, MissingTexts};
use crate::feature::FeatureProfile;

/// Rows of one width.
///
/// Cell `i`, counted row by row, is `bytes[starts[i] .. starts[i + 1] - 1]`: one byte of ASCII stands behind every cell.
#[derive(Debug, Clone)]
pub struct Rows {
    bytes: Vec<u8>,
    starts: Vec<u32>,
    width: usize,
    /// Cells of the rows that are kept; what is behind them belongs to a record that is still being read.
    cells: usize,
}

impl Default for Rows {
    fn default() -> Self {
        Self { bytes: Vec::new(), starts: vec![0], width: 0, cells: 0 }
    }
}

impl Rows {
    /// Number of rows.
    #[must_use]
    pub fn len(&self) -> usize {
        self.cells.checked_div(self.width).unwrap_or(0)
    }

    /// Whether there is no row.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.cells == 0
    }

    /// Cells of each row.
    #[must_use]
    pub fn width(&self) -> usize {
        self.width
    }

    /// A cell; `None` where it is missing, which is where it is empty.
    #[must_use]
    pub fn cell(&self, row: usize, column: usize) -> Option<&[u8]> {
        self.at(row * self.width + column)
    }

    /// Pushes the present cells of some columns, from the first row to the last.
    pub fn push_columns(&self, columns: &mut [(usize, &mut FeatureProfile)], missing: &MissingTexts) {
        if missing.is_empty() {
            return FeatureProfile::push_rows(columns, self.len(), |row, column| self.cell(row, column));
        }
        let value = |column, text: &&[u8]| !missing.contain(column, text);
        let cell = |row, column| self.cell(row, column).filter(|text| value(column, text));
        FeatureProfile::push_rows(columns, self.len(), cell);
    }

    #[inline]
    fn at(&self, cell: usize) -> Option<&[u8]> {
        let text = &self.bytes[self.starts[cell] as usize..self.starts[cell + 1] as usize - 1];
        (!text.is_empty()).then_some(text)
    }

    pub(crate) fn size_bytes(&self) -> usize {
        self.bytes.len()
    }

    /// Adds the cells of a record without a quote.
    pub(crate) fn push_plain(&mut self, text: &[u8], delimiter: u8) {
        let first = self.bytes.len();
        self.bytes.extend_from_slice(text);
        let most = self.starts.len() + MAX_COLUMNS;
        each_delimiter(delimiter, text, |place| {
            if self.starts.len() < most {
                self.starts.push((first + place + 1) as u32);
            }
        });
        self.end_cell();
    }

    /// Adds a cell that stands for itself.
    pub(crate) fn push_raw(&mut self, text: &[u8]) {
        self.bytes.extend_from_slice(text);
        self.end_cell();
    }

    /// Adds a cell byte by byte.
    pub(crate) fn push_bytes(&mut self, bytes: impl Iterator<Item = u8>) {
        self.bytes.extend(bytes);
        self.end_cell();
    }

    /// Adds a part of a cell, which `read` writes; it reads no more than `most` bytes and writes no more than it reads.
    pub(crate) fn push_part<R>(
        &mut self,
        most: usize,
        read: impl FnOnce(&mut [u8]) -> (R, usize, usize),
    ) -> (R, usize) {
        let filled = self.bytes.len();
        // Without a byte to spare the reader would stop short.
        self.bytes.resize(filled + most + 1, 0);
        let (result, read, written) = read(&mut self.bytes[filled..]);
        self.bytes.truncate(filled + written);
        (result, read)
    }

    pub(crate) fn end_cell(&mut self) {
        self.bytes.push(b',');
        if self.new_cells() <= MAX_COLUMNS {
            self.starts.push(self.bytes.len() as u32);
        }
    }

    /// Cells of the record being read; beyond one too many they are not counted.
    pub(crate) fn new_cells(&self) -> usize {
        self.starts.len() - 1 - self.cells
    }

    /// Whether the record being read is UTF-8. ASCII stands between its cells, so each is what the whole is.
    pub(crate) fn is_new_text(&self) -> bool {
        let text = &self.bytes[self.starts[self.cells] as usize..];
        text.is_ascii() || std::str::from_utf8(text).is_ok()
    }

    /// Whether the record being read has these cells and no others.
    pub(crate) fn is_new(&self, cells: &[String]) -> bool {
        let new = self.starts[self.cells..]
            .windows(2)
            .map(|cell| &self.bytes[cell[0] as usize..cell[1] as usize - 1]);
        new.eq(cells.iter().map(String::as_bytes))
    }

    pub(crate) fn keep(&mut self, width: usize) {
        self.width = width;
        self.cells += width;
    }

    pub(crate) fn forget(&mut self) {
        self.bytes.truncate(self.starts[self.cells] as usize);
        self.starts.truncate(self.cells + 1);
    }

    /// Forgets all rows and keeps their memory.
    pub(crate) fn clear(&mut self) {
        self.bytes.clear();
        self.starts.truncate(1);
        self.cells = 0;
    }

    /// An empty block with room for as much as this one.
    pub(crate) fn next_block(&self) -> Self {
        let mut next = Self { bytes: Vec::with_capacity(self.bytes.len()), ..Self::default() };
        next.starts.reserve(self.starts.len());
        next
    }
}
