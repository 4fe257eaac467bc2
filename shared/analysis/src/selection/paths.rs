//! Columns out of nested JSON, each by a JMESPath expression.
//!
//! It does not name columns again, and knows no second side.
//!
//! A path that yields a list gives each element a row, and all lists have the same length; a path that yields a value gives
//! it to every row. Null, and nothing at all, are missing. An object, or a list in a list, is [`LeftOut::PathValues`].
//!
//! One thing differs from JMESPath: a projection (`instances[].age`) keeps the place of an element without a value, because
//! the rows of two columns would no longer belong together. A filter (`instances[?age].age`) drops elements, as declared.
//!
//! Plain paths (fields, indices, at most one projection) are walked while the JSON is read and keep a number as it is
//! written; other expressions go through the JMESPath library, which writes numbers anew.

mod library;
mod plain;

use crate::flat_json::too_many_columns;
use crate::flat_json::{Block, Kind, Names, Span};
use bellwether_contract::capture::{LeftOut, Rejected, not_json};
use bellwether_contract::json::non_finite::tolerant;
use bellwether_contract::shape::name;
use jmespath::Expression;
use plain::{NoValue, Node};
use std::collections::BTreeMap;

const EXPECTED: &str =
    "paths that yield single values, or lists of single values of one length ([] flattens, [*] does not)";

/// Declared columns of a side.
#[derive(Debug, Clone)]
pub(crate) struct Paths {
    names: Vec<String>,
    plain: Node,
    others: Vec<(usize, Expression<'static>)>,
}

/// What a path has led to.
#[derive(Debug, Clone, Default)]
pub(crate) struct Found {
    /// Elements of the list; `None` where there is a value for all rows, or none.
    length: Option<u32>,
    /// Cells with a value, in the order of their elements; at most one without a list.
    cells: Vec<(u32, Kind, Span)>,
}

impl Paths {
    /// Compiles paths by column; an error is worded to follow `output.` or `input.`.
    pub(super) fn compile(declared: &BTreeMap<String, String>) -> Result<Self, String> {
        let mut paths =
            Self { names: declared.keys().cloned().collect(), plain: Node::default(), others: Vec::new() };
        for (place, (name, path)) in declared.iter().enumerate() {
            let expression = jmespath::compile(path).map_err(|error| {
                let error = error.to_string();
                let reason = error.lines().next().unwrap_or_default();
                format!("{name}: {path:?} is not a JMESPath expression: {reason}; an example that is: instances[].age")
            })?;
            if !paths.plain.add(expression.as_ast(), place) {
                paths.others.push((place, expression));
            }
        }
        Ok(paths)
    }

    /// The declared columns.
    pub(crate) fn names(&self) -> impl Iterator<Item = &str> {
        self.names.iter().map(String::as_str)
    }

    /// Reads the declared columns of a payload into the emptied block. `found` is room to read into, whatever is in it.
    /// Returns how many NaN and infinities were null.
    pub(crate) fn read(
        &self,
        text: &str,
        names: &mut Names,
        found: &mut Vec<Found>,
        block: &mut Block,
    ) -> Result<u64, Rejected> {
        let mut fault = None;
        let walk = |text: &str| {
            block.clear();
            found.resize_with(self.names.len(), Found::default);
            found.iter_mut().for_each(Found::clear);
            fault = None;
            self.plain.walk(text, found, block, &mut fault)
        };
        let walked = tolerant(text, walk).map_err(|error| match fault {
            Some(no_value) => self.no_value(no_value),
            None => not_json(text, &error),
        })?;
        let searched = library::search(&self.others, text, found, block);
        let words =
            searched.map_err(|fault| fault.told(|no_value| self.no_value(no_value), text))?.max(walked.1);
        let rows = self.rows(found)?;
        for (name, found) in self.names.iter().zip(found) {
            let slot = names.slot(name, block.next_slot()).ok_or_else(too_many_columns)?;
            found.place(slot, block);
        }
        if let Some(rows) = rows {
            block.set_rows(rows);
        }
        Ok(words)
    }

    /// The length that all lists have.
    fn rows(&self, found: &[Found]) -> Result<Option<u32>, Rejected> {
        let lists = || self.names.iter().zip(found).filter_map(|(name, found)| Some((name, found.length?)));
        let Some((first, rows)) = lists().next() else { return Ok(None) };
        match lists().find(|(_, length)| *length != rows) {
            None => Ok(Some(rows)),
            Some((other, length)) => {
                let found = format!("{} yields {rows} values and {} {length}", name(first), name(other));
                Err(LeftOut::PathValues.because(EXPECTED, found))
            }
        }
    }

    /// The first column whose path has led to a list, and how many values that has: none where all its places are empty,
    /// as after `[]`, which flattens, where `[*]` was meant.
    pub(crate) fn first_list(&self, found: &[Found]) -> Option<(String, u32)> {
        let lists =
            self.names.iter().zip(found).find_map(|(column, found)| Some((column, found, found.length?)));
        lists.map(|(column, found, length)| (name(column), if found.cells.is_empty() { 0 } else { length }))
    }

    fn no_value(&self, NoValue { path, what }: NoValue) -> Rejected {
        let column = self.names.get(path).map(String::as_str).unwrap_or_default();
        LeftOut::PathValues.because(EXPECTED, format!("{} yields {what}", name(column)))
    }
}

impl Found {
    fn place(&self, slot: u32, block: &mut Block) {
        // The column is there, whatever it holds.
        block.push_everywhere(slot, Kind::Missing, Span::default());
        for &(row, kind, span) in &self.cells {
            match self.length {
                Some(_) => block.push(slot, row, kind, span),
                None => block.push_everywhere(slot, kind, span),
            }
        }
    }

    /// Notes the scalar at the end of a path, in a row of a list or by itself.
    fn note(&mut self, row: Option<u32>, kind: Kind, span: Span) {
        if kind != Kind::Missing {
            self.cells.push((row.unwrap_or_default(), kind, span));
        }
    }

    /// Forgets what an earlier key of the same name had led to, in that row or at all.
    fn forget(&mut self, row: Option<u32>) {
        match row {
            Some(row) => {
                self.cells.pop_if(|(last, ..)| *last == row);
            }
            None => self.clear(),
        }
    }

    /// Forgets everything but its memory.
    fn clear(&mut self) {
        self.length = None;
        self.cells.clear();
    }
}
