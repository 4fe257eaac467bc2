//! What is done to captured records before they are profiled, as a file declares it: nothing runs anybody's script.
//!
//! It takes the place of SageMaker's record preprocessor, whose uses these are: columns out of nested JSON, columns left
//! out or renamed, texts that mean no value, a share of the records. It computes no new values.
//!
//! ```json
//! {
//!   "output": {"score": "predictions[0].score"},
//!   "input": {"age": "instances[].age", "income": "instances[].income"},
//!   "columns": ["Churn", "customer", "age"],
//!   "select": ["score", "age"],
//!   "drop": ["customer"],
//!   "rename": {"score": "Churn"},
//!   "missing": {"income": ["-1"], "*": ["NA"]},
//!   "sample": 0.25
//! }
//! ```
//!
//! | field | meaning |
//! |---|---|
//! | `output`, `input` | columns of that side of the record by JMESPath over its JSON; nothing else is read from it (`json_path`) |
//! | `columns` | names of the cells of CSV, those of the response first; without it the baseline's names |
//! | `select`, `drop` | only these columns; not these |
//! | `rename` | from a column to its name in every file; a column that had that name before gives way |
//! | `missing` | texts that mean no value, for a column or for all (`*`), as they are written: `-1` is not `-1.0` |
//! | `sample` | share of the records that is measured, above 0 up to 1 |
//!
//! `select`, `drop`, `missing` and the left side of `rename` call columns by the names they have before renaming.
//!
//! A record is in the sample where XXH64 (seed 42) of its event id is below the share of 2^64. The hash is taken over the 16
//! bytes of the id as a number, most significant first; without an id, over 16 bytes of the SHA-256 of time and payloads. So a
//! record is in the sample of every run or of none, and a smaller sample lies within a larger one.
//!
//! ```
//! use bellwether_analysis::selection::Selection;
//!
//! let file = br#"{"drop": ["customer"], "rename": {"score": "Churn"}, "input": {"age": "instances[].age"}}"#;
//! let selection = Selection::parse("selection.json", file)?;
//! assert_eq!(selection.name_of("score"), Some("Churn"));
//! assert_eq!(selection.name_of("customer"), None);
//! assert_eq!(selection.name_of("age"), Some("age"));
//! # Ok::<(), bellwether_contract::ContractError>(())
//! ```

use crate::cells::Markers;
use crate::hll::hash;
use crate::json_path::Paths;
use bellwether_contract::ContractError;
use bellwether_contract::capture::CaptureRecord;
use bellwether_contract::json::from_settings;
use serde::Deserialize;
use std::collections::{BTreeMap, BTreeSet};

use bellwether_contract::text::without_mark;

pub use crate::cells::MissingTexts;

/// Stands for all columns in `missing`.
const ALL_COLUMNS: &str = "*";

/// The file, as it is written.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
struct File {
    output: BTreeMap<String, String>,
    input: BTreeMap<String, String>,
    columns: Vec<String>,
    select: BTreeSet<String>,
    drop: BTreeSet<String>,
    rename: BTreeMap<String, String>,
    missing: BTreeMap<String, Vec<String>>,
    sample: Option<f64>,
}

/// A declared selection; the default takes everything as it is.
#[derive(Debug, Clone, Default)]
pub struct Selection {
    output: Option<Paths>,
    input: Option<Paths>,
    columns: Option<Vec<String>>,
    select: BTreeSet<String>,
    drop: BTreeSet<String>,
    rename: BTreeMap<String, String>,
    renamed_to: BTreeSet<String>,
    missing: BTreeMap<String, Vec<String>>,
    /// The record is measured where its hash is below; all are without.
    sample_below: Option<u64>,
}

impl Selection {
    /// Reads the file; `object` names it in errors.
    pub fn parse(object: &str, bytes: &[u8]) -> Result<Self, ContractError> {
        let bytes = without_mark(bytes);
        // A list would be taken for the fields in their order.
        if bytes.trim_ascii_start().starts_with(b"[") {
            return Err(ContractError::at(object, 1, format!("not a JSON object; {REMEDY}")));
        }
        let file: File = from_settings(object, bytes).map_err(|error| match error {
            ContractError::Malformed { object, line, reason } => {
                ContractError::at(object, line, format!("{reason}; {REMEDY}"))
            }
            error => error,
        })?;
        check(&file).map_err(|reason| ContractError::malformed(object, reason))?;
        let paths = |side: &str, declared: &BTreeMap<String, String>| {
            let paths = (!declared.is_empty()).then(|| Paths::compile(declared)).transpose();
            paths.map_err(|reason| ContractError::malformed(object, format!("{side}.{reason}")))
        };
        Ok(Self {
            output: paths("output", &file.output)?,
            input: paths("input", &file.input)?,
            columns: (!file.columns.is_empty()).then_some(file.columns),
            select: file.select,
            drop: file.drop,
            renamed_to: file.rename.values().cloned().collect(),
            rename: file.rename,
            missing: file.missing,
            // Scaling by a power of two is exact.
            sample_below: file
                .sample
                .filter(|share| *share < 1.0)
                .map(|share| (share * 2f64.powi(64)) as u64),
        })
    }

    /// The same with names for columns that come without any, where it declares none itself.
    #[must_use]
    pub fn or_columns(self, names: Vec<String>) -> Self {
        Self { columns: self.columns.or(Some(names).filter(|names| !names.is_empty())), ..self }
    }

    /// Whether the record is in the sample.
    #[must_use]
    pub fn samples(&self, record: &CaptureRecord<'_>) -> bool {
        // Records without an id would be sampled all or none.
        let number = || record.event_number().unwrap_or_else(|| record.content_number());
        self.sample_below.is_none_or(|limit| hash(&number().to_be_bytes()) < limit)
    }

    /// Columns of the response by path.
    pub(crate) fn output(&self) -> Option<&Paths> {
        self.output.as_ref()
    }

    /// Columns of the request by path.
    pub(crate) fn input(&self) -> Option<&Paths> {
        self.input.as_ref()
    }

    /// Names of the cells of CSV.
    #[must_use]
    pub fn columns(&self) -> Option<&[String]> {
        self.columns.as_deref()
    }

    /// What a column is called in the files; `None` where it is left out.
    #[must_use]
    pub fn name_of<'n>(&'n self, name: &'n str) -> Option<&'n str> {
        if self.drop.contains(name) || !(self.select.is_empty() || self.select.contains(name)) {
            return None;
        }
        match self.rename.get(name) {
            Some(name) => Some(name),
            None => (!self.renamed_to.contains(name)).then_some(name),
        }
    }

    /// The columns of the response that are declared by path, by their names in the files.
    pub fn output_columns(&self) -> impl Iterator<Item = &str> {
        self.output.iter().flat_map(Paths::names).filter_map(|name| self.name_of(name))
    }

    /// The texts that mean no value, for columns by position.
    #[must_use]
    pub fn missing_texts(&self, names: &[String]) -> MissingTexts {
        if self.missing.is_empty() {
            return MissingTexts::default();
        }
        MissingTexts::of(names.iter().map(|name| self.markers(name)))
    }

    /// The texts that mean no value in a column.
    pub(crate) fn markers(&self, name: &str) -> Markers {
        let of = |name: &str| self.missing.get(name).into_iter().flatten();
        Markers::of(of(name).chain(of(ALL_COLUMNS)).map(String::as_str))
    }
}

/// What every error of form ends in.
const REMEDY: &str =
    r#"an example that is read: {"input": {"age": "instances[].age"}, "drop": ["id"], "sample": 0.25}"#;

/// Faults of meaning, each with what to do.
fn check(file: &File) -> Result<(), String> {
    if let Some(name) = file.output.keys().find(|name| file.input.contains_key(*name)) {
        return Err(format!(
            "output.{name} and input.{name} are one name for two columns; rename one of them"
        ));
    }
    if let Some(name) = file.select.intersection(&file.drop).next() {
        return Err(format!("{name:?} is in select and in drop; take it out of one of them"));
    }
    for name in file.rename.keys() {
        if file.drop.contains(name) || !(file.select.is_empty() || file.select.contains(name)) {
            return Err(format!(
                "rename.{name}: the column is not kept, so it cannot be renamed; remove the entry"
            ));
        }
    }
    let mut targets = BTreeSet::new();
    if let Some((name, target)) = file.rename.iter().find(|(_, target)| !targets.insert(*target)) {
        return Err(format!(
            "rename.{name}: another column is renamed to {target:?} too; choose another name"
        ));
    }
    if file.sample.is_some_and(|share| !(share > 0.0 && share <= 1.0)) {
        return Err("sample is a share of the records, above 0 and at most 1, such as 0.25".to_owned());
    }
    check_columns(&file.columns)
}

fn check_columns(columns: &[String]) -> Result<(), String> {
    let mut names = BTreeSet::new();
    match columns.iter().find(|name| !names.insert(*name)) {
        Some(name) => {
            Err(format!("columns: {name:?} comes twice; every cell of CSV needs a name of its own"))
        }
        None => Ok(()),
    }
}

#[cfg(test)]
mod tests;
