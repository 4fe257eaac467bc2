//! `bellwether`: the monitors' pipeline on a folder, a bucket, or a sample.
//!
//! It reads flags, asks the clock, and prints. What is judged and how is the pipeline's business.

mod arguments;
mod baseline;
mod check;
mod demo;
mod executions;
mod incident;
mod output;
mod profile;
mod route;
mod table;
mod watch;

use std::io::IsTerminal;
use std::process::ExitCode;
use tracing_subscriber::EnvFilter;

/// Something failed: a usage error, an input that cannot be read, a run that could not be made.
const FAILED: u8 = 1;

fn main() -> ExitCode {
    let matches = match arguments::command().try_get_matches() {
        Ok(matches) => matches,
        Err(error) => {
            // clap's own exit code for a usage error is 2, which here means violations.
            let is_help = !error.use_stderr();
            let _ = error.print();
            return if is_help { ExitCode::SUCCESS } else { ExitCode::from(FAILED) };
        }
    };
    // The SDK's search for a region and credentials is told in the error that follows, if one does.
    let log =
        EnvFilter::try_from_env("BELLWETHER_LOG").unwrap_or_else(|_| EnvFilter::new("warn,aws_config=error"));
    let ansi = std::io::stderr().is_terminal();
    tracing_subscriber::fmt().with_env_filter(log).with_ansi(ansi).with_writer(std::io::stderr).init();
    let ended =
        tokio::runtime::Builder::new_multi_thread().enable_all().build().map_err(|error| error.to_string());
    let ended = ended.and_then(|runtime| runtime.block_on(dispatch(&matches)));
    ended.unwrap_or_else(|error| {
        output::complain(&error);
        ExitCode::from(FAILED)
    })
}

async fn dispatch(matches: &clap::ArgMatches) -> Result<ExitCode, String> {
    match matches.subcommand() {
        Some(("diversity-check", matches)) => check::diversity_check(matches).await,
        Some(("data-quality", matches)) => check::data_quality(matches).await,
        Some(("baseline", matches)) => baseline::run(matches).await,
        Some(("route", matches)) => route::run(matches).await,
        Some(("executions", matches)) => executions::run(matches).await,
        Some(("profile", matches)) => profile::run(matches).await,
        Some(("demo", matches)) => demo::run(matches).await,
        _ => Err("name a command; see bellwether --help".to_owned()),
    }
}
