//! Cells that were read and are not counted yet, in one piece of memory.
//!
//! It reads no format, and knows what a column is called at most, not what is in it. There are two layouts, because there are
//! two kinds of row: [`Rows`] of equal width, whose cells are known by their places, and the [`NamedCells`] of a record whose cells
//! have names, stand in any order, and are of a kind that JSON gave them.

mod delimiters;
mod missing;
mod named;
mod names;
mod rows;

use bellwether_contract::capture::{LeftOut, Rejected};

pub(crate) use missing::Markers;
pub use missing::MissingTexts;
pub(crate) use named::{CellKind, NamedCells, Placed, Span};
pub(crate) use names::Names;
pub use rows::Rows;

/// Most columns of a table; who brings names from data refuses what is beyond. A column of numbers takes some 60 kB, one
/// whose values are counted up to 320 kB more.
pub const MAX_COLUMNS: usize = 4_096;

/// A record with a column for which there is no room.
pub(crate) fn too_many_columns() -> Rejected {
    let found = format!("a column above the {MAX_COLUMNS}th of the window");
    LeftOut::TooManyColumns.because("a table of at most 4,096 columns", found)
}
