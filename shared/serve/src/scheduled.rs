//! A scheduled monitor as a function: one window an event.

use crate::{Function, memory_mb, meter, told};
use bellwether_contract::trigger::Trigger;
use bellwether_contract::window::Offsets;
use bellwether_events::Share;
use bellwether_pipeline::RunError;
use bellwether_pipeline::captures::HandedOver;
use bellwether_pipeline::clients::Clients;
use bellwether_pipeline::deadline::{Instant, deadline};
use bellwether_pipeline::document::{Document, DocumentEntry, Holder, OF_THE_STACK};
use bellwether_pipeline::inputs;
use bellwether_pipeline::machine::Machine;
use bellwether_pipeline::metrics::Sink;
use bellwether_pipeline::monitor::{Monitor, MonitorSettings};
use bellwether_pipeline::progress::nobody;
use bellwether_pipeline::scheduled::{Invocation, Scheduled};
use bellwether_pipeline::settings::Settings;
use bellwether_pipeline::settings::scale_out::ScaleOutSettings;
use bellwether_storage::Location;
use jiff::Timestamp;
use lambda_runtime::{Context, Diagnostic, Error, LambdaEvent, tracing};
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::time::SystemTime;

/// The variable that names a document. Where it is set, the monitors are the document's and not the environment's.
const MONITORS_URI: &str = "MONITORS_URI";

/// Where the document lies, where there is one.
///
/// # Errors
/// What the environment says is no location.
pub fn document(lookup: impl Fn(&str) -> Option<String>) -> Result<Option<Location>, Error> {
    let named = lookup(MONITORS_URI).filter(|text| !text.trim().is_empty());
    let parsed = named.map(|text| text.trim().parse().map_err(|error| format!("{MONITORS_URI}: {error}")));
    Ok(parsed.transpose()?)
}

/// The hour that an event names, whichever window is judged then.
///
/// # Errors
/// The event names none.
pub fn scheduled(event: &Value) -> Result<Timestamp, RunError> {
    Ok(bellwether_events::trigger(event, Offsets::default())?.window.scheduled())
}

/// Lambda's own variable: the function that a state machine starts for the parts of what this one hands over.
const FUNCTION_NAME: &str = "AWS_LAMBDA_FUNCTION_NAME";

/// The state machine to which wide windows are handed over, where there is one.
fn machine(lookup: &impl Fn(&str) -> Option<String>, clients: &Clients) -> Result<Option<Machine>, Error> {
    let settings = ScaleOutSettings::read(lookup)?;
    let function = lookup(FUNCTION_NAME).unwrap_or_default();
    if settings.machine.is_some() && function.is_empty() {
        return Err(format!(
            "{FUNCTION_NAME} is missing: Lambda sets it, and a state machine starts that function"
        )
        .into());
    }
    Ok(Machine::new(settings, function, clients))
}

/// A monitor that a schedule starts.
#[derive(Debug)]
pub struct Hourly<M> {
    source: Source<M>,
    machine: Option<Machine>,
}

/// Who says which monitors there are.
#[derive(Debug)]
enum Source<M> {
    /// The environment: one.
    Environment(Box<Made<M>>),
    /// A document, read for each event: it changes without a deployment.
    Document { location: Location, of_the_stack: BTreeMap<&'static str, String>, clients: Clients },
}

/// A monitor, and which hours it judges.
#[derive(Debug)]
struct Made<M> {
    monitor: Scheduled<M>,
    offsets: Offsets,
}

impl<M: Monitor> Made<M> {
    fn new(settings: M::Settings, clients: Clients, machine: Option<Machine>) -> Result<Self, RunError> {
        let schedule = settings.schedule();
        let sink = Sink::cloudwatch(&clients, schedule.metrics_namespace.as_ref());
        let offsets = schedule.offsets();
        let monitor = Scheduled::new(settings, Some(clients), sink)?.handing_over(machine);
        Ok(Self { monitor, offsets })
    }
}

impl<M: Monitor> Function for Hourly<M> {
    fn new(lookup: impl Fn(&str) -> Option<String>, clients: Clients) -> Result<Self, Error> {
        let machine = machine(&lookup, &clients)?;
        let Some(location) = document(&lookup)? else {
            let made = Made::new(M::Settings::read(lookup)?, clients, machine.clone());
            let made = made.map_err(|error| error.chain())?;
            return Ok(Self { source: Source::Environment(Box::new(made)), machine });
        };
        let of_the_stack = OF_THE_STACK.into_iter().filter_map(|name| Some((name, lookup(name)?))).collect();
        Ok(Self { source: Source::Document { location, of_the_stack, clients }, machine })
    }

    /// Judges the window that an event names, of the monitor that it names.
    async fn handle(&self, event: LambdaEvent<Value>, now: Timestamp) -> Result<Value, Diagnostic> {
        let LambdaEvent { payload, context } = event;
        let made;
        let monitor = match &self.source {
            Source::Environment(monitor) => monitor,
            Source::Document { location, of_the_stack, clients } => {
                let meter = meter(&context);
                let document = read(location, of_the_stack, clients).await;
                let found = document.and_then(|document| found::<M>(&document, &payload));
                let found = found.map_err(|error| told(&error, "event", meter))?;
                let entry = match found {
                    Found::Due(entry) => entry,
                    Found::NotDue(why) => {
                        tracing::info!("nothing was judged: {why}");
                        return Ok(json!({"nothing_judged": why}));
                    }
                };
                let settings = entry.settings().map_err(|error| Diagnostic {
                    error_type: crate::CONFIGURATION_ERROR.to_owned(),
                    error_message: error.to_string(),
                })?;
                let one = Made::<M>::new(settings, clients.clone(), self.machine.clone());
                let one = one.map_err(|error| told(&error, entry.name.as_str(), meter))?;
                let monitor = one.monitor.taking_turns(entry.shares_replay);
                made = Box::new(Made { monitor, ..one });
                &made
            }
        };
        monitor.handle(&payload, context, now).await
    }
}

async fn read(
    location: &Location,
    of_the_stack: &BTreeMap<&'static str, String>,
    clients: &Clients,
) -> Result<Document, RunError> {
    let lookup = |name: &str| of_the_stack.get(name).cloned();
    inputs::document(location, Some(&clients.s3), Holder::Stack(&lookup)).await
}

/// What an event finds in the document.
enum Found {
    /// A monitor to run.
    Due(Box<DocumentEntry>),
    /// The document was changed since the event was sent, and this is no failure.
    NotDue(String),
}

/// The monitor that an event names, or the only one of its kind.
fn found<M: Monitor>(document: &Document, event: &Value) -> Result<Found, RunError> {
    let name = match bellwether_events::monitor(event)? {
        Some(name) => name,
        None => only::<M>(document)?,
    };
    if !document.entries().iter().any(|named| named.name == name) {
        return Ok(Found::NotDue(format!("no monitor of {} is called {name}", document.object())));
    }
    let entry = document.entry(name)?;
    let scheduled = scheduled(event)?;
    let is_due = bellwether_events::is_by_hand(event) || entry.every.is_due(scheduled);
    Ok(if entry.monitor.name != M::NAME {
        Found::NotDue(format!("{name} is a monitor of {} now", entry.monitor.name))
    } else if !entry.enabled {
        Found::NotDue(format!("{name} is paused"))
    } else if !is_due {
        Found::NotDue(format!("{name} is not due at {scheduled}"))
    } else {
        Found::Due(Box::new(entry.clone()))
    })
}

fn only<M: Monitor>(document: &Document) -> Result<&str, RunError> {
    let is_ours = |entry: &DocumentEntry| entry.monitor.name == M::NAME;
    let mut ours = document.entries().iter().filter(|named| named.read.as_ref().is_ok_and(is_ours));
    match (ours.next(), ours.count()) {
        (Some(named), 0) => Ok(&named.name),
        (first, more) => Err(RunError::WhichMonitor {
            document: document.object().to_owned(),
            found: usize::from(first.is_some()) + more,
            monitor: M::NAME,
        }),
    }
}

impl<M: Monitor> Made<M> {
    async fn handle(&self, payload: &Value, context: Context, now: Timestamp) -> Result<Value, Diagnostic> {
        let meter = meter(&context);
        // The window is what an error is about, or the event that names none.
        let trigger = bellwether_events::trigger(payload, self.offsets)
            .map_err(|error| told(&error.into(), "event", meter))?;
        let share = bellwether_events::share(payload).map_err(|error| told(&error.into(), "event", meter))?;
        let run = self.monitor.run_folder(&trigger.window).to_string();
        match self.judge(trigger, share, context, now).await {
            Err(RunError::HandedOver(handed_over)) => Ok(still_to_come(&handed_over)),
            judged => judged.map_err(|error| told(&error, &run, meter)),
        }
    }

    /// A window, or what a state machine asks for of a wide one.
    async fn judge(
        &self,
        trigger: Trigger,
        share: Option<Share>,
        context: Context,
        now: Timestamp,
    ) -> Result<Value, RunError> {
        let invocation = Invocation {
            trigger,
            now,
            began: Instant::now(),
            deadline: deadline(context.deadline(), SystemTime::now()),
            memory_mb: Some(memory_mb(&context)),
            request_id: context.request_id,
        };
        let committed = match share {
            None => self.monitor.tick(&invocation, &nobody).await.0?,
            Some(Share { job, part: None }) => self.monitor.judge_parts(&invocation, &job, &nobody).await?,
            Some(Share { job, part: Some(part) }) => {
                self.monitor.read_part(&invocation, &job, part, &nobody).await?;
                return Ok(
                    json!({"run": self.monitor.run_folder(&trigger.window).to_string(), "part": part}),
                );
            }
        };
        Ok(json!({
            "run": committed.run.to_string(),
            "monitoring_execution_status": committed.execution.monitoring_execution_status,
            "exit_message": committed.execution.exit_message,
            "violations": committed.execution.violations,
        }))
    }
}

/// What is answered of a window whose parts others read: no status, for there is none yet.
fn still_to_come(handed_over: &HandedOver) -> Value {
    let HandedOver { run, parts, size_bytes, execution, .. } = handed_over;
    json!({
        "run": run.to_string(),
        "handed_over": {"execution": execution, "parts": parts, "size_bytes": size_bytes},
    })
}
