//! Rows without a quote that wait to be counted, a few at a time, column by column.
//!
//! Counting a cell touches many places of what is known of its column. Row by row the columns would push each other out of
//! the fast memory of a core.

use crate::delimited::each_delimiter;
use crate::feature::FeatureProfile;

/// Rows are counted when they have so many bytes: they and a column stay in the fast memory of a core.
const MOST_BYTES: usize = 64 * 1024;

/// Rows of one width.
#[derive(Debug, Clone, Default)]
pub(super) struct Lines {
    /// The cells, a byte behind each.
    text: Vec<u8>,
    /// Where each cell begins, and where the next one will.
    starts: Vec<u32>,
    rows: usize,
}

impl Lines {
    /// Adds a row, which is in pieces of cells with commas between them.
    pub(super) fn add<'t>(&mut self, pieces: impl Iterator<Item = &'t [u8]>) {
        if self.starts.is_empty() {
            self.starts.push(0);
        }
        for piece in pieces {
            let begin = self.text.len();
            self.text.extend_from_slice(piece);
            self.text.push(b',');
            each_delimiter(b',', &self.text[begin..], |place| self.starts.push((begin + place + 1) as u32));
        }
        self.rows += 1;
    }

    /// Rows that wait.
    pub(super) fn rows(&self) -> u64 {
        self.rows as u64
    }

    /// Whether they should wait no longer.
    pub(super) fn is_full(&self) -> bool {
        self.text.len() >= MOST_BYTES
    }

    /// Counts the cells of each column, and forgets them.
    pub(super) fn take(&mut self, columns: &mut [FeatureProfile]) {
        let width = columns.len();
        let cell = |row, column| Some(self.cell(row * width + column)).filter(|text| !text.is_empty());
        FeatureProfile::push_rows(&mut columns.iter_mut().enumerate().collect::<Vec<_>>(), self.rows, cell);
        self.text.clear();
        self.starts.clear();
        self.rows = 0;
    }

    #[inline]
    fn cell(&self, cell: usize) -> &[u8] {
        &self.text[self.starts[cell] as usize..self.starts[cell + 1] as usize - 1]
    }
}
