//! `bellwether`: the monitors' pipeline on a folder, a bucket, or a sample.
//!
//! It reads flags, asks the clock, and prints. What is judged and how is the pipeline's business.

mod arguments;
mod at;
mod aws;
mod baseline;
mod check;
mod columnar;
mod container;
mod dataset;
mod demo;
mod doctor;
mod document;
mod executions;
mod help;
mod incident;
mod merge;
mod monitors;
mod output;
mod pages;
mod profile;
mod report;
mod route;
mod run;
mod suggest;
mod summary;
mod table;
mod usage;
mod watch;

use bellwether_pipeline::error::Told;
use clap::ArgMatches;
use std::io::IsTerminal;
use std::process::ExitCode;
use tracing_subscriber::EnvFilter;

/// Something failed: a usage error, an input that cannot be read, a run that could not be made.
const FAILED: u8 = 1;
/// Something was found.
const VIOLATIONS: u8 = 2;
/// Nothing was judged, or too little.
const INCONCLUSIVE: u8 = 3;

/// Does what the process was started with.
pub fn main() -> ExitCode {
    if let Some(code) = columnar::as_the_reader() {
        return code;
    }
    let matches = match arguments::command().try_get_matches() {
        Ok(matches) => matches,
        Err(error) => return misunderstood(&error),
    };
    // What a person should know stands in the result or in the error: a log line before either would say it twice.
    let log = EnvFilter::try_from_env("BELLWETHER_LOG").unwrap_or_else(|_| EnvFilter::new("off"));
    let ansi = std::io::stderr().is_terminal();
    tracing_subscriber::fmt().with_env_filter(log).with_ansi(ansi).with_writer(std::io::stderr).init();
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build();
    let runtime = runtime.map_err(|error| {
        Told::new("NoRuntime", "bellwether", error.to_string(), "allow this process more threads")
    });
    let ended = runtime.and_then(|runtime| runtime.block_on(dispatch(&matches)));
    ended.unwrap_or_else(|told| {
        output::complain(&told, wants_json(&matches));
        ExitCode::from(FAILED)
    })
}

/// clap's own exit code for a usage error is 2, which here means violations.
fn misunderstood(error: &clap::Error) -> ExitCode {
    use clap::error::ErrorKind::DisplayHelpOnMissingArgumentOrSubcommand;
    if !error.use_stderr() || error.kind() == DisplayHelpOnMissingArgumentOrSubcommand {
        let _ = error.print();
        return if error.use_stderr() { ExitCode::from(FAILED) } else { ExitCode::SUCCESS };
    }
    let typed: Vec<String> =
        std::env::args_os().skip(1).map(|word| word.to_string_lossy().into_owned()).collect();
    let command = arguments::command();
    let name = typed.first().filter(|word| command.find_subcommand(word).is_some());
    let told = usage::told(error, name.map(String::as_str));
    output::complain(&told, typed.iter().any(|word| word == "--json"));
    ExitCode::from(FAILED)
}

fn wants_json(matches: &ArgMatches) -> bool {
    let asked = matches.try_get_one::<bool>("json").ok().flatten().copied();
    asked.unwrap_or_else(|| matches.subcommand().is_some_and(|(_, matches)| wants_json(matches)))
}

async fn dispatch(matches: &ArgMatches) -> Result<ExitCode, Told> {
    match matches.subcommand() {
        Some(("baseline", matches)) => baseline::run(matches).await,
        Some(("route", matches)) => route::run(matches).await,
        Some(("executions", matches)) => executions::run(matches).await,
        Some(("report", matches)) => report::run(matches).await,
        Some(("merge", matches)) => merge::run(matches).await,
        Some(("profile", matches)) => profile::run(matches).await,
        Some(("suggest-baseline", matches)) => suggest::run(matches).await,
        Some(("demo", matches)) => demo::run(matches).await,
        Some(("run", matches)) => run::run(matches).await,
        Some(("monitors", matches)) => document::run(matches).await,
        Some(("doctor", matches)) => doctor::run(matches).await,
        Some(("container", matches)) => Ok(container::run(matches).await),
        Some((name, matches)) if let Some(judged) = monitors::dispatch(name, matches).await => {
            judged.map(|execution| ExitCode::from(check::exit_code(execution.monitoring_execution_status)))
        }
        _ => Err(Told::usage("bellwether", "no command is named", "`bellwether --help` lists them")),
    }
}
