//! What a person has probably forgotten to say of a dataset. A hint changes nothing.

use super::{Description, Format};
use bellwether_contract::shape::name;
use bellwether_contract::statistics::{InferredType, Statistics};

/// What separates cells in files that are called CSV all the same, and how it is written on the command line.
const OTHER_DELIMITERS: [(char, &str); 3] = [(';', "';'"), ('\t', "tab"), ('|', "'|'")];

/// What was seen of a CSV dataset's first record.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct FirstRecord {
    /// The text of the only cell, where there is one: of the header, or of the first row without a header.
    pub(super) only_cell: Option<String>,
    /// A first row that is no header and reads like one.
    pub(super) reads_like_names: bool,
}

impl FirstRecord {
    /// One sentence each.
    #[must_use]
    pub fn hints(&self, description: &Description, statistics: &Statistics) -> Vec<String> {
        let Format::Csv { header, .. } = description.format else { return Vec::new() };
        let mut hints = Vec::new();
        let cell = self.only_cell.as_deref().unwrap_or_default();
        if let Some((_, delimiter)) = OTHER_DELIMITERS.iter().find(|(other, _)| cell.contains(*other)) {
            let cell = name(cell);
            hints.push(format!("the only column begins with {cell}; if its cells are separated otherwise, give --delimiter {delimiter}"));
        }
        let texts = statistics.features.iter().all(|feature| feature.inferred_type == InferredType::String);
        if !header && self.reads_like_names && texts {
            hints.push(
                "every column is a text and the first row reads like names of columns; if it is a header, give --header"
                    .to_owned(),
            );
        }
        hints
    }
}
