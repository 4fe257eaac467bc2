//! A verdict for people: what was violated, each number with its limit, and what was not judged and why, read back from the
//! report that was published.
//!
//! Others may write to the place of the reports: every text of a file is shown as plain text of one line.

use crate::monitors::Command;
use crate::table::{broken, paragraph, width};
use bellwether_contract::constraints::{ComparisonOperator, NUM_CONSTRAINTS};
use bellwether_contract::evidence::{BiasEvidence, BiasNumber};
use bellwether_contract::execution::{BrokenLine, Execution, LinePlace};
use bellwether_contract::json::from_slice;
use bellwether_contract::judged::{Judged, Severity};
use bellwether_contract::keys::{Key, ReportFile};
use bellwether_contract::violations::{CheckType, Violation, Violations};
use bellwether_pipeline::RunError;
use bellwether_pipeline::commit::{Committed, Ledger};
use bellwether_pipeline::metrics::Sent;
use bellwether_pipeline::route::text::{counted, number, plain};
use bellwether_pipeline::scheduled::Reconciled;
use bellwether_storage::Store;
use serde::de::DeserializeOwned;
use std::collections::BTreeMap;

/// Violations that are listed; the report has all.
const MOST_VIOLATIONS: usize = 20;
/// Reasons and warnings that are listed; execution.json has all.
const MOST_REASONS: usize = 8;
/// Largest report file that is shown.
pub(crate) const MAX_FILE_BYTES: u64 = 64 * 1024 * 1024;
/// Characters of a foreign text that are shown: wide enough for every text of Bellwether's own.
pub(crate) const TEXT_CHARS: usize = 1_024;
/// Characters of a digest that tell it from another.
const DIGEST_CHARS: usize = 12;

/// What the on-call would want to know, and where the files lie.
pub(crate) async fn summary<M: Command>(ledger: &Ledger, committed: &Committed) -> Result<String, RunError> {
    let (reports, run) = (&ledger.reports, &committed.run);
    let found: Violations = file(reports, Key::Report(run, ReportFile::ConstraintViolations)).await?;
    let execution = &committed.execution;
    let identity = &execution.identity;
    let width = width();
    let mut text = Text { lines: Vec::new(), width };
    let monitor = plain(&identity.monitor, TEXT_CHARS);
    text.say("", &format!("{monitor} of {}/{}", identity.endpoint_name, identity.variant_name));
    text.say("", &identity.window.to_string());
    text.say("", &execution.exit_message);
    text.gap();
    violations(&mut text, execution, &found.violations);
    text.gap();
    text.lines.extend(M::measured(reports, committed, width).await?);
    text.gap();
    text.say("  judged:", &judged(execution));
    counts(execution).into_iter().for_each(|(what, counts)| text.say(&format!("  {what}:"), &counts));
    text.some(MOST_REASONS, by_reason(execution).into_iter().map(|what| ("  not evaluated:", what)));
    remarks(committed).into_iter().for_each(|(label, remark)| text.say(label, &remark));
    let uri = ledger.reports.uri(&committed.run.to_string());
    text.say("  report:", &format!("{uri}/"));
    Ok(text.lines.join("\n"))
}

/// Lines of a summary.
struct Text {
    lines: Vec<String>,
    width: usize,
}

impl Text {
    fn say(&mut self, label: &str, text: &str) {
        self.lines.push(paragraph(label, &plain(text, TEXT_CHARS), self.width));
    }

    /// The same where the names of columns stand, which may be of any length.
    fn say_broken(&mut self, label: &str, text: &str) {
        self.lines.push(broken(label, &plain(text, TEXT_CHARS), self.width));
    }

    fn gap(&mut self) {
        if self.lines.last().is_some_and(|line| !line.is_empty()) {
            self.lines.push(String::new());
        }
    }

    /// At most so many of these, and how many more there are.
    fn some<'t>(&mut self, most: usize, texts: impl ExactSizeIterator<Item = (&'t str, String)>) {
        let more = texts.len().saturating_sub(most);
        let mut last = "";
        for (label, text) in texts.take(most) {
            self.say_broken(label, &text);
            last = label;
        }
        if more > 0 {
            self.say(last, &format!("and {more} more in execution.json"));
        }
    }
}

/// What a verdict that was found, and not made, has to say of itself; and what became of the metrics.
pub(crate) fn remarks(committed: &Committed) -> Vec<(&'static str, String)> {
    let Committed { execution, made_here, other_settings, other_baseline, reopened_before, metrics, .. } =
        committed;
    let digest: String = execution.configuration_digest.chars().take(DIGEST_CHARS).collect();
    let found = match (made_here, reopened_before, other_settings) {
        (true, ..) => None,
        (_, true, _) => Some((
            "  re-opened before:",
            "a window is re-opened once, and its revision 2 stands; for another look give --schedule another name"
                .to_owned(),
        )),
        (_, _, true) => Some((
            "  judged with other settings:",
            format!("configuration {digest} and not this one; that verdict stands, --reopen judges anew"),
        )),
        _ if *other_baseline => Some((
            "  judged by another baseline:",
            "than the one of now; that verdict stands, --reopen judges anew".to_owned(),
        )),
        _ => Some(("  judged before:", "that verdict stands; --reopen judges the window once more".to_owned())),
    };
    let unsent = (*metrics == Sent::OutOfRange).then(|| {
        ("  metrics:", "CloudWatch takes no points of that hour; they stand in the report".to_owned())
    });
    found.into_iter().chain(unsent).collect()
}

/// One line on a window that an earlier tick had left.
pub(crate) fn reconciled(Reconciled { window, made }: &Reconciled) -> String {
    let end = window.end();
    let text = match made {
        Ok(committed) => {
            format!("reconciled the window that ended at {end}: {}", committed.execution.exit_message)
        }
        Err(error) => format!("did not reconcile the window that ended at {end}: {error}"),
    };
    paragraph("", &plain(&text, TEXT_CHARS), width())
}

/// A published file, read back.
pub(crate) async fn file<T: DeserializeOwned>(store: &Store, key: Key<'_>) -> Result<T, RunError> {
    let key = key.to_string();
    let bytes = store.get(&key, MAX_FILE_BYTES).await?;
    Ok(from_slice(&store.uri(&key), &bytes)?)
}

/// The violations by their numbers, or by their texts where the run wrote no numbers.
fn violations(text: &mut Text, execution: &Execution, violations: &[Violation]) {
    let lines: Vec<String> = if execution.judged.len() == violations.len() {
        execution.judged.iter().map(in_words).collect()
    } else {
        violations.iter().map(described).collect()
    };
    lines.iter().take(MOST_VIOLATIONS).for_each(|line| text.say_broken("  VIOLATION", line));
    if let Some(more) = lines.len().checked_sub(MOST_VIOLATIONS).filter(|more| *more > 0) {
        text.say("  VIOLATION", &format!("and {more} more in constraint_violations.json"));
    }
}

/// `age, completeness_check: 0.8, at least 1 (warning, n 812)`. The check of a metric is its comparison.
fn in_words(judged: &Judged) -> String {
    let of = judged.metric_name.as_deref().or(judged.feature_name.as_deref()).unwrap_or("the whole");
    let check = match judged.check {
        CheckType::LessThanThreshold | CheckType::GreaterThanThreshold => String::new(),
        ref check => format!(", {check}"),
    };
    let limit = limit_in_words(&judged.comparison, judged.limit);
    if let Some(groups) = &judged.evidence {
        return of_groups(of, &check, judged.severity, groups);
    }
    let against = judged.baseline_n.map_or_else(String::new, |n| format!(" against {n}"));
    let moved: String = judged.moved.iter().map(|moved| format!("; {moved}")).collect();
    let Judged { value, severity, n, .. } = judged;
    format!("{of}{check}: {}, {limit} ({severity}, n {n}{against}{moved})", number(*value))
}

/// `Sex=0 DPPL, bias_drift_check: -0.3, baseline 0.1 (warning, 34 people in the group and 300 beside it, chance alone moves it from
/// -0.4 to -0.2)`.
fn of_groups(of: &str, check: &str, severity: Severity, evidence: &BiasEvidence) -> String {
    let BiasEvidence { value, constraint, groups, interval, .. } = evidence;
    let told = |value: &BiasNumber| match value.value().is_finite() {
        true => number(value.value()),
        false => value.to_string(),
    };
    let interval = interval.map_or_else(String::new, |interval| {
        format!(", chance alone moves it from {} to {}", number(interval.low), number(interval.high))
    });
    let (value, constraint, people) = (told(value), told(constraint), evidence.people());
    format!(
        "{of}{check}: {value}, baseline {constraint} ({severity}, {people} and {} beside it{interval})",
        groups.rest
    )
}

/// A violation of a metric names it; one of a column needs its name before it.
fn described(violation: &Violation) -> String {
    match (&violation.metric_name, &violation.feature_name) {
        (None, Some(feature)) => {
            format!("{feature}, {}: {}", violation.constraint_check_type, violation.description)
        }
        _ => violation.description.clone(),
    }
}

/// What is demanded, by the comparison that would violate it.
pub(crate) fn limit_in_words(violated_by: &ComparisonOperator, limit: f64) -> String {
    let limit = number(limit);
    match violated_by {
        ComparisonOperator::LessThanThreshold => format!("at least {limit}"),
        ComparisonOperator::GreaterThanThreshold => format!("at most {limit}"),
    }
}

/// How many constraints, on whose answers, by which baseline.
fn judged(execution: &Execution) -> String {
    let constraints = usize::try_from(execution.constraints_judged).unwrap_or(usize::MAX);
    let mut text = counted(constraints, "constraint");
    if let Some(source) = &execution.judged_on {
        text.push_str(&format!(", on the {source}"));
    }
    if let Some(version) = &execution.baseline {
        text.push_str(&format!(", by the baseline of {version}"));
    }
    text
}

fn counts(execution: &Execution) -> Vec<(&'static str, String)> {
    let mut lines = Vec::new();
    if let Some(replay) = &execution.replay {
        lines.push(("replay", format!("{} of {} sessions answered", replay.answered, replay.sessions)));
        lines.extend(listed(&replay.unanswered).map(|counts| ("not answered", counts)));
        if replay.non_finite > 0 {
            let numbers = format!("{} of NaN or infinity in answers, read as missing", replay.non_finite);
            lines.push(("non_finite", numbers));
        }
    }
    if let Some(truth) = &execution.labelling.ground_truth {
        lines.extend(listed(&truth.left_out).map(|counts| ("labels left out", counts)));
        lines.extend(broken_lines(&truth.samples).into_iter().map(|told| ("labels left out", told)));
        lines.extend(listed(&truth.rows_left_out).map(|counts| ("rows left out", counts)));
        lines.extend(listed(&truth.files_passed_over).map(|counts| ("files passed over", counts)));
    }
    if let Some(capture) = &execution.capture {
        let files = usize::try_from(capture.files).unwrap_or(usize::MAX);
        let used = format!("{} of {} lines in {} used", capture.used, capture.lines, counted(files, "file"));
        lines.push(("captured", used));
        lines.extend(listed(&capture.left_out).map(|counts| ("left out", counts)));
        lines.extend(broken_lines(&capture.samples).into_iter().map(|told| ("left out", told)));
        lines.extend(listed(&capture.files_passed_over).map(|counts| ("files passed over", counts)));
        if capture.no_id > 0 {
            let records = format!("{} used that no eventId of their own tells apart", capture.no_id);
            lines.push(("no_id", records));
        }
        let lag = execution.identity.window.lag();
        lines.extend(capture.late.iter().map(|(scheduled, records)| {
            let end = scheduled.checked_sub(lag).unwrap_or(*scheduled);
            ("late", format!("{records} of the window that ended at {end}, flushed too late for it"))
        }));
        if capture.non_finite > 0 {
            let mut numbers =
                format!("{} of NaN, infinity or beyond a double in payloads", capture.non_finite);
            if let Some(LinePlace { object, line }) = &capture.first_non_finite {
                numbers.push_str(&format!(", first in line {line} of {object}"));
            }
            lines.push(("non_finite", numbers));
        }
        if capture.header_rows > 0 {
            let rows = format!("{} in payloads, dropped; their records count", capture.header_rows);
            lines.push(("header_rows", rows));
        }
    }
    lines
}

/// The first line of each reason that could not be read.
fn broken_lines(samples: &[BrokenLine]) -> Vec<String> {
    let mut told: Vec<&BrokenLine> = samples.iter().collect();
    // Stable: of each reason the first one stays.
    told.sort_by_key(|sample| sample.reason);
    told.dedup_by_key(|sample| sample.reason);
    let words = |sample: &&BrokenLine| {
        let BrokenLine { reason, line, object, .. } = sample;
        format!("{reason}, first in line {line} of {object}: {}", sample.in_words())
    };
    told.iter().map(words).collect()
}

/// What was not evaluated, one text a reason.
fn by_reason(execution: &Execution) -> Vec<String> {
    let mut names: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    // That no suggested limit of numbers has a check is true of every hour.
    let worth_telling = execution.not_evaluable.iter().filter(|(what, _)| *what != NUM_CONSTRAINTS);
    for (what, reason) in worth_telling {
        names.entry(reason).or_default().push(what);
    }
    let some = |mut names: Vec<&str>| {
        let more = names.len().saturating_sub(MOST_REASONS);
        names.truncate(MOST_REASONS);
        let more = if more > 0 { format!(" and {more} more") } else { String::new() };
        format!("{}{more}", names.join(", "))
    };
    names.into_iter().map(|(reason, names)| format!("{}: {reason}", some(names))).collect()
}

fn listed<N: std::fmt::Display>(counts: &BTreeMap<N, u64>) -> Option<String> {
    let listed: Vec<String> = counts.iter().map(|(reason, count)| format!("{count} {reason}")).collect();
    (!listed.is_empty()).then(|| listed.join(", "))
}
