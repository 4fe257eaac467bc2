//! An event that says that objects were created, and what became of each.

use crate::told;
use bellwether_contract::notification::ObjectCreated;
use bellwether_pipeline::RunError;
use lambda_runtime::Diagnostic;
use serde_json::Value;

/// The objects that an event names.
///
/// # Errors
/// The event is not about objects.
pub fn objects(payload: &Value) -> Result<Vec<ObjectCreated>, Diagnostic> {
    ObjectCreated::parse(payload).map_err(|error| told(&error.into()))
}

/// What became of an event's objects. One that fails does not stop the others; the first failure is the event's, and a
/// retry finds the others done.
#[derive(Debug, Default)]
pub struct Served {
    served: Vec<Value>,
    failed: Option<Diagnostic>,
}

impl Served {
    /// Adds what became of one object.
    pub fn add(&mut self, outcome: Result<Value, RunError>) {
        match outcome {
            Ok(summary) => self.served.push(summary),
            Err(error) => {
                let diagnostic = told(&error);
                self.failed.get_or_insert(diagnostic);
            }
        }
    }

    /// The summaries, or the first failure.
    ///
    /// # Errors
    /// The first failure.
    pub fn finish(self) -> Result<Vec<Value>, Diagnostic> {
        self.failed.map_or(Ok(self.served), Err)
    }
}
