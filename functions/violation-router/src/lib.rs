//! Violation routing as a Lambda function: the reports that an event names.

use bellwether_contract::notification::ObjectCreated;
use bellwether_pipeline::RunError;
use bellwether_pipeline::clients::Clients;
use bellwether_pipeline::meter::Meter;
use bellwether_pipeline::route::{Caller, Routed, Router};
use bellwether_pipeline::settings::router::RouterSettings;
use bellwether_serve::{Served, meter, objects};
use jiff::Timestamp;
use lambda_runtime::{Diagnostic, Error, LambdaEvent, tracing};
use serde_json::{Value, json};

/// What one process makes at cold start.
#[derive(Debug)]
pub struct Function {
    router: Router,
}

impl bellwether_serve::Function for Function {
    fn new(lookup: impl Fn(&str) -> Option<String>, clients: Clients) -> Result<Self, Error> {
        let settings = RouterSettings::of_the_function(lookup)?;
        let router = Router::new(settings, Some(&clients)).map_err(|error| error.chain())?;
        Ok(Self { router })
    }

    /// Routes every report that an event names.
    async fn handle(&self, event: LambdaEvent<Value>, now: Timestamp) -> Result<Value, Diagnostic> {
        let LambdaEvent { payload, context } = event;
        let invocation = Caller { now, request_id: context.request_id.clone() };
        let mut routed = Served::default();
        for object in objects(&payload, &context)? {
            let meter = meter(&context);
            let report = self.route(&object, &invocation).await;
            routed.add(&object, meter, report.map(|report| told(&report, meter)));
        }
        Ok(json!({ "routed": routed.finish()? }))
    }
}

impl Function {
    async fn route(&self, object: &ObjectCreated, invocation: &Caller) -> Result<Routed, RunError> {
        let run = self.router.run_of(object)?;
        self.router.route(&run, invocation).await
    }
}

/// What became of a report, with one structured line for it.
fn told(routed: &Routed, meter: Meter) -> Value {
    let Routed { run, execution, sent, silence, busy_until: _ } = routed;
    let seconds = meter.seconds();
    let message_ids: Vec<&str> = sent.iter().map(|message| message.message_id.as_str()).collect();
    tracing::info!(
        target: "bellwether_router",
        monitor = execution.identity.monitor,
        run = %run,
        window_start = %execution.identity.window.start(),
        window_end = %execution.identity.window.end(),
        status = %execution.monitoring_execution_status,
        violations = execution.violations,
        messages_sent = sent.len(),
        message_ids = message_ids.join(" "),
        silence = ?silence,
        duration_seconds = seconds,
        estimated_cost_usd = meter.cost_usd(seconds),
        "{}",
        sent.last().map_or("nothing to tell", |message| &message.subject)
    );
    summary(routed)
}

fn summary(routed: &Routed) -> Value {
    let sent: Vec<_> = routed
        .sent
        .iter()
        .map(|message| json!({ "message_id": message.message_id, "subject": message.subject }))
        .collect();
    json!({ "run": routed.run.to_string(), "sent": sent, "silence": routed.silence })
}
