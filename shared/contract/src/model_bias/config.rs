//! `analysis_config.json`: which column is the label, which columns tell groups apart, and which of their values are meant.
//!
//! What only a baseline job needs (`methods`, `predictor`, `dataset_type`) is kept and not heeded here. Whether a value occurs in
//! the data is found out by reading them.

use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;

use crate::json;
use crate::misspelt::{NEAR, key_fault, meant};
use crate::statistics::Unknown;
use crate::{ContractError, written};

mod value;

pub use value::{ConfigValue, NameOrIndex};

/// What is heeded of the file.
const FILE: &[&str] = &[
    "headers",
    "label",
    "features",
    "label_values_or_threshold",
    "facet",
    "group_variable",
    "predicted_label",
];
/// What is heeded of a facet.
const FACET: &[&str] = &["name_or_index", "value_or_threshold"];

/// The whole file, as the built-in monitor reads it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(
    expecting = "an object: {\"headers\": [...], \"label\": \"...\", \"label_values_or_threshold\": [1], \"facet\": [...]}"
)]
pub struct BiasConfig {
    /// The columns in their order; of JSON and JSON Lines the features, then the label.
    #[serde(default, deserialize_with = "written::texts", skip_serializing_if = "Option::is_none")]
    pub headers: Option<Vec<String>>,
    /// The label's column, or where it lies by JMESPath.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub label: Option<NameOrIndex>,
    /// Where the features of each row lie in JSON, by JMESPath.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub features: Option<String>,
    /// Labels that are positive, or the number above which one is.
    pub label_values_or_threshold: Vec<ConfigValue>,
    /// The columns that tell groups apart.
    pub facet: Vec<FacetConfig>,
    /// The column within whose groups disparity is measured.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub group_variable: Option<NameOrIndex>,
    /// Where the model's label lies, in the rows of a baseline.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub predicted_label: Option<NameOrIndex>,
    /// Fields not known here.
    #[serde(flatten)]
    pub unknown: Unknown,
}

/// A column that tells groups apart.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(expecting = "an object: {\"name_or_index\": \"Sex\", \"value_or_threshold\": [0]}")]
pub struct FacetConfig {
    /// The column.
    pub name_or_index: NameOrIndex,
    /// Who belongs to the group: values, or the number above which one does. Without it every value is a group.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub value_or_threshold: Option<Vec<ConfigValue>>,
    /// Fields not known here.
    #[serde(flatten)]
    pub unknown: Unknown,
}

impl BiasConfig {
    /// Reads what somebody names as configuration; `object` is what the text is called in the error.
    ///
    /// # Errors
    /// [`ContractError::Malformed`] with the path of the field, what was found and what to write: a list that must not be empty,
    /// and a column that is none of the headers.
    pub fn parse(object: &str, bytes: &[u8]) -> Result<Self, ContractError> {
        let config: Self = json::from_settings(object, bytes)?;
        match config.fault() {
            Some(reason) => Err(ContractError::malformed(object, reason)),
            None => Ok(config),
        }
    }

    fn fault(&self) -> Option<String> {
        if let Some(fault) = self.key_fault() {
            return Some(fault);
        }
        if self.label_values_or_threshold.is_empty() {
            return Some(
                "label_values_or_threshold is an empty list; write the labels that are positive, such as [1]"
                    .to_owned(),
            );
        }
        if self.facet.is_empty() {
            return Some(
                "facet is an empty list; write [{\"name_or_index\": \"Sex\", \"value_or_threshold\": [0]}]"
                    .to_owned(),
            );
        }
        let names: Vec<String> = self.facets().map(|(name, _)| name).collect();
        if let Some((again, name)) = repeated(&names) {
            return Some(format!(
                "facet[{again}].name_or_index is {name:?} once more; write each column once"
            ));
        }
        let headers = self.headers.as_deref()?;
        if let Some((again, name)) = repeated(headers) {
            return Some(format!("headers[{again}] is {name:?} once more; write each column once"));
        }
        let facets = (0..).zip(&self.facet).map(|(place, facet): (usize, _)| {
            (format!("facet[{place}].name_or_index"), Some(&facet.name_or_index))
        });
        let group = ("group_variable".to_owned(), self.group_variable.as_ref());
        let columns = facets.chain([group]).filter_map(|(path, column)| Some((path, column?)));
        columns.into_iter().find_map(|(path, column)| unknown_column(&path, column, headers)).or_else(|| {
            let label = self.label_name();
            let same = self.facet.iter().position(|facet| self.column_name(&facet.name_or_index) == label)?;
            Some(format!("facet[{same}].name_or_index is {label:?}, the label; write another column"))
        })
    }

    fn key_fault(&self) -> Option<String> {
        let of_facet = |(place, facet): (usize, &FacetConfig)| {
            key_fault(&format!("facet[{place}]."), &facet.unknown, FACET)
        };
        key_fault("", &self.unknown, FILE).or_else(|| (0..).zip(&self.facet).find_map(of_facet))
    }

    /// The name of a column: its header, or its index as a text where there are no headers.
    #[must_use]
    pub fn column_name(&self, column: &NameOrIndex) -> String {
        match column {
            NameOrIndex::Name(name) => name.clone(),
            NameOrIndex::Index(index) => {
                let header = || self.headers.as_ref()?.get(usize::try_from(*index).ok()?).cloned();
                header().unwrap_or_else(|| index.to_string())
            }
        }
    }

    /// What the label is called in `analysis.json`: its header; of one that is found by JMESPath the last header.
    #[must_use]
    pub fn label_name(&self) -> String {
        let name = self.label.as_ref().map(|label| self.column_name(label));
        let headers = self.headers.as_deref().unwrap_or_default();
        match (name, headers.last()) {
            (Some(name), Some(last)) if !headers.contains(&name) => last.clone(),
            (None, Some(last)) => last.clone(),
            (Some(name), _) => name,
            (None, None) => "label".to_owned(),
        }
    }

    /// The columns of a row without its label, in their order; `None` without headers.
    #[must_use]
    pub fn feature_names(&self) -> Option<Vec<String>> {
        let label = self.label_name();
        let headers = self.headers.as_ref()?;
        Some(headers.iter().filter(|header| **header != label).cloned().collect())
    }

    /// The facets' columns, each with the values that are meant; none where every value is a group.
    pub fn facets(&self) -> impl Iterator<Item = (String, &[ConfigValue])> {
        self.facet.iter().map(|facet| {
            let values = facet.value_or_threshold.as_deref().unwrap_or_default();
            (self.column_name(&facet.name_or_index), values)
        })
    }

    /// The group variable's column.
    #[must_use]
    pub fn group_name(&self) -> Option<String> {
        self.group_variable.as_ref().map(|column| self.column_name(column))
    }
}

/// The first name that stands there once more, with its place. A hostile file may have very many.
fn repeated(names: &[String]) -> Option<(usize, &str)> {
    let mut known = BTreeSet::new();
    names.iter().map(String::as_str).enumerate().find(|(_, name)| !known.insert(*name))
}

/// What is wrong with a column that is none of the headers.
fn unknown_column(path: &str, column: &NameOrIndex, headers: &[String]) -> Option<String> {
    match column {
        NameOrIndex::Name(name) if headers.contains(name) => None,
        NameOrIndex::Name(name) => {
            let known = headers.iter().map(String::as_str);
            let remedy = match meant(name, known, NEAR) {
                Some(known) => format!("write {known:?}"),
                None => format!("write one of {}", shown(headers)),
            };
            Some(format!("{path} is {name:?}, which is none of the headers; {remedy}"))
        }
        NameOrIndex::Index(index) if usize::try_from(*index).is_ok_and(|index| index < headers.len()) => None,
        NameOrIndex::Index(index) => Some(format!(
            "{path} is {index}, and there are {} headers; write a number from 0 to {}",
            headers.len(),
            headers.len().saturating_sub(1)
        )),
    }
}

/// Most headers that an error lists.
const SHOWN: usize = 12;

fn shown(headers: &[String]) -> String {
    let quoted: Vec<String> = headers.iter().take(SHOWN).map(|header| format!("{header:?}")).collect();
    let more = headers.len().saturating_sub(SHOWN);
    let more = if more == 0 { String::new() } else { format!(" and {more} more") };
    format!("{}{more}", quoted.join(", "))
}
