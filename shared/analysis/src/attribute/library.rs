//! Expressions that are not plain, through the JMESPath library: filters, functions, pipes, slices.
//!
//! It builds a tree of the whole text.

use super::tokens::{Row, Tokens};
use bellwether_contract::json::non_finite::tolerant;
use jmespath::ast::Ast;
use jmespath::{Expression, JmespathError, Rcvar, Variable};

/// Why an expression leads nowhere.
pub(super) enum Fault {
    Json(serde_json::Error),
    /// A function does not take what it is given.
    Function,
}

impl From<serde_json::Error> for Fault {
    fn from(error: serde_json::Error) -> Self {
        Self::Json(error)
    }
}

/// Finds what an expression leads to; returns how many numbers no double holds.
pub(super) fn search(
    text: &str,
    expression: &Expression<'_>,
    row: Row,
    found: &mut Tokens,
) -> Result<u64, Fault> {
    let (document, non_finite) = tolerant(text, |text| serde_json::from_str::<Variable>(text))?;
    let value = with_gaps(&Rcvar::new(document), expression.as_ast()).map_err(|_| Fault::Function)?;
    found.begin(row);
    match value {
        Found::Rows(rows) => {
            found.begin_list();
            for row in rows {
                found.take(&written(&row)?)?;
                found.end_row();
            }
            found.end_list();
        }
        Found::Value(value) => found.take(&written(&value)?)?,
    }
    found.end();
    Ok(non_finite)
}

enum Found {
    /// What the last projection found.
    Rows(Vec<Rcvar>),
    Value(Rcvar),
}

fn written(value: &Variable) -> Result<String, serde_json::Error> {
    serde_json::to_string(value)
}

fn evaluate(data: &Rcvar, ast: &Ast) -> Result<Rcvar, JmespathError> {
    let mut context = jmespath::Context::new("", &jmespath::DEFAULT_RUNTIME);
    jmespath::interpret(data, ast, &mut context)
}

/// What an expression finds, but for the gaps that its last projection would close.
fn with_gaps(data: &Rcvar, ast: &Ast) -> Result<Found, JmespathError> {
    match ast {
        Ast::Projection { lhs, rhs, .. } => project(&evaluate(data, lhs)?, rhs),
        Ast::Subexpr { lhs, rhs, .. } => with_gaps(&evaluate(data, lhs)?, rhs),
        other => evaluate(data, other).map(Found::Value),
    }
}

/// The projection of a list, elements without a value in their places; those that a filter declines are dropped.
fn project(list: &Rcvar, rhs: &Ast) -> Result<Found, JmespathError> {
    let Some(elements) = list.as_array() else { return Ok(Found::Value(Rcvar::new(Variable::Null))) };
    let mut rows = Vec::with_capacity(elements.len());
    for element in elements {
        match rhs {
            Ast::Condition { predicate, then, .. } => {
                if evaluate(element, predicate)?.is_truthy() {
                    rows.push(evaluate(element, then)?);
                }
            }
            rhs => rows.push(evaluate(element, rhs)?),
        }
    }
    Ok(Found::Rows(rows))
}
