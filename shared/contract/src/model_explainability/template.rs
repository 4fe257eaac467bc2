//! How many rows become one request: CSV, JSON Lines, or JSON by the templates of the configuration.
//!
//! It sends nothing. The words of a template are Clarify's: `$features`, a list of the values; `$features_kvp`, an object of names
//! and values; `"${name}"`, one value; `$records`, the records of a request.
//!
//! ```
//! use bellwether_contract::model_explainability::{FeatureValue, RequestTemplate};
//!
//! let names = ["age".to_owned(), "plan".to_owned()];
//! let row = [FeatureValue::of_cell("41"), FeatureValue::of_cell("basic")];
//! let lines = RequestTemplate::lines("{\"features\":$features}", &names)?;
//! assert_eq!(lines.body([&row[..], &row[..]].into_iter(), &names), b"{\"features\":[41,\"basic\"]}\n{\"features\":[41,\"basic\"]}");
//!
//! let json = RequestTemplate::json("{\"instances\":$records}", "{\"age\":\"${age}\"}", &names)?;
//! assert_eq!(json.body([&row[..]].into_iter(), &names), b"{\"instances\":[{\"age\":41}]}");
//! # Ok::<(), String>(())
//! ```

use super::FeatureValue;
use crate::json::in_words;
use serde_json::Value;
use serde_json::value::RawValue;

const RECORDS: &str = "$records";
const FEATURES: &str = "$features";
const PAIRS: &str = "$features_kvp";

/// A request's layout.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum RequestTemplate {
    /// `text/csv`, a row a line.
    Csv,
    /// `application/jsonlines`, a record a line.
    Lines(RecordTemplate),
    /// `application/json`: the records, separated by commas, between these two texts.
    Json {
        /// Before the list.
        before: String,
        /// Each of them.
        record: RecordTemplate,
        /// Behind it.
        after: String,
    },
}

/// A record's layout: texts, and what stands between them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RecordTemplate(Vec<Piece>);

#[derive(Debug, Clone, PartialEq, Eq)]
enum Piece {
    Text(String),
    Features,
    Pairs,
    /// The value at a place.
    Feature(usize),
}

impl RequestTemplate {
    /// Of JSON Lines.
    ///
    /// # Errors
    /// Why a record would not be one line of JSON, or would say nothing of the features.
    pub fn lines(content: &str, names: &[String]) -> Result<Self, String> {
        let record = RecordTemplate::parse(content, names)?;
        if record.written(names).contains(&b'\n') {
            return Err(
                "breaks a line, and each line of JSON Lines is a record; write it on one line".to_owned()
            );
        }
        Ok(Self::Lines(record))
    }

    /// Of JSON.
    ///
    /// # Errors
    /// Why a request would be no JSON, or would hold no records.
    pub fn json(content: &str, record: &str, names: &[String]) -> Result<Self, String> {
        let record =
            RecordTemplate::parse(record, names).map_err(|fault| format!("record_template {fault}"))?;
        let Some((before, after)) = content.split_once(RECORDS).filter(|(_, after)| !after.contains(RECORDS))
        else {
            return Err(
                "content_template has not one $records; write it where the list of records goes".to_owned()
            );
        };
        let (before, after) = (before.to_owned(), after.to_owned());
        let template = Self::Json { before, record, after };
        let body = template.body(std::iter::once(&nulls(names)[..]), names);
        is_json(&body).map_err(|fault| format!("content_template {fault}"))?;
        Ok(template)
    }

    /// The word that names it to the model.
    #[must_use]
    pub fn content_type(&self) -> &'static str {
        match self {
            Self::Csv => "text/csv",
            Self::Lines(_) => "application/jsonlines",
            Self::Json { .. } => "application/json",
        }
    }

    /// The body of a request with these rows.
    pub fn body<'r>(&self, rows: impl Iterator<Item = &'r [FeatureValue]>, names: &[String]) -> Vec<u8> {
        let mut out = Vec::new();
        let (before, separator, after) = match self {
            Self::Csv | Self::Lines(_) => ("", "\n", ""),
            Self::Json { before, after, .. } => (before.as_str(), ",", after.as_str()),
        };
        out.extend_from_slice(before.as_bytes());
        self.open(&mut out, b"[");
        for (place, row) in rows.enumerate() {
            if place > 0 {
                out.extend_from_slice(separator.as_bytes());
            }
            self.write_row(row, names, &mut out);
        }
        self.open(&mut out, b"]");
        out.extend_from_slice(after.as_bytes());
        out
    }

    /// How many bytes a row adds to a body.
    #[must_use]
    pub fn size_bytes(&self, row: &[FeatureValue], names: &[String]) -> usize {
        let mut out = Vec::new();
        self.write_row(row, names, &mut out);
        out.len() + 1
    }

    fn open(&self, out: &mut Vec<u8>, bracket: &[u8]) {
        if matches!(self, Self::Json { .. }) {
            out.extend_from_slice(bracket);
        }
    }

    fn write_row(&self, row: &[FeatureValue], names: &[String], out: &mut Vec<u8>) {
        match self {
            Self::Csv => {
                for (place, value) in row.iter().enumerate() {
                    if place > 0 {
                        out.push(b',');
                    }
                    value.write_csv(out);
                }
            }
            Self::Lines(record) | Self::Json { record, .. } => record.write(row, names, out),
        }
    }
}

impl RecordTemplate {
    fn parse(text: &str, names: &[String]) -> Result<Self, String> {
        let mut pieces = Vec::new();
        let mut rest = text;
        while let Some(place) = rest.find('$') {
            let (before, behind) = (&rest[..place], &rest[place..]);
            let (before, piece, after) = piece(before, behind, names)?;
            pieces.push(Piece::Text(before.to_owned()));
            pieces.push(piece);
            rest = after;
        }
        if pieces.is_empty() {
            return Err("names no feature; write $features where the list of values goes".to_owned());
        }
        pieces.push(Piece::Text(rest.to_owned()));
        let template = Self(pieces);
        is_json(&template.written(names))?;
        Ok(template)
    }

    /// Of values that are all null.
    fn written(&self, names: &[String]) -> Vec<u8> {
        let mut out = Vec::new();
        self.write(&nulls(names), names, &mut out);
        out
    }

    fn write(&self, row: &[FeatureValue], names: &[String], out: &mut Vec<u8>) {
        let values = row.iter().map(FeatureValue::json);
        for piece in &self.0 {
            match piece {
                Piece::Text(text) => out.extend_from_slice(text.as_bytes()),
                Piece::Features => write_list(values.clone(), out),
                Piece::Pairs => write_object(names.iter().zip(values.clone()), out),
                Piece::Feature(place) => {
                    out.extend_from_slice(row.get(*place).map_or("null", FeatureValue::json).as_bytes());
                }
            }
        }
    }
}

/// The first piece of a text that begins with `$`; what is before it, without the quote that belongs to the piece, and behind it.
fn piece<'t>(before: &'t str, text: &'t str, names: &[String]) -> Result<(&'t str, Piece, &'t str), String> {
    if let Some(after) = text.strip_prefix(PAIRS) {
        return Ok((before, Piece::Pairs, after));
    }
    if let Some(after) = text.strip_prefix(FEATURES) {
        return Ok((before, Piece::Features, after));
    }
    let quoted = text.strip_prefix("${").and_then(|rest| rest.split_once("}\""));
    if let (Some((name, after)), Some(before)) = (quoted, before.strip_suffix('"')) {
        return match names.iter().position(|known| known == name) {
            Some(place) => Ok((before, Piece::Feature(place), after)),
            None => Err(format!("names {name:?}, which is none of the headers; write one of them")),
        };
    }
    let found: String = text.chars().take(20).collect();
    Err(format!(
        "holds {found:?}, which is no word of a template; write $features, $features_kvp or \"${{name}}\""
    ))
}

fn write_list<'v>(values: impl Iterator<Item = &'v str>, out: &mut Vec<u8>) {
    out.push(b'[');
    for (place, value) in values.enumerate() {
        if place > 0 {
            out.push(b',');
        }
        out.extend_from_slice(value.as_bytes());
    }
    out.push(b']');
}

fn write_object<'v>(pairs: impl Iterator<Item = (&'v String, &'v str)>, out: &mut Vec<u8>) {
    out.push(b'{');
    for (place, (name, value)) in pairs.enumerate() {
        if place > 0 {
            out.push(b',');
        }
        out.extend_from_slice(Value::from(name.as_str()).to_string().as_bytes());
        out.push(b':');
        out.extend_from_slice(value.as_bytes());
    }
    out.push(b'}');
}

fn nulls(names: &[String]) -> Vec<FeatureValue> {
    vec![FeatureValue::of_cell(""); names.len()]
}

fn is_json(body: &[u8]) -> Result<(), String> {
    serde_json::from_slice::<&RawValue>(body)
        .map(|_| ())
        .map_err(|error| format!("is no JSON once its words are filled in: {}; correct it", in_words(&error)))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names() -> Vec<String> {
        ["age", "plan \"x\""].map(str::to_owned).to_vec()
    }

    #[test]
    fn every_word_of_a_template_is_filled_in() {
        let names = names();
        let row = [FeatureValue::of_cell("41"), FeatureValue::of_cell("b,c")];
        let body = |template: RequestTemplate| {
            let body = template.body([&row[..], &row[..]].into_iter(), &names);
            String::from_utf8(body).expect("UTF-8")
        };
        assert_eq!(body(RequestTemplate::Csv), "41,\"b,c\"\n41,\"b,c\"");
        let pairs = RequestTemplate::lines("{\"x\":$features_kvp}", &names).expect("a template");
        assert_eq!(body(pairs).lines().next(), Some(r#"{"x":{"age":41,"plan \"x\"":"b,c"}}"#));
        let json =
            RequestTemplate::json("{\"i\":$records,\"v\":1}", "{\"f\":$features,\"a\":\"${age}\"}", &names);
        let one = r#"{"f":[41,"b,c"],"a":41}"#;
        assert_eq!(body(json.expect("a template")), format!("{{\"i\":[{one},{one}],\"v\":1}}"));
    }

    #[test]
    fn a_template_that_would_send_nothing_or_no_json_is_refused() {
        let names = names();
        for (template, fault) in [
            ("{\"features\":[]}", "names no feature"),
            ("{\"features\":$features", "is no JSON once its words are filled in: it was cut short"),
            ("{\"a\":\"${agee}\"}", "names \"agee\", which is none of the headers"),
            ("{\"a\":$feature}", "holds \"$feature}\", which is no word of a template"),
            ("{\"a\":${age}}", "holds \"${age}}\""),
            ("{\"a\":\n$features}", "breaks a line"),
        ] {
            let told = RequestTemplate::lines(template, &names).expect_err(template);
            assert!(told.starts_with(fault), "{template}: {told}");
        }
        for (content, record, fault) in [
            ("{\"instances\":[]}", "$features", "content_template has not one $records"),
            ("[$records,$records]", "$features", "content_template has not one $records"),
            ("{\"instances\":$records", "$features", "content_template is no JSON"),
            ("$records", "{}", "record_template names no feature"),
        ] {
            let told = RequestTemplate::json(content, record, &names).expect_err(content);
            assert!(told.starts_with(fault), "{content}: {told}");
        }
    }
}
