//! `bellwether diversity-check`: one window, judged by the pipeline that the Lambda function runs.

use crate::output::print;
use crate::{FAILED, table, watch};
use bellwether_contract::execution::Status;
use bellwether_contract::json::to_vec;
use bellwether_contract::trigger::Trigger;
use bellwether_contract::window::Window;
use bellwether_pipeline::clients::Clients;
use bellwether_pipeline::commit::Committed;
use bellwether_pipeline::diversity_check::{DiversityCheck, Invocation, needs_aws};
use bellwether_pipeline::metrics::Sink;
use bellwether_pipeline::settings::Settings;
use clap::ArgMatches;
use jiff::Timestamp;
use std::path::PathBuf;
use std::process::ExitCode;

/// Runs the subcommand; the exit code follows the verdict.
pub(crate) async fn run(matches: &ArgMatches) -> Result<ExitCode, String> {
    let settings = settings(matches)?;
    let clients = if needs_aws(&settings) { Some(Clients::from_environment().await) } else { None };
    let sink = sink(matches, &settings, clients.as_ref());
    let invocation = invocation(matches, &settings)?;
    let check = DiversityCheck::new(settings, clients, sink).map_err(|error| error.chain())?;
    let progress = watch::Progress::on_a_terminal();
    let committed = check.run(&invocation, &|step| progress.show(step)).await;
    progress.clear();
    let committed = committed.map_err(|error| format!("{}: {}", error.error_type(), error.chain()))?;
    show(matches, &check, &committed).await?;
    Ok(exit_code(committed.execution.monitoring_execution_status))
}

/// 0 completed, 2 violations, 3 inconclusive, 1 failed.
pub(crate) fn exit_code(status: Status) -> ExitCode {
    match status {
        Status::Completed | Status::CompletedNoData => ExitCode::SUCCESS,
        Status::CompletedWithViolations => ExitCode::from(2),
        Status::Inconclusive => ExitCode::from(3),
        Status::Failed => ExitCode::from(FAILED),
    }
}

fn settings(matches: &ArgMatches) -> Result<Settings, String> {
    let replay = replay(matches);
    if replay.is_none() {
        return Err("say who answers the replay: --replay-from LISTS, --endpoint-url URL, --sagemaker or --no-replay \
                    (or set REPLAY)"
            .to_owned());
    }
    Settings::read(|name| match name {
        "REPLAY" => replay.clone(),
        _ => matches.get_one::<String>(name).cloned(),
    })
    .map_err(|error| error.to_string())
}

fn replay(matches: &ArgMatches) -> Option<String> {
    let text = |name: &str| matches.get_one::<String>(name);
    let flags = [
        text("replay-from").map(|lists| format!("lists:{lists}")),
        text("endpoint-url").cloned(),
        matches.get_flag("sagemaker").then(|| "sagemaker".to_owned()),
        matches.get_flag("no-replay").then(|| "none".to_owned()),
    ];
    flags.into_iter().flatten().next().or_else(|| std::env::var("REPLAY").ok())
}

fn sink(matches: &ArgMatches, settings: &Settings, clients: Option<&Clients>) -> Sink {
    match (matches.get_one::<PathBuf>("metrics-dir"), clients) {
        (Some(directory), _) => Sink::Directory(directory.clone()),
        (None, Some(clients)) => Sink::cloudwatch(clients, settings.metrics_namespace.clone()),
        (None, None) => Sink::Nowhere,
    }
}

fn invocation(matches: &ArgMatches, settings: &Settings) -> Result<Invocation, String> {
    let at = matches.get_one::<Timestamp>("at").ok_or("--at is missing")?;
    let window = Window::ending_at(*at, settings.window).map_err(|error| error.to_string())?;
    Ok(Invocation {
        trigger: Trigger { window, reopen: matches.get_flag("reopen") },
        now: Timestamp::now(),
        deadline: None,
        request_id: format!("cli-{}", std::process::id()),
        memory_mb: None,
    })
}

async fn show(matches: &ArgMatches, check: &DiversityCheck, committed: &Committed) -> Result<(), String> {
    if matches.get_flag("json") {
        let text = to_vec(&committed.execution).map_err(|error| error.to_string())?;
        return print(String::from_utf8_lossy(&text));
    }
    print(table::summary(check.ledger(), committed).await.map_err(|error| error.chain())?)
}
