//! An event that says that objects were created, and what became of each.

use crate::{meter, told};
use bellwether_contract::notification::ObjectCreated;
use bellwether_events::objects_created;
use bellwether_pipeline::RunError;
use bellwether_pipeline::meter::Meter;
use lambda_runtime::{Context, Diagnostic};
use serde_json::Value;

/// The objects that an event names.
///
/// # Errors
/// The event is not about objects.
pub fn objects(payload: &Value, context: &Context) -> Result<Vec<ObjectCreated>, Diagnostic> {
    objects_created(payload).map_err(|error| told(&error.into(), "event", meter(context)))
}

/// What became of an event's objects. One that fails does not stop the others; the first failure is the event's, and a
/// retry finds the others done.
#[derive(Debug, Default)]
pub struct Served {
    served: Vec<Value>,
    failed: Option<Diagnostic>,
}

impl Served {
    /// Adds what became of one object, and logs it where it failed.
    pub fn add(&mut self, object: &ObjectCreated, meter: Meter, outcome: Result<Value, RunError>) {
        match outcome {
            Ok(summary) => self.served.push(summary),
            Err(error) => {
                let object = format!("s3://{}/{}", object.bucket, object.key);
                let diagnostic = told(&error, &object, meter);
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
