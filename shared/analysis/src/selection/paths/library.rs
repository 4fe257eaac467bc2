//! Paths that are not plain, through the JMESPath library: filters, functions, pipes, slices.

use super::{Found, NoValue};
use crate::flat_json::{Block, Kind, Span};
use bellwether_contract::capture::{Rejected, not_json};
use bellwether_contract::json::non_finite::tolerant;
use jmespath::ast::Ast;
use jmespath::{Expression, Rcvar, Variable};

/// Why a search has ended.
pub(super) enum SearchFault {
    Json(serde_json::Error),
    NoValue(NoValue),
}

impl SearchFault {
    /// The fault in words.
    pub(super) fn told(self, of_no_value: impl FnOnce(NoValue) -> Rejected, text: &str) -> Rejected {
        match self {
            Self::Json(error) => not_json(text, &error),
            Self::NoValue(no_value) => of_no_value(no_value),
        }
    }
}

/// What a path yields in place of a value, in words.
type What = String;

/// Searches a payload for each of the expressions, whose places among all paths are told. Returns how many NaN and
/// infinities were null.
pub(super) fn search(
    expressions: &[(usize, Expression<'static>)],
    text: &str,
    found: &mut [Found],
    block: &mut Block,
) -> Result<u64, SearchFault> {
    if expressions.is_empty() {
        return Ok(0);
    }
    let (document, words) =
        tolerant(text, |text| serde_json::from_str::<Variable>(text)).map_err(SearchFault::Json)?;
    let document = Rcvar::new(document);
    for (path, expression) in expressions {
        let of_path = |what| SearchFault::NoValue(NoValue { path: *path, what });
        found[*path] = find(&document, expression.as_ast(), block).map_err(of_path)?;
    }
    Ok(words)
}

fn find(document: &Rcvar, ast: &Ast, block: &mut Block) -> Result<Found, What> {
    let value = search_in(document, ast)?;
    let mut found = Found::default();
    match value.as_array() {
        Some(elements) => {
            found.length = Some(elements.len() as u32);
            for (row, element) in elements.iter().enumerate() {
                let (kind, span) = keep(element, block)?;
                found.note(Some(row as u32), kind, span);
            }
        }
        None => {
            let (kind, span) = keep(&value, block)?;
            found.note(None, kind, span);
        }
    }
    Ok(found)
}

/// What the expression finds, but for the gaps that its last projection would close.
fn search_in(data: &Rcvar, ast: &Ast) -> Result<Rcvar, What> {
    match ast {
        Ast::Projection { lhs, rhs, .. } => project(&evaluate(data, lhs)?, rhs),
        Ast::Subexpr { lhs, rhs, .. } => search_in(&evaluate(data, lhs)?, rhs),
        other => evaluate(data, other),
    }
}

/// The projection of a list, elements without a value in their places; those that a filter declines are dropped.
fn project(list: &Rcvar, rhs: &Ast) -> Result<Rcvar, What> {
    let Some(elements) = list.as_array() else { return Ok(Rcvar::new(Variable::Null)) };
    let mut projected = Vec::with_capacity(elements.len());
    for element in elements {
        match rhs {
            Ast::Condition { predicate, then, .. } => {
                if evaluate(element, predicate)?.is_truthy() {
                    projected.push(evaluate(element, then)?);
                }
            }
            rhs => projected.push(evaluate(element, rhs)?),
        }
    }
    Ok(Rcvar::new(Variable::Array(projected)))
}

fn evaluate(data: &Rcvar, ast: &Ast) -> Result<Rcvar, What> {
    let mut context = jmespath::Context::new("", &jmespath::DEFAULT_RUNTIME);
    jmespath::interpret(data, ast, &mut context)
        .map_err(|_| "nothing: a function of it does not take what the payload holds".to_owned())
}

fn keep(value: &Variable, block: &mut Block) -> Result<(Kind, Span), What> {
    match value {
        Variable::Null => Ok((Kind::Missing, Span::default())),
        Variable::Bool(value) => Ok((Kind::Boolean, block.keep(if *value { b"true" } else { b"false" }))),
        Variable::Number(number) => Ok((Kind::Number, block.keep(number.to_string().as_bytes()))),
        Variable::String(text) => Ok((Kind::Text, block.keep(text.as_bytes()))),
        Variable::Array(_) => Err("a list where a single value should be".to_owned()),
        _ => Err("an object where a single value should be".to_owned()),
    }
}
