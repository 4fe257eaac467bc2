//! Flat JSON objects to rows: a column a key, in the order of the names.
//!
//! It reads objects whose values are numbers, texts, booleans or null. It does not look into nested objects and lists: an
//! object that holds one is left out as `not_flat`, and the remedy is to declare paths (`selection`). It opens no file; the
//! caller brings lines.
//!
//! ```text
//! number    as it is written, 1.50 stays 1.50
//! boolean   as it is
//! string    its text, an empty one too
//! null      missing, as is a key that another row has, NaN or an infinity as Python writes them, and a number beyond a double
//! a key twice in an object: the last one counts, once
//! ```

mod object;
mod rows;

use crate::cells::NamedCells;
use crate::json_path::Found;
use crate::selection::Selection;
use crate::table::TableProfile;
use bellwether_contract::capture::{LeftOut, Rejected};

pub(crate) use object::read_objects;
pub(crate) use rows::{NamedRows, NamedTable};

/// A table read from JSON lines: a flat object is a row. The default is empty and keeps every column.
///
/// Where columns are declared by path, those of the request and of the response are looked for in one line: a row of training
/// data holds both. A line in which no path leads to a value has its columns by name already, and is read by its keys.
#[derive(Debug, Clone, Default)]
pub struct JsonLines {
    rows: NamedRows,
    blocks: [NamedCells; 2],
    found: Vec<Found>,
    selection: Selection,
}

impl JsonLines {
    /// No row yet, and what is declared of the columns.
    #[must_use]
    pub fn selecting(selection: Selection) -> Self {
        Self { selection, ..Self::default() }
    }

    /// Adds the object of a line, and says how many numbers in it are missing because no double holds them.
    ///
    /// # Errors
    /// Why nothing of the line is counted.
    pub fn add(&mut self, line: &[u8]) -> Result<u64, Rejected> {
        let text = |_| LeftOut::Json.because("JSON", "bytes that are not UTF-8");
        let line = std::str::from_utf8(line).map_err(text)?;
        let known = self.rows.names().len();
        match self.read(line) {
            Ok((rows, words)) => {
                let [output, input] = &self.blocks;
                self.rows.commit(&self.selection, &[output, input], rows);
                Ok(words)
            }
            Err(rejected) => {
                self.rows.names_mut().truncate(known);
                Err(rejected)
            }
        }
    }

    /// Reads a line into the blocks. Returns its rows, and the words that are missing numbers.
    fn read(&mut self, line: &str) -> Result<(u32, u64), Rejected> {
        if let Some(read) = self.read_by_paths(line)? {
            return Ok(read);
        }
        let [block, other] = &mut self.blocks;
        other.clear();
        let words = read_objects(line, self.rows.names_mut(), block)?;
        match block.rows() {
            Some(1) => Ok((1, words)),
            rows => {
                let found = format!("{} objects in one line", rows.unwrap_or_default());
                Err(LeftOut::RowCount.because("an object a line", found))
            }
        }
    }

    /// As [`Self::read`], by the declared paths; `None` where none of them leads to a value.
    fn read_by_paths(&mut self, line: &str) -> Result<Option<(u32, u64)>, Rejected> {
        let sides = [self.selection.output(), self.selection.input()];
        if sides.iter().all(Option::is_none) {
            return Ok(None);
        }
        let known = self.rows.names().len();
        let mut words = 0;
        for (paths, block) in sides.iter().zip(&mut self.blocks) {
            block.clear();
            if let Some(paths) = paths {
                words = words.max(paths.read(line, self.rows.names_mut(), &mut self.found, block)?);
            }
        }
        if self.blocks.iter().all(NamedCells::is_void) {
            self.rows.names_mut().truncate(known);
            return Ok(None);
        }
        match [self.blocks[0].rows(), self.blocks[1].rows()] {
            [Some(output), Some(input)] if output != input => {
                let found = format!("the input's paths yield {input} rows and the output's {output}");
                Err(LeftOut::PathValues.because("paths that yield lists of one length", found))
            }
            [output, input] => Ok(Some((output.or(input).unwrap_or(1), words))),
        }
    }

    /// Adds the rows of a later part. Rows whose columns would be too many together are left out: their number is returned.
    pub fn merge(&mut self, later: &Self) -> u64 {
        self.rows.merge(&later.rows, &self.selection)
    }

    /// The table, its columns in the order of their names.
    #[must_use]
    pub fn finish(self) -> TableProfile {
        self.rows.into_gathered().into_table()
    }
}

#[cfg(test)]
pub(crate) mod tests;
