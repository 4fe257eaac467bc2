//! JMESPath expressions over JSON text, walked while the text is read where they are plain.
//!
//! It does not say what is done with what they lead to: three visitors do, one for the ids of a list ([`ids`]), one for the
//! cells of columns ([`columns`]) and one for the rows of an attribute ([`crate::attribute`]).
//!
//! | | ids | columns | attribute |
//! |---|---|---|---|
//! | paths at once | one | all of a side | one |
//! | a number | written anew, `1.50` is `1.5`, as the library writes it | as it is written | as it is written |
//! | an object or a list at the end of a path, inside a list | an element without an id | no value for a column | no value, or a list of numbers |
//! | an element of a projection without a value | is not in the list | keeps its place | keeps its place |
//!
//! Plain are fields and indices around at most one projection ([`plain`]); whatever else JMESPath has (filters, functions,
//! pipes, slices) goes through its library ([`library`]). Property tests hold the two equal.
//!
//! ```
//! use bellwether_analysis::recommendations::RecommendationsPath;
//! use bellwether_contract::capture::Payload;
//!
//! let path: RecommendationsPath = "recommendations[].item_id".parse()?;
//! let ids = |answer: &'static str| path.ids(&Payload::Json(answer.into())).map(|found| found.ids).ok();
//! assert_eq!(
//!     ids(r#"{"recommendations": [{"item_id": "a"}, {"item_id": 1.50}, {"id": "b"}]}"#),
//!     Some(vec!["a".to_owned(), "1.5".to_owned()])
//! );
//! assert_eq!(ids(r#"{"recommendations": []}"#), Some(vec![]));
//! assert_eq!(ids(r#"{"recommendations": [{"id": "b"}]}"#), None, "a renamed field is no empty list");
//! # Ok::<(), bellwether_analysis::recommendations::PathError>(())
//! ```

mod columns;
mod growth;
mod ids;
pub(crate) mod library;
pub(crate) mod plain;

use growth::{LONGEST_BYTES, MOST_TIMES, times};
use jmespath::Expression;

pub(crate) use columns::{Found, Paths};
pub use ids::ItemIds;
pub(crate) use ids::{AnswerFault, IdPath, read_bare};

/// Compiles an expression; the error is the first line of what the library says, or why it is too much.
pub(crate) fn compiled(path: &str) -> Result<Expression<'static>, String> {
    if path.len() > LONGEST_BYTES {
        return Err(format!("it has {} bytes, and {LONGEST_BYTES} are the most", path.len()));
    }
    let first_line = |text: String| text.lines().next().unwrap_or_default().to_owned();
    let expression = jmespath::compile(path).map_err(|error| first_line(error.to_string()))?;
    let times = times(expression.as_ast());
    if times > MOST_TIMES {
        return Err(format!(
            "it would yield {times} times what it is given, and {MOST_TIMES} times is the most"
        ));
    }
    Ok(expression)
}
