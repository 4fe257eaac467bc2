//! Positional records, kept apart by the number of their cells.
//!
//! It knows no key and reads no JSON.

use super::{Batched, Columns, row_count};
use crate::cells::{MAX_COLUMNS, Markers, Rows, too_many_columns};
use crate::delimited::CsvText;
use crate::records::Noted;
use crate::table::TableProfile;
use bellwether_contract::capture::{LeftOut, Rejected};
use std::cmp::Reverse;

/// The latest rows are counted when they have so many bytes. Row by row the columns would push each other out of the fast
/// memory of a core; so many rows and a column stay in it.
const LATEST_BYTES: usize = 64 * 1024;
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
    /// Every position is the column of that place, and every text is a value.
    is_as_it_comes: bool,
    table: TableProfile,
    /// The latest rows of the table, where every position is a column: not counted yet.
    latest: Rows,
    records: u64,
}

impl Widths {
    /// Counts a record.
    pub(super) fn add(
        &mut self,
        columns: &Columns,
        output: Option<&str>,
        input: Option<&str>,
    ) -> Result<Noted, Rejected> {
        let mut noted = Noted::default();
        let texts = read(columns, output, input, &mut noted);
        if columns.batched == Batched::SingleCell && !texts.as_ref().is_ok_and(|(_, rows)| *rows == 1) {
            let texts: Vec<&str> = [output, input].into_iter().flatten().collect();
            self.of_width(1, columns)?.add_cell(texts.join(",").as_bytes());
            noted.width = Some(1);
            return Ok(noted);
        }
        let (texts, rows) = texts?;
        noted.non_finite = texts.iter().flatten().map(CsvText::non_finite).sum();
        let width = texts.iter().flatten().map(CsvText::width).sum();
        self.of_width(width, columns)?.add(&texts, rows);
        noted.width = Some(width);
        Ok(noted)
    }

    fn of_width(&mut self, width: usize, columns: &Columns) -> Result<&mut Positional, Rejected> {
        let place = match self.0.iter().position(|table| table.width == width) {
            Some(place) => place,
            None if width > MAX_COLUMNS => return Err(too_many_columns()),
            None if self.has_room(width, columns) => {
                self.0.push(Positional::new(width, columns));
                self.0.len() - 1
            }
            None => {
                let expected = format!("records of one width, or of {MAX_WIDTHS} at most");
                return Err(LeftOut::OtherWidth.because(expected, format!("a record of {width} cells")));
            }
        };
        Ok(&mut self.0[place])
    }

    fn has_room(&self, width: usize, columns: &Columns) -> bool {
        let expected = columns.cell_names().len();
        let others = self.0.iter().filter(|table| table.width != expected).count();
        width == expected || others < MAX_WIDTHS
    }

    /// Adds the records of a later part; the number of those whose width has no room any more is returned.
    pub(super) fn merge(&mut self, later: &Self, columns: &Columns) -> u64 {
        let mut lost = 0;
        for table in &later.0 {
            match self.of_width(table.width, columns) {
                Ok(mine) => {
                    mine.merge(table);
                }
                Err(_) => lost += table.records,
            }
        }
        lost
    }

    /// The width with most rows, if there is any.
    pub(super) fn most_rows(&self, expected: usize) -> Option<usize> {
        self.0.iter().max_by_key(|table| table.rank(expected)).map(|table| table.width)
    }

    /// The table of the width with most rows, and the number of records of all others.
    pub(super) fn into_most_rows(self, expected: usize) -> (TableProfile, u64) {
        let all: u64 = self.0.iter().map(|table| table.records).sum();
        match self.0.into_iter().max_by_key(|table| table.rank(expected)) {
            Some(mut table) => {
                table.count_latest();
                (table.table, all - table.records)
            }
            None => (TableProfile::default(), 0),
        }
    }
}

/// The sides that are read, which have as many rows.
fn read<'t>(
    columns: &Columns,
    output: Option<&'t str>,
    input: Option<&'t str>,
    noted: &mut Noted,
) -> Result<([Option<CsvText<'t>>; 2], usize), Rejected> {
    let mut texts = [output.map(CsvText::read).transpose()?, input.map(CsvText::read).transpose()?];
    if columns.batched == Batched::Explode {
        noted.header_rows = skip_headers(columns, &mut texts);
    }
    let [output, input] = &texts;
    match (output, input) {
        (Some(output), Some(input)) if output.rows() != input.rows() => {
            let headed = (input.begins_like_names(), output.begins_like_names());
            Err(row_count(input.rows(), output.rows(), headed))
        }
        _ => {
            let rows = texts.iter().flatten().next().map_or(0, CsvText::rows);
            Ok((texts, rows))
        }
    }
}

/// Passes over rows that repeat the names, and counts them: the response's cells have the first names, the request's those
/// behind them.
fn skip_headers(columns: &Columns, texts: &mut [Option<CsvText<'_>>; 2]) -> u64 {
    let (mut first, mut skipped) = (0, 0);
    for text in texts.iter_mut().flatten() {
        skipped += u64::from(text.skip_header(columns.names_from(first, text.width())));
        first += text.width();
    }
    skipped
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
        Self { width, places, is_as_it_comes, table, latest: Rows::default(), records: 0 }
    }

    /// Which width counts: the highest.
    fn rank(&self, expected: usize) -> (u64, bool, Reverse<usize>) {
        (self.rows(), self.width == expected, Reverse(self.width))
    }

    fn rows(&self) -> u64 {
        self.table.rows() + self.latest.len() as u64
    }

    fn add(&mut self, texts: &[Option<CsvText<'_>>], rows: usize) {
        self.records += 1;
        let lines = texts.iter().flatten().map(CsvText::line);
        if self.is_as_it_comes && lines.clone().all(|line| line.is_some()) {
            lines.flatten().for_each(|line| self.latest.push_plain(line, b','));
            self.latest.keep(self.width);
            if self.latest.size_bytes() >= LATEST_BYTES {
                self.count_latest();
            }
            return;
        }
        self.count_latest();
        for row in 0..rows {
            let mut first = 0;
            for text in texts.iter().flatten() {
                text.each_cell(row, |position, cell| self.count(first + position, cell));
                first += text.width();
            }
        }
        self.table.end_rows(rows as u64);
    }

    /// Counts the latest rows column by column: what is known of a column stays at hand meanwhile.
    fn count_latest(&mut self) {
        self.table.push_rows(&self.latest);
        self.latest.clear();
    }

    fn merge(&mut self, later: &Self) {
        self.count_latest();
        let mut later = later.clone();
        later.count_latest();
        self.table.merge(&later.table);
        self.records += later.records;
    }

    fn add_cell(&mut self, cell: &[u8]) {
        self.count_latest();
        self.count(0, Some(cell));
        self.table.end_rows(1);
        self.records += 1;
    }

    fn count(&mut self, position: usize, cell: Option<&[u8]>) {
        let Some(cell) = cell else { return };
        if let (Some(column), markers) = &self.places[position]
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
