//! The flip test: would a row of the facet's group be answered otherwise if it were one of the rest?
//!
//! Its nearest rows of the rest vote, five of them or one where the rest has fewer than ten: Euclidean, unscaled, over all columns
//! but the facet, the label and the answer. A row flips where the vote differs from its own answer.
//!
//! Source: smclarify 0.5, `FT`. Ties between equal distances go to the earlier row here, and by the order of its tree there:
//! where the deciding distances are all different, the two agree. Range: -1 to 1. Cost: every row of the group asks a tree of the
//! rest, see `neighbours`; above [`FLIP_TEST_ROWS`](super::FLIP_TEST_ROWS) it is not made.
//!
//! Blind spots: the column with the greatest numbers decides who is near; rows that are equal in all columns make it jump.

use super::cell::{ColumnType, Known};
use super::column::Resolved;
use super::neighbours::Neighbours;
use super::rows::Feature;

/// Neighbours that vote, of at least [`ENOUGH`] rows.
const NEIGHBOURS: usize = 5;
const ENOUGH: usize = 10;

/// The columns of the test.
#[derive(Debug)]
pub(super) enum FlipColumn<'c> {
    Numbers(&'c [f64], ColumnType),
    /// One that is looked at value by value, such as another facet.
    Values(&'c Resolved<'c>),
}

impl<'c> FlipColumn<'c> {
    pub(super) fn of(feature: &'c Feature, resolved: Option<&'c Resolved<'c>>) -> Option<Self> {
        match (feature, resolved) {
            (Feature::Numbers(column), _) => Some(Self::Numbers(column.values(), column.column_type())),
            (Feature::Values(_), Some(resolved)) => Some(Self::Values(resolved)),
            (Feature::Values(_), None) => None,
        }
    }

    fn column_type(&self) -> ColumnType {
        match self {
            Self::Numbers(_, column_type) => *column_type,
            Self::Values(resolved) => resolved.column_type,
        }
    }

    fn numbers(&self) -> Vec<f64> {
        match self {
            Self::Numbers(values, _) => values.to_vec(),
            Self::Values(resolved) => {
                let numbers: Vec<f64> =
                    resolved.distinct.iter().map(|value| Known::number(value).unwrap_or(f64::NAN)).collect();
                resolved.places().map(|place| numbers[place]).collect()
            }
        }
    }
}

/// Whether the test can be made of so many rows of these columns.
///
/// # Errors
/// The container's words why it is not made, or ours where there are too many rows.
pub(super) fn allowed(columns: &[FlipColumn<'_>], rows: u64, most: u64) -> Result<(), String> {
    if columns.iter().any(|column| column.column_type() == ColumnType::Object) {
        return Err("FlipTest does not support non-numeric columns".to_owned());
    }
    if rows > most {
        return Err(format!(
            "FlipTest is made of at most {most} rows, by FLIP_TEST_ROWS, and there are {rows}; sample, or raise it"
        ));
    }
    Ok(())
}

/// Per row 1 where it is positive and its neighbours are not, -1 the other way round, 0 otherwise and of the rest.
///
/// # Errors
/// The container's words, as scikit-learn has them, where a number is missing or infinite, or there is no column.
pub(super) fn flips(
    columns: &[FlipColumn<'_>],
    is_facet: &[bool],
    is_positive: &[bool],
) -> Result<Vec<i8>, String> {
    let columns: Vec<Vec<f64>> = columns.iter().map(FlipColumn::numbers).collect();
    let (width, rest) = (columns.len(), is_facet.iter().filter(|is_facet| !**is_facet).count());
    if width == 0 {
        return Err(format!(
            "Found array with 0 feature(s) (shape=({rest}, 0)) while a minimum of 1 is required by KNeighborsClassifier."
        ));
    }
    if columns.iter().flatten().any(|value| value.is_nan()) {
        return Err("Input X contains NaN.".to_owned());
    }
    if columns.iter().flatten().any(|value| value.is_infinite()) {
        return Err("Input X contains infinity or a value too large for dtype('float64').".to_owned());
    }
    let point = |row: usize| columns.iter().map(move |column| column[row]);
    let rows_of_rest: Vec<usize> = (0..is_facet.len()).filter(|row| !is_facet[*row]).collect();
    let points: Vec<f64> = rows_of_rest.iter().flat_map(|row| point(*row)).collect();
    let tree = Neighbours::new(&points, width);
    let asked = if rest >= ENOUGH { NEIGHBOURS } else { 1 };
    let flip = |row: usize| {
        if !is_facet[row] {
            return 0;
        }
        let query: Vec<f64> = point(row).collect();
        let neighbours = tree.nearest(&query, asked);
        let votes = neighbours.iter().filter(|near| is_positive[rows_of_rest[**near as usize]]).count();
        i8::from(is_positive[row]) - i8::from(2 * votes > neighbours.len())
    };
    Ok((0..is_facet.len()).map(flip).collect())
}
