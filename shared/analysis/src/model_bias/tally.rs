//! Rows counted by what metrics ask of them: group, side, label, answer and flip.
//!
//! All metrics are made of these counts, so the order of rows does not matter, and a bootstrap sample is other counts of the
//! same cells.

use std::collections::BTreeMap;

/// Rows that no metric tells apart.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default)]
pub(super) struct TallyCell {
    /// Place of the group variable's value in its order; 0 without one.
    pub(super) stratum: u32,
    /// In the facet's group, or in the rest.
    pub(super) is_facet: bool,
    pub(super) label: bool,
    pub(super) predicted: bool,
    /// 1 where the row is positive and its neighbours in the rest are not, -1 the other way round, 0 otherwise.
    pub(super) flip: i8,
}

/// How many rows each cell has, in the order of the cells.
#[derive(Debug, Clone, PartialEq, Default)]
pub(super) struct Cells {
    pub(super) cells: Vec<TallyCell>,
    pub(super) counts: Vec<u64>,
}

impl Cells {
    /// Of cells with how many rows are of each.
    pub(super) fn of(rows: impl Iterator<Item = (TallyCell, u64)>) -> Self {
        let mut counted: BTreeMap<TallyCell, u64> = BTreeMap::new();
        rows.for_each(|(cell, rows)| *counted.entry(cell).or_default() += rows);
        let (cells, counts) = counted.into_iter().unzip();
        Self { cells, counts }
    }
}

/// The values of the group variable that rows have.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Strata {
    /// There is none, or it cannot be sorted: the container's words.
    None(String),
    /// So many; `has_missing` where rows without one come last, which count for nothing.
    Some { count: usize, has_missing: bool },
}

/// Rows of a group or of the rest, by label and answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) struct Side {
    /// `[label][answer]`
    pub(super) rows: [[u64; 2]; 2],
}

impl Side {
    pub(super) fn all(&self) -> f64 {
        self.label(true) + self.label(false)
    }

    /// Rows with that label.
    pub(super) fn label(&self, label: bool) -> f64 {
        let [negative, positive] = self.rows[usize::from(label)];
        (negative + positive) as f64
    }

    /// Rows with that answer.
    pub(super) fn predicted(&self, predicted: bool) -> f64 {
        let of = |label: usize| self.rows[label][usize::from(predicted)];
        (of(0) + of(1)) as f64
    }

    /// Rows with that label and that answer.
    pub(super) fn of(&self, label: bool, predicted: bool) -> f64 {
        self.rows[usize::from(label)][usize::from(predicted)] as f64
    }
}

/// What metrics are made of.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Tally<'t> {
    pub(super) facet: Side,
    pub(super) rest: Side,
    pub(super) strata: &'t Strata,
    /// Facet and rest of each stratum.
    pub(super) of_strata: Vec<[Side; 2]>,
    /// Rows that flip to negative less those that flip to positive, or why there is none.
    pub(super) flips: Result<f64, &'t str>,
}

impl<'t> Tally<'t> {
    pub(super) fn of(
        cells: &[TallyCell],
        counts: &[u64],
        strata: &'t Strata,
        flip_test: &'t Result<(), String>,
    ) -> Self {
        let many = match strata {
            Strata::None(_) => 0,
            Strata::Some { count, .. } => *count,
        };
        let mut of_strata = vec![[Side::default(); 2]; many];
        let (mut facet, mut rest, mut flips) = (Side::default(), Side::default(), 0.0);
        for (cell, count) in cells.iter().zip(counts) {
            let (label, predicted) = (usize::from(cell.label), usize::from(cell.predicted));
            let side = if cell.is_facet { &mut facet } else { &mut rest };
            side.rows[label][predicted] += count;
            if let Some(stratum) = of_strata.get_mut(cell.stratum as usize) {
                stratum[usize::from(!cell.is_facet)].rows[label][predicted] += count;
            }
            flips += f64::from(cell.flip) * *count as f64;
        }
        let flips = flip_test.as_ref().map(|()| flips).map_err(String::as_str);
        Self { facet, rest, strata, of_strata, flips }
    }
}
