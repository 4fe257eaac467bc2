//! How much more than a payload holds an expression may yield of it: `[@, @]` doubles, and thirty such behind each other are a billion.
//!
//! It evaluates nothing.

use jmespath::ast::Ast;

/// Longest expression; nested ones are read by recursion.
pub(super) const LONGEST_BYTES: usize = 2_048;
/// What an expression may yield at most, times what it is given.
pub(super) const MOST_TIMES: u64 = 1_000;

/// The product of the lengths of all lists and objects that an expression makes, wherever they stand.
pub(super) fn times(ast: &Ast) -> u64 {
    let both = |one: &Ast, other: &Ast| times(one).saturating_mul(times(other));
    match ast {
        Ast::Comparison { lhs, rhs, .. }
        | Ast::Projection { lhs, rhs, .. }
        | Ast::And { lhs, rhs, .. }
        | Ast::Or { lhs, rhs, .. }
        | Ast::Subexpr { lhs, rhs, .. }
        | Ast::Condition { predicate: lhs, then: rhs, .. } => both(lhs, rhs),
        Ast::Expref { ast: node, .. }
        | Ast::Flatten { node, .. }
        | Ast::Not { node, .. }
        | Ast::ObjectValues { node, .. } => times(node),
        Ast::Function { args, .. } => product(args.iter()),
        Ast::MultiList { elements, .. } => made(elements.len(), elements.iter()),
        Ast::MultiHash { elements, .. } => made(elements.len(), elements.iter().map(|pair| &pair.value)),
        Ast::Identity { .. }
        | Ast::Field { .. }
        | Ast::Index { .. }
        | Ast::Literal { .. }
        | Ast::Slice { .. } => 1,
    }
}

fn product<'a>(nodes: impl Iterator<Item = &'a Ast>) -> u64 {
    nodes.fold(1, |product, node| product.saturating_mul(times(node)))
}

fn made<'a>(count: usize, nodes: impl Iterator<Item = &'a Ast>) -> u64 {
    (count as u64).saturating_mul(product(nodes))
}

#[cfg(test)]
mod tests {
    use super::super::compiled;

    #[test]
    fn an_expression_that_explodes_is_refused_before_it_sees_a_payload() {
        let doubling = |times: usize| vec!["[@, @][]"; times].join(" | ");
        for (expression, is_taken) in [
            ("instances[*].features".to_owned(), true),
            ("map(&[age, income], rows)".to_owned(), true),
            (doubling(9), true),
            (doubling(10), false),
            (doubling(200), false),
            (format!("[{}]", vec!["a"; 900].join(",")), true),
            ("a.".repeat(1_020) + "b", true),
            ("a.".repeat(1_030) + "b", false),
            ("(".repeat(100_000), false),
        ] {
            let shown: String = expression.chars().take(60).collect();
            assert_eq!(compiled(&expression).is_ok(), is_taken, "{shown}");
        }
        let told = compiled(&doubling(30)).expect_err("a billion");
        assert_eq!(told, "it would yield 1073741824 times what it is given, and 1000 times is the most");
    }
}
