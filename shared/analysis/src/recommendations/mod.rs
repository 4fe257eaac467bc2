//! From a response to its list of item ids, by a JMESPath expression.
//!
//! It does not know what an item is, and it cuts no list.
//!
//! A renamed field must not look like a collapse: where elements are present but none of them yields an id, the answer
//! is broken ([`AnswerFault::Schema`]), never an empty list.
//!
//! Plain paths (fields around at most one projection, which is what model servers answer with) are walked while the
//! JSON is read; every other expression goes through the JMESPath library. A property test holds the two equal.

mod plain;

use bellwether_contract::capture::{LeftOut, Payload};
use jmespath::ast::Ast;
use jmespath::{Expression, Rcvar, Variable};
use plain::PlainPath;
use std::{fmt, str::FromStr};

/// The expression that is used where none is set.
pub const DEFAULT_PATH: &str = "recommendations[].item_id";

/// Why an answer yields no list.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AnswerFault {
    /// Not JSON.
    Json,
    /// JSON without a list of ids where the path leads.
    Schema,
}

impl From<AnswerFault> for LeftOut {
    fn from(fault: AnswerFault) -> Self {
        match fault {
            AnswerFault::Json => Self::Json,
            AnswerFault::Schema => Self::Schema,
        }
    }
}

/// A path that is not JMESPath.
#[derive(Debug, thiserror::Error)]
#[error("{path:?} is not a JMESPath expression: {reason}; an example that is: {DEFAULT_PATH}")]
pub struct PathError {
    path: String,
    reason: String,
}

/// A compiled expression that yields item ids.
#[derive(Debug, Clone)]
pub struct RecommendationsPath {
    expression: Expression<'static>,
    plain: Option<PlainPath>,
}

impl FromStr for RecommendationsPath {
    type Err = PathError;

    fn from_str(path: &str) -> Result<Self, PathError> {
        let reason =
            |error: jmespath::JmespathError| error.to_string().lines().next().unwrap_or_default().to_owned();
        let expression = jmespath::compile(path)
            .map_err(|error| PathError { path: path.to_owned(), reason: reason(error) })?;
        let plain = PlainPath::of(expression.as_ast());
        Ok(Self { expression, plain })
    }
}

impl fmt::Display for RecommendationsPath {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(self.expression.as_str())
    }
}

impl RecommendationsPath {
    /// Item ids of a decoded payload, in the order of the answer. A `text/csv` answer is one line of ids.
    pub fn ids(&self, payload: &Payload<'_>) -> Result<Vec<String>, AnswerFault> {
        match payload {
            Payload::Json(text) => self.json_ids(text),
            Payload::Csv(text) => csv_ids(text),
        }
    }

    fn json_ids(&self, text: &str) -> Result<Vec<String>, AnswerFault> {
        match &self.plain {
            Some(plain) => plain.ids(text),
            None => self.library_ids(text),
        }
    }

    fn library_ids(&self, text: &str) -> Result<Vec<String>, AnswerFault> {
        let document = Rcvar::new(Variable::from_json(text).map_err(|_| AnswerFault::Json)?);
        let found = self.expression.search(&document).map_err(|_| AnswerFault::Schema)?;
        let ids: Vec<String> =
            found.as_array().ok_or(AnswerFault::Schema)?.iter().filter_map(|element| id(element)).collect();
        if ids.is_empty() && (is_filled(&found) || lost_elements(&document, self.expression.as_ast())) {
            return Err(AnswerFault::Schema);
        }
        Ok(ids)
    }
}

/// A list of bare ids, `["a", 1]`, as recorded answers may hold.
pub fn bare_ids(text: &str) -> Result<Vec<String>, AnswerFault> {
    PlainPath::bare().ids(text)
}

fn id(element: &Variable) -> Option<String> {
    match element {
        Variable::String(text) => Some(text.clone()),
        Variable::Number(number) => Some(number.to_string()),
        _ => None,
    }
}

fn is_filled(value: &Variable) -> bool {
    value.as_array().is_some_and(|elements| !elements.is_empty())
}

/// Whether a projection in the expression had elements although nothing came out of it.
fn lost_elements(document: &Rcvar, ast: &Ast) -> bool {
    match ast {
        Ast::Projection { lhs, .. } => match evaluate(document, lhs) {
            Some(elements) if is_filled(&elements) => true,
            _ => lost_elements(document, lhs),
        },
        Ast::Flatten { node, .. } => match evaluate(document, node) {
            Some(lists) if is_filled(&lists) => false,
            _ => lost_elements(document, node),
        },
        _ => false,
    }
}

fn evaluate(document: &Rcvar, ast: &Ast) -> Option<Rcvar> {
    let mut context = jmespath::Context::new("", &jmespath::DEFAULT_RUNTIME);
    jmespath::interpret(document, ast, &mut context).ok()
}

fn csv_ids(text: &str) -> Result<Vec<String>, AnswerFault> {
    if text.trim().is_empty() {
        return Ok(Vec::new());
    }
    let mut reader = csv::ReaderBuilder::new().has_headers(false).flexible(true).from_reader(text.as_bytes());
    let mut rows = reader.records();
    let first = rows.next().and_then(Result::ok).ok_or(AnswerFault::Schema)?;
    let ids: Vec<String> =
        first.iter().map(str::trim).filter(|id| !id.is_empty()).map(str::to_owned).collect();
    if ids.is_empty() || rows.next().is_some() {
        return Err(AnswerFault::Schema);
    }
    Ok(ids)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use serde_json::{Value, json};

    fn check(path: &str, answer: &str, expected: Result<&[&str], AnswerFault>) {
        let compiled: RecommendationsPath = path.parse().unwrap();
        let expected = expected.map(|ids| ids.iter().map(|id| (*id).to_owned()).collect::<Vec<_>>());
        assert_eq!(compiled.json_ids(answer), expected, "{path} over {answer}");
        assert_eq!(compiled.library_ids(answer), expected, "library: {path} over {answer}");
    }

    #[test]
    fn a_renamed_field_never_looks_like_a_collapse() {
        let schema = Err(AnswerFault::Schema);
        type Case = (&'static str, &'static str, Result<&'static [&'static str], AnswerFault>);
        let cases: [Case; 22] = [
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
            (DEFAULT_PATH, r#"{"recommendations":[{"item_id":"a"}"#, Err(AnswerFault::Json)),
            (DEFAULT_PATH, r#""#, Err(AnswerFault::Json)),
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
        ];
        for (path, answer, expected) in cases {
            check(path, answer, expected);
        }
    }

    #[test]
    fn a_csv_answer_is_one_line_of_ids() {
        assert_eq!(csv_ids("a, 2,\"b,c\"\n"), Ok(vec!["a".to_owned(), "2".to_owned(), "b,c".to_owned()]));
        assert_eq!(csv_ids("\n"), Ok(vec![]));
        assert_eq!(csv_ids("a\nb\n"), Err(AnswerFault::Schema));
        assert_eq!(csv_ids(",,"), Err(AnswerFault::Schema));
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
            path in prop::sample::select(vec!["r[].i", "r[*].i", "r", "@", "[].i", "[*]", "r[]", "b.r[].i", "r[].i.b", "b.r"]),
        ) {
            let compiled: RecommendationsPath = path.parse().unwrap();
            prop_assert!(compiled.plain.is_some(), "{}", path);
            let text = document.to_string();
            prop_assert_eq!(compiled.json_ids(&text), compiled.library_ids(&text));
        }
    }
}
