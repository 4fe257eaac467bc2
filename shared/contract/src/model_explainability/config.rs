//! `analysis_config.json` of an explainability monitor: the features, what they are compared with, and how the model is asked.
//!
//! What only a baseline job needs (`dataset_type`, other methods) is kept and not heeded. Paths are kept as texts: where they lead is
//! found out by reading payloads.

use serde::{Deserialize, Serialize};
use serde_json::Value;
use std::collections::BTreeSet;

use super::{FeatureValue, RequestTemplate};
use crate::ContractError;
use crate::json;
use crate::misspelt::{NEAR, key_fault, meant};
use crate::model_bias::NameOrIndex;
use crate::named::Named;
use crate::statistics::Unknown;
use crate::written::{self, Found, Written, one_of};

/// Most features: a fit grows with the cube of their number.
const MOST_FEATURES: usize = 1_000;
/// Most rows to compare with: each combination is asked once for every one of them.
const MOST_BASELINE_ROWS: usize = 1_000;

/// What is heeded of the file, and of the objects in it.
const FILE: &[&str] = &["headers", "label", "features", "methods", "predictor", "linear"];
const LINEAR: &[&str] = &["coefficients", "intercept", "link"];

/// The whole file.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(
    expecting = "an object: {\"headers\": [...], \"methods\": {\"shap\": {\"baseline\": [[...]]}}, \"predictor\": {...}}"
)]
pub struct ExplanationConfig {
    /// The features in their order; a label among them is none.
    #[serde(default, deserialize_with = "written::texts", skip_serializing_if = "Option::is_none")]
    pub headers: Option<Vec<String>>,
    /// The label's column, which is no feature; a path means the last header, where rows of the baseline have no value for it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub label: Option<NameOrIndex>,
    /// Where the values of a record lie, by JMESPath.
    #[serde(default, deserialize_with = "text", skip_serializing_if = "Option::is_none")]
    pub features: Option<String>,
    /// What is to be done.
    pub methods: Methods,
    /// How the model is asked.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub predictor: Option<Predictor>,
    /// A model that need not be asked. Ours.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub linear: Option<LinearModel>,
    /// Fields not known here.
    #[serde(flatten)]
    pub unknown: Unknown,
}

/// What is to be done.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(expecting = "an object: {\"shap\": {\"baseline\": [[...]]}}")]
pub struct Methods {
    /// Shapley values.
    pub shap: ShapConfig,
    /// Methods not known here.
    #[serde(flatten)]
    pub unknown: Unknown,
}

/// How Shapley values are found.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(expecting = "an object: {\"baseline\": [[...]]}")]
pub struct ShapConfig {
    /// What rows are compared with: a list of rows, or the URI of a file of them.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub baseline: Option<Value>,
    /// Combinations of features to ask of each row.
    #[serde(default, deserialize_with = "whole::<1, _>", skip_serializing_if = "Option::is_none")]
    pub num_samples: Option<u64>,
    /// How the values of rows become one.
    #[serde(default, deserialize_with = "aggregate", skip_serializing_if = "Option::is_none")]
    pub agg_method: Option<Aggregate>,
    /// Whether log-odds are explained in the place of probabilities.
    #[serde(default, deserialize_with = "written::truth", skip_serializing_if = "Option::is_none")]
    pub use_logit: Option<bool>,
    /// Whether the values of each row are kept.
    #[serde(default, deserialize_with = "written::truth", skip_serializing_if = "Option::is_none")]
    pub save_local_shap_values: Option<bool>,
    /// Begins the draws; without one the window does.
    #[serde(default, deserialize_with = "whole::<0, _>", skip_serializing_if = "Option::is_none")]
    pub seed: Option<u64>,
    /// Fields not known here.
    #[serde(flatten)]
    pub unknown: Unknown,
}

/// How the values of rows become one.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Aggregate {
    /// The mean of their distances from zero.
    #[default]
    MeanAbs,
    /// The one in their middle, which has a sign.
    Median,
    /// The mean of their squares.
    MeanSq,
}

impl Written for Aggregate {
    const KIND: &'static str = "word";

    fn of(found: Found<'_>) -> Option<Self> {
        match found {
            Found::Text("mean_abs") => Some(Self::MeanAbs),
            Found::Text("median") => Some(Self::Median),
            Found::Text("mean_sq") => Some(Self::MeanSq),
            _ => None,
        }
    }

    fn remedy(_: Found<'_>) -> String {
        one_of(&["mean_abs", "median", "mean_sq"])
    }
}

impl<'de> Deserialize<'de> for Aggregate {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        written::written(deserializer)
    }
}

fn aggregate<'de, D: serde::Deserializer<'de>>(deserializer: D) -> Result<Option<Aggregate>, D::Error> {
    written::written(deserializer).map(Some)
}

/// A whole number from so many.
struct Whole<const LEAST: u64>(u64);

impl<const LEAST: u64> Written for Whole<LEAST> {
    const KIND: &'static str = "number";

    fn of(found: Found<'_>) -> Option<Self> {
        match found {
            Found::Number(number) if number >= LEAST as f64 && number.fract() == 0.0 && number < 9e15 => {
                Some(Self(number as u64))
            }
            _ => None,
        }
    }

    fn remedy(_: Found<'_>) -> String {
        format!("write a whole number from {LEAST}")
    }
}

fn whole<'de, const LEAST: u64, D: serde::Deserializer<'de>>(
    deserializer: D,
) -> Result<Option<u64>, D::Error> {
    written::written(deserializer).map(|Whole::<LEAST>(number)| Some(number))
}

fn text<'de, D: serde::Deserializer<'de>>(deserializer: D) -> Result<Option<String>, D::Error> {
    written::text(deserializer).map(Some)
}

/// How the model is asked and what it answers.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(expecting = "an object: {\"content_type\": \"text/csv\", \"accept_type\": \"text/csv\"}")]
pub struct Predictor {
    /// `text/csv`, `application/jsonlines` or `application/json`.
    #[serde(default, deserialize_with = "text", skip_serializing_if = "Option::is_none")]
    pub content_type: Option<String>,
    /// The same of answers; without one they are like the requests.
    #[serde(default, deserialize_with = "text", skip_serializing_if = "Option::is_none")]
    pub accept_type: Option<String>,
    /// A record with `$features`, or of JSON a request with `$records`.
    #[serde(default, deserialize_with = "text", skip_serializing_if = "Option::is_none")]
    pub content_template: Option<String>,
    /// Of JSON a record with `$features`.
    #[serde(default, deserialize_with = "text", skip_serializing_if = "Option::is_none")]
    pub record_template: Option<String>,
    /// Where an answer says its score.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub probability: Option<NameOrIndex>,
    /// Where an answer says its label, or its score.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub label: Option<NameOrIndex>,
    /// Names of the outputs, in their order.
    #[serde(default, deserialize_with = "written::texts", skip_serializing_if = "Option::is_none")]
    pub label_headers: Option<Vec<String>>,
    /// Fields not known here, such as `model_name`.
    #[serde(flatten)]
    pub unknown: Unknown,
}

/// A model whose answer is a weighted sum, or the logistic function of one.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(
    expecting = "an object: {\"coefficients\": {\"age\": 0.1}, \"intercept\": 0, \"link\": \"identity\"}"
)]
pub struct LinearModel {
    /// By feature.
    pub coefficients: Named<f64>,
    /// The answer where all values are 0.
    #[serde(deserialize_with = "written::number")]
    pub intercept: f64,
    /// What becomes of the sum.
    pub link: Link,
    /// Fields not known here.
    #[serde(flatten)]
    pub unknown: Unknown,
}

/// What becomes of a weighted sum t.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Link {
    /// t
    Identity,
    /// 1 / (1 + exp(-t))
    Logit,
}

impl Written for Link {
    const KIND: &'static str = "word";

    fn of(found: Found<'_>) -> Option<Self> {
        match found {
            Found::Text("identity") => Some(Self::Identity),
            Found::Text("logit") => Some(Self::Logit),
            _ => None,
        }
    }

    fn remedy(_: Found<'_>) -> String {
        one_of(&["identity", "logit"])
    }
}

impl<'de> Deserialize<'de> for Link {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        written::written(deserializer)
    }
}

/// What rows are compared with.
#[derive(Debug, Clone, PartialEq)]
pub enum ShapBaseline {
    /// These rows.
    Rows(Vec<BaselineRow>),
    /// A file of rows, wherever it lies.
    File(String),
}

/// A row that others are compared with.
#[derive(Debug, Clone, PartialEq)]
pub enum BaselineRow {
    /// A value for each feature.
    Values(Vec<FeatureValue>),
    /// A record in the shape of the dataset, as JSON: its values lie where the configuration's path leads.
    Record(String),
}

impl ExplanationConfig {
    /// Reads what somebody names as configuration; `object` is what the text is called in the error.
    ///
    /// # Errors
    /// [`ContractError::Malformed`] with the path of the field, what was found and what to write.
    pub fn parse(object: &str, bytes: &[u8]) -> Result<Self, ContractError> {
        let config: Self = json::from_settings(object, bytes)?;
        config.checked().map_err(|reason| ContractError::malformed(object, reason))?;
        Ok(config)
    }

    fn checked(&self) -> Result<(), String> {
        self.key_fault().map_or(Ok(()), Err)?;
        let names = self.named_features()?;
        self.shap_baseline(&names)?;
        self.template(&names)?;
        self.predictor.as_ref().map_or(Ok(()), Predictor::checked)?;
        self.linear.as_ref().map_or(Ok(()), |linear| self.checked_linear(linear, &names))
    }

    fn key_fault(&self) -> Option<String> {
        let predictor = self.predictor.as_ref();
        let linear = self.linear.as_ref();
        key_fault("", &self.unknown, FILE)
            .or_else(|| key_fault("methods.", &self.methods.unknown, &["shap"]))
            .or_else(|| key_fault("methods.shap.", &self.methods.shap.unknown, &SHAP_KEYS))
            .or_else(|| key_fault("predictor.", &predictor?.unknown, &PREDICTOR_KEYS))
            .or_else(|| key_fault("linear.", &linear?.unknown, LINEAR))
    }

    /// The features, in their order.
    #[must_use]
    pub fn feature_names(&self) -> Vec<String> {
        self.named_features().unwrap_or_default()
    }

    fn named_features(&self) -> Result<Vec<String>, String> {
        let headers = self.headers.as_deref().unwrap_or_default();
        let label = match &self.label {
            None => None,
            Some(NameOrIndex::Name(name)) => match headers.iter().position(|header| header == name) {
                Some(place) => Some(place),
                None => self.last_is_the_label(name, headers)?,
            },
            Some(NameOrIndex::Index(index)) => usize::try_from(*index).ok(),
        };
        let features =
            (0..).zip(headers).filter(|(place, _)| Some(*place) != label).map(|(_, header)| header.clone());
        let features: Vec<String> = features.collect();
        if features.is_empty() {
            return Err(
                "headers is missing or names no feature; write the names of the features in their order"
                    .to_owned(),
            );
        }
        if features.len() > MOST_FEATURES {
            return Err(format!("headers names {} features; write at most {MOST_FEATURES}", features.len()));
        }
        let mut known = BTreeSet::new();
        match features.iter().find(|name| !known.insert(name.as_str())) {
            Some(twice) => Err(format!("headers names {twice:?} twice; write each once")),
            None => Ok(features),
        }
    }

    /// The place of the last header, where the rows of the baseline leave it out. Rows that do not tell, as those of a file, are held
    /// against the other headers when they are read.
    fn last_is_the_label(&self, label: &str, headers: &[String]) -> Result<Option<usize>, String> {
        let Some((last, features)) = headers.split_last() else { return Ok(None) };
        let has_a_value = |row: &Value| match row {
            Value::Array(values) => values.len() == headers.len(),
            Value::Object(fields) => headers.iter().all(|name| fields.contains_key(name)),
            _ => false,
        };
        let rows = self.methods.shap.baseline.as_ref().and_then(Value::as_array);
        match rows.is_some_and(|rows| rows.iter().any(has_a_value)) {
            true => Err(format!(
                "label is {label:?}, which is none of the headers, and methods.shap.baseline has a value for each of them; write the \
                 header of the label, or take label out where {last:?} is a feature"
            )),
            false => Ok(Some(features.len())),
        }
    }

    /// What rows are compared with.
    ///
    /// # Errors
    /// As [`ExplanationConfig::parse`], which has seen that there is one.
    pub fn baseline(&self) -> Result<ShapBaseline, String> {
        self.shap_baseline(&self.feature_names())
    }

    fn shap_baseline(&self, names: &[String]) -> Result<ShapBaseline, String> {
        const REMEDY: &str = "write a row of typical values, such as their means, in a list: [[...]], or the URI of a file of rows";
        let rows = match &self.methods.shap.baseline {
            Some(Value::String(uri)) => return Ok(ShapBaseline::File(uri.clone())),
            Some(Value::Array(rows)) if !rows.is_empty() => rows,
            Some(Value::Array(_)) => return Err(format!("methods.shap.baseline is an empty list; {REMEDY}")),
            Some(_) => {
                return Err(format!("methods.shap.baseline is neither a list of rows nor a URI; {REMEDY}"));
            }
            None if self.methods.shap.unknown.contains_key("num_clusters") => {
                return Err(format!(
                    "methods.shap.num_clusters makes no baseline here; {REMEDY} as methods.shap.baseline"
                ));
            }
            None => return Err(format!("methods.shap.baseline is missing; {REMEDY}")),
        };
        if rows.len() > MOST_BASELINE_ROWS {
            return Err(format!(
                "methods.shap.baseline has {} rows; write at most {MOST_BASELINE_ROWS}",
                rows.len()
            ));
        }
        let row = |(place, row)| {
            baseline_row(row, names).map_err(|fault| format!("methods.shap.baseline[{place}] {fault}"))
        };
        (0..)
            .zip(rows)
            .map(|(place, value): (usize, _)| row((place, value)))
            .collect::<Result<_, _>>()
            .map(ShapBaseline::Rows)
    }

    /// How requests are written.
    ///
    /// # Errors
    /// As [`ExplanationConfig::parse`], which has seen that they can be.
    pub fn request_template(&self) -> Result<RequestTemplate, String> {
        self.template(&self.feature_names())
    }

    fn template(&self, names: &[String]) -> Result<RequestTemplate, String> {
        let Some(predictor) = &self.predictor else { return Ok(RequestTemplate::Csv) };
        let Predictor { content_template, record_template, .. } = predictor;
        let missing = |which: &str, remedy: &str| format!("predictor.{which} is missing; write {remedy}");
        let named = |fault: String| format!("predictor.{fault}");
        match predictor.content_type.as_deref().unwrap_or("text/csv") {
            "text/csv" => Ok(RequestTemplate::Csv),
            "application/jsonlines" => {
                let content = content_template.as_deref();
                let content = content
                    .ok_or_else(|| missing("content_template", "{\"features\": $features} as a text"))?;
                RequestTemplate::lines(content, names)
                    .map_err(|fault| named(format!("content_template {fault}")))
            }
            "application/json" => {
                let content = content_template.as_deref();
                let content = content
                    .ok_or_else(|| missing("content_template", "{\"instances\": $records} as a text"))?;
                let record = record_template.as_deref();
                let record = record
                    .ok_or_else(|| missing("record_template", "{\"features\": $features} as a text"))?;
                RequestTemplate::json(content, record, names).map_err(named)
            }
            other => Err(format!("predictor.content_type is {other:?}; {}", one_of(&MEDIA))),
        }
    }

    fn checked_linear(&self, linear: &LinearModel, names: &[String]) -> Result<(), String> {
        let coefficients = &linear.coefficients;
        if let Some(missing) = names.iter().find(|name| coefficients.get(name).is_none()) {
            return Err(format!("linear.coefficients has none of {missing:?}; write one for each header"));
        }
        if let Some((unknown, _)) =
            coefficients.iter().find(|(name, _)| !names.iter().any(|known| known == name))
        {
            let known = names.iter().map(String::as_str);
            let remedy = meant(unknown, known, NEAR)
                .map_or("take it out".to_owned(), |meant| format!("write {meant:?}"));
            return Err(format!(
                "linear.coefficients names {unknown:?}, which is none of the headers; {remedy}"
            ));
        }
        if linear.link == Link::Identity && self.use_logit() {
            return Err("linear.link is \"identity\" beside methods.shap.use_logit: a sum has no log-odds; take one out".to_owned());
        }
        Ok(())
    }

    /// Whether log-odds are explained in the place of probabilities.
    #[must_use]
    pub fn use_logit(&self) -> bool {
        self.methods.shap.use_logit.unwrap_or_default()
    }

    /// How the values of rows become one.
    #[must_use]
    pub fn aggregate(&self) -> Aggregate {
        self.methods.shap.agg_method.unwrap_or_default()
    }

    /// What answers are written in: the media type that is asked for.
    #[must_use]
    pub fn accept_type(&self) -> &str {
        let predictor = self.predictor.as_ref();
        let accept = predictor.and_then(|predictor| predictor.accept_type.as_deref());
        accept.or_else(|| predictor?.content_type.as_deref()).unwrap_or("text/csv")
    }

    /// What an output is called: its header, or `label0` by its place.
    #[must_use]
    pub fn label_name(&self, output: usize) -> String {
        let headers = self.predictor.as_ref().and_then(|predictor| predictor.label_headers.as_deref());
        headers
            .and_then(|headers| headers.get(output))
            .cloned()
            .unwrap_or_else(|| format!("{DEFAULT_LABEL}{output}"))
    }

    /// What a run should say of the configuration: of so many outputs of the model, where they are known, of what is asked for and not done.
    #[must_use]
    pub fn doubts(&self, outputs: Option<usize>) -> Vec<String> {
        let (shap, predictor) = (&self.methods.shap, self.predictor.as_ref());
        let headers = predictor.and_then(|predictor| predictor.label_headers.as_ref()).map(Vec::len);
        let other = headers.zip(outputs).filter(|(headers, outputs)| headers != outputs);
        let headers = other.map(|(headers, outputs)| {
            format!("predictor.label_headers names {headers} outputs, and the model has {outputs}; write one for each")
        });
        let rows = shap.save_local_shap_values.unwrap_or_default().then(|| {
            "methods.shap.save_local_shap_values is true, and values of single rows are not kept: only those of the window are".to_owned()
        });
        headers.into_iter().chain(rows).collect()
    }
}

/// Beginning of the name of an output without a header; its place follows.
const DEFAULT_LABEL: &str = "label";

/// The place that the digits of a default name say, where they are written as we write them.
fn default_label_place(digits: &str) -> Option<usize> {
    digits.parse().ok().filter(|place: &usize| place.to_string() == digits)
}

/// Keys of `methods.shap`: ours, and those that only baseline jobs heed.
const SHAP_KEYS: [&str; 9] = [
    "baseline",
    "num_samples",
    "agg_method",
    "use_logit",
    "save_local_shap_values",
    "seed",
    "num_clusters",
    "text_config",
    "image_config",
];

/// Keys of `predictor`: ours, and those that only jobs of SageMaker heed.
const PREDICTOR_KEYS: [&str; 15] = [
    "content_type",
    "accept_type",
    "content_template",
    "record_template",
    "probability",
    "label",
    "label_headers",
    "model_name",
    "endpoint_name",
    "endpoint_name_prefix",
    "instance_type",
    "initial_instance_count",
    "accelerator_type",
    "custom_attributes",
    "target_model",
];

/// What is sent and answered.
const MEDIA: [&str; 3] = ["text/csv", "application/jsonlines", "application/json"];

impl Predictor {
    fn checked(&self) -> Result<(), String> {
        match self.accept_type.as_deref() {
            Some(other) if !MEDIA.contains(&other) => {
                Err(format!("predictor.accept_type is {other:?}; {}", one_of(&MEDIA)))
            }
            _ => self.checked_names(),
        }
    }

    fn checked_names(&self) -> Result<(), String> {
        let headers = self.label_headers.as_deref().unwrap_or_default();
        let mut known = BTreeSet::new();
        for (place, header) in headers.iter().enumerate() {
            if !known.insert(header) {
                return Err(format!(
                    "predictor.label_headers names {header:?} twice; write a name of its own for each output"
                ));
            }
            let default = header
                .strip_prefix(DEFAULT_LABEL)
                .filter(|digits| default_label_place(digits) != Some(place));
            if default.is_some_and(|digits| default_label_place(digits).is_some()) {
                return Err(format!(
                    "predictor.label_headers[{place}] is {header:?}, as another output is called without a name; write another name"
                ));
            }
        }
        Ok(())
    }

    /// Where an answer says its score, as an attribute.
    #[must_use]
    pub fn answer(&self) -> Option<String> {
        self.probability.as_ref().or(self.label.as_ref()).map(|place| match place {
            NameOrIndex::Name(name) => name.clone(),
            NameOrIndex::Index(index) => index.to_string(),
        })
    }
}

/// A row as a list of values, an object of names and values, or a record of the dataset.
fn baseline_row(row: &Value, names: &[String]) -> Result<BaselineRow, String> {
    let single = |name: &str, value: &Value| match value {
        Value::Array(_) | Value::Object(_) => {
            Err(format!("has no single value for {name:?}; write a number or a text"))
        }
        value => Ok(FeatureValue::from(value.clone())),
    };
    match row {
        Value::Array(values) if values.len() == names.len() => {
            let values = names.iter().zip(values).map(|(name, value)| single(name, value));
            values.collect::<Result<_, _>>().map(BaselineRow::Values)
        }
        Value::Array(values) => Err(format!(
            "has {} values, and headers names {} features; write one for each",
            values.len(),
            names.len()
        )),
        Value::Object(fields) if names.iter().all(|name| fields.contains_key(name)) => {
            let values = names.iter().map(|name| single(name, &fields[name]));
            values.collect::<Result<_, _>>().map(BaselineRow::Values)
        }
        Value::Object(_) => Ok(BaselineRow::Record(row.to_string())),
        _ => Err("is no row; write a list of values: [[...]]".to_owned()),
    }
}
