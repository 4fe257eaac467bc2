//! A scheduled monitor as a function: one window an event.

use crate::{Function, memory_mb, meter, told};
use bellwether_contract::trigger::Trigger;
use bellwether_contract::window::Offsets;
use bellwether_pipeline::RunError;
use bellwether_pipeline::clients::Clients;
use bellwether_pipeline::deadline::deadline;
use bellwether_pipeline::metrics::Sink;
use bellwether_pipeline::monitor::{Monitor, MonitorSettings};
use bellwether_pipeline::progress::nobody;
use bellwether_pipeline::scheduled::{Invocation, Scheduled};
use bellwether_pipeline::settings::Settings;
use jiff::Timestamp;
use lambda_runtime::{Context, Diagnostic, Error, LambdaEvent};
use serde_json::{Value, json};
use std::time::SystemTime;

/// A monitor that a schedule starts.
#[derive(Debug)]
pub struct Hourly<M> {
    monitor: Scheduled<M>,
    offsets: Offsets,
}

impl<M: Monitor> Function for Hourly<M> {
    fn new(lookup: impl Fn(&str) -> Option<String>, clients: Clients) -> Result<Self, Error> {
        let settings = M::Settings::read(lookup)?;
        let schedule = settings.schedule();
        let sink = Sink::cloudwatch(&clients, schedule.metrics_namespace.as_ref());
        let offsets = schedule.offsets();
        let monitor = Scheduled::new(settings, Some(clients), sink).map_err(|error| error.chain())?;
        Ok(Self { monitor, offsets })
    }

    /// Judges the window that an event names.
    async fn handle(&self, event: LambdaEvent<Value>, now: Timestamp) -> Result<Value, Diagnostic> {
        let LambdaEvent { payload, context } = event;
        let meter = meter(&context);
        // The window is what an error is about, or the event that names none.
        let trigger = bellwether_events::trigger(&payload, self.offsets)
            .map_err(|error| told(&error.into(), "event", meter))?;
        let run = self.monitor.run_folder(&trigger.window).to_string();
        self.judge(trigger, context, now).await.map_err(|error| told(&error, &run, meter))
    }
}

impl<M: Monitor> Hourly<M> {
    async fn judge(&self, trigger: Trigger, context: Context, now: Timestamp) -> Result<Value, RunError> {
        let invocation = Invocation {
            trigger,
            now,
            deadline: deadline(context.deadline(), SystemTime::now()),
            memory_mb: Some(memory_mb(&context)),
            request_id: context.request_id,
        };
        let committed = self.monitor.tick(&invocation, &nobody).await.0?;
        Ok(json!({
            "run": committed.run.to_string(),
            "monitoring_execution_status": committed.execution.monitoring_execution_status,
            "exit_message": committed.execution.exit_message,
            "violations": committed.execution.violations,
        }))
    }
}
