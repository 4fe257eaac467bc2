//! The Lambda edge: what every function's process does around its one call of the pipeline.
//!
//! Cold start, the runtime's loop, and an error as the runtime reports it. It knows no function's name and no monitor.

mod created;
mod scheduled;

pub use created::{Served, objects};
pub use scheduled::Hourly;

use bellwether_pipeline::RunError;
use bellwether_pipeline::clients::Clients;
use futures::FutureExt;
use jiff::Timestamp;
use lambda_runtime::{Diagnostic, Error, LambdaEvent, run, service_fn, tracing};
use serde_json::Value;
use std::future::Future;

/// What one process makes at cold start and uses for every event.
pub trait Function: Sized + Send + Sync {
    /// Settings and clients, both through the caller's hands.
    ///
    /// # Errors
    /// All mistakes in the settings, together.
    fn new(lookup: impl Fn(&str) -> Option<String>, clients: Clients) -> Result<Self, Error>;

    /// Serves one event. `now` is asked by the caller, once.
    fn handle(
        &self,
        event: LambdaEvent<Value>,
        now: Timestamp,
    ) -> impl Future<Output = Result<Value, Diagnostic>> + Send;
}

/// The process of a function: log, clients, settings, then the runtime's loop.
///
/// # Errors
/// The settings cannot be used, or the runtime is not there.
pub async fn serve<F: Function>() -> Result<(), Error> {
    tracing::init_default_subscriber();
    let clients = Clients::from_environment().await;
    let function = F::new(|name| std::env::var(name).ok(), clients)
        .inspect_err(|error| tracing::error!(error_type = "ConfigurationError", "{error}"))?;
    let function = &function;
    // Boxed: the runtime's loop around the run is one state machine too deep for the compiler.
    run(service_fn(|event: LambdaEvent<Value>| function.handle(event, Timestamp::now()).boxed())).await
}

/// An error as the runtime reports it, logged once.
pub fn told(error: &RunError) -> Diagnostic {
    let diagnostic = Diagnostic { error_type: error.error_type().to_owned(), error_message: error.chain() };
    tracing::error!(error_type = diagnostic.error_type, "{}", diagnostic.error_message);
    diagnostic
}
