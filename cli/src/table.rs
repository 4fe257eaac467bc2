//! A verdict as a table for people.

use bellwether_contract::execution::{Execution, Status};
use bellwether_contract::keys::Key;
use bellwether_contract::metrics::MetricValue;
use bellwether_pipeline::commit::{Committed, Ledger};
use comfy_table::{Table, presets::UTF8_HORIZONTAL_ONLY};
use std::fmt::Write;

/// What the on-call would want to know, and where the files lie.
pub(crate) fn summary(ledger: &Ledger, committed: &Committed) -> String {
    let execution = &committed.execution;
    let identity = &execution.identity;
    let mut text = format!(
        "{} {}/{}, {} to {}\n{}\n{}\n",
        identity.monitor,
        identity.endpoint_name,
        identity.variant_name,
        identity.window.start(),
        identity.window.end(),
        execution.exit_message,
        numbers(execution),
    );
    for (what, reason) in &execution.not_evaluable {
        let _ = writeln!(text, "not evaluated: {what}: {reason}");
    }
    if let Some(version) = &execution.baseline {
        let _ = writeln!(text, "judged by the baseline of {version}");
    }
    if !committed.made_here {
        text.push_str("this window was judged before; that verdict stands (--reopen judges it once more)\n");
    }
    let uri = ledger.reports.uri(&Key::Execution(&committed.run).to_string());
    let _ = write!(text, "report: {}", uri.trim_end_matches("execution.json"));
    if execution.monitoring_execution_status == Status::CompletedWithViolations {
        text.push_str("constraint_violations.json");
    }
    text
}

fn numbers(execution: &Execution) -> Table {
    let mut table = Table::new();
    table.load_style(UTF8_HORIZONTAL_ONLY);
    for point in &execution.metrics {
        if let MetricValue::Value { value } = point.value {
            table.add_row([point.name.clone(), short(value)]);
        }
    }
    if let Some(replay) = &execution.replay {
        for (reason, count) in &replay.unanswered {
            table.add_row([format!("unanswered: {reason}"), count.to_string()]);
        }
    }
    if let Some(capture) = &execution.capture {
        table.add_row(["captured lines".to_owned(), capture.lines.to_string()]);
        table.add_row(["captured records used".to_owned(), capture.used.to_string()]);
        for (reason, count) in &capture.left_out {
            table.add_row([format!("left out: {reason}"), count.to_string()]);
        }
    }
    table
}

/// At most four decimals, without trailing zeros.
fn short(value: f64) -> String {
    let text = format!("{value:.4}");
    text.trim_end_matches('0').trim_end_matches('.').to_owned()
}
