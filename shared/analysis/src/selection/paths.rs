//! Columns out of nested JSON, each by a JMESPath expression.
//!
//! It does not name columns again, and knows no second side.
//!
//! A path that yields a list gives each element a row, and all lists have the same length; a path that yields a value gives
//! it to every row. Null, and nothing at all, are missing. An object, or a list in a list, is [`LeftOut::Schema`].
//!
//! One thing differs from JMESPath: a projection (`instances[].age`) keeps the place of an element without a value, because
//! the rows of two columns would no longer belong together. A filter (`instances[?age].age`) drops elements, as declared.
//!
//! Plain paths (fields, indices, at most one projection) are walked while the JSON is read and keep a number as it is
//! written; other expressions go through the JMESPath library, which writes numbers anew.

mod library;
mod plain;

use crate::flat_json::{Block, Kind, Names, Span};
use bellwether_contract::capture::LeftOut;
use jmespath::Expression;
use plain::Node;
use std::collections::BTreeMap;

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

    /// Reads the declared columns of a payload into the emptied block. `found` is room to read into, whatever is in it.
    pub(crate) fn read(
        &self,
        text: &str,
        names: &mut Names,
        found: &mut Vec<Found>,
        block: &mut Block,
    ) -> Result<(), LeftOut> {
        block.clear();
        found.resize_with(self.names.len(), Found::default);
        found.iter_mut().for_each(Found::clear);
        self.plain.walk(text, found, block)?;
        library::search(&self.others, text, found, block)?;
        let mut lengths = found.iter().filter_map(|found| found.length);
        let rows = lengths.next();
        if lengths.any(|length| Some(length) != rows) {
            return Err(LeftOut::Schema);
        }
        for (name, found) in self.names.iter().zip(found) {
            let slot = names.slot(name, block.next_slot()).ok_or(LeftOut::Schema)?;
            found.place(slot, block);
        }
        if let Some(rows) = rows {
            block.set_rows(rows);
        }
        Ok(())
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
