//! `routing/{endpoint}/{variant}/{schedule}.json`: what the on-call has heard of one schedule's violations.
//!
//! It says what is remembered. What follows from a report is decided by the router.

use crate::execution::Identity;
use crate::judged::Severity;
use crate::names::{EndpointName, ScheduleName, VariantName};
use crate::violations::Violation;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;

/// A violation without its numbers: two hours with the same ones are the same news.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct ViolatedConstraint {
    /// The check's word.
    pub constraint_check_type: String,
    /// The column, where the violation names one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub feature_name: Option<String>,
    /// The aggregate, where the violation names one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub metric_name: Option<String>,
}

impl From<&Violation> for ViolatedConstraint {
    fn from(violation: &Violation) -> Self {
        Self {
            constraint_check_type: violation.constraint_check_type.as_str().to_owned(),
            feature_name: violation.feature_name.clone(),
            metric_name: violation.metric_name.clone(),
        }
    }
}

/// The whole file.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct RoutingState {
    /// Layout of this file.
    pub version: u32,
    /// The endpoint.
    pub endpoint_name: EndpointName,
    /// Its variant.
    pub variant_name: VariantName,
    /// The monitoring schedule.
    pub monitoring_schedule_name: ScheduleName,
    /// The newest window that was routed; an older one changes nothing.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub newest: Option<RoutedRun>,
    /// What was announced and is not resolved.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub incident: Option<Incident>,
    /// A message that somebody claimed to send. It is gone once it was sent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub outbox: Option<Outbox>,
    /// Corrections of older windows that were claimed, oldest first, at most [`RoutingState::MOST_CORRECTIONS`].
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub corrections: Vec<RoutedRun>,
}

/// One verdict that was routed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RoutedRun {
    /// End of its window.
    pub window_end: Timestamp,
    /// 1, or 2 for a re-opened window.
    pub revision: u8,
    /// The run's digest.
    pub digest: String,
}

/// Violations that were announced and are not resolved.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Incident {
    /// Start of the first window with violations.
    pub since: Timestamp,
    /// End of the window that the last message spoke about.
    pub last_message: Timestamp,
    /// Windows with violations so far.
    pub windows: u64,
    /// Windows with the same violations since the last message.
    pub silent: u64,
    /// The worst violation since then.
    pub worst: Severity,
    /// What is violated, as far as is known.
    pub violations: BTreeSet<ViolatedConstraint>,
}

/// `notices/{endpoint}/{variant}/{model-version}/baseline.json`: a baseline that was announced as a violation.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct BaselineNotice {
    /// Which baseline of the version: a changed manifest makes another one.
    pub digest: String,
    /// The message, as long as it is claimed and not sent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub outbox: Option<Outbox>,
}

/// A message between its claim and its mark.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Outbox {
    /// What is to be sent, complete: whoever takes over sends the same.
    pub message: Message,
    /// The attempt that sends it.
    pub owner: String,
    /// When somebody else may send it.
    pub lease_until: Timestamp,
}

/// One notification.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Message {
    /// The same for every repetition of one message, and for no other.
    pub message_id: String,
    /// The same for all messages of one schedule: hours fold into one incident.
    pub dedup_key: String,
    /// Less than 100 printable ASCII characters.
    pub subject: String,
    /// For people.
    pub text: String,
    /// For programs: PagerDuty's Events v2 fields, and `text` for chat webhooks.
    pub body: serde_json::Value,
    /// For subscription filters.
    pub attributes: Attributes,
}

/// What a subscription can filter by.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Attributes {
    /// The worst violation's.
    pub severity: Severity,
    /// The monitor, such as `diversity`.
    pub monitor: String,
    /// The endpoint.
    pub endpoint: String,
    /// Its variant.
    pub variant: String,
    /// The monitoring schedule.
    pub schedule: String,
    /// How the run ended.
    pub status: String,
    /// The checks, each once, never empty.
    pub check: Vec<String>,
}

impl RoutingState {
    /// Layout version that is written.
    pub const VERSION: u32 = 1;
    /// Largest file that is read.
    pub const MAX_BYTES: u64 = 64 * 1024 * 1024;
    /// How many corrections of older windows are remembered.
    pub const MOST_CORRECTIONS: usize = 200;

    /// A schedule of which nothing was heard yet.
    #[must_use]
    pub fn new(identity: &Identity) -> Self {
        Self {
            version: Self::VERSION,
            endpoint_name: identity.endpoint_name.clone(),
            variant_name: identity.variant_name.clone(),
            monitoring_schedule_name: identity.monitoring_schedule_name.clone(),
            newest: None,
            incident: None,
            outbox: None,
            corrections: Vec::new(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::json::from_slice;

    #[test]
    fn a_file_of_the_least_form_is_read() {
        let state: RoutingState = from_slice(
            "routing.json",
            br#"{"version": 1, "endpoint_name": "e", "variant_name": "v", "monitoring_schedule_name": "s"}"#,
        )
        .expect("a state");
        assert_eq!((state.newest, state.incident, state.corrections.len()), (None, None, 0));
        let error = from_slice::<RoutingState>("routing.json", b"{}").expect_err("nothing is named");
        assert!(error.to_string().contains("routing.json"), "{error}");
    }
}
