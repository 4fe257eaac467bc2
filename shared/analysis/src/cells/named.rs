//! The cells of one side of one record, read but not counted yet: nothing is counted before all of a record was read.
//!
//! It is filled and emptied for every record and keeps its memory. It knows columns by their slots, not their names.

use bellwether_contract::json::non_finite::is_beyond_a_double;

/// What a cell is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum CellKind {
    /// No value; the column is there all the same.
    Missing,
    /// A text, or a cell of delimited text.
    Text,
    /// A JSON number.
    Number,
    /// A JSON boolean.
    Boolean,
}

/// The row of a cell that stands in every row.
const EVERY_ROW: u32 = u32::MAX;

/// A cell, its text in the block.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Placed {
    pub(crate) slot: u32,
    pub(crate) kind: CellKind,
    row: u32,
    start: u32,
    end: u32,
}

impl Placed {
    /// Whether the cell repeats on each row.
    pub(crate) fn is_everywhere(&self) -> bool {
        self.row == EVERY_ROW
    }
}

/// Where a text lies in the block.
pub(crate) type Span = (u32, u32);

/// The cells of one side of one record. Lines are at most 16 MiB, so 32 bits count everything in them.
#[derive(Debug, Clone, Default)]
pub(crate) struct NamedCells {
    cells: Vec<Placed>,
    text: Vec<u8>,
    rows: Option<u32>,
    /// JSON numbers that no double holds: missing.
    non_finite: u64,
    /// For each slot the place of a cell, its latest if that one is of this record.
    latest: Vec<u32>,
    first_slot: u32,
}

impl NamedCells {
    /// Forgets everything but its memory.
    pub(crate) fn clear(&mut self) {
        self.first_slot = self.cells.first().map_or(self.first_slot, |cell| cell.slot);
        self.cells.clear();
        self.text.clear();
        self.rows = None;
        self.non_finite = 0;
    }

    /// Whether no cell has a value.
    pub(crate) fn is_void(&self) -> bool {
        self.cells.iter().all(|cell| cell.kind == CellKind::Missing)
    }

    /// Rows of this side; absent where all its cells stand in every row.
    pub(crate) fn rows(&self) -> Option<u32> {
        self.rows
    }

    /// JSON numbers of this side that are missing because no double holds them.
    pub(crate) fn non_finite(&self) -> u64 {
        self.non_finite
    }

    /// Says how many rows there are.
    pub(crate) fn set_rows(&mut self, rows: u32) {
        self.rows = Some(rows);
    }

    /// The slot of the first cell, of the record before while there is none yet: a guess.
    pub(crate) fn first_slot(&self) -> u32 {
        self.first_slot
    }

    /// The slot after the last cell's: a guess.
    pub(crate) fn next_slot(&self) -> u32 {
        self.cells.last().map_or(self.first_slot, |cell| cell.slot + 1)
    }

    /// The cells, for each slot in the order of the rows.
    pub(crate) fn cells(&self) -> &[Placed] {
        &self.cells
    }

    /// The text of a cell.
    pub(crate) fn text(&self, cell: &Placed) -> &[u8] {
        &self.text[cell.start as usize..cell.end as usize]
    }

    /// Keeps a text.
    pub(crate) fn keep(&mut self, text: &[u8]) -> Span {
        let start = self.text.len() as u32;
        self.text.extend_from_slice(text);
        (start, self.text.len() as u32)
    }

    /// Adds a cell to a row.
    pub(crate) fn push(&mut self, slot: u32, row: u32, kind: CellKind, (start, end): Span) {
        self.cells.push(Placed { slot, kind, row, start, end });
    }

    /// Adds a cell to every row.
    pub(crate) fn push_everywhere(&mut self, slot: u32, kind: CellKind, span: Span) {
        self.push(slot, EVERY_ROW, kind, span);
    }

    /// Adds a cell to a row, in place of the one that the row has of that slot.
    pub(crate) fn put(&mut self, slot: u32, row: u32, kind: CellKind, (start, end): Span) {
        if self.latest.len() <= slot as usize {
            self.latest.resize(slot as usize + 1, 0);
        }
        let place = &mut self.latest[slot as usize];
        let cell = Placed { slot, kind, row, start, end };
        match self.cells.get_mut(*place as usize) {
            Some(earlier) if earlier.slot == slot && earlier.row == row => *earlier = cell,
            _ => {
                *place = self.cells.len() as u32;
                self.cells.push(cell);
            }
        }
    }

    /// Keeps a JSON scalar as it is written, and says what it is; `None` for an object or a list, or a text with half of a
    /// surrogate pair.
    pub(crate) fn keep_scalar(&mut self, token: &str) -> Option<(CellKind, Span)> {
        match token.as_bytes().first()? {
            b'{' | b'[' => None,
            b'"' => Some((CellKind::Text, self.keep_string(token)?)),
            b'n' => Some((CellKind::Missing, (0, 0))),
            b't' | b'f' => Some((CellKind::Boolean, self.keep(token.as_bytes()))),
            _ if is_beyond_a_double(token.as_bytes()) => {
                self.non_finite += 1;
                Some((CellKind::Missing, (0, 0)))
            }
            _ => Some((CellKind::Number, self.keep(token.as_bytes()))),
        }
    }

    fn keep_string(&mut self, token: &str) -> Option<Span> {
        let inside = token.get(1..token.len() - 1)?;
        if inside.contains('\\') {
            let text: String = serde_json::from_str(token).ok()?;
            return Some(self.keep(text.as_bytes()));
        }
        Some(self.keep(inside.as_bytes()))
    }
}
