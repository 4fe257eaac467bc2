//! The Lambda edge: what every function's process does around its one call of the pipeline.
//!
//! Cold start, the runtime's loop, and an error as the runtime reports it. It knows no function's name and no monitor.

mod created;
mod log;
mod scheduled;

pub use created::{Served, objects};
pub use scheduled::{Hourly, document, scheduled};

use bellwether_pipeline::RunError;
use bellwether_pipeline::clients::Clients;
use bellwether_pipeline::meter::Meter;
use futures::FutureExt;
use jiff::Timestamp;
use lambda_runtime::{Context, Diagnostic, Error, LambdaEvent, run, service_fn, tracing};
use serde_json::Value;
use std::future::Future;

/// The one error type that is not a run's: settings that cannot be used.
pub const CONFIGURATION_ERROR: &str = "ConfigurationError";

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
    log::init();
    let clients = Clients::from_environment().await;
    let function = F::new(|name| std::env::var(name).ok(), clients)
        .inspect_err(|error| tracing::error!(error_type = CONFIGURATION_ERROR, "{error}"))?;
    let function = &function;
    // Boxed: the runtime's loop around the run is one state machine too deep for the compiler.
    run(service_fn(|event: LambdaEvent<Value>| function.handle(event, Timestamp::now()).boxed())).await
}

/// A meter for an invocation, or for one object's turn in it.
pub fn meter(context: &Context) -> Meter {
    Meter::start(Some(memory_mb(context)))
}

/// Memory of the function.
fn memory_mb(context: &Context) -> u32 {
    context.env_config.memory.max(0).unsigned_abs()
}

/// An error as the runtime reports it, logged once: the one line of a run that could not be made.
pub fn told(error: &RunError, object: &str, meter: Meter) -> Diagnostic {
    let diagnostic = Diagnostic { error_type: error.error_type().to_owned(), error_message: error.chain() };
    let seconds = meter.seconds();
    tracing::error!(
        error_type = diagnostic.error_type,
        object,
        duration_seconds = seconds,
        estimated_cost_usd = meter.cost_usd(seconds),
        "{}",
        diagnostic.error_message
    );
    diagnostic
}
