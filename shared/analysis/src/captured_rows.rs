//! Captured records to the rows of a table.
//!
//! It reads the sides of one record after the other. Which records belong to the window is not decided here
//! (`window_filter`), and nothing is judged.
//!
//! | record | rows |
//! |---|---|
//! | CSV and CSV | positional: the cells of the response, then those of the request; names of the baseline by position, `_c0`, `_c1` without |
//! | JSON and JSON | by key, columns in the order of their names; a key that the response has is not read from the request |
//! | one of each | by name: CSV of the response takes the baseline's first names, CSV of the request its last ones; the built-in monitor fails on these |
//! | several rows on a side | as many records, where both sides have the same number of rows; otherwise left out as `row_count` |
//! | the first of several rows is the names | dropped and counted; left out as `header_in_payload` where nobody gave names |
//! | a side with declared paths | those columns only; a value beside lists stands in every row |
//!
//! An empty cell of CSV, null, and NaN, the infinities and numbers beyond a double in JSON are missing. A record is counted whole or not at all.
//!
//! Positional records are kept apart by width. In the end the width with most rows counts (ties: the baseline's, then the
//! smaller) and the others are told as left out, so that the result does not depend on the order of the records. That
//! holds for up to 8 widths and the baseline's; records of further ones are left out at once.

mod gathered;
mod widths;

use crate::cells::{CellKind, NamedCells, Names, too_many_columns};
use crate::delimited::CsvText;
use crate::flat_json::{NamedRows, read_objects};
use crate::json_path::{Found, Paths};
use crate::partial::{self, PartialError};
use crate::records::{Noted, Portable, RecordProfile};
use crate::selection::Selection;
use crate::table::TableProfile;
use bellwether_contract::capture::{CaptureRecord, LeftOut, Payload, Rejected, Side};
use std::borrow::Cow;
use std::collections::BTreeMap;
use std::sync::Arc;
use widths::Widths;

pub use gathered::GatheredRows;

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
    /// The record is a single cell, as the built-in container takes it.
    SingleCell,
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
    /// Records that were counted in a part, by why there is no room for them in the whole.
    lost: BTreeMap<LeftOut, u64>,
}

impl CapturedRows {
    /// No records yet.
    #[must_use]
    pub fn new(columns: Columns) -> Self {
        Self { columns: Arc::new(columns), ..Self::default() }
    }

    /// How many cells a row has that counts, of the rows whose cells are known by their places.
    #[must_use]
    pub fn width(&self) -> Option<usize> {
        self.widths.most_rows(self.columns.cell_names().len())
    }

    /// The table, and the records by reason that were counted by [`CapturedRows::add`] and are left out after all.
    #[must_use]
    pub fn finish(self) -> (TableProfile, BTreeMap<LeftOut, u64>) {
        self.into_gathered().finish()
    }

    /// What was gathered, and nothing else.
    #[must_use]
    pub fn into_gathered(self) -> GatheredRows {
        let Self { columns, widths, named, lost } = self;
        let expected_width = columns.cell_names().len();
        GatheredRows {
            expected_width,
            widths: widths.into_gathered(),
            named: named.rows.into_gathered(),
            lost,
        }
    }

    /// What was gathered, without how records are read.
    #[must_use]
    pub fn gathered(&self) -> GatheredRows {
        GatheredRows {
            expected_width: self.columns.cell_names().len(),
            widths: self.widths.gathered(),
            named: self.named.rows.gathered().clone(),
            lost: self.lost.clone(),
        }
    }
}

fn lose(lost: &mut BTreeMap<LeftOut, u64>, reason: LeftOut, records: u64) {
    if records > 0 {
        *lost.entry(reason).or_insert(0) += records;
    }
}

impl RecordProfile for CapturedRows {
    fn empty(&self) -> Self {
        Self { columns: Arc::clone(&self.columns), ..Self::default() }
    }

    fn add(&mut self, record: &CaptureRecord<'_>) -> Result<Noted, Rejected> {
        let Self { columns, widths, named, .. } = self;
        let Columns { sides, selection, .. } = &**columns;
        if !selection.samples(record) {
            return Err(LeftOut::NotSampled.into());
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
        later.lost.iter().for_each(|(reason, records)| lose(&mut self.lost, *reason, *records));
        let others = self.widths.merge(&later.widths, &self.columns);
        lose(&mut self.lost, LeftOut::OtherWidth, others);
        let beyond = self.named.rows.merge(&later.named.rows, &self.columns.selection);
        lose(&mut self.lost, LeftOut::TooManyColumns, beyond);
    }
}

impl Portable for CapturedRows {
    fn encode(&self) -> Result<Vec<u8>, PartialError> {
        partial::encode(&self.gathered())
    }

    fn decode(&self, bytes: &[u8]) -> Result<Self, PartialError> {
        let GatheredRows { expected_width, widths, named, lost } = partial::decode(bytes)?;
        let columns = Arc::clone(&self.columns);
        let others = |what: &str| PartialError::OtherSettings(what.to_owned());
        if expected_width != columns.cell_names().len() {
            let names = columns.cell_names().len();
            return Err(others(&format!(
                "it was made with {expected_width} names of columns, and there are {names}"
            )));
        }
        let widths = Widths::of(widths, &columns).map_err(PartialError::OtherSettings)?;
        let rows = NamedRows::of(named, &columns.selection);
        let rows = rows.ok_or_else(|| others("its columns are not those that are selected"))?;
        Ok(Self { columns, widths, named: Named { rows, ..Named::default() }, lost })
    }
}

/// Records whose columns have names, with room to read a record into.
#[derive(Debug, Clone, Default)]
struct Named {
    rows: NamedRows,
    output: ReadSide,
    input: ReadSide,
}

/// One side of a record whose columns have names.
#[derive(Debug, Clone, Default)]
struct ReadSide {
    block: NamedCells,
    found: Vec<Found>,
    /// Several rows of CSV, the first of which reads like names.
    begins_like_names: bool,
}

impl Named {
    /// Counts a record.
    fn add(
        &mut self,
        columns: &Columns,
        output: Option<Payload<'_>>,
        input: Option<Payload<'_>>,
    ) -> Result<Noted, Rejected> {
        let known = self.rows.names().len();
        let read = self.read_sides(columns, output, input);
        match &read {
            Ok((rows, _)) => {
                self.rows.commit(&columns.selection, &[&self.output.block, &self.input.block], *rows);
            }
            Err(_) => self.rows.names_mut().truncate(known),
        }
        read.map(|(_, noted)| noted)
    }

    fn read_sides(
        &mut self,
        columns: &Columns,
        output: Option<Payload<'_>>,
        input: Option<Payload<'_>>,
    ) -> Result<(u32, Noted), Rejected> {
        let Self { rows, output: of_output, input: of_input } = self;
        let (names, selection, mut noted) = (rows.names_mut(), &columns.selection, Noted::default());
        let cells = columns.cell_names().len();
        let first = |_: usize| 0;
        let output = of_output.read(output.as_ref(), selection.output(), names, first, columns, &mut noted);
        let last = |width: usize| cells.saturating_sub(width);
        let input = of_input.read(input.as_ref(), selection.input(), names, last, columns, &mut noted);
        // Of two sides that cannot be read the request is told: it came first.
        input?;
        output?;
        match (of_output.block.rows(), of_input.block.rows()) {
            (Some(output), Some(input)) if output != input => {
                Err(self.different_rows(selection, output as usize, input as usize))
            }
            (output, input) => Ok((output.or(input).unwrap_or(1), noted)),
        }
    }

    /// Why two sides do not belong together, row by row.
    fn different_rows(&self, selection: &Selection, output: usize, input: usize) -> Rejected {
        let of_path =
            |side: &ReadSide, paths: Option<&Paths>| paths.and_then(|paths| paths.first_list(&side.found));
        let lists = (of_path(&self.input, selection.input()), of_path(&self.output, selection.output()));
        let found = match lists {
            (Some((input, length)), Some((output, other))) => {
                format!("{input} yields {length} values and {output} {other}")
            }
            (Some((input, length)), None) => {
                format!("{input} yields {length} values and the response has {}", counted(output))
            }
            (None, Some((output, length))) => {
                format!("the request has {} and {output} yields {length} values", counted(input))
            }
            (None, None) => {
                let headed = (self.input.begins_like_names, self.output.begins_like_names);
                return row_count(input, output, headed);
            }
        };
        LeftOut::PathValues
            .because("paths that yield as many values ([] flattens lists in lists, [*] does not)", found)
    }
}

const SAME_ROWS: &str = "a request and a response with as many rows";

fn counted(rows: usize) -> String {
    if rows == 1 { "1 row".to_owned() } else { format!("{rows} rows") }
}

/// Two sides of different length; `headed` are those, the request first, that begin like names of columns.
fn row_count(input: usize, output: usize, headed: (bool, bool)) -> Rejected {
    let found = format!("the request has {} and the response {output}", counted(input));
    let side = match headed {
        (true, _) if input == output + 1 => "request",
        (_, true) if output == input + 1 => "response",
        _ => return LeftOut::RowCount.because(SAME_ROWS, found),
    };
    let found = format!("{found}; the first row of the {side} reads like names of columns");
    LeftOut::HeaderInPayload.because("rows of values in a captured payload, and no header", found)
}

impl Columns {
    /// Names of the cells of CSV by position; empty where nobody gave any.
    fn cell_names(&self) -> &[String] {
        self.selection.columns().or(self.baseline.as_deref()).unwrap_or_default()
    }

    /// The names of so many cells from a place on; empty where there are fewer.
    fn names_from(&self, first: usize, width: usize) -> &[String] {
        self.cell_names().get(first..first + width).unwrap_or_default()
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

impl ReadSide {
    /// Reads a side; `first` is the place of its first cell among the names, by its width.
    fn read(
        &mut self,
        payload: Option<&Payload<'_>>,
        paths: Option<&Paths>,
        names: &mut Names,
        first: impl Fn(usize) -> usize,
        columns: &Columns,
        noted: &mut Noted,
    ) -> Result<(), Rejected> {
        let Self { block, found, begins_like_names } = self;
        block.clear();
        *begins_like_names = false;
        match (paths, payload) {
            (_, None) => {}
            (Some(paths), Some(Payload::Json(text))) => {
                noted.non_finite += paths.read(text, names, found, block)?;
            }
            (Some(_), Some(Payload::Csv(_))) => {
                let expected = "JSON on this side: columns are declared by path (--paths)";
                return Err(LeftOut::CsvWithPaths.because(expected, "CSV"));
            }
            (None, Some(Payload::Json(text))) => noted.non_finite += read_objects(text, names, block)?,
            (None, Some(Payload::Csv(text))) => {
                let mut text = CsvText::read(text)?;
                let first = first(text.width());
                noted.header_rows += u64::from(text.skip_header(columns.names_from(first, text.width())));
                *begins_like_names = text.begins_like_names();
                noted.non_finite += text.non_finite();
                read_cells(&text, |position| columns.cell_name(first + position), names, block)?;
            }
        }
        Ok(())
    }
}

/// Gives every cell of CSV a name, and the block its cells.
fn read_cells<'n>(
    text: &CsvText<'_>,
    name: impl Fn(usize) -> Cow<'n, str>,
    names: &mut Names,
    block: &mut NamedCells,
) -> Result<(), Rejected> {
    let mut guess = block.first_slot();
    let mut slots = Vec::with_capacity(text.width());
    for position in 0..text.width() {
        let slot = names.slot(&name(position), guess).ok_or_else(too_many_columns)?;
        guess = slot + 1;
        slots.push(slot);
    }
    for row in 0..text.rows() {
        text.each_cell(row, |position, cell| {
            let kind = if cell.is_some() { CellKind::Text } else { CellKind::Missing };
            let span = block.keep(cell.unwrap_or_default());
            block.put(slots[position], row as u32, kind, span);
        });
    }
    block.set_rows(text.rows() as u32);
    Ok(())
}

#[cfg(test)]
mod tests;
