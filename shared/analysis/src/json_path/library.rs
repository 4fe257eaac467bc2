//! Expressions that are not plain, through the JMESPath library: filters, functions, pipes, slices.
//!
//! It builds a tree of the whole text, and says nothing about what is made of a value.

use bellwether_contract::json::non_finite::tolerant;
use jmespath::ast::Ast;
use jmespath::{JmespathError, Rcvar, Variable};

/// The tree of a text, and how many numbers in it are null because no double holds them.
pub(crate) fn document(text: &str) -> Result<(Rcvar, u64), serde_json::Error> {
    let (document, words) = tolerant(text, |text| serde_json::from_str::<Variable>(text))?;
    Ok((Rcvar::new(document), words))
}

/// What an expression finds.
pub(super) fn evaluate(data: &Rcvar, ast: &Ast) -> Result<Rcvar, JmespathError> {
    let mut context = jmespath::Context::new("", &jmespath::DEFAULT_RUNTIME);
    jmespath::interpret(data, ast, &mut context)
}

/// What an expression finds, but for the gaps that its last projection would close; and whether it is that projection's list.
pub(crate) fn evaluate_with_gaps(data: &Rcvar, ast: &Ast) -> Result<(Rcvar, bool), JmespathError> {
    match ast {
        Ast::Projection { lhs, rhs, .. } => project(&evaluate(data, lhs)?, rhs),
        Ast::Subexpr { lhs, rhs, .. } => evaluate_with_gaps(&evaluate(data, lhs)?, rhs),
        other => Ok((evaluate(data, other)?, false)),
    }
}

/// The projection of a list, elements without a value in their places; those that a filter declines are dropped.
fn project(list: &Rcvar, rhs: &Ast) -> Result<(Rcvar, bool), JmespathError> {
    let Some(elements) = list.as_array() else { return Ok((Rcvar::new(Variable::Null), false)) };
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
    Ok((Rcvar::new(Variable::Array(projected)), true))
}

/// Whether a projection in the expression had elements although nothing came out of it.
pub(super) fn lost_elements(document: &Rcvar, ast: &Ast) -> bool {
    match ast {
        Ast::Projection { lhs, .. } => match evaluate(document, lhs) {
            Ok(elements) if is_filled(&elements) => true,
            _ => lost_elements(document, lhs),
        },
        Ast::Flatten { node, .. } => match evaluate(document, node) {
            Ok(lists) if is_filled(&lists) => false,
            _ => lost_elements(document, node),
        },
        _ => false,
    }
}

/// Whether a value is a list of something.
pub(super) fn is_filled(value: &Variable) -> bool {
    value.as_array().is_some_and(|elements| !elements.is_empty())
}
