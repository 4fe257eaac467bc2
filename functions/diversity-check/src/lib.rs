//! The hourly diversity check as a Lambda handler: cold start once, then one window an invocation.

use bellwether_contract::trigger::Trigger;
use bellwether_pipeline::RunError;
use bellwether_pipeline::clients::Clients;
use bellwether_pipeline::deadline::deadline;
use bellwether_pipeline::diversity_check::{DiversityCheck, Invocation};
use bellwether_pipeline::metrics::Sink;
use bellwether_pipeline::progress::nobody;
use bellwether_pipeline::settings::Settings;
use jiff::{SignedDuration, Timestamp};
use lambda_runtime::{Diagnostic, Error, LambdaEvent, tracing};
use serde_json::{Value, json};
use std::time::SystemTime;

/// What one process makes at cold start.
#[derive(Debug)]
pub struct Function {
    check: DiversityCheck,
    window: SignedDuration,
}

impl Function {
    /// Settings and clients, both through the caller's hands. All mistakes in the settings are told together.
    pub fn new(lookup: impl Fn(&str) -> Option<String>, clients: Clients) -> Result<Self, Error> {
        let settings = Settings::read(lookup)?;
        let sink = Sink::cloudwatch(&clients, settings.metrics_namespace.clone());
        let window = settings.window;
        let check = DiversityCheck::new(settings, Some(clients), sink).map_err(|error| error.chain())?;
        Ok(Self { check, window })
    }

    /// Judges the window that an event names. `now` is asked by the caller, once.
    pub async fn handle(&self, event: LambdaEvent<Value>, now: Timestamp) -> Result<Value, Diagnostic> {
        self.judge(event, now).await.map_err(|error| {
            let diagnostic =
                Diagnostic { error_type: error.error_type().to_owned(), error_message: error.chain() };
            tracing::error!(error_type = diagnostic.error_type, "{}", diagnostic.error_message);
            diagnostic
        })
    }

    async fn judge(&self, event: LambdaEvent<Value>, now: Timestamp) -> Result<Value, RunError> {
        let LambdaEvent { payload, context } = event;
        let invocation = Invocation {
            trigger: Trigger::parse(&payload, self.window)?,
            now,
            deadline: deadline(context.deadline(), SystemTime::now()),
            memory_mb: Some(context.env_config.memory.max(0).unsigned_abs()),
            request_id: context.request_id,
        };
        let committed = self.check.run(&invocation, &nobody).await?;
        Ok(json!({
            "run": committed.run.to_string(),
            "monitoring_execution_status": committed.execution.monitoring_execution_status,
            "exit_message": committed.execution.exit_message,
            "violations": committed.execution.violations,
        }))
    }
}
