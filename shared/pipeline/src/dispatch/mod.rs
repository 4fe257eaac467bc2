//! The one schedule of a stack: it starts each due monitor of the document once, and says which monitors are behind.
//!
//! It judges nothing, and monitors start nobody, so that no chain of functions can grow. What it starts it names, by hour and name:
//! where to read and write a monitor's function knows from its own environment and the document.
//!
//! Whatever cannot be done for one monitor is done for the others, and told: a broken entry among those that are behind, a start that
//! was refused as the error of the tick, whose retry starts all again. A monitor that is started twice has one verdict.

mod roll;
mod standing;
mod survey;
mod watch;

pub use roll::Roll;
pub use standing::Behind;
pub use survey::{Survey, Surveyed};
pub(crate) use watch::watched;

use crate::RunError;
use crate::clients::Clients;
use crate::clock::ended;
use crate::commit::Ledger;
use crate::document::{Document, DocumentEntry, Holder};
use crate::inputs;
use crate::metrics::Sink;
use crate::settings::Namespace;
use crate::settings::dispatch::DispatchSettings;
use aws_sdk_lambda::error::DisplayErrorContext;
use aws_sdk_lambda::primitives::Blob;
use aws_sdk_lambda::types::InvocationType;
use bellwether_contract::names::ScheduleName;
use bellwether_storage::{Location, Store};
use futures::stream::{StreamExt, iter};
use jiff::Timestamp;
use serde_json::json;
use std::collections::BTreeMap;

/// Calls in flight at once: five hundred monitors are started within seconds, and no account is pressed.
const AT_ONCE: usize = 10;

/// Monitors for which something could not be done, each with why.
pub(crate) type Failures = BTreeMap<ScheduleName, String>;

/// Everything that a process makes once and uses for every tick.
#[derive(Debug)]
pub struct Dispatcher {
    settings: DispatchSettings,
    clients: Clients,
    survey: Survey,
}

/// What became of a tick.
#[derive(Debug)]
pub struct Dispatched {
    /// Monitors that were started.
    pub started: Vec<ScheduleName>,
    /// How all of them stand.
    pub surveyed: Surveyed,
}

impl Dispatcher {
    /// Opens stores.
    ///
    /// # Errors
    /// A location that cannot be opened.
    pub fn new(settings: DispatchSettings, clients: Clients) -> Result<Self, RunError> {
        let open = |location: &Location| Store::new(location, Some(&clients.s3));
        let (sink, stack) = (Sink::cloudwatch(&clients, None::<Namespace>), Some(settings.stack()));
        let ledger = Ledger { reports: open(&settings.reports)?, state: open(&settings.state)?, sink, stack };
        let survey = Survey { ledger };
        Ok(Self { settings, clients, survey })
    }

    /// Starts what is due at this hour, then looks how all stand and publishes it.
    ///
    /// # Errors
    /// The document cannot be read at all; or a monitor could not be started or looked at, of which the others know nothing.
    pub async fn tick(&self, scheduled: Timestamp, now: Timestamp) -> Result<Dispatched, RunError> {
        ended(scheduled, now)?;
        let document = self.document().await?;
        let roll = Roll::of(&document, |monitor| self.settings.functions.of(monitor).map(|_| ()));
        let (started, refused) = self.start(&roll, scheduled).await;
        let surveyed = self.survey.take(&roll, scheduled, now).await?;
        let failed: Failures = surveyed.unknown.clone().into_iter().chain(refused).collect();
        if failed.is_empty() {
            return Ok(Dispatched { started, surveyed });
        }
        let document = document.object().to_owned();
        Err(RunError::NotDispatched { document, scheduled, started: started.len(), failed })
    }

    async fn document(&self) -> Result<Document, RunError> {
        let DispatchSettings { monitors, reports, state, .. } = &self.settings;
        let of_the_stack = |name: &str| match name {
            "REPORTS_URI" => Some(reports.to_string()),
            "STATE_URI" => Some(state.to_string()),
            _ => None,
        };
        inputs::document(monitors, Some(&self.clients.s3), Holder::Stack(&of_the_stack)).await
    }

    /// Starts the monitors that are due: who was, and who could not be.
    async fn start(&self, roll: &Roll<'_>, scheduled: Timestamp) -> (Vec<ScheduleName>, Failures) {
        let due = roll.enabled.iter().copied().filter(|entry| entry.every.is_due(scheduled));
        // Collected, because the compiler cannot follow a borrowed stream of borrows.
        let starts: Vec<_> =
            due.map(|entry| async move { (&entry.name, self.start_one(entry, scheduled).await) }).collect();
        let mut starts = iter(starts).buffered(AT_ONCE);
        let (mut started, mut refused) = (Vec::new(), Failures::new());
        while let Some((name, start)) = starts.next().await {
            match start {
                Ok(()) => started.push(name.clone()),
                Err(reason) => {
                    tracing::warn!(schedule = %name, "{reason}");
                    refused.insert(name.clone(), reason);
                }
            }
        }
        (started, refused)
    }

    async fn start_one(&self, entry: &DocumentEntry, scheduled: Timestamp) -> Result<(), String> {
        let function = self.settings.functions.of(entry.monitor.name)?;
        let event = json!({"scheduled_time": scheduled, "monitor": entry.name});
        let start = self.clients.lambda.invoke().function_name(function);
        let start = start.invocation_type(InvocationType::Event).payload(Blob::new(event.to_string()));
        let refusal = |error| format!("{function} was not started: {}", DisplayErrorContext(error));
        start.send().await.map(|_| ()).map_err(refusal)
    }
}
