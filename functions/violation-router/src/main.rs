//! The process of violation routing: log, clients, settings, then the runtime's loop.

use bellwether_pipeline::clients::Clients;
use futures::FutureExt;
use jiff::Timestamp;
use lambda_runtime::{Error, LambdaEvent, run, service_fn, tracing};
use serde_json::Value;
use violation_router::Function;

#[tokio::main]
async fn main() -> Result<(), Error> {
    tracing::init_default_subscriber();
    let clients = Clients::from_environment().await;
    let function = Function::new(|name| std::env::var(name).ok(), clients)
        .inspect_err(|error| tracing::error!(error_type = "ConfigurationError", "{error}"))?;
    let function = &function;
    // Boxed: the runtime's loop around the run is one state machine too deep for the compiler.
    run(service_fn(|event: LambdaEvent<Value>| function.handle(event, Timestamp::now()).boxed())).await
}
