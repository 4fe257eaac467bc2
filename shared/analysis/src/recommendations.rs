//! From a response to its list of item ids, by a JMESPath expression.
//!
//! It does not know what an item is, and it cuts no list.
//!
//! A renamed field must not look like a collapse: where elements are present but none of them yields an id, the answer
//! is broken ([`LeftOut::NoList`]), never an empty list. How a path is followed is `json_path`'s business.

use crate::delimited::CsvText;
use crate::json_path::{AnswerFault, IdPath, read_bare};
use bellwether_contract::capture::{LeftOut, Payload, Rejected, not_json};
use bellwether_contract::json::non_finite::with_nulls;
use bellwether_contract::shape::{name, of_json};
use serde_json::value::RawValue;
use std::borrow::Cow;
use std::collections::BTreeMap;
use std::{fmt, str::FromStr};

pub use crate::json_path::ItemIds;

/// The expression that is used where none is set.
pub const DEFAULT_PATH: &str = "recommendations[].item_id";

/// A path that is not JMESPath.
#[derive(Debug, thiserror::Error)]
#[error("{path:?} is not a JMESPath expression: {reason}; an example that is: {DEFAULT_PATH}")]
pub struct PathError {
    path: String,
    reason: String,
}

/// A compiled expression that yields item ids.
#[derive(Debug, Clone)]
pub struct RecommendationsPath(IdPath);

impl FromStr for RecommendationsPath {
    type Err = PathError;

    fn from_str(path: &str) -> Result<Self, PathError> {
        IdPath::compile(path).map(Self).map_err(|reason| PathError { path: path.to_owned(), reason })
    }
}

impl fmt::Display for RecommendationsPath {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(self.0.as_str())
    }
}

impl RecommendationsPath {
    /// Item ids of a decoded payload, in the order of the answer. A `text/csv` answer is one line of ids.
    ///
    /// # Errors
    /// Why there is no list, with what the answer does hold.
    pub fn ids(&self, payload: &Payload<'_>) -> Result<ItemIds, Rejected> {
        match payload {
            Payload::Json(text) => self.json_ids(text),
            Payload::Csv(text) => csv_ids(text),
        }
    }

    fn json_ids(&self, text: &str) -> Result<ItemIds, Rejected> {
        self.0.read(text).map_err(|fault| self.told(fault, text))
    }

    fn told(&self, fault: AnswerFault, text: &str) -> Rejected {
        match fault {
            AnswerFault::Json(error) => not_json(text, &error),
            AnswerFault::NoList => {
                let expected =
                    format!("a list of item ids at {} (--recommendations-path)", name(&self.to_string()));
                LeftOut::NoList.because(expected, held(text, self.0.fields()))
            }
        }
    }
}

/// What an answer holds where its fields go on no longer, in names of keys and kinds of values.
fn held(text: &str, fields: &[String]) -> String {
    let text = with_nulls(text).map_or(Cow::Borrowed(text), |(text, _)| Cow::Owned(text));
    let (mut place, mut token) = ("the answer".to_owned(), &*text);
    for field in fields {
        let object: BTreeMap<Cow<'_, str>, &RawValue> = serde_json::from_str(token).unwrap_or_default();
        let Some(value) = object.get(field.as_str()) else { break };
        (place, token) = (name(field), value.get());
    }
    format!("{place} is {}", of_json(token))
}

/// A list of bare ids, `["a", 1]`, as recorded answers may hold.
///
/// # Errors
/// Why it is none.
pub fn bare_ids(text: &str) -> Result<ItemIds, Rejected> {
    let told = |fault| match fault {
        AnswerFault::Json(error) => not_json(text, &error),
        AnswerFault::NoList => LeftOut::NoList.because("a list of item ids", held(text, &[])),
    };
    read_bare(text).map_err(told)
}

fn csv_ids(text: &str) -> Result<ItemIds, Rejected> {
    let text = text.trim_end_matches(['\n', '\r']);
    if text.trim().is_empty() {
        return Ok(ItemIds::default());
    }
    let cells = CsvText::read(text)?;
    let mut ids = Vec::new();
    cells.each_cell(0, |_, cell| {
        let id = cell.map(|cell| String::from_utf8_lossy(cell).trim().to_owned());
        ids.extend(id.filter(|id| !id.is_empty()));
    });
    if ids.is_empty() || cells.rows() > 1 {
        let found = format!("{} rows of CSV, with {} ids in the first", cells.rows(), ids.len());
        return Err(LeftOut::NoList.because("one row of item ids", found));
    }
    Ok(ItemIds { ids, non_finite: 0 })
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use serde_json::{Value, json};

    fn check(path: &str, answer: &str, expected: Result<&[&str], LeftOut>) {
        let compiled: RecommendationsPath = path.parse().unwrap();
        let expected = expected.map(|ids| ids.iter().map(|id| (*id).to_owned()).collect::<Vec<_>>());
        let quick = compiled.json_ids(answer);
        let library = compiled.0.search(answer).map_err(|fault| compiled.told(fault, answer));
        for (way, found) in [("quick", quick), ("library", library)] {
            let found = found.map(|found| found.ids).map_err(|rejected| rejected.reason);
            assert_eq!(found, expected, "{way}: {path} over {answer}");
        }
    }

    fn found(path: &str, answer: &str) -> String {
        let path: RecommendationsPath = path.parse().unwrap();
        path.json_ids(answer).unwrap_err().detail.unwrap().found
    }

    #[test]
    fn a_wrong_path_is_told_with_what_the_answer_holds() {
        for (path, answer, says) in [
            (
                DEFAULT_PATH,
                r#"{"items":[{"sku":"a secret"}],"n":1}"#,
                "the answer is an object of `items` (a list), `n` (a number)",
            ),
            (
                DEFAULT_PATH,
                r#"{"recommendations":[{"id":"a secret","score":NaN}]}"#,
                "`recommendations` is a list of 1, the first an object of `id` (a text), `score` (null)",
            ),
            ("a.b[].c", r#"{"a":{"x":1}}"#, "`a` is an object of `x` (a number)"),
            ("a[?s].c", r#"{"b":[1]}"#, "the answer is an object of `b` (a list)"),
        ] {
            assert_eq!(found(path, answer), says);
        }
    }

    #[test]
    fn ids_stay_readable_beside_a_score_that_is_no_number() {
        let answer =
            r#"{"recommendations":[{"item_id":"NaN","score":NaN},{"item_id":"b","score":-Infinity}]}"#;
        for path in [DEFAULT_PATH, "recommendations[?item_id].item_id"] {
            let found = path.parse::<RecommendationsPath>().unwrap().json_ids(answer).unwrap();
            assert_eq!(
                found,
                ItemIds { ids: vec!["NaN".to_owned(), "b".to_owned()], non_finite: 2 },
                "{path}"
            );
        }
        for bare in ["[\"a\",NaN]", "[\"a\",1e400]"] {
            assert_eq!(bare_ids(bare).unwrap(), ItemIds { ids: vec!["a".to_owned()], non_finite: 1 });
        }
    }

    #[test]
    fn a_renamed_field_never_looks_like_a_collapse() {
        let schema = Err(LeftOut::NoList);
        type Case = (&'static str, &'static str, Result<&'static [&'static str], LeftOut>);
        let cases: [Case; 25] = [
            (DEFAULT_PATH, r#"{"recommendations":[{"item_id":"a"},{"item_id":7}]}"#, Ok(&["a", "7"])),
            (DEFAULT_PATH, r#"{"recommendations":[]}"#, Ok(&[])),
            (DEFAULT_PATH, r#"{"recommendations":[[]]}"#, Ok(&[])),
            (DEFAULT_PATH, r#"{"recommendations":[{"id":"a"}]}"#, schema),
            (DEFAULT_PATH, r#"{"recommendations":[{"item_id":null},{"item_id":{}}]}"#, schema),
            (DEFAULT_PATH, r#"{"recommendations":[{"id":"a"},{"item_id":"b"}]}"#, Ok(&["b"])),
            (DEFAULT_PATH, r#"{"recommendations":[[{"item_id":"a"}],{"item_id":"b"}]}"#, Ok(&["a", "b"])),
            (DEFAULT_PATH, r#"{"recommendations":{"item_id":"a"}}"#, schema),
            (DEFAULT_PATH, r#"{"items":[{"item_id":"a"}]}"#, schema),
            (DEFAULT_PATH, r#"[]"#, schema),
            (DEFAULT_PATH, r#"{"recommendations":[{"item_id":"a"}"#, Err(LeftOut::Json)),
            (DEFAULT_PATH, r#""#, Err(LeftOut::Json)),
            ("recommendations[*].item_id", r#"{"recommendations":[[{"item_id":"a"}]]}"#, schema),
            ("recommendations", r#"{"recommendations":["a",1.50]}"#, Ok(&["a", "1.5"])),
            ("recommendations", r#"{"recommendations":[{"item_id":"a"}]}"#, schema),
            ("recommendations", r#"{"recommendations":"a"}"#, schema),
            ("@", r#"["a","b"]"#, Ok(&["a", "b"])),
            ("[].id", r#"[{"id":1},{"id":-2}]"#, Ok(&["1", "-2"])),
            ("a.b[].c.d", r#"{"a":{"b":[{"c":{"d":"x"}},{"c":null}]}}"#, Ok(&["x"])),
            ("a[].b[].c", r#"{"a":[{"b":[]},{"b":[]}]}"#, Ok(&[])),
            ("a[].b[].c", r#"{"a":[{"x":[]}]}"#, schema),
            ("a[?s > `1`].c", r#"{"a":[{"s":2,"c":"x"},{"s":0,"c":"y"}]}"#, Ok(&["x"])),
            // A name that comes twice: the last one counts.
            ("a[].b", r#"{"a":[{"b":"x"}],"a":[{"b":"y"}]}"#, Ok(&["y"])),
            ("a[].b", r#"{"a":[{"b":"x"},{"b":"y","b":"z"}]}"#, Ok(&["x", "z"])),
            ("a[].b", r#"{"a":[{"b":"x","b":null},{"b":"y"}]}"#, Ok(&["y"])),
        ];
        for (path, answer, expected) in cases {
            check(path, answer, expected);
        }
    }

    #[test]
    fn a_csv_answer_is_one_line_of_ids() {
        let ids = |text| csv_ids(text).map(|found| found.ids).map_err(|rejected| rejected.reason);
        assert_eq!(ids("a, 2,\"b,c\"\n"), Ok(vec!["a".to_owned(), "2".to_owned(), "b,c".to_owned()]));
        assert_eq!(ids("\n"), Ok(vec![]));
        assert_eq!(ids("a\nb\n"), Err(LeftOut::NoList));
        assert_eq!(ids(",,"), Err(LeftOut::NoList));
        assert_eq!(ids("a,\"b"), Err(LeftOut::UnclosedQuote));
    }

    #[test]
    fn a_path_that_is_none_is_an_error_with_an_example() {
        let error = "recommendations[".parse::<RecommendationsPath>().unwrap_err().to_string();
        assert!(error.contains("recommendations[].item_id"), "{error}");
    }

    fn documents() -> impl Strategy<Value = Value> {
        let leaf = prop_oneof![
            Just(Value::Null),
            any::<bool>().prop_map(Value::from),
            any::<i32>().prop_map(Value::from),
            "[a-c]{0,2}".prop_map(Value::from),
        ];
        leaf.prop_recursive(5, 40, 4, |inner| {
            prop_oneof![
                prop::collection::vec(inner.clone(), 0..4).prop_map(Value::from),
                prop::collection::btree_map("[rib]", inner, 0..4).prop_map(|map| json!(map)),
            ]
        })
    }

    proptest! {
        #[test]
        fn a_plain_path_is_read_as_the_library_reads_it(
            document in documents(),
            path in prop::sample::select(vec!["r[].i", "r[*].i", "r", "@", "[].i", "[*]", "r[]", "b.r[].i", "r[].i.b", "b.r", "r[0]", "r[0].b[].i", "r[].i[0]", "r[][1]"]),
        ) {
            let compiled: RecommendationsPath = path.parse().unwrap();
            prop_assert!(compiled.0.is_plain(), "{}", path);
            let text = document.to_string();
            let library = compiled.0.search(&text).map_err(|fault| compiled.told(fault, &text));
            prop_assert_eq!(compiled.json_ids(&text), library);
        }
    }
}
