//! One window, judged by the pipeline that the Lambda functions run: a subcommand for each monitor.

use crate::at::At;
use crate::monitors::Command;
use crate::output::{self, print};
use crate::{FAILED, INCONCLUSIVE, VIOLATIONS, aws, summary, watch};
use bellwether_contract::execution::{Execution, Status};
use bellwether_contract::json::to_vec;
use bellwether_contract::trigger::Trigger;
use bellwether_contract::window::Window;
use bellwether_pipeline::RunError;
use bellwether_pipeline::clients::Clients;
use bellwether_pipeline::commit::{Committed, Ledger};
use bellwether_pipeline::error::Told;
use bellwether_pipeline::metrics::Sink;
use bellwether_pipeline::monitor::MonitorSettings;
use bellwether_pipeline::progress::Watcher;
use bellwether_pipeline::scheduled::{Invocation, Reconciled, Scheduled};
use bellwether_pipeline::settings::{MonitoringSchedule, Settings};
use clap::ArgMatches;
use jiff::Timestamp;
use std::path::PathBuf;
use tokio::time::Instant;

/// Runs a monitor over one window.
pub(crate) async fn run<M: Command>(matches: &ArgMatches) -> Result<Execution, Told> {
    let settings = M::settings(matches, &|name| matches.try_get_one::<String>(name).ok().flatten().cloned())?;
    let clients = aws::clients_if(settings.needs_aws()).await?;
    let progress = watch::Progress::on_a_terminal();
    let at = scheduled(matches);
    let judged = judge::<M>(matches, settings, clients, at, false, &|step| progress.show(step)).await;
    progress.clear();
    let Judged { ledger, committed, reconciled } = judged?;
    if !matches.get_flag("json") {
        reconciled.iter().try_for_each(|window| print(summary::reconciled(window)))?;
    }
    let committed = committed?;
    show::<M>(matches, &ledger, &committed).await?;
    Ok(committed.execution)
}

/// What became of a window, and of those that earlier ticks left.
pub(crate) struct Judged {
    /// Where its report lies.
    pub(crate) ledger: Ledger,
    /// Its verdict.
    pub(crate) committed: Result<Committed, RunError>,
    /// The others.
    pub(crate) reconciled: Vec<Reconciled>,
}

/// Judges the window that is scheduled for then, as the flags of a run say; in turns where other monitors replay against its endpoint.
pub(crate) async fn judge<M: Command>(
    matches: &ArgMatches,
    settings: M::Settings,
    clients: Option<Clients>,
    at: Timestamp,
    takes_turns: bool,
    watcher: Watcher<'_>,
) -> Result<Judged, Told> {
    let sink = sink(matches, settings.schedule(), clients.as_ref());
    let window = settings.schedule().offsets().window(at)?;
    let invocation = invocation(window, matches.get_flag("reopen"), "cli");
    let monitor = Scheduled::<M>::new(settings, clients, sink)?.taking_turns(takes_turns);
    let (committed, reconciled) = match matches.get_flag("reconcile") {
        true => monitor.tick(&invocation, watcher).await,
        false => (monitor.run(&invocation, watcher).await, Vec::new()),
    };
    Ok(Judged { ledger: monitor.into_ledger(), committed, reconciled })
}

/// The time that was asked for.
pub(crate) fn scheduled(matches: &ArgMatches) -> Timestamp {
    matches.get_one::<At>("at").copied().unwrap_or(At::Last).scheduled(Timestamp::now())
}

/// 0 completed, 2 violations, 3 inconclusive, 1 failed.
pub(crate) fn exit_code(status: Status) -> u8 {
    match status {
        Status::Completed | Status::CompletedNoData => 0,
        Status::CompletedWithViolations => VIOLATIONS,
        Status::Inconclusive => INCONCLUSIVE,
        Status::Failed => FAILED,
    }
}

fn sink(matches: &ArgMatches, schedule: &MonitoringSchedule, clients: Option<&Clients>) -> Sink {
    match (matches.get_one::<PathBuf>("metrics-dir"), clients) {
        (Some(directory), _) => Sink::Directory(directory.clone()),
        (None, Some(clients)) => Sink::cloudwatch(clients, schedule.metrics_namespace.as_ref()),
        (None, None) => Sink::Nowhere,
    }
}

/// A run of now, by whoever asks for it.
pub(crate) fn invocation(window: Window, reopen: bool, who: &str) -> Invocation {
    Invocation {
        trigger: Trigger { window, reopen },
        now: Timestamp::now(),
        began: Instant::now(),
        deadline: None,
        request_id: format!("{who}-{}", std::process::id()),
        memory_mb: None,
    }
}

/// Warnings that are told; execution.json has all.
const MOST_WARNINGS: usize = 20;

/// Prints a verdict, and notes its warnings.
pub(crate) async fn show<M: Command>(
    matches: &ArgMatches,
    ledger: &Ledger,
    committed: &Committed,
) -> Result<(), Told> {
    let warnings: Vec<String> = committed.execution.remarks().collect();
    warnings.iter().take(MOST_WARNINGS).for_each(|warning| output::note(&format!("warning: {warning}")));
    if !matches.get_flag("json") {
        return print(summary::summary::<M>(ledger, committed).await?);
    }
    // A program reads the verdict; that it is not the one that was asked for stands beside it.
    if committed.other_settings || committed.other_baseline || committed.reopened_before {
        summary::remarks(committed)
            .into_iter()
            .for_each(|(label, remark)| output::note(&format!("{} {remark}", label.trim())));
    }
    print(String::from_utf8_lossy(&to_vec(&committed.execution)?))
}
