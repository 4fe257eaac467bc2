//! One window, judged by the pipeline that the Lambda functions run: a subcommand for each monitor.

use crate::output::print;
use crate::{FAILED, table, watch};
use bellwether_contract::execution::Status;
use bellwether_contract::json::to_vec;
use bellwether_contract::trigger::Trigger;
use bellwether_contract::window::Window;
use bellwether_pipeline::clients::Clients;
use bellwether_pipeline::commit::{Committed, Ledger};
use bellwether_pipeline::data_quality::DataQuality;
use bellwether_pipeline::diversity_check::Diversity;
use bellwether_pipeline::metrics::Sink;
use bellwether_pipeline::monitor::{Monitor, MonitorSettings};
use bellwether_pipeline::scheduled::{Invocation, Scheduled};
use bellwether_pipeline::settings::data_quality::DataQualitySettings;
use bellwether_pipeline::settings::diversity::DiversitySettings;
use bellwether_pipeline::settings::{MonitoringSchedule, SettingsError};
use clap::ArgMatches;
use jiff::Timestamp;
use std::path::PathBuf;
use std::process::ExitCode;

/// `bellwether diversity-check`.
pub(crate) async fn diversity_check(matches: &ArgMatches) -> Result<ExitCode, String> {
    run::<Diversity>(matches, diversity_settings(matches)?).await
}

/// `bellwether data-quality`.
pub(crate) async fn data_quality(matches: &ArgMatches) -> Result<ExitCode, String> {
    let settings = DataQualitySettings::read(|name| matches.get_one::<String>(name).cloned());
    run::<DataQuality>(matches, settings.map_err(|error| error.to_string())?).await
}

/// Runs a monitor over one window; the exit code follows the verdict.
async fn run<M: Monitor>(matches: &ArgMatches, settings: M::Settings) -> Result<ExitCode, String> {
    let clients = if settings.needs_aws() { Some(Clients::from_environment().await) } else { None };
    let sink = sink(matches, settings.schedule(), clients.as_ref());
    let invocation = invocation(matches, settings.schedule())?;
    let monitor = Scheduled::<M>::new(settings, clients, sink).map_err(|error| error.chain())?;
    let progress = watch::Progress::on_a_terminal();
    let watcher = |step| progress.show(step);
    let (committed, reconciled) = match matches.get_flag("reconcile") {
        true => monitor.tick(&invocation, &watcher).await,
        false => (monitor.run(&invocation, &watcher).await, Vec::new()),
    };
    progress.clear();
    if !matches.get_flag("json") {
        reconciled.iter().try_for_each(|window| print(table::reconciled(window)))?;
    }
    let committed = committed.map_err(|error| format!("{}: {}", error.error_type(), error.chain()))?;
    show(matches, monitor.ledger(), &committed).await?;
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

fn diversity_settings(matches: &ArgMatches) -> Result<DiversitySettings, String> {
    let replay = replay(matches);
    if replay.is_none() {
        return Err("say who answers the replay: --replay-from LISTS, --endpoint-url URL, --sagemaker or --no-replay \
                    (or set REPLAY)"
            .to_owned());
    }
    DiversitySettings::read(|name| match name {
        "REPLAY" => replay.clone(),
        _ => matches.get_one::<String>(name).cloned(),
    })
    .map_err(|error: SettingsError| error.to_string())
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

fn sink(matches: &ArgMatches, schedule: &MonitoringSchedule, clients: Option<&Clients>) -> Sink {
    match (matches.get_one::<PathBuf>("metrics-dir"), clients) {
        (Some(directory), _) => Sink::Directory(directory.clone()),
        (None, Some(clients)) => Sink::cloudwatch(clients, schedule.metrics_namespace.clone()),
        (None, None) => Sink::Nowhere,
    }
}

fn invocation(matches: &ArgMatches, schedule: &MonitoringSchedule) -> Result<Invocation, String> {
    let at = matches.get_one::<Timestamp>("at").ok_or("--at is missing")?;
    let window = Window::ending_at(*at, schedule.window).map_err(|error| error.to_string())?;
    Ok(Invocation {
        trigger: Trigger { window, reopen: matches.get_flag("reopen") },
        now: Timestamp::now(),
        deadline: None,
        request_id: format!("cli-{}", std::process::id()),
        memory_mb: None,
    })
}

async fn show(matches: &ArgMatches, ledger: &Ledger, committed: &Committed) -> Result<(), String> {
    if matches.get_flag("json") {
        let text = to_vec(&committed.execution).map_err(|error| error.to_string())?;
        return print(String::from_utf8_lossy(&text));
    }
    print(table::summary(ledger, committed).await.map_err(|error| error.chain())?)
}
