//! The names of the columns, from the first record of a file.
//!
//! Names are taken as they stand, spaces included. A table is merged by its names, so each must be there once.

use std::collections::{HashMap, HashSet};

use bellwether_contract::capture::LeftOut;

use crate::cell::Class;
use crate::cells::{MAX_COLUMNS, Rows};

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

/// Longer ones are sentences.
const NAME_BYTES: usize = 60;
/// Words for a value that is not there are no names.
const NO_VALUES: [&str; 6] = ["nan", "null", "none", "na", "inf", "infinity"];

/// Whether a row reads like the names of columns: short words, each another one, none of them a value. It is a guess, and
/// nothing is left out by it.
pub fn reads_like_names<'c>(cells: impl Iterator<Item = Option<&'c [u8]>>) -> bool {
    let mut names = HashSet::new();
    for cell in cells {
        let Some(name) =
            cell.and_then(|cell| std::str::from_utf8(cell).ok()).filter(|name| is_name_like(name))
        else {
            return false;
        };
        if !names.insert(name) {
            return false;
        }
    }
    !names.is_empty()
}

fn is_name_like(text: &str) -> bool {
    let begins = text.starts_with(|first: char| first.is_alphabetic() || first == '_');
    let goes_on = |character: char| character.is_alphanumeric() || "_-. /()%#[]:'?".contains(character);
    begins
        && text.len() <= NAME_BYTES
        && text.chars().all(goes_on)
        && Class::of(text.as_bytes()) == Class::String
        && !NO_VALUES.contains(&text.to_lowercase().as_str())
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
