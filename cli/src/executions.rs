//! `bellwether executions`: the runs of a schedule as a table or as JSON.
//!
//! Reports may hold text that others wrote: no control character of it reaches the terminal.

use crate::output::{note, print};
use crate::table::{Column, Table, width};
use crate::{FAILED, aws, monitors};
use bellwether_contract::execution::{Execution, Status};
use bellwether_contract::metrics::MetricValue;
use bellwether_contract::names::{EndpointName, ScheduleName};
use bellwether_pipeline::RunError;
use bellwether_pipeline::error::Told;
use bellwether_pipeline::executions::{Listed, Query, Run, executions};
use bellwether_pipeline::route::text::{counted, plain};
use bellwether_storage::{Location, Store};
use clap::ArgMatches;
use jiff::Timestamp;
use serde_json::{Map, Value, json};
use std::process::ExitCode;
use std::str::FromStr;

const TEXT_CHARS: usize = 1_024;
/// Of an error in the table.
const REASON_CHARS: usize = 160;

/// Runs the subcommand.
pub(crate) async fn run(matches: &ArgMatches) -> Result<ExitCode, Told> {
    let reports: Location = value(matches, "REPORTS_URI")?;
    let asked = Query {
        endpoint: value::<EndpointName>(matches, "ENDPOINT_NAME")?,
        schedule: value::<ScheduleName>(matches, "SCHEDULE_NAME")?,
        from: matches.get_one::<Timestamp>("from").copied(),
        to: matches.get_one::<Timestamp>("to").copied(),
    };
    let clients = aws::clients_if(matches!(reports, Location::S3 { .. })).await?;
    let store = Store::new(&reports, clients.as_ref().map(|clients| &clients.s3))?;
    let listed = executions(&store, &asked).await?;
    if matches.get_flag("json") {
        let rows: Vec<Value> = listed.iter().map(|listed| as_json(&store, listed)).collect();
        print(format_args!("{:#}", Value::from(rows)))?;
    } else if listed.is_empty() {
        print(format_args!("No run of {}/{} in {reports}.", asked.endpoint, asked.schedule))?;
    } else {
        print(monitors::table(&store, &listed).await.lines(width()).join("\n"))?;
    }
    let unreadable = listed.iter().filter(|listed| listed.error().is_some()).count();
    if unreadable == 0 {
        return Ok(ExitCode::SUCCESS);
    }
    let runs = counted(listed.len(), "run");
    note(&format!("{unreadable} of {runs} cannot be read, or not all of it; each says why in its row"));
    Ok(ExitCode::from(FAILED))
}

fn value<T: FromStr<Err: Into<Told>>>(matches: &ArgMatches, name: &str) -> Result<T, Told> {
    let text = matches.get_one::<String>(name).map(String::as_str).unwrap_or_default();
    text.parse().map_err(|error: T::Err| error.into().of(name))
}

/// The single numbers that a run published, by the names of its metrics.
pub(crate) fn numbers(run: &Run) -> impl Iterator<Item = (&str, f64)> {
    run.execution.metrics.iter().filter_map(|point| match point.value {
        MetricValue::Value { value } => Some((point.name.as_str(), value)),
        MetricValue::Distribution { .. } | MetricValue::Summary(_) => None,
    })
}

/// What was violated, by the name of the aggregate, the column or at least the check; nothing where that cannot be read.
fn violated(run: &Run) -> Vec<String> {
    let name = |violation: &bellwether_contract::violations::Violation| {
        let name = violation.metric_name.as_deref().or(violation.feature_name.as_deref());
        plain(name.unwrap_or(violation.constraint_check_type.as_str()), TEXT_CHARS)
    };
    run.violations.iter().flatten().map(name).collect()
}

/// When its window ended; of a run that cannot be read, when it was scheduled.
fn window_end(Listed { run: folder, read }: &Listed) -> Timestamp {
    read.as_ref().map_or(folder.hour, |run| run.execution.identity.window.end())
}

/// What the first column of a table tells: the end of each window, or, where some look further back, when the runs were
/// scheduled.
pub(crate) fn when(listed: &[Listed]) -> &'static str {
    let looks_back = |listed: &Listed| window_end(listed) != listed.run.hour;
    if listed.iter().any(looks_back) { "scheduled, UTC" } else { "window end, UTC" }
}

fn as_json(store: &Store, listed: &Listed) -> Value {
    let folder = &listed.run;
    let mut row = json!({
        "scheduled": folder.hour,
        "window_end": window_end(listed),
        "revision": folder.revision,
        "report": plain(&store.uri(&folder.to_string()), TEXT_CHARS),
    });
    if let Ok(run) = &listed.read {
        let execution = &run.execution;
        let numbers: Map<String, Value> =
            numbers(run).map(|(name, value)| (plain(name, TEXT_CHARS), json!(value))).collect();
        row["monitor"] = json!(plain(&execution.identity.monitor, TEXT_CHARS));
        row["variant_name"] = json!(execution.identity.variant_name);
        row["window"] = json!(execution.identity.window);
        row["monitoring_execution_status"] = json!(execution.monitoring_execution_status);
        row["exit_message"] = json!(plain(&execution.exit_message, TEXT_CHARS));
        row["baseline"] = json!(execution.baseline);
        row["numbers"] = Value::Object(numbers);
        row["constraints_judged"] = json!(execution.constraints_judged);
        row["violations"] = json!(execution.violations);
        row["violated"] = json!(run.violations.is_ok().then(|| violated(run)));
    }
    if let Some(error) = listed.error() {
        row["error_type"] = json!(error.error_type());
        row["error"] = json!(plain(&error.chain(), TEXT_CHARS));
    }
    row
}

/// How many records were measured, and how many constraints were held against them.
pub(crate) fn of_records(listed: &[Listed]) -> Table {
    let mut table = Table::new([
        (when(listed), Column::Label),
        ("status", Column::Label),
        ("records", Column::Number),
        ("judged", Column::Number),
        ("violations", Column::Text),
    ]);
    for listed in listed {
        let [when, status, violations] = of_any(listed);
        let execution = listed.read.as_ref().ok().map(|run| &run.execution);
        let capture = execution.and_then(|execution| execution.capture.as_ref());
        table.row([
            when,
            status,
            capture.map(|capture| capture.used.to_string()).unwrap_or_default(),
            execution.map(|execution| execution.constraints_judged.to_string()).unwrap_or_default(),
            violations,
        ]);
    }
    table
}

/// When, how it ended, and what was violated; or why it cannot be read.
pub(crate) fn of_any(Listed { run: folder, read }: &Listed) -> [String; 3] {
    let again = if folder.revision > 1 { format!(", revision {}", folder.revision) } else { String::new() };
    let when = format!("{}{again}", folder.hour.strftime("%Y-%m-%d %H:%M"));
    match read {
        Ok(run) => [when, run.execution.monitoring_execution_status.to_string(), in_short(run)],
        Err(error) => [when, "unreadable".to_owned(), told(error)],
    }
}

fn told(error: &RunError) -> String {
    plain(&Told::from(error).to_string(), REASON_CHARS)
}

/// The run's own sentence where nothing could be judged: what is missing.
fn why(execution: &Execution) -> Option<String> {
    let status = execution.monitoring_execution_status;
    let message = plain(&execution.exit_message, REASON_CHARS);
    let why = message.strip_prefix(&format!("{status}: ")).unwrap_or(&message);
    matches!(status, Status::Inconclusive | Status::Failed).then(|| why.to_owned())
}

/// `0`, or `2: age, plan`, or `2: ` and why they cannot be read; behind it why nothing could be judged.
fn in_short(run: &Run) -> String {
    /// Names told in one row.
    const NAMES: usize = 3;
    if let Err(error) = &run.violations {
        return format!("{}: {}", run.execution.violations, told(error));
    }
    let mut names = violated(run);
    let more = names.len().saturating_sub(NAMES);
    names.truncate(NAMES);
    if more > 0 {
        names.push(format!("and {more} more"));
    }
    let colon = if names.is_empty() { "" } else { ": " };
    let why = why(&run.execution).map_or_else(String::new, |why| format!("; {why}"));
    format!("{}{colon}{}{why}", run.execution.violations, names.join(", "))
}
