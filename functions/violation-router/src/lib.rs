//! Violation routing as a Lambda handler: cold start once, then the reports that an event names.

use bellwether_contract::notification::ObjectCreated;
use bellwether_pipeline::RunError;
use bellwether_pipeline::clients::Clients;
use bellwether_pipeline::route::{Invocation, Routed, Router};
use bellwether_pipeline::settings::router::RouterSettings;
use jiff::Timestamp;
use lambda_runtime::{Diagnostic, Error, LambdaEvent, tracing};
use serde_json::{Value, json};

/// What one process makes at cold start.
#[derive(Debug)]
pub struct Function {
    router: Router,
}

impl Function {
    /// Settings and clients, both through the caller's hands. All mistakes in the settings are told together.
    pub fn new(lookup: impl Fn(&str) -> Option<String>, clients: Clients) -> Result<Self, Error> {
        let settings = RouterSettings::read(lookup)?;
        let router = Router::new(settings, Some(&clients)).map_err(|error| error.chain())?;
        Ok(Self { router })
    }

    /// Routes every report that an event names. One that fails does not stop the others; the first failure is the
    /// event's, and a retry finds the others done. `now` is asked by the caller, once.
    pub async fn handle(&self, event: LambdaEvent<Value>, now: Timestamp) -> Result<Value, Diagnostic> {
        let LambdaEvent { payload, context } = event;
        let created = ObjectCreated::parse(&payload).map_err(|error| told(&error.into()))?;
        let invocation = Invocation { now, request_id: context.request_id };
        let (mut routed, mut failed) = (Vec::new(), None);
        for object in &created {
            match self.route(object, &invocation).await {
                Ok(report) => routed.push(summary(&report)),
                Err(error) => {
                    let diagnostic = told(&error);
                    failed.get_or_insert(diagnostic);
                }
            }
        }
        failed.map_or_else(|| Ok(json!({ "routed": routed })), Err)
    }

    async fn route(&self, object: &ObjectCreated, invocation: &Invocation) -> Result<Routed, RunError> {
        let run = self.router.run_of(object)?;
        self.router.route(&run, invocation).await
    }
}

fn summary(routed: &Routed) -> Value {
    let sent: Vec<_> = routed
        .sent
        .iter()
        .map(|message| json!({ "message_id": message.message_id, "subject": message.subject }))
        .collect();
    json!({ "run": routed.run.to_string(), "sent": sent, "silence": routed.silence })
}

/// An error as the runtime reports it, logged once.
fn told(error: &RunError) -> Diagnostic {
    let diagnostic = Diagnostic { error_type: error.error_type().to_owned(), error_message: error.chain() };
    tracing::error!(error_type = diagnostic.error_type, "{}", diagnostic.error_message);
    diagnostic
}
