//! News as a notification: subject, text for people, JSON for programs, attributes for filters.
//!
//! A pure translation; the sending is a few lines in [`crate::route`]. Everything foreign goes through [`plain`].
//!
//! Limits of SNS: a subject of less than 100 ASCII characters, 256 KiB for the message with its attributes. The JSON body
//! stands in the message once for each of four protocols, so the number of violations told inline gives way first.

use crate::route::decision::{News, NewsKind};
use crate::route::finding::{DESCRIPTION_CHARS, Finding, NAME_CHARS, brief_name, constraint_name};
use crate::route::pagerduty::{Action, Link, PagerDutyEvent, Payload};
use crate::route::text::{MOST_SUBJECT, clipped, counted, elided, grouped, number, plain, subject};
use crate::settings::hex;
use bellwether_contract::execution::{Execution, Identity, Status};
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
/// What a message may take behind others that wait: together they stay within the routing state.
const MOST_BYTES_BEHIND: usize = 40 * 1024;
/// Longest names of constraints in a subject; the first of these with which it fits.
const SUBJECT_NAME_CHARS: [usize; 5] = [44, 32, 24, 18, 12];
/// So many further violations are told in a subject that is too long, before the name of the worst is; fewer are in the text.
const CROWD: usize = 10;
/// Of an endpoint's name in a subject that is too long, tried in this order for each of those.
const SUBJECT_TARGET_CHARS: [usize; 3] = [16, 12, 8];
/// PagerDuty's limit for a summary, in characters; kept in bytes.
const SUMMARY_CHARS: usize = 1_024;
/// Different checks that are told in the attributes.
const MOST_CHECKS: usize = 20;

/// Everything that a message is made of.
#[derive(Debug, Clone, Copy)]
pub struct MessageParts<'n> {
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
    /// Address of the run's page, where it has one.
    pub page: Option<&'n str>,
    /// What to do next, as the operators wrote it down.
    pub runbook: Option<&'n str>,
    /// How long the same violations stay silent.
    pub remind_after: SignedDuration,
}

/// The notification, with as many violations inline as fit, at most 20; fewer where so many others wait before it.
pub fn message(notice: MessageParts<'_>, waiting: usize) -> Message {
    let most_bytes = if waiting == 0 { MOST_BYTES } else { MOST_BYTES_BEHIND };
    let mut inline = INLINE.into_iter();
    let mut message = notice.with_inline(inline.next().unwrap_or(0));
    for fewer in inline {
        if size_bytes(&message) <= most_bytes {
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
    let Attributes { severity, monitor, endpoint, variant, schedule, status, check, persists } = attributes;
    let page = persists.then(|| ("persists", "String", "true".to_owned()));
    let all = [
        ("severity", "String", severity.to_string()),
        ("monitor", "String", monitor.clone()),
        ("endpoint", "String", endpoint.clone()),
        ("variant", "String", variant.clone()),
        ("schedule", "String", schedule.clone()),
        ("status", "String", status.clone()),
        ("check", "String.Array", json!(check).to_string()),
    ];
    all.into_iter().chain(page).collect()
}

/// One id for each message and its repetitions.
pub fn message_id(parts: &[&str]) -> String {
    hex(&Sha256::digest(parts.join("\n")))[..32].to_owned()
}

/// What folds the messages of a schedule into one incident: of what was found, or of what could not be judged.
pub fn dedup_key(identity: &Identity, kind: NewsKind) -> String {
    let Identity { endpoint_name, variant_name, monitoring_schedule_name, .. } = identity;
    let of_judging = if kind.is_about_judging() { "/not-judged" } else { "" };
    format!("{endpoint_name}/{variant_name}/{monitoring_schedule_name}{of_judging}")
}

impl MessageParts<'_> {
    fn identity(&self) -> &Identity {
        &self.execution.identity
    }

    fn with_inline(&self, inline: usize) -> Message {
        let dedup_key = dedup_key(self.identity(), self.news.kind);
        let (revision, hour) = (self.run.revision.to_string(), self.run.hour.to_string());
        let id = message_id(&[&dedup_key, &hour, &revision, &self.execution.digest, self.news.kind.as_str()]);
        let text = self.text(inline, &id, &dedup_key);
        Message {
            subject: self.subject(),
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

    /// What stands in a subject: the whole headline, or a shorter one where that does not fit. Names give way first, so that
    /// severity, numbers, the hour and the reason stay.
    fn subject(&self) -> String {
        let whole = self.whole_headline();
        if whole.len() <= MOST_SUBJECT {
            return subject(&whole);
        }
        let endpoint = self.identity().endpoint_name.to_string();
        let elided = SUBJECT_TARGET_CHARS.map(|chars| elided(&endpoint, chars));
        let targets: Vec<String> = [self.target(), endpoint].into_iter().chain(elided).collect();
        let more = self.findings.len().saturating_sub(1);
        let more = if more < CROWD { String::new() } else { format!(", {} more", grouped(more)) };
        let mut shorter = SUBJECT_NAME_CHARS.iter().flat_map(|chars| {
            let found = self.findings.first().map_or_else(
                || self.still_open(brief_name, *chars),
                |worst| format!("{}{more}", worst.short(*chars)),
            );
            targets.iter().map(move |target| self.headline(&found, target, true))
        });
        let fits = |headline: &String| headline.chars().count() <= MOST_SUBJECT;
        let fitting = shorter.clone().find(fits).or_else(|| shorter.next_back());
        subject(&fitting.unwrap_or(whole))
    }

    fn whole_headline(&self) -> String {
        self.headline_of(NAME_CHARS)
    }

    fn headline_of(&self, name_chars: usize) -> String {
        let found = self
            .worst_line(name_chars)
            .unwrap_or_else(|| self.still_open(constraint_name, SUBJECT_NAME_CHARS[0]));
        self.headline(&found, &self.target(), false)
    }

    /// The worst violation of the run, and how many more there are.
    fn worst_line(&self, name_chars: usize) -> Option<String> {
        let (worst, more) = self.findings.split_first()?;
        let line = worst.line(name_chars);
        Some(if more.is_empty() { line } else { format!("{line}, and {} more", grouped(more.len())) })
    }

    /// The news in one line, the most important words first. `found` is the worst of what the run found, or what is open;
    /// where it `is_short`, what must not be cut off at the end stands further ahead.
    fn headline(&self, found: &str, target: &str, is_short: bool) -> String {
        let news = self.news;
        let monitor = plain(&self.identity().monitor, NAME_CHARS);
        let severity = news.severity.as_str().to_uppercase();
        let status = self.execution.monitoring_execution_status;
        let (hour, end) = (self.run.hour, self.identity().window.end());
        // No window of which this is told is as old as a year.
        match news.kind {
            NewsKind::Correction if is_short && !self.findings.is_empty() => {
                format!("CORRECTION, {severity}, {}: {found} on {target}", end.strftime("%d %b %HZ"))
            }
            NewsKind::Earlier if is_short => {
                format!("{severity}, {}: {found} on {target}", end.strftime("%d %b %H:%MZ"))
            }
            NewsKind::NotJudged if is_short => {
                let why = self.why();
                let why = why.strip_prefix("nothing was judged: ").unwrap_or(&why);
                format!("INFO: {monitor} is not judged on {target}: {why}")
            }
            NewsKind::Announced => format!("{severity}: {found} on {target}"),
            NewsKind::Persists => format!("{severity}, persists: {found} on {target}"),
            NewsKind::Changed => {
                let (added, ended) = (news.added.len(), news.gone.len() + news.lapsed.len());
                format!("{severity}: {found} on {target}: {added} new, {ended} gone")
            }
            NewsKind::Reminder => format!("{severity}: still {found} on {target}"),
            NewsKind::Resolved => format!("RESOLVED: {monitor} is within its limits on {target}"),
            NewsKind::NoLongerJudged => {
                format!("NO LONGER JUDGED: what {monitor} found violated, for a day, on {target}")
            }
            NewsKind::Correction if self.findings.is_empty() => {
                format!("CORRECTION: {hour} is now {status} on {target}")
            }
            NewsKind::Correction => format!("CORRECTION, {severity}: {found} on {target}, window to {end}"),
            NewsKind::Earlier => format!("{severity}, an earlier hour: {found} on {target}, window to {end}"),
            NewsKind::NotJudged => format!("INFO: {monitor} is not judged on {target}: {}", self.why()),
            NewsKind::JudgedAgain
                if status == Status::Completed || status == Status::CompletedWithViolations =>
            {
                format!("JUDGED AGAIN: {monitor} on {target}")
            }
            NewsKind::JudgedAgain => format!("ENDED: {monitor} had nothing to judge for a day on {target}"),
        }
    }

    /// The run's own sentence, without the status in front of it.
    fn why(&self) -> String {
        let status = format!("{}: ", self.execution.monitoring_execution_status);
        let message = &self.execution.exit_message;
        plain(message.strip_prefix(&status).unwrap_or(message), DESCRIPTION_CHARS)
    }

    /// What is open although this run found nothing.
    fn still_open(&self, name: fn(&ViolatedConstraint, usize) -> String, name_chars: usize) -> String {
        match self.news.unproven.split_first() {
            None => "violations".to_owned(),
            Some((first, more)) => {
                let more = if more.is_empty() { String::new() } else { format!(" and {} more", more.len()) };
                format!("{}{more}, not evaluated now,", name(first, name_chars))
            }
        }
    }

    fn text(&self, inline: usize, id: &str, dedup_key: &str) -> String {
        let mut text = format!("{}\n\n", self.whole_headline());
        for (name, value) in self.facts() {
            let _ = writeln!(text, "{name:<11}{value}");
        }
        if !self.findings.is_empty() {
            let _ = writeln!(text, "\nViolations, the worst first");
            for finding in self.findings.iter().take(inline) {
                let _ = writeln!(text, "* {}: {}", finding.severity, finding.line(NAME_CHARS));
            }
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
        let mut facts = vec![
            ("Window", execution.identity.window.to_string()),
            ("Status", plain(&execution.exit_message, DESCRIPTION_CHARS)),
            ("Schedule", execution.identity.monitoring_schedule_name.to_string()),
        ];
        if let Some(since) = news.since {
            let windows = usize::try_from(news.windows).unwrap_or(usize::MAX);
            let what = if news.kind.is_about_judging() { "not judged" } else { "with violations" };
            facts.insert(1, ("Since", format!("{since}, {} {what}", counted(windows, "window"))));
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
        facts.extend(self.page.map(|page| ("Page", page.to_owned())));
        facts.extend(self.runbook.map(|runbook| ("Runbook", runbook.to_owned())));
        facts
    }

    fn changes(&self) -> [(&'static str, &[ViolatedConstraint]); 4] {
        let news = self.news;
        // Where everything is new, it is said above.
        let is_all_new = matches!(news.kind, NewsKind::Announced | NewsKind::Earlier);
        let added = if is_all_new { &[][..] } else { &news.added };
        let gone = if news.kind == NewsKind::Resolved {
            "Violated before, within the limits now"
        } else {
            "Within the limits again"
        };
        [
            ("New or worse", added),
            (gone, &news.gone),
            ("Violated before, not evaluated in this window", &news.unproven),
            ("Violated before, not evaluated for a day", &news.lapsed),
        ]
    }

    fn what_follows(&self) -> String {
        let hours = number(self.remind_after.as_secs_f64() / 3_600.0);
        match (self.news.kind, self.news.open) {
            (NewsKind::Correction, true) => "Violations are still open for this schedule.".to_owned(),
            (NewsKind::Correction, false) => "Nothing is open for this schedule.".to_owned(),
            (NewsKind::Resolved, _) => "The incident is closed; the next violation is announced anew.".to_owned(),
            (NewsKind::NoLongerJudged, _) => {
                "The incident is closed although nothing shows that all is well: see whether the \
                 constraints were meant to go. The next violation is announced anew."
                    .to_owned()
            }
            (NewsKind::Earlier, _) => {
                "A newer window was routed before. The end of what this one found is told with the next window in \
                 which these checks are made and hold."
                    .to_owned()
            }
            (NewsKind::NotJudged, _) => {
                "Nothing is known of this endpoint as long as this lasts. It is told again daily, and \
                 its end once; what was found before stays open."
                    .to_owned()
            }
            (NewsKind::Persists, _) => {
                "Two of three runs of this schedule violate. This page comes once for an incident, and once more where that becomes critical; what changes, and its end, is \
                 told to the other topic."
                    .to_owned()
            }
            (NewsKind::JudgedAgain, _) => "The next window of which nothing is judged is told anew.".to_owned(),
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
        let details = json!({
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
            "no_longer_judged_total": news.lapsed.len(),
            "no_longer_judged": first(&news.lapsed),
            "report": format!("{}/constraint_violations.json", plain(self.report, SUMMARY_CHARS)),
            "execution": format!("{}/execution.json", plain(self.report, SUMMARY_CHARS)),
        });
        PagerDutyEvent {
            message_id: id,
            event_action: if news.open { Action::Trigger } else { Action::Resolve },
            dedup_key,
            text,
            payload: Payload {
                summary: clipped(&self.headline_of(NAME_CHARS / 2), SUMMARY_CHARS),
                source: identity.endpoint_name.as_str(),
                severity: news.worst,
                timestamp: Some(identity.window.scheduled()),
                component: identity.variant_name.as_str(),
                group: identity.monitoring_schedule_name.as_str(),
                class: &self.attributes().check[0],
                custom_details: details,
            },
            links: self.links(),
        }
        .body()
    }

    fn links(&self) -> Vec<Link<'_>> {
        let named = [(self.page, "Page"), (self.runbook, "Runbook")];
        named.into_iter().filter_map(|(href, text)| Some(Link { href: href?, text })).collect()
    }

    /// What the run found, the worst first, then what the message speaks about beside it.
    fn attributes(&self) -> Attributes {
        let identity = self.identity();
        let is_of_run = |_: &&Finding| !self.news.kind.is_about_judging();
        let found =
            self.findings.iter().filter(is_of_run).map(|finding| &finding.violated.constraint_check_type);
        let mut check: Vec<String> = Vec::new();
        for word in found.chain(&self.news.checks) {
            let word = plain(word, NAME_CHARS);
            if check.len() == MOST_CHECKS {
                break;
            }
            if !check.contains(&word) {
                check.push(word);
            }
        }
        if check.is_empty() {
            check.push("none".to_owned());
        }
        Attributes {
            severity: self.news.worst,
            monitor: Some(plain(&identity.monitor, NAME_CHARS))
                .filter(|monitor| !monitor.is_empty())
                .unwrap_or_else(|| "unknown".to_owned()),
            endpoint: identity.endpoint_name.to_string(),
            variant: identity.variant_name.to_string(),
            schedule: identity.monitoring_schedule_name.to_string(),
            status: self.execution.monitoring_execution_status.to_string(),
            check,
            persists: self.news.kind == NewsKind::Persists,
        }
    }
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
        let _ = writeln!(text, "* {}", constraint_name(violated, NAME_CHARS));
    }
    if list.len() > inline {
        let _ = writeln!(text, "* and {}", counted(list.len() - inline, "more violation"));
    }
}

fn constraint_json(violated: &ViolatedConstraint) -> Value {
    let name = |name: &Option<String>| name.as_ref().map(|name| plain(name, NAME_CHARS));
    json!({
        "constraint_check_type": plain(&violated.constraint_check_type, NAME_CHARS),
        "feature_name": name(&violated.feature_name),
        "metric_name": name(&violated.metric_name),
        "count": violated.rest.as_ref().map_or(1, |rest| rest.count),
    })
}

fn finding_json(finding: &Finding) -> Value {
    let mut value = constraint_json(&finding.violated);
    value["severity"] = json!(finding.severity);
    value["line"] = json!(finding.line(NAME_CHARS));
    value["description"] = json!(plain(&finding.description, DESCRIPTION_CHARS));
    if let Some(judged) = &finding.judged {
        value["value"] = json!(judged.value);
        value["limit"] = json!(judged.limit);
        value["comparison"] = json!(judged.comparison);
        value["n"] = json!(judged.n);
        value["baseline_n"] = json!(judged.baseline_n);
    }
    value
}

/// A message that says of itself that it is a test: the subscription works, nothing is wrong.
pub fn test_message(topic: &str, now: jiff::Timestamp) -> Message {
    let headline = "TEST: Bellwether reaches this subscription";
    let dedup_key = "bellwether/test";
    let id = message_id(&[dedup_key, topic, &now.to_string()]);
    let text = format!(
        "{headline}\n\nThis is a test, sent by hand at {now}. Nothing is wrong: whoever reads this would hear of a \
         violation in the same way.\n\nTopic      {topic}\nMessage {id}."
    );
    let event = PagerDutyEvent {
        message_id: &id,
        event_action: Action::Trigger,
        dedup_key,
        text: &text,
        payload: Payload {
            summary: headline,
            source: "bellwether",
            severity: Severity::Info,
            timestamp: Some(now),
            component: "test",
            group: "test",
            class: "test",
            custom_details: json!({"kind": "test", "topic": topic}),
        },
        links: Vec::new(),
    };
    let body = event.body();
    let word = || "test".to_owned();
    let attributes = Attributes {
        severity: Severity::Info,
        monitor: word(),
        endpoint: word(),
        variant: word(),
        schedule: word(),
        status: word(),
        check: vec![word()],
        persists: false,
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
pub(crate) mod tests;
