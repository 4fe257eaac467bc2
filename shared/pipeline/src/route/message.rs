//! News as a notification: subject, text for people, JSON for programs, attributes for filters.
//!
//! A pure translation; the sending is a few lines in [`crate::route`]. Everything foreign goes through [`plain`].
//!
//! Limits of SNS: a subject of less than 100 ASCII characters, 256 KiB for the message with its attributes. The JSON body
//! stands in the message once for each of four protocols, so the number of violations told inline gives way first.

use crate::route::decision::{Kind, News};
use crate::route::finding::Finding;
use crate::route::text::{counted, number, plain, subject};
use crate::settings::hex;
use bellwether_contract::execution::{Execution, Identity};
use bellwether_contract::judged::Severity;
use bellwether_contract::keys::RunFolder;
use bellwether_contract::routing::{Attributes, Message, ViolatedConstraint};
use jiff::SignedDuration;
use serde_json::{Value, json};
use sha2::{Digest, Sha256};
use std::collections::BTreeMap;
use std::fmt::Write;

/// SNS's limit for a message with its attributes.
pub const MOST_BYTES: usize = 256 * 1024;
/// How many violations are told inline, at most; the first of these with which the message fits.
const INLINE: [usize; 6] = [20, 15, 10, 5, 2, 0];
/// Characters of a description that are told.
const DESCRIPTION_CHARS: usize = 300;
/// Characters of a name that are told.
const NAME_CHARS: usize = 120;
/// PagerDuty's limit for a summary.
const SUMMARY_CHARS: usize = 1_024;
/// Different checks that are told in the attributes.
const MOST_CHECKS: usize = 20;

/// Everything that a message is made of.
#[derive(Debug, Clone, Copy)]
pub struct Notice<'n> {
    /// The run.
    pub run: &'n RunFolder,
    /// Its verdict.
    pub execution: &'n Execution,
    /// Its violations, the worst first.
    pub findings: &'n [Finding],
    /// What is to be said.
    pub news: &'n News,
    /// URI of the report's folder.
    pub report: &'n str,
    /// What to do next, as the operators wrote it down.
    pub runbook: Option<&'n str>,
    /// How long the same violations stay silent.
    pub remind_after: SignedDuration,
}

/// The notification, with as many violations inline as fit, at most 20.
pub fn message(notice: Notice<'_>) -> Message {
    let mut inline = INLINE.into_iter();
    let mut message = notice.with_inline(inline.next().unwrap_or(0));
    for fewer in inline {
        if size_bytes(&message) <= MOST_BYTES {
            break;
        }
        message = notice.with_inline(fewer);
    }
    message
}

/// The text of `Publish` with `MessageStructure: json`: text for people, JSON for programs.
pub fn sns_message(message: &Message) -> String {
    let body = message.body.to_string();
    json!({
        "default": message.text,
        "email": message.text,
        "sqs": body,
        "http": body,
        "https": body,
        "lambda": body,
    })
    .to_string()
}

/// What SNS counts: the message, and names, types and values of its attributes.
pub fn size_bytes(message: &Message) -> usize {
    let attributes: usize = attributes(&message.attributes)
        .iter()
        .map(|(name, kind, value)| name.len() + kind.len() + value.len())
        .sum();
    sns_message(message).len() + attributes
}

/// Attributes as SNS takes them: name, data type, value.
pub fn attributes(attributes: &Attributes) -> Vec<(&'static str, &'static str, String)> {
    let Attributes { severity, monitor, endpoint, variant, schedule, status, check } = attributes;
    vec![
        ("severity", "String", severity.to_string()),
        ("monitor", "String", monitor.clone()),
        ("endpoint", "String", endpoint.clone()),
        ("variant", "String", variant.clone()),
        ("schedule", "String", schedule.clone()),
        ("status", "String", status.clone()),
        ("check", "String.Array", json!(check).to_string()),
    ]
}

/// One id for each message and its repetitions.
pub fn message_id(parts: &[&str]) -> String {
    hex(&Sha256::digest(parts.join("\n")))[..32].to_owned()
}

/// What folds all messages of a schedule into one incident.
pub fn dedup_key(identity: &Identity) -> String {
    let Identity { endpoint_name, variant_name, monitoring_schedule_name, .. } = identity;
    format!("{endpoint_name}/{variant_name}/{monitoring_schedule_name}")
}

impl Notice<'_> {
    fn identity(&self) -> &Identity {
        &self.execution.identity
    }

    fn with_inline(&self, inline: usize) -> Message {
        let identity = self.identity();
        let dedup_key = dedup_key(identity);
        let (revision, hour) = (self.run.revision.to_string(), self.run.hour.to_string());
        let id = message_id(&[&dedup_key, &hour, &revision, &self.execution.digest, self.news.kind.as_str()]);
        let text = self.text(inline, &id, &dedup_key);
        Message {
            subject: subject(&self.headline()),
            body: self.body(inline, &text, &id, &dedup_key),
            attributes: self.attributes(),
            message_id: id,
            dedup_key,
            text,
        }
    }

    fn target(&self) -> String {
        format!("{}/{}", self.identity().endpoint_name, self.identity().variant_name)
    }

    /// The news in one line, the most important words first.
    fn headline(&self) -> String {
        let (news, target) = (self.news, self.target());
        let monitor = plain(&self.identity().monitor, NAME_CHARS);
        let violations = counted(self.findings.len(), &format!("{monitor} violation"));
        let severity = news.severity.as_str().to_uppercase();
        match news.kind {
            Kind::Announced => format!("{severity}: {violations} on {target}"),
            Kind::Changed => {
                let (added, gone) = (news.added.len(), news.gone.len());
                format!("{severity}: {monitor} violations changed, {added} new, {gone} gone on {target}")
            }
            Kind::Reminder => format!("{severity}: still {violations} on {target}"),
            Kind::Resolved => format!("RESOLVED: {monitor} is within its limits on {target}"),
            Kind::Correction => {
                let status = self.execution.monitoring_execution_status;
                format!("CORRECTION: {} is now {status} on {target}", self.run.hour)
            }
        }
    }

    fn text(&self, inline: usize, id: &str, dedup_key: &str) -> String {
        let mut text = format!("{}\n\n", self.headline());
        for (name, value) in self.facts() {
            let _ = writeln!(text, "{name:<11}{value}");
        }
        if !self.findings.is_empty() {
            let _ = writeln!(text, "\nViolations, the worst first");
            self.findings.iter().take(inline).for_each(|finding| finding_text(&mut text, finding));
            if let Some(rest) = rest(self.findings, inline) {
                let _ = writeln!(text, "* {rest}");
            }
        }
        for (title, list) in self.changes() {
            list_text(&mut text, title, list, inline);
        }
        let _ = writeln!(text, "\n{}", self.what_follows());
        let _ = write!(text, "Message {id} of incident {dedup_key}.");
        text
    }

    /// What, since when, judged by what, and where to look.
    fn facts(&self) -> Vec<(&'static str, String)> {
        let (execution, news) = (self.execution, self.news);
        let window = execution.identity.window;
        let mut facts = vec![
            ("Window", format!("{} to {}", window.start(), window.end())),
            ("Status", plain(&execution.exit_message, DESCRIPTION_CHARS)),
            ("Schedule", execution.identity.monitoring_schedule_name.to_string()),
        ];
        if let Some(since) = news.since {
            let windows = usize::try_from(news.windows).unwrap_or(usize::MAX);
            facts.insert(1, ("Since", format!("{since}, {} with violations", counted(windows, "window"))));
        }
        if news.silent > 0 {
            let silent = usize::try_from(news.silent).unwrap_or(usize::MAX);
            let text =
                format!("{} with the same violations since the last message", counted(silent, "window"));
            facts.push(("Silent", text));
        }
        facts.extend(execution.supersedes.as_ref().map(|_| {
            ("Revision", format!("{}: it replaces the first verdict on this window", self.run.revision))
        }));
        facts.extend(execution.baseline.as_ref().map(|version| ("Baseline", version.to_string())));
        facts.push(("Report", format!("{}/constraint_violations.json", plain(self.report, SUMMARY_CHARS))));
        facts.extend(self.runbook.map(|runbook| ("Runbook", runbook.to_owned())));
        facts
    }

    fn changes(&self) -> [(&'static str, &[ViolatedConstraint]); 3] {
        let news = self.news;
        // In a first announcement everything is new, and said above.
        let added = if news.kind == Kind::Announced { &[][..] } else { &news.added };
        let gone = if news.kind == Kind::Resolved {
            "Violated before, within the limits now"
        } else {
            "Within the limits again"
        };
        [
            ("New", added),
            (gone, &news.gone),
            ("Violated before, not evaluated in this window", &news.unproven),
        ]
    }

    fn what_follows(&self) -> String {
        let hours = number(self.remind_after.as_secs_f64() / 3_600.0);
        match (self.news.kind, self.news.open) {
            (Kind::Correction, true) => "Violations are still open for this schedule.".to_owned(),
            (Kind::Correction, false) => "Nothing is open for this schedule.".to_owned(),
            (Kind::Resolved, _) => "The incident is closed; the next violation is announced anew.".to_owned(),
            _ => format!(
                "The same violations stay silent now and are told again after {hours} hours; a change is told at once."
            ),
        }
    }

    fn body(&self, inline: usize, text: &str, id: &str, dedup_key: &str) -> Value {
        let (identity, news) = (self.identity(), self.news);
        let first = |list: &[ViolatedConstraint]| -> Vec<Value> {
            list.iter().take(inline).map(constraint_json).collect()
        };
        let links: Vec<Value> =
            self.runbook.iter().map(|runbook| json!({"href": runbook, "text": "Runbook"})).collect();
        json!({
            "message_id": id,
            "event_action": if news.open { "trigger" } else { "resolve" },
            "dedup_key": dedup_key,
            "text": text,
            "payload": {
                "summary": plain(&self.headline(), SUMMARY_CHARS),
                "source": identity.endpoint_name,
                "severity": news.severity,
                "timestamp": identity.window.end(),
                "component": identity.variant_name,
                "group": identity.monitoring_schedule_name,
                "class": self.attributes().check[0],
                "custom_details": {
                    "kind": news.kind,
                    "monitor": plain(&identity.monitor, NAME_CHARS),
                    "status": self.execution.monitoring_execution_status,
                    "exit_message": plain(&self.execution.exit_message, DESCRIPTION_CHARS),
                    "window": identity.window,
                    "revision": self.run.revision,
                    "since": news.since,
                    "windows_with_violations": news.windows,
                    "silent_windows": news.silent,
                    "baseline": self.execution.baseline,
                    "violations_total": self.findings.len(),
                    "violations": self.findings.iter().take(inline).map(finding_json).collect::<Vec<_>>(),
                    "added_total": news.added.len(),
                    "added": first(&news.added),
                    "gone_total": news.gone.len(),
                    "gone": first(&news.gone),
                    "not_evaluated_total": news.unproven.len(),
                    "not_evaluated": first(&news.unproven),
                    "report": format!("{}/constraint_violations.json", plain(self.report, SUMMARY_CHARS)),
                    "execution": format!("{}/execution.json", plain(self.report, SUMMARY_CHARS)),
                },
            },
            "links": links,
        })
    }

    fn attributes(&self) -> Attributes {
        let identity = self.identity();
        let found = self.findings.iter().map(|finding| &finding.violated);
        let mut check: Vec<String> = Vec::new();
        for violated in found.chain(&self.news.gone).chain(&self.news.unproven) {
            let word = plain(&violated.constraint_check_type, NAME_CHARS);
            if !check.contains(&word) && check.len() < MOST_CHECKS {
                check.push(word);
            }
        }
        if check.is_empty() {
            check.push("none".to_owned());
        }
        Attributes {
            severity: self.news.severity,
            monitor: Some(plain(&identity.monitor, NAME_CHARS))
                .filter(|monitor| !monitor.is_empty())
                .unwrap_or_else(|| "unknown".to_owned()),
            endpoint: identity.endpoint_name.to_string(),
            variant: identity.variant_name.to_string(),
            schedule: identity.monitoring_schedule_name.to_string(),
            status: self.execution.monitoring_execution_status.to_string(),
            check,
        }
    }
}

fn finding_text(text: &mut String, finding: &Finding) {
    let _ = writeln!(text, "* {}: {}", finding.severity, plain(&finding.description, DESCRIPTION_CHARS));
    if let Some(distance) = how_far(finding) {
        let _ = writeln!(text, "  {distance}");
    }
}

/// `1.51 is 62.2 % below the limit of 4`.
fn how_far(finding: &Finding) -> Option<String> {
    let measured = finding.measured?;
    let side = if measured.value < measured.limit { "below" } else { "above" };
    let share = measured.distance().map(|share| format!("{:.1} % ", 100.0 * share)).unwrap_or_default();
    Some(format!("{} is {share}{side} the limit of {}", number(measured.value), number(measured.limit)))
}

/// What is not told inline, by check: `9,980 more in the report: 9,980 baseline_drift_check`.
fn rest(findings: &[Finding], inline: usize) -> Option<String> {
    let rest = findings.get(inline..).filter(|rest| !rest.is_empty())?;
    let mut by_check: BTreeMap<&str, usize> = BTreeMap::new();
    for finding in rest {
        *by_check.entry(&finding.violated.constraint_check_type).or_default() += 1;
    }
    let counts: Vec<String> = by_check
        .into_iter()
        .take(MOST_CHECKS)
        .map(|(check, count)| format!("{count} {}", plain(check, NAME_CHARS)))
        .collect();
    Some(format!("and {} in the report: {}", counted(rest.len(), "more violation"), counts.join(", ")))
}

fn list_text(text: &mut String, title: &str, list: &[ViolatedConstraint], inline: usize) {
    if list.is_empty() {
        return;
    }
    let _ = writeln!(text, "\n{title}");
    for violated in list.iter().take(inline) {
        let _ = writeln!(text, "* {}", constraint_text(violated));
    }
    if list.len() > inline {
        let _ = writeln!(text, "* and {}", counted(list.len() - inline, "more violation"));
    }
}

fn constraint_text(violated: &ViolatedConstraint) -> String {
    let name = violated.metric_name.as_ref().or(violated.feature_name.as_ref());
    let check = plain(&violated.constraint_check_type, NAME_CHARS);
    name.map_or_else(|| check.clone(), |name| format!("{} ({check})", plain(name, NAME_CHARS)))
}

fn constraint_json(violated: &ViolatedConstraint) -> Value {
    let name = |name: &Option<String>| name.as_ref().map(|name| plain(name, NAME_CHARS));
    json!({
        "constraint_check_type": plain(&violated.constraint_check_type, NAME_CHARS),
        "feature_name": name(&violated.feature_name),
        "metric_name": name(&violated.metric_name),
    })
}

fn finding_json(finding: &Finding) -> Value {
    let mut value = constraint_json(&finding.violated);
    value["severity"] = json!(finding.severity);
    value["description"] = json!(plain(&finding.description, DESCRIPTION_CHARS));
    if let Some(measured) = finding.measured {
        value["value"] = json!(measured.value);
        value["limit"] = json!(measured.limit);
    }
    value
}

/// A message that says of itself that it is a test: the subscription works, nothing is wrong.
pub fn test_message(topic: &str, now: jiff::Timestamp) -> Message {
    let headline = "TEST: Bellwether reaches this subscription";
    let dedup_key = "bellwether/test";
    let now = now.to_string();
    let id = message_id(&[dedup_key, topic, &now]);
    let text = format!(
        "{headline}\n\nThis is a test, sent by hand at {now}. Nothing is wrong: whoever reads this would hear of a \
         violation in the same way.\n\nTopic      {topic}\nMessage {id}."
    );
    let body = json!({
        "message_id": id,
        "event_action": "trigger",
        "dedup_key": dedup_key,
        "text": text,
        "payload": {
            "summary": headline,
            "source": "bellwether",
            "severity": Severity::Info,
            "timestamp": now,
            "component": "test",
            "group": "test",
            "class": "test",
            "custom_details": {"kind": "test", "topic": topic},
        },
        "links": [],
    });
    let word = || "test".to_owned();
    let attributes = Attributes {
        severity: Severity::Info,
        monitor: word(),
        endpoint: word(),
        variant: word(),
        schedule: word(),
        status: word(),
        check: vec![word()],
    };
    Message {
        message_id: id,
        dedup_key: dedup_key.to_owned(),
        subject: subject(headline),
        text,
        body,
        attributes,
    }
}

#[cfg(test)]
mod tests;
