//! Captured records to the rows of a table: what the data-quality monitor profiles.
//!
//! It reads the sides of one record after the other. Which records belong to the window is not decided here
//! (`window_filter`), and nothing is judged.
//!
//! | record | rows |
//! |---|---|
//! | CSV and CSV | positional: the cells of the response, then those of the request; names of the baseline by position, `_c0`, `_c1` without |
//! | JSON and JSON | by key, columns in the order of their names; a key that the response has is not read from the request |
//! | one of each | by name: CSV of the response takes the baseline's first names, CSV of the request its last ones; the built-in monitor fails on these |
//! | several rows on a side | as many records, where both sides have the same number of rows; otherwise left out as `schema` |
//! | a side with declared paths | those columns only; a value beside lists stands in every row |
//!
//! An empty cell of CSV and null are missing. A record is counted whole or not at all.
//!
//! Positional records are kept apart by width. In the end the width with most rows counts (ties: the baseline's, then the
//! smaller) and the others are told as left out, so that the result does not depend on the order of the records. That
//! holds for up to 8 widths and the baseline's; records of further ones are left out at once.

mod csv_text;
mod lines;
mod widths;

use crate::flat_json::{Block, Kind, NamedRows, Names, read_objects};
use crate::records::RecordProfile;
use crate::selection::{Found, Paths, Selection};
use crate::table::TableProfile;
use bellwether_contract::capture::{CaptureRecord, LeftOut, Payload, Side};
use csv_text::CsvText;
use std::borrow::Cow;
use std::collections::BTreeMap;
use std::sync::Arc;
use widths::Widths;

/// Which sides of a record are profiled, as `captureIndexNames` lists them.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Sides {
    /// The response and the request.
    #[default]
    Both,
    /// `endpointOutput` alone.
    Output,
    /// `endpointInput` alone.
    Input,
}

/// What becomes of a record of CSV with several rows.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Batched {
    /// Each row counts.
    #[default]
    Explode,
    /// The record is a single cell, as the built-in monitor takes it.
    Container,
}

/// What is to be read of a record.
#[derive(Debug, Clone, Default)]
pub struct Columns {
    /// The names in the baseline's constraints, in order.
    pub baseline: Option<Vec<String>>,
    /// Which sides.
    pub sides: Sides,
    /// Declared preprocessing.
    pub selection: Selection,
    /// Several rows in a record of CSV.
    pub batched: Batched,
}

/// Captured records so far.
#[derive(Debug, Clone, Default)]
pub struct CapturedRows {
    columns: Arc<Columns>,
    widths: Widths,
    named: Named,
    /// Records that were counted in a part and were too many columns together with the rest.
    lost: u64,
}

impl CapturedRows {
    /// No records yet.
    #[must_use]
    pub fn new(columns: Columns) -> Self {
        Self { columns: Arc::new(columns), ..Self::default() }
    }

    /// The table, and the records by reason that were counted by [`CapturedRows::add`] and are left out after all.
    #[must_use]
    pub fn finish(self) -> (TableProfile, BTreeMap<LeftOut, u64>) {
        let (mut table, lost) = self.widths.into_most_rows(self.columns.cell_names().len());
        table.merge(&self.named.rows.into_table());
        let lost = self.lost + lost;
        (table, (lost > 0).then_some((LeftOut::Schema, lost)).into_iter().collect())
    }
}

impl RecordProfile for CapturedRows {
    fn empty(&self) -> Self {
        Self { columns: Arc::clone(&self.columns), ..Self::default() }
    }

    fn add(&mut self, record: &CaptureRecord<'_>) -> Result<(), LeftOut> {
        let Self { columns, widths, named, .. } = self;
        let Columns { sides, selection, .. } = &**columns;
        if !selection.samples(record) {
            return Err(LeftOut::NotSampled);
        }
        let output = match sides {
            Sides::Input => None,
            _ => Some(record.output().ok_or(LeftOut::NoOutput)?),
        };
        let input = match sides {
            Sides::Output => None,
            _ => Some(record.capture_data.endpoint_input.as_ref().ok_or(LeftOut::NoInput)?),
        };
        let output = output.map(Side::payload).transpose()?;
        let input = input.map(Side::payload).transpose()?;
        match (
            texts_of_csv(output.as_ref(), selection.output()),
            texts_of_csv(input.as_ref(), selection.input()),
        ) {
            (Some(output), Some(input)) => widths.add(columns, output, input),
            _ => named.add(columns, output, input),
        }
    }

    fn merge(&mut self, later: &Self) {
        self.lost += later.lost;
        self.lost += self.widths.merge(&later.widths, &self.columns);
        self.lost += self.named.rows.merge(&later.named.rows, &self.columns.selection);
    }
}

/// Records whose columns have names, with room to read a record into.
#[derive(Debug, Clone, Default)]
struct Named {
    rows: NamedRows,
    output: Block,
    input: Block,
    found: Vec<Found>,
}

impl Named {
    /// Counts a record.
    fn add(
        &mut self,
        columns: &Columns,
        output: Option<Payload<'_>>,
        input: Option<Payload<'_>>,
    ) -> Result<(), LeftOut> {
        let known = self.rows.names().len();
        let rows = self.read_sides(columns, output, input);
        match rows {
            Ok(rows) => self.rows.commit(&columns.selection, &[&self.output, &self.input], rows),
            Err(_) => self.rows.names_mut().truncate(known),
        }
        rows.map(|_| ())
    }

    fn read_sides(
        &mut self,
        columns: &Columns,
        output: Option<Payload<'_>>,
        input: Option<Payload<'_>>,
    ) -> Result<u32, LeftOut> {
        let selection = &columns.selection;
        let names = self.rows.names_mut();
        self.output.clear();
        self.input.clear();
        if let Some(payload) = output {
            let found = selection.output().map(|paths| (paths, &mut self.found));
            read_side(&payload, found, names, &mut self.output, |_| 0, columns)?;
        }
        if let Some(payload) = input {
            let names_end = columns.cell_names().len();
            let last = |width: usize| names_end.saturating_sub(width);
            let found = selection.input().map(|paths| (paths, &mut self.found));
            read_side(&payload, found, names, &mut self.input, last, columns)?;
        }
        match (self.output.rows(), self.input.rows()) {
            (Some(output), Some(input)) if output != input => Err(LeftOut::Schema),
            (output, input) => Ok(output.or(input).unwrap_or(1)),
        }
    }
}

impl Columns {
    /// Names of the cells of CSV by position; empty where nobody gave any.
    fn cell_names(&self) -> &[String] {
        self.selection.columns().or(self.baseline.as_deref()).unwrap_or_default()
    }

    /// The name of a cell of CSV.
    fn cell_name(&self, position: usize) -> Cow<'_, str> {
        match self.cell_names().get(position) {
            Some(name) => Cow::Borrowed(name),
            None => Cow::Owned(format!("_c{position}")),
        }
    }
}

/// The text of a side that is CSV, if the side is read at all; `None` where its columns need names.
fn texts_of_csv<'p>(payload: Option<&'p Payload<'_>>, paths: Option<&Paths>) -> Option<Option<&'p str>> {
    match (payload, paths) {
        (None, _) => Some(None),
        (Some(Payload::Csv(text)), None) => Some(Some(text)),
        _ => None,
    }
}

/// Reads a side whose columns have names.
fn read_side(
    payload: &Payload<'_>,
    paths: Option<(&Paths, &mut Vec<Found>)>,
    names: &mut Names,
    block: &mut Block,
    first: impl Fn(usize) -> usize,
    columns: &Columns,
) -> Result<(), LeftOut> {
    match (paths, payload) {
        (Some((paths, found)), Payload::Json(text)) => paths.read(text, names, found, block),
        (Some(_), Payload::Csv(_)) => Err(LeftOut::Schema),
        (None, Payload::Json(text)) => read_objects(text, names, block),
        (None, Payload::Csv(text)) => {
            let text = CsvText::read(text)?;
            let first = first(text.width());
            read_cells(&text, |position| columns.cell_name(first + position), names, block)
        }
    }
}

/// Gives every cell of CSV a name, and the block its cells.
fn read_cells<'n>(
    text: &CsvText<'_>,
    name: impl Fn(usize) -> Cow<'n, str>,
    names: &mut Names,
    block: &mut Block,
) -> Result<(), LeftOut> {
    let mut guess = block.first_slot();
    let mut slots = Vec::with_capacity(text.width());
    for position in 0..text.width() {
        let slot = names.slot(&name(position), guess).ok_or(LeftOut::Schema)?;
        guess = slot + 1;
        slots.push(slot);
    }
    for row in 0..text.rows() {
        text.each_cell(row, |position, cell| {
            let kind = if cell.is_some() { Kind::Text } else { Kind::Missing };
            let span = block.keep(cell.unwrap_or_default());
            block.put(slots[position], row as u32, kind, span);
        });
    }
    block.set_rows(text.rows() as u32);
    Ok(())
}

#[cfg(test)]
mod tests;
