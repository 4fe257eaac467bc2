//! How the rows of a dataset are written down.
//!
//! It reads what is said of a dataset and looks into none.

use bellwether_analysis::delimited::{DELIMITER, Dialect};
use bellwether_analysis::selection::Selection;
use bellwether_contract::ContractError;
use bellwether_contract::container::DatasetFormat;

/// A form that is read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Format {
    /// Delimited text.
    Csv {
        /// Whether the first record of each file names the columns; otherwise they are `_c0`, `_c1`.
        header: bool,
        /// How quotes are read.
        dialect: Dialect,
        /// The byte of ASCII between cells.
        delimiter: u8,
    },
    /// A flat JSON object a line.
    JsonLines,
}

/// What is said of a dataset.
#[derive(Debug, Clone)]
pub struct Description {
    /// How its rows are written down.
    pub format: Format,
    /// Declared columns, as captured records are read by them; the share of a sample is of captured records alone.
    pub selection: Selection,
    /// Whether the beginning of a record that is left out may be shown.
    pub sample_payloads: bool,
}

impl From<Format> for Description {
    fn from(format: Format) -> Self {
        Self { format, selection: Selection::default(), sample_payloads: false }
    }
}

impl Format {
    /// Reads the JSON text of SageMaker's dataset formats, in any of their spellings; `object` is what said so.
    ///
    /// # Errors
    /// `Malformed` for a form that is none of a dataset, or not read.
    pub fn parse(object: &str, text: &str) -> Result<Self, ContractError> {
        let format = DatasetFormat::parse(text)
            .map_err(|error| ContractError::malformed(object, error.to_string()))?;
        Self::of(object, &format)
    }

    /// The same of a form that was read already.
    ///
    /// # Errors
    /// `Malformed` for a form that is none of a dataset, or not read.
    pub fn of(object: &str, format: &DatasetFormat) -> Result<Self, ContractError> {
        let refused = |reason: &str| Err(ContractError::malformed(object, reason));
        match format {
            DatasetFormat::Csv { output_columns_at_end: true, .. } => refused(
                "output_columns_position is END, and captured records have what the model answered first; write those columns \
                 first, and START",
            ),
            DatasetFormat::Csv { header, .. } => {
                Ok(Self::Csv { header: *header, dialect: Dialect::default(), delimiter: DELIMITER })
            }
            DatasetFormat::Json { lines: true } => Ok(Self::JsonLines),
            DatasetFormat::Json { lines: false } => refused(
                "one document for all rows is not read; write an object a line, {\"json\": {\"lines\": true}}",
            ),
            DatasetFormat::Parquet => refused(
                "Parquet is read by the command alone; write CSV or JSON Lines, or make the baseline with bellwether suggest-baseline \
                 --format parquet",
            ),
            DatasetFormat::Capture(_) | DatasetFormat::Merged => {
                refused("captured data is no dataset; give CSV or JSON Lines")
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_spelling_of_a_form_that_is_read_is_understood() {
        let csv = |header| Format::Csv { header, dialect: Dialect::Rfc4180, delimiter: b',' };
        for (text, format) in [
            (r#"{"csv":{"header":true,"output_columns_position":"START"}}"#, csv(true)),
            (r#"{"csv": {"header": "True"}}"#, csv(true)),
            (r#"{"Csv":{"Header":"false"}}"#, csv(false)),
            (r#"{"csv":{}}"#, csv(false)),
            (r#"{"json":{"lines":true}}"#, Format::JsonLines),
            (r#"{"json":{"line":"true"}}"#, Format::JsonLines),
            (r#"{"Json":{"Line":true}}"#, Format::JsonLines),
        ] {
            assert_eq!(Format::parse("m.json", text).unwrap(), format, "{text}");
        }
    }

    #[test]
    fn a_form_that_is_not_read_is_refused_by_name() {
        for (text, reason) in [
            (r#"{"parquet":{}}"#, "--format parquet"),
            (r#"{"json":{}}"#, "an object a line"),
            (r#"{"sagemakerCaptureJson":{}}"#, "captured data"),
            (r#"{"xml":{}}"#, "none of"),
            (r#"{"csv":{"output_columns_position":"END"}}"#, "write those columns first"),
            ("csv", "expected value"),
        ] {
            let error = Format::parse("m.json", text).unwrap_err().to_string();
            assert!(error.starts_with("m.json: ") && error.contains(reason), "{error}");
        }
    }
}
