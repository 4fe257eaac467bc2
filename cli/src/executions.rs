//! `bellwether executions`: the runs of a schedule as a table or as JSON.
//!
//! Reports may hold text that others wrote: no control character of it reaches the terminal.

use crate::output::print;
use bellwether_contract::metrics::MetricValue;
use bellwether_contract::names::{EndpointName, ScheduleName};
use bellwether_pipeline::clients::Clients;
use bellwether_pipeline::executions::{Asked, Listed, Run, executions};
use bellwether_pipeline::route::text::{number, plain};
use bellwether_storage::{Location, Store};
use clap::ArgMatches;
use comfy_table::{Table, presets::NOTHING};
use jiff::Timestamp;
use serde_json::{Map, Value, json};
use std::fmt::Display;
use std::process::ExitCode;
use std::str::FromStr;

const TEXT_CHARS: usize = 1_024;
/// Of an error in the table.
const REASON_CHARS: usize = 160;

/// Runs the subcommand.
pub(crate) async fn run(matches: &ArgMatches) -> Result<ExitCode, String> {
    let reports: Location = value(matches, "REPORTS_URI")?;
    let asked = Asked {
        endpoint: value::<EndpointName>(matches, "ENDPOINT_NAME")?,
        schedule: value::<ScheduleName>(matches, "SCHEDULE_NAME")?,
        from: matches.get_one::<Timestamp>("from").copied(),
        to: matches.get_one::<Timestamp>("to").copied(),
    };
    let in_s3 = matches!(reports, Location::S3 { .. });
    let clients = if in_s3 { Some(Clients::from_environment().await) } else { None };
    let store = Store::new(&reports, clients.as_ref().map(|clients| &clients.s3))
        .map_err(|error| error.to_string())?;
    let listed = executions(&store, &asked)
        .await
        .map_err(|error| format!("{}: {}", error.error_type(), error.chain()))?;
    if matches.get_flag("json") {
        let rows: Vec<Value> = listed.iter().map(|listed| as_json(&store, listed)).collect();
        print(format_args!("{:#}", Value::from(rows)))?;
    } else if listed.is_empty() {
        print(format_args!("No run of {}/{} in {reports}.", asked.endpoint, asked.schedule))?;
    } else {
        print(as_table(&listed).trim_fmt())?;
    }
    Ok(ExitCode::SUCCESS)
}

fn value<T: FromStr<Err: Display>>(matches: &ArgMatches, name: &str) -> Result<T, String> {
    let text = matches.get_one::<String>(name).ok_or_else(|| format!("{name} is missing"))?;
    text.parse().map_err(|error: T::Err| format!("{name}: {error}"))
}

/// The single numbers that a run published, by the names of its metrics.
fn numbers(run: &Run) -> impl Iterator<Item = (&str, f64)> {
    run.execution.metrics.iter().filter_map(|point| match point.value {
        MetricValue::Value { value } => Some((point.name.as_str(), value)),
        MetricValue::Distribution { .. } | MetricValue::Summary(_) => None,
    })
}

/// What was violated, by the name of the aggregate, the column or at least the check.
fn violated(run: &Run) -> Vec<String> {
    let name = |violation: &bellwether_contract::violations::Violation| {
        let name = violation.metric_name.as_deref().or(violation.feature_name.as_deref());
        plain(name.unwrap_or(violation.constraint_check_type.as_str()), TEXT_CHARS)
    };
    run.violations.iter().map(name).collect()
}

fn as_json(store: &Store, listed: &Listed) -> Value {
    let folder = &listed.run;
    let mut row = json!({
        "window_end": folder.hour,
        "revision": folder.revision,
        "report": plain(&store.uri(&folder.to_string()), TEXT_CHARS),
    });
    match &listed.read {
        Ok(run) => {
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
            row["violations"] = json!(execution.violations);
            row["violated"] = json!(violated(run));
        }
        Err(error) => {
            row["error_type"] = json!(error.error_type());
            row["error"] = json!(plain(&error.chain(), TEXT_CHARS));
        }
    }
    row
}

fn as_table(listed: &[Listed]) -> Table {
    /// Names told in one row.
    const NAMES: usize = 3;
    let mut table = Table::new();
    table.load_style(NOTHING);
    table.set_header(["window end", "status", "mean", "p5", "min", "answered", "violations", "violated"]);
    for Listed { run: folder, read } in listed {
        let again =
            if folder.revision > 1 { format!(" (revision {})", folder.revision) } else { String::new() };
        let when = format!("{}{again}", folder.hour);
        let run = match read {
            Ok(run) => run,
            Err(error) => {
                let none = String::new;
                let reason = plain(&error.chain(), REASON_CHARS);
                table.add_row([when, "unreadable".into(), none(), none(), none(), none(), none(), reason]);
                continue;
            }
        };
        let of = |suffix: &str| {
            let found = numbers(run).find(|(name, _)| name.starts_with("top") && name.ends_with(suffix));
            found.map(|(_, value)| number(value)).unwrap_or_default()
        };
        let answered =
            run.execution.replay.as_ref().map(|replay| format!("{}/{}", replay.answered, replay.sessions));
        let mut names = violated(run);
        let more = names.len().saturating_sub(NAMES);
        names.truncate(NAMES);
        if more > 0 {
            names.push(format!("and {more} more"));
        }
        table.add_row([
            when,
            run.execution.monitoring_execution_status.to_string(),
            of("_mean"),
            of("_p5"),
            of("_min"),
            answered.unwrap_or_default(),
            run.execution.violations.to_string(),
            names.join(", "),
        ]);
    }
    table
}
