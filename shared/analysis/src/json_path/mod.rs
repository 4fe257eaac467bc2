//! JMESPath expressions over JSON text, walked while the text is read where they are plain.
//!
//! It does not say what is done with what they lead to: two visitors do, one for the ids of a list ([`ids`]) and one for the
//! cells of columns ([`columns`]).
//!
//! | | ids | columns |
//! |---|---|---|
//! | paths at once | one | all of a side |
//! | a number | written anew, `1.50` is `1.5`, as the library writes it | as it is written |
//! | an object or a list at the end of a path, inside a list | an element without an id | no value for a column |
//! | an element of a projection without a value | is not in the list | keeps its place |
//!
//! Plain are fields and indices around at most one projection ([`plain`]); whatever else JMESPath has (filters, functions,
//! pipes, slices) goes through its library ([`library`]). Property tests hold the two equal.

mod columns;
mod ids;
mod library;
mod plain;

use jmespath::Expression;

pub(crate) use columns::{Found, Paths};
pub use ids::ItemIds;
pub(crate) use ids::{AnswerFault, IdPath, read_bare};

/// Compiles an expression; the error is the first line of what the library says.
fn compiled(path: &str) -> Result<Expression<'static>, String> {
    jmespath::compile(path).map_err(|error| error.to_string().lines().next().unwrap_or_default().to_owned())
}
