//! A verdict as a table for people: each number with its limit, read back from the report that was published.
//!
//! Others may write to the place of the reports: every text of a file is shown as one plain line.

use bellwether_contract::constraints::{ComparisonOperator, Constraints, MetricConstraint, NUM_CONSTRAINTS};
use bellwether_contract::execution::Execution;
use bellwether_contract::json::from_slice;
use bellwether_contract::keys::{Key, ReportFile};
use bellwether_contract::statistics::Statistics;
use bellwether_contract::violations::{Violation, Violations};
use bellwether_pipeline::RunError;
use bellwether_pipeline::commit::{Committed, Ledger};
use bellwether_pipeline::route::text::plain;
use bellwether_pipeline::scheduled::Reconciled;
use bellwether_storage::Store;
use comfy_table::{CellAlignment, Table, presets::NOTHING};
use serde::de::DeserializeOwned;
use std::collections::BTreeMap;
use std::fmt::Write;

/// Violations that are listed; the report has all.
const MOST_VIOLATIONS: usize = 20;
/// Largest report file that is shown.
const MAX_FILE_BYTES: u64 = 64 * 1024 * 1024;

/// Characters of a foreign text that are shown: wide enough for every text of Bellwether's own.
const TEXT_CHARS: usize = 1_024;

/// The published files of one run.
struct Report {
    statistics: Statistics,
    constraints: Constraints,
    violations: Violations,
}

/// What the on-call would want to know, and where the files lie.
pub(crate) async fn summary(ledger: &Ledger, committed: &Committed) -> Result<String, RunError> {
    let report = read(ledger, committed).await?;
    let execution = &committed.execution;
    let identity = &execution.identity;
    let mut text = format!(
        "{} of {}/{}, {} to {}\n{}\n\n{}",
        plain(&identity.monitor, TEXT_CHARS),
        identity.endpoint_name,
        identity.variant_name,
        identity.window.start(),
        identity.window.end(),
        plain(&execution.exit_message, TEXT_CHARS),
        measured(&report),
    );
    let mut line = |prefix: &str, rest: &str| {
        let _ = writeln!(text, "  {prefix}: {}", plain(rest, TEXT_CHARS));
    };
    counts(execution).into_iter().for_each(|(what, counts)| line(what, &counts));
    broken_lines(execution).into_iter().for_each(|told| line("left out", &told));
    execution.baseline.iter().for_each(|version| line("judged by the baseline of", version.as_str()));
    by_reason(execution)
        .into_iter()
        .for_each(|(reason, what)| line("not evaluated", &format!("{what}: {reason}")));
    let violations = &report.violations.violations;
    for violation in violations.iter().take(MOST_VIOLATIONS) {
        line("VIOLATION", &in_words(violation));
    }
    if let Some(more) = violations.len().checked_sub(MOST_VIOLATIONS).filter(|more| *more > 0) {
        line("VIOLATION", &format!("and {more} more in constraint_violations.json"));
    }
    if !committed.made_here {
        line("judged before", "that verdict stands; --reopen judges the window once more");
    }
    let uri = ledger.reports.uri(&committed.run.to_string());
    let _ = write!(text, "  report: {uri}/");
    Ok(text)
}

/// One line on a window that an earlier tick had left.
pub(crate) fn reconciled(Reconciled { window, made }: &Reconciled) -> String {
    let end = window.end();
    match made {
        Ok(committed) => {
            format!("reconciled the window that ended at {end}: {}", committed.execution.exit_message)
        }
        Err(error) => format!("did not reconcile the window that ended at {end}: {error}"),
    }
}

async fn read(ledger: &Ledger, committed: &Committed) -> Result<Report, RunError> {
    let reports = &ledger.reports;
    let key = |file| Key::Report(&committed.run, file);
    Ok(Report {
        statistics: file(reports, key(ReportFile::Statistics)).await?,
        constraints: file(reports, key(ReportFile::Constraints)).await?,
        violations: file(reports, key(ReportFile::ConstraintViolations)).await?,
    })
}

/// A published file, read back.
pub(crate) async fn file<T: DeserializeOwned>(store: &Store, key: Key<'_>) -> Result<T, RunError> {
    let key = key.to_string();
    let bytes = store.get(&key, MAX_FILE_BYTES).await?;
    Ok(from_slice(&store.uri(&key), &bytes)?)
}

/// The numbers of lists, or how much of a table was seen.
fn measured(report: &Report) -> String {
    let Report { statistics, constraints, violations } = report;
    if statistics.recommendation_metrics.is_some() {
        return format!("{}\n", numbers(statistics, constraints, &violations.violations));
    }
    format!("  {} rows of {} columns\n", statistics.dataset.item_count, statistics.features.len())
}

/// A violation of a metric names it; one of a column needs its name before it.
fn in_words(violation: &Violation) -> String {
    match (&violation.metric_name, &violation.feature_name) {
        (None, Some(feature)) => format!("{feature}: {}", violation.description),
        _ => violation.description.clone(),
    }
}

/// Each metric with its value, its limits, and whether it violates one.
pub(crate) fn numbers(statistics: &Statistics, constraints: &Constraints, violations: &[Violation]) -> Table {
    let mut table = Table::new();
    table.load_style(NOTHING).set_header(["  metric", "value", "limit", ""]);
    let metrics = statistics.recommendation_metrics.iter().flat_map(|metrics| metrics.iter());
    for (name, metric) in metrics {
        let limits = limits(constraints, name);
        let violated = violations.iter().any(|violation| {
            let violated = violation.metric_name.as_deref();
            violated == Some(name) || violated == Some(&format!("{name}_floor"))
        });
        table.add_row([
            format!("  {}", plain(name, TEXT_CHARS)),
            short(metric.value),
            plain(&limits, TEXT_CHARS),
            if violated { "violated" } else { "" }.into(),
        ]);
    }
    if let Some(column) = table.column_mut(1) {
        column.set_cell_alignment(CellAlignment::Right);
    }
    table
}

/// The limits of a metric in words: of the band, of the floor, or of both.
fn limits(constraints: &Constraints, metric: &str) -> String {
    let table = constraints.recommendation_constraints.as_ref();
    let limit = |name: &str| table.and_then(|table| table.get(name)).map(limit_in_words);
    let limits = [limit(metric), limit(&format!("{metric}_floor"))];
    limits.into_iter().flatten().collect::<Vec<_>>().join(", ")
}

fn limit_in_words(limit: &MetricConstraint) -> String {
    let threshold = short(limit.threshold);
    match &limit.comparison_operator {
        ComparisonOperator::LessThanThreshold => format!("at least {threshold}"),
        ComparisonOperator::GreaterThanThreshold => format!("at most {threshold}"),
    }
}

fn counts(execution: &Execution) -> Vec<(&'static str, String)> {
    let mut lines = Vec::new();
    if let Some(replay) = &execution.replay {
        let unanswered = listed(replay.unanswered.iter());
        lines.push((
            "replay",
            format!("{} of {} sessions answered{unanswered}", replay.answered, replay.sessions),
        ));
    }
    if let Some(capture) = &execution.capture {
        let left_out = listed(capture.left_out.iter());
        let counts =
            format!("{} of {} lines in {} files used{left_out}", capture.used, capture.lines, capture.files);
        lines.push(("captured", counts));
        if capture.non_finite > 0 {
            let numbers = format!("{} of NaN or infinity in payloads, read as missing", capture.non_finite);
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
fn broken_lines(execution: &Execution) -> Vec<String> {
    let Some(capture) = &execution.capture else { return Vec::new() };
    let mut told: Vec<_> = capture.samples.iter().map(|sample| (sample.reason, sample)).collect();
    // Stable: of each reason the first one stays.
    told.sort_by_key(|(reason, _)| *reason);
    told.dedup_by_key(|(reason, _)| *reason);
    told.iter()
        .map(|(reason, sample)| {
            format!("{reason}, first in line {} of {}: {}", sample.line, sample.object, sample.in_words())
        })
        .collect()
}

/// What was not evaluated, one line a reason.
fn by_reason(execution: &Execution) -> BTreeMap<&str, String> {
    let mut lines: BTreeMap<&str, String> = BTreeMap::new();
    // That no suggested limit of numbers has a check is true of every hour.
    let worth_telling = execution.not_evaluable.iter().filter(|(what, _)| *what != NUM_CONSTRAINTS);
    for (what, reason) in worth_telling {
        let names = lines.entry(reason).or_default();
        let comma = if names.is_empty() { "" } else { ", " };
        let _ = write!(names, "{comma}{what}");
    }
    lines
}

fn listed<'c, N: std::fmt::Display + 'c>(counts: impl Iterator<Item = (N, &'c u64)>) -> String {
    let counts: Vec<String> = counts.map(|(reason, count)| format!("{count} {reason}")).collect();
    if counts.is_empty() { String::new() } else { format!(" (not: {})", counts.join(", ")) }
}

/// At most four decimals, without trailing zeros.
fn short(value: f64) -> String {
    let text = format!("{value:.4}");
    text.trim_end_matches('0').trim_end_matches('.').to_owned()
}
