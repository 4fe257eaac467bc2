//! Rows of named cells, counted into a table.
//!
//! It counts what was read and cannot fail: whoever reads a record does so to its end before.

use crate::cells::{CellKind, Markers, NamedCells, Names, Placed};
use crate::feature::FeatureProfile;
use crate::selection::Selection;
use crate::table::TableProfile;

/// Where the cells of a slot go; without a column they are dropped.
#[derive(Debug, Clone)]
struct Target {
    column: Option<usize>,
    missing: Markers,
}

/// What records with named cells came to: a table that grows by names.
#[derive(Debug, Clone, Default)]
pub(crate) struct NamedTable {
    /// As the data brings them, whether or not they are columns.
    pub(crate) names: Names,
    pub(crate) table: TableProfile,
    pub(crate) records: u64,
}

impl NamedTable {
    /// Adds a later part, or returns its number of records where the names would be too many together.
    pub(crate) fn merge(&mut self, later: &Self) -> u64 {
        if !self.names.merge(&later.names) {
            return later.records;
        }
        self.table.merge(&later.table);
        self.records += later.records;
        0
    }

    /// The table, its columns in the order of their names.
    pub(crate) fn into_table(mut self) -> TableProfile {
        self.table.sort_by_name();
        self.table
    }
}

/// Rows with names, and where the cells of each go.
#[derive(Debug, Clone, Default)]
pub(crate) struct NamedRows {
    gathered: NamedTable,
    targets: Vec<Target>,
    /// For each slot the record whose earlier side had it.
    taken: Vec<u64>,
}

impl NamedRows {
    /// What was gathered.
    pub(crate) fn gathered(&self) -> &NamedTable {
        &self.gathered
    }

    /// The same, and nothing else.
    pub(crate) fn into_gathered(self) -> NamedTable {
        self.gathered
    }

    /// Goes on from what was gathered elsewhere; `None` where its columns are not those of the selection.
    pub(crate) fn of(gathered: NamedTable, selection: &Selection) -> Option<Self> {
        let mut rows = Self::default();
        rows.gathered.names.merge(&gathered.names);
        rows.settle(selection);
        let are_ours = rows.gathered.table.names() == gathered.table.names();
        are_ours.then_some(Self { gathered, ..rows })
    }

    /// The names so far.
    pub(crate) fn names(&self) -> &Names {
        &self.gathered.names
    }

    /// The names, to be added to.
    pub(crate) fn names_mut(&mut self) -> &mut Names {
        &mut self.gathered.names
    }

    /// Counts a record: its sides, each with as many rows or with cells that stand in every row. A column that an earlier
    /// side has is not read from a later one.
    pub(crate) fn commit(&mut self, selection: &Selection, sides: &[&NamedCells], rows: u32) {
        self.gathered.records += 1;
        self.settle(selection);
        for (place, side) in sides.iter().enumerate() {
            for cell in side.cells() {
                if place == 0 || self.taken[cell.slot as usize] != self.gathered.records {
                    self.count(cell, side.text(cell), rows);
                }
            }
            if place + 1 < sides.len() {
                for cell in side.cells() {
                    self.taken[cell.slot as usize] = self.gathered.records;
                }
            }
        }
        self.gathered.table.end_rows(u64::from(rows));
    }

    fn count(&mut self, cell: &Placed, text: &[u8], rows: u32) {
        let target = &self.targets[cell.slot as usize];
        let Some(column) = target.column else { return };
        if cell.kind == CellKind::Missing || target.missing.contain(text) {
            return;
        }
        let feature = self.gathered.table.feature_mut(column);
        for _ in 0..if cell.is_everywhere() { rows } else { 1 } {
            push(feature, cell.kind, text);
        }
    }

    /// Gives every new slot its column.
    fn settle(&mut self, selection: &Selection) {
        let NamedTable { names, table, .. } = &mut self.gathered;
        for slot in self.targets.len()..names.len() {
            let name = names.name(slot as u32);
            let column = selection.name_of(name).map(|name| table.column(name));
            self.targets.push(Target { column, missing: selection.markers(name) });
        }
        self.taken.resize(names.len(), 0);
    }

    /// Adds the rows of a later part, or returns its number of records where the columns would be too many together.
    pub(crate) fn merge(&mut self, later: &Self, selection: &Selection) -> u64 {
        let lost = self.gathered.merge(&later.gathered);
        self.settle(selection);
        lost
    }
}

/// Counts one cell.
fn push(feature: &mut FeatureProfile, kind: CellKind, text: &[u8]) {
    match kind {
        CellKind::Missing => {}
        CellKind::Text => feature.push_text(text),
        CellKind::Number => feature.push_number(text),
        CellKind::Boolean => feature.push_boolean(text == b"true"),
    }
}
