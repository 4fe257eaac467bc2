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
//! Plain paths keep a number as it is written; the library writes numbers anew.

use super::compiled;
use super::library::{document, evaluate_with_gaps};
use super::plain::{Node, Visit, steps_of};
use crate::cells::{CellKind, NamedCells, Names, Span, too_many_columns};
use bellwether_contract::capture::{LeftOut, Rejected, not_json};
use bellwether_contract::json::non_finite::tolerant;
use bellwether_contract::shape::{self, name};
use jmespath::{Expression, Rcvar, Variable};
use serde::de::{Deserialize, Deserializer, Error};
use serde_json::value::RawValue;
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
    cells: Vec<(u32, CellKind, Span)>,
}

impl Paths {
    /// Compiles paths by column; an error is worded to follow `output.` or `input.`.
    pub(crate) fn compile(declared: &BTreeMap<String, String>) -> Result<Self, String> {
        let mut paths =
            Self { names: declared.keys().cloned().collect(), plain: Node::default(), others: Vec::new() };
        for (place, (name, path)) in declared.iter().enumerate() {
            let expression = compiled(path).map_err(|reason| {
                format!("{name}: {path:?} is not a JMESPath expression: {reason}; an example that is: instances[].age")
            })?;
            match steps_of(expression.as_ast()) {
                Some(steps) => paths.plain.add(steps, place),
                None => paths.others.push((place, expression)),
            }
        }
        Ok(paths)
    }

    /// The declared columns.
    pub(crate) fn names(&self) -> impl Iterator<Item = &str> {
        self.names.iter().map(String::as_str)
    }

    /// Reads the declared columns of a payload into the emptied block. `found` is room to read into, whatever is in it.
    /// Returns how many numbers no double holds: they are missing.
    pub(crate) fn read(
        &self,
        text: &str,
        names: &mut Names,
        found: &mut Vec<Found>,
        block: &mut NamedCells,
    ) -> Result<u64, Rejected> {
        let mut fault = None;
        let walk = |text: &str| {
            block.clear();
            found.resize_with(self.names.len(), Found::default);
            found.iter_mut().for_each(Found::clear);
            fault = None;
            self.plain.walk(text, &mut Cells { found, block, fault: &mut fault })
        };
        let ((), words) = tolerant(text, walk).map_err(|error| match fault {
            Some(no_value) => self.no_value(no_value),
            None => not_json(text, &error),
        })?;
        let words = words + block.non_finite();
        let words = self.search(text, found, block)?.max(words);
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

    /// Reads what paths that are not plain lead to. Returns how many numbers no double holds.
    fn search(&self, text: &str, found: &mut [Found], block: &mut NamedCells) -> Result<u64, Rejected> {
        if self.others.is_empty() {
            return Ok(0);
        }
        let (document, words) = document(text).map_err(|error| not_json(text, &error))?;
        for (path, expression) in &self.others {
            found[*path] = find(&document, expression, block)
                .map_err(|what| self.no_value(NoValue { path: *path, what }))?;
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
    fn place(&self, slot: u32, block: &mut NamedCells) {
        // The column is there, whatever it holds.
        if self.cells.is_empty() {
            return block.push_everywhere(slot, CellKind::Missing, Span::default());
        }
        for &(row, kind, span) in &self.cells {
            match self.length {
                Some(_) => block.push(slot, row, kind, span),
                None => block.push_everywhere(slot, kind, span),
            }
        }
    }

    /// Notes the scalar at the end of a path, in a row of a list or by itself.
    fn note(&mut self, row: Option<u32>, kind: CellKind, span: Span) {
        if kind != CellKind::Missing {
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

/// A path that leads to no value for a column.
struct NoValue {
    /// Its place among all paths.
    path: usize,
    /// What it yields, in words.
    what: String,
}

/// Takes down the cells that plain paths lead to, and the first that is none.
struct Cells<'s> {
    found: &'s mut [Found],
    block: &'s mut NamedCells,
    fault: &'s mut Option<NoValue>,
}

impl Visit for Cells<'_> {
    fn end<'de, D: Deserializer<'de>>(
        &mut self,
        paths: &[usize],
        row: Option<u32>,
        value: D,
    ) -> Result<(), D::Error> {
        let token = <&RawValue>::deserialize(value)?.get();
        // A list or an object whose parts are wanted as well is another path's business.
        let noted = paths.iter().try_for_each(|&path| self.note(path, row, token));
        noted.ok_or_else(|| D::Error::custom("no value for a column"))
    }

    fn forget(&mut self, paths: &[usize], row: Option<u32>) {
        paths.iter().for_each(|&path| self.found[path].forget(row));
    }

    fn begin_list(&mut self, paths: &[usize]) {
        for &path in paths {
            self.found[path].clear();
        }
        self.end_list(paths, 0);
    }

    fn end_list(&mut self, paths: &[usize], rows: u32) {
        paths.iter().for_each(|&path| self.found[path].length = Some(rows));
    }
}

impl Cells<'_> {
    /// Notes the value at the end of a path; `None` where it is none for a column.
    fn note(&mut self, path: usize, row: Option<u32>, token: &str) -> Option<()> {
        if row.is_none() && token.starts_with('[') {
            return self.list(path, token);
        }
        let Some((kind, span)) = self.block.keep_scalar(token) else {
            let what = format!("{} where a single value should be", shape::Kind::of(token));
            *self.fault = Some(NoValue { path, what });
            return None;
        };
        self.found[path].note(row, kind, span);
        Some(())
    }

    fn list(&mut self, path: usize, token: &str) -> Option<()> {
        let elements: Vec<&RawValue> = serde_json::from_str(token).ok()?;
        self.found[path].length = Some(elements.len() as u32);
        for (row, element) in elements.into_iter().enumerate() {
            self.note(path, Some(row as u32), element.get())?;
        }
        Some(())
    }
}

/// What an expression leads to by the library, or what it yields in place of values, in words.
fn find(document: &Rcvar, expression: &Expression<'_>, block: &mut NamedCells) -> Result<Found, String> {
    let (value, _) = evaluate_with_gaps(document, expression.as_ast())
        .map_err(|_| "nothing: a function of it does not take what the payload holds".to_owned())?;
    let mut found = Found::default();
    match value.as_array() {
        Some(elements) => {
            found.length = Some(elements.len() as u32);
            for (row, element) in elements.iter().enumerate() {
                let (kind, span) = keep(element, block)?;
                found.note(Some(row as u32), kind, span);
            }
        }
        None => {
            let (kind, span) = keep(&value, block)?;
            found.note(None, kind, span);
        }
    }
    Ok(found)
}

fn keep(value: &Variable, block: &mut NamedCells) -> Result<(CellKind, Span), String> {
    match value {
        Variable::Null => Ok((CellKind::Missing, Span::default())),
        Variable::Bool(value) => Ok((CellKind::Boolean, block.keep(if *value { b"true" } else { b"false" }))),
        Variable::Number(number) => Ok((CellKind::Number, block.keep(number.to_string().as_bytes()))),
        Variable::String(text) => Ok((CellKind::Text, block.keep(text.as_bytes()))),
        Variable::Array(_) => Err("a list where a single value should be".to_owned()),
        _ => Err("an object where a single value should be".to_owned()),
    }
}
