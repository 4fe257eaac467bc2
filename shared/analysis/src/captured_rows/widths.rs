//! Positional records, kept apart by the number of their cells.
//!
//! It knows no key and reads no JSON.

use super::csv_text::CsvText;
use super::{Batched, Columns};
use crate::selection::Markers;
use crate::table::{MAX_COLUMNS, TableProfile};
use bellwether_contract::capture::LeftOut;
use std::cmp::Reverse;

/// Most widths that are counted besides the baseline's.
const MAX_WIDTHS: usize = 8;

/// The tables, one a width, in the order in which they first came.
#[derive(Debug, Clone, Default)]
pub(super) struct Widths(Vec<Positional>);

/// Records of one width.
#[derive(Debug, Clone)]
struct Positional {
    width: usize,
    /// For each position its column, if it is kept, and the texts that mean no value.
    places: Vec<(Option<usize>, Markers)>,
    /// Every position is the column of the same place, and every text is a value.
    is_as_it_comes: bool,
    table: TableProfile,
    records: u64,
}

impl Widths {
    /// Counts a record.
    pub(super) fn add(
        &mut self,
        columns: &Columns,
        output: Option<&str>,
        input: Option<&str>,
    ) -> Result<(), LeftOut> {
        let texts = read(output, input);
        if columns.batched == Batched::Container && !texts.as_ref().is_ok_and(|(_, rows)| *rows == 1) {
            let texts: Vec<&str> = [output, input].into_iter().flatten().collect();
            self.of_width(1, columns)?.add_cell(texts.join(",").as_bytes());
            return Ok(());
        }
        let (texts, rows) = texts?;
        let width = texts.iter().flatten().map(CsvText::width).sum();
        self.of_width(width, columns)?.add(&texts, rows);
        Ok(())
    }

    fn of_width(&mut self, width: usize, columns: &Columns) -> Result<&mut Positional, LeftOut> {
        let place = match self.0.iter().position(|table| table.width == width) {
            Some(place) => place,
            None if self.has_room(width, columns) => {
                self.0.push(Positional::new(width, columns));
                self.0.len() - 1
            }
            None => return Err(LeftOut::Schema),
        };
        Ok(&mut self.0[place])
    }

    fn has_room(&self, width: usize, columns: &Columns) -> bool {
        let expected = columns.cell_names().len();
        let others = self.0.iter().filter(|table| table.width != expected).count();
        width <= MAX_COLUMNS && (width == expected || others < MAX_WIDTHS)
    }

    /// Adds the records of a later part; the number of those whose width has no room any more is returned.
    pub(super) fn merge(&mut self, later: &Self, columns: &Columns) -> u64 {
        let mut lost = 0;
        for table in &later.0 {
            match self.of_width(table.width, columns) {
                Ok(mine) => {
                    mine.table.merge(&table.table);
                    mine.records += table.records;
                }
                Err(_) => lost += table.records,
            }
        }
        lost
    }

    /// The table of the width with most rows, and the number of records of all others.
    pub(super) fn into_most_rows(self, expected: usize) -> (TableProfile, u64) {
        let all: u64 = self.0.iter().map(|table| table.records).sum();
        let rank = |table: &Positional| (table.table.rows(), table.width == expected, Reverse(table.width));
        match self.0.into_iter().max_by_key(rank) {
            Some(table) => (table.table, all - table.records),
            None => (TableProfile::default(), 0),
        }
    }
}

/// The sides that are read, which have as many rows.
fn read<'t>(
    output: Option<&'t str>,
    input: Option<&'t str>,
) -> Result<([Option<CsvText<'t>>; 2], usize), LeftOut> {
    let texts = [output.map(CsvText::read).transpose()?, input.map(CsvText::read).transpose()?];
    let mut rows = texts.iter().flatten().map(CsvText::rows);
    let first = rows.next().unwrap_or_default();
    if rows.any(|rows| rows != first) { Err(LeftOut::Schema) } else { Ok((texts, first)) }
}

impl Positional {
    fn new(width: usize, columns: &Columns) -> Self {
        let mut table = TableProfile::default();
        let mut place = |position| {
            let name = columns.cell_name(position);
            let kept = columns.selection.name_of(&name);
            let column = kept.map(|name| column_of_its_own(&mut table, name, position));
            (column, columns.selection.markers(&name))
        };
        let places: Vec<_> = (0..width).map(&mut place).collect();
        let is_as_it_comes = places
            .iter()
            .enumerate()
            .all(|(position, (column, markers))| *column == Some(position) && markers.is_empty());
        Self { width, places, is_as_it_comes, table, records: 0 }
    }

    fn add(&mut self, texts: &[Option<CsvText<'_>>], rows: usize) {
        for row in 0..rows {
            let mut first = 0;
            for text in texts.iter().flatten() {
                text.each_cell(row, |position, cell| self.count(first + position, cell));
                first += text.width();
            }
        }
        self.table.end_rows(rows as u64);
        self.records += 1;
    }

    fn add_cell(&mut self, cell: &[u8]) {
        self.count(0, cell);
        self.table.end_row();
        self.records += 1;
    }

    fn count(&mut self, position: usize, cell: &[u8]) {
        if cell.is_empty() {
            return;
        }
        if self.is_as_it_comes {
            self.table.feature_mut(position).push_text(cell);
        } else if let (Some(column), markers) = &self.places[position]
            && !markers.contain(cell)
        {
            self.table.feature_mut(*column).push_text(cell);
        }
    }
}

/// A column for one position alone. A name that an earlier position has gets the position behind it, as Spark names them.
fn column_of_its_own(table: &mut TableProfile, name: &str, position: usize) -> usize {
    let mut name = name.to_owned();
    while table.place(&name).is_some() {
        name.push_str(&position.to_string());
    }
    table.column(&name)
}
