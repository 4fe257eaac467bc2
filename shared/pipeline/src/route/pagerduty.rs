//! A message's body for programs: an event as PagerDuty takes it, which a queue or a webhook behind the topic gets.
//!
//! Source: PagerDuty, Events API v2, "Send an Alert Event". `message_id` and `text` are ours; its reader passes them over.

use bellwether_contract::judged::Severity;
use jiff::Timestamp;
use serde::Serialize;
use serde_json::Value;

/// The whole event. The order of fields is that of the text.
#[derive(Debug, Serialize)]
pub(super) struct PagerDutyEvent<'e> {
    pub(super) message_id: &'e str,
    pub(super) event_action: Action,
    /// Events of one key are one incident.
    pub(super) dedup_key: &'e str,
    pub(super) text: &'e str,
    pub(super) payload: Payload<'e>,
    pub(super) links: Vec<Link<'e>>,
}

/// What an event does to the incident of its key.
#[derive(Debug, Clone, Copy, Serialize)]
#[serde(rename_all = "lowercase")]
pub(super) enum Action {
    /// Opens it, or goes on with it.
    Trigger,
    /// Ends it.
    Resolve,
}

/// What the event is about.
#[derive(Debug, Serialize)]
pub(super) struct Payload<'e> {
    pub(super) summary: &'e str,
    /// The endpoint.
    pub(super) source: &'e str,
    pub(super) severity: Severity,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) timestamp: Option<Timestamp>,
    /// Its variant.
    pub(super) component: &'e str,
    /// The schedule.
    pub(super) group: &'e str,
    /// The first check.
    pub(super) class: &'e str,
    pub(super) custom_details: Value,
}

/// A page to look at.
#[derive(Debug, Serialize)]
pub(super) struct Link<'e> {
    pub(super) href: &'e str,
    pub(super) text: &'static str,
}

impl PagerDutyEvent<'_> {
    /// The event as JSON. Its keys are texts, so nothing can fail.
    pub(super) fn body(&self) -> Value {
        serde_json::to_value(self).unwrap_or_default()
    }
}
