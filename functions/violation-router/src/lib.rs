//! Violation routing as a Lambda function: the reports that an event names.

use bellwether_contract::notification::ObjectCreated;
use bellwether_pipeline::RunError;
use bellwether_pipeline::clients::Clients;
use bellwether_pipeline::route::{Invocation, Routed, Router};
use bellwether_pipeline::settings::router::RouterSettings;
use bellwether_serve::{Served, objects};
use jiff::Timestamp;
use lambda_runtime::{Diagnostic, Error, LambdaEvent};
use serde_json::{Value, json};

/// What one process makes at cold start.
#[derive(Debug)]
pub struct Function {
    router: Router,
}

impl bellwether_serve::Function for Function {
    fn new(lookup: impl Fn(&str) -> Option<String>, clients: Clients) -> Result<Self, Error> {
        let settings = RouterSettings::read(lookup)?;
        let router = Router::new(settings, Some(&clients)).map_err(|error| error.chain())?;
        Ok(Self { router })
    }

    /// Routes every report that an event names.
    async fn handle(&self, event: LambdaEvent<Value>, now: Timestamp) -> Result<Value, Diagnostic> {
        let LambdaEvent { payload, context } = event;
        let invocation = Invocation { now, request_id: context.request_id };
        let mut routed = Served::default();
        for object in objects(&payload)? {
            routed.add(self.route(&object, &invocation).await.map(|report| summary(&report)));
        }
        Ok(json!({ "routed": routed.finish()? }))
    }
}

impl Function {
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
