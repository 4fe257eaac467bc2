//! Baseline generation as a Lambda handler: cold start once, then the manifests that an event names.

use bellwether_contract::notification::ObjectCreated;
use bellwether_pipeline::RunError;
use bellwether_pipeline::baseline::{Baselines, Generated, Standing};
use bellwether_pipeline::clients::Clients;
use bellwether_pipeline::deadline::deadline;
use bellwether_pipeline::progress::nobody;
use bellwether_pipeline::route::Invocation;
use bellwether_pipeline::settings::baseline::BaselineSettings;
use jiff::Timestamp;
use lambda_runtime::{Diagnostic, Error, LambdaEvent, tracing};
use serde_json::{Value, json};
use std::time::SystemTime;
use tokio::time::Instant;

/// What one process makes at cold start.
#[derive(Debug)]
pub struct Function {
    baselines: Baselines,
}

impl Function {
    /// Settings and clients, both through the caller's hands. All mistakes in the settings are told together.
    pub fn new(lookup: impl Fn(&str) -> Option<String>, clients: Clients) -> Result<Self, Error> {
        let settings = BaselineSettings::read(lookup)?;
        let baselines = Baselines::new(settings, Some(clients)).map_err(|error| error.chain())?;
        Ok(Self { baselines })
    }

    /// Makes the baseline of every manifest that an event names. One that fails does not stop the others; the first
    /// failure is the event's, and a retry finds the others done.
    /// `now` is asked by the caller, once.
    pub async fn handle(&self, event: LambdaEvent<Value>, now: Timestamp) -> Result<Value, Diagnostic> {
        let LambdaEvent { payload, context } = event;
        let created = ObjectCreated::parse(&payload).map_err(|error| told(&error.into()))?;
        let deadline = deadline(context.deadline(), SystemTime::now());
        let invocation = Invocation { now, request_id: context.request_id };
        let (mut made, mut failed) = (Vec::new(), None);
        for object in &created {
            match self.generate(object, deadline, &invocation).await {
                Ok(generated) => made.push(summary(&generated)),
                Err(error) => {
                    let diagnostic = told(&error);
                    failed.get_or_insert(diagnostic);
                }
            }
        }
        failed.map_or_else(|| Ok(json!({ "baselines": made })), Err)
    }

    async fn generate(
        &self,
        object: &ObjectCreated,
        deadline: Option<Instant>,
        invocation: &Invocation,
    ) -> Result<Generated, RunError> {
        let version = self.baselines.version_of(object)?;
        let generated = self.baselines.generate(&version, deadline, &nobody).await?;
        if let Standing::BelowFloor(below) = &generated.standing {
            self.baselines.announce(below, invocation).await?;
        }
        Ok(generated)
    }
}

fn summary(generated: &Generated) -> Value {
    let Generated { outcome, standing, object, .. } = generated;
    json!({ "baseline": object, "outcome": outcome, "standing": standing })
}

/// An error as the runtime reports it, logged once.
fn told(error: &RunError) -> Diagnostic {
    let diagnostic = Diagnostic { error_type: error.error_type().to_owned(), error_message: error.chain() };
    tracing::error!(error_type = diagnostic.error_type, "{}", diagnostic.error_message);
    diagnostic
}
