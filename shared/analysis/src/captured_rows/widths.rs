//! Positional records, kept apart by the number of their cells.
//!
//! It knows no key and reads no JSON.

use super::{Batched, Columns, row_count};
use crate::cells::{MAX_COLUMNS, Markers, Rows, too_many_columns};
use crate::delimited::CsvText;
use crate::records::Noted;
use crate::table::TableProfile;
use bellwether_contract::capture::{LeftOut, Rejected};
use std::borrow::Cow;
use std::cmp::Reverse;

/// The latest rows are counted when they have so many bytes. Row by row the columns would push each other out of the fast
/// memory of a core; so many rows and a column stay in it.
const LATEST_BYTES: usize = 64 * 1024;
/// Most widths that are counted besides the baseline's.
pub(super) const MAX_WIDTHS: usize = 8;

/// The tables, one a width, in the order in which they first came, and how records are read into each.
#[derive(Debug, Clone, Default)]
pub(super) struct Widths {
    gathered: Vec<OfWidth>,
    /// As many; a table that another part brought has its reader as soon as a record of its width comes.
    readers: Vec<Reader>,
}

/// What records of one width came to.
#[derive(Debug, Clone, Default)]
pub(super) struct OfWidth {
    pub(super) width: usize,
    pub(super) records: u64,
    pub(super) table: TableProfile,
    /// The latest rows of the table, where every position is a column: not counted yet.
    latest: Rows,
}

/// How records of one width are read.
#[derive(Debug, Clone)]
struct Reader {
    /// For each position its column, if it is kept, and the texts that mean no value.
    places: Vec<(Option<usize>, Markers)>,
    /// Every position is the column of that place, and every text is a value.
    is_as_it_comes: bool,
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
            let (reader, table) = self.of_width(1, columns)?;
            reader.add_cell(table, texts.join(",").as_bytes());
            noted.width = Some(1);
            return Ok(noted);
        }
        let (texts, rows) = texts?;
        noted.non_finite = texts.iter().flatten().map(CsvText::non_finite).sum();
        let width = texts.iter().flatten().map(CsvText::width).sum();
        let (reader, table) = self.of_width(width, columns)?;
        reader.add(table, &texts, rows);
        noted.width = Some(width);
        Ok(noted)
    }

    fn of_width(&mut self, width: usize, columns: &Columns) -> Result<(&Reader, &mut OfWidth), Rejected> {
        let place = match self.gathered.iter().position(|table| table.width == width) {
            Some(place) => place,
            None if width > MAX_COLUMNS => return Err(too_many_columns()),
            None if has_room(&self.gathered, width, columns.cell_names().len()) => {
                let (reader, table) = Reader::new(width, columns);
                self.readers.push(reader);
                self.gathered.push(OfWidth::of(width, 0, table));
                self.gathered.len() - 1
            }
            None => {
                let expected = format!("records of one width, or of {MAX_WIDTHS} at most");
                return Err(LeftOut::OtherWidth.because(expected, format!("a record of {width} cells")));
            }
        };
        Ok((&self.readers[place], &mut self.gathered[place]))
    }

    /// Adds the records of a later part; the number of those whose width has no room any more is returned.
    pub(super) fn merge(&mut self, later: &Self, columns: &Columns) -> u64 {
        let lost = merge(&mut self.gathered, &later.gathered, columns.cell_names().len());
        self.read_on(columns);
        lost
    }

    /// Gives every table that was gathered elsewhere its reader.
    fn read_on(&mut self, columns: &Columns) {
        let new = &self.gathered[self.readers.len()..];
        self.readers.extend(new.iter().map(|table| Reader::new(table.width, columns).0));
    }

    /// The width with most rows, if there is any.
    pub(super) fn most_rows(&self, expected: usize) -> Option<usize> {
        self.gathered.iter().max_by_key(|table| table.rank(expected)).map(|table| table.width)
    }

    /// The tables, in which all rows are counted.
    pub(super) fn gathered(&self) -> Vec<OfWidth> {
        self.gathered.iter().map(|table| table.counted().into_owned()).collect()
    }

    /// The same, and nothing else.
    pub(super) fn into_gathered(mut self) -> Vec<OfWidth> {
        self.gathered.iter_mut().for_each(OfWidth::count_latest);
        self.gathered
    }

    /// Goes on from what was gathered elsewhere.
    ///
    /// # Errors
    /// A width whose columns have other names here.
    pub(super) fn of(gathered: Vec<OfWidth>, columns: &Columns) -> Result<Self, String> {
        for OfWidth { width, table, .. } in &gathered {
            let ours = Reader::new(*width, columns).1;
            if ours.names() != table.names() {
                return Err(format!("columns of a record of {width} cells have other names, or are others"));
            }
        }
        let mut widths = Self { gathered, readers: Vec::new() };
        widths.read_on(columns);
        Ok(widths)
    }
}

fn has_room(gathered: &[OfWidth], width: usize, expected: usize) -> bool {
    let others = gathered.iter().filter(|table| table.width != expected).count();
    width == expected || others < MAX_WIDTHS
}

/// Adds the tables of a later part; the number of records whose width has no room any more is returned. `expected` is the width
/// of the names.
pub(super) fn merge(gathered: &mut Vec<OfWidth>, later: &[OfWidth], expected: usize) -> u64 {
    let mut lost = 0;
    for table in later {
        let mine = gathered.iter().position(|mine| mine.width == table.width);
        match mine {
            Some(place) => gathered[place].merge(table),
            None if has_room(gathered, table.width, expected) => gathered.push(table.counted().into_owned()),
            None => lost += table.records,
        }
    }
    lost
}

/// The table of the width with most rows, and the number of records of all others.
pub(super) fn into_most_rows(gathered: Vec<OfWidth>, expected: usize) -> (TableProfile, u64) {
    let all: u64 = gathered.iter().map(|table| table.records).sum();
    match gathered.into_iter().max_by_key(|table| table.rank(expected)) {
        Some(mut table) => {
            table.count_latest();
            (table.table, all - table.records)
        }
        None => (TableProfile::default(), 0),
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

impl OfWidth {
    pub(super) fn of(width: usize, records: u64, table: TableProfile) -> Self {
        Self { width, records, table, ..Self::default() }
    }

    /// Which width counts: the highest.
    fn rank(&self, expected: usize) -> (u64, bool, Reverse<usize>) {
        let rows = self.table.rows() + self.latest.len() as u64;
        (rows, self.width == expected, Reverse(self.width))
    }

    /// Counts the latest rows column by column: what is known of a column stays at hand meanwhile.
    fn count_latest(&mut self) {
        self.table.push_rows(&self.latest);
        self.latest.clear();
    }

    /// The same, all rows of it counted.
    fn counted(&self) -> Cow<'_, Self> {
        let mut counted = Cow::Borrowed(self);
        if !self.latest.is_empty() {
            counted.to_mut().count_latest();
        }
        counted
    }

    fn merge(&mut self, later: &Self) {
        self.count_latest();
        self.table.merge(&later.counted().table);
        self.records += later.records;
    }
}

impl Reader {
    /// The reader of a width, and the table without a row that it reads into.
    fn new(width: usize, columns: &Columns) -> (Self, TableProfile) {
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
        (Self { places, is_as_it_comes }, table)
    }

    fn add(&self, to: &mut OfWidth, texts: &[Option<CsvText<'_>>], rows: usize) {
        to.records += 1;
        let lines = texts.iter().flatten().map(CsvText::line);
        if self.is_as_it_comes && lines.clone().all(|line| line.is_some()) {
            lines.flatten().for_each(|line| to.latest.push_plain(line, b','));
            to.latest.keep(to.width);
            if to.latest.size_bytes() >= LATEST_BYTES {
                to.count_latest();
            }
            return;
        }
        to.count_latest();
        for row in 0..rows {
            let mut first = 0;
            for text in texts.iter().flatten() {
                text.each_cell(row, |position, cell| self.count(&mut to.table, first + position, cell));
                first += text.width();
            }
        }
        to.table.end_rows(rows as u64);
    }

    fn add_cell(&self, to: &mut OfWidth, cell: &[u8]) {
        to.count_latest();
        self.count(&mut to.table, 0, Some(cell));
        to.table.end_rows(1);
        to.records += 1;
    }

    fn count(&self, table: &mut TableProfile, position: usize, cell: Option<&[u8]>) {
        let Some(cell) = cell else { return };
        if let (Some(column), markers) = &self.places[position]
            && !markers.contain(cell)
        {
            table.feature_mut(*column).push_text(cell);
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
