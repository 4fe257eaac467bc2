//! The state machine of a stack, which has the parts of wide windows read and then the window judged, each by the function that
//! handed it over.
//!
//! It knows no plan and no key: what it is told it tells the function, which finds the rest by itself.

use crate::RunError;
use crate::clients::Clients;
use crate::settings::scale_out::{AtOnce, ScaleOutSettings};
use aws_sdk_sfn::Client;
use aws_sdk_sfn::error::ProvideErrorMetadata;
use bellwether_contract::names::ScheduleName;
use bellwether_contract::trigger::Trigger;
use bellwether_contract::window::{truncate, utc};
use jiff::Timestamp;
use serde_json::{Value, json};

/// What Step Functions says of a name that was used before: then or now somebody started the same.
const EXISTS: &str = "ExecutionAlreadyExists";
/// What it says where asking again changes nothing.
const REFUSALS: [&str; 5] = [
    "AccessDeniedException",
    "StateMachineDoesNotExist",
    "StateMachineDeleting",
    "InvalidArn",
    "UnrecognizedClientException",
];

/// A state machine, and what it is told of this function.
#[derive(Debug, Clone)]
pub struct Machine {
    client: Client,
    arn: String,
    function: String,
    at_once: u32,
}

/// What is to be started.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Start<'s> {
    /// The monitoring schedule: the monitor's name, where a document holds several.
    pub(crate) monitor: &'s ScheduleName,
    /// Which window.
    pub(crate) trigger: Trigger,
    /// What time it is.
    pub(crate) now: Timestamp,
    /// SHA-256 of the plan, which holds the monitoring schedule's name.
    pub(crate) job: &'s str,
    /// How many parts it has.
    pub(crate) parts: usize,
}

impl Start<'_> {
    /// The same within an hour, so that a tick that comes twice starts one execution; another in a later one, for a name that was used
    /// stays taken.
    fn name(&self) -> String {
        let hour = |instant| utc(instant).strftime("%Y%m%d%H");
        let job: String = self.job.chars().take(32).collect();
        format!("{}-{job}-{}", hour(self.trigger.window.end()), hour(truncate(self.now)))
    }

    fn input(&self, function: &str, at_once: u32) -> Value {
        let Self { monitor, trigger: Trigger { window, reopen }, job, parts, .. } = self;
        json!({
            "function": function,
            "max_concurrency": at_once,
            "parts": (0..*parts).collect::<Vec<_>>(),
            "monitor": monitor,
            "window": window,
            "reopen": reopen,
            "job": job,
        })
    }
}

impl Machine {
    /// The machine that the settings name, if they name one, for the function of this name.
    #[must_use]
    pub fn new(settings: ScaleOutSettings, function: String, clients: &Clients) -> Option<Self> {
        let ScaleOutSettings { machine, part_concurrency: AtOnce(at_once) } = settings;
        Some(Self { client: clients.sfn.clone(), arn: machine?, function, at_once })
    }

    /// Starts an execution, and says its name.
    ///
    /// # Errors
    /// This role may not, or the machine is not there; or it did not answer, and a retry starts the same.
    pub(crate) async fn start(&self, start: Start<'_>) -> Result<String, RunError> {
        let (name, input) = (start.name(), start.input(&self.function, self.at_once));
        let started = self.client.start_execution().state_machine_arn(&self.arn).name(&name);
        let Err(error) = started.input(input.to_string()).send().await else { return Ok(name) };
        let (machine, code) = (self.arn.clone(), error.code().unwrap_or_default().to_owned());
        if code == EXISTS {
            return Ok(name);
        }
        let source = Box::new(error);
        Err(match REFUSALS.contains(&code.as_str()) {
            true => RunError::HandOverRefused { machine, source },
            false => RunError::HandOverUnavailable { machine, source },
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use bellwether_contract::window::Window;

    fn start(now: &str) -> (String, Value) {
        let time = |text: &str| text.parse::<Timestamp>().unwrap();
        let window = Window::new(time("2026-10-31T08:00:00Z"), time("2026-10-31T09:00:00Z")).unwrap();
        let (monitor, job) = ("churn-hourly".parse().unwrap(), "ab".repeat(32));
        let trigger = Trigger { window, reopen: false };
        let start = Start { monitor: &monitor, trigger, now: time(now), job: &job, parts: 3 };
        (start.name(), start.input("churn", 50))
    }

    #[test]
    fn equal_ticks_start_the_same_and_a_later_hour_starts_anew() {
        let (name, input) = start("2026-10-31T09:10:04Z");
        assert_eq!(name, format!("2026103109-{}-2026103109", "ab".repeat(16)));
        assert!(name.len() <= 80, "the longest that Step Functions takes");
        assert_eq!(start("2026-10-31T09:59:59Z"), (name.clone(), input.clone()));
        assert_ne!(start("2026-10-31T10:10:00Z").0, name);
        assert_eq!(input["parts"], json!([0, 1, 2]));
        assert_eq!(input["window"], json!({"start": "2026-10-31T08:00:00Z", "end": "2026-10-31T09:00:00Z"}));
    }
}
