//! The one schedule of a stack as a Lambda function: it starts each due monitor of the document.

use bellwether_pipeline::RunError;
use bellwether_pipeline::clients::Clients;
use bellwether_pipeline::dispatch::{Dispatched, Dispatcher};
use bellwether_pipeline::settings::Settings;
use bellwether_pipeline::settings::dispatch::DispatchSettings;
use bellwether_serve::{meter, scheduled, told};
use jiff::Timestamp;
use lambda_runtime::{Diagnostic, Error, LambdaEvent, tracing};
use serde_json::{Value, json};

/// What one process makes at cold start.
#[derive(Debug)]
pub struct Function {
    dispatcher: Dispatcher,
}

impl bellwether_serve::Function for Function {
    fn new(lookup: impl Fn(&str) -> Option<String>, clients: Clients) -> Result<Self, Error> {
        let settings = DispatchSettings::read(lookup)?;
        Ok(Self { dispatcher: Dispatcher::new(settings, clients).map_err(|error| error.chain())? })
    }

    /// Dispatches the hour that an event names.
    async fn handle(&self, event: LambdaEvent<Value>, now: Timestamp) -> Result<Value, Diagnostic> {
        let LambdaEvent { payload, context } = event;
        let meter = meter(&context);
        let dispatched = self.dispatch(&payload, now).await.map_err(|error| told(&error, "tick", meter))?;
        let Dispatched { started, surveyed } = &dispatched;
        let seconds = meter.seconds();
        tracing::info!(
            started = started.len(),
            monitors_total = surveyed.total,
            monitors_behind = surveyed.all_behind(),
            duration_seconds = seconds,
            estimated_cost_usd = meter.cost_usd(seconds),
            "{} monitors were started",
            started.len()
        );
        Ok(summary(&dispatched))
    }
}

impl Function {
    async fn dispatch(&self, payload: &Value, now: Timestamp) -> Result<Dispatched, RunError> {
        self.dispatcher.tick(scheduled(payload)?, now).await
    }
}

/// Who was started, and why others are behind.
fn summary(dispatched: &Dispatched) -> Value {
    let Dispatched { started, surveyed } = dispatched;
    let behind = surveyed.behind.iter().map(|(name, behind)| (name.to_string(), behind.to_string()));
    let behind: serde_json::Map<String, Value> =
        behind.chain(surveyed.broken.clone()).map(|(name, why)| (name, why.into())).collect();
    json!({"started": started, "monitors_total": surveyed.total, "monitors_behind": behind})
}
