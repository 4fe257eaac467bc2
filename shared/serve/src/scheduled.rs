//! A scheduled monitor as a function: one window an event.

use crate::{Function, told};
use bellwether_contract::trigger::Trigger;
use bellwether_pipeline::RunError;
use bellwether_pipeline::clients::Clients;
use bellwether_pipeline::deadline::deadline;
use bellwether_pipeline::metrics::Sink;
use bellwether_pipeline::monitor::{Monitor, MonitorSettings};
use bellwether_pipeline::progress::nobody;
use bellwether_pipeline::scheduled::{Invocation, Scheduled};
use jiff::{SignedDuration, Timestamp};
use lambda_runtime::{Diagnostic, Error, LambdaEvent};
use serde_json::{Value, json};
use std::time::SystemTime;

/// A monitor that a schedule starts.
#[derive(Debug)]
pub struct Hourly<M> {
    monitor: Scheduled<M>,
    window: SignedDuration,
}

impl<M: Monitor> Function for Hourly<M> {
    fn new(lookup: impl Fn(&str) -> Option<String>, clients: Clients) -> Result<Self, Error> {
        let settings = M::Settings::read(lookup)?;
        let schedule = settings.schedule();
        let sink = Sink::cloudwatch(&clients, schedule.metrics_namespace.clone());
        let window = schedule.window;
        let monitor = Scheduled::new(settings, Some(clients), sink).map_err(|error| error.chain())?;
        Ok(Self { monitor, window })
    }

    /// Judges the window that an event names.
    async fn handle(&self, event: LambdaEvent<Value>, now: Timestamp) -> Result<Value, Diagnostic> {
        self.judge(event, now).await.map_err(|error| told(&error))
    }
}

impl<M: Monitor> Hourly<M> {
    async fn judge(&self, event: LambdaEvent<Value>, now: Timestamp) -> Result<Value, RunError> {
        let LambdaEvent { payload, context } = event;
        let invocation = Invocation {
            trigger: Trigger::parse(&payload, self.window)?,
            now,
            deadline: deadline(context.deadline(), SystemTime::now()),
            memory_mb: Some(context.env_config.memory.max(0).unsigned_abs()),
            request_id: context.request_id,
        };
        let committed = self.monitor.run(&invocation, &nobody).await?;
        Ok(json!({
            "run": committed.run.to_string(),
            "monitoring_execution_status": committed.execution.monitoring_execution_status,
            "exit_message": committed.execution.exit_message,
            "violations": committed.execution.violations,
        }))
    }
}
