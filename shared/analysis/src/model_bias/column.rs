//! A column whose values are looked at one by one: each distinct value once, and four bytes a row.

mod partial;

use std::collections::HashMap;
use std::sync::Arc;

use super::cell::{BiasCell, ColumnType, Known, read};

/// A distinct value as it came.
#[derive(Debug, Clone, PartialEq)]
enum Raw {
    Typed(Known),
    /// Of CSV, to be read once the whole column is there.
    Written(Arc<str>),
}

/// Values by the order in which they first appeared.
#[derive(Debug, Clone, Default)]
pub(super) struct ValueColumn {
    distinct: Vec<Raw>,
    counts: Vec<u64>,
    rows: Vec<u32>,
    texts: HashMap<Arc<str>, u32>,
    written: HashMap<Arc<str>, u32>,
    /// By kind, and the number's bits.
    others: HashMap<(u8, u64), u32>,
}

/// A column whose type is known.
#[derive(Debug, Clone)]
pub(super) struct Resolved<'c> {
    pub(super) column_type: ColumnType,
    /// Distinct values in order of appearance.
    pub(super) distinct: Vec<Known>,
    /// Rows of each.
    pub(super) counts: Vec<u64>,
    /// Place in `distinct` of each raw value.
    of_raw: Vec<u32>,
    rows: &'c [u32],
}

impl ValueColumn {
    pub(super) fn push(&mut self, cell: BiasCell<'_>) {
        let place = self.intern(cell);
        self.count(place, 1);
        self.rows.push(place);
    }

    fn count(&mut self, place: u32, rows: u64) {
        if let Some(count) = self.counts.get_mut(place as usize) {
            *count += rows;
        }
    }

    fn intern(&mut self, cell: BiasCell<'_>) -> u32 {
        let (map, text) = match cell {
            BiasCell::Text(text) => (&mut self.texts, text),
            BiasCell::Written(text) => (&mut self.written, text),
            other => return self.intern_other(other),
        };
        if let Some(place) = map.get(text) {
            return *place;
        }
        let (place, text) = (self.distinct.len() as u32, Arc::<str>::from(text));
        map.insert(Arc::clone(&text), place);
        let raw = match cell {
            BiasCell::Written(_) => Raw::Written(text),
            _ => Raw::Typed(Known::Text(text)),
        };
        self.distinct.push(raw);
        self.counts.push(0);
        place
    }

    fn intern_other(&mut self, cell: BiasCell<'_>) -> u32 {
        let (key, known) = match cell {
            BiasCell::Truth(truth) => ((1, u64::from(truth)), Known::Truth(truth)),
            BiasCell::Integer(number) => ((2, number as u64), Known::Integer(number)),
            // Both zeros are one value.
            BiasCell::Double(number) if !number.is_nan() => {
                ((3, (number + 0.0).to_bits()), Known::Double(number + 0.0))
            }
            _ => ((0, 0), Known::Missing),
        };
        let next = self.distinct.len() as u32;
        let place = *self.others.entry(key).or_insert(next);
        if place == next {
            self.distinct.push(Raw::Typed(known));
            self.counts.push(0);
        }
        place
    }

    /// Puts the rows of another part behind these.
    pub(super) fn merge(&mut self, other: &Self) {
        let new: Vec<u32> = other.distinct.iter().map(|raw| self.intern(raw.cell())).collect();
        new.iter().zip(&other.counts).for_each(|(place, rows)| self.count(*place, *rows));
        self.rows.extend(other.rows.iter().map(|place| new[*place as usize]));
    }

    /// The same values, and of their rows these.
    pub(super) fn of_rows(&self, rows: &[usize]) -> Self {
        Self { rows: rows.iter().map(|row| self.rows[*row]).collect(), ..self.clone() }
    }

    /// The place of each row's value among the distinct ones as they came.
    pub(super) fn raw_places(&self) -> &[u32] {
        &self.rows
    }

    /// The column with its type.
    pub(super) fn resolved(&self) -> Resolved<'_> {
        let mut known: Vec<Known> = self.read();
        let column_type = column_type(&known);
        if column_type == ColumnType::Double {
            for value in &mut known {
                if let Known::Integer(number) = value {
                    *value = Known::Double(*number as f64);
                }
            }
        }
        let mut resolved = Resolved {
            column_type,
            distinct: Vec::new(),
            counts: Vec::new(),
            of_raw: Vec::new(),
            rows: &self.rows,
        };
        let mut places = ValueColumn::default();
        for (value, rows) in known.into_iter().zip(&self.counts) {
            let place = places.intern(cell(&value)) as usize;
            if place == resolved.distinct.len() {
                resolved.distinct.push(value);
                resolved.counts.push(0);
            }
            resolved.counts[place] += rows;
            resolved.of_raw.push(place as u32);
        }
        resolved
    }

    /// Cells of CSV read to one type, as `read_csv` does: numbers, truth values, or texts all of them.
    fn read(&self) -> Vec<Known> {
        let of_csv: Vec<Option<Known>> = self
            .distinct
            .iter()
            .map(|raw| match raw {
                Raw::Typed(_) => None,
                Raw::Written(text) => Some(read(text)),
            })
            .collect();
        let is = |kind: fn(&Known) -> bool| of_csv.iter().flatten().any(kind);
        let has_numbers = is(|known| matches!(known, Known::Integer(_) | Known::Double(_)));
        let has_truths = is(|known| matches!(known, Known::Truth(_)));
        let is_text = is(|known| matches!(known, Known::Text(_))) || (has_numbers && has_truths);
        let one = |(raw, read): (&Raw, Option<Known>)| match (raw, read) {
            (Raw::Typed(known), _) => known.clone(),
            (Raw::Written(_), Some(Known::Missing)) => Known::Missing,
            (Raw::Written(_), Some(known)) if !is_text => known,
            (Raw::Written(text), _) => Known::Text(Arc::clone(text)),
        };
        self.distinct.iter().zip(of_csv).map(one).collect()
    }
}

impl Raw {
    fn cell(&self) -> BiasCell<'_> {
        match self {
            Self::Written(text) => BiasCell::Written(text),
            Self::Typed(known) => cell(known),
        }
    }
}

fn cell(known: &Known) -> BiasCell<'_> {
    match known {
        Known::Missing => BiasCell::Missing,
        Known::Truth(truth) => BiasCell::Truth(*truth),
        Known::Integer(number) => BiasCell::Integer(*number),
        Known::Double(number) => BiasCell::Double(*number),
        Known::Text(text) => BiasCell::Text(text),
    }
}

fn column_type(values: &[Known]) -> ColumnType {
    let has = |kind: fn(&Known) -> bool| values.iter().any(kind);
    let (texts, truths) =
        (has(|value| matches!(value, Known::Text(_))), has(|value| matches!(value, Known::Truth(_))));
    let (missing, doubles) =
        (has(|value| matches!(value, Known::Missing)), has(|value| matches!(value, Known::Double(_))));
    let integers = has(|value| matches!(value, Known::Integer(_)));
    match () {
        () if texts || (truths && (missing || doubles || integers)) => ColumnType::Object,
        () if truths => ColumnType::Truth,
        () if doubles || missing => ColumnType::Double,
        () => ColumnType::Integer,
    }
}

impl Resolved<'_> {
    /// The place of each row's value in `distinct`.
    pub(super) fn places(&self) -> impl Iterator<Item = usize> {
        self.rows.iter().map(|raw| self.of_raw[*raw as usize] as usize)
    }

    /// The first row's value.
    pub(super) fn first(&self) -> Option<&Known> {
        self.distinct.first()
    }

    /// Distinct values that are there, and rows that have one.
    pub(super) fn present(&self) -> (u64, u64) {
        let present = self.distinct.iter().zip(&self.counts).filter(|(known, _)| **known != Known::Missing);
        present.fold((0, 0), |(values, rows), (_, count)| (values + 1, rows + count))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn column(cells: &[BiasCell<'_>]) -> ValueColumn {
        let mut column = ValueColumn::default();
        cells.iter().for_each(|cell| column.push(*cell));
        column
    }

    fn of_csv(cells: &[&str]) -> (ColumnType, Vec<String>) {
        let cells: Vec<BiasCell<'_>> = cells.iter().map(|text| BiasCell::Written(text)).collect();
        let column = column(&cells);
        let resolved = column.resolved();
        (resolved.column_type, resolved.distinct.iter().map(Known::text).collect())
    }

    /// `pandas.read_csv` of pandas 1.5.3: type and distinct values of these columns.
    #[test]
    fn a_column_of_csv_has_the_type_that_read_csv_gives_it() {
        use ColumnType::{Double, Integer, Object, Truth};
        for (cells, column_type, distinct) in [
            (&["1", "2", ""][..], Double, &["1.0", "2.0", "nan"][..]),
            (&["1", "a"], Object, &["1", "a"]),
            (&["True", "False"], Truth, &["True", "False"]),
            (&["TRUE", "false"], Truth, &["True", "False"]),
            (&["True", ""], Object, &["True", "nan"]),
            (&["True", "1"], Object, &["True", "1"]),
            (&["True", "false", "x"], Object, &["True", "false", "x"]),
            (&["1", "2.5"], Double, &["1.0", "2.5"]),
            (&["NA", "NA"], Double, &["nan"]),
            (&["nan", "x"], Object, &["nan", "x"]),
            (&["1 ", " 2", "\t1", "+1", "01"], Integer, &["1", "2"]),
            (&["1e3", "-.5", "1."], Double, &["1000.0", "-0.5", "1.0"]),
            (&["1e400", "1"], Object, &["1e400", "1"]),
            (&["1,5", "2"], Object, &["1,5", "2"]),
        ] {
            let distinct: Vec<String> = distinct.iter().map(|text| (*text).to_owned()).collect();
            assert_eq!(of_csv(cells), (column_type, distinct), "{cells:?}");
        }
    }

    #[test]
    fn values_of_json_keep_their_type_and_make_that_of_the_column() {
        use BiasCell::{Double, Integer, Missing, Text, Truth};
        for (cells, column_type, distinct) in [
            (&[Integer(1), Integer(2), Integer(1)][..], ColumnType::Integer, 2),
            (&[Integer(1), Double(1.0), Double(0.0), Double(-0.0)], ColumnType::Double, 2),
            (&[Integer(1), Missing, Double(f64::NAN)], ColumnType::Double, 2),
            (&[Text("1"), Integer(1)], ColumnType::Object, 2),
            (&[Truth(true), Integer(1)], ColumnType::Object, 2),
            (&[Truth(true), Missing], ColumnType::Object, 2),
        ] {
            let column = column(cells);
            let resolved = column.resolved();
            assert_eq!((resolved.column_type, resolved.distinct.len()), (column_type, distinct), "{cells:?}");
        }
    }

    #[test]
    fn a_column_of_two_parts_is_that_of_the_whole() {
        let cells = [
            BiasCell::Text("b"),
            BiasCell::Integer(3),
            BiasCell::Written("4"),
            BiasCell::Text("a"),
            BiasCell::Text("b"),
        ];
        let whole = column(&cells);
        for cut in 0..=cells.len() {
            let mut first = column(&cells[..cut]);
            first.merge(&column(&cells[cut..]));
            let (ours, theirs) = (first.resolved(), whole.resolved());
            assert_eq!((&ours.distinct, &ours.counts), (&theirs.distinct, &theirs.counts), "{cut}");
            assert!(ours.places().eq(theirs.places()), "{cut}");
        }
    }
}
