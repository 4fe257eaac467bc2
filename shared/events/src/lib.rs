//! The events that start functions, from the shapes that AWS documents to the contract's own words.
//!
//! The shapes are those of `aws_lambda_events`. An event says which hour or which objects; it never says where to read or
//! write, and whether an object is ours to read is the reader's question.

mod created;
mod tick;

pub use created::objects_created;
pub use tick::{Share, is_by_hand, monitor, share, trigger};

use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value;

/// An event of a documented shape. What a hand-made one leaves out is taken from an empty one, down to its records' parts:
/// nobody types a request's address to try a function.
fn lenient<E: Default + Serialize + DeserializeOwned>(event: &Value) -> Result<E, serde_json::Error> {
    let mut whole = serde_json::to_value(E::default())?;
    lay_over(&mut whole, event);
    serde_json::from_value(whole)
}

fn lay_over(whole: &mut Value, given: &Value) {
    match (whole, given) {
        (Value::Object(whole), Value::Object(given)) => {
            for (name, value) in given {
                lay_over(whole.entry(name.clone()).or_insert(Value::Null), value);
            }
        }
        (whole, given) => *whole = given.clone(),
    }
}
