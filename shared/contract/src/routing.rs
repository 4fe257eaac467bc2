//! `routing/{endpoint}/{variant}/{schedule}.json`: what the on-call has heard of one schedule's violations.
//!
//! It says what is remembered. What follows from a report is decided by the router.

use crate::execution::Identity;
use crate::judged::Severity;
use crate::names::{EndpointName, ScheduleName, VariantName};
use crate::violations::{CheckType, Violation};
use jiff::Timestamp;
use serde::{Deserialize, Deserializer, Serialize};
use std::collections::BTreeSet;

/// A violation without its numbers: two hours with the same ones are the same news.
#[derive(Debug, Clone, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct ViolatedConstraint {
    /// The check's word.
    pub constraint_check_type: String,
    /// The column, where the violation names one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub feature_name: Option<String>,
    /// The aggregate, where the violation names one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub metric_name: Option<String>,
    /// So many constraints of this check, for which there is no room by name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rest: Option<Rest>,
}

/// Constraints that are counted and not named.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Rest {
    /// How many.
    pub count: u64,
    /// SHA-256 over their names: another set is another rest.
    pub digest: String,
}

impl ViolatedConstraint {
    /// What the check is called among those that a run held.
    #[must_use]
    pub fn check_name(&self) -> String {
        let of_feature =
            || format!("{}.{}", self.feature_name.as_deref().unwrap_or_default(), self.constraint_check_type);
        self.metric_name.clone().unwrap_or_else(of_feature)
    }

    /// What it is worth where a run does not say so, as those did not that had no numbers behind their violations: critical
    /// below an absolute floor, info for corrupt capture, otherwise a warning.
    #[must_use]
    pub fn usual_severity(&self) -> Severity {
        if self.metric_name.as_deref().is_some_and(|metric| metric.ends_with("_floor")) {
            Severity::Critical
        } else if self.constraint_check_type == CheckType::CaptureCorrupt.as_str() {
            Severity::Info
        } else {
            Severity::Warning
        }
    }

    /// Room that it takes in a file, names escaped.
    #[must_use]
    pub fn size_bytes(&self) -> usize {
        const SHAPE: usize = 160;
        let names =
            [Some(&self.constraint_check_type), self.feature_name.as_ref(), self.metric_name.as_ref()];
        let escaped =
            |name: &String| name.chars().map(|c| if c < ' ' { 6 } else { c.len_utf8() + 1 }).sum::<usize>();
        SHAPE + names.into_iter().flatten().map(escaped).sum::<usize>()
    }
}

impl From<&Violation> for ViolatedConstraint {
    fn from(violation: &Violation) -> Self {
        Self {
            constraint_check_type: violation.constraint_check_type.as_str().to_owned(),
            feature_name: violation.feature_name.clone(),
            metric_name: violation.metric_name.clone(),
            rest: None,
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
    /// The newest window that was routed; an older one never moves the incident.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub newest: Option<RoutedRun>,
    /// What was announced and is not resolved.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub incident: Option<Incident>,
    /// What was told of earlier hours while nothing was open, until it is known to be well.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub earlier: Option<Incident>,
    /// Windows of which nothing was judged, as long as that lasts.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub blind: Option<Blindness>,
    /// Messages that were decided and not sent yet, oldest first.
    #[serde(default, skip_serializing_if = "Vec::is_empty", deserialize_with = "one_or_many")]
    pub outbox: Vec<Outbox>,
    /// Verdicts that were routed, the last [`RoutingState::MOST_ROUTED`] in the order in which they were.
    #[serde(default, skip_serializing_if = "Vec::is_empty", alias = "corrections")]
    pub routed: Vec<RoutedRun>,
}

/// Older layouts held one message at most.
fn one_or_many<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<Outbox>, D::Error> {
    #[derive(Deserialize)]
    #[serde(untagged)]
    enum Held {
        One(Box<Outbox>),
        Many(Vec<Outbox>),
    }
    Ok(match Held::deserialize(deserializer)? {
        Held::One(outbox) => vec![*outbox],
        Held::Many(outboxes) => outboxes,
    })
}

/// One verdict that was routed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RoutedRun {
    /// The hour at which its run was scheduled, by which runs are ordered: the end of its window, unless the schedule looks
    /// further back.
    pub window_end: Timestamp,
    /// 1, or 2 for a re-opened window.
    pub revision: u8,
    /// SHA-256 over what the run found: its files but for the page.
    pub digest: String,
    /// The worst of what it found violated, if anything.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub worst: Option<Severity>,
    /// Whether it violates, as far as pages go; older files do not say so.
    #[serde(default, skip_serializing_if = "is_false")]
    pub violates: bool,
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde calls it so")]
fn is_false(flag: &bool) -> bool {
    !flag
}

impl RoutedRun {
    /// Whether both are the same verdict: of one window, one revision, one digest.
    #[must_use]
    pub fn is(&self, other: &Self) -> bool {
        (self.window_end, self.revision, &self.digest) == (other.window_end, other.revision, &other.digest)
    }
}

/// Violations that were announced and are not resolved.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Incident {
    /// Start of the first window with violations.
    pub since: Timestamp,
    /// Scheduled hour of the run that the last message spoke about.
    pub last_message: Timestamp,
    /// Windows with violations so far.
    pub windows: u64,
    /// Windows with the same violations since the last message.
    pub silent: u64,
    /// The worst violation since then.
    pub worst: Severity,
    /// How much it mattered when somebody was paged of it, where somebody was.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub paged: Option<Severity>,
    /// The checks that were told since then: what ends the incident names them again.
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    pub checks: BTreeSet<String>,
    /// What is violated, as far as is known, in the order of the constraints.
    pub violations: Vec<OpenConstraint>,
}

/// A constraint that was violated and is not known to be well again.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct OpenConstraint {
    /// Which one.
    #[serde(flatten)]
    pub violated: ViolatedConstraint,
    /// How much it matters; absent in older files.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub severity: Option<Severity>,
    /// Scheduled hour of the last run that evaluated it, where a newer one did not evaluate it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub last_evaluated: Option<Timestamp>,
}

/// Windows of which nothing was judged.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Blindness {
    /// Start of the first of them.
    pub since: Timestamp,
    /// Scheduled hour of the last of them.
    pub last: Timestamp,
    /// Scheduled hour of the run that the last message spoke about.
    pub last_message: Timestamp,
    /// How many.
    pub windows: u64,
}

/// `notices/{endpoint}/{variant}/{model-version}/baseline.json`: a baseline that was announced as a violation.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct BaselineNotice {
    /// Which baseline of the version was told of: a changed manifest makes another one. Empty once the version itself was
    /// found to be good.
    pub digest: String,
    /// When the model was made; absent in older files.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub created_at: Option<Timestamp>,
    /// What was announced, until that is over.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub open: Option<OpenNotice>,
    /// How many messages were decided. Older files do not say so: of theirs, one was, and it is open.
    #[serde(default)]
    pub messages: u64,
    /// Messages that were decided and not sent yet, oldest first.
    #[serde(default, skip_serializing_if = "Vec::is_empty", deserialize_with = "one_or_many")]
    pub outbox: Vec<Outbox>,
}

/// What the end of a notice carries again, so that everybody who heard the beginning hears it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct OpenNotice {
    /// The key of the announcement.
    pub dedup_key: String,
    /// Its severity.
    pub severity: Severity,
    /// Its checks.
    pub check: Vec<String>,
    /// Where it went.
    pub outlet: String,
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
    /// Where it goes: a topic's name, or [`Outbox::PRINTED`]; empty in older files, where it was a topic.
    #[serde(default)]
    pub outlet: String,
    /// When it was put here.
    #[serde(default)]
    pub queued_at: Timestamp,
}

impl Outbox {
    /// The outlet of a message that a command prints.
    pub const PRINTED: &str = "printed";
}

/// One notification.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Message {
    /// The same for every repetition of one message, and for no other.
    pub message_id: String,
    /// The same for all messages of one schedule, or of one baseline: they fold into one incident.
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
    /// Whether it is a page: a violation persists. It goes to the topic that pages, and no other message does.
    #[serde(default, skip_serializing_if = "is_false")]
    pub persists: bool,
}

impl RoutingState {
    /// Layout version that is written.
    pub const VERSION: u32 = 3;
    /// Largest file that is read.
    pub const MAX_BYTES: u64 = 64 * 1024 * 1024;
    /// How many verdicts are remembered.
    pub const MOST_ROUTED: usize = 200;
    /// How many messages wait at most, and how many pages beside them; beyond them the oldest is lost.
    pub const MOST_WAITING: usize = 48;

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
            earlier: None,
            blind: None,
            outbox: Vec::new(),
            routed: Vec::new(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::json::from_slice;

    /// Whatever stands in the names: files are cut by it, and must stay below their limits.
    #[test]
    fn the_room_of_a_constraint_is_no_less_than_it_takes() {
        for name in
            ["age", &"\"".repeat(900), &"\n".repeat(900), &"\u{1}".repeat(900), &"é日".repeat(300), ""]
        {
            let constraint = ViolatedConstraint {
                constraint_check_type: name.to_owned(),
                feature_name: Some(name.to_owned()),
                metric_name: Some(name.to_owned()),
                rest: None,
            };
            let takes = serde_json::to_string(&constraint).expect("JSON").len();
            let room = constraint.size_bytes();
            assert!(takes <= room && room <= takes * 3 + 160, "{name:.9}: {takes} of {room}");
        }
    }

    #[test]
    fn a_file_of_the_least_form_is_read() {
        let state: RoutingState = from_slice(
            "routing.json",
            br#"{"version": 1, "endpoint_name": "e", "variant_name": "v", "monitoring_schedule_name": "s"}"#,
        )
        .expect("a state");
        assert_eq!((state.newest, state.incident, state.routed.len()), (None, None, 0));
        let error = from_slice::<RoutingState>("routing.json", b"{}").expect_err("nothing is named");
        assert!(error.to_string().contains("routing.json"), "{error}");
    }

    /// As layout 1 was written: one message, constraints without a severity, corrections.
    #[test]
    fn a_file_of_the_first_layout_is_read() {
        let run = r#"{"window_end": "2026-10-31T13:00:00Z", "revision": 2, "digest": "d"}"#;
        let attributes = r#"{"severity": "critical", "monitor": "m", "endpoint": "e", "variant": "v", "schedule": "s",
            "status": "Completed", "check": ["no_data_check"]}"#;
        let text = format!(
            r#"{{"version": 1, "endpoint_name": "e", "variant_name": "v", "monitoring_schedule_name": "s",
            "newest": {run}, "corrections": [{run}],
            "incident": {{"since": "2026-10-31T12:00:00Z", "last_message": "2026-10-31T13:00:00Z", "windows": 1,
                "silent": 0, "worst": "critical",
                "violations": [{{"constraint_check_type": "no_data_check", "feature_name": "capture"}}]}},
            "outbox": {{"owner": "o", "lease_until": "2026-10-31T13:11:00Z", "message": {{"message_id": "i",
                "dedup_key": "k", "subject": "s", "text": "t", "body": {{}}, "attributes": {attributes}}}}}}}"#
        );
        let state: RoutingState = from_slice("routing.json", text.as_bytes()).expect("a state");
        assert_eq!((state.outbox.len(), state.outbox[0].outlet.as_str(), state.routed.len()), (1, "", 1));
        let open = &state.incident.expect("an incident").violations[0];
        assert_eq!((open.violated.check_name().as_str(), open.severity), ("capture.no_data_check", None));
    }

    #[test]
    fn where_a_run_does_not_say_the_floor_is_critical_and_broken_capture_information() {
        for (check, metric, expected) in [
            ("LessThanThreshold", Some("top10_category_diversity_mean_floor"), Severity::Critical),
            ("LessThanThreshold", Some("top10_category_diversity_mean"), Severity::Warning),
            ("capture_corrupt_check", Some("capture_corrupt_share"), Severity::Info),
            ("catalogue_stale_check", Some("unknown_item_share"), Severity::Warning),
            ("no_data_check", None, Severity::Warning),
            ("baseline_drift_check", None, Severity::Warning),
        ] {
            let violated = ViolatedConstraint {
                constraint_check_type: check.to_owned(),
                metric_name: metric.map(str::to_owned),
                ..ViolatedConstraint::default()
            };
            assert_eq!(violated.usual_severity(), expected, "{check} {metric:?}");
        }
    }
}
