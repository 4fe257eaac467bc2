//! Flat JSON objects to rows: a column a key, in the order of the names.
//!
//! It reads objects whose values are numbers, texts, booleans or null. It does not look into nested objects and lists: an
//! object that holds one is left out as `schema`, and the remedy is to declare paths (`selection`). It opens no file; the
//! caller brings lines.
//!
//! ```text
//! number    as it is written, 1.50 stays 1.50
//! boolean   as it is
//! string    its text, an empty one too
//! null      missing, as is a key that another row has
//! a key twice in an object: the last one counts, once
//! ```

mod block;
mod names;
mod object;
mod rows;

use crate::selection::Selection;
use crate::table::TableProfile;
use bellwether_contract::capture::LeftOut;

pub(crate) use block::{Block, Kind, Span};
pub(crate) use names::Names;
pub(crate) use object::{read_objects, reason};
pub(crate) use rows::NamedRows;

/// A table read from JSON lines: a flat object is a row. The default is empty.
#[derive(Debug, Clone, Default)]
pub struct JsonLines {
    rows: NamedRows,
    block: Block,
    selection: Selection,
}

impl JsonLines {
    /// Adds the object of a line. Nothing of an object that is left out is counted: [`LeftOut::Json`] where it is not JSON,
    /// [`LeftOut::Schema`] where it is no object, is not flat, or brings a column above the 4,096th.
    pub fn add(&mut self, line: &[u8]) -> Result<(), LeftOut> {
        let line = std::str::from_utf8(line).map_err(|_| LeftOut::Json)?;
        let known = self.rows.names().len();
        let read = read_objects(line, self.rows.names_mut(), &mut self.block);
        let rows = self.block.rows().unwrap_or_default();
        if let Err(reason) = read.and(if rows == 1 { Ok(()) } else { Err(LeftOut::Schema) }) {
            self.rows.names_mut().truncate(known);
            return Err(reason);
        }
        self.rows.commit(&self.selection, &[&self.block], rows);
        Ok(())
    }

    /// Adds the rows of a later part. Rows whose columns would be too many together are left out: their number is returned.
    pub fn merge(&mut self, later: &Self) -> u64 {
        self.rows.merge(&later.rows, &self.selection)
    }

    /// The table, its columns in the order of their names.
    #[must_use]
    pub fn finish(self) -> TableProfile {
        self.rows.into_table()
    }
}

#[cfg(test)]
pub(crate) mod tests;
