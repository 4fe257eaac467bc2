//! The names of the columns, from the first record of a file.
//!
//! Names are taken as they stand, spaces included. A table is merged by its names, so each must be there once.

use std::collections::HashMap;

use bellwether_contract::capture::LeftOut;

use super::Rows;
use crate::table::MAX_COLUMNS;

/// A header that does not name the columns.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("header of {object}, line {line}: {fault}")]
pub struct HeaderError {
    /// The file.
    pub object: String,
    /// Line of the header, counted from 1.
    pub line: u64,
    /// What is wrong.
    pub fault: HeaderFault,
}

/// What is wrong with a header.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum HeaderFault {
    /// The file has no record at all.
    #[error("there is none; begin the file with a line of column names")]
    Absent,
    /// The first record cannot be read.
    #[error("it cannot be read ({0}); begin the file with a line of column names in UTF-8")]
    Unreadable(LeftOut),
    /// A cell of it is empty.
    #[error("column {column} has no name; give every column a name of its own")]
    Nameless {
        /// Counted from 1.
        column: usize,
    },
    /// Two cells of it are equal.
    #[error("columns {first} and {second} are both named {name:?}; give every column a name of its own")]
    Duplicate {
        /// The name.
        name: String,
        /// Counted from 1.
        first: usize,
        /// Counted from 1.
        second: usize,
    },
    /// It has more cells than a table may have columns.
    #[error("it names more than {MAX_COLUMNS} columns; leave columns out")]
    TooWide,
}

/// The names in the only row of a block.
pub(super) fn names(rows: &Rows) -> Result<Vec<String>, HeaderFault> {
    let mut names = Vec::with_capacity(rows.width());
    let mut places = HashMap::new();
    for column in 1..=rows.width() {
        let name = rows.cell(0, column - 1).unwrap_or_default();
        if name.is_empty() {
            return Err(HeaderFault::Nameless { column });
        }
        let name = String::from_utf8_lossy(name).into_owned();
        if let Some(first) = places.insert(name.clone(), column) {
            return Err(HeaderFault::Duplicate { name, first, second: column });
        }
        names.push(name);
    }
    Ok(names)
}
